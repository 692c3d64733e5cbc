//! A response as a list of acts, and the stream that performs them.
//!
//! Everything that will happen is decided when the request arrives: the pieces of the answer, the pauses, the fault.
//! Performing is then only waiting and writing, and whoever drops the stream in the middle (hyper does, when the client
//! has closed the connection) thereby reports how far it came.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::{Display, Write as _};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::{Value, json};

use super::Shared;
use super::behaviour::{Behaviour, Condition, Fault, Hold, Reporting};
use super::catalog::price_nano_usd;
use super::journal::{AskedRequest, Booking, Outcome, tokens};
use super::media::AskedMedia;

/// As OpenRouter writes it while it waits for a provider.
const COMMENT: &str = ": OPENROUTER PROCESSING\n\n";
/// Between the comments of a stream that has fallen silent.
const SILENT_FOR: Duration = Duration::from_secs(1);

/// Between two looks whether an answer may begin.
const LOOK: Duration = Duration::from_millis(2);

/// What is due at the same moment goes out in one piece, up to this size.
const PIECE_BYTES: usize = 16 << 10;

/// Something the stream does.
pub(super) enum Act {
    Wait(Duration),
    /// Waits until this holds.
    Until(Condition),
    Hold(Hold),
    /// Writes what is no delta.
    Write(String),
    /// Writes a delta, which took this many tokens.
    Delta(String, u64),
    /// Comments for ever.
    Silence,
    /// Breaks the connection.
    Cut,
    /// The end, by a fault.
    Fail,
    /// The end.
    Finish,
}

impl Act {
    /// Is it something to write, and nothing else?
    const fn writes(&self) -> bool {
        matches!(self, Self::Write(_) | Self::Delta(..))
    }
}

/// Turns an answer into acts.
pub(super) struct Script<'a> {
    asked: &'a AskedRequest,
    /// Every event begins so.
    opening: String,
    acts: VecDeque<Act>,
    completion_tokens: u64,
    reasoning_tokens: u64,
}

impl<'a> Script<'a> {
    /// The acts of this answer, with this fault in it.
    pub(super) fn write(
        asked: &'a AskedRequest,
        behaviour: &Behaviour,
        answer: &str,
        fault: Option<&Fault>,
        hold: Option<Hold>,
    ) -> VecDeque<Act> {
        let opening = opening(asked);
        let mut script = Self { asked, opening, acts: VecDeque::new(), completion_tokens: 0, reasoning_tokens: 0 };
        let (answer, whole) = capped(answer, asked.max_tokens);
        let answer = if matches!(fault, Some(Fault::Empty | Fault::OnlyReasoning)) { "" } else { answer };
        let thoughts =
            if fault == Some(&Fault::OnlyReasoning) { behaviour.thoughts.max(3) } else { behaviour.thoughts };
        let (breaks_after, breaks) = breaking(fault);
        let mut hold = hold;
        let deltas = std::iter::repeat_n(None, thoughts).chain(pieces(answer, behaviour.chunk_chars).map(Some));
        for (sent, piece) in deltas.enumerate() {
            script.pass(&mut hold, sent);
            if sent == 0 {
                script.acts.extend(behaviour.first_delta_when.clone().map(Act::Until));
            }
            if breaks_after.is_some_and(|after| after <= sent) {
                break;
            }
            if behaviour.comments {
                script.acts.push_back(Act::Write(COMMENT.into()));
            }
            let pause = if sent == 0 { behaviour.first_delta_after } else { behaviour.chunk_every };
            if !pause.is_zero() {
                script.acts.push_back(Act::Wait(pause));
            }
            script.delta(piece);
        }
        script.pass(&mut hold, usize::MAX);
        match breaks {
            Some(acts) => script.acts.extend(acts),
            None => script.finish(fault, whole, behaviour.reporting),
        }
        script.acts
    }

    fn pass(&mut self, hold: &mut Option<Hold>, sent: usize) {
        if let Some(hold) = hold.take_if(|hold| hold.after <= sent) {
            self.acts.push_back(Act::Hold(hold));
        }
    }

    /// A piece of text, or a thought.
    fn delta(&mut self, piece: Option<&str>) {
        let (delta, cost) = match piece {
            Some(text) => (format!("\"content\":{}", quoted(text)), tokens(text)),
            None => ("\"content\":\"\",\"reasoning\":\"Hm, let me see. \"".to_owned(), 4),
        };
        self.completion_tokens += cost;
        if piece.is_none() {
            self.reasoning_tokens += cost;
        }
        let choices = format_args!(
            "[{{\"index\":0,\"delta\":{{\"role\":\"assistant\",{delta}}},\"finish_reason\":null,\"logprobs\":null}}]"
        );
        let event = self.event(&choices, None);
        self.acts.push_back(Act::Delta(event, cost));
    }

