//! What every sentence keeps to, and how some of them read.

use std::collections::{BTreeMap, BTreeSet};

use teloxide::types::UserId;

use super::*;

/// Longest message, in UTF-16 units (Bot API, sendMessage).
const MESSAGE_UNITS: usize = 4096;

/// Every sentence of the book.
fn book(language: Language) -> Vec<(&'static str, String)> {
    let pages = [
        chart::examples(language),
        access::examples(language),
        commands::examples(language),
        failures::examples(language),
        inline::examples(language),
        groups::examples(language),
        groups::composed(language),
        money::examples(language),
        money::composed(language),
        owner::examples(language),
        panels::examples(language),
        personas::examples(language),
        people::examples(language),
        people::composed(language),
        privacy::examples(language),
        privacy::composed(language),
        status::examples(language),
        status::composed(language),
        unread::examples(language),
    ];
    pages.into_iter().flatten().chain(Audience::ALL.map(|all| ("help", help(language, all, true)))).collect()
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
    let mut known: BTreeSet<&str> = Audience::ALL.into_iter().flat_map(|audience| commands(audience, true)).collect();
    // What somebody has mistyped, in an example.
    known.insert("modle");
    for (key, sentence) in Language::ALL.into_iter().flat_map(book) {
        let words = sentence.split(|c: char| c.is_whitespace() || "().,;:?".contains(c));
        for command in words.filter_map(|word| word.strip_prefix('/')) {
            assert!(known.contains(command), "{key} names /{command}");
        }
    }
}

#[test]
fn no_two_sentences_are_the_same() {
    for language in Language::ALL {
        let mut known = BTreeMap::new();
        for (name, sentence) in book(language) {
            if let Some(twin) = known.insert(sentence, name) {
                panic!("{language:?}: {name} says what {twin} says");
            }
        }
    }
}

#[test]
fn every_kind_of_message_has_its_own_sentence() {
    let kinds = ["video", "animation", "story", "unheard_of"];
    let sentences: BTreeSet<String> = kinds.into_iter().map(|kind| cannot_read(Language::Ru, kind)).collect();
    assert_eq!(sentences.len(), kinds.len());
}

