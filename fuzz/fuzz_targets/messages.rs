//! Whatever the model writes becomes messages that Telegram takes: not too long, with entities that lie inside and cut
//! no character, and together with every visible character of the formatted text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use routergram::telegram::{markdown, split};

fuzz_target!(|input: (u16, &str)| {
    let (limit, written) = input;
    let limit = usize::from(limit % 4095) + 2;
    for formatted in [markdown::format(written), markdown::format_partial(written)] {
        let parts = split::split(&formatted, limit);
        for part in &parts {
            let units: Vec<u16> = part.text.encode_utf16().collect();
            assert!((1..=limit).contains(&units.len()), "{} units of at most {limit}", units.len());
            let inside_pair = |at: usize| units.get(at).is_some_and(|unit| (0xDC00..0xE000).contains(unit));
            for entity in &part.entities {
                let end = entity.offset + entity.length;
                assert!(entity.length > 0 && end <= units.len(), "{entity:?} in {:?}", part.text);
                assert!(!inside_pair(entity.offset) && !inside_pair(end), "{entity:?} cuts a pair in {:?}", part.text);
            }
        }
        let together: String = parts.iter().map(|part| letters(&part.text)).collect();
        assert_eq!(together, letters(&formatted.text));
    }
    let _ = markdown::for_rich_messages(written);
    let _ = markdown::wants_rich(written);
});

/// What nobody may miss. Blanks go where a message ends, and so do marks on nothing.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
