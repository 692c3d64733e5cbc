//! Where long texts are cut, and what every part keeps to.

use proptest::prelude::*;

use super::*;
use crate::telegram::markdown::format;
use crate::telegram::markdown::tests::assert_well_formed;

fn plain_text(text: &str) -> Formatted {
    Formatted { text: text.to_owned(), entities: Vec::new() }
}

fn texts(text: &str, limit: usize) -> Vec<String> {
    split(&plain_text(text), limit).into_iter().map(|part| part.text).collect()
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_short_text_is_one_part_and_a_blank_one_none() {
    let formatted = format("**a** `b`");
    let parts = split(&formatted, MESSAGE_UNITS);
    assert_eq!(parts, [Part::text(formatted.text, formatted.entities)]);
    assert_eq!(split(&plain_text(" \n\u{200B}"), MESSAGE_UNITS), []);
}

#[test]
fn it_is_cut_at_the_best_pause_of_the_second_half() {
    assert_eq!(texts("one two\n\nthree four\nfive", 16), ["one two", "three four\nfive"]);
    assert_eq!(texts("aaa\n\nbb bb bb\ncc cc cc", 18), ["aaa\n\nbb bb bb", "cc cc cc"]);
    assert_eq!(texts("Some words. And more words", 22), ["Some words.", "And more words"]);
    assert_eq!(texts("some words and more", 12), ["some words", "and more"]);
}

#[test]
fn an_address_is_not_cut_when_it_fits() {
    assert_eq!(texts("see https://example.com/abc now", 24), ["see", "https://example.com/abc", "now"]);
    assert_eq!(texts("请看这里的文档请看这里https://a.bc/d", 18), ["请看这里的文档请看这里", "https://a.bc/d"]);
}

#[test]
fn a_text_without_pauses_is_cut_between_characters_as_people_see_them() {
    assert_eq!(texts("😀😀😀", 5), ["😀😀", "😀"]);
    let family = "👨\u{200D}👩\u{200D}👧";
    assert_eq!(texts(&format!("ab{family}"), 9), ["ab", family]);
    assert_eq!(texts("e\u{301}e\u{301}", 3), ["e\u{301}", "e\u{301}"]);
}

#[test]
fn a_code_block_moves_to_the_next_part_when_it_fits_there() {
    let formatted = format("Some words before the code\n```rust\nfn a() {\n\n}\n```");
    let parts = split(&formatted, 32);
    assert_eq!(parts[0].text, "Some words before the code");
    assert_eq!(parts[1].text, "fn a() {\n\n}");
    assert_eq!(parts[1].entities, [MessageEntity::pre(Some("rust".to_owned()), 0, 11)]);
}

#[test]
fn a_long_code_block_continues_as_code_with_its_indentation() {
    let formatted = format("```py\nif x:\n    first()\n    second()\n```");
    let parts = split(&formatted, 20);
    assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(), ["if x:\n    first()", "    second()"]);
    let code = |length| vec![MessageEntity::pre(Some("py".to_owned()), 0, length)];
    assert_eq!((&parts[0].entities, &parts[1].entities), (&code(17), &code(12)));
}

#[test]
fn entities_are_clipped_and_counted_from_their_part() {
    let formatted = format("😀 **one two**");
    let parts = split(&formatted, 6);
    assert_eq!(parts[0].entities, [MessageEntity::bold(3, 3)]);
    assert_eq!(parts[1].entities, [MessageEntity::bold(0, 3)]);
}

#[test]
fn formatting_goes_on_through_all_the_parts() {
    let formatted = format("> **one two three four** five\n> six seven");
    let parts = split(&formatted, 6);
    assert_eq!(parts.len(), 7);
    for (i, part) in parts.iter().enumerate() {
        let length = part.text.len();
        let bold = (i < 4).then(|| MessageEntity::bold(0, length));
        let expected: Vec<_> =
            [MessageEntity::new(MessageEntityKind::Blockquote, 0, length)].into_iter().chain(bold).collect();
        assert_eq!(part.entities, expected, "{}", part.text);
    }
}

#[test]
fn no_part_has_more_entities_than_telegram_reads() {
    let formatted = format(&"**a** `b` ".repeat(300));
    assert_eq!(formatted.entities.len(), 600);
    let parts = split(&formatted, MESSAGE_UNITS);
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].entities.len(), entities::MESSAGE_ENTITIES);
    assert!(parts[0].entities.iter().all(|entity| entity.kind == MessageEntityKind::Code));
}

#[test]
fn the_plain_form_has_the_text_alone() {
    let part = split(&format("**a**"), MESSAGE_UNITS).remove(0);
    assert_eq!(plain(&part), Part::plain("a".to_owned()));
}

#[test]
fn a_long_text_is_split_in_no_time() {
    for piece in ["a", "word ", "😀", "\n", "`x` ", "```\nx\n```\n", "a\u{301}", "\u{301}"] {
        let parts = split(&format(&piece.repeat(60_000 / piece.len())), 100);
        assert!(parts.iter().all(|part| part.text.encode_utf16().count() <= 100));
    }
}

fn text_with_entities() -> impl Strategy<Value = Formatted> {
    let piece = prop_oneof![
        "[a-z]{1,12}",
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just(". ".to_owned()),
        Just("😀".to_owned()),
        Just("👨\u{200D}👩".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("**".to_owned()),
        Just("`".to_owned()),
        Just("\n```rs\n".to_owned()),
        Just("    ".to_owned()),
        Just("漢字。".to_owned()),
        Just("https://a.bc/d".to_owned()),
        Just("> ".to_owned()),
        Just("\u{200B}".to_owned()),
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| format(&pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_visible_is_lost_and_every_part_is_sound(formatted in text_with_entities(), limit in 2usize..80) {
        let parts = split(&formatted, limit);
        let together: String = parts.iter().map(|part| visible(&part.text)).collect();
        let seen = |text: &str| visible(text).replace(['\u{200B}', '\u{200D}', '\u{301}'], "");
        prop_assert_eq!(seen(&together), seen(&formatted.text));
        for part in &parts {
            let units = part.text.encode_utf16().count();
            prop_assert!((1..=limit).contains(&units), "{} units in {:?}", units, part.text);
            prop_assert!(!is_blank(&part.text));
            prop_assert!(part.entities.len() <= entities::MESSAGE_ENTITIES);
            assert_well_formed(&part.text, &part.entities);
        }
    }

    #[test]
    fn a_part_is_not_split_again(formatted in text_with_entities(), limit in 2usize..80) {
        for part in split(&formatted, limit) {
            let again = split(&Formatted { text: part.text.clone(), entities: part.entities.clone() }, limit);
            prop_assert_eq!(again, [part]);
        }
    }
}
