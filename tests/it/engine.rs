//! The image as a builder makes it of the Dockerfile's last stage, and as an engine runs it with `compose.yaml`'s rights.
//!
//! `tests/image/engine.sh` does both, with buildah and podman, in namespaces that end with the story. The program is the
//! one that `tests/image/build.sh` has built: compiling it in an image, too, would take minutes to show little more.
//! What the running program is like, in a root that is stricter than a container's, is told by `container.rs`.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::container::{USER, asleep, program};
use crate::tools::{missing, succeeds, text, tool, tree};
use crate::world::{ANNA, Mode, World};

/// A command that builds the image and runs it with this volume; `None` where that cannot be.
fn engine(volume: &Path) -> Option<Command> {
    let program = program()?;
    tool("crun").and(tool("podman")).and(tool("buildah"))?;
    if !rustix::process::geteuid().is_root() {
        missing("only root can have namespaces of its own without further ado");
        return None;
    }
    let mut command = Command::new(tree("tests/image/engine.sh"));
    command.arg(program).arg(volume);
    Some(command)
}

/// The engine that runs the bot, as seen from here.
fn of(world: &World) -> u32 {
    let outside = world.bot.pid();
    let children = std::fs::read_to_string(format!("/proc/{outside}/task/{outside}/children")).unwrap();
    children.trim().parse().unwrap_or_else(|_| panic!("one engine, and not {children:?}"))
}

/// What a command says where the engine is.
fn there(world: &World, command: &[&str]) -> String {
    let target = format!("--target={}", of(world));
    succeeds(Command::new("nsenter").args([&target, "--mount", "--pid", "/mnt/own"]).args(command))
}

/// A field of the system's account of the bot's process.
fn status(world: &World, field: &str) -> String {
    let process = there(world, &["podman", "inspect", "--format", "{{.State.Pid}}", "bot"]);
    let status = there(world, &["cat", &format!("/proc/{}/status", process.trim())]);
    let line = status.lines().find_map(|line| line.strip_prefix(&format!("{field}:"))).expect(field);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_built_image_answers_by_webhook() {
    answers(Mode::Webhook).await;
}

#[tokio::test]
async fn the_built_image_answers_by_polling() {
    answers(Mode::Polling).await;
}

/// It gets ready, is found healthy by its own check, answers, and stops when the engine is told to.
async fn answers(mode: Mode) {
    let mut world = asleep(mode).await;
    let Some(command) = engine(world.folder.path()) else { return };
    world.bot.spawns_as(command);
    world.bot.is_ready().await;
    assert_eq!(status(&world, "Uid"), [USER; 4].map(|id| id.to_string()).join(" "));
    for rights in ["CapPrm", "CapEff", "CapBnd"] {
        assert_eq!(status(&world, rights), "0000000000000000", "{rights}");
    }
    assert_eq!(status(&world, "NoNewPrivs"), "1");
    assert!(status(&world, "NSpid").ends_with(" 1"), "process 1");
    there(&world, &["podman", "healthcheck", "run", "bot"]);

    world.anna("hello?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert!(world.folder.path().join("routergram.db").exists(), "what it stores is in the volume");
    stops(&mut world).await;
    world.ends().await;
}

/// The engine hands the signal on, and the status back.
async fn stops(world: &mut World) {
    let told = Command::new("kill").args(["-TERM", &of(world).to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(world.bot.ends().await.status, Some(0), "{}", world.bot.log());
}

#[tokio::test]
async fn a_new_volume_belongs_to_the_bot_and_the_image_says_what_it_is() {
    let mut world = asleep(Mode::Polling).await;
    let Some(command) = engine(Path::new("routergram")) else { return };
    world.bot.spawns_as(command);
    world.bot.is_ready().await;
    let volume = there(&world, &["podman", "volume", "inspect", "--format", "{{.Mountpoint}}", "routergram"]);
    let volume = PathBuf::from(format!("/proc/{}/root{}", of(&world), volume.trim()));
    assert_eq!(volume.metadata().unwrap().uid(), USER);
    assert_eq!(volume.join("routergram.db").metadata().unwrap().uid(), USER);

    let told = there(&world, &["podman", "image", "inspect", "localhost/routergram"]);
    let image: Value = serde_json::from_str(&told).unwrap();
    let (image, health) = (&image[0]["Config"], &image[0]["Healthcheck"]);
    assert_eq!(image["User"], format!("{USER}:{USER}"));
    assert_eq!(image["Entrypoint"], serde_json::json!(["/routergram"]));
    assert_eq!(image["WorkingDir"], "/");
    assert_eq!(image["ExposedPorts"], serde_json::json!({"8000/tcp": {}}));
    assert_eq!(health["Test"], serde_json::json!(["CMD", "/routergram", "healthcheck"]));
    assert!(image.get("Volumes").is_none(), "an anonymous volume would be lost: {image}");
    let label = |name: &str| image["Labels"][format!("org.opencontainers.image.{name}")].clone();
    assert_eq!(label("revision"), "feedface", "the commit that Railway hands to its builds");
    assert_eq!(label("title"), "routergram");
    stops(&mut world).await;
}

#[test]
fn a_builder_takes_only_what_the_list_of_ignored_files_leaves() {
    let Some(mut buildah) = tool("buildah") else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("Dockerfile"), "FROM scratch\nCOPY . /context\n").unwrap();
    // All of this tree is offered: its history, what was built in it, perhaps somebody's .env.
    let storage = ["--root", &at("storage"), "--runroot", &at("run"), "--storage-driver", "vfs"];
    let output = format!("type=local,dest={}", at("out"));
    let build = ["bud", "--isolation", "chroot", "--output", &output, "--file", &at("Dockerfile")];
    succeeds(buildah.args(storage).args(build).arg(tree("")));
    let taken = |within: &str| -> BTreeSet<String> {
        let entries = folder.path().join("out/context").join(within).read_dir().unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let ignored = text(".dockerignore");
    let listed = || ignored.lines().filter_map(|line| line.strip_prefix('!'));
    assert_eq!(taken(""), listed().map(|path| path.split('/').next().unwrap().to_owned()).collect());
    for (parent, name) in listed().filter_map(|path| path.split_once('/')) {
        assert_eq!(taken(parent), BTreeSet::from([name.to_owned()]), "one of {parent} is listed");
    }
}
