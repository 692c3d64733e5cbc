//! A file of personas, and everything that is wrong with it at once, each with its line.
//!
//! The tree of the TOML is walked by hand instead of being read into a struct: a struct's reader stops at the first thing
//! it does not like, and an owner wants to hear of all of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Persona, Personas, Words};
use crate::nearest::nearest;
use crate::replies::Language;

/// A persona's id travels in buttons, which carry 64 bytes, beside who may press them and when they were made.
const ID_BYTES: usize = 20;
/// The most personas: more than anybody pages through.
const MOST: usize = 100;
/// The most characters of a name, which stands on a button.
const NAME_CHARS: usize = 40;
/// And of a description, which is a line in a list.
const DESCRIPTION_CHARS: usize = 100;
/// And of a greeting, which stands above that list in one message.
const GREETING_CHARS: usize = 1000;
/// And of a prompt: some 8,000 tokens, which every question would pay for.
const PROMPT_CHARS: usize = 32_000;
/// What takes a persona away (`/persona off`), so none can be called that.
pub const OFF: &str = "off";

const KEYS: [&str; 6] = ["id", "name", "description", "prompt", "model", "greeting"];

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where, counted from 1.
    pub line: usize,
    /// What, as a sentence without an end.
    pub what: String,
}

/// The personas of a file, or everything that is wrong with it, in the order of its lines. `allowed` tells which models
/// people may be answered by.
pub fn read(text: &str, allowed: impl Fn(&str) -> bool) -> Result<Personas, Vec<Fault>> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut reading = Reading { text, allowed: &allowed, faults: Vec::new() };
    if errors.is_empty() {
        let all = reading.file(tree.get_ref());
        if reading.faults.is_empty() {
            return Ok(Personas { all });
        }
    }
    for error in errors {
        // What follows from a broken line is not told: only the line itself can be mended.
        reading.fault(error.span().unwrap_or_default().start, format!("this is no TOML: {}", error.message()));
    }
    reading.faults.sort();
    reading.faults.dedup_by_key(|fault| (fault.line, fault.what.clone()));
    Err(reading.faults)
}

struct Reading<'t> {
    text: &'t str,
    allowed: &'t dyn Fn(&str) -> bool,
    faults: Vec<Fault>,
}

type Table<'t> = DeTable<'t>;
type Value<'t> = Spanned<DeValue<'t>>;

