//! Notices a variable that looks like a misspelt one of ours.
//!
//! `BOT_TOKE=…` would otherwise be reported as "`BOT_TOKEN` is not set" to somebody who sees it set. It only ever warns,
//! and it would rather miss a misspelling than accuse `PATH`: short names are left alone, and of two differences the
//! first letter must not be one (`GIT_TOKEN` is not `BOT_TOKEN`).

use super::vars;

/// Names shorter than this have too many innocent neighbours (`PATH`, `POST`).
const SHORTEST: usize = 5;
/// From this length on two differences are still a resemblance.
const LONG: usize = 8;

/// The warning that `name` deserves; `None` for a name that has nothing to do with ours, or is one of ours.
pub(super) fn warning(name: &str) -> Option<String> {
    if name.len() < SHORTEST || vars::recognised(name).is_some() {
        return None;
    }
    if let Some(var) = name.strip_suffix("_FILE").and_then(vars::recognised) {
        return Some(format!("{name} is ignored: only secrets are read from files, set {} itself", var.name));
    }
    let upper = name.to_ascii_uppercase();
    let meant = known_names()
        .filter(|known| known.len() >= SHORTEST)
        .map(|known| (strsim::osa_distance(&upper, &known), known))
        .filter(|(distance, known)| resembles(&upper, known, *distance))
        .min()?
        .1;
    if meant == upper {
        return Some(format!("{name} is ignored: names are written in capitals, {meant}"));
    }
    Some(format!("{name} is ignored: it looks like {meant}, misspelt"))
}

fn resembles(name: &str, known: &str, distance: usize) -> bool {
    match distance {
        0 | 1 => true,
        2 => known.len() >= LONG && name.as_bytes().first() == known.as_bytes().first(),
        _ => false,
    }
}

fn known_names() -> impl Iterator<Item = String> {
    vars::all()
        .flat_map(|var| var.names().flat_map(move |name| std::iter::once(name.to_owned()).chain(var.file_name(name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_noticed() {
        for (name, meant) in [
            ("BOT_TOKE", "BOT_TOKEN"),
            ("BOTTOKEN", "BOT_TOKEN"),
            ("BOT_TOKNE", "BOT_TOKEN"),
            ("OPENROUTER_APIKEY", "OPENROUTER_API_KEY"),
            ("OPENROUTER_API_KEYS", "OPENROUTER_API_KEY"),
            ("WEBHOOK_URI", "WEBHOOK_URL"),
            ("USE_WEBHOOKS", "USE_WEBHOOK"),
            ("BOT_TOKENFILE", "BOT_TOKEN_FILE"),
            ("MODELS", "MODEL"),
        ] {
            assert_eq!(warning(name).unwrap(), format!("{name} is ignored: it looks like {meant}, misspelt"));
        }
        assert!(warning("bot_token").unwrap().contains("capitals, BOT_TOKEN"));
        assert!(warning("SYSTEM_PROMPT_FILE").unwrap().contains("set SYSTEM_PROMPT itself"));
    }

    #[test]
    fn innocent_names_are_left_alone() {
        for name in [
            "PATH",
            "PORTS",
            "HOSTNAME",
            "HOSTTYPE",
            "POST",
            "HOME",
            "MODE",
            "SHELL",
            "LOGNAME",
            "TERM",
            "USER",
            "GIT_TOKEN",
            "NPM_TOKEN",
            "GH_TOKEN",
            "TELEGRAM_API_ID",
            "TELEGRAM_API_HASH",
            "OPENAI_API_KEY",
            "RAILWAY_PRIVATE_DOMAIN",
            "RAILWAY_VOLUME_NAME",
            "XDG_DATA_DIRS",
            "LC_ALL",
            "RUST_BACKTRACE",
            "NO_COLOR",
            "WEBHOOK_PORT",
            "LANGUAGE",
        ] {
            assert_eq!(warning(name), None, "{name}");
        }
    }

    #[test]
    fn our_own_names_are_not_misspelt() {
        for name in known_names() {
            assert_eq!(warning(&name), None, "{name}");
        }
    }
}
