//! The list on the disk: `models.json` in the data folder.
//!
//! It is a copy of what anybody can ask the server for, so it is replaced rather than written into, may be deleted at any
//! time, and belongs to one server: after `OPENROUTER_BASE_URL` has changed, it is somebody else's list.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::openrouter::OfferedModel;

const NAME: &str = "models.json";
/// Becomes the file when it is whole.
const DRAFT: &str = "models.json.new";

#[derive(Serialize, Deserialize)]
struct Kept<M> {
    /// The base address of the server whose models these are.
    server: String,
    models: M,
}

/// What was kept of this server's list; nothing when nothing was. An error is about a file that is there and cannot be
/// read.
pub(super) fn read(folder: &Path, server: &str) -> io::Result<Vec<OfferedModel>> {
    let text = match fs::read(folder.join(NAME)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let kept: Kept<Vec<OfferedModel>> = serde_json::from_slice(&text)?;
    Ok(if kept.server == server { kept.models } else { Vec::new() })
}

/// Keeps this list instead of the one before. A crash leaves either of them.
pub(super) fn write(folder: &Path, server: &str, models: &[OfferedModel]) -> io::Result<()> {
    let text = serde_json::to_vec(&Kept { server: server.to_owned(), models })?;
    let draft = folder.join(DRAFT);
    let mut file = File::create(&draft)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(draft, folder.join(NAME))
}
