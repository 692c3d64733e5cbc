//! What only the embedded backend has: files, a lock, a schema, a disk that can be full.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::future::join_all;
use rusqlite::{Connection, StatementStatus};
use rusqlite_migration::{M, Migrations};
use tempfile::TempDir;

use crate::clock::Clock;
use crate::storage::{Accepted, Address, Bill, FinishedTurn, NewReply, NewUpdate, OpenError, Part, UsageRecord};
use crate::update::Lane;

use super::*;

const BOT: i64 = 123_456;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn opened(folder: &Path) -> Sqlite {
    Sqlite::open(folder, Clock::movable(), None).await.unwrap()
}

async fn refused(folder: &Path) -> OpenError {
    Sqlite::open(folder, Clock::movable(), None).await.err().expect("it must not open")
}

fn lane(chat: i64) -> Lane {
    Lane { bot: BOT, chat, thread: 0, control: false }
}

fn update(update_id: i64) -> NewUpdate {
    let raw = format!("raw text of {update_id} {}", "x".repeat(600));
    NewUpdate { update_id: Some(update_id), lane: lane(update_id % 7), raw, unreadable: None }
}

fn reply() -> NewReply {
    let usage = UsageRecord {
        generation_id: "gen-1".to_owned(),
        model: "a/model".to_owned(),
        prompt_tokens: 1,
        completion_tokens: 2,
        cost_micro_usd: None,
        bill: Bill::default(),
    };
    let turn = FinishedTurn {
        inline: None,
        user: 9,
        question: "q".to_owned(),
        answer: "a".to_owned(),
        complete: true,
        usage: Some(usage),
        ..FinishedTurn::default()
    };
    NewReply {
        address: Address { chat: 1, thread: 0, reply_to: None },
        parts: vec![Part::plain("part text".to_owned())],
        turn: Some(turn),
        ..NewReply::default()
    }
}

async fn accept(store: &Sqlite, id: i64) -> crate::storage::Seq {
    match store.accept(vec![update(id)]).await.unwrap()[..] {
        [Accepted::New(seq)] => seq,
        ref other => panic!("not new: {other:?}"),
    }
}

