//! A turn in memory: its texts in one piece, since most are a line or two, and would weigh less than what is around them.

use crate::storage::PastTurn;
use crate::storage::sqlite::conversations;
use crate::update::Attachment;

/// A turn's place among the others (which doubles when it is full), and what an allocator adds to its text.
const TURN_BYTES: usize = 64;

/// What few have: a file or what was read in it, besides their texts.
const FILE_BYTES: usize = 160;

/// See the module.
pub(in crate::storage::sqlite) struct Turn {
    /// The question, and the answer behind it.
    texts: Box<str>,
    /// Where the question ends.
    question: usize,
    /// What came with it, when something did.
    files: Option<Box<Files>>,
}

struct Files {
    attachments: Vec<Attachment>,
    annotations: Option<String>,
}

impl Turn {
    /// With what it is told of as it is read.
    pub(in crate::storage::sqlite) fn new(
        (question, answer): (&str, &str),
        attachments: Vec<Attachment>,
        annotations: Option<String>,
    ) -> Self {
        let has_files = !attachments.is_empty() || annotations.is_some();
        let files = has_files.then(|| Box::new(Files { attachments, annotations }));
        Self { texts: [question, answer].concat().into(), question: question.len(), files }
    }

    /// What it takes of a budget.
    pub(super) fn size(&self) -> usize {
        let (question, answer) = self.texts.split_at(self.question);
        conversations::size(question, answer)
    }

    /// Bytes, nearly.
    pub(super) fn weight(&self) -> usize {
        TURN_BYTES + self.texts.len() + self.files.as_deref().map_or(0, Files::weight)
    }
}

impl Files {
    fn weight(&self) -> usize {
        let file = |file: &Attachment| {
            let names = [&file.name, &file.mime].into_iter().flatten().map(String::len).sum::<usize>();
            FILE_BYTES + file.file.len() + names
        };
        let annotations = self.annotations.as_ref().map_or(0, String::len);
        FILE_BYTES + annotations + self.attachments.iter().map(file).sum::<usize>()
    }
}

impl From<&PastTurn> for Turn {
    fn from(turn: &PastTurn) -> Self {
        Self::new((&turn.question, &turn.answer), turn.attachments.clone(), turn.annotations.clone())
    }
}

impl From<&Turn> for PastTurn {
    fn from(turn: &Turn) -> Self {
        let (question, answer) = turn.texts.split_at(turn.question);
        let (attachments, annotations) = match turn.files.as_deref() {
            Some(files) => (files.attachments.clone(), files.annotations.clone()),
            None => (Vec::new(), None),
        };
        Self { question: question.to_owned(), attachments, answer: answer.to_owned(), annotations }
    }
}
