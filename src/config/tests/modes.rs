//! Which mode, why, and the webhook's address, paths and secret.

use super::*;

const URL: (&str, &str) = ("WEBHOOK_URL", "https://bot.example.com");
const RAILWAY: (&str, &str) = ("RAILWAY_PUBLIC_DOMAIN", "app.up.railway.app");
const VOLUME: (&str, &str) = ("RAILWAY_VOLUME_MOUNT_PATH", "/data");

fn webhook(more: &[(&str, &str)]) -> WebhookConfig {
    match config(more).mode.mode {
        Mode::Webhook(webhook) => webhook,
        other => panic!("not a webhook: {other:?}"),
    }
}

#[test]
fn the_mode_follows_the_table_and_says_why() {
    let development = ("ENVIRONMENT", "Development");
    for (vars, expected) in [
        (vec![], "polling (no WEBHOOK_URL and no RAILWAY_PUBLIC_DOMAIN)"),
        (vec![URL], "webhook (WEBHOOK_URL is set)"),
        (vec![("TELEGRAM_WEBHOOK_URL", URL.1)], "webhook (TELEGRAM_WEBHOOK_URL is set)"),
        (vec![RAILWAY], "webhook (RAILWAY_PUBLIC_DOMAIN is set)"),
        (vec![RAILWAY, URL], "webhook (WEBHOOK_URL is set)"),
        (vec![URL, development], "polling (ENVIRONMENT=development)"),
        (vec![URL, ("ENVIRONMENT", "production")], "webhook (WEBHOOK_URL is set)"),
        (vec![URL, ("USE_WEBHOOK", "0")], "polling (USE_WEBHOOK=false)"),
        (vec![URL, development, ("USE_WEBHOOK", "on")], "webhook (USE_WEBHOOK=true)"),
        (vec![RAILWAY, ("WEBHOOK_ENABLED", "true")], "webhook (WEBHOOK_ENABLED=true)"),
        (vec![("USE_WEBHOOK", "false"), ("WEBHOOK_URL", "http://unused")], "polling (USE_WEBHOOK=false)"),
        (vec![URL, ("USE_WEBHOOK", "true"), ("DISABLE_TELEGRAM_BOT", "true")], "disabled (DISABLE_TELEGRAM_BOT=true)"),
    ] {
        assert_eq!(config(&vars).mode_and_why(), expected, "{vars:?}");
    }
}

#[test]
fn a_webhook_without_an_address_is_a_problem_that_names_the_fix() {
    let problem = problem(&[("USE_WEBHOOK", "true")]);
    assert_eq!((problem.variable.as_str(), problem.found.as_str()), ("WEBHOOK_URL", "not set"));
    assert!(problem.fix.contains("WEBHOOK_URL=https://") && problem.fix.contains("USE_WEBHOOK=false"));
}

#[test]
fn an_address_that_telegram_would_refuse_is_a_problem() {
    for (url, words) in [
        ("http://bot.example.com", "https://"),
        ("http://127.0.0.1:8000", "https://"),
        ("https://localhost", "reach from the Internet"),
        ("https://192.168.1.5", "reach from the Internet"),
        ("https://bot.example.com:8000", "443, 80, 88 or 8443"),
        ("https://bot.example.com/a/:b", "letters, digits"),
        ("https://bot.example.com/readyz", "something else"),
        ("https://exa mple", "https:// address"),
        ("mailto:anna@example.com", "https:// address"),
    ] {
        let problem = problem(&[("WEBHOOK_URL", url)]);
        assert_eq!(problem.variable, "WEBHOOK_URL");
        assert!(problem.expected.contains(words), "{url}: {problem}");
    }
}

