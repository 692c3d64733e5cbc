//! What every sentence keeps to, and how some of them read.

use std::collections::BTreeSet;

use teloxide::types::UserId;

use super::*;

/// Longest message, in UTF-16 units (Bot API, sendMessage).
const MESSAGE_UNITS: usize = 4096;

/// Every sentence of the book.
fn book(language: Language) -> Vec<(&'static str, String)> {
    let pages = [
        commands::examples(language),
        failures::examples(language),
        owner::examples(language),
        panels::examples(language),
        unread::examples(language),
    ];
    pages.into_iter().flatten().chain([("help", help(language))]).collect()
}

#[test]
fn every_sentence_exists_in_both_languages_and_fits_a_message() {
    for ((key, en), (_, ru)) in book(Language::En).into_iter().zip(book(Language::Ru)) {
        assert_ne!(en, ru, "{key}");
        for sentence in [en, ru] {
            assert!(!sentence.contains(['{', '}']), "{key} has a placeholder left: {sentence}");
            assert!((1..=MESSAGE_UNITS).contains(&sentence.encode_utf16().count()), "{key}");
            assert_eq!(sentence.trim(), sentence, "{key} has space around it");
            assert!(!sentence.contains("  "), "{key} has a gap in it: {sentence}");
        }
    }
}

#[test]
fn russian_is_written_in_russian_and_english_in_english() {
    let cyrillic = |text: &str| text.chars().any(|c| ('а'..='я').contains(&c));
    for (key, sentence) in book(Language::Ru) {
        assert!(cyrillic(&sentence), "{key}");
    }
    for (key, sentence) in book(Language::En) {
        assert!(!cyrillic(&sentence), "{key}");
    }
}

#[test]
fn no_sentence_names_a_command_that_does_not_exist() {
    let known: BTreeSet<String> = menu(Language::En).into_iter().map(|entry| entry.command).collect();
    for (key, sentence) in Language::ALL.into_iter().flat_map(book) {
        let words = sentence.split(|c: char| c.is_whitespace() || "().,;:".contains(c));
        for command in words.filter_map(|word| word.strip_prefix('/')) {
            assert!(known.contains(command), "{key} names /{command}");
        }
    }
}

#[test]
fn no_two_sentences_are_the_same() {
    for language in Language::ALL {
        let book = book(language);
        let distinct: BTreeSet<&String> = book.iter().map(|(_, sentence)| sentence).collect();
        assert_eq!(distinct.len(), book.len());
    }
}

#[test]
fn every_kind_of_message_has_its_own_sentence() {
    let sentences: BTreeSet<String> = Unread::ALL.into_iter().map(|kind| cannot_read(Language::Ru, kind)).collect();
    assert_eq!(sentences.len(), Unread::ALL.len());
}

#[test]
fn the_menu_is_one_that_telegram_takes() {
    for entry in Language::ALL.into_iter().flat_map(menu) {
        assert!(entry.command.len() <= 32 && entry.command.chars().all(|c| c.is_ascii_lowercase()));
        assert!((1..=256).contains(&entry.description.chars().count()));
    }
}

#[test]
fn the_language_is_russian_for_russian_tags_alone() {
    for tag in ["ru", "ru-RU", "RU", "ru_RU"] {
        assert_eq!(Language::of(Some(tag)), Language::Ru, "{tag}");
    }
    for tag in [None, Some(""), Some("en"), Some("uk"), Some("be"), Some("run"), Some("rus")] {
        assert_eq!(Language::of(tag), Language::En, "{tag:?}");
    }
}

#[test]
fn the_first_words_read_well() {
    insta::assert_snapshot!(start(Language::En, "openai/gpt-5-mini"), @r#"
    Hello! I am a language model in this chat. Write me a question, and the answer appears while it is being written.

    I remember our conversation; /new starts a fresh one, /stop ends an answer, /help lists the commands.

    Model: openai/gpt-5-mini. It can be wrong: check what matters.
    "#);
    insta::assert_snapshot!(start(Language::Ru, "openai/gpt-5-mini"), @r#"
    Здравствуйте! Я языковая модель в этом чате. Напишите вопрос, и ответ будет появляться по мере написания.

    Я помню наш разговор; /new начинает новый, /stop прерывает ответ, /help показывает команды.

    Модель: openai/gpt-5-mini. Она может ошибаться: важное проверяйте.
    "#);
    insta::assert_snapshot!(help(Language::En), @r#"
    Write me anything, and I will answer. I can only read text for now.

    /new — start a new conversation
    /new You are a pirate — start with your own instructions
    /stop — stop the answer being written
    /retry — answer the last question again
    /model — choose the model
    /settings — how I answer
    /language — in which language I speak
    /help — what I can do
    /start — how to begin
    "#);
    insta::assert_snapshot!(help(Language::Ru), @r#"
    Напишите мне что угодно, и я отвечу. Пока я читаю только текст.

    /new — начать новый разговор
    /new Ты пират — начать со своими указаниями
    /stop — прервать ответ
    /retry — ответить на последний вопрос заново
    /model — выбрать модель
    /settings — как я отвечаю
    /language — на каком языке я говорю
    /help — что я умею
    /start — с чего начать
    "#);
    insta::assert_snapshot!(private_bot(Language::En, UserId(123)), @"This bot is private. Your id is 123: send it to its owner.");
    insta::assert_snapshot!(private_bot(Language::Ru, UserId(123)), @"Это закрытый бот. Ваш id: 123. Отправьте его владельцу бота.");
    insta::assert_snapshot!(our_failure(Language::En), @"Something broke on my side. Your message is kept; I will try again.");
    insta::assert_snapshot!(gave_up(Language::Ru), @"Мне не удалось ответить на это сообщение, и оно отложено: его сможет посмотреть владелец. Можете отправить его ещё раз или продолжить разговор о другом.");
}
