//! From what a model writes to what Telegram shows.

use std::hint::black_box;

use routergram::telegram::markdown;
use routergram::telegram::split;

use crate::subject::{Work, work};

/// A bit of everything, as models write it: a fifth of a thousand bytes.
pub(crate) const ANSWER: &str = "## Title\n\nSome **bold** and *italic* words with `code`, a [link](https://a.b/c) and \
                                 $x^2$.\n\n- item\n  - nested\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn main() {}\n\
                                 ```\n\n";

/// An answer that fills a message.
const ONE_MESSAGE: usize = 4_000;
/// An answer that fills five.
const FIVE_MESSAGES: usize = 20_000;

pub(crate) fn format() -> Work {
    let text = long(ONE_MESSAGE);
    work(move || markdown::format(black_box(&text)))
}

/// The same while it is being written, in the midst of a word in bold.
pub(crate) fn preview() -> Work {
    let text = format!("{}**bo", long(ONE_MESSAGE));
    work(move || markdown::format_partial(black_box(&text)))
}

pub(crate) fn split() -> Work {
    let formatted = markdown::format(&long(FIVE_MESSAGES));
    assert!(split::split(&formatted, split::MESSAGE_UNITS).len() > 1, "it has to be cut");
    work(move || split::split(black_box(&formatted), split::MESSAGE_UNITS))
}

fn long(bytes: usize) -> String {
    ANSWER.repeat(bytes / ANSWER.len() + 1)
}
