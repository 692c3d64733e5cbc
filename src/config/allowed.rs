//! Which models people may choose: names, in which `*` stands for anything.
//!
//! It is about choosing alone. The owner's own `MODEL` has to be among them, or whoever goes back to it would be refused;
//! `FALLBACK_MODELS` are the owner's choice for when nothing else is left, and are not asked.

use super::fold::Raw;
use super::read::{Reader, items};

/// The models that people may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedModels {
    /// Empty: all of them.
    patterns: Vec<String>,
}

impl AllowedModels {
    /// Those that one of these describes: `openai/gpt-4o-mini`, `openai/*`, `*:free`. None: all.
    #[must_use]
    pub fn like(patterns: Vec<String>) -> Self {
        Self { patterns }
    }

    /// May people choose it?
    #[must_use]
    pub fn permits(&self, id: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| describes(pattern, id))
    }
}

/// Reads `ALLOWED_MODELS`; `model` is the owner's own.
pub(super) fn read(reader: &mut Reader<'_>, raw: &Raw, model: &str) -> AllowedModels {
    const NAME: &str = "ALLOWED_MODELS";
    let Some(text) = raw.allowed_models.as_deref() else { return AllowedModels::default() };
    let patterns: Vec<String> = items(text).into_iter().map(str::to_owned).collect();
    if patterns.is_empty() || patterns.iter().any(|pattern| pattern.contains(char::is_whitespace)) {
        reader.refuse(
            NAME,
            "models' names separated by commas, with * for anything",
            "write it like ALLOWED_MODELS=openai/*, *:free",
        );
        return AllowedModels::default();
    }
    let allowed = AllowedModels::like(patterns);
    if !allowed.permits(model) {
        reader.refuse(
            NAME,
            format!("a list that allows MODEL, which is {model}"),
            format!("add {model} to it, or set MODEL to one of these"),
        );
    }
    allowed
}

/// Whether a pattern describes an id; capitals do not count.
fn describes(pattern: &str, id: &str) -> bool {
    let (pattern, id) = (pattern.to_ascii_lowercase(), id.to_ascii_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == id };
    let Some(mut left) = id.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*').filter(|piece| !piece.is_empty()) {
        // The first place is the best one: it leaves the most for what follows.
        let Some(at) = left.find(piece) else { return false };
        left = &left[at + piece.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, id, fits) in [
            ("openai/*", "openai/gpt-4o", true),
            ("openai/*", "x-openai/gpt-4o", false),
            ("*:free", "meta/llama:free", true),
            ("*:free", "meta/llama", false),
            ("*", "anything", true),
            ("openai/gpt-4o", "OpenAI/GPT-4o", true),
            ("openai/gpt-4o", "openai/gpt-4o-mini", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
            ("**", "x", true),
        ] {
            assert_eq!(describes(pattern, id), fits, "{pattern} {id}");
        }
    }

    #[test]
    fn without_a_list_everything_is_allowed() {
        assert!(AllowedModels::default().permits("a/b"));
        let some = AllowedModels::like(vec!["a/*".into(), "*:free".into()]);
        assert!(some.permits("a/b") && some.permits("c/d:free") && !some.permits("c/d"));
    }
}
