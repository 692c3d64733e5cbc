//! What each command of LaTeX means here: the whole vocabulary.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Stands for a letter, or for something that is written like one.
    Letter(&'static str),
    /// Stands for something between two others, with spaces around it.
    Operator(&'static str),
    /// The name of a function.
    Function(&'static str),
    /// Stands for this, spaces included.
    Plain(&'static str),
    /// Changes how its argument looks, which text cannot show.
    Inside,
    /// Its argument is prose.
    Text,
    /// A mark over its argument.
    Accent(char),
    /// A line over all of its argument.
    Overline,
    /// Letters of sets.
    DoubleStruck,
    /// Says nothing to a reader; its argument neither.
    Ignored,
    /// `\frac{a}{b}`
    Fraction,
    /// `\sqrt[3]{a}`
    Root,
    /// `\binom{n}{k}`
    Choose,
    /// `\pmod{n}`
    Modulus,
    /// `\tag{1}`
    Tag,
    /// `\left(`
    Delimiter,
    /// `\not=`
    Not,
    /// `\begin{cases}`
    Begin,
}

/// What the command means; `None` for all that is not known.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    match name {
        "text" | "textbf" | "textit" | "textrm" | "texttt" | "textsf" | "textnormal" | "mbox" | "hbox" => {
            Some(Meaning::Text)
        }
        "mathrm" | "operatorname" | "mathsf" | "mathtt" | "mathbf" | "mathit" | "boldsymbol" | "bm" | "pmb"
        | "mathcal" | "mathscr" | "mathfrak" | "mathnormal" | "boxed" | "underline" | "underbrace" | "overbrace"
        | "mathop" | "mathbin" | "mathrel" | "smash" | "ensuremath" => Some(Meaning::Inside),
        "mathbb" | "Bbb" => Some(Meaning::DoubleStruck),
        "frac" | "dfrac" | "tfrac" | "cfrac" => Some(Meaning::Fraction),
        "sqrt" => Some(Meaning::Root),
        "binom" | "dbinom" | "tbinom" => Some(Meaning::Choose),
        "pmod" => Some(Meaning::Modulus),
        "tag" => Some(Meaning::Tag),
        "label" | "color" | "hspace" | "vspace" | "phantom" | "hphantom" | "vphantom" => Some(Meaning::Ignored),
        "left" | "right" | "middle" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr" | "biggl"
        | "biggr" | "Biggl" | "Biggr" | "bigm" => Some(Meaning::Delimiter),
        "not" => Some(Meaning::Not),
        "begin" => Some(Meaning::Begin),
        "overline" => Some(Meaning::Overline),
        "hat" | "widehat" => Some(Meaning::Accent('\u{302}')),
        "tilde" | "widetilde" => Some(Meaning::Accent('\u{303}')),
        "bar" => Some(Meaning::Accent('\u{304}')),
        "dot" => Some(Meaning::Accent('\u{307}')),
        "ddot" => Some(Meaning::Accent('\u{308}')),
        "check" => Some(Meaning::Accent('\u{30C}')),
        "vec" | "overrightarrow" => Some(Meaning::Accent('\u{20D7}')),
        name => SYMBOLS.get(name).copied(),
    }
}

static SYMBOLS: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let pairs = |list: &'static str| {
        let mut words = list.split_whitespace();
        std::iter::from_fn(move || Some((words.next()?, words.next()?)))
    };
    let letters = pairs(LETTERS).map(|(name, letter)| (name, Meaning::Letter(letter)));
    let operators = pairs(OPERATORS).map(|(name, operator)| (name, Meaning::Operator(operator)));
    let functions = FUNCTIONS.split_whitespace().map(|name| (name, Meaning::Function(name)));
    letters.chain(operators).chain(functions).chain(PLAIN.map(|(name, text)| (name, Meaning::Plain(text)))).collect()
});

const LETTERS: &str = "
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ
    nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    infty ∞ partial ∂ nabla ∇ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ wp ℘ imath ı jmath ȷ emptyset ∅ varnothing ∅ forall ∀
    exists ∃ nexists ∄ neg ¬ lnot ¬ angle ∠ triangle △ square □ Box □ blacksquare ■ degree ° prime ′ top ⊤ bot ⊥
    dagger † ddagger ‡ star ⋆ ast ∗ circ ∘ bullet • ldots … dots … dotsc … cdots ⋯ dotsb ⋯ vdots ⋮ ddots ⋱ S § P ¶
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigvee ⋁ bigwedge ⋀
    surd √ checkmark ✓ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lvert | rvert | vert | lVert ‖ rVert ‖
    Vert ‖ lbrace { rbrace } lbrack [ rbrack ] lparen ( rparen ) backslash \\ colon : pounds £ euro € diamond ⋄
    clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ flat ♭ sharp ♯ natural ♮ varnothing ∅ complement ∁
";

const OPERATORS: &str = "
    cdot · times × div ÷ pm ± mp ∓ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ cup ∪ cap ∩ setminus ∖ vee ∨ lor ∨ wedge ∧ land ∧
    le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ lt < gt > ne ≠ neq ≠ ll ≪ gg ≫ approx ≈ sim ∼ simeq ≃ cong ≅ equiv ≡
    propto ∝ doteq ≐ coloneqq ≔ triangleq ≜ prec ≺ succ ≻ preceq ⪯ succeq ⪰ lesssim ≲ gtrsim ≳ asymp ≍
    in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ perp ⊥ parallel ∥ mid ∣ nmid ∤
    to → rightarrow → longrightarrow ⟶ leftarrow ← gets ← longleftarrow ⟵ leftrightarrow ↔ longleftrightarrow ⟷ uparrow ↑
    downarrow ↓ updownarrow ↕ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ Rightarrow ⇒ implies ⇒ Longrightarrow ⟹
    Leftarrow ⇐ impliedby ⇐ Leftrightarrow ⇔ iff ⇔ Longleftrightarrow ⟺ Uparrow ⇑ Downarrow ⇓ nearrow ↗ searrow ↘
    rightleftharpoons ⇌ rightharpoonup ⇀ leadsto ⇝ vdash ⊢ models ⊨ vDash ⊨ therefore ∴ because ∵ bmod mod mod mod
    bigtriangleup △ amalg ⨿ uplus ⊎ sqcup ⊔ sqcap ⊓ bowtie ⋈ lll ⋘ ggg ⋙ between ≬
";

const FUNCTIONS: &str = "
    sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan log ln lg exp lim limsup liminf max min sup inf arg
    det dim ker deg gcd hom Pr argmax argmin sgn tr rank
";

/// Escapes, spaces, and commands that only say how something is set.
const PLAIN: [(&str, &str); 34] = [
    ("{", "{"),
    ("}", "}"),
    ("%", "%"),
    ("$", "$"),
    ("&", "&"),
    ("#", "#"),
    ("_", "_"),
    ("|", "‖"),
    (" ", " "),
    ("\n", " "),
    (",", " "),
    (";", " "),
    (":", " "),
    (">", " "),
    ("!", ""),
    ("/", ""),
    ("-", ""),
    ("quad", "  "),
    ("qquad", "  "),
    ("enspace", " "),
    ("thinspace", " "),
    ("limits", ""),
    ("nolimits", ""),
    ("displaystyle", ""),
    ("textstyle", ""),
    ("scriptstyle", ""),
    ("nonumber", ""),
    ("notag", ""),
    ("hline", ""),
    ("rm", ""),
    ("bf", ""),
    ("it", ""),
    ("centering", ""),
    // The name has not come yet: the formula is being written.
    ("", ""),
];
