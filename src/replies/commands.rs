//! What the bot answers to commands, and what it says of itself.

use teloxide::types::BotCommand;

use super::Language;
use super::phrases::phrases;

phrases! {
    /// `/start`: what the bot does, how to begin, which model answers.
    pub start(model: &str = "OpenAI: GPT-5 Mini") {
        "Hello! Ask me anything, in any language: a language model answers, and you watch it write.\n\n\
         For example: “What can I cook with two eggs and a tomato?” Or send me a text and say what to do with it.\n\n\
         I remember what we talk about; /new begins afresh. At the moment {model} answers: /model has others, /persona \
         gives it a role, /help lists the rest.\n\n\
         Models make mistakes, so check what matters."
    }
    /// What stands in an empty chat with the bot: what it can do.
    pub description() {
        "Ask anything, in any language: a language model answers while you watch. It remembers the conversation, answers \
         again when you edit your question, takes on a role, and helps in groups.\n\nPress Start and write."
    }
    /// What stands in the bot's profile.
    pub short_description() {
        "A language model in your chat: ask, and watch the answer being written."
    }
    /// `/help`, around the list of commands.
    help_with(commands: &str = "/new — x") {
        "Write me anything, or send a photo, a voice message or a file, and I will answer.\n\n{commands}"
    }
    /// `/help` in a group, around the list of commands.
    help_in_a_group_with(commands: &str = "/ask — x") {
        "Mention me, reply to me or write /ask, and I will answer. The rest of what is said here I do not \
         read. How I answer and what I remember is up to the group's admins: /settings, /new.\n\n{commands}"
    }
    /// `/new`: the conversation is forgotten.
    pub started_over() {
        "A new conversation. I have set the old one aside and no longer think of it."
    }
    /// `/new You are a pirate`: with a system prompt of one's own.
    pub started_over_as() {
        "A new conversation, with your instructions. They hold until the next /new."
    }
    /// `/new` in a conversation that has not begun.
    pub nothing_to_forget() {
        "There is nothing to forget yet. Just write your question."
    }
    /// `/stop`, and the answer was ended.
    pub stopped() {
        "Stopped."
    }
    /// `/stop` while no answer is being written.
    pub nothing_to_stop() {
        "There is nothing to stop: I am not writing an answer. Just write your next question."
    }
    /// `/stop` while the answer to somebody else is being written.
    pub stop_not_yours() {
        "Somebody else asked for this answer; they can stop it."
    }
    /// A pressed button that does nothing (any more).
    pub button_expired() {
        "This button does nothing any more. Write your question again, or send /retry for the last one."
    }
    /// A command that the bot does not know. It is not a question to the model.
    pub unknown_command(command: &str = "modle") {
        "I do not know /{command}. /help lists the commands that I know."
    }
    /// The same, and the one that was probably meant.
    pub unknown_command_but(command: &str = "modle", meant: &str = "model") {
        "I do not know /{command}. Did you mean /{meant}?"
    }
    /// A question that was edited after another one had been asked.
    pub edit_too_late() {
        "It is too late to edit this question: the conversation has gone on. Send it again as a new message."
    }
    /// A part of a long text that was edited after it had been joined with the other parts.
    pub edit_of_a_part() {
        "I read your messages as one long text, so I cannot tell what its parts became. Send the whole text again."
    }
    /// `/retry` before anything was asked.
    pub nothing_to_retry() {
        "There is no question to answer again. Just write one."
    }
    /// Stands where an answer will grow. It stays true when it is left behind: the answer then follows below.
    pub placeholder() {
        "💬 The answer follows."
    }
    /// On the button under an answer that is being written.
    pub stop_button() { "⏹ Stop" }
    /// On the button under an answer that failed or was stopped.
    pub retry_button() { "🔄 Try again" }
    /// Below the beginning of an answer that is too long for messages.
    pub continued_in_file() {
        "This answer is too long for messages: all of it is in the file."
    }
    /// Description of `/ask` in the menu.
    menu_ask() { "ask me something" }
    /// Description of `/new` in the menu.
    menu_new() { "start a new conversation" }
    /// A line of `/help`: what else `/new` can do.
    new_instructed() {
        "/new You are a pirate — start with your own instructions"
    }
    /// Description of `/stop` in the menu.
    menu_stop() { "stop the answer being written" }
    /// Description of `/retry` in the menu.
    menu_retry() { "answer the last question again" }
    /// Description of `/image` in the menu.
    menu_image() { "paint a picture of what you say" }
    /// Description of `/model` in the menu.
    menu_model() { "choose the model" }
    /// Description of `/persona` in the menu.
    menu_persona() { "choose who I am to be" }
    /// Description of `/status` in the owner's menu.
    menu_status() { "how the bot is (owner)" }
    /// Description of `/users` in the owner's menu.
    menu_users() { "who writes to me, and what that costs (owner)" }
    /// Description of `/allow` in the owner's menu.
    menu_allow() { "let somebody in, by their id (owner)" }
    /// Description of `/ban` in the owner's menu.
    menu_ban() { "shut somebody out (owner)" }
    /// Description of `/unban` in the owner's menu.
    menu_unban() { "lift a ban (owner)" }
    /// Description of `/budget` in the owner's menu.
    menu_budget() { "what somebody may spend in a day (owner)" }
    /// Description of `/settings` in the menu.
    menu_settings() { "how I answer" }
    /// Description of `/language` in the menu.
    menu_language() { "in which language I speak" }
    /// Description of `/stats` in the menu.
    menu_stats() { "what your answers cost, and what is left" }
    /// Description of `/privacy` in the menu.
    menu_privacy() { "what I keep of you" }
    /// Description of `/export` in the menu.
    menu_export() { "take along everything I keep of you" }
    /// Description of `/forget` in the menu.
    menu_forget() { "delete everything I keep of you" }
    /// Description of `/help` in the menu.
    menu_help() { "what I can do" }
    /// Description of `/start` in the menu.
    menu_start() { "how to begin" }
}

