//! Which days the sources of an authority cover, for each kind of record: where the files are
//! silent, nothing can be said to have been absent.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::{Coverage, Covered, SpellKind};
use disparity_core::{Day, Period};

use crate::config::format::Format;
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
        if kinds.is_empty() {
            continue;
        }
        match source.format {
            Format::Cin | Format::Ssda903 => {
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
            Format::AnnexA | Format::Ssd | Format::Api | Format::EarlyHelp | Format::Lookup => {
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
    match source.format {
        // A window of six months up to the extract, whatever else is said.
        Format::AnnexA => Some(said.unwrap_or_else(|| last.plus_months(-6))),
        Format::EarlyHelp => said.or(context.options.early_help_from),
        Format::Ssd | Format::Api | Format::Lookup => said.or(context.options.extract_from),
        // What a yearly return covers is its year.
        Format::Cin | Format::Ssda903 => said,
    }
}

/// What a census that is whole speaks of.
const CENSUS: [SpellKind; 8] = [
    SpellKind::Referral,
    SpellKind::CinEpisode,
    SpellKind::Assessment,
    SpellKind::Section47,
    SpellKind::InitialConference,
    SpellKind::CinPlan,
    SpellKind::ProtectionPlan,
    SpellKind::ProtectionReview,
];

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
    let mut kinds = kinds_of_table(source.format, &source.table);
    if source.table != "initial_cp_conference" && !has(&CONFERENCE) {
        kinds.retain(|kind| *kind != SpellKind::InitialConference);
    }
    kinds
}

fn kinds_of_table(format: Format, table: &str) -> Vec<SpellKind> {
    use SpellKind as K;
    let kinds: &[K] = match format {
        Format::Cin => match table {
            "census" | "events" => &CENSUS,
            "cin_details" => &[K::Referral, K::CinEpisode],
            "assessments" => &[K::Assessment],
            "cin_plan_dates" => &[K::CinPlan],
            "section47" => &[K::Section47, K::InitialConference],
            "child_protection_plans" => &[K::ProtectionPlan],
            "reviews" => &[K::ProtectionReview],
            _ => &[],
        },
        Format::Ssda903 => match table {
            "episodes" => &[K::Care, K::CareEpisode, K::Respite],
            // As XML, the return is whole.
            "return" => &[K::Care, K::CareEpisode, K::Respite, K::Missing],
            "missing" => &[K::Missing],
            _ => &[],
        },
        Format::AnnexA => match table {
            "contacts" => &[K::Contact],
            "early_help" => &[K::EarlyHelp],
            "referrals" => &[K::Referral],
            "assessments" => &[K::Assessment],
            "section47" => &[K::Section47, K::InitialConference],
            "cin" => &[K::CinEpisode],
            "protection_plans" => &[K::ProtectionPlan],
            "in_care" => &[K::Care, K::CareEpisode],
            _ => &[],
        },
        Format::Ssd => match table {
            "contacts" => &[K::Contact],
            "early_help_episodes" => &[K::EarlyHelp],
            "cin_episodes" => &[K::Referral, K::CinEpisode],
            "cin_assessments" => &[K::Assessment],
            "cin_plans" => &[K::CinPlan],
            "s47_enquiry" => &[K::Section47],
            "initial_cp_conference" => &[K::InitialConference],
            "cp_plans" => &[K::ProtectionPlan],
            "cp_reviews" => &[K::ProtectionReview],
            "cla_episodes" => &[K::Care, K::CareEpisode],
            "missing" => &[K::Missing],
            _ => &[],
        },
        Format::Api => return [&CENSUS[..], &[K::Care, K::CareEpisode]].concat(),
        Format::EarlyHelp => &[K::EarlyHelp],
        Format::Lookup => &[],
    };
    kinds.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::codelists::Lists;
    use crate::config::codelists::tests::dimensions;
    use crate::formats::tables::reader;

    /// Tables that are read for who a child is, and speak of no help and no care.
    const OF_PERSONS: [(Format, &str); 12] = [
        (Format::Ssda903, "header"),
        (Format::Ssda903, "uasc"),
        (Format::Ssda903, "prev_perm"),
        (Format::Cin, "header"),
        (Format::Cin, "child_identifiers"),
        (Format::Cin, "child_characteristics"),
        (Format::Ssd, "person"),
        (Format::Ssd, "linked_identifiers"),
        (Format::Ssd, "address"),
        (Format::Ssd, "cla_previous_permanence"),
        (Format::Ssd, "immigration_status"),
        (Format::Lookup, "aliases"),
    ];

    /// A table that is read and of which nothing said what it covers would give help that nobody can
    /// look back to.
    #[test]
    fn every_table_that_is_read_says_what_it_covers() {
        let lists = Lists::new(&dimensions()).unwrap();
        for def in lists.tables() {
            let is_read = reader(def).unwrap().is_some();
            let of_persons = OF_PERSONS.contains(&(def.format, def.name.as_str()));
            // A status of care joins the episodes that another table has.
            let joins = (def.format, def.name.as_str()) == (Format::Ssd, "legal_status");
            let covers = !kinds_of_table(def.format, &def.name).is_empty();
            let name = format!("{} {}", def.format, def.name);
            assert!(!is_read || covers != (of_persons || joins), "{name}");
            // Families are listed for families.
            let families = def.format == Format::EarlyHelp && def.name == "families";
            assert!(is_read || !covers || families, "{name} is not read");
        }
    }
}
