//! Reading the answer while it is written.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::charge::Charge;
use super::preview::{LastFrame, Preview};
use super::running::Ends;
use super::{Question, Tools};
use crate::clock::Stopwatch;
use crate::faults::{self, Moment};
use crate::metrics;
use crate::openrouter::{AnswerStream, ChatRequest, Finish, ModelError, ModelErrorKind, Progress};

/// So many pieces are taken before anything else is looked at: whoever presses Stop waits for less than a millisecond.
const AT_ONCE: usize = 256;

/// What the model wrote.
pub(super) struct Written {
    /// Markdown; empty when there was nothing.
    pub(super) text: String,
    /// How it ended.
    pub(super) end: End,
    /// What the provider said at the end.
    pub(super) finish: Finish,
    /// The provider's name for this generation, by which its cost can be looked up.
    pub(super) generation_id: Option<String>,
    /// How long it took from the question on.
    pub(super) seconds: f64,
    /// A frame of the preview that is still under way.
    pub(super) last_frame: LastFrame,
}

/// How writing ended.
#[derive(Debug)]
pub(super) enum End {
    /// Whole.
    Complete,
    /// Somebody pressed Stop.
    Stopped,
    /// Somebody edited the question.
    Edited,
    /// `TURN_TIMEOUT_SECS` were over.
    TimedOut,
    /// The model or the way to it failed.
    Failed(ModelError),
}

impl End {
    /// One word for a counter.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Edited => "edited",
            Self::TimedOut => "timed_out",
            Self::Failed(error) => error.kind.name(),
        }
    }
}

impl Written {
    pub(super) fn nothing(end: End) -> Self {
        Self {
            text: String::new(),
            end,
            finish: Finish::default(),
            generation_id: None,
            seconds: 0.0,
            last_frame: LastFrame::none(),
        }
    }

    /// Is it what the model wanted to say, all of it?
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.end, End::Complete) && !self.text.trim().is_empty()
    }

    /// The provider does not know the model.
    pub(super) fn has_no_such_model(&self) -> bool {
        matches!(&self.end, End::Failed(error) if error.kind == ModelErrorKind::NoSuchModel) && self.text.is_empty()
    }

    /// The history has to shrink before it is asked again.
    pub(super) fn is_too_long_for_the_model(&self) -> bool {
        matches!(&self.end, End::Failed(error) if error.kind == ModelErrorKind::ContextTooLong) && self.text.is_empty()
    }
}

/// Asks and reads to the end, showing what grows. Dropping the stream at a stop closes the connection, which is what
/// ends the billing.
pub(super) async fn write(
    tools: &Arc<Tools>,
    question: &Question,
    request: ChatRequest,
    ends: &Ends,
    charge: &mut Charge<'_>,
) -> Written {
    let mut preview = Preview::new(tools, question);
    let (began, deadline) = (Stopwatch::start(), tools.clock.now().plus(tools.config.timeout));
    tracing::debug!("Asking the model");
    let over = async {
        tokio::select! {
            biased;
            end = ends.over() => end,
            () = tools.clock.sleep_until(deadline) => End::TimedOut,
        }
    };
    tokio::pin!(over);
    let mut stream = match ask(tools, request, &mut preview, over.as_mut()).await {
        Ok(stream) => stream,
        Err(end) => {
            return Written { last_frame: preview.end(), seconds: began.seconds(), ..Written::nothing(end) };
        }
    };
    tracing::debug!(generation.id = stream.generation_id(), "The model has begun to answer");
    let written = read(&mut stream, &mut preview, over, charge, began).await;
    Written { last_frame: preview.end(), seconds: began.seconds(), ..written }
}

/// Until the provider has accepted the question.
async fn ask(
    tools: &Tools,
    request: ChatRequest,
    preview: &mut Preview,
    mut over: Pin<&mut impl Future<Output = End>>,
) -> Result<AnswerStream, End> {
    let asked = tools.model.ask(request);
    tokio::pin!(asked);
    loop {
        tokio::select! {
            biased;
            end = &mut over => return Err(end),
            stream = &mut asked => return stream.map_err(End::Failed),
            () = preview.keep_showing("") => {}
        }
    }
}

/// Until the last word.
async fn read(
    stream: &mut AnswerStream,
    preview: &mut Preview,
    mut over: Pin<&mut impl Future<Output = End>>,
    charge: &mut Charge<'_>,
    began: Stopwatch,
) -> Written {
    let mut text = String::new();
    let end = loop {
        // It may have been asked again meanwhile, which is another generation.
        charge.is_for(stream.generation_id());
        tokio::select! {
            biased;
            end = &mut over => break end,
            () = charge.keep_writing() => {}
            piece = stream.next() => {
                if let Err(end) = take_all(piece, stream, &mut text, began) {
                    break end;
                }
            }
            () = preview.keep_showing(&text) => {}
        }
    };
    // It may be named with its last words, as by servers that do not stream.
    charge.is_for(stream.generation_id());
    finished(text, end, stream)
}

/// Takes a piece and what has come behind it: words often come many at once, and to look at everything else between two of
/// them costs more than they do.
fn take_all(
    first: Result<Option<Progress>, ModelError>,
    stream: &mut AnswerStream,
    text: &mut String,
    began: Stopwatch,
) -> Result<(), End> {
    let mut piece = first;
    for more in (0..AT_ONCE).rev() {
        match piece {
            Ok(Some(Progress::Text(piece))) => {
                if text.is_empty() {
                    first_word(began);
                }
                text.push_str(&piece);
            }
            Ok(Some(Progress::Reasoning)) => {}
            Ok(None) => {
                faults::at(Moment::LastWords);
                return Err(End::Complete);
            }
            Err(error) => return Err(End::Failed(error)),
        }
        if more == 0 {
            break;
        }
        let Some(next) = stream.next().now_or_never() else { break };
        piece = next;
    }
    Ok(())
}

fn first_word(began: Stopwatch) {
    faults::at(Moment::FirstWords);
    metrics::first_token(began.seconds());
    tracing::debug!("The first word has come");
}

fn finished(mut text: String, end: End, stream: &AnswerStream) -> Written {
    // Blanks are no answer: nobody sees them, and some providers refuse a conversation with a blank message in it.
    if text.trim().is_empty() {
        text.clear();
    }
    let generation_id = stream.generation_id().map(str::to_owned);
    Written { text, finish: stream.finish().clone(), generation_id, ..Written::nothing(end) }
}
