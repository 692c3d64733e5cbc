//! A program that was built without the feature.

use crate::world::{ANNA, Mode, World};

#[tokio::test]
async fn a_build_that_cannot_export_says_so_once_with_the_fix_and_answers() {
    const CANNOT: &str = "this build cannot export";
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")];
    let mut world = World::with_settings(Mode::Webhook, &settings).await;
    world.expects_in_log(&[CANNOT]);
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    assert_eq!(world.bot.said(CANNOT), 1);
    assert_eq!(world.bot.said("cargo build --release --features otlp"), 1);
    world.ends().await;
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn the_other_stories_of_exporting_need_another_build() {
    eprintln!("skipped: this build cannot export; run them with: cargo nextest run --features otlp otlp::");
}
