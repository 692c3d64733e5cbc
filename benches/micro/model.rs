//! Reading an answer while the model writes it: the client of the program asks a server on loopback, in one thread.
//!
//! So it is the whole way of each word: HTTP's chunks, the events, their JSON, the watchdog. The server has its answer
//! ready and hands it over in one piece, which costs nothing beside that. TLS is not in it: that is a library's alone.

use std::net::SocketAddr;
use std::time::Duration;

use routergram::clock::Clock;
use routergram::config::OpenRouterConfig;
use routergram::openrouter::{ChatMessage, ChatRequest, OpenRouter, Progress};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::store::one_thread;
use crate::subject::Work;

/// Some five hundred words, each an event of its own, as most models send them.
const WORDS: usize = 500;
const WORD: &str = "wording ";

/// An answer, from the question to its end.
pub(crate) fn stream() -> Work {
    let runtime = one_thread();
    let model = runtime.block_on(serve(&runtime));
    let request = ChatRequest {
        messages: vec![ChatMessage::user("What is the difference between a mutex and a semaphore?")],
        session_id: "one".to_owned(),
        ..ChatRequest::default()
    };
    Box::new(move || {
        let read = runtime.block_on(read(&model, request.clone())).expect("the server answers");
        assert_eq!(read, WORDS * WORD.len());
    })
}

async fn read(model: &OpenRouter, request: ChatRequest) -> anyhow::Result<usize> {
    let mut answer = model.ask(request).await?;
    let mut bytes = 0;
    while let Some(progress) = answer.next().await? {
        if let Progress::Text(text) = progress {
            bytes += text.len();
        }
    }
    anyhow::ensure!(answer.finish().usage.cost_micro_usd.is_some(), "the end is read, too");
    Ok(bytes)
}

async fn serve(runtime: &Runtime) -> OpenRouter {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("there is a port");
    let address = listener.local_addr().expect("it is bound");
    runtime.spawn(async move {
        let response = response();
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut asked = Vec::new();
            while connection.read_buf(&mut asked).await.is_ok_and(|bytes| bytes > 0) {
                // The body is JSON, and the only thing that is asked ends with it.
                if asked.ends_with(b"}") {
                    asked.clear();
                    connection.write_all(response.as_bytes()).await.expect("the client reads");
                }
            }
        }
    });
    let config = OpenRouterConfig {
        api_key: "sk-or-v1-none".to_owned().into(),
        base_url: format!("http://{address}/api/v1").parse().expect("it is an address"),
        timeout: Duration::from_mins(10),
        model: "a/model".to_owned(),
        fallback_models: Vec::new(),
        max_tokens: 4000,
        temperature: None,
    };
    OpenRouter::new(&config, Clock::system()).expect("there is TLS")
}

/// As OpenRouter sends it: a comment before the first word, and usage at the end. Each event is a chunk of HTTP's.
fn response() -> String {
    let words = (0..WORDS).map(|_| delta(WORD, "null"));
    let usage =
        r#""choices":[],"usage":{"prompt_tokens":20,"completion_tokens":500,"total_tokens":520,"cost":0.00123}"#;
    let events = std::iter::once(": OPENROUTER PROCESSING".to_owned()).chain(words).chain([
        delta("", r#""stop""#),
        chunk(usage),
        "data: [DONE]".to_owned(),
    ]);
    let chunks: Vec<_> = events.map(|event| format!("{:x}\r\n{event}\n\n\r\n", event.len() + 2)).collect();
    let chunks = chunks.concat();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
}

fn delta(text: &str, reason: &str) -> String {
    chunk(&format!(
        r#""choices":[{{"index":0,"delta":{{"role":"assistant","content":"{text}"}},"finish_reason":{reason},{}}}]"#,
        r#""native_finish_reason":null,"logprobs":null"#
    ))
}

fn chunk(inside: &str) -> String {
    format!(
        r#"data: {{"id":"gen-1763769600-AbCdEfGhIjKlMnOpQrSt","provider":"Provider","model":"a/model",{}{inside}}}"#,
        r#""object":"chat.completion.chunk","created":1763769600,"#
    )
}