/// Whom a menu is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// A person who writes to the bot.
    Person,
    /// The people of a group.
    Group,
    /// An owner who writes to the bot.
    Owner,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Person, Self::Group, Self::Owner];
}

/// What describes a command in a language.
type Describe = fn(Language) -> String;

/// What a person can do, the most used first.
const PERSONS: [(&str, Describe); 13] = [
    ("new", menu_new),
    ("stop", menu_stop),
    ("retry", menu_retry),
    ("model", menu_model),
    ("persona", menu_persona),
    ("settings", menu_settings),
    ("language", menu_language),
    ("stats", menu_stats),
    ("privacy", menu_privacy),
    ("export", menu_export),
    ("forget", menu_forget),
    ("help", menu_help),
    ("start", menu_start),
];

/// What is worth a line in a group's menu. The other commands that are not about one person work there too.
const GROUPS: [(&str, Describe); 8] = [
    ("ask", menu_ask),
    ("stop", menu_stop),
    ("retry", menu_retry),
    ("new", menu_new),
    ("model", menu_model),
    ("persona", menu_persona),
    ("settings", menu_settings),
    ("help", menu_help),
];

/// What an owner can do beside that.
const OWNERS: [(&str, Describe); 6] = [
    ("status", menu_status),
    ("users", menu_users),
    ("allow", menu_allow),
    ("ban", menu_ban),
    ("unban", menu_unban),
    ("budget", menu_budget),
];

/// Where there is a model that paints: behind the commands that everybody uses.
const PAINTING: (&str, Describe) = ("image", menu_image);

fn entries(audience: Audience, paints: bool) -> impl Iterator<Item = (&'static str, Describe)> {
    let (these, more): (&[_], &[_]) = match audience {
        Audience::Person => (&PERSONS, &[]),
        Audience::Group => (&GROUPS, &[]),
        Audience::Owner => (&PERSONS, &OWNERS),
    };
    let (first, rest) = these.split_at(3);
    first.iter().copied().chain(paints.then_some(PAINTING)).chain(rest.iter().chain(more).copied())
}

/// The commands of a menu; of a bot that `paints`, `/image` too.
#[must_use]
pub fn commands(audience: Audience, paints: bool) -> Vec<&'static str> {
    entries(audience, paints).map(|(command, _)| command).collect()
}

/// The menu of commands for `setMyCommands`, the most used first.
#[must_use]
pub fn menu(language: Language, audience: Audience, paints: bool) -> Vec<BotCommand> {
    entries(audience, paints).map(|(command, describe)| BotCommand::new(command, describe(language))).collect()
}

/// `/help`: the commands, one line each.
#[must_use]
pub fn help(language: Language, audience: Audience, paints: bool) -> String {
    let lines =
        menu(language, audience, paints).into_iter().map(|entry| format!("/{} — {}", entry.command, entry.description));
    let mut lines: Vec<String> = lines.collect();
    if audience == Audience::Group {
        return help_in_a_group_with(language, &lines.join("\n"));
    }
    lines.insert(1, new_instructed(language));
    help_with(language, &lines.join("\n"))
}
