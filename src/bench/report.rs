//! What was measured, for a reader and for a program that reads.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::cores::Cores;
use super::faults::Faults;
use super::machine::Used;
use super::spans::Spans;

/// In what a figure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// A share of a thing.
    Each,
    /// Things a second.
    PerSecond,
    /// Millionths of a second.
    Micros,
    /// Thousandths of a second.
    Millis,
    /// Millions of bytes.
    Megabytes,
    /// Parts of a hundred.
    Percent,
}

impl Unit {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Each => "each",
            Self::PerSecond => "/s",
            Self::Micros => "µs",
            Self::Millis => "ms",
            Self::Megabytes => "MB",
            Self::Percent => "%",
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What is wished of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// At least so many times the baseline's.
    RatioAtLeast(f64),
    /// At most so many times the baseline's. For the processor's time 1.5: what the baseline does not do is worth half of it.
    RatioAtMost(f64),
}

/// One number of one subject.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    name: String,
    label: String,
    unit: Unit,
    value: Option<f64>,
    wish: Option<Wish>,
}

impl Figure {
    /// A figure; `None` where nobody can know it.
    pub(super) fn of(name: &str, label: &str, unit: Unit, value: Option<f64>) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), unit, value, wish: None }
    }

    /// With what is wished of it.
    pub(super) fn wish(self, wish: Wish) -> Self {
        Self { wish: Some(wish), ..self }
    }

    /// With the label of what it is one of: of those, nothing is wished.
    pub(super) fn under(self, label: &str) -> Self {
        Self { name: format!("{}, {label}", self.name), label: format!("{label}: {}", self.label), wish: None, ..self }
    }

    /// Has it one of these names?
    pub(super) fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&&*self.name)
    }

    /// The median, the slowest of a hundred, and the slowest of all, where there were any.
    pub(super) fn quantiles(name: &str, label: &str, spans: &Spans, p99: Option<f64>) -> Vec<Self> {
        [("p50", 0.5), ("p99", 0.99), ("max", 1.0)]
            .into_iter()
            .filter_map(|(which, quantile)| {
                let millis = spans.millis(quantile)?;
                let figure =
                    Self::of(&format!("{name}_{which}"), &format!("{label}, {which}"), Unit::Millis, Some(millis));
                Some(Self { wish: p99.filter(|_| which == "p99").map(Wish::AtMost), ..figure })
            })
            .collect()
    }

    /// What is wrong with the answers.
    pub(super) fn faults(faults: &Faults) -> Vec<Self> {
        let counted = [("lost", faults.lost), ("doubled", faults.doubled), ("out of order", faults.out_of_order)];
        let figure = |(label, count): (&str, usize)| {
            let count = u32::try_from(count).map_or(f64::INFINITY, f64::from);
            Self::of(&label.replace(' ', "_"), label, Unit::Count, Some(count)).wish(Wish::AtMost(0.0))
        };
        counted.into_iter().map(figure).collect()
    }

    /// How much of its cores the driver used, and how much of all cores whoever else runs here.
    pub(super) fn shares(used: &Used, cores: Cores) -> [Self; 2] {
        let of = |part: Duration, whole: Duration| 100.0 * part.as_secs_f64() / whole.as_secs_f64().max(0.001);
        let theirs = u32::try_from(cores.of_driver()).map_or(used.wall, |cores| used.wall * cores);
        let driver = used.driver.map(|driver| of(driver, theirs));
        let others = (|| {
            let all = used.all?;
            Some(of(all.saturating_sub(used.program? + used.driver?), all + used.idle?))
        })();
        [
            Self::of(DRIVER, "the driver's use of its cores", Unit::Percent, driver),
            Self::of(OTHERS, "other programs' use of all cores", Unit::Percent, others),
        ]
    }
}

/// The figure by which one sees whether the driver was the bottleneck.
const DRIVER: &str = "driver_share";
/// The figure by which one sees whether the machine was quiet.
const OTHERS: &str = "others_share";
/// Above this share of the machine, the numbers are those of a busy one.
const OTHERS_BUSY: f64 = 10.0;
/// Above this share of its cores, some of what is measured is the wait for the driver.
const DRIVER_BUSY: f64 = 85.0;

/// One number of both.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// For programs.
    pub name: String,
    /// For readers.
    #[serde(skip)]
    pub label: String,
    /// In what it is told.
    pub unit: Unit,
    /// Ours.
    pub us: Option<f64>,
    /// The other bot's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Ours, divided by the other bot's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// What is wished of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wished: Option<Wish>,
    /// Is ours as wished? Unknown without a number to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
}

impl Row {
    fn of(ours: Figure, other: Option<&Figure>) -> Self {
        let (us, baseline) = (ours.value, other.and_then(|figure| figure.value));
        let ratio = us.zip(baseline).filter(|(_, baseline)| *baseline > 0.0).map(|(us, baseline)| us / baseline);
        let met = |wish| match wish {
            Wish::AtMost(most) => us.map(|us| us <= most),
            Wish::AtLeast(least) => us.map(|us| us >= least),
            Wish::RatioAtLeast(least) => ratio.map(|ratio| ratio >= least),
            Wish::RatioAtMost(most) => ratio.map(|ratio| ratio <= most),
        };
        let met = ours.wish.and_then(met);
        Self { name: ours.name, label: ours.label, unit: ours.unit, us, baseline, ratio, wished: ours.wish, met }
    }
}

/// What one scenario came to.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// How updates arrived.
    pub mode: &'static str,
    /// Its name.
    pub scenario: &'static str,
    /// What happened in it.
    pub about: String,
    /// Its numbers.
    pub rows: Vec<Row>,
    /// What takes from their worth.
    pub warnings: Vec<String>,
}

impl Section {
    /// Puts ours, which come first, and the baseline's beside each other.
    pub(super) fn of(
        (mode, scenario): (&'static str, &'static str),
        about: String,
        measured: Vec<Vec<Figure>>,
    ) -> Self {
        let mut measured = measured.into_iter();
        let (ours, baseline) = (measured.next().unwrap_or_default(), measured.next());
        let mut warnings = Vec::new();
        for (who, figures) in [("this program", Some(&ours)), ("the baseline", baseline.as_ref())] {
            let share = |name: &str| figures.into_iter().flatten().find(|figure| figure.name == name)?.value;
            if let Some(share) = share(DRIVER).filter(|share| *share > DRIVER_BUSY) {
                let bottleneck = "it may have been the bottleneck";
                warnings.push(format!("the driver used {share:.0} % of its cores against {who}: {bottleneck}"));
            }
            if let Some(share) = share(OTHERS).filter(|share| *share > OTHERS_BUSY) {
                let again = "measure again when it is quiet";
                warnings.push(format!("others used {share:.0} % of the machine beside {who}: {again}"));
            }
        }
        let other =
            |name: &str| baseline.as_ref().and_then(|figures| figures.iter().find(|figure| figure.name == name));
        let rows = ours.into_iter().map(|figure| {
            let beside = other(&figure.name);
            Row::of(figure, beside)
        });
        Self { mode, scenario, about, rows: rows.collect(), warnings }
    }
}

/// Everything that was measured, and where.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Of this program.
    pub version: &'static str,
    /// How many cores there were.
    pub cores: usize,
    /// Had the program one of them to itself?
    pub pinned: bool,
    /// Where the store was.
    pub folder: String,
    /// What keeps it.
    pub file_system: Option<String>,
    /// The numbers.
    pub sections: Vec<Section>,
}

impl Report {
    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        // Nothing in it can fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
