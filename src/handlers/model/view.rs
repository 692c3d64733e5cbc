//! What the picker shows: all makers, one maker's models, or what a search has found; and which page of it.
//!
//! A view travels in buttons, so it is short: makers and models go by a key of a few characters, which is made of their
//! id, and so still means the same after a restart and in a list that has changed.

use sha2::{Digest, Sha256};

use crate::openrouter::OfferedModel;

/// How long a key is, in characters: 40 bits, so that two of a thousand models have the same once in two million lists.
pub(in crate::handlers) const KEY_CHARS: usize = 10;
/// The most of a search that goes into a button beside everything else, in bytes; its words are cut to that.
const QUERY_BYTES: usize = 28;
/// The last page there can be: two digits in base 16.
const LAST_PAGE: usize = 0xff;

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::handlers) enum View {
    /// All makers; the page, from 0 on.
    Makers(usize),
    /// The models of the maker with this key; the page.
    Maker(String, usize),
    /// What has these words in its id or name; the page. Made by [`View::found`].
    Found(String, usize),
}

/// The key of a model or a maker.
pub(in crate::handlers) fn key(id: &str) -> String {
    let mut key = hex::encode(&Sha256::digest(id.as_bytes())[..KEY_CHARS.div_ceil(2)]);
    key.truncate(KEY_CHARS);
    key
}

impl View {
    /// What has these words, as many of them as fit.
    pub(in crate::handlers) fn found(query: &str, page: usize) -> Self {
        let words = query.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Self::Found(words[..words.floor_char_boundary(QUERY_BYTES)].trim_end().to_owned(), page.min(LAST_PAGE))
    }

    /// Another page of the same.
    pub(super) fn at(&self, page: usize) -> Self {
        match self {
            Self::Makers(_) => Self::Makers(page),
            Self::Maker(maker, _) => Self::Maker(maker.clone(), page),
            Self::Found(query, _) => Self::Found(query.clone(), page),
        }
    }

    pub(super) const fn page(&self) -> usize {
        match self {
            Self::Makers(page) | Self::Maker(_, page) | Self::Found(_, page) => *page,
        }
    }

    /// Does it show this model?
    pub(super) fn holds(&self, model: &OfferedModel) -> bool {
        match self {
            Self::Makers(_) => true,
            Self::Maker(maker, _) => key(model.maker()) == *maker,
            Self::Found(query, _) => {
                let text = format!("{} {}", model.id, model.name.as_deref().unwrap_or_default()).to_lowercase();
                query.split(' ').all(|word| text.contains(word))
            }
        }
    }

    pub(in crate::handlers) fn written(&self) -> String {
        match self {
            Self::Makers(page) => format!("g{page:x}"),
            Self::Maker(maker, page) => format!("m{maker}{page:x}"),
            Self::Found(query, page) => format!("f{page:x}.{query}"),
        }
    }

    pub(in crate::handlers) fn read(text: &str) -> Option<Self> {
        let page = |digits: &str| usize::from_str_radix(digits, 16).ok().filter(|page| *page <= LAST_PAGE);
        let (kind, rest) = text.split_at_checked(1)?;
        Some(match kind {
            "g" => Self::Makers(page(rest)?),
            "m" => {
                let (maker, rest) = rest.split_at_checked(KEY_CHARS)?;
                Self::Maker(maker.to_owned(), page(rest)?)
            }
            "f" => {
                let (digits, query) = rest.split_once('.')?;
                Self::Found(query.to_owned(), page(digits)?)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_looks_for_every_word_in_id_and_name() {
        let id = "openai/gpt-4o-mini".to_owned();
        let model = OfferedModel { id, name: Some("OpenAI: GPT-4o-mini".to_owned()), ..OfferedModel::default() };
        for (query, found) in [("GPT", true), (" mini  openai ", true), ("gpt claude", false), ("", true)] {
            assert_eq!(View::found(query, 0).holds(&model), found, "{query}");
        }
    }

    #[test]
    fn keys_are_short_and_differ() {
        assert_eq!(key("openai/gpt-4o-mini").len(), KEY_CHARS);
        assert_ne!(key("openai/gpt-4o-mini"), key("openai/gpt-4o"));
    }
}
