//! What people see of the Markdown that models write.

use std::fmt::Write as _;

use super::*;

mod broken;
mod streamed;
use teloxide::types::MessageEntityKind;

/// The text with its entities as tags, for reading.
pub(crate) fn tagged(formatted: &Formatted) -> String {
    let units: Vec<u16> = formatted.text.encode_utf16().collect();
    let mut out = String::new();
    for at in 0..=units.len() {
        for entity in formatted.entities.iter().rev().filter(|entity| entity.offset + entity.length == at) {
            write!(out, "</{}>", name(&entity.kind, false)).unwrap();
        }
        for entity in formatted.entities.iter().filter(|entity| entity.offset == at) {
            write!(out, "<{}>", name(&entity.kind, true)).unwrap();
        }
        if at < units.len() && !(0xDC00..0xE000).contains(&units[at]) {
            let c = char::decode_utf16(units[at..].iter().copied()).next().unwrap().unwrap();
            out.push(c);
        }
    }
    out
}

fn name(kind: &MessageEntityKind, opening: bool) -> String {
    match kind {
        MessageEntityKind::Bold => "b".to_owned(),
        MessageEntityKind::Italic => "i".to_owned(),
        MessageEntityKind::Strikethrough => "s".to_owned(),
        MessageEntityKind::Spoiler => "spoiler".to_owned(),
        MessageEntityKind::Blockquote => "quote".to_owned(),
        MessageEntityKind::Code => "code".to_owned(),
        MessageEntityKind::Pre { language: Some(language) } if opening => format!("pre {language}"),
        MessageEntityKind::Pre { .. } => "pre".to_owned(),
        MessageEntityKind::TextLink { url } if opening => format!("a {url}"),
        MessageEntityKind::TextLink { .. } => "a".to_owned(),
        kind => panic!("{kind:?} is never made"),
    }
}

fn shown(markdown: &str) -> String {
    tagged(&format(markdown))
}

fn preview(markdown: &str) -> String {
    tagged(&format_partial(markdown))
}

/// What Telegram checks, and what the rest of the program relies on.
pub(crate) fn assert_well_formed(text: &str, entities: &[MessageEntity]) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let inside_pair = |at: usize| units.get(at).is_some_and(|unit| (0xDC00..0xE000).contains(unit));
    for entity in entities {
        let end = entity.offset + entity.length;
        assert!(entity.length > 0 && end <= units.len(), "{entity:?} in {text:?}");
        assert!(!inside_pair(entity.offset) && !inside_pair(end), "{entity:?} cuts a pair in {text:?}");
    }
    let code = |kind: &MessageEntityKind| matches!(kind, MessageEntityKind::Code | MessageEntityKind::Pre { .. });
    let quote = |kind: &MessageEntityKind| matches!(kind, MessageEntityKind::Blockquote);
    for (i, a) in entities.iter().enumerate() {
        for b in &entities[i + 1..] {
            let apart = a.offset + a.length <= b.offset || b.offset + b.length <= a.offset;
            assert!(a.offset <= b.offset, "{a:?} before {b:?}");
            assert!(apart || a.kind != b.kind, "{a:?} over {b:?}");
            let around_code = code(&a.kind) && !quote(&b.kind) || code(&b.kind) && !quote(&a.kind);
            assert!(apart || !around_code, "{a:?} over {b:?} in {text:?}");
            let inside = b.offset + b.length <= a.offset + a.length;
            assert!(apart || inside || !quote(&a.kind) && !code(&a.kind), "{a:?} cuts {b:?} in {text:?}");
        }
    }
}

#[test]
fn blank_markdown_is_the_empty_text() {
    for blank in ["", " \n\t\n", "\u{200B}", "&nbsp;", "\u{0}"] {
        assert_eq!(format(blank), Formatted::default(), "{blank:?}");
        assert_eq!(format_partial(blank), Formatted::default(), "{blank:?}");
    }
}

