//! `routergram key new|rotate`: the key that seals what people and models write.

use std::process::ExitCode;

use super::{KeyAction, complain, print};
use crate::clock::Clock;
use crate::config::{self, DataKey, Sources};
use crate::storage::Storage;

/// Does it. Exit status 0, or 1 with a sentence that says why not.
#[must_use]
pub fn key(action: KeyAction) -> ExitCode {
    let done = match action {
        KeyAction::New => DataKey::make(),
        KeyAction::Rotate => rotate(),
    };
    match done {
        Ok(said) => {
            print(&said);
            ExitCode::SUCCESS
        }
        Err(why) => {
            complain(&why);
            ExitCode::FAILURE
        }
    }
}

fn rotate() -> Result<String, String> {
    let sources = Sources::of_this_process();
    let (Some(old), Some(new)) = config::data_keys(&sources)? else {
        return Err(
            "set DATA_KEY to the key in force, and DATA_KEY_NEW to another one: routergram key new makes it".to_owned()
        );
    };
    let folder = config::data_dir(&sources);
    let changed = Storage::rotate(&folder, (&old, &new), Clock::system().now()).map_err(|error| error.to_string())?;
    let now = "set DATA_KEY to it, remove DATA_KEY_NEW, and start the bot";
    Ok(if changed {
        format!("Everything is sealed with the new key: {now}")
    } else {
        format!("The new key is in force already: {now}")
    })
}
