//! The owners' `/users`: who uses the bot, page by page; a card for each person, with the buttons that let them in or shut
//! them out. `/users anna` searches names, `/users 123` shows one card.
//!
//! A button here does what a command of the same owner would, and nothing for anybody else: whether whoever presses owns
//! the bot is looked up at each press.

use std::sync::Arc;

use super::panel::{self, Page, Stamp};
use super::{HandlerError, Job, Outcome, decide};
use crate::access::{Standing, Verdict};
use crate::replies::{self, Language, PersonLine};
use crate::storage::{Person, SomePeople};
use crate::turn::Tools;

mod view;

pub(super) use view::{PeopleWish, View};

/// People on a page: with a line each above the buttons, what a phone shows without scrolling far.
const PEOPLE: usize = 8;

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>, text: String) -> Result<Outcome, HandlerError> {
    let wish = match text.parse() {
        Ok(user) => PeopleWish::Card(user, View::default()),
        Err(_) => PeopleWish::See(View::found(&text, 0)),
    };
    let page = wished(&tools, &job, wish).await?;
    Ok(panel::shown(&job, page, Stamp::now(&tools, &job), None))
}

/// What a button of these wants, or a command.
pub(super) async fn wished(tools: &Tools, job: &Job, wish: PeopleWish) -> Result<Page, HandlerError> {
    match wish {
        PeopleWish::See(view) => list(tools, job.language(), view).await,
        PeopleWish::Card(user, view) => card(tools, job.language(), user, view).await,
        PeopleWish::Decide(verdict, user, view) => {
            let decided = decide::decide(tools, user, verdict).await?;
            let toast = Some(decide::standing(job.language(), decided.now));
            Ok(Page { toast, ..card(tools, job.language(), user, view).await? })
        }
    }
}

async fn list(tools: &Tools, language: Language, view: View) -> Result<Page, HandlerError> {
    let found = read(tools, &view, view.page).await?;
    // A page beyond the end is the last one.
    let last = found.all.saturating_sub(1) / PEOPLE;
    let (found, page) = if view.page > last { (read(tools, &view, last).await?, last) } else { (found, view.page) };
    let view = view.at(page);
    let SomePeople { people, before, all } = found;
    let (first, end) = (before + 1, before + people.len());
    let text = match (all, view.query.as_str()) {
        (0, "") => replies::nobody_known(language),
        (0, query) => replies::nobody_found(language, query),
        (_, "") => replies::people_heading(language, first, end, all),
        (_, query) => replies::people_found(language, query, first, end, all),
    };
    let line = |person: &Person| replies::person_line(language, &told(tools, language, person));
    let lines: Vec<String> = people.iter().map(line).collect();
    let button = |person: &Person| {
        let who = replies::who(person.user, person.name.as_deref());
        vec![(who, PeopleWish::Card(person.user, view.clone()))]
    };
    let mut rows: Vec<_> = people.iter().map(button).collect();
    rows.push(panel::neighbours(page, last, |page| PeopleWish::See(view.at(page))));
    if !view.query.is_empty() {
        rows.push(vec![(replies::people_button(language), PeopleWish::See(View::default()))]);
    }
    Ok(page_of(std::iter::once(text).chain(lines).collect::<Vec<_>>().join("\n\n"), rows))
}

async fn read(tools: &Tools, view: &View, page: usize) -> Result<SomePeople, HandlerError> {
    let (place, days) = ((page * PEOPLE, PEOPLE), decide::days(tools));
    Ok(match view.query.as_str() {
        "" => tools.storage.people(tools.bot.id, place, days).await?,
        words => tools.storage.people_named(tools.bot.id, words, place, days).await?,
    })
}

async fn card(tools: &Tools, language: Language, user: i64, view: View) -> Result<Page, HandlerError> {
    let known = tools.storage.person(tools.bot.id, user, decide::days(tools)).await?;
    let person = known.clone().unwrap_or_else(|| Person { user, ..Person::default() });
    let budget = replies::budget(language, tools.money.limit(user));
    let mut text = replies::person_card(language, &told(tools, language, &person), &budget);
    if known.is_none_or(|person| person.first_seen.is_none()) {
        text = format!("{text}\n\n{}", replies::person_not_seen(language));
    }
    let button = |verdict: Verdict| {
        let words = match verdict {
            Verdict::Allow => replies::allow_button(language),
            Verdict::Ban => replies::ban_button(language),
            Verdict::Unban => replies::unban_button(language),
        };
        (words, PeopleWish::Decide(verdict, user, view.clone()))
    };
    let verdicts: &[Verdict] = match tools.access.standing(user) {
        // A group, or nobody in particular: only its members are somebody.
        _ if user <= 0 || crate::access::is_stand_in(user) => &[],
        Standing::Owner => &[],
        Standing::Allowed => &[Verdict::Ban],
        Standing::Banned => &[Verdict::Unban],
        Standing::Stranger => &[Verdict::Allow, Verdict::Ban],
    };
    let decisions = verdicts.iter().copied().map(button).collect();
    let back = vec![(replies::people_button(language), PeopleWish::See(view.clone()))];
    Ok(page_of(text, vec![decisions, back]))
}

fn told<'a>(tools: &Tools, language: Language, person: &'a Person) -> PersonLine<'a> {
    let standing = if person.user > 0 {
        decide::standing(language, tools.access.standing(person.user))
    } else {
        replies::standing_group(language)
    };
    PersonLine {
        user: person.user,
        name: person.name.as_deref(),
        standing,
        answers: person.answers,
        micro_usd: person.micro_usd,
        micro_usd_today: person.micro_usd_today,
        seen: person.first_seen.zip(person.last_seen),
    }
}

fn page_of(text: String, rows: Vec<Vec<(String, PeopleWish)>>) -> Page {
    let wish = |(words, wish)| (words, panel::Wish::People(wish));
    let rows = rows.into_iter().filter(|row| !row.is_empty());
    Page { text, rows: rows.map(|row| row.into_iter().map(wish).collect()).collect(), ..Page::default() }
}