#[test]
fn an_answer_as_models_write_it() {
    let answer = "## Plan\nUse **bold**, *italic* and ~~no~~ `code`.\nSecond line.\n\n1. First:\n   - a\n   - b\n2. Second\n\n- [x] done\n- [ ] open\n\n---\n\n> quoted\n> > deeper\n\n```rust,ignore\nfn main() {\n\tx();\n}\n```\nSee [the docs](https://docs.rs/a_b) and ![a cat](https://a.b/c.png).";
    insta::assert_snapshot!(shown(answer), @r#"
    <b>Plan</b>

    Use <b>bold</b>, <i>italic</i> and <s>no</s> <code>code</code>.
    Second line.

    1. First:
       • a
       • b
    2. Second

    ☑ done
    ☐ open

    ———

    <quote>quoted
    deeper</quote>

    <pre rust>fn main() {
        x();
    }</pre>
    See <a https://docs.rs/a_b>the docs</a> and <a https://a.b/c.png>a cat</a>.
    "#);
}

#[test]
fn paragraphs_and_lists_keep_their_distance() {
    insta::assert_snapshot!(shown("Intro:\n- a\n- b\n\nNext\n\n- c\n\n- d\n\n  more\nlazy\n\nEnd"), @r#"
    Intro:
    • a
    • b

    Next

    • c

    • d

       more
       lazy

    End
    "#);
    insta::assert_snapshot!(shown("3. x\n4. y\n   z<br>w\n-\n- q"), @r#"
    3. x
    4. y
       z
       w
    •
    • q
    "#);
}

#[test]
fn html_is_text_and_a_br_is_a_line_break() {
    insta::assert_snapshot!(shown("<details>\n<summary>**x**</summary>\na<br/>b<br><br>c\n</details>"), @r#"
    <details>
    <summary><b>x</b></summary>
    a
    b

    c
    </details>
    "#);
    insta::assert_snapshot!(shown("`a<br>b` and Vec<T>, 1 < 2 &amp; <!-- c -->"), @"<code>a<br>b</code> and Vec<T>, 1 < 2 & <!-- c -->");
}

#[test]
fn formulas_stay_readable() {
    insta::assert_snapshot!(shown("So \\(a_1 \\{b\\}\\) and **bold $x_i$ end**:\n\\[\n  x = \\frac{1}{2} \\\\\n\\]\ndone. $5 and $6."), @r#"
    So a₁ {b} and <b>bold xᵢ end</b>:
    x = 1/2
    done. $5 and $6.
    "#);
    insta::assert_snapshot!(shown("Not \\(\\ce{H2O}\\), nor\n$$\n\\mymacro{x} = 1\n$$\nin **$y$** `$z$`.\n\n| f | $x^2$ |\n|-|-|\n| $\\alpha$ | 1 |"), @r#"
    Not <code>\ce{H2O}</code>, nor
    <pre latex>\mymacro{x} = 1</pre>
    in <b>y</b> <code>$z$</code>.

    <pre>f | x²
    --+---
    α | 1</pre>
    "#);
}

#[test]
fn a_narrow_table_is_columns_and_a_wide_one_is_blocks() {
    insta::assert_snapshot!(shown("T:\n\n| a | **n** |\n|:--|--:|\n| [x](https://x.y) `c` | 1 |\n| 日本 | 10<br>20 |\n\nEnd"), @r#"
    T:

    <pre>a    |     n
    -----+------
    x c  |     1
    日本 | 10 20</pre>
    <a https://x.y/>x</a>

    End
    "#);
    let wide = format!("| Name | About |\n|--|--|\n| x | {} |\n| y | z |\n\nEnd", "long ".repeat(14));
    insta::assert_snapshot!(shown(&wide), @r#"
    <b>x</b>
    About: long long long long long long long long long long long long long long

    <b>y</b>
    About: z

    End
    "#);
}

#[test]
fn links_that_telegram_refuses_are_text() {
    insta::assert_snapshot!(shown("[a](/x) [b](#y) [c](http://localhost:1) [d](tel:+1) [e](javascript:x) [f](README.md) [https://x.y](https://x.y/) <https://z.w>"), @"a (/x) b c (http://localhost:1) d (+1) e f (README.md) https://x.y https://z.w");
    insta::assert_snapshot!(shown("[`Vec`](https://a.b) [![badge](https://a.b/i.svg)](https://c.d) ![](https://e.f/g) [](https://h.i)"), @"<a https://a.b/>Vec</a> <a https://c.d/>badge</a> https://e.f/g https://h.i");
}

#[test]
fn sources_are_not_swallowed() {
    insta::assert_snapshot!(shown("As [1] and [the paper][2] say[^n].\n\n[1]: https://a.b\n[2]: https://c.d\n[3]: https://e.f/g_h_\n[^n]: a note"), @r#"
    As <a https://a.b/>[1]</a> and <a https://c.d/>the paper</a> say[n].
    [n] a note
    [3]: https://e.f/g_h_
    "#);
}

#[test]
fn code_interrupts_other_formatting() {
    insta::assert_snapshot!(shown("**a `b` c** *`d`* > **[x `y`](https://a.b)**"), @"<b>a</b> <code>b</code> <b>c</b> <code>d</code> > <a https://a.b/><b>x y</b></a>");
    insta::assert_snapshot!(shown("> q\n> ```\n> code\n> ```\n> *r*"), @r#"
    <quote>q
    <pre>code</pre>
    <i>r</i></quote>
    "#);
}

#[test]
fn spoilers_and_alerts() {
    insta::assert_snapshot!(shown("it was ||the butler|| or ||the cook||, a || b || c\n\n> [!WARNING]\n> hot"), @r#"
    it was <spoiler>the butler</spoiler> or <spoiler>the cook</spoiler>, a || b || c

    <quote><b>Warning</b>
    hot</quote>
    "#);
}

#[test]
fn a_row_of_dashes_under_a_paragraph_is_a_rule() {
    insta::assert_snapshot!(shown("Some text\n---\nmore\n\nTitle\n==="), @r#"
    Some text

    ———

    more

    <b>Title</b>
    "#);
}

#[test]
fn emphasis_works_in_languages_without_spaces() {
    assert_eq!(shown("**注意：**请看**“这里”**吧"), "<b>注意：</b>请看<b>“这里”</b>吧");
    assert_eq!(shown("**Важно:**текст, 2**(n) и `**а:**б`"), "<b>Важно:</b>текст, 2**(n) и <code>**а:**б</code>");
}

#[test]
fn code_in_lists_and_lists_of_stars() {
    insta::assert_snapshot!(shown("1. Step:\n   ```bash\n   cmd\n     x\n   ```\n2. Next\n\n*   **A:** b\n    *   c\n    *   d\n*   e\n\n- ```\n  y\n  ```\n- > q\n\nWord:\n1) p\n2) q"), @r#"
    1. Step:
    <pre bash>cmd
      x</pre>
    2. Next

    • <b>A:</b> b
       • c
       • d
    • e

    •
    <pre>y</pre>
    <quote>• q</quote>

    Word:
    1. p
    2. q
    "#);
}

#[test]
fn offsets_count_utf_16_units() {
    let formatted = format("😀 **ж😀** x");
    assert_eq!(formatted.entities, [MessageEntity::bold(3, 3)]);
}

#[test]
fn previews_do_not_flicker() {
    for (partial, expected) in [
        ("a **bo", "a <b>bo</b>"),
        ("a **bold*", "a <b>bold</b>"),
        ("a **", "a"),
        ("a *", "a"),
        ("a **b *c", "a <b>b <i>c</i></b>"),
        ("a **b *c*", "a <b>b <i>c</i></b>"),
        ("a **b** *", "a <b>b</b>"),
        ("***x**", "<b><i>x</i></b>"),
        ("a `co", "a <code>co</code>"),
        ("a ``co`", "a <code>co</code>"),
        ("a `", "a"),
        ("**a `co", "<b>a</b> <code>co</code>"),
        ("~~gone", "<s>gone</s>"),
        ("see [the do", "see the do"),
        ("see [the docs]", "see the docs"),
        ("see [the docs](https://a.b/c", "see the docs"),
        ("see [1]", "see [1]"),
        ("see [the docs](https://a.b/c)", "see <a https://a.b/c>the docs</a>"),
        ("x:\n```rust\nlet a", "x:\n<pre rust>let a</pre>"),
        ("x:\n```rust\nlet a;\n``", "x:\n<pre rust>let a;</pre>"),
        ("x:\n``", "x:"),
        ("x:\n```", "x:"),
        ("Title\n-", "Title"),
        ("- a\n- ", "• a"),
        ("- a\n- **b", "• a\n• <b>b</b>"),
        ("1. a\n2.", "1. a"),
        ("- a\n- [x]", "• a"),
        ("a\\", "a"),
        ("so \\(", "so"),
        ("2*3 and 4", "2*3 and 4"),
        ("snake_case_name", "snake_case_name"),
        ("so \\(x + \\al", "so x +"),
        ("**so \\(x^{1", "<b>so x¹</b>"),
        ("so $x^", "so x"),
        ("so $", "so"),
        ("so $5", "so $5"),
        ("so $x and", "so $x and"),
        ("so $$\\frac{a}{", "so \na/"),
        ("**open\n\nnext", "**open\n\nnext"),
        ("**a** b", "<b>a</b> b"),
    ] {
        assert_eq!(preview(partial), expected, "{partial:?}");
    }
}

#[test]
fn an_open_fence_is_code_to_the_end() {
    assert_eq!(shown("a\n```py\nx\n\n**y**"), "a\n<pre py>x\n\n**y**</pre>");
}

#[test]
fn the_preview_of_a_streamed_answer_only_grows() {
    let answer = "## Plan: the _best_ one\nUse **bold**, *italic* and ~~no~~ `code` or ``a`b``.\nAlso snake_case, 2*3.\n\n\
                  1. **First:** x\n   - a\n   - b `c`\n2. Second\n\n- [x] done\n- [ ] open\n\n---\n\n> quoted *text*\n> more\n\n\
                  ```rust\nfn main() {\n    let x = `1`;\n}\n```\nSee [the docs](https://docs.rs/a_b), [1] and so \
                  \\(x + \\alpha\\) is:\n\n\\[\nx = 1\n\\]\n\nDone ***all***, __really__.";
    let mut shown = String::new();
    for (end, _) in answer.char_indices() {
        let now = format_partial(&answer[..end]).text;
        assert!(now.starts_with(&shown), "{shown:?} became {now:?}");
        shown = now;
    }
}

#[test]
fn tables_and_formulas_want_rich_messages() {
    for markdown in ["| a |\n|---|\n| b |", "so $x^2$", "so \\(a\\)", "$$\na + b\n$$", "> \\[\n> x\n> \\]"] {
        assert!(wants_rich(markdown), "{markdown:?}");
    }
    for markdown in
        ["", "a | b", "```\n| a |\n|---|\n| b |\n```", "`$x^2$`", "from $5 to $10", "\\[not a link\\]", "**a**"]
    {
        assert!(!wants_rich(markdown), "{markdown:?}");
    }
}
