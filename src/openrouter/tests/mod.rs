//! The client against a server that writes exactly the bytes it is told to.

mod account;
mod asking_again;
mod endings;
mod models;
mod reading;
mod server;

use server::{Asked, Server};

use super::{ChatMessage, ChatRequest, ModelError, ModelErrorKind, Progress};

/// Some question.
fn question() -> ChatRequest {
    ChatRequest { messages: vec![ChatMessage::user("what is it?")], ..ChatRequest::default() }
}

/// A `data:` event with this delta.
fn delta(delta: &serde_json::Value) -> String {
    format!("data: {}\n\n", serde_json::json!({"id": "gen-1", "choices": [{"index": 0, "delta": delta}]}))
}

/// A `data:` event with this text.
fn text(text: &str) -> String {
    delta(&serde_json::json!({"role": "assistant", "content": text}))
}

/// A `data:` event that ends the answer for this reason.
fn finish(reason: &str) -> String {
    format!("data: {}\n\n", serde_json::json!({"choices": [{"delta": {"content": ""}, "finish_reason": reason}]}))
}

const DONE: &str = "data: [DONE]\n\n";

/// Asks and reads to the end: what came, and how it ended.
async fn whole(server: &Server) -> (Vec<Progress>, Result<(), ModelError>) {
    let mut came = Vec::new();
    let mut stream = match server.client().ask(question()).await {
        Ok(stream) => stream,
        Err(error) => return (came, Err(error)),
    };
    loop {
        match stream.next().await {
            Ok(Some(progress)) => came.push(progress),
            Ok(None) => return (came, Ok(())),
            Err(error) => return (came, Err(error)),
        }
    }
}

/// What comes of these bodies, one for each request that is made; there must be no further one.
async fn comes_of<const N: usize>(bodies: [String; N]) -> (Vec<Progress>, Result<(), ModelErrorKind>) {
    let server = Server::patient().await;
    let serving = async {
        for body in bodies {
            server.asked().await.streams(&body).await;
        }
    };
    let ((came, end), ()) = server.hurried(async { tokio::join!(whole(&server), serving) }).await;
    server.is_left_alone().await;
    (came, end.map_err(|error| error.kind))
}

fn said(text: &str) -> Progress {
    Progress::Text(text.into())
}
