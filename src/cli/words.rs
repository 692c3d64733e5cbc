//! The words of the command line: what can be asked for, and the help that shows it.
//!
//! Every page of help fits a screen (40 lines of 100 columns) and ends with an example; a test reads them all.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::bench::Scenario;

/// A language model behind a Telegram bot.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "routergram", version, about, max_term_width = 100)]
#[command(after_help = "\
Examples:
  routergram sandbox     try it in the browser, without any account
  routergram doctor      look what is wrong, and what to do about it
  routergram             run the bot

Settings are environment variables, also read from .env: see `routergram config reference`.")]
pub struct Cli {
    /// What to do; running the bot when nothing is given.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// The command that was asked for: `run` when none was.
    #[must_use]
    pub fn chosen(self) -> Command {
        self.command.unwrap_or(Command::Run)
    }
}

/// What the program can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the bot (also without any command)
    #[command(after_help = "\
Example:
  BOT_TOKEN=123456789:AA… OPENROUTER_API_KEY=sk-or-v1-… routergram run

SIGTERM or Ctrl-C ends it after what is being answered; a second signal does not wait.
Exit status: 0 after a signal, 1 when it cannot go on, 78 when the settings cannot be used.")]
    Run,
    /// Try the bot without Telegram, OpenRouter or any key: a chat in your browser
    #[command(after_help = "\
Examples:
  routergram sandbox
  OPENROUTER_API_KEY=sk-or-v1-… routergram sandbox --mode polling   (the model is the real one)")]
    Sandbox {
        /// How the bot gets its updates from the fake Telegram
        #[arg(long, value_enum, default_value_t = SandboxMode::Webhook)]
        mode: SandboxMode,
        /// Port of the page; 0 lets the system choose
        #[arg(long, value_name = "N", default_value_t = SANDBOX_PORT)]
        port: u16,
    },
    /// Look at everything the bot depends on, and say what to do about what is wrong
    #[command(after_help = "\
Examples:
  routergram doctor
  routergram doctor --json | jq '.rows[] | select(.state == \"failure\")'

