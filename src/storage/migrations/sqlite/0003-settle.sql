-- Costs that the provider did not tell with the answer are looked up afterwards.

-- When the cost is looked up next; null: it is known, or it was given up.
ALTER TABLE ledger ADD COLUMN settle_at INTEGER;
-- How often it was looked up in vain.
ALTER TABLE ledger ADD COLUMN settle_tries INTEGER NOT NULL DEFAULT 0;

-- What older versions left open is looked up at the first start.
UPDATE ledger SET settle_at = charged_at WHERE cost_micro_usd IS NULL;

-- One entry per line that is still open.
CREATE INDEX ledger_open ON ledger (bot, settle_at) WHERE settle_at IS NOT NULL;
