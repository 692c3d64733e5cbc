//! The owners' `/users`: a line for each person, and a card.

use super::Language;
use super::access::who;
use super::count::questions;
use super::phrases::phrases;
use crate::clock::Day;
use crate::usd;

/// What is told of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonLine<'a> {
    /// Their id, or a group's.
    pub user: i64,
    /// What they are called, if it is kept.
    pub name: Option<&'a str>,
    /// What they are to the bot, in words.
    pub standing: String,
    /// This month's answers.
    pub answers: u64,
    /// What these cost, in millionths of a dollar.
    pub micro_usd: i64,
    /// What today's cost, in millionths of a dollar.
    pub micro_usd_today: i64,
    /// The days on which they were here first and last.
    pub seen: Option<(Day, Day)>,
}

phrases! {
    /// Above a page of people: which of how many are shown.
    pub people_heading(first: usize = 1, last: usize = 8, all: usize = 42) {
        "People, those who were here last first: {first}–{last} of {all}"
        "Люди, последние сверху: {first}–{last} из {all}"
    }
    /// Above the people whom a search has found.
    pub people_found(query: &str = "anna", first: usize = 1, last: usize = 8, all: usize = 42) {
        "People called “{query}”: {first}–{last} of {all}"
        "Люди по запросу «{query}»: {first}–{last} из {all}"
    }
    /// Nobody was ever here.
    pub nobody_known() {
        "Nobody has written to me yet. Send people a link to me, and come back."
        "Мне ещё никто не писал. Отправьте людям ссылку на меня и загляните позже."
    }
    /// A search that found nobody.
    pub nobody_found(query: &str = "anna") {
        "I know nobody called “{query}”; names are kept only of people who may use me. /users shows everybody, /users \
         123456789 the person with that id."
        "Людей по запросу «{query}» я не знаю; имена хранятся только у тех, кому я доступен. Всех показывает /users, человека по \
         id — /users 123456789."
    }
    /// What somebody's answers cost.
    spent(today: &str = "$0.01", month: &str = "$0.20", questions: &str = "5 questions") {
        "today {today}, this month {month} ({questions})"
        "сегодня {today}, в этом месяце {month} ({questions})"
    }
    /// When somebody was here last.
    last_seen(day: Day = Day(20_000)) { "last seen {day}" "был(а) здесь {day}" }
    /// When somebody was here first and last.
    first_and_last_seen(first: Day = Day(20_000), last: Day = Day(20_001)) {
        "First seen {first}, last seen {last}"
        "Первый раз здесь {first}, последний — {last}"
    }
    /// What a day may cost.
    budget_of(budget: &str = "$1.00") { "Budget of a day: {budget}" "Бюджет на день: {budget}" }
    /// How that is changed.
    budget_change(user: i64 = 123) { "To change it: /budget {user} 5" "Изменить: /budget {user} 5" }
    /// Below the card of somebody who has never written.
    pub person_not_seen() {
        "I have not answered this person yet. What is decided here holds from their first message on."
        "Этому человеку я ещё не отвечал. Решение действует с первого же сообщения."
    }
    /// Lets somebody in.
    pub allow_button() { "✅ Allow" "✅ Впустить" }
    /// Shuts somebody out.
    pub ban_button() { "⛔ Ban" "⛔ Исключить" }
    /// Takes a ban back.
    pub unban_button() { "↩ Lift the ban" "↩ Отменить исключение" }
    /// Leads to the list.
    pub people_button() { "‹ People" "‹ Люди" }
}

/// One line of a page, in three.
#[must_use]
pub fn person_line(language: Language, person: &PersonLine<'_>) -> String {
    let mut lines = head(language, person);
    lines.extend(person.seen.map(|(_, last)| last_seen(language, last)));
    lines.join("\n")
}

/// A person's card. `budget`: what a day of theirs may cost, in words.
#[must_use]
pub fn person_card(language: Language, person: &PersonLine<'_>, budget: &str) -> String {
    let mut lines = head(language, person);
    lines.extend(person.seen.map(|(first, last)| first_and_last_seen(language, first, last)));
    lines.push(budget_of(language, budget));
    // A group's is as the settings say.
    if person.user > 0 {
        lines.push(budget_change(language, person.user));
    }
    lines.join("\n")
}

fn head(language: Language, person: &PersonLine<'_>) -> Vec<String> {
    let [today, month] = [person.micro_usd_today, person.micro_usd].map(usd::write);
    let who = who(person.user, person.name);
    let cost = spent(language, &today, &month, &questions(language, person.answers));
    vec![format!("{who} — {}", person.standing), cost]
}

/// Sentences that are made of others, for the tests of what every sentence keeps to.
#[cfg(test)]
pub(super) fn composed(language: Language) -> Vec<(&'static str, String)> {
    let person = PersonLine {
        user: 123,
        name: Some("A @a"),
        standing: super::standing_allowed(language),
        answers: 21,
        micro_usd: 1_250_000,
        micro_usd_today: 12,
        seen: Some((Day(20_000), Day(20_010))),
    };
    let new = PersonLine { seen: None, ..person.clone() };
    vec![
        ("person_line", person_line(language, &person)),
        ("person_line_new", person_line(language, &new)),
        ("person_card", person_card(language, &person, "$1.00")),
    ]
}
