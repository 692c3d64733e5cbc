//! Who is who in a group, to the bot and to the model: people, admins without a face, channels, and the posts of the linked
//! one.

use routergram::sandbox::telegram::view::{Act, Item, Share};
use serde_json::Value;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World};

/// Boris's.
const NEWS: i64 = -1_000_000_009_001;

async fn world(settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(Mode::Webhook, settings).await;
    world.telegram.add_channel(NEWS, "News", BORIS);
    world.telegram.link_channel(NEWS, GROUP);
    world
}

/// Boris writes in the name of his channel.
fn as_channel(world: &World, text: &str, reply_to: Option<i64>) {
    let items = vec![Item::Text { text: text.to_owned() }];
    world.shares(Share { chat: GROUP, user: BORIS, items, reply_to, as_channel: Some(NEWS), ..Share::default() });
}

fn last_question(world: &World) -> String {
    world.model.requests().pop().unwrap().question().to_owned()
}

/// Who has paid for the last answer.
fn payer(world: &World) -> i64 {
    stored(world.folder.path(), "SELECT user_id FROM ledger ORDER BY seq DESC LIMIT 1")
}

#[tokio::test]
async fn everybody_is_named_to_the_model_and_pays_for_themselves_or_as_the_group() {
    let world = world(&[]).await;
    world.says(ANNA, GROUP, "/ask one");
    world.drains().await;
    assert_eq!((last_question(&world).as_str(), payer(&world)), ("Anna: one", ANNA));
    let text = "/ask two".to_owned();
    let hidden = Act::SendAnonymously { chat: GROUP, user: ANNA, text, reply_to: None, thread: None };
    world.telegram.act(hidden).unwrap();
    world.drains().await;
    assert_eq!((last_question(&world).as_str(), payer(&world)), ("Trip: two", GROUP));
    as_channel(&world, "/ask three", None);
    world.drains().await;
    assert_eq!((last_question(&world).as_str(), payer(&world)), ("News: three", GROUP));
    assert_eq!(world.said(GROUP).len(), 3);
    // The three are one conversation.
    assert_eq!(world.model.requests().pop().unwrap().said_by("user").count(), 3);
    world.ends().await;
}

#[tokio::test]
async fn a_channel_decides_nothing_and_is_not_heard_by_a_private_bot() {
    let open = world(&[]).await;
    as_channel(&open, "/model openai/gpt-4o-mini", None);
    open.drains().await;
    let refusal = routergram::replies::for_admins(routergram::replies::Language::En);
    assert_eq!(open.last_said(GROUP), refusal);
    open.ends().await;
    let private = world(&[("ALLOWED_USER_IDS", &BORIS.to_string())]).await;
    as_channel(&private, "/ask one", None);
    private.drains().await;
    assert_eq!((private.said(GROUP).len(), private.model.request_count()), (0, 0));
    private.ends().await;
}

#[tokio::test]
async fn a_post_of_the_linked_channel_is_left_alone_and_a_comment_below_it_is_answered_there() {
    let world = world(&[]).await;
    world.telegram.promote_bot(GROUP, true);
    let post =
        world.telegram.channel_posts(NEWS, "The bridge is open, @routergram_bot says /ask him").unwrap().message_id();
    world.drains().await;
    assert_eq!((world.said(GROUP).len(), world.model.request_count()), (0, 0));
    let text = "@routergram_bot since when?".to_owned();
    let comment = Act::Send { chat: GROUP, user: ANNA, text, reply_to: Some(post), thread: None };
    let comment = world.telegram.act(comment).unwrap().message_id();
    let answer = world.answers(GROUP, 1).await.remove(0);
    assert_eq!((answer.reply_to, answer.thread), (Some(comment), None));
    let question = last_question(&world);
    assert_eq!(question, "In reply to News:\n> The bridge is open, @routergram_bot says /ask him\n\nAnna: since when?");
    world.ends().await;
}

#[tokio::test]
async fn the_model_knows_that_it_is_in_a_group_and_private_chats_hear_nothing_of_it() {
    let world = world(&[]).await;
    let prompt = |world: &World| {
        let body: Value = world.model.requests().pop().unwrap().body;
        body["messages"][0]["content"].as_str().unwrap().to_owned()
    };
    world.anna("hi");
    world.answers(ANNA, 1).await;
    let usual = prompt(&world);
    assert!(!usual.contains("Several people"), "{usual}");
    world.says(ANNA, GROUP, "/ask hi");
    world.drains().await;
    let line = "Several people talk here; each message begins with its author's name. Do not begin yours with a name.";
    assert_eq!(prompt(&world), format!("{usual}\n\n{line}"));
    world.says(ANNA, GROUP, "/new You are a pirate");
    world.says(BORIS, GROUP, "/ask кто ты?");
    world.drains().await;
    assert_eq!(prompt(&world), format!("You are a pirate\n\n{line}"));
    world.anna("and here?");
    world.drains().await;
    assert_eq!(prompt(&world), usual);
    world.ends().await;
}
