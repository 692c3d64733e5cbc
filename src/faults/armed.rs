//! What is wanted of this process, and the places that look it up.

use std::ffi::OsString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Moment, Step, Switch};

/// What every name in the environment begins with.
const PREFIX: &str = "ROUTERGRAM_FAULT_";

static ARMED: OnceLock<Armed> = OnceLock::new();

/// What is wanted. Empty in a process whose environment says nothing of it.
#[derive(Default)]
struct Armed {
    /// Where to abort, and how often that place is still to be passed, this time included.
    point: Option<(String, AtomicU32)>,
    held: Vec<String>,
    switches: Vec<Switch>,
    poison: Option<String>,
}

/// Reads what is wanted from the process's variables. Once: a second call changes nothing.
///
/// # Panics
/// When there is no such point, switch or variable: a test that waits for it would wait in vain.
pub fn arm(variables: &[(OsString, OsString)]) {
    let ours =
        variables.iter().filter_map(|(name, value)| Some((name.to_str()?.strip_prefix(PREFIX)?, value.to_str()?)));
    let mut armed = Armed::default();
    for (name, value) in ours {
        match name {
            "POINT" => armed.point = Some(counted(value)),
            "HOLD" => armed.held = value.split(',').map(known).collect(),
            "SWITCH" => armed.switches = value.split(',').map(switch).collect(),
            "POISON" => armed.poison = Some(value.to_owned()),
            other => panic!("there is no {PREFIX}{other}"),
        }
    }
    let _ = ARMED.set(armed);
}

/// Every point, in the order of the tables: `before-accept`, `after-accept`, …, `polled`.
#[must_use]
pub fn points() -> Vec<String> {
    let steps = Step::ALL.iter().flat_map(|step| ["before", "after"].map(|edge| format!("{edge}-{}", step.name())));
    steps.chain(Moment::ALL.iter().map(|moment| moment.name().to_owned())).collect()
}

fn counted(value: &str) -> (String, AtomicU32) {
    let (point, times) = value.split_once(':').unwrap_or((value, "1"));
    let times = times.parse().unwrap_or_else(|_| panic!("{times:?} is no number of times"));
    (known(point), AtomicU32::new(times))
}

fn known(point: &str) -> String {
    assert!(points().iter().any(|known| known == point), "there is no point {point:?}");
    point.to_owned()
}

fn switch(name: &str) -> Switch {
    let named = Switch::ALL.iter().copied().find(|switch| switch.name() == name);
    named.unwrap_or_else(|| panic!("there is no switch {name:?}"))
}

/// Does the work, past the point before it and the one after it.
pub fn around<F: Future>(step: Step, work: F) -> impl Future<Output = F::Output> {
    // In a box, so that whoever passes many points does not grow with each.
    let work = Box::pin(work);
    async move {
        pass("before-", step.name()).await;
        let done = work.await;
        pass("after-", step.name()).await;
        done
    }
}

/// The same for a method of Telegram's.
///
/// # Panics
/// When the method has no step in the table.
pub fn around_call<F: Future>(method: &str, work: F) -> impl Future<Output = F::Output> + use<F> {
    let step = Step::ALL.iter().copied().find(|step| step.name() == method);
    around(step.unwrap_or_else(|| panic!("{method} is not in the table of steps")), work)
}

/// Passes a moment.
pub fn at(moment: Moment) {
    if let Some(armed) = ARMED.get() {
        armed.die_at("", moment.name());
    }
}

/// Is this guard left out?
#[must_use]
pub fn is_on(switch: Switch) -> bool {
    ARMED.get().is_some_and(|armed| armed.switches.contains(&switch))
}

/// Dies of the poison, if it is in this text.
pub fn pass_poison(text: &str) {
    let poison = ARMED.get().and_then(|armed| armed.poison.as_deref());
    if poison.is_some_and(|poison| text.contains(poison)) {
        std::process::abort();
    }
}

async fn pass(edge: &str, name: &str) {
    let Some(armed) = ARMED.get() else { return };
    armed.die_at(edge, name);
    if armed.held.iter().any(|held| is(held, edge, name)) {
        std::future::pending::<()>().await;
    }
}

impl Armed {
    fn die_at(&self, edge: &str, name: &str) {
        let Some((point, left)) = &self.point else { return };
        // As a crash does it: nothing is unwound, nothing is written.
        if is(point, edge, name) && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
    }
}

fn is(point: &str, edge: &str, name: &str) -> bool {
    point.strip_prefix(edge) == Some(name)
}
