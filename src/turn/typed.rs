//! What people have typed inline lately, so that a button under what they sent of it can still be understood.
//!
//! A button carries 64 bytes, which a question may be longer than, and a press on it tells nothing of the message that it
//! stands under. So it carries a key, and the question is kept here: in memory, because most of what is typed is never
//! sent, and half a question that nobody sent should be on no disk. Where Telegram tells the bot what was sent
//! (`/setinlinefeedback` at @BotFather), the question comes with that and nothing here is needed; where it does not, the
//! press that begins with it notes it in the store, and whoever presses first after a restart, or very late, is told to ask
//! anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use super::keyed_hash;

/// So many are kept, at most a kilobyte each; a person types some five of them for one that they send.
const MOST: usize = 4096;

/// What was typed lately.
pub struct Typed {
    key: SecretString,
    lately: Mutex<Lately>,
}

#[derive(Default)]
struct Lately {
    /// Who typed what, by what its button carries.
    questions: HashMap<String, (i64, String)>,
    /// The oldest first.
    order: VecDeque<String>,
}

impl Typed {
    /// Nothing yet. Nobody without this key can make up what a button carries.
    #[must_use]
    pub fn new(key: SecretString) -> Self {
        Self { key, lately: Mutex::default() }
    }

    /// Keeps a question; the same one has the same key, also after a restart.
    pub fn keep(&self, user: i64, question: &str) -> String {
        let key = keyed_hash(&self.key, &format!("inline {user} {question}"));
        let mut lately = self.lately();
        if lately.questions.insert(key.clone(), (user, question.to_owned())).is_none() {
            lately.order.push_back(key.clone());
        }
        if lately.order.len() > MOST
            && let Some(oldest) = lately.order.pop_front()
        {
            lately.questions.remove(&oldest);
        }
        key
    }

    /// Who typed what.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<(i64, String)> {
        self.lately().questions.get(key).cloned()
    }

    /// Forgets what this person has typed.
    pub fn forget(&self, user: i64) {
        let mut lately = self.lately();
        lately.questions.retain(|_, (of, _)| *of != user);
        let Lately { questions, order } = &mut *lately;
        order.retain(|key| questions.contains_key(key));
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found_until_it_is_old_or_forgotten() {
        let typed = Typed::new("a".to_owned().into());
        let first = typed.keep(5, "why?");
        assert_eq!((typed.keep(5, "why?"), typed.find(&first)), (first.clone(), Some((5, "why?".to_owned()))));
        let second = typed.keep(6, "why?");
        assert_ne!(first, second, "somebody else's");
        typed.forget(5);
        assert_eq!((typed.find(&first), typed.find(&second).is_some()), (None, true));
        let keys: Vec<_> = (0..MOST).map(|n| typed.keep(7, &n.to_string())).collect();
        assert_eq!((typed.find(&second), typed.find(&keys[0]).is_some()), (None, true));
        assert_eq!(typed.lately().order.len(), MOST);
    }

    #[test]
    fn a_key_is_the_same_after_a_restart_and_no_other_bot_has_it() {
        let key = |secret: &str| Typed::new(secret.to_owned().into()).keep(5, "why?");
        assert_eq!(key("a"), key("a"));
        assert_ne!(key("a"), key("b"));
    }
}
