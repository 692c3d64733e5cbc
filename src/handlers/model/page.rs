//! The pages of the picker.
//!
//! A phone shows some thirty characters of a button, so the details stand in the text and the names on the buttons.

use std::sync::Arc;

use super::view::{View, key};
use crate::handlers::panel::{Page, Row, Wish, marked, neighbours};
use crate::openrouter::{OfferedModel, Price};
use crate::replies::{self, Language};
use crate::turn::{Choices, Tools};

/// Models on a page: with a line each above the buttons, what a phone shows without scrolling far.
const MODELS: usize = 8;
/// Makers on a page, two to a row.
const MAKERS: usize = 20;
/// The most of a name that is shown, in characters.
const NAME_CHARS: usize = 60;

/// Where a page is shown, and to whom.
pub(super) struct Place<'a> {
    pub(super) tools: &'a Tools,
    pub(super) language: Language,
    /// What holds there.
    pub(super) choices: Choices,
}

/// A maker and its models.
struct Maker<'a> {
    id: &'a str,
    name: &'a str,
    models: usize,
    is_current: bool,
}

impl Place<'_> {
    /// This view, or all makers when there is nothing (any more) to be seen in it.
    pub(super) fn page(&self, view: &View) -> Page {
        let all = self.tools.catalogue.models();
        let language = self.language;
        if all.is_empty() {
            let text = replies::no_models_known(language, self.choices.name());
            return Page { text, rows: self.way_back(), ..Page::default() };
        }
        if matches!(view, View::Makers(_)) {
            return self.makers(&all, view);
        }
        let found: Vec<_> = all.iter().filter(|model| view.holds(model)).collect();
        match view {
            View::Found(query, _) if found.is_empty() => {
                let text = replies::no_model_found(language, query);
                Page { text, rows: vec![vec![self.to_makers()]], ..Page::default() }
            }
            _ if found.is_empty() => {
                let toast = Some(replies::model_not_offered(language));
                Page { toast, ..self.makers(&all, &View::Makers(0)) }
            }
            _ => self.models(&found, view),
        }
    }

    fn makers(&self, all: &[Arc<OfferedModel>], view: &View) -> Page {
        let language = self.language;
        let makers: Vec<_> =
            all.chunk_by(|one, other| same_maker(one, other)).map(|models| self.maker(models)).collect();
        let (first, shown, paging) = paged(&makers, MAKERS, view);
        let label = |maker: &Maker<'_>| {
            let wish = Wish::Models(View::Maker(key(maker.id), 0));
            (marked(&format!("{} ({})", cut(maker.name), maker.models), maker.is_current), wish)
        };
        let mut rows: Vec<Row> = Vec::new();
        if first == 0 {
            let default = &self.choices.default_model;
            let known = self.tools.catalogue.listed(default);
            let name = known.as_ref().map_or(default.as_str(), |model| model.short_name());
            let text = replies::default_model_button(language, &cut(name));
            rows.push(vec![(marked(&text, !self.choices.chosen), Wish::DefaultModel)]);
        }
        rows.extend(shown.chunks(2).map(|pair| pair.iter().map(label).collect()));
        rows.extend(paging);
        rows.extend(self.way_back());
        let mut text = replies::model_heading(language, self.choices.name());
        if let Some(model) = &self.choices.known {
            text = format!("{text}\n{}", self.details(model));
        }
        Page { text: format!("{text}\n\n{}", replies::model_hint(language)), rows, ..Page::default() }
    }

    fn maker<'m>(&self, models: &'m [Arc<OfferedModel>]) -> Maker<'m> {
        let (first, current) = (&models[0], &self.choices.model);
        Maker {
            id: first.maker(),
            name: first.maker_name(),
            models: models.len(),
            is_current: models.iter().any(|model| model.id == *current),
        }
    }

    fn models(&self, found: &[&Arc<OfferedModel>], view: &View) -> Page {
        let (language, all) = (self.language, found.len());
        let (first, shown, paging) = paged(found, MODELS, view);
        let (from, to) = (first + 1, first + shown.len());
        let heading = match view {
            View::Found(query, _) => replies::models_found(language, query, from, to, all),
            _ => replies::models_of(language, &cut(found[0].maker_name()), from, to, all),
        };
        let is_current = |model: &OfferedModel| model.id == self.choices.model;
        let line = |model: &&Arc<OfferedModel>| {
            format!("{} — {}", marked(&cut(model.short_name()), is_current(model)), self.details(model))
        };
        let lines: Vec<_> = shown.iter().map(line).collect();
        let page = view.at(first / MODELS);
        let button = |model: &&Arc<OfferedModel>| {
            let wish = Wish::Choose(key(&model.id), page.clone());
            vec![(marked(&cut(model.short_name()), is_current(model)), wish)]
        };
        let mut rows: Vec<_> = shown.iter().map(button).collect();
        rows.extend(paging);
        rows.push(vec![self.to_makers()]);
        let text = format!("{heading}\n\n{}\n\n{}", lines.join("\n"), replies::models_legend(language));
        Page { text, rows, ..Page::default() }
    }

    /// Price, context and marks.
    fn details(&self, model: &OfferedModel) -> String {
        let price = match (model.prompt, model.completion) {
            (Price::MicroUsd(0), Price::MicroUsd(0)) => replies::price_free(self.language),
            (Price::MicroUsd(read), Price::MicroUsd(written)) => format!("{} / {}", dollars(read), dollars(written)),
            _ => replies::price_varies(self.language),
        };
        let can = [
            (model.takes("image"), "👁"),
            (model.takes("file"), "📄"),
            (model.takes("audio"), "🎧"),
            (model.reasons, "🧠"),
        ];
        let marks: String = can.into_iter().filter_map(|(can, mark)| can.then_some(mark)).collect();
        let details = format!("{price} · {}", model.context());
        if marks.is_empty() { details } else { format!("{details} · {marks}") }
    }

    fn to_makers(&self) -> (String, Wish) {
        (replies::makers_button(self.language), Wish::Models(View::Makers(0)))
    }

    fn way_back(&self) -> Vec<Row> {
        vec![vec![(replies::settings_button(self.language), Wish::Settings)]]
    }
}

