//! What a request carries beside text: pictures, recordings and PDFs, as far as somebody must look into them who wants
//! to refuse what a provider would refuse, to count, and to say what was seen.

use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::journal::tokens;

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// A PDF.
    File,
}

impl MediaKind {
    /// As in a model's `input_modalities`.
    pub(super) const fn modality(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }
}

/// One thing in a request.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedMedia {
    /// What it is.
    pub kind: MediaKind,
    /// The MIME type of a picture or a PDF; the format of a recording, such as `ogg`.
    pub format: String,
    /// The file's name.
    pub name: Option<String>,
    /// What is in it; empty when that was too long ago.
    pub bytes: Bytes,
    /// How many bytes there were.
    pub size: usize,
    /// Which of the messages it is in.
    pub message: usize,
    /// Width and height of a picture, in pixels.
    pub pixels: (usize, usize),
    /// How long a recording is, in milliseconds; 0 when its format does not tell.
    pub millis: u64,
    /// Pages of a PDF.
    pub pages: u64,
    /// What a PDF says.
    pub text: String,
    /// Was the PDF parsed for this request? Not when the model reads it by itself, nor when an annotation of an earlier
    /// answer came with it.
    pub parsed: bool,
}

impl AskedMedia {
    /// A thing, looked into; `None` when it is not what it is said to be.
    pub(super) fn look(kind: MediaKind, format: &str, name: Option<&str>, bytes: Bytes) -> Option<Self> {
        let mut seen = Self {
            kind,
            format: format.to_owned(),
            name: name.map(ToOwned::to_owned),
            size: bytes.len(),
            bytes,
            message: 0,
            pixels: (0, 0),
            millis: 0,
            pages: 0,
            text: String::new(),
            parsed: false,
        };
        match kind {
            MediaKind::Image => {
                (seen.format == picture_type(&seen.bytes)?).then_some(())?;
                let size = imagesize::blob_size(&seen.bytes).ok()?;
                seen.pixels = (size.width, size.height);
            }
            MediaKind::Audio => {
                sounds_like(format, &seen.bytes).then_some(())?;
                seen.millis = if format == "ogg" { ogg_millis(&seen.bytes) } else { 0 };
            }
            MediaKind::File => {
                seen.bytes.starts_with(b"%PDF-").then_some(())?;
                (seen.pages, seen.text) = read_pdf(&seen.bytes);
            }
        }
        Some(seen)
    }

    /// Tokens of it, about: what providers count for a picture, a second of sound, a page.
    pub(super) fn tokens(&self) -> u64 {
        match self.kind {
            MediaKind::Image => ((self.pixels.0 * self.pixels.1) as u64 / 750).clamp(85, 20_000),
            MediaKind::Audio => (self.millis / 1000 * 32).max(self.size as u64 / 500).max(32),
            MediaKind::File => tokens(&self.text).max(self.pages * 10),
        }
    }

    /// What it would be called in a sentence.
    fn named(&self) -> String {
        match self.kind {
            MediaKind::Image => format!("a picture of {}×{}", self.pixels.0, self.pixels.1),
            MediaKind::Audio if self.millis > 0 => {
                format!("a recording of {} s", self.millis.div_ceil(1000))
            }
            MediaKind::Audio => format!("a recording ({})", self.format),
            MediaKind::File => {
                let mut named = format!("a file {}", self.name.as_deref().unwrap_or("without a name"));
                if !self.text.is_empty() {
                    // Writing to a string does not fail.
                    let _ = write!(named, " that says \u{201c}{}\u{201d}", self.text);
                }
                named
            }
        }
    }

    /// What identifies a file in annotations.
    pub(super) fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }

    /// The annotation by which the next request can spare the parsing.
    pub(super) fn annotation(&self) -> Value {
        let name = self.name.as_deref().unwrap_or("document.pdf");
        let part = |text: &str| json!({"type": "text", "text": text});
        let content = [part(&format!("<file name=\"{name}\">")), part(&self.text), part("</file>")];
        json!({"type": "file", "file": {"hash": self.hash(), "name": name, "content": content}})
    }
}

