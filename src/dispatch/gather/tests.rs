//! Which updates are one question, and what its text is.

use serde_json::{Value, json};

use super::*;
use crate::clock::Clock;
use crate::inbox::Inbox;
use crate::storage::{NewUpdate, Storage};
use crate::update::Lane;

const LANE: Lane = Lane { bot: 1, chat: 5, thread: 0, control: false };
/// When the first piece came in, and when it was sent.
const CAME: i64 = 1_790_000_000_400;
const SENT: i64 = 1_790_000_000;

/// A message of somebody in the chat, with these fields besides.
fn message(fields: &Value) -> Value {
    let mut message = json!({"message_id": 1, "date": SENT, "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": false}});
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"update_id": 1, "message": message})
}

/// An update in the store.
fn update(seq: i64, came: i64, raw: &Value) -> PendingUpdate {
    let (received_at, not_before) = (Timestamp(came), Timestamp::default());
    PendingUpdate { seq: Seq(seq), update_id: seq, lane: LANE, raw: raw.to_string(), received_at, not_before }
}

fn begun_with(fields: &Value) -> Pieces {
    let first = update(1, CAME, &message(fields));
    let Ok(Event::Message(message)) = event(&first.raw) else { panic!("no message") };
    Pieces::new(*message, &first)
}

fn text(pieces: &Pieces) -> &str {
    pieces.whole.text().unwrap()
}

/// What is read when these texts follow each other.
fn joined(texts: &[&str]) -> String {
    let mut pieces = begun_with(&json!({"text": texts[0]}));
    for (seq, next) in (2..).zip(&texts[1..]) {
        assert!(pieces.may_go_on());
        assert!(pieces.take(&update(seq, CAME, &message(&json!({"text": next}))), "a_bot"));
    }
    text(&pieces).to_owned()
}

fn long() -> String {
    "x".repeat(4096)
}

/// Does an update belong behind a piece that fills its message?
fn belongs(first: &Value, next: &PendingUpdate) -> bool {
    let mut fields = json!({"text": long()});
    fields.as_object_mut().unwrap().extend(first.as_object().unwrap().clone());
    let mut pieces = begun_with(&fields);
    let before = text(&pieces).len();
    let taken = pieces.take(next, "a_bot");
    assert_eq!(taken, text(&pieces).len() > before);
    assert_eq!(pieces.absorbed, if taken { vec![Seq(2)] } else { vec![] });
    taken
}

fn follows(first: &Value, next: &Value) -> bool {
    let mut fields = json!({"text": "the end", "message_id": 2});
    fields.as_object_mut().unwrap().extend(next.as_object().unwrap().clone());
    belongs(first, &update(2, CAME, &message(&fields)))
}

#[test]
fn what_was_cut_because_it_had_to_be_is_put_together_as_it_was() {
    assert_eq!(joined(&[&long(), &long(), "end"]), "x".repeat(8192) + "end");
    // A crab takes two units, so the piece before it has one to spare.
    let odd = "x".repeat(4095);
    assert_eq!(joined(&[&odd, "🦀 end"]), odd + "🦀 end");
}

#[test]
fn what_was_cut_at_white_space_is_kept_apart() {
    let line = "x".repeat(4000);
    assert_eq!(joined(&[&line, "next line"]), line + "\nnext line");
}

#[test]
fn a_message_of_ordinary_length_ends_the_question() {
    assert!(!begun_with(&json!({"text": "x".repeat(3695)})).may_go_on());
    let mut pieces = begun_with(&json!({"text": "x".repeat(3696)}));
    assert!(pieces.may_go_on());
    assert!(pieces.take(&update(2, CAME, &message(&json!({"text": "end"}))), "a_bot"));
    assert!(!pieces.may_go_on());
}

#[test]
fn the_length_is_counted_as_telegram_counts_it() {
    assert!(begun_with(&json!({"text": "🦀".repeat(2048)})).may_go_on());
    assert!(!begun_with(&json!({"text": "ы".repeat(2048)})).may_go_on());
}

#[test]
fn what_somebody_who_pastes_would_not_send_keeps_its_own_turn() {
    let nothing = json!({});
    assert!(follows(&nothing, &nothing));
    assert!(!follows(&nothing, &json!({"from": {"id": 6, "is_bot": false}})));
    assert!(!follows(&nothing, &json!({"text": "/new"})));
    assert!(!follows(&nothing, &json!({"text": "/new@other_bot"})));
    assert!(!follows(&nothing, &json!({"text": null, "photo": []})));
    assert!(!follows(&nothing, &json!({"media_group_id": "7"})));
    assert!(!follows(&nothing, &json!({"reply_to_message": {"message_id": 9}})));
    assert!(!follows(&nothing, &json!({"forward_origin": {"type": "user"}})));
    let edit = json!({"update_id": 2, "edited_message": message(&json!({"text": "x"}))["message"]});
    assert!(!belongs(&nothing, &update(2, CAME, &edit)));
    assert!(!belongs(&nothing, &update(2, CAME, &json!({"update_id": 2, "message": 7}))));
}

