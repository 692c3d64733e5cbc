//! What can be measured, by name.

use super::report::Figure;
use super::subject::Subject;
use super::sustained::{Load, sustained};
use super::world::Place;

/// A scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// As many short answers as there can be
    Sustained,
    /// The same with long answers
    Long,
}

impl Scenario {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Self; 2] = [Self::Sustained, Self::Long];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sustained => "sustained",
            Self::Long => "long",
        }
    }

    /// What happens in it.
    pub(super) fn about(self, quick: bool) -> String {
        let Load { people, updates, open, .. } = load(quick);
        match self {
            Self::Sustained => format!("{updates} updates of {people} people, {open} open at a time, short answers"),
            Self::Long => format!("{updates} updates of {people} people, {open} open at a time, 66 words each"),
        }
    }

    /// Measures one subject.
    pub(super) async fn run(self, subject: &Subject, place: &Place, quick: bool) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::Sustained => sustained(subject, place, load(quick)).await,
            Self::Long => sustained(subject, place, Load { long: true, ..load(quick) }).await,
        }
    }
}

const fn load(quick: bool) -> Load {
    if quick {
        Load { people: 50, updates: 200, open: 20, long: false }
    } else {
        Load { people: 2000, updates: 20_000, open: 100, long: false }
    }
}
