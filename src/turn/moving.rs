//! A group has become a supergroup: whatever belongs to it goes on under the new id.
//!
//! Known from a message in either chat, or from a refusal to somebody who still writes to the old one; whoever comes first
//! moves it, in one commit, and the others find it done.

use super::Tools;
use crate::storage::{StorageError, insist};
use crate::update::Moved;

/// Moves everything, once.
pub async fn move_group(tools: &Tools, Moved { from, to }: Moved) -> Result<(), StorageError> {
    if tools.moves.current(from) == to {
        return Ok(());
    }
    let news = insist(&tools.clock, || tools.storage.move_group(tools.bot.id, from, to)).await?;
    // After the commit: whoever asks in between is answered as before, and is written under the new id all the same.
    tools.money.moved(from, to);
    tools.languages.moved(from, to);
    tools.moves.note(from, to);
    if news {
        tracing::info!("A group has become a supergroup; everything that belongs to it goes on there");
    }
    Ok(())
}
