//! How far this machine's clock is off, by the `Date` that a server puts on its answers.
//!
//! A clock that is wrong by minutes breaks what is hard to recognise: certificates are not valid yet or any more, limits
//! of a day end at the wrong hour, and times in the log match nobody else's. The answer's `Date` is right to a second or
//! two, which is enough for that, and costs one request without any secret in it.
//!
//! It refuses to correct anything: the time is the machine's to keep.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::DateTime;
use url::Url;

use crate::clock::{Clock, Timestamp};

/// Up to here nothing breaks: an answer may be under way for some seconds, and the certificates and limits that matter
/// are good for hours.
const TOLERATED: Duration = Duration::from_mins(5);

/// How far this machine's clock is from a server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Skew {
    /// By how much.
    pub(super) by: Duration,
    /// Is this machine's clock ahead? Otherwise it is behind.
    pub(super) ahead: bool,
}

impl Skew {
    fn between(here: Timestamp, there: Timestamp) -> Self {
        Self { by: here.since(there).max(there.since(here)), ahead: here > there }
    }

    /// Does it matter?
    pub(super) fn matters(&self) -> bool {
        self.by > TOLERATED
    }
}

/// Asks `server` what time it is; `Ok(None)` when its answer has no date. The error says why there was no answer, or that
/// the server's certificate is not valid at this time. Takes as long as the network takes: the caller knows how long to
/// wait.
pub(super) async fn of(server: &Url, clock: &Clock) -> Result<Option<Skew>, String> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    // The front page, which every server has: nobody wonders at a stranger who asks for it.
    let mut page = server.clone();
    page.set_path("/");
    page.set_query(None);
    let asked = async { http?.get(page).send().await };
    let response = asked.await.map_err(|error| causes(&error.without_url()))?;
    let here = clock.now();
    let date = response.headers().get(reqwest::header::DATE).and_then(|date| moment(date.to_str().ok()?));
    Ok(date.map(|there| Skew::between(here, there)))
}

/// A moment as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT".
fn moment(date: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc2822(date).ok().map(|date| Timestamp(date.timestamp_millis()))
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {next}");
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_http_writes_it() {
        assert_eq!(moment("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Timestamp(784_111_777_000)));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn a_clock_is_off_in_either_direction() {
        let (early, late) = (Timestamp(1_000_000), Timestamp(1_000_000 + 3_600_000));
        assert_eq!(Skew::between(early, late), Skew { by: Duration::from_hours(1), ahead: false });
        assert_eq!(Skew::between(late, early), Skew { by: Duration::from_hours(1), ahead: true });
        assert!(Skew::between(late, early).matters());
        assert!(!Skew::between(early, early.plus(TOLERATED)).matters());
    }
}
