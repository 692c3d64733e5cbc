//! What grows with what: chats, updates that wait at the start, and what was said before.
//!
//! A store is filled beforehand, by its own code where there is a way in and by its tables where there is none. Only of
//! this program, but for the chats: others have no store.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::people::FIRST;
use super::report::{Figure, Unit, Wish};
use super::subject::{Running, Subject};
use super::sustained::{Load, converse};
use super::world::{Place, World};
use crate::clock::Clock;
use crate::storage::{NewUpdate, Storage};
use crate::update::Lane;

/// As [`sustained`](super::sustained), for each number of chats.
pub(super) async fn chats(subject: &Subject, place: &Place, most: u32) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for chats in [1, 10, 100, 1000, 10_000].into_iter().filter(|chats| *chats <= most) {
        // One chat is answered one by one, so it takes longest.
        let load =
            Load { people: chats, updates: (chats * 100).clamp(most / 20, most), open: chats.min(100), long: false };
        let world = World::with(chats, place).await?;
        let running = world.start(subject, &[]).await?;
        figures.extend(converse(&world, &running, load).await?.brief(&world, load, &format!("{chats} chats")));
        figures.push(memory(&running, &format!("{chats} chats")));
    }
    Ok(figures)
}

/// So many updates wait in the store when it starts.
pub(super) async fn backlog(subject: &Subject, place: &Place, waiting: u32) -> anyhow::Result<Vec<Figure>> {
    if !subject.ours {
        return Ok(Vec::new());
    }
    let people = waiting.min(2000);
    let world = World::with(people, place).await?;
    // Nothing is answered before the memory has been looked at.
    world.model.first_delta_after(Duration::from_hours(1));
    let data = world.folder.path().join("backlog");
    fill_inbox(&data, world.telegram.bot_id(), people, waiting).await?;
    let running = world.start_on(subject, &data, &[]).await?;
    let ready = running.ready_after.as_secs_f64() * 1000.0;
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(vec![
        Figure::of("ready", "start → ready", Unit::Millis, Some(ready)).wish(Wish::AtMost(1000.0)),
        memory(&running, "a second later").wish(Wish::AtMost(80.0)),
    ])
}

/// The same conversations, with so many messages of others in the store and with none. Of others, since with a past of
/// their own people's questions would be longer, and that would be measured.
pub(super) async fn history(
    subject: &Subject,
    place: &Place,
    messages: u32,
    load: Load,
) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if !subject.ours {
        return Ok(figures);
    }
    for stored in [0, messages] {
        let world = World::with(load.people, place).await?;
        let data = world.folder.path().join("history");
        // A first start makes the store.
        world.start_on(subject, &data, &[]).await?.process.stop().await?;
        fill_history(&data, world.telegram.bot_id(), FIRST + i64::from(load.people), stored)?;
        let running = world.start_on(subject, &data, &[]).await?;
        let label = format!("{stored} stored");
        let ready = running.ready_after.as_secs_f64() * 1000.0;
        figures.push(Figure::of("ready", "start → ready", Unit::Millis, Some(ready)).under(&label));
        figures.extend(converse(&world, &running, load).await?.brief(&world, load, &label));
        figures.push(memory(&running, &label));
    }
    Ok(figures)
}

fn memory(running: &Running, label: &str) -> Figure {
    Figure::of("peak_memory", "peak memory", Unit::Megabytes, running.most_memory()).under(label)
}

/// Updates of so many people, as the program would have taken them.
async fn fill_inbox(folder: &Path, bot: i64, people: u32, waiting: u32) -> anyhow::Result<()> {
    let store = Storage::open(folder, Clock::system()).await?;
    let ids: Vec<u32> = (1..=waiting).collect();
    for batch in ids.chunks(1000) {
        let updates = batch.iter().map(|id| {
            let chat = FIRST + i64::from(id % people);
            let lane = Lane { bot, chat, thread: 0, control: false };
            NewUpdate { update_id: Some(i64::from(*id)), lane, raw: update(i64::from(*id), chat), unreadable: None }
        });
        store.accept(updates.collect()).await?;
    }
    Ok(())
}

/// As Telegram makes it: some 400 bytes.
fn update(id: i64, chat: i64) -> String {
    let anna = r#""first_name":"Anna","username":"anna""#;
    format!(
        r#"{{"update_id":{id},"message":{{"message_id":{id},"date":{},"text":"What is the answer to the great question?",
        "from":{{"id":{chat},"is_bot":false,{anna},"language_code":"en"}},"chat":{{"id":{chat},"type":"private",{anna}}}}}}}"#,
        1_750_000_000 + id / 500
    )
}

/// People who have a conversation in the store and are not there.
const OTHERS: u32 = 10_000;

/// A conversation for each of so many people from one on, and turns in them: a question, an answer, and a line of the
/// ledger each.
const HISTORY: [&str; 3] = [
    "WITH RECURSIVE person(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM person WHERE n + 1 < ?2)
     INSERT INTO conversations (bot, chat, thread, opened_at) SELECT ?1, ?3 + n, 0, unixepoch() * 1000 FROM person
     WHERE ?4 > 0",
    "WITH RECURSIVE turn(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM turn WHERE n + 1 < ?4)
     INSERT INTO turns (conversation, seq, user_id, question, answer, complete, finished_at)
     SELECT (SELECT min(id) FROM conversations WHERE bot = ?1) + n % ?2, -1 - n, ?3 + n % ?2,
            'What is the answer to the great question of life, number ' || n || '?',
            'It depends on what you want to do with it, and on whom you ask: some say it is ' || n || '.', 1,
            unixepoch() * 1000 FROM turn WHERE ?4 > 0",
    "WITH RECURSIVE turn(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM turn WHERE n + 1 < ?4)
     INSERT INTO ledger (generation_id, bot, chat, user_id, seq, model, prompt_tokens, completion_tokens, cost_micro_usd,
                         charged_at, day)
     SELECT 'gen-past-' || n, ?1, ?3 + n % ?2, ?3 + n % ?2, -1 - n, 'openai/gpt-4o-mini', 100, 20, 27,
            unixepoch() * 1000, unixepoch() / 86400 FROM turn WHERE ?4 > 0",
];

fn fill_history(folder: &Path, bot: i64, first: i64, messages: u32) -> anyhow::Result<()> {
    let mut store = Connection::open(folder.join("routergram.db"))?;
    let all = store.transaction()?;
    for rows in HISTORY {
        all.execute(rows, (bot, OTHERS, first, messages / 2))?;
    }
    Ok(all.commit()?)
}
