//! A picture: one question that is answered by `IMAGE_MODEL`, in one piece.
//!
//! It is a turn like any other: money is kept back, what was painted is stored with its cost before it is delivered, and a
//! crash after that costs nobody anything. Such a turn has no words of the model in it, so the conversation does not have
//! it; `/retry` and an edited question find it all the same, by the command that its question begins with.
//!
//! What a picture costs is not known before: models price them in several ways that their list does not tell. So what is
//! kept back is what they usually cost ([`USUAL_MICRO_USD`]); one that costs more is paid out of what is left.

use std::sync::Arc;

use futures_util::FutureExt as _;

use super::attached::{Files, Obstacle, Sense};
use super::beside::{Call, NotDone};
use super::running::Turn;
use super::stream::End;
use super::{Answer, Choices, LastFrame, Question, Tools, buttons, hear, reply, typing};
use crate::access::Standing;
use crate::money::Worst;
use crate::openrouter::{Commission, Form, Media, ModelErrorKind, Painting, Terms};
use crate::replies::{self, Language};
use crate::storage::{Conversation, FinishedTurn, NewReply, Part, StorageError, UsageRecord};

/// What the question of such a turn begins with.
pub const COMMAND: &str = "/image";

/// What a picture usually costs at most, in millionths of a dollar: most models ask between 1 and 4 cents (OpenRouter, at the
/// end of 2026).
const USUAL_MICRO_USD: i64 = 50_000;
/// What a picture has in tokens where it is priced by them: that of a megapixel, of the model that counts most.
const PICTURE_TOKENS: u64 = 4200;
/// How much of what was asked for stands below the picture, in characters: two lines.
const CAPTION: usize = 150;

/// What is to be painted, if the question of a turn asks for a picture.
#[must_use]
pub fn wish(question: &str) -> Option<&str> {
    let wish = question.strip_prefix(COMMAND)?;
    (wish.is_empty() || wish.starts_with(char::is_whitespace)).then(|| wish.trim())
}

/// Has a picture painted. The question's text is the command with what is wished; pictures that came with it are what to
/// start from.
pub async fn paint(tools: &Arc<Tools>, question: &Question, model: &str) -> Result<Answer, StorageError> {
    let turn = tools.running.begin(question);
    if tools.access.standing(question.user) == Standing::Banned {
        return Ok(Answer::Unwanted);
    }
    let heard = match hear::hear(tools, question, &turn).await? {
        Ok(heard) => heard,
        Err(answer) => return Ok(answer),
    };
    let question = heard.as_ref().unwrap_or(question);
    let references = match references(tools, question, model, &turn).await? {
        Ok(references) => references,
        Err(answer) => return Ok(answer),
    };
    let prompt = wish(&question.text).unwrap_or_default();
    let user = tools.pseudonym(question.user);
    let commission = Commission { model, prompt, references: &references, user: &user };
    let call = Call {
        model: model.to_owned(),
        worst: worst(tools, model, prompt),
        action: "upload_photo",
        making: async {
            let Painting { data, receipt } = tools.model.paint(&commission).await?;
            Ok((data, receipt))
        },
    };
    let (data, usage) = match call.make(tools, question).await? {
        Ok(painted) => painted,
        Err(NotDone::Refused(refusal)) => return Ok(Answer::Refused(refusal, question.placed)),
        Err(NotDone::Failed(error)) => {
            let words = failure(question.language, error.kind);
            return Ok(written(said(question, words, None)));
        }
    };
    tracing::info!(model, cost_micro_usd = usage.cost_micro_usd, generation.id = usage.generation_id, "Painted");
    Ok(written(match turn.ends().over().now_or_never() {
        // It is paid for, and nobody wants it any more.
        Some(End::Edited) => {
            NewReply { parts: Vec::new(), keyboard: None, ..said(question, String::new(), Some(usage)) }
        }
        Some(_) => said(question, replies::stopped(question.language), Some(usage)),
        None => painted(question, prompt, data.as_str(), usage),
    }))
}

fn written(reply: NewReply) -> Answer {
    Answer::Written(Box::new(reply), LastFrame::none())
}

