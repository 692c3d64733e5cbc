//! The commands: their words as types here, what each does in a file of its own.

use std::io::Write;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub mod backup;
pub mod configuration;
pub mod healthcheck;
pub mod run;
pub mod sandbox;

/// Exit status for a configuration that cannot be used (`EX_CONFIG` of sysexits.h).
const BAD_CONFIGURATION: u8 = 78;

/// Prints for a person or a script. Whoever closed the other end does not want to know.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// Complains.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// A language model behind a Telegram bot.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "routergram", version, about, max_term_width = 100)]
#[command(after_help = "Settings are environment variables, also read from .env: see `routergram config reference`.")]
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
    Run,
    /// Try the bot without Telegram, OpenRouter or any key: a chat in your browser
    Sandbox {
        /// How the bot gets its updates from the fake Telegram
        #[arg(long, value_enum, default_value_t = SandboxMode::Webhook)]
        mode: SandboxMode,
        /// Port of the page; 0 lets the system choose
        #[arg(long, value_name = "N", default_value_t = SANDBOX_PORT)]
        port: u16,
    },
    /// Look at the configuration
    Config {
        /// What to look at.
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Copy the conversations, the ledger and what is not answered yet, also while the bot runs
    #[command(after_help = "Example: routergram backup /backups/monday.db")]
    Backup {
        /// Where to; - for the standard output
        file: PathBuf,
    },
    /// Bring a backup back, while the bot is stopped; what was there is kept
    #[command(after_help = "Example: routergram restore /backups/monday.db")]
    Restore {
        /// The backup; - for the standard input
        file: PathBuf,
    },
    /// Ask the running bot whether it lives: exit status 0 or 1
    Healthcheck,
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
    Check,
    /// Show what is in force and where each value came from, without the secrets
    Show,
    /// Print all variables as a Markdown table
    Reference,
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
    fn the_health_check_is_a_command_of_its_own() {
        assert_eq!(parsed("routergram healthcheck").unwrap(), Command::Healthcheck);
    }
}
