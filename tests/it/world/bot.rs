//! The bot: the built program in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::{DEADLINE, free_port, until, within};

/// The program, running or not. Killed when it goes out of scope.
pub(crate) struct Bot {
    settings: Vec<(String, String)>,
    pub(crate) port: u16,
    running: Option<Running>,
    lines: Arc<Mutex<Vec<String>>>,
    pub(crate) http: reqwest::Client,
}

struct Running {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    /// The exit status; `None` after a signal.
    pub(crate) status: Option<i32>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Printed {
    /// The exit status; `None` after a signal.
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bot {
    pub(crate) fn new(settings: Vec<(String, String)>, port: u16) -> Self {
        let http = reqwest::Client::builder().timeout(DEADLINE).no_proxy().build().unwrap();
        Self { settings, port, running: None, lines: Arc::default(), http }
    }

    /// Changes a setting for the next start.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Everything that is set for the next start.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        self.settings.clone()
    }

    /// Another process of the same bot on a port of its own, as a redeploy starts one. It has a log of its own.
    pub(crate) fn successor(&self) -> Self {
        let (mine, port) = (self.port.to_string(), free_port());
        let moved = |value: &String| match value.strip_suffix(&mine) {
            Some(rest) if rest.is_empty() || rest.ends_with("127.0.0.1:") => format!("{rest}{port}"),
            _ => value.clone(),
        };
        let settings = self.settings.iter().map(|(name, value)| (name.clone(), moved(value))).collect();
        Self::new(settings, port)
    }

    /// Starts the process and does not wait for anything.
    pub(crate) fn spawns(&mut self) {
        self.spawns_as(Command::new(env!("CARGO_BIN_EXE_routergram")));
    }

    /// Starts the process by way of another program, with the same settings.
    pub(crate) fn spawns_as(&mut self, mut command: Command) {
        assert!(self.running.is_none(), "it runs already");
        command.env_clear().envs(faults_of_this_run()).envs(self.settings.iter().cloned());
        // Away from the repository, whose .env belongs to somebody.
        command.current_dir(std::env::temp_dir());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let readers = vec![self.reads(child.stdout.take().unwrap()), self.reads(child.stderr.take().unwrap())];
        self.running = Some(Running { child, readers });
    }

    fn reads(&self, output: impl std::io::Read + Send + 'static) -> JoinHandle<()> {
        let lines = Arc::clone(&self.lines);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(line);
            }
        })
    }

    /// Starts the process and waits until it is ready.
    pub(crate) async fn starts(&mut self) {
        self.spawns();
        self.is_ready().await;
    }

    /// Returns when `/readyz` says so.
    pub(crate) async fn is_ready(&mut self) {
        let address = self.address("/readyz");
        let http = self.http.clone();
        let ready = async || http.get(&address).send().await.is_ok_and(|answer| answer.status() == 200);
        let waited = tokio::time::timeout(DEADLINE, async {
            while !ready().await {
                let ended = self.running.as_mut().is_none_or(|running| running.child.try_wait().unwrap().is_some());
                assert!(!ended, "the bot has ended before it was ready:\n{}", self.log());
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        });
        assert!(waited.await.is_ok(), "the bot does not get ready:\n{}", self.log());
    }

    /// kill -9.
    pub(crate) fn dies(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
            running.readers.into_iter().for_each(|reader| reader.join().unwrap());
        }
    }

    /// Sends a signal ("TERM", "INT", "STOP").
    pub(crate) fn gets(&self, signal: &str) {
        let pid = self.pid();
        let sent = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.running.as_ref().expect("it runs").child.id()
    }

    /// Returns when the process has ended by itself.
    pub(crate) async fn ends(&mut self) -> Ended {
        let mut running = self.running.take().expect("it runs");
        let child = &mut running.child;
        until("the bot ends", async || child.try_wait().unwrap().is_some()).await;
        let status = child.wait().unwrap().code();
        running.readers.into_iter().for_each(|reader| reader.join().unwrap());
        Ended { status }
    }

    /// SIGTERM, and the wait for its end.
    pub(crate) async fn stops(&mut self) -> Ended {
        self.gets("TERM");
        self.ends().await
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// GET a path: status and body.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(self.address(path)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A counter or gauge from `/metrics`, summed over its labels; 0 when it was never counted.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let metrics = self.http.get(self.address("/metrics")).bearer_auth("TEST-metrics-token").send().await.unwrap();
        let text = metrics.text().await.unwrap();
        let values = text.lines().filter(|line| line.starts_with(name)).filter_map(|line| line.rsplit(' ').next());
        values.filter_map(|value| value.parse::<u64>().ok()).sum()
    }

    /// Runs a command of the program, with the same settings, to its end.
    pub(crate) async fn asked(&self, arguments: &[&str]) -> Printed {
        self.asked_as(Command::new(env!("CARGO_BIN_EXE_routergram")), arguments).await
    }

    /// The same by way of another program.
    pub(crate) async fn asked_as(&self, mut command: Command, arguments: &[&str]) -> Printed {
        command.args(arguments).env_clear().envs(self.settings.iter().cloned()).current_dir(std::env::temp_dir());
        // In a thread of its own: the fakes have to answer meanwhile.
        let asking = tokio::task::spawn_blocking(move || command.output().unwrap());
        let done = within("the command ends", asking).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Printed { status: done.status.code(), out: text(done.stdout), err: text(done.stderr) }
    }

    /// Everything that was printed, by all processes of this story.
    pub(crate) fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// Returns when a line with these words has been printed.
    pub(crate) async fn says(&self, words: &str) {
        let lines = Arc::clone(&self.lines);
        let seen = async || lines.lock().unwrap().iter().any(|line| line.contains(words));
        within(&format!("a log line with {words:?}, in:\n{}", self.log()), until(words, seen)).await;
    }

    /// How many printed lines hold these words.
    pub(crate) fn said(&self, words: &str) -> usize {
        self.lines.lock().unwrap().iter().filter(|line| line.contains(words)).count()
    }
}

/// A guard that is left out for a whole run of a story, to see it go red.
fn faults_of_this_run() -> impl Iterator<Item = (String, String)> {
    std::env::vars().filter(|(name, _)| name.starts_with("ROUTERGRAM_FAULT_"))
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.dies();
    }
}