/// One number out of the database.
async fn number(store: &Sqlite, sql: &'static str) -> i64 {
    store.read(move |db| Ok(db.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
}

#[test]
fn the_library_is_new_enough_to_trust_its_log() {
    // Below 3.51.3 a log that starts anew beside a checkpoint can damage the file.
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn the_schema_is_valid() {
    Migrations::from_slice(open::SCHEMA).validate().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_created_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = folder();
    let data = place.path().join("a/b");
    let store = opened(&data).await;
    accept(&store, 1).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in fs::read_dir(&data).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_held_folder_says_who_holds_it_until_it_is_free() {
    let place = folder();
    let store = opened(place.path()).await;
    let clone = store.clone();
    drop(store);
    let OpenError::Held { holder, .. } = refused(place.path()).await else { panic!("not held") };
    let expected = format!("process {} on ", std::process::id());
    assert!(holder.starts_with(&expected) && holder.contains(" since 20") && holder.ends_with("UTC"), "{holder}");
    drop(clone);
    opened(place.path()).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_unwritable() {
    let place = folder();
    fs::write(place.path().join("file"), "").unwrap();
    let error = refused(&place.path().join("file/data")).await;
    assert!(matches!(error, OpenError::Unwritable { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let place = folder();
    drop(opened(place.path()).await);
    let file = place.path().join("routergram.db");
    Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let before = fs::read(&file).unwrap();
    let error = refused(place.path()).await;
    assert!(matches!(error, OpenError::Newer { .. }), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let place = folder();
    let store = opened(place.path()).await;
    store.accept((1..200).map(update).collect()).await.unwrap();
    drop(store);
    let file = place.path().join("routergram.db");
    let sound = fs::read(&file).unwrap();

    let mut torn = sound.clone();
    let middle = torn.len() / 2 / 4096 * 4096;
    torn[middle..middle + 4096].fill(0xA5);
    let garbage = b"this is not a database. ".repeat(500);
    for damaged in [torn, garbage] {
        fs::write(&file, damaged).unwrap();
        let error = refused(place.path()).await;
        assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    }
    fs::write(&file, sound).unwrap();
    assert_eq!(number(&opened(place.path()).await, "SELECT count(*) FROM inbox").await, 199);
}

#[tokio::test]
async fn a_copy_is_made_before_a_migration() {
    let place = folder();
    let store = opened(place.path()).await;
    accept(&store, 1).await;
    drop(store);
    let next: Vec<_> = open::SCHEMA.iter().cloned().chain([M::up("ALTER TABLE inbox ADD COLUMN later TEXT")]).collect();
    let copy = place.path().join(format!("routergram.before-schema-{}.db", next.len()));
    fs::write(copy.with_extension("draft"), "left behind by a crash").unwrap();

    let store = open::open(place.path(), Clock::movable(), &next, None).unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM inbox WHERE later IS NULL").await, 1);
    let copied = Connection::open(&copy).unwrap();
    let version: u32 = copied.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let rows: i64 = copied.query_row("SELECT count(*) FROM inbox", [], |row| row.get(0)).unwrap();
    assert_eq!((version as usize, rows), (open::SCHEMA.len(), 1));
    drop(store);
    assert!(matches!(refused(place.path()).await, OpenError::Newer { .. }));
}

#[tokio::test]
async fn a_new_database_needs_no_copy() {
    let place = folder();
    drop(opened(place.path()).await);
    let names: Vec<_> = fs::read_dir(place.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "the database and the lock; a clean stop leaves no log: {names:?}");
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_at_that_moment() {
    let place = folder();
    let store = opened(place.path()).await;
    for round in 0..5 {
        join_all((0..20).map(|n| store.accept(vec![update(round * 20 + n)]))).await.into_iter().for_each(|one| {
            one.unwrap();
        });
        // What a crash leaves: the file and the log as they are, and no shared memory.
        let image = folder();
        for name in ["routergram.db", "routergram.db-wal"] {
            fs::copy(place.path().join(name), image.path().join(name)).unwrap();
        }
        let after = opened(image.path()).await;
        assert_eq!(after.pending_count(BOT).await.unwrap(), (round * 20 + 20).cast_unsigned());
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_nothing_is_written() {
    let place = folder();
    let store = opened(place.path()).await;
    accept(&store, 1).await;
    let limit = |pages: i64| {
        store.write(move |tx| Ok(tx.db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?))
    };
    limit(1).await.unwrap(); // It becomes the present size.

    let outcomes = join_all((0..50).map(|n| store.accept((0..10).map(|m| update(100 + n * 10 + m)).collect()))).await;
    let stored = outcomes.iter().filter(|one| one.is_ok()).count();
    assert!(stored < 50, "the limit was not felt");
    assert!(outcomes.iter().all(|one| matches!(one, Ok(_) | Err(StorageError::Full))));
    assert_eq!(store.pending_count(BOT).await.unwrap(), 1 + stored as u64 * 10);

    limit(1_000_000).await.unwrap();
    store.health().await.unwrap();
    store.accept((0..500).map(|n| update(100 + n)).collect()).await.unwrap();
    assert_eq!(store.pending_count(BOT).await.unwrap(), 501);
}

#[tokio::test]
async fn a_job_that_fails_undoes_its_own_writes_alone() {
    let place = folder();
    let store = opened(place.path()).await;
    let wrong = store.write(|tx| {
        tx.db.execute("DELETE FROM instances", [])?;
        Ok(tx.db.execute("INSERT INTO turns (conversation) VALUES (4711)", [])?)
    });
    let (wrong, right) = tokio::join!(wrong, store.accept(vec![update(1)]));
    assert!(matches!(wrong, Err(StorageError::Invalid(_))), "{wrong:?}");
    right.unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM instances").await, 1);
    assert_eq!(store.pending_count(BOT).await.unwrap(), 1);
}

#[tokio::test]
async fn after_a_fatal_error_nothing_is_written_and_the_process_is_told() {
    let place = folder();
    let store = opened(place.path()).await;
    let broken = store.write(|tx| {
        tx.db.execute("DELETE FROM instances", [])?;
        Err::<(), _>(StorageError::Fatal("fsync failed".to_owned()))
    });
    assert!(matches!(broken.await, Err(StorageError::Fatal(_))));
    assert_eq!(store.failed().await, "fsync failed");
    let refused = store.accept(vec![update(1)]).await;
    assert!(matches!(&refused, Err(StorageError::Fatal(why)) if why == "fsync failed"), "{refused:?}");
    assert!(store.health().await.is_err());
    drop(store);
    let store = opened(place.path()).await;
    assert_eq!(store.pending_count(BOT).await.unwrap(), 0);
    store.health().await.unwrap();
}

#[tokio::test]
async fn a_panic_in_a_thread_is_a_failure_of_the_store() {
    let place = folder();
    let store = opened(place.path()).await;
    let outcome = store.write(|_| -> Result<(), StorageError> { panic!("a fault of ours") }).await;
    assert!(matches!(outcome, Err(StorageError::Fatal(_))), "{outcome:?}");
    assert!(store.failed().await.contains("panicked"));
    assert!(matches!(store.accept(vec![update(1)]).await, Err(StorageError::Fatal(_))));
}

#[tokio::test]
async fn a_generation_is_charged_once() {
    let place = folder();
    let store = opened(place.path()).await;
    for id in 1..=2 {
        let key = store.begin(accept(&store, id).await).await.unwrap().key;
        store.store_reply(key, reply()).await.unwrap();
    }
    assert_eq!(number(&store, "SELECT sum(seq) FROM ledger").await, 1, "the first one's line, and only that");
    assert_eq!(number(&store, "SELECT count(*) FROM turns").await, 2);
}

#[tokio::test]
async fn a_done_update_keeps_its_id_alone_and_a_parked_one_its_text() {
    let place = folder();
    let store = opened(place.path()).await;
    let key = store.begin(accept(&store, 1).await).await.unwrap().key;
    store.store_reply(key, reply()).await.unwrap();
    store.delivered(key, 0, 77, true).await.unwrap();
    let key = store.begin(accept(&store, 2).await).await.unwrap().key;
    store.park(key, "it failed".to_owned()).await.unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM inbox WHERE raw IS NULL AND update_id = 1").await, 1);
    assert_eq!(number(&store, "SELECT count(*) FROM inbox WHERE raw LIKE 'raw text%' AND update_id = 2").await, 1);
    assert_eq!(number(&store, "SELECT (SELECT count(*) FROM replies) + (SELECT count(*) FROM parts)").await, 0);
    drop(store);
    let file = fs::read(place.path().join("routergram.db")).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|found| found == text.as_bytes());
    assert!(holds("raw text of 2") && !holds("raw text of 1") && !holds("part text"), "deleted texts are overwritten");
}

/// The work that a query did, in steps of SQLite's machine, and how it was planned.
fn effort(db: &Connection, sql: &str, values: &[(&str, i64)], rows: usize) -> (i32, String) {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value as &dyn rusqlite::ToSql)).collect();
    let mut statement = db.prepare(sql).unwrap();
    let mut found = statement.query(&*values).unwrap();
    for _ in 0..rows {
        if found.next().unwrap().is_none() {
            break;
        }
    }
    drop(found);
    let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let plan: Vec<String> = plan.query_map(&*values, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    (statement.get_status(StatementStatus::VmStep), plan.join("; "))
}

#[tokio::test]
async fn a_flooded_lane_costs_the_others_nothing() {
    let place = folder();
    let store = opened(place.path()).await;
    let flood = |n| NewUpdate { lane: lane(1), raw: "{}".to_owned(), ..update(n) };
    store.accept((1..=100_000).map(flood).collect()).await.unwrap();
    for chat in 2..=11 {
        store.accept(vec![NewUpdate { lane: lane(chat), ..update(200_000 + chat) }]).await.unwrap();
    }
    let heads = store.pending_heads(BOT, 100, [lane(3)].into()).await.unwrap();
    assert_eq!(heads.iter().map(|head| head.lane.chat).collect::<Vec<_>>(), [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);

    let look = |tx: &Transaction<'_>| {
        let (bot, chat, thread, control) = ((":bot", BOT), (":chat", 1), (":thread", 0), (":control", 0));
        let heads = effort(tx.db, inbox::HEADS, &[bot], 100);
        let in_lane =
            effort(tx.db, inbox::IN_LANE, &[bot, chat, thread, control, (":after", 50_000), (":limit", 9)], 9);
        let next = effort(tx.db, inbox::PROMOTE, &[bot, chat, thread, control], 1);
        Ok([heads, in_lane, next])
    };
    let looks = store.write(look).await.unwrap();
    for ((steps, plan), index) in looks.into_iter().zip(["inbox_heads", "inbox_lanes", "inbox_lanes"]) {
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        assert!(steps < 500, "{steps} steps with {index}");
    }
}

/// Without this a log under constant load would grow for ever, as a copy from beside never catches up.
#[tokio::test]
async fn a_long_log_is_started_anew() {
    let place = folder();
    drop(opened(place.path()).await);
    let file = place.path().join("routergram.db");
    let length = || fs::metadata(place.path().join("routergram.db-wal")).unwrap().len();
    let (alarm, log) = (Alarm::new(), Arc::new(checkpoint::LogState::default()));
    let db = open::connect(&file, open::WRITER).unwrap();
    let desk = writer::Desk {
        db,
        clock: Clock::movable(),
        me: 1,
        log: Arc::clone(&log),
        alarm: alarm.clone(),
        recent: Arc::new(recent::Recent::new()),
        left_open: Arc::default(),
        trouble: Arc::default(),
    };
    let writer = writer::Writer::start(desk).unwrap();
    let grows_by = async |bytes: i64| {
        let (reply, outcome) = oneshot::channel();
        let insertion =
            "INSERT INTO inbox (bot, update_id, chat, thread, control, state, head, not_before, received_at, raw)
                    VALUES (1, NULL, 1, 0, 0, 'parked', 0, 0, 0, hex(zeroblob(?1 / 2)))";
        writer.hand_in(move |tx| Ok(tx.db.execute(insertion, [bytes])?), reply).await;
        outcome.await.unwrap().unwrap();
    };
    grows_by(20 << 20).await;
    let before = length();
    checkpoint::look(&open::connect(&file, open::CHECKPOINTER).unwrap(), &log, &alarm);
    assert!(!log.written.load(Relaxed), "everything was copied");
    assert!(log.long.swap(false, Relaxed), "20 MiB are long");
    grows_by(20 << 20).await; // The copying from beside was complete, so this starts anew by itself.
    grows_by(1 << 10).await;
    assert!(length() < before + (1 << 20), "{} after {before}", length());

    log.long.store(true, Relaxed);
    grows_by(1 << 10).await; // Afterwards the writer copies what is left.
    grows_by(10 << 20).await;
    assert!(length() < before + (1 << 20), "{} after {before}", length());
}

#[tokio::test]
async fn a_purge_looks_at_old_rows_alone() {
    let place = folder();
    let store = opened(place.path()).await;
    let look = |tx: &Transaction<'_>| Ok(effort(tx.db, claims::PURGE, &[(":before", 0), (":step", 500)], 1).1);
    let plan = store.write(look).await.unwrap();
    assert!(plan.contains("inbox_done") && !plan.contains("SCAN inbox"), "{plan}");
}
