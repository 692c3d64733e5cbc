//! A table as people can read it in a chat.
//!
//! Telegram has no tables in plain messages. A narrow one becomes monospaced columns. A wide one would be wrapped by a
//! telephone into nonsense, so it is turned: one block for each row, one line for each cell, "heading: value".

use std::iter::repeat_n;

use pulldown_cmark::Alignment;
use unicode_width::UnicodeWidthStr;

/// Widest table shown in columns. A telephone shows about 40 monospaced characters in a line, a desktop twice as
/// many; in between, a wrapped line is still easier to follow than a turned table.
const WIDEST: usize = 60;

/// Most rows times columns that are laid out; beyond that, padding would blow a short text up.
const MOST_CELLS: usize = 4000;

/// A table being read. Its cells stand in one text, one behind the other: a text for each would be most of the work.
#[derive(Debug, Default)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    text: String,
    /// Where in the text each cell begins.
    cells: Vec<usize>,
    /// Which cell each row begins with.
    rows: Vec<usize>,
}

/// A table read.
#[derive(Debug)]
pub(super) enum Layout {
    /// To be shown monospaced.
    Columns(String),
    /// A row of headings without anything below.
    Headings(String),
    /// To be shown row by row: see [`Table::records`].
    Records(Table),
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, ..Self::default() }
    }

    pub(super) fn start_row(&mut self) {
        self.rows.push(self.cells.len());
    }

    pub(super) fn start_cell(&mut self) {
        self.cells.push(self.text.len());
    }

    /// Where the cell being read is written, behind the cells before it.
    pub(super) fn cell(&mut self) -> Option<&mut String> {
        (!self.cells.is_empty()).then_some(&mut self.text)
    }

    /// Lays the table out. The first row is the heading.
    pub(super) fn layout(mut self) -> Layout {
        self.tidy();
        let widths = self.widths();
        let total = widths.iter().sum::<usize>() + 3 * widths.len().saturating_sub(1);
        let cells = self.rows.len() * widths.len();
        if total <= WIDEST && cells <= MOST_CELLS {
            Layout::Columns(self.columns(&widths))
        } else if self.rows.len() > 1 {
            Layout::Records(self)
        } else {
            Layout::Headings(self.row(0).collect::<Vec<_>>().join(" | "))
        }
    }

    /// For each row below the headings its title and its lines: headings, which may be empty, and cells, which are not.
    pub(super) fn records(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (&str, &str)>)> {
        (1..self.rows.len()).map(|row| {
            let mut cells = self.row(0).zip(self.row(row));
            let title = cells.next().map_or("", |(_, title)| title);
            (title, cells.filter(|(_, cell)| !cell.is_empty()))
        })
    }

    /// The cells of a row.
    fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        let end = |starts: &[usize], at: usize, end: usize| starts.get(at + 1).copied().unwrap_or(end);
        let cells = self.rows.get(row).map_or(0..0, |first| *first..end(&self.rows, row, self.cells.len()));
        cells.map(move |cell| &self.text[self.cells[cell]..end(&self.cells, cell, self.text.len())])
    }

    /// Makes one space of all whitespace between words, and none of it around them.
    fn tidy(&mut self) {
        let mut tidy = String::with_capacity(self.text.len());
        for cell in 0..self.cells.len() {
            let end = self.cells.get(cell + 1).copied().unwrap_or(self.text.len());
            let words = self.text[self.cells[cell]..end].split_whitespace();
            self.cells[cell] = tidy.len();
            for (i, word) in words.enumerate() {
                if i > 0 {
                    tidy.push(' ');
                }
                tidy.push_str(word);
            }
        }
        self.text = tidy;
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for row in 0..self.rows.len() {
            for (column, cell) in self.row(row).enumerate() {
                match widths.get_mut(column) {
                    Some(widest) => *widest = width(cell).max(*widest),
                    None => widths.push(width(cell)),
                }
            }
        }
        widths
    }

    fn columns(&self, widths: &[usize]) -> String {
        let mut out = String::new();
        for row in 0..self.rows.len() {
            if row > 0 {
                out.push('\n');
            }
            let start = out.len();
            for (column, (cell, width)) in self.row(row).zip(widths).enumerate() {
                out.push_str(if column > 0 { " | " } else { "" });
                self.push_aligned(&mut out, column, cell, *width);
            }
            out.truncate(start + out[start..].trim_end().len());
            if row == 0 {
                out.push('\n');
                for (column, width) in widths.iter().enumerate() {
                    out.push_str(if column > 0 { "-+-" } else { "" });
                    out.extend(repeat_n('-', *width));
                }
            }
        }
        out
    }

    fn push_aligned(&self, out: &mut String, column: usize, cell: &str, columns: usize) {
        let space = columns.saturating_sub(width(cell));
        let left = match self.alignments.get(column) {
            Some(Alignment::Right) => space,
            Some(Alignment::Center) => space / 2,
            _ => 0,
        };
        out.extend(repeat_n(' ', left));
        out.push_str(cell);
        out.extend(repeat_n(' ', space - left));
    }
}

/// Columns that a cell takes on the screen.
fn width(cell: &str) -> usize {
    // Of every other character it has to be looked up.
    let plain = cell.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain { cell.len() } else { cell.width() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let mut table = Table::new(vec![Alignment::None, Alignment::Right]);
        for row in rows {
            table.start_row();
            for cell in *row {
                table.start_cell();
                table.cell().unwrap().push_str(cell);
            }
        }
        table
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
        let Layout::Records(table) = table(&[&["Name", "About"], &["x", &long]]).layout() else { panic!("wide") };
        let records: Vec<_> = table.records().map(|(title, lines)| (title, lines.collect::<Vec<_>>())).collect();
        assert_eq!(records, [("x", vec![("About", long.trim())])]);
    }
}
