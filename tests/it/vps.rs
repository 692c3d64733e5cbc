//! The files for a server of one's own: each is judged by the program that it is for, and the proxies are real ones.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::tools::{succeeds, text, tool, tree};
use crate::world::{ANNA, Mode, World, free_port, until};

/// A proxy in front of the bot; ends with the story.
struct Proxy {
    child: Child,
    _folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a proxy in a folder of its own with this configuration in it.
fn runs(mut command: Command, folder: TempDir, name: &str, configuration: &str) -> Proxy {
    let file = folder.path().join(name);
    fs::write(&file, configuration).unwrap();
    // Caddy keeps its state below HOME.
    command.env("HOME", folder.path()).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    Proxy { child, _folder: folder }
}

/// nginx with our snippet in a server that has a site already, answering in plain HTTP at `port`.
fn nginx(port: u16, bot: u16) -> Option<Proxy> {
    let mut command = tool("nginx")?;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display();
    let snippet = leading_to(&text("deploy/nginx.conf"), "127.0.0.1:8000", bot);
    let configuration = format!(
        "daemon off; master_process off; pid {here}/pid; error_log {here}/errors; events {{}} http {{\n\
         access_log off; client_body_temp_path {here}/1; proxy_temp_path {here}/2; fastcgi_temp_path {here}/3;\n\
         uwsgi_temp_path {here}/4; scgi_temp_path {here}/5;\n\
         server {{ listen 127.0.0.1:{port}; location / {{ return 200 'the site'; }}\n{snippet}\n}} }}\n"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, &configuration).unwrap();
    command.args(["-p", folder.path().to_str().unwrap(), "-c", file.to_str().unwrap()]);
    let mut judge = Command::new(command.get_program());
    succeeds(judge.args(command.get_args()).arg("-t"));
    Some(runs(command, folder, "nginx.conf", &configuration))
}

/// Caddy with one of our files, its host replaced by plain HTTP at `port`.
fn caddy(file: &str, host: &str, upstream: &str, (port, bot): (u16, u16)) -> Option<Proxy> {
    let mut command = tool("caddy")?;
    let folder = tempfile::tempdir().unwrap();
    let configuration = leading_to(&text(file), upstream, bot);
    assert!(configuration.contains(&format!("\n{host} {{\n")), "{host} is not in {file}");
    // Without its own door for changes, which would be one port for all stories.
    let here = format!("\nhttp://127.0.0.1:{port} {{\n");
    let configuration = configuration.replace(&format!("\n{host} {{\n"), &here);
    let configuration = format!("{{\n\tadmin off\n}}\n{configuration}");
    command.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]);
    Some(runs(command, folder, "Caddyfile", &configuration))
}

/// The configuration with the bot of this story behind it.
fn leading_to(configuration: &str, upstream: &str, bot: u16) -> String {
    assert!(configuration.contains(upstream), "{upstream} is not in it");
    configuration.replace(upstream, &format!("127.0.0.1:{bot}"))
}

/// A bot that has told Telegram of this address, in plain HTTP because both are on this machine.
async fn behind(proxy: impl FnOnce(u16, u16) -> Option<Proxy>, path: &str) -> Option<(World, Proxy, u16)> {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    let port = free_port();
    let proxy = proxy(port, world.bot.port)?;
    world.bot.set("WEBHOOK_URL", &format!("http://127.0.0.1:{port}{path}"));
    world.bot.starts().await;
    let http = world.bot.http.clone();
    let listens = async || http.get(format!("http://127.0.0.1:{port}/")).send().await.is_ok();
    until("the proxy listens", listens).await;
    Some((world, proxy, port))
}

