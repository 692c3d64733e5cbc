//! The table, a block for each scenario, printed as the numbers come.

use std::fmt::Write as _;

use super::report::{Report, Row, Section, Unit, Wish};

impl Report {
    /// Above everything: how it ran, without which no number can be read.
    #[must_use]
    pub fn head(&self, compared: bool) -> String {
        let file_system = self.file_system.as_deref().unwrap_or("an unknown file system");
        let cores = match (self.pinned, self.cores) {
            (true, 2) => "the program has one core, the driver the other".to_owned(),
            (true, cores) => format!("the program has one core, the driver the other {}", cores - 1),
            (false, 1) => "the program and the driver share one core".to_owned(),
            (false, cores) => format!("the program and the driver share {cores} cores"),
        };
        let memory = if matches!(file_system, "tmpfs" | "ramfs") {
            "\nThat is memory: a sync costs nothing there. --data-dir names a folder on a disk."
        } else {
            ""
        };
        let baseline = if compared { "baseline" } else { "" };
        format!(
            "routergram {}: {cores}; its store is on {file_system}, in {}{memory}\n\n{}",
            self.version,
            self.folder,
            line("", ("routergram", baseline, if compared { "ratio" } else { "" }), "wished")
        )
    }
}

impl Section {
    /// Its block.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("\n{}, {}: {}\n", self.scenario, self.mode, self.about);
        for row in &self.rows {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", row.text());
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "  ! {warning}");
        }
        text
    }
}

impl Row {
    fn text(&self) -> String {
        let number = |value: Option<f64>| value.map_or("?".to_owned(), |value| shown(value, self.unit));
        let baseline = self.baseline.map_or(String::new(), |value| shown(value, self.unit));
        let ratio = self.ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let wished = match self.wished {
            None => String::new(),
            Some(Wish::AtMost(0.0)) => "none".to_owned(),
            Some(Wish::AtMost(most)) => format!("≤ {}", shown(most, self.unit)),
            Some(Wish::AtLeast(least)) => format!("≥ {}", shown(least, self.unit)),
            Some(Wish::RatioAtLeast(least)) => format!("ratio ≥ {least}"),
            Some(Wish::RatioAtMost(most)) => format!("ratio ≤ {most}"),
        };
        let verdict = match self.met {
            Some(false) => format!("{wished}  missed"),
            _ => wished,
        };
        line(&format!("  {}", self.label), (&number(self.us), &baseline, &ratio), &verdict)
    }
}

fn line(label: &str, (us, baseline, ratio): (&str, &str, &str), wished: &str) -> String {
    format!("{label:<46} {us:>12} {baseline:>12} {ratio:>7}   {wished}").trim_end().to_owned()
}

/// With as many digits as a reader can use.
fn shown(value: f64, unit: Unit) -> String {
    let digits = match unit {
        Unit::Count | Unit::PerSecond | Unit::Micros | Unit::Percent => 0,
        Unit::Each => 3,
        Unit::Millis if value < 10.0 => 2,
        Unit::Millis if value >= 1000.0 => 0,
        Unit::Millis | Unit::Megabytes => 1,
    };
    format!("{value:.digits$} {}", unit.name()).trim_end().to_owned()
}
