//! The files that were sent: their bytes, for whoever wants to look, and their names as Telegram gives them.
//!
//! The oldest go when there is too much: this is memory, and what a test or a person looks at was sent lately.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::params::Upload;

/// A dozen of the largest files that a bot may fetch: as many are looked at at once.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// What a bot may fetch from the hosted API.
const LARGEST_FETCHED: u64 = 20 * 1024 * 1024;
/// Enough for the longest test; the oldest go first.
const MOST_DOWNLOADS: usize = 10_000;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As its sender named it.
    pub name: String,
    /// Its MIME type: what its sender's app says, otherwise guessed from the name as Telegram does.
    pub mime: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// A file that was fetched, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// As `getFile` told it, without the token.
    pub path: String,
    /// The HTTP status; 0 when the answer did not come, or not whole.
    pub status: u16,
}

/// A file that a person sends.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// `photo`, `document`, …
    pub(super) kind: &'static str,
    /// As its sender named it.
    pub(super) name: Option<String>,
    mime: Option<String>,
    /// What is in it.
    pub(super) bytes: Bytes,
}

impl Sent {
    /// Without a name.
    pub(super) fn new(kind: &'static str, bytes: Bytes) -> Self {
        Self { kind, name: None, mime: None, bytes }
    }

    /// With a name, and a type if its sender's app knows one.
    pub(super) fn called(self, name: String, mime: Option<String>) -> Self {
        Self { name: Some(name), mime, ..self }
    }

    /// Of this type.
    pub(super) fn taken_for(self, mime: &str) -> Self {
        Self { mime: Some(mime.to_owned()), ..self }
    }

    /// What it is said to be.
    pub(super) fn mime(&self) -> String {
        self.mime.clone().unwrap_or_else(|| guessed(self.name.as_deref().unwrap_or_default()))
    }
}

/// One that is kept.
struct Kept {
    id: String,
    /// Where it is fetched from, after the token.
    path: String,
    /// What Telegram says of its size, in bytes.
    size: u64,
    file: File,
}

/// All of them.
#[derive(Default)]
pub(super) struct Files {
    kept: VecDeque<Kept>,
    bytes: usize,
    last: u64,
    downloads: VecDeque<Download>,
    /// What people's files claim to measure, in bytes, instead of what they do.
    pub(super) misstated: Option<u64>,
}

impl Files {
    /// Keeps an upload of the bot of a kind (`photo`, `document`); returns the fields that every description of a file
    /// has.
    pub(super) fn keep(&mut self, kind: &str, upload: &Upload) -> Result<Value, Refusal> {
        if upload.content.is_empty() {
            return Err(Refusal::bad_request("file must be non-empty"));
        }
        let (name, bytes) = (upload.file_name.clone(), upload.content.clone());
        let (mime, size) = (guessed(&name), bytes.len() as u64);
        Ok(self.add(kind, File { name, mime, bytes }, size))
    }

    /// Keeps what a person sends, be it nothing; returns the same fields.
    pub(super) fn take_in(&mut self, sent: &Sent) -> Value {
        let file = File { name: sent.name.clone().unwrap_or_default(), mime: sent.mime(), bytes: sent.bytes.clone() };
        let size = self.misstated.unwrap_or(sent.bytes.len() as u64);
        self.add(sent.kind, file, size)
    }

    fn add(&mut self, kind: &str, file: File, size: u64) -> Value {
        self.last += 1;
        let number = self.last;
        let id = format!("sandbox-{kind}-{number}");
        let path = format!("{}/file_{number}{}", folder(kind), ending(kind, &file.name));
        self.bytes += file.bytes.len();
        self.kept.push_back(Kept { id: id.clone(), path, size, file });
        while self.bytes > MOST_BYTES && self.kept.len() > 1 {
            self.bytes -= self.kept.pop_front().map_or(0, |oldest| oldest.file.bytes.len());
        }
        json!({"file_id": id, "file_unique_id": format!("unique-{number}"), "file_size": size})
    }

    /// The file of an id, while it is kept.
    pub(super) fn get(&self, id: &str) -> Option<&File> {
        self.kept.iter().find(|kept| kept.id == id).map(|kept| &kept.file)
    }

    /// The file at a path of `getFile`.
    pub(super) fn at(&self, path: &str) -> Option<&File> {
        self.kept.iter().find(|kept| kept.path == path).map(|kept| &kept.file)
    }

    /// `File` of the Bot API: where to fetch it.
    pub(super) fn describe(&self, id: &str) -> Result<Value, Refusal> {
        let Some(kept) = self.kept.iter().find(|kept| kept.id == id) else {
            let number = id.strip_prefix("sandbox-").and_then(|rest| rest.rsplit('-').next()?.parse::<u64>().ok());
            let gone = number.is_some_and(|number| (1..=self.last).contains(&number));
            let gone = gone.then_some("wrong file_id or the file is temporarily unavailable");
            return Err(Refusal::bad_request(gone.unwrap_or("invalid file_id")));
        };
        if kept.size > LARGEST_FETCHED {
            return Err(Refusal::bad_request("file is too big"));
        }
        let unique = format!("unique-{}", id.rsplit('-').next().unwrap_or_default());
        Ok(json!({"file_id": id, "file_unique_id": unique, "file_size": kept.size, "file_path": kept.path}))
    }

    /// Remembers a download.
    pub(super) fn record(&mut self, download: Download) {
        if self.downloads.len() == MOST_DOWNLOADS {
            self.downloads.pop_front();
        }
        self.downloads.push_back(download);
    }

    /// The downloads, oldest first.
    pub(super) fn downloads(&self) -> Vec<Download> {
        self.downloads.iter().cloned().collect()
    }
}

fn guessed(name: &str) -> String {
    mime_guess::from_path(name).first_or_octet_stream().to_string()
}

/// Where Telegram puts files of a kind.
fn folder(kind: &str) -> String {
    match kind {
        "voice" => "voice".to_owned(),
        "audio" => "music".to_owned(),
        kind => format!("{kind}s"),
    }
}

/// As in the file's name; what has no name has the ending of its kind.
fn ending(kind: &str, name: &str) -> String {
    match (name.rsplit_once('.'), kind) {
        (Some((_, ending)), _) => format!(".{ending}"),
        (None, "photo") => ".jpg".to_owned(),
        (None, "voice") => ".oga".to_owned(),
        (None, "video_note") => ".mp4".to_owned(),
        (None, "sticker") => ".webp".to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(name: &str, size: usize) -> Upload {
        Upload { file_name: name.to_owned(), content: vec![7; size].into() }
    }

    #[test]
    fn the_oldest_files_go_when_there_is_too_much() {
        let mut files = Files::default();
        let ids: Vec<String> = (0..4)
            .map(|_| files.keep("document", &upload("a.md", 80 << 20)).unwrap()["file_id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(files.get(&ids[0]), None);
        assert!(ids[1..].iter().all(|id| files.get(id).is_some_and(|file| file.mime == "text/markdown")));
    }

    #[test]
    fn a_file_that_is_too_large_to_fetch_is_kept_and_not_described() {
        let mut files = Files::default();
        let kept = files.keep("document", &upload("large", 21 << 20)).unwrap();
        let id = kept["file_id"].as_str().unwrap();
        assert_eq!(files.describe(id).unwrap_err().description, "Bad Request: file is too big");
        assert_eq!(files.get(id).unwrap().mime, "application/octet-stream");
        assert_eq!(
            files.keep("photo", &upload("a.png", 0)).unwrap_err().description,
            "Bad Request: file must be non-empty"
        );
    }
}
