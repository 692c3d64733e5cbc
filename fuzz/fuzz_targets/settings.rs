//! Whatever is in the environment, the settings are read or refused in words, and the words hold no secret.
#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use routergram::config::{self, Config, Sources};

/// Visibly no secret, and easy to find.
const CANARY: &str = "c4n4ry-0123456789";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Which variable, by its place in the reference, and what it is set to.
    known: Vec<(u8, &'a str)>,
    others: Vec<(&'a str, &'a str)>,
    /// Which of the secrets hold the canary.
    secrets: u8,
}

/// Every variable of the reference.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let example = config::env_example();
    let names = example.lines().filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='));
    let names = names.filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
    names.map(|(name, _)| name.to_owned()).collect()
});

const SECRETS: [&str; 5] = ["BOT_TOKEN", "OPENROUTER_API_KEY", "WEBHOOK_SECRET", "METRICS_TOKEN", "ADMIN_TOKEN"];

fuzz_target!(|input: Input<'_>| {
    let known = input.known.iter().map(|(at, value)| (NAMES[usize::from(*at) % NAMES.len()].as_str(), *value));
    let mut all: Vec<(&str, String)> =
        known.chain(input.others.iter().copied()).map(|(name, value)| (name, value.to_owned())).collect();
    // Whoever writes a secret into another variable shows it; and a file would be read.
    all.retain(|(name, value)| !value.contains(CANARY) && !name.ends_with("_FILE"));
    for (bit, name) in SECRETS.into_iter().enumerate() {
        if input.secrets & (1 << bit) != 0 {
            all.retain(|(other, _)| *other != name);
            let value = if name == "BOT_TOKEN" { format!("123456:{CANARY}") } else { CANARY.to_owned() };
            all.push((name, value));
        }
    }
    let outcome = Config::load(&Sources::given(all, None));
    let said = format!("{} {} {outcome:?}", config::check(&outcome), config::show(&outcome));
    assert!(!said.contains(CANARY), "{said}");
});
