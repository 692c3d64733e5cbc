//! `@bot question` in a chat that the bot is not in: offered while it is typed, answered in the message that it becomes.

mod asking;
mod buttons;
mod money;
mod people;
mod troubles;

use routergram::sandbox::telegram::InlineMode;
use routergram::sandbox::telegram::view::{Act, MessageView};
use serde_json::{Value, json};

use crate::world::acts::button_of;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, is_growing, within};

/// A group without the bot.
const ELSEWHERE: i64 = GROUP - 1;

/// A world whose bot can be asked inline, and hears what is sent.
async fn world(mode: Mode, settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(mode, settings).await;
    echoes(&world);
    opens(&world, InlineMode::WithFeedback);
    world
}

fn echoes(world: &World) {
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
}

fn opens(world: &World, mode: InlineMode) {
    world.telegram.set_inline(mode);
    world.telegram.add_group_without_bot(ELSEWHERE, "Elsewhere", &[ANNA, BORIS]);
}

/// What the bot offers somebody who has typed this.
async fn offered(world: &World, user: i64, question: &str) -> (String, Vec<Value>) {
    let query = world.types_inline(user, ELSEWHERE, question);
    within("the bot answers a query", world.telegram.inline_answered(&query)).await;
    let results = world.telegram.inline_results(&query).unwrap();
    (query, results)
}

/// Somebody types this and sends what is offered. Returns its message.
async fn sends(world: &World, user: i64, question: &str) -> i64 {
    let (query, results) = offered(world, user, question).await;
    let result = results[0]["id"].as_str().unwrap().to_owned();
    world.chooses_inline(user, ELSEWHERE, (&query, &result)).await
}

fn message(world: &World, id: i64) -> MessageView {
    let found = world.telegram.chat(ELSEWHERE).into_iter().find(|message| message.message_id == id);
    found.expect("it is there")
}

fn text(world: &World, id: i64) -> String {
    message(world, id).text
}

/// Returns when this message, in which an answer grows, says this.
async fn grows(world: &World, id: i64, text: &str) -> MessageView {
    let shows = |message: &MessageView| message.message_id == id && is_growing(message) && message.text == text;
    let seen = world.telegram.chat_becomes(ELSEWHERE, |messages| messages.iter().any(shows));
    within(&format!("{text:?} grows; there is:\n{}", world.telegram.transcript(ELSEWHERE)), seen).await;
    message(world, id)
}

/// Somebody presses the button under a message that carries something beginning like this, and the bot has dealt with it.
async fn presses(world: &World, user: i64, id: i64, button: &str) {
    let message = message(world, id);
    let data = button_of(&message, button).unwrap_or_else(|| panic!("no button {button} under {message:?}"));
    press(world, user, id, &data);
    world.drains().await;
}

/// Somebody's app makes up what a button under this message carries.
async fn forges(world: &World, user: i64, inline: &str, data: &str) {
    let pressed = json!({"id": "1", "from": {"id": user, "is_bot": false, "first_name": "Boris", "language_code": "ru"},
        "inline_message_id": inline, "chat_instance": "1", "data": data});
    let _ = world.telegram.inject(&json!({ "callback_query": pressed }).to_string());
    world.drains().await;
}

fn press(world: &World, user: i64, message_id: i64, data: &str) {
    world.telegram.act(Act::Press { chat: ELSEWHERE, user, message_id, data: data.to_owned() }).unwrap();
}

fn calls(world: &World, method: &str) -> Vec<Value> {
    world.telegram.calls().into_iter().filter(|call| call.method == method).map(|call| call.params).collect()
}
