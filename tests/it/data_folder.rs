//! The data folder when it is not as it should be: one clear sentence, exit status 1, and nothing touched.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::tools::skip;
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

/// The image's user. Nobody of this machine.
const STRANGER: u32 = 65532;

/// The program as somebody who is not root, and the folder that holds it then: where the suite itself runs as root,
/// rights mean nothing to it, and the place of the build may be closed to others.
pub(crate) fn not_as_root() -> (Command, u32, TempDir) {
    let place = tempfile::tempdir().unwrap();
    let me = rustix::process::geteuid();
    if !me.is_root() {
        return (Command::new(env!("CARGO_BIN_EXE_routergram")), me.as_raw(), place);
    }
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = place.path().join("routergram");
    std::fs::copy(env!("CARGO_BIN_EXE_routergram"), &program).unwrap();
    let mut command = Command::new(program);
    command.uid(STRANGER).gid(STRANGER);
    (command, STRANGER, place)
}

/// The program, not being root, ends with exit status 1 and these words in one line.
async fn is_told(folder: &Path, words: &[String]) {
    let mut world = World::asleep(Mode::Polling, &[("DATA_DIR", folder.to_str().unwrap())]).await;
    let (command, _, _place) = not_as_root();
    world.bot.spawns_as(command);
    assert_eq!(world.bot.ends().await.status, Some(1), "{}", world.bot.log());
    let log = world.bot.log();
    let last = log.lines().next_back().unwrap_or_default();
    for words in words {
        assert!(last.contains(words), "{words}, in:\n{log}");
    }
    assert!(last.contains("\"level\":\"error\""), "{log}");
}

#[tokio::test]
async fn a_folder_of_another_user_is_named_with_the_command_that_gives_it_over() {
    // Root's on every machine, as a volume is where a host mounts one.
    let folder = Path::new("/usr/share");
    let (_, user, _) = not_as_root();
    let words = [
        "cannot write to the data folder /usr/share: Permission denied".to_owned(),
        format!("/usr/share belongs to user 0, and this program runs as user {user}"),
        "sudo chown -R ".to_owned(),
        "docker run --rm -v VOLUME:/data busybox chown -R ".to_owned(),
        "On Railway: set the variable RAILWAY_RUN_UID=0".to_owned(),
    ];
    is_told(folder, &words).await;
}

#[tokio::test]
async fn a_folder_that_another_user_would_have_to_make_is_named_with_the_command_that_makes_it() {
    let words = ["/usr/share belongs to user 0".to_owned(), "sudo install -d -o ".to_owned()];
    is_told(Path::new("/usr/share/routergram-data"), &words).await;
}

#[tokio::test]
async fn a_database_that_root_has_left_in_the_folder_is_named() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root can leave files of root behind");
    }
    // As after a start as root that was meant to be none.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routergram.lock");
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::chown(folder.path(), Some(STRANGER), Some(STRANGER)).unwrap();
    let words = [
        format!("{} belongs to user 0, and this program runs as user {STRANGER}", file.display()),
        format!("sudo chown -R {STRANGER}:{STRANGER} {}", folder.path().display()),
    ];
    is_told(folder.path(), &words).await;
}

#[tokio::test]
async fn a_folder_that_refuses_its_own_user_is_named_with_the_command_that_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_, user, _) = not_as_root();
    std::os::unix::fs::chown(folder.path(), Some(user), None).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o500)).unwrap();
    is_told(folder.path(), &[format!("Run: chmod -R u+rwX {}", folder.path().display())]).await;
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