It changes nothing, also while the bot is running.
Exit status: 0 when nothing has failed, 1 when something has, 78 when the settings cannot be used.")]
    Doctor {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Measure this program on this machine, between the sandbox's Telegram and model
    #[command(after_help = "\
Examples:
  routergram bench                                everything, some minutes
  routergram bench sustained --mode webhook
  routergram bench --against benches/baseline/target/release/routergram-baseline
  routergram bench --json > figures.json

Scenarios: starts, sustained, long, steady, burst, streams, idle, chats, backlog, history.
Nothing leaves the machine. docs/benchmarks.md tells how to read it.")]
    Bench(BenchWishes),
    /// Look at the configuration
    #[command(after_help = "Example:\n  routergram config check && routergram config show")]
    Config {
        /// What to look at.
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Look at the bot's webhook at Telegram, or change it
    #[command(after_help = "Example:\n  routergram webhook info")]
    Webhook {
        /// What to do with it.
        #[command(subcommand)]
        action: WebhookAction,
    },
    /// List the models on offer, with their context and prices
    #[command(after_help = "\
Examples:
  routergram models              all of them
  routergram models claude       those with this in their id or name
  routergram models :free        those that cost nothing
  routergram models gpt mini --json")]
    Models {
        /// Only models whose id or name holds all of these words
        #[arg(value_name = "WORD")]
        query: Vec<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Copy everything that the bot has stored, also while it runs
    #[command(after_help = "\
Examples:
  routergram backup /backups/monday.db
  docker compose exec -T bot /routergram backup - > monday.db")]
    Backup {
        /// Where to; - for the standard output
        file: PathBuf,
    },
    /// Bring a backup back, while the bot is stopped; what was there is kept
    #[command(after_help = "Example:\n  routergram restore /backups/monday.db")]
    Restore {
        /// The backup; - for the standard input
        file: PathBuf,
    },
    /// Look at messages that could not be handled and were put aside; try or discard them
    #[command(after_help = "\
Example:
  routergram parked list

It works on DATA_DIR, also while the bot is running.")]
    Parked {
        /// What to do with them.
        #[command(subcommand)]
        action: ParkedAction,
    },
    /// Make a key that seals what people write, or change to another one
    #[command(after_help = "Example:\n  routergram key new")]
    Key {
        /// What to do.
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Ask the running bot whether it lives: exit status 0 or 1
    #[command(after_help = "Example:\n  PORT=8080 routergram healthcheck || echo 'it does not answer'")]
    Healthcheck,
    /// Print a script that completes commands in your shell
    #[command(after_help = "\
Examples:
  routergram completions bash > ~/.local/share/bash-completion/completions/routergram
  routergram completions zsh > \"${fpath[1]}/_routergram\"
  routergram completions fish > ~/.config/fish/completions/routergram.fish")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a command
    #[command(after_help = "\
Examples:
  routergram man | man -l -
  routergram man webhook set | man -l -
  routergram man > /usr/local/share/man/man1/routergram.1")]
    Man {
        /// The command; routergram itself when none is given
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

/// What is measured, and how.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct BenchWishes {
    /// What to measure; everything when nothing is named
    #[arg(value_enum, value_name = "SCENARIO", hide_possible_values = true)]
    pub scenarios: Vec<Scenario>,
    /// How updates arrive: webhook, polling or both
    #[arg(long, value_enum, default_value_t = BenchMode::Both, hide_possible_values = true)]
    pub mode: BenchMode,
    /// Another bot to measure in the same run, such as that of benches/baseline
    #[arg(long, value_name = "PROGRAM")]
    pub against: Option<PathBuf>,
    /// Where to make stores, on a disk; they are removed in the end
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub data_dir: PathBuf,
    /// Let the program and the driver share all cores
    #[arg(long)]
    pub share_cores: bool,
    /// A hundredth of everything, in seconds: to see that it works
    #[arg(long)]
    pub quick: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// How updates arrive while it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BenchMode {
    /// First the one, then the other.
    Both,
    /// The program asks for them.
    Polling,
    /// They are posted to it.
    Webhook,
}

/// Not the bot's own default (8000), so that both can run on one machine.
const SANDBOX_PORT: u16 = 8080;

/// How the sandbox's bot gets its updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SandboxMode {
    /// It asks for them.
    Polling,
    /// They are posted to it.
    Webhook,
}

/// What to do with the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigAction {
    /// Name every problem: exit status 0, or 78 when there is one
    #[command(after_help = "Example:\n  routergram config check || echo 'not usable'")]
    Check,
    /// Show what is in force and where each value came from, without the secrets
    #[command(after_help = "Example:\n  routergram config show")]
    Show,
    /// Print all variables as a Markdown table
    #[command(after_help = "Example:\n  routergram config reference | less")]
    Reference,
}

/// What to do with the webhook.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum WebhookAction {
    /// Show where Telegram posts updates, how many wait, and what went wrong last
    #[command(after_help = "Example:\n  routergram webhook info")]
    Info,
    /// Set it, as the bot does at its start
    #[command(after_help = "\
Examples:
  routergram webhook set
  routergram webhook set https://bot.example.com

A URL without a path gets WEBHOOK_PATH. At its next start the bot sets what WEBHOOK_URL says.")]
    Set {
        /// Another address than the configured one
        url: Option<String>,
    },
    /// Remove it: no update arrives until it is set again, or the bot polls
    #[command(after_help = "\
Examples:
  routergram webhook delete
  routergram webhook delete --drop-pending   (people get no answer to what they have written)

A bot that runs in webhook mode sets it again.")]
    Delete {
        /// Forget the messages that wait at Telegram; they are not answered then
        #[arg(long)]
        drop_pending: bool,
    },
}

/// What to do with the key of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum KeyAction {
    /// Print a new key: 32 random bytes as base64
    #[command(after_help = "Example:\n  routergram key new > data_key")]
    New,
    /// Seal everything with another key, while the bot is stopped
    #[command(after_help = "\
Example:
  DATA_KEY_NEW_FILE=new_key routergram key rotate

It opens with DATA_KEY and seals with DATA_KEY_NEW. Cut short, it goes on when it is run again
with both keys; until then the bot does not start.
Afterwards set DATA_KEY to the new key. Backups made before need the old one.")]
    Rotate,
}

