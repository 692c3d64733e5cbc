//! A question that came with something that cannot be read, or not by the model that answers here.
//!
//! It is told before anything is paid for, and in the latter case with a button for each of a few models that can: pressed,
//! that model answers the question, and everything after it. The question is kept as one without an answer, so `/retry`
//! asks it again as well.

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::{KEY_CHARS, key};
use super::question::Asked;
use super::{HandlerError, Job, Outcome, ask, button};
use crate::media::Unseen;
use crate::metrics;
use crate::openrouter::{ModelErrorKind, OfferedModel, Price};
use crate::replies::{self, Language};
use crate::storage::{FinishedTurn, NewReply, Part, Seq};
use crate::turn::{Again, Choices, Obstacle, Question, Sense, Tools};
use crate::update::Callback;

/// The start of what a button carries that lets another model answer.
const PREFIX: &str = "see:";
/// How many models are offered: the owner's own come first, and a long list is what `/model` is for.
const OFFERED: usize = 3;

/// What is said, and the question as one without an answer.
pub(super) fn outcome(
    tools: &Tools,
    job: &Job,
    question: Question,
    (obstacle, choices, placed): (Obstacle, &Choices, Option<i64>),
) -> Outcome {
    let language = job.language();
    metrics::files_unread(name(&obstacle));
    tracing::info!(reason = name(&obstacle), "A question was not asked: what came with it cannot be read");
    let models = match &obstacle {
        Obstacle::Cannot(sense) => able(tools, *sense),
        Obstacle::File(..) | Obstacle::TooMuch | Obstacle::NotHeard(_) | Obstacle::CannotRepaint => Vec::new(),
    };
    let (in_place, conversation) = question.supersedes(false);
    let in_place = if question.again.is_none() { placed.into_iter().collect() } else { in_place };
    Outcome::Reply(Box::new(NewReply {
        address: question.address,
        parts: vec![Part::plain(sentence(language, &obstacle, choices, !models.is_empty()))],
        in_place,
        inline: question.inline.clone(),
        keyboard: (!models.is_empty()).then(|| keyboard(&models, question.key.seq)),
        conversation,
        turn: Some(FinishedTurn {
            user: question.user,
            asked_in: question.asked_in,
            inline: question.inline,
            question: question.text,
            attachments: question.attachments,
            ..FinishedTurn::default()
        }),
        ..NewReply::default()
    }))
}

fn sentence(language: Language, obstacle: &Obstacle, choices: &Choices, has_buttons: bool) -> String {
    let model = choices.name();
    let file = |name: &Option<String>| name.clone().unwrap_or_else(|| replies::this_file(language));
    match obstacle {
        Obstacle::Cannot(Sense::Sight) if has_buttons => replies::cannot_see(language, model),
        Obstacle::Cannot(Sense::Sight) => replies::nobody_sees(language, model),
        Obstacle::Cannot(Sense::Hearing) if has_buttons => replies::cannot_hear(language, model),
        Obstacle::Cannot(Sense::Hearing) => replies::nobody_hears(language, model),
        Obstacle::TooMuch => replies::files_too_much(language),
        Obstacle::CannotRepaint => replies::cannot_repaint(language),
        Obstacle::NotHeard(ModelErrorKind::Account) => replies::account(language),
        Obstacle::NotHeard(_) => replies::not_heard(language),
        Obstacle::File(_, Unseen::Wordless) => replies::no_words_heard(language),
        Obstacle::File(_, Unseen::TooLarge) => replies::file_too_large(language),
        Obstacle::File(_, Unseen::Empty) => replies::file_empty(language),
        Obstacle::File(name, Unseen::Unreadable) => replies::file_unreadable(language, &file(name)),
        Obstacle::File(_, Unseen::OddPicture) => replies::picture_odd(language),
        Obstacle::File(_, Unseen::Gone) => replies::file_gone(language),
        Obstacle::File(_, Unseen::Unreachable(_)) => replies::file_unreachable(language),
    }
}