/// The pictures that came with the question, if the model can start from one.
async fn references(
    tools: &Arc<Tools>,
    question: &Question,
    model: &str,
    turn: &Turn,
) -> Result<Result<Vec<Media>, Answer>, StorageError> {
    if question.attachments.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let preferences = tools.storage.preferences(question.lane.conversation()).await?;
    let unread = |obstacle| {
        let choices = Choices::of(tools, &preferences);
        Ok(Err(Answer::Unread(obstacle, Box::new(choices), question.placed)))
    };
    let known = tools.catalogue.listed(model);
    if !Sense::Sight.is_of(known.as_deref()) {
        return unread(Obstacle::CannotRepaint);
    }
    let mut painter = Choices::of(tools, &preferences);
    painter.known = known;
    let nothing = Conversation::default();
    let fetched = tokio::select! {
        biased;
        end = turn.ends().over() => return Ok(Err(reply::ended(tools, question, end))),
        fetched = Files::fetch(tools, &painter, &question.attachments, &nothing) => fetched,
        never = typing::keep_up(tools, question, "upload_photo") => match never {},
    };
    let files = match fetched {
        Ok(files) => files,
        Err(obstacle) => return unread(obstacle),
    };
    let mut unlimited = u64::MAX;
    let (_, media) = files.with("", &question.attachments, &mut unlimited);
    let are_pictures =
        media.len() == question.attachments.len() && media.iter().all(|media| matches!(media.form, Form::Image(_)));
    if are_pictures { Ok(Ok(media)) } else { unread(Obstacle::CannotRepaint) }
}

fn worst(tools: &Tools, model: &str, prompt: &str) -> Worst {
    let prompt_tokens = prompt.len().div_ceil(3) as u64 + 4;
    let terms = Terms { models: vec![model], prompt_tokens, max_tokens: PICTURE_TOKENS, extra_micro_usd: 0 };
    match Worst::of(&terms, |model| tools.catalogue.price(model)) {
        Worst::Free if model.ends_with(":free") => Worst::Free,
        // Whoever is paid by the picture lists nothing for the tokens.
        Worst::Free | Worst::Unknown => Worst::AtMost(USUAL_MICRO_USD),
        Worst::AtMost(most) => Worst::AtMost(most.max(USUAL_MICRO_USD)),
    }
}

/// The picture, with the beginning of what was asked for below it, and a sentence for chats that take neither photos nor
/// files.
fn painted(question: &Question, prompt: &str, data: &str, usage: UsageRecord) -> NewReply {
    let reply = said(question, replies::picture_not_taken(question.language), Some(usage));
    let sentence = reply.parts.into_iter().map(|part| Part { fallback: true, ..part });
    let parts = std::iter::once(Part::painting(data.into(), caption(prompt))).chain(sentence).collect();
    let turn = reply.turn.map(|turn| FinishedTurn { complete: true, ..turn });
    NewReply { parts, keyboard: None, turn, ..reply }
}

fn caption(prompt: &str) -> String {
    let line = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(CAPTION) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A sentence instead of a picture, with a button that tries again.
fn said(question: &Question, words: String, usage: Option<UsageRecord>) -> NewReply {
    let brought = usage.is_some();
    let (_, conversation) = question.supersedes(brought);
    NewReply {
        address: question.address,
        parts: vec![Part::plain(words)],
        in_place: question.placed.into_iter().collect(),
        keyboard: Some(buttons::retry(question.key.seq, question.language)),
        conversation,
        turn: Some(FinishedTurn {
            user: question.user,
            asked_in: question.asked_in,
            question: question.text.clone(),
            attachments: question.attachments.clone(),
            usage,
            ..FinishedTurn::default()
        }),
        ..NewReply::default()
    }
}

fn failure(language: Language, kind: ModelErrorKind) -> String {
    match kind {
        ModelErrorKind::Account => replies::account(language),
        ModelErrorKind::Moderated | ModelErrorKind::Refused => replies::picture_refused(language),
        _ => replies::picture_failed(language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_a_picture_is_told_from_a_question() {
        assert_eq!(wish("/image a cat"), Some("a cat"));
        assert_eq!(wish("/image\na cat"), Some("a cat"));
        assert_eq!(wish("/image"), Some(""));
        assert_eq!(wish("/images of cats"), None);
        assert_eq!(wish("an /image"), None);
    }

    #[test]
    fn what_stands_below_a_picture_is_one_line_of_two() {
        assert_eq!(caption("a cat\n on a  mat"), "a cat on a mat");
        let long = caption(&"жук ".repeat(100));
        assert!(long.ends_with('…') && long.chars().count() == CAPTION + 1, "{long}");
    }
}
