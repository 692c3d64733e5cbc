//! How hard a model thinks before it answers, in the words of OpenRouter's API.

use super::fold::Raw;
use super::read::Reader;

/// How hard a model that reasons is to think. The more, the longer it takes and the more it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effort {
    /// Not at all, where the model can leave it.
    None,
    /// As little as it can.
    Minimal,
    /// A little.
    Low,
    /// What most providers take for usual.
    Medium,
    /// Much.
    High,
    /// Very much.
    Xhigh,
    /// As much as it can.
    Max,
}

impl Effort {
    /// All of them, the least first.
    pub const ALL: [Self; 7] = [Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Xhigh, Self::Max];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// What this word means, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.name().eq_ignore_ascii_case(name))
    }
}

/// Reads `REASONING_EFFORT`; `None`: as the model does by itself.
pub(super) fn read(reader: &mut Reader<'_>, raw: &Raw) -> Option<Effort> {
    let effort = Effort::named(raw.reasoning_effort.as_deref()?);
    if effort.is_none() {
        let words = Effort::ALL.map(Effort::name).join(", ");
        reader.refuse("REASONING_EFFORT", format!("one of {words}"), "remove it: the model then decides");
    }
    effort
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_effort_is_read_by_its_name() {
        for effort in Effort::ALL {
            assert_eq!(Effort::named(&effort.name().to_uppercase()), Some(effort));
        }
        assert_eq!(Effort::named("hard"), None);
    }
}
