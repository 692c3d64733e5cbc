//! What a scrape gets.

use std::fmt::Write as _;

use metrics_exporter_prometheus::PrometheusHandle;

use super::process;
use super::table::Metric;
use super::{METRICS, PROCESS, SPENT};

/// The counter that is not the recorder's.
pub(super) const DOLLARS: &str = "routergram_cost_usd_total";

/// Everything that was counted so far. Clones show the same.
#[derive(Clone)]
pub struct Published {
    recorded: PrometheusHandle,
}

impl Published {
    pub(super) const fn new(recorded: PrometheusHandle) -> Self {
        Self { recorded }
    }

    /// The page, in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        let mut page = self.recorded.render();
        METRICS.iter().filter(|metric| metric.name == DOLLARS).for_each(|metric| {
            head(metric, &mut page);
            SPENT.render(metric.name, &mut page);
        });
        for metric in PROCESS {
            if let Some(value) = process::value(metric.name) {
                head(metric, &mut page);
                // Writing to a String cannot fail, here and below.
                let _ = writeln!(page, "{} {value}", metric.name);
            }
        }
        page
    }

    /// Folds the samples of the histograms, which would otherwise pile up until somebody asks for the page.
    pub fn run_upkeep(&self) {
        self.recorded.run_upkeep();
    }
}

fn head(metric: &Metric, page: &mut String) {
    let Metric { name, kind, help, .. } = metric;
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {}", kind.name());
}
