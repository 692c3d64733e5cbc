//! What the real server was seen, or its source read, to do.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn params(fields: &Value) -> Params {
    Params { fields: fields.as_object().unwrap().clone(), ..Params::default() }
}

fn sent(fields: &Value) -> Result<(String, Vec<Value>), String> {
    message(&params(fields)).map(|it| (it.text.clone(), it.entities_json())).map_err(|it| it.description)
}

fn parsed(mode: &str, text: &str) -> Result<(String, Vec<Value>), String> {
    sent(&json!({"text": text, "parse_mode": mode}))
}

fn entity(kind: &str, offset: usize, length: usize) -> Value {
    json!({"type": kind, "offset": offset, "length": length})
}

#[test]
fn white_space_at_the_ends_goes_and_entities_stay_where_they_were() {
    let got = sent(&json!({"text": " \n😀 bold \t\n", "entities": [entity("bold", 2, 10)]}));
    assert_eq!(got, Ok(("😀 bold".to_owned(), vec![entity("bold", 0, 7)])));
}

#[test]
fn direction_overrides_vanish_and_move_entities() {
    let got = sent(&json!({"text": "a\u{202e}b\rc", "entities": [entity("code", 4, 1)]}));
    assert_eq!(got, Ok(("abc".to_owned(), vec![entity("code", 2, 1)])));
}

#[test]
fn an_entity_inside_a_surrogate_pair_is_refused() {
    let text = "a😀b";
    let start = sent(&json!({"text": text, "entities": [entity("bold", 2, 2)]}));
    assert_eq!(start, Err("Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 5".to_owned()));
    let end = sent(&json!({"text": text, "entities": [entity("bold", 0, 2)]}));
    assert_eq!(
        end,
        Err("Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5"
            .to_owned())
    );
}

#[test]
fn an_entity_outside_of_the_text_is_refused() {
    assert_eq!(
        sent(&json!({"text": "abc", "entities": [entity("bold", 1, 3)]})),
        Err("Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4"
            .to_owned())
    );
    assert_eq!(
        sent(&json!({"text": "abc", "entities": [entity("bold", 4, 1)]})),
        Err("Bad Request: entity begins after the end of the text at UTF-16 offset 4".to_owned())
    );
}

#[test]
fn a_bad_link_rejects_the_whole_message() {
    let mut link = entity("text_link", 0, 1);
    link["url"] = json!("/x");
    assert_eq!(
        sent(&json!({"text": "abc", "entities": [link]})),
        Err("Bad Request: entity URL '/x' is invalid: URL host is empty".to_owned())
    );
}

#[test]
fn the_limit_is_counted_in_utf16_after_parsing() {
    assert!(sent(&json!({"text": "😀".repeat(2048)})).is_ok());
    assert_eq!(
        sent(&json!({"text": format!("{}a", "😀".repeat(2048))})),
        Err("Bad Request: message is too long".to_owned())
    );
    assert!(parsed("HTML", &format!("<b>{}</b>", "a".repeat(4096))).is_ok());
}

#[test]
fn nothing_to_see_is_refused() {
    assert_eq!(sent(&json!({"text": ""})), Err("Bad Request: message text is empty".to_owned()));
    assert_eq!(sent(&json!({"text": " \n"})), Err("Bad Request: text must be non-empty".to_owned()));
}

#[test]
fn html_is_parsed() {
    let got = parsed(
        "html",
        "😀<b>a<i>b</i></b> &lt;&amp;&#33; <a href=\"http://a.org?x=1&amp;y\">l</a><a href='/x'>m</a> <pre><code class=\"language-rust\">x</code></pre>",
    );
    let mut link = entity("text_link", 9, 1);
    link["url"] = json!("http://a.org/?x=1&y");
    let mut pre = entity("pre", 12, 1);
    pre["language"] = json!("rust");
    assert_eq!(got, Ok(("😀ab <&! lm x".to_owned(), vec![entity("bold", 2, 2), entity("italic", 3, 1), link, pre])));
}