/// What somebody sees who looks at these: `a picture of 640×480 and a file notes.pdf`. Empty for nothing.
pub(super) fn listed(media: &[&AskedMedia]) -> String {
    let mut names: Vec<String> = media.iter().map(|seen| seen.named()).collect();
    let Some(last) = names.pop() else { return String::new() };
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

/// The MIME type of a picture that models take.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match imagesize::image_type(bytes).ok()? {
        imagesize::ImageType::Png => Some("image/png"),
        imagesize::ImageType::Jpeg => Some("image/jpeg"),
        imagesize::ImageType::Webp => Some("image/webp"),
        imagesize::ImageType::Gif => Some("image/gif"),
        _ => None,
    }
}

/// Does a recording begin as its format does? What has no beginning of its own is believed.
fn sounds_like(format: &str, bytes: &[u8]) -> bool {
    match format {
        "ogg" => bytes.starts_with(b"OggS"),
        "wav" => bytes.starts_with(b"RIFF"),
        "flac" => bytes.starts_with(b"fLaC"),
        "mp3" => bytes.starts_with(b"ID3") || bytes.first() == Some(&0xff),
        "m4a" => bytes.get(4..8) == Some(b"ftyp"),
        "webm" => bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]),
        _ => !bytes.is_empty(),
    }
}

/// How long Ogg with Opus plays: the last page tells how many samples there are by its end, 48 in a millisecond.
fn ogg_millis(bytes: &[u8]) -> u64 {
    const PAGE: &[u8] = b"OggS";
    let last = bytes.windows(PAGE.len()).rposition(|window| window == PAGE);
    let place = last.and_then(|at| bytes.get(at + 6..at + 14)?.try_into().ok());
    place.map_or(0, u64::from_le_bytes).min(u64::from(u32::MAX) * 48) / 48
}

/// The pages of a PDF and the words on them, as far as they are neither compressed nor encoded: what a test writes.
fn read_pdf(bytes: &[u8]) -> (u64, String) {
    let all = String::from_utf8_lossy(bytes);
    let pages = all.matches("/Type /Page").count() - all.matches("/Type /Pages").count();
    let words = all.split(") Tj").filter_map(|before| Some(before.rsplit_once('(')?.1));
    let text = match all.matches(") Tj").count() {
        0 => String::new(),
        count => words.take(count).collect::<Vec<_>>().join(" "),
    };
    (pages.max(1) as u64, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of Ogg that ends at this sample.
    pub(in super::super) fn ogg(samples: u64) -> Vec<u8> {
        [b"OggS\0\x04", &samples.to_le_bytes()[..], &[0; 13]].concat()
    }

    fn look(kind: MediaKind, format: &str, bytes: &[u8]) -> Option<AskedMedia> {
        AskedMedia::look(kind, format, Some("a.pdf"), Bytes::copy_from_slice(bytes))
    }

    #[test]
    fn a_thing_is_looked_into() {
        let picture = include_bytes!("../telegram/photo.png");
        let seen = look(MediaKind::Image, "image/png", picture).unwrap();
        assert_eq!((seen.pixels, seen.tokens()), ((160, 120), 85));
        assert_eq!(look(MediaKind::Image, "image/jpeg", picture), None);
        assert_eq!(look(MediaKind::Image, "image/png", &picture[..10]), None);
        let voice = look(MediaKind::Audio, "ogg", &ogg(48 * 2500)).unwrap();
        assert_eq!((voice.millis, voice.named()), (2500, "a recording of 3 s".to_owned()));
        assert_eq!(look(MediaKind::Audio, "wav", &ogg(1)), None);
        let page = b"%PDF-1.4 /Type /Pages /Type /Page /Type /Page (one) Tj ET (two) Tj rest (three)";
        let file = look(MediaKind::File, "application/pdf", page).unwrap();
        assert_eq!((file.pages, &*file.text), (2, "one two"));
        assert_eq!(look(MediaKind::File, "application/pdf", b"just a text"), None);
        let all = listed(&[&seen, &voice, &file]);
        let told = "a picture of 160×120, a recording of 3 s and a file a.pdf that says \u{201c}one two\u{201d}";
        assert_eq!(all, told);
    }
}
