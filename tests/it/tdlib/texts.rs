//! The texts that are judged: the specification's examples, every absurdity we know of, and random mixtures of both.

/// Length of an absurd text in bytes: 25 messages.
const LONG: usize = 100_000;
/// Length of an absurd text of which there are many: three messages.
const SHORT: usize = 9_000;

/// The Markdown of each example in the specification's own file.
pub(super) fn examples(specification: &str) -> Vec<String> {
    let fence = "`".repeat(32);
    let opening = format!("\n{fence} example\n");
    let examples = specification.split(&opening).skip(1);
    // `→` stands for a tab there.
    examples.filter_map(|example| example.split("\n.\n").next()).map(|markdown| markdown.replace('→', "\t")).collect()
}

/// One shape each, as long as nobody writes it.
pub(super) fn absurd() -> Vec<String> {
    let mut texts: Vec<String> = ["a", "word ", "😀", "ש ", "**a** ", "[a](https://a.b) ", "*", "a\r\n", "\u{301}"]
        .map(|piece| repeated(piece, LONG))
        .to_vec();
    for piece in PIECES {
        texts.push(repeated(piece, SHORT));
        texts.push(repeated(&format!("{piece}a"), SHORT));
        texts.push(repeated(&format!("{piece} word\n"), SHORT));
        texts.push(format!("{piece}{piece}text without an end"));
    }
    texts.push(repeated("| cell | **cell** | `c` |\n|---|:-:|--:|\n", LONG));
    texts.push(format!("| a | b |\n|---|---|\n{}", repeated("| x | ж😀 |\n", LONG)));
    texts.push(format!("| a | b |\n|---|---|\n| {} | x |", repeated("long ", LONG)));
    texts.push(deeper("  ", "- item"));
    texts.push(deeper("> ", "quoted"));
    texts.push(deeper("   ", "1. > - item"));
    texts.push(format!("```rust\n{}\n```\nend", repeated("    let a = `1`;\n", LONG)));
    texts.push(format!("> ```\n{}", repeated("> code\n", LONG)));
    texts
}

/// A mixture; the same for the same seed.
pub(super) fn random(seed: u64) -> String {
    let mut rng = fastrand::Rng::with_seed(seed);
    // Mostly the length of an answer, sometimes of several messages.
    let length = if rng.u8(..10) == 0 { rng.usize(..12_000) } else { rng.usize(..600) };
    let mut text = String::new();
    while text.len() < length {
        let piece = PIECES[rng.usize(..PIECES.len())];
        text.push_str(piece);
        match rng.u8(..8) {
            0..=2 => text.push_str(WORDS[rng.usize(..WORDS.len())]),
            3 => text.push('\n'),
            4 => text.push(' '),
            5 => text.push_str(piece),
            _ => {}
        }
    }
    text
}

/// Two hundred lines, each one level deeper than the one before.
fn deeper(indentation: &str, line: &str) -> String {
    (0..200).flat_map(|depth| [indentation.repeat(depth), format!("{line}\n")]).collect()
}

fn repeated(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len() + 1)
}

const WORDS: [&str; 12] = [
    "word",
    "Слово.",
    "more words here",
    "漢字。",
    "שלום",
    "مرحبا",
    "x",
    "42",
    "e\u{301}",
    "👩\u{200D}👩\u{200D}👧",
    "I\u{307}",
    "\u{1F1E6}\u{1F1FA}",
];

const PIECES: [&str; 83] = [
    "**",
    "*",
    "_",
    "__",
    "***",
    "~~",
    "~",
    "`",
    "``",
    "```",
    "```rust\n",
    "~~~\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "> ",
    ">",
    "- ",
    "* ",
    "1. ",
    "999999999. ",
    "- [ ] ",
    "- [x] ",
    "# ",
    "###### ",
    "===\n",
    "---\n",
    "[",
    "]",
    "](https://a.b)",
    "](/x)",
    "![",
    "![a](https://a.b/c.png)",
    "[a](https://a.b \"t\")",
    "[a](http://localhost:1/x)",
    "[a][1]",
    "[1]: https://a.b/_c_\n",
    "[^1]",
    "[^1]: ",
    "<https://a.b>",
    "https://a.b/_c_?d=**e**",
    "<br>",
    "<b>",
    "</b>",
    "<!-- ",
    "<script>",
    "|",
    "||",
    "\n|-|-|\n",
    "| a | b |\n|---|--:|\n",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "$$",
    "$",
    "$x_1^2$",
    "\\frac{a}{b}",
    "\\",
    "\\*",
    "    ",
    "\t",
    "😀",
    "👨‍👩‍👧",
    "🇦🇺",
    "e\u{301}",
    "\u{301}",
    "\u{200B}",
    "\u{200D}",
    "\u{FEFF}",
    "\u{202E}",
    "\u{2066}",
    "\u{AD}",
    "\u{A0}",
    "\u{0}",
    "\u{7}",
    "&nbsp;",
    "&#7;",
    "&#x100000;",
    "&amp;",
    "\u{FFFD}",
    "@name #tag /cmd",
];
