//! What becomes of what people write: how long it is kept, who else gets it, where the owner says more.

use std::time::Duration;

use url::Url;

use super::fold::Raw;
use super::read::Reader;

/// A hundred years: more is for ever, and that is written 0.
const MOST_DAYS: u32 = 36_500;

const DAY_SECS: u64 = 24 * 60 * 60;

/// What becomes of what people write.
#[derive(Debug, Clone)]
pub struct PrivacyConfig {
    /// For how many days it is kept; `None`: for ever.
    pub history_days: Option<u32>,
    /// Texts are sealed at rest.
    pub sealed: bool,
    /// The owner's policy.
    pub policy: Option<Url>,
    /// Who runs the models: OpenRouter, or the host of another server.
    pub processor: String,
}

impl PrivacyConfig {
    /// For how long what people write is kept.
    #[must_use]
    pub fn history(&self) -> Option<Duration> {
        self.history_days.map(|days| Duration::from_secs(u64::from(days) * DAY_SECS))
    }
}

pub(super) fn read(reader: &mut Reader<'_>, raw: &Raw, models: &Url) -> PrivacyConfig {
    const POLICY: &str = "PRIVACY_POLICY_URL";
    let policy = reader.address(POLICY, raw.privacy_policy_url.as_deref());
    if policy.as_ref().is_some_and(|url| url.scheme() != "https") {
        reader.refuse(POLICY, "an https:// address", "publish the policy under https, or remove it");
    }
    let days = reader.whole("HISTORY_DAYS", raw.history_days.as_deref(), 0..=MOST_DAYS);
    let host = models.host_str().unwrap_or_default();
    let processor = if host == "openrouter.ai" { "OpenRouter" } else { host };
    PrivacyConfig {
        history_days: days.filter(|days| *days > 0),
        sealed: raw.data_key.is_some(),
        policy,
        processor: processor.to_owned(),
    }
}
