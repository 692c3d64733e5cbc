//! Lives that end where they are told to, and what is seen afterwards.

use std::fmt::Write;
use std::time::Duration;

use routergram::sandbox::telegram::view::MessageView;

use super::costs::Seen;
use super::scenes::Scene;
use crate::world::audit::stored;
use crate::world::{Mode, World};

/// What a send that may be a copy is announced with.
const ANNOUNCED: &str = "may arrive twice";
/// Shown of a message, in characters: its name, and not what makes it long.
const SHOWN: usize = 48;

/// Plays a scene, cut short at this point if there is one, and says what can be seen in the end.
pub(super) async fn lived(scene: Scene, plan: Option<&str>) -> Seen {
    let mut world = scene.world().await;
    scene.prepare(&mut world).await;
    for (life, point) in plan.into_iter().flat_map(|plan| plan.split(" then ")).enumerate() {
        let (point, held) = point.split_once(" while ").unwrap_or((point, scene.holds()));
        world.bot.set("ROUTERGRAM_FAULT_POINT", point);
        if !held.is_empty() {
            world.bot.set("ROUTERGRAM_FAULT_HOLD", held);
        }
        world.bot.spawns();
        let gates = if life == 0 { scene.act(&mut world, point).await } else { Vec::new() };
        let ended = world.bot.ends_where(&format!("{scene:?} comes to {point}")).await;
        assert_eq!(ended.status, None, "{point} is not passed in {scene:?}:\n{}", world.bot.log());
        drop(gates);
        world.bot.unset("ROUTERGRAM_FAULT_POINT");
        world.bot.unset("ROUTERGRAM_FAULT_HOLD");
    }
    world.bot.starts().await;
    if plan.is_none() {
        drop(scene.act(&mut world, "").await);
    }
    if scene.mode() == Mode::Webhook {
        // Telegram brings again what it could not deliver: after 2, 4, 8 … seconds of its clock.
        world.clock.advance(Duration::from_mins(2));
    }
    world.drains().await;
    scene.settles(&world).await;
    let seen = seen(&world);
    world.ends().await;
    seen
}

/// Every chat, and the numbers that nobody sees in one.
fn seen(world: &World) -> Seen {
    let view = world.telegram.view();
    let name = |id: i64| view.people.iter().find(|person| person.id == id).map_or("somebody", |person| &person.name);
    let mut lines = Vec::new();
    for chat in &view.chats {
        let title = if chat.id > 0 { name(chat.id) } else { &chat.title };
        let said =
            chat.messages.iter().map(|message| format!("{title:>6} | {}: {}", name(message.from), words(message)));
        lines.extend(said);
    }
    let counted = |query: &str| stored::<i64>(world.folder.path(), query);
    Seen {
        lines,
        asked: world.model.request_count() + world.model.asked_beside().len(),
        charged: counted("SELECT count(*) FROM ledger"),
        open: counted("SELECT count(*) FROM ledger WHERE cost_micro_usd IS NULL"),
        misbooked: world.misbooked().len(),
        announced: world.bot.said(ANNOUNCED),
        parked: counted("SELECT count(*) FROM inbox WHERE state = 'parked'"),
    }
}

/// The beginning of a message, what it is besides text, and its buttons.
fn words(message: &MessageView) -> String {
    // What was asked inline stands above its answer.
    let all = if message.via_bot { message.text.replace('\n', " / ") } else { message.text.clone() };
    let line = all.lines().next().unwrap_or_default();
    let mut words: String = line.chars().take(SHOWN).collect();
    let left = all.chars().count() - words.chars().count();
    if left > 0 {
        write!(words, "… and {left} more").unwrap();
    }
    if message.rich.is_some() {
        words.push_str(" (rich)");
    }
    if message.document.is_some() {
        words.push_str(" (file)");
    }
    let rows = message.keyboard.iter().filter_map(|rows| rows.as_array()).flatten();
    for button in rows.filter_map(|row| row.as_array()).flatten() {
        write!(words, " [{}]", button["text"].as_str().unwrap_or_default()).unwrap();
    }
    words
}
