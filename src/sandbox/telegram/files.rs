//! The files that were sent: their bytes, for whoever wants to look, and their names as Telegram gives them.
//!
//! The oldest go when there is too much: this is memory, and what a test or a person looks at was sent lately.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::params::Upload;

/// As much as the largest file that a bot may send.
const MOST_BYTES: usize = 50 * 1024 * 1024;
/// What a bot may fetch from the hosted API.
const LARGEST_FETCHED: usize = 20 * 1024 * 1024;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As its sender named it.
    pub name: String,
    /// Its MIME type, guessed from the name as Telegram does.
    pub mime: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// One that is kept.
struct Kept {
    id: String,
    /// Where it is fetched from, after the token.
    path: String,
    file: File,
}

/// All of them.
#[derive(Default)]
pub(super) struct Files {
    kept: VecDeque<Kept>,
    bytes: usize,
    last: u64,
}

impl Files {
    /// Keeps a file of a kind (`photo`, `document`); returns the fields that every description of a file has.
    pub(super) fn keep(&mut self, kind: &str, upload: &Upload) -> Result<Value, Refusal> {
        if upload.content.is_empty() {
            return Err(Refusal::bad_request("file must be non-empty"));
        }
        self.last += 1;
        let number = self.last;
        let id = format!("sandbox-{kind}-{number}");
        let mime = mime_guess::from_path(&upload.file_name).first_or_octet_stream().to_string();
        let ending = upload.file_name.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
        let path = format!("{kind}s/file_{number}{ending}");
        let (size, bytes) = (upload.content.len(), upload.content.clone());
        self.kept.push_back(Kept { id: id.clone(), path, file: File { name: upload.file_name.clone(), mime, bytes } });
        self.bytes += size;
        while self.bytes > MOST_BYTES && self.kept.len() > 1 {
            self.bytes -= self.kept.pop_front().map_or(0, |oldest| oldest.file.bytes.len());
        }
        Ok(json!({"file_id": id, "file_unique_id": format!("unique-{number}"), "file_size": size}))
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
        let kept = self.kept.iter().find(|kept| kept.id == id);
        let kept = kept.ok_or_else(|| Refusal::bad_request("invalid file_id"))?;
        if kept.file.bytes.len() > LARGEST_FETCHED {
            return Err(Refusal::bad_request("file is too big"));
        }
        let unique = format!("unique-{}", id.rsplit('-').next().unwrap_or_default());
        let size = kept.file.bytes.len();
        Ok(json!({"file_id": id, "file_unique_id": unique, "file_size": size, "file_path": kept.path}))
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
            .map(|_| files.keep("document", &upload("a.md", 15 << 20)).unwrap()["file_id"].as_str().unwrap().to_owned())
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
