//! The image's description agrees with the program that is put into it. That it can be built and runs is shown in
//! `engine.rs`, and more of the program alone in an image like this in `container.rs`.

use std::path::Path;

use clap::Parser;
use routergram::cli::{Cli, Command};

use crate::tools::{succeeds, text, tool, tree};

/// An instruction of the Dockerfile: its word, and the rest of it on one line.
type Instruction = (String, String);

/// The instructions of the last stage.
fn image() -> Vec<Instruction> {
    let mut all = instructions(&text("Dockerfile"));
    let last = all.iter().rposition(|(word, _)| word == "FROM").expect("it has a base");
    all.split_off(last)
}

fn instructions(dockerfile: &str) -> Vec<Instruction> {
    let lines = dockerfile.lines().filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    joined
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(word, rest)| (word.to_owned(), rest.to_owned()))
        .collect()
}

/// What the one instruction with this word says.
fn the(word: &str, image: &[Instruction]) -> String {
    let found: Vec<&String> = image.iter().filter(|(other, _)| other == word).map(|(_, rest)| rest).collect();
    assert_eq!(found.len(), 1, "{word}: {found:?}");
    found[0].clone()
}

/// The words of an exec form. A shell form is none: there is no shell.
fn exec(form: &str) -> Vec<String> {
    serde_json::from_str(form).unwrap_or_else(|error| panic!("not an exec form: {form} ({error})"))
}

#[test]
fn the_image_starts_the_bot_and_asks_it_for_its_health_without_a_shell() {
    let image = image();
    let entry = exec(&the("ENTRYPOINT", &image));
    assert_eq!(Cli::try_parse_from(&entry).unwrap().chosen(), Command::Run);
    let health = the("HEALTHCHECK", &image);
    let (_, health) = health.split_once("CMD ").expect("it runs a command");
    let health = exec(health);
    assert_eq!(Cli::try_parse_from(&health).unwrap().chosen(), Command::Healthcheck);
    assert_eq!(entry[0], health[0]);
    let copied = image.iter().any(|(word, rest)| word == "COPY" && rest.ends_with(&format!(" {}", entry[0])));
    assert!(copied, "{} is not put there", entry[0]);
    assert!(image.iter().all(|(word, _)| word != "RUN"), "the base has nothing that could run");
}

#[test]
fn the_data_folder_of_the_image_is_the_default_one_and_belongs_to_its_user() {
    let image = image();
    let user = the("USER", &image);
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "a number that is not root: {user}");
    assert!(image.iter().any(|(word, rest)| word == "COPY" && rest.contains(&format!("--chown={user} "))), "{user}");
    // Not set: on Railway the path of the volume comes before the default, and after a DATA_DIR that is set.
    assert!(image.iter().all(|(word, _)| word != "ENV" && word != "VOLUME"));
    let default = default_of("DATA_DIR");
    let folder = Path::new(&the("WORKDIR", &image)).join(default.trim_start_matches("./"));
    let given = format!(" {}", folder.display());
    assert!(image.iter().any(|(word, rest)| word == "COPY" && rest.ends_with(&given)), "{given}");
    assert_eq!(the("EXPOSE", &image), default_of("PORT"));
}

/// The default of a variable, from the table that the program prints.
fn default_of(name: &str) -> String {
    let reference = routergram::config::reference();
    let row = reference.lines().find(|line| line.starts_with(&format!("| `{name}`"))).expect("it is in the table");
    row.split(" | ").nth(1).unwrap().trim_matches('`').to_owned()
}

#[test]
fn the_build_has_no_cache_mounts_and_the_compiler_that_the_manifest_asks_for() {
    let dockerfile = text("Dockerfile");
    assert!(instructions(&dockerfile).iter().all(|(_, rest)| !rest.contains("--mount")));
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let compiler = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(dockerfile.contains(&format!("\nFROM rust:{compiler}.")), "not built with Rust {compiler}");
}

#[test]
fn nothing_is_sent_to_the_build_but_what_it_reads() {
    let ignored = text(".dockerignore");
    let mut lines = ignored.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("*"), "first everything, or a .env would be in the image");
    for line in lines {
        let name = line.strip_prefix('!').expect("then what is read");
        assert!(tree(name).exists(), "{name} is not there");
    }
}

#[test]
fn hadolint_finds_nothing_wrong_in_the_dockerfile() {
    let Some(mut hadolint) = tool("hadolint") else { return };
    succeeds(hadolint.arg(tree("Dockerfile")));
}
