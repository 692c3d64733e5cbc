//! Who the bot is, its menus, and what it says of itself.

use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;
use teloxide::types::{BotCommand, BotCommandScope, BotDescription, BotShortDescription, True};

/// `getMe`, answered with what this bot looks at.
#[derive(Debug, Clone, Serialize)]
pub struct GetMe {}

impl Payload for GetMe {
    type Output = BotIdentity;
    const NAME: &'static str = "getMe";
}

/// Who the bot is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct BotIdentity {
    /// Telegram's id.
    pub id: i64,
    /// Without the @.
    pub username: String,
    /// Shown name.
    pub first_name: String,
    /// May it be added to groups? This and what follows is told to the bot itself alone, by servers that know of it.
    pub can_join_groups: Option<bool>,
    /// Privacy mode is off: it sees everything that is said in its groups.
    pub can_read_all_group_messages: Option<bool>,
    /// It can be asked by its name in any chat.
    pub supports_inline_queries: Option<bool>,
    /// Its private chats may have topics.
    pub has_topics_enabled: Option<bool>,
}

/// `setMyCommands` for one language in one scope.
#[derive(Debug, Clone, Serialize)]
pub struct SetMyCommands<'a> {
    /// The menu.
    pub commands: Vec<BotCommand>,
    /// Where it is shown; `None`: wherever no other one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<BotCommandScope>,
    /// Two letters; empty for everybody without a menu of their own language.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub language_code: &'a str,
}

impl Payload for SetMyCommands<'_> {
    type Output = True;
    const NAME: &'static str = "setMyCommands";
}

/// `getMyCommands` for one language in one scope.
#[derive(Debug, Clone, Serialize)]
pub struct GetMyCommands<'a> {
    /// As in [`SetMyCommands`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<BotCommandScope>,
    /// Two letters, or empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub language_code: &'a str,
}

impl Payload for GetMyCommands<'_> {
    type Output = Vec<BotCommand>;
    const NAME: &'static str = "getMyCommands";
}

/// Declares a method that asks for a text in one language, and the one that sets it.
macro_rules! texts {
    ($($get:ident $set:ident $field:ident $told:ident $get_name:literal $set_name:literal;)*) => {
        $(
            #[doc = concat!("`", $get_name, "` for one language.")]
            #[derive(Debug, Clone, Serialize)]
            pub struct $get<'a> {
                /// Two letters, or empty.
                #[serde(skip_serializing_if = "str::is_empty")]
                pub language_code: &'a str,
            }

            impl Payload for $get<'_> {
                type Output = $told;
                const NAME: &'static str = $get_name;
            }

            #[doc = concat!("`", $set_name, "` for one language.")]
            #[derive(Debug, Clone, Serialize)]
            pub struct $set<'a> {
                /// The text; plain.
                pub $field: String,
                /// Two letters; empty for everybody without a text of their own language.
                #[serde(skip_serializing_if = "str::is_empty")]
                pub language_code: &'a str,
            }

            impl Payload for $set<'_> {
                type Output = True;
                const NAME: &'static str = $set_name;
            }
        )*
    };
}

texts! {
    GetMyDescription SetMyDescription description BotDescription "getMyDescription" "setMyDescription";
    GetMyShortDescription SetMyShortDescription short_description BotShortDescription
        "getMyShortDescription" "setMyShortDescription";
}

/// `getMyDefaultAdministratorRights`, asked for what the answer tells of the server's age.
#[derive(Debug, Clone, Serialize)]
pub struct GetDefaultRights {}

impl Payload for GetDefaultRights {
    type Output = DefaultRights;
    const NAME: &'static str = "getMyDefaultAdministratorRights";
}

/// The rights that a bot asks for, as far as this bot looks at them.
#[derive(Debug, Clone, Deserialize)]
pub struct DefaultRights {
    /// Present in every answer since Bot API 10.3, whether true or false.
    #[serde(default)]
    pub can_send_welcome_messages: Option<bool>,
}
