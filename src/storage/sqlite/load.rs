//! How much there is. The counts walk partial indexes that hold what is pending or parked alone.

use std::path::Path;

use rusqlite::Connection;

use crate::clock::Timestamp;
use crate::storage::{Load, StorageError};

use super::Sqlite;

const PENDING: &str = "SELECT count(*) FROM inbox WHERE state = 'pending'";
/// The first of a lane is its oldest.
const OLDEST: &str = "SELECT min(received_at) FROM inbox WHERE state = 'pending' AND head = 1";
const PARKED: &str = "SELECT count(*) FROM inbox WHERE state = 'parked'";
const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

impl Sqlite {
    pub(in crate::storage) async fn load(&self) -> Result<Load, StorageError> {
        self.parts.alarm.check()?;
        self.read(|db| {
            let count = |sql| db.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
            let (pending, parked, database_bytes) = (count(PENDING)?, count(PARKED)?, count(SIZE)?);
            let oldest: Option<i64> = db.prepare_cached(OLDEST)?.query_row([], |row| row.get(0))?;
            let oldest = oldest.map(Timestamp);
            Ok(Load { pending, oldest, parked, database_bytes, log_bytes: log_bytes(db), disk_bytes: disk_bytes(db) })
        })
        .await
    }
}

/// 0 when there is none, as before the first write.
fn log_bytes(db: &Connection) -> u64 {
    let log = db.path().map(|path| format!("{path}-wal"));
    log.and_then(|log| std::fs::metadata(log).ok()).map_or(0, |file| file.len())
}

fn disk_bytes(db: &Connection) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(Path::new(db.path()?)).ok()?;
    Some((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
}
