//! What people send, as the model gets it: photos, albums, sound, PDFs, texts, and what a message replies to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use routergram::replies::{self, Language};
use routergram::sandbox::telegram::view::{Item, Origin, Share};
use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::{Value, json};

use crate::catalogue::knows_models;
use crate::world::acts::buttons;
use crate::world::audit::stored;
use crate::world::samples::{self, JPEG, OGG, PDF, document, photo, png};
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

const EN: Language = Language::En;
/// It reads and looks at nothing.
const BLIND: &str = "deepseek/deepseek-chat-v3.1";

/// What the model was asked at last: the content of the last message.
fn asked(world: &World) -> Value {
    let body = world.model.requests().pop().expect("something was asked").body;
    body["messages"].as_array().unwrap().last().unwrap()["content"].clone()
}

/// The same of every message of the person, oldest first.
fn all_asked(world: &World) -> Vec<Value> {
    let body = world.model.requests().pop().expect("something was asked").body;
    let messages = body["messages"].as_array().unwrap().clone();
    messages.into_iter().filter(|message| message["role"] == "user").map(|message| message["content"].clone()).collect()
}

fn picture(bytes: &[u8]) -> Value {
    let kind = if bytes.starts_with(b"\x89PNG") { "png" } else { "jpeg" };
    json!({"type": "image_url", "image_url": {"url": format!("data:image/{kind};base64,{}", STANDARD.encode(bytes))}})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// What the bot has said at last, after everything is dealt with.
async fn hears(world: &World, chat: i64) -> String {
    world.drains().await;
    world.said(chat).pop().map(|message| message.text).unwrap_or_default()
}

#[tokio::test]
async fn a_photo_is_seen_and_still_seen_with_the_next_question() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let mut world = World::with(mode).await;
        world.sends_with(ANNA, ANNA, Item::Photo { bytes: JPEG.into() }, "what is this?");
        world.drains().await;
        assert_eq!(asked(&world), json!([text("what is this?"), picture(JPEG)]));
        world.bot.dies();
        world.bot.starts().await;
        world.anna("and what colour?");
        world.drains().await;
        assert_eq!(all_asked(&world), [json!([text("what is this?"), picture(JPEG)]), json!("and what colour?")]);
        assert_eq!(world.downloads(), 2);
        // References, never bytes.
        let kept = stored(world.folder.path(), "SELECT max(length(attachments)) FROM turns");
        assert!((1..200).contains(&kept), "{kept}");
        world.sends(ANNA, ANNA, Item::Photo { bytes: JPEG.into() });
        world.drains().await;
        assert_eq!(asked(&world), json!([picture(JPEG)]));
        world.ends().await;
    }
}

#[tokio::test]
async fn an_album_is_one_question_whatever_is_in_it() {
    let world = World::with(Mode::Webhook).await;
    world.sends_album(ANNA, ANNA, vec![photo(3, 3), photo(4, 4), photo(5, 5)], "which is the largest?");
    world.drains().await;
    let pictures = [3, 4, 5].map(|side| picture(&png(side, side)));
    assert_eq!(asked(&world), json!([text("which is the largest?"), pictures[0], pictures[1], pictures[2]]));
    assert_eq!((world.model.request_count(), world.said(ANNA).len()), (1, 1));
    // As files, which Telegram has not made JPEGs of.
    world.sends_album(ANNA, ANNA, vec![document("a.png", png(6, 6)), document("b.txt", "hello")], "");
    world.drains().await;
    assert_eq!(asked(&world), json!([text("File b.txt:\n```\nhello\n```"), picture(&png(6, 6))]));
    world.ends().await;
}

