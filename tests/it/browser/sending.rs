//! What a person sends besides text, in a real browser: chosen, dropped, pasted, recorded, and offered inline; and how it
//! looks when it has arrived.

use routergram::sandbox::telegram::view::{Act, Item, MediaView, MessageView, Share};
use serde_json::{Value, json};

use super::demo::{ANNA, Demo, blank};
use super::person::Person;
use super::story;

/// A sample file, as a person would find it on their disk.
fn sample(name: &str) -> String {
    format!("{}/tests/it/world/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Person<'_> {
    /// Chooses files for one of the pickers: `photo`, `document`, `voice`.
    async fn chooses(&self, picker: &str, names: &[&str]) {
        let paths: Vec<String> = names.iter().map(|name| sample(name)).collect();
        self.browser().keys(&format!("#pick-{picker}"), &paths.join("\n")).await;
    }

    async fn sees_chosen(&self, count: usize) {
        let all = format!("return document.querySelectorAll('[data-testid=chosen]').length === {count}");
        self.waits_for("what is chosen", &all).await;
    }
}

impl Demo {
    /// Things that are sent.
    async fn gets_a_share(&self, wanted: i64) -> Share {
        match self.deed().await {
            Act::Share(share) if share.chat == wanted => share,
            other => panic!("not things in {wanted}: {other:?}"),
        }
    }

    /// What is done after the bot's name was typed, however often it was asked meanwhile.
    async fn deed_after_typing(&self) -> Act {
        loop {
            let deed = self.deed().await;
            if !matches!(deed, Act::TypeInline { .. }) {
                return deed;
            }
        }
    }
}

#[tokio::test]
async fn chosen_photos_are_an_album_with_what_is_written_below() {
    story(async |anna, bot| {
        anna.chooses("photo", &["photo.jpg", "photo.jpg"]).await;
        anna.sees_chosen(2).await;
        anna.types("What are these?\u{E007}").await;
        let share = bot.gets_a_share(ANNA).await;
        assert_eq!(share.caption, "What are these?");
        let real = include_bytes!("../world/samples/photo.jpg");
        for item in &share.items {
            assert!(matches!(item, Item::Photo { bytes } if bytes[..] == real[..]), "{item:?}");
        }
        assert_eq!(share.items.len(), 2);
        anna.no_longer_sees("[data-testid=chosen]").await;
        anna.waits_for("the album", "return document.querySelectorAll('.album img').length === 2").await;
        assert_eq!(anna.eval("return document.getElementById('field').value").await, json!(""));
    })
    .await;
}

#[tokio::test]
async fn a_chosen_file_keeps_its_name_and_can_be_taken_out_again() {
    story(async |anna, bot| {
        bot.says(ANNA, "Send it to me");
        anna.waits_for_message("Send it to me").await;
        anna.chooses("document", &["page.pdf"]).await;
        anna.chooses("document", &["photo.jpg"]).await;
        anna.sees_chosen(2).await;
        anna.clicks("[data-testid=chosen]:last-child button").await;
        anna.sees_chosen(1).await;
        anna.double_clicks_the_last_message().await;
        anna.sees("reply-bar", "Send it to me").await;
        anna.clicks("[data-testid=send]").await;
        let share = bot.gets_a_share(ANNA).await;
        let [Item::Document { name, mime, .. }] = &share.items[..] else { panic!("{share:?}") };
        assert_eq!((&**name, mime.as_deref(), share.reply_to), ("page.pdf", Some("application/pdf"), Some(1)));
        anna.sees("document", "page.pdf").await;
    })
    .await;
}

#[tokio::test]
async fn files_can_be_dropped_and_pasted() {
    story(async |anna, bot| {
        let carry = "const data = new DataTransfer(); data.items.add(new File(['hello'], 'notes.txt', { type: 'text/plain' }));";
        let drop = "document.querySelector('.main').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
        let paste = "document.getElementById('field').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";
        anna.eval(&format!("{carry} {drop}")).await;
        anna.sees_chosen(1).await;
        anna.eval(&format!("{carry} {paste}")).await;
        anna.sees_chosen(2).await;
        anna.types("\u{E007}").await;
        let share = bot.gets_a_share(ANNA).await;
        for item in &share.items {
            assert!(matches!(item, Item::Document { name, bytes, .. } if name == "notes.txt" && &bytes[..] == b"hello"));
        }
        assert_eq!(share.items.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_voice_note_is_chosen_and_played() {
    story(async |anna, bot| {
        anna.chooses("voice", &["voice.ogg"]).await;
        anna.sees_chosen(1).await;
        anna.types("\u{E007}").await;
        let share = bot.gets_a_share(ANNA).await;
        let real = include_bytes!("../world/samples/voice.ogg");
        assert!(matches!(&share.items[..], [Item::Voice { seconds: 1, bytes }] if bytes[..] == real[..]), "{share:?}");
        anna.waits_for("the player", "return document.querySelector('.msg.own audio[controls]') !== null").await;
    })
    .await;
}

#[tokio::test]
async fn a_voice_note_is_recorded_as_ogg_or_thrown_away() {
    story(async |anna, bot| {
        anna.clicks("[data-testid=mic]").await;
        anna.sees("recording-time", "0:01").await;
        anna.clicks("[data-testid=recording-cancel]").await;
        anna.waits_for("silence", "return document.getElementById('recording').hidden").await;
        // On a busy machine the first second of a microphone may pass before anything is heard.
        let heard = async || {
            anna.clicks("[data-testid=mic]").await;
            anna.sees("recording-time", "0:01").await;
            anna.clicks("[data-testid=mic]").await;
            let share = tokio::select! {
                biased;
                share = bot.gets_a_share(ANNA) => share,
                () = anna.sees("toast", "Nothing was recorded.") => return false,
            };
            let [Item::Voice { seconds, bytes }] = &share.items[..] else { panic!("{share:?}") };
            assert!(bytes.starts_with(b"OggS") && bytes.windows(8).any(|window| window == b"OpusHead"));
            *seconds >= 1 && bytes.len() > 1000
        };
        for attempt in 1.. {
            if heard().await {
                break;
            }
            assert!(attempt < 5, "nothing is heard");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_bot_offers_inline_is_chosen_by_key_and_filled_in() {
    story(async |anna, bot| {
        anna.types("@juniper_bot what is tea?").await;
        anna.sees("results", "Ask: what is tea?").await;
        anna.types("\u{E015}\u{E007}").await;
        let chosen = bot.deed_after_typing().await;
        assert!(matches!(&chosen, Act::ChooseInline { result, .. } if result == "ask"), "{chosen:?}");
        anna.sees("origin", "via @juniper_bot").await;
        assert_eq!(anna.eval("return document.getElementById('field').value").await, json!(""));
        bot.rewrites(ANNA, |message| message.text = "Tea is a drink.".to_owned());
        anna.waits_for_message("Tea is a drink.").await;
    })
    .await;
}

#[tokio::test]
async fn whatever_arrives_is_shown() {
    story(async |anna, bot| {
        let thing = |kind: &str, content: Value| {
            let media = Some(MediaView { kind: kind.to_owned(), content });
            bot.story((ANNA, ANNA), 0, MessageView { media, ..blank(&format!("[{kind}]")) });
        };
        let file = json!({"file_id": "f", "duration": 3, "emoji": "🫖"});
        for kind in ["voice", "audio", "video", "video_note", "animation", "sticker"] {
            thing(kind, file.clone());
        }
        thing("contact", json!({"first_name": "Chiara", "phone_number": "+39"}));
        thing("venue", json!({"title": "Florian", "address": "57", "location": {"latitude": 45.5, "longitude": 12.25}}));
        thing("poll", json!({"question": "Tea?", "options": [{"text": "Yes"}]}));
        let forwarded_from = Some("Somebody".to_owned());
        bot.story((ANNA, ANNA), 0, MessageView { forwarded_from, ..blank("forwarded") });
        anna.sees("origin", "Forwarded from Somebody").await;
        let counts = "const n = (s) => document.querySelectorAll(s).length; return [n('audio'), n('video'), n('.sticker'), n('.thing')]";
        assert_eq!(anna.eval(counts).await, json!([2, 3, 1, 3]));
        let words = "return [...document.querySelectorAll('.thing')].map(thing => thing.innerText.split('\\n')[0])";
        assert_eq!(anna.eval(words).await, json!(["Chiara", "Florian", "Tea?"]));
        let brackets = "return document.querySelector('.messages').innerText.includes('[')";
        assert_eq!(anna.eval(brackets).await, json!(false));
    })
    .await;
}
