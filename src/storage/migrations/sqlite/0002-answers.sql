-- Answers that are shown while they are written, given again, and replaced in place.

-- The message in which an answer is shown while it is written (groups, servers without drafts); null: there is none. A turn that
-- goes on after a crash goes on in it.
ALTER TABLE inbox ADD COLUMN placed INTEGER;

-- Messages that carried this answer before, as a JSON array of ids in their order: the parts are written over them, and
-- what is left of them is deleted.
ALTER TABLE replies ADD COLUMN in_place TEXT NOT NULL DEFAULT '[]';
-- What stands under the last part: an InlineKeyboardMarkup of the Bot API; null: nothing.
ALTER TABLE replies ADD COLUMN keyboard TEXT;

-- How a part is sent: as a text with entities, as Markdown that Telegram formats itself (sendRichMessage), as a file.
ALTER TABLE parts ADD COLUMN form TEXT NOT NULL DEFAULT 'text' CHECK (form IN ('text', 'rich', 'document'));
-- 1: owed only when the rich part, or the file, before it was refused.
ALTER TABLE parts ADD COLUMN fallback INTEGER NOT NULL DEFAULT 0;

-- The message that asked; 0: not known (turns of older versions).
ALTER TABLE turns ADD COLUMN asked_in INTEGER NOT NULL DEFAULT 0;
-- The messages that carry the answer: a JSON array of ids, empty until they were delivered.
ALTER TABLE turns ADD COLUMN messages TEXT NOT NULL DEFAULT '[]';
-- 1: the question was answered again since; this turn is kept, but no longer part of the conversation.
ALTER TABLE turns ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0;

-- Open or closed: an edited message may belong to any of them.
CREATE INDEX conversations_of_lane ON conversations (bot, chat, thread);
