//! What the fake says when nobody told it what to say: a pleasant answer that fits the question's form.
//!
//! It cannot know anything, so it shows things instead: that the context arrived (it quotes the first question and
//! counts the turns), and every kind of Markdown a model writes. Words in the question choose more of it: "long",
//! "code", "table", "list", "formula", "link", "help". The same request always gets the same answer.

use std::fmt::Write as _;

use super::journal::AskedRequest;

/// How much of a quoted text is shown.
const QUOTED_CHARS: usize = 80;

/// A section that the question can ask for: the words that do, and what is said.
struct Section {
    words: &'static [&'static str],
    text: &'static str,
}

const SECTIONS: [Section; 6] = [
    Section {
        words: &["code", "program", "rust", "python", "код"],
        text: "## Code\n\n```rust\nfn main() {\n    let words = [\"write\", \"it\", \"down\", \"first\"];\n    \
            println!(\"{}\", words.join(\" \"));\n}\n```\n\nIt prints `write it down first`.\n\n",
    },
    Section {
        words: &["table", "compare", "таблиц"],
        text: "## Table\n\n| City | River | Bridges |\n|:-----|:------|--------:|\n| Paris | Seine | 37 |\n\
            | Kraków | Vistula | 11 |\n| Novosibirsk | Ob | 4 |\n\n",
    },
    Section {
        words: &["list", "steps", "список"],
        text: "## List\n\n1. Fill the kettle\n   - with *cold* water\n   - not to the brim\n2. Wait\n3. ~~Hurry~~ Enjoy\n\n\
            - [x] tea\n- [ ] biscuits\n\n",
    },
    Section {
        words: &["formula", "math", "формул"],
        text: "## Formula\n\nThe roots of \\(ax^2 + bx + c = 0\\) are\n\n\\[ x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a} \\]\n\n",
    },
    Section {
        words: &["link", "source", "ссылк"],
        text: "## Links\n\nRead on at [the Rust book](https://doc.rust-lang.org/book/), or write to \
            [nobody](mailto:nobody@example.org). A bare one: https://example.org/a_b_c?d=(e).\n\n",
    },
    Section {
        words: &["quote", "cite", "цитат"],
        text: "> Simplicity is prerequisite for reliability.\n>\n> — Edsger W. Dijkstra, *EWD498*\n\n",
    },
];

/// How an answer may begin. The question chooses.
const OPENINGS: [&str; 5] = [
    "Good question.",
    "Let me think about that for a moment… done!",
    "With pleasure.",
    "Here is what a model might tell you.",
    "I am only a sandbox, but I will do my **very best**.",
];

/// How it may close.
const CLOSINGS: [&str; 4] = [
    "What would you like to know next?",
    "Try a question with *table*, *code*, *formula*, *list*, *link* or *long* in it. 🙂",
    "Ask me again, and I will remember this.",
    "That is all I know — and I made it up.",
];

/// The answer to this request.
pub(super) fn pleasant_answer(asked: &AskedRequest) -> String {
    let question = asked.question();
    let lower = question.to_lowercase();
    let chance =
        question.bytes().fold(asked.messages.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut answer = format!("{}\n\nYou wrote: *{}*\n\n", OPENINGS[chance % OPENINGS.len()], plain_excerpt(question));
    let seen = asked.sees();
    if !seen.is_empty() {
        let _ = write!(answer, "I see {seen}.\n\n");
    }
    remember(asked, &mut answer);
    let all = lower.contains("everything") || lower.contains("help");
    for section in &SECTIONS {
        if all || section.words.iter().any(|word| lower.contains(word)) {
            answer.push_str(section.text);
        }
    }
    if ["long", "длинн", "detail"].iter().any(|word| lower.contains(word)) {
        go_on_at_length(&mut answer);
    }
    answer.push_str(CLOSINGS[(chance / 7) % CLOSINGS.len()]);
    answer
}

/// Shows that the context arrived.
fn remember(asked: &AskedRequest, answer: &mut String) {
    let mut questions = asked.said_by("user");
    let first = questions.next().unwrap_or_default();
    match questions.count() {
        0 => answer.push_str("We have just met.\n\n"),
        earlier => {
            let times = if earlier == 1 { "once".into() } else { format!("{earlier} times") };
            let _ =
                write!(answer, "You have asked me **{times}** before; it began with *{}*\n\n", plain_excerpt(first));
        }
    }
    if let Some(instructions) = asked.said_by("system").next() {
        let _ = write!(answer, "My instructions begin with `{}`.\n\n", plain_excerpt(instructions));
    }
}

/// About 9,000 characters: three messages of Telegram's.
fn go_on_at_length(answer: &mut String) {
    answer.push_str("## At length\n\n");
    for chapter in 1..=12 {
        let _ = write!(answer, "### Chapter {chapter}\n\n");
        for sentence in 1..=8 {
            let _ = write!(
                answer,
                "This is sentence {sentence} of chapter {chapter}, which says **little** but takes its time to say it, \
                 as `long` answers do. "
            );
        }
        answer.push_str("\n\n");
    }
}

/// The beginning of a text, on one line and without what Markdown would take for its own.
fn plain_excerpt(text: &str) -> String {
    let is_markup = |c: char| "*_`[]<>|\\~#".contains(c);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut excerpt: String = words.chars().filter(|c| !is_markup(*c)).take(QUOTED_CHARS).collect();
    if words.chars().count() > QUOTED_CHARS {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::super::journal::{AskedMessage, Outcome};
    use super::*;
    use crate::clock::Timestamp;

    fn asked(messages: &[(&str, &str)]) -> AskedRequest {
        let message =
            |(role, content): &(&str, &str)| AskedMessage { role: (*role).into(), content: (*content).into() };
        AskedRequest {
            number: 1,
            at: Timestamp(0),
            model: "a/b".into(),
            messages: messages.iter().map(message).collect(),
            media: Vec::new(),
            engine: None,
            max_tokens: 1000,
            session_id: None,
            user: None,
            body: serde_json::Value::Null,
            generation_id: "gen".into(),
            outcome: Outcome::Streaming,
        }
    }

    #[test]
    fn it_shows_that_it_remembers() {
        let answer = pleasant_answer(&asked(&[("user", "who are you?")]));
        assert!(answer.contains("just met"), "{answer}");
        let again = [("system", "Be kind"), ("user", "one"), ("assistant", "…"), ("user", "two"), ("user", "three")];
        let answer = pleasant_answer(&asked(&again));
        assert!(answer.contains("**2 times** before; it began with *one*"), "{answer}");
        assert!(answer.contains("`Be kind`"), "{answer}");
    }

    #[test]
    fn words_of_the_question_choose_what_is_shown() {
        let answer = |question| pleasant_answer(&asked(&[("user", question)]));
        assert!(answer("show me code").contains("```rust"));
        assert!(answer("a TABLE please").contains("|:-----|"));
        assert!(answer("/long").chars().count() > 8192);
        assert!(!answer("hi").contains("##"));
        assert_eq!(answer("hi"), answer("hi"));
    }
}
