//! The table of variables as documents: Markdown for the README and `config reference`, and `.env.example`.
//!
//! Both are generated, and a test compares them with the files of the repository. `UPDATE_DOCS=1 cargo test` writes
//! the files instead.

use std::fmt::Write as _;

use super::vars::{self, Fallback, Var};

/// Everything that can be set, as Markdown tables.
#[must_use]
pub fn reference() -> String {
    let mut text = String::new();
    for section in vars::SECTIONS {
        // Writing to a String cannot fail, here and below.
        let _ = write!(text, "### {}\n\n| Variable | Default | Meaning |\n|---|---|---|\n", section.title);
        for var in section.vars {
            let _ = writeln!(text, "| {} | {} | {} |", names(var), default(var), sentence(var));
        }
        text.push('\n');
    }
    text.push_str(NOTES);
    text
}

const NOTES: &str = "\
A variable that is blank counts as not set. Booleans are `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`. Each secret \
can also be given as a file: `BOT_TOKEN_FILE=/run/secrets/bot_token`. A file named `.env` in the working directory is \
read too, and never overrides what is set. `routergram config check` names everything that is wrong, with its fix; \
`routergram config show` prints what is in force and where each value came from.
";

fn names(var: &Var) -> String {
    let mut text = format!("`{}`", var.name);
    if !var.aliases.is_empty() {
        let aliases: Vec<_> = var.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(text, "<br>also {}", aliases.join(", "));
    }
    text
}

fn default(var: &Var) -> String {
    match var.fallback {
        Fallback::Required => "**required**".to_owned(),
        Fallback::Nothing => "–".to_owned(),
        Fallback::Value(text) => format!("`{text}`"),
        Fallback::Words(text) if text.starts_with('/') => format!("`{text}`"),
        Fallback::Words(text) => text.to_owned(),
    }
}

fn sentence(var: &Var) -> String {
    let secret = if var.secret { " (secret)" } else { "" };
    // A bar would end the table's cell.
    format!("{}{secret}", var.meaning.replace('|', "\\|"))
}

/// Every variable with what it means, as plain text, for the manual.
#[must_use]
pub fn environment() -> Vec<(&'static str, String)> {
    vars::all()
        .map(|var| {
            let default = match var.fallback {
                Fallback::Required => " Required.".to_owned(),
                Fallback::Nothing => String::new(),
                Fallback::Value(text) | Fallback::Words(text) => format!(" Default: {text}."),
            };
            (var.name, format!("{}.{default}", plain(&sentence(var))))
        })
        .collect()
}

/// The text of `.env.example`.
#[must_use]
pub fn env_example() -> String {
    let mut text = EXAMPLE_HEAD.to_owned();
    for section in vars::SECTIONS {
        let _ = write!(text, "\n# ---- {} ----\n", section.title);
        for var in section.vars {
            let _ = write!(text, "\n{}\n{}\n", comment(var), assignment(var));
        }
    }
    text
}

const EXAMPLE_HEAD: &str = "\
# Copy this file to .env and fill in what is required. Everything else may stay as it is.
# What is set in the environment wins over this file; a blank value counts as not set.
# A value that has spaces, quotes, # or $ in it goes between single quotes.
";

fn comment(var: &Var) -> String {
    let mut lines = vec![plain(&sentence(var))];
    match var.fallback {
        Fallback::Required => lines.push("Required.".to_owned()),
        Fallback::Nothing => {}
        Fallback::Value(text) | Fallback::Words(text) => lines.push(format!("Default: {text}")),
    }
    if !var.aliases.is_empty() {
        lines.push(format!("Other names: {}", var.aliases.join(", ")));
    }
    if let Some(file) = var.file_name(var.name) {
        lines.push(format!("Or the path of a file that holds it: {file}"));
    }
    lines.iter().map(|line| format!("# {line}")).collect::<Vec<_>>().join("\n")
}

fn assignment(var: &Var) -> String {
    match var.fallback {
        Fallback::Required => format!("{}=", var.name),
        _ if var.example.contains(' ') => format!("#{}='{}'", var.name, var.example),
        _ => format!("#{}={}", var.name, var.example),
    }
}

/// Markdown without its signs: links as their text, no backticks, a capital at the start.
fn plain(markdown: &str) -> String {
    let mut text = markdown.replace("\\|", "|");
    while let Some(start) = text.find("](")
        && let Some(length) = text[start..].find(')')
    {
        text.replace_range(start..=start + length, "");
    }
    let text = text.replace(['`', '['], "");
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
