-- Budgets: whose day an answer belongs to, how much is kept back for it, and what the days have cost.

-- The day whose budget pays: days since the Unix epoch, UTC. It is the day on which the model was asked, also of an answer that
-- was finished on the next one.
ALTER TABLE ledger ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
-- The most that the answer may cost, as far as prices were known. It counts until the cost is known or given up.
ALTER TABLE ledger ADD COLUMN reserved_micro_usd INTEGER NOT NULL DEFAULT 0;
UPDATE ledger SET day = charged_at / 86400000;

-- The sums of the ledger by person, day and model, so that nobody has to read a year of lines. Kept by the triggers below in the
-- transaction of each line, whoever writes it; they stay when lines are deleted. A line counts from when its model or its cost
-- is known: until then it is an answer that is being written.
CREATE TABLE spent (
    bot               INTEGER NOT NULL,
    user_id           INTEGER NOT NULL, -- who pays (of people who hide behind a group's name: the group)
    day               INTEGER NOT NULL, -- days since the Unix epoch, UTC
    model             TEXT    NOT NULL, -- the model that served; '': not known
    answers           INTEGER NOT NULL, -- lines
    unpriced          INTEGER NOT NULL, -- those among them whose cost is not known
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost_micro_usd    INTEGER NOT NULL, -- millionths of a US dollar
    PRIMARY KEY (bot, user_id, day, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_of_day ON spent (bot, day);

INSERT INTO spent
SELECT bot, user_id, day, model, count(*), sum(cost_micro_usd IS NULL), sum(prompt_tokens), sum(completion_tokens),
       coalesce(sum(cost_micro_usd), 0)
FROM ledger WHERE model <> '' OR cost_micro_usd IS NOT NULL GROUP BY bot, user_id, day, model;

CREATE TRIGGER ledger_entered AFTER INSERT ON ledger WHEN new.model <> '' OR new.cost_micro_usd IS NOT NULL BEGIN
    INSERT INTO spent VALUES (new.bot, new.user_id, new.day, new.model, 1, new.cost_micro_usd IS NULL, new.prompt_tokens,
                              new.completion_tokens, coalesce(new.cost_micro_usd, 0))
    ON CONFLICT DO UPDATE SET
        answers = answers + 1, unpriced = unpriced + excluded.unpriced, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
        completion_tokens = completion_tokens + excluded.completion_tokens,
        cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd;
END;

CREATE TRIGGER ledger_corrected AFTER UPDATE OF model, prompt_tokens, completion_tokens, cost_micro_usd ON ledger
WHEN old.model <> '' OR old.cost_micro_usd IS NOT NULL BEGIN
    UPDATE spent SET
        answers = answers - 1, unpriced = unpriced - (old.cost_micro_usd IS NULL), prompt_tokens = prompt_tokens - old.prompt_tokens,
        completion_tokens = completion_tokens - old.completion_tokens,
        cost_micro_usd = cost_micro_usd - coalesce(old.cost_micro_usd, 0)
    WHERE bot = old.bot AND user_id = old.user_id AND day = old.day AND model = old.model;
END;

CREATE TRIGGER ledger_completed AFTER UPDATE OF model, prompt_tokens, completion_tokens, cost_micro_usd ON ledger
WHEN new.model <> '' OR new.cost_micro_usd IS NOT NULL BEGIN
    INSERT INTO spent VALUES (new.bot, new.user_id, new.day, new.model, 1, new.cost_micro_usd IS NULL, new.prompt_tokens,
                              new.completion_tokens, coalesce(new.cost_micro_usd, 0))
    ON CONFLICT DO UPDATE SET
        answers = answers + 1, unpriced = unpriced + excluded.unpriced, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
        completion_tokens = completion_tokens + excluded.completion_tokens,
        cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd;
END;

-- What the owner has decided about people, and when they wrote.
CREATE TABLE people (
    bot              INTEGER NOT NULL,
    user_id          INTEGER NOT NULL,           -- Telegram's id
    allowed          INTEGER NOT NULL DEFAULT 0, -- 1: may use the bot, besides those whom the settings allow
    banned           INTEGER NOT NULL DEFAULT 0, -- 1: may not, whoever else may
    budget_micro_usd INTEGER,                    -- what a day may cost; 0: whatever it does; null: as the settings say
    first_seen       INTEGER,                    -- null: never wrote
    last_seen        INTEGER,
    PRIMARY KEY (bot, user_id)
) STRICT, WITHOUT ROWID;
