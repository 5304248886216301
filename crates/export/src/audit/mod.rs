//! An audit of outputs: what somebody concludes of withheld counts who has nothing but the files.
//!
//! 1. `read` takes in the counts of each output by what they are of, so that a count which stands in two
//!    outputs is one, and what rates and bounds beside them say.
//! 2. `prior_help`, `journeys` and `auditor` claim how counts hang together, by the names of columns
//!    and what stands in them; `claims` looks which of that the shown numbers bear out.
//! 3. [`ReaderKnowledge`](disparity_disclosure::ReaderKnowledge) finds what follows: of each output alone,
//!    then of all together.
//!
//! The relations are stated here a second time on purpose: an audit that shared them with the protection
//! would forget what that forgets. Only those of published indicators, which are data, are given.

mod auditor;
mod claims;
mod estimates;
mod journeys;
mod printed;
mod prior_help;
mod read;
mod report;

use std::collections::BTreeSet;
use std::path::Path;

use disparity_core::{Catalogue, IndicatorRelations};

use auditor::Auditor;
use printed::{Key, Names, Output};
pub use read::AuditError;
pub use report::{AUDIT_HEADER, AuditReport, AuditedPart, ExposedCount, Exposure, audit_row};

/// The rule that outputs were made by, as far as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditedRule {
    /// Counts from 1 to this are withheld.
    pub withhold_to: u32,
    /// Shown counts are rounded to a multiple of this.
    pub round_to: u32,
}

/// Outputs to audit.
#[derive(Debug, Clone, Default)]
pub struct AuditedOutputs {
    names: Names,
    outputs: Vec<Output>,
}

impl AuditedOutputs {
    /// Reads a file, or every CSV and Parquet of ours in a folder, as one output.
    ///
    /// # Errors
    /// [`AuditError`] naming the file.
    pub fn read(&mut self, path: &Path, catalogue: &Catalogue) -> Result<(), AuditError> {
        let output = read::read(path, &mut self.names, catalogue)?;
        self.outputs.push(output);
        Ok(())
    }

    /// What somebody can work out who has these outputs: of each alone, and of all together.
    #[must_use]
    pub fn audit(
        &self,
        rule: AuditedRule,
        catalogue: &Catalogue,
        relations: &IndicatorRelations,
    ) -> AuditReport {
        let mut report = AuditReport::default();
        let auditor = Auditor {
            names: &self.names,
            catalogue,
            relations,
            rule,
        };
        let mut known: BTreeSet<(Vec<Key>, Vec<Key>)> = BTreeSet::new();
        let several = (self.outputs.len() > 1).then(|| together(&self.outputs));
        for output in self.outputs.iter().chain(&several) {
            let names = match &several {
                Some(all) if std::ptr::eq(all, output) => {
                    self.outputs.iter().map(|own| own.name.clone()).collect()
                }
                _ => vec![output.name.clone()],
            };
            let (part, exposed) = auditor.part(output, names);
            for (of, exposed) in exposed {
                if known.insert(of) {
                    report.exposed.push(exposed);
                }
            }
            report.parts.push(part);
        }
        report
    }
}

/// All outputs as one.
fn together(outputs: &[Output]) -> Output {
    let mut all = Output::default();
    for output in outputs {
        for (key, told) in &output.counts {
            all.tell(*key, *told);
        }
        all.kinds.extend(&output.kinds);
        all.synthetic |= output.synthetic;
    }
    all
}

#[cfg(test)]
mod tests;
