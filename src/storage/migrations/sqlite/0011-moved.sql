-- Groups that have become supergroups, which Telegram gives another id. What belongs to them goes along in one commit; what
-- is under way, or comes under the old id, finds its way by these rows. There is one for each such group, for ever.
CREATE TABLE moved (
    bot  INTEGER NOT NULL,
    chat INTEGER NOT NULL, -- the id that nobody can write to any more
    here INTEGER NOT NULL, -- the id from then on
    PRIMARY KEY (bot, chat)
) STRICT, WITHOUT ROWID;
