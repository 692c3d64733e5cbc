//! From what the model wrote to what is stored and sent.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::stream::{End, Written};
use super::{Answer, Choices, LastFrame, Made, Question, Tools, buttons, inline, quote};
use crate::config::ReplyFormat;
use crate::openrouter::{Finish, ModelErrorKind};
use crate::replies::{self, Language};
use crate::storage::{
    Bill, ConversationChange, FinishedTurn, Form, NewReply, Part, PreferenceChange, Preferences, UsageRecord,
};
use crate::telegram::markdown;
use crate::telegram::split::{MESSAGE_UNITS, split};

/// An answer of more messages than this comes as a file too, and shows its beginning: nobody reads thirty messages, and
/// Telegram takes them slowly.
const MOST_MESSAGES: usize = 5;
/// The most of what was read in PDFs that is kept, in bytes: a book. Longer ones are read again, by an engine that costs
/// nothing.
const ANNOTATIONS: usize = 512 << 10;
/// Characters that a rich message takes (Bot API, `InputRichMessage`).
const RICH_CHARACTERS: usize = 32_768;

/// What was written, and how it ended, as a reply. A chosen model or persona that is
/// gone is told and forgotten with it, so once.
pub(super) fn reply(tools: &Tools, question: &Question, made: Made, bill: Bill) -> NewReply {
    if let Some(handle) = &question.inline {
        return over_inline(tools, question, (handle, made.written), bill);
    }
    let Made { written, choices } = made;
    let (in_place, conversation) = question.supersedes(!written.text.is_empty());
    let mut parts = parts(tools, question.language, &written);
    if let Some(heard) = question.transcript.as_deref().filter(|_| choices.transcripts) {
        parts = quote::before(parts, heard);
    }
    // It is told with an answer alone: beside "the model is not available" it would only confuse.
    let has_text = !written.text.is_empty();
    let mut chosen: Vec<_> = question.model.iter().cloned().map(|id| PreferenceChange::Model(Some(id))).collect();
    if let Some(gone) = choices.gone.as_ref().filter(|_| has_text) {
        parts.push(Part::plain(replies::model_gone(question.language, gone, choices.name())));
        chosen.push(PreferenceChange::Model(None));
    }
    if let Some(gone) = choices.gone_persona.as_ref().filter(|_| has_text) {
        parts.push(Part::plain(replies::persona_gone(question.language, gone)));
        chosen.push(PreferenceChange::Persona(None));
    }
    NewReply {
        address: question.address,
        parts,
        in_place,
        keyboard: (!written.is_whole()).then(|| buttons::retry(question.key.seq, question.language)),
        conversation,
        preferences: chosen,
        turn: Some(finished(question, written, bill)),
        ..NewReply::default()
    }
}

/// The same for a question that was asked inline: one message, in somebody's chat. What was chosen and is gone is told where it
/// was chosen, in private.
fn over_inline(tools: &Tools, question: &Question, (handle, written): (&str, Written), bill: Bill) -> NewReply {
    let (language, seq) = (question.language, question.key.seq);
    let has_text = !written.text.is_empty();
    let below = closing_sentence(language, &written, has_text);
    let cut = replies::inline_cut(language);
    let (part, is_whole) = inline::message(&question.text, &markdown::format(&written.text), below.as_deref(), &cut);
    let mut rows: Vec<_> =
        (!is_whole).then(|| buttons::whole(&tools.bot.username, seq, language)).into_iter().collect();
    rows.extend((!written.is_whole()).then(|| buttons::retry_row(seq, language)));
    NewReply {
        address: question.address,
        parts: vec![part],
        inline: Some(handle.to_owned()),
        keyboard: (!rows.is_empty()).then(|| json!({ "inline_keyboard": rows })),
        conversation: question.supersedes(has_text).1,
        turn: Some(finished(question, written, bill)),
        ..NewReply::default()
    }
}

/// The answer that was given to a question before, all of it, as messages of its own.
#[must_use]
pub fn retold(tools: &Tools, language: Language, answer: String) -> Vec<Part> {
    parts(tools, language, &Written { text: answer, ..Written::nothing(End::Complete) })
}

/// An answer that somebody has ended before the model was asked for it.
pub(super) fn ended(tools: &Tools, question: &Question, end: End) -> Answer {
    let written = Written::nothing(end);
    let reply = if matches!(written.end, End::Edited) {
        void(question, written, Bill::default(), question.placed)
    } else {
        let choices = Choices::of(tools, &Preferences::default());
        let reply = reply(tools, question, Made { written, choices }, Bill::default());
        let in_place = if reply.in_place.is_empty() { question.placed.into_iter().collect() } else { reply.in_place };
        NewReply { in_place, ..reply }
    };
    Answer::Written(Box::new(reply), LastFrame::none())
}

