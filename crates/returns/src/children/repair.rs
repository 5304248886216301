//! Care episodes of several years made into one history: exact repeats dropped, and episodes that an
//! earlier year left open ended by what the later years say. The rules and their numbers are those
//! of the London pipeline, applied to each child of each authority; children of different
//! authorities never meet here.
//!
//! They differ from the pipeline's where those would change who was in care on a 31 March: what the
//! return of a year says of its last day stands. An episode that it leaves open and that no later
//! return has ends after that day, not on it, and is not deleted unless another runs on that day.

use disparity_core::Day;
use disparity_core::journeys::{CodeId, CodeMask, CodeSetId, CodeSets};

use crate::children::periods_of_care::PeriodCodes;
use crate::records::rule::Rule;
use crate::records::years::{After, YearsRead, last_of};
use crate::records::{CareRow, Texts};

/// Codes that the rules look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RepairCodes {
    pub(crate) start: CodeId,
    pub(crate) continues: CodeId,
    pub(crate) inferred: CodeId,
    /// Reasons for a new episode that change the placement: P, B, T, U.
    pub(crate) placement_changes: [CodeId; 4],
    /// Legal statuses of short breaks.
    pub(crate) respite: CodeMask,
}

/// Starts this many days apart can be one start, re-dated.
const DRIFT_DAYS: i32 = 7;

impl RepairCodes {
    pub(crate) fn of(codes: &CodeSets) -> Self {
        let new = |code: &str| {
            codes
                .set(CodeSetId::ReasonNewEpisode)
                .id(code)
                .unwrap_or_default()
        };
        let ceased = |code: &str| {
            codes
                .set(CodeSetId::ReasonCeased)
                .id(code)
                .unwrap_or_default()
        };
        Self {
            start: new("S"),
            continues: ceased("X1"),
            inferred: ceased("E99"),
            placement_changes: [new("P"), new("B"), new("T"), new("U")],
            respite: codes.set(CodeSetId::LegalStatus).in_group("respite"),
        }
    }
}

impl RepairCodes {
    /// The codes that make periods of episodes.
    pub(crate) const fn of_periods(self) -> PeriodCodes {
        PeriodCodes {
            start: self.start,
            continues: self.continues,
            inferred: self.inferred,
        }
    }
}

/// What was done, by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    /// Rows that repeat another to the day, dropped for the latest year's.
    pub(crate) repeats: u64,
    /// Rule and row of every repair; deleted rows as they were.
    pub(crate) fired: Vec<(Rule, CareRow)>,
}

/// Repairs the rows of one child, in any order, in place. `years` are the years for which the
/// authority has a file.
pub(crate) fn repair_child(
    rows: &mut Vec<CareRow>,
    years: &YearsRead,
    codes: RepairCodes,
    texts: &mut Texts,
    repairs: &mut Repairs,
) {
    reopen(rows, codes);
    repairs.repeats += drop_repeats(rows);
    end_open_rows(rows, years, codes, texts, repairs);
    // Ends of one year against starts of a later one.
    for at in 0..rows.len().saturating_sub(1) {
        let (year, next_year, next_start) = (rows[at].year, rows[at + 1].year, rows[at + 1].start);
        let Some(end) = rows[at].end.day().filter(|_| year < next_year) else {
            continue;
        };
        let rule = if end > next_start {
            Rule::Overlap
        } else if end < next_start && rows[at].reason_ceased == codes.continues {
            Rule::Gap
        } else {
            continue;
        };
        rows[at].end = Some(next_start).into();
        rows[at].rule = Some(rule);
        repairs.fired.push((rule, rows[at]));
    }
}

/// Rows that the London pipeline has ended on the 31 March of their year, as no later year had them,
/// are open as they were in the return.
fn reopen(rows: &mut [CareRow], codes: RepairCodes) {
    for row in rows.iter_mut() {
        let closed = row.reason_ceased == codes.inferred && row.year != 0;
        if closed && row.end.day() == Some(last_of(row.year)) {
            row.end = None.into();
            row.reason_ceased = CodeId::BLANK;
        }
    }
}

