//! LaTeX → Unicode that reads well in a line of text: `\frac{a+b}{2}` → (a+b)/2, `x_i^2` → xᵢ², `\alpha \le \infty` → α ≤ ∞.
//!
//! A formula is translated whole or not at all: one command that is not in [`symbols`], and it stays as it was written,
//! since half of a formula in two notations is harder to read than LaTeX. What is merely unfinished (a brace that is not
//! closed, a fraction without its lower half) is translated as far as it goes: previews show formulas being written.
//! The crates there are draw formulas over several lines, which a proportional font tears apart, or replace names
//! without reading arguments. It refuses macros, and everything that only a picture could show.

use std::iter::Peekable;
use std::str::Chars;

mod scripts;
mod symbols;

use symbols::Meaning;

/// Groups inside groups; what people write has five or six.
const DEEPEST: usize = 24;

/// The formula in Unicode, its rows on lines of their own; `None` when a part of it has no translation.
pub(super) fn translate(formula: &str) -> Option<String> {
    let mut reader = Reader { rest: formula.chars().peekable(), depth: 0 };
    let mut out = Line::default();
    reader.read(&mut out, &End::Text)?;
    let lines = out.0.split('\n').map(tidy).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

/// True for the names of functions, which are words in formulas.
pub(super) fn is_function(name: &str) -> bool {
    matches!(symbols::meaning(name), Some(Meaning::Function(_)))
}

/// One space where there are several, and none where nobody would write one.
fn tidy(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        if word == "," && out.ends_with(',') {
            continue;
        }
        let sticks = out.ends_with(['(', '[']) || word.starts_with([')', ']', ',', ';']) || out.is_empty();
        if !sticks {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Where reading ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// At the end of the formula.
    Text,
    /// At the brace that closes the group.
    Brace,
    /// At the bracket that closes an optional argument.
    Bracket,
    /// At `\end`.
    Environment,
}

/// Text being written.
#[derive(Debug, Default)]
struct Line(String);

impl Line {
    /// A relation or an operator, with its spaces.
    fn spaced(&mut self, operator: &str) {
        self.0.extend([" ", operator, " "]);
    }

    /// Something that must not run into a word before it: `2\frac{1}{2}`, `a\sin`.
    fn apart(&mut self, text: &str) {
        if self.0.ends_with(char::is_alphanumeric) && text.starts_with(char::is_alphanumeric) {
            self.0.push(' ');
        }
        self.0.push_str(text);
    }
}

/// What an environment does with its rows and columns.
struct Rows {
    opening: &'static str,
    row: &'static str,
    column: &'static str,
    closing: &'static str,
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

impl Reader<'_> {
    /// Reads on until the end asked for, or the end of the formula.
    fn read(&mut self, out: &mut Line, end: &End) -> Option<()> {
        self.read_rows(out, end, &Rows { opening: "", row: "\n", column: " ", closing: "" })
    }

    fn read_rows(&mut self, out: &mut Line, end: &End, rows: &Rows) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        while let Some(c) = self.rest.next() {
            match c {
                '}' if *end == End::Brace => break,
                ']' if *end == End::Bracket => break,
                '{' => {
                    let group = self.until(&End::Brace)?;
                    out.0.push_str(&group);
                }
                '}' => return None,
                '^' | '_' => self.script(out, c)?,
                '&' => out.0.push_str(rows.column),
                '\\' => match self.name().as_str() {
                    "end" if *end == End::Environment => {
                        self.argument()?;
                        break;
                    }
                    "\\" | "cr" | "newline" => {
                        self.optional()?;
                        out.0.push_str(rows.row);
                    }
                    name => self.command(out, name)?,
                },
                '\'' => out.0.push('′'),
                '~' => out.0.push(' '),
                c if c.is_whitespace() => out.0.push(' '),
                c => out.0.push(c),
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// A group by itself.
    fn until(&mut self, end: &End) -> Option<String> {
        let mut inside = Line::default();
        self.read(&mut inside, end)?;
        Some(inside.0)
    }

    /// The name behind a backslash: letters, or one other character.
    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(char::is_ascii_alphabetic) {
            name.push(c);
        }
        if name.is_empty() {
            name.extend(self.rest.next());
        }
        name
    }

    fn skip_space(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
    }

    /// What a command is applied to: a group, a command or one character; nothing at the end of an unfinished formula.
    fn argument(&mut self) -> Option<String> {
        self.skip_space();
        match self.rest.next() {
            Some('{') => self.until(&End::Brace).map(|group| group.trim().to_owned()),
            Some('\\') => {
                let mut out = Line::default();
                self.inner_command(&mut out)?;
                Some(out.0.trim().to_owned())
            }
            Some('}') => None,
            c => Some(c.map(String::from).unwrap_or_default()),
        }
    }

    /// A command that another one is applied to.
    fn inner_command(&mut self, out: &mut Line) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let name = self.name();
        self.command(out, &name)?;
        self.depth -= 1;
        Some(())
    }

    /// The argument in brackets; empty when there is none.
    fn optional(&mut self) -> Option<String> {
        if self.rest.next_if_eq(&'[').is_none() {
            return Some(String::new());
        }
        self.until(&End::Bracket)
    }

    /// `^` and `_`.
    fn script(&mut self, out: &mut Line, mark: char) -> Option<()> {
        let argument = self.argument()?;
        out.0.truncate(out.0.trim_end_matches(' ').len());
        out.0.push_str(&scripts::script(mark, &argument));
        Some(())
    }

    fn command(&mut self, out: &mut Line, name: &str) -> Option<()> {
        match symbols::meaning(name)? {
            Meaning::Letter(letter) => {
                out.0.push_str(letter);
                // `\pi r`: the space only ends the name.
                let clings = letter.starts_with(|c: char| c.is_alphabetic() || matches!(c, '∂' | '∇'));
                let next = self.rest.clone().find(|c| !c.is_whitespace());
                if clings && next.is_some_and(|c| c.is_ascii_alphanumeric()) {
                    self.skip_space();
                }
            }
            Meaning::Operator(operator) => out.spaced(operator),
            Meaning::Function(function) => {
                out.apart(function);
                let argument = self.rest.peek().is_some_and(|c| c.is_alphanumeric() || *c == '\\');
                out.0.push_str(if argument { " " } else { "" });
            }
            Meaning::Plain(text) => out.0.push_str(text),
            Meaning::Inside => {
                let inside = self.argument()?;
                out.0.push_str(&inside);
            }
            Meaning::Text => out.0.push_str(&self.verbatim()),
            Meaning::Accent(mark) => {
                let inside = self.argument()?;
                out.0.push_str(&inside);
                out.0.push(mark);
            }
            Meaning::Overline => {
                let inside = self.argument()?;
                out.0.extend(inside.chars().flat_map(|c| [c, '\u{305}']));
            }
            Meaning::DoubleStruck => {
                let inside = self.argument()?;
                out.0.extend(inside.chars().map(scripts::double_struck));
            }
            Meaning::Ignored => {
                self.verbatim();
            }
            Meaning::Fraction => self.fraction(out)?,
            Meaning::Root => self.root(out)?,
            Meaning::Choose => {
                let (n, k) = (self.argument()?, self.argument()?);
                out.apart(&format!("C({n}, {k})"));
            }
            Meaning::Modulus => {
                let modulus = self.argument()?;
                out.0.extend([" (mod ", &modulus, ")"]);
            }
            Meaning::Tag => out.0.extend([" (", &self.verbatim(), ")"]),
            Meaning::Delimiter => self.delimiter(out)?,
            Meaning::Not => {
                let negated = self.argument()?;
                out.spaced(&format!("{negated}\u{338}"));
            }
            Meaning::Begin => self.environment(out)?,
        }
        Some(())
    }

    /// The text of `\text{}`, as it stands there. `$` in it only goes back into mathematics.
    fn verbatim(&mut self) -> String {
        self.skip_space();
        if self.rest.next_if_eq(&'{').is_none() {
            return String::new();
        }
        let mut text = String::new();
        let mut open = 1;
        for c in self.rest.by_ref() {
            open += i32::from(c == '{') - i32::from(c == '}');
            if open == 0 {
                break;
            }
            if !matches!(c, '{' | '}' | '\\' | '$') {
                text.push(if c.is_whitespace() { ' ' } else { c });
            }
        }
        text
    }

    fn fraction(&mut self, out: &mut Line) -> Option<()> {
        let (upper, lower) = (self.argument()?, self.argument()?);
        out.apart(&format!("{}/{}", grouped(&upper), grouped(&lower)));
        if self.rest.peek().is_some_and(|c| c.is_alphanumeric()) {
            out.0.push(' ');
        }
        Some(())
    }

    fn root(&mut self, out: &mut Line) -> Option<()> {
        let degree = self.optional()?;
        let inside = grouped(&self.argument()?);
        let sign = match degree.trim() {
            "" | "2" => "√".to_owned(),
            "3" => "∛".to_owned(),
            "4" => "∜".to_owned(),
            degree => format!("{}√", scripts::script('^', degree)),
        };
        out.0.push_str(&sign);
        out.0.push_str(&inside);
        Some(())
    }

    /// `\left(`, `\big\|`; a dot is a delimiter that is not shown.
    fn delimiter(&mut self, out: &mut Line) -> Option<()> {
        self.skip_space();
        match self.rest.next() {
            Some('.') | None => Some(()),
            Some('\\') => self.inner_command(out),
            Some(c) => {
                out.0.push(c);
                Some(())
            }
        }
    }

    fn environment(&mut self, out: &mut Line) -> Option<()> {
        let name = self.verbatim();
        let matrix = |opening, closing| Rows { opening, row: "; ", column: ", ", closing };
        let rows = match name.trim_end_matches('*') {
            "aligned" | "align" | "alignat" | "gather" | "gathered" | "equation" | "split" | "eqnarray"
            | "multline" => Rows { opening: "", row: "\n", column: "", closing: "" },
            "cases" => Rows { opening: "{ ", row: "; ", column: ", ", closing: "" },
            "matrix" | "smallmatrix" => matrix("", ""),
            "array" => {
                self.verbatim();
                matrix("", "")
            }
            "pmatrix" => matrix("(", ")"),
            "bmatrix" => matrix("[", "]"),
            "Bmatrix" => matrix("{", "}"),
            "vmatrix" => matrix("|", "|"),
            "Vmatrix" => matrix("‖", "‖"),
            _ => return None,
        };
        let mut inside = Line::default();
        self.read_rows(&mut inside, &End::Environment, &rows)?;
        let body = inside.0.trim().trim_end_matches([';', ' ']);
        out.0.extend([rows.opening, body, rows.closing]);
        Some(())
    }
}

/// In parentheses, unless it is one thing to the eye.
fn grouped(text: &str) -> String {
    let text = tidy(&text.replace('\n', " "));
    let number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    // A letter with what hangs on it; `2a` under a line would read as half of `a`.
    let letters = text.chars().filter(|c| c.is_alphanumeric() && !scripts::is_script(*c)).count();
    let single = letters <= 1 && text.chars().all(|c| c.is_alphanumeric() || scripts::hangs(c));
    let enclosed = text.starts_with('(') && text.find(')') == Some(text.len() - 1);
    if number || single || enclosed { text } else { format!("({text})") }
}

#[cfg(test)]
mod tests;
