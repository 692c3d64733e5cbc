//! The part of a message that is not text: files, what is said in a caption, and what can be said in a sentence.
//!
//! The sentences (`[Location: …]`) are for the model and hence in English; people never see them.

use serde::Deserialize;
use serde_json::Value;

use super::attachment::{Attachment, AttachmentKind};

/// Declares which fields are media; the first one present names the message.
macro_rules! media {
    ($($field:ident),*) => {
        /// The fields of a message that are not text. Read leniently, and where they are looked at: an odd one costs
        /// itself, not the message.
        #[derive(Deserialize)]
        pub(super) struct RawMedia {
            $(#[serde(default)] $field: Option<Value>,)*
            /// What is said below it.
            #[serde(default)]
            caption: Option<String>,
            /// Formatting, commands and mentions in that.
            #[serde(default)]
            pub(super) caption_entities: Value,
        }

        impl RawMedia {
            /// What it is, as the Bot API names it.
            pub(super) fn name(&self) -> Option<&'static str> {
                $(if self.$field.is_some() { return Some(stringify!($field)); })*
                None
            }
        }
    };
}

// In this order: an animation also carries a document, a venue a location, a live photo a photo.
media!(
    animation,
    audio,
    live_photo,
    photo,
    voice,
    video_note,
    video,
    document,
    sticker,
    venue,
    location,
    contact,
    poll,
    dice,
    game,
    story,
    paid_media,
    checklist,
    invoice,
    rich_message
);

impl RawMedia {
    /// The files that the bot looks at, if it is a message of such a kind.
    pub(super) fn attachments(&self) -> Vec<Attachment> {
        let of = |kind, told: &Option<Value>| Attachment::of(kind, told.as_ref()?);
        let file = match self.name() {
            Some("photo" | "live_photo") => self.photo.as_ref().and_then(Attachment::of_sizes),
            Some("voice") => of(AttachmentKind::Voice, &self.voice),
            Some("audio") => of(AttachmentKind::Audio, &self.audio),
            Some("video_note") => of(AttachmentKind::VideoNote, &self.video_note),
            Some("document") => of(AttachmentKind::Document, &self.document),
            _ => None,
        };
        file.into_iter().collect()
    }

    /// What is said below it; `None` for nothing, and for blanks.
    pub(super) fn caption(&self) -> Option<&str> {
        self.caption.as_deref().filter(|caption| !caption.trim().is_empty())
    }

    /// What it says, where one sentence can: a place, a contact, a poll, a sticker, a dice.
    pub(super) fn in_words(&self) -> Option<String> {
        match self.name()? {
            "venue" => self.venue.as_ref().map(venue),
            "location" => self.location.as_ref().map(|place| format!("[Location: {}]", coordinates(place))),
            "contact" => self.contact.as_ref().map(contact),
            "poll" => self.poll.as_ref().map(poll),
            "sticker" => self.sticker.as_ref().map(sticker),
            "dice" => self.dice.as_ref().map(dice),
            _ => None,
        }
    }
}

/// A text of whatever Telegram sent, on one line.
fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Those that are there, with commas in between.
fn listed(parts: &[&str]) -> String {
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn coordinates(place: &Value) -> String {
    let degrees = |field| place.get(field).and_then(Value::as_f64).unwrap_or(0.0);
    // Five places after the comma are a metre.
    format!("latitude {:.5}, longitude {:.5}", degrees("latitude"), degrees("longitude"))
}

fn venue(venue: &Value) -> String {
    let place = venue.get("location").map(coordinates).unwrap_or_default();
    format!("[Place: {}]", listed(&[text(venue, "title"), text(venue, "address"), &place]))
}

fn contact(contact: &Value) -> String {
    let name = [text(contact, "first_name"), text(contact, "last_name")].join(" ");
    format!("[Contact: {}]", listed(&[&name, text(contact, "phone_number")]))
}

fn poll(poll: &Value) -> String {
    let options = poll.get("options").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<String> = options.map(|option| format!("\n- {}", text(option, "text"))).collect();
    format!("[Poll: {}{}]", text(poll, "question"), lines.concat())
}

fn sticker(sticker: &Value) -> String {
    format!("[Sticker: {}]", listed(&[text(sticker, "emoji"), text(sticker, "set_name")]))
}

fn dice(dice: &Value) -> String {
    let value = dice.get("value").and_then(Value::as_i64).unwrap_or(0);
    format!("[Dice {}: {value}]", text(dice, "emoji"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(media: &Value) -> RawMedia {
        RawMedia::deserialize(media).unwrap()
    }

    #[test]
    fn what_a_sentence_can_say_is_said() {
        let cases = [
            (
                json!({"location": {"latitude": 55.75581, "longitude": 37.6173}}),
                "[Location: latitude 55.75581, longitude 37.61730]",
            ),
            (
                json!({"venue": {"title": "Café", "address": "Main St", "location": {"latitude": 1, "longitude": 2}}, "location": {}}),
                "[Place: Café, Main St, latitude 1.00000, longitude 2.00000]",
            ),
            (json!({"contact": {"first_name": "Ivan", "phone_number": "+7999"}}), "[Contact: Ivan, +7999]"),
            (
                json!({"poll": {"question": "When?", "options": [{"text": "Mon"}, {"text": "Tue"}]}}),
                "[Poll: When?\n- Mon\n- Tue]",
            ),
            (json!({"sticker": {"emoji": "🐈", "set_name": "Cats"}}), "[Sticker: 🐈, Cats]"),
            (json!({"dice": {"emoji": "🎲", "value": 5}}), "[Dice 🎲: 5]"),
        ];
        for (media, words) in cases {
            assert_eq!(read(&media).in_words().as_deref(), Some(words));
        }
    }

    #[test]
    fn odd_media_cost_nothing_but_themselves() {
        for odd in
            [json!({"poll": 5}), json!({"venue": null}), json!({"photo": "x"}), json!({"document": {"file_id": 5}})]
        {
            assert!(read(&odd).attachments().is_empty(), "{odd}");
        }
        assert_eq!(read(&json!({"animation": {}, "document": {"file_id": "a"}})).attachments(), []);
    }
}
