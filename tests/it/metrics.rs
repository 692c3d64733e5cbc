//! The numbers: what the program publishes after a day's work, and the document that explains it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use routergram::metrics::{Kind, METRICS, Metric, PROCESS, Values, reference};
use routergram::sandbox::model::Fault;
use routergram::sandbox::telegram::{Fault as Refusal, Trouble};
use serde_json::json;

use crate::tools::{text, tool, tree};
use crate::world::{ANNA, BORIS, GROUP, Mode, World};

/// Said by Anna, and in no number's name.
const SECRET: &str = "quetzalcoatl";

#[tokio::test]
async fn everything_is_published_as_prometheus_likes_it_after_answers_failures_and_floods() {
    let mut world = World::with(Mode::Webhook).await;
    let page = scraped(&world).await;
    for series in ["routergram_sends_repeated_total{cause=\"crash\"} 0", "routergram_costs_given_up_total 0"] {
        assert!(page.lines().any(|line| line == series), "an alert needs to see {series} from the start:\n{page}");
    }
    live_through_much(&mut world).await;
    let page = scraped(&world).await;
    assert_eq!(published(&page), METRICS.iter().chain(PROCESS).map(|metric| metric.name).collect(), "{page}");
    for metric in METRICS.iter().chain(PROCESS) {
        for line in
            [format!("# HELP {} {}", metric.name, metric.help), format!("# TYPE {} {}", metric.name, kind(metric))]
        {
            assert!(page.lines().any(|there_is| there_is == line), "{line}\n{page}");
        }
    }
    keeps_to_its_labels(&page);
    for private in [SECRET, &ANNA.to_string(), &BORIS.to_string(), &GROUP.to_string()] {
        let told = page.lines().find(|line| line.rsplit_once(' ').is_some_and(|(series, _)| series.contains(private)));
        assert_eq!(told, None, "{private}");
    }
    is_liked(&page);
    world.ends().await;
}

/// An answer that costs something, one that fails, a message that Telegram holds up, one that may have arrived twice, an
/// update of an odd kind.
async fn live_through_much(world: &mut World) {
    world.expects_in_log(&["The model failed", "The model's server failed", "A message may arrive twice"]);
    world.anna(&format!("what is a {SECRET}?"));
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.model.fails_next(3, &Fault::overloaded());
    world.anna("and what does it cost?");
    world.answers(ANNA, 2).await;
    world.drains().await;
    let flooded = Trouble::TooManyRequests { retry_after: 1 };
    world.telegram.fail(Refusal::new("sendMessage", 1, flooded).in_chat(BORIS));
    world.says(BORIS, BORIS, "me too");
    world.answers(BORIS, 1).await;
    world.drains().await;
    world.telegram.fail(Refusal::new("sendMessage", 1, Trouble::DoneThenReset));
    world.says(BORIS, BORIS, "again");
    world.answers(BORIS, 3).await;
    let odd = json!({"update_id": 7, "kind\"} 1\nof_its_own": {"chat": {"id": ANNA}}});
    assert_eq!(world.door().post(odd.to_string()).await.status(), 200);
    world.drains().await;
}

#[tokio::test]
async fn the_numbers_are_those_of_what_happened() {
    let mut world = World::with(Mode::Webhook).await;
    live_through_much(&mut world).await;
    let page = scraped(&world).await;
    let number = |series: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{series} is not in\n{page}")).parse::<f64>().unwrap()
    };
    let counted = [
        ("routergram_updates_total{outcome=\"new\"}", 5.0),
        ("routergram_updates_worked_total{outcome=\"done\"}", 5.0),
        ("routergram_answers_total{ended=\"complete\"}", 3.0),
        ("routergram_answers_total{ended=\"busy\"}", 1.0),
        ("routergram_answer_first_token_seconds_count", 3.0),
        ("routergram_answer_delivered_seconds_count", 4.0),
        ("routergram_model_requests_total{outcome=\"accepted\"}", 3.0),
        ("routergram_model_requests_total{outcome=\"busy\"}", 3.0),
        ("routergram_model_requests_repeated_total", 2.0),
        ("routergram_telegram_calls_total{method=\"sendMessage\",outcome=\"retry_after\"}", 1.0),
        ("routergram_sends_repeated_total{cause=\"no_answer\"}", 1.0),
        ("routergram_webhook_ack_seconds_count", 5.0),
        ("routergram_updates_ignored_total{kind=\"nameless\"}", 1.0),
        ("routergram_ready", 1.0),
        ("routergram_updates_waiting", 0.0),
        ("routergram_updates_oldest_age_seconds", 0.0),
        ("routergram_updates_in_flight", 0.0),
    ];
    for (series, count) in counted {
        assert!((number(series) - count).abs() < 0.5, "{series} is {}, not {count}\n{page}", number(series));
    }
    let spent: i64 = crate::world::audit::stored(world.folder.path(), "SELECT sum(cost_micro_usd) FROM ledger");
    let told: f64 = page.lines().filter(|line| line.starts_with("routergram_cost_usd_total{")).map(value).sum();
    #[expect(clippy::cast_precision_loss, reason = "some thousand millionths")]
    let spent = spent as f64 / 1e6;
    assert!(spent > 0.0 && (told - spent).abs() < 1e-7, "{told} dollars are told and {spent} in the ledger");
    assert!(number("routergram_store_size_bytes") > 4096.0);
    assert!(number("routergram_disk_free_bytes") <= number("routergram_disk_size_bytes"));
    assert!(number("routergram_store_commit_seconds_count") >= 4.0);
    world.ends().await;
}

