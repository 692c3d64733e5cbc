//! What people send: the things, and how they are sent. Part of the vocabulary of [`view`](super::view).
//!
//! A thing is what a person picks in their app: bytes, and what the app says about them. An app may say what is not
//! true (a name, a MIME type), as apps do. What Telegram makes of it (sizes, ids, durations) is added where it is sent.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Something that is sent: one thing, or several at once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Share {
    /// The chat.
    pub chat: i64,
    /// Who.
    pub user: i64,
    /// One; or an album: two to ten photos and videos, or documents, or audio files.
    pub items: Vec<Item>,
    /// A message whose album these belong to: its second half, which was longer on its way.
    pub joins: Option<i64>,
    /// What is said below the first; may be empty. What takes no caption, such as a sticker, has none.
    pub caption: String,
    /// In reply to.
    pub reply_to: Option<i64>,
    /// Words of the message that is answered: only those are meant.
    pub quote: Option<String>,
    /// In a topic.
    pub thread: Option<i64>,
    /// In the name of the group, which only its administrators can.
    pub anonymous: bool,
    /// In the name of this channel, which only its owner can.
    pub as_channel: Option<i64>,
    /// Forwarded from somewhere that this Telegram does not show.
    pub origin: Option<Origin>,
}

/// Where something was forwarded from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// A person who lets it be known.
    Person {
        /// Shown name.
        name: String,
    },
    /// A person who hides their account.
    Hidden {
        /// Shown name.
        name: String,
    },
    /// A channel.
    Channel {
        /// Shown title.
        title: String,
    },
}

/// A thing. Durations are in seconds; bytes are base64 in JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Item {
    /// Words alone: for a quote or a forwarded text.
    Text {
        /// What.
        text: String,
    },
    /// A picture, sent as photo: several sizes of it arrive.
    Photo {
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A file as it is.
    Document {
        /// As the sender named it.
        name: String,
        /// What the sender's app takes it for; without, what Telegram guesses from the name.
        #[serde(default)]
        mime: Option<String>,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A recorded voice message: Ogg with Opus.
    Voice {
        /// As long as the app says.
        seconds: u32,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A piece of music or any other sound file.
    Audio {
        /// As the sender named it.
        name: String,
        /// What the sender's app takes it for; without, what Telegram guesses from the name.
        #[serde(default)]
        mime: Option<String>,
        /// As long as the app says.
        seconds: u32,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A film.
    Video {
        /// As the sender named it.
        name: String,
        /// As long as the app says.
        seconds: u32,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A recorded round film.
    VideoNote {
        /// As long as the app says.
        seconds: u32,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A film without sound, which arrives as a document, too.
    Animation {
        /// As the sender named it.
        name: String,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// A sticker.
    Sticker {
        /// What it stands for.
        emoji: String,
        /// As in the file.
        #[serde(with = "encoded")]
        bytes: Bytes,
    },
    /// Somebody's card.
    Contact {
        /// First name.
        name: String,
        /// Phone number.
        phone: String,
    },
    /// A place.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
    },
    /// A place that has a name.
    Venue {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// Its name.
        title: String,
        /// Where it is.
        address: String,
    },
    /// A question to everybody.
    Poll {
        /// What is asked.
        question: String,
        /// What can be answered.
        options: Vec<String>,
    },
    /// An emoji that shows a random value.
    Dice {
        /// Which.
        emoji: String,
        /// What it shows.
        value: u8,
    },
}

/// Bytes as base64.
mod encoded {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::telegram::view::Act;

    #[test]
    fn the_page_sends_bytes_as_base64() {
        let said = r#"{"act":"share","chat":1,"user":2,"caption":"c","items":[{"kind":"photo","bytes":"AAEC"}]}"#;
        let Act::Share(share) = serde_json::from_str(said).unwrap() else { panic!("another act") };
        let Item::Photo { bytes } = &share.items[0] else { panic!("another thing") };
        assert_eq!((&bytes[..], share.chat, &*share.caption, share.anonymous), (&[0, 1, 2][..], 1, "c", false));
        let again = serde_json::to_string(&Act::Share(share)).unwrap();
        assert!(again.contains(r#""bytes":"AAEC""#), "{again}");
        assert!(serde_json::from_str::<Act>(&said.replace("AAEC", "!")).is_err());
    }
}