#[test]
fn plain_http_is_for_the_sandbox_alone() {
    let local = ("WEBHOOK_URL", "http://127.0.0.1:8000");
    assert_eq!(
        webhook(&[local, ("TELEGRAM_API_URL", "http://localhost:8081")]).url.as_str(),
        format!("http://127.0.0.1:8000/webhook/{TOKEN}")
    );
    let remote_bot =
        problem(&[("WEBHOOK_URL", "http://bot.example.com"), ("TELEGRAM_API_URL", "http://localhost:8081")]);
    assert!(remote_bot.expected.contains("https://"));
    let remote_telegram = problem(&[local, ("TELEGRAM_API_URL", "http://telegram-bot-api:8081")]);
    assert!(remote_telegram.expected.contains("https://"));
}

#[test]
fn an_own_bot_api_server_may_post_to_other_ports_and_nearby_hosts() {
    let webhook =
        webhook(&[("WEBHOOK_URL", "https://bot.internal:9443"), ("TELEGRAM_API_URL", "http://telegram-bot-api:8081")]);
    assert_eq!(webhook.url.port(), Some(9443));
}

#[test]
fn a_bare_origin_gets_the_path_with_the_token() {
    for origin in
        ["https://bot.example.com", "https://bot.example.com/", "https://bot.example.com/#top", " bot.example.com"]
    {
        assert_eq!(
            webhook(&[("WEBHOOK_URL", origin)]).url.as_str(),
            format!("https://bot.example.com/webhook/{TOKEN}")
        );
    }
}

#[test]
fn a_bare_origin_gets_the_chosen_path() {
    let webhook = webhook(&[URL, ("WEBHOOK_PATH", "/updates")]);
    assert_eq!(webhook.url.as_str(), "https://bot.example.com/updates");
    assert_eq!(webhook.paths[0], "/updates");
}

#[test]
fn an_address_with_a_path_is_used_as_it_is_and_that_path_is_served() {
    let webhook = webhook(&[("WEBHOOK_URL", "https://bot.example.com:8443/my/hook"), ("WEBHOOK_PATH", "/updates")]);
    assert_eq!(webhook.url.as_str(), "https://bot.example.com:8443/my/hook");
    assert_eq!(
        webhook.paths,
        [
            "/updates",
            "/webhook/123456:TEST-TOKEN-not-a-real-one",
            "/my/hook",
            "/telegram/webhook",
            "/telegram/webhook/",
            "/api/telegram/webhook"
        ]
    );
}

#[test]
fn a_path_is_served_once_however_often_it_was_named() {
    let webhook =
        webhook(&[("WEBHOOK_URL", "https://bot.example.com/telegram/webhook"), ("WEBHOOK_PATH", "/telegram/webhook")]);
    assert_eq!(webhook.paths.iter().filter(|path| *path == "/telegram/webhook").count(), 1);
    assert_eq!(webhook.paths.len(), 4);
}

#[test]
fn railways_domain_comes_with_or_without_a_scheme() {
    for domain in ["app.up.railway.app", "https://app.up.railway.app", "https://app.up.railway.app/"] {
        let config = config(&[("RAILWAY_PUBLIC_DOMAIN", domain), VOLUME]);
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
        let Mode::Webhook(webhook) = config.mode.mode else { panic!("not a webhook") };
        assert_eq!(webhook.url.as_str(), format!("https://app.up.railway.app/webhook/{TOKEN}"));
    }
}

#[test]
fn more_than_a_domain_from_railway_is_mended_and_said() {
    for (domain, url, words) in [
        ("http://app.up.railway.app", "https://app.up.railway.app/webhook/TOKEN", "https://, which is used instead"),
        ("https://app.up.railway.app/hook", "https://app.up.railway.app/hook", "where a domain is expected"),
        ("app.up.railway.app/hook", "https://app.up.railway.app/hook", "where a domain is expected"),
    ] {
        let config = config(&[("RAILWAY_PUBLIC_DOMAIN", domain), VOLUME]);
        assert!(config.warnings.len() == 1 && config.warnings[0].contains(words), "{:?}", config.warnings);
        let Mode::Webhook(webhook) = &config.mode.mode else { panic!("not a webhook") };
        assert_eq!(config.token.redact(webhook.url.as_str()), url);
        assert!(webhook.paths.iter().any(|path| path == webhook.url.path()));
    }
    for domain in ["app.up.railway.app:8080", "${{RAILWAY_PUBLIC_DOMAIN}}", "localhost", "app.up.railway.app/metrics"] {
        let all = problems(&[("RAILWAY_PUBLIC_DOMAIN", domain), VOLUME]);
        assert!(all.len() == 1 && all[0].variable == "RAILWAY_PUBLIC_DOMAIN", "{domain}: {all:?}");
    }
}

