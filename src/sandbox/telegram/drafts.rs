//! What the bot is writing: previews that live for thirty seconds and become nothing by themselves.
//!
//! One draft per chat and topic, plain or rich. A frame with the same id grows it, another id replaces it, the bot's next message there
//! ends it, and so does time. The Stop button only hides it and tells the bot.

use std::time::Duration;

use super::rich::Rich;
use super::text::Formatted;
use super::view::Event;
use super::world::World;
use crate::clock::Timestamp;

/// Telegram's own number.
pub(super) const DRAFT_LIFE: Duration = Duration::from_secs(30);

/// A preview.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// Chosen by the bot, not zero.
    pub(super) id: i64,
    /// May be empty.
    pub(super) body: Formatted,
    /// Blocks instead of a text.
    pub(super) rich: Option<Rich>,
    /// Has it a Stop button?
    pub(super) can_stop: bool,
    /// Does it stay when that is pressed?
    pub(super) keep_on_stop: bool,
    /// When it is gone.
    pub(super) expires: Timestamp,
}

impl Draft {
    /// What is read.
    pub(super) fn words(&self) -> String {
        self.rich.as_ref().map_or_else(|| self.body.text.clone(), Rich::plain)
    }
}

impl World {
    /// Shows a draft or its next frame.
    pub(super) fn show_draft(&mut self, chat: i64, thread: Option<i64>, draft: Draft) {
        let Some(place) = self.chats.get_mut(&chat) else { return };
        let event = Event::Draft {
            chat,
            thread,
            draft_id: draft.id,
            text: draft.words(),
            entities: draft.body.entities_json(),
            blocks: draft.rich.as_ref().map(|rich| rich.blocks.clone()).unwrap_or_default(),
            can_stop: draft.can_stop,
        };
        let draft_id = draft.id;
        self.next_draft_end = Some(self.next_draft_end.map_or(draft.expires, |end| end.min(draft.expires)));
        let replaced = place.drafts.insert(thread, draft).filter(|old| old.id != draft_id);
        if let Some(old) = replaced {
            self.emit(Event::DraftGone { chat, draft_id: old.id });
        }
        self.emit(event);
    }

    /// Ends the draft of a topic.
    pub(super) fn end_draft(&mut self, chat: i64, thread: Option<i64>) -> Option<Draft> {
        let draft = self.chats.get_mut(&chat)?.drafts.remove(&thread)?;
        self.emit(Event::DraftGone { chat, draft_id: draft.id });
        Some(draft)
    }

    /// Ends those whose time is over; says when the next one's may be. Cheap while no time is over: this is asked with
    /// every change of the world.
    pub(super) fn expire_drafts(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.next_draft_end.is_none_or(|end| end > now) {
            return self.next_draft_end;
        }
        let drafts = self
            .chats
            .values()
            .flat_map(|chat| chat.drafts.iter().map(|(thread, draft)| (chat.id, *thread, draft.expires)));
        let (over, alive): (Vec<_>, Vec<_>) = drafts.partition(|(_, _, expires)| *expires <= now);
        self.next_draft_end = alive.into_iter().map(|(_, _, expires)| expires).min();
        for (chat, thread, _) in over {
            self.end_draft(chat, thread);
        }
        self.next_draft_end
    }
}
