//! What people send besides text, as it reaches the bot.

use super::*;
use crate::sandbox::telegram::view::{Act, Item, Origin, Share};
use crate::sandbox::telegram::{ActDone, ActRefused, Fault, Trouble};

/// A picture of 160 × 120.
const PICTURE: &[u8] = include_bytes!("../photo.png");

/// The beginning of a PNG, which tells its size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 3, 0, 0, 0, 0, 0, 0, 0]].concat()
}

fn photo(width: u32, height: u32) -> Item {
    Item::Photo { bytes: png(width, height).into() }
}

fn document(name: &str, mime: Option<&str>, bytes: &[u8]) -> Item {
    Item::Document { name: name.to_owned(), mime: mime.map(ToOwned::to_owned), bytes: bytes.to_vec().into() }
}

fn from_anna(item: Item) -> Share {
    Share { chat: ANNA, user: ANNA, items: vec![item], ..Share::default() }
}

fn text(text: &str) -> Item {
    Item::Text { text: text.to_owned() }
}

impl Bot {
    fn shares(&self, share: Share) -> Result<ActDone, ActRefused> {
        self.telegram.act(Act::Share(share))
    }

    /// The message that reached the bot.
    async fn gets(&self, share: Share) -> Value {
        self.shares(share).unwrap();
        self.takes_updates().await.remove(0)["message"].clone()
    }

    async fn fetches(&self, file: &Value) -> reqwest::Response {
        let path = self.get("getFile", json!({"file_id": file["file_id"]})).await["file_path"].clone();
        let path = path.as_str().unwrap();
        let url = format!("{}/file/bot{}/{path}", self.telegram.api_url(), self.telegram.token());
        self.client.get(url).send().await.unwrap()
    }
}

#[tokio::test]
async fn a_photo_comes_in_several_sizes_the_largest_last() {
    let bot = Bot::start().await;
    let sizes = async |item: Item| {
        let message = bot.gets(Share { caption: "see".to_owned(), ..from_anna(item) }).await;
        assert_eq!((&message["caption"], &message["text"]), (&json!("see"), &Value::Null));
        let sizes = message["photo"].as_array().unwrap().clone();
        let bytes = bot.fetches(sizes.last().unwrap()).await.bytes().await.unwrap();
        assert_eq!(sizes.last().unwrap()["file_size"], json!(bytes.len()));
        let side = |size: &Value, name: &str| size[name].as_u64().unwrap();
        sizes.iter().map(|size| (side(size, "width"), side(size, "height"))).collect::<Vec<_>>()
    };
    assert_eq!(sizes(photo(4000, 2000)).await, [(90, 45), (320, 160), (800, 400), (1280, 640), (4000, 2000)]);
    assert_eq!(sizes(photo(100, 200)).await, [(45, 90), (100, 200)]);
    assert_eq!(sizes(photo(1, 1)).await, [(1, 1)]);
    assert_eq!(sizes(Item::Photo { bytes: PICTURE.into() }).await, [(90, 67), (160, 120)]);
    assert_eq!(*sizes(Item::Photo { bytes: b"none".as_slice().into() }).await.last().unwrap(), (1280, 960));
}

