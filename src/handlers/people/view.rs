//! What a button of `/users` carries: which people are seen, whose card, and what is decided about them.

use crate::access::Verdict;

/// The most of a search that goes into a button beside everything else, in bytes; its words are cut to that.
const QUERY_BYTES: usize = 16;
/// The last page there can be, in four digits of base 16: half a million people.
const LAST_PAGE: usize = 0xffff;

/// Which people are seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::handlers) struct View {
    /// Those whose names hold these words; empty: everybody. Made by [`View::found`].
    pub(super) query: String,
    /// The page, from 0 on.
    pub(super) page: usize,
}

/// What a button wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::handlers) enum PeopleWish {
    /// To see people.
    See(View),
    /// To see one of them; and what was seen before.
    Card(i64, View),
    /// To decide about one of them.
    Decide(Verdict, i64, View),
}

impl View {
    /// Those with these words, as many of them as fit.
    pub(in crate::handlers) fn found(query: &str, page: usize) -> Self {
        let words = query.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let query = words[..words.floor_char_boundary(QUERY_BYTES)].trim_end().to_owned();
        Self { query, page: page.min(LAST_PAGE) }
    }

    /// Another page of the same.
    pub(super) fn at(&self, page: usize) -> Self {
        Self { query: self.query.clone(), page }
    }

    fn written(&self) -> String {
        format!("{:x}.{}", self.page, self.query)
    }

    fn read(text: &str) -> Option<Self> {
        let (page, query) = text.split_once('.')?;
        let page = usize::from_str_radix(page, 16).ok().filter(|page| *page <= LAST_PAGE)?;
        Some(Self { query: query.to_owned(), page })
    }
}

impl PeopleWish {
    pub(in crate::handlers) fn written(&self) -> String {
        match self {
            Self::See(view) => format!("l{}", view.written()),
            Self::Card(user, view) => format!("c{user}.{}", view.written()),
            Self::Decide(verdict, user, view) => format!("{}{user}.{}", letter(*verdict), view.written()),
        }
    }

    pub(in crate::handlers) fn read(text: &str) -> Option<Self> {
        let (verb, rest) = text.split_at_checked(1)?;
        if verb == "l" {
            return View::read(rest).map(Self::See);
        }
        let (user, view) = rest.split_once('.')?;
        let (user, view) = (user.parse().ok()?, View::read(view)?);
        if verb == "c" {
            return Some(Self::Card(user, view));
        }
        let all = [Verdict::Allow, Verdict::Ban, Verdict::Unban];
        let verdict = all.into_iter().find(|verdict| letter(*verdict) == verb)?;
        // A group is not decided about.
        (user > 0).then_some(Self::Decide(verdict, user, view))
    }
}

const fn letter(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "a",
        Verdict::Ban => "b",
        Verdict::Unban => "u",
    }
}
