//! What an fsync costs on the disk where the store is.

use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

use routergram::bench::Spans;

use crate::table::{note, quantiles};

/// Syncs of the disk that are timed.
const SYNCS: usize = 500;

/// The floor below every acknowledgement.
pub(crate) fn disk() -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut file = File::create(folder.path().join("synced"))?;
    let mut spans = Spans::new()?;
    for _ in 0..SYNCS {
        file.write_all(&[0; 4096])?;
        let start = Instant::now();
        file.sync_data()?;
        spans.add(start.elapsed())?;
    }
    note("the disk: writing 4 KiB and syncing it", &quantiles(&spans));
    Ok(())
}
