//! Events that are answered by one sentence of the phrase book, or by none.

use std::sync::Arc;

use super::route::Sentence;
use super::{HandlerError, Job, Outcome};
use crate::turn::{Choices, Tools};

use crate::metrics;
use crate::replies::{self, Audience};

/// `/start`.
pub(super) async fn greeting(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let preferences = tools.storage.preferences(job.lane.conversation()).await?;
    Ok(job.reply(replies::start(job.language(), Choices::of(&tools, &preferences).name())))
}

/// `/help`.
pub(super) fn help(tools: &Tools, job: &Job, audience: Audience) -> Outcome {
    job.reply(replies::help(job.language(), audience, tools.config.image_model.is_some()))
}

/// A sentence that needs nothing but itself.
pub(super) fn sentence(job: &Job, sentence: Sentence) -> Outcome {
    let language = job.language();
    job.reply(match sentence {
        Sentence::UnknownCommand(command, meant) => {
            // Telegram's own are no longer; what is longer is somebody's joke.
            let command: String = command.chars().take(32).collect();
            match meant {
                Some(meant) => replies::unknown_command_but(language, &command, &meant),
                None => replies::unknown_command(language, &command),
            }
        }
        Sentence::InPrivate => replies::ask_in_private(language),
        Sentence::EmptyQuestion => replies::empty_question(language),
        Sentence::NotHandledYet(kind) => replies::cannot_read(language, kind),
    })
}

/// Nothing, but counted.
pub(super) fn nothing(kind: &str) -> Outcome {
    metrics::update_ignored(kind);
    Outcome::Nothing
}
