//! `routergram config check|show|reference`.

use std::process::ExitCode;

use super::{BAD_CONFIGURATION, ConfigAction, print};
use crate::config::{self, Config, Sources};

/// Looks at the configuration of this environment. Exit status 78 when it cannot be used.
#[must_use]
pub fn look(action: ConfigAction) -> ExitCode {
    if action == ConfigAction::Reference {
        print(&config::reference());
        return ExitCode::SUCCESS;
    }
    let loaded = Config::load(&Sources::of_this_process());
    print(&match action {
        ConfigAction::Show => config::show(&loaded),
        ConfigAction::Check | ConfigAction::Reference => config::check(&loaded),
    });
    if loaded.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(BAD_CONFIGURATION) }
}
