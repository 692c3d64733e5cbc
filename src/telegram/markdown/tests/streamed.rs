//! Answers as they arrive: every prefix is shown, and what was shown stays.

use super::*;

/// Answers without a mark in their final text, and how many of their prefixes may show one: a mark says nothing before what
/// follows it, and once it stands at the end of a text it is left out.
const ANSWERS: [(&str, usize); 6] = [
    (
        "## План: _лучший_\nВозьмите **жирный**, *курсив* и ~~нет~~ `код` или ``a b``.\n\n1. **Первое:** x\n   - a\n   - b `c`\n2. \
         Второе\n\n- [x] done\n- [ ] open\n\n> quoted *text*\n> more\n\nDone ***all***, __really__.",
        0,
    ),
    (
        "```rust\nfn main() {\n    let x = 1;\n}\n```\nSee [the docs](https://docs.rs/a_b), then ![a cat](https://a.b/c.png).",
        0,
    ),
    ("So \\(x + \\alpha\\) is:\n\n\\[\nx = \\frac{a+b}{2} \\cdot \\sqrt{y}\n\\]\n\nand **in bold \\(z^2\\)**.", 0),
    ("The area is $\\pi r^2$, with $r > 0$ and\n$$\nA = \\int_0^1 f(x)\\,dx\n$$\nfor all $x \\in \\mathbb{R}$.", 0),
    ("Prices:\n\n| Name | **Price** |\n|------|------:|\n| Tea | 5 |\n| `Milk` | 10 |\n\nThat is all.", 0),
    ("Link: https://a.b/c_d_e and ||spoiler|| end, 😀 *x*.", 0),
];

#[test]
fn marks_are_not_shown_while_they_are_written() {
    for (answer, unavoidable) in ANSWERS {
        let last = format(answer).text;
        let raw = |text: &str| "*`[]\\$|#~".chars().any(|mark| text.matches(mark).count() > last.matches(mark).count());
        let shown: Vec<String> = prefixes(answer).map(|prefix| format_partial(prefix).text).collect();
        let bad: Vec<_> = shown.iter().filter(|text| raw(text)).collect();
        assert!(bad.len() <= unavoidable, "{} times: {:#?}", bad.len(), bad);
    }
}

/// A character may still change: `x` becomes x², and `a` a fraction's upper half. A table is laid out again with each of its
/// rows.
#[test]
fn what_was_shown_stays() {
    for (answer, _) in ANSWERS {
        let mut before = Formatted::default();
        let mut jumps = 0;
        for prefix in prefixes(answer) {
            let now = format_partial(prefix);
            assert_well_formed(&now.text, &now.entities);
            let common = before.text.chars().zip(now.text.chars()).take_while(|(a, b)| a == b).count();
            let lost = before.text.chars().count() - common;
            let table = answer.contains("|--") && now.text.contains('+');
            assert!(lost <= 8 || table, "{:?} became {:?}", before.text, now.text);
            jumps += usize::from(lost > 1 && !table);
            before = now;
        }
        assert!(jumps * 20 <= answer.chars().count(), "{jumps} jumps in {answer:?}");
    }
}

fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, c)| &text[..at + c.len_utf8()])
}
