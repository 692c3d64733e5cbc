//! Files that are texts: in UTF-8, in UTF-16, or in what was written before these.
//!
//! What is not marked and not UTF-8 is guessed (chardetng, as Firefox does), since notes from a Windows of 2005 are still
//! sent around. A file with characters that no text has is none, whatever it is called.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// What is read of a text, in bytes: some 40,000 tokens, a short book. More would cost more than anybody expects of a file
/// that they did not write themselves.
pub(super) const MOST: usize = 120_000;

/// A text that came as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What is in it.
    pub text: String,
    /// There is more of it, which was not read.
    pub cut: bool,
}

/// The text in these bytes, the whole of a file or its beginning; `None` when they are no text.
pub(super) fn decode(bytes: &[u8], cut: bool) -> Option<Words> {
    let (encoding, marked) = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => (encoding, true),
        None => (guess(bytes, cut), false),
    };
    let (text, _, broken) = encoding.decode(bytes);
    let mut text = text.into_owned();
    if cut {
        // The last character may have been halved.
        while text.ends_with('\u{fffd}') {
            text.pop();
        }
    }
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}');
    let odd = text.chars().filter(|c| is_odd(*c)).count();
    // One in a hundred is an accident of an old program; more is a program.
    if (broken && !marked && !cut && text.contains('\u{fffd}')) || odd * 100 > text.chars().count() {
        return None;
    }
    text.retain(|c| !is_odd(c) && c != '\r');
    Some(Words { text, cut })
}

fn guess(bytes: &[u8], cut: bool) -> &'static Encoding {
    // Of unmarked UTF-16, every second byte of what most alphabets write is the same small number.
    let (even, odd): (Vec<&u8>, Vec<&u8>) =
        (bytes.iter().step_by(2).collect(), bytes.iter().skip(1).step_by(2).collect());
    let small =
        |bytes: &[&u8]| !bytes.is_empty() && bytes.iter().filter(|byte| ***byte <= 4).count() * 10 > bytes.len() * 6;
    match (small(&even), small(&odd)) {
        (false, true) => return UTF_16LE,
        (true, false) => return UTF_16BE,
        _ => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, !cut);
    detector.guess(None, Utf8Detection::Allow)
}

impl Words {
    /// As a part of what a model reads: named, and set off from everything else.
    #[must_use]
    pub fn quoted(&self, name: Option<&str>) -> String {
        let name = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
        let language =
            name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| is_language(ending)).unwrap_or_default();
        let fence = fence(&self.text);
        let cut = if self.cut {
            format!(", of which this is the beginning ({} bytes)", self.text.len())
        } else {
            String::new()
        };
        let whose = if name.is_empty() { "A file".to_owned() } else { format!("File {name}") };
        format!("{whose}{cut}:\n{fence}{language}\n{}\n{fence}", self.text.trim_end())
    }
}

/// Endings by which everybody names a language.
fn is_language(ending: &str) -> bool {
    ending.len() <= 10 && ending.chars().all(|c| c.is_ascii_alphanumeric()) && ending != "txt"
}

/// Longer than any in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str =
        "Съешь же ещё этих мягких французских булок, да выпей чаю. Так мы проверяем, что всё на месте.";

    fn read(bytes: &[u8]) -> Option<String> {
        decode(bytes, false).map(|words| words.text)
    }

    #[test]
    fn a_text_is_read_in_whatever_it_was_written() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(read(RUSSIAN.as_bytes()).as_deref(), Some(RUSSIAN));
        assert_eq!(read(&encoding_rs::WINDOWS_1251.encode(RUSSIAN).0).as_deref(), Some(RUSSIAN));
        assert_eq!(read(&utf16(&format!("\u{feff}{RUSSIAN}"))).as_deref(), Some(RUSSIAN));
        assert_eq!(read(&utf16("plain and unmarked")).as_deref(), Some("plain and unmarked"));
        assert_eq!(read(&utf16(RUSSIAN)).as_deref(), Some(RUSSIAN));
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        assert_eq!(read(&big("\u{feff}big end")).as_deref(), Some("big end"));
        assert_eq!(read("\u{feff}marked\r\nlines".as_bytes()).as_deref(), Some("marked\nlines"));
        assert_eq!(
            read("déjà vu à la carte, naïve façade".as_bytes()).as_deref(),
            Some("déjà vu à la carte, naïve façade")
        );
    }

    #[test]
    fn what_is_no_text_is_not_read_as_one() {
        let noise: Vec<u8> = (0..4000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        assert_eq!(read(&noise), None);
        assert_eq!(read(&[0; 100]), None);
    }

    #[test]
    fn a_beginning_ends_with_a_whole_character() {
        let words = decode(&RUSSIAN.as_bytes()[..=RUSSIAN.find('ш').unwrap()], true).unwrap();
        assert_eq!((words.text.as_str(), words.cut), ("Съе", true));
    }

    #[test]
    fn a_text_is_set_off_by_a_fence_that_is_not_in_it() {
        let words = |text: &str| Words { text: text.to_owned(), cut: false };
        assert_eq!(words("fn main() {}\n").quoted(Some("main.rs")), "File main.rs:\n```rs\nfn main() {}\n```");
        assert_eq!(words("a ```` b").quoted(None), "A file:\n`````\na ```` b\n`````");
        let cut = Words { cut: true, ..words("x") };
        assert_eq!(
            cut.quoted(Some("a\nb.txt")),
            "File a b.txt, of which this is the beginning (1 bytes):\n```\nx\n```"
        );
    }
}
