//! What was asked, of what, with what, and what came out: enough for someone else to get the same
//! bytes. No clock, no user, no path outside the output folder.

use disparity_core::needs::{Assumed, NeedsAssessment, assumptions_of};
use disparity_core::neighbourhoods::FootprintOrigin;
use disparity_core::{Catalogue, Levels, Origin, Plan, Provenance, Results};
use disparity_disclosure::{Policy, PriorHelpRow, Release};
use serde::Serialize;

use crate::{NeedsReleases, Written};

/// The plan with names instead of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanRecord {
    /// Indicators computed.
    pub indicators: Vec<String>,
    /// Indicators compared.
    pub compared: Vec<String>,
    /// Indicators that models of authorities are fitted to.
    pub modelled: Vec<String>,
    /// For which years they are.
    pub models: &'static str,
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
    /// Confidence levels, the one that is shown first.
    pub conf_levels: Vec<f64>,
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
            modelled: names(&plan.modelled),
            models: plan.model_years.as_str(),
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
            conf_levels: shown(plan.levels),
        }
    }
}

/// What a needs assessment was asked for, with names instead of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeedsRecord {
    /// Whose.
    pub authority: String,
    /// The year.
    pub period: String,
    /// The edition of the Indices of Deprivation that deciles are of.
    pub deprivation_edition: u16,
    /// Where teams come from.
    pub teams: String,
    /// What the counts that were given are of, if there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// Every assumption by name, in order, with its value.
    pub assumptions: Vec<(&'static str, f64)>,
    /// Confidence levels, the one that is shown first.
    pub conf_levels: Vec<f64>,
}

impl NeedsRecord {
    fn of<'a>(assessment: &NeedsAssessment, assumed: impl Iterator<Item = &'a Assumed>) -> Self {
        let origin = assessment.footprints.as_ref().map(|found| found.origin);
        Self {
            authority: assessment.authority.to_string(),
            period: assessment.period.to_string(),
            deprivation_edition: assessment.edition,
            teams: match origin {
                None => "none".to_owned(),
                Some(FootprintOrigin::Given) => "given".to_owned(),
                Some(FootprintOrigin::Proposed(size)) => {
                    format!("proposed, {}-{} residents", size.low(), size.high())
                }
            },
            seen: None,
            assumptions: assumed.map(|own| (own.name, own.value)).collect(),
            conf_levels: shown(assessment.levels),
        }
    }
}

