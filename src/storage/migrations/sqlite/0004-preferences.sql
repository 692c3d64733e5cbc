-- What people have chosen. A column that is null, and a row that is not there: as the owner has set it.

CREATE TABLE preferences (
    bot        INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    thread     INTEGER NOT NULL,
    model      TEXT,    -- the model's id
    persona    TEXT,    -- the persona's name
    effort     TEXT,    -- how hard the model thinks: none, minimal, low, medium, high, xhigh, max
    length     TEXT,    -- how long answers are: short, normal, long
    web_search INTEGER, -- 1: the model may search the web
    PRIMARY KEY (bot, chat, thread)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_preferences (
    bot      INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    language TEXT,             -- two letters
    PRIMARY KEY (bot, user_id)
) STRICT, WITHOUT ROWID;
