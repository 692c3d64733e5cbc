//! Where values come from: names, aliases, files, `.env`, and what wins.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::*;

const OTHER: &str = "654321:OTHER-TOKEN-not-a-real-one";

fn token_of(vars: &[(&str, &str)], dotenv: Option<PathBuf>) -> (String, Vec<String>) {
    let all = vars.iter().copied().chain([("OPENROUTER_API_KEY", KEY)]);
    let loaded = Config::load(&Sources::given(all, dotenv)).unwrap_or_else(|problems| panic!("{problems}"));
    (loaded.config.token.expose().to_owned(), loaded.config.warnings)
}

#[test]
fn every_alias_means_what_its_canonical_name_means() {
    for var in vars::all() {
        let value = if var.secret && var.name == "BOT_TOKEN" { TOKEN } else { var.example };
        let names: Vec<_> = var.names().collect();
        for name in names {
            let settings = fold::Settings::read(&Sources::given([(name, value)], None));
            let found = settings.found.get(var.name).unwrap_or_else(|| panic!("{name} is not read"));
            assert_eq!((found.value.as_str(), found.written_as.as_str()), (value, name));
            assert!(settings.warnings.is_empty() && settings.problems.is_empty());
        }
    }
}

#[test]
fn the_canonical_name_wins_and_a_difference_is_said() {
    let (token, warnings) = token_of(&[("TELEGRAM_BOT_TOKEN", OTHER), ("BOT_TOKEN", TOKEN)], None);
    assert_eq!(token, TOKEN);
    assert_eq!(
        warnings,
        ["BOT_TOKEN and TELEGRAM_BOT_TOKEN mean the same and have different values; BOT_TOKEN (environment) is used"]
    );
}

