//! What formulas look like in a line of text.

use super::translate;

#[test]
fn formulas_as_models_write_them_are_read_in_a_line() {
    for (formula, expected) in [
        ("x^2", "x²"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\frac{1}{2}mv^2", "1/2 mv²"),
        (r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}", "x = (-b ± √(b² - 4ac))/(2a)"),
        (r"\alpha\le\beta", "α ≤ β"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\int_0^\infty e^{-x^2}\,dx", "∫₀^∞ e^(-x²) dx"),
        (r"\lim_{x \to 0} \frac{\sin x}{x} = 1", "lim_(x→0) (sin x)/x = 1"),
        (r"E = mc^2", "E = mc²"),
        (r"a_{ij}^{(k)}", "aᵢⱼ⁽ᵏ⁾"),
        (r"v_{\text{max}} = 5\ \text{m/s}", "vₘₐₓ = 5 m/s"),
        (r"\sqrt[3]{x+1} \cdot \sqrt{2}", "∛(x+1) · √2"),
        (r"\pi r^2", "πr²"),
        (r"\mathbb{R}^n \ni \vec{v}", "ℝⁿ ∋ v\u{20D7}"),
        (r"\left( \frac{a}{b} \right)^2", "(a/b)²"),
        (r"\left\{ x \mid x > 0 \right\}", "{ x ∣ x > 0 }"),
        (r"f'(x) \neq 90^\circ", "f′(x) ≠ 90°"),
        (r"\binom{n}{k} \equiv 1 \pmod{p}", "C(n, k) ≡ 1 (mod p)"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a, b; c, d)"),
        (r"|x| = \begin{cases} x, & x \ge 0 \\ -x & x < 0 \end{cases}", "|x| = { x, x ≥ 0; -x, x < 0"),
        ("\\begin{aligned}\na &= b \\\\[2pt]\n&= c\n\\end{aligned}", "a = b\n= c"),
        (r"A \not\subset B", "A ⊂\u{338} B"),
        (r"\hat{y}_i \overline{AB}", "y\u{302}ᵢ A\u{305}B\u{305}"),
        (r"O(n \log n)", "O(n log n)"),
        (r"50\%", "50%"),
    ] {
        assert_eq!(translate(formula).as_deref(), Some(expected), "{formula}");
    }
}

#[test]
fn what_has_no_translation_stays_whole() {
    for formula in [r"\ce{H2O}", r"\begin{tikzpicture} \draw \end{tikzpicture}", r"x + \mymacro{y}", "}", "", r"\,"] {
        assert_eq!(translate(formula), None, "{formula}");
    }
}

#[test]
fn an_unfinished_formula_is_translated_as_far_as_it_goes() {
    for (formula, expected) in
        [(r"\frac{a+b", "(a+b)/"), (r"x^", "x"), (r"x^{2", "x²"), (r"\sqrt{", "√"), (r"a \", "a")]
    {
        assert_eq!(translate(formula).as_deref(), Some(expected), "{formula}");
    }
}

#[test]
fn absurd_nesting_is_given_up_and_not_followed() {
    for piece in ["{", r"\frac{", "^", r"\sqrt", r"\hat", "x_{", r"\left\", r"\not"] {
        let _ = translate(&piece.repeat(100_000 / piece.len()));
    }
}
