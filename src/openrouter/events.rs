//! The bytes of a response, read as events.
//!
//! `sse-stream` does the parsing (a chunk may end anywhere, also inside a character); this file bounds it and settles
//! what it leaves open:
//! - an event, or a run of comments without one, larger than [`EVENT_BYTES`] breaks the stream, as does a response
//!   larger than [`RESPONSE_BYTES`]: nobody's memory is filled by a server gone mad;
//! - a last event without its blank line is still an event, as long as it is whole JSON;
//! - a response that is no stream at all but a JSON body (an error with status 200, or a server that does not stream)
//!   is read as one chunk, whatever its content type says.
//!
//! Waiting is not bounded here: the watchdog is the reader's (`stream`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use sse_stream::SseByteStream;

use super::errors::transport_detail;
use super::wire::Chunk;

/// The largest event: a delta has some bytes, an encrypted `reasoning_details` some ten thousand, what was read in a PDF as
/// much as there is to read in it.
const EVENT_BYTES: usize = 8 << 20;
/// The largest response: with some 300 bytes to an event and a token to each, 200,000 tokens, more than models write.
const RESPONSE_BYTES: usize = 64 << 20;

/// What a response brought.
#[derive(Debug)]
pub(super) enum Event {
    /// A chunk, unread.
    Data(Data),
    /// `[DONE]`: nothing more is coming, although the body stays open.
    Done,
    /// The body ended.
    Ended,
}

/// The JSON of an event. What is read of it stays in it.
#[derive(Debug)]
pub(super) struct Data(String);

impl Data {
    /// Reads it.
    pub(super) fn read(&self) -> Result<Chunk<'_>, Fault> {
        serde_json::from_str(self.0.trim()).map_err(|_| Fault::Garbage)
    }
}

/// Why a response cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The connection.
    #[error("{0}")]
    Broken(String),
    /// More than is reasonable.
    #[error("the stream exceeds {0} bytes")]
    TooLarge(usize),
    /// A `data:` line that is not what it should be. Its text is a model's, hence not repeated.
    #[error("the stream brought an event that cannot be read")]
    Garbage,
}

/// A response being read. Reading may be given up and taken up again between events.
pub(super) struct Events {
    parsed: SseByteStream<BoxStream<'static, Result<Bytes, Fault>>>,
    intake: Arc<Mutex<Intake>>,
    any: bool,
}

/// What came in, seen before the parser sees it.
#[derive(Default)]
struct Intake {
    since_event: usize,
    total: usize,
    /// The beginning of the response for as long as it may turn out to be a JSON body.
    body: Body,
}

#[derive(Default)]
enum Body {
    #[default]
    Blank,
    Json(Vec<u8>),
    Stream,
}

impl Events {
    /// Reads this response.
    pub(super) fn of(response: reqwest::Response) -> Self {
        Self::from(response.bytes_stream().map(|piece| piece.map_err(|error| Fault::Broken(transport_detail(error)))))
    }

    fn from(bytes: impl Stream<Item = Result<Bytes, Fault>> + Send + 'static) -> Self {
        let intake = Arc::new(Mutex::new(Intake::default()));
        let seen = Arc::clone(&intake);
        let counted = bytes.map(move |piece| piece.and_then(|piece| locked(&seen).take(piece)));
        // Ends the last event for servers that do not. Half an event stays unreadable, since half of JSON is not JSON.
        let ended = counted.chain(stream::iter([Ok(Bytes::from_static(b"\n\n"))]));
        Self { parsed: SseByteStream::new(ended.boxed()), intake, any: false }
    }

    /// The next event. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Event, Fault> {
        while let Some(event) = self.parsed.next().await {
            locked(&self.intake).since_event = 0;
            let data = event.map_err(fault)?.data.unwrap_or_default();
            match data.trim() {
                // Not ours, or a heartbeat.
                "" => {}
                "[DONE]" => return Ok(Event::Done),
                _ => {
                    self.any = true;
                    return Ok(Event::Data(Data(data)));
                }
            }
        }
        Ok(self.whole_body().map_or(Event::Ended, Event::Data))
    }

    /// The body, when it was JSON and no stream; once.
    fn whole_body(&mut self) -> Option<Data> {
        let Body::Json(body) = std::mem::take(&mut locked(&self.intake).body) else { return None };
        let body = Data(String::from_utf8(body).ok()?);
        let says_something = body.read().is_ok_and(|chunk| chunk.says_something());
        (!self.any && says_something).then_some(body)
    }
}

/// What these pieces of one response say, as far as it can be read. For the fuzzer, which has no server.
#[cfg(fuzzing)]
#[must_use]
pub fn overheard(pieces: &[&[u8]]) -> Vec<String> {
    use futures_util::FutureExt as _;

    let pieces: Vec<Result<Bytes, Fault>> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let mut events = Events::from(stream::iter(pieces));
    let mut heard = Vec::new();
    loop {
        // Everything is there, so nothing is waited for.
        let event = events.next().now_or_never();
        let last = !matches!(event, Some(Ok(Event::Data(_))));
        heard.push(match &event {
            Some(Ok(Event::Data(data))) => format!("{:?}", data.read()),
            other => format!("{other:?}"),
        });
        if last {
            return heard;
        }
    }
}

