//! Variables that are known by name and mean nothing yet.
//!
//! Somebody who sets one expects it to work. So each is warned about instead of being silently ignored, and none of
//! them is taken for a misspelling of another.

/// The names, aliases included.
const NOT_YET: &[&str] = &[
    DATABASE_URL,
    "DESK_GROUP_ID",
    "BOT_GROUP_ID",
    "DESK_EMOJI_ID",
    "BOT_EMOJI_ID",
    "DESK_MODE",
    "DESK_RESUME_MINUTES",
    "REDIS_HOST",
    "REDIS_PORT",
    "REDIS_DB",
    "REDIS_URL",
];

/// The one whose absence changes where data goes.
const DATABASE_URL: &str = "DATABASE_URL";

/// These are secrets, so they also come as `NAME_FILE`.
const SECRET: &[&str] = &[DATABASE_URL, "REDIS_URL"];

/// The warning that `name` deserves when it is set; `None` when it is not one of these.
pub(super) fn warning(name: &str) -> Option<String> {
    let variable = name.strip_suffix("_FILE").filter(|secret| SECRET.contains(secret)).unwrap_or(name);
    match variable {
        DATABASE_URL => Some(format!(
            "{name} is set, but this version has no shared store yet: the embedded store in DATA_DIR is used"
        )),
        _ if NOT_YET.contains(&variable) => Some(format!("{name} is not supported by this version yet and is ignored")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::vars;

    #[test]
    fn no_variable_is_both_working_and_not_yet() {
        for name in vars::all().flat_map(vars::Var::names) {
            assert_eq!(warning(name), None, "{name}");
        }
    }

    #[test]
    fn a_database_is_not_silently_replaced_by_the_embedded_store() {
        assert!(warning("DATABASE_URL").unwrap().contains("embedded store"));
        assert!(warning("DATABASE_URL_FILE").unwrap().contains("embedded store"));
    }

    #[test]
    fn only_secrets_come_as_files() {
        assert!(warning("REDIS_URL_FILE").unwrap().starts_with("REDIS_URL_FILE is not supported"));
        assert!(warning("DESK_MODE_FILE").is_none());
    }
}
