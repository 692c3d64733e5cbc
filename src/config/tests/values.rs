//! Single values and what is checked about them.

use super::*;

#[test]
fn colours_are_for_terminals_whose_owner_has_nothing_against_them() {
    let on_terminal = |vars: &[(&str, &str)]| {
        let mut sources = Sources::given(vars.iter().copied(), None);
        sources.stdout_is_terminal = true;
        sources.want_colour()
    };
    assert!(on_terminal(&[("TERM", "xterm"), ("NO_COLOR", "")]));
    assert!(!on_terminal(&[("NO_COLOR", "1")]));
    assert!(!on_terminal(&[("TERM", "dumb")]));
    assert!(!Sources::given([("TERM", "xterm")], None).want_colour());
}

#[test]
fn two_variables_are_enough() {
    let config = config(&[]);
    assert_eq!(config.token.expose(), TOKEN);
    assert_eq!(config.openrouter.api_key.expose_secret(), KEY);
    assert_eq!(config.openrouter.model, "openrouter/auto");
    assert_eq!(config.openrouter.base_url.as_str(), "https://openrouter.ai/api/v1");
    assert_eq!(config.openrouter.timeout, Duration::from_secs(30));
    assert_eq!((config.openrouter.max_tokens, config.openrouter.temperature), (2000, None));
    assert_eq!(config.telegram.api_url.as_str(), "https://api.telegram.org/");
    assert!(
        !config.telegram.drop_pending_updates && !config.telegram.webhook_takeover && config.telegram.webhook_watch
    );
    assert_eq!((config.http.host.to_string().as_str(), config.http.port), ("0.0.0.0", 8000));
    assert_eq!((config.turns.max_concurrent, config.turns.timeout), (256, Duration::from_mins(5)));
    assert_eq!(config.turns.allowed_users, None);
    let budgets = (config.money.user_daily_micro_usd, config.money.daily_micro_usd);
    assert_eq!(budgets, (Some(1_000_000), Some(20_000_000)));
    assert!(config.owner.admins.is_empty());
    assert!(config.turns.system_prompt.contains("Telegram"));
    assert_eq!(config.storage.data_dir, PathBuf::from("./data"));
    assert_eq!(config.drain, Duration::from_secs(25));
    assert_eq!((config.log.filter.as_str(), config.log.format), ("info", LogFormat::Json));
    assert!(config.warnings.is_empty() && config.http.metrics_token.is_none());
}

#[test]
fn everything_can_be_set() {
    let config = config(&[
        ("MODEL", "a/b"),
        ("FALLBACK_MODELS", " c/d , e/f,"),
        ("MAX_TOKENS", "10"),
        ("TEMPERATURE", "0.5"),
        ("REASONING_EFFORT", "High"),
        ("WEB_SEARCH", "on"),
        ("DROP_PENDING_UPDATES", "Yes"),
        ("WEBHOOK_TAKEOVER", "ON"),
        ("WEBHOOK_WATCH", "off"),
        ("METRICS_TOKEN", "0123456789abcdef"),
        ("ADMIN_TOKEN", "fedcba9876543210"),
        ("ALLOWED_USER_IDS", "1, 22 ,333"),
        ("ADMIN_IDS", "22, 1"),
        ("USER_DAILY_BUDGET_USD", "$0.50"),
        ("DAILY_BUDGET_USD", "0"),
        ("DRAIN_SECS", "0"),
        ("LOG_FORMAT", "Text"),
        ("RUST_LOG", "warn,routergram=debug"),
        ("HOST", "[::1]"),
        ("DATA_DIR", "/data"),
    ]);
    assert_eq!(config.openrouter.fallback_models, ["c/d", "e/f"]);
    assert_eq!((config.openrouter.max_tokens, config.openrouter.temperature), (10, Some(0.5)));
    assert_eq!((config.turns.max_tokens, config.turns.reasoning_effort), (10, Some(Effort::High)));
    assert!(config.turns.web_search);
    assert!(config.telegram.drop_pending_updates && config.telegram.webhook_takeover && !config.telegram.webhook_watch);
    assert!(config.http.metrics_token.is_some() && config.http.admin_token.is_some());
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.turns.allowed_users, Some(vec![1, 22, 333]));
    assert_eq!(config.owner.admins, [22, 1], "in this order: the first one is told");
    assert_eq!((config.money.user_daily_micro_usd, config.money.daily_micro_usd), (Some(500_000), None));
    assert_eq!((config.drain, config.log.format), (Duration::ZERO, LogFormat::Text));
    assert_eq!(config.http.host.to_string(), "::1");
}