impl Intake {
    fn take(&mut self, piece: Bytes) -> Result<Bytes, Fault> {
        self.since_event += piece.len();
        self.total += piece.len();
        if self.since_event > EVENT_BYTES {
            return Err(Fault::TooLarge(EVENT_BYTES));
        }
        if self.total > RESPONSE_BYTES {
            return Err(Fault::TooLarge(RESPONSE_BYTES));
        }
        match &mut self.body {
            Body::Blank => match piece.iter().position(|byte| !byte.is_ascii_whitespace()) {
                // No line of a stream begins like that: fields have names.
                Some(start) if piece[start] == b'{' => self.body = Body::Json(piece.to_vec()),
                Some(_) => self.body = Body::Stream,
                None => {}
            },
            Body::Json(body) => body.extend_from_slice(&piece),
            Body::Stream => {}
        }
        Ok(piece)
    }
}

fn fault(error: sse_stream::Error) -> Fault {
    match error {
        sse_stream::Error::Body(cause) => match cause.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(other) => Fault::Broken(other.to_string()),
        },
        // Text that is not UTF-8.
        _ => Fault::Garbage,
    }
}

fn locked(intake: &Mutex<Intake>) -> MutexGuard<'_, Intake> {
    intake.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the events of these pieces say: texts, `DONE`, `END`, or the fault.
    async fn read(pieces: Vec<Vec<u8>>) -> Vec<String> {
        let mut events = Events::from(stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece)))));
        let mut said = Vec::new();
        loop {
            match events.next().await {
                Ok(Event::Data(data)) => match data.read() {
                    Ok(mut chunk) => match chunk.error() {
                        Some(error) => said.push(format!("error {}", error.message)),
                        None => said.push(chunk.choice().unwrap_or_default().delta().text().unwrap_or_default()),
                    },
                    Err(fault) => break said.push(fault.to_string()),
                },
                Ok(Event::Done) => said.push("DONE".into()),
                Ok(Event::Ended) => break said.push("END".into()),
                Err(fault) => break said.push(fault.to_string()),
            }
        }
        said
    }

    fn delta(text: &str) -> String {
        format!("{{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}")
    }

    fn transcript() -> String {
        let (one, two) = (delta("Приве́т 👋🏽"), delta("naïve"));
        let two = two.replacen("\"delta\"", "\ndata: \"delta\"", 1);
        format!(
            "\u{feff}: OPENROUTER PROCESSING\r\n\r\ndata: {one}\r\n\r\n: between\r\n\r\nevent: x\rdata:{two}\n\ndata\n\ndata: [DONE]\n\n"
        )
    }

    #[tokio::test]
    async fn a_stream_means_the_same_wherever_it_is_split() {
        let transcript = transcript().into_bytes();
        for at in 0..=transcript.len() {
            let (head, tail) = transcript.split_at(at);
            let said = read(vec![head.to_vec(), tail.to_vec()]).await;
            assert_eq!(said, ["Приве́т 👋🏽", "naïve", "DONE", "END"], "split at {at}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_stream_means_the_same_in_any_pieces(sizes in proptest::collection::vec(1usize..40, 1..80)) {
            let transcript = transcript().into_bytes();
            let mut rest = transcript.as_slice();
            let mut pieces = Vec::new();
            for size in sizes {
                let (head, tail) = rest.split_at(size.min(rest.len()));
                pieces.push(head.to_vec());
                rest = tail;
            }
            pieces.push(rest.to_vec());
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            proptest::prop_assert_eq!(runtime.block_on(read(pieces)), ["Приве́т 👋🏽", "naïve", "DONE", "END"]);
        }

        #[test]
        fn no_bytes_make_it_panic_or_hang(pieces in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..60), 0..20)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(read(pieces));
        }
    }

    #[tokio::test]
    async fn the_last_event_needs_no_blank_line_but_must_be_whole() {
        let whole = format!("data: {}", delta("end"));
        assert_eq!(read(vec![whole.clone().into_bytes()]).await, ["end", "END"]);
        let half = whole[..whole.len() - 3].to_owned();
        assert_eq!(read(vec![half.into_bytes()]).await, [Fault::Garbage.to_string()]);
    }

    #[tokio::test]
    async fn a_body_that_is_no_stream_is_one_chunk() {
        let error = "\n {\n  \"error\": {\n\n \"message\": \"no\", \"code\": 402}}";
        assert_eq!(read(vec![error.into()]).await, ["error no", "END"]);
        let answer = "{\"choices\":[{\"message\":{\"content\":\"whole\"}}]}";
        let (head, tail) = answer.split_at(7);
        assert_eq!(read(vec![head.into(), tail.into()]).await, ["whole", "END"]);
        assert_eq!(read(vec!["{\"detail\":\"odd\"}".into()]).await, ["END"]);
        assert_eq!(read(vec!["<html>data: no</html>".into()]).await, ["END"]);
    }

    #[tokio::test]
    async fn an_endless_line_and_endless_comments_are_not_collected() {
        let too_large = Fault::TooLarge(EVENT_BYTES).to_string();
        let line = std::iter::once(b"data: ".to_vec()).chain(std::iter::repeat_n(vec![b'x'; 65_536], 160));
        assert_eq!(read(line.collect()).await, [too_large.as_str()]);
        let comments = std::iter::repeat_n(b": OPENROUTER PROCESSING\n\n".repeat(4096), 160);
        assert_eq!(read(comments.collect()).await, [too_large]);
    }

    #[tokio::test]
    async fn a_long_answer_of_small_events_is_read_whole() {
        let piece = format!("data: {}\n\n", delta(&"x".repeat(10_000))).repeat(10);
        let pieces = std::iter::repeat_n(piece.into_bytes(), 30).collect();
        assert_eq!(read(pieces).await.concat().len(), 3_000_000 + "END".len());
    }

    #[tokio::test]
    async fn text_that_is_not_utf8_is_garbage() {
        assert_eq!(read(vec![b"data: {\"id\":\"\xff\"}\n\n".to_vec()]).await, [Fault::Garbage.to_string()]);
    }
}
