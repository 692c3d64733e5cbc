-- Who may use the bot, who has been told that they may not, and what an owner sees of people.

-- The first name and the @username that Telegram told last, of people who may use the bot; no other table has a name.
ALTER TABLE people ADD COLUMN name TEXT;
-- 1: they may not use the bot and have been told so, which happens once.
ALTER TABLE people ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- From here on first_seen and last_seen are days since the Unix epoch, UTC, and are kept of whoever was answered (of people who
-- hide behind a group's name: of the group) and of strangers who were told. Before, the sums knew some of it.
INSERT INTO people (bot, user_id, first_seen, last_seen)
SELECT bot, user_id, min(day), max(day) FROM spent WHERE user_id <> 0 GROUP BY bot, user_id
ON CONFLICT (bot, user_id) DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen;

-- Pages of people, the latest first.
CREATE INDEX people_by_day ON people (bot, last_seen DESC, user_id);
-- Those about whom the owner has decided: read at a start.
CREATE INDEX people_decided ON people (bot, user_id) WHERE allowed + banned > 0;
-- Strangers who have been told: the oldest are forgotten when there are too many.
CREATE INDEX people_told ON people (bot, last_seen) WHERE told = 1 AND banned = 0 AND budget_micro_usd IS NULL;

-- The sums of everybody are read from the index alone.
DROP INDEX spent_of_day;
CREATE INDEX spent_of_day ON spent (bot, day, user_id, cost_micro_usd);
