//! Links, pictures and the addresses at the end of a text.
//!
//! Whether an address may stand behind its label is known only when the label has been written: then the link becomes
//! an entity over it, or the address is added to it, or the label stays alone.

use std::borrow::Cow;

use pulldown_cmark::{CowStr, LinkType, Parser};
use teloxide::types::MessageEntityKind;

use super::super::link::{Target, judge, same};
use super::super::table::Table;
use super::super::writer::Page;
use super::Render;

/// `[label]: address` somewhere in the text.
pub(super) struct Definition {
    at: usize,
    label: String,
    address: String,
}

/// A link whose label is being written.
pub(super) struct OpenLink<'a> {
    address: Cow<'a, str>,
    bytes: usize,
    units: usize,
    /// `[1]`: the brackets are what makes it a note, so they are kept.
    brackets: bool,
}

/// The definitions of a text, in its order.
pub(super) fn definitions(parser: &Parser<'_>) -> Vec<Definition> {
    let mut definitions: Vec<Definition> = parser
        .reference_definitions()
        .iter()
        .map(|(label, def)| Definition { at: def.span.start, label: label.to_owned(), address: def.dest.to_string() })
        .collect();
    definitions.sort_by_key(|definition| definition.at);
    definitions
}

impl<'a> OpenLink<'a> {
    /// A link whose label begins here.
    pub(super) fn at(page: &mut Page, address: Cow<'a, str>) -> Self {
        let (bytes, units) = page.here();
        Self { address, bytes, units, brackets: false }
    }
}

impl<'a> Render<'a> {
    /// A link or a picture begins.
    pub(super) fn link(&mut self, link_type: LinkType, address: CowStr<'a>, id: &str) {
        // A link with its own address has no label.
        if !id.is_empty() {
            self.used.insert(id.to_lowercase());
        }
        let address = match link_type {
            LinkType::Email => format!("mailto:{address}").into(),
            _ => self.restore(address),
        };
        let brackets = matches!(link_type, LinkType::Shortcut) && id.chars().all(|c| c.is_ascii_digit());
        let link = match self.table.as_mut().and_then(Table::cell) {
            Some(cell) => OpenLink { address, bytes: cell.len(), units: 0, brackets },
            None => OpenLink { brackets, ..OpenLink::at(&mut self.page, address) },
        };
        self.links.push(link);
        if brackets {
            self.text("[");
        }
    }

    /// It ends.
    pub(super) fn end_link(&mut self) {
        if self.links.last().is_some_and(|link| link.brackets) {
            self.text("]");
        }
        let Some(link) = self.links.pop() else { return };
        if let Some(cell) = self.table.as_mut().and_then(Table::cell) {
            let label = cell.get(link.bytes..).unwrap_or_default().trim().to_owned();
            if label.is_empty() {
                cell.push_str(&link.address);
            } else if self.links.is_empty() && !same(&label, &link.address) {
                self.table_links.push((label, link.address));
            }
            return;
        }
        let label = self.page.since(link.bytes).trim();
        let target = if self.links.is_empty() { judge(&link.address) } else { Target::Useless };
        match target {
            _ if label.is_empty() && target != Target::Useless => self.page.write(&link.address),
            _ if same(label, &link.address) => {}
            Target::Link(url) => self.page.entity(MessageEntityKind::TextLink { url }, link.units),
            Target::Shown(address) if !same(label, address) => {
                for piece in [" (", address, ")"] {
                    self.page.write(piece);
                }
            }
            Target::Shown(_) | Target::Useless => {}
        }
    }

    /// The address with everything put back as it was written.
    fn restore(&self, address: CowStr<'a>) -> Cow<'a, str> {
        match address {
            CowStr::Borrowed(address) => self.store.restore(address),
            address => self.store.restore(&address).into_owned().into(),
        }
    }

    /// Definitions that nothing points at are sources that the model named: `CommonMark` would swallow them.
    pub(super) fn unused(&mut self, definitions: &[Definition]) {
        for Definition { label, address, .. } in definitions {
            if self.used.contains(&label.to_lowercase()) {
                continue;
            }
            self.page.gap(1);
            for piece in ["[", label, "]: ", address] {
                self.page.write(&self.store.plain(piece));
            }
        }
    }
}
