-- Forgetting people, and keeping what they write for a while only.

-- Who has had themselves forgotten, and when. What their answers cost keeps their id until that day is over, because its budget
-- would begin anew otherwise; then the lines belong to nobody (user 0, chat 0), and a day later this row goes.
CREATE TABLE forgotten (
    bot     INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    day     INTEGER NOT NULL, -- days since the Unix epoch, UTC
    PRIMARY KEY (bot, user_id)
) STRICT, WITHOUT ROWID;

-- How texts are sealed; no row: they are not.
CREATE TABLE sealing (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    proof      TEXT,                       -- a known text, sealed with the key in force; null: nothing was sealed before
    next_proof TEXT,                       -- the same with the key that is taking over; null: none is
    place      INTEGER NOT NULL DEFAULT 0, -- which table is being changed
    after      INTEGER NOT NULL DEFAULT 0  -- and up to which row it was
) STRICT;

-- What belongs to somebody is found without reading everybody's.
CREATE INDEX turns_of_person  ON turns (user_id);
CREATE INDEX ledger_of_person ON ledger (user_id);
CREATE INDEX replies_of_chat  ON replies (chat);

-- Of a file that is made when it is sent: which one ('json', 'markdown-en', …); its text is empty. Null: the file is its text.
ALTER TABLE parts ADD COLUMN made TEXT;
