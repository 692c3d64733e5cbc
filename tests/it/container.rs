//! The program as it runs in the image: static, process 1, nobody's user, alone in a root that is empty and read-only.
//!
//! The program is the one that `tests/image/build.sh` has built, the root is made by `tests/image/root.sh`; both are
//! missing on a machine without musl or for somebody who is not root, and then the stories say so. Numbers are printed
//! (`cargo nextest run container --no-capture`); those with a limit have one that the clock has no part in.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::DateTime;

use crate::tools::{missing, say, tree};
use crate::world::{ANNA, Mode, World};

/// The image's user, as in the Dockerfile.
pub(crate) const USER: u32 = 65532;
/// Of the program's file, and of its memory when it is idle: 15 MB.
const SMALL: u64 = 15_000_000;

/// The program of the image.
pub(crate) fn program() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_routergram")).ancestors().nth(2).expect("target/debug/routergram");
    let program = target.join(format!("{}-unknown-linux-musl/release/routergram", std::env::consts::ARCH));
    if !program.exists() {
        missing("the image's program is not built: run tests/image/build.sh");
        return None;
    }
    Some(program)
}

/// A command that runs the image's program in its root, with `data` as its folder.
fn in_the_image(data: &Path) -> Option<Command> {
    let program = program()?;
    if !rustix::process::geteuid().is_root() {
        missing("only root can make a root folder for a process");
        return None;
    }
    let mut command = Command::new("/bin/sh");
    command.arg(tree("tests/image/root.sh")).arg(program).arg(data);
    Some(command)
}

/// A world whose bot would find its folder by default, at `/data`.
pub(crate) async fn asleep(mode: Mode) -> World {
    let world = World::asleep(mode, &[("DATA_DIR", "")]).await;
    std::os::unix::fs::chown(world.folder.path(), Some(USER), Some(USER)).unwrap();
    world
}

/// What the system tells of the process inside: its number, as seen from here, and a field of its status.
fn inside(world: &World) -> u32 {
    let outside = world.bot.pid();
    let children = std::fs::read_to_string(format!("/proc/{outside}/task/{outside}/children")).unwrap();
    children.trim().parse().unwrap_or_else(|_| panic!("one process inside, and not {children:?}"))
}

fn status(process: u32, field: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(&format!("{field}:"))).expect(field);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// From the first line of the log to the one that says so.
fn ready_after_ms(log: &str) -> i64 {
    let stamp = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        DateTime::parse_from_rfc3339(line["timestamp"].as_str().unwrap()).unwrap()
    };
    let ready = log.lines().find(|line| line.contains("\"message\":\"Ready: ")).map(stamp);
    ready.zip(log.lines().next().map(stamp)).map_or(-1, |(ready, first)| (ready - first).num_milliseconds())
}

#[tokio::test]
async fn the_image_answers_by_webhook() {
    answers(Mode::Webhook).await;
}

#[tokio::test]
async fn the_image_answers_by_polling() {
    answers(Mode::Polling).await;
}

/// It gets ready, is healthy, answers, and stops when process 1 is told to.
async fn answers(mode: Mode) {
    let mut world = asleep(mode).await;
    let Some(command) = in_the_image(world.folder.path()) else { return };
    world.bot.spawns_as(command);
    world.bot.is_ready().await;
    let process = inside(&world);
    let resident = 1024 * status(process, "VmRSS").trim_end_matches(" kB").parse::<u64>().unwrap();
    say(&format!("{mode:?}: ready after {} ms, {} kB in memory", ready_after_ms(&world.bot.log()), resident / 1000));
    assert!(resident < SMALL, "{resident} bytes in memory");

    assert_eq!(status(process, "NSpid"), format!("{process} 1"), "process 1");
    assert_eq!(status(process, "Uid"), [USER; 4].map(|id| id.to_string()).join(" "));
    assert_eq!(status(process, "CapEff"), "0000000000000000");
    let health =
        ["--mount", "--pid", "--root", "--wd", "--setuid=65532", "--setgid=65532", "/routergram", "healthcheck"];
    let asked = Command::new("nsenter")
        .arg(format!("--target={process}"))
        .args(health)
        .env_clear()
        .env("PORT", world.bot.port.to_string())
        .output()
        .unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));

    world.anna("hello?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert!(world.folder.path().join("routergram.db").exists(), "what it stores is in /data");
    let told = Command::new("kill").args(["-TERM", &process.to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(world.bot.ends().await.status, Some(0));
    world.ends().await;
}

#[tokio::test]
async fn a_volume_that_belongs_to_root_is_named_with_the_fix_of_each_host() {
    let volume = tempfile::tempdir().unwrap();
    let words = "/data belongs to user 0, and this program runs as user 65532. On this machine: sudo chown -R \
                 65532:65532 /data (or point DATA_DIR at a folder of its own). In a Docker volume: docker run --rm -v \
                 VOLUME:/data busybox chown -R 65532:65532 /data. On Railway: set the variable RAILWAY_RUN_UID=0";
    is_told(volume.path(), words).await;
}

#[tokio::test]
async fn a_read_only_image_without_a_volume_says_that_it_wants_one() {
    is_told(Path::new("-"), "cannot write to the data folder /data: Read-only file system").await;
}

/// It ends with exit status 1, and these words are its last.
async fn is_told(data: &Path, words: &str) {
    let mut world = asleep(Mode::Polling).await;
    let Some(command) = in_the_image(data) else { return };
    world.bot.spawns_as(command);
    assert_eq!(world.bot.ends().await.status, Some(1), "{}", world.bot.log());
    let log = world.bot.log();
    let last = log.lines().next_back().unwrap_or_default();
    assert!(last.contains(words) && last.contains("\"level\":\"error\""), "{log}");
}

#[test]
fn the_program_of_the_image_is_small_and_needs_no_library() {
    let Some(program) = program() else { return };
    let size = program.metadata().unwrap().len();
    say(&format!("the program has {} kB", size / 1000));
    assert!(size < SMALL, "{size} bytes");
    let told =
        Command::new("readelf").args(["--wide", "--program-headers", "--dynamic"]).arg(&program).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout);
    assert!(told.contains("LOAD") && !told.contains("INTERP") && !told.contains("NEEDED"), "{told}");
}

#[test]
fn the_roots_of_trust_are_in_the_program_because_the_image_has_none() {
    let Some(program) = program() else { return };
    let program = std::fs::read(program).unwrap();
    let texts = String::from_utf8_lossy(&program);
    // Those that Telegram's, OpenRouter's and most other certificates lead to.
    for root in ["Go Daddy Root Certificate Authority - G2", "GTS Root R4", "ISRG Root X1"] {
        assert!(texts.contains(root), "{root}");
    }
}