    /// What the parser made of PDFs, so that nobody needs to have it done again.
    fn annotate(&mut self) {
        let parsed = self.asked.media.iter().filter(|media| media.parsed).map(AskedMedia::annotation);
        let annotations: Vec<Value> = parsed.collect();
        if !annotations.is_empty() {
            let delta = json!({"role": "assistant", "content": "", "annotations": annotations});
            let event = self.event(&json!([{"index": 0, "delta": delta, "finish_reason": null}]), None);
            self.acts.push_back(Act::Write(event));
        }
    }

    fn finish(&mut self, fault: Option<&Fault>, whole: bool, reporting: Reporting) {
        self.annotate();
        let reason = match fault {
            Some(Fault::Empty) => "",
            Some(Fault::OnlyReasoning) => "length",
            _ if whole => "stop",
            _ => "length",
        };
        let choice = json!([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": reason,
            "native_finish_reason": reason, "logprobs": null}]);
        let usage = self.usage(reporting != Reporting::TokensOnly);
        let with_finish = (reporting == Reporting::WithFinish).then_some(&usage);
        let mut end = self.event(&choice, with_finish);
        if matches!(reporting, Reporting::LastChunk | Reporting::TokensOnly) {
            end += &self.event(&json!([]), Some(&usage));
        }
        self.acts.extend([Act::Write(end + "data: [DONE]\n\n"), Act::Finish]);
    }

    fn usage(&self, with_cost: bool) -> Value {
        let prompt = self.asked.prompt_tokens();
        let mut usage = json!({
            "prompt_tokens": prompt,
            "completion_tokens": self.completion_tokens,
            "total_tokens": prompt + self.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
        });
        if with_cost {
            usage["cost"] = json!(booking(self.asked, self.completion_tokens, false).cost_usd());
            usage["is_byok"] = json!(false);
        }
        usage
    }

    /// Written by hand: a load test reads hundreds of thousands of them, and the writer must not be what it measures.
    fn event(&self, choices: &dyn Display, usage: Option<&Value>) -> String {
        let mut event = String::with_capacity(self.opening.len() + 200);
        event.push_str(&self.opening);
        // Writing to a string does not fail.
        let _ = write!(event, "{choices}");
        if let Some(usage) = usage {
            let _ = write!(event, ",\"usage\":{usage}");
        }
        event.push_str("}\n\n");
        event
    }
}

/// An event up to its choices.
fn opening(asked: &AskedRequest) -> String {
    let (id, model, created) = (quoted(&asked.generation_id), quoted(&asked.model), asked.at.as_secs());
    format!(
        "data: {{\"id\":{id},\"provider\":\"Sandbox\",\"model\":{model},\"object\":\"chat.completion.chunk\",\
         \"created\":{created},\"choices\":"
    )
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    // A text can always be written.
    serde_json::to_string(text).unwrap_or_default()
}

/// Where a fault breaks the stream, and what it does there.
fn breaking(fault: Option<&Fault>) -> (Option<usize>, Option<Vec<Act>>) {
    let (chunks, acts) = match fault {
        Some(Fault::ErrorAfter { chunks, error }) => {
            let choices = json!([{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]);
            let event =
                json!({"id": "gen-error", "object": "chat.completion.chunk", "error": error, "choices": choices});
            (chunks, vec![Act::Write(format!("data: {event}\n\n")), Act::Fail])
        }
        Some(Fault::CutAfter { chunks }) => (chunks, vec![Act::Cut]),
        Some(Fault::EndAfter { chunks }) => (chunks, vec![Act::Fail]),
        Some(Fault::SilenceAfter { chunks }) => (chunks, vec![Act::Silence]),
        Some(Fault::GarbageAfter { chunks }) => {
            (chunks, vec![Act::Write("data: {\"choices\": [{\"del\n\n".into()), Act::Fail])
        }
        _ => return (None, None),
    };
    (Some(*chunks), Some(acts))
}

/// As much of the answer as the cap allows, and whether that is all of it.
fn capped(answer: &str, max_tokens: u64) -> (&str, bool) {
    let bytes = usize::try_from(max_tokens.saturating_mul(4)).unwrap_or(usize::MAX);
    let end = answer.floor_char_boundary(bytes);
    (&answer[..end], end == answer.len())
}

/// The answer in pieces: words with the blanks after them, or this many characters.
fn pieces(answer: &str, chars: Option<usize>) -> Box<dyn Iterator<Item = &str> + '_> {
    let Some(chars) = chars else { return Box::new(answer.split_inclusive(char::is_whitespace)) };
    let mut rest = answer;
    Box::new(std::iter::from_fn(move || {
        let end = rest.char_indices().nth(chars.max(1)).map_or(rest.len(), |(end, _)| end);
        let (piece, others) = rest.split_at(end);
        rest = others;
        (!piece.is_empty()).then_some(piece)
    }))
}

