//! What comes with the messages of a conversation: which of it goes to the model, and what stands in its way.
//!
//! A question's own files go along, all of them, or it is not asked: whoever sends a photo does not want an answer about
//! something else. Of the files of the conversation before it the newest go along, as many as there is room for; a
//! note stands for the others, and for what cannot be fetched any more. The history keeps references alone, so all of them
//! are fetched again with each question.
//!
//! What the model cannot take is known before anything is fetched, where it was sent as a picture or as sound, and before
//! anything is paid in any case.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::{Choices, Tools};
use crate::media::{self, Fetcher, Kind, LARGEST, Seen, Unseen};
use crate::openrouter::{Form, Media, ModelErrorKind, OfferedModel};
use crate::storage::Conversation;
use crate::update::Attachment;

/// What a question's own files may have together, in bytes.
const OWN_BYTES: u64 = LARGEST;
/// What goes along of earlier files: bytes to be fetched, and tokens to be read (twenty photos, or a short book).
const EARLIER_BYTES: u64 = 10 << 20;
pub(super) const EARLIER_TOKENS: u64 = 40_000;
/// Files that are fetched at once for one question.
const AT_ONCE: usize = 4;

/// Why a question with files is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The model cannot take what was sent.
    Cannot(Sense),
    /// A file cannot be read: what it is called, and why.
    File(Option<String>, Unseen),
    /// All of them together are too large.
    TooMuch,
    /// What came is no picture, or the model that paints does not start from pictures.
    CannotRepaint,
    /// A recording could not be written down: the model for that failed, and the one that answers does not listen.
    NotHeard(ModelErrorKind),
}

/// What a model may be able to do besides reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sense {
    /// Look at pictures.
    Sight,
    /// Listen.
    Hearing,
}

impl Sense {
    /// That a file of this kind asks for; `None` for what every model reads.
    const fn for_kind(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Image(_) => Some(Self::Sight),
            Kind::Audio(_) => Some(Self::Hearing),
            Kind::OddImage | Kind::Pdf | Kind::Text | Kind::Other => None,
        }
    }

    const fn for_form(form: &Form) -> Option<Self> {
        match form {
            Form::Image(_) => Some(Self::Sight),
            Form::Audio(_) => Some(Self::Hearing),
            // Read for every model by the provider.
            Form::Pdf(_) => None,
        }
    }

    /// Has the model it? Of one that nobody knows, the provider will tell.
    #[must_use]
    pub fn is_of(self, model: Option<&OfferedModel>) -> bool {
        let name = match self {
            Self::Sight => "image",
            Self::Hearing => "audio",
        };
        model.is_none_or(|model| model.takes.iter().any(|taken| taken == name))
    }
}

/// The files of a conversation, as far as they go along.
#[derive(Default)]
pub(super) struct Files {
    seen: HashMap<String, Result<Arc<Seen>, Unseen>>,
}

impl Files {
    /// Fetches what goes along; what stands in the way of the question's own files is an error.
    pub(super) async fn fetch(
        tools: &Tools,
        choices: &Choices,
        own: &[Attachment],
        conversation: &Conversation,
    ) -> Result<Self, Obstacle> {
        let known = choices.known.as_deref();
        let takes = |file: &Attachment| sense(file).is_none_or(|sense| sense.is_of(known));
        if let Some(sense) = own.iter().filter_map(sense).find(|sense| !sense.is_of(known)) {
            return Err(Obstacle::Cannot(sense));
        }
        let mut wanted: Vec<&Attachment> = own.iter().collect();
        if wanted.iter().map(|file| told(file)).sum::<u64>() > OWN_BYTES && wanted.len() > 1 {
            return Err(Obstacle::TooMuch);
        }
        let mut bytes = 0;
        let earlier = conversation.turns.iter().rev().flat_map(|turn| &turn.attachments).filter(|file| takes(file));
        wanted.extend(earlier.take_while(|file| {
            bytes += told(file);
            bytes <= EARLIER_BYTES
        }));
        let wanted = wanted.into_iter().cloned().collect();
        let files = Self::read(&tools.files, wanted).await;
        files.check(own, known)?;
        Ok(files)
    }

    async fn read(fetcher: &Fetcher, wanted: Vec<Attachment>) -> Self {
        if wanted.is_empty() {
            return Self::default();
        }
        // All at once: who waits for the second file while holding the first could wait for somebody who does the same.
        let room = fetcher.room_for(wanted.iter().map(told).sum()).await;
        let each = wanted.into_iter().map(|file| {
            let (fetcher, room) = (fetcher.clone(), room.clone());
            async move { (file.file.clone(), fetcher.read(&file, room).await.map(Arc::new)) }
        });
        Self { seen: stream::iter(each).buffer_unordered(AT_ONCE).collect().await }
    }

    /// Was everything read that belongs to the question, and is it something that the model takes?
    fn check(&self, own: &[Attachment], known: Option<&OfferedModel>) -> Result<(), Obstacle> {
        for file in own {
            match self.seen.get(&file.file) {
                Some(Ok(seen)) => {
                    let sense = form(seen).and_then(Sense::for_form);
                    if let Some(sense) = sense.filter(|sense| !sense.is_of(known)) {
                        return Err(Obstacle::Cannot(sense));
                    }
                }
                Some(Err(unseen)) => return Err(Obstacle::File(file.name.clone(), unseen.clone())),
                None => {}
            }
        }
        Ok(())
    }

    /// A message with its files: texts before its words, everything else beside them. `left`: how many tokens they may
    /// have.
    pub(super) fn with(&self, words: &str, files: &[Attachment], left: &mut u64) -> (String, Vec<Media>) {
        if files.is_empty() {
            return (words.to_owned(), Vec::new());
        }
        let (mut texts, mut media) = (Vec::new(), Vec::new());
        for file in files {
            match self.seen.get(&file.file) {
                Some(Ok(seen)) if take(left, tokens(seen)) => match &**seen {
                    Seen::Media(seen) => media.push(seen.clone()),
                    Seen::Text(words) => texts.push(words.quoted(file.name.as_deref())),
                },
                _ => texts.push(format!("[{}, which is not attached any more]", noun(file))),
            }
        }
        texts.extend((!words.is_empty()).then(|| words.to_owned()));
        (texts.join("\n\n"), media)
    }
}

fn take(left: &mut u64, tokens: u64) -> bool {
    let rest = left.checked_sub(tokens);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}

fn form(seen: &Seen) -> Option<&Form> {
    match seen {
        Seen::Media(media) => Some(&media.form),
        Seen::Text(_) => None,
    }
}

fn tokens(seen: &Seen) -> u64 {
    match seen {
        Seen::Media(media) => media.tokens,
        Seen::Text(words) => words.text.len().div_ceil(3) as u64,
    }
}

/// What a model needs for a file that was sent as a picture or as sound.
fn sense(file: &Attachment) -> Option<Sense> {
    media::expected(file).and_then(Sense::for_kind)
}

/// How large a file is said to be. One of which nothing is said is as large as photos are.
fn told(file: &Attachment) -> u64 {
    file.bytes.unwrap_or(1 << 20)
}

fn noun(file: &Attachment) -> String {
    use crate::update::AttachmentKind as K;
    let what = match file.kind {
        K::Photo => "A photo",
        K::Voice => "A voice message",
        K::Audio => "A recording",
        K::VideoNote => "A video message",
        K::Document => "A file",
    };
    match &file.name {
        Some(name) => format!("{what}, {}", name.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => what.to_owned(),
    }
}
