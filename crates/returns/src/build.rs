//! Files in, journeys and diagnostics out: files grouped by authority, read, dated, joined and
//! linked, one authority after another so that memory holds one at a time beside the result.

mod apart;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use disparity_core::journeys::{Journeys, JourneysError};
use disparity_core::{Areas, Dimensions, Period};
use rayon::prelude::*;

use crate::bytes::input::Input;
use crate::children::assemble::Assembly;
use crate::children::continuity::{self, Identifiers};
use crate::children::persons::Listed;
use crate::config::codelists::{ListError, Lists};
use crate::config::format::Format;
use crate::config::manifest::Manifest;
use crate::config::options::{Options, Progress};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::fields::postcode::PostcodeLookup;
use crate::formats::coverage::cover;
use crate::formats::dating::date_sources;
use crate::formats::{Candidate, Context, candidates, read_file, why_unreadable};
use crate::records::Records;
use crate::records::record_sink::RecordsByAuthority;
use crate::records::source::Source;

pub use apart::{ApartError, FilePart, apart};

/// What reading a folder gave.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The linked journeys of every authority that could be told.
    pub journeys: Journeys,
    /// Every table that was recognised, in order.
    pub sources: Vec<Source>,
    /// Everything odd.
    pub diagnostics: Diagnostics,
    /// How many postcodes the lookup had.
    pub postcodes: usize,
}

impl Outcome {
    /// Whether the run counts as failed: an error of a file or table, or too many rows set aside.
    #[must_use]
    pub fn failed(&self, max_row_errors: f64) -> bool {
        let read: u64 = self
            .sources
            .iter()
            .map(|source| source.rows_read.max(source.parts))
            .sum();
        let errors = self.diagnostics.count_severity(Severity::RowError);
        self.diagnostics.count_severity(Severity::FileError) > 0
            || errors as f64 > max_row_errors * read as f64
    }
}

/// Why there are no journeys at all.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A built-in list is broken.
    #[error(transparent)]
    Lists(#[from] ListError),
    /// The parts do not fit together.
    #[error(transparent)]
    Journeys(#[from] JourneysError),
}

/// Counts what is done, from any thread, and tells it.
struct Steps<'p> {
    progress: Progress<'p>,
    done: Mutex<usize>,
    all: usize,
}

impl Steps<'_> {
    fn step(&self) {
        if let Ok(mut done) = self.done.lock() {
            *done += 1;
            (self.progress)("reading and linking returns", *done, self.all);
        }
    }
}

struct Part {
    journeys: Option<Journeys>,
    identifiers: Identifiers,
    sources: Vec<Source>,
    diagnostics: Diagnostics,
}

