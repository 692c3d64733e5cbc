//! The account behind the key: what it may spend, what it has spent, and what is wrong with it.

use serde_json::{Value, json};

use super::FakeModel;
use super::behaviour::Fault;

/// The account, as `/key` tells it.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// US dollars; `None` for a key without a limit.
    limit_usd: Option<f64>,
    /// Spent before the sandbox began, in US dollars.
    spent_before_usd: f64,
    /// It has never bought credit.
    free_tier: bool,
    /// Its key administrates keys, and asks no model.
    management: bool,
    /// How `/key` is answered instead.
    pub(super) fault: Option<Fault>,
}

impl Default for Account {
    fn default() -> Self {
        Self { limit_usd: Some(100.0), spent_before_usd: 0.0, free_tier: false, management: false, fault: None }
    }
}

impl Account {
    /// The key's record, when this much (in thousand-millionths of a dollar) was spent here.
    #[expect(clippy::cast_precision_loss, reason = "a sandbox does not spend nine million dollars")]
    pub(super) fn told(&self, spent_nano_usd: u64) -> Value {
        let usage = self.spent_before_usd + spent_nano_usd as f64 / 1e9;
        json!({"label": "sk-or-v1-sandbox", "limit": self.limit_usd,
            "limit_remaining": self.limit_usd.map(|limit| limit - usage), "usage": usage,
            "is_free_tier": self.free_tier, "is_management_key": self.management})
    }
}

impl FakeModel {
    /// The key may spend this many US dollars, or as many as there are.
    pub fn key_may_spend(&self, limit_usd: Option<f64>) {
        self.shared.behaviour().account.limit_usd = limit_usd;
    }

    /// The key had spent this many US dollars before.
    pub fn key_has_spent(&self, usd: f64) {
        self.shared.behaviour().account.spent_before_usd = usd;
    }

    /// Whether the account has never bought credit.
    pub fn is_free_tier(&self, free_tier: bool) {
        self.shared.behaviour().account.free_tier = free_tier;
    }

    /// Whether the key administrates keys instead of asking models.
    pub fn key_is_for_management(&self, management: bool) {
        self.shared.behaviour().account.management = management;
    }

    /// `/key` meets this fault (a status alone) until `None`.
    pub fn fails_at_the_key(&self, fault: Option<Fault>) {
        self.shared.behaviour().account.fault = fault;
    }
}
