//! Around every handler: a span, a deadline, a panic guard, the outcome, the numbers.
//!
//! Which line decides what happens to an update? A handler's error says retry; a panic or the death of the process
//! counts as a deadly attempt, of the handling or of the part that was being delivered; everything else is an outcome. This
//! file carries the decision out and is the only place that gives claims back.
//!
//! What is rare, and what comes when the model is done, is in a box of its own (`Box::pin`): an answer that is being written
//! should not carry the room for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::gather::gather;
use super::unstored::send_unstored;
use crate::faults::{self, Moment, Step, Switch};
use crate::handlers::{self, Apology, HandlerError, Job, Outcome};
use crate::inbox::{Claim, Taken};
use crate::metrics;
use crate::owner::Cause;
use crate::replies;
use crate::storage::{MAX_ATTEMPTS, NewCharge, NewReply, Price, StorageError, StoredReply, insist};
use crate::telegram::Urgency;
use crate::telemetry;
use crate::turn::deliver::{self, Delivery, Way};
use crate::turn::{LastFrame, Tools};
use crate::update::event;

/// Beyond the longest answer: a handler that takes this much longer hangs. Files are fetched before it (half a minute), and a
/// recording is written down (75 s) or a picture painted (two minutes), which is paid for again when it is cut short.
const GRACE: Duration = Duration::from_mins(4);
/// Failures of ours after which an update is parked: after 5 s, 10 s, 20 s, 40 s, 80 s and 160 s, so within about five
/// minutes.
const MAX_TRIES: u32 = 6;
/// The longest pause between two attempts to deliver.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Updates whose handling, or whose delivery, died twice already take turns: should one of them kill the process, it is
/// the only one whose last attempt it costs.
#[derive(Default)]
pub(super) struct Suspects(Mutex<()>);

/// What handlers are run with.
pub(super) struct Bench<'a> {
    pub(super) tools: &'a Arc<Tools>,
    pub(super) suspects: &'a Suspects,
    pub(super) hard: &'a CancellationToken,
}

/// Works on one update to the end: done, to be retried, or parked.
pub(super) async fn work(bench: &Bench<'_>, taken: Taken) {
    let Some(claim) = taken.begin().await else { return };
    let update = claim.update();
    let span = tracing::info_span!("update", update.id = update.update_id, attempt = claim.attempt());
    let span = telemetry::story_goes_on(span, update.lane.bot, update.update_id);
    let clock = &bench.tools.clock;
    let started = clock.now();
    let work = AssertUnwindSafe(run(bench, claim)).catch_unwind().instrument(span.clone());
    // A panic drops the claim, which gives the update back with its attempt counted.
    let outcome = work.await.unwrap_or("panic");
    let took = clock.now().since(started);
    metrics::update_worked(outcome, took.as_secs_f64());
    span.in_scope(|| tracing::debug!(outcome, duration_ms = millis(took), "Work on an update ended"));
}

