//! How long a webhook post waits for its 200, and how long the disk takes for what has to happen before it.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::sync::mpsc;

use crate::machine::Machine;
use crate::table::{note, quantiles, row};
use crate::world::{FIRST, Mode, World};
use routergram::bench::Spans;
use routergram::bench::{Answers, Faults};

const PER_SECOND: u32 = 500;
const SECONDS: u32 = 20;
const CHATS: u32 = 1000;
const POSTS: u32 = PER_SECOND * SECONDS;
/// Syncs of the disk that are timed.
const SYNCS: usize = 500;

/// A post as Telegram makes it: an update of some 400 bytes.
pub(crate) fn update(id: i64, chat: i64, text: &str) -> String {
    serde_json::json!({
        "update_id": id,
        "message": {
            "message_id": id,
            "from": {"id": chat, "is_bot": false, "first_name": "Anna", "username": "anna", "language_code": "en"},
            "chat": {"id": chat, "first_name": "Anna", "username": "anna", "type": "private"},
            "date": 1_750_000_000 + id / 500,
            "text": text,
        }
    })
    .to_string()
}

/// What an fsync costs here: the floor below every acknowledgement.
pub(crate) fn disk() -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut file = File::create(folder.path().join("synced"))?;
    let mut spans = Spans::new()?;
    for _ in 0..SYNCS {
        file.write_all(&[0; 4096])?;
        let start = Instant::now();
        file.sync_data()?;
        spans.add(start.elapsed())?;
    }
    note("the disk: writing 4 KiB and syncing it", &quantiles(&spans));
    Ok(())
}

/// An open loop: posts are made when they are due, whether or not earlier ones were answered. What a post waits for is
/// counted from when it was due, so a stall is felt by all that were due meanwhile.
///
/// Twice: with a model that never answers, so that next to nothing happens but storing; and while everything is
/// answered, which on few cores measures the driver's share of them too (its Telegram, its model, its client).
pub(crate) async fn acks() -> anyhow::Result<()> {
    let world = World::with(CHATS).await?;
    world.model.first_delta_after(Duration::from_hours(1));
    let bot = world.start(Mode::Webhook, &world.place("data"), &[]).await?;
    let machine = Machine::look(&bot);
    let spans = post_all(&world).await?;
    row(&format!("post → 200, {PER_SECOND} updates/s for {SECONDS} s, stored"), &quantiles(&spans), "p99 under 10 ms");
    machine.report(&bot, POSTS);
    drop(bot);
    acks_while_answering().await
}

async fn acks_while_answering() -> anyhow::Result<()> {
    let world = World::with(CHATS).await?;
    let bot = world.start(Mode::Webhook, &world.place("data"), &[]).await?;
    let mut answers = Answers::of(&world.telegram)?;
    let answered = tokio::spawn(async move { answers.are(POSTS).await });
    let machine = Machine::look(&bot);
    let spans = post_all(&world).await?;
    answered.await?.context("not every post was answered")?;
    row("post → 200, the same while all are answered", &quantiles(&spans), "p99 under 10 ms");
    machine.report(&bot, POSTS);
    let mut faults = Faults::default();
    for chat in 0..CHATS {
        let questions: Vec<String> = (0..POSTS / CHATS).map(|round| chat + round * CHATS).map(question).collect();
        faults.look(&world.telegram, FIRST + i64::from(chat), &questions);
    }
    row("  answers", &format!("{}, {} complaints", faults.shown(), bot.complaints()), "none");
    bot.stop().await
}

fn question(n: u32) -> String {
    format!("question {n}")
}

async fn post_all(world: &World) -> anyhow::Result<Spans> {
    let webhook = world.telegram.webhook().context("the bot has set no webhook")?;
    let (url, secret) = (Arc::<str>::from(webhook.url), Arc::<str>::from(webhook.secret.unwrap_or_default()));
    let http = reqwest::Client::builder().no_proxy().timeout(crate::bot::DEADLINE).build()?;
    let (due, mut posts) = mpsc::unbounded_channel();
    // A thread of its own wakes up more exactly than a timer of the runtime does.
    let pace = std::thread::spawn(move || pace(&due));
    let mut posted = tokio::task::JoinSet::new();
    while let Some((n, moment)) = posts.recv().await {
        let body = update(1 + i64::from(n), FIRST + i64::from(n % CHATS), &question(n));
        let request = http.post(&*url).header("x-telegram-bot-api-secret-token", &*secret);
        let request = request.header("content-type", "application/json").body(body);
        posted.spawn(async move {
            let status = request.send().await?.status();
            Ok::<_, reqwest::Error>((status, Instant::now().duration_since(moment)))
        });
    }
    if pace.join().is_err() {
        bail!("the pace was lost");
    }
    let mut spans = Spans::new()?;
    while let Some(done) = posted.join_next().await {
        let (status, span) = done??;
        if !status.is_success() {
            bail!("a post was answered with {status}");
        }
        spans.add(span)?;
    }
    Ok(spans)
}

/// Says of each post when it is due, at that moment.
fn pace(due: &mpsc::UnboundedSender<(u32, Instant)>) {
    let start = Instant::now() + Duration::from_millis(100);
    for n in 0..POSTS {
        let moment = start + Duration::from_secs(1) / PER_SECOND * n;
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        if due.send((n, moment)).is_err() {
            return;
        }
    }
}
