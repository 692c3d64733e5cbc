//! Keys that fit and keys that do not, and stores that are changed from one to another.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::super::{Sqlite, open};
use super::*;
use crate::clock::{Clock, Timestamp};
use crate::storage::{Accepted, NewUpdate, PersonChange, Seq};
use crate::update::Lane;

fn key(byte: u8) -> DataKey {
    DataKey::read(&hex::encode([byte; 32])).unwrap()
}

async fn opened(place: &Path, key: Option<&DataKey>) -> Result<Sqlite, OpenError> {
    Sqlite::open(place, Clock::movable(), key.cloned()).await
}

/// Stores updates in which a word stands that can be looked for.
async fn writes(store: &Sqlite, ids: std::ops::Range<i64>) {
    let update = |id: i64| NewUpdate {
        update_id: Some(id),
        lane: Lane { bot: 1, chat: 5, thread: 0, control: false },
        raw: format!("kanarienvogel {id}"),
        unreadable: None,
    };
    store.accept(ids.map(update).collect()).await.unwrap();
}

async fn reads(store: &Sqlite) -> Vec<String> {
    let lane = Lane { bot: 1, chat: 5, thread: 0, control: false };
    let found = store.pending_in_lane(lane, Seq(0), 10_000).await.unwrap();
    found.into_iter().map(|update| update.raw).collect()
}

fn is_plain(place: &Path) -> bool {
    fs::read_dir(place).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(13).any(|found| found == b"kanarienvogel")
    })
}

#[tokio::test]
async fn a_sealed_store_opens_with_its_key_alone() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(place.path(), Some(&key(1))).await.unwrap();
    writes(&store, 1..4).await;
    assert!(!is_plain(place.path()), "while it is open");
    drop(store);
    assert!(matches!(opened(place.path(), None).await, Err(OpenError::Sealed)));
    assert!(matches!(opened(place.path(), Some(&key(2))).await, Err(OpenError::WrongKey)));
    let store = opened(place.path(), Some(&key(1))).await.unwrap();
    assert_eq!(reads(&store).await, ["kanarienvogel 1", "kanarienvogel 2", "kanarienvogel 3"]);
}

#[tokio::test]
async fn a_plain_store_is_sealed_at_the_first_start_with_a_key_and_its_copies_go() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(place.path(), None).await.unwrap();
    writes(&store, 1..3000).await;
    let before = reads(&store).await;
    drop(store);
    fs::copy(place.path().join("routergram.db"), place.path().join("routergram.before-schema-8.db")).unwrap();
    assert!(is_plain(place.path()));
    let store = opened(place.path(), Some(&key(1))).await.unwrap();
    assert!(!is_plain(place.path()), "while it is open");
    assert_eq!(reads(&store).await, before);
    drop(store);
    assert!(!is_plain(place.path()));
    opened(place.path(), Some(&key(1))).await.unwrap();
}

#[tokio::test]
async fn what_was_cut_short_goes_on_where_it_was() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(place.path(), None).await.unwrap();
    writes(&store, 1..2500).await;
    let before = reads(&store).await;
    drop(store);
    let file = place.path().join("routergram.db");
    let tables: Vec<_> = TABLES.iter().filter(|table| !table.written().is_empty()).collect();
    let inbox = tables.iter().position(|table| table.name == "inbox").unwrap();
    let some_steps = |from: Option<&DataKey>, to: &DataKey| {
        let db = open::connect(&file, open::WRITER).unwrap();
        begin(&db, to).unwrap();
        install(&db, from, Some(to)).unwrap();
        let place = |db: &Connection| -> usize {
            db.query_row("SELECT place FROM sealing", [], |row| row.get::<_, u32>(0)).unwrap() as usize
        };
        while place(&db) < inbox {
            let table = tables[place(&db)];
            step(&db, table, &table.written()).unwrap();
        }
        step(&db, tables[inbox], &tables[inbox].written()).unwrap();
    };
    some_steps(None, &key(1));
    assert!(matches!(opened(place.path(), None).await, Err(OpenError::Sealed)));
    assert!(matches!(opened(place.path(), Some(&key(2))).await, Err(OpenError::WrongKey)));
    let store = opened(place.path(), Some(&key(1))).await.unwrap();
    assert_eq!(reads(&store).await, before);
    assert!(!is_plain(place.path()));
    drop(store);

    some_steps(Some(&key(1)), &key(2));
    for wrong in [1, 2] {
        assert!(matches!(opened(place.path(), Some(&key(wrong))).await, Err(OpenError::Rotating)));
    }
    let rotate = |old, new| open::rotate(place.path(), (&key(old), &key(new)), Timestamp(0));
    assert!(matches!(rotate(1, 3), Err(OpenError::WrongKey)));
    assert!(rotate(1, 2).unwrap());
    assert!(!rotate(1, 2).unwrap(), "it is done");
    assert!(matches!(opened(place.path(), Some(&key(1))).await, Err(OpenError::WrongKey)));
    assert_eq!(reads(&opened(place.path(), Some(&key(2))).await.unwrap()).await, before);
}

