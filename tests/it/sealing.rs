//! With a key, nothing that people or models write is in any file of the data folder.

use routergram::replies::{self, Language};

use crate::privacy::{CANARY, found_in};
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, samples};

const KEY: &str = "Q0FOQVJZLUtFWS1USEFULUlTLVZJU0lCTFktRkFMU0U=";
const OTHER: &str = "fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb";

/// Anna is called and says what can be looked for, and so does the model.
async fn world(settings: &[(&str, &str)]) -> World {
    let mut world = World::asleep(Mode::Webhook, settings).await;
    world.expects_in_log(&["was given up and parked", "may arrive twice", "sealed", "DATA_KEY"]);
    world.telegram.add_person(ANNA, &format!("Anna {CANARY}"), Some("en"));
    world.model.answers_with(|asked| format!("to **{}**", asked.question()));
    world
}

/// The bot does not start, and says why.
async fn is_refused(world: &mut World, why: &str) {
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, Some(1));
    assert!(world.bot.log().contains(why), "{}", world.bot.log());
}

#[tokio::test]
async fn no_file_holds_what_people_write_while_the_bot_runs_and_after_it_was_killed() {
    let mut world = world(&[("DATA_KEY", KEY), ("ROUTERGRAM_FAULT_POISON", "poisoned")]).await;
    let folder = world.folder.path().to_owned();
    // A column for each of these: put aside, called, instructed, asked, answered, searched.
    world.says(ANNA, GROUP, &format!("/ask poisoned {CANARY}"));
    for _ in 0..3 {
        world.bot.spawns();
        world.bot.ends().await;
        assert_eq!(found_in(&folder, CANARY), Vec::<String>::new());
    }
    world.bot.starts().await;
    world.anna(&format!("/new You are a {CANARY}"));
    world.anna(&format!("one {CANARY}"));
    world.anna(&format!("/model {CANARY}"));
    world.drains().await;
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new(), "while it runs");
    assert_eq!(
        stored::<i64>(&folder, "SELECT count(*) FROM turns WHERE question LIKE '%one%' OR answer LIKE '%to%one%'"),
        0
    );
    // An answer that is owed.
    world.bot.dies();
    world.bot.set("ROUTERGRAM_FAULT_POINT", "before-sendMessage");
    world.anna(&format!("two {CANARY}"));
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, None);
    let owed = "SELECT (SELECT count(*) FROM parts) * (SELECT count(*) FROM people WHERE name IS NOT NULL)";
    assert_eq!(stored::<i64>(&folder, owed), 1);
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new(), "after a kill");
    world.bot.unset("ROUTERGRAM_FAULT_POINT");

    world.bot.unset("DATA_KEY");
    is_refused(&mut world, "the texts in the database are sealed: set DATA_KEY").await;
    let list = world.bot.asked(&["parked", "list", "--text"]).await;
    assert_eq!((list.status, list.err.contains("are sealed")), (Some(1), true), "{list:?}");
    world.bot.set("DATA_KEY", OTHER);
    is_refused(&mut world, "DATA_KEY is not the key").await;

    world.bot.set("DATA_KEY", KEY);
    let list = world.bot.asked(&["parked", "list", "--text"]).await;
    assert!(list.out.contains(&format!("poisoned {CANARY}")), "{list:?}");
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(world.last_said(ANNA), format!("to two {CANARY}"));
    let past: Vec<String> = world.model.requests().pop().unwrap().said_by("user").map(str::to_owned).collect();
    assert_eq!(past, [format!("one {CANARY}"), format!("two {CANARY}")]);
    // It is put back as it was.
    world.bot.unset("ROUTERGRAM_FAULT_POISON");
    world.bot.stops().await;
    let back = world.bot.asked(&["parked", "retry", "--all"]).await;
    assert_eq!(back.status, Some(0), "{back:?}");
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(world.last_said(GROUP), format!("to Anna {CANARY}: poisoned {CANARY}"));
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new());
    assert!(!world.bot.log().contains(KEY));
    world.ends().await;
}

