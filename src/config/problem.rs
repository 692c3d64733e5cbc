//! What is wrong with the configuration, all of it at once, each with its fix.
//!
//! A start that names one problem, then the next one after a redeploy, then the next, wastes an owner's evening.
//! Nothing secret is in a problem: whoever makes one describes a secret by its length.

use std::fmt;

use super::show::Dump;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable, by the name that its owner used.
    pub variable: String,
    /// Where the value came from ("`.env`"); `None` when there is no value.
    pub origin: Option<String>,
    /// What was found, as the end of a sentence: "not set", "`\"eighty\"`".
    pub found: String,
    /// What would be accepted.
    pub expected: String,
    /// What to do.
    pub fix: String,
}

/// Everything that keeps the program from starting. Exit status 78.
#[derive(Debug, Clone)]
pub struct ConfigProblems {
    /// At least one, in the order of the reference.
    pub problems: Vec<Problem>,
    /// Suspicious settings: one of them may explain a problem.
    pub warnings: Vec<String>,
    /// What `config show` prints all the same: it is most needed now.
    pub dump: Dump,
}

impl std::error::Error for ConfigProblems {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.variable, self.found)?;
        if let Some(origin) = &self.origin {
            write!(f, " (from {origin})")?;
        }
        write!(f, "\n   expected: {}\n   fix: {}", self.expected, self.fix)
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("The configuration has a problem:\n")?,
            several => writeln!(f, "The configuration has {several} problems:")?,
        }
        for (number, problem) in (1..).zip(&self.problems) {
            write!(f, "\n{number}. {problem}\n")?;
        }
        write_warnings(f, &self.warnings)
    }
}

/// The warnings as a list below whatever stands before; nothing when there are none.
pub(super) fn write_warnings(f: &mut impl fmt::Write, warnings: &[String]) -> fmt::Result {
    if !warnings.is_empty() {
        f.write_str("\nWarnings:\n")?;
    }
    warnings.iter().try_for_each(|warning| writeln!(f, "- {warning}"))
}
