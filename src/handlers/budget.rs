//! Budgets: a question that there is no money for, and the owner's `/budget`.
//!
//! Whoever has no money left is told so once, and then nothing, as long as that lasts: an answer to each message would
//! cost nothing but be a nuisance, and a flood must not make one.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::metrics;
use crate::money::Refusal;
use crate::owner::Cause;
use crate::replies::{self, Language};
use crate::storage::NewReply;
use crate::turn::Tools;
use crate::usd::{self, NoAmount};

/// What becomes of a question that was not asked. `placed`: the message in which its answer was to grow.
pub(super) fn refused(tools: &Tools, job: &Job, refusal: Refusal, placed: Option<i64>) -> Outcome {
    let (whose, sentence, first) = counted(tools, job.language(), refusal);
    // A message that waits for this answer must not wait in vain.
    if !first && placed.is_none() {
        return Outcome::Nothing;
    }
    tracing::info!(budget = whose, "A question was not asked: the budget of the day has no room for it");
    match job.reply(sentence) {
        Outcome::Reply(reply) => {
            Outcome::Reply(Box::new(NewReply { in_place: placed.into_iter().collect(), ..*reply }))
        }
        other => other,
    }
}

/// Whose budget it is, what is said about it, and whether that is said for the first time.
pub(super) fn counted(tools: &Tools, language: Language, refusal: Refusal) -> (&'static str, String, bool) {
    let found = match refusal {
        Refusal::Person { limit, first } => ("person", replies::budget_used_up(language, &usd::write(limit)), first),
        Refusal::TooDear { limit, first } => ("answer", replies::answer_too_dear(language, &usd::write(limit)), first),
        Refusal::Everybody { limit, first, news } => {
            if news {
                tools.owner.tell(Cause::BudgetUsedUp, &format!("DAILY_BUDGET_USD={}", usd::write(limit)));
            }
            ("bot", replies::bots_budget_used_up(language), first)
        }
    };
    metrics::refused_by_budget(found.0);
    found
}

/// `/budget 123456789 5`, from an owner.
pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>, text: String) -> Result<Outcome, HandlerError> {
    let language = job.language();
    let words: Vec<&str> = text.split_whitespace().collect();
    let (user, amount) = match words[..] {
        [user] => (user, None),
        [user, amount] => (user, Some(amount)),
        _ => return Ok(job.reply(replies::budget_usage(language))),
    };
    let Some(user) = user.parse().ok().filter(|user: &i64| *user > 0) else {
        return Ok(job.reply(replies::budget_usage(language)));
    };
    let Some(amount) = amount else {
        let budget = replies::budget(language, tools.money.limit(user));
        return Ok(job.reply(replies::budget_in_force(language, user, &budget)));
    };
    let amount = match wanted(amount) {
        Ok(amount) => amount,
        Err(why) => return Ok(job.reply(misread(language, why))),
    };
    let (before, now) = tools.money.set_budget(user, amount).await?;
    tracing::info!("An owner gave somebody a budget");
    let [before, now] = [before, now].map(|limit| replies::budget(language, limit));
    Ok(job.reply(replies::budget_set(language, user, &now, &before)))
}

fn wanted(amount: &str) -> Result<Option<i64>, NoAmount> {
    if amount.eq_ignore_ascii_case("default") { Ok(None) } else { usd::read(amount).map(Some) }
}

fn misread(language: Language, why: NoAmount) -> String {
    match why {
        NoAmount::NotANumber | NoAmount::TooFine => replies::budget_usage(language),
        NoAmount::Negative => replies::budget_negative(language),
        NoAmount::TooLarge => replies::budget_too_large(language, usd::MOST),
    }
}
