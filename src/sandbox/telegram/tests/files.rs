//! Documents from the bot and albums from people, down to their bytes.

use super::*;
use crate::sandbox::telegram::ActRefused;
use crate::sandbox::telegram::view::Act;

impl Bot {
    /// Uploads a file as a client does that streams it.
    async fn uploads(&self, method: &str, name: &str, (file_name, content): (&str, &[u8])) -> Value {
        let mut body =
            format!("--xXx\r\ncontent-disposition: form-data; name=\"chat_id\"\r\n\r\n{ANNA}\r\n").into_bytes();
        let head =
            format!("--xXx\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n--xXx--\r\n"].concat());
        let request = self.client.post(self.url(method)).header("content-type", "multipart/form-data; boundary=xXx");
        request.body(body).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn a_document_can_be_looked_at_fetched_and_sent_again() {
    let bot = Bot::start().await;
    let answer = bot.uploads("sendDocument", "document", ("answer.md", b"# All of it\n")).await["result"].clone();
    let id = answer["document"]["file_id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&answer["document"]["file_name"], &answer["document"]["mime_type"], &answer["document"]["file_size"]),
        (&json!("answer.md"), &json!("text/markdown"), &json!(12))
    );
    let seen = bot.telegram.chat(ANNA).remove(0);
    let shown = seen.document.unwrap();
    assert_eq!((&*shown.name, shown.size, &*shown.mime, &*seen.text), ("answer.md", 12, "text/markdown", ""));
    assert_eq!(&bot.telegram.file(&shown.file_id).unwrap().bytes[..], b"# All of it\n");
    assert_eq!(bot.telegram.transcript(ANNA), "bot: [document]\n");

    let described = bot.get("getFile", json!({"file_id": id})).await;
    assert_eq!(described["file_unique_id"], answer["document"]["file_unique_id"]);
    let path = described["file_path"].as_str().unwrap();
    let url = format!("{}/file/bot{}/{path}", bot.telegram.api_url(), bot.telegram.token());
    assert_eq!(&bot.client.get(&url).send().await.unwrap().bytes().await.unwrap()[..], b"# All of it\n");
    for (address, status) in [(url.replace("TEST", "REST"), 401), (format!("{url}x"), 404)] {
        assert_eq!(bot.client.get(address).send().await.unwrap().status().as_u16(), status);
    }

    let again = bot.get("sendDocument", json!({"chat_id": ANNA, "document": id, "caption": "again"})).await;
    assert_eq!((&again["document"]["file_id"], &again["document"]["file_name"]), (&json!(id), &json!("answer.md")));
}

#[tokio::test]
async fn a_photo_has_the_size_of_its_picture_and_what_is_no_picture_is_refused() {
    let bot = Bot::start().await;
    let picture = include_bytes!("../photo.png");
    let answer = bot.uploads("sendPhoto", "photo", ("any.name", picture)).await["result"].clone();
    let photo = &answer["photo"][0];
    assert_eq!(
        (&photo["width"], &photo["height"], &photo["file_size"]),
        (&json!(160), &json!(120), &json!(picture.len()))
    );
    let shown = bot.telegram.chat(ANNA).remove(0).photo.unwrap();
    assert_eq!(&bot.telegram.file(&shown).unwrap().bytes[..], picture);
    let text = bot.uploads("sendPhoto", "photo", ("chart.png", b"hello")).await;
    assert_eq!((&text["error_code"], &text["description"]), (&json!(400), &json!("Bad Request: IMAGE_PROCESS_FAILED")));
    assert_eq!(bot.telegram.unexpected(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_file_is_refused() {
    let bot = Bot::start().await;
    let empty = bot.uploads("sendDocument", "document", ("answer.md", b"")).await;
    assert_eq!(empty["description"], "Bad Request: file must be non-empty");
    let unknown = json!({"chat_id": ANNA, "document": "sandbox-document-99"});
    assert_eq!(bot.refused("sendDocument", unknown).await, "Bad Request: wrong file identifier/HTTP URL specified");
    assert_eq!(bot.refused("getFile", json!({"file_id": "x"})).await, "Bad Request: invalid file_id");
    assert_eq!(bot.telegram.unexpected(), Vec::<String>::new());
}

#[tokio::test]
async fn an_album_is_several_messages_with_one_group_and_one_caption() {
    let bot = Bot::start().await;
    let album = |count| {
        let caption = "what are these?".to_owned();
        bot.telegram.act(Act::Album { chat: ANNA, user: ANNA, count, caption, thread: None })
    };
    assert_eq!(album(1).unwrap_err(), ActRefused::NoSuchAlbum);
    assert_eq!(album(11).unwrap_err(), ActRefused::NoSuchAlbum);
    assert_eq!(album(3).unwrap().message_ids.len(), 3);
    album(2).unwrap();
    let updates = bot.takes_updates().await;
    let groups: Vec<_> = updates.iter().map(|update| update["message"]["media_group_id"].as_str().unwrap()).collect();
    assert_eq!((groups[0], groups[0]), (groups[1], groups[2]));
    assert_eq!(groups[3], groups[4]);
    assert_ne!(groups[2], groups[3]);
    let captions: Vec<_> = updates.iter().map(|update| update["message"]["caption"].as_str()).collect();
    assert_eq!(captions, [Some("what are these?"), None, None, Some("what are these?"), None]);
    let sizes = updates[1]["message"]["photo"].as_array().unwrap();
    let photo = sizes.last().unwrap()["file_id"].as_str().unwrap();
    bot.get("getFile", json!({"file_id": photo})).await;
    let seen = bot.telegram.chat(ANNA);
    assert_eq!((seen[1].photo.as_deref(), seen[1].album.as_deref()), (Some(photo), Some(groups[0])));
}
