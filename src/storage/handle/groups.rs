//! The verbs that are about groups: which of them have moved, and which are lost.

use crate::faults::{self, Step};
use crate::storage::{Backend, ClaimKey, Storage, StorageError};

impl Storage {
    /// The groups that have become supergroups: the ids before and after. Reads all of them: for a start.
    pub async fn moves(&self, bot: i64) -> Result<Vec<(i64, i64)>, StorageError> {
        on_backend!(self, moves(bot))
    }

    /// A group has become a supergroup: conversations, choices, money and owed replies are the new id's from this commit
    /// on, and what is written under the old one later as well. Ids of messages are not: they count anew there. Says
    /// whether that was news; a second call changes nothing.
    pub async fn move_group(&self, bot: i64, from: i64, to: i64) -> Result<bool, StorageError> {
        commit!(MoveGroup, self, move_group(bot, from, to))
    }

    /// Nobody in the chat of this claim can be reached any more: what came from there before is done, and replies that
    /// are owed there are dropped. Other claims for it are lost. Says how many updates that were.
    pub async fn abandon(&self, key: ClaimKey) -> Result<usize, StorageError> {
        commit!(Abandon, self, abandon(key))
    }
}
