//! The command line as people meet it: help that fits a screen, wrong words with the nearest right one, completions, and
//! a manual.

use std::process::{Command, Output};

use crate::browser::skip_without;

const PROGRAM: &str = env!("CARGO_BIN_EXE_routergram");

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).env_clear().current_dir(std::env::temp_dir()).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let done = run(arguments);
    assert!(done.status.success() && done.stderr.is_empty(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// The commands that a page of help names.
fn commands_of(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command, by its words: none, one, or two.
fn every_command() -> Vec<Vec<String>> {
    let (mut found, mut next) = (Vec::new(), vec![Vec::new()]);
    while let Some(words) = next.pop() {
        let help = help_of(&words);
        let below = commands_of(&help).into_iter();
        next.extend(below.map(|name| words.iter().cloned().chain([name]).collect::<Vec<_>>()));
        found.push(words);
    }
    found
}

fn help_of(words: &[String]) -> String {
    let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    printed(&arguments)
}

#[test]
fn the_help_of_every_command_fits_a_screen_and_shows_an_example() {
    let commands = every_command();
    assert!(commands.len() > 15, "{commands:?}");
    for words in commands {
        let help = help_of(&words);
        assert!(help.lines().count() <= 40, "{words:?} is too long:\n{help}");
        let widest = help.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(widest <= 100, "{words:?} has {widest} columns:\n{help}");
        let example = help.lines().skip_while(|line| !line.starts_with("Example")).nth(1).unwrap_or_default();
        assert!(example.contains("routergram"), "{words:?} has no example:\n{help}");
        let called = format!("routergram {}", words.join(" "));
        assert!(help.lines().any(|line| line.starts_with("  ") && line.contains(called.trim())), "{words:?}:\n{help}");
    }
}

#[test]
fn a_wrong_word_gets_the_nearest_right_one_and_status_2() {
    for (line, nearest) in [
        ("docter", "doctor"),
        ("webhok info", "webhook"),
        ("webhook inof", "info"),
        ("config shw", "show"),
        ("sandbox --mode poling", "polling"),
        ("sandbox --mod polling", "--mode"),
        ("doctor --jsn", "--json"),
        ("webhook delete --drop-pendin", "--drop-pending"),
        ("completions bsh", "bash"),
        ("man webhok", "webhook"),
        ("sandbox --port eighty", "invalid digit"),
    ] {
        let done = run(&line.split(' ').collect::<Vec<_>>());
        let complaint = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{line}: {complaint}");
        assert!(complaint.starts_with("error: ") && complaint.contains(nearest), "{line}: {complaint}");
        assert!(done.stdout.is_empty(), "{line}");
    }
}

#[test]
fn bash_completes_commands_options_and_values() {
    let script = printed(&["completions", "bash"]);
    for (line, wanted) in [
        ("routergram doc", "doctor"),
        ("routergram webhook d", "delete"),
        ("routergram sandbox --mode p", "polling"),
        ("routergram models --j", "--json"),
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
        let asking = format!(
            "{script}\nCOMP_WORDS=({line}); COMP_CWORD={}; _routergram routergram '{last}' '{before}'; echo \"${{COMPREPLY[@]}}\"",
            words.len() - 1
        );
        let done = Command::new("bash").args(["-c", &asking]).output().unwrap();
        assert_eq!(String::from_utf8(done.stdout).unwrap().trim(), wanted, "{line}: {:?}", done.stderr);
    }
}

#[test]
fn other_shells_get_a_script_with_every_command() {
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for word in ["doctor", "webhook", "completions", "drop-pending"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_manual_of_every_command_renders_without_a_warning() {
    if skip_without(&["man", "groff"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for words in every_command() {
        let arguments: Vec<&str> = ["man"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let file = folder.path().join("page.1");
        std::fs::write(&file, printed(&arguments)).unwrap();
        let done = Command::new("man")
            .args(["--warnings=w", "-E", "UTF-8", "-l"])
            .arg(&file)
            .env("MANWIDTH", "80")
            .output()
            .unwrap();
        let (page, complaint) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        assert!(done.status.success() && complaint.is_empty(), "{words:?}: {complaint}");
        let name = std::iter::once("routergram").chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
        for part in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", &name] {
            assert!(page.contains(part), "{words:?} has no {part}:\n{page}");
        }
        if words.is_empty() {
            for part in ["ENVIRONMENT", "OPENROUTER_API_KEY", "FILES", "EXIT STATUS", "78", "routergram-doctor(1)"] {
                assert!(page.contains(part), "the manual has no {part}:\n{page}");
            }
        }
    }
}
