//! Every shape of text that makes naive readers of Markdown slow, through the final conversion, the conversion of a preview
//! and the cut into messages.
//!
//! The times of the two lengths tell how the time grows: a throughput that falls with the length is a text that somebody
//! can stop the bot with. In the count all shapes are one subject, short enough for a valgrind and long enough to show it:
//! what grows with the square of the length costs a hundred times as much there.

use std::fmt;
use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use routergram::telegram::markdown;
use routergram::telegram::split::{MESSAGE_UNITS, split};

use crate::answers::ANSWER;
use crate::subject::Work;

/// Of each shape in the count.
const COUNTED_BYTES: usize = 5_000;

/// All of them, one after the other.
pub(crate) fn all() -> Work {
    let texts: Vec<String> = SHAPES.iter().map(|shape| shape.text(COUNTED_BYTES)).collect();
    Box::new(move || {
        for text in &texts {
            let formatted = markdown::format(black_box(text));
            drop(black_box(split(&formatted, MESSAGE_UNITS)));
            drop(black_box(markdown::format_partial(black_box(text))));
        }
    })
}

#[divan::bench(args = SHAPES, consts = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn formatted<const BYTES: usize>(bencher: Bencher, shape: &Shape) {
    let text = shape.text(BYTES);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| markdown::format(black_box(&text)));
}

#[divan::bench(args = SHAPES, consts = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn previewed<const BYTES: usize>(bencher: Bencher, shape: &Shape) {
    let text = shape.text(BYTES);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| markdown::format_partial(black_box(&text)));
}

#[divan::bench(args = SHAPES, consts = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn cut<const BYTES: usize>(bencher: Bencher, shape: &Shape) {
    let text = shape.text(BYTES);
    let formatted = markdown::format(&text);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| split(black_box(&formatted), MESSAGE_UNITS));
}

/// Its name, and what it is made of.
struct Shape(&'static str, Of);

enum Of {
    /// This again and again.
    Repeated(&'static str),
    /// The same between a beginning and an end.
    Within(&'static str, &'static str, &'static str),
    /// Lines that differ by their number, so many bytes long on average.
    Lines(usize, fn(usize) -> String),
    /// The rows of one table, each one such cell again and again.
    Rows([&'static str; 3]),
}

impl Shape {
    fn text(&self, bytes: usize) -> String {
        let filled = |piece: &str| piece.repeat(bytes / piece.len() + 1);
        match self.1 {
            Of::Repeated(piece) => filled(piece),
            Of::Within(begin, piece, end) => format!("{begin}{}{end}", filled(piece)),
            Of::Lines(length, line) => (0..bytes.div_ceil(length)).map(line).collect(),
            Of::Rows(cells) => cells.map(|cell| format!("{}|\n", cell.repeat(bytes / 6))).concat(),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const SHAPES: &[Shape] = &[
    Shape("answer", Of::Repeated(ANSWER)),
    Shape("plain", Of::Repeated("Some plain words. And more of them, in a paragraph.\n\n")),
    Shape("one line", Of::Repeated("words ")),
    Shape("one word", Of::Repeated("a")),
    Shape("lines", Of::Repeated("a\n")),
    Shape("newlines", Of::Repeated("\n")),
    Shape("all *", Of::Repeated("*")),
    Shape("* a", Of::Repeated("*a ")),
    Shape("** _ open", Of::Repeated("**a _b ")),
    Shape("**a** in one line", Of::Repeated("**a** ")),
    Shape("all [", Of::Repeated("[")),
    Shape("[a](", Of::Repeated("[a](")),
    Shape("all ]", Of::Repeated("[]")),
    Shape("![](", Of::Repeated("![](")),
    Shape("all backticks", Of::Repeated("`")),
    Shape("`x`", Of::Repeated("`x` ")),
    Shape("fences", Of::Repeated("```\nx\n```\n")),
    Shape("all >", Of::Repeated(">")),
    Shape("> > >", Of::Repeated("> ")),
    Shape("tables", Of::Repeated("| a | b |\n|---|---|\n| 1 | 2 |\n\n")),
    Shape("formulas", Of::Repeated("so $x_1^2$ and \\(\\frac{a}{b}\\) ")),
    Shape("all $", Of::Repeated("$")),
    Shape("$a", Of::Repeated("$a ")),
    Shape("\\( open", Of::Repeated("\\(")),
    Shape("money", Of::Repeated("$5 and ")),
    Shape("emoji", Of::Repeated("😀👨‍👩‍👧")),
    Shape("right to left", Of::Repeated("שלום مرحبا ")),
    Shape("links", Of::Repeated("[the docs](https://a.b/c_d) ")),
    Shape("one paragraph of links", Of::Repeated("[a](https://a.b)\n")),
    Shape("addresses", Of::Repeated("https://a.b/c_d_e ")),
    Shape("https://a_", Of::Repeated("https://a_")),
    Shape("https://**", Of::Repeated("https://**")),
    Shape("refused links", Of::Repeated("[a](/x) ")),
    Shape("<b>", Of::Repeated("<b>")),
    Shape("<!--", Of::Repeated("<!-- ")),
    Shape("<a href", Of::Repeated("<a href=\"")),
    Shape("||a||", Of::Repeated("||a|| ")),
    Shape("|| a", Of::Repeated("||a")),
    Shape("&amp;", Of::Repeated("&amp;")),
    Shape("\\*", Of::Repeated("\\*")),
    Shape("backtick runs", Of::Lines(700, |i| format!("{} ", "`".repeat(i % 1400)))),
    Shape("code block", Of::Within("```rust\n", "    let a = 1;\n", "```")),
    Shape("nested quotes", Of::Lines(42, |i| format!("{}x\n", "> ".repeat(i % 40)))),
    Shape("nested lists", Of::Lines(44, |i| format!("{}- x\n", "  ".repeat(i % 40)))),
    Shape("one table", Of::Within("| a | b |\n|---|---|\n", "| cell | **x** |\n", "")),
    Shape("wide table", Of::Rows(["|a", "|-", "|b"])),
    Shape("one formula", Of::Within("$$\n", "\\frac{a}{b} + ", "\n$$")),
    Shape("\\frac{ nested", Of::Within("$$ ", "\\frac{", " $$")),
    Shape("combining", Of::Within("e", "\u{301}", "")),
    Shape("spaces", Of::Within("a", " ", "b")),
    Shape("definitions", Of::Lines(27, |i| format!("[{i}]: https://a.b/{i}\n"))),
    Shape("notes", Of::Lines(26, |i| format!("a[^{i}]\n\n[^{i}]: note\n\n"))),
];
