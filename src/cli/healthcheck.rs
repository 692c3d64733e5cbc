//! `routergram healthcheck`: for an image without a shell or curl.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use super::complain;
use crate::config::{self, Sources};

/// A bot that needs longer to say that it lives does not.
const PATIENCE: Duration = Duration::from_secs(3);

/// Exit status 0 when the bot of this environment answers `GET /healthz` with 200, otherwise 1.
#[must_use]
pub fn ask() -> ExitCode {
    let address = config::health_address(&Sources::of_this_process());
    match status_line(address) {
        Ok(status) if status.contains(" 200 ") => ExitCode::SUCCESS,
        Ok(status) => {
            complain(&format!("{address} answers: {status}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&format!("nobody answers at {address}: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn status_line(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1024).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
