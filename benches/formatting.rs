//! How long formatting takes: `cargo bench --bench formatting [bytes]`.
//!
//! One megabyte (or as many bytes as asked) of each shape that makes naive readers of Markdown slow, through the final
//! conversion, the conversion of a preview and the cut into messages. Prints milliseconds for a megabyte of each; the same
//! number at twice the length says that the time grows with the length and not faster. What is measured is processor
//! time where the system tells it (Linux), so that it does not matter what else runs.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::{Duration, Instant};

use routergram::telegram::markdown::{format, format_partial};
use routergram::telegram::split::{MESSAGE_UNITS, split};

/// Measured this often; the shortest counts, since everything else on the machine only makes it longer.
const ROUNDS: usize = 3;

fn main() {
    let bytes = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    println!("{:<24} {:>8} {:>8} {:>8}   ms for 1 MB", "shape", "format", "partial", "split");
    for (name, text) in shapes(bytes) {
        #[expect(clippy::cast_precision_loss, reason = "it is shown with four digits")]
        let megabytes = text.len() as f64 / 1e6;
        let formatted = format(&text);
        let times = [
            shortest(|| drop(format(&text))),
            shortest(|| drop(format_partial(&text))),
            shortest(|| drop(split(&formatted, MESSAGE_UNITS))),
        ];
        let [format, partial, split] = times.map(|time| time.as_secs_f64() * 1e3 / megabytes);
        println!("{name:<24} {format:>8.1} {partial:>8.1} {split:>8.1}");
    }
}

fn shortest(mut work: impl FnMut()) -> Duration {
    let mut once = || {
        let (start, used) = (Instant::now(), on_processor());
        work();
        used.zip(on_processor()).map_or_else(|| start.elapsed(), |(before, after)| after.saturating_sub(before))
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}

/// How long this thread has run so far, not counting how long it has waited for a processor.
fn on_processor() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// An answer as models write it, with a bit of everything.
const ANSWER: &str = "## Title\n\nSome **bold** and *italic* words with `code`, a [link](https://a.b/c) and $x^2$.\n\n\
                      - item\n  - nested\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn main() {}\n```\n\n";

/// Repeated up to the length asked for.
const REPEATED: [(&str, &str); 40] = [
    ("answer", ANSWER),
    ("plain", "Some plain words. And more of them, in a paragraph.\n\n"),
    ("one line", "words "),
    ("one word", "a"),
    ("lines", "a\n"),
    ("newlines", "\n"),
    ("all *", "*"),
    ("* a", "*a "),
    ("** _ open", "**a _b "),
    ("**a** in one line", "**a** "),
    ("all [", "["),
    ("[a](", "[a]("),
    ("all ]", "[]"),
    ("![](", "![]("),
    ("all backticks", "`"),
    ("`x`", "`x` "),
    ("fences", "```\nx\n```\n"),
    ("all >", ">"),
    ("> > >", "> "),
    ("tables", "| a | b |\n|---|---|\n| 1 | 2 |\n\n"),
    ("formulas", "so $x_1^2$ and \\(\\frac{a}{b}\\) "),
    ("all $", "$"),
    ("$a", "$a "),
    ("\\( open", "\\("),
    ("money", "$5 and "),
    ("emoji", "😀👨‍👩‍👧"),
    ("right to left", "שלום مرحبا "),
    ("links", "[the docs](https://a.b/c_d) "),
    ("one paragraph of links", "[a](https://a.b)\n"),
    ("addresses", "https://a.b/c_d_e "),
    ("https://a_", "https://a_"),
    ("https://**", "https://**"),
    ("refused links", "[a](/x) "),
    ("<b>", "<b>"),
    ("<!--", "<!-- "),
    ("<a href", "<a href=\""),
    ("||a||", "||a|| "),
    ("|| a", "||a"),
    ("&amp;", "&amp;"),
    ("\\*", "\\*"),
];

fn shapes(bytes: usize) -> Vec<(&'static str, String)> {
    let filled = |piece: &str| piece.repeat(bytes / piece.len() + 1);
    let counted = |line: fn(usize) -> String, length: usize| (0..bytes / length).map(line).collect::<String>();
    let wide = |cell: &str| format!("{}|\n", cell.repeat(bytes / 6));
    let mut shapes: Vec<_> = REPEATED.map(|(name, piece)| (name, filled(piece))).to_vec();
    shapes.extend([
        ("backtick runs", counted(|i| format!("{} ", "`".repeat(i % 1400)), 700)),
        ("code block", format!("```rust\n{}```", filled("    let a = 1;\n"))),
        ("nested quotes", counted(|i| format!("{}x\n", "> ".repeat(i % 40)), 42)),
        ("nested lists", counted(|i| format!("{}- x\n", "  ".repeat(i % 40)), 44)),
        ("one table", format!("| a | b |\n|---|---|\n{}", filled("| cell | **x** |\n"))),
        ("wide table", [wide("|a"), wide("|-"), wide("|b")].concat()),
        ("one formula", format!("$$\n{}\n$$", filled("\\frac{a}{b} + "))),
        ("\\frac{ nested", format!("$$ {} $$", filled("\\frac{"))),
        ("combining", format!("e{}", filled("\u{301}"))),
        ("spaces", format!("a{}b", filled(" "))),
        ("definitions", counted(|i| format!("[{i}]: https://a.b/{i}\n"), 27)),
        ("notes", counted(|i| format!("a[^{i}]\n\n[^{i}]: note\n\n"), 26)),
    ]);
    shapes
}