const fn name(obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Cannot(Sense::Sight) => "model_sees_nothing",
        Obstacle::Cannot(Sense::Hearing) => "model_hears_nothing",
        Obstacle::TooMuch => "too_much",
        Obstacle::CannotRepaint => "cannot_repaint",
        Obstacle::NotHeard(_) => "not_heard",
        Obstacle::File(_, Unseen::Wordless) => "no_words",
        Obstacle::File(_, Unseen::TooLarge) => "too_large",
        Obstacle::File(_, Unseen::Empty) => "empty",
        Obstacle::File(_, Unseen::Unreadable) => "unreadable",
        Obstacle::File(_, Unseen::OddPicture) => "odd_picture",
        Obstacle::File(_, Unseen::Gone) => "gone",
        Obstacle::File(_, Unseen::Unreachable(_)) => "unreachable",
    }
}

/// Models that can take it: the owner's own, then the cheapest of those that people may choose.
fn able(tools: &Tools, sense: Sense) -> Vec<Arc<OfferedModel>> {
    let offered = tools.catalogue.models();
    let mut able: Vec<_> = offered.iter().filter(|model| sense.is_of(Some(model))).cloned().collect();
    // A model that costs nothing is often busy, and one whose price nobody knows may be dear.
    let cost = |model: &OfferedModel| match (model.prompt, model.completion) {
        (Price::MicroUsd(read), Price::MicroUsd(written)) if read > 0 => read.saturating_add(written),
        _ => i64::MAX,
    };
    able.sort_by_key(|model| (model.id != tools.model_name, cost(model)));
    able.truncate(OFFERED);
    able
}

fn keyboard(models: &[Arc<OfferedModel>], seq: Seq) -> Value {
    let button = |model: &Arc<OfferedModel>| {
        let text: String = model.short_name().chars().take(40).collect();
        json!([{"text": text, "callback_data": format!("{PREFIX}{}:{}", seq.0, key(&model.id))}])
    };
    json!({"inline_keyboard": models.iter().map(button).collect::<Vec<_>>()})
}

/// Reads what a button carries: the update that asked, and the key of the model.
pub(super) fn read(data: &str) -> Option<(Seq, &str)> {
    let (seq, key) = data.strip_prefix(PREFIX)?.split_once(':')?;
    Some((Seq(seq.parse().ok()?), key)).filter(|(_, key)| key.len() == KEY_CHARS)
}

/// Lets another model answer, from here on.
pub(super) async fn pressed(
    tools: &Arc<Tools>,
    job: &Job,
    callback: &Callback,
    (seq, wanted): (Seq, &str),
) -> Result<Outcome, HandlerError> {
    let last = tools.storage.last_turn(job.lane.conversation()).await?.filter(|turn| turn.seq == seq);
    let model = tools.catalogue.models().iter().find(|model| key(&model.id) == wanted).cloned();
    let (Some(turn), Some(model)) = (last, model) else {
        button::say(tools, callback, Some(&replies::button_expired(job.language()))).await;
        return Ok(Outcome::Nothing);
    };
    // In a group it answers from then on, whoever asks.
    if button::is_for_admins(tools, job, callback).await {
        return Ok(Outcome::Nothing);
    }
    button::say(tools, callback, Some(&replies::model_chosen(job.language(), model.short_name()))).await;
    let again = Again { turn: turn.id, in_place: turn.messages, void: false, answered: turn.answered };
    let asked = Asked::again(turn.question, turn.attachments);
    ask::again(tools, job, (asked, turn.asked_in), again, Some(model.id.clone())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_read_as_it_was_made_and_fits() {
        let model = Arc::new(OfferedModel { id: "openai/gpt-4o-mini".to_owned(), ..OfferedModel::default() });
        let made = keyboard(&[Arc::clone(&model)], Seq(i64::MAX));
        let data = made["inline_keyboard"][0][0]["callback_data"].as_str().unwrap();
        assert!(data.len() <= 64, "{data}");
        assert_eq!(read(data), Some((Seq(i64::MAX), key(&model.id).as_str())));
        for odd in ["see:", "see:1", "see:x:0123456789", "see:1:short", "stop:1"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
