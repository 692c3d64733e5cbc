//! One call from its name to its answer: table, troubles, limits, method, journal.

use std::sync::Arc;

use super::answer::{Answer, Refusal};
use super::check;
use super::faults::Trouble;
use super::journal::Call;
use super::methods::{self, Ask};
use super::params::Params;
use super::polling;
use super::shared::Shared;
use super::table::{Method, TABLE};
use super::world::World;
use crate::clock::Timestamp;

/// What the client gets.
pub(super) enum Outcome {
    /// An answer in Telegram's envelope.
    Answer(Answer),
    /// An answer that does not arrive, or not as one.
    Trouble(Trouble, Answer),
}

/// Does a call.
pub(super) async fn perform(shared: &Arc<Shared>, name: &str, mut params: Params) -> Outcome {
    let at = shared.clock.now();
    let method = TABLE.method(name);
    let canonical = method.map_or(name, |method| method.name);
    let chat = params.int("chat_id");
    let (journal, delay) = {
        let world = shared.look();
        (world.journal.on.then(|| params.journal()), world.faults.delay_of(canonical))
    };
    if !delay.is_zero() {
        shared.clock.sleep(delay).await;
    }
    let trouble = shared.look().faults.strike(canonical, chat);
    let instead = trouble.as_ref().and_then(Trouble::refusal);
    let untouched = matches!(trouble, Some(Trouble::BadGateway | Trouble::Reset));
    let answer = match (instead, method) {
        (Some(refusal), _) => Err(refusal),
        (None, _) if untouched => Err(Refusal::plain(502, "Bad Gateway")),
        (None, None) => Err(unknown(shared, name)),
        (None, Some(method)) => run(shared, method, &mut params).await,
    };
    let silent = matches!(
        trouble,
        Some(
            Trouble::Reset
                | Trouble::DoneThenReset
                | Trouble::DoneThenCut
                | Trouble::DoneThenSilence
                | Trouble::DoneThenStall
        )
    );
    let status = match &answer {
        _ if silent => 0,
        Ok(_) => 200,
        Err(refusal) => refusal.code,
    };
    if let Some(params) = journal {
        let description = answer.as_ref().err().map(|refusal| refusal.description.clone());
        let call = Call { method: canonical.to_owned(), params, chat, status, description, at };
        shared.change(|world, _| world.journal.record(call));
    }
    match trouble {
        Some(trouble) if silent || untouched => Outcome::Trouble(trouble, answer),
        _ => Outcome::Answer(answer),
    }
}

fn unknown(shared: &Shared, name: &str) -> Refusal {
    shared.change(|world, _| world.journal.complain(format!("{name}: no such method")));
    Refusal::plain(404, "Not Found")
}

async fn run(shared: &Arc<Shared>, method: &Method, params: &mut Params) -> Answer {
    if method.name == "getUpdates" {
        shared.change(|world, now| admit(world, method, params, now))?;
        return polling::get_updates(shared, params).await;
    }
    shared.change(|world, now| {
        admit(world, method, params, now)?;
        methods::run(method.name, &mut Ask { world, params, now })
    })
}

/// Is it a call that this server takes, now?
fn admit(world: &mut World, method: &Method, params: &mut Params, now: Timestamp) -> Result<(), Refusal> {
    if !methods::exists(world, method.name) {
        // A server too old for it: not nonsense, so nobody complains.
        return Err(Refusal::plain(404, "Not Found"));
    }
    fit(world, method, params)?;
    world.flood.admit(method.name, params.int("chat_id"), now)
}

/// Holds the parameters against the table and complains where others would only refuse.
fn fit(world: &mut World, method: &Method, params: &mut Params) -> Result<(), Refusal> {
    match check::check(method, params, world.switches.strict) {
        Ok(extras) => {
            world.journal.count_extras(extras.len());
            Ok(())
        }
        Err(refusal) => {
            world.journal.complain(format!("{}: {}", method.name, refusal.description));
            Err(refusal)
        }
    }
}
