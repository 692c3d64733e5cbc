//! The net under it, where assertions are on: an answer from memory must be what the store says.

use crate::storage::Conversation;
use crate::storage::sqlite::{Sqlite, conversations};
use crate::update::Lane;

use super::Moment;

impl Sqlite {
    /// Panics when `known`, which memory knew at that moment, is not what the store would have answered.
    pub(in crate::storage::sqlite) async fn compare(
        &self,
        (lane, moment): (Lane, Moment),
        max_tokens: usize,
        known: &Conversation,
    ) {
        let read = self.read(move |db| conversations::find(db, lane, max_tokens, None)).await;
        // A store that cannot be read says so elsewhere.
        if read.is_ok_and(|found| found.conversation != *known)
            // It may have been changed since, by a commit that is not told yet: the writer has, once it has done another job.
            && self.write(|_| Ok(())).await.is_ok()
        {
            let (_, now) = self.parts.recent.conversation(lane, max_tokens);
            assert!(
                now != moment,
                "a conversation in memory is not as it is stored: something that writes to turns, conversations or \
                 preferences does not tell (storage::sqlite::recent)"
            );
        }
    }
}