/// Of rows that start on one day, those of the latest year stay, and of two files for one year those
/// of the later file; two that are the same are one. Returns how many were dropped.
pub(crate) fn drop_repeats(rows: &mut Vec<CareRow>) -> u64 {
    rows.sort_by_key(|row| {
        (
            row.start,
            row.year,
            row.end.day().unwrap_or(Day::OPEN),
            row.place,
        )
    });
    let before = rows.len();
    let age = |row: &CareRow| (row.year, row.place.source);
    let latest: Vec<(u16, u32)> = rows
        .iter()
        .map(|row| {
            let from = rows.partition_point(|other| other.start < row.start);
            let to = rows.partition_point(|other| other.start <= row.start);
            rows[from..to].iter().map(age).max().unwrap_or(age(row))
        })
        .collect();
    let mut keep = rows
        .iter()
        .zip(&latest)
        .map(|(row, latest)| age(row) == *latest)
        .collect::<Vec<_>>()
        .into_iter();
    rows.retain(|_| keep.next().unwrap_or(true));
    rows.dedup_by(|b, a| {
        CareRow {
            place: a.place,
            ..*b
        } == *a
    });
    (before - rows.len()) as u64
}

fn same_episode(a: &CareRow, b: &CareRow) -> bool {
    a.start != b.start
        && a.reason_new == b.reason_new
        && a.legal_status == b.legal_status
        && a.placement == b.placement
        && a.provider == b.provider
        && a.placed_at == b.placed_at
}

/// Rows without an end from a year that is not the authority's latest.
fn end_open_rows(
    rows: &mut Vec<CareRow>,
    years: &YearsRead,
    codes: RepairCodes,
    texts: &mut Texts,
    repairs: &mut Repairs,
) {
    let original = rows.clone();
    let mut deleted = vec![false; rows.len()];
    for at in 0..original.len() {
        let row = original[at];
        if row.end.day().is_some() || row.year == 0 || years.after(row.year) == After::Nothing {
            continue;
        }
        let (previous, next) = (
            at.checked_sub(1).map(|p| original[p]),
            original.get(at + 1).copied(),
        );
        let until = years.until(row.year);
        // Without this row, is the child still in care on the last day of its return?
        let in_care = original
            .iter()
            .zip(&deleted)
            .enumerate()
            .any(|(n, (r, gone))| {
                let runs = r.start <= until && r.end.day().is_none_or(|end| end > until);
                let kind = codes.respite.has(r.legal_status) == codes.respite.has(row.legal_status);
                n != at && !gone && runs && kind
            });
        let same = |other: &CareRow| {
            let near = other.start.since(row.start).abs() <= DRIFT_DAYS;
            same_episode(&row, other) && (in_care || near)
        };
        let rule = if next.is_some_and(|n| same(&n)) || previous.is_some_and(|p| same(&p)) {
            deleted[at] = true;
            Rule::Restated
        } else if in_care && previous.is_some_and(|p| p.year > row.year) {
            deleted[at] = true;
            Rule::Overtaken
        } else {
            end_row(&mut rows[at], next, years, codes, texts)
        };
        rows[at].rule = Some(rule);
        repairs.fired.push((rule, rows[at]));
    }
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        !deleted[at - 1]
    });
}

