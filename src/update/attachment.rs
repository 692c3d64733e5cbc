//! What people send that has to be fetched before it can be looked at.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::name::plain;

/// The most of a file's name that is kept, in characters: the beginning says what it is.
const NAME: usize = 100;

/// A file at Telegram, as a message describes it: a reference, never the bytes. What it says of the file is its sender's
/// word, or their app's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it was sent as.
    pub kind: AttachmentKind,
    /// By which it is fetched (`file_id`).
    pub file: String,
    /// How large it is said to be, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What its sender calls it, on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its sender's app takes it for: `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// How long it is said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// What a file was sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture that Telegram has made a JPEG of.
    Photo,
    /// A voice message: Ogg with Opus.
    Voice,
    /// Music, or a recording as a file.
    Audio,
    /// A round film; what is said in it counts.
    VideoNote,
    /// Any other file.
    Document,
}

/// The longer side, in pixels, from which on a photo is sharp enough: models see no more than 1,568 (Anthropic) or 2,048
/// (`OpenAI`), and bill for it.
const SHARP_ENOUGH: u64 = 1280;

impl Attachment {
    /// Reads one of the Bot API's descriptions of a file; `None` when it has no id.
    pub(super) fn of(kind: AttachmentKind, told: &Value) -> Option<Self> {
        let text = |field: &str| told.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        Some(Self {
            kind,
            file: text("file_id")?.to_owned(),
            bytes: told.get("file_size").and_then(Value::as_u64),
            name: text("file_name").map(|name| plain(name, NAME)).filter(|name| !name.is_empty()),
            mime: text("mime_type").map(str::to_owned),
            seconds: told.get("duration").and_then(Value::as_u64).and_then(|secs| secs.try_into().ok()),
        })
    }

    /// Of the sizes that Telegram has of a photo, the smallest that is sharp enough, or else the largest.
    pub(super) fn of_sizes(sizes: &Value) -> Option<Self> {
        let side = |size: &Value| {
            let side = |field| size.get(field).and_then(Value::as_u64).unwrap_or(0);
            side("width").max(side("height"))
        };
        let sizes = sizes.as_array()?;
        let sharp = sizes.iter().filter(|size| side(size) >= SHARP_ENOUGH).min_by_key(|size| side(size));
        let best = sharp.or_else(|| sizes.iter().max_by_key(|size| side(size)))?;
        Self::of(AttachmentKind::Photo, best)
    }

    /// Is it something to listen to?
    #[must_use]
    pub fn is_sound(&self) -> bool {
        matches!(self.kind, AttachmentKind::Voice | AttachmentKind::Audio | AttachmentKind::VideoNote)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_photo_the_smallest_is_taken_that_is_sharp_enough() {
        let chosen = |sides: &[(u64, u64)]| {
            let size = |(width, height): &(u64, u64)| json!({"file_id": format!("{width}x{height}"), "width": width, "height": height});
            Attachment::of_sizes(&sides.iter().map(size).collect()).map(|photo| photo.file)
        };
        assert_eq!(chosen(&[(90, 67), (320, 240), (800, 600), (1280, 960), (2560, 1920)]).as_deref(), Some("1280x960"));
        assert_eq!(chosen(&[(90, 67), (320, 240)]).as_deref(), Some("320x240"));
        assert_eq!(chosen(&[(600, 2000), (90, 300)]).as_deref(), Some("600x2000"));
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn what_is_odd_about_a_file_is_left_out() {
        let odd = json!({"file_id": "a", "file_size": "5", "file_name": "", "duration": -1, "mime_type": 7});
        let read = Attachment::of(AttachmentKind::Document, &odd).unwrap();
        assert_eq!((read.bytes, read.name, read.mime, read.seconds), (None, None, None, None));
        assert_eq!(Attachment::of(AttachmentKind::Voice, &json!({"file_size": 5})), None);
    }
}
