//! The load test that anybody can run: this program, as its own process, between the sandbox's Telegram and model.
//!
//! It is what `routergram bench` does. The subject is the program that runs it, unchanged, with its store on the disk; a
//! second subject that does the same errand can be put beside it, and what is printed is a ratio, since a number of one
//! machine says nothing on another. Nothing leaves the machine.
//!
//! The driver must not be what is measured: it has cores of its own where there are any, and says so when it used most
//! of them. The pieces of it serve the benchmarks and the fault program too.

mod answers;
mod burst;
mod cores;
mod faults;
mod machine;
mod people;
mod process;
mod report;
mod scaling;
mod scenario;
mod spans;
mod starts;
mod steady;
mod subject;
mod sustained;
mod table;
mod world;

use std::path::PathBuf;

pub use answers::Answers;
pub use cores::Cores;
pub use faults::Faults;
pub use machine::{Moment, Used, file_system, memory};
pub use people::{FIRST, Mode, settings, with_people};
pub use process::{DEADLINE, Process, free_port};
pub use report::{Report, Row, Section, Unit, Wish};
pub use scenario::Scenario;
pub use spans::Spans;
pub use subject::Subject;

use scenario::Size;
use world::Place;

/// What is to be measured, and how.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// In this order.
    pub scenarios: Vec<Scenario>,
    /// Each scenario in each of them.
    pub modes: Vec<Mode>,
    /// Another bot, to be put beside.
    pub against: Option<PathBuf>,
    /// A hundredth of everything: to see that it works.
    pub quick: bool,
    /// Who runs where.
    pub cores: Cores,
    /// Where the stores are made; they are removed afterwards.
    pub folder: PathBuf,
}

/// Measures, and tells of each scenario as soon as it is done.
pub async fn measure(wishes: &Wishes, told: impl Fn(&Report, Option<&Section>)) -> anyhow::Result<Report> {
    let ours = Subject::ours()?;
    let other = wishes.against.as_deref().map(Subject::baseline).transpose()?;
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        cores: wishes.cores.all,
        pinned: wishes.cores.program.is_some(),
        folder: wishes.folder.display().to_string(),
        file_system: file_system(&wishes.folder),
        sections: Vec::new(),
    };
    told(&report, None);
    let size = if wishes.quick { Size::QUICK } else { Size::FULL };
    for mode in &wishes.modes {
        let place = Place { folder: wishes.folder.clone(), cores: wishes.cores, mode: *mode };
        for scenario in &wishes.scenarios {
            let mut measured = Vec::new();
            for subject in [Some(&ours), other.as_ref()].into_iter().flatten() {
                measured.push(scenario.run(subject, &place, &size).await?);
            }
            let about = scenario.about(&size);
            let section = Section::of((mode.name(), scenario.name()), about, measured);
            told(&report, Some(&section));
            report.sections.push(section);
        }
    }
    Ok(report)
}