#[test]
fn pieces_may_all_reply_to_what_the_first_replies_to_and_come_from_where_it_was_forwarded_from() {
    let reply = json!({"reply_to_message": {"message_id": 9}});
    assert!(follows(&reply, &reply));
    assert!(follows(&reply, &json!({})));
    let forward = json!({"forward_origin": {"type": "user"}});
    assert!(follows(&forward, &forward));
    assert!(!follows(&forward, &json!({})));
    // In a topic everything replies to its opening.
    let topic = json!({"message_thread_id": 3, "is_topic_message": true, "reply_to_message": {"message_id": 3}});
    let mut both = topic.clone();
    both["reply_to_message"]["message_id"] = json!(9);
    assert!(follows(&topic, &topic) && follows(&both, &topic));
    assert!(!follows(&topic, &both));
}

#[test]
fn a_piece_comes_within_a_second_and_a_half() {
    let came = |after: i64| belongs(&json!({}), &update(2, CAME + after, &message(&json!({"text": "end"}))));
    assert!(came(1500) && !came(1501));
    // Written by hand, long after, and received in one go because the bot was away.
    let sent = |after: i64| follows(&json!({}), &json!({"date": SENT + after}));
    assert!(sent(2) && !sent(3));
    assert!(follows(&json!({}), &json!({"date": null})) && follows(&json!({"date": 0}), &json!({})));
}

#[test]
fn an_album_is_what_bears_its_name() {
    let photo = |album: &str| json!({"photo": [], "media_group_id": album});
    let mut pieces = begun_with(&photo("a"));
    for seq in 2..=3 {
        assert!(pieces.may_go_on());
        assert!(pieces.take(&update(seq, CAME, &message(&photo("a"))), "a_bot"));
    }
    assert!(!pieces.take(&update(4, CAME, &message(&photo("b"))), "a_bot"));
    assert!(!pieces.take(&update(4, CAME, &message(&json!({"photo": []}))), "a_bot"));
    assert!(!pieces.take(&update(4, CAME, &message(&json!({"text": "what are these?"}))), "a_bot"));
    assert_eq!((pieces.absorbed, pieces.whole.content), (vec![Seq(2), Seq(3)], Content::Media("photo")));
}

#[test]
fn a_question_has_sixteen_pieces_at_most() {
    let texts = vec![long(); 16];
    let mut pieces = begun_with(&json!({"text": texts[0]}));
    let mut seq = 1;
    while pieces.may_go_on() && seq < 99 {
        seq += 1;
        assert!(pieces.take(&update(seq, CAME, &message(&json!({"text": long()}))), "a_bot"));
    }
    assert_eq!((seq, text(&pieces)), (16, texts.concat().as_str()));
}

/// Stores what somebody sends, and tells the inbox.
async fn receives(inbox: &Inbox, storage: &Storage, id: i64, said: &str) {
    let raw = message(&json!({"text": said}));
    let new = NewUpdate { update_id: Some(id), lane: LANE, raw: raw.to_string(), unreadable: None };
    let crate::storage::Accepted::New(seq) = storage.accept(vec![new]).await.unwrap()[0] else { panic!("not new") };
    let stored = storage.pending_in_lane(LANE, Seq(seq.0 - 1), 1).await.unwrap();
    inbox.stored(stored);
}

#[tokio::test]
async fn each_piece_is_waited_for_from_the_one_before_it() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::movable());
    let storage = Storage::open(folder.path(), clock.clone()).await.unwrap();
    let inbox = Inbox::new(storage.clone(), clock.clone(), LANE.bot, 9);
    receives(&inbox, &storage, 1, &long()).await;
    let claim = inbox.next().await.unwrap().begin().await.unwrap();
    let Ok(Event::Message(first)) = event(&claim.update().raw) else { panic!("no message") };
    let pastes = async {
        for id in 2..=4 {
            clock.advance(Duration::from_millis(800));
            receives(&inbox, &storage, id, &long()).await;
        }
        // Nothing more comes, however long it is waited for.
        loop {
            clock.advance(PATIENCE);
            tokio::task::yield_now().await;
        }
    };
    let pieces = tokio::select! {
        pieces = collect(&claim, *first, "a_bot") => pieces.unwrap(),
        () = pastes => panic!("for ever"),
    };
    assert_eq!((pieces.absorbed.len(), text(&pieces)), (3, "x".repeat(4 * 4096).as_str()));
    assert_eq!(storage.pending_count(LANE.bot).await.unwrap(), 4, "nothing is taken before there is a reply");
    claim.complete().await;
}
