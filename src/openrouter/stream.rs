//! An answer being written: one question, up to three requests, one stream of progress.
//!
//! It is a small machine (sending, reading, pausing, closing) rather than a chain of futures, so that `next` can be given
//! up at any moment, for a Stop button or a preview that is due, and called again without losing a byte or asking twice.
//!
//! The watchdog counts *meaningful* progress: a delta with text or reasoning, or a finish reason. Comments and empty
//! deltas keep a socket alive, not an answer. Each request has the configured time to its first progress and between
//! progress; once a finish reason came, only [`EPILOGUE`] is waited for usage and `[DONE]`, and nothing that goes wrong
//! there can spoil the answer. The hard cap of the whole turn is the caller's.
//!
//! What it refuses to do: ask again after a delta (that would be billed twice), and call an answer whole that the server
//! did not end (neither a finish reason nor `[DONE]`).

use std::borrow::Cow;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::body::Body;
use super::errors::{Failure, ModelError, ModelErrorKind};
use super::events::{Event, Events, Fault};
use super::retry::{Again, Retries};
use super::wire::Chunk;
use super::{Finish, OpenRouter, Opened, Progress};
use crate::clock::{Deadline, Timestamp};
use crate::metrics;

/// From the finish reason to the end. Usage follows at once where it comes at all, and a person waits for the text.
const EPILOGUE: Duration = Duration::from_secs(5);

/// From `[DONE]` to the end of the body, which mostly is in the same packet. A connection that is read to its end serves
/// the next question without another handshake; a body that stays open costs this much, once, and its connection.
const GOODBYE: Duration = Duration::from_millis(50);

/// An answer being written. Dropping it closes the connection, which is what stops the billing.
pub struct AnswerStream {
    client: OpenRouter,
    body: Body,
    retries: Retries,
    state: State,
    /// When the present request counts as stalled.
    deadline: Timestamp,
    /// Waits for that.
    watchdog: Deadline,
    seen: Seen,
    /// A failure that came in one chunk with text: told after the text.
    overdue: Option<Failure>,
    finish: Finish,
    generation_id: Option<String>,
}

enum State {
    Sending(BoxFuture<'static, Result<Opened, Failure>>),
    Reading(Box<Events>),
    Pausing(Timestamp),
    /// The answer is whole; until then its connection may be saved.
    Closing(Box<Events>, Timestamp),
    Ended,
    Failed(ModelError),
}

/// What the person may have been billed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Reasoning,
    Text,
}

/// Where a step led.
enum Step {
    Progress(Progress),
    Onward,
    End,
}

impl AnswerStream {
    pub(super) fn new(client: OpenRouter, body: Body) -> Self {
        let mut stream = Self {
            deadline: client.clock().now(),
            watchdog: Deadline::on(client.clock().clone()),
            client,
            body,
            retries: Retries::new(),
            state: State::Ended,
            seen: Seen::Nothing,
            overdue: None,
            finish: Finish::default(),
            generation_id: None,
        };
        stream.send();
        stream
    }

    /// Goes on until the server has begun to answer.
    pub(super) async fn open(&mut self) -> Result<(), ModelError> {
        while !matches!(self.state, State::Reading(_)) {
            if let Err(failure) = self.step().await {
                self.pause_or_fail(failure)?;
            }
        }
        Ok(())
    }

