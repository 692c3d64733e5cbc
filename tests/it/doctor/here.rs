//! What may be wrong on this machine: the data folder, the port, the clock.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::time::Duration;

use routergram::sandbox::telegram::{Fault, Trouble};

use crate::data_folder::not_as_root;
use crate::world::{ANNA, Mode, World};

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_failure_whether_it_is_there_or_not() {
    // Root's on every machine, as a volume is where a host mounts one.
    for folder in ["/usr/share", "/usr/share/routergram-data"] {
        let world = World::asleep(Mode::Polling, &[("DATA_DIR", folder)]).await;
        let (program, user, _place) = not_as_root();
        let said = world.doctor_as(program).await;
        assert_eq!((said.status, said.are("failure")), (Some(1), vec!["data_folder"]), "{:#?}", said.rows);
        let whose = format!("/usr/share belongs to user 0, and this program runs as user {user}");
        said.shows("data_folder", "failure", &["cannot write to /usr/share", "Permission denied", &whose]);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_folder_below_a_file_is_a_failure_and_one_that_can_be_made_is_not_made() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    let file = world.folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    world.bot.set("DATA_DIR", file.join("data").to_str().unwrap());
    world.doctor().await.shows("data_folder", "failure", &["cannot write to", "ot a directory"]);
    std::fs::remove_file(&file).unwrap();
    world.doctor().await.shows("data_folder", "ok", &["file/data will be made at the first start"]);
    assert!(!file.exists());
    world.ends().await;
}

#[tokio::test]
async fn a_disk_that_takes_nothing_more_is_a_failure() {
    let world = World::asleep(Mode::Polling, &[]).await;
    // No file may grow: what a full disk answers, with another reason.
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_routergram")]);
    let said = world.doctor_as(shell).await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["data_folder"]), "{:#?}", said.rows);
    said.shows("data_folder", "failure", &["cannot write to", "File too large"]);
    assert_eq!(std::fs::read_dir(world.folder.path()).unwrap().count(), 0, "it left something behind");
    world.ends().await;
}

#[tokio::test]
async fn a_folder_that_another_deployment_holds_is_told_with_its_holder() {
    let world = World::with(Mode::Polling).await;
    let successor = world.bot.successor();
    let printed = successor.asked(&["doctor"]).await;
    let held = format!("is in use by a running routergram (process {} on ", world.bot.pid());
    assert!(printed.status == Some(0) && printed.out.contains(&held), "{}", printed.out);
    world.ends().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_of_ours_is_a_failure_and_is_left_alone() {
    let mut world = World::with(Mode::Polling).await;
    world.anna("remember this");
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.bot.stops().await;
    let file = world.folder.path().join("routergram.db");
    world.doctor().await.shows("data_folder", "ok", &["can be written"]);
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 999).unwrap();
    world.doctor().await.shows("data_folder", "failure", &["newer routergram", "Start that version"]);
    std::fs::write(&file, "my notes").unwrap();
    world.doctor().await.shows("data_folder", "failure", &["is damaged", "Restore a backup"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"my notes");
}

#[tokio::test]
async fn a_port_that_another_program_has_is_a_failure() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, world.bot.port)).unwrap();
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["port"]), "{:#?}", said.rows);
    said.shows("port", "failure", &["cannot listen on 127.0.0.1", "in use", "Choose another PORT"]);
    drop(taken);
    // A server that answers is not yet a bot.
    let telegram = world.telegram.api_url();
    world.bot.set("PORT", telegram.rsplit(':').next().unwrap());
    world.doctor().await.shows("port", "failure", &["in use"]);
    // An address for documentation (RFC 5737), which no machine has.
    world.bot.set("HOST", "203.0.113.1");
    world.doctor().await.shows("port", "failure", &["cannot listen on 203.0.113.1", "Set HOST"]);
    world.bot.set("PORT", "0");
    world.doctor().await.shows("port", "ok", &["the system will choose"]);
    world.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_not_ready_is_told_with_what_it_waits_for() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.expects_in_log(&["Telegram cannot be reached"]);
    world.telegram.fail(Fault::new("getMe", 1000, Trouble::BadGateway));
    world.bot.spawns();
    world.bot.says("Telegram cannot be reached").await;
    let said = world.doctor().await;
    said.shows("port", "warning", &["not ready: starting: asking Telegram who the bot is", "its log"]);
    said.shows("token", "failure", &["502"]);
    world.telegram.heal();
    world.bot.is_ready().await;
    world.ends().await;
}

#[tokio::test]
async fn a_clock_that_is_off_by_an_hour_is_a_failure() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.doctor().await.shows("clock", "ok", &["of 127.0.0.1"]);
    world.telegram.set_date_ahead(Duration::from_mins(90));
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["clock"]), "{:#?}", said.rows);
    said.shows("clock", "failure", &["behind 127.0.0.1", "Set this machine's clock"]);
    // A Telegram without an answer: the model's server knows it, too.
    world.telegram.stop().await;
    world.doctor().await.shows("clock", "ok", &["of 127.0.0.1"]);
    world.ends().await;
}