fn end_row(
    row: &mut CareRow,
    next: Option<CareRow>,
    years: &YearsRead,
    codes: RepairCodes,
    texts: &mut Texts,
) -> Rule {
    let after = years.until(row.year).plus(1).max(row.start);
    match next {
        None => {
            row.end = Some(after).into();
            if years.after(row.year) == After::Next {
                row.reason_ceased = codes.inferred;
                Rule::NextYear
            } else {
                // The year after is missing: nobody knows whether it ended.
                Rule::UnknownEnd
            }
        }
        Some(next) if next.reason_new == codes.start => {
            let before_next = next.start.plus(-1).max(row.start);
            let last = if next.start < after {
                before_next
            } else {
                after
            };
            row.end = Some(last).into();
            row.reason_ceased = codes.inferred;
            Rule::NewPeriod
        }
        Some(next) => {
            row.end = Some(next.start).into();
            row.reason_ceased = codes.continues;
            if codes.placement_changes.contains(&next.reason_new) {
                row.reason_change = texts.number("LIIAF");
            }
            Rule::NextEpisode
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use disparity_core::journeys::CodeSetId;

    use super::*;
    use crate::config::codelists::Lists;
    use crate::config::codelists::tests::dimensions;
    use crate::records::{RowPlace, System};

    struct Read {
        codes: CodeSets,
        texts: Texts,
        /// Rows by authority and child, and years by authority.
        rows: BTreeMap<(String, String), Vec<CareRow>>,
        years: BTreeMap<String, BTreeSet<u16>>,
    }

    /// Rows of a table laid out as the London pipeline's sample, by name of column.
    fn read(text: &str) -> Read {
        let lists = Lists::new(&dimensions()).unwrap();
        let (codes, mut texts) = (lists.code_sets(), Texts::default());
        texts.number("");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names: Vec<String> = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let mut read = Read {
            codes: codes.clone(),
            texts,
            rows: BTreeMap::new(),
            years: BTreeMap::new(),
        };
        for (line, record) in (2..).zip(reader.records()) {
            let record = record.unwrap();
            let get = |name: &str| {
                names
                    .iter()
                    .position(|n| n == name)
                    .map_or("", |at| &record[at])
            };
            let code =
                |set: CodeSetId, name: &str| codes.set(set).id(get(name)).unwrap_or_default();
            let row = CareRow {
                id: read.texts.number(get("CHILD")),
                place: RowPlace { source: 0, line },
                system: System::Care,
                year: get("YEAR").parse().unwrap(),
                start: Day::parse(get("DECOM")).unwrap(),
                end: Day::parse(get("DEC")).ok().into(),
                reason_new: code(CodeSetId::ReasonNewEpisode, "RNE"),
                legal_status: code(CodeSetId::LegalStatus, "LS"),
                need: code(CodeSetId::Need, "CIN"),
                placement: code(CodeSetId::Placement, "PLACE"),
                provider: read.texts.number(get("PLACE_PROVIDER")),
                placed_at: read
                    .texts
                    .number(&format!("{}\n{}", get("PL_POST"), get("URN"))),
                home_postcode: read.texts.number(get("HOME_POST")),
                reason_ceased: code(CodeSetId::ReasonCeased, "REC"),
                reason_change: read.texts.number(get("REASON_PLACE_CHANGE")),
                rule: match get("Episode_source") {
                    "" | "Original" => None,
                    rule => Some(rule_of(rule)),
                },
                period_key: 0,
            };
            read.rows
                .entry((get("LA").to_owned(), get("CHILD").to_owned()))
                .or_default()
                .push(row);
            let years = read.years.entry(get("LA").to_owned()).or_default();
            years.insert(row.year);
        }
        read
    }

    fn rule_of(name: &str) -> Rule {
        use Rule::{
            Gap, NewPeriod, NextEpisode, NextYear, Overlap, Overtaken, Restated, UnknownEnd,
        };
        let all = [
            NextEpisode,
            NewPeriod,
            NextYear,
            UnknownEnd,
            Restated,
            Overtaken,
            Overlap,
            Gap,
        ];
        let found = all.into_iter().find(|rule| rule.as_str() == name);
        found.unwrap_or_else(|| panic!("{name} is no rule"))
    }

    /// Rows are kept for every line that was read: they are small.
    #[test]
    fn a_row_of_care_is_no_longer_than_a_line_of_a_file() {
        assert!(size_of::<CareRow>() <= 60, "{}", size_of::<CareRow>());
    }

    fn shown(read: &Read, rows: &BTreeMap<(String, String), Vec<CareRow>>) -> Vec<String> {
        let code = |set: CodeSetId, id: CodeId| {
            read.codes
                .set(set)
                .get(id)
                .map_or("", |code| code.code.as_str())
        };
        rows.iter()
            .flat_map(|((la, child), rows)| rows.iter().map(move |row| (la, child, row)))
            .map(|(la, child, row)| {
                format!(
                    "{la} {child} {} {} {} {} {} {} {:?}",
                    row.year,
                    row.start,
                    row.end.day().map(|end| end.to_string()).unwrap_or_default(),
                    code(CodeSetId::ReasonCeased, row.reason_ceased),
                    code(CodeSetId::Placement, row.placement),
                    read.texts.text(row.reason_change),
                    row.rule.map_or("Original", Rule::as_str),
                )
            })
            .collect()
    }

    /// The pipeline does not look for missing years; `whole` takes every year between as there.
    fn repaired(input: &str, whole: bool) -> Vec<String> {
        let mut read = read(input);
        for years in read.years.values_mut().filter(|_| whole) {
            *years = (*years.first().unwrap()..=*years.last().unwrap()).collect();
        }
        let codes = RepairCodes::of(&read.codes);
        let mut rows = std::mem::take(&mut read.rows);
        for ((la, _), rows) in &mut rows {
            repair_child(
                rows,
                &read.years[la].iter().copied().collect(),
                codes,
                &mut read.texts,
                &mut Repairs::default(),
            );
        }
        rows.retain(|_, rows| !rows.is_empty());
        shown(&read, &rows)
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test says what it could not run")]
    fn the_london_pipelines_own_sample_is_repaired_as_it_repairs_it() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/samples/liia-tools");
        let input =
            folder.join("liiatools/spec/s903/samples/SSDA903_episodes_for_testing_fixes_INPUT.csv");
        let (Ok(input), Ok(expected)) = (
            crate::bytes::input::read_text(&input),
            crate::bytes::input::read_text(&folder.join("EXPECTED_episodes_after_liia_fixes.csv")),
        ) else {
            eprintln!("not tested: the public sample of episode repair is not beside the project");
            return;
        };
        let mut expected = read(&expected);
        // The one difference: the pipeline ends what no later year has on the 31 March of its year,
        // which takes the child out of that day's count; here it ends after that day.
        let (mut rows, mut moved) = (std::mem::take(&mut expected.rows), 0);
        for row in rows.values_mut().flatten() {
            if matches!(row.rule, Some(Rule::NextYear | Rule::NewPeriod)) {
                assert_eq!(row.end.day(), Some(last_of(row.year)));
                row.end = row.end.day().map(|end| end.plus(1)).into();
                moved += 1;
            }
        }
        let expected = shown(&expected, &rows);
        assert_eq!((expected.len(), moved), (20, 2));
        assert_eq!(repaired(&input, true), expected);
    }

    #[test]
    fn each_rule_does_what_its_number_says() {
        const HEADER: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN,LA,YEAR\n";
        let last = "Z9,2022-05-01,S,C2,N1,U6,PR1,,,,,,,A,2023\nZ8,2021-05-01,S,C2,N1,U6,PR1,2021-06-01,E4A,,,,,A,2022\nZ7,2020-05-01,S,C2,N1,U6,PR1,2020-06-01,E4A,,,,,A,2021\n";
        for (rows, child, expected) in [
            // Open in 2021 and gone in 2022: ended after 31 March, nobody knows when.
            (
                "B,2020-06-01,S,C2,N1,U6,PR1,,,,,,,A,2021\n",
                "B",
                vec!["A B 2021 2020-06-01 2021-04-01 E99 U6  \"RULE_2\""],
            ),
            // Open in 2021, continued in 2022.
            (
                "C,2020-06-01,S,C2,N1,U6,PR1,,,,,,,A,2021\nC,2021-07-01,P,C2,N1,K2,PR1,2021-08-01,E4A,,,,,A,2022\n",
                "C",
                vec![
                    "A C 2021 2020-06-01 2021-07-01 X1 U6 LIIAF \"RULE_1\"",
                    "A C 2022 2021-07-01 2021-08-01 E4A K2  \"Original\"",
                ],
            ),
            // Open in 2021, home at an unknown time, and back in 2022 in the same placement: two starts.
            (
                "E,2020-06-01,S,C2,N1,U6,PR1,,,,,,,A,2021\nE,2021-07-01,S,C2,N1,U6,PR1,2021-08-01,E4A,,,,,A,2022\n",
                "E",
                vec![
                    "A E 2021 2020-06-01 2021-04-01 E99 U6  \"RULE_1A\"",
                    "A E 2022 2021-07-01 2021-08-01 E4A U6  \"Original\"",
                ],
            ),
            // A start corrected by some days: the later statement.
            (
                "F,2021-03-28,S,C2,N1,U6,PR1,,,,,,,A,2021\nF,2021-04-02,S,C2,N1,U6,PR1,2021-08-01,E4A,,,,,A,2022\n",
                "F",
                vec!["A F 2022 2021-04-02 2021-08-01 E4A U6  \"Original\""],
            ),
            // Ended by the pipeline before: as from the return itself.
            (
                "G,2020-06-01,S,C2,N1,U6,PR1,2021-03-31,E99,,,,,A,2021\n",
                "G",
                vec!["A G 2021 2020-06-01 2021-04-01 E99 U6  \"RULE_2\""],
            ),
            // The same episode, restated with an end: one episode.
            (
                "D,2020-06-01,S,C2,N1,U6,PR1,,,,,,,A,2021\nD,2020-06-01,S,C2,N1,U6,PR1,2021-08-01,E4A,,,,,A,2022\n",
                "D",
                vec!["A D 2022 2020-06-01 2021-08-01 E4A U6  \"Original\""],
            ),
        ] {
            let found: Vec<String> = repaired(&format!("{HEADER}{rows}{last}"), false)
                .into_iter()
                .filter(|r| r.starts_with(&format!("A {child} ")))
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_missing_year_leaves_the_end_unknown() {
        let text = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN,LA,YEAR\n\
                    B,2020-06-01,S,C2,N1,U6,PR1,,,,,,,A,2021\nZ,2022-06-01,S,C2,N1,U6,PR1,,,,,,,A,2023\n";
        assert_eq!(
            repaired(text, false)[0],
            "A B 2021 2020-06-01 2021-04-01  U6  \"UNKNOWN_END\""
        );
    }
}
