//! What people send besides text, as the Bot API's messages carry it: one message for a thing, several with one
//! `media_group_id` for an album, with the caption on the first.

use serde_json::{Value, json};

use super::acts::{ActRefused, Done, Name, Said};
use super::files::Sent;
use super::item::{Item, Origin, Share};
use super::message::{Media, Message};
use super::picture;
use super::text::{self, Formatted};
use super::world::World;
use crate::clock::Timestamp;

/// Things in one album, as Telegram's apps have it.
const ALBUM: std::ops::RangeInclusive<usize> = 2..=10;
/// The longer sides, in pixels, of the sizes that Telegram makes of a larger photo.
const STEPS: [usize; 4] = [90, 320, 800, 1280];
/// The size of a photo that nobody can read.
const UNREADABLE: (usize, usize) = (1280, 960);
/// The first of the ids that people and channels have who are not here.
const STRANGER: i64 = 5_000_000_001;
/// The same for channels.
const FOREIGN_CHANNEL: i64 = -1_007_000_000_001;

impl World {
    /// Sends it.
    pub(super) fn share(&mut self, share: Share, now: Timestamp) -> Done {
        let Share { chat, user, items, joins, caption, reply_to, quote, thread, anonymous, as_channel, origin } = share;
        let group = if anonymous { Name::Group } else { Name::Own };
        let said = Said { chat, user, reply_to, thread, name: as_channel.map_or(group, Name::Channel) };
        let quote = quote.map(|words| self.quote(&said, &words)).transpose()?;
        let forwarded = origin.map(|origin| from_elsewhere(&origin, now));
        let joined = joins.map(|id| self.album_of(chat, id)).transpose()?;
        let mut content = self.things(items, &caption)?;
        for message in &mut content {
            message.album = joined.clone().or(message.album.take());
            message.quote.clone_from(&quote);
            message.forwarded.clone_from(&forwarded);
        }
        self.write(&said, content, now)
    }

    /// The album of a message.
    fn album_of(&self, chat: i64, id: i64) -> Result<String, ActRefused> {
        let message = self.chats.get(&chat).and_then(|place| place.messages.get(&id));
        message.ok_or(ActRefused::NoSuchMessage)?.album.clone().ok_or(ActRefused::NoSuchAlbum)
    }

    /// The messages that these things become.
    fn things(&mut self, items: Vec<Item>, caption: &str) -> Result<Vec<Message>, ActRefused> {
        if let [Item::Text { text }] = &items[..] {
            return Ok(super::acts::bodies(text).map(|body| Message { body, ..Message::default() }).collect());
        }
        let alone = items.len() == 1;
        if !alone && !is_album(&items) {
            return Err(ActRefused::NoSuchAlbum);
        }
        let album = (!alone).then(|| self.new_album());
        let mut content = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let media = self.media(item)?;
            let body = if index == 0 && media.captioned { text::typed(caption) } else { Formatted::default() };
            content.push(Message { body, media: Some(media), album: album.clone(), ..Message::default() });
        }
        Ok(content)
    }

    fn media(&mut self, item: Item) -> Result<Media, ActRefused> {
        Ok(match item {
            Item::Text { .. } => return Err(ActRefused::NoSuchAlbum),
            Item::Photo { bytes } => {
                let mime = picture::mime(&bytes);
                Media::with_caption("photo", self.sizes(&Sent::new("photo", bytes).taken_for(mime)))
            }
            Item::Document { name, mime, bytes } => {
                Media::with_caption("document", self.file(&Sent::new("document", bytes).called(name, mime), json!({})))
            }
            Item::Voice { seconds, bytes } => {
                let voice = Sent::new("voice", bytes).taken_for("audio/ogg");
                Media::with_caption("voice", self.file(&voice, json!({"duration": seconds})))
            }
            Item::Audio { name, mime, seconds, bytes } => {
                let audio = Sent::new("audio", bytes).called(name, mime);
                Media::with_caption("audio", self.file(&audio, json!({"duration": seconds})))
            }
            Item::Video { name, seconds, bytes } => {
                let about = json!({"duration": seconds, "width": 640, "height": 480});
                Media::with_caption("video", self.file(&Sent::new("video", bytes).called(name, None), about))
            }
            Item::VideoNote { seconds, bytes } => {
                let about = json!({"duration": seconds, "length": 240});
                Media::bare("video_note", self.file(&Sent::new("video_note", bytes), about))
            }
            Item::Animation { name, bytes } => {
                let about = json!({"duration": 1, "width": 320, "height": 240});
                let content = self.file(&Sent::new("animation", bytes).called(name, None), about);
                // For clients that know no animations.
                let mut document = content.clone();
                for field in ["duration", "width", "height"] {
                    document.as_object_mut().map(|fields| fields.remove(field));
                }
                Media { also: Some(("document", document)), ..Media::with_caption("animation", content) }
            }
            Item::Sticker { emoji, bytes } => {
                let about = json!({"type": "regular", "width": 512, "height": 512, "is_animated": false,
                    "is_video": false, "emoji": emoji});
                let file = Sent::new("sticker", bytes).taken_for("image/webp");
                Media::bare("sticker", self.file(&file, about))
            }
            thing => without_file(thing),
        })
    }

    /// Keeps a file; returns what is known of it, beside what is known already. Stickers and video notes have a type
    /// but do not say so.
    fn file(&mut self, sent: &Sent, mut about: Value) -> Value {
        let kept = self.files.take_in(sent);
        for (name, value) in kept.as_object().into_iter().flatten() {
            about[name] = value.clone();
        }
        if !matches!(sent.kind, "sticker" | "video_note") {
            about["mime_type"] = json!(sent.mime());
        }
        if let Some(name) = &sent.name {
            about["file_name"] = json!(name);
        }
        about
    }

    /// The sizes of a photo, the smallest first; behind each are the same bytes.
    fn sizes(&mut self, sent: &Sent) -> Value {
        let size = imagesize::blob_size(&sent.bytes).map_or(UNREADABLE, |size| (size.width, size.height));
        let (width, height) = (size.0.max(1), size.1.max(1));
        let longer = width.max(height);
        let scaled = |step: usize| ((width * step / longer).max(1), (height * step / longer).max(1));
        let smaller: Vec<_> = STEPS.into_iter().filter(|step| *step < longer).map(scaled).collect();
        let sizes = smaller.into_iter().chain([(width, height)]).map(|(width, height)| {
            let mut size = self.files.take_in(sent);
            (size["width"], size["height"]) = (json!(width), json!(height));
            size
        });
        Value::Array(sizes.collect())
    }

    /// `TextQuote`: words that must be in the message.
    fn quote(&self, said: &Said, words: &str) -> Result<Value, ActRefused> {
        let answered = said.reply_to.and_then(|id| self.chats.get(&said.chat)?.messages.get(&id));
        let text = &answered.ok_or(ActRefused::NoSuchMessage)?.body.text;
        let at = text.find(words).filter(|_| !words.is_empty()).ok_or(ActRefused::NoSuchQuote)?;
        Ok(json!({"text": words, "position": text::units(&text[..at]), "is_manual": true}))
    }
}