/// An answer whose question was edited meanwhile: nothing of it is sent or remembered but what it cost, and the messages
/// in which it was shown, for the next one.
pub(super) fn void(question: &Question, written: Written, bill: Bill, placed: Option<i64>) -> NewReply {
    let in_place = match &question.again {
        Some(again) if !again.in_place.is_empty() => again.in_place.clone(),
        _ => placed.into_iter().collect(),
    };
    let written = Written { text: String::new(), ..written };
    let conversation = question.again.as_ref().map(|again| ConversationChange::Replace(again.turn));
    NewReply {
        address: question.address,
        in_place,
        conversation: conversation.unwrap_or_default(),
        turn: Some(finished(question, written, bill)),
        ..NewReply::default()
    }
}

fn finished(question: &Question, written: Written, bill: Bill) -> FinishedTurn {
    let complete = matches!(written.end, End::Complete);
    let annotations = annotations(&written.finish);
    let usage = written.generation_id.map(|generation_id| UsageRecord {
        generation_id,
        model: written.finish.model.unwrap_or_default(),
        prompt_tokens: written.finish.usage.prompt_tokens.unwrap_or(0),
        completion_tokens: written.finish.usage.completion_tokens.unwrap_or(0),
        cost_micro_usd: written.finish.usage.cost_micro_usd,
        bill,
    });
    let (text, asked_in) = (question.text.clone(), question.asked_in);
    let attachments = question.attachments.clone();
    FinishedTurn {
        user: question.user,
        asked_in,
        inline: question.inline.clone(),
        question: text,
        attachments,
        answer: written.text,
        annotations,
        complete,
        usage,
    }
}

/// What the provider has read in PDFs, so that it need not read them again with the next question.
fn annotations(finish: &Finish) -> Option<String> {
    let kept = (!finish.annotations.is_empty()).then(|| serde_json::to_string(&finish.annotations).ok())??;
    Some(kept).filter(|kept| kept.len() <= ANNOTATIONS)
}

/// The text, and below it what the bot itself has to say. A rich message comes first when there is one; the text is then
/// its fallback.
fn parts(tools: &Tools, language: Language, written: &Written) -> Vec<Part> {
    let rich = rich(tools, &written.text);
    let mut parts = split(&markdown::format(&written.text), MESSAGE_UNITS);
    let has_text = !parts.is_empty();
    if parts.len() > MOST_MESSAGES {
        let rest = parts.split_off(MOST_MESSAGES - 1);
        parts.push(Part::plain(replies::continued_in_file(language)));
        parts.push(Part { form: Form::Document, ..Part::plain(written.text.clone()) });
        // Many groups allow no files.
        parts.extend(rest.into_iter().map(|part| Part { fallback: true, ..part }));
    }
    if let Some(rich) = rich {
        for part in &mut parts {
            part.fallback = true;
        }
        parts.insert(0, rich);
    }
    if let Some(sentence) = closing_sentence(language, written, has_text) {
        parts.push(Part::plain(sentence));
    }
    parts
}

/// The answer as Telegram's own Markdown, when that shows more than entities can.
fn rich(tools: &Tools, text: &str) -> Option<Part> {
    let wanted = match tools.config.reply_format {
        ReplyFormat::Entities => false,
        ReplyFormat::Auto => markdown::wants_rich(text),
        ReplyFormat::Rich => true,
    };
    let fits = text.chars().count() <= RICH_CHARACTERS && !text.trim().is_empty();
    let taken = tools.rich.load(Ordering::Relaxed);
    // A picture would be fetched from an address that the model chose.
    let safe = wanted && fits && taken && !markdown::embeds(text);
    safe.then(|| Part { form: Form::Rich, ..Part::plain(markdown::for_rich_messages(text)) })
}

/// What the bot itself says below the text: nothing when the answer is whole.
fn closing_sentence(language: Language, written: &Written, has_text: bool) -> Option<String> {
    match &written.end {
        End::Complete if has_text && written.finish.reason.as_deref() == Some("length") => {
            Some(replies::length_limit(language))
        }
        End::Complete if has_text => None,
        End::Complete => Some(replies::empty_answer(language)),
        End::Stopped | End::Edited => (!has_text).then(|| replies::stopped(language)),
        End::TimedOut => Some(replies::took_too_long(language)),
        End::Failed(error) => Some(match error.kind {
            ModelErrorKind::Busy => replies::busy(language),
            ModelErrorKind::Stalled if has_text => replies::stalled(language),
            ModelErrorKind::Stalled => replies::stalled_before_text(language),
            ModelErrorKind::CutOff => replies::cut_off(language),
            ModelErrorKind::Account => replies::account(language),
            ModelErrorKind::ContextTooLong => replies::context_too_long(language),
            ModelErrorKind::Moderated => replies::moderated(language),
            ModelErrorKind::OnlyReasoning => replies::only_reasoning(language),
            ModelErrorKind::Empty => replies::empty_answer(language),
            ModelErrorKind::NoSuchModel => replies::no_such_model(language),
            ModelErrorKind::Refused => replies::refused(language),
        }),
    }
}
