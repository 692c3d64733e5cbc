// Formulas: as much LaTeX as answers hold, made into the browser's own mathematics (MathML), without a library.
//
// What is not known is shown as it was written: a formula is never lost, and never parsed as markup.

const NS = "http://www.w3.org/1998/Math/MathML";

const GREEK = "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇ ell ℓ hbar ℏ emptyset ∅ varnothing ∅ Re ℜ Im ℑ aleph ℵ";
const SIGNS = "times × cdot · div ÷ pm ± mp ∓ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ equiv ≡ sim ∼ propto ∝ to → rightarrow → leftarrow ← Rightarrow ⇒ implies ⇒ iff ⇔ mapsto ↦ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ forall ∀ exists ∃ neg ¬ land ∧ lor ∨ wedge ∧ vee ∨ oplus ⊕ otimes ⊗ circ ∘ ast ∗ star ⋆ ldots … cdots ⋯ dots … vdots ⋮ sum ∑ prod ∏ int ∫ oint ∮ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ mid | prime ′ angle ∠ perp ⊥ parallel ∥ colon : lbrace { rbrace }";
const pairs = (words) => new Map(words.split(" ").flatMap((word, i, all) => (i % 2 ? [] : [[word, all[i + 1]]])));
const LETTERS = pairs(GREEK);
const OPERATORS = pairs(SIGNS);
const BLACKBOARD = pairs("R ℝ N ℕ Z ℤ Q ℚ C ℂ P ℙ E 𝔼");
const FUNCTIONS = new Set("sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim max min sup inf arg det dim ker gcd deg Pr".split(" "));
const SPACES = new Set([",", ";", ":", "!", " ", "quad", "qquad", "displaystyle", "textstyle", "limits", "nolimits"]);
const UPRIGHT = new Set("text mathrm textrm mathbf textbf mathit textit operatorname mathsf mathtt mbox boldsymbol mathcal".split(" "));
const ACCENTS = pairs("hat ^ widehat ^ bar ‾ overline ‾ tilde ~ widetilde ~ vec → dot ˙ ddot ¨");
const STACKED = new Set(["∑", "∏", "lim", "max", "min", "sup", "inf"]);
const FENCES = { pmatrix: "()", bmatrix: "[]", vmatrix: "||", cases: "{" };
// Nobody writes deeper; hostile text ends as it was written.
const DEEPEST = 40;

/** An element for a formula; `display` gives it a line of its own. */
export function formula(source, display = false) {
  const math = make("math");
  math.setAttribute("display", display ? "block" : "inline");
  math.setAttribute("data-testid", "formula");
  math.setAttribute("data-source", source);
  const row = make("mrow");
  try {
    row.append(...new Reader(source).row(() => false, 0));
  } catch {
    row.append(make("mtext", source));
  }
  math.append(row);
  return math;
}

function make(tag, ...children) {
  const element = document.createElementNS(NS, tag);
  element.append(...children);
  return element;
}

class Reader {
  constructor(source) {
    this.tokens = source.match(/\\[a-zA-Z]+\*?|\\.|\d+(?:[.,]\d+)*|\s+|./gsu) ?? [];
    this.at = 0;
  }

  /** The next sign that is not white space, which means something only between words. */
  peek() {
    while (this.tokens[this.at]?.trim() === "") this.at += 1;
    return this.tokens[this.at];
  }