/// The part of a list that a view shows: where it begins, what it is, and the row of buttons that lead on. A page beyond
/// the end is the last one: the list may have become shorter.
fn paged<'m, T>(all: &'m [T], size: usize, view: &View) -> (usize, &'m [T], Option<Row>) {
    let last = all.len().saturating_sub(1) / size;
    let page = view.page().min(last);
    let (first, end) = (page * size, all.len().min((page + 1) * size));
    let row = neighbours(page, last, |page| Wish::Models(view.at(page)));
    (first, &all[first..end], (!row.is_empty()).then_some(row))
}

/// Neighbours in the list: of the same maker?
fn same_maker(one: &OfferedModel, other: &OfferedModel) -> bool {
    one.maker().eq_ignore_ascii_case(other.maker())
}

fn dollars(micro_usd: i64) -> String {
    if micro_usd == 0 { "$0".to_owned() } else { format!("${}", Price::MicroUsd(micro_usd)) }
}

/// A name that is not too long to be shown.
pub(super) fn cut(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_to_their_neighbours_and_end_where_the_list_does() {
        let all: Vec<_> = (0..17).collect();
        let signs = |page| {
            let (first, shown, row) = paged(&all, MODELS, &View::Makers(page));
            (first, shown.len(), row.into_iter().flatten().map(|(sign, _)| sign).collect::<String>())
        };
        assert_eq!(signs(0), (0, 8, "›".to_owned()));
        assert_eq!(signs(1), (8, 8, "‹›".to_owned()));
        assert_eq!(signs(2), (16, 1, "‹".to_owned()));
        assert_eq!(signs(99), signs(2));
        assert!(paged(&all[..8], MODELS, &View::Makers(0)).2.is_none());
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"ж".repeat(61)), format!("{}…", "ж".repeat(60)));
    }
}
