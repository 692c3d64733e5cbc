//! `/image`: a picture of what was said, or of another picture; sent once, paid once, and told where it fails.

use routergram::replies::{self, Language};
use routergram::sandbox::model::{Fault, Trade};
use routergram::sandbox::telegram::view::{Item, MessageView, Share};
use routergram::sandbox::telegram::{self, Trouble};

use crate::catalogue::knows_models;
use crate::world::acts::buttons;
use crate::world::audit::stored;
use crate::world::samples::{self, photo, png};
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

const EN: Language = Language::En;
/// It starts from pictures, too.
const PAINTER: &str = "bytedance-seed/seedream-4.5";
/// It paints from words alone.
const BLIND: &str = "recraft/recraft-v3";

async fn world(settings: &[(&str, &str)]) -> World {
    let settings: Vec<_> = [("IMAGE_MODEL", PAINTER)].into_iter().chain(settings.iter().copied()).collect();
    World::with_settings(Mode::Webhook, &settings).await
}

/// The last message of the bot, after everything is dealt with.
async fn last(world: &World, chat: i64) -> MessageView {
    world.drains().await;
    world.said(chat).pop().expect("something was said")
}

fn bytes(world: &World, message: &MessageView) -> Vec<u8> {
    let file = message.photo.as_ref().expect("it is a picture");
    world.telegram.file(file).expect("Telegram has it").bytes.to_vec()
}

/// What was to be painted at last, and from how many pictures.
fn wished(world: &World) -> (String, usize) {
    let asked = world.model.asked_beside().pop().expect("something was to be painted");
    (asked.prompt, asked.media.len())
}

#[tokio::test]
async fn a_picture_comes_with_the_beginning_of_what_was_asked_for_and_is_counted() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = World::with_settings(mode, &[("IMAGE_MODEL", PAINTER)]).await;
        world.anna("/image a red bicycle\nin the snow");
        let picture = last(&world, ANNA).await;
        assert_eq!((picture.text.as_str(), picture.keyboard.as_ref()), ("a red bicycle in the snow", None));
        assert!(bytes(&world, &picture).starts_with(b"\x89PNG"));
        assert_eq!(wished(&world), ("a red bicycle\nin the snow".to_owned(), 0));
        assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 0));
        world.settles().await;
        assert_eq!(world.misbooked(), Vec::<String>::new());
        let cost: i64 = stored(world.folder.path(), "SELECT cost_micro_usd FROM spent WHERE user_id <> 0");
        assert_eq!(cost, 40_000);
        assert_eq!(
            stored::<i64>(world.folder.path(), "SELECT count(*) FROM parts"),
            0,
            "the picture is kept no longer"
        );
        // It is no part of what the model is told.
        world.anna("hello");
        world.drains().await;
        assert!(!world.model.requests()[0].body.to_string().contains("bicycle"));
        world.ends().await;
    }
}

