//! A table as people can read it in a chat.
//!
//! Telegram has no tables in plain messages. A narrow one becomes monospaced columns. A wide one would be wrapped by a
//! telephone into nonsense, so it is turned: one block for each row, one line for each cell, "heading: value".

use pulldown_cmark::Alignment;
use unicode_width::UnicodeWidthStr;

/// Widest table shown in columns. A telephone shows about 40 monospaced characters in a line, a desktop twice as
/// many; in between, a wrapped line is still easier to follow than a turned table.
const WIDEST: usize = 60;

/// Most rows times columns that are laid out; beyond that, padding would blow a short text up.
const MOST_CELLS: usize = 4000;

/// A table being read.
#[derive(Debug, Default)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<String>>,
}

/// A table read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// To be shown monospaced.
    Columns(String),
    /// For each row its title and its lines.
    Records(Vec<(String, Vec<String>)>),
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, rows: Vec::new() }
    }

    pub(super) fn start_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn start_cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.push(String::new());
        }
    }

    /// The cell being read.
    pub(super) fn cell(&mut self) -> Option<&mut String> {
        self.rows.last_mut()?.last_mut()
    }

    /// Lays the table out. The first row is the heading.
    pub(super) fn layout(mut self) -> Layout {
        for cell in self.rows.iter_mut().flatten() {
            *cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        let widths = self.widths();
        let total = widths.iter().sum::<usize>() + 3 * widths.len().saturating_sub(1);
        let cells = self.rows.len() * widths.len();
        if total <= WIDEST && cells <= MOST_CELLS { Layout::Columns(self.columns(&widths)) } else { self.records() }
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        (0..columns).map(|column| width(column).unwrap_or(0)).collect()
    }

    fn columns(&self, widths: &[usize]) -> String {
        let mut lines: Vec<String> = self.rows.iter().map(|row| self.line(row, widths)).collect();
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        lines.insert(lines.len().min(1), rule.join("-+-"));
        lines.join("\n")
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            let space = width.saturating_sub(cell.width());
            let left = match self.alignments.get(column) {
                Some(Alignment::Right) => space,
                Some(Alignment::Center) => space / 2,
                _ => 0,
            };
            format!("{}{cell}{}", " ".repeat(left), " ".repeat(space - left))
        });
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    }

    fn records(self) -> Layout {
        let mut rows = self.rows.into_iter();
        let headings = rows.next().unwrap_or_default();
        let mut records: Vec<_> = rows.map(|row| record(row, &headings)).collect();
        if records.is_empty() {
            records.push((headings.join(" | "), Vec::new()));
        }
        Layout::Records(records)
    }
}

fn record(row: Vec<String>, headings: &[String]) -> (String, Vec<String>) {
    let mut cells = row.into_iter().zip(headings.iter().map(String::as_str));
    let title = cells.next().map_or_else(String::new, |(title, _)| title);
    let lines = cells.filter(|(cell, _)| !cell.is_empty()).map(|(cell, heading)| match heading {
        "" => cell,
        heading => format!("{heading}: {cell}"),
    });
    (title, lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let rows = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        Table { alignments: vec![Alignment::None, Alignment::Right], rows }
    }

    #[test]
    fn columns_are_as_wide_as_their_characters_look() {
        let table = table(&[&["a", "n"], &["日本", "1"], &["😀", "100"]]);
        let Layout::Columns(text) = table.layout() else { panic!("narrow") };
        insta::assert_snapshot!(text, @r"
        a    |   n
        -----+----
        日本 |   1
        😀   | 100
        ");
    }

    #[test]
    fn a_table_wider_than_a_screen_is_turned() {
        let long = "word ".repeat(12);
        let Layout::Records(records) = table(&[&["Name", "About"], &["x", &long]]).layout() else { panic!("wide") };
        assert_eq!(records, [("x".to_owned(), vec![format!("About: {}", long.trim())])]);
    }
}
