//! The stories of exporting.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;

use super::collector::{Collector, attribute, message};
use crate::world::{ANNA, KEY, Mode, World, free_port, until, within};

/// Batches leave soon: the libraries' own setting.
const SOON: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "50");
const LINES_SOON: (&str, &str) = ("OTEL_BLRP_SCHEDULE_DELAY", "50");

async fn world_of(endpoint: &str, further: &[(&str, &str)]) -> World {
    let mut settings = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), SOON, LINES_SOON];
    settings.extend(further);
    World::with_settings(Mode::Webhook, &settings).await
}

#[tokio::test]
async fn an_update_is_one_trace_from_receipt_to_settlement_also_across_kill_9() {
    let collector = Collector::listens().await;
    let mut world = world_of(&collector.endpoint, &[("RUST_LOG", "info,routergram=debug")]).await;
    world.model.answers("one two three four five");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the model pauses", gate.reached()).await;
    collector.gets("receipt").await;
    collector.hears("An update was received and stored").await;
    world.bot.dies();
    drop(gate);
    let mut gate = world.model.hold_after(2);
    let drafts = world.called("sendMessageDraft");
    world.bot.starts().await;
    within("the model pauses again", gate.reached()).await;
    until("a draft is shown", async || world.called("sendMessageDraft") > drafts).await;
    let stop = json!({"act": "stop_draft", "chat": ANNA, "user": ANNA});
    world.telegram.act(serde_json::from_value(stop).unwrap()).unwrap();
    world.drains().await;
    drop(gate);
    collector.gets("settlement").await;
    world.ends().await;

    let spans = collector.spans();
    let root = spans.iter().find(|span| span.name == "receipt").unwrap();
    let id = attribute(&root.attributes, "update.id").unwrap();
    assert!(root.parent_span_id.is_empty(), "{root:?}");
    for name in ["update", "settlement"] {
        // The wish to stop was an update of its own.
        let its = |span: &&Span| span.name == name && attribute(&span.attributes, "update.id").as_ref() == Some(&id);
        let part = spans.iter().find(its).unwrap_or_else(|| panic!("no {name}: {spans:#?}"));
        assert_eq!((&part.trace_id, &part.parent_span_id), (&root.trace_id, &root.span_id), "{part:?}");
    }
    let lines = collector.lines();
    let its = lines.iter().filter(|(_, line)| attribute(&line.attributes, "update.id").as_ref() == Some(&id));
    let its: Vec<_> = its.map(|(_, line)| line).collect();
    for said in ["An update was received and stored", "Delivered", "The cost of an answer was looked up"] {
        let line = its.iter().find(|line| message(line) == said);
        assert_eq!(line.unwrap_or_else(|| panic!("{said}: {its:#?}")).trace_id, root.trace_id);
    }
}

