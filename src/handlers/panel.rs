//! Panels: messages with buttons under them that change when one is pressed (`/model`, `/persona`,
//! `/settings`, `/language`).
//!
//! A button carries who may press it, the day on which it was made, and what it wants: `p:<user>:<day>:<wish>`, at most 64
//! bytes (Telegram's limit), the numbers in base 16. What it carries is looked up, never trusted: a client that makes up
//! its own can wish for nothing that the command would not give the same person in the same chat. A press changes what
//! holds and what is shown in one transaction, and is repeated after a crash.

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::View;
use super::people::{self, PeopleWish};
use super::{HandlerError, Job, Outcome, button, forget, language, model, persona, settings};
use crate::access::ANONYMOUS_ADMIN;
use crate::clock::Timestamp;
use crate::config::Effort;
use crate::metrics;
use crate::replies::{self, Language};
use crate::storage::{AnswerLength, NewReply, Part, PreferenceChange};
use crate::turn::Tools;
use crate::update::Callback;

/// The start of what a button of a panel carries.
const PREFIX: &str = "p:";
/// How old a button may be: in a panel of last month nobody knows any more what it was about.
const USABLE_DAYS: i64 = 7;
const DAY_SECS: i64 = 24 * 60 * 60;
/// Whoever writes as the group itself presses as somebody else: such a panel is everybody's.
const ANYBODY: i64 = 0;

/// Whose panel it is, and from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    user: i64,
    /// Days since the Unix epoch.
    day: i64,
}

/// What a button wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// To see the settings.
    Settings,
    /// Answers of this length.
    Length(AnswerLength),
    /// To think this hard, or as the owner has it.
    Effort(Option<Effort>),
    /// The web search, on or off.
    WebSearch(bool),
    /// Answers that begin with what was heard, or not.
    Transcripts(bool),
    /// To see the languages.
    Languages,
    /// This language, or Telegram's.
    Speak(Option<Language>),
    /// To see models.
    Models(View),
    /// The model with this key, chosen in this view.
    Choose(String, View),
    /// The owner's model.
    DefaultModel,
    /// To see a page of the personas, from 0 on.
    Personas(usize),
    /// The persona with this id, or none when it is empty, chosen on this page.
    Persona(String, usize),
    /// Something about people, which is for owners alone.
    People(PeopleWish),
    /// To be forgotten. Its button is known by its end ([`FORGET_BUTTON`](crate::update::FORGET_BUTTON)).
    Forget,
    /// Not to be.
    KeepAll,
}

/// A row of buttons: their words, and what they want.
pub(super) type Row = Vec<(String, Wish)>;

/// What a panel shows.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    pub(super) rows: Vec<Row>,
    /// Shown for a moment to whoever pressed.
    pub(super) toast: Option<String>,
    /// What was chosen.
    pub(super) changes: Vec<PreferenceChange>,
    /// Who is forgotten with it.
    pub(super) forgets: Option<i64>,
}

impl Stamp {
    /// Of a panel that somebody opens or changes now.
    pub(super) fn now(tools: &Tools, job: &Job) -> Self {
        let user = job.user().map(|user| user.id).filter(|user| *user != ANONYMOUS_ADMIN);
        Self { user: user.unwrap_or(ANYBODY), day: day(tools.clock.now()) }
    }

    fn button(self, wish: &Wish) -> String {
        format!("{PREFIX}{:x}:{:x}:{}", self.user, self.day, wish.written())
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_secs().div_euclid(DAY_SECS)
}

impl Wish {
    fn written(&self) -> String {
        match self {
            Self::Settings => "s".to_owned(),
            Self::Length(length) => format!("n{}", length.name()),
            Self::Effort(effort) => format!("e{}", effort.map_or("", Effort::name)),
            Self::WebSearch(on) => format!("w{}", u8::from(*on)),
            Self::Transcripts(on) => format!("t{}", u8::from(*on)),
            Self::Languages => "l".to_owned(),
            Self::Speak(language) => format!("y{}", language.map_or("", Language::code)),
            Self::Models(view) => format!("v{}", view.written()),
            Self::Choose(key, view) => format!("c{key}{}", view.written()),
            Self::DefaultModel => "d".to_owned(),
            Self::Personas(page) => format!("o{page:x}"),
            Self::Persona(id, page) => format!("r{page:x}.{id}"),
            Self::People(wish) => format!("u{}", wish.written()),
            Self::Forget => "forget".to_owned(),
            Self::KeepAll => "k".to_owned(),
        }
    }

