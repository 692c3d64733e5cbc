//! The bot itself: `getMe`, its name and descriptions.

use serde_json::{Value, json};

use super::{Ask, yes};
use crate::sandbox::telegram::answer::Success;
use crate::sandbox::telegram::chat::ChatKind;
use crate::sandbox::telegram::wire;
use crate::sandbox::telegram::{DraftStop, InlineMode};

/// `getMe`.
pub(super) fn get_me(ask: &Ask<'_>) -> Success {
    let world = &ask.world;
    let topics = world.chats.values().any(|chat| chat.kind == ChatKind::Private && chat.forum);
    let mut me = wire::bot(world);
    let abilities = [
        ("can_join_groups", world.bot.joinable),
        ("can_read_all_group_messages", !world.bot.privacy),
        ("supports_inline_queries", world.switches.inline != InlineMode::Off),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
        ("has_topics_enabled", topics),
        ("allows_users_to_create_topics", topics),
    ];
    for (name, able) in abilities {
        me[name] = json!(able);
    }
    me.into()
}

/// What administrators may do in groups, none of which the bot asks for by itself.
const RIGHTS: [&str; 13] = [
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
];

/// `getMyDefaultAdministratorRights`: all are false.
pub(super) fn default_rights(ask: &Ask<'_>) -> Success {
    // Bot API 10.3 brought both.
    let newest = (ask.world.switches.draft_stop != DraftStop::Ignored).then_some("can_send_welcome_messages");
    RIGHTS.into_iter().chain(newest).map(|right| (right.to_owned(), json!(false))).collect::<Value>().into()
}

/// Remembers a name, a description or a menu button.
pub(super) fn set(method: &str, ask: &mut Ask<'_>) -> Success {
    let key = key(method, ask);
    let value = ask.params.get(field(method)).cloned();
    match value {
        Some(value) => ask.world.bot.profile.insert(key, value),
        None => ask.world.bot.profile.remove(&key),
    };
    yes()
}

/// Says it again.
pub(super) fn get(method: &str, ask: &Ask<'_>) -> Success {
    let field = field(method);
    let known = ask.world.bot.profile.get(&key(method, ask)).cloned();
    match (field, known) {
        ("menu_button", known) => known.unwrap_or_else(|| json!({"type": "commands"})).into(),
        ("name", None) => json!({"name": ask.world.bot.name}).into(),
        (field, known) => json!({field: known.unwrap_or(Value::from(""))}).into(),
    }
}

fn field(method: &str) -> &'static str {
    match &method[3..] {
        "MyName" => "name",
        "MyDescription" => "description",
        "MyShortDescription" => "short_description",
        _ => "menu_button",
    }
}

/// By language, or by chat for menu buttons.
fn key(method: &str, ask: &Ask<'_>) -> (String, String) {
    let scope = ask.params.int("chat_id").map(|chat| chat.to_string());
    let scope = scope.or_else(|| ask.params.text("language_code").map(ToOwned::to_owned));
    (field(method).to_owned(), scope.unwrap_or_default())
}