    /// The generation id, known from the response headers on (or from the first chunk). After another request it is
    /// that one's.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.generation_id.as_deref()
    }

    /// The next piece; `Ok(None)` at a good end, after which [`finish`](Self::finish) tells the rest. An error is final,
    /// and is told again when asked again. May be dropped while it waits and called again: nothing is lost.
    pub async fn next(&mut self) -> Result<Option<Progress>, ModelError> {
        loop {
            match self.step().await {
                Ok(Step::Progress(progress)) => return Ok(Some(progress)),
                Ok(Step::Onward) => {}
                Ok(Step::End) => {
                    self.state = State::Ended;
                    return Ok(None);
                }
                Err(failure) => self.pause_or_fail(failure)?,
            }
        }
    }

    /// What is known of the end so far.
    #[must_use]
    pub fn finish(&self) -> &Finish {
        &self.finish
    }

    fn send(&mut self) {
        let (now, timeout) = (self.client.clock().now(), self.client.timeout());
        self.deadline = now.plus(timeout);
        // An error's body that does not come must not make the watchdog forget its status.
        let patience = now.plus(timeout.mul_f32(0.9));
        self.finish = Finish::default();
        self.generation_id = None;
        self.state = State::Sending(Box::pin(self.client.clone().post(self.body.clone(), patience)));
    }

    /// One wait, and what it changes. Nothing is changed before the wait is over.
    async fn step(&mut self) -> Result<Step, Failure> {
        let clock = self.client.clock();
        match &mut self.state {
            State::Sending(sending) => {
                let opened = tokio::select! {
                    biased;
                    opened = sending => opened,
                    () = self.watchdog.reached(self.deadline) => Err(Failure::stalled(self.client.timeout())),
                };
                metrics::model_requested(
                    opened.as_ref().map_or_else(|failure| failure.error.kind.name(), |_| "accepted"),
                );
                let opened = opened?;
                self.generation_id = opened.generation_id;
                self.state = State::Reading(Box::new(Events::of(opened.response)));
                Ok(Step::Onward)
            }
            State::Reading(events) => {
                if let Some(failure) = self.overdue.take() {
                    return Err(failure);
                }
                // What has come is read before the clock is asked: a caller who was busy elsewhere is not a stall.
                let event = tokio::select! {
                    biased;
                    event = events.next() => Some(event),
                    () = self.watchdog.reached(self.deadline) => None,
                };
                self.take(event)
            }
            State::Pausing(until) => {
                clock.sleep_until(*until).await;
                self.send();
                Ok(Step::Onward)
            }
            State::Closing(events, until) => {
                tokio::select! {
                    biased;
                    _ = events.next() => {}
                    () = clock.sleep_until(*until) => {}
                }
                Ok(Step::End)
            }
            State::Ended => Ok(Step::End),
            State::Failed(error) => Err(Failure { error: error.clone(), again: Again::Never }),
        }
    }

    /// Takes what came; `None` when nothing did in time.
    fn take(&mut self, event: Option<Result<Event, Fault>>) -> Result<Step, Failure> {
        match event {
            Some(Ok(Event::Data(data))) => match data.read() {
                Ok(chunk) => self.take_chunk(chunk),
                Err(fault) => self.interrupted(Failure::passing(fault.to_string())),
            },
            Some(Ok(Event::Done)) => {
                self.conclude(true)?;
                if let State::Reading(events) = std::mem::replace(&mut self.state, State::Ended) {
                    self.state = State::Closing(events, self.client.clock().now().plus(GOODBYE));
                }
                Ok(Step::Onward)
            }
            Some(Ok(Event::Ended)) => self.conclude(false),
            Some(Err(fault)) => self.interrupted(Failure::passing(fault.to_string())),
            None => self.interrupted(Failure::stalled(self.client.timeout())),
        }
    }

    /// Nothing more can be read. Behind a finish reason that spoils nothing.
    fn interrupted(&self, failure: Failure) -> Result<Step, Failure> {
        if self.finish.reason.is_some() { self.conclude(true) } else { Err(failure) }
    }

    fn take_chunk(&mut self, mut chunk: Chunk<'_>) -> Result<Step, Failure> {
        self.note(&mut chunk);
        let mut choice = chunk.choice().unwrap_or_default();
        let mut delta = choice.delta();
        self.finish.annotations.extend(delta.read_files());
        if self.finish.reason.is_some() {
            return Ok(Step::Onward);
        }
        let reason = choice.finish_reason();
        let failure = match chunk.error() {
            Some(error) => Some(Failure::told(200, &error, None)),
            None if reason.as_deref() == Some("error") => Some(Failure::passing("the stream ended with an error")),
            None => None,
        };
        let progress = match delta.text() {
            Some(text) => Some(Progress::Text(text)),
            None => delta.is_reasoning().then_some(Progress::Reasoning),
        };
        if let Some(progress) = progress {
            self.progressed(&progress);
            self.overdue = failure;
            self.finished(reason);
            return Ok(Step::Progress(progress));
        }
        failure.map_or(Ok(()), Err)?;
        self.finished(reason);
        Ok(Step::Onward)
    }

    /// Keeps what a chunk tells beside the answer.
    fn note(&mut self, chunk: &mut Chunk<'_>) {
        if self.generation_id.is_none() {
            self.generation_id = chunk.id.take().filter(|id| !id.is_empty()).map(Cow::into_owned);
        }
        keep(&mut self.finish.model, chunk.model.take());
        keep(&mut self.finish.provider, chunk.provider.take());
        if let Some(usage) = chunk.usage() {
            self.finish.usage = usage;
        }
    }

    fn progressed(&mut self, progress: &Progress) {
        match progress {
            Progress::Text(_) => self.seen = Seen::Text,
            Progress::Reasoning if self.seen == Seen::Nothing => self.seen = Seen::Reasoning,
            Progress::Reasoning => {}
        }
        self.deadline = self.client.clock().now().plus(self.client.timeout());
    }

    fn finished(&mut self, reason: Option<String>) {
        if let Some(reason) = reason
            && reason != "error"
        {
            self.finish.reason = Some(reason);
            self.deadline = self.client.clock().now().plus(EPILOGUE.min(self.client.timeout()));
        }
    }

    /// Is this end a good one? `said_so`: the server called it an end.
    fn conclude(&self, said_so: bool) -> Result<Step, Failure> {
        use ModelErrorKind::{Empty, Moderated, OnlyReasoning};
        let failure = match (self.seen, self.finish.reason.as_deref()) {
            (Seen::Text, Some(_)) => None,
            (Seen::Text, None) if said_so => None,
            (_, None) if !said_so => Some(Failure::passing("the stream ended without a finish reason")),
            // Costs nothing, and mostly is a provider warming up.
            (Seen::Nothing, None) => Some(Failure::new(Empty, Again::Once, "an empty answer without a finish reason")),
            (_, Some("length" | "max_tokens")) => {
                Some(Failure::new(OnlyReasoning, Again::Never, "max_tokens was used up before the answer began"))
            }
            (_, Some("content_filter")) => Some(Failure::new(Moderated, Again::Never, "finish_reason=content_filter")),
            (_, Some(_)) => Some(Failure::new(Empty, Again::Never, "an empty answer that was meant")),
            (_, None) => Some(Failure::new(Empty, Again::Never, "reasoning without an answer")),
        };
        failure.map_or(Ok(Step::End), Err)
    }

    /// Decides about another request. Whatever is decided, the connection of this one is closed.
    fn pause_or_fail(&mut self, failure: Failure) -> Result<(), ModelError> {
        let Failure { mut error, again } = failure;
        if matches!(self.state, State::Failed(_)) {
            return Err(error);
        }
        let again = if self.seen == Seen::Nothing { again } else { Again::Never };
        if let Some(pause) = self.retries.pause(again, error.retry_after) {
            metrics::model_request_repeated();
            tracing::warn!(
                error.detail,
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "The model's server failed before it answered; it will be asked again."
            );
            self.state = State::Pausing(self.client.clock().now().plus(pause));
            return Ok(());
        }
        if self.seen == Seen::Text && error.kind != ModelErrorKind::Stalled {
            error.kind = ModelErrorKind::CutOff;
        }
        self.state = State::Failed(error.clone());
        Err(error)
    }
}

/// Keeps what every chunk tells anew.
fn keep(known: &mut Option<String>, told: Option<Cow<'_, str>>) {
    if let Some(told) = told.filter(|told| known.as_deref() != Some(told)) {
        *known = Some(told.into_owned());
    }
}
