//! `/stats`: what somebody's answers cost today and this month, by which models, what is left, and which model answers
//! here; with a chart, as soon as anything cost something.
//!
//! Read from the ledger's sums, so a year of answers takes no longer than a day of them.
//!
//! The words are the picture's caption. Where Telegram takes no picture they come as a message, and what is too long for a
//! caption comes as one in any case.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::chart::Chart;
use crate::clock::Day;
use crate::replies::{self, Days, Statement, Used};
use crate::storage::{NewReply, Part, Spent};
use crate::turn::{Choices, Tools};

/// What stands below a picture, in UTF-16 units (Bot API, `sendPhoto`).
const CAPTION_UNITS: usize = 1024;

pub(super) async fn stats(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let payer = job.person().unwrap_or(job.lane.chat);
    let standing = tools.money.standing(payer);
    let sums = tools.storage.spent(tools.bot.id, payer, standing.today.first_of_month()).await?;
    let preferences = tools.storage.preferences(job.lane.conversation()).await?;
    let (mut today, mut month, mut models) = (Used::default(), Used::default(), BTreeMap::<String, Used>::new());
    let mut days = days_of(standing.today);
    for sum in sums {
        let used = used(&sum);
        month = month.and(&used);
        if sum.day == standing.today {
            today = today.and(&used);
        }
        if let Some(cost) = place(sum.day).and_then(|place| days.costs.get_mut(place)) {
            *cost = cost.saturating_add(used.micro_usd);
        }
        let model = models.entry(sum.model).or_default();
        *model = model.and(&used);
    }
    let mut models: Vec<_> = models.into_iter().collect();
    models.sort_by_key(|(_, used)| std::cmp::Reverse((used.micro_usd, used.questions)));
    let left = standing.left().zip(standing.limit);
    let model = Choices::of(&tools, &preferences).name().to_owned();
    let statement = Statement { today, month, models, left, reserved: standing.reserved, model };
    let words = replies::stats(job.language(), &statement);
    let parts = match replies::chart(job.language(), &statement, &days) {
        Some(chart) => with_a_picture(chart, &words),
        None => vec![Part::plain(words)],
    };
    Ok(Outcome::Reply(Box::new(NewReply { address: job.address(), parts, ..NewReply::default() })))
}

fn used(sum: &Spent) -> Used {
    let tokens = sum.prompt_tokens + sum.completion_tokens;
    Used { questions: sum.answers, unpriced: sum.unpriced, tokens, micro_usd: sum.cost_micro_usd }
}

/// The month of a day, before anything was asked in it.
fn days_of(today: Day) -> Days {
    let (year, month) = today.month();
    Days { year, month, costs: vec![0; usize::from(today.days_of_month())], today: place(today).unwrap_or_default() }
}

/// Which day of its month it is, counted from 0.
fn place(day: Day) -> Option<usize> {
    usize::try_from(day.0 - day.first_of_month().0).ok()
}

/// The picture with as many paragraphs as its caption holds, the same words without it, and what is left of them.
fn with_a_picture(chart: Chart, words: &str) -> Vec<Part> {
    let ends = words.match_indices("\n\n").map(|(end, _)| end).chain([words.len()]);
    let fits = |end: &usize| words[..*end].encode_utf16().count() <= CAPTION_UNITS;
    let (caption, rest) = words.split_at(ends.take_while(fits).last().unwrap_or_default());
    let mut parts = vec![Part::picture(chart, caption.to_owned())];
    if !caption.is_empty() {
        parts.push(Part { fallback: true, ..Part::plain(caption.to_owned()) });
    }
    if !rest.is_empty() {
        parts.push(Part::plain(rest.trim_start().to_owned()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Form;

    #[test]
    fn what_no_caption_holds_follows_it_as_a_message() {
        let paragraph = "я".repeat(600);
        let words = [paragraph.as_str(), "short", &paragraph, "end"].join("\n\n");
        let parts = with_a_picture(Chart::default(), &words);
        let caption = format!("{paragraph}\n\nshort");
        assert_eq!(parts.iter().map(|part| part.form).collect::<Vec<_>>(), [Form::Picture, Form::Text, Form::Text]);
        assert_eq!((&parts[0].text, &parts[1].text, parts[1].fallback), (&caption, &caption, true));
        assert_eq!((&*parts[2].text, parts[2].fallback), (&*format!("{paragraph}\n\nend"), false));
        let parts = with_a_picture(Chart::default(), "all");
        assert_eq!(
            parts.iter().map(|part| (&*part.text, part.fallback)).collect::<Vec<_>>(),
            [("all", false), ("all", true)]
        );
    }

    #[test]
    fn a_month_has_its_days_and_knows_today() {
        // 2024-02-29, and 2026-11-21.
        assert_eq!((days_of(Day(19_782)).costs.len(), days_of(Day(19_782)).today), (29, 28));
        let days = days_of(Day(20_778));
        assert_eq!((days.year, days.month, days.costs.len(), days.today), (2026, 11, 30, 20));
    }
}
