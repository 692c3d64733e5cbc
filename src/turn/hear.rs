//! Recordings are written down before the question is asked, where the owner has set a model for that.
//!
//! What is said in them becomes a part of the question, in their place: every model can read it, the conversation remembers
//! it, and no later question pays for listening again. Each transcript is kept with its cost as soon as it is there, so that
//! neither a crash nor an edited caption has it made twice.
//!
//! Without such a model, or when it fails, recordings stay what they are, for the answering model if it listens.

use std::sync::Arc;

use super::attached::{Obstacle, Sense};
use super::beside::{Call, NotDone};
use super::running::Turn;
use super::stream::End;
use super::{Answer, Choices, Question, Tools, reply, typing};
use crate::media::{Seen, Unseen};
use crate::money::{Refusal, Worst};
use crate::openrouter::{Form, Media, ModelError, ModelErrorKind};
use crate::storage::{Heard, StorageError};
use crate::update::Attachment;

/// What a second of sound may cost, in millionths of a dollar: the dearest of the well-known models ask $0.006 for a minute
/// (`OpenAI` and OpenRouter, at the end of 2026).
const SECOND_MICRO_USD: i64 = 100;
/// Bytes of a second of which nothing is told: speech at 16 kbit/s, the least at which it is understood.
const SECOND_BYTES: u64 = 2000;

/// What stands between a person's own words and what is said in their recording.
const SAYS: &str = "\n\nThe recording says:\n";

/// Why a recording was not heard.
enum Unheard {
    /// There is no money for it.
    Refused(Refusal),
    /// It could not be fetched, or there are no words in it.
    Unread(Unseen),
    /// Somebody has ended it while it was fetched.
    Over(End),
    /// It is none.
    NoRecording,
    /// The model failed.
    Failed(ModelError),
}

/// The question with what is said in its recordings; `None`: it has none. An answer, where nobody is to be asked any more.
pub(super) async fn hear(
    tools: &Arc<Tools>,
    question: &Question,
    turn: &Turn,
) -> Result<Result<Option<Question>, Answer>, StorageError> {
    let Some(model) = tools.config.transcription_model.as_deref() else { return Ok(Ok(None)) };
    if !question.attachments.iter().any(may_be_sound) {
        return Ok(Ok(None));
    }
    // In a box, since few questions are spoken, and each has the room of what it waits for.
    Box::pin(heard(tools, (question, model), turn)).await
}

async fn heard(
    tools: &Arc<Tools>,
    (question, model): (&Question, &str),
    turn: &Turn,
) -> Result<Result<Option<Question>, Answer>, StorageError> {
    let (mut said, mut rest) = (Vec::new(), Vec::new());
    for file in &question.attachments {
        if !may_be_sound(file) {
            rest.push(file.clone());
            continue;
        }
        match one(tools, question, turn, (model, file)).await? {
            Ok(text) => said.push(text),
            Err(Unheard::NoRecording) => rest.push(file.clone()),
            Err(Unheard::Over(end)) => return Ok(Err(reply::ended(tools, question, end))),
            Err(Unheard::Refused(refusal)) => return Ok(Err(Answer::Refused(refusal, question.placed))),
            Err(Unheard::Unread(unseen)) => {
                let obstacle = Obstacle::File(file.name.clone(), unseen);
                return Ok(Err(unread(question, obstacle, choices(tools, question).await?)));
            }
            Err(Unheard::Failed(error)) => {
                let choices = choices(tools, question).await?;
                // Of a model that nobody knows nobody knows that it listens either.
                let listens = choices.known.as_deref().is_some_and(|known| Sense::Hearing.is_of(Some(known)));
                if !listens {
                    return Ok(Err(unread(question, Obstacle::NotHeard(error.kind), choices)));
                }
                rest.push(file.clone());
            }
        }
    }
    let text = said.iter().fold(question.text.clone(), |text, said| with(&text, said));
    let transcript = (!said.is_empty()).then(|| said.join("\n\n"));
    Ok(Ok(Some(Question { text, attachments: rest, transcript, ..question.clone() })))
}

/// Is a stored question this one with what was heard in its recording?
#[must_use]
pub fn is_heard(stored: &str, asked: &str) -> bool {
    stored.strip_prefix(asked).is_some_and(|heard| heard.starts_with(SAYS))
}