#[test]
fn the_document_says_what_the_program_publishes() {
    let (document, table) = (text("docs/metrics.md"), reference());
    let (before, rest) = document.split_once(BEGIN).expect("docs/metrics.md has a place for the table");
    let (_, after) = rest.split_once(END).expect("the place has an end");
    let expected = format!("{before}{BEGIN}\n{table}{END}{after}");
    if std::env::vars_os().any(|(name, value)| name == "UPDATE_DOCS" && value == "1") {
        std::fs::write(tree("docs/metrics.md"), expected).unwrap();
    } else {
        assert!(
            document == expected,
            "docs/metrics.md is not what src/metrics/table.rs says: run UPDATE_DOCS=1 cargo test"
        );
    }
}

const BEGIN: &str = "<!-- from src/metrics/table.rs -->\n";
const END: &str = "<!-- to here -->";

/// Prometheus's own judge finds nothing to say about the page.
fn is_liked(page: &str) {
    let Some(mut judge) = tool("promtool") else { return };
    judge.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut judging = judge.spawn().unwrap();
    judging.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let verdict = judging.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&[verdict.stdout, verdict.stderr].concat()).into_owned();
    assert!(verdict.status.success() && said.is_empty(), "{said}");
}

async fn scraped(world: &World) -> String {
    let asked = world.bot.http.get(world.bot.address("/metrics")).bearer_auth("TEST-metrics-token").send();
    asked.await.unwrap().text().await.unwrap()
}

fn kind(metric: &Metric) -> &'static str {
    metric.kind.name()
}

fn value(line: &str) -> f64 {
    line.rsplit(' ').next().and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{line}"))
}

/// The families that have a line of their own.
fn published(page: &str) -> BTreeSet<&str> {
    page.lines().filter(|line| !line.starts_with('#')).flat_map(names).collect()
}

/// Every label, and every value that can be known, is one of the table's.
fn keeps_to_its_labels(page: &str) {
    for line in page.lines().filter(|line| !line.starts_with('#') && line.contains('{')) {
        let name = names(line).into_iter().next().unwrap_or_else(|| panic!("{line}"));
        let metric = METRICS.iter().find(|metric| metric.name == name).unwrap();
        let (labels, _) = line.split_once('{').unwrap().1.rsplit_once('}').unwrap();
        for label in labels.split("\",") {
            let (key, value) = label.split_once("=\"").unwrap();
            let value = value.trim_end_matches('"');
            let known = metric.labels.iter().find(|label| label.name == key);
            match known.map(|known| known.values) {
                Some(Values::These(values)) => assert!(values.contains(&value), "{line}"),
                Some(Values::Bounded(_)) => {}
                None => assert!(key == "le" && matches!(metric.kind, Kind::Histogram(_)), "{line}"),
            }
        }
    }
}

/// The metrics that a text (an expression, a line of the page) names, by their families.
pub(crate) fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let ours = words.filter(|word| ["routergram_", "process_"].iter().any(|prefix| word.starts_with(prefix)));
    ours.map(family).collect()
}

/// `x_bucket`, `x_sum` and `x_count` are lines of the histogram `x`.
fn family(name: &str) -> &str {
    let histogram =
        |name: &&str| METRICS.iter().any(|known| known.name == *name && matches!(known.kind, Kind::Histogram(_)));
    ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end).filter(histogram)).unwrap_or(name)
}