#[test]
fn a_wish_for_another_address_stays_on_the_hosts_of_the_settings_and_on_paths_that_are_served() {
    let config = config(&[("WEBHOOK_URL", "https://bot.example.com/my/hook"), RAILWAY, VOLUME]);
    let Mode::Webhook(webhook) = &config.mode.mode else { panic!("not a webhook") };
    let with_token = format!("https://app.up.railway.app/webhook/{TOKEN}");
    for (wish, url) in [
        ("https://bot.example.com/my/hook", "https://bot.example.com/my/hook"),
        (" BOT.example.com/telegram/webhook#top", "https://bot.example.com/telegram/webhook"),
        ("https://bot.example.com:8443/a/../my/hook", "https://bot.example.com:8443/my/hook"),
        ("https://app.up.railway.app", with_token.as_str()),
    ] {
        assert_eq!(webhook.at(wish, &config.telegram).map(String::from).as_deref(), Ok(url), "{wish}");
    }
    for (wish, words) in [
        ("", "an https:// address"),
        ("https://", "an https:// address"),
        ("http://bot.example.com/my/hook", "an https:// address"),
        ("ftp://bot.example.com/my/hook", "an https:// address"),
        ("javascript://bot.example.com/%0aalert(1)", "an https:// address"),
        ("https://evil.example", "WEBHOOK_URL or RAILWAY_PUBLIC_DOMAIN"),
        ("https://bot.example.com.evil.example/my/hook", "WEBHOOK_URL or RAILWAY_PUBLIC_DOMAIN"),
        ("https://bot.example.com@evil.example/my/hook", "without a name and a password"),
        ("https://169.254.169.254/my/hook", "from the Internet"),
        ("https://bot.example.com:22/my/hook", "port 443"),
        ("https://bot.example.com/metrics", "whose path this server answers"),
        ("https://bot.example.com/my/hook/", "whose path this server answers"),
    ] {
        let fault = webhook.at(wish, &config.telegram).unwrap_err();
        assert!(fault.to_string().contains(words) && !fault.to_string().contains(TOKEN), "{wish}: {fault}");
    }
}

#[test]
fn the_secret_is_the_same_for_one_bot_and_another_for_another() {
    let secret = |more: &[(&str, &str)]| webhook(more).secret.expose_secret().to_owned();
    let derived = secret(&[URL]);
    assert_eq!(derived, "f0f1d5b28a684455c1f33307b8ab81bd381836e1cf919aea307ff0d0f06331a6");
    assert_eq!(derived, secret(&[RAILWAY, VOLUME]));
    assert_ne!(derived, secret(&[URL, ("BOT_TOKEN", "654321:OTHER-TOKEN-not-a-real-one")]));
    assert_eq!(secret(&[URL, ("TELEGRAM_WEBHOOK_SECRET", "chosen_SECRET-1")]), "chosen_SECRET-1");
}

#[test]
fn the_number_of_connections_can_be_chosen() {
    assert_eq!(webhook(&[URL]).max_connections, 100);
    assert_eq!(webhook(&[URL, ("MAX_CONNECTIONS", "40")]).max_connections, 40);
}

#[test]
fn the_router_takes_every_path_that_is_accepted_here() {
    let odd = [("WEBHOOK_PATH", "/a-b_c.d~e:f/%41/@+="), ("WEBHOOK_URL", "https://bot.example.com/x/y:z/")];
    let router = webhook(&odd).paths.iter().fold(axum::Router::<()>::new(), |router, path| {
        // Panics on a path that it takes for a bad pattern, or that is there already.
        router.route(path, axum::routing::post(async || ()))
    });
    assert!(router.has_routes());
}