#[test]
fn broken_html_is_refused_with_its_byte_offset() {
    for (text, complaint) in [
        ("<b>a", "can't find end tag corresponding to start tag \"b\""),
        ("ж<int>", "unsupported start tag \"int\" at byte offset 2"),
        ("a</b>", "unexpected end tag at byte offset 1"),
        ("<b>a</i>", "unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
        ("a <b", "unclosed start tag at byte offset 2"),
        ("<span>a</span>", "tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
    ] {
        let said = parsed("HTML", text).unwrap_err();
        assert_eq!(said.to_lowercase(), format!("bad request: can't parse entities: {complaint}").to_lowercase());
    }
}

#[test]
fn markdown_v2_is_parsed() {
    let got = parsed(
        "MarkdownV2",
        "*b _i_* __u__ ~s~ ||x|| `c\\`d` [l](https://a.org/\\)) 1\\.\n>q\n>r\nend\n```rust\nfn\n```",
    );
    let text = "b i u s x c`d l 1.\nq\nr\nend\nfn";
    let mut link = entity("text_link", 14, 1);
    link["url"] = json!("https://a.org/)");
    let mut pre = entity("pre", 27, 2);
    pre["language"] = json!("rust");
    let (got_text, got_entities) = got.unwrap();
    assert_eq!(got_text, text);
    assert_eq!(
        got_entities,
        [
            entity("bold", 0, 3),
            entity("italic", 2, 1),
            entity("underline", 4, 1),
            entity("strikethrough", 6, 1),
            entity("spoiler", 8, 1),
            entity("code", 10, 3),
            link,
            entity("blockquote", 19, 4),
            pre,
        ]
    );
}

#[test]
fn unescaped_markdown_is_refused() {
    assert_eq!(
        parsed("MarkdownV2", "a.b"),
        Err("Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"
            .to_owned())
    );
    assert_eq!(
        parsed("MarkdownV2", "*a"),
        Err("Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 0".to_owned())
    );
}

#[test]
fn old_markdown_is_parsed() {
    let got = parsed("Markdown", "*b* _i_ `c` \\_ [l](a.org)");
    let mut link = entity("text_link", 8, 1);
    link["url"] = json!("http://a.org/");
    assert_eq!(
        got,
        Ok(("b i c _ l".to_owned(), vec![entity("bold", 0, 1), entity("italic", 2, 1), entity("code", 4, 1), link]))
    );
    assert_eq!(
        parsed("Markdown", "a*b"),
        Err("Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 1".to_owned())
    );
}

#[test]
fn overlapping_styles_are_cut_and_code_holds_nothing() {
    let got = sent(&json!({"text": "0123456789", "entities": [
        entity("bold", 0, 6), entity("italic", 4, 6), entity("code", 7, 2), entity("code", 8, 2),
    ]}));
    assert_eq!(
        got.unwrap().1,
        [
            entity("bold", 0, 4),
            entity("italic", 4, 3),
            entity("bold", 4, 2),
            entity("code", 7, 2),
            entity("italic", 9, 1),
        ]
    );
}

proptest! {
    /// Whatever comes, entities are inside of the text, not empty, and on whole characters.
    #[test]
    fn no_text_breaks_the_rules(
        text in "[a-c <>/&;*_`~|!\\[\\]().=\"'\\\\#@:>\n\r\t😀ж\u{202e}\u{130}]{0,60}",
        mode in prop::sample::select(vec!["", "HTML", "Markdown", "MarkdownV2"]),
        marks in prop::collection::vec((0usize..9, 0usize..40, 0usize..40), 0..6),
    ) {
        let kinds = ["bold", "italic", "underline", "spoiler", "code", "pre", "blockquote", "text_link", "strikethrough"];
        let entities: Vec<Value> = marks
            .into_iter()
            .map(|(kind, offset, length)| json!({"type": kinds[kind], "offset": offset, "length": length, "url": "a.org"}))
            .collect();
        let params = params(&json!({"text": text, "parse_mode": mode, "entities": entities}));
        if let Ok(formatted) = draft(&params) {
            let units: Vec<u16> = formatted.text.encode_utf16().collect();
            for entity in &formatted.entities {
                prop_assert!(entity.length > 0 && entity.end() <= units.len());
                prop_assert!(String::from_utf16(&units[entity.offset..entity.end()]).is_ok());
            }
            prop_assert_eq!(formatted.text.trim_matches([' ', '\n']), &formatted.text);
        }
    }
}