  next() {
    this.peek();
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  /** Elements until `ends(token)`, which stays unread. */
  row(ends, depth) {
    if (depth > DEEPEST) throw new Error("too deep");
    const made = [];
    while (this.peek() !== undefined && !ends(this.peek())) {
      const base = this.atom(depth);
      if (base) made.push(this.scripts(base, depth));
    }
    return made;
  }

  scripts(base, depth) {
    let [low, high] = [null, null];
    for (;;) {
      if (this.peek() === "_" && !low) [, low] = [this.next(), this.argument(depth)];
      else if (this.peek() === "^" && !high) [, high] = [this.next(), this.argument(depth)];
      else if (this.peek() === "'" && !high) [, high] = [this.next(), make("mo", "′")];
      else break;
    }
    if (!low && !high) return base;
    const names = STACKED.has(base.label) ? ["munder", "mover", "munderover"] : ["msub", "msup", "msubsup"];
    return make(names[low && high ? 2 : high ? 1 : 0], base, ...[low, high].filter(Boolean));
  }

  /** One group in braces, or one sign. */
  argument(depth) {
    if (this.peek() !== "{") return this.atom(depth + 1) ?? make("mrow");
    this.next();
    const inside = this.row((token) => token === "}", depth + 1);
    this.next();
    return inside.length === 1 ? inside[0] : make("mrow", ...inside);
  }

  /** The letters of a group in braces, as they were written. */
  words() {
    if (this.peek() !== "{") return this.next() ?? "";
    this.next();
    const from = this.at;
    while (this.peek() !== undefined && this.peek() !== "}") this.next();
    this.next();
    return this.tokens.slice(from, this.at - 1).join("");
  }

  atom(depth) {
    const token = this.peek();
    if (token === "{") return this.argument(depth);
    this.next();
    if (token.startsWith("\\")) return this.command(token.slice(1), depth);
    if (/^\d/.test(token)) return make("mn", token);
    if (/^\p{L}$/u.test(token)) return make("mi", token);
    if (token === "~" || token === "&") return null;
    return make("mo", token === "-" ? "−" : token === "*" ? "∗" : token);
  }

  command(name, depth) {
    if (LETTERS.has(name)) return make("mi", LETTERS.get(name));
    if (OPERATORS.has(name)) return labelled(make("mo", OPERATORS.get(name)), OPERATORS.get(name));
    if (FUNCTIONS.has(name)) return labelled(upright(name), name);
    if (SPACES.has(name)) return name.endsWith("quad") ? make("mtext", "\u2003") : null;
    if (UPRIGHT.has(name)) return upright(this.words());
    if (name === "mathbb") return make("mi", [...this.words()].map((letter) => BLACKBOARD.get(letter) ?? letter).join(""));
    if (["frac", "dfrac", "tfrac"].includes(name)) return make("mfrac", this.argument(depth), this.argument(depth));
    if (name === "binom") return make("mrow", make("mo", "("), thin(make("mfrac", this.argument(depth), this.argument(depth))), make("mo", ")"));
    if (name === "sqrt") return this.root(depth);
    if (ACCENTS.has(name)) return make("mover", this.argument(depth), make("mo", ACCENTS.get(name)));
    if (name === "left" || name === "right") return this.peek() === "." ? (this.next(), null) : this.atom(depth);
    if (name === "begin") return this.environment(depth);
    if (name === "end") return this.words() && null;
    if (name === "\\") return make("mspace");
    if ("{}%$#_&|".includes(name)) return make("mo", name === "|" ? "‖" : name);
    return make("mtext", `\\${name}`);
  }

  root(depth) {
    if (this.peek() !== "[") return make("msqrt", this.argument(depth));
    this.next();
    const index = make("mrow", ...this.row((token) => token === "]", depth + 1));
    this.next();
    return make("mroot", this.argument(depth), index);
  }

  /** Matrices, cases and aligned lines: rows of cells. */
  environment(depth) {
    const name = this.words().replace("*", "");
    const rows = [[]];
    while (this.peek() !== undefined && this.peek() !== "\\end") {
      const cell = this.row((token) => ["&", "\\\\", "\\end"].includes(token), depth + 1);
      rows.at(-1).push(make("mtd", ...cell));
      if (this.peek() === "\\\\") rows.push([]);
      if (this.peek() !== "\\end") this.next();
    }
    this.next();
    this.words();
    const table = make("mtable", ...rows.filter((row) => row.length > 0).map((row) => make("mtr", ...row)));
    const [open, close] = FENCES[name] ?? "";
    return make("mrow", ...[open && make("mo", open), table, close && make("mo", close)].filter(Boolean));
  }
}

function labelled(element, label) {
  element.label = label;
  return element;
}

function upright(text) {
  const element = make("mi", text.replaceAll(" ", "\u00a0"));
  element.setAttribute("mathvariant", "normal");
  return element;
}

function thin(fraction) {
  fraction.setAttribute("linethickness", "0");
  return fraction;
}
