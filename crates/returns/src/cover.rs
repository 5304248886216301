//! Which days the sources of an authority cover, for each kind of record: where the files are
//! silent, nothing can be said to have been absent.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::{Coverage, Covered, SpellKind};
use disparity_core::{Day, Period};

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::load::{Context, Source};

/// What an authority's sources cover.
pub(crate) struct Cover {
    pub(crate) coverage: Coverage,
    pub(crate) census_years: Vec<u16>,
    pub(crate) care_years: Vec<u16>,
    pub(crate) children: BTreeMap<u16, u64>,
    pub(crate) extract: Day,
}

/// Which days the sources of an authority cover, for each kind.
pub(crate) fn cover(
    context: Context<'_>,
    sources: &[Source],
    diagnostics: &mut Diagnostics,
) -> Cover {
    let mut spans: BTreeMap<SpellKind, Vec<(Day, Day)>> = BTreeMap::new();
    let (mut census, mut care) = (BTreeSet::new(), BTreeSet::new());
    let mut children = BTreeMap::new();
    let mut extract: Option<Day> = None;
    for source in sources.iter().filter(|source| source.used) {
        let years: Vec<u16> = source
            .year
            .into_iter()
            .chain(source.row_years.iter().map(|(year, _)| *year))
            .collect();
        let kinds = kinds_of(source);
        match source.family.as_str() {
            "cin" | "ssda903" => {
                for year in years.iter().filter_map(|year| Period::ending(*year)) {
                    let span = (Day::first_of(year), Day::last_of(year).plus(1));
                    extract = extract.max(Some(Day::last_of(year).min(context.options.as_of)));
                    for kind in kinds
                        .iter()
                        .filter(|kind| **kind != SpellKind::CinPlan || year.year() >= 2022)
                    {
                        spans.entry(*kind).or_default().push(span);
                    }
                    match source.family.as_str() {
                        "cin" if !kinds.is_empty() => {
                            census.insert(year.year());
                        }
                        "ssda903" if kinds.contains(&SpellKind::Care) => {
                            care.insert(year.year());
                        }
                        _ => {}
                    }
                    if source.table == "census" {
                        *children.entry(year.year()).or_default() += source.rows_kept;
                    }
                }
            }
            _ if kinds.is_empty() => {}
            _ => {
                let last = source
                    .coverage
                    .1
                    .or(source.last_day)
                    .unwrap_or(context.options.as_of);
                extract = extract.max(Some(last));
                match first_covered(context, source, last) {
                    Some(from) => {
                        for kind in kinds {
                            spans.entry(kind).or_default().push((from, last.plus(1)));
                        }
                    }
                    None => diagnostics.push(Diagnostic::of_file(
                        Code::CoverageUnknown,
                        &source.name,
                        source.table.clone(),
                    )),
                }
            }
        }
    }
    let mut coverage = Coverage::default();
    for (kind, spans) in spans {
        coverage.set(kind, Covered::new(spans));
    }
    Cover {
        coverage,
        census_years: census.into_iter().collect(),
        care_years: care.into_iter().collect(),
        children,
        extract: extract.unwrap_or(context.options.as_of),
    }
}

fn first_covered(context: Context<'_>, source: &Source, last: Day) -> Option<Day> {
    let said = source.coverage.0;
    match source.family.as_str() {
        // A window of six months up to the extract, whatever else is said.
        "annex_a" => Some(said.unwrap_or_else(|| last.plus_months(-6))),
        "early_help" => said.or(context.options.early_help_from),
        _ => said.or(context.options.extract_from),
    }
}

/// Which kinds a source says something about. A table of enquiries speaks of conferences where it has
/// the column for them.
fn kinds_of(source: &Source) -> Vec<SpellKind> {
    const CONFERENCE: [&str; 2] = [
        "DateOfInitialCPC",
        "Date of Initial Child Protection Conference",
    ];
    let has = |names: &[&str]| {
        let columns = &source.columns;
        columns.is_empty()
            || columns
                .iter()
                .any(|column| names.contains(&column.as_str()))
    };
    let mut kinds = kinds_of_table(source);
    if source.table != "initial_cp_conference" && !has(&CONFERENCE) {
        kinds.retain(|kind| *kind != SpellKind::InitialConference);
    }
    kinds
}

fn kinds_of_table(source: &Source) -> Vec<SpellKind> {
    use SpellKind as K;
    match (source.family.as_str(), source.table.as_str()) {
        ("cin", "census" | "events") | ("api", _) => {
            let mut kinds = vec![
                K::Referral,
                K::CinEpisode,
                K::Assessment,
                K::Section47,
                K::InitialConference,
                K::CinPlan,
                K::ProtectionPlan,
                K::ProtectionReview,
            ];
            if source.family == "api" {
                kinds.extend([K::Care, K::CareEpisode]);
            }
            kinds
        }
        ("cin", "cin_details") | ("ssd", "cin_episodes") => vec![K::Referral, K::CinEpisode],
        ("cin" | "annex_a", "assessments") | ("ssd", "cin_assessments") => vec![K::Assessment],
        ("cin", "cin_plan_dates") | ("ssd", "cin_plans") => vec![K::CinPlan],
        ("cin" | "annex_a", "section47") => vec![K::Section47, K::InitialConference],
        ("ssd", "s47_enquiry") => vec![K::Section47],
        ("ssd", "initial_cp_conference") => vec![K::InitialConference],
        ("cin", "child_protection_plans")
        | ("ssd", "cp_plans")
        | ("annex_a", "protection_plans") => vec![K::ProtectionPlan],
        ("cin", "reviews") | ("ssd", "cp_reviews") => vec![K::ProtectionReview],
        ("ssda903", "episodes" | "return") => vec![K::Care, K::CareEpisode, K::Respite],
        ("ssd", "cla_episodes") | ("annex_a", "in_care") => vec![K::Care, K::CareEpisode],
        ("ssda903" | "ssd", "missing") => vec![K::Missing],
        ("early_help", _) | ("ssd", "early_help_episodes") | ("annex_a", "early_help") => {
            vec![K::EarlyHelp]
        }
        ("ssd" | "annex_a", "contacts") => vec![K::Contact],
        ("annex_a", "referrals") => vec![K::Referral],
        ("annex_a", "cin") => vec![K::CinEpisode],
        _ => vec![],
    }
}