#[tokio::test]
async fn a_file_is_what_its_senders_app_says() {
    let bot = Bot::start().await;
    let guessed = bot.gets(from_anna(document("notes.pdf", None, b"%PDF"))).await["document"].clone();
    assert_eq!((&guessed["file_name"], &guessed["mime_type"]), (&json!("notes.pdf"), &json!("application/pdf")));
    let lie = bot.gets(from_anna(document("notes.pdf", Some("image/png"), b"%PDF"))).await["document"].clone();
    assert_eq!((&lie["mime_type"], &lie["file_size"]), (&json!("image/png"), &json!(4)));
    assert_eq!(&bot.fetches(&lie).await.bytes().await.unwrap()[..], b"%PDF");
    let voice = Item::Voice { seconds: 0, bytes: b"OggS".as_slice().into() };
    let voice = bot.gets(from_anna(voice)).await["voice"].clone();
    assert_eq!((&voice["duration"], &voice["mime_type"]), (&json!(0), &json!("audio/ogg")));
    let path = bot.get("getFile", json!({"file_id": voice["file_id"]})).await["file_path"].clone();
    assert_eq!(
        path.as_str().unwrap().split_once("/file_").map(|(folder, rest)| (folder, &rest[1..])),
        Some(("voice", ".oga"))
    );
    let empty = bot.gets(from_anna(document("empty.txt", None, b""))).await["document"].clone();
    assert_eq!(bot.fetches(&empty).await.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn every_thing_has_its_field() {
    let bot = Bot::start().await;
    let (name, bytes) = (|name: &str| name.to_owned(), || b"x".as_slice().into());
    let (latitude, longitude) = (45.5, 12.25);
    for (item, field, pointer, value) in [
        (Item::Audio { name: name("a.mp3"), mime: None, seconds: 7, bytes: bytes() }, "audio", "/duration", json!(7)),
        (Item::Video { name: name("a.mp4"), seconds: 7, bytes: bytes() }, "video", "/mime_type", json!("video/mp4")),
        (Item::VideoNote { seconds: 7, bytes: bytes() }, "video_note", "/length", json!(240)),
        (Item::Animation { name: name("a.mp4"), bytes: bytes() }, "document", "/file_name", json!("a.mp4")),
        (Item::Animation { name: name("a.mp4"), bytes: bytes() }, "animation", "/duration", json!(1)),
        (Item::Sticker { emoji: name("🫖"), bytes: bytes() }, "sticker", "/emoji", json!("🫖")),
        (Item::Contact { name: name("C"), phone: name("+39") }, "contact", "/phone_number", json!("+39")),
        (Item::Location { latitude, longitude }, "location", "/latitude", json!(45.5)),
        (
            Item::Venue { latitude, longitude, title: name("Florian"), address: name("57") },
            "venue",
            "/title",
            json!("Florian"),
        ),
        (Item::Poll { question: name("Tea?"), options: vec![name("Yes")] }, "poll", "/options/0/text", json!("Yes")),
        (Item::Dice { emoji: name("🎲"), value: 6 }, "dice", "/value", json!(6)),
    ] {
        let message = bot.gets(from_anna(item)).await;
        assert_eq!(message[field].pointer(pointer), Some(&value), "{message}");
        // What teloxide knows it must be able to read.
        let read: ::teloxide::types::Message = serde_json::from_str(&message.to_string()).unwrap();
        assert!(!matches!(read.kind, ::teloxide::types::MessageKind::Empty {}), "{message}");
    }
}

#[tokio::test]
async fn an_album_holds_things_of_a_kind() {
    let bot = Bot::start().await;
    let album = |items| bot.shares(Share { items, caption: "c".to_owned(), ..from_anna(text("")) });
    let file = || document("a.txt", None, b"a");
    let mixed = album(vec![photo(1, 1), file()]);
    assert_eq!(mixed.unwrap_err(), ActRefused::NoSuchAlbum);
    assert_eq!(album(Vec::new()).unwrap_err(), ActRefused::NoSuchAlbum);
    album(vec![file(), file(), file()]).unwrap();
    let messages: Vec<_> = bot.takes_updates().await.into_iter().map(|update| update["message"].clone()).collect();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| message["media_group_id"] == messages[0]["media_group_id"]));
    assert_eq!((&messages[0]["caption"], &messages[1]["caption"]), (&json!("c"), &Value::Null));
}

#[tokio::test]
async fn an_album_may_arrive_in_two_halves() {
    let bot = Bot::start().await;
    let halves = |items, joins| bot.shares(Share { items, joins, ..from_anna(text("")) });
    let first = halves(vec![photo(1, 1), photo(1, 1)], None).unwrap().message_id();
    let early = bot.takes_updates().await;
    halves(vec![photo(1, 1)], Some(first)).unwrap();
    let late = bot.takes_updates().await;
    assert_eq!((early.len(), late.len()), (2, 1));
    assert_eq!(late[0]["message"]["media_group_id"], early[0]["message"]["media_group_id"]);
    let alone = bot.anna_says("no album");
    assert_eq!(halves(vec![photo(1, 1)], Some(alone)).unwrap_err(), ActRefused::NoSuchAlbum);
}

#[tokio::test]
async fn a_reply_shows_what_it_answers_and_the_words_that_are_meant() {
    let bot = Bot::start().await;
    let picture =
        bot.shares(Share { caption: "Ж two dogs".to_owned(), ..from_anna(photo(5, 5)) }).unwrap().message_id();
    bot.takes_updates().await;
    let reply = Share { reply_to: Some(picture), ..from_anna(Item::Voice { seconds: 1, bytes: PICTURE.into() }) };
    let message = bot.gets(reply).await;
    let answered = &message["reply_to_message"];
    assert_eq!((&answered["caption"], &answered["photo"][0]["width"]), (&json!("Ж two dogs"), &json!(5)));
    let quoting = |quote: &str| Share {
        reply_to: Some(picture),
        quote: Some(quote.to_owned()),
        ..from_anna(text("which ones?"))
    };
    assert_eq!(bot.shares(quoting("cats")).unwrap_err(), ActRefused::NoSuchQuote);
    let message = bot.gets(quoting("dogs")).await;
    assert_eq!(message["quote"], json!({"text": "dogs", "position": 6, "is_manual": true}));
    assert_eq!(bot.telegram.chat(ANNA).pop().unwrap().quote.as_deref(), Some("dogs"));
}