/// A file is one if its sender's app says so; what it is shows when it is fetched.
fn may_be_sound(file: &Attachment) -> bool {
    file.is_sound() || file.mime.as_deref().is_some_and(|mime| mime.starts_with("audio/"))
}

/// Where nothing else is said, what the recording says is the question.
fn with(text: &str, said: &str) -> String {
    match text {
        "" => said.to_owned(),
        // A name, or who has passed it on.
        text if text.ends_with(':') => format!("{text} {said}"),
        text => {
            let lines: Vec<String> = said.lines().map(|line| format!("> {line}")).collect();
            format!("{text}{SAYS}{}", lines.join("\n"))
        }
    }
}

async fn one(
    tools: &Arc<Tools>,
    question: &Question,
    turn: &Turn,
    (model, file): (&str, &Attachment),
) -> Result<Result<String, Unheard>, StorageError> {
    if let Some(text) = tools.storage.heard(question.lane, &file.file).await? {
        return Ok(words(text));
    }
    let fetching = async {
        let room = tools.files.room_for(file.bytes.unwrap_or(1 << 20)).await;
        tools.files.read(file, room).await
    };
    let fetched = tokio::select! {
        biased;
        end = turn.ends().over() => return Ok(Err(Unheard::Over(end))),
        fetched = fetching => fetched,
        never = typing::keep_up(tools, question, "typing") => match never {},
    };
    let recording = match fetched {
        Ok(Seen::Media(media)) if matches!(media.form, Form::Audio(_)) => media,
        Ok(_) => return Ok(Err(Unheard::NoRecording)),
        Err(unseen) => return Ok(Err(Unheard::Unread(unseen))),
    };
    let user = tools.pseudonym(question.user);
    let call = Call {
        model: model.to_owned(),
        worst: worst(file, &recording),
        action: "typing",
        making: async {
            let heard = tools.model.transcribe(model, &recording, &user).await?;
            Ok((heard.text, heard.receipt))
        },
    };
    let (text, usage) = match call.make(tools, question).await? {
        Ok(done) => done,
        Err(NotDone::Refused(refusal)) => return Ok(Err(Unheard::Refused(refusal))),
        // Too short for the provider, and for a word.
        Err(NotDone::Failed(error)) if error.kind == ModelErrorKind::Refused && file.seconds == Some(0) => {
            return Ok(Err(Unheard::Unread(Unseen::Wordless)));
        }
        Err(NotDone::Failed(error)) => return Ok(Err(Unheard::Failed(error))),
    };
    let text = text.trim().to_owned();
    let heard = Heard { file: file.file.clone(), user: question.user, text: text.clone(), usage };
    tools.storage.keep_heard(question.key, heard).await?;
    Ok(words(text))
}

fn words(text: String) -> Result<String, Unheard> {
    if text.is_empty() { Err(Unheard::Unread(Unseen::Wordless)) } else { Ok(text) }
}

fn worst(file: &Attachment, recording: &Media) -> Worst {
    let bytes = recording.data.as_str().len() as u64 / 4 * 3;
    let seconds = file.seconds.map_or(bytes / SECOND_BYTES, u64::from).max(1);
    Worst::AtMost(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(SECOND_MICRO_USD))
}

async fn choices(tools: &Tools, question: &Question) -> Result<Choices, StorageError> {
    let mut preferences = tools.storage.preferences(question.lane.conversation()).await?;
    preferences.model = question.model.clone().or(preferences.model);
    Ok(Choices::of(tools, &preferences))
}

fn unread(question: &Question, obstacle: Obstacle, choices: Choices) -> Answer {
    Answer::Unread(obstacle, Box::new(choices), question.placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_stands_where_words_would_stand() {
        assert_eq!(with("", "why?"), "why?");
        assert_eq!(with("Anna:", "why?"), "Anna: why?");
        let asked = "Anna: translate this";
        let heard = with(asked, "one\ntwo");
        assert_eq!(heard, "Anna: translate this\n\nThe recording says:\n> one\n> two");
        assert!(is_heard(&heard, asked) && !is_heard(asked, asked) && !is_heard("Anna: translate this please", asked));
    }
}