/// What is nothing but data.
fn without_file(thing: Item) -> Media {
    match thing {
        Item::Contact { name, phone } => Media::bare("contact", json!({"phone_number": phone, "first_name": name})),
        Item::Location { latitude, longitude } => {
            Media::bare("location", json!({"latitude": latitude, "longitude": longitude}))
        }
        Item::Venue { latitude, longitude, title, address } => {
            let location = json!({"latitude": latitude, "longitude": longitude});
            let venue = json!({"location": location, "title": title, "address": address});
            Media { also: Some(("location", location)), ..Media::bare("venue", venue) }
        }
        Item::Poll { question, options } => {
            let number = |n: usize| json!(format!("{n}"));
            let options = options.iter().enumerate();
            let options = options.map(|(n, text)| json!({"persistent_id": number(n), "text": text, "voter_count": 0}));
            Media::bare(
                "poll",
                json!({"id": "5300000000000000001", "question": question, "options": options.collect::<Value>(),
                    "total_voter_count": 0, "is_closed": false, "is_anonymous": true, "type": "regular",
                    "allows_multiple_answers": false, "allows_revoting": true, "members_only": false}),
            )
        }
        Item::Dice { emoji, value } => Media::bare("dice", json!({"emoji": emoji, "value": value})),
        // Everything else has a file, and was dealt with before.
        _ => Media::bare("story", json!({})),
    }
}

/// Photos and videos go together; documents and audio files only with their like.
fn is_album(items: &[Item]) -> bool {
    let all = |fits: fn(&Item) -> bool| items.iter().all(fits);
    ALBUM.contains(&items.len())
        && (all(|item| matches!(item, Item::Photo { .. } | Item::Video { .. }))
            || all(|item| matches!(item, Item::Document { .. }))
            || all(|item| matches!(item, Item::Audio { .. })))
}

/// `MessageOrigin` of somebody who is not here.
fn from_elsewhere(origin: &Origin, now: Timestamp) -> Value {
    let date = now.as_secs();
    match origin {
        Origin::Person { name } => json!({"type": "user", "date": date,
            "sender_user": {"id": STRANGER, "is_bot": false, "first_name": name}}),
        Origin::Hidden { name } => json!({"type": "hidden_user", "date": date, "sender_user_name": name}),
        Origin::Channel { title } => json!({"type": "channel", "date": date, "message_id": 42,
            "chat": {"id": FOREIGN_CHANNEL, "type": "channel", "title": title}}),
    }
}
