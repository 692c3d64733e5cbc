-- The first schema. A data dictionary: every column says what it means.
-- All moments are milliseconds since the Unix epoch, UTC, by the store's clock. Truth values are 0 and 1.

-- Each opening of the store is an instance; claims name the instance that made them. The embedded store has one row here, its own:
-- the lock on the folder proves that every earlier instance is dead.
CREATE TABLE instances (
    id        INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice, so a claim of a dead instance matches nobody
    heartbeat INTEGER NOT NULL                   -- last sign of life; here: the moment of opening
) STRICT;

-- Every update that Telegram handed over, from acceptance until its id may be forgotten.
CREATE TABLE inbox (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT, -- order of acceptance; grows, never used twice
    bot         INTEGER NOT NULL,                  -- which bot received it
    update_id   INTEGER,                           -- Telegram's id; null when it could not be read (then parked)
    chat        INTEGER NOT NULL,                  -- the lane: chat,
    thread      INTEGER NOT NULL,                  -- topic (0: none),
    control     INTEGER NOT NULL,                  -- and whether it may overtake the conversation
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'done', 'parked')),
    stage       TEXT    NOT NULL DEFAULT 'received' -- how far the work got: 'generated' means that replies has a row
                CHECK (stage IN ('received', 'started', 'generated')),
    head        INTEGER NOT NULL,                  -- of pending rows: the first of its lane; exactly one per lane
    attempts    INTEGER NOT NULL DEFAULT 0,        -- begun and not yet forgiven: what a deadly update runs up
    tries       INTEGER NOT NULL DEFAULT 0,        -- begun at all: what the retry schedule counts
    owner       INTEGER,                           -- the instance that works on it; null: nobody
    epoch       INTEGER NOT NULL DEFAULT 0,        -- grows with each claim: the fence of every later write
    not_before  INTEGER NOT NULL,                  -- not to be begun before (retry schedule)
    received_at INTEGER NOT NULL,                  -- when it was accepted
    finished_at INTEGER,                           -- when it became done or parked
    raw         TEXT,                              -- the update as sent; null once it is done
    reason      TEXT,                              -- why it was retried, parked or undeliverable; no text of a user
    UNIQUE (bot, update_id),                       -- the same update is stored once
    CHECK (state <> 'pending' OR (update_id IS NOT NULL AND raw IS NOT NULL))
) STRICT;

-- One entry per lane that has work, oldest first: 100,000 waiting updates of one chat are one entry here.
CREATE INDEX inbox_heads  ON inbox (bot, seq) WHERE state = 'pending' AND head = 1;
CREATE INDEX inbox_lanes  ON inbox (bot, chat, thread, control, seq) WHERE state = 'pending';
CREATE INDEX inbox_done   ON inbox (finished_at) WHERE state = 'done';
CREATE INDEX inbox_parked ON inbox (bot, seq) WHERE state = 'parked';

-- A reply that is owed: written before its first delivery, gone when its update is done.
CREATE TABLE replies (
    seq      INTEGER PRIMARY KEY REFERENCES inbox (seq) ON DELETE CASCADE, -- the update that it answers
    chat     INTEGER NOT NULL,                                             -- where it goes: chat,
    thread   INTEGER NOT NULL,                                             -- topic (0: none),
    reply_to INTEGER                                                       -- and the message it shows as replied to
) STRICT;

CREATE TABLE parts (
    seq        INTEGER NOT NULL REFERENCES replies (seq) ON DELETE CASCADE,
    part       INTEGER NOT NULL,           -- 0, 1, 2 … in the order of delivery
    text       TEXT    NOT NULL,           -- 1–4096 UTF-16 units
    entities   TEXT    NOT NULL,           -- JSON array of Telegram's MessageEntity, offsets in UTF-16 units
    sending    INTEGER NOT NULL DEFAULT 0, -- 1: its send was about to start, so it may have arrived
    message_id INTEGER,                    -- the message that carries it; null until Telegram said so
    PRIMARY KEY (seq, part)
) STRICT, WITHOUT ROWID;

-- What the model is told of the past. At most one open conversation per chat and topic.
CREATE TABLE conversations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    bot           INTEGER NOT NULL,
    chat          INTEGER NOT NULL,
    thread        INTEGER NOT NULL,
    system_prompt TEXT,              -- given with /new; null: the configured one
    opened_at     INTEGER NOT NULL,
    closed_at     INTEGER            -- null: open
) STRICT;
CREATE UNIQUE INDEX conversations_open ON conversations (bot, chat, thread) WHERE closed_at IS NULL;

CREATE TABLE turns (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of the turns
    conversation  INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq           INTEGER NOT NULL, -- the update that asked; its inbox row may be gone
    user_id       INTEGER NOT NULL, -- who asked
    question      TEXT    NOT NULL, -- as the model saw it
    answer        TEXT    NOT NULL, -- as the model wrote it; empty: there was none
    complete      INTEGER NOT NULL, -- 0: cut off or stopped
    generation_id TEXT,             -- its line in the ledger
    finished_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_of_conversation ON turns (conversation, id);

-- Money. One line per generation, whoever reports it and however often.
CREATE TABLE ledger (
    generation_id     TEXT    PRIMARY KEY, -- the provider's id
    bot               INTEGER NOT NULL,
    chat              INTEGER NOT NULL,
    user_id           INTEGER NOT NULL,    -- who asked
    seq               INTEGER NOT NULL,    -- the update that asked; its inbox row may be gone
    model             TEXT    NOT NULL,    -- the model that served
    prompt_tokens     INTEGER NOT NULL,    -- 0: unknown
    completion_tokens INTEGER NOT NULL,    -- 0: unknown
    cost_micro_usd    INTEGER,             -- millionths of a US dollar; null: the provider did not say
    charged_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
