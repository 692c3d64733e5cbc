//! The most that an answer may cost.
//!
//! What is read is estimated, and more than ordinary text has: ⌈bytes / 3⌉ + 4 tokens to a message, as everywhere in the
//! program. What is written is at most what the answer is capped at. With fallbacks, the dearest of them counts. A price
//! that the provider does not tell, as that of a router which chooses the model itself, counts as nothing.

use crate::openrouter::{Price, Terms};

/// Prices are for so many tokens.
const PER_TOKENS: u128 = 1_000_000;

/// The most that an answer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worst {
    /// Nothing, whoever serves it.
    Free,
    /// So many millionths of a dollar, as far as prices are known.
    AtMost(i64),
    /// Nobody knows.
    Unknown,
}

impl Worst {
    /// Of a question on these terms, at these prices: what a model's million tokens cost, read and written.
    #[must_use]
    pub fn of(terms: &Terms<'_>, price: impl Fn(&str) -> Option<(Price, Price)>) -> Self {
        let tokens = (terms.prompt_tokens, terms.max_tokens);
        let costs = terms.models.iter().map(|model| price(model).and_then(|price| cost(tokens, price)));
        let costs: Vec<Option<i64>> = costs.collect();
        let known = costs.iter().flatten().max().copied().unwrap_or(0);
        match known.saturating_add(terms.extra_micro_usd) {
            most @ 1.. => Self::AtMost(most),
            _ if !costs.is_empty() && costs.iter().all(Option::is_some) => Self::Free,
            _ => Self::Unknown,
        }
    }

    /// What is kept back for it, in millionths of a dollar.
    #[must_use]
    pub const fn reserved(self) -> i64 {
        match self {
            Self::AtMost(most) => most,
            Self::Free | Self::Unknown => 0,
        }
    }
}

/// In millionths of a dollar, rounded up; `None` when a price is not known.
fn cost(tokens: (u64, u64), price: (Price, Price)) -> Option<i64> {
    let (Price::MicroUsd(read), Price::MicroUsd(written)) = price else { return None };
    let of = |tokens: u64, price: i64| u128::from(tokens).saturating_mul(u128::from(price.max(0).unsigned_abs()));
    let sum = of(tokens.0, read).saturating_add(of(tokens.1, written));
    Some(i64::try_from(sum.div_ceil(PER_TOKENS)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: (Price, Price) = (Price::MicroUsd(150_000), Price::MicroUsd(600_000));

    fn price(model: &str) -> Option<(Price, Price)> {
        match model {
            "lab/cheap" => Some(CHEAP),
            "lab/dear" => Some((Price::MicroUsd(15_000_000), Price::MicroUsd(75_000_000))),
            "lab/free" => Some((Price::MicroUsd(0), Price::MicroUsd(0))),
            "router" => Some((Price::Varies, Price::Varies)),
            "half" => Some((Price::MicroUsd(1), Price::Varies)),
            "absurd" => Some((Price::MicroUsd(i64::MAX), Price::MicroUsd(i64::MAX))),
            _ => None,
        }
    }

    #[test]
    fn the_dearest_model_that_may_serve_counts() {
        let cases: &[(&[&str], Worst)] = &[
            // 1,000 × $0.15 and 2,000 × $0.60 for a million.
            (&["lab/cheap"], Worst::AtMost(150 + 1200)),
            (&["lab/cheap", "lab/dear", "lab/free"], Worst::AtMost(15_000 + 150_000)),
            (&["lab/cheap", "router", "gone"], Worst::AtMost(1350)),
            (&["lab/free"], Worst::Free),
            (&["lab/free", "router"], Worst::Unknown),
            (&["router"], Worst::Unknown),
            (&["half"], Worst::Unknown),
            (&["gone"], Worst::Unknown),
            (&[], Worst::Unknown),
            (&["absurd"], Worst::AtMost(i64::MAX)),
        ];
        for (models, worst) in cases {
            let max_tokens = if models.contains(&"absurd") { u64::MAX } else { 2000 };
            let terms = Terms { models: models.to_vec(), prompt_tokens: 1000, max_tokens, extra_micro_usd: 0 };
            assert_eq!(Worst::of(&terms, price), *worst, "{models:?}");
        }
    }

    #[test]
    fn searches_cost_even_where_the_model_is_free_or_its_price_is_not_known() {
        for (model, worst) in [("lab/free", 20_000), ("router", 20_000), ("lab/cheap", 21_350)] {
            let terms = Terms { models: vec![model], prompt_tokens: 1000, max_tokens: 2000, extra_micro_usd: 20_000 };
            assert_eq!(Worst::of(&terms, price), Worst::AtMost(worst), "{model}");
        }
    }

    #[test]
    fn a_fraction_of_a_millionth_is_a_millionth() {
        let terms = Terms { models: vec!["lab/cheap"], prompt_tokens: 1, max_tokens: 1, extra_micro_usd: 0 };
        assert_eq!(Worst::of(&terms, price), Worst::AtMost(1));
    }
}