#[test]
fn the_menu_is_one_that_telegram_takes() {
    for audience in Audience::ALL {
        for entry in Language::ALL.into_iter().flat_map(|language| menu(language, audience, true)) {
            assert!(entry.command.len() <= 32 && entry.command.chars().all(|c| c.is_ascii_lowercase()));
            assert!((1..=256).contains(&entry.description.chars().count()));
        }
        let distinct: BTreeSet<&str> = commands(audience, true).into_iter().collect();
        assert_eq!(distinct.len(), commands(audience, true).len());
    }
    for language in Language::ALL {
        // Bot API, setMyDescription and setMyShortDescription.
        assert!((1..=512).contains(&description(language).chars().count()));
        assert!((1..=120).contains(&short_description(language).chars().count()));
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
    insta::assert_snapshot!(start(Language::En, "GPT-5 Mini"), @r#"
    Hello! Ask me anything, in any language: a language model answers, and you watch it write.

    For example: “What can I cook with two eggs and a tomato?” Or send me a text and say what to do with it.

    I remember what we talk about; /new begins afresh. At the moment GPT-5 Mini answers: /model has others, /persona gives it a role, /help lists the rest.

    Models make mistakes, so check what matters.
    "#);
    insta::assert_snapshot!(start(Language::Ru, "GPT-5 Mini"), @r#"
    Здравствуйте! Спрашивайте о чём угодно и на любом языке: ответит языковая модель, прямо у вас на глазах.

    Например: «Что приготовить из двух яиц и помидора?» Или пришлите текст и скажите, что с ним сделать.

    Я помню, о чём мы говорим; /new начинает с чистого листа. Сейчас отвечает GPT-5 Mini: другие модели в /model, роль для неё в /persona, всё остальное в /help.

    Модели ошибаются, поэтому важное проверяйте.
    "#);
    insta::assert_snapshot!(help(Language::En, Audience::Person, false), @r#"
    Write me anything, or send a photo, a voice message or a file, and I will answer.

    /new — start a new conversation
    /new You are a pirate — start with your own instructions
    /stop — stop the answer being written
    /retry — answer the last question again
    /model — choose the model
    /persona — choose who I am to be
    /settings — how I answer
    /language — in which language I speak
    /stats — what your answers cost, and what is left
    /privacy — what I keep of you
    /export — take along everything I keep of you
    /forget — delete everything I keep of you
    /help — what I can do
    /start — how to begin
    "#);
    insta::assert_snapshot!(help(Language::Ru, Audience::Person, false), @r#"
    Напишите мне что угодно или пришлите фото, голосовое сообщение или файл, и я отвечу.

    /new — начать новый разговор
    /new Ты пират — начать со своими указаниями
    /stop — прервать ответ
    /retry — ответить на последний вопрос заново
    /model — выбрать модель
    /persona — выбрать мне роль
    /settings — как я отвечаю
    /language — на каком языке я говорю
    /stats — сколько стоили ответы и сколько осталось
    /privacy — что я о вас храню
    /export — забрать всё, что я о вас храню
    /forget — удалить всё, что я о вас храню
    /help — что я умею
    /start — с чего начать
    "#);
}

#[test]
fn what_is_said_in_groups_and_to_strangers_reads_well() {
    insta::assert_snapshot!(help(Language::Ru, Audience::Group, false), @r#"
    Упомяните меня, ответьте на моё сообщение или напишите /ask, и я отвечу. Остального, что здесь пишут, я не читаю. Как я отвечаю и о чём помню, решают администраторы группы: /settings, /new.

    /ask — спросить меня
    /stop — прервать ответ
    /retry — ответить на последний вопрос заново
    /new — начать новый разговор
    /model — выбрать модель
    /persona — выбрать мне роль
    /settings — как я отвечаю
    /help — что я умею
    "#);
    insta::assert_snapshot!(private_bot(Language::En, UserId(123)), @"This bot is private. Your id is 123: send it to its owner.");
    insta::assert_snapshot!(private_bot(Language::Ru, UserId(123)), @"Это закрытый бот. Ваш id: 123. Отправьте его владельцу бота.");
    insta::assert_snapshot!(our_failure(Language::En), @"Something broke on my side. Your message is kept; I will try again.");
    insta::assert_snapshot!(gave_up(Language::Ru), @"Мне не удалось ответить на это сообщение, и оно отложено: его сможет посмотреть владелец. Можете отправить его ещё раз или продолжить разговор о другом.");
}

#[test]
fn a_statement_reads_in_english() {
    let mut sheets = money::composed(Language::En).into_iter();
    let mut next = || sheets.next().unwrap().1;
    insta::assert_snapshot!(next(), @"
    Today (UTC): 3 questions, 1,233 tokens, $0.012345
    This month: 78 questions, 32,058 tokens, $3.10321

    This month by model:
    lab/model-1 — 1 question, $1.00
    lab/model-2 — 2 questions, $0.50
    lab/model-3 — 3 questions, $0.333333
    lab/model-4 — 4 questions, $0.25
    lab/model-5 — 5 questions, $0.20
    lab/model-6 — 6 questions, $0.166666
    lab/model-7 — 7 questions, $0.142857
    lab/model-8 — 8 questions, $0.125
    lab/model-9 — 9 questions, $0.111111
    lab/model-10 — 10 questions, $0.10
    other models — 26 questions, $0.174242

    Left for today: $0.987655 of $1.00. It starts again at 00:00 UTC.

    Kept back for answers whose cost is not known yet: $0.00135

    The cost is not known: 2 questions

    Model: Lab: Model 1
    ");
    insta::assert_snapshot!(next(), @"
    Today (UTC): 0 questions, 0 tokens, $0.00
    This month: 1 question, 411 tokens, $0.00

    This month by model:
    lab/free — 1 question, free

    There is no limit on what your answers may cost.

    Model: lab/free
    ");
    insta::assert_snapshot!(next(), @"
    You have not asked anything this month.

    There is no limit on what your answers may cost.

    Model: lab/free
    ");
}

#[test]
fn a_statement_reads_in_russian() {
    let mut sheets = money::composed(Language::Ru).into_iter();
    let mut next = || sheets.next().unwrap().1;
    insta::assert_snapshot!(next(), @"
    Сегодня (UTC): 3 вопроса, 1233 токена, $0.012345
    В этом месяце: 78 вопросов, 32 058 токенов, $3.10321

    В этом месяце по моделям:
    lab/model-1 — 1 вопрос, $1.00
    lab/model-2 — 2 вопроса, $0.50
    lab/model-3 — 3 вопроса, $0.333333
    lab/model-4 — 4 вопроса, $0.25
    lab/model-5 — 5 вопросов, $0.20
    lab/model-6 — 6 вопросов, $0.166666
    lab/model-7 — 7 вопросов, $0.142857
    lab/model-8 — 8 вопросов, $0.125
    lab/model-9 — 9 вопросов, $0.111111
    lab/model-10 — 10 вопросов, $0.10
    другие модели — 26 вопросов, $0.174242

    На сегодня осталось $0.987655 из $1.00. Новый бюджет начнётся в 00:00 UTC.

    Отложено на ответы, стоимость которых ещё не известна: $0.00135

    Стоимость не известна: 2 вопроса

    Модель: Lab: Model 1
    ");
    insta::assert_snapshot!(next(), @"
    Сегодня (UTC): 0 вопросов, 0 токенов, $0.00
    В этом месяце: 1 вопрос, 411 токенов, $0.00

    В этом месяце по моделям:
    lab/free — 1 вопрос, бесплатно

    Стоимость ваших ответов не ограничена.

    Модель: lab/free
    ");
    insta::assert_snapshot!(next(), @"
    В этом месяце вы ещё ничего не спрашивали.

    Стоимость ваших ответов не ограничена.

    Модель: lab/free
    ");
}
