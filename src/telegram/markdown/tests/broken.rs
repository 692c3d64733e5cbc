//! Markdown that no model means, and that arrives anyway: cut, doubled, absurd.

use proptest::prelude::*;

use super::*;
use crate::telegram::entities;

/// Broken Markdown that makes naive readers quadratic. The test harness would not end if one of them were.
#[test]
fn absurd_markdown_takes_no_time() {
    let n = 30_000;
    let nested: String = (0..170).flat_map(|i| [" ".repeat(i * 2), "- x\n".to_owned()]).collect();
    for bad in [
        "[".repeat(n),
        "*a ".repeat(n / 3),
        "**a _b ".repeat(n / 7),
        ">".repeat(n),
        format!("{}{}", "- ".repeat(n / 4), "\n".repeat(n / 2)),
        format!("{}{}", "> - ".repeat(n / 8), "\n\n".repeat(n / 4)),
        "`".repeat(n),
        (1..240).flat_map(|i| ["`".repeat(i), " ".to_owned()]).collect(),
        "\\(".repeat(n / 2),
        "$".repeat(n),
        "$a".repeat(n / 2),
        "![](".repeat(n / 4),
        "[a](<b".repeat(n / 6),
        "<a href=\"".repeat(n / 9),
        "<!--".repeat(n / 4),
        "||".repeat(n / 2),
        "||a".repeat(n / 3),
        "|-".repeat(n / 2),
        format!("{}\n{}\n{}", "|a".repeat(n / 6), "|-".repeat(n / 6), "|\n".repeat(n / 6)),
        "&#x100000;".repeat(n / 10),
        "https://a_".repeat(n / 10),
        "https://**".repeat(n / 10),
        format!("{}{}", nested, "\n".repeat(n / 2)),
        "[^a]: ".repeat(n / 6),
        "[a]: x\n".repeat(n / 7),
        "_*".repeat(n / 2),
        "~~a~ ".repeat(n / 5),
        "1. ".repeat(n / 3),
        "a\n-\n".repeat(n / 4),
    ] {
        let formatted = format(&bad);
        assert_well_formed(&formatted.text, &formatted.entities[..formatted.entities.len().min(20)]);
        let _ = format_partial(&bad);
    }
}

fn markdownish() -> impl Strategy<Value = String> {
    let pieces = [
        "**",
        "*",
        "_",
        "__",
        "~~",
        "`",
        "```",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "# ",
        "[",
        "](https://a.b)",
        "](x)",
        "|",
        "\n|-|-|\n",
        "||",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "$$",
        "$",
        "<br>",
        "<b>",
        "    ",
        "\t",
        "😀",
        "word",
        " ",
        "ж",
        "e\u{301}",
        "&nbsp;",
        "&#x100000;",
        "---",
        "~",
        "[^1]",
        "[^1]: ",
        "[x]: y\n",
        "!",
        "\\",
        "https://a.b/_c_",
        "\u{0}",
        "\u{200B}",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_well_formed(markdown in markdownish()) {
        for formatted in [format(&markdown), format_partial(&markdown)] {
            assert_well_formed(&formatted.text, &formatted.entities);
            let code_first = formatted.entities.first().is_some_and(|e| e.offset == 0);
            prop_assert_eq!(formatted.text.trim_end(), &formatted.text);
            prop_assert!(code_first || formatted.text.trim_start() == formatted.text);
            prop_assert!(formatted.text.is_empty() || !entities::is_blank(&formatted.text));
            let unseen = |c: char| c.is_control() && c != '\n' || u32::from(c) >= 0x10_0000;
            prop_assert!(!formatted.text.contains(unseen));
        }
    }

    #[test]
    fn any_characters_are_read(text in "\\PC{0,200}") {
        let formatted = format(&text);
        assert_well_formed(&formatted.text, &formatted.entities);
    }

    #[test]
    fn plain_words_come_through_unchanged(text in "[a-zA-Zа-яА-Я,.!? 0-9😀]{0,80}") {
        let words: Vec<&str> = text.split_whitespace().collect();
        let formatted = format(&words.join(" "));
        prop_assume!(!words.first().is_some_and(|word| word.ends_with('.') && word[..word.len() - 1].chars().all(|c| c.is_ascii_digit())));
        prop_assert_eq!(formatted.text, words.join(" "));
        prop_assert!(formatted.entities.is_empty());
    }
}
