//! Files that are texts: in UTF-8, in UTF-16, or in what Windows wrote before these.
//!
//! What is not marked and not UTF-8 is windows-1251 (Russian) or windows-1252 (western), told apart by how letters that
//! ASCII lacks follow each other: whole words of them are Russian, single ones among others western. A library that knows
//! every encoding there ever was weighs half a megabyte, most of it for ways of writing Chinese that are no longer sent.
//! A file with characters that no text has is none, whatever it is called.

/// What is read of a text, in bytes: some 40,000 tokens, a short book. More would cost more than anybody expects of a file
/// that they did not write themselves.
pub(super) const MOST: usize = 120_000;

/// What windows-1252 has from 0x80 to 0x9f; from 0xa0 on it is Unicode's own order.
const WESTERN: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];
/// What windows-1251 has from 0x80 to 0xbf; from 0xc0 on it is the alphabet from А on.
const RUSSIAN: [char; 64] = [
    'Ђ', 'Ѓ', '‚', 'ѓ', '„', '…', '†', '‡', '€', '‰', 'Љ', '‹', 'Њ', 'Ќ', 'Ћ', 'Џ', 'ђ', '‘', '’', '“', '”', '•', '–',
    '—', '\u{98}', '™', 'љ', '›', 'њ', 'ќ', 'ћ', 'џ', '\u{a0}', 'Ў', 'ў', 'Ј', '¤', 'Ґ', '¦', '§', 'Ё', '©', 'Є', '«',
    '¬', '\u{ad}', '®', 'Ї', '°', '±', 'І', 'і', 'ґ', 'µ', '¶', '·', 'ё', '№', 'є', '»', 'ј', 'Ѕ', 'ѕ', 'ї',
];

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
    let mut text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        unmarked => unmarked_text(unmarked, cut),
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}');
    let odd = text.chars().filter(|c| is_odd(*c) || *c == '\u{fffd}').count();
    // One in a hundred is an accident of an old program; more is a program.
    if odd * 100 > text.chars().count() {
        return None;
    }
    text.retain(|c| !is_odd(c) && c != '\r');
    Some(Words { text, cut })
}

fn unmarked_text(bytes: &[u8], cut: bool) -> String {
    // Of unmarked UTF-16, every second byte of what most alphabets write is the same small number.
    let small = |from: usize| {
        let (all, small) = bytes
            .iter()
            .skip(from)
            .step_by(2)
            .fold((0, 0), |(all, small), byte| (all + 1, small + usize::from(*byte <= 4)));
        all > 0 && small * 10 > all * 6
    };
    match (small(0), small(1)) {
        (false, true) => return utf16(bytes, u16::from_le_bytes),
        (true, false) => return utf16(bytes, u16::from_be_bytes),
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => return text.to_owned(),
        // The last character is halved where the beginning of a file ends.
        Err(error) if cut && error.error_len().is_none() => {
            return String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        }
        Err(_) => {}
    }
    if is_russian(bytes) {
        bytes.iter().map(|byte| russian(*byte)).collect()
    } else {
        bytes.iter().map(|byte| western(*byte)).collect()
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// Do letters beyond ASCII follow each other?
fn is_russian(bytes: &[u8]) -> bool {
    let letters = bytes.iter().filter(|byte| **byte >= 0xc0).count();
    let beside = bytes.windows(2).filter(|pair| pair[0] >= 0xc0 && pair[1] >= 0xc0).count();
    beside * 2 > letters
}

fn russian(byte: u8) -> char {
    match byte {
        0..0x80 => byte.into(),
        0x80..0xc0 => RUSSIAN[usize::from(byte - 0x80)],
        0xc0.. => char::from_u32(u32::from('А') + u32::from(byte - 0xc0)).unwrap_or('\u{fffd}'),
    }
}

fn western(byte: u8) -> char {
    match byte {
        0x80..0xa0 => WESTERN[usize::from(byte - 0x80)],
        _ => byte.into(),
    }
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

    const TEXT: &str = "Съешь же ещё этих мягких французских булок, да выпей чаю. Так мы проверяем, что всё на месте.";

    fn read(bytes: &[u8]) -> Option<String> {
        decode(bytes, false).map(|words| words.text)
    }

    #[test]
    fn a_text_is_read_in_whatever_it_was_written() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(read(TEXT.as_bytes()).as_deref(), Some(TEXT));
        assert_eq!(read(&encoding_rs::WINDOWS_1251.encode(TEXT).0).as_deref(), Some(TEXT));
        assert_eq!(read(&utf16(&format!("\u{feff}{TEXT}"))).as_deref(), Some(TEXT));
        assert_eq!(read(&utf16("plain and unmarked")).as_deref(), Some("plain and unmarked"));
        assert_eq!(read(&utf16(TEXT)).as_deref(), Some(TEXT));
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
        let words = decode(&TEXT.as_bytes()[..=TEXT.find('ш').unwrap()], true).unwrap();
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
