//! A data folder that cannot be written to, and exactly what to do about it.
//!
//! The commonest cause by far is an owner: a host mounts a volume that belongs to root, and the program is not root,
//! as in its image. What helps differs by host, and whoever reads the line knows theirs: so it is said for each.

use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{getegid, geteuid};

use super::errors::DISK_FAILS;
use crate::storage::OpenError;

/// The failure to write in `folder`, with its fix.
pub(super) fn unwritable(folder: &Path, source: Error) -> OpenError {
    // "./data" says little where nobody chose the working directory, as in a container.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let fix = fix(&folder, &source);
    OpenError::Unwritable { folder: folder.display().to_string(), source, fix }
}

fn fix(folder: &Path, why: &Error) -> String {
    if why.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) {
        return DISK_FAILS.to_owned();
    }
    match why.kind() {
        ErrorKind::PermissionDenied => whose(folder),
        ErrorKind::ReadOnlyFilesystem => {
            "Mount a writable folder or a volume there, or point DATA_DIR at one: this file system is read-only"
                .to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "Free some space there: the disk is full".to_owned(),
        _ => "Point DATA_DIR at a folder that this program may write to".to_owned(),
    }
}

/// What to do about rights: of what the program would write, something belongs to another user, or refuses its owner.
fn whose(folder: &Path) -> String {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let foreign = concerned(folder).into_iter().find_map(|path| {
        let owner = path.metadata().ok()?.uid();
        (owner != user).then_some((path, owner))
    });
    let Some((path, owner)) = foreign else {
        return format!("Run: chmod -R u+rwX {}", folder.display());
    };
    let here = if folder.exists() {
        format!("chown -R {user}:{group} {}", folder.display())
    } else {
        format!("install -d -o {user} -g {group} {}", folder.display())
    };
    format!(
        "{} belongs to user {owner}, and this program runs as user {user}. On this machine: sudo {here} (or point \
         DATA_DIR at a folder of its own). In a Docker volume: docker run --rm -v VOLUME:/data busybox chown -R \
         {user}:{group} /data. On Railway: set the variable RAILWAY_RUN_UID=0",
        path.display(),
    )
}

/// The folder, or what is there of the way to it, and the files in it.
fn concerned(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = folder.ancestors().find(|path| path.exists()).map(Path::to_owned).into_iter().collect();
    let files = folder.read_dir().into_iter().flatten().flatten();
    all.extend(files.map(|file| file.path()));
    all
}
