//! How far a delivery came: which parts are settled, which message each of the others goes into.

use super::letter::{Letter, Over};
use crate::storage::{Address, Form, StoredReply};
use crate::telegram::TelegramError;

/// A reply that is being delivered.
pub(super) struct Progress<'a> {
    reply: &'a StoredReply,
    /// The message of each part; 0: passed over.
    messages: Vec<Option<i64>>,
    /// The first that was owed when the delivery was taken up.
    next: Option<usize>,
}

impl<'a> Progress<'a> {
    pub(super) fn of(reply: &'a StoredReply) -> Self {
        let messages: Vec<_> = reply.parts.iter().map(|(_, arrived)| *arrived).collect();
        let begun = Self { reply, messages, next: None };
        let next = (0..reply.parts.len()).find(|k| !begun.is_settled(*k));
        Self { next, ..begun }
    }

    /// Did it arrive, or is it not owed because the rich message, the file or the picture before it did?
    pub(super) fn is_settled(&self, k: usize) -> bool {
        self.messages[k].is_some() || (self.reply.parts[k].0.fallback && self.arrived_otherwise(k))
    }

    pub(super) fn rest_is_settled(&self, k: usize) -> bool {
        (k + 1..self.messages.len()).all(|later| self.is_settled(later))
    }

    /// What a fallback stands for comes before it.
    fn arrived_otherwise(&self, k: usize) -> bool {
        let mut before = self.reply.parts[..k].iter().zip(&self.messages);
        before.any(|((part, _), message)| part.form != Form::Text && message.is_some_and(|id| id > 0))
    }

    /// Is it the first that had not arrived when the delivery was taken up?
    pub(super) fn is_next(&self, k: usize) -> bool {
        self.next == Some(k)
    }

    /// The message that this part is written over. A file or a picture cannot be.
    fn place(&self, k: usize) -> Option<Over<'a>> {
        if let Some(handle) = &self.reply.inline {
            return Some(Over::Inline(handle));
        }
        let place = self.reply.in_place.get(self.carriers()).copied().map(Over::Message);
        place.filter(|_| is_text(self.reply.parts[k].0.form))
    }

    /// How many messages carry the reply by now, files and pictures aside.
    fn carriers(&self) -> usize {
        let parts = self.reply.parts.iter().zip(&self.messages);
        parts.filter(|((part, _), id)| is_text(part.form) && id.is_some_and(|id| id > 0)).count()
    }

    /// Messages of an earlier answer that are not needed for this one.
    pub(super) fn superfluous(&self) -> &'a [i64] {
        self.reply.in_place.get(self.carriers()..).unwrap_or_default()
    }

    /// A part with everything around it.
    pub(super) fn letter(&self, k: usize) -> Letter<'a> {
        let StoredReply { address, keyboard, .. } = self.reply;
        // Only the first message replies to the question; the rest follows it.
        let reply_to = address.reply_to.filter(|_| self.messages.iter().all(|id| id.is_none_or(|id| id == 0)));
        let part = &self.reply.parts[k].0;
        let rest = &self.reply.parts[k + 1..];
        let is_last = rest.is_empty() || (part.form != Form::Text && rest.iter().all(|(later, _)| later.fallback));
        let keyboard = keyboard.as_ref().filter(|_| is_last);
        Letter {
            address: Address { reply_to, ..*address },
            part,
            over: self.place(k),
            keyboard,
            formatted: true,
            as_file: false,
        }
    }

    /// A rich message that is refused has its fallback, and so has a file or a picture.
    pub(super) fn can_do_without(&self, k: usize, error: &TelegramError) -> bool {
        let refused = matches!(error, TelegramError::Refused { .. }) && !error.chat_is_gone();
        let has_fallback = || self.reply.parts.get(k + 1).is_some_and(|(next, _)| next.fallback);
        refused
            && match self.reply.parts[k].0.form {
                Form::Text => false,
                Form::Rich => true,
                Form::Document | Form::Picture => has_fallback(),
            }
    }

    pub(super) fn arrived(&mut self, k: usize, message_id: i64) {
        self.messages[k] = Some(message_id);
    }
}

/// Can it be written over a text, and a text over it?
const fn is_text(form: Form) -> bool {
    matches!(form, Form::Text | Form::Rich)
}