/// The answer in one piece, what it costs, and how long it takes to write.
pub(super) fn whole(asked: &AskedRequest, behaviour: &Behaviour, answer: &str) -> (Value, Booking, Duration) {
    let (answer, whole) = capped(answer, asked.max_tokens);
    let pieces = u32::try_from(pieces(answer, behaviour.chunk_chars).count()).unwrap_or(u32::MAX);
    let booking = booking(asked, tokens(answer), false);
    let reason = if whole { "stop" } else { "length" };
    let answer = json!({
        "id": asked.generation_id,
        "provider": "Sandbox",
        "model": asked.model,
        "object": "chat.completion",
        "created": asked.at.as_secs(),
        "choices": [{"index": 0, "finish_reason": reason, "native_finish_reason": reason, "logprobs": null,
            "message": {"role": "assistant", "content": answer, "refusal": null}}],
        "usage": {"prompt_tokens": booking.prompt_tokens, "completion_tokens": booking.completion_tokens,
            "total_tokens": booking.prompt_tokens + booking.completion_tokens, "cost": booking.cost_usd()},
    });
    (answer, booking, behaviour.first_delta_after + behaviour.chunk_every * pieces.saturating_sub(1))
}

/// What the parser of PDFs costs that costs something, per page, in thousand-millionths of a dollar.
const NANO_USD_PER_PAGE: u64 = 2_000_000;

/// What a generation costs that wrote this many tokens. Without any it costs nothing at OpenRouter, whatever it read.
fn booking(asked: &AskedRequest, completion_tokens: u64, cancelled: bool) -> Booking {
    let (read, written) = price_nano_usd(&asked.model);
    let prompt_tokens = if completion_tokens > 0 { asked.prompt_tokens() } else { 0 };
    let parsed = || asked.media.iter().filter(|media| media.parsed && completion_tokens > 0);
    let pages: u64 = parsed().map(|media| media.pages).sum();
    let per_page = if asked.engine.as_deref() == Some("mistral-ocr") { NANO_USD_PER_PAGE } else { 0 };
    Booking {
        generation_id: asked.generation_id.clone(),
        model: asked.model.clone(),
        prompt_tokens,
        completion_tokens,
        cost_nano_usd: prompt_tokens * read + completion_tokens * written + pages * per_page,
        cancelled,
        parsed_files: parsed().count(),
    }
}

/// A stream that performs, and reports its end however it ends.
pub(super) struct Performance {
    acts: VecDeque<Act>,
    asked: AskedRequest,
    shared: Arc<Shared>,
    chunks: usize,
    tokens: u64,
    outcome: Option<Outcome>,
}

impl Performance {
    pub(super) const fn of(acts: VecDeque<Act>, asked: AskedRequest, shared: Arc<Shared>) -> Self {
        Self { acts, asked, shared, chunks: 0, tokens: 0, outcome: None }
    }

    /// The body of a response.
    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static {
        stream::unfold(self, |mut performance| async move {
            let written = performance.act().await?;
            Some((written, performance))
        })
    }

    /// Acts until something is written, with all that is due at the same moment; `None` at the end.
    async fn act(&mut self) -> Option<Result<Bytes, io::Error>> {
        let mut written = String::new();
        loop {
            let more = self.acts.front().is_some_and(Act::writes) && written.len() < PIECE_BYTES;
            if !written.is_empty() && !more {
                return Some(Ok(written.into()));
            }
            match self.acts.pop_front()? {
                Act::Wait(pause) => self.shared.clock.sleep(pause).await,
                Act::Until(holds) => {
                    while !holds(&self.asked) {
                        self.shared.clock.sleep(LOOK).await;
                    }
                }
                Act::Hold(mut hold) => hold.pass().await,
                Act::Write(event) => written.push_str(&event),
                Act::Delta(event, tokens) => {
                    self.chunks += 1;
                    self.tokens += tokens;
                    self.shared.sent_a_chunk();
                    written.push_str(&event);
                }
                Act::Silence => {
                    self.shared.clock.sleep(SILENT_FOR).await;
                    self.acts.push_front(Act::Silence);
                    return Some(Ok(COMMENT.into()));
                }
                Act::Cut => {
                    // A body that pauses is flushed; one that fails at once takes what was written before with it.
                    tokio::task::yield_now().await;
                    self.outcome = Some(Outcome::Failed { chunks: self.chunks });
                    return Some(Err(io::Error::new(
                        io::ErrorKind::ConnectionReset,
                        "the sandbox cuts the connection",
                    )));
                }
                Act::Fail => self.outcome = Some(Outcome::Failed { chunks: self.chunks }),
                Act::Finish => self.outcome = Some(Outcome::Finished { chunks: self.chunks }),
            }
        }
    }
}

impl Drop for Performance {
    fn drop(&mut self) {
        let hung_up = self.outcome.is_none();
        let outcome = self.outcome.take().unwrap_or(Outcome::HungUp { chunks: self.chunks });
        self.shared.closed(self.asked.number, outcome, Some(booking(&self.asked, self.tokens, hung_up)));
    }
}

/// A response that never comes, until the client has enough of it.
pub(super) async fn never(asked: AskedRequest, shared: Arc<Shared>) -> Infallible {
    let _performance = Performance::of(VecDeque::new(), asked, shared);
    std::future::pending().await
}
