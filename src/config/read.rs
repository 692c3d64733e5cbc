//! Reads single values, and writes down what is wrong with them instead of stopping.
//!
//! A value that cannot be read yields `None`; the caller puts a stand-in where the section needs something, and since
//! there is a problem by then, nobody ever sees the section.

use std::fmt::Display;
use std::ops::RangeInclusive;

use url::{Host, Url};

use super::fold::Settings;
use super::problem::Problem;
use super::{show, vars};
use crate::usd::{self, NoAmount};

/// Reads values and remembers what is wrong.
pub(super) struct Reader<'a> {
    pub(super) settings: &'a Settings,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings, problems: settings.problems.clone(), warnings: settings.warnings.clone() }
    }

    /// Writes down that the value of `name` is not acceptable.
    pub(super) fn refuse(&mut self, name: &'static str, expected: impl Into<String>, fix: impl Into<String>) {
        let problem = match (vars::named(name), self.settings.found.get(name)) {
            (Some(var), Some(found)) => Problem {
                variable: found.written_as.clone(),
                origin: Some(found.origin.to_string()),
                found: show::quoted(var, &found.value, self.settings),
                expected: expected.into(),
                fix: fix.into(),
            },
            // Only a default that collides with another variable gets here.
            (Some(var), None) if matches!(var.fallback, vars::Fallback::Value(_)) => Problem {
                variable: name.to_owned(),
                origin: Some("default".to_owned()),
                found: show::fallback(var),
                expected: expected.into(),
                fix: fix.into(),
            },
            _ => return self.missing(name, expected, fix),
        };
        self.problems.push(problem);
    }

    /// Writes down that `name` should have been set; not again when it is set to something unreadable.
    pub(super) fn missing(&mut self, name: &'static str, expected: impl Into<String>, fix: impl Into<String>) {
        if self.settings.broken.contains(name) {
            return;
        }
        self.problems.push(Problem {
            variable: name.to_owned(),
            origin: None,
            found: "not set".to_owned(),
            expected: expected.into(),
            fix: fix.into(),
        });
    }

    /// The name that the owner used for `name`.
    pub(super) fn written_as(&self, name: &'static str) -> &'a str {
        self.settings.found.get(name).map_or(name, |found| &found.written_as)
    }

    pub(super) fn truth(&mut self, name: &'static str, text: Option<&str>) -> Option<bool> {
        let text = text?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => {
                let fix = format!("set {name}=true or {name}=false");
                self.refuse(name, "true or false (also 1/0, yes/no, on/off)", fix);
                None
            }
        }
    }

    pub(super) fn whole<T>(&mut self, name: &'static str, text: Option<&str>, range: RangeInclusive<T>) -> Option<T>
    where
        T: std::str::FromStr + PartialOrd + Display,
    {
        let value = text?.parse().ok().filter(|value| range.contains(value));
        if value.is_none() {
            let default = vars::named(name).map(show::fallback).unwrap_or_default();
            self.refuse(
                name,
                format!("a whole number from {} to {}", range.start(), range.end()),
                format!("set {name} to such a number, or remove it: the default is {default}"),
            );
        }
        value
    }

    /// US dollars, as millionths.
    pub(super) fn dollars(&mut self, name: &'static str, text: Option<&str>) -> Option<i64> {
        let expected = match usd::read(text?) {
            Ok(amount) => return Some(amount),
            Err(NoAmount::NotANumber) => "an amount in US dollars in digits, with a point before the cents".to_owned(),
            Err(NoAmount::Negative) => "an amount in US dollars, not below 0".to_owned(),
            Err(NoAmount::TooFine) => "an amount in US dollars with at most six decimals".to_owned(),
            Err(NoAmount::TooLarge) => format!("an amount in US dollars, at most {}", usd::MOST),
        };
        let default = vars::named(name).map(show::fallback).unwrap_or_default();
        let fix = format!("set {name}=0.50, say, or 0 for no limit, or remove it: the default is {default}");
        self.refuse(name, expected, fix);
        None
    }

    /// An http or https address. A missing scheme means https.
    pub(super) fn address(&mut self, name: &'static str, text: Option<&str>) -> Option<Url> {
        let text = text?;
        // What has an @ is an e-mail address rather than a host.
        let complete = if text.contains("://") || text.contains('@') {
            text.to_owned()
        } else {
            // Names that ask for a domain get one; elsewhere it is worth a word.
            if !self.written_as(name).ends_with("DOMAIN") {
                self.warnings.push(format!("{} has no scheme; https:// is assumed", self.written_as(name)));
            }
            format!("https://{text}")
        };
        match Url::parse(&complete) {
            Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                url.set_fragment(None);
                Some(url)
            }
            _ => {
                let example = vars::named(name).map_or("", |var| var.example);
                self.refuse(name, "an https:// address", format!("write it like {name}={example}"));
                None
            }
        }
    }
}

/// The items of a comma-separated list; blanks around them and empty ones do not count.
pub(super) fn items(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// Whether an address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether an address can only be reached from nearby: this machine, a private network, a container's neighbour.
pub(super) fn is_nearby(url: &Url) -> bool {
    is_loopback(url)
        || match url.host() {
            // One label is a container's or a machine's name; the two endings are reserved for private networks.
            Some(Host::Domain(name)) => {
                name.rsplit_once('.').is_none_or(|(_, end)| matches!(end, "internal" | "local"))
            }
            Some(Host::Ipv4(ip)) => ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
            Some(Host::Ipv6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
            None => true,
        }
}