#[tokio::test]
async fn the_last_lines_leave_when_the_bot_stops_and_the_collector_knows_who_sent_them() {
    let collector = Collector::listens().await;
    let hour = "3600000";
    let settings = [
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=TEST%20header,x-tenant=7"),
        ("OTEL_SERVICE_NAME", "annas-bot"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ("OTEL_BSP_SCHEDULE_DELAY", hour),
        ("OTEL_BLRP_SCHEDULE_DELAY", hour),
    ];
    let world = world_of(&collector.endpoint, &settings).await;
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.ends().await;
    assert!(collector.spans().iter().any(|span| span.name == "update"));
    assert!(collector.lines().iter().any(|(_, line)| message(line) == "Stopped"));
    let sender = collector.sender();
    assert_eq!(attribute(&sender, "service.name").as_deref(), Some("annas-bot"));
    assert_eq!(attribute(&sender, "deployment.environment.name").as_deref(), Some("test"));
    for sent in collector.requests() {
        assert_eq!(
            (&sent.headers["api-key"], &sent.headers["x-tenant"]),
            (&"TEST header".parse().unwrap(), &"7".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn nothing_secret_and_nobodys_text_is_in_any_exported_byte() {
    const ASKED: &str = "a-question-of-Annas";
    const ANSWERED: &str = "an-answer-of-the-model";
    let collector = Collector::listens().await;
    let mut world = World::asleep(Mode::Webhook, &[SOON, LINES_SOON, ("RUST_LOG", "trace")]).await;
    let token = world.telegram.token().to_owned();
    world.bot.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint);
    world.bot.set("OTEL_EXPORTER_OTLP_HEADERS", "api-key=TEST-collectors-key");
    // What everything carries holds the token: were it not taken out at last, it would be in every batch.
    world.bot.set("OTEL_RESOURCE_ATTRIBUTES", &format!("pasted={token},key={KEY},collector=TEST-collectors-key"));
    world.bot.starts().await;
    world.model.answers(ANSWERED);
    world.anna(ASKED);
    world.answers(ANNA, 1).await;
    let secret = world.telegram.webhook().and_then(|webhook| webhook.secret).unwrap();
    world.drains().await;
    // As with RUST_LOG=trace no other story, its log is not looked at here: libraries print what they like in it.
    assert_eq!(world.bot.stops().await.status, Some(0));
    let behind_colon = token.split_once(':').unwrap().1;
    let exported: Vec<u8> = collector.requests().iter().flat_map(|sent| sent.body.to_vec()).collect();
    assert!(!collector.spans().is_empty() && !collector.lines().is_empty());
    for kept in
        [&token, behind_colon, KEY, &secret, "TEST-collectors-key", "TEST-metrics-token", ASKED, ANSWERED, "Anna"]
    {
        let found = exported.windows(kept.len()).any(|window| window == kept.as_bytes());
        assert!(!found, "an exported byte holds {kept:?}");
    }
    let masked = attribute(&collector.sender(), "pasted").unwrap();
    assert_eq!(masked, "*".repeat(token.len()));
}

#[tokio::test]
async fn only_the_programs_own_spans_and_lines_are_exported_and_exporting_is_none_of_them() {
    let collector = Collector::listens().await;
    let world = world_of(&collector.endpoint, &[("RUST_LOG", "trace")]).await;
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    collector.gets("update").await;
    collector.hears("Delivered").await;
    let names: BTreeSet<String> = collector.spans().into_iter().map(|span| span.name).collect();
    assert!(names.iter().all(|name| ["receipt", "update", "settlement"].contains(&name.as_str())), "{names:?}");
    let targets: BTreeSet<String> = collector.lines().into_iter().map(|(target, _)| target).collect();
    assert!(!targets.is_empty() && targets.iter().all(|target| target.starts_with("routergram")), "{targets:?}");
    drop(world);
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_the_bot_answers() {
    let mut world = world_of(&format!("http://127.0.0.1:{}", free_port()), &[]).await;
    world.expects_in_log(&["The OpenTelemetry collector does not take"]);
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.bot.says("The OpenTelemetry collector does not take spans").await;
    world.anna("and now?");
    world.answers(ANNA, 2).await;
    world.drains().await;
    assert_eq!(world.bot.said("The OpenTelemetry collector does not take spans"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_collector_that_answers_errors_is_told_once_and_once_that_it_is_back() {
    let collector = Collector::listens().await;
    collector.refuses(true);
    let mut world = world_of(&collector.endpoint, &[]).await;
    world.expects_in_log(&["The OpenTelemetry collector does not take"]);
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    until("several batches are refused", async || collector.refused() >= 4).await;
    for kind in ["spans", "log lines"] {
        world.bot.says(&format!("does not take {kind}")).await;
        assert_eq!(world.bot.said(&format!("does not take {kind}")), 1);
    }
    collector.refuses(false);
    world.anna("and now?");
    world.answers(ANNA, 2).await;
    for kind in ["spans", "log lines"] {
        world.bot.says(&format!("The OpenTelemetry collector takes {kind} again")).await;
    }
    world.ends().await;
}

#[tokio::test]
async fn a_collector_that_never_answers_holds_up_neither_an_answer_nor_the_end() {
    // It takes connections, and that is all.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mut world = world_of(&endpoint, &[]).await;
    world.expects_in_log(&["The OpenTelemetry collector does not take"]);
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn what_cannot_be_read_as_headers_or_attributes_ends_the_start_with_the_fix() {
    let mut world =
        World::asleep(Mode::Webhook, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:secret@127.0.0.1:1")]).await;
    world.bot.set("OTEL_EXPORTER_OTLP_HEADERS", "just-a-key-TEST");
    world.bot.set("OTEL_RESOURCE_ATTRIBUTES", "=nothing");
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, Some(78));
    let told = world.bot.log();
    for variable in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"] {
        assert!(told.contains(variable), "{told}");
    }
    assert!(!told.contains("just-a-key-TEST"), "{told}");
}
