//! Letters above and below the line, as far as Unicode has them; everything else keeps its `^` or `_`.

const UPPER: (&str, &str) = (
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθφχ∗*′.",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᵠᵡ**′·",
);
const LOWER: (&str, &str) = ("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ");

/// What stands behind `^` or `_`, raised or lowered; `^(ab)` where a letter of it has no such form.
pub(super) fn script(mark: char, argument: &str) -> String {
    let argument: String = argument.chars().filter(|c| !c.is_whitespace()).collect();
    match (mark, argument.as_str()) {
        (_, "") => return String::new(),
        ('^', "∘" | "°") => return "°".to_owned(),
        ('^', "⊤" | "†" | "‡") => return argument.replace('⊤', "ᵀ"),
        _ => {}
    }
    let forms = if mark == '^' { UPPER } else { LOWER };
    let moved: Option<String> = argument.chars().map(|c| moved(c, forms)).collect();
    match moved {
        Some(moved) => moved,
        None if argument.chars().count() == 1 => format!("{mark}{argument}"),
        None => format!("{mark}({argument})"),
    }
}

fn moved(c: char, (plain, forms): (&str, &str)) -> Option<char> {
    plain.chars().zip(forms.chars()).find(|(from, _)| *from == c).map(|(_, to)| to)
}

/// True for the raised and lowered forms.
pub(super) fn is_script(c: char) -> bool {
    !c.is_ascii() && (UPPER.1.contains(c) || LOWER.1.contains(c))
}

/// What may hang on a letter without making two things of it.
pub(super) fn hangs(c: char) -> bool {
    is_script(c) || matches!(c, '!' | '′' | '∞' | '\u{300}'..='\u{338}' | '\u{20D7}' | '°')
}

/// `R` → ℝ.
pub(super) fn double_struck(c: char) -> char {
    match c {
        'C' => 'ℂ',
        'H' => 'ℍ',
        'N' => 'ℕ',
        'P' => 'ℙ',
        'Q' => 'ℚ',
        'R' => 'ℝ',
        'Z' => 'ℤ',
        '1' => '𝟙',
        'A'..='Z' => char::from_u32(0x1D538 + u32::from(c) - u32::from('A')).unwrap_or(c),
        c => c,
    }
}
