//! Albums: several photos that a person sends as one, which reach the bot as several messages with one
//! `media_group_id` and a caption on the first.

use serde_json::json;

use super::acts::{ActRefused, Done, Said};
use super::message::{Media, Message};
use super::params::Upload;
use super::text;
use super::world::World;
use crate::clock::Timestamp;

/// Photos in one album, as Telegram's apps have it.
const SIZES: std::ops::RangeInclusive<usize> = 2..=10;
/// What every photo of the sandbox shows: a small picture that any model can read.
const PHOTO: &[u8] = include_bytes!("photo.png");

impl World {
    /// Sends so many photos at once.
    pub(super) fn send_album(&mut self, said: &Said, count: usize, caption: &str, now: Timestamp) -> Done {
        if !SIZES.contains(&count) {
            return Err(ActRefused::NoSuchAlbum);
        }
        let mut photos = Vec::new();
        for number in 1..=count {
            let upload = Upload { file_name: format!("photo {number}.png"), content: PHOTO.into() };
            let mut photo = self.files.keep("photo", &upload).map_err(|_| ActRefused::Empty)?;
            (photo["width"], photo["height"]) = (json!(160), json!(120));
            photos.push(photo);
        }
        let group = photos[0]["file_id"].as_str().map(|id| id.replace("sandbox-photo-", "1300"));
        let content = photos.into_iter().enumerate().map(|(index, photo)| Message {
            body: if index == 0 { text::typed(caption) } else { text::Formatted::default() },
            media: Some(Media { kind: "photo", content: json!([photo]), captioned: true }),
            album: group.clone(),
            ..Message::default()
        });
        let content: Vec<Message> = content.collect();
        self.write(said, content, now)
    }
}
