//! The one table at the end, and the verdict of each of its rows.

use std::process::ExitCode;

use routergram::bench::Faults;

/// One row: what was done, how often, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The scenario, and how it was played.
    pub(crate) name: String,
    /// Kills, restarts, storms: how often it was tried.
    pub(crate) rounds: usize,
    /// Updates that Telegram was told to forget.
    pub(crate) acknowledged: usize,
    /// What people miss, or see too much of.
    pub(crate) faults: Faults,
    /// Questions that the model was asked again although their answer was stored.
    pub(crate) asked_twice: usize,
    /// Further numbers, in words.
    pub(crate) notes: Vec<String>,
    /// Why it is red; green without.
    pub(crate) reasons: Vec<String>,
}

impl Row {
    pub(crate) fn of(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Makes it red, unless this holds.
    pub(crate) fn must(&mut self, holds: bool, otherwise: impl Into<String>) {
        if !holds {
            self.reasons.push(otherwise.into());
        }
    }

    /// What is true of every scenario: nothing lost, nothing out of order, nothing asked for twice.
    pub(crate) fn judge_promises(&mut self) {
        let Faults { lost, out_of_order, .. } = self.faults;
        self.must(lost == 0, format!("{lost} questions have no answer"));
        self.must(out_of_order == 0, format!("{out_of_order} answers are out of order"));
        let again = self.asked_twice;
        self.must(again == 0, format!("the model was asked {again} times for an answer that was stored"));
    }

    /// A number that explains others.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

/// All rows so far.
#[derive(Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    /// Adds a row, and says so, since the next one takes a while.
    pub(crate) fn add(&mut self, row: Row) {
        eprintln!("{}", shown(&row));
        self.0.push(row);
    }

    /// A scenario that came to no end of its own.
    pub(crate) fn broke(&mut self, name: &str, error: &anyhow::Error) {
        self.add(Row { reasons: vec![format!("it broke off: {error:#}")], ..Row::of(name) });
    }

    /// The table, below it what explains it, and whether all is well.
    pub(crate) fn print(&self) -> ExitCode {
        let widest = self.0.iter().map(|row| row.name.len()).max().unwrap_or_default();
        println!(
            "\n{:<widest$}  rounds  acknowledged  lost  duplicate  out of order  orphans  asked twice  verdict",
            "scenario"
        );
        for row in &self.0 {
            let Faults { lost, doubled, out_of_order, orphans } = row.faults;
            let verdict = if row.reasons.is_empty() { "ok" } else { "RED" };
            println!(
                "{:<widest$}  {:>6}  {:>12}  {lost:>4}  {doubled:>9}  {out_of_order:>12}  {orphans:>7}  {:>11}  {verdict}",
                row.name, row.rounds, row.acknowledged, row.asked_twice
            );
        }
        println!();
        self.0
            .iter()
            .filter(|row| !row.notes.is_empty())
            .for_each(|row| println!("{}: {}", row.name, row.notes.join("; ")));
        let red = self.0.iter().filter(|row| !row.reasons.is_empty());
        red.clone().for_each(|row| println!("RED {}: {}", row.name, row.reasons.join("; ")));
        if red.count() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn shown(row: &Row) -> String {
    let Row { name, rounds, acknowledged, faults, asked_twice, .. } = row;
    let reasons = if row.reasons.is_empty() { "ok".to_owned() } else { format!("RED: {}", row.reasons.join("; ")) };
    let notes = row.notes.join("; ");
    format!(
        "{name}: {rounds} rounds, {acknowledged} acknowledged, {}, {asked_twice} asked twice; {notes}; {reasons}",
        faults.shown()
    )
}