/// Returns the outcome's name.
async fn run(bench: &Bench<'_>, claim: Claim) -> &'static str {
    if claim.attempt() > MAX_ATTEMPTS {
        return Box::pin(bury(bench.tools, claim)).await;
    }
    let _turn = match last_attempt(bench, &claim).await {
        Ok(turn) => turn,
        Err(StorageError::LostClaim) => return lost(claim),
        Err(error) => return Box::pin(again(bench.tools, claim, &error.to_string())).await,
    };
    if let Some(reply) = claim.stored_reply().cloned() {
        return Box::pin(pay(bench, claim, &reply, Urgency::Final)).await;
    }
    tracing::debug!(tries = claim.tries(), "Work on an update begins");
    match handle(bench, &claim).await {
        Handled::Outcome(Outcome::Nothing) => {
            claim.complete().await;
            "done"
        }
        Handled::Outcome(Outcome::Park(reason)) => {
            tracing::warn!(reason, "An update was parked");
            metrics::update_parked("unreadable");
            bench.tools.owner.tell(Cause::Parked, &reason);
            claim.park(&reason).await;
            "parked"
        }
        Handled::Outcome(Outcome::Reply(reply)) => owe(bench, claim, reply, LastFrame::none()).await,
        Handled::Outcome(Outcome::Answer(reply, last_frame)) => owe(bench, claim, reply, last_frame).await,
        Handled::Failed(reason) => Box::pin(again(bench.tools, claim, &reason)).await,
        Handled::Stopped => {
            claim.retry(Duration::ZERO, "stopping").await;
            "stopped"
        }
    }
}

/// Waits until an update may make its last attempt, and counts it; others need not wait.
async fn last_attempt<'a>(bench: &'a Bench<'_>, claim: &Claim) -> Result<Option<MutexGuard<'a, ()>>, StorageError> {
    if claim.attempt() < MAX_ATTEMPTS {
        return Ok(None);
    }
    let turn = bench.suspects.0.lock().await;
    claim.begins_last_attempt().await?;
    Ok(Some(turn))
}

/// How a handler ended.
enum Handled {
    Outcome(Outcome),
    Failed(String),
    Stopped,
}

async fn handle(bench: &Bench<'_>, claim: &Claim) -> Handled {
    faults::pass_poison(&claim.update().raw);
    let event = match event(&claim.update().raw) {
        Ok(event) => event,
        Err(reason) => return Handled::Outcome(Outcome::Park(reason)),
    };
    let tools = bench.tools;
    let decided = async {
        let (event, absorbed) = gather(tools, claim, event).await?;
        let job = Job::new(event, claim.update(), claim.key(), claim.placed(), tools);
        let raw = &claim.update().raw;
        Ok(handlers::dispatch(Arc::clone(tools), job, raw).await?.absorbing(absorbed))
    };
    tokio::select! {
        // In this order: an answer that is finished in the moment of a stop is not thrown away.
        biased;
        decided = decided => {
            faults::at(Moment::Decided);
            match decided {
                Ok(outcome) => Handled::Outcome(outcome),
                Err(HandlerError::Store(error)) => Handled::Failed(error.to_string()),
            }
        }
        () = bench.hard.cancelled() => Handled::Stopped,
        () = tools.clock.sleep(tools.config.timeout + GRACE) => Handled::Failed("its handling hung".to_owned()),
    }
}

/// Stores a reply before anything else happens (it may have been paid for), and delivers it.
async fn owe(bench: &Bench<'_>, claim: Claim, mut reply: Box<NewReply>, last_frame: LastFrame) -> &'static str {
    let tools = bench.tools;
    if faults::is_on(Switch::SendBeforeCommit) {
        Box::pin(send_unstored(tools, &mut reply)).await;
    }
    let (storage, key, reply) = (&tools.storage, claim.key(), Arc::<NewReply>::from(reply));
    // Somebody waits for an answer more than for a sentence.
    let urgency = if reply.turn.is_some() { Urgency::Final } else { Urgency::Reply };
    let mut stored = StoredReply {
        address: reply.address,
        parts: reply.parts.iter().map(|part| (part.clone(), None)).collect(),
        maybe_sent: false,
        in_place: reply.in_place.clone(),
        keyboard: reply.keyboard.clone(),
        inline: reply.inline.clone(),
    };
    match insist(&tools.clock, || storage.store_reply(key, Arc::clone(&reply))).await {
        Ok(()) => {}
        Err(StorageError::LostClaim) => {
            Box::pin(charge_anyway(tools, &claim, &reply)).await;
            return lost(claim);
        }
        Err(error) => return Box::pin(again(tools, claim, &error.to_string())).await,
    }
    let over = last_frame.over().await;
    if stored.parts.is_empty() {
        claim.completed();
        return "done";
    }
    if stored.in_place.is_empty() {
        stored.in_place.extend(over.placed);
    }
    if over.hangs && !stored.in_place.is_empty() {
        // A frame that arrives late would hide the answer: it goes into messages of its own.
        let place = std::mem::take(&mut stored.in_place);
        deliver::delete(&tools.telegram, stored.address.chat, &place).await;
    }
    Box::pin(pay(bench, claim, &stored, urgency)).await
}

/// Nothing of an answer is kept when whoever asked has been forgotten meanwhile, but what it cost.
async fn charge_anyway(tools: &Tools, claim: &Claim, reply: &NewReply) {
    let Some(usage) = reply.turn.as_ref().and_then(|turn| turn.usage.as_ref()) else { return };
    let (generation_id, lane, seq) = (usage.generation_id.clone(), claim.update().lane, claim.key().seq);
    let charge = NewCharge { generation_id, lane, seq, bill: usage.bill, look_after: Duration::ZERO };
    let price = usage.cost_micro_usd.map(|cost_micro_usd| Price {
        cost_micro_usd,
        model: Some(usage.model.clone()),
        prompt_tokens: Some(usage.prompt_tokens),
        completion_tokens: Some(usage.completion_tokens),
    });
    let written = insist(&tools.clock, || tools.storage.open_charge(charge.clone())).await;
    if let (Ok(()), Some(price)) = (written, price) {
        // One that is refused is looked up, as any line that is open.
        let _ = tools.storage.settle(&usage.generation_id, price).await;
    }
}

/// Delivers a stored reply, now or later; it is never given up while its chat exists.
async fn pay(bench: &Bench<'_>, claim: Claim, reply: &StoredReply, urgency: Urgency) -> &'static str {
    let way = Way { tools: bench.tools, urgency, stop: bench.hard };
    match deliver::deliver(&way, &claim, reply).await {
        Ok(Delivery::Done) => {
            if urgency == Urgency::Final {
                let waited = bench.tools.clock.now().since(claim.update().received_at);
                metrics::answer_delivered(waited.as_secs_f64());
                tracing::info!(parts = reply.parts.len(), waited_ms = millis(waited), "Delivered");
            }
            claim.completed();
            "done"
        }
        Ok(Delivery::Gone(reason)) => {
            tracing::info!(reason, "An answer cannot be delivered: its chat is out of reach");
            claim.undeliverable(&reason).await;
            "undeliverable"
        }
        Ok(Delivery::Refused(reason)) => {
            tracing::error!(reason, "Telegram takes an answer in no form; it was parked");
            metrics::update_parked("refused");
            bench.tools.owner.tell(Cause::Undeliverable, &reason);
            apologize(bench.tools, || Some(handlers::apology_at(reply.address, &claim.update().raw, bench.tools)))
                .await;
            claim.park(&reason).await;
            "parked"
        }
        Ok(Delivery::Later { reason, after }) => {
            let pause = after.unwrap_or_else(|| doubling(Duration::from_secs(2), claim.tries()).min(LONGEST_PAUSE));
            tracing::warn!(reason, pause_secs = pause.as_secs(), "An answer cannot be delivered now; it is kept");
            claim.retry(pause, &reason).await;
            "later"
        }
        Err(StorageError::LostClaim) => lost(claim),
        Err(error) => {
            tracing::error!(reason = %error, "The store does not follow a delivery; it will be tried again");
            claim.retry(LONGEST_PAUSE, "the store failed").await;
            "later"
        }
    }
}

/// Somebody else works on it now.
fn lost(claim: Claim) -> &'static str {
    claim.completed();
    "lost"
}

/// Our own failure before there was a reply: try again later, or give up when that has been done long enough.
async fn again(tools: &Tools, claim: Claim, reason: &str) -> &'static str {
    if claim.tries() >= MAX_TRIES {
        return give_up(tools, claim, "failing", reason).await;
    }
    if claim.tries() == 0 {
        // Whoever waits should know, and know it once.
        apologize(tools, || handlers::apology(&claim.update().raw, tools, replies::our_failure)).await;
    }
    let pause = doubling(Duration::from_secs(5), claim.tries());
    tracing::error!(reason, pause_secs = pause.as_secs(), "Handling an update failed; it will be tried again");
    claim.retry(pause, reason).await;
    "retry"
}

/// Gives up what three attempts have died of. Giving up may die too: the apology is said when it may be a copy, and after
/// three attempts at it there is none.
async fn bury(tools: &Tools, claim: Claim) -> &'static str {
    let earlier = claim.attempt() - MAX_ATTEMPTS - 1;
    if earlier > 0 {
        deliver::may_be_a_copy("the process ended while an update was given up");
    }
    let what = if claim.stored_reply().is_some() { "delivery" } else { "handling" };
    let reason = format!("its {what} died three times");
    if earlier < MAX_ATTEMPTS {
        return give_up(tools, claim, "deadly", &reason).await;
    }
    put_aside(tools, "deadly", &reason);
    claim.park(&reason).await;
    "parked"
}

