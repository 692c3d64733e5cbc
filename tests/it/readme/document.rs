//! A Markdown file as far as it can be wrong: headings, commands, tables, links, and what stands in code.

use std::collections::BTreeSet;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Relative to the tree.
    pub(super) name: String,
    /// The levels of its headings, in order.
    pub(super) headings: Vec<u8>,
    /// What `#…` may name in it.
    pub(super) anchors: BTreeSet<String>,
    /// Every command of its `sh` blocks, without comments.
    pub(super) commands: Vec<String>,
    /// The code in the first cell of each row, table by table.
    pub(super) tables: Vec<Vec<String>>,
    /// Where links and pictures lead.
    pub(super) links: Vec<String>,
    /// What stands in code within a line.
    pub(super) codes: Vec<String>,
}

/// Where the reader is.
#[derive(Default)]
struct Place {
    heading: Option<String>,
    shell: Option<String>,
    in_block: bool,
    /// The cell of the row.
    cell: usize,
}

impl Document {
    pub(super) fn read(tree: &Path, name: &str) -> Self {
        let text = std::fs::read_to_string(tree.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self::parse(name, &text)
    }

    pub(super) fn parse(name: &str, text: &str) -> Self {
        let mut document = Self { name: name.to_owned(), ..Self::default() };
        let mut place = Place::default();
        for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Start(tag) => document.begin(tag, &mut place),
                Event::End(tag) => document.end(tag, &mut place),
                Event::Text(text) => place.hears(&text),
                Event::Code(code) => document.code(&code, &mut place),
                Event::Html(html) | Event::InlineHtml(html) => document.html(&html),
                _ => {}
            }
        }
        document
    }

    fn begin(&mut self, tag: Tag<'_>, place: &mut Place) {
        match tag {
            Tag::Heading { level, .. } => {
                self.headings.push(level as u8);
                place.heading = Some(String::new());
            }
            Tag::CodeBlock(kind) => {
                let shell = matches!(&kind, CodeBlockKind::Fenced(language) if is_shell(language));
                place.shell = shell.then(String::new);
                place.in_block = true;
            }
            Tag::Table(_) => self.tables.push(Vec::new()),
            Tag::TableRow | Tag::TableHead => {
                place.cell = 0;
                self.tables.last_mut().expect("a row is in a table").push(String::new());
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.links.push(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, place: &mut Place) {
        match tag {
            TagEnd::Heading(_) => {
                let anchor = anchor(&place.heading.take().unwrap_or_default());
                let again = (1..).map(|number| format!("{anchor}-{number}"));
                let free = std::iter::once(anchor.clone()).chain(again).find(|name| !self.anchors.contains(name));
                self.anchors.extend(free);
            }
            TagEnd::CodeBlock => {
                place.in_block = false;
                self.commands.extend(commands(&place.shell.take().unwrap_or_default()));
            }
            TagEnd::TableCell => place.cell += 1,
            _ => {}
        }
    }

    fn code(&mut self, code: &CowStr<'_>, place: &mut Place) {
        place.hears(code);
        self.codes.push(code.to_string());
        if let Some(row) = self.tables.last_mut().and_then(|rows| rows.last_mut())
            && place.cell == 0
        {
            row.push_str(code);
            row.push(' ');
        }
    }

    /// `<img src="…">`, `<source srcset="…">`, `<a id="…">`.
    fn html(&mut self, html: &str) {
        let attributes = |name: &str| {
            let opening = format!(" {name}=\"");
            let values = html.split(&opening).skip(1).filter_map(|rest| rest.split_once('"'));
            values.map(|(value, _)| value.to_owned()).collect::<Vec<_>>()
        };
        for name in ["href", "src", "srcset"] {
            self.links.extend(attributes(name));
        }
        for name in ["id", "name"] {
            self.anchors.extend(attributes(name));
        }
    }
}

impl Place {
    fn hears(&mut self, text: &str) {
        for listening in [self.heading.as_mut().filter(|_| !self.in_block), self.shell.as_mut()].into_iter().flatten() {
            listening.push_str(text);
        }
    }
}

fn is_shell(language: &str) -> bool {
    ["sh", "bash", "shell"].contains(&language.split([' ', ',']).next().unwrap_or_default())
}

/// The commands of a block: one a line, unless a line ends with a backslash.
fn commands(block: &str) -> Vec<String> {
    let joined = block.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split(" #").next().unwrap_or_default());
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn a_document_is_read_as_github_shows_it() {
    let text = "# Über `it`, then\n\n## It\n\n## It\n\n<a id=\"there\"></a>\n\n[x](a.md#b) ![y](c.png)\n\n\
        <picture><source srcset=\"dark.png\"></picture>\n\n```sh\n# why\ncargo  test \\\n  --all   # what\n\n./x\n```\n\n\
        ```text\nnot a command\n```\n\n| `A` or `B` | x |\n|---|---|\n| `C` | `D` |\n";
    let document = Document::parse("x.md", text);
    assert_eq!(document.headings, [1, 2, 2]);
    assert_eq!(
        document.anchors.iter().map(String::as_str).collect::<Vec<_>>(),
        ["it", "it-1", "there", "über-it-then"]
    );
    assert_eq!(document.commands, ["cargo test --all", "./x"]);
    assert_eq!(document.tables, [["A B ", "C "]]);
    assert_eq!(document.links, ["a.md#b", "c.png", "dark.png"]);
    assert_eq!(document.codes, ["it", "A", "B", "C", "D"]);
}
