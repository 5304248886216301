//! Which days the sources of an authority cover, for each kind of record: where the files are
//! silent, nothing can be said to have been absent.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::{Coverage, Covered, SpellKind};
use disparity_core::{Day, Period};

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::Context;
use crate::records::source::Source;
use crate::records::years::{Years, YearsRead, is_census};

/// What an authority's sources cover.
pub(crate) struct Cover {
    pub(crate) coverage: Coverage,
    /// Years of yearly returns, by the kind of record that they speak of.
    pub(crate) years: Years,
    pub(crate) children: BTreeMap<u16, u64>,
    pub(crate) extract: Day,
}

impl Cover {
    /// The years between the first and the last that were not read, of the census of children in need
    /// or of the return of children looked after.
    pub(crate) fn years_missing(&self, census: bool) -> Vec<u16> {
        let kinds = self.years.iter();
        let own = kinds.filter(|(kind, _)| is_census(**kind) == census);
        let read: BTreeSet<u16> = own.flat_map(|(_, years)| years.iter()).collect();
        let (Some(first), Some(last)) = (read.first(), read.last()) else {
            return Vec::new();
        };
        (*first..*last)
            .filter(|year| !read.contains(year))
            .collect()
    }

    /// The years of the yearly returns that speak of a kind.
    fn years_of(&self, kind: SpellKind) -> Option<u16> {
        self.years.get(&kind).and_then(YearsRead::last)
    }

    /// The last year of the census or, without one, of the care return.
    pub(crate) fn latest_year(&self) -> Option<u16> {
        let census = SpellKind::ALL.into_iter().filter(|kind| is_census(*kind));
        let census = census.filter_map(|kind| self.years_of(kind)).max();
        census.or_else(|| self.years_of(SpellKind::Care))
    }
}

/// Which days the sources of an authority cover, for each kind.
pub(crate) fn cover(
    context: Context<'_>,
    sources: &[&Source],
    diagnostics: &mut Diagnostics,
) -> Cover {
    let mut spans: BTreeMap<SpellKind, Vec<(Day, Day)>> = BTreeMap::new();
    let mut read = Years::new();
    let mut children = BTreeMap::new();
    let mut extract: Option<Day> = None;
    let mut say = |code, source: &Source, message: String| {
        diagnostics.push(Diagnostic::of_file(code, &source.name, message));
    };
    for source in sources.iter().filter(|source| source.used) {
        let years: Vec<u16> = source
            .year
            .into_iter()
            .chain(source.row_years.iter().map(|(year, _)| *year))
            .collect();
        let kinds = kinds_of(source);
        match source.family.as_str() {
            _ if kinds.is_empty() => {}
            "cin" | "ssda903" => {
                for year in years.iter().filter_map(|year| Period::ending(*year)) {
                    let until = reach(context, source, year, &mut say);
                    extract = extract.max(Some(until));
                    for kind in kinds
                        .iter()
                        .filter(|kind| **kind != SpellKind::CinPlan || year.year() >= 2022)
                    {
                        let span = (Day::first_of(year), until.plus(1));
                        spans.entry(*kind).or_default().push(span);
                        read.entry(*kind).or_default().add(year.year(), until);
                    }
                    if source.table == "census" && until == Day::last_of(year) {
                        *children.entry(year.year()).or_default() += source.rows_kept;
                    }
                }
            }
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
                    None => say(Code::CoverageUnknown, source, source.table.clone()),
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
        years: read,
        children,
        extract: extract.unwrap_or(context.options.as_of),
    }
}

/// The last day of a year that the return for it speaks of: 31 March, or the day on which it was made
/// or is read if that comes first. What is said in the manifest goes before what the file says.
fn reach(
    context: Context<'_>,
    source: &Source,
    year: Period,
    say: &mut impl FnMut(Code, &Source, String),
) -> Day {
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    let (made, how) = match (source.coverage.1, source.made) {
        (Some(day), _) => (day, "coverage_end in the manifest"),
        (None, Some(made)) => (made.day, made.how),
        (None, None) => (last, ""),
    };
    // A day before the year, of a template or of a clock that was wrong, says nothing of it.
    let made = Some((made, how)).filter(|(day, _)| first <= *day && *day < last);
    let read = Some((context.options.as_of, "--as-of")).filter(|(day, _)| *day < last);
    let Some((until, how)) = made.into_iter().chain(read).min_by_key(|(day, _)| *day) else {
        return last;
    };
    let message = format!("of the year ending {last} up to {until}, by {how}");
    say(Code::YearPart, source, message);
    until
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
        ("ssda903", "episodes") => vec![K::Care, K::CareEpisode, K::Respite],
        // As XML, the return is whole.
        ("ssda903", "return") => vec![K::Care, K::CareEpisode, K::Respite, K::Missing],
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
