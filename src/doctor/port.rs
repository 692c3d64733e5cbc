//! The port: free, taken by a bot that runs here already, or taken by somebody else?

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use super::Row;
use crate::app::listen_fix;
use crate::config::HttpConfig;

const PORT: &str = "port";

/// On this machine an answer takes a millisecond; a bot under full load may need some more.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found at the port.
pub(super) struct Found {
    pub(super) row: Row,
    /// Does a bot run here? Then what would be mended by its start is not.
    pub(super) bot_answers: bool,
}

/// Asks whoever listens there who it is; takes the port for a moment when nobody does.
pub(super) async fn look(http: &HttpConfig) -> Found {
    if http.port == 0 {
        return Found { row: Row::ok(PORT, "the system will choose one"), bot_answers: false };
    }
    let address = SocketAddr::new(http.host, http.port);
    if let Some(readiness) = running_bot(http.reached_at()).await {
        let row = if readiness.trim() == "ready" {
            Row::ok(PORT, format!("{address}: a running routergram, ready"))
        } else {
            let found = format!("{address}: a running routergram, not ready: {}", readiness.trim());
            Row::warning(PORT, found, "Look at its log: it says what it waits for")
        };
        return Found { row, bot_answers: true };
    }
    let row = match TcpListener::bind(address) {
        Ok(_) => Row::ok(PORT, format!("{address} is free")),
        Err(error) => Row::failure(PORT, format!("cannot listen on {address}: {error}"), listen_fix(error.kind())),
    };
    Found { row, bot_answers: false }
}

/// What the bot there says about its readiness; `None` when there is no bot.
async fn running_bot(address: SocketAddr) -> Option<String> {
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().ok()?;
    let get = async |path: &str| http.get(format!("http://{address}{path}")).send().await?.text().await;
    let alive = get("/healthz").await.ok()?;
    if alive.trim() != "ok" {
        return None;
    }
    Some(get("/readyz").await.unwrap_or_else(|_| "no answer".to_owned()))
}
