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
        #[expect(clippy::cast_precision_loss, reason = "a megabyte or so")]
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

fn shapes(bytes: usize) -> Vec<(&'static str, String)> {
    let mut all = blocks(bytes);
    all.extend(inlines(bytes));
    all
}

/// Paragraphs, lists, quotes, code, tables.
fn blocks(bytes: usize) -> Vec<(&'static str, String)> {
    let filled = |piece: &str| piece.repeat(bytes / piece.len() + 1);
    let answer = "## Title\n\nSome **bold** and *italic* words with `code`, a [link](https://a.b/c) and $x^2$.\n\n\
                  - item\n  - nested\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn main() {}\n```\n\n";
    let deep = |marker: &str| (0..).map(|i| format!("{}x\n", marker.repeat(i % 40))).take(bytes / 60).collect();
    vec![
        ("answer", filled(answer)),
        ("plain", filled("Some plain words. And more of them, in a paragraph.\n\n")),
        ("one line", filled("words ")),
        ("one word", filled("a")),
        ("lines", filled("a\n")),
        ("newlines", filled("\n")),
        ("fences", filled("```\nx\n```\n")),
        ("code block", format!("```rust\n{}```", filled("    let a = 1;\n"))),
        ("nested quotes", deep("> ")),
        ("nested lists", deep("  ").replace('x', "- x")),
        ("all >", filled(">")),
        ("> > >", filled("> ")),
        ("one table", format!("| a | b |\n|---|---|\n{}", filled("| cell | **x** |\n"))),
        (
            "wide table",
            format!(
                "{}\n{}\n{}",
                filled("|a")[..bytes / 3].to_owned(),
                filled("|-")[..bytes / 3].to_owned(),
                filled("|b")[..bytes / 3].to_owned()
            ),
        ),
        ("tables", filled("| a | b |\n|---|---|\n| 1 | 2 |\n\n")),
    ]
}

/// Marks inside a line.
fn inlines(bytes: usize) -> Vec<(&'static str, String)> {
    let filled = |piece: &str| piece.repeat(bytes / piece.len() + 1);
    vec![
        ("all *", filled("*")),
        ("* a", filled("*a ")),
        ("** _ open", filled("**a _b ")),
        ("**a** in one line", filled("**a** ")),
        ("all [", filled("[")),
        ("[a](", filled("[a](")),
        ("all ]", filled("[]")),
        ("![](", filled("![](")),
        ("all backticks", filled("`")),
        ("backtick runs", (0..).map(|i| format!("{} ", "`".repeat(i % 1400))).take(bytes / 700).collect()),
        ("`x`", filled("`x` ")),
        ("formulas", filled("so $x_1^2$ and \\(\\frac{a}{b}\\) ")),
        ("one formula", format!("$$\n{}\n$$", filled("\\frac{a}{b} + "))),
        ("\\frac{ nested", format!("$$ {} $$", filled("\\frac{"))),
        ("all $", filled("$")),
        ("$a", filled("$a ")),
        ("\\( open", filled("\\(")),
        ("money", filled("$5 and ")),
        ("emoji", filled("😀👨‍👩‍👧")),
        ("right to left", filled("שלום مرحبا ")),
        ("combining", format!("e{}", filled("\u{301}"))),
        ("links", filled("[the docs](https://a.b/c_d) ")),
        ("one paragraph of links", filled("[a](https://a.b)\n")),
        ("addresses", filled("https://a.b/c_d_e ")),
        ("https://a_", filled("https://a_")),
        ("refused links", filled("[a](/x) ")),
        ("definitions", (0..).map(|i| format!("[{i}]: https://a.b/{i}\n")).take(bytes / 25).collect()),
        ("notes", (0..).map(|i| format!("a[^{i}]\n\n[^{i}]: note\n\n")).take(bytes / 25).collect()),
        ("<b>", filled("<b>")),
        ("<!--", filled("<!-- ")),
        ("<a href", filled("<a href=\"")),
        ("||a||", filled("||a|| ")),
        ("|| a", filled("||a")),
        ("&amp;", filled("&amp;")),
        ("spaces", format!("a{}b", filled(" "))),
        ("\\*", filled("\\*")),
    ]
}
