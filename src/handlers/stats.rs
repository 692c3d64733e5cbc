//! `/stats`: what somebody's answers cost today and this month, by which models, and what is left.
//!
//! Read from the ledger's sums, so a year of answers takes no longer than a day of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::replies::{self, Statement, Used};
use crate::storage::Spent;
use crate::turn::Tools;

pub(super) async fn stats(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let payer = job.person().unwrap_or(job.lane.chat);
    let standing = tools.money.standing(payer);
    let sums = tools.storage.spent(tools.bot.id, payer, standing.today.first_of_month()).await?;
    let (mut today, mut month, mut models) = (Used::default(), Used::default(), BTreeMap::<String, Used>::new());
    for sum in sums {
        let used = used(&sum);
        month = month.and(&used);
        if sum.day == standing.today {
            today = today.and(&used);
        }
        let model = models.entry(sum.model).or_default();
        *model = model.and(&used);
    }
    let mut models: Vec<_> = models.into_iter().collect();
    models.sort_by_key(|(_, used)| std::cmp::Reverse((used.micro_usd, used.questions)));
    let left = standing.left().zip(standing.limit);
    let statement = Statement { today, month, models, left, reserved: standing.reserved };
    Ok(job.reply(replies::stats(job.language(), &statement)))
}

fn used(sum: &Spent) -> Used {
    let tokens = sum.prompt_tokens + sum.completion_tokens;
    Used { questions: sum.answers, unpriced: sum.unpriced, tokens, micro_usd: sum.cost_micro_usd }
}
