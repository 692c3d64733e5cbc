//! The words on the chart of `/stats`.

use super::Language;
use super::money::{Statement, model_unknown, other_models};
use super::phrases::phrases;
use crate::chart::Chart;

/// Models that have a line of their own on the chart; it has room for one more, the rest.
const LISTED: usize = 4;

/// What each day of a month cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days {
    /// The year.
    pub year: i32,
    /// The month, from 1 to 12.
    pub month: u32,
    /// Millionths of a dollar, from the month's first day to its last.
    pub costs: Vec<i64>,
    /// Which of them is today, counted from 0.
    pub today: usize,
}

phrases! {
    /// Above the days.
    chart_days(month: &str = "2026") {
        "Cost per day, {month} (UTC)"
    }
    /// Below today.
    chart_today() { "today" }
    /// Above the models.
    chart_models(month: &str = "2026") {
        "By model, {month}"
    }
}

/// The chart that goes with a statement; `None` when nothing cost anything yet.
#[must_use]
pub fn chart(language: Language, statement: &Statement, days: &Days) -> Option<Chart> {
    let priced = statement.models.iter().filter(|(_, used)| used.micro_usd > 0);
    let named = priced.map(|(model, used)| {
        let name = if model.is_empty() { model_unknown(language) } else { model.clone() };
        (name, used.micro_usd)
    });
    let mut models: Vec<(String, i64)> = named.collect();
    if models.is_empty() {
        return None;
    }
    let rest: i64 = models.split_off(models.len().min(LISTED)).into_iter().map(|(_, cost)| cost).sum();
    let month = month(language, days);
    Some(Chart {
        heading: chart_days(language, &month),
        days: days.costs.clone(),
        today: days.today,
        today_word: chart_today(language),
        models_heading: chart_models(language, &month),
        models,
        rest: (rest > 0).then(|| (other_models(language), rest)),
    })
}

/// "November 2026".
fn month(language: Language, days: &Days) -> String {
    let months = language.speech().months();
    let name = usize::try_from(days.month).ok().and_then(|month| months.get(month.checked_sub(1)?)).unwrap_or(&"");
    format!("{name} {}", days.year)
}
