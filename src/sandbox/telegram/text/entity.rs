//! One piece of formatting, as the Bot API writes it.

use serde_json::{Value, json};

use crate::sandbox::telegram::answer::Refusal;

use super::links;

/// What a piece of text is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Style {
    /// `@username`, found by the server.
    Mention,
    /// `#tag`, found by the server.
    Hashtag,
    /// `/command`, found by the server.
    BotCommand,
    /// A bare URL, found by the server.
    Url,
    /// **bold**
    Bold,
    /// *italic*
    Italic,
    /// underline
    Underline,
    /// ~~strikethrough~~
    Strikethrough,
    /// hidden until tapped
    Spoiler,
    /// A quotation, perhaps collapsed.
    Blockquote {
        /// Collapsed until tapped?
        expandable: bool,
    },
    /// `monospace`
    Code,
    /// A block of code in some language, empty for none.
    Pre(String),
    /// A link under text.
    TextLink(String),
    /// A person without a username: the `User` object.
    TextMention(Value),
    /// A custom emoji by its id.
    CustomEmoji(String),
    /// A moment, shown in the reader's own time.
    DateTime {
        /// Seconds since the epoch.
        unix_time: i64,
        /// How to show it.
        format: Option<String>,
    },
}

/// A styled range of UTF-16 units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entity {
    /// Where it starts.
    pub(crate) offset: usize,
    /// How long it is.
    pub(crate) length: usize,
    /// What it is.
    pub(crate) style: Style,
}

impl Entity {
    /// Shorthand.
    pub(crate) fn new(offset: usize, length: usize, style: Style) -> Self {
        Self { offset, length, style }
    }

    /// The first unit after it.
    pub(crate) fn end(&self) -> usize {
        self.offset + self.length
    }

    /// Reads a `MessageEntity` that a bot sent. `None` for kinds that the server finds by itself and does not take.
    pub(super) fn from_json(value: &Value) -> Result<Option<Self>, Refusal> {
        let number = |name: &str| {
            let given = value[name].as_i64().unwrap_or(-1);
            // The bounds and words of the real server, which stops long before any text does.
            usize::try_from(given)
                .ok()
                .filter(|given| *given <= 1_000_000)
                .ok_or_else(|| Refusal::bad_request(format!("receive an entity with incorrect {name} {given}")))
        };
        let (offset, length) = (number("offset")?, number("length")?);
        Ok(style(value)?.map(|style| Self { offset, length, style }))
    }

    /// As the Bot API shows it.
    pub(crate) fn to_json(&self) -> Value {
        let mut value = json!({"offset": self.offset, "length": self.length, "type": self.style.name()});
        match &self.style {
            Style::Pre(language) if !language.is_empty() => value["language"] = json!(language),
            Style::TextLink(url) => value["url"] = json!(url),
            Style::TextMention(user) => value["user"] = user.clone(),
            Style::CustomEmoji(id) => value["custom_emoji_id"] = json!(id),
            Style::DateTime { unix_time, format } => {
                value["unix_time"] = json!(unix_time);
                if let Some(format) = format {
                    value["date_time_format"] = json!(format);
                }
            }
            _ => {}
        }
        value
    }
}

impl Style {
    fn name(&self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Hashtag => "hashtag",
            Self::BotCommand => "bot_command",
            Self::Url => "url",
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Underline => "underline",
            Self::Strikethrough => "strikethrough",
            Self::Spoiler => "spoiler",
            Self::Blockquote { expandable: false } => "blockquote",
            Self::Blockquote { expandable: true } => "expandable_blockquote",
            Self::Code => "code",
            Self::Pre(_) => "pre",
            Self::TextLink(_) => "text_link",
            Self::TextMention(_) => "text_mention",
            Self::CustomEmoji(_) => "custom_emoji",
            Self::DateTime { .. } => "date_time",
        }
    }

    /// Styles that may overlap others and are cut where they do.
    pub(super) fn splittable(&self) -> bool {
        matches!(self, Self::Bold | Self::Italic | Self::Underline | Self::Strikethrough | Self::Spoiler)
    }

    /// Quotations may hold others, but not each other.
    pub(super) fn quotes(&self) -> bool {
        matches!(self, Self::Blockquote { .. })
    }

    /// Code holds nothing.
    pub(super) fn verbatim(&self) -> bool {
        matches!(self, Self::Code | Self::Pre(_))
    }
}

fn style(value: &Value) -> Result<Option<Style>, Refusal> {
    let text = |name: &str| value[name].as_str().unwrap_or_default();
    Ok(Some(match text("type") {
        "bold" => Style::Bold,
        "italic" => Style::Italic,
        "underline" => Style::Underline,
        "strikethrough" => Style::Strikethrough,
        "spoiler" => Style::Spoiler,
        "blockquote" => Style::Blockquote { expandable: false },
        "expandable_blockquote" => Style::Blockquote { expandable: true },
        "code" => Style::Code,
        "pre" => Style::Pre(text("language").to_owned()),
        "text_link" => match links::user_behind(text("url")) {
            Some(user) => Style::TextMention(json!({"id": user, "is_bot": false, "first_name": ""})),
            None => {
                Style::TextLink(links::check(text("url")).map_err(|why| Refusal::bad_request(format!("entity {why}")))?)
            }
        },
        "text_mention" => Style::TextMention(value["user"].clone()),
        "custom_emoji" => match text("custom_emoji_id").parse::<i64>() {
            Ok(id) if id != 0 => Style::CustomEmoji(id.to_string()),
            _ => return Err(Refusal::bad_request("Invalid custom emoji identifier specified")),
        },
        "date_time" => Style::DateTime {
            unix_time: value["unix_time"].as_i64().unwrap_or_default(),
            format: value["date_time_format"].as_str().map(ToOwned::to_owned),
        },
        "mention" | "hashtag" | "cashtag" | "bot_command" | "url" | "email" | "phone_number" | "bank_card_number" => {
            return Ok(None);
        }
        _ => return Err(Refusal::bad_request("can't parse MessageEntity: unsupported type specified")),
    }))
}
