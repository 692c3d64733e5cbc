//! The data folder when it is not as it should be: one clear sentence, exit status 1, and nothing touched.

use std::path::{Path, PathBuf};

use crate::world::{ANNA, Mode, World, audit};

/// The database's file.
fn database(world: &World) -> PathBuf {
    world.folder.path().join("routergram.db")
}

/// The program ends with exit status 1 and this sentence; the file is as it was.
async fn refuses(mut world: World, file: &Path, sentence: &str) {
    let before = std::fs::read(file).ok();
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, Some(1), "{}", world.bot.log());
    let log = world.bot.log();
    let last = log.lines().next_back().unwrap_or_default();
    assert!(last.contains(sentence) && last.contains("\"level\":\"error\""), "{log}");
    assert_eq!(world.bot.said("\"level\":\"error\""), 1, "{log}");
    assert_eq!(world.bot.said("panicked"), 0, "{log}");
    assert!(std::fs::read(file).ok() == before, "the file was changed");
    audit::keeps_secrets(&log, &world.telegram);
}

/// A world whose bot has answered and was stopped.
async fn with_a_past() -> World {
    let mut world = World::with(Mode::Polling).await;
    world.anna("remember this");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(world.bot.stops().await.status, Some(0));
    world
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named_with_the_fix() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    // Below a file: this cannot be made by anybody, whatever rights they have.
    let file = world.folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    let folder = file.join("data");
    world.bot.set("DATA_DIR", folder.to_str().unwrap());
    let sentence = format!("cannot write to the data folder {}", folder.display());
    refuses(world, &file, &sentence).await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let world = World::asleep(Mode::Polling, &[]).await;
    let file = database(&world);
    std::fs::write(&file, "my notes, which happen to have this name\n".repeat(1000)).unwrap();
    refuses(world, &file, "is damaged").await;
}

#[tokio::test]
async fn a_damaged_database_is_left_alone() {
    let world = with_a_past().await;
    let file = database(&world);
    let mut bytes = std::fs::read(&file).unwrap();
    assert!(bytes.len() > 3 * 4096, "{} bytes", bytes.len());
    bytes[4096..3 * 4096].fill(0xAB);
    std::fs::write(&file, bytes).unwrap();
    refuses(world, &file, "restore a backup, or move the file away to start empty").await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let world = with_a_past().await;
    let file = database(&world);
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 999).unwrap();
    refuses(world, &file, "was written by a newer routergram; start that version, or restore a backup").await;
}