#[tokio::test]
async fn a_store_of_before_is_sealed_when_a_key_is_set_and_goes_on() {
    let mut world = world(&[]).await;
    let folder = world.folder.path().to_owned();
    world.bot.starts().await;
    world.anna(&format!("one {CANARY}"));
    world.drains().await;
    world.bot.dies();
    std::fs::copy(folder.join("routergram.db"), folder.join("routergram.before-restore-20200101-000000.db")).unwrap();
    assert!(!found_in(&folder, CANARY).is_empty());
    world.bot.set("DATA_KEY", KEY);
    world.bot.starts().await;
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new());
    world.anna("two");
    world.drains().await;
    let asked = world.model.requests().pop().unwrap();
    assert_eq!(asked.said_by("user").collect::<Vec<_>>(), [&format!("one {CANARY}"), "two"]);
    world.anna("/export");
    world.drains().await;
    assert!(world.said(ANNA).iter().any(|message| message.text == replies::export_follows(Language::En)));
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn a_key_is_made_and_changed_by_command() {
    let mut world = world(&[]).await;
    let folder = world.folder.path().to_owned();
    let (one, other) = (world.bot.asked(&["key", "new"]).await.out, world.bot.asked(&["key", "new"]).await.out);
    world.bot.set("DATA_KEY", one.trim());
    world.bot.starts().await;
    world.says(BORIS, BORIS, &format!("one {CANARY}"));
    world.drains().await;
    world.bot.set("DATA_KEY_NEW", other.trim());
    let busy = world.bot.asked(&["key", "rotate"]).await;
    assert_eq!((busy.status, busy.err.contains("is in use")), (Some(1), true), "{busy:?}");
    world.bot.stops().await;
    let rotated = world.bot.asked(&["key", "rotate"]).await;
    assert_eq!(rotated.status, Some(0), "{rotated:?}");
    world.bot.unset("DATA_KEY_NEW");
    is_refused(&mut world, "DATA_KEY is not the key").await;
    world.bot.set("DATA_KEY", other.trim());
    world.bot.starts().await;
    world.says(BORIS, BORIS, "two");
    world.drains().await;
    let asked = world.model.requests().pop().unwrap();
    assert_eq!(asked.said_by("user").collect::<Vec<_>>(), [&format!("one {CANARY}"), "two"]);
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn what_is_heard_read_and_painted_is_sealed_too_and_known_again_after_a_kill() {
    let models = [("TRANSCRIPTION_MODEL", "openai/whisper-1"), ("IMAGE_MODEL", "recraft/recraft-v3")];
    let settings: Vec<_> = [("DATA_KEY", KEY)].into_iter().chain(models).collect();
    let mut world = world(&settings).await;
    let folder = world.folder.path().to_owned();
    world.model.hears(Some(CANARY));
    world.bot.set("ROUTERGRAM_FAULT_POINT", "after-keep-heard");
    world.sends(ANNA, ANNA, samples::voice());
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, None);
    assert_eq!(stored::<i64>(&folder, "SELECT count(*) FROM heard"), 1);
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new(), "what was heard");
    world.bot.unset("ROUTERGRAM_FAULT_POINT");
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((world.last_said(ANNA), world.model.asked_beside().len()), (format!("to {CANARY}"), 1));

    world.sends_with(ANNA, ANNA, samples::pdf(), "what do I owe?");
    world.drains().await;
    assert_eq!(stored::<i64>(&folder, "SELECT count(annotations) FROM turns"), 1);
    assert_eq!(found_in(&folder, samples::PDF_WORDS), Vec::<String>::new(), "what was read");
    world.bot.dies();
    world.bot.set("ROUTERGRAM_FAULT_POINT", "before-sendPhoto");
    world.anna(&format!("/image {CANARY}"));
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, None);
    assert_eq!(stored::<i64>(&folder, "SELECT count(painting) FROM parts"), 1);
    for words in [CANARY, samples::PDF_WORDS, "iVBORw0KGgo"] {
        assert_eq!(found_in(&folder, words), Vec::<String>::new(), "{words}");
    }
    world.bot.unset("ROUTERGRAM_FAULT_POINT");
    world.bot.starts().await;
    world.drains().await;
    assert!(world.said(ANNA).pop().unwrap().photo.is_some());
    world.anna("and when?");
    world.drains().await;
    let body = world.model.requests().pop().unwrap().body.to_string();
    assert!(body.contains(samples::PDF_WORDS), "it is given back");
    world.ends().await;
}
