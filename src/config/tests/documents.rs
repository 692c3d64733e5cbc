//! The table, the struct, `.env.example` and the README say the same.

use std::path::Path;

use super::*;

const BEGIN: &str = "<!-- configuration -->\n";
const END: &str = "<!-- /configuration -->\n";

/// What the example stands for, as seen from where the tests run.
const A_FILE_OF_PERSONAS: &str = "src/personas/builtin.toml";

/// Compares a document of the repository with what the table says; `UPDATE_DOCS=1` writes it instead.
fn agrees(name: &str, expected: impl FnOnce(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let actual = std::fs::read_to_string(&path).unwrap_or_default();
    let expected = expected(&actual);
    if std::env::vars_os().any(|(name, value)| name == "UPDATE_DOCS" && value == "1") {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(actual == expected, "{name} does not say what src/config/vars.rs says: run UPDATE_DOCS=1 cargo test");
    }
}

#[test]
fn env_example_says_what_the_table_says() {
    agrees(".env.example", |_| env_example());
}

#[test]
fn the_readme_says_what_the_table_says() {
    agrees("README.md", |readme| {
        let (before, rest) = readme.split_once(BEGIN).expect("README.md has a line <!-- configuration -->");
        let (_, after) = rest.split_once(END).expect("README.md has a line <!-- /configuration -->");
        format!("{before}{BEGIN}\n{}\n{END}{after}", reference())
    });
}

#[test]
fn the_table_and_the_struct_have_the_same_variables() {
    let serde_json::Value::Object(fields) = serde_json::to_value(fold::Raw::default()).unwrap() else {
        panic!("a struct is an object")
    };
    let mut fields: Vec<_> = fields.keys().map(|name| name.to_uppercase()).collect();
    let mut table: Vec<_> = vars::all().map(|var| var.name.to_owned()).collect();
    fields.sort();
    table.sort();
    assert_eq!(fields, table);
}

#[test]
fn no_name_means_two_things() {
    let mut names: Vec<_> = vars::all().flat_map(vars::Var::names).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn every_variable_is_shown_and_documented() {
    let dump = Config::load(&with(&[])).unwrap().dump;
    for var in vars::all() {
        assert!(dump.rows.iter().any(|row| row.name == var.name));
        for name in var.names() {
            assert!(env_example().contains(name) && reference().contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn every_example_is_accepted() {
    for var in vars::all().filter(|var| !["BOT_TOKEN", "OPENROUTER_API_KEY"].contains(&var.name)) {
        let example = if var.name == "PERSONAS_FILE" { A_FILE_OF_PERSONAS } else { var.example };
        config(&[("WEBHOOK_URL", "https://bot.example.com"), (var.name, example)]);
    }
    assert_eq!(config(&[("BOT_TOKEN", vars::named("BOT_TOKEN").unwrap().example)]).token.bot_id(), 123_456_789);
}

#[test]
fn the_example_works_once_the_required_is_filled_in() {
    let filled = env_example()
        .replace("\nBOT_TOKEN=\n", &format!("\nBOT_TOKEN={TOKEN}\n"))
        .replace("\nOPENROUTER_API_KEY=\n", &format!("\nOPENROUTER_API_KEY={KEY}\n"));
    let (_folder, path) = dotenv(&filled);
    let config =
        Config::load(&Sources::given([("", ""); 0], Some(path))).unwrap_or_else(|found| panic!("{found}")).config;
    assert_eq!(config.token.expose(), TOKEN);
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);

    // And with every line of it in force.
    let everything: Vec<_> = filled
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', '-'])).unwrap_or(line))
        .collect();
    let everything = everything.join("\n").replace("=personas.toml", &format!("={A_FILE_OF_PERSONAS}"));
    let (_folder, path) = dotenv(everything);
    let all = Config::load(&Sources::given([("", ""); 0], Some(path))).unwrap_or_else(|found| panic!("{found}"));
    assert!(all.dump.rows.iter().all(|row| row.origin == ".env"), "{:#?}", all.dump.rows);
}
