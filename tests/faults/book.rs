//! What the model was asked, and whether it should have been.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use routergram::sandbox::model::FakeModel;

/// Kept while the model answers.
#[derive(Clone, Default)]
pub(crate) struct Book(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    /// How often each question was asked.
    asked: HashMap<String, usize>,
    /// Questions whose answer is known to be stored.
    stored: HashSet<String>,
    /// Requests for answers that were.
    again: usize,
}

impl Book {
    /// From now on the model answers each question with `To QUESTION: …`, in four to thirteen words, and it is written
    /// down.
    pub(crate) fn of(model: &FakeModel) -> Self {
        let book = Self::default();
        let writer = book.clone();
        model.answers_with(move |asked| {
            // In a group the model is told who asks.
            let question = asked.question().rsplit(": ").next().unwrap_or_default();
            writer.asked(question);
            let mut answer = format!("To {question}: ");
            for n in 0..2 + asked.number % 10 {
                // Writing to a string does not fail.
                let _ = write!(answer, "word {n} ");
            }
            answer
        });
        book
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self, question: &str) {
        let mut pages = self.pages();
        *pages.asked.entry(question.to_owned()).or_default() += 1;
        let again = pages.stored.contains(question);
        pages.again += usize::from(again);
    }

    /// Nobody may ask for these any more.
    pub(crate) fn are_stored(&self, questions: Vec<String>) {
        self.pages().stored.extend(questions);
    }

    /// Requests for answers that were stored when a process died.
    pub(crate) fn asked_for_what_was_stored(&self) -> usize {
        self.pages().again
    }

    /// Requests beyond the first of each question.
    pub(crate) fn asked_again(&self) -> usize {
        self.pages().asked.values().map(|times| times - 1).sum()
    }
}
