//! What people can send in a story: everything that Telegram's apps let them send.

use routergram::sandbox::telegram::InlineMode;
use routergram::sandbox::telegram::view::{Item, Origin, Share};
use serde_json::json;

use crate::world::samples::{self, JPEG, MP4, PDF, PDF_WORDS, WEBP};
use crate::world::{ANNA, BORIS, GROUP, Mode, World};

fn every_thing() -> Vec<Item> {
    let (name, seconds) = (|name: &str| name.to_owned(), 1);
    vec![
        samples::photo(800, 600),
        Item::Photo { bytes: JPEG.into() },
        samples::pdf(),
        Item::Document { name: name("picture.png"), mime: Some(name("image/png")), bytes: PDF.into() },
        samples::voice(),
        Item::Audio { name: name("song.mp3"), mime: None, seconds, bytes: b"ID3\x04".as_slice().into() },
        Item::Video { name: name("film.mp4"), seconds, bytes: MP4.into() },
        Item::VideoNote { seconds, bytes: MP4.into() },
        Item::Animation { name: name("cat.mp4"), bytes: MP4.into() },
        Item::Sticker { emoji: name("🫖"), bytes: WEBP.into() },
        Item::Contact { name: name("Chiara"), phone: name("+390000000") },
        Item::Location { latitude: 45.5, longitude: 12.25 },
        Item::Venue { latitude: 45.5, longitude: 12.25, title: name("Florian"), address: name("San Marco 57") },
        Item::Poll { question: name("Tea?"), options: vec![name("Yes"), name("No")] },
        Item::Dice { emoji: name("🎲"), value: 6 },
    ]
}

#[tokio::test]
async fn whatever_people_send_is_in_the_chat() {
    let world = World::asleep(Mode::Polling, &[]).await;
    for thing in every_thing() {
        world.sends(ANNA, ANNA, thing);
    }
    world.sends_with(ANNA, ANNA, samples::photo(3, 3), "what is this?");
    world.sends_album(ANNA, ANNA, vec![samples::photo(3, 3), samples::photo(4, 4)], "and these?");
    let letter = Share { chat: ANNA, user: ANNA, items: vec![Item::Text { text: "hello".into() }], ..Share::default() };
    world.shares(Share { origin: Some(Origin::Hidden { name: "Somebody".into() }), ..letter });
    let said = world.says(BORIS, GROUP, "from the group");
    world.forwards(ANNA, (GROUP, said), ANNA);
    insta::assert_snapshot!(world.telegram.transcript(ANNA), @r"
    Anna: [photo]
    Anna: [photo]
    Anna: [document]
    Anna: [document]
    Anna: [voice]
    Anna: [audio]
    Anna: [video]
    Anna: [video_note]
    Anna: [animation]
    Anna: [sticker]
    Anna: [contact]
    Anna: [location]
    Anna: [venue]
    Anna: [poll]
    Anna: [dice]
    Anna: [photo] what is this?
    Anna: [photo] and these?
    Anna: [photo]
    Anna: hello
    Anna: from the group
    ");
    assert_eq!(world.downloads(), 0);
    assert!(String::from_utf8_lossy(PDF).contains(PDF_WORDS));
    world.ends().await;
}

#[tokio::test]
async fn what_was_chosen_inline_is_in_a_chat_without_the_bot() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.set_inline(InlineMode::WithFeedback);
    world.telegram.add_group_without_bot(GROUP - 1, "Elsewhere", &[ANNA, BORIS]);
    let query = world.types_inline(ANNA, GROUP - 1, "what is tea?");
    let result =
        json!({"type": "article", "id": "ask", "title": "Ask", "input_message_content": {"message_text": "…"}});
    let method = format!("{}/bot{}/answerInlineQuery", world.telegram.api_url(), world.telegram.token());
    let answer = world.bot.http.post(method).json(&json!({"inline_query_id": query, "results": [result]}));
    assert!(answer.send().await.unwrap().status().is_success());
    world.chooses_inline(ANNA, GROUP - 1, (&query, "ask")).await;
    assert_eq!(world.telegram.transcript(GROUP - 1), "Anna: …\n");
    world.ends().await;
}