#[tokio::test]
async fn a_picture_that_is_painted_is_delivered_after_a_crash_and_not_painted_again() {
    let mut world = world(&[]).await;
    world.telegram.fail(telegram::Fault::new("sendPhoto", 1, Trouble::TooManyRequests { retry_after: 2 }));
    world.anna("/image a cat");
    world.an_answer_is_stored().await;
    world.bot.dies();
    world.bot.starts().await;
    world.expects_in_log(&["may arrive twice"]);
    let picture = last(&world, ANNA).await;
    assert!(bytes(&world, &picture).starts_with(b"\x89PNG"));
    assert_eq!((world.model.asked_beside().len(), world.said(ANNA).len()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn a_picture_is_changed_in_reply_to_it_or_below_its_own_caption() {
    let world = world(&[]).await;
    let shown = world.sends(ANNA, GROUP, photo(20, 10));
    let wish = |text: &str, to: i64| Share {
        chat: GROUP,
        user: BORIS,
        items: vec![Item::Text { text: text.into() }],
        reply_to: Some(to),
        ..Share::default()
    };
    let asked_in = world.shares(wish("/image@routergram_bot make it blue", shown))[0];
    let changed = last(&world, GROUP).await;
    assert_eq!(wished(&world), ("make it blue".to_owned(), 1));
    assert_eq!(world.model.asked_beside()[0].media[0].bytes, png(20, 10));
    assert_eq!((changed.reply_to, changed.text.as_str()), (Some(asked_in), "make it blue"));
    // The bot's own as well.
    world.shares(wish("/image and larger", changed.message_id));
    world.drains().await;
    assert_eq!(wished(&world).1, 1);
    assert_eq!(world.model.asked_beside()[1].media[0].bytes, bytes(&world, &changed));
    world.sends_with(ANNA, ANNA, photo(9, 9), "/image make it green");
    world.drains().await;
    assert_eq!(wished(&world), ("make it green".to_owned(), 1));
    world.ends().await;
}

#[tokio::test]
async fn what_a_message_says_is_painted_in_reply_to_it() {
    let world = world(&[("TRANSCRIPTION_MODEL", "openai/whisper-1")]).await;
    world.model.answers("A fox in a library.");
    let answer = {
        world.anna("invent a scene");
        last(&world, ANNA).await.message_id
    };
    let reply = |text: &str, to: i64| Share {
        chat: ANNA,
        user: ANNA,
        items: vec![Item::Text { text: text.into() }],
        reply_to: Some(to),
        ..Share::default()
    };
    world.shares(reply("/image", answer));
    world.drains().await;
    assert_eq!(wished(&world).0, "A fox in a library.");
    world.shares(reply("/image as a woodcut:", answer));
    world.drains().await;
    assert_eq!(wished(&world).0, "as a woodcut: A fox in a library.");
    // Also what is said in a voice message.
    world.model.hears(Some("a lighthouse at night"));
    let voice = world.sends(BORIS, GROUP, samples::voice());
    world.shares(Share { chat: GROUP, ..reply("/image", voice) });
    world.drains().await;
    assert_eq!(wished(&world).0, "The recording says:\n> a lighthouse at night");
    world.ends().await;
}

#[tokio::test]
async fn without_a_wish_or_without_a_model_for_it_the_command_says_what_it_needs() {
    let willing = world(&[]).await;
    willing.anna("/image");
    assert_eq!(last(&willing, ANNA).await.text, replies::picture_of_what(EN));
    willing.anna("/help");
    assert!(last(&willing, ANNA).await.text.contains("/image — "));
    assert_eq!(willing.model.asked_beside().len(), 0);
    willing.ends().await;
    let unable = World::with(Mode::Webhook).await;
    unable.anna("/image a cat");
    assert_eq!(last(&unable, ANNA).await.text, replies::no_pictures(EN));
    unable.anna("/help");
    assert!(!last(&unable, ANNA).await.text.contains("/image"));
    unable.says(ANNA, GROUP, "/image a cat");
    unable.drains().await;
    assert_eq!((unable.said(GROUP).len(), unable.model.request_count()), (0, 0));
    unable.ends().await;
}

#[tokio::test]
async fn a_model_that_starts_from_words_alone_is_not_paid_for_a_picture_and_what_is_none_is_told() {
    let blind = World::with_settings(Mode::Webhook, &[("IMAGE_MODEL", BLIND)]).await;
    knows_models(&blind).await;
    blind.sends_with(ANNA, ANNA, photo(9, 9), "/image make it green");
    assert_eq!(last(&blind, ANNA).await.text, replies::cannot_repaint(EN));
    blind.anna("/image a green square");
    assert!(last(&blind, ANNA).await.photo.is_some());
    assert_eq!((blind.model.asked_beside().len(), blind.downloads()), (1, 0));
    blind.ends().await;
    let world = world(&[]).await;
    world.sends_with(ANNA, ANNA, samples::document("a.txt", "a cat"), "/image like this");
    assert_eq!(last(&world, ANNA).await.text, replies::cannot_repaint(EN));
    assert_eq!(world.model.asked_beside().len(), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_picture_is_painted_again_at_a_retry_and_when_its_wish_is_edited() {
    let mut world = world(&[]).await;
    world.expects_in_log(&["A model failed beside the conversation"]);
    world.model.fails_next_at(Trade::Painting, 1, &Fault::status(400, "no", "invalid_request"));
    let wish = world.anna("/image a cat");
    let refused = last(&world, ANNA).await;
    assert_eq!(refused.text, replies::picture_refused(EN));
    assert_eq!(buttons(&refused), [[replies::retry_button(EN)]]);
    world.presses(ANNA, ANNA, &refused, "retry:");
    world.drains().await;
    assert!(last(&world, ANNA).await.photo.is_some());
    world.anna("/retry");
    world.drains().await;
    // Something changes that nobody sees.
    world.edits(ANNA, ANNA, wish, "/image a cat");
    world.drains().await;
    assert_eq!(world.model.asked_beside().len(), 3, "it is there");
    world.edits(ANNA, ANNA, wish, "/image a dog");
    let dog = last(&world, ANNA).await;
    assert_eq!((dog.text.as_str(), dog.photo.is_some()), ("a dog", true));
    let wishes: Vec<String> = world.model.asked_beside().into_iter().map(|asked| asked.prompt).collect();
    assert_eq!(wishes, ["a cat", "a cat", "a cat", "a dog"]);
    assert_eq!(world.model.request_count(), 0);
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn a_failure_is_told_and_a_busy_server_is_asked_again() {
    let mut world = world(&[]).await;
    world.expects_in_log(&["A model failed beside the conversation", "The provider refuses this account"]);
    world.model.fails_next_at(Trade::Painting, 1, &Fault::overloaded());
    world.anna("/image one");
    assert!(last(&world, ANNA).await.photo.is_some());
    let failures = [
        (Fault::CutAfter { chunks: 0 }, replies::picture_failed(EN)),
        (Fault::moderated("two"), replies::picture_refused(EN)),
        (Fault::no_credit(), replies::account(EN)),
    ];
    for (fault, sentence) in failures {
        world.model.fails_next_at(Trade::Painting, 1, &fault);
        world.anna("/image two");
        assert_eq!(last(&world, ANNA).await.text, sentence, "{fault:?}");
    }
    world.ends().await;
}

#[tokio::test]
async fn whoever_stops_gets_no_picture_and_pays_for_it() {
    let world = world(&[]).await;
    let mut gate = world.model.hold_at(Trade::Painting);
    world.anna("/image a cat");
    gate.reached().await;
    world.anna("/stop");
    let heard = "SELECT count(*) FROM inbox WHERE control = 1 AND state = 'done'";
    until("the stop is heard", async || stored::<i64>(world.folder.path(), heard) == 1).await;
    gate.release();
    let said = last(&world, ANNA).await;
    assert_eq!((said.text.as_str(), said.photo.is_some()), (replies::stopped(EN).as_str(), false));
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn budgets_hold_for_pictures() {
    // Two at once would be more.
    let world = world(&[("USER_DAILY_BUDGET_USD", "0.09")]).await;
    for wish in ["/image one", "/image two", "/image three"] {
        world.anna(wish);
    }
    world.drains().await;
    let painted = world.said(ANNA).iter().filter(|message| message.photo.is_some()).count();
    assert_eq!((painted, world.model.asked_beside().len()), (2, 2));
    world.ends().await;
}

#[tokio::test]
async fn where_photos_are_refused_it_comes_as_a_file_and_where_nothing_is_taken_that_is_said() {
    let mut world = world(&[]).await;
    world.expects_in_log(&["Telegram refused a message; sending it plainer", "Telegram refused a picture"]);
    let refusal = |method: &str, why: &str| {
        let description = format!("Bad Request: {why}");
        telegram::Fault::new(method, 1, Trouble::Refused { code: 400, description })
    };
    world.telegram.fail(refusal("sendPhoto", "PHOTO_INVALID_DIMENSIONS"));
    world.anna("/image a very long cat");
    let file = last(&world, ANNA).await;
    assert_eq!(file.document.map(|file| file.name), Some("picture.png".to_owned()));
    world.telegram.fail(refusal("sendPhoto", "not enough rights to send photos to the chat"));
    world.telegram.fail(refusal("sendDocument", "not enough rights to send documents to the chat"));
    world.anna("/image a cat");
    assert_eq!(last(&world, ANNA).await.text, replies::picture_not_taken(EN));
    world.ends().await;
}

#[tokio::test]
async fn an_export_says_what_was_wished_for() {
    let world = world(&[]).await;
    world.anna("/image a cat");
    world.anna("/export");
    world.drains().await;
    let files = world.said(ANNA).into_iter().filter_map(|message| message.document);
    let file = files.into_iter().find(|file| file.name == "routergram-export.md").expect("the one to be read");
    let text = String::from_utf8(world.telegram.file(&file.file_id).unwrap().bytes.to_vec()).unwrap();
    assert!(text.contains(&format!("> /image a cat\n\n{}", replies::export_picture(EN))), "{text}");
    world.ends().await;
}