fn shown(levels: Levels) -> Vec<f64> {
    let each = levels.as_slice().iter();
    each.map(|level| level.value()).collect()
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum AskedFor {
    Figures(PlanRecord),
    Drawn {
        #[serde(skip)]
        command: &'static str,
        #[serde(flatten)]
        plan: PlanRecord,
    },
    Needs(NeedsRecord),
}

impl AskedFor {
    const fn command(&self) -> Option<&'static str> {
        match self {
            Self::Figures(_) => None,
            Self::Drawn { command, .. } => Some(command),
            Self::Needs(_) => Some("needs"),
        }
    }

    fn conf_levels(&self) -> &[f64] {
        match self {
            Self::Figures(plan) | Self::Drawn { plan, .. } => &plan.conf_levels,
            Self::Needs(needs) => &needs.conf_levels,
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
    address: String,
    released: String,
    retrieved: String,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRecord {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Rows without the header, for tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// The record of a run: what was asked of what, which is known before anything is written, and then
/// what was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    #[serde(flatten)]
    asked: Asked,
    /// SHA-256 of all that stands before it, as JSON without spaces: every Parquet file holds it too,
    /// and so can be told to be of this run.
    run_sha256: String,
    outputs: Written,
}

/// What a run is asked to do with what.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Asked {
    program: &'static str,
    /// The command, where it is not `run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'static str>,
    version: &'static str,
    licence: &'static str,
    disclosure_policy: &'static str,
    /// Why nothing was withheld of records of children, if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    unprotected: Option<String>,
    /// Whether the children behind the figures were invented.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    synthetic: bool,
    /// The digests of earlier outputs of the same records that readers have and that this one gives nothing away beside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    protected_beside: Vec<String>,
    /// How counts of records passed the gate that stand on pages beside those of the figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    prior_help: Option<BesideRecord>,
    plan: AskedFor,
    inputs: Vec<InputRecord>,
}

/// What was done to counts of records that stand beside published figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct BesideRecord {
    disclosure_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unprotected: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    synthetic: bool,
}

impl Manifest {
    /// Describes a run before it has written anything.
    #[must_use]
    pub fn describe(release: &Release<Results>, catalogue: &Catalogue, plan: &Plan) -> Self {
        let plan = AskedFor::Figures(PlanRecord::of(plan, catalogue));
        Self::of(
            release.policy(),
            release.results().provenance,
            plan,
            catalogue,
        )
    }

    /// Describes what another command than `run` draws of the same figures, before any of it is written.
    #[must_use]
    pub fn of_drawn(
        command: &'static str,
        release: &Release<Results>,
        catalogue: &Catalogue,
        plan: &Plan,
    ) -> Self {
        let plan = PlanRecord::of(plan, catalogue);
        let plan = AskedFor::Drawn { command, plan };
        Self::of(
            release.policy(),
            release.results().provenance,
            plan,
            catalogue,
        )
    }

    /// Describes a needs assessment before it is written.
    #[must_use]
    pub fn of_needs(releases: NeedsReleases<'_>, catalogue: &Catalogue) -> Self {
        let release = releases.assessment;
        let assessment = release.assessment();
        let (take, seen) = releases.beside();
        let assumed = assumptions_of(assessment, take, seen);
        let mut record = NeedsRecord::of(assessment, assumed);
        record.seen = seen.map(|seen| seen.need.word(&catalogue.indicators).to_owned());
        let plan = AskedFor::Needs(record);
        // What was given of children decides how all of it passed the gate.
        match releases.seen {
            Some(own) => Self::of(own.policy(), own.seen().provenance, plan, catalogue),
            None => Self::of(release.policy(), assessment.provenance, plan, catalogue),
        }
    }

    fn of(policy: &Policy, provenance: Provenance, plan: AskedFor, catalogue: &Catalogue) -> Self {
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
                address: source.origin.address(),
                released: Origin::on(source.origin.released),
                retrieved: Origin::on(source.origin.retrieved),
            })
            .collect();
        let asked = Asked {
            program: "disparity",
            command: plan.command(),
            version: env!("CARGO_PKG_VERSION"),
            licence: crate::tables::LICENCE,
            disclosure_policy: policy.as_str(),
            unprotected: policy.reason().map(str::to_owned),
            synthetic: matches!(provenance, Provenance::Records { synthetic: true }),
            protected_beside: vec![],
            prior_help: None,
            plan,
            inputs,
        };
        Self::asking(asked)
    }

    fn asking(asked: Asked) -> Self {
        let json = serde_json::to_string(&asked).unwrap_or_default();
        Self {
            run_sha256: crate::sink::digest(json.as_bytes()),
            asked,
            outputs: Written::new(),
        }
    }

    /// The same protected beside earlier outputs, by their digests.
    #[must_use]
    pub fn protected_beside(self, digests: Vec<String>) -> Self {
        Self::asking(Asked {
            protected_beside: digests,
            ..self.asked
        })
    }

    /// The same with answers about help before care beside the figures, of children who are invented or not.
    #[must_use]
    pub fn with_prior_help(self, release: &Release<Vec<PriorHelpRow>>, synthetic: bool) -> Self {
        let policy = release.policy();
        let prior_help = Some(BesideRecord {
            disclosure_policy: policy.as_str(),
            unprotected: policy.reason().map(str::to_owned),
            synthetic,
        });
        Self::asking(Asked {
            prior_help,
            ..self.asked
        })
    }

    /// The same run with the files it wrote.
    #[must_use]
    pub fn with_outputs(self, outputs: Written) -> Self {
        Self { outputs, ..self }
    }

    /// What every file says of itself in its own metadata, where it has room for that.
    pub(crate) fn about(&self, table: &str) -> Vec<(&'static str, String)> {
        let mut publications: Vec<&str> = self
            .asked
            .inputs
            .iter()
            .map(|input| input.publication.as_str())
            .collect();
        publications.sort_unstable();
        publications.dedup();
        let levels: Vec<String> = self
            .asked
            .plan
            .conf_levels()
            .iter()
            .map(ToString::to_string)
            .collect();
        let mut about = vec![
            ("table", table.to_owned()),
            ("licence", self.asked.licence.to_owned()),
            ("source", publications.join("; ")),
            (
                "program",
                format!("{} {}", self.asked.program, self.asked.version),
            ),
            ("conf_levels", levels.join(", ")),
            ("run_sha256", self.run_sha256.clone()),
        ];
        if self.asked.synthetic {
            about.push(("synthetic", "these children are invented".to_owned()));
        }
        if let Some(reason) = &self.asked.unprotected {
            about.push(("unprotected", reason.clone()));
        }
        about
    }

    /// The same in the words of Dublin Core, for the description of a folder's tables.
    pub(crate) fn described(&self) -> Vec<(&'static str, String)> {
        let words = |name: &'static str| match name {
            "source" => Some("dc:source"),
            "licence" => Some("dc:rights"),
            "program" => Some("dc:creator"),
            "run_sha256" => Some("dc:identifier"),
            "synthetic" | "unprotected" => Some("dc:description"),
            _ => None,
        };
        let mut described = vec![("dc:title", "Tables of disparity".to_owned())];
        for (name, own) in self.about("") {
            let Some(name) = words(name) else { continue };
            let own = match name {
                "dc:description" if Some(own.as_str()) == self.unprotected() => {
                    format!("nothing is withheld: {own}")
                }
                _ => own,
            };
            match described.iter_mut().find(|(other, _)| *other == name) {
                Some((_, said)) => *said = format!("{said}; {own}"),
                None => described.push((name, own)),
            }
        }
        described
    }

    /// Why nothing was withheld, if nothing was.
    pub(crate) fn unprotected(&self) -> Option<&str> {
        self.asked.unprotected.as_deref()
    }

    /// The manifest as indented JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
