//! Fetching a file from Telegram, piece by piece.
//!
//! Its address holds the bot's token, so it is made here, used here, and never handed on. Where a file lies is Telegram's
//! word: a path that leads elsewhere is not followed.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;
use url::Url;

use super::{Telegram, TelegramError};
use crate::clock::Clock;
use crate::faults::{self, Step};

/// How long the next piece may take. The whole has no limit of its own: it is as large as Telegram lets it be, 20 MB.
const STALLED: Duration = Duration::from_secs(20);

/// `getFile`.
#[derive(Debug, Clone, Serialize)]
struct GetFile<'a> {
    file_id: &'a str,
}

impl Payload for GetFile<'_> {
    type Output = Place;
    const NAME: &'static str = "getFile";
}

/// Where a file lies.
#[derive(Deserialize)]
struct Place {
    /// Below the files' address. Missing where it is not known (any more).
    #[serde(default)]
    file_path: Option<String>,
}

/// A file that is being fetched. Dropping it ends that.
pub struct Download {
    response: reqwest::Response,
    clock: Clock,
}

impl Telegram {
    /// Begins to fetch a file by its `file_id`. [`TelegramError::Refused`] when there is none, or when it is too large for
    /// the Bot API.
    pub async fn download(&self, file: &str) -> Result<Download, TelegramError> {
        let place = self.call(&GetFile { file_id: file }).await?;
        let gone = || TelegramError::Refused { code: 404, description: "the file is not there".to_owned() };
        let address = address(self.files(), &place.file_path.ok_or_else(gone)?).ok_or_else(gone)?;
        let opening = faults::around(Step::Download, self.http().get(address).send());
        let response = in_time(self.clock(), opening).await?.map_err(TelegramError::from_transport)?;
        match response.status().as_u16() {
            200 => Ok(Download { response, clock: self.clock().clone() }),
            404 => Err(gone()),
            code => Err(TelegramError::NotSent(format!("{code} for a file"))),
        }
    }
}

impl Download {
    /// The next piece; `None` at the end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, TelegramError> {
        let Self { response, clock } = self;
        in_time(clock, response.chunk()).await?.map_err(TelegramError::from_transport)
    }
}

async fn in_time<T>(clock: &Clock, work: impl Future<Output = T>) -> Result<T, TelegramError> {
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = clock.sleep(STALLED) => Err(TelegramError::NotSent("a file does not come".to_owned())),
    }
}

/// The address of a path below the files'; `None` for one that leads out of there.
fn address(files: &Url, path: &str) -> Option<Url> {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '%']);
    if !path.split('/').all(plain) {
        return None;
    }
    let mut address = files.clone();
    address.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_is_not_followed() {
        let files = Url::parse("https://api.telegram.org/file/bot123456:TEST/").unwrap();
        let led = |path| address(&files, path).map(String::from);
        assert_eq!(
            led("photos/file 0.jpg").as_deref(),
            Some("https://api.telegram.org/file/bot123456:TEST/photos/file%200.jpg")
        );
        for path in ["../../etc/passwd", "/etc/passwd", "a//b", "a/%2e%2e/b", "a/./b", "a\\..\\b", ""] {
            assert_eq!(led(path), None, "{path}");
        }
    }
}
