//! What a message holds: text, and what a model can look at or listen to.
//!
//! The parts are OpenRouter's (`image_url`, `input_audio`, `file`), text first, as its guides have it. Bytes travel as
//! base64, which is the only way that needs no address of theirs: Telegram's hold the bot's token.

use bytes::Bytes;
use serde::{Serialize, Serializer};

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// May be empty where there are media.
    pub text: String,
    /// What comes with it.
    pub media: Vec<Media>,
}

/// Something that is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// What it is.
    pub form: Form,
    /// Its bytes.
    pub data: Base64,
    /// How many tokens the model reads for it, estimated: more than is usual.
    pub tokens: u64,
}

/// What a model can take besides text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A picture of this MIME type.
    Image(&'static str),
    /// Sound in this format, as OpenRouter names it.
    Audio(&'static str),
    /// A PDF of this name.
    Pdf(String),
}

/// Bytes as base64. Clones share them.
#[derive(Clone, PartialEq, Eq)]
pub struct Base64(Bytes);

impl Base64 {
    /// From what an encoder has written.
    #[must_use]
    pub fn encoded(text: String) -> Self {
        Self(text.into())
    }

    /// From whatever has it as text in its memory.
    pub fn owned(text: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self(Bytes::from_owner(text))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It was a text, and is never changed.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The memory behind it.
    pub(super) const fn bytes(&self) -> &Bytes {
        &self.0
    }
}

impl std::fmt::Debug for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes of base64", self.0.len())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self { text, media: Vec::new() }
    }
}

impl Content {
    /// How many tokens it has, estimated: ⌈bytes / 3⌉ + 4 of text, as everywhere.
    pub(super) fn tokens(&self) -> u64 {
        let media: u64 = self.media.iter().map(|media| media.tokens).sum();
        self.text.len().div_ceil(3) as u64 + 4 + media
    }

    /// Has it a document that OpenRouter reads for the model?
    pub(super) fn has_documents(&self) -> bool {
        self.media.iter().any(|media| matches!(media.form, Form::Pdf(_)))
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.media.is_empty() {
            return serializer.serialize_str(&self.text);
        }
        let text = (!self.text.is_empty()).then_some(Part::Text { text: &self.text });
        serializer.collect_seq(text.into_iter().chain(self.media.iter().map(Part::of)))
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: Image<'a> },
    InputAudio { input_audio: Sound<'a> },
    File { file: Document<'a> },
}

#[derive(Serialize)]
struct Image<'a> {
    url: DataUrl<'a>,
}

#[derive(Serialize)]
struct Sound<'a> {
    data: &'a str,
    format: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    filename: &'a str,
    file_data: DataUrl<'a>,
}

/// `data:image/png;base64,…`, written without being put together first.
pub(super) struct DataUrl<'a> {
    pub(super) mime: &'a str,
    pub(super) data: &'a str,
}

impl<'a> Part<'a> {
    fn of(media: &'a Media) -> Self {
        let data = media.data.as_str();
        match &media.form {
            Form::Image(mime) => Self::ImageUrl { image_url: Image { url: DataUrl { mime, data } } },
            Form::Audio(format) => Self::InputAudio { input_audio: Sound { data, format } },
            Form::Pdf(name) => {
                let file_data = DataUrl { mime: "application/pdf", data };
                Self::File { file: Document { filename: name, file_data } }
            }
        }
    }
}

impl std::fmt::Display for DataUrl<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "data:{};base64,", self.mime)?;
        f.write_str(self.data)
    }
}

impl Serialize for DataUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn media_are_parts_behind_the_text_in_openrouters_words() {
        let media = |form| Media { form, data: Base64::encoded("AAAA".to_owned()), tokens: 1000 };
        let forms = [Form::Image("image/png"), Form::Audio("ogg"), Form::Pdf("a \"b\".pdf".to_owned())];
        let content = Content { text: "what?".to_owned(), media: forms.map(media).into() };
        let parts = json!([
            {"type": "text", "text": "what?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "ogg"}},
            {"type": "file", "file": {"filename": "a \"b\".pdf", "file_data": "data:application/pdf;base64,AAAA"}},
        ]);
        assert_eq!(serde_json::to_value(&content).unwrap(), parts);
        let wordless = Content { text: String::new(), ..content };
        assert_eq!(serde_json::to_value(&wordless).unwrap().as_array().map(Vec::len), Some(3));
        assert_eq!(serde_json::to_value(Content::from("hi".to_owned())).unwrap(), Value::from("hi"));
        assert_eq!(wordless.tokens(), 3004);
    }
}
