//! `/stats` with its chart: the picture arrives once, its words arrive in any case, and a year of answers is no more work
//! than a month of them.

use routergram::chart;
use routergram::replies::{self, Days, Language, Statement, Used};
use routergram::sandbox::telegram::view::MessageView;
use routergram::sandbox::telegram::{Fault, Trouble};

use crate::tools::tree;
use crate::world::audit::{open, stored};
use crate::world::{ANNA, BORIS, Mode, World};

/// A model with a price.
const PRICED: [(&str, &str); 2] = [("MODEL", "openai/gpt-4o-mini"), ("MAX_TOKENS", "50")];
/// How a PNG begins, and where its width and height stand.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xb0\0\0\x03\x20";

async fn priced(mode: Mode) -> World {
    let world = World::with_settings(mode, &PRICED).await;
    world.model.answers("x".repeat(200));
    world
}

/// The picture of a message.
fn picture(world: &World, message: &MessageView) -> Option<Vec<u8>> {
    let file = world.telegram.file(message.photo.as_ref()?)?;
    Some(file.bytes.to_vec())
}

/// The pixels of a picture.
fn pixels(png: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

#[tokio::test]
async fn stats_come_as_a_picture_with_the_words_below_it_in_both_languages() {
    let world = priced(Mode::Webhook).await;
    for (person, tail) in [(ANNA, "Model: "), (BORIS, "Модель: ")] {
        world.says(person, person, "what?");
        world.answers(person, 1).await;
        world.says(person, person, "/stats");
        let said = world.answers(person, 2).await;
        let picture = picture(&world, &said[1]).expect("a picture");
        assert!(picture.starts_with(PNG), "1200 × 800 pixels of PNG");
        assert!(said[1].text.contains("openai/gpt-4o-mini — 1 ") && said[1].text.contains(tail), "{}", said[1].text);
        world.drains().await;
        assert_eq!(world.said(person).len(), 2);
    }
    let pictures = [ANNA, BORIS].map(|person| picture(&world, &world.said(person)[1]));
    assert_ne!(pictures[0], pictures[1], "each in their language");
    world.ends().await;
}

#[tokio::test]
async fn before_anything_cost_something_stats_are_words_alone() {
    let world = priced(Mode::Polling).await;
    world.anna("/stats");
    let said = world.answers(ANNA, 1).await;
    assert_eq!((&said[0].photo, world.called("sendPhoto")), (&None, 0));
    world.ends().await;
}

#[tokio::test]
async fn where_pictures_are_refused_the_words_come_alone() {
    for (code, description) in [
        (400, "Bad Request: not enough rights to send photos to the chat"),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (413, "Request Entity Too Large"),
    ] {
        let mut world = priced(Mode::Webhook).await;
        world.expects_in_log(&["Telegram refused a picture"]);
        world.anna("what?");
        world.answers(ANNA, 1).await;
        world.telegram.fail(Fault::new(
            "sendPhoto",
            100,
            Trouble::Refused { code, description: description.to_owned() },
        ));
        world.anna("/stats");
        let said = world.answers(ANNA, 2).await;
        world.drains().await;
        assert!(
            said[1].photo.is_none() && said[1].text.contains("openai/gpt-4o-mini — 1 question"),
            "{}",
            said[1].text
        );
        assert_eq!((world.said(ANNA).len(), world.called("sendPhoto")), (2, 1), "{description}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_picture_that_a_kill_kept_from_going_out_is_drawn_again_and_comes_once() {
    let mut world = World::asleep(Mode::Webhook, &PRICED).await;
    world.bot.set("ROUTERGRAM_FAULT_HOLD", "before-sendPhoto");
    world.bot.starts().await;
    world.model.answers("x".repeat(200));
    world.expects_in_log(&["may arrive twice"]);
    world.anna("what?");
    world.answers(ANNA, 1).await;
    world.anna("/stats");
    let owed = || stored::<i64>(world.folder.path(), "SELECT count(*) FROM parts WHERE form = 'picture'");
    crate::world::until("the picture is owed", async || owed() == 1).await;
    let bytes: i64 = stored(world.folder.path(), "SELECT max(length(drawing)) FROM parts");
    assert!(bytes < 1_000, "what is kept is what is drawn from: {bytes} bytes");
    world.bot.dies();
    world.bot.unset("ROUTERGRAM_FAULT_HOLD");
    world.bot.starts().await;
    world.answers(ANNA, 2).await;
    world.drains().await;
    let said = world.said(ANNA);
    assert_eq!(said.len(), 2);
    assert!(picture(&world, &said[1]).expect("a picture").starts_with(PNG));
    world.ends().await;
}

/// A year in which twenty people asked five models every day, and this month is like the others.
const A_YEAR: &str = "
    WITH RECURSIVE day(back) AS (SELECT 0 UNION ALL SELECT back + 1 FROM day WHERE back < 365),
                   person(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM person WHERE n < 19),
                   model(m) AS (SELECT 1 UNION ALL SELECT m + 1 FROM model WHERE m < 5)
    INSERT INTO spent
    SELECT (SELECT max(bot) FROM inbox), 1001 + n, unixepoch() / 86400 - back, 'lab/model-' || m, 3, 0, 100, 200, 1000 * m
    FROM day, person, model";

#[tokio::test]
async fn a_year_of_answers_is_charted_by_this_month_alone() {
    let world = priced(Mode::Webhook).await;
    world.says(BORIS, BORIS, "/help");
    world.answers(BORIS, 1).await;
    open(world.folder.path()).execute_batch(A_YEAR).unwrap();
    world.anna("/stats");
    let said = world.answers(ANNA, 1).await;
    let since = "SELECT 3 * 5 * CAST(strftime('%d', 'now') AS INTEGER)";
    let questions: i64 = stored(world.folder.path(), since);
    assert!(said[0].text.contains(&format!("This month: {questions} questions")), "{}", said[0].text);
    assert!(said[0].photo.is_some());
    world.ends().await;
}

/// What the pictures of the documents show.
fn example(language: Language) -> chart::Chart {
    let used = |micro_usd| Used { questions: 9, unpriced: 0, tokens: 9_000, micro_usd };
    let costs = [
        120, 340, 0, 1, 560, 910, 20, 430, 220, 0, 0, 710, 640, 80, 150, 990, 1_130, 310, 470, 260, 600, 0, 0, 0, 0, 0,
        0, 0, 0, 0,
    ];
    let models = [
        ("anthropic/claude-sonnet-4.5", 3_412_345),
        ("openai/gpt-4o-mini", 2_100_000),
        ("deepseek/deepseek-chat-v3.1", 1_310_000),
        ("google/gemini-2.5-flash-lite-preview-09-2025", 1_010_000),
        ("mistralai/mistral-small", 100_000),
        ("qwen/qwen3-32b", 8_655),
    ];
    let statement =
        Statement { models: models.map(|(model, cost)| (model.to_owned(), used(cost))).into(), ..Statement::default() };
    let days = Days { year: 2026, month: 11, costs: costs.map(|cost| cost * 1000).into(), today: 20 };
    replies::chart(language, &statement, &days).expect("it cost something")
}

#[test]
fn the_pictures_of_the_documents_are_what_the_program_draws() {
    for (language, name) in [(Language::En, "docs/stats.png"), (Language::Ru, "docs/stats.ru.png")] {
        let drawn = chart::draw(&example(language)).unwrap();
        if updating() {
            std::fs::write(tree(name), &drawn).unwrap();
        }
        let kept = std::fs::read(tree(name)).expect("UPDATE_DOCS=1 draws it");
        assert!(pixels(&kept) == pixels(&drawn), "{name} is another picture; UPDATE_DOCS=1 draws it");
        assert!(kept.len() < 40_000, "{} bytes", kept.len());
    }
}

#[expect(clippy::disallowed_methods, reason = "this variable is for the test runner, not for the program")]
fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}
