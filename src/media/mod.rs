//! What people send, fetched and made readable for a model.
//!
//! What a file is, its first bytes say; what its sender's app calls it, and how it is named, counts for nothing but the
//! name. Nothing is unpacked, converted or drawn here: what a model takes goes to it as it came, a text is read, and
//! everything else is told in one sentence. So nothing that somebody sends can grow.
//!
//! A file is never on the disk, and in memory once, as the base64 that is posted. [`ROOM`] bounds how much of that there is
//! at a time, over all chats: who finds none waits for a moment.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::openrouter::Media;
use crate::telegram::{Telegram, TelegramError};
use crate::update::{Attachment, AttachmentKind};

mod kind;
mod read;
mod text;

pub use kind::Kind;
pub use text::Words;

/// The largest file that is fetched: what the hosted Bot API hands out. A server of one's own may have more, which no
/// model would take.
pub const LARGEST: u64 = 20 << 20;
/// Memory for files that are being posted, in KiB: 96 MiB, three of the largest as base64.
const ROOM: u32 = 96 << 10;

/// Fetches files. Clones share its memory.
#[derive(Clone)]
pub struct Fetcher {
    telegram: Telegram,
    room: Arc<Semaphore>,
}

/// Memory that is kept for files; given back when the last clone is dropped.
#[derive(Clone)]
pub struct Room(#[expect(dead_code, reason = "it is there to be dropped")] Option<Arc<OwnedSemaphorePermit>>);

/// A file that was read.
#[derive(Debug)]
pub enum Seen {
    /// For a model that takes it.
    Media(Media),
    /// For every model.
    Text(Words),
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unseen {
    /// It is larger than [`LARGEST`].
    #[error("it is too large")]
    TooLarge,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is a recording in which nothing is said.
    #[error("there are no words in it")]
    Wordless,
    /// It is nothing that anybody could read here.
    #[error("nobody here can read what it is")]
    Unreadable,
    /// A picture in a form, or of a size, that models do not take; sent as a photo, Telegram makes one of it that they do.
    #[error("a picture that models do not take")]
    OddPicture,
    /// Telegram does not have it any more.
    #[error("Telegram does not have it")]
    Gone,
    /// It could not be fetched now.
    #[error("it could not be fetched: {0}")]
    Unreachable(TelegramError),
}

impl Fetcher {
    /// By way of this Bot API.
    #[must_use]
    pub fn new(telegram: Telegram) -> Self {
        Self { telegram, room: Arc::new(Semaphore::new(ROOM as usize)) }
    }

    /// Fetches a file and reads it into this room.
    pub async fn read(&self, file: &Attachment, room: Room) -> Result<Seen, Unseen> {
        if file.bytes.is_some_and(|bytes| bytes > LARGEST) {
            return Err(Unseen::TooLarge);
        }
        if file.bytes == Some(0) {
            return Err(Unseen::Empty);
        }
        let download = self.telegram.download(&file.file).await.map_err(Unseen::from)?;
        read::read(download, file, room).await
    }

    /// Waits until there is memory for so many bytes as base64, all the files of a question together.
    pub async fn room_for(&self, bytes: u64) -> Room {
        let kib = u32::try_from(bytes.div_ceil(1024) * 4 / 3 + 1).unwrap_or(ROOM);
        // Closed it would be with the last clone, and this is one.
        Room(Arc::clone(&self.room).acquire_many_owned(kib.min(ROOM)).await.ok().map(Arc::new))
    }
}

impl From<TelegramError> for Unseen {
    fn from(error: TelegramError) -> Self {
        match &error {
            TelegramError::Refused { description, .. } if description.contains("too big") => Self::TooLarge,
            TelegramError::Refused { .. } => Self::Gone,
            _ => Self::Unreachable(error),
        }
    }
}

/// What a file seems to be before it is fetched, by how it was sent; `None` for files, which may be anything.
#[must_use]
pub fn expected(file: &Attachment) -> Option<Kind> {
    match file.kind {
        AttachmentKind::Photo => Some(Kind::Image("image/jpeg")),
        AttachmentKind::Voice => Some(Kind::Audio("ogg")),
        AttachmentKind::Audio => Some(Kind::Audio("mp3")),
        AttachmentKind::VideoNote => Some(Kind::Audio("m4a")),
        AttachmentKind::Document => None,
    }
}