/// Puts an update aside and says so to whoever wrote it, as far as that is possible without endangering anything more.
async fn give_up(tools: &Tools, claim: Claim, cause: &'static str, reason: &str) -> &'static str {
    put_aside(tools, cause, reason);
    let raw = &claim.update().raw;
    apologize(tools, || match claim.stored_reply() {
        Some(reply) => Some(handlers::apology_at(reply.address, raw, tools)),
        None => handlers::apology(raw, tools, replies::gave_up),
    })
    .await;
    claim.park(reason).await;
    "parked"
}

fn put_aside(tools: &Tools, cause: &'static str, reason: &str) {
    tracing::error!(reason, "An update was given up and parked");
    metrics::update_parked(cause);
    tools.owner.tell(Cause::Parked, reason);
}

/// Says that there is no answer, if there is somebody to say it to; a failure is not tried again.
async fn apologize(tools: &Tools, apology: impl FnOnce() -> Option<Apology>) {
    // It may be this very update that the reader panics on.
    let apology = catch_unwind(AssertUnwindSafe(apology)).ok().flatten();
    if let Some(apology) = apology
        && let Err(error) = faults::around(Step::Apologize, apology.say(&tools.telegram)).await
    {
        tracing::warn!(reason = %error, "The apology could not be sent");
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// `first`, twice that, four times that …
fn doubling(first: Duration, tries: u32) -> Duration {
    first.saturating_mul(1 << tries.min(16))
}