/// Each is refused, whatever else is set.
const UNACCEPTABLE: &[(&str, &str)] = &[
    ("BOT_TOKEN", "123456"),
    ("OPENROUTER_API_KEY", "Bearer sk-or-v1-abc"),
    ("OPENROUTER_API_KEY", TOKEN),
    ("OPENROUTER_API_KEY", "sk or"),
    ("MODEL", "two words"),
    ("USER_DAILY_BUDGET_USD", "five"),
    ("USER_DAILY_BUDGET_USD", "-1"),
    ("DAILY_BUDGET_USD", "0.0000001"),
    ("DAILY_BUDGET_USD", "1000001"),
    ("FALLBACK_MODELS", "a/b, two words"),
    ("ALLOWED_MODELS", ","),
    ("ALLOWED_MODELS", "openai/*, two words"),
    ("ALLOWED_MODELS", "anthropic/*"),
    ("ALLOWED_USER_IDS", "@anna"),
    ("ALLOWED_USER_IDS", "1,x"),
    ("ALLOWED_USER_IDS", "-1001234"),
    ("ALLOWED_USER_IDS", ","),
    ("ALLOWED_USER_IDS", "*, 1"),
    ("ADMIN_USER_IDS", "@anna"),
    ("ADMIN_USER_IDS", "*"),
    ("ADMIN_USER_IDS", "1, 0"),
    ("USE_WEBHOOK", "maybe"),
    ("WEBHOOK_PATH", "hook"),
    ("WEBHOOK_PATH", "/hook/<token>"),
    ("WEBHOOK_PATH", "/a/{b}"),
    ("WEBHOOK_PATH", "/a/:b"),
    ("WEBHOOK_PATH", "/a?b"),
    ("WEBHOOK_PATH", "/healthz"),
    ("WEBHOOK_PATH", "/telegram/set-webhook/"),
    ("WEBHOOK_PATH", "/"),
    ("WEBHOOK_SECRET", "with blank"),
    ("WEBHOOK_MAX_CONNECTIONS", "0"),
    ("WEBHOOK_MAX_CONNECTIONS", "101"),
    ("DROP_PENDING_UPDATES", "2"),
    ("WEBHOOK_WATCH", "sometimes"),
    ("WEBHOOK_TAKEOVER", "ja"),
    ("DISABLE_TELEGRAM_BOT", "x"),
    ("TELEGRAM_API_URL", "ftp://x"),
    ("TELEGRAM_API_URL", "https://api.telegram.org/bot123:x"),
    ("MAX_TOKENS", "0"),
    ("MAX_TOKENS", "2k"),
    ("TEMPERATURE", "2.1"),
    ("TEMPERATURE", "NaN"),
    ("TEMPERATURE", "hot"),
    ("REASONING_EFFORT", "hard"),
    ("WEB_SEARCH", "sometimes"),
    ("OPENROUTER_BASE_URL", "https://"),
    ("OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1/chat/completions"),
    ("OPENROUTER_TIMEOUT_SECS", "0"),
    ("TURN_TIMEOUT_SECS", "1.5"),
    ("TURN_TIMEOUT_SECS", "29"),
    ("MAX_CONCURRENT_TURNS", "0"),
    ("PORT", "eighty"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("HOST", "my-laptop"),
    ("DRAIN_SECS", "3601"),
    ("METRICS_TOKEN", "two words"),
    ("ADMIN_TOKEN", "two words"),
    ("RUST_LOG", "routergram=loud"),
    ("LOG_FORMAT", "xml"),
];

#[test]
fn each_unacceptable_value_is_one_problem_that_names_its_variable() {
    for &(name, value) in UNACCEPTABLE {
        let problem = problem(&[(name, value)]);
        assert_eq!(problem.variable, name, "{name}={value}");
        assert_eq!(problem.origin.as_deref(), Some("environment"));
        assert!(!problem.expected.is_empty() && !problem.fix.is_empty());
        let secret = vars::named(name).unwrap().secret;
        assert_eq!(problem.found.contains(value), !secret, "{name}={value}: {}", problem.found);
    }
}

#[test]
fn a_problem_names_the_alias_that_its_owner_wrote() {
    assert_eq!(problem(&[("WEBAPP_PORT", "x")]).variable, "WEBAPP_PORT");
    assert_eq!(problem(&[("BOT_TOKEN", ""), ("TELOXIDE_TOKEN", "x")]).variable, "TELOXIDE_TOKEN");
}

#[test]
fn all_problems_come_at_once_and_in_the_order_of_the_reference() {
    let all = problems(&[
        ("PORT", "x"),
        ("BOT_TOKEN", ""),
        ("OPENROUTER_API_KEY", " "),
        ("USE_WEBHOOK", "x"),
        ("MAX_TOKENS", "x"),
    ]);
    let names: Vec<_> = all.iter().map(|problem| problem.variable.as_str()).collect();
    assert_eq!(names, ["BOT_TOKEN", "OPENROUTER_API_KEY", "USE_WEBHOOK", "MAX_TOKENS", "PORT"]);
}

#[test]
fn a_longer_pause_than_the_whole_answer_is_a_contradiction() {
    let problem = problem(&[("OPENROUTER_TIMEOUT_SECS", "600")]);
    assert_eq!((problem.variable.as_str(), problem.found.as_str()), ("TURN_TIMEOUT_SECS", "300"));
    assert!(problem.fix.contains("TURN_TIMEOUT_SECS=600"));
    assert_eq!(config(&[("OPENROUTER_TIMEOUT_SECS", "300")]).turns.timeout, Duration::from_mins(5));
}

#[test]
fn one_bad_number_does_not_make_its_neighbours_bad() {
    assert_eq!(problem(&[("OPENROUTER_TIMEOUT_SECS", "soon")]).variable, "OPENROUTER_TIMEOUT_SECS");
    assert_eq!(problem(&[("TURN_TIMEOUT_SECS", "soon")]).variable, "TURN_TIMEOUT_SECS");
}

#[test]
fn another_server_needs_no_key() {
    let config =
        config(&[("OPENROUTER_API_KEY", ""), ("OPENAI_BASE_URL", "http://localhost:11434/v1/"), ("MODEL", "llama3")]);
    assert_eq!(config.openrouter.api_key.expose_secret(), "");
    assert_eq!(config.openrouter.base_url.as_str(), "http://localhost:11434/v1");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn what_people_may_choose_holds_what_they_start_with() {
    let allowed =
        config(&[("MODEL", "openai/gpt-4o-mini"), ("ALLOWED_MODELS", "openai/*, *:free")]).turns.allowed_models;
    assert!(allowed.permits("openai/gpt-5") && allowed.permits("a/b:free") && !allowed.permits("a/b"));
    assert!(config(&[]).turns.allowed_models.permits("a/b"));
    let problem = problem(&[("ALLOWED_MODELS", "openai/*")]);
    assert!(problem.expected.contains("MODEL, which is openrouter/auto"), "{problem}");
    assert!(problem.fix.contains("add openrouter/auto to it, or set MODEL"), "{problem}");
}

#[test]
fn a_star_lets_everybody_in() {
    assert_eq!(config(&[("ALLOWED_TELEGRAM_USER_IDS", "*")]).turns.allowed_users, None);
    let owned = config(&[("ALLOWED_USER_IDS", "5"), ("ADMIN_USER_IDS", "7, 5")]);
    assert_eq!(owned.turns.allowed_users, Some(vec![5, 7]), "whoever owns the bot may use it");
}

#[test]
fn suspicious_but_usable_settings_are_warned_about() {
    for (name, value, words) in [
        ("OPENROUTER_API_KEY", "sk-proj-not-a-real-key", "does not start with sk-or-"),
        ("MODEL", "gpt-4o", "without a provider"),
        ("ADMIN_TOKEN", "admin", "short enough to be guessed"),
        ("TELEGRAM_API_URL", "http://telegram.example.com", "unencrypted"),
        ("OPENROUTER_BASE_URL", "openrouter.ai/api/v1", "https:// is assumed"),
        ("DATA_DIR", "~/data", "only a shell"),
        ("RAILWAY_DEPLOYMENT_ID", "x", "no volume"),
    ] {
        let warnings = config(&[(name, value)]).warnings;
        assert_eq!(warnings.len(), 1, "{name}: {warnings:?}");
        assert!(warnings[0].contains(words), "{name}: {warnings:?}");
    }
    assert!(config(&[("TELEGRAM_API_URL", "http://telegram-bot-api:8081")]).warnings.is_empty());
    assert!(config(&[("TELEGRAM_API_DOMAIN", "api.telegram.org")]).warnings.is_empty());
}

#[test]
fn the_volume_of_railway_is_the_data_folder_unless_another_was_chosen() {
    let volume = ("RAILWAY_VOLUME_MOUNT_PATH", "/data");
    assert_eq!(config(&[volume]).storage.data_dir, PathBuf::from("/data"));
    let inside = config(&[volume, ("DATA_DIR", "/data/bot")]);
    assert_eq!((inside.storage.data_dir, inside.warnings.len()), (PathBuf::from("/data/bot"), 0));
    let outside = config(&[volume, ("DATA_DIR", "/tmp")]);
    assert!(outside.warnings[0].contains("gone after the next deploy"));
}

#[test]
fn without_a_bot_neither_token_nor_key_is_needed() {
    let config = config(&[("DISABLE_TELEGRAM_BOT", "1"), ("BOT_TOKEN", ""), ("OPENROUTER_API_KEY", "")]);
    assert!(matches!(config.mode.mode, Mode::Disabled));
    assert_eq!(config.mode.why, "DISABLE_TELEGRAM_BOT=true");
    assert_eq!(config.token.bot_id(), 0);
    let placeholder = self::config(&[("DISABLE_TELEGRAM_BOT", "1"), ("BOT_TOKEN", "dummy")]);
    assert_eq!(placeholder.token.expose(), "");
}

#[test]
fn a_health_check_reads_the_port_even_when_all_else_is_wrong() {
    let address = |vars: &[(&str, &str)]| health_address(&Sources::given(vars.iter().copied(), None)).to_string();
    assert_eq!(address(&[]), "127.0.0.1:8000");
    assert_eq!(address(&[("PORT", "9000"), ("BOT_TOKEN", "x"), ("USE_WEBHOOK", "x")]), "127.0.0.1:9000");
    assert_eq!(address(&[("WEBAPP_PORT", "9000"), ("HOST", "::")]), "[::1]:9000");
    assert_eq!(address(&[("PORT", "x"), ("HOST", "127.0.0.2")]), "127.0.0.2:8000");
}