impl Reading<'_> {
    fn fault(&mut self, at: usize, what: impl Into<String>) {
        self.faults.push(Fault { line: self.line(at), what: what.into() });
    }

    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn file(&mut self, tree: &Table<'_>) -> Vec<Arc<Persona>> {
        for (key, _) in tree.iter().filter(|(key, _)| key.get_ref() != "persona") {
            let hint = "a file of personas holds [[persona]] and nothing else beside it";
            self.fault(key.span().start, format!("`{}` is unknown: {hint}", key.get_ref()));
        }
        let Some(personas) = tree.get("persona") else {
            if tree.is_empty() {
                self.fault(0, "there is no [[persona]] in it");
            }
            return Vec::new();
        };
        let Some(items) = personas.get_ref().as_array() else {
            self.fault(personas.span().start, "a persona begins with [[persona]], in two brackets each");
            return Vec::new();
        };
        if items.len() > MOST {
            self.fault(personas.span().start, format!("there are {} personas, and at most {MOST} may be", items.len()));
        }
        let mut ids: BTreeMap<String, usize> = BTreeMap::new();
        let mut all = Vec::new();
        for (number, item) in (1..).zip(items.iter()) {
            let at = item.span().start;
            let Some(table) = item.get_ref().as_table() else {
                self.fault(at, "a persona begins with [[persona]], in two brackets each");
                continue;
            };
            if let Some(id) = id_of(table) {
                let first = *ids.entry(id.to_owned()).or_insert_with(|| self.line(at));
                if first != self.line(at) {
                    self.fault(
                        at,
                        format!("persona \"{id}\" is there already, at line {first}: each needs an `id` of its own"),
                    );
                }
            }
            all.extend(self.persona(table, number, item.span()).map(Arc::new));
        }
        all
    }

    /// One persona; `None` when something that it must have is wrong, which was told then.
    fn persona(&mut self, table: &Table<'_>, number: usize, span: Range<usize>) -> Option<Persona> {
        let who = id_of(table).map_or_else(|| format!("persona {number}"), |id| format!("persona \"{id}\""));
        for key in table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            let what = match nearest(&key.get_ref().to_lowercase(), &KEYS) {
                Some(meant) => format!("{who} has `{}`, which is unknown: did you mean `{meant}`?", key.get_ref()),
                None => format!("{who} has `{}`, which is unknown: a persona has {}", key.get_ref(), listed(&KEYS)),
            };
            self.fault(key.span().start, what);
        }
        for key in ["id", "name", "prompt"].into_iter().filter(|key| !table.contains_key(*key)) {
            self.fault(span.start, format!("{who} has no `{key}`"));
        }
        let id = self.id(table, &who);
        let name = self.words(table, &who, ("name", NAME_CHARS));
        let description = self.words(table, &who, ("description", DESCRIPTION_CHARS));
        let greeting = self.words(table, &who, ("greeting", GREETING_CHARS));
        let prompt = table.get("prompt").and_then(|prompt| self.text(prompt, &who, ("prompt", PROMPT_CHARS)));
        let model = self.model(table, &who);
        Some(Persona { id: id?, name: name?, description, prompt: prompt?, model, greeting })
    }

    fn id(&mut self, table: &Table<'_>, who: &str) -> Option<String> {
        let value = table.get("id")?;
        let id = self.text(value, who, ("id", usize::MAX))?;
        if id == OFF {
            self.fault(
                value.span().start,
                format!("{who} cannot have the `id` \"{OFF}\": /persona {OFF} takes a persona away"),
            );
            return None;
        }
        if !is_id(&id) {
            let expected = format!("1–{ID_BYTES} of a–z, 0–9, _ and -");
            self.fault(value.span().start, format!("{who} has the `id` {id:?}, which must be {expected}"));
            return None;
        }
        Some(id)
    }

    fn model(&mut self, table: &Table<'_>, who: &str) -> Option<String> {
        let value = table.get("model")?;
        let model = self.text(value, who, ("model", usize::MAX))?;
        if model.contains(char::is_whitespace) {
            self.fault(value.span().start, format!("{who} has a `model` with blanks in it: write one model's name"));
        } else if !(self.allowed)(&model) {
            self.fault(
                value.span().start,
                format!("{who} has the `model` {model}, which ALLOWED_MODELS does not allow"),
            );
        }
        Some(model)
    }

    /// A text for everybody (`name = "…"`), or one per language (`name.ru = "…"`).
    fn words(&mut self, table: &Table<'_>, who: &str, (key, most): (&str, usize)) -> Option<Words> {
        let value = table.get(key)?;
        let Some(languages) = value.get_ref().as_table() else {
            let text = self.line_of_text(value, who, (key, most))?;
            return Some(Words { texts: vec![(Language::default(), text)] });
        };
        let mut texts = Vec::new();
        for (code, value) in languages {
            let Some(language) = Language::with_code(code.get_ref()) else {
                let spoken = listed(&Language::ALL.map(Language::code));
                let what = format!("{who} has `{key}.{}`, and the bot speaks {spoken}", code.get_ref());
                self.fault(code.span().start, what);
                continue;
            };
            let full = format!("{key}.{}", language.code());
            texts.extend(self.line_of_text(value, who, (&full, most)).map(|text| (language, text)));
        }
        if languages.is_empty() {
            self.fault(value.span().start, format!("{who} has an empty `{key}`"));
        }
        (!texts.is_empty()).then_some(Words { texts })
    }

    /// A text without line breaks, but for greetings.
    fn line_of_text(&mut self, value: &Value<'_>, who: &str, (key, most): (&str, usize)) -> Option<String> {
        let text = self.text(value, who, (key, most))?;
        if text.contains('\n') && !key.starts_with("greeting") {
            self.fault(value.span().start, format!("{who} has a `{key}` of several lines: it has to fit one"));
        }
        Some(text)
    }

    fn text(&mut self, value: &Value<'_>, who: &str, (key, most): (&str, usize)) -> Option<String> {
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            let found = value.get_ref().type_str();
            self.fault(at, format!("{who} has a `{key}` that is a value of the kind {found}: write a text in quotes"));
            return None;
        };
        let (text, length) = (text.trim(), text.trim().chars().count());
        match length {
            0 => self.fault(at, format!("{who} has an empty `{key}`")),
            length if length > most => {
                self.fault(at, format!("{who} has a `{key}` of {length} characters, and at most {most} may be"));
            }
            _ => {}
        }
        Some(text.to_owned())
    }
}

