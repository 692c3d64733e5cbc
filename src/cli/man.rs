//! `routergram man [COMMAND]`: the manual in the language of `man`.
//!
//! What the help says, in its own sections, and what no help has room for: every variable with its meaning.

use std::io;
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Cli, complain, print};
use crate::config;

/// Prints the page of routergram, or of one command ("webhook set"). Exit status 2 when there is no such command.
#[must_use]
pub fn man(words: &[String]) -> ExitCode {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut command = &root;
    for word in words {
        match command.find_subcommand(word) {
            Some(found) => command = found,
            None => return unknown(command, word),
        }
    }
    match page(command, words.is_empty()) {
        Ok(page) => {
            print(&page);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("the page cannot be written: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// As clap answers a wrong word: what there is, and 2.
fn unknown(command: &Command, word: &str) -> ExitCode {
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    let of = command.get_bin_name().unwrap_or("routergram");
    complain(&match names.iter().max_by(|one, other| likeness(one, word).total_cmp(&likeness(other, word))) {
        None => format!("error: {of} has no commands"),
        Some(nearest) => {
            format!("error: {of} has no command {word:?}; did you mean {nearest}? It has: {}", names.join(", "))
        }
    });
    ExitCode::from(2)
}

fn likeness(one: &str, other: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(one, other)
}

fn page(command: &Command, whole: bool) -> io::Result<String> {
    let source = format!("routergram {}", env!("CARGO_PKG_VERSION"));
    let title = command.get_display_name().unwrap_or("routergram").to_owned();
    // Built already: building a part by itself would forget whose part it is.
    let page = Man::new(command.clone()).title(title.to_uppercase()).source(source).manual("routergram");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        page.render_options_section(&mut text)?;
    }
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    further(command, whole).to_writer(&mut text)?;
    String::from_utf8(text).map_err(io::Error::other)
}

/// The examples, and for the whole program its variables, files and exit statuses.
fn further(command: &Command, whole: bool) -> Roff {
    let mut roff = Roff::new();
    // A variable's name is never cut in two.
    roff.control("nh", []);
    if let Some(examples) = command.get_after_help() {
        // Lines as they are.
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.to_string().lines().filter(|line| !line.starts_with("Example")) {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    if !whole {
        return roff;
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in config::environment() {
        roff.control("TP", []).text([bold(name)]).text([roman(meaning)]);
    }
    section(
        &mut roff,
        "FILES",
        &[(".env", "In the working directory: variables, one a line, that override none that are set.")],
    );
    section(
        &mut roff,
        "EXIT STATUS",
        &[
            ("0", "Stopped by a signal, or done."),
            ("1", "It cannot go on; the last line says why and what to do."),
            ("2", "The command line is wrong."),
            ("78", "The configuration cannot be used; every problem is listed."),
        ],
    );
    roff
}

fn section(roff: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [title]);
    for (name, meaning) in entries {
        roff.control("TP", []).text([bold(*name)]).text([roman(*meaning)]);
    }
}
