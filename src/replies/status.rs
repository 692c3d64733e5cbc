//! The owners' `/status`.

use std::time::Duration;

use super::Language;
use super::phrases::phrases;
use crate::usd;

/// What is outside told, or why it did not.
pub type Outside<T> = Result<T, String>;

/// How the bot is.
#[derive(Debug, Clone)]
pub struct Status<'a> {
    /// The program's.
    pub version: &'a str,
    /// How updates come in, and why in this way.
    pub mode: &'a str,
    /// Since its start.
    pub uptime: Duration,
    /// What there is to do.
    pub queue: Queue,
    /// What waits at Telegram.
    pub telegram: Outside<Waiting>,
    /// Errors in the log of the last hour.
    pub errors: usize,
    /// How many people were here today, and how many are known.
    pub people: (u64, u64),
    /// Everybody may use the bot who is not banned.
    pub is_open: bool,
    /// What today's and this month's answers cost, in millionths of a dollar.
    pub micro_usd: (i64, i64),
    /// What is kept back for answers whose cost is not known yet, in millionths of a dollar.
    pub reserved: i64,
    /// What is left of the whole bot's budget of today, and how much that is; `None`: there is no limit.
    pub budget: Option<(i64, i64)>,
    /// What the key may still spend.
    pub credit: Outside<Credit>,
    /// The model that answers where nobody has chosen another one.
    pub model: &'a str,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queue {
    /// Updates that nobody works on.
    pub waiting: u64,
    /// How long the oldest of those has waited that could be worked on.
    pub oldest: Option<Duration>,
    /// Updates that are being worked on.
    pub in_flight: u64,
    /// Updates that were given up.
    pub put_aside: u64,
}

/// What waits at Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Updates that it has not brought yet.
    pub updates: u64,
    /// Why it last could not, and how long ago that was.
    pub error: Option<(String, Duration)>,
}

/// What the key may still spend, in millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credit {
    /// So much of so much.
    Left(i64, i64),
    /// It has no limit of its own, and has spent so much.
    Unlimited(i64),
    /// The server does not tell.
    NotTold,
}

phrases! {
    /// What runs.
    program(version: &str = "0.1.0", mode: &str = "polling (USE_WEBHOOK=false)", uptime: &str = "3 d 4 h") {
        "routergram {version}, up for {uptime}\nMode: {mode}"
    }
    /// The model where nobody has chosen another one.
    model_of_all(model: &str = "openrouter/auto") { "Model: {model}" }
    /// What there is to do.
    in_queue(waiting: u64 = 0, in_flight: u64 = 2, put_aside: u64 = 0) {
        "Queue: {waiting} waiting, {in_flight} being answered, {put_aside} put aside"
    }
    /// How long the oldest has waited.
    oldest_waits(age: &str = "12 s") { "The oldest waits for {age}" }
    /// What waits at Telegram.
    at_telegram(updates: u64 = 0) { "At Telegram: {updates} waiting" }
    /// Why Telegram could last not bring what waits.
    telegram_failed(error: &str = "Connection refused", ago: &str = "5 min") {
        "Its last error, {ago} ago: {error}"
    }
    /// What is outside does not answer.
    telegram_silent(why: &str = "3 s") { "At Telegram: no answer ({why})" }
    /// Errors in the log.
    errors_logged(errors: usize = 0) {
        "Errors in the log, last hour: {errors}"
    }
    /// What answers cost.
    costs(today: &str = "$0.10", month: &str = "$3.00") {
        "Cost: today {today}, this month {month}"
    }
    /// What is kept back.
    held_back(amount: &str = "$0.01") {
        "Kept back for answers that are being written: {amount}"
    }
    /// What is left of the whole bot's budget.
    left_for_all(left: &str = "$19.90", limit: &str = "$20.00") {
        "Left for today: {left} of {limit}"
    }
    /// The whole bot has no budget.
    no_limit_for_all() { "No limit on what a day may cost" }
    /// How many people.
    people_here(today: u64 = 3, known: u64 = 42) {
        "People: {today} today, {known} known (/users)"
    }
    /// Nobody but those who are banned is kept out.
    open_to_all() { "Everybody may use the bot; ALLOWED_USER_IDS would name those who may" }
    /// What the key may still spend.
    credit_left(left: &str = "$7.50", limit: &str = "$10.00") {
        "Credit of the key: {left} of {limit} left"
    }
    /// The key has no limit of its own.
    credit_unlimited(used: &str = "$2.50") {
        "Credit of the key: no limit of its own; {used} spent. The account's credit: openrouter.ai/settings/credits"
    }
    /// The server does not tell about keys.
    credit_not_told() { "Credit of the key: the server does not tell" }
    /// The server does not answer.
    credit_silent(why: &str = "3 s") { "Credit of the key: no answer ({why})" }
    /// Less than a minute.
    seconds(count: u64 = 12) { "{count} s" }
    /// Less than an hour.
    minutes(count: u64 = 12) { "{count} min" }
    /// Less than a day.
    hours(hours: u64 = 3, minutes: u64 = 12) { "{hours} h {minutes} min" }
    /// A day and more.
    days(days: u64 = 3, hours: u64 = 12) { "{days} d {hours} h" }
}

