//! Whether the ledger agrees with the model's own book, to the millionth of a dollar.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use routergram::sandbox::model::FakeModel;
use rusqlite::{Connection, OpenFlags};

use crate::store::DATABASE;

/// Open lines are looked up one after the other, the last of them half a minute after its answer when the first looks came
/// too early.
const SETTLED_WITHIN: Duration = Duration::from_mins(2);
/// Between two looks whether they are.
const LOOK: Duration = Duration::from_millis(200);

/// What the comparison shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What the model charged, in millionths of a dollar.
    pub(crate) charged: i64,
    /// Generations that the model charged and the ledger has never heard of.
    pub(crate) unknown: usize,
    /// Those that the ledger has otherwise, or invented; and sums that are not those of its lines.
    pub(crate) wrong: usize,
}

/// Returns when no cost is open any more.
pub(crate) async fn settles(folder: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        let store = read(folder)?;
        let open = "SELECT count(*) FROM ledger WHERE settle_at IS NOT NULL";
        let open: i64 = store.query_row(open, [], |row| row.get(0))?;
        if open == 0 {
            return Ok(());
        }
        if start.elapsed() > SETTLED_WITHIN {
            bail!("{open} costs are still open");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Compares them, when no cost is open.
pub(crate) fn compare(folder: &Path, model: &FakeModel) -> anyhow::Result<Difference> {
    let store = read(folder)?;
    let mut statement = store.prepare("SELECT generation_id, ifnull(cost_micro_usd, 0) FROM ledger")?;
    let lines = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut lines: HashMap<String, i64> = lines.collect::<Result<_, _>>().context("the ledger")?;
    let mut difference = Difference::default();
    for booking in model.book() {
        let cost = booking.cost_micro_usd();
        difference.charged += cost;
        match lines.remove(&booking.generation_id) {
            None => difference.unknown += 1,
            Some(entered) => difference.wrong += usize::from(entered != cost),
        }
    }
    difference.wrong += lines.values().filter(|cost| **cost != 0).count();
    let sums = "SELECT (SELECT ifnull(sum(cost_micro_usd), 0) FROM ledger) = (SELECT ifnull(sum(cost_micro_usd), 0) FROM spent)";
    difference.wrong += usize::from(!store.query_row(sums, [], |row| row.get::<_, bool>(0))?);
    Ok(difference)
}

fn read(folder: &Path) -> anyhow::Result<Connection> {
    let store = Connection::open_with_flags(folder.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    store.busy_timeout(Duration::from_secs(5))?;
    Ok(store)
}