    /// A group has settings as a private chat has; what is about one person is not for others to see.
    const fn is_for_groups(&self) -> bool {
        !matches!(self, Self::People(_) | Self::Forget | Self::KeepAll)
    }

    fn read(text: &str) -> Option<Self> {
        let (verb, rest) = text.split_at_checked(1)?;
        Some(match (verb, rest) {
            ("s", "") => Self::Settings,
            ("n", name) => Self::Length(AnswerLength::named(name)?),
            ("e", "") => Self::Effort(None),
            ("e", name) => Self::Effort(Some(Effort::named(name)?)),
            ("w", "0" | "1") => Self::WebSearch(rest == "1"),
            ("t", "0" | "1") => Self::Transcripts(rest == "1"),
            ("l", "") => Self::Languages,
            ("y", "") => Self::Speak(None),
            ("y", code) => Self::Speak(Some(Language::with_code(code)?)),
            ("v", view) => Self::Models(View::read(view)?),
            ("c", choice) => {
                let (key, view) = choice.split_at_checked(model::KEY_CHARS)?;
                Self::Choose(key.to_owned(), View::read(view)?)
            }
            ("d", "") => Self::DefaultModel,
            ("o", page) => Self::Personas(page_of(page)?),
            ("r", choice) => {
                let (page, id) = choice.split_once('.')?;
                Self::Persona(id.to_owned(), page_of(page)?)
            }
            ("u", wish) => Self::People(PeopleWish::read(wish)?),
            ("f", "orget") => Self::Forget,
            ("k", "") => Self::KeepAll,
            _ => return None,
        })
    }
}

/// A page of the personas: a hundred of them are fewer pages than two digits in base 16.
fn page_of(digits: &str) -> Option<usize> {
    u8::from_str_radix(digits, 16).ok().map(usize::from)
}

/// Reads what a button carries; `None` when no panel of ours ever carried that.
pub(super) fn read(data: &str) -> Option<(Stamp, Wish)> {
    let mut parts = data.strip_prefix(PREFIX)?.splitn(3, ':');
    let mut number = || i64::from_str_radix(parts.next()?, 16).ok();
    let stamp = Stamp { user: number()?, day: number()? };
    Some((stamp, Wish::read(parts.next()?)?))
}

/// Is it about what is kept of whoever presses, which is theirs whether or not they may use the bot?
pub(super) fn is_a_right(data: &str) -> bool {
    matches!(read(data), Some((_, Wish::Forget | Wish::KeepAll)))
}

/// Somebody pressed a button of a panel.
pub(super) async fn pressed(
    tools: &Arc<Tools>,
    job: &Job,
    callback: &Callback,
    stamp: Stamp,
    wish: Wish,
) -> Result<Outcome, HandlerError> {
    let language = job.language();
    // As if there were no such button, for whoever has made it up.
    if matches!(wish, Wish::People(_)) && !(tools.owner.is(callback.from.id) && job.lane.chat == callback.from.id) {
        button::say(tools, callback, Some(&replies::button_expired(language))).await;
        metrics::update_ignored("callback_query");
        return Ok(Outcome::Nothing);
    }
    let is_mine = [ANYBODY, callback.from.id].contains(&stamp.user);
    let age = day(tools.clock.now()).saturating_sub(stamp.day);
    let is_usable = (0..=USABLE_DAYS).contains(&age) && (job.is_private() || wish.is_for_groups());
    let (Some(message), true, true) = (callback.message, is_mine, is_usable) else {
        let words = if is_mine { replies::panel_expired(language) } else { replies::panel_not_yours(language) };
        button::say(tools, callback, Some(&words)).await;
        metrics::update_ignored("callback_query");
        return Ok(Outcome::Nothing);
    };
    if button::is_for_admins(tools, job, callback).await {
        return Ok(Outcome::Nothing);
    }
    let page = match wish {
        Wish::Models(view) => model::look(tools, job, &view).await?,
        Wish::Choose(key, view) => model::choose(tools, job, &key, &view).await?,
        Wish::DefaultModel => model::choose_default(tools, job).await?,
        Wish::Personas(page) => persona::look(tools, job, page).await?,
        Wish::Persona(id, page) => persona::choose(tools, job, &id, page).await?,
        Wish::People(wish) => people::wished(tools, job, wish).await?,
        Wish::Forget => forget::forget(tools, job, callback.from.id),
        Wish::KeepAll => forget::keep_all(job),
        Wish::Languages => language::look(tools, job),
        Wish::Speak(language) => language::choose(tools, job, language),
        Wish::Settings => settings::look(tools, job).await?,
        Wish::Length(length) => settings::change(tools, job, PreferenceChange::Length(length)).await?,
        Wish::Effort(effort) => settings::change(tools, job, PreferenceChange::Effort(effort)).await?,
        Wish::WebSearch(on) => settings::change(tools, job, PreferenceChange::WebSearch(Some(on))).await?,
        Wish::Transcripts(on) => settings::change(tools, job, PreferenceChange::Transcripts(Some(on))).await?,
    };
    button::say(tools, callback, page.toast.as_deref()).await;
    let stamp = Stamp { day: day(tools.clock.now()), ..stamp };
    Ok(shown(job, page, stamp, Some(message)))
}

/// A panel as an outcome: over the message that it stands in, or as a new one.
pub(super) fn shown(job: &Job, page: Page, stamp: Stamp, over: Option<i64>) -> Outcome {
    let button = |(text, wish): &(String, Wish)| json!({"text": text, "callback_data": stamp.button(wish)});
    let rows: Vec<Vec<Value>> = page.rows.iter().map(|row| row.iter().map(button).collect()).collect();
    Outcome::Reply(Box::new(NewReply {
        address: job.address(),
        parts: vec![Part::plain(page.text)],
        in_place: over.into_iter().collect(),
        keyboard: (!rows.is_empty()).then(|| json!({ "inline_keyboard": rows })),
        preferences: page.changes,
        forgets: page.forgets,
        ..NewReply::default()
    }))
}

/// The buttons that lead from this page (counted from 0) to its neighbours, of which `last` is the last one; what a press on
/// one of them wants is up to the panel.
pub(super) fn neighbours<W>(page: usize, last: usize, to: impl Fn(usize) -> W) -> Vec<(String, W)> {
    let back = page.checked_sub(1).map(|before| ("‹".to_owned(), to(before)));
    let on = (page < last).then(|| ("›".to_owned(), to(page + 1)));
    back.into_iter().chain(on).collect()
}

/// A button's words, with a mark on what holds.
pub(super) fn marked(text: &str, holds: bool) -> String {
    if holds { format!("✓ {text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Verdict;

    #[test]
    fn a_button_is_read_as_it_was_made_and_fits() {
        let key = model::key("openai/gpt-4o-mini");
        let longest = View::found(&"ж".repeat(100), 255);
        let wishes = [
            Wish::Settings,
            Wish::Length(AnswerLength::Normal),
            Wish::Effort(None),
            Wish::Effort(Some(Effort::Minimal)),
            Wish::WebSearch(true),
            Wish::WebSearch(false),
            Wish::Transcripts(true),
            Wish::Languages,
            Wish::Speak(None),
            Wish::Speak(Some(Language::Ru)),
            Wish::Models(View::Makers(3)),
            Wish::Models(View::Maker(key.clone(), 12)),
            Wish::Models(View::found("a:b 1.5", 0)),
            Wish::Choose(key, longest),
            Wish::DefaultModel,
            Wish::Forget,
            Wish::KeepAll,
            Wish::Personas(12),
            Wish::Persona(String::new(), 0),
            Wish::Persona("a-persona_of-20-byte".to_owned(), 12),
            Wish::People(PeopleWish::See(people::View::found(&"ж".repeat(100), 0xffff))),
            Wish::People(PeopleWish::Card(-1_002_003_004_005, people::View::found("a.b:c", 0))),
            Wish::People(PeopleWish::Decide(
                Verdict::Unban,
                (1 << 52) - 1,
                people::View::found(&"ж".repeat(9), 0xffff),
            )),
        ];
        // The largest id that Telegram promises, and a day in the year 2149.
        let stamp = Stamp { user: (1 << 52) - 1, day: 0xffff };
        for wish in wishes {
            let data = stamp.button(&wish);
            assert!(data.len() <= 64, "{data}");
            assert_eq!(read(&data), Some((stamp, wish)), "{data}");
        }
    }

    #[test]
    fn what_no_panel_of_ours_carries_means_nothing() {
        for data in [
            "",
            "p:",
            "p:5",
            "p:5:6",
            "p:5:6:",
            "p:x:6:s",
            "p:5:6:q",
            "p:5:6:cabc",
            "p:5:6:w2",
            "p:5:6:o",
            "p:5:6:rx.a",
            "retry:1",
            "p:5:6:ж",
        ] {
            assert_eq!(read(data), None, "{data}");
        }
    }
}
