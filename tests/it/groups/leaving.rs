//! The bot is thrown out: it goes without a word, owes nothing, and comes back as if new.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::{Fault, Trouble};

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

/// Calls that say something in the group, from this one on.
fn said_there(world: &World, since: usize) -> Vec<String> {
    let calls = world.telegram.calls().split_off(since);
    let there = calls.into_iter().filter(|call| call.params.get("chat_id").is_some_and(|chat| *chat == GROUP));
    there.map(|call| call.method).filter(|method| method.starts_with("send")).collect()
}

#[tokio::test]
async fn an_answer_that_is_being_written_ends_and_what_it_has_cost_is_known() {
    let world = World::with(Mode::Webhook).await;
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask count");
    world.says(BORIS, GROUP, "/ask и ещё?");
    let placed = "SELECT count(*) FROM ledger";
    until("the model writes", async || stored::<i64>(world.folder.path(), placed) == 1).await;
    world.telegram.kick_bot(GROUP);
    let before = world.telegram.calls().len();
    // The model has not come further: the answer has been ended, and the question behind it is not asked.
    world.drains().await;
    gate.release();
    world.settles().await;
    assert_eq!((world.misbooked(), world.model.request_count()), (Vec::new(), 1));
    assert_eq!(said_there(&world, before), Vec::<String>::new());
    assert_eq!(world.bot.said("needs"), 0);

    // Added again it says so again, and works.
    world.telegram.add_bot(GROUP, ANNA);
    world.drains().await;
    assert_eq!(world.last_said(GROUP), replies::group_joined(Language::En, false));
    world.says(ANNA, GROUP, "/ask and now?");
    // The greeting and the answer; where the other one had begun to grow stands what nobody can take away any more.
    world.answers(GROUP, 2).await;
    world.ends().await;
}

#[tokio::test]
async fn what_was_owed_is_dropped_and_nobody_knocks_again_or_is_alarmed() {
    let owner = 1003;
    let mut world = World::with_settings(Mode::Polling, &[("ADMIN_USER_IDS", &owner.to_string())]).await;
    world.telegram.add_person(owner, "Olga", Some("en"));
    world.expects_in_log(&["cannot be delivered now"]);
    let flood = Trouble::TooManyRequests { retry_after: 3600 };
    world.telegram.fail(Fault::new("sendMessage", 1, flood).in_chat(GROUP));
    world.says(ANNA, GROUP, "/help");
    let kept = "SELECT count(*) FROM inbox WHERE state = 'pending' AND reason IS NOT NULL";
    until("it is kept for later", async || stored::<i64>(world.folder.path(), kept) == 1).await;
    world.telegram.kick_bot(GROUP);
    let before = world.telegram.calls().len();
    world.drains().await;
    assert_eq!(said_there(&world, before), Vec::<String>::new());
    let left = "SELECT (SELECT count(*) FROM replies) + (SELECT count(*) FROM inbox WHERE state <> 'done')";
    assert_eq!(stored::<i64>(world.folder.path(), left), 0);
    assert_eq!(world.said(owner).len(), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_bot_that_learns_of_it_after_a_restart_is_as_quiet() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.says(ANNA, GROUP, "/help");
    world.says(BORIS, GROUP, "/ask почему?");
    world.telegram.kick_bot(GROUP);
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(world.said(GROUP).len(), 0);
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.anna("still there?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}
