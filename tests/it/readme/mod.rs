//! What the documents tell somebody to type, to set and to read exists, and goes on existing.
//!
//! Commands are proven by something that runs them, or say why nothing can; command lines of the program are read by
//! its own parser; variables are looked up in the table of variables; links lead to a file, and to a heading in it.

mod document;
mod proofs;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use routergram::cli::Cli;

use document::Document;
use proofs::{PROOFS, Proof};

/// Variables of others, and of the tests.
const OTHERS: [(&str, &[&str]); 6] = [
    ("the tests", &["ROUTERGRAM_PROGRAM", "ROUTERGRAM_TEST_ALL", "UPDATE_DOCS"]),
    ("Docker Compose", &["COMPOSE_FILE"]),
    ("deploy/Caddyfile", &["DOMAIN"]),
    ("the Dockerfile", &["VERSION", "REVISION", "CREATED"]),
    ("Railway", &["RAILWAY_RUN_UID", "RAILWAY_DEPLOYMENT_DRAINING_SECONDS", "RAILWAY_HEALTHCHECK_TIMEOUT_SEC"]),
    ("nobody: it stands for any", &["NAME"]),
];

fn tree() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Markdown file that people read: at the top, and below `docs`.
fn documents() -> Vec<Document> {
    let mut names = Vec::new();
    for folder in ["", "docs"] {
        let entries = std::fs::read_dir(tree().join(folder)).unwrap();
        let paths = entries.map(|entry| Path::new(folder).join(entry.unwrap().file_name()));
        names.extend(paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    names.sort();
    assert!(names.contains(&PathBuf::from("README.md")), "{names:?}");
    names.iter().map(|name| Document::read(tree(), name.to_str().unwrap())).collect()
}

/// Fails with every sentence, when there is one.
fn none(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_of_the_documents_is_proven_by_something_that_exists() {
    let documents = documents();
    let typed = documents.iter().flat_map(|document| document.commands.iter().map(|command| (command, &document.name)));
    let unknown = typed.filter(|(command, _)| !PROOFS.iter().any(|(known, _)| known == command));
    let unknown = unknown.map(|(command, name)| {
        format!("{name}: `{command}` is not in tests/it/readme/proofs.rs: name there what runs it, or why nothing can")
    });
    let stands =
        |known: &str| documents.iter().any(|document| document.commands.iter().any(|command| command == known));
    let stale = PROOFS.iter().filter(|(known, _)| !stands(known));
    let stale = stale.map(|(known, _)| format!("`{known}` is proven, but in no document any more"));
    let unproven = PROOFS.iter().filter_map(|(known, proof)| Some(format!("`{known}`: {}", missing(proof)?)));
    none(unknown.chain(stale).chain(unproven));
}

/// What a proof names and is not there.
fn missing(proof: &Proof) -> Option<String> {
    let (file, wanted) = match proof {
        Proof::Story(file, name) => (*file, format!("fn {name}(")),
        Proof::Gate(line) => (".ci/run", (*line).to_owned()),
        Proof::Elsewhere(reason) => return reason.is_empty().then(|| "no reason is given".to_owned()),
    };
    let text = std::fs::read_to_string(tree().join(file)).unwrap_or_default();
    (!text.contains(&wanted)).then(|| format!("{file} has no `{wanted}`"))
}

#[test]
fn every_command_line_of_the_program_is_one_that_it_takes() {
    none(documents().iter().flat_map(|document| {
        let typed = document.commands.iter().filter_map(|command| refused(command, &arguments(command)?));
        let mentioned = document.codes.iter().filter_map(|code| unknown_word(code));
        typed.chain(mentioned).map(|wrong| format!("{}: {wrong}", document.name)).collect::<Vec<_>>()
    }));
}

/// What a command hands to the program: `routergram …`, `cargo run -- …`, `docker exec bot /routergram …`.
fn arguments(command: &str) -> Option<Vec<&str>> {
    let words: Vec<_> = command.split(' ').collect();
    let ends = |word: &&&str| ["|", "<", ">", ">>", "&&", "&", ";"].contains(*word);
    let program = |(place, word): (usize, &&str)| {
        let name = word.rsplit('/').next().unwrap_or_default().split(':').next();
        let image = word.starts_with('/') || word.starts_with("ghcr.io/");
        // A service of a compose file is its image's program.
        let service = *word == "bot" && command.starts_with("docker compose run ");
        service || name == Some("routergram") && (place == 0 || image)
    };
    let begin = if command.starts_with("cargo run") {
        words.iter().position(|word| *word == "--").unwrap_or(words.len() - 1)
    } else {
        words.iter().enumerate().position(program)?
    };
    Some(words[begin + 1..].iter().take_while(|word| !ends(word)).copied().collect())
}

fn refused(command: &str, arguments: &[&str]) -> Option<String> {
    let error = Cli::try_parse_from(["routergram"].iter().chain(arguments)).err()?;
    let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    (!shown).then(|| format!("`{command}` is refused: {error}"))
}

/// The first word of `routergram config check` that the program does not know; optional parts may stand in brackets.
fn unknown_word(code: &str) -> Option<String> {
    let line = code.strip_prefix("routergram ")?.replace(['[', ']'], "");
    let mut command = Cli::command();
    command.build();
    for word in line.split_whitespace() {
        if let Some(long) = word.strip_prefix("--") {
            let known = command.get_arguments().any(|argument| argument.get_long() == Some(long));
            if !known {
                return Some(format!("`{code}`: there is no --{long}"));
            }
        } else if command.has_subcommands() {
            // Only one word is followed by more, so which of several choices goes on does not matter.
            let mut next = None;
            for choice in word.split(['|', '\\']).filter(|choice| !choice.is_empty()) {
                let Some(found) = command.find_subcommand(choice) else {
                    return Some(format!("`{code}`: there is no command {choice}"));
                };
                next = Some(found.clone());
            }
            command = next.unwrap_or(command);
        }
    }
    None
}

#[test]
fn every_variable_of_the_documents_is_in_the_table_of_variables() {
    let known = variables();
    assert!(known.contains("BOT_TOKEN_FILE") && !known.contains("PORT_FILE"), "{known:?}");
    none(documents().iter().flat_map(|document| {
        let set = document.commands.iter().flat_map(|command| command.split(' ')).filter(|word| word.contains('='));
        let mentioned = document.codes.iter().map(String::as_str).filter(|code| code.contains(['_', '=']));
        let names = set.chain(mentioned).filter_map(|word| variable(word.split('=').next()?));
        let unknown =
            names.filter(|name| !known.contains(*name) && !OTHERS.iter().any(|(_, names)| names.contains(name)));
        unknown.map(|name| format!("{}: there is no variable {name}", document.name)).collect::<Vec<_>>()
    }));
}

/// The word, if it looks like a variable.
fn variable(word: &str) -> Option<&str> {
    let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (word.len() > 1 && word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(capital)).then_some(word)
}

/// Every variable, its other names, and for secrets the names of their files.
fn variables() -> BTreeSet<String> {
    let reference = routergram::config::reference();
    let mut names = BTreeSet::new();
    for row in reference.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split(" | ").next().unwrap_or_default();
        for name in cell.split('`').filter_map(variable) {
            names.insert(name.to_owned());
            if row.ends_with("(secret) |") {
                names.insert(format!("{name}_FILE"));
            }
        }
    }
    names
}

#[test]
fn every_link_of_the_documents_leads_to_a_file_and_a_heading_that_exist() {
    let documents = documents();
    none(documents.iter().flat_map(|document| {
        let inside = document.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
        inside
            .filter_map(|link| Some(format!("{}: {link} {}", document.name, broken(document, link)?)))
            .collect::<Vec<_>>()
    }));
}

/// What is wrong with a link of this document.
fn broken(document: &Document, link: &str) -> Option<&'static str> {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let folder = Path::new(&document.name).parent().expect("it is a file");
    let path = folder.join(file);
    if !file.is_empty() && !tree().join(&path).exists() {
        return Some("leads to no file");
    }
    let other =
        if file.is_empty() { None } else { Some(path) }.filter(|path| path.extension().is_some_and(|e| e == "md"));
    let other = other.map(|path| Document::read(tree(), path.to_str().expect("names are ASCII")));
    let there = other.as_ref().unwrap_or(document);
    anchor.is_some_and(|anchor| !there.anchors.contains(anchor)).then_some("leads to no heading")
}

#[test]
fn the_translation_has_the_headings_commands_and_tables_of_the_original() {
    if !tree().join("README.ru.md").exists() {
        return;
    }
    let (original, translation) = (Document::read(tree(), "README.md"), Document::read(tree(), "README.ru.md"));
    assert_eq!(translation.headings, original.headings, "the headings of README.ru.md");
    assert_eq!(translation.commands, original.commands, "the commands of README.ru.md");
    assert_eq!(translation.tables, original.tables, "the tables of README.ru.md");
}

#[test]
fn the_words_of_a_command_line_are_checked_one_by_one() {
    assert_eq!(arguments("docker exec bot /routergram config check > x"), Some(vec!["config", "check"]));
    assert_eq!(arguments("cargo run --release -- sandbox --port 1"), Some(vec!["sandbox", "--port", "1"]));
    assert_eq!(arguments("cargo run --release"), Some(vec![]));
    assert_eq!(arguments("docker compose run -T bot restore - < x"), Some(vec!["restore", "-"]));
    assert_eq!(arguments("docker build -t routergram ."), None);
    assert!(refused("", &["sandbox", "--port", "high"]).is_some() && refused("", &["--version"]).is_none());
    assert!(unknown_word("routergram sandbox [--mode webhook|polling] [--port N]").is_none());
    assert!(unknown_word("routergram config check|show").is_none());
    assert!(unknown_word("routergram config chekc").unwrap().contains("no command chekc"));
    assert!(unknown_word("routergram run --fast").unwrap().contains("no --fast"));
}
