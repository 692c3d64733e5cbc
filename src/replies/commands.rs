//! What the bot answers to commands, and what it says of itself.

use teloxide::types::BotCommand;

use super::Language;
use super::phrases::phrases;

phrases! {
    /// `/start`: what the bot is, which model answers, how to begin.
    pub start(model: &str = "openai/gpt-5-mini") {
        "Hello! I am a language model in this chat. Write me a question, and the answer appears while it is being \
         written.\n\n\
         I remember our conversation; /new starts a fresh one, /stop ends an answer, /help lists the commands.\n\n\
         Model: {model}. It can be wrong: check what matters."
        "Здравствуйте! Я языковая модель в этом чате. Напишите вопрос, и ответ будет появляться по мере \
         написания.\n\n\
         Я помню наш разговор; /new начинает новый, /stop прерывает ответ, /help показывает команды.\n\n\
         Модель: {model}. Она может ошибаться: важное проверяйте."
    }
    /// `/help`, around the list of commands.
    help_with(commands: &str = "/new — x") {
        "Write me anything, and I will answer. I can only read text for now.\n\n{commands}"
        "Напишите мне что угодно, и я отвечу. Пока я читаю только текст.\n\n{commands}"
    }
    /// `/new`: the conversation is forgotten.
    pub started_over() {
        "A new conversation. I have set the old one aside and no longer think of it."
        "Новый разговор. Прежний отложен, я его больше не учитываю."
    }
    /// `/new You are a pirate`: with a system prompt of one's own.
    pub started_over_as() {
        "A new conversation, with your instructions. They hold until the next /new."
        "Новый разговор, с вашими указаниями. Они действуют до следующей команды /new."
    }
    /// `/new` in a conversation that has not begun.
    pub nothing_to_forget() {
        "There is nothing to forget yet. Just write your question."
        "Забывать пока нечего. Просто напишите вопрос."
    }
    /// `/stop`, and the answer was ended.
    pub stopped() {
        "Stopped."
        "Остановлено."
    }
    /// `/stop` while no answer is being written.
    pub nothing_to_stop() {
        "There is nothing to stop: I am not writing an answer."
        "Останавливать нечего: сейчас я ничего не пишу."
    }
    /// `/stop` while the answer to somebody else is being written.
    pub stop_not_yours() {
        "Somebody else asked for this answer; they can stop it."
        "Этот ответ просил кто-то другой, он и может его остановить."
    }
    /// A pressed button that does nothing (any more).
    pub button_expired() {
        "This button does nothing any more."
        "Эта кнопка больше не работает."
    }
    /// A command that the bot does not know. It is not a question to the model.
    pub unknown_command() {
        "I do not know this command. /help lists the ones I know."
        "Я не знаю этой команды. Список команд: /help."
    }
    /// A question that was edited after another one had been asked.
    pub edit_too_late() {
        "It is too late to edit this question: the conversation has gone on. Send it again as a new message."
        "Этот вопрос уже поздно править: разговор ушёл дальше. Отправьте его новым сообщением."
    }
    /// A part of a long text that was edited after it had been joined with the other parts.
    pub edit_of_a_part() {
        "I read your messages as one long text, so I cannot tell what its parts became. Send the whole text again."
        "Я прочитал ваши сообщения как один длинный текст и не могу заменить его часть. Отправьте весь текст ещё раз."
    }
    /// `/retry` before anything was asked.
    pub nothing_to_retry() {
        "There is no question to answer again. Just write one."
        "Отвечать заново пока не на что. Просто напишите вопрос."
    }
    /// Stands where an answer will grow. It stays true when it is left behind: the answer then follows below.
    pub placeholder() {
        "💬 The answer follows."
        "💬 Сейчас будет ответ."
    }
    /// On the button under an answer that is being written.
    pub stop_button() { "⏹ Stop" "⏹ Остановить" }
    /// On the button under an answer that failed or was stopped.
    pub retry_button() { "🔄 Try again" "🔄 Ещё раз" }
    /// Below the beginning of an answer that is too long for messages.
    pub continued_in_file() {
        "This answer is too long for messages: all of it is in the file."
        "Этот ответ слишком длинный для сообщений: целиком он в файле."
    }
    /// Description of `/new` in the menu.
    menu_new() { "start a new conversation" "начать новый разговор" }
    /// Description of `/stop` in the menu.
    menu_stop() { "stop the answer being written" "прервать ответ" }
    /// Description of `/retry` in the menu.
    menu_retry() { "answer the last question again" "ответить на последний вопрос заново" }
    /// Description of `/model` in the menu.
    menu_model() { "choose the model" "выбрать модель" }
    /// Description of `/settings` in the menu.
    menu_settings() { "how I answer" "как я отвечаю" }
    /// Description of `/language` in the menu.
    menu_language() { "in which language I speak" "на каком языке я говорю" }
    /// Description of `/stats` in the menu.
    menu_stats() { "what your answers cost, and what is left" "сколько стоили ответы и сколько осталось" }
    /// Description of `/help` in the menu.
    menu_help() { "what I can do" "что я умею" }
    /// Description of `/start` in the menu.
    menu_start() { "how to begin" "с чего начать" }
}

/// The menu of commands for `setMyCommands`, the most used first.
#[must_use]
pub fn menu(language: Language) -> Vec<BotCommand> {
    let entries = [
        ("new", menu_new(language)),
        ("stop", menu_stop(language)),
        ("retry", menu_retry(language)),
        ("model", menu_model(language)),
        ("settings", menu_settings(language)),
        ("language", menu_language(language)),
        ("stats", menu_stats(language)),
        ("help", menu_help(language)),
        ("start", menu_start(language)),
    ];
    entries.into_iter().map(|(command, description)| BotCommand::new(command, description)).collect()
}

/// `/help`: the commands, one line each.
#[must_use]
pub fn help(language: Language) -> String {
    let lines = menu(language).into_iter().map(|entry| format!("/{} — {}", entry.command, entry.description));
    let instructed = match language {
        Language::En => "/new You are a pirate — start with your own instructions",
        Language::Ru => "/new Ты пират — начать со своими указаниями",
    };
    let mut lines: Vec<String> = lines.collect();
    lines.insert(1, instructed.to_owned());
    help_with(language, &lines.join("\n"))
}
