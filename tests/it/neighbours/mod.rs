//! Broken neighbours: what people see, what the owner sees and what is tried again when Telegram or the model fails.
//!
//! Each row is a story that asserts all three at the wire; `docs/failures.md` is made of the same rows.

mod model;
mod telegram;

use crate::tools::{text, tree};
use crate::world::World;

/// Runs the bot, and is told what needs her.
const OLGA: i64 = 1003;

/// A way in which a server is not there: what fails, and the address that fails so.
type Gone = (&'static str, fn(&World) -> String);

/// A row of the document.
struct Row {
    what: String,
    anna: String,
    owner: String,
    again: String,
}

impl Row {
    fn line(&self) -> String {
        format!("| {} | {} | {} | {} |\n", self.what, self.anna, self.owner, self.again)
    }
}

/// As a table.
fn table(rows: &[Row]) -> String {
    let head = "| What fails | Anna sees | The owner sees | What is tried again |\n| --- | --- | --- | --- |\n";
    rows.iter().fold(head.to_owned(), |table, row| table + &row.line())
}

/// The document with this table where its name stands.
fn with_table(document: &str, name: &str, rows: &[Row]) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = document.split_once(&begin).expect("docs/failures.md has a place for the table");
    let (_, after) = rest.split_once(&end).expect("the place has an end");
    format!("{before}{begin}{}{end}{after}", table(rows))
}

#[test]
fn the_document_says_what_the_stories_show() {
    let document = text("docs/failures.md");
    let expected = with_table(&document, "telegram", &telegram::rows());
    let expected = with_table(&expected, "model", &model::rows());
    if std::env::vars_os().any(|(name, value)| name == "UPDATE_DOCS" && value == "1") {
        std::fs::write(tree("docs/failures.md"), expected).unwrap();
    } else {
        assert!(
            document == expected,
            "docs/failures.md is not what tests/it/neighbours says: run UPDATE_DOCS=1 cargo test"
        );
    }
}