#[tokio::test]
async fn nothing_is_changed_from_a_key_that_was_never_set() {
    let place = tempfile::tempdir().unwrap();
    drop(opened(place.path(), None).await.unwrap());
    assert!(matches!(open::rotate(place.path(), (&key(1), &key(2)), Timestamp(0)), Err(OpenError::NotSealed)));
}

#[tokio::test]
async fn a_text_that_was_moved_or_changed_is_not_opened() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(place.path(), Some(&key(1))).await.unwrap();
    writes(&store, 1..3).await;
    let swap = "UPDATE inbox SET raw = (SELECT raw FROM inbox WHERE update_id = 2) WHERE update_id = 1";
    store.write(move |tx| Ok(tx.db.execute(swap, [])?)).await.unwrap();
    let lane = Lane { bot: 1, chat: 5, thread: 0, control: false };
    let error = store.pending_in_lane(lane, Seq(0), 10).await.unwrap_err().to_string();
    assert!(error.contains("cannot be opened with this DATA_KEY") && !error.contains("kanarien"), "{error}");
}

#[tokio::test]
async fn the_same_text_is_never_sealed_the_same_way_and_an_empty_one_stays_empty() {
    let (db, one) = (Connection::open_in_memory().unwrap(), key(1));
    install(&db, Some(&one), Some(&one)).unwrap();
    let get = |sql: &str| db.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).unwrap();
    let sealed = "SELECT sealed('word', 'a.b', 1, 'x', NULL)";
    assert_ne!(get(sealed), get(sealed));
    let through = |bound: &str| format!("SELECT unsealed(sealed('word', 'a.b', 1, 2), {bound})");
    assert_eq!(get(&through("'a.b', 1, 2")).as_deref(), Some("word"));
    for elsewhere in ["'a.c', 1, 2", "'a.b', 12", "'a.b', 1, 3", "'a.b', 1, 2, 3"] {
        assert!(db.query_row(&through(elsewhere), [], |_| Ok(())).is_err(), "{elsewhere}");
    }
    assert_eq!((get("SELECT sealed('', 'a.b')").as_deref(), get("SELECT sealed(NULL, 'a.b')")), (Some(""), None));
}

#[tokio::test]
async fn people_of_whatever_id_are_sealed() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(place.path(), None).await.unwrap();
    let accepted = store
        .accept(vec![NewUpdate {
            update_id: Some(1),
            lane: Lane { bot: 1, chat: 5, thread: 0, control: false },
            raw: "x".to_owned(),
            unreadable: None,
        }])
        .await
        .unwrap();
    let [Accepted::New(seq)] = accepted[..] else { panic!("not new") };
    let claim = store.begin(seq).await.unwrap().key;
    let seen =
        |user: i64| PersonChange::Seen { user, day: crate::clock::Day(1), name: Some("kanarienvogel".to_owned()) };
    let people = vec![seen(5), seen(-1_000_000_000_000), seen(1 << 51)];
    store.store_reply(claim, crate::storage::NewReply { people, ..Default::default() }).await.unwrap();
    drop(store);
    let store = opened(place.path(), Some(&key(1))).await.unwrap();
    assert!(!is_plain(place.path()));
    let days = crate::storage::Days { since: crate::clock::Day(0), today: crate::clock::Day(1) };
    let found = store.people_named(1, "KANARIEN".to_owned(), (0, 9), days).await.unwrap();
    assert_eq!(found.all, 3);
}
