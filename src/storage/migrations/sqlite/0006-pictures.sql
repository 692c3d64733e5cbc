-- Parts that are pictures. SQLite cannot change a CHECK, so the table is written anew; it holds what is owed at this moment alone.

CREATE TABLE parts_with_pictures (
    seq        INTEGER NOT NULL REFERENCES replies (seq) ON DELETE CASCADE,
    part       INTEGER NOT NULL,           -- 0, 1, 2 … in the order of delivery
    text       TEXT    NOT NULL,           -- 1–4096 UTF-16 units; of a picture: its caption, up to 1024
    entities   TEXT    NOT NULL,           -- JSON array of Telegram's MessageEntity, offsets in UTF-16 units
    sending    INTEGER NOT NULL DEFAULT 0, -- 1: its send was about to start, so it may have arrived
    message_id INTEGER,                    -- the message that carries it; null until Telegram said so
    -- How it is sent: as a text with entities, as Markdown that Telegram formats itself, as a file, as a picture (sendPhoto).
    form       TEXT    NOT NULL DEFAULT 'text' CHECK (form IN ('text', 'rich', 'document', 'picture')),
    fallback   INTEGER NOT NULL DEFAULT 0, -- 1: owed only when the rich part, the file or the picture before it was refused
    drawing    TEXT,                       -- of a picture: JSON of what is on it, from which it is drawn when it is sent
    PRIMARY KEY (seq, part)
) STRICT, WITHOUT ROWID;
INSERT INTO parts_with_pictures (seq, part, text, entities, sending, message_id, form, fallback)
SELECT seq, part, text, entities, sending, message_id, form, fallback FROM parts;
DROP TABLE parts;
ALTER TABLE parts_with_pictures RENAME TO parts;