/// The id of a persona, if it is one.
fn id_of<'t>(table: &'t Table<'_>) -> Option<&'t str> {
    table.get("id").and_then(|id| id.get_ref().as_str()).filter(|id| is_id(id))
}

fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    (1..=ID_BYTES).contains(&text.len()) && text.bytes().all(plain) && text != OFF
}

/// "`a`, `b` and `c`".
fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> String {
        let faults = read(text, |model| model.starts_with("openai/")).unwrap_err();
        let lines: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect();
        lines.join("\n")
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_line() {
        insta::assert_snapshot!(faults(
            "top = 1
[[persona]]
id = 'pirate'
name = 'Pirate'
promt = 'You are a pirate.'
colour = 'red'

[[persona]]
id = 'Captain Hook'
name.en = ''
name.de = 'Haken'
prompt = 5
model = 'google/gemini'

[[persona]]
id = 'pirate'
name = '''two
lines'''
prompt = 'x'
description = [1]
greeting = {}

[[persona]]
id = 'off'
name.ru = 'Никто'
prompt = '  '
model = 'openai/a b'
"
        ), @r#"
        1: `top` is unknown: a file of personas holds [[persona]] and nothing else beside it
        2: persona "pirate" has no `prompt`
        5: persona "pirate" has `promt`, which is unknown: did you mean `prompt`?
        6: persona "pirate" has `colour`, which is unknown: a persona has `id`, `name`, `description`, `prompt`, `model` and `greeting`
        9: persona 2 has the `id` "Captain Hook", which must be 1–20 of a–z, 0–9, _ and -
        10: persona 2 has an empty `name.en`
        11: persona 2 has `name.de`, and the bot speaks `en` and `ru`
        12: persona 2 has a `prompt` that is a value of the kind integer: write a text in quotes
        13: persona 2 has the `model` google/gemini, which ALLOWED_MODELS does not allow
        15: persona "pirate" is there already, at line 2: each needs an `id` of its own
        17: persona "pirate" has a `name` of several lines: it has to fit one
        20: persona "pirate" has a `description` that is a value of the kind array: write a text in quotes
        21: persona "pirate" has an empty `greeting`
        24: persona 4 cannot have the `id` "off": /persona off takes a persona away
        26: persona 4 has an empty `prompt`
        27: persona 4 has a `model` with blanks in it: write one model's name
        "#);
    }

    #[test]
    fn broken_lines_are_told_without_what_follows_from_them() {
        insta::assert_snapshot!(faults("[[persona]]\nid = 'a\nname 'A'\nprompt = 'x'\n[[persona]\nid = 'b'\n"), @r"
        2: this is no TOML: invalid literal string, expected `'`
        3: this is no TOML: key with no value, expected `=`
        5: this is no TOML: unclosed array table, expected `]`
        ");
    }

    #[test]
    fn a_file_of_something_else_is_told_how_a_persona_begins() {
        let begins = "a persona begins with [[persona]], in two brackets each";
        assert_eq!(faults(""), "1: there is no [[persona]] in it");
        assert_eq!(faults("[persona]\nid = 'a'\n"), format!("1: {begins}"));
        assert_eq!(faults("persona = ['a',\n'b']"), format!("1: {begins}\n2: {begins}"));
        let unknown = "1: `pirate` is unknown: a file of personas holds [[persona]] and nothing else beside it";
        assert_eq!(faults("[pirate]\nprompt = 'a'\n"), unknown);
    }

    #[test]
    fn a_good_file_may_say_little() {
        let set = read("[[persona]]\nid = 'a-1_b'\nname = ' A '\nprompt = '''\nBe\nkind.'''\n", |_| false).unwrap();
        let name = Words { texts: vec![(Language::En, "A".to_owned())] };
        let (id, prompt) = ("a-1_b".to_owned(), "Be\nkind.".to_owned());
        let expected = Persona { id, name, description: None, prompt, model: None, greeting: None };
        assert_eq!(set.all(), [Arc::new(expected)]);
    }
}
