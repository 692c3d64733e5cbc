//! A backup is made while the bot works, and brought back it is the bot as it was.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::tools::skip;
use crate::world::{ANNA, Mode, World, audit, until};

/// The program, asked for something else than to run.
fn routergram(world: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routergram"));
    // No token, no key: a backup needs none.
    command.args(arguments).env_clear().env("DATA_DIR", world.folder.path()).stdin(Stdio::null());
    command
}

fn runs(world: &World, arguments: &[&str]) -> Output {
    routergram(world, arguments).output().unwrap()
}

/// What a person reads of it.
fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

/// A bot that has answered twice, is being asked a third time, and a place for a backup.
async fn busy() -> (World, tempfile::TempDir) {
    let world = World::with(Mode::Polling).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    for (count, text) in [(1, "my name is Anna"), (2, "and I live in Riga")] {
        world.anna(text);
        world.answers(ANNA, count).await;
    }
    world.drains().await;
    (world, tempfile::tempdir().unwrap())
}

#[tokio::test]
async fn a_backup_of_a_running_bot_is_brought_back_with_everything_in_it() {
    let (mut world, place) = busy().await;
    let mut gate = world.model.hold_after(1);
    world.anna("who am I?");
    gate.reached().await;
    let backup = place.path().join("monday.db");
    let made = runs(&world, &["backup", path(&backup)]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("monday.db"), "{}", said(&made));
    gate.release();
    world.answers(ANNA, 3).await;
    world.drains().await;
    world.bot.stops().await;

    // The disk is lost, and with it the folder's files.
    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let restored = runs(&world, &["restore", path(&backup)]);
    assert!(restored.status.success(), "{}", said(&restored));
    world.bot.starts().await;
    // What was not answered when the backup was made is answered, and what was said before is remembered.
    world.answers(ANNA, 4).await;
    assert_eq!(world.last_said(ANNA), "re: who am I?");
    let asked = world.model.requests().pop().unwrap().body.to_string();
    assert!(asked.contains("my name is Anna") && asked.contains("re: and I live in Riga"), "{asked}");
    world.ends().await;
}

#[tokio::test]
async fn what_a_restore_replaces_is_kept_beside_it() {
    let (mut world, place) = busy().await;
    let backup = place.path().join("monday.db");
    assert!(runs(&world, &["backup", path(&backup)]).status.success());
    world.anna("this came after the backup");
    world.answers(ANNA, 3).await;
    world.drains().await;
    // Killed, so that the newest is in the log alone.
    world.bot.dies();
    let restored = runs(&world, &["restore", path(&backup)]);
    assert!(restored.status.success(), "{}", said(&restored));
    let turns = |folder: &Path| audit::stored::<i64>(folder, "SELECT count(*) FROM turns");
    let kept = std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<_> = kept.filter(|path| path.to_string_lossy().contains("before-restore")).collect();
    let [kept] = &kept[..] else { panic!("one file: {kept:?}") };
    assert!(said(&restored).contains(path(kept)), "{}", said(&restored));
    let aside = tempfile::tempdir().unwrap();
    std::fs::rename(kept, aside.path().join("routergram.db")).unwrap();
    assert_eq!((turns(world.folder.path()), turns(aside.path())), (2, 3));
    world.bot.starts().await;
    world.ends().await;
}

#[tokio::test]
async fn a_backup_goes_through_a_pipe_where_there_is_no_other_way_out() {
    let (mut world, place) = busy().await;
    let made = runs(&world, &["backup", "-"]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(made.stdout.starts_with(b"SQLite format 3\0"));
    let left = std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    // The list of models is kept there too.
    let ours = |name: &str| name.starts_with("routergram.") || name.starts_with("models.json");
    assert!(left.into_iter().all(|name| ours(&name.to_string_lossy())), "nothing is left behind");
    world.bot.stops().await;
    // Into a folder that is not there yet, as on a new server.
    let (piped, folder) = (place.path().join("piped"), place.path().join("new"));
    std::fs::write(&piped, &made.stdout).unwrap();
    let mut restore = routergram(&world, &["restore", "-"]);
    restore.env("DATA_DIR", &folder).stdin(std::fs::File::open(&piped).unwrap());
    let restored = restore.output().unwrap();
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(audit::stored::<i64>(&folder, "SELECT count(*) FROM turns"), 2);
    becomes_its_owners(&world, &piped);
    world.bot.starts().await;
    world.ends().await;
}

/// Root brings back what a service of its own user goes on with.
fn becomes_its_owners(world: &World, backup: &Path) {
    use std::os::unix::fs::MetadataExt;
    const SERVICE: u32 = 65532;
    if !rustix::process::geteuid().is_root() {
        return skip("only root can give files away");
    }
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(folder.path(), Some(SERVICE), Some(SERVICE)).unwrap();
    let mut restore = routergram(world, &["restore", path(backup)]);
    assert!(restore.env("DATA_DIR", folder.path()).status().unwrap().success());
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().uid(), SERVICE, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn nothing_is_written_over_and_nothing_unsound_is_brought_back() {
    let (mut world, place) = busy().await;
    let file = place.path().join("taken");
    std::fs::write(&file, "somebody's letter").unwrap();
    let refuses = |arguments: &[&str], words: &str| {
        let done = runs(&world, arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}: {}", said(&done));
        assert!(said(&done).contains(words), "{arguments:?}: {}", said(&done));
    };
    refuses(&["backup", path(&file)], "exists already");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "somebody's letter");
    refuses(&["backup", "/no/such/folder/backup.db"], "cannot write /no/such/folder/backup.db");
    let backup = place.path().join("monday.db");
    assert!(runs(&world, &["backup", path(&backup)]).status.success());
    // While the bot runs.
    refuses(&["restore", path(&backup)], "is in use by process");
    world.bot.stops().await;
    let world_stopped = &world;
    let refuses = |arguments: &[&str], words: &str| {
        let done = runs(world_stopped, arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}: {}", said(&done));
        assert!(said(&done).contains(words), "{arguments:?}: {}", said(&done));
    };
    refuses(&["restore", path(&file)], "no backup that can be brought back");
    refuses(&["restore", path(&place.path().join("missing"))], "cannot read");
    let mut torn = std::fs::read(&backup).unwrap();
    torn.truncate(torn.len() / 2);
    std::fs::write(&file, &torn).unwrap();
    refuses(&["restore", path(&file)], "no backup that can be brought back");
    let other = place.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE inbox (x)").unwrap();
    refuses(&["restore", path(&other)], "no routergram wrote it");
    world.bot.starts().await;
    until("everything is there", async || audit::stored::<i64>(world.folder.path(), "SELECT count(*) FROM turns") == 2)
        .await;
    world.ends().await;
}
