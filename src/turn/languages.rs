//! In which language the bot speaks to whom: what they have chosen, or what Telegram tells of their client; in a group, what
//! its admins have chosen for it comes first.
//!
//! The choices are kept in memory, so that nobody waits for the store before the first sentence; few people make one.
//! The store has them too, and a start reads them from there.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::replies::Language;

/// The languages that people have chosen, and groups.
#[derive(Default)]
pub struct Languages {
    chosen: RwLock<HashMap<i64, Language>>,
}

impl Languages {
    /// With what was chosen before: user ids and languages.
    #[must_use]
    pub fn new(chosen: Vec<(i64, Language)>) -> Self {
        Self { chosen: RwLock::new(chosen.into_iter().collect()) }
    }

    /// The language for somebody whose client speaks `tag` (an IETF tag).
    #[must_use]
    pub fn of(&self, user: Option<i64>, tag: Option<&str>) -> Language {
        user.and_then(|user| self.chosen(user)).unwrap_or_else(|| Language::of(tag))
    }

    /// The same where they write: a group (whose id is negative) has its admins' choice, if they made one.
    #[must_use]
    pub fn of_place(&self, chat: i64, user: Option<i64>, tag: Option<&str>) -> Language {
        let groups = (chat < 0).then(|| self.chosen(chat)).flatten();
        groups.unwrap_or_else(|| self.of(user, tag))
    }

    /// What this person has chosen, or a group's admins for it.
    #[must_use]
    pub fn chosen(&self, user: i64) -> Option<Language> {
        self.chosen.read().unwrap_or_else(PoisonError::into_inner).get(&user).copied()
    }

    /// A group has another id now.
    pub fn moved(&self, from: i64, to: i64) {
        let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(language) = chosen.remove(&from) {
            chosen.entry(to).or_insert(language);
        }
    }

    /// From now on this person, or group, is spoken to in this language; `None`: as Telegram tells it. Whoever calls stores it, too.
    pub fn choose(&self, user: i64, language: Option<Language>) {
        let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
        match language {
            Some(language) => chosen.insert(user, language),
            None => chosen.remove(&user),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_stronger_than_what_telegram_tells() {
        let languages = Languages::new(vec![(5, Language::Ru)]);
        let spoken = |user| languages.of(user, Some("en"));
        assert_eq!([spoken(Some(5)), spoken(Some(6)), spoken(None)], [Language::Ru, Language::En, Language::En]);
        languages.choose(5, None);
        languages.choose(6, Some(Language::Ru));
        assert_eq!([spoken(Some(5)), spoken(Some(6))], [Language::En, Language::Ru]);
        let in_group = |user| languages.of_place(-7, Some(user), Some("en"));
        assert_eq!([in_group(5), in_group(6)], [Language::En, Language::Ru]);
        languages.choose(-7, Some(Language::En));
        assert_eq!([in_group(5), in_group(6)], [Language::En; 2]);
    }
}
