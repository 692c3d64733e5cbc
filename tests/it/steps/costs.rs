//! What a death may cost, and why it must.

use std::fmt::{self, Display, Write};

/// What can be seen in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Every message of every chat, in order.
    pub(super) lines: Vec<String>,
    /// Requests to the model, and to those beside it.
    pub(super) asked: usize,
    /// Lines of the ledger, and those among them whose cost is not known.
    pub(super) charged: i64,
    pub(super) open: i64,
    /// What the model has charged and the ledger does not know, or knows otherwise.
    pub(super) misbooked: usize,
    /// Sends of which the log says that they may be copies.
    pub(super) announced: usize,
    /// Updates that were put aside.
    pub(super) parked: i64,
}

/// Why a scene ends otherwise than undisturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// It does not.
    Nothing,
    /// What the model had written was not stored, so the question is asked again. What was charged for it is found out.
    AskedAgain,
    /// The same, and nobody had time to note that the model had begun: what it charges for its first moment is not known.
    AskedUnnoted,
    /// What was asked for beside the conversation was done, and lost with the process: it is done, and paid for, again. The
    /// ledger has never heard of the first.
    DoneAgain,
    /// A send was announced in the store and not reported: nobody can know whether it arrived. It had not.
    Announced,
    /// The same, and it had. So many copies.
    Copies(usize),
    /// A placeholder arrived and could not be noted. Its words stay true.
    Orphan,
    /// It was the third death over this update: Clara gets an apology instead of her answer, for which nobody was asked.
    GivenUp,
    /// Whom the owner was told is kept in memory; a message too many harms less than a table for it.
    OwnerToldAgain,
}

impl Cost {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::AskedAgain => "asked again, since what was not stored is not known",
            Self::AskedUnnoted => "asked again, and the ledger had not heard of it",
            Self::DoneAgain => "done again, and nothing of the first was noted",
            Self::Announced => "announced as a copy, since nobody knows whether it arrived",
            Self::Copies(_) => "a copy, announced, since nobody knows whether it arrived",
            Self::Orphan => "a placeholder that nobody could note",
            Self::GivenUp => "given up, since it was the third death",
            Self::OwnerToldAgain => "the owner is told again, since that is kept in memory",
        }
    }

    /// Is this all that differs?
    pub(super) fn explains(self, undisturbed: &Seen, seen: &Seen) -> Result<(), String> {
        let expected = match self {
            Self::Nothing | Self::Orphan | Self::OwnerToldAgain => undisturbed.clone(),
            Self::AskedAgain => {
                Seen { asked: undisturbed.asked + 1, charged: undisturbed.charged + 1, ..undisturbed.clone() }
            }
            Self::AskedUnnoted => Seen { asked: undisturbed.asked + 1, ..undisturbed.clone() },
            Self::DoneAgain => {
                Seen { asked: undisturbed.asked + 1, misbooked: undisturbed.misbooked + 1, ..undisturbed.clone() }
            }
            Self::GivenUp => Seen {
                asked: undisturbed.asked - 1,
                charged: undisturbed.charged - 1,
                parked: undisturbed.parked + 1,
                ..undisturbed.clone()
            },
            Self::Announced => Seen { announced: undisturbed.announced + 1, ..undisturbed.clone() },
            Self::Copies(count) => Seen { announced: undisturbed.announced + count, ..undisturbed.clone() },
        };
        let numbers = |seen: &Seen| Seen { lines: Vec::new(), ..seen.clone() };
        if numbers(seen) != numbers(&expected) {
            return Err(format!("other numbers than {}", numbers(&expected)));
        }
        let (added, lost) = difference(&undisturbed.lines, &seen.lines);
        let copies = added.iter().filter(|line| undisturbed.lines.iter().any(|known| known == *line)).count();
        let holds = match self {
            Self::Nothing | Self::AskedAgain | Self::AskedUnnoted | Self::DoneAgain | Self::Announced => {
                added.is_empty()
            }
            Self::Copies(count) => (added.len(), copies) == (count, count),
            Self::Orphan => added.len() == 1 && added[0].contains("[⏹ Stop]"),
            Self::GivenUp => (added.len(), copies) == (1, 0),
            Self::OwnerToldAgain => (added.len(), copies) == (1, 1) && added[0].contains("Olga"),
        };
        let may_be_lost = |line: &&str| self == Self::GivenUp && line.starts_with(" Clara | bot: ");
        if holds && lost.iter().all(may_be_lost) {
            Ok(())
        } else {
            Err(format!("too much: {added:#?}, too little: {lost:#?}"))
        }
    }
}

impl Seen {
    /// What differs, one line each; nothing when nothing does.
    pub(super) fn against(&self, undisturbed: &Self) -> String {
        let (added, lost) = difference(&undisturbed.lines, &self.lines);
        let mut text = String::new();
        for (sign, lines) in [('+', added), ('-', lost)] {
            for line in lines {
                writeln!(text, "{sign} {line}").unwrap();
            }
        }
        let numbers = |seen: &Self| Self { lines: Vec::new(), ..seen.clone() };
        if numbers(self) != numbers(undisturbed) {
            write!(text, "{}", numbers(self)).unwrap();
        }
        text
    }
}

impl Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        let Self { asked, charged, open, misbooked, announced, parked, .. } = self;
        let charged = format!("{charged} ({open} open, {misbooked} wrong)");
        writeln!(f, "asked {asked}, charged {charged}, announced {announced}, parked {parked}")
    }
}

/// Lines that are too much, and lines that are missing or out of their order.
fn difference<'a>(expected: &'a [String], found: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut added, mut at) = (Vec::new(), 0);
    for line in found {
        if expected.get(at) == Some(line) {
            at += 1;
        } else {
            added.push(line.as_str());
        }
    }
    (added, expected[at..].iter().map(String::as_str).collect())
}