/// What to do with updates that were put aside.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum ParkedAction {
    /// Show them: when each came, from which chat, how often it was tried, and why it failed
    #[command(after_help = "\
Examples:
  routergram parked list
  routergram parked list --json | jq '.parked[].reason'")]
    List {
        /// Also what people wrote
        #[arg(long)]
        text: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Try them again: as if they had come now, behind what waits in their chat
    #[command(after_help = "\
Examples:
  routergram parked retry 17
  routergram parked retry --all

A running bot takes them up within a second or two.
An answer that is stored is delivered, not asked for again.
Exit status: 0 when it is done, 1 when one of them is not parked; then nothing is changed.")]
    Retry {
        /// As `parked list` shows it
        #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// All that can be tried again
        #[arg(long)]
        all: bool,
    },
    /// Forget them and what was written in them, for good
    #[command(after_help = "\
Examples:
  routergram parked discard 17 --yes
  routergram parked discard --all --yes

Exit status: 0 when it is done, 1 when one is not parked or --yes is missing; then nothing changes.")]
    Discard {
        /// As `parked list` shows it
        #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// All of them
        #[arg(long)]
        all: bool,
        /// Really
        #[arg(long)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split(' ')).map(Cli::chosen)
    }

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_bot_runs() {
        assert_eq!(parsed("routergram").unwrap(), Command::Run);
        assert_eq!(parsed("routergram run").unwrap(), Command::Run);
    }

    #[test]
    fn the_sandbox_takes_a_mode_and_a_port() {
        assert_eq!(
            parsed("routergram sandbox --mode polling --port 9000").unwrap(),
            Command::Sandbox { mode: SandboxMode::Polling, port: 9000 }
        );
        assert_eq!(
            parsed("routergram sandbox").unwrap(),
            Command::Sandbox { mode: SandboxMode::Webhook, port: SANDBOX_PORT }
        );
        assert!(parsed("routergram sandbox --mode carrier-pigeon").is_err());
    }

    #[test]
    fn the_configuration_has_three_views() {
        for (word, action) in
            [("check", ConfigAction::Check), ("show", ConfigAction::Show), ("reference", ConfigAction::Reference)]
        {
            assert_eq!(parsed(&format!("routergram config {word}")).unwrap(), Command::Config { action });
        }
        assert!(parsed("routergram config").is_err());
    }

    #[test]
    fn the_webhook_is_looked_at_set_and_deleted() {
        let url = Some("https://a.example".to_owned());
        for (line, action) in [
            ("info", WebhookAction::Info),
            ("set", WebhookAction::Set { url: None }),
            ("set https://a.example", WebhookAction::Set { url }),
            ("delete", WebhookAction::Delete { drop_pending: false }),
            ("delete --drop-pending", WebhookAction::Delete { drop_pending: true }),
        ] {
            assert_eq!(parsed(&format!("routergram webhook {line}")).unwrap(), Command::Webhook { action });
        }
        assert!(parsed("routergram webhook").is_err());
    }

    #[test]
    fn what_is_parked_is_named_or_all_of_it_is_meant() {
        let parked = |line: &str| match parsed(&format!("routergram parked {line}")) {
            Ok(Command::Parked { action }) => Some(action),
            _ => None,
        };
        assert_eq!(parked("retry 3 4"), Some(ParkedAction::Retry { ids: vec![3, 4], all: false }));
        let discard = ParkedAction::Discard { ids: Vec::new(), all: true, yes: true };
        assert_eq!(parked("discard --all --yes"), Some(discard));
        for wrong in ["", "retry", "retry 3 --all", "discard --yes", "retry three"] {
            assert_eq!(parked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn models_are_looked_for_by_several_words() {
        let query = vec!["gpt".to_owned(), "mini".to_owned()];
        assert_eq!(parsed("routergram models gpt mini --json").unwrap(), Command::Models { query, json: true });
    }

    #[test]
    fn the_health_check_is_a_command_of_its_own() {
        assert_eq!(parsed("routergram healthcheck").unwrap(), Command::Healthcheck);
    }
}
