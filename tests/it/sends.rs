//! What people can send in a story: everything that Telegram's apps let them send.

use routergram::sandbox::telegram::view::{Item, Origin, Share};

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
