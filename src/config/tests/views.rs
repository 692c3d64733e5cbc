//! What is printed, and that no secret is in it.

use insta::assert_snapshot;

use super::*;

const SECRETS: [&str; 6] =
    [TOKEN, "TEST-TOKEN", KEY, "the-webhook-secret", "the-metrics-token", "the-admin-token-itself"];

fn full() -> Vec<(&'static str, &'static str)> {
    vec![
        ("WEBHOOK_URL", "https://owner:hunter2@bot.example.com/hook/123456:TEST-TOKEN-not-a-real-one"),
        ("WEBHOOK_SECRET", "the-webhook-secret"),
        ("METRICS_TOKEN", "the-metrics-token"),
        ("ADMIN_TOKEN", "the-admin-token-itself"),
        ("WEBAPP_PORT", "9000"),
        ("SYSTEM_PROMPT", "You are a pirate.\nYou say arr, and much more than fits into one line of a table."),
        ("DESK_MODE", "ai"),
    ]
}

#[test]
fn a_report_numbers_the_problems_and_says_how_to_mend_each() {
    let (_folder, path) = dotenv("BOT_TOKE=123456:TEST-TOKEN-not-a-real-one\nTURN_TIMEOUT_SECS=5\n");
    let vars = [("OPENROUTER_KEY", "Bearer sk-or-v1-not-a-real-key"), ("USE_WEBHOOK", "yes"), ("PORT", "eighty")];
    let outcome = Config::load(&Sources::given(vars, Some(path)));
    assert_snapshot!(check(&outcome), @r#"
    The configuration has 5 problems:

    1. BOT_TOKEN is not set
       expected: a token like 123456789:AbCd…, digits, a colon and about 35 characters
       fix: ask https://t.me/BotFather for one (/newbot) and set BOT_TOKEN to it

    2. OPENROUTER_KEY is a value of 30 characters, not shown (from environment)
       expected: a key like sk-or-v1-…
       fix: leave out the word "Bearer": it is added to every request

    3. WEBHOOK_URL is not set
       expected: the public https:// address of this server, since webhook mode was asked for
       fix: set WEBHOOK_URL=https://your-host, or USE_WEBHOOK=false to let the bot ask for updates instead

    4. TURN_TIMEOUT_SECS is "5" (from .env)
       expected: at least OPENROUTER_TIMEOUT_SECS, which is 30: a whole answer takes longer than its pauses
       fix: set TURN_TIMEOUT_SECS=30 or more, or lower OPENROUTER_TIMEOUT_SECS

    5. PORT is "eighty" (from environment)
       expected: a whole number from 0 to 65535
       fix: set PORT to such a number, or remove it: the default is 8000

    Warnings:
    - BOT_TOKE is ignored: it looks like BOT_TOKEN, misspelt
    "#);
}

#[test]
fn one_problem_is_not_several() {
    let outcome = Config::load(&with(&[("PORT", "x")]));
    assert!(check(&outcome).starts_with("The configuration has a problem:\n\n1. PORT is \"x\" (from environment)\n"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a line for each variable")]
fn show_prints_every_variable_its_value_and_its_origin() {
    let (_folder, path) = dotenv("MODEL=openai/gpt-4o-mini\n");
    let mut sources = with(&full());
    sources.dotenv = Some(path);
    assert_snapshot!(show(&Config::load(&sources)), @r#"
    Mode: webhook (WEBHOOK_URL is set)
    Webhook: https://owner:***@bot.example.com/hook/TOKEN

    VARIABLE                     VALUE                                                         FROM
    BOT_TOKEN                    set, 32 characters                                            environment
    OPENROUTER_API_KEY           set, 23 characters                                            environment
    MODEL                        openai/gpt-4o-mini                                            .env
    FALLBACK_MODELS              –                                                             not set
    ALLOWED_MODELS               all                                                           default
    IMAGE_MODEL                  –                                                             not set
    TRANSCRIPTION_MODEL          –                                                             not set
    SYSTEM_PROMPT                You are a pirate.\nYou say arr, and much more than fits int…  environment
    PERSONAS_FILE                a small built-in set                                          default
    ALLOWED_USER_IDS             everybody                                                     default
    ADMIN_USER_IDS               –                                                             not set
    USE_WEBHOOK                  true                                                          WEBHOOK_URL is set
    WEBHOOK_URL                  https://owner:***@bot.example.com/hook/TOKEN                  environment
    RAILWAY_PUBLIC_DOMAIN        –                                                             not set
    WEBHOOK_PATH                 /webhook/TOKEN                                                derived from BOT_TOKEN
    WEBHOOK_SECRET               set, 18 characters                                            environment
    WEBHOOK_MAX_CONNECTIONS      100                                                           default
    DROP_PENDING_UPDATES         false                                                         default
    WEBHOOK_WATCH                true                                                          default
    WEBHOOK_TAKEOVER             false                                                         default
    DISABLE_TELEGRAM_BOT         false                                                         default
    ENVIRONMENT                  –                                                             not set
    TELEGRAM_API_URL             https://api.telegram.org                                      default
    REPLY_FORMAT                 auto                                                          default
    MAX_TOKENS                   2000                                                          default
    TEMPERATURE                  the model's own                                               default
    REASONING_EFFORT             the model's own                                               default
    WEB_SEARCH                   false                                                         default
    OPENROUTER_BASE_URL          https://openrouter.ai/api/v1                                  default
    OPENROUTER_TIMEOUT_SECS      30                                                            default
    TURN_TIMEOUT_SECS            300                                                           default
    MAX_CONCURRENT_TURNS         256                                                           default
    USER_MESSAGES_PER_MINUTE     20                                                            default
    USER_DAILY_BUDGET_USD        1.00                                                          default
    DAILY_BUDGET_USD             20.00                                                         default
    TELEGRAM_MAX_PER_SECOND      0                                                             default
    PORT                         9000                                                          environment, as WEBAPP_PORT
    HOST                         0.0.0.0                                                       default
    DATA_DIR                     ./data                                                        default
    RAILWAY_VOLUME_MOUNT_PATH    –                                                             not set
    DATA_KEY                     –                                                             not set
    DATA_KEY_NEW                 –                                                             not set
    HISTORY_DAYS                 30                                                            default
    PRIVACY_POLICY_URL           –                                                             not set
    DRAIN_SECS                   25                                                            default
    METRICS_TOKEN                set, 17 characters                                            environment
    ADMIN_TOKEN                  set, 22 characters                                            environment
    RUST_LOG                     info                                                          default
    LOG_FORMAT                   json                                                          stdout is not a terminal
    OTEL_EXPORTER_OTLP_ENDPOINT  –                                                             not set
    OTEL_EXPORTER_OTLP_HEADERS   –                                                             not set
    OTEL_SERVICE_NAME            routergram                                                    default
    OTEL_RESOURCE_ATTRIBUTES     –                                                             not set

    Warnings:
    - DESK_MODE is not supported by this version yet and is ignored
    "#);
}

#[test]
fn show_works_while_there_are_problems() {
    let text = show(&Config::load(&with(&[("PORT", "x"), ("BOT_TOKEN_FILE", "/nowhere"), ("BOT_TOKEN", "")])));
    assert!(text.starts_with("Mode: not decided"), "{text}");
    assert!(text.contains("PORT is \"x\"") && text.contains("unreadable"), "{text}");
}

#[test]
fn check_says_when_all_is_well() {
    assert_eq!(
        check(&Config::load(&with(&[]))),
        "The configuration is complete. Mode: polling (no WEBHOOK_URL and no RAILWAY_PUBLIC_DOMAIN)\n"
    );
}

#[test]
fn what_was_read_can_be_printed_for_debugging_without_the_secrets() {
    let said = format!("{:?}", Config::load(&with(&full())).unwrap());
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} is in:\n{said}");
    }
}

#[test]
fn nothing_that_is_printed_holds_a_secret() {
    let mut bad = full();
    bad.extend([("PORT", "x"), ("MODEL", "sk-or-v1-0123456789abcdef and more"), ("HOST", TOKEN)]);
    let mut misplaced = full();
    misplaced.extend([("MODEL", "sk-or-v1-0123456789abcdef"), ("DATA_DIR", TOKEN)]);
    for vars in [full(), bad, misplaced] {
        let outcome = Config::load(&with(&vars));
        let printed = [show(&outcome), check(&outcome), format!("{:?}", outcome.as_ref().err())].concat();
        for secret in SECRETS.into_iter().chain(["hunter2", "0123456789abcdef"]) {
            assert!(!printed.contains(secret), "{secret} is in:\n{printed}");
        }
    }
}

#[test]
fn the_log_loses_every_secret_of_the_configuration() {
    let config = config(&full());
    let tokens = "the-webhook-secret the-metrics-token the-admin-token-itself";
    let line = format!("bot{TOKEN} bot123456%3ATEST-TOKEN-not-a-real-one {KEY} {tokens}");
    let redacted = "botTOKEN bot123456%3ATOKEN [redacted] [redacted] [redacted] [redacted]";
    assert_eq!(config.redactor().redact(&line), redacted);
}