/// `/status`.
#[must_use]
pub fn status(language: Language, status: &Status<'_>) -> String {
    let Queue { waiting, oldest, in_flight, put_aside } = status.queue;
    let mut work = vec![in_queue(language, waiting, in_flight, put_aside)];
    work.extend(oldest.map(|age| oldest_waits(language, &span(language, age))));
    match &status.telegram {
        Ok(Waiting { updates, error }) => {
            work.push(at_telegram(language, *updates));
            work.extend(error.as_ref().map(|(error, ago)| telegram_failed(language, error, &span(language, *ago))));
        }
        Err(why) => work.push(telegram_silent(language, why)),
    }
    work.push(errors_logged(language, status.errors));
    let (today, month) = status.micro_usd;
    let mut money = vec![costs(language, &usd::write(today), &usd::write(month))];
    if status.reserved > 0 {
        money.push(held_back(language, &usd::write(status.reserved)));
    }
    money.push(match status.budget {
        Some((left, limit)) => left_for_all(language, &usd::write(left), &usd::write(limit)),
        None => no_limit_for_all(language),
    });
    money.push(match &status.credit {
        Ok(Credit::Left(left, limit)) => credit_left(language, &usd::write(*left), &usd::write(*limit)),
        Ok(Credit::Unlimited(used)) => credit_unlimited(language, &usd::write(*used)),
        Ok(Credit::NotTold) => credit_not_told(language),
        Err(why) => credit_silent(language, why),
    });
    let program = program(language, status.version, status.mode, &span(language, status.uptime));
    let program = [program, model_of_all(language, status.model)].join("\n");
    let (here, known) = status.people;
    let mut people = vec![people_here(language, here, known)];
    people.extend(status.is_open.then(|| open_to_all(language)));
    [program, work.join("\n"), money.join("\n"), people.join("\n")].join("\n\n")
}

fn span(language: Language, span: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let secs = span.as_secs();
    match secs {
        ..MINUTE => seconds(language, secs),
        MINUTE..HOUR => minutes(language, secs / MINUTE),
        HOUR..DAY => hours(language, secs / HOUR, secs % HOUR / MINUTE),
        _ => days(language, secs / DAY, secs % DAY / HOUR),
    }
}

/// Sentences that are made of others, for the tests of what every sentence keeps to.
#[cfg(test)]
pub(super) fn composed(language: Language) -> Vec<(&'static str, String)> {
    let well = Status {
        version: "0.1.0",
        mode: "polling (USE_WEBHOOK=false)",
        uptime: Duration::from_hours(76),
        queue: Queue::default(),
        telegram: Ok(Waiting::default()),
        errors: 0,
        people: (3, 42),
        is_open: false,
        micro_usd: (100_000, 3_000_000),
        reserved: 0,
        budget: Some((19_900_000, 20_000_000)),
        credit: Ok(Credit::Left(7_500_000, 10_000_000)),
        model: "openrouter/auto",
    };
    let busy = Status {
        uptime: Duration::from_mins(125),
        queue: Queue { waiting: 3, oldest: Some(Duration::from_secs(70)), in_flight: 2, put_aside: 1 },
        telegram: Ok(Waiting { updates: 7, error: Some(("Connection refused".to_owned(), Duration::from_secs(5))) }),
        reserved: 1_350,
        budget: None,
        is_open: true,
        credit: Ok(Credit::Unlimited(2_500_000)),
        ..well.clone()
    };
    let cut_off = Status { telegram: Err("3 s".to_owned()), credit: Err("3 s".to_owned()), ..well.clone() };
    let elsewhere = Status { credit: Ok(Credit::NotTold), ..well.clone() };
    vec![
        ("status", status(language, &well)),
        ("status_busy", status(language, &busy)),
        ("status_cut_off", status(language, &cut_off)),
        ("status_elsewhere", status(language, &elsewhere)),
    ]
}