/// What Anna asks comes through the proxy and is answered.
async fn is_answered(world: World) {
    world.anna("hello?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(world.bot.metric("routergram_updates_total{outcome=\"new\"}").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn updates_come_through_nginx_beside_a_site_that_stays() {
    let Some((world, _nginx, port)) = behind(nginx, "/api/telegram/webhook").await else { return };
    let site = world.bot.http.get(format!("http://127.0.0.1:{port}/")).send().await.unwrap();
    assert_eq!(site.text().await.unwrap(), "the site");
    is_answered(world).await;
}

#[tokio::test]
async fn updates_come_through_caddy_beside_a_site_that_stays() {
    let existing = |port, bot| caddy("deploy/existing.Caddyfile", "example.com", "127.0.0.1:8000", (port, bot));
    let Some((world, _caddy, port)) = behind(existing, "/api/telegram/webhook").await else { return };
    let metrics = world.bot.http.get(format!("http://127.0.0.1:{port}/metrics")).bearer_auth("TEST-metrics-token");
    assert_eq!(metrics.send().await.unwrap().status(), 404, "the rest of the bot is not for everybody");
    is_answered(world).await;
}

#[tokio::test]
async fn updates_come_through_the_caddy_of_the_compose_files() {
    let own = |port, bot| caddy("deploy/Caddyfile", "{$DOMAIN}", "bot:8000", (port, bot));
    let Some((world, _caddy, _)) = behind(own, "").await else { return };
    is_answered(world).await;
}

#[test]
fn caddy_finds_nothing_wrong_in_its_files_as_they_are() {
    for file in ["deploy/Caddyfile", "deploy/existing.Caddyfile"] {
        let Some(mut caddy) = tool("caddy") else { return };
        let home = tempfile::tempdir().unwrap();
        let file = tree(file);
        let arguments = ["validate", "--adapter", "caddyfile", "--config", file.to_str().unwrap()];
        succeeds(caddy.args(arguments).env("DOMAIN", "bot.example.com").env("HOME", home.path()));
    }
}

#[test]
fn compose_would_take_its_files() {
    let Some(mut judge) = tool("check-jsonschema") else { return };
    let files = ["compose.yaml", "deploy/compose.webhook.yaml"].map(tree);
    succeeds(judge.args(["--builtin-schema", "vendor.compose-spec"]).args(files));
}

/// What several files say of one thing, each in its own words.
#[test]
fn the_files_for_servers_agree_with_the_program() {
    let compose = text("compose.yaml");
    for line in [
        "test: [CMD, /routergram, healthcheck]",
        "PORT: \"8000\"",
        "- data:/data",
        "DATA_DIR: /data",
        "stop_grace_period: 30s",
        "read_only: true",
        "cap_drop:\n      - ALL",
    ] {
        assert!(compose.contains(line), "{line}");
    }
    assert!(!compose.contains("ports:"), "a polling bot is exposed to nobody");
    assert!(text("deploy/compose.webhook.yaml").contains("./deploy/Caddyfile:/etc/caddy/Caddyfile:ro"));
    assert!(text("deploy/routergram.service").contains("\nTimeoutStopSec=30\n"));
}

#[test]
fn the_settings_of_the_compose_files_may_stand_in_the_bots_dotenv() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "BOT_TOKEN=123456:TEST-TOKEN-not-a-real-one\nOPENROUTER_API_KEY=sk-or-v1-TEST-not-a-real-key\n\
                 DOMAIN=bot.example.com\nCOMPOSE_FILE=compose.yaml:deploy/compose.webhook.yaml\n";
    fs::write(folder.path().join(".env"), lines).unwrap();
    let mut check = Command::new(env!("CARGO_BIN_EXE_routergram"));
    let done = check.args(["config", "check"]).env_clear().current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && said.lines().count() == 1, "more than that it is complete:\n{said}");
}

#[test]
fn systemd_finds_nothing_wrong_in_its_unit_and_little_to_attack() {
    let Some(mut verify) = tool("systemd-analyze") else { return };
    let folder = tempfile::tempdir().unwrap();
    let unit = unit_with(Path::new(env!("CARGO_BIN_EXE_routergram")), folder.path());
    // A key that it does not know is ignored, and only said; so is what it finds in units of this machine.
    let said = succeeds(verify.args(["verify", "--man=no", &unit]));
    assert!(!said.contains("routergram.service"), "{said}");
    // 0 is nothing to attack, 10 everything; 2.0 is what its own table calls OK.
    let Some(mut security) = tool("systemd-analyze") else { return };
    succeeds(security.args(["security", "--offline=true", "--threshold=20", &unit]));
}

/// The unit with a program that exists on this machine.
fn unit_with(program: &Path, folder: &Path) -> String {
    let installed = "ExecStart=/usr/local/bin/routergram\n";
    let unit = text("deploy/routergram.service");
    assert!(unit.contains(installed));
    let file = folder.join("routergram.service");
    fs::write(&file, unit.replace(installed, &format!("ExecStart={}\n", program.display()))).unwrap();
    file.display().to_string()
}