#[tokio::test]
async fn texts_are_read_in_whatever_they_were_written_and_code_says_its_language() {
    let world = World::with(Mode::Webhook).await;
    let russian = "Съешь же ещё этих мягких французских булок, да выпей чаю.";
    let cases = [
        ("main.rs", b"fn main() {}".to_vec(), "File main.rs:\n```rs\nfn main() {}\n```".to_owned()),
        (
            "чай.txt",
            encoding_rs::WINDOWS_1251.encode(russian).0.into_owned(),
            format!("File чай.txt:\n```\n{russian}\n```"),
        ),
        (
            "notes",
            format!("\u{feff}{russian}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            format!("File notes:\n```\n{russian}\n```"),
        ),
        // By content, not by name.
        (
            "really.pdf",
            b"a text all the same".to_vec(),
            "File really.pdf:\n```pdf\na text all the same\n```".to_owned(),
        ),
    ];
    for (name, bytes, read) in cases {
        world.sends_with(ANNA, ANNA, document(name, bytes), "sum it up");
        world.drains().await;
        assert_eq!(asked(&world), json!(format!("{read}\n\nsum it up")), "{name}");
    }
    world.ends().await;
}

#[tokio::test]
async fn a_pdf_is_read_by_the_engine_that_costs_nothing() {
    let world = World::with(Mode::Webhook).await;
    world.sends_with(ANNA, ANNA, samples::pdf(), "what do I owe?");
    world.drains().await;
    let data = format!("data:application/pdf;base64,{}", STANDARD.encode(PDF));
    let file = json!({"type": "file", "file": {"filename": "invoice.pdf", "file_data": data}});
    assert_eq!(asked(&world), json!([text("what do I owe?"), file]));
    let body = world.model.requests().pop().unwrap().body;
    assert_eq!(body["plugins"], json!([{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]));
    world.ends().await;
}

#[tokio::test]
async fn a_pdf_is_parsed_once_and_what_was_read_in_it_is_given_back() {
    let mut world = World::with(Mode::Webhook).await;
    world.sends_with(ANNA, ANNA, samples::pdf(), "what do I owe?");
    world.drains().await;
    world.bot.dies();
    world.bot.starts().await;
    for question in ["and when?", "to whom?"] {
        world.anna(question);
        world.drains().await;
    }
    let parsed: Vec<Vec<bool>> =
        world.model.requests().iter().map(|asked| asked.media.iter().map(|media| media.parsed).collect()).collect();
    assert_eq!(parsed, [[true], [false], [false]]);
    let body = world.model.requests().pop().unwrap().body;
    let answer = body["messages"].as_array().unwrap().iter().find(|message| message["role"] == "assistant").unwrap();
    assert!(answer["annotations"][0]["file"]["content"].to_string().contains(samples::PDF_WORDS), "{answer}");
    world.ends().await;
}

#[tokio::test]
async fn a_voice_message_is_heard_by_a_model_that_listens() {
    let world = World::with(Mode::Webhook).await;
    world.sends(ANNA, ANNA, samples::voice());
    world.drains().await;
    let sound = json!({"type": "input_audio", "input_audio": {"data": STANDARD.encode(OGG), "format": "ogg"}});
    assert_eq!(asked(&world), json!([sound]));
    world.ends().await;
}

#[tokio::test]
async fn what_the_model_cannot_take_is_said_before_it_costs_anything_and_another_one_answers_at_a_press() {
    let mut world = World::with_settings(Mode::Webhook, &[("MODEL", BLIND)]).await;
    knows_models(&world).await;
    world.sends_with(ANNA, ANNA, photo(9, 9), "what is this?");
    assert_eq!(hears(&world, ANNA).await, replies::cannot_see(EN, "DeepSeek: DeepSeek V3.1"));
    assert_eq!((world.model.request_count(), world.downloads()), (0, 0));
    let refusal = world.said(ANNA).pop().unwrap();
    assert_eq!(buttons(&refusal)[0], ["Mistral Small 3.2 24B"], "the cheapest comes first");
    world.sends(ANNA, ANNA, samples::voice());
    assert_eq!(hears(&world, ANNA).await, replies::cannot_hear(EN, "DeepSeek: DeepSeek V3.1"));
    world.sends_with(ANNA, ANNA, photo(9, 9), "what is this?");
    world.drains().await;
    world.bot.dies();
    world.bot.starts().await;
    let message = world.taps(ANNA, ANNA, "Mistral Small 3.2 24B").await;
    assert_eq!(asked(&world), json!([text("what is this?"), picture(&png(9, 9))]));
    assert_eq!(world.model.requests()[0].model, "mistralai/mistral-small-3.2-24b-instruct");
    assert_eq!(message.keyboard, None, "the answer stands in its place");
    // The one that was asked before is too old by now.
    world.presses(ANNA, ANNA, &refusal, "see:");
    world.drains().await;
    assert_eq!((world.toast(), world.model.request_count()), (replies::button_expired(EN), 1));
    world.anna("thank you");
    world.drains().await;
    assert_eq!(world.model.requests()[1].model, "mistralai/mistral-small-3.2-24b-instruct", "it answers from now on");
    world.ends().await;
}

#[tokio::test]
async fn a_mention_under_somebody_elses_photo_asks_about_that() {
    let world = World::with(Mode::Webhook).await;
    let photo = world.sends(BORIS, GROUP, photo(8, 8));
    let reply = Share {
        chat: GROUP,
        user: ANNA,
        items: vec![Item::Text { text: "@routergram_bot what is it?".into() }],
        reply_to: Some(photo),
        ..Share::default()
    };
    world.shares(reply);
    world.drains().await;
    let framed = "In reply to Boris, who sent what is attached.\n\nAnna: what is it?";
    assert_eq!(asked(&world), json!([text(framed), picture(&png(8, 8))]));
    // A voice message that answers a photo, in private.
    let mine = world.sends(ANNA, ANNA, Item::Photo { bytes: JPEG.into() });
    world.drains().await;
    world.shares(Share {
        chat: ANNA,
        user: ANNA,
        items: vec![samples::voice()],
        reply_to: Some(mine),
        ..Share::default()
    });
    world.drains().await;
    let sound = json!({"type": "input_audio", "input_audio": {"data": STANDARD.encode(OGG), "format": "ogg"}});
    assert_eq!(asked(&world), json!([text("In reply to Anna, who sent what is attached."), sound, picture(JPEG)]));
    world.ends().await;
}

#[tokio::test]
async fn replies_quotes_and_forwards_say_whose_words_they_are() {
    let world = World::with(Mode::Webhook).await;
    let letter = |text: &str| Share {
        chat: ANNA,
        user: ANNA,
        items: vec![Item::Text { text: text.into() }],
        ..Share::default()
    };
    world.shares(Share { origin: Some(Origin::Hidden { name: "Zoe".into() }), ..letter("buy teapots") });
    world.drains().await;
    assert_eq!(asked(&world), json!("Forwarded from Zoe:\nbuy teapots"));
    let first = world.anna("one\ntwo");
    world.drains().await;
    world.shares(Share { reply_to: Some(first), ..letter("which?") });
    world.drains().await;
    assert_eq!(asked(&world), json!("In reply to Anna:\n> one\n> two\n\nwhich?"));
    world.shares(Share { reply_to: Some(first), quote: Some("two".into()), ..letter("this one?") });
    world.drains().await;
    assert_eq!(asked(&world), json!("In reply to Anna:\n> two\n\nthis one?"));
    world.ends().await;
}

#[tokio::test]
async fn what_a_sentence_can_say_is_told_to_the_model() {
    let world = World::with(Mode::Webhook).await;
    let things = [
        (Item::Location { latitude: 45.5, longitude: 12.25 }, "[Location: latitude 45.50000, longitude 12.25000]"),
        (Item::Contact { name: "Chiara".into(), phone: "+390000000".into() }, "[Contact: Chiara, +390000000]"),
        (Item::Poll { question: "Tea?".into(), options: vec!["Yes".into(), "No".into()] }, "[Poll: Tea?\n- Yes\n- No]"),
        (Item::Dice { emoji: "🎲".into(), value: 6 }, "[Dice 🎲: 6]"),
    ];
    for (thing, told) in things {
        world.sends(ANNA, ANNA, thing);
        world.drains().await;
        assert_eq!(asked(&world), json!(told));
    }
    world.sends(ANNA, ANNA, Item::Video { name: "film.mp4".into(), seconds: 1, bytes: samples::MP4.into() });
    assert_eq!(hears(&world, ANNA).await, replies::cannot_read(EN, "video"));
    world.ends().await;
}

/// A PNG that says of itself that it is 50,000 × 50,000, in a few bytes.
fn vast() -> Vec<u8> {
    let mut vast = png(3, 3).to_vec();
    vast[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    vast
}

#[tokio::test]
async fn what_cannot_be_read_is_said_with_what_to_do_and_costs_nothing() {
    let world = World::with(Mode::Webhook).await;
    let zip = [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0x5a; 400]].concat();
    let cases = [
        (document("plan.docx", zip), replies::file_unreadable(EN, "plan.docx")),
        (
            document(
                "noise.txt",
                (0..4096_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect::<Vec<u8>>(),
            ),
            replies::file_unreadable(EN, "noise.txt"),
        ),
        (document("vast.png", vast()), replies::picture_odd(EN)),
        (document("scan.bmp", [b"BM".as_slice(), &[0; 90]].concat()), replies::picture_odd(EN)),
        (document("blank.txt", "  \n "), replies::file_empty(EN)),
        (document("film.mkv", vec![1; 21 << 20]), replies::file_too_large(EN)),
    ];
    for (thing, sentence) in cases {
        world.sends_with(ANNA, ANNA, thing, "read this");
        assert_eq!(hears(&world, ANNA).await, sentence);
    }
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_file_that_does_not_come_is_told_and_comes_with_a_retry() {
    let world = World::with(Mode::Webhook).await;
    for trouble in [Trouble::InternalServerError, Trouble::Reset, Trouble::DoneThenCut] {
        world.telegram.fail(Fault::new("file", 1, trouble.clone()));
        world.sends_with(ANNA, ANNA, photo(7, 7), "what is this?");
        assert_eq!(hears(&world, ANNA).await, replies::file_unreachable(EN), "{trouble:?}");
    }
    assert_eq!(world.model.request_count(), 0);
    world.anna("/retry");
    world.drains().await;
    assert_eq!(asked(&world), json!([text("what is this?"), picture(&png(7, 7))]));
    // Of the files of the past nobody is in need: a note stands for them.
    world.telegram.fail(Fault::new("file", 1, Trouble::InternalServerError));
    world.anna("and now?");
    world.drains().await;
    assert_eq!(all_asked(&world)[0], json!("[A photo, which is not attached any more]\n\nwhat is this?"));
    // Without a past, so that it is this file that is asked for.
    world.anna("/new");
    world.drains().await;
    let gone = Trouble::Refused { code: 400, description: "Bad Request: invalid file_id".into() };
    world.telegram.fail(Fault::new("getFile", 1, gone));
    world.sends(ANNA, ANNA, photo(7, 7));
    assert_eq!(hears(&world, ANNA).await, replies::file_gone(EN));
    world.ends().await;
}

#[tokio::test]
async fn a_retry_whose_file_does_not_come_leaves_the_good_answer_in_the_conversation() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    world.sends_with(ANNA, ANNA, document("b.txt", "hello"), "what is this?");
    world.drains().await;
    world.telegram.fail(Fault::new("file", 1, Trouble::InternalServerError));
    world.anna("/retry");
    assert_eq!(hears(&world, ANNA).await, replies::file_unreachable(EN));
    assert_eq!(world.said(ANNA).len(), 2, "it is still to be seen");
    world.anna("go on");
    world.drains().await;
    let read = "File b.txt:\n```\nhello\n```\n\nwhat is this?";
    assert_eq!(all_asked(&world), [json!(read), json!("go on")]);
    world.ends().await;
}

#[tokio::test]
async fn who_is_killed_while_a_file_comes_fetches_it_again_and_answers_once() {
    let mut world = World::with(Mode::Webhook).await;
    world.telegram.fail(Fault::new("file", 1, Trouble::DoneThenStall));
    world.sends_with(ANNA, ANNA, document("notes.txt", "x".repeat(100_000)), "sum it up");
    until("the file is asked for", async || world.downloads() == 1).await;
    world.bot.dies();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((world.model.request_count(), world.said(ANNA).len(), world.downloads()), (1, 1, 2));
    world.ends().await;
}

#[tokio::test]
async fn who_stops_while_a_file_is_fetched_waits_no_more() {
    let world = World::with(Mode::Webhook).await;
    world.telegram.fail(Fault::new("file", 1, Trouble::DoneThenStall));
    world.sends_with(ANNA, ANNA, document("notes.txt", "x".repeat(100_000)), "sum it up");
    until("she sees that something is going on", async || {
        world.telegram.calls().iter().any(|call| call.method == "sendChatAction")
    })
    .await;
    world.anna("/stop");
    assert_eq!(hears(&world, ANNA).await, replies::stopped(EN));
    assert_eq!(world.model.request_count(), 0);
    world.anna("/retry");
    world.drains().await;
    assert_eq!((world.model.request_count(), world.downloads()), (1, 2));
    world.ends().await;
}

/// The most memory that the bot has had so far, in bytes.
fn peak(world: &World) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.bot.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// A recording of nearly 20 MB, which no model needs to understand here.
fn large(name: &str) -> Item {
    document(name, [b"ID3\x04".as_slice(), &vec![0x55; (20 << 20) - 4096]].concat())
}

#[tokio::test]
async fn the_largest_file_costs_memory_once() {
    let world = World::with(Mode::Webhook).await;
    world.anna("hello");
    world.drains().await;
    let before = peak(&world);
    world.sends_with(ANNA, ANNA, large("a.mp3"), "what is said?");
    world.drains().await;
    let one = peak(&world) - before;
    assert!(one < 60_000_000, "{one} bytes for one file");
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}