#[tokio::test]
async fn what_is_forwarded_tells_who_wrote_it_first() {
    let bot = Bot::start().await;
    let said = bot.telegram.say(GROUP, BORIS, "tea at five").unwrap().message_id();
    let forward = |chat, user, message_id, from_chat| {
        bot.telegram.act(Act::Forward { chat, user, from_chat, message_id, thread: None })
    };
    assert_eq!(forward(ANNA, ANNA, said, BORIS).unwrap_err(), ActRefused::NoSuchChat);
    let id = forward(ANNA, ANNA, said, GROUP).unwrap().message_id();
    forward(ANNA, ANNA, id, ANNA).unwrap();
    for update in bot.takes_updates().await {
        let message = &update["message"];
        assert_eq!((&message["text"], &message["from"]["id"]), (&json!("tea at five"), &json!(ANNA)));
        assert_eq!(message["forward_origin"]["type"], "user");
        assert_eq!(message["forward_origin"]["sender_user"]["first_name"], "Boris");
    }
    for (origin, pointer) in [
        (Origin::Hidden { name: "X".to_owned() }, "/sender_user_name"),
        (Origin::Person { name: "X".to_owned() }, "/sender_user/first_name"),
        (Origin::Channel { title: "X".to_owned() }, "/chat/title"),
    ] {
        let message = bot.gets(Share { origin: Some(origin), ..from_anna(photo(1, 1)) }).await;
        assert_eq!(message["forward_origin"].pointer(pointer), Some(&json!("X")), "{message}");
        assert_eq!(bot.telegram.chat(ANNA).pop().unwrap().forwarded_from.as_deref(), Some("X"));
    }
}

#[tokio::test]
async fn in_a_group_a_caption_can_mention_the_bot() {
    let bot = Bot::start().await;
    let share = |caption: &str| Share { chat: GROUP, caption: caption.to_owned(), ..from_anna(photo(1, 1)) };
    bot.shares(share("look, everybody")).unwrap();
    assert_eq!(bot.shares(Share { user: BORIS, anonymous: true, ..share("") }).unwrap_err(), ActRefused::NotAdmin);
    bot.shares(Share { anonymous: true, ..share("@routergram_bot what is this?") }).unwrap();
    let message = bot.takes_updates().await.remove(0)["message"].clone();
    assert_eq!(message["caption_entities"], json!([{"type": "mention", "offset": 0, "length": 15}]));
    assert_eq!(message["from"]["username"], "GroupAnonymousBot");
}

#[tokio::test]
async fn a_file_may_be_too_big_misstated_or_gone() {
    let bot = Bot::start().await;
    bot.telegram.misstate_sizes(Some((20 << 20) + 1));
    let large = bot.gets(from_anna(document("large.txt", None, b"small"))).await["document"].clone();
    assert_eq!(large["file_size"], json!((20 << 20) + 1));
    let described = bot.refused("getFile", json!({"file_id": large["file_id"]})).await;
    assert_eq!(described, "Bad Request: file is too big");
    bot.telegram.misstate_sizes(Some(2));
    let lie = bot.gets(from_anna(document("lie.txt", None, b"longer"))).await["document"].clone();
    assert_eq!((&lie["file_size"], bot.fetches(&lie).await.bytes().await.unwrap().len()), (&json!(2), 6));
    bot.telegram.misstate_sizes(None);
    let whole = vec![0; 90 << 20];
    for _ in 0..3 {
        bot.shares(from_anna(document("huge", None, &whole))).unwrap();
    }
    let gone = bot.refused("getFile", json!({"file_id": lie["file_id"]})).await;
    assert_eq!(gone, "Bad Request: wrong file_id or the file is temporarily unavailable");
}

#[tokio::test]
async fn a_download_may_be_refused_be_cut_short_or_stall() {
    let bot = Bot::start().await;
    let file = bot.gets(from_anna(document("a.txt", None, &[7; 1000]))).await["document"].clone();
    let not_found = Trouble::Refused { code: 404, description: "Not Found".to_owned() };
    for (trouble, status) in [(Trouble::InternalServerError, 500), (not_found, 404), (Trouble::BadGateway, 502)] {
        bot.telegram.fail(Fault::new("file", 1, trouble));
        assert_eq!(bot.fetches(&file).await.status().as_u16(), status);
    }
    bot.telegram.fail(Fault::new("file", 1, Trouble::DoneThenCut));
    assert!(bot.fetches(&file).await.bytes().await.is_err());
    bot.telegram.fail(Fault::new("file", 1, Trouble::DoneThenStall));
    let mut stalled = bot.fetches(&file).await;
    assert_eq!((stalled.content_length(), stalled.chunk().await.unwrap().unwrap().len()), (Some(1000), 500));
    assert!(futures_util::FutureExt::now_or_never(stalled.chunk()).is_none());
    bot.telegram.fail(Fault::new("*", 1, Trouble::BadGateway));
    bot.telegram.heal();
    assert_eq!(bot.fetches(&file).await.bytes().await.unwrap().len(), 1000);
    let statuses: Vec<u16> = bot.telegram.downloads().iter().map(|download| download.status).collect();
    assert_eq!(statuses, [500, 404, 502, 0, 0, 200]);
    assert!(bot.telegram.downloads().iter().all(|download| download.path.starts_with("documents/file_")));
}
