//! What was asked, of what, with what, and what came out: enough for someone else to get the same
//! bytes. No clock, no user, no path outside the output folder.

use std::collections::BTreeMap;
use std::path::Path;

use disparity_core::{Catalogue, Plan, Release};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Written;
use crate::write::WriteError;

/// The plan with names instead of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanRecord {
    /// Indicators computed.
    pub indicators: Vec<String>,
    /// Indicators compared.
    pub compared: Vec<String>,
    /// Authorities written; empty for all.
    pub authorities: Vec<String>,
    /// Areas that those are compared with, beside the usual ones.
    pub against: Vec<String>,
    /// Periods written; empty for all.
    pub periods: Vec<String>,
    /// Year of the list of statistical neighbours.
    pub neighbours: u16,
    /// Broad group in which Chinese children are counted.
    pub chinese_group: &'static str,
    /// Whether tiny areas are ranked.
    pub include_tiny: bool,
    /// Group that ethnic groups are compared with.
    pub reference_group: String,
}

impl PlanRecord {
    /// The plan in words.
    #[must_use]
    pub fn of(plan: &Plan, catalogue: &Catalogue) -> Self {
        let names = |ids: &[disparity_core::IndicatorId]| {
            ids.iter()
                .map(|id| catalogue.indicators.get(*id).name.clone())
                .collect()
        };
        Self {
            indicators: names(&plan.indicators),
            compared: names(&plan.compared),
            authorities: plan
                .authorities
                .iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            against: plan.against.iter().map(ToString::to_string).collect(),
            periods: plan
                .periods
                .iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            neighbours: plan.neighbours.0,
            chinese_group: plan.chinese_group.as_str(),
            include_tiny: plan.include_tiny,
            reference_group: plan.reference_group.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct InputRecord {
    id: String,
    publication: String,
    table: String,
    release: String,
    licence: String,
    sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct OutputRecord {
    sha256: String,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
}

/// The record of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    program: &'static str,
    version: &'static str,
    licence: &'static str,
    disclosure_policy: &'static str,
    plan: PlanRecord,
    inputs: Vec<InputRecord>,
    outputs: BTreeMap<String, OutputRecord>,
}

impl Manifest {
    /// Describes a run whose files are all in `folder`.
    ///
    /// # Errors
    /// [`WriteError`] if a file that should be there cannot be read back.
    pub fn describe(
        release: &Release,
        catalogue: &Catalogue,
        plan: &Plan,
        folder: &Path,
        files: &[String],
        rows: &Written,
    ) -> Result<Self, WriteError> {
        let mut outputs = BTreeMap::new();
        for name in files {
            let path = folder.join(name);
            #[expect(
                clippy::disallowed_methods,
                reason = "the digest is of the file as written"
            )]
            let bytes = std::fs::read(&path).map_err(|source| WriteError::File { path, source })?;
            let sha256 = digest(&bytes);
            outputs.insert(
                name.clone(),
                OutputRecord {
                    sha256,
                    bytes: bytes.len() as u64,
                    rows: rows.get(name).copied(),
                },
            );
        }
        let inputs = catalogue
            .sources
            .iter()
            .map(|source| InputRecord {
                id: source.id.clone(),
                publication: source.publication.clone(),
                table: source.table.clone(),
                release: source.release.clone(),
                licence: source.licence.clone(),
                sha256: source.sha256.clone(),
            })
            .collect();
        Ok(Self {
            program: "disparity",
            version: env!("CARGO_PKG_VERSION"),
            licence: crate::tables::LICENCE,
            disclosure_policy: release.policy().as_str(),
            plan: PlanRecord::of(plan, catalogue),
            inputs,
            outputs,
        })
    }

    /// The manifest as indented JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
