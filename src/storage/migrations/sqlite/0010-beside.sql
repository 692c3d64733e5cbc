-- What is asked beside conversations: recordings written down, pictures painted, PDFs read.

-- What recordings say, as it was paid for, so that nobody pays twice: not after a crash, nor when the same message is asked
-- about again.
CREATE TABLE heard (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    bot      INTEGER NOT NULL,
    chat     INTEGER NOT NULL,
    file     TEXT    NOT NULL, -- which recording: a hash of Telegram's id of the file
    user_id  INTEGER NOT NULL, -- who asked
    text     TEXT    NOT NULL, -- what is said in it; empty: nothing
    heard_at INTEGER NOT NULL,
    UNIQUE (bot, chat, file)
) STRICT;
CREATE INDEX heard_of_person ON heard (user_id);

-- 1: answers begin with what was heard; null: as it is by itself.
ALTER TABLE preferences ADD COLUMN transcripts INTEGER;

-- What the provider has read in the PDFs of a question, as it wants it back: JSON; null: nothing, or too much to be kept.
ALTER TABLE turns ADD COLUMN annotations TEXT;

-- Of a picture that was painted: the picture itself, as base64. It goes with the part when that has arrived.
ALTER TABLE parts ADD COLUMN painting TEXT;
