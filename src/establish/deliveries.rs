//! What Telegram's `getWebhookInfo` says about its deliveries, look by look: when is it news?
//!
//! A failure is news once, until deliveries work again. A queue is news when it grew three looks in a row and is longer
//! than what was taken since the last look: a busy bot always has some updates on their way, and that is no queue.

use crate::metrics;
use crate::telegram::methods::WebhookInfo;

/// So many looks in a row have to see more waiting than the look before. By chance that happens to a queue that only
/// wavers once in 24 looks, and such a queue is shorter than a minute's work.
const LOOKS: u32 = 3;

/// What an owner may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// Deliveries fail, in Telegram's words.
    Failing(String),
    /// More wait with each look.
    PilingUp,
    /// What was told is over.
    Recovered,
}

/// What is known from the looks before.
#[derive(Debug)]
pub(super) struct Deliveries {
    failed_at: Option<i64>,
    pending: u64,
    grown: u32,
    /// The failure that was told and is not over.
    failure: Option<String>,
    /// A queue was told and is not over.
    queue: bool,
}

impl Deliveries {
    /// From what was there at the start: an old failure is no news.
    pub(super) fn since(start: &WebhookInfo) -> Self {
        Self {
            failed_at: start.last_error_date,
            pending: start.pending_update_count,
            grown: 0,
            failure: None,
            queue: false,
        }
    }

    /// One more look. `taken` is how many updates this process has taken since the last one.
    pub(super) fn look(&mut self, info: &WebhookInfo, taken: u64) -> Vec<News> {
        let pending = info.pending_update_count;
        metrics::webhook_pending(pending);
        let fails = info.last_error_date > self.failed_at;
        self.failed_at = info.last_error_date.max(self.failed_at);
        self.grown = if pending > self.pending { self.grown + 1 } else { 0 };
        self.pending = pending;
        let mut news = Vec::new();
        if fails {
            metrics::webhook_failed();
            let reason = info.last_error_message.clone().unwrap_or_default();
            if self.failure.as_ref() != Some(&reason) {
                self.failure = Some(reason.clone());
                news.push(News::Failing(reason));
            }
        }
        if self.grown >= LOOKS && pending > taken && !std::mem::replace(&mut self.queue, true) {
            news.push(News::PilingUp);
        }
        if !fails && pending <= taken && (self.failure.is_some() || self.queue) {
            (self.failure, self.queue) = (None, false);
            news.push(News::Recovered);
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    fn info(pending: u64, failure: Option<(i64, &str)>) -> WebhookInfo {
        WebhookInfo {
            pending_update_count: pending,
            last_error_date: failure.map(|(at, _)| at),
            last_error_message: failure.map(|(_, why)| why.to_owned()),
            ..WebhookInfo::default()
        }
    }

    fn failing(why: &str) -> Vec<News> {
        vec![News::Failing(why.to_owned())]
    }

    #[test]
    fn an_old_failure_is_no_news_and_a_new_one_is_news_once_until_it_is_over() {
        let mut deliveries = Deliveries::since(&info(0, Some((5, "refused"))));
        assert_eq!(deliveries.look(&info(0, Some((5, "refused"))), 0), []);
        assert_eq!(deliveries.look(&info(2, Some((6, "refused"))), 0), failing("refused"));
        assert_eq!(deliveries.look(&info(2, Some((7, "refused"))), 0), []);
        assert_eq!(deliveries.look(&info(2, Some((8, "502"))), 0), failing("502"), "another cause");
        assert_eq!(deliveries.look(&info(2, Some((8, "502"))), 0), [], "still waiting for another attempt");
        assert_eq!(deliveries.look(&info(0, Some((8, "502"))), 2), [News::Recovered]);
        assert_eq!(deliveries.look(&info(1, Some((9, "502"))), 0), failing("502"));
    }

    #[test]
    fn a_queue_is_news_once_when_it_grew_three_times() {
        let mut deliveries = Deliveries::since(&info(4, None));
        for (pending, expected) in
            [(5, vec![]), (6, vec![]), (7, vec![News::PilingUp]), (8, vec![]), (7, vec![]), (9, vec![])]
        {
            assert_eq!(deliveries.look(&info(pending, None), 3), expected, "{pending}");
        }
        assert_eq!(deliveries.look(&info(2, None), 3), [News::Recovered]);
        assert_eq!(deliveries.look(&info(2, None), 3), []);
    }

    #[test]
    fn each_look_publishes_the_queue_and_each_failure_counts() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let numbers = recorder.handle();
        ::metrics::with_local_recorder(&recorder, || {
            let mut deliveries = Deliveries::since(&info(0, Some((5, "refused"))));
            for at in [5, 6, 6, 7] {
                deliveries.look(&info(12, Some((at, "refused"))), 0);
            }
        });
        let published = numbers.render();
        for line in ["routergram_webhook_pending_updates 12\n", "routergram_webhook_failures_total 2\n"] {
            assert!(published.contains(line), "{published}");
        }
    }

    #[test]
    fn what_a_busy_bot_takes_within_a_minute_is_no_queue() {
        let mut deliveries = Deliveries::since(&info(0, None));
        for pending in 1..50 {
            assert_eq!(deliveries.look(&info(pending, None), 30_000), [], "{pending}");
        }
    }

    #[test]
    fn a_queue_that_stands_still_is_no_news() {
        let mut deliveries = Deliveries::since(&info(0, None));
        for pending in [1, 2, 2, 3, 4, 4, 5] {
            assert_eq!(deliveries.look(&info(pending, None), 0), [], "{pending}");
        }
    }
}