#[test]
fn the_same_value_under_two_names_is_fine() {
    let (token, warnings) = token_of(&[("TELOXIDE_TOKEN", TOKEN), ("BOT_TOKEN", TOKEN)], None);
    assert_eq!(token, TOKEN);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn values_are_trimmed_and_blank_is_not_set() {
    let config = config(&[("BOT_TOKEN", "  123456:TEST-TOKEN-not-a-real-one\n"), ("PORT", "  "), ("USE_WEBHOOK", "")]);
    assert_eq!(config.token.expose(), TOKEN);
    assert_eq!(config.http.port, 8000);
    assert!(matches!(config.mode.mode, Mode::Polling));
}

#[test]
fn a_blank_canonical_name_does_not_hide_an_alias() {
    assert_eq!(token_of(&[("BOT_TOKEN", " "), ("TELEGRAM_TOKEN", OTHER)], None).0, OTHER);
}

#[test]
fn quotes_around_a_value_are_taken_off_and_said() {
    let config =
        config(&[("MODEL", "\"openai/gpt-4o\""), ("HOST", "'127.0.0.1'"), ("SYSTEM_PROMPT", "\"a\" or \"b\"")]);
    assert_eq!(config.openrouter.model, "openai/gpt-4o");
    assert_eq!(config.http.host.to_string(), "127.0.0.1");
    assert_eq!(config.turns.system_prompt, "\"a\" or \"b\"");
    assert_eq!(config.warnings.len(), 2, "{:?}", config.warnings);
    assert!(config.warnings[0].starts_with("MODEL has quotes"));
}

#[test]
fn empty_quotes_are_blank() {
    assert_eq!(config(&[("PORT", "\"\"")]).http.port, 8000);
}

#[test]
fn dotenv_fills_what_the_environment_leaves_open_and_never_overrides() {
    let (_folder, path) = dotenv(format!("# a comment\nBOT_TOKEN={OTHER}\nexport MODEL='openai/gpt-4o'\nPORT=9000\n"));
    let loaded =
        Config::load(&Sources::given([("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY), ("PORT", "")], Some(path)))
            .unwrap();
    assert_eq!(loaded.config.token.expose(), TOKEN);
    assert_eq!(loaded.config.openrouter.model, "openai/gpt-4o");
    assert_eq!(loaded.config.http.port, 9000, "blank in the environment is not set");
    assert!(loaded.config.warnings.is_empty(), "{:?}", loaded.config.warnings);
}

#[test]
fn an_alias_in_the_environment_wins_over_the_canonical_name_in_dotenv() {
    let (_folder, path) = dotenv(format!("BOT_TOKEN={OTHER}\n"));
    let (token, warnings) = token_of(&[("TELEGRAM_BOT_TOKEN", TOKEN)], Some(path));
    assert_eq!(token, TOKEN);
    assert!(warnings[0].contains("TELEGRAM_BOT_TOKEN (environment) is used"), "{warnings:?}");
}

#[test]
fn a_dotenv_with_a_byte_order_mark_and_no_last_newline_is_read() {
    let (_folder, path) = dotenv(format!("\u{feff}BOT_TOKEN={TOKEN}\r\nMODEL=a/b  "));
    let loaded = Config::load(&Sources::given([("OPENROUTER_API_KEY", KEY)], Some(path))).unwrap();
    assert_eq!((loaded.config.token.expose(), loaded.config.openrouter.model.as_str()), (TOKEN, "a/b"));
}

#[test]
fn a_broken_line_of_dotenv_is_named_by_number_and_not_printed() {
    let (_folder, path) =
        dotenv(format!("MODEL=a/b\n\nBOT_TOKEN {TOKEN}\nPORT=x\nSYSTEM_PROMPT=Don't do that\nHOST=::\n"));
    let found = Config::load(&Sources::given([("OPENROUTER_API_KEY", KEY)], Some(path))).unwrap_err();
    let text = found.to_string();
    assert!(text.contains("not understood at line 3") && text.contains("not understood at line 5"), "{text}");
    assert!(text.contains("PORT is \"x\" (from .env)"), "{text}");
    assert!(!text.contains(TOKEN), "{text}");
}

#[test]
fn a_variable_twice_in_dotenv_is_said() {
    let (_folder, path) = dotenv("MODEL=a/b\nMODEL=c/d\nPORT=1\nPORT=1\n");
    let all = [("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY)];
    let config = Config::load(&Sources::given(all, Some(path))).unwrap().config;
    assert_eq!(config.openrouter.model, "a/b");
    assert_eq!(config.warnings, ["MODEL is set twice in .env; the first value is used"]);
}

#[test]
fn a_dotenv_that_is_not_there_is_no_problem_and_one_that_is_unreadable_is() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(token_of(&[("BOT_TOKEN", TOKEN)], Some(folder.path().join(".env"))).0, TOKEN);
    let all = [("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY)];
    let found = Config::load(&Sources::given(all, Some(folder.path().to_owned()))).unwrap_err();
    assert!(found.problems[0].found.starts_with("not readable"), "{found}");
    let (_folder, path) = dotenv([b'A', b'=', 0xff]);
    assert_eq!(Config::load(&Sources::given(all, Some(path))).unwrap_err().problems[0].found, "not UTF-8 text");
}

#[test]
fn every_secret_comes_as_a_file_too_under_every_name() {
    let (_folder, path) = dotenv("  the-content-of-the-file \n");
    for var in vars::all().filter(|var| var.secret) {
        for name in var.names() {
            let file = format!("{name}_FILE");
            let settings = fold::Settings::read(&Sources::given([(file.as_str(), path.to_str().unwrap())], None));
            let found = &settings.found[var.name];
            assert_eq!((found.value.as_str(), &found.written_as), ("the-content-of-the-file", &file));
            assert_eq!(found.origin, fold::Origin::File(path.clone()));
        }
    }
}

#[test]
fn a_file_that_cannot_be_used_is_one_problem_and_not_also_a_missing_variable() {
    let (_folder, empty) = dotenv(" \n");
    let (_other, binary) = dotenv([0xff, 0xfe]);
    for (path, words) in [
        ("/nowhere/bot_token", "not found"),
        (empty.to_str().unwrap(), "empty"),
        (binary.to_str().unwrap(), "not UTF-8"),
    ] {
        let problem = problem(&[("BOT_TOKEN", ""), ("BOT_TOKEN_FILE", path)]);
        assert_eq!(problem.variable, "BOT_TOKEN_FILE");
        assert!(problem.found.contains(words), "{problem}");
    }
}

#[test]
fn a_secret_and_a_different_one_in_its_file_is_a_problem() {
    let (_folder, path) = dotenv(OTHER);
    let problem = problem(&[("BOT_TOKEN", TOKEN), ("BOT_TOKEN_FILE", path.to_str().unwrap())]);
    assert_eq!(problem.found, "not the same as what BOT_TOKEN_FILE names");
    assert!(!problem.to_string().contains("TOKEN-not-a-real-one"));
    let (_folder, path) = dotenv(TOKEN);
    assert_eq!(token_of(&[("BOT_TOKEN", TOKEN), ("BOT_TOKEN_FILE", path.to_str().unwrap())], None).0, TOKEN);
}

#[test]
fn a_file_named_by_a_losing_layer_is_not_opened() {
    let (_folder, path) = dotenv("BOT_TOKEN_FILE=/another/machine/bot_token\n");
    assert_eq!(token_of(&[("BOT_TOKEN", TOKEN)], Some(path)).0, TOKEN);
}

#[test]
fn only_our_own_variables_have_to_be_text() {
    let raw = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let vars = |name: &str| {
        let pairs = [("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY)]
            .map(|(name, value)| (raw(name.as_bytes()), raw(value.as_bytes())));
        let odd = [(raw(name.as_bytes()), raw(b"\xff\xfe")), (raw(b"\xff"), raw(b"x"))];
        Sources::given(pairs.into_iter().chain(odd), None)
    };
    assert!(Config::load(&vars("LS_COLORS")).is_ok());
    let found = Config::load(&vars("MODEL")).unwrap_err().problems;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].variable.as_str(), found[0].found.as_str()), ("MODEL", "not UTF-8 text (2 bytes)"));
}

#[test]
fn a_token_that_is_not_text_is_not_also_missing() {
    let vars = [("BOT_TOKEN", OsString::from_vec(vec![0xff])), ("OPENROUTER_API_KEY", KEY.into())];
    assert_eq!(Config::load(&Sources::given(vars, None)).unwrap_err().problems.len(), 1);
}

#[test]
fn misspelt_and_unsupported_variables_are_warned_about_also_in_dotenv() {
    let (_folder, path) = dotenv("OPENROUTER_APIKEY=x\nDESK_MODE=ai\nHISTORY_DAYS=\n");
    let (_, warnings) =
        token_of(&[("BOT_TOKEN", TOKEN), ("BOT_TOKE", "x"), ("DATABASE_URL", "postgres://u:p@h/d")], Some(path));
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    assert!(
        warnings[0].contains("looks like BOT_TOKEN") && warnings[1].contains("the embedded store in DATA_DIR is used")
    );
    assert!(
        warnings[2].contains("looks like OPENROUTER_API_KEY") && warnings[3].starts_with("DESK_MODE is not supported")
    );
    assert!(!warnings.concat().contains("u:p"));
}

#[test]
fn loading_leaves_the_environment_as_it_is() {
    let (_folder, path) = dotenv("ROUTERGRAM_TEST_VARIABLE=leaked\nMODEL=leaked/model\n");
    let all = [("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY)];
    Config::load(&Sources::given(all, Some(path))).unwrap();
    assert!(std::env::vars_os().all(|(name, _)| name != "ROUTERGRAM_TEST_VARIABLE"));
}