/// Reads inputs to linked journeys.
///
/// # Errors
/// [`BuildError`] only for faults of the program itself; whatever is wrong with the inputs is in the
/// diagnostics of the outcome.
pub fn read_returns(
    inputs: Vec<Input>,
    manifest: &Manifest,
    areas: &Areas,
    dimensions: &Dimensions,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Outcome, BuildError> {
    let lists = Lists::new(dimensions)?;
    let codes = lists.code_sets();
    let context = Context {
        lists: &lists,
        options,
        areas,
        manifest,
    };
    let mut diagnostics = Diagnostics::default();
    progress("looking at files", 0, inputs.len());
    let mut found = candidates(context, inputs, progress, &mut diagnostics);
    let postcodes = read_postcodes(&mut found, &mut diagnostics);
    let files = found.len();
    let mut groups: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for candidate in found {
        groups
            .entry(candidate.la.clone())
            .or_default()
            .push(candidate);
    }
    // Files of several authorities are read first; their rows go to each authority's group.
    let regional = groups.remove("").unwrap_or_default();
    let mut sources = Vec::new();
    let mut steps = Steps {
        progress,
        done: Mutex::new(0),
        // Files are read one by one; then those of an authority are linked.
        all: files + groups.len(),
    };
    let mut shared = read_group(
        context,
        &regional,
        0,
        &steps,
        &mut sources,
        &mut diagnostics,
    );
    for (la, _) in shared.iter().filter(|(la, _)| !la.is_empty()) {
        groups.entry(la.clone()).or_default();
    }
    report_homeless(&shared, &sources, &mut diagnostics);
    let mut own: BTreeMap<String, Records> = shared.drain(..).collect();
    let mut work: Vec<(String, Vec<Candidate>, Records)> = groups
        .into_iter()
        .map(|(la, files)| (la.clone(), files, own.remove(&la).unwrap_or_default()))
        .collect();
    work.retain(|(la, ..)| !la.is_empty());
    steps.all = files + work.len();
    let regional_sources = sources.clone();
    let mut parts: Vec<(String, Part)> = work
        .into_par_iter()
        .map(|(la, files, records)| {
            let part = authority(
                context,
                &la,
                &files,
                (records, &regional_sources),
                (&codes, &postcodes),
                &steps,
            );
            steps.step();
            (la, part)
        })
        .collect();
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    let mut journeys = Vec::with_capacity(parts.len());
    let mut identifiers = BTreeMap::new();
    for (la, part) in parts {
        identifiers.insert(la, part.identifiers);
        sources.extend(part.sources);
        diagnostics.append(part.diagnostics);
        journeys.extend(part.journeys);
    }
    let mut journeys = Journeys::concat(journeys)?;
    journeys.number_homes_in_use();
    if journeys.authorities().is_empty() {
        journeys = Journeys::new(codes, manifest.synthetic);
    }
    let stated = context.continuity();
    continuity::join(
        &mut journeys,
        &stated,
        &identifiers,
        areas,
        &mut diagnostics,
    );
    Ok(Outcome {
        journeys,
        sources,
        diagnostics,
        postcodes: postcodes.len(),
    })
}

/// Rows whose authority nobody knows.
fn report_homeless(
    shared: &[(String, Records)],
    sources: &[Source],
    diagnostics: &mut Diagnostics,
) {
    for (_, records) in shared.iter().filter(|(la, _)| la.is_empty()) {
        let mut files: BTreeSet<u32> = records.care.iter().map(|row| row.place.source).collect();
        files.extend(records.persons.iter().map(|row| row.place.source));
        files.extend(records.activities.iter().map(|row| row.place.source));
        for source in files.iter().filter_map(|at| sources.get(*at as usize)) {
            diagnostics.push(Diagnostic::of_file(
                Code::LaUnknown,
                &source.name,
                format!("{} rows", source.rows_kept),
            ));
        }
    }
}

/// Reads the files of a group, dates them, and gives the records by authority.
fn read_group(
    context: Context<'_>,
    files: &[Candidate],
    first: usize,
    steps: &Steps<'_>,
    sources: &mut Vec<Source>,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Records)> {
    let mut by_authority = RecordsByAuthority::default();
    let start = sources.len();
    let mut tables = Vec::with_capacity(files.len());
    for file in files {
        let at = u32::try_from(first + sources.len()).unwrap_or(u32::MAX);
        let own = read_file(context, file, at, &mut by_authority, diagnostics);
        let before = sources.len() - start;
        tables.push(before..before + own.len());
        sources.extend(own);
        steps.step();
    }
    let own = &mut sources[start..];
    let first = first + start;
    date_sources(context, own, first, &mut by_authority, diagnostics);
    crate::formats::twice::drop_repeated(own, &tables, first, &mut by_authority, diagnostics);
    crate::formats::twice::report(own, diagnostics);
    by_authority.into_sorted()
}

/// One authority: its own files and its rows of regional ones.
fn authority(
    context: Context<'_>,
    la: &str,
    files: &[Candidate],
    (shared, regional): (Records, &[Source]),
    (codes, postcodes): (&disparity_core::journeys::CodeSets, &PostcodeLookup),
    steps: &Steps<'_>,
) -> Part {
    let mut diagnostics = Diagnostics::default();
    let mut sources = Vec::new();
    let mut records = shared;
    for (other, own) in read_group(
        context,
        files,
        regional.len(),
        steps,
        &mut sources,
        &mut diagnostics,
    ) {
        if other == la {
            records.absorb(own);
        } else if !own.persons.is_empty() || !own.care.is_empty() || !own.activities.is_empty() {
            let named = if other.is_empty() {
                "what is no authority"
            } else {
                other.as_str()
            };
            let message = format!("rows name {named} in a file of {la}; they are not read");
            diagnostics.push(Diagnostic::of_file(
                Code::LaUnknown,
                files.first().map_or("", |f| f.input.name.as_str()),
                message,
            ));
        }
    }
    let mine =
        |source: &&Source| source.las.iter().any(|other| other == la) || source.las.is_empty();
    let all: Vec<&Source> = regional.iter().chain(&sources).collect();
    let of_la: Vec<&Source> = regional.iter().filter(mine).chain(&sources).collect();
    let cover = cover(context, &of_la, &mut diagnostics);
    let period = cover
        .latest_year()
        .and_then(Period::ending)
        .or_else(|| context.options.as_of.period());
    let area = period
        .and_then(|period| context.areas.by_old_la_code(la, period))
        .map(|area| area.code);
    if area.is_none() {
        diagnostics.push(Diagnostic::of_file(
            Code::LaUnlisted,
            &format!("authority {la}"),
            "",
        ));
    }
    for (what, census) in [("census", true), ("care return", false)] {
        for year in cover.years_missing(census) {
            diagnostics.push(Diagnostic::of_file(
                Code::YearMissing,
                &format!("authority {la}"),
                format!("no {what} for {year}"),
            ));
        }
    }
    for message in crate::children::quality::counts_changed(&cover.children) {
        diagnostics.push(Diagnostic::of_file(
            Code::CountChanged,
            &format!("authority {la}"),
            message,
        ));
    }
    let assembly = Assembly {
        lists: context.lists,
        options: context.options,
        codes,
        postcodes,
        sources: &all,
        la,
        area,
        coverage: cover.coverage,
        years: cover.years,
        extract: cover.extract,
        synthetic: context.manifest.synthetic,
        unaccompanied: listed(&of_la),
        keep_identifiers: continuity::is_named(&context.continuity(), la),
    };
    let (journeys, identifiers) = assembly.run(records, &mut diagnostics);
    report_sources(&of_la, la, &mut diagnostics);
    Part {
        journeys: Some(journeys),
        identifiers,
        sources,
        diagnostics,
    }
}

/// Which returns list every unaccompanied child: those with the table, or with the column for it.
fn listed(sources: &[&Source]) -> Listed {
    let mut listed = Listed {
        care: false,
        safeguarding: false,
    };
    for source in sources.iter().filter(|source| source.used) {
        let lists =
            |table: &str| source.table == table || source.columns.iter().any(|name| name == "UASC");
        match source.format {
            Format::Ssda903 => listed.care |= lists("uasc"),
            Format::Ssd => listed.safeguarding |= lists("immigration_status"),
            Format::Cin | Format::AnnexA | Format::Api | Format::EarlyHelp | Format::Lookup => {}
        }
    }
    listed
}

fn report_sources(sources: &[&Source], la: &str, diagnostics: &mut Diagnostics) {
    let place = format!("authority {la}");
    let (mut no_status, mut limited) = (false, false);
    for source in sources.iter().filter(|source| source.used) {
        match source.format {
            Format::Api => no_status = true,
            Format::AnnexA => limited = true,
            Format::Cin | Format::Ssda903 | Format::Ssd | Format::EarlyHelp | Format::Lookup => {}
        }
    }
    // How many periods of care that makes uncertain is said where there are any.
    if no_status && diagnostics.count(Code::RespiteUnknown) == 0 {
        let message = "the data interface has no legal status";
        diagnostics.push(Diagnostic::of_file(Code::RespiteUnknown, &place, message));
    }
    if limited {
        diagnostics.push(Diagnostic::of_file(Code::AnnexLimits, &place, ""));
    }
}

/// Takes lookups of postcodes out of the files and reads them.
fn read_postcodes(found: &mut Vec<Candidate>, diagnostics: &mut Diagnostics) -> PostcodeLookup {
    let mut lookup = PostcodeLookup::default();
    let mut last = String::new();
    found.retain(|candidate| {
        let Some(layout) = &candidate.lookup else {
            return true;
        };
        let name = &candidate.input.name;
        let mut say = |code, message: String| {
            diagnostics.push(Diagnostic::of_file(code, name, message));
        };
        match crate::formats::lookup::read(&candidate.input, layout, &mut lookup) {
            Ok((rows, rest)) => {
                last.clone_from(name);
                say(Code::LookupRead, format!("{rows} postcodes"));
                if let Some(why) = rest {
                    say(Code::FileUnreadable, why);
                }
                false
            }
            Err(error) => {
                diagnostics.push(why_unreadable(name, &error));
                false
            }
        }
    });
    for (code, message) in lookup.finish() {
        diagnostics.push(Diagnostic::of_file(code, &last, message));
    }
    lookup
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use disparity_core::Day;
    use disparity_core::journeys::SpellKind;

    use super::*;
    use crate::config::codelists::tests::dimensions;

    /// Whatever the bytes are, reading ends, and everything read is kept or accounted for.
    fn read_bytes(name: &str, bytes: &[u8]) -> Outcome {
        let options = Options {
            la: Some("301".into()),
            year: Some(2024),
            ..Options::new(Day(20_500))
        };
        let inputs = vec![Input::from_bytes(name, bytes)];
        read_returns(
            inputs,
            &Manifest::default(),
            &Areas::default(),
            &dimensions(),
            &options,
            &|_, _, _| {},
        )
        .unwrap()
    }

    #[test]
    fn members_of_an_archive_are_read_with_one_look_at_its_directory_and_told_as_they_come() {
        let rows = |n: usize| format!("CHILD,DECOM,RNE,LS\n{n},01/05/2023,S,C2\n");
        let files: Vec<(String, String)> = (0..300)
            .map(|n| (format!("{n:03}_episodes.csv"), rows(n)))
            .collect();
        let members: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .collect();
        let bytes = crate::bytes::pack::zip_of(&members).unwrap();
        let told = Mutex::new(Vec::new());
        let options = Options {
            la: Some("301".into()),
            ..Options::new(Day(20_500))
        };
        // One thread, so that it counts everything.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let (outcome, parsed) = pool.unwrap().install(|| {
            let outcome = read_returns(
                vec![Input::from_bytes("a.zip", bytes)],
                &Manifest::default(),
                &Areas::default(),
                &dimensions(),
                &options,
                &|what, done, all| told.lock().unwrap().push((what.to_owned(), done, all)),
            );
            (outcome.unwrap(), crate::bytes::input::PARSED.get())
        });
        assert_eq!(outcome.journeys.children().len(), 300);
        assert_eq!(parsed, 1);
        let told = told.into_inner().unwrap();
        let of = |name: &str| -> Vec<(usize, usize)> {
            let own = told.iter().filter(|(what, ..)| what == name);
            own.map(|(_, done, all)| (*done, *all)).collect()
        };
        // The archive and its members; the members and the authority.
        for (what, all) in [
            ("looking at files", 301),
            ("reading and linking returns", 301),
        ] {
            let steps = of(what);
            assert_eq!(steps.last(), Some(&(all, all)), "{what}");
            assert!(steps.len() >= all, "{what}: {}", steps.len());
            assert!(steps.is_sorted_by_key(|(done, _)| *done), "{what}");
        }
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_is_an_error_of_the_file() {
        let rest = "2,01/05/2020,S,C2\n".repeat(100_000);
        let text = format!("CHILD,DECOM,RNE,LS\n1,01/05/2020,S,\"C2\n{rest}");
        let outcome = read_bytes("a_episodes.csv", text.as_bytes());
        let errors = outcome.diagnostics.tallies();
        let errors: Vec<_> = errors
            .filter(|(code, ..)| code.severity() == Severity::FileError)
            .collect();
        let [(Code::FileUnreadable, _, _, tally)] = errors.as_slice() else {
            panic!("{errors:?}");
        };
        assert!(tally.examples[0].message.starts_with("the row on line 2: "));
        assert!(outcome.journeys.children().is_empty());
    }

    fn accounted(outcome: &Outcome) -> bool {
        let read: u64 = outcome.sources.iter().map(|source| source.rows_read).sum();
        let kept: u64 = outcome.sources.iter().map(|source| source.rows_kept).sum();
        kept == read || !outcome.diagnostics.is_empty()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_bytes_behind_any_beginning_make_reading_panic(
            start in prop_oneof![
                Just(&b""[..]), Just(&b"PK\x03\x04"[..]), Just(&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..]), Just(&b"\x1f\x8b\x08"[..]),
                Just(&b"<Message><Children><Child>"[..]), Just(&b"<EXPSSDA903><CHILD>"[..]), Just(&b"[{\"la_child_id\":"[..]),
                Just(&b"CHILD,DECOM,RNE,LS\n"[..]), Just(&b"\xff\xfe"[..]), Just(&b"Date,Type,LAchildID\n"[..]),
            ],
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let whole = [start, &bytes].concat();
            prop_assert!(accounted(&read_bytes("a", &whole)));
        }

        #[test]
        fn no_fields_make_a_table_panic(rows in proptest::collection::vec(proptest::collection::vec(prop_oneof![
            Just("A1".to_owned()), Just("01/05/2020".to_owned()), Just("2020-05-01T23:00:00Z".to_owned()), Just("S".to_owned()),
            Just("V3".to_owned()), Just("X1".to_owned()), Just("E4A".to_owned()), Just("-".to_owned()), Just("43000".to_owned()),
            Just(String::new()), "[^,\"\r\n]{0,12}",
        ], 6), 0..30)) {
            let mut text = String::from("CHILD,DECOM,RNE,LS,DEC,REC\n");
            for row in &rows {
                text += &(row.join(",") + "\n");
            }
            prop_assert!(accounted(&read_bytes("a.csv", text.as_bytes())));
        }
    }

    #[test]
    fn an_object_of_the_data_interface_becomes_a_child() {
        let json = r#"[{"la_child_id": "A1", "child_details": {"date_of_birth": "2010-05-01", "sex": "M", "ethnicity": "BCRB"},
            "social_care_episodes": [{"social_care_episode_id": "1", "referral_date": "2023-05-01",
              "child_protection_plans": [{"start_date": "2023-06-01", "end_date": "2023-09-01"}, {"start_date": "2023-07-01", "purge": true}],
              "child_looked_after_placements": [{"start_date": "2023-09-01", "start_reason": "S"}]}]},
            {"la_child_id": "A2", "purge": true}]"#;
        let outcome = read_bytes("a.json", json.as_bytes());
        assert_eq!(
            (outcome.sources[0].rows_read, outcome.sources[0].rows_kept),
            (2, 1)
        );
        let child = outcome.journeys.child(0);
        assert_eq!(child.spells(SpellKind::ProtectionPlan).count(), 1);
        assert_eq!(child.spells(SpellKind::Care).count(), 1);
        assert_eq!(outcome.diagnostics.count(Code::RespiteUnknown), 1);
    }
}
