//! Every sentence that the bot says itself, in the languages it speaks.
//!
//! One function per sentence. Its English stands on its page, its words in another language in the file of that language;
//! nobody can add one without the other, since a language that lacks a sentence does not compile. All of them are **plain text**: no Markdown, no entities, nothing to escape, and a model's
//! name or a number in a sentence cannot break it. They fit one message each.
//!
//! The tone is plain, short and honest: what happened, and what the person can do. A sentence names no command that
//! does not exist yet and claims nothing that the bot does not do; when a command arrives, its sentences change here.

mod chart;
mod access;
mod commands;
mod count;
mod failures;
mod groups;
mod inline;
mod languages;
mod money;
mod owner;
mod panels;
mod personas;
mod people;
mod phrases;
mod privacy;
mod status;
#[cfg(test)]
mod tests;
mod unread;

pub use access::{
    as_before, decide_usage, excluded, holds_allowed, holds_banned, holds_open, holds_owner, holds_stranger,
    origin_hidden, private_bot, stand_in, standing_allowed, standing_banned, standing_group, standing_owner,
    standing_stranger, was_before, who,
};
pub use chart::{Days, chart};
pub use commands::{
    Audience, button_expired, commands, continued_in_file, description, edit_of_a_part, edit_too_late, help, menu,
    nothing_to_forget, nothing_to_retry, nothing_to_stop, placeholder, retry_button, short_description, start,
    started_over, started_over_as, stop_button, stop_not_yours, stopped, unknown_command, unknown_command_but,
};
pub use failures::{
    account, answer_too_dear, bots_budget_used_up, budget_used_up, busy, context_too_long, cut_off, empty_answer,
    empty_question, gave_up, length_limit, moderated, no_such_model, only_reasoning, our_failure, refused, stalled,
    stalled_before_text, too_many_messages, took_too_long,
};
pub use groups::{admins_unknown, for_admins, group_added_by_a_stranger, group_joined};
pub use inline::{
    inline_answer_button, inline_answered, inline_cut, inline_description, inline_forgotten, inline_hint,
    inline_no_budget, inline_not_allowed, inline_not_yours, inline_private, inline_title, inline_whole_button,
    inline_whole_gone,
};
pub use languages::Language;
pub use money::{
    Statement, Used, budget, budget_in_force, budget_negative, budget_set, budget_too_large, budget_usage, stats,
};
pub use owner::{
    owner_account, owner_backlog, owner_budget_used_up, owner_no_such_model, owner_parked, owner_queue_old,
    owner_store_trouble, owner_undeliverable, owner_webhook_failing, owner_webhook_taken,
};
pub use panels::{
    default_model_button, effort_default, effort_high, effort_low, effort_max, effort_medium, effort_minimal,
    effort_none, effort_xhigh, language_button, language_heading, language_of_a_group, language_of_each,
    language_of_telegram, length_long, length_normal, length_short, makers_button, model_chosen, model_gone,
    model_heading, model_hint, model_not_offered, models_found, models_legend, models_of, no_model_found,
    no_models_known, panel_expired, panel_not_yours, price_free, price_varies, search_is_off, search_is_on,
    search_off_button, search_on_button, setting_effort, setting_kept, setting_language, setting_length,
    settings_button, settings_heading, settings_model_button, transcripts_are_off, transcripts_are_on,
    transcripts_off_button, transcripts_on_button,
};
pub use people::{
    PersonLine, allow_button, ban_button, nobody_found, nobody_known, people_button, people_found, people_heading,
    person_card, person_line, person_not_seen, unban_button,
};
pub use personas::{
    no_such_persona, no_such_persona_but, own_instructions, persona_chosen, persona_gone, persona_heading,
    persona_hint, persona_none, persona_not_offered, persona_off, persona_waits, settings_persona_button,
};
pub use privacy::{
    Stored, ask_in_private, export_empty, export_follows, export_group, export_inline, export_picture, export_private,
    export_replaced, export_title, export_topic, forget_ask, forget_button, forget_done, forget_keep_button,
    forget_kept, privacy,
};
pub use status::{Credit, Outside, Queue, Status, Waiting, status};
pub use unread::{
    cannot_hear, cannot_read, cannot_repaint, cannot_see, file_empty, file_gone, file_too_large, file_unreachable,
    file_unreadable, files_too_much, no_pictures, no_words_heard, nobody_hears, nobody_sees, not_heard, picture_failed,
    picture_not_taken, picture_odd, picture_of_what, picture_refused, this_file,
};
