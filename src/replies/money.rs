//! What people are told of what their answers cost: `/stats`, and the owner's `/budget`.

use super::Language;
use super::count::{questions, tokens};
use super::panels::{model_heading, price_free};
use super::phrases::phrases;
use crate::usd;

/// What some answers used and cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// How many there were.
    pub questions: u64,
    /// Those among them whose cost is not known (yet).
    pub unpriced: u64,
    /// Tokens read and written.
    pub tokens: u64,
    /// Millionths of a dollar.
    pub micro_usd: i64,
}

/// What `/stats` tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement {
    /// Today's answers.
    pub today: Used,
    /// This month's.
    pub month: Used,
    /// This month's by the model that served, the dearest first; an empty name: not known.
    pub models: Vec<(String, Used)>,
    /// What is left for today, and of how much, in millionths of a dollar; `None`: there is no limit.
    pub left: Option<(i64, i64)>,
    /// What is kept back of it for answers whose cost is not known yet.
    pub reserved: i64,
    /// The model that answers in this conversation, by its name.
    pub model: String,
}

/// Models that are listed by name; the rest is one line, so that a statement stays one message.
const LISTED: usize = 10;

phrases! {
    /// `/stats`, the sums.
    sums(today: &str = "3 questions", month: &str = "5 questions") {
        "Today (UTC): {today}\nThis month: {month}"
    }
    /// `/stats`, above the models.
    by_model(lines: &str = "a/b — 1 question, $0.10") {
        "This month by model:\n{lines}"
    }
    /// `/stats` before anything was asked.
    nothing_used() {
        "You have not asked anything this month."
    }
    /// `/stats`: what is left for today.
    left_today(left: &str = "$0.40", limit: &str = "$0.50") {
        "Left for today: {left} of {limit}. It starts again at 00:00 UTC."
    }
    /// `/stats`: nobody limits this person.
    no_limit() {
        "There is no limit on what your answers may cost."
    }
    /// `/stats`: what is kept back.
    kept_back(amount: &str = "$0.10") {
        "Kept back for answers whose cost is not known yet: {amount}"
    }
    /// `/stats`: answers that nobody told the cost of.
    unpriced_answers(questions: &str = "2 questions") {
        "The cost is not known: {questions}"
    }
    /// An answer that nobody told the cost of.
    cost_unknown() { "cost not known" }
    /// The model that served is not known.
    pub(super) model_unknown() { "model not known" }
    /// Models beyond those that are listed.
    pub(super) other_models() { "other models" }
    /// `/budget` that cannot be read, for the owner.
    pub budget_usage() {
        "Write a person's id and what a day may cost in US dollars: /budget 123456789 5, or 0.50, with at most six decimals. \
         0 means no limit; “default” takes a budget of their own away. Without an amount, I say what is in force."
    }
    /// `/budget` with an amount below nothing.
    pub budget_negative() {
        "A budget cannot be below 0. Write an amount such as 0.50, or 0 for no limit."
    }
    /// `/budget` with an amount that nobody means.
    pub budget_too_large(most: i64 = 1000) {
        "This is more than ${most} a day. Write a smaller amount, or 0 for no limit."
    }
    /// `/budget 123`: what is in force.
    pub budget_in_force(user: i64 = 123, budget: &str = "$5.00") {
        "In force for {user}, a day: {budget}"
    }
    /// `/budget 123 5`: what is in force now, and what was before.
    pub budget_set(user: i64 = 123, budget: &str = "$5.00", before: &str = "$1.00") {
        "In force for {user} from now on, a day: {budget} (before: {before})"
    }
    /// Instead of an amount.
    unlimited() { "no limit" }
}

/// A budget in words.
#[must_use]
pub fn budget(language: Language, limit: Option<i64>) -> String {
    limit.map_or_else(|| unlimited(language), usd::write)
}

/// `/stats`.
#[must_use]
pub fn stats(language: Language, statement: &Statement) -> String {
    let Statement { today, month, models, left, reserved, model } = statement;
    let mut parts = vec![if month.questions == 0 {
        nothing_used(language)
    } else {
        sums(language, &used(language, today), &used(language, month))
    }];
    if !models.is_empty() {
        parts.push(by_model(language, &lines(language, models)));
    }
    parts.push(match left {
        Some((left, limit)) => left_today(language, &usd::write(*left), &usd::write(*limit)),
        None => no_limit(language),
    });
    if *reserved > 0 {
        parts.push(kept_back(language, &usd::write(*reserved)));
    }
    if month.unpriced > 0 {
        parts.push(unpriced_answers(language, &questions(language, month.unpriced)));
    }
    parts.push(model_heading(language, model));
    parts.join("\n\n")
}

fn used(language: Language, used: &Used) -> String {
    let cost = usd::write(used.micro_usd);
    format!("{}, {}, {cost}", questions(language, used.questions), tokens(language, used.tokens))
}

fn lines(language: Language, models: &[(String, Used)]) -> String {
    let (listed, rest) = models.split_at(models.len().min(LISTED));
    let mut lines: Vec<String> = listed.iter().map(|(model, used)| line(language, model, used)).collect();
    if !rest.is_empty() {
        let sum = rest.iter().fold(Used::default(), |sum, (_, used)| sum.and(used));
        lines.push(line(language, &other_models(language), &sum));
    }
    lines.join("\n")
}

fn line(language: Language, model: &str, used: &Used) -> String {
    let model = if model.is_empty() { model_unknown(language) } else { model.to_owned() };
    let cost = match used.micro_usd {
        0 if used.unpriced > 0 => cost_unknown(language),
        0 => price_free(language),
        cost => usd::write(cost),
    };
    format!("{model} — {}, {cost}", questions(language, used.questions))
}

impl Used {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: &Self) -> Self {
        Self {
            questions: self.questions + other.questions,
            unpriced: self.unpriced + other.unpriced,
            tokens: self.tokens + other.tokens,
            micro_usd: self.micro_usd.saturating_add(other.micro_usd),
        }
    }
}

/// Sentences that are made of others, for the tests of what every sentence keeps to.
#[cfg(test)]
pub(super) fn composed(language: Language) -> Vec<(&'static str, String)> {
    let used = |questions, unpriced, micro_usd| Used { questions, unpriced, tokens: questions * 411, micro_usd };
    let models = (1..=12).map(|n| (format!("lab/model-{n}"), used(n, 0, 1_000_000 / i64::try_from(n).unwrap())));
    let statement = Statement {
        today: used(3, 0, 12_345),
        month: used(78, 2, 3_103_210),
        models: models.chain([("lab/free".to_owned(), used(1, 0, 0)), (String::new(), used(2, 2, 0))]).collect(),
        left: Some((987_655, 1_000_000)),
        reserved: 1_350,
        model: "Lab: Model 1".to_owned(),
    };
    let unlimited = Statement {
        month: used(1, 0, 0),
        models: vec![("lab/free".to_owned(), used(1, 0, 0))],
        model: "lab/free".to_owned(),
        ..Statement::default()
    };
    vec![
        ("stats", stats(language, &statement)),
        ("stats_unlimited", stats(language, &unlimited)),
        ("stats_at_first", stats(language, &Statement { model: "lab/free".to_owned(), ..Statement::default() })),
    ]
}
