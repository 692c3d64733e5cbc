//! This machine's clock, against Telegram's and the model's server.

use std::time::Duration;

use url::Url;

use super::skew::{self, Skew};
use super::{Row, in_time, is_disabled};
use crate::clock::Clock;
use crate::config::Config;

const CLOCK: &str = "clock";
const FIX: &str =
    "Set this machine's clock, for example with: sudo timedatectl set-ntp true (a container has its host's)";

/// Asks both what time it is; one answer is enough.
pub(super) async fn look(config: &Config, clock: &Clock) -> Row {
    if is_disabled(config) {
        return Row::skipped(CLOCK, config.mode.why.clone());
    }
    let servers = [&config.telegram.api_url, &config.openrouter.base_url];
    let (telegram, model) = tokio::join!(ask(servers[0], clock), ask(servers[1], clock));
    let answers = [(servers[0], telegram), (servers[1], model)];
    let told = answers.iter().find_map(|(server, answer)| Some((*server, answer.as_ref().ok()?.as_ref()?)));
    if let Some((server, skew)) = told {
        return compared(server, *skew);
    }
    // A clock that is far off is not even told the time.
    let invalid =
        |why: &&String| why.contains("certificate") && (why.contains("expired") || why.contains("not valid yet"));
    match answers.iter().find_map(|(server, answer)| Some((*server, answer.as_ref().err().filter(invalid)?))) {
        Some((server, _)) => {
            let found = format!("at its time the certificate of {} is not valid", name(server));
            Row::failure(CLOCK, found, FIX)
        }
        None => Row::skipped(CLOCK, "nobody tells the time"),
    }
}

async fn ask(server: &Url, clock: &Clock) -> Result<Option<Skew>, String> {
    in_time(clock, skew::of(server, clock)).await.unwrap_or(Ok(None))
}

fn compared(server: &Url, skew: Skew) -> Row {
    let (off, name) = (span(skew.by), name(server));
    if skew.matters() {
        let direction = if skew.ahead { "ahead of" } else { "behind" };
        return Row::failure(CLOCK, format!("{off} {direction} {name}"), FIX);
    }
    Row::ok(CLOCK, format!("within {off} of {name}"))
}

fn name(server: &Url) -> &str {
    server.host_str().unwrap_or_default()
}

/// The two largest units; a server's date is exact to a second.
fn span(by: Duration) -> String {
    let secs = by.as_secs().max(1);
    match (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60) {
        (0, 0, 0, secs) => format!("{secs} s"),
        (0, 0, minutes, secs) => format!("{minutes} min {secs} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_two_largest_units() {
        for (secs, text) in [(0, "1 s"), (59, "59 s"), (3600, "1 h 0 min"), (3599, "59 min 59 s"), (90_000, "1 d 1 h")]
        {
            assert_eq!(span(Duration::from_secs(secs)), text);
        }
    }
}
