//! What the program answers to a row, in the words of the tables.

use std::fmt::Write as _;

use crate::support::rows_shown;
use disparity_core::answers::{Group, GroupBy, HelpKind, LookBack, Mode, PriorHelpCounts, YearKey};
use disparity_core::journeys::{BirthPrecision, Child, SpellFlags, SpellKind};
use disparity_core::{Day, Period, Stratum};
use disparity_disclosure::{Policy, Rule};
use disparity_journeys::{
    KNOWN_BANDS, Lookup, PriorHelpParams, Recurrence, Years, counts, entries, known_band,
    known_days, prior_help, recurrences,
};
use disparity_returns::{Code, Input, Options, Outcome, Severity};

use super::histories::{
    self, Census, Stated, blank, day, episodes, event, file, journeys, parts, push_child, read_301,
    read_any, spells,
};
use crate::codelists::dimensions;
use crate::returns::{of_la, read};

/// A last day as the tables write it.
fn end_of(day: Day) -> String {
    if day == Day::OPEN {
        "open".to_owned()
    } else {
        day.to_string()
    }
}

/// Periods of care, from episodes read as a file.
pub(super) fn periods(cell: &str) -> String {
    let outcome = read_301(vec![file("episodes.csv", episodes("A1", cell))]);
    let child = outcome.journeys.child(0);
    let breaks = child
        .spells(SpellKind::Respite)
        .map(|s| format!("respite {} {}", s.start, end_of(s.end)));
    let care = child.spells(SpellKind::Care).map(|s| {
        let start = if s.flags.has(SpellFlags::START_KNOWN) {
            "known"
        } else if s.flags.has(SpellFlags::START_INFERRED) {
            "inferred"
        } else {
            "truncated"
        };
        format!("{} {} {start}", s.start, end_of(s.end))
    });
    breaks.chain(care).collect::<Vec<_>>().join("; ")
}

/// Days of entry, from episodes read as a file.
pub(super) fn entries_of(born: &str, cell: &str) -> String {
    let header = format!("CHILD,SEX,DOB,ETHNIC,YEAR\nA1,1,{born},WBRI,2021\n");
    let outcome = read_301(vec![
        file("episodes.csv", episodes("A1", cell)),
        file("header.csv", header),
    ]);
    let (found, not) = entries(&outcome.journeys, &dimensions());
    let why = [
        (not.left_truncated, "began before the files"),
        (not.start_inferred, "not coded as a start"),
        (not.adult, "18 or over"),
        (not.second_in_year, "second of its year"),
    ];
    let left_out = why
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(_, why)| (*why).to_owned());
    let all: Vec<String> = found
        .iter()
        .map(|entry| entry.day.to_string())
        .chain(left_out)
        .collect();
    if all.is_empty() {
        "none".into()
    } else {
        all.join("; ")
    }
}

/// Prior help with files for all days from one on.
pub(super) fn prior_help_from(
    born: &str,
    from: &str,
    entry: &str,
    spell: &str,
    question: &str,
) -> String {
    answer(
        &[(day(from), day("2025-04-01"))],
        born,
        entry,
        spell,
        question,
    )
}

/// Prior help with files for some years.
pub(super) fn prior_help_in(
    born: &str,
    years: &str,
    entry: &str,
    spell: &str,
    question: &str,
) -> String {
    let spans = histories::years(years);
    answer(&spans, born, entry, spell, question)
}

fn answer(spans: &[(Day, Day)], born: &str, entry: &str, cell: &str, question: &str) -> String {
    let mut journeys = journeys(spans);
    let mut all = spells(cell, &journeys);
    all.extend(spells(&format!("care {entry} open"), &journeys));
    push_child(&mut journeys, born, &mut all);
    word_of(&prior_help(&journeys, &dimensions(), &asked(question))[0].counts)
}

/// A question: kind, years to look back, days of lead, mode.
pub(super) fn asked(question: &str) -> PriorHelpParams {
    let asked: Vec<&str> = question.split(' ').collect();
    PriorHelpParams {
        kinds: vec![HelpKind::from_word(asked[0]).unwrap()],
        look_backs: vec![LookBack::Years(asked[1].parse().unwrap())],
        leads: vec![asked[2].parse().unwrap()],
        modes: vec![Mode::from_word(asked[3]).unwrap()],
        groups: vec![GroupBy::Total],
        years: Years::Each,
        ..PriorHelpParams::default()
    }
}

/// How one entrant was counted.
pub(super) fn word_of(counts: &PriorHelpCounts) -> String {
    [
        (counts.complete_yes, "yes"),
        (counts.complete_no, "no"),
        (counts.incomplete_yes, "incomplete yes"),
        (counts.incomplete_no, "incomplete no"),
        (counts.unlinked, "unlinked"),
    ]
    .iter()
    .filter(|(n, _)| *n == 1)
    .map(|(_, word)| *word)
    .collect::<Vec<_>>()
    .join("; ")
}

/// The days that censuses of some years cover.
pub(super) fn covered(kind: &str, years: &str) -> String {
    let outcome = read_301(vec![Census::of_years(years).file()]);
    let kind = SpellKind::from_word(kind).unwrap();
    let spans = outcome.journeys.authorities()[0].coverage.of(kind).clone();
    let said: Vec<String> = spans
        .spans()
        .iter()
        .map(|(from, to)| format!("{from} to {}", to.plus(-1)))
        .collect();
    if said.is_empty() {
        "nothing".into()
    } else {
        said.join("; ")
    }
}

fn history(child: &Child<'_>) -> String {
    let mut all = Vec::new();
    for (kind, word) in [
        (SpellKind::Referral, "nfa"),
        (SpellKind::CinEpisode, "case"),
        (SpellKind::CinPlan, "plan"),
        (SpellKind::ProtectionPlan, "cpp"),
    ] {
        for s in child.spells(kind) {
            let no_action = s.flags.has(SpellFlags::NO_FURTHER_ACTION);
            if kind == SpellKind::Referral {
                all.extend(no_action.then(|| format!("{word} {}", s.start)));
                continue;
            }
            let end = if s.flags.has(SpellFlags::END_INFERRED) {
                format!(">{} absent", s.end.plus(-1))
            } else if s.flags.has(SpellFlags::END_UNKNOWN) {
                format!(">{} unknown", s.end.plus(-1))
            } else {
                end_of(s.end)
            };
            all.push(format!("{word} {} {end}", s.start));
        }
    }
    all.join("; ")
}

/// What years of the census say together.
pub(super) fn merged(years: &str, cell: &str) -> String {
    let mut census = Census::of_years(years);
    for f in parts(cell) {
        census.row(&Stated {
            id: "A1",
            born: "2010-05-04",
            year: f[0],
            kind: event(f[1]),
            start: f[2],
            end: f.get(3).copied().map_or("", blank),
            no_further_action: f[1] == "nfa",
            ..Stated::default()
        });
    }
    let outcome = read_301(vec![census.file()]);
    // Identifiers are in order: the child of the row comes before those that only make up a year.
    history(&outcome.journeys.child(0))
}

/// How a care record and census records are linked, and how many children there are.
pub(super) fn linked(care: &str, need: &str) -> String {
    let mut header = String::from("CHILD,SEX,DOB,ETHNIC,UPN,YEAR\n");
    let mut rows = String::from("CHILD,DECOM,RNE,LS,YEAR\n");
    let mut first = None;
    for f in parts(care) {
        first = first.or(Some(f[0]));
        let upn = f.get(2).copied().unwrap_or_default();
        writeln!(header, "{},1,{},WBRI,{upn},2024", f[0], blank(f[1])).unwrap();
        writeln!(rows, "{},2023-09-01,S,C2,2024", f[0]).unwrap();
    }
    let mut census = Census::of_years("-");
    for f in parts(need) {
        census.row(&Stated {
            id: f[0],
            born: blank(f[1]),
            upn: f.get(2).copied().unwrap_or_default(),
            year: "2024",
            kind: "CINreferralDate",
            start: "2023-06-01",
            ..Stated::default()
        });
    }
    let outcome = read_301(vec![
        file("header.csv", header),
        file("episodes.csv", rows),
        census.file(),
    ]);
    let all: Vec<Child<'_>> = (0..outcome.journeys.children().len())
        .map(|at| outcome.journeys.child(at))
        .collect();
    let mut how: Vec<&str> = all
        .iter()
        .filter(|child| child.spells(SpellKind::Care).count() > 0)
        .map(|child| child.record().link.as_str())
        .collect();
    how.sort_unstable();
    how.dedup();
    format!("{}, {}", how.join(" "), number_of(all.len()))
}

fn number_of(children: usize) -> String {
    if children == 1 {
        "1 child".into()
    } else {
        format!("{children} children")
    }
}

/// How many children records of one or more authorities are of.
pub(super) fn children(cell: &str) -> String {
    let mut census = Census::of_years("-");
    for f in parts(cell) {
        census.row(&Stated {
            la: f[0],
            id: f[1],
            born: f[2],
            upn: f.get(3).copied().unwrap_or_default(),
            year: "2024",
            kind: "CINreferralDate",
            start: "2023-06-01",
            ..Stated::default()
        });
    }
    number_of(read_any(vec![census.file()]).journeys.children().len())
}

/// A child known before birth.
pub(super) fn unborn(cell: &str) -> String {
    let mut census = Census::of_years("-");
    for f in parts(cell) {
        let born = match f[1] {
            "expected" => format!("expected:{}", f[2]),
            "born" => f[2].to_owned(),
            other => panic!("{other:?}"),
        };
        for (kind, start) in [
            ("CINreferralDate", "2024-02-01"),
            ("CPPstartDate", "2024-03-01"),
        ] {
            census.row(&Stated {
                id: "A1",
                born: &born,
                year: f[0],
                kind,
                start,
                ..Stated::default()
            });
        }
    }
    let outcome = read_301(vec![census.file()]);
    let child = outcome.journeys.child(0);
    let record = child.record();
    let known = match record.birth_precision {
        BirthPrecision::Expected => "expected",
        _ => "born",
    };
    format!(
        "{}, {known} {}, {}",
        number_of(outcome.journeys.children().len()),
        record.birth.map(|day| day.to_string()).unwrap_or_default(),
        history(&child)
    )
}

/// Age in whole years, and the band.
pub(super) fn age(born: &str, on: &str) -> String {
    let (precision, text) = match born.strip_prefix("expected ") {
        Some(text) => (BirthPrecision::Expected, text),
        None => (BirthPrecision::Day, born),
    };
    let (born, on) = (day(text), day(on));
    let band = Lookup::new(&dimensions()).age_band(Some(born), precision, on);
    let lists = dimensions();
    let bands = lists.list(disparity_core::Dimension::AgeBand);
    let code = bands
        .iter()
        .find(|(id, _)| id.0 == band)
        .map_or("", |(_, c)| c.code.as_str());
    match on.completed_years_since(born) {
        ..0 => code.to_owned(),
        years => format!("{years}, {code}"),
    }
}

/// How many events of a year are returns, as `1 of 2`.
pub(super) fn came_back(from: &str, record: &str, asked: &str) -> String {
    let days = vec![(day(from), day("2025-04-01"))];
    let mut journeys = histories::journeys_covering(|_| days.clone());
    let mut all = spells(record, &journeys);
    push_child(&mut journeys, "2010-01-01", &mut all);
    let (way, year) = asked.split_once(' ').unwrap();
    let way = Recurrence::ALL
        .into_iter()
        .find(|known| known.as_str() == way)
        .unwrap();
    let key = YearKey {
        authority: None,
        period: Period::ending(year.parse().unwrap()).unwrap(),
        group: Group {
            by: GroupBy::Total,
            code: 0,
        },
    };
    let found = recurrences(&journeys, &dimensions(), &[GroupBy::Total]);
    match found.get(&(way, key)) {
        Some(c) if c.stands() => format!("{} of {}", c.recurred, c.events),
        Some(c) if c.events + c.unseen > 0 => "not told".into(),
        _ => "not measured".into(),
    }
}

/// How often a child is counted in an indicator of a year.
pub(super) fn indicator(record: &str, asked: &str) -> String {
    let mut journeys = journeys(&[(day("2010-04-01"), day("2025-04-01"))]);
    let mut all = spells(record, &journeys);
    push_child(&mut journeys, "2010-01-01", &mut all);
    let (name, year) = asked.split_once(' ').unwrap();
    let year = Period::ending(year.parse().unwrap()).unwrap();
    let known = disparity_journeys::INDICATORS.map(|(name, _)| name);
    let plans = disparity_journeys::PLAN_INDICATORS;
    assert!(known.contains(&name) || plans.contains(&name), "{name}");
    counts(&journeys, &dimensions())
        .iter()
        .filter(|((other, _, period, stratum), _)| {
            *other == name && *period == year && *stratum == Stratum::TOTAL
        })
        .map(|(_, count)| count)
        .sum::<u32>()
        .to_string()
}

/// The band of days that a child was known before entry.
pub(super) fn known_for(record: &str, entry: &str) -> String {
    let mut journeys = journeys(&[(day("2010-04-01"), day("2025-04-01"))]);
    let mut all = spells(record, &journeys);
    all.extend(spells(&format!("care {entry} open"), &journeys));
    push_child(&mut journeys, "2010-01-01", &mut all);
    KNOWN_BANDS[known_band(known_days(&journeys.child(0), day(entry)))].to_owned()
}

/// What may be shown of so many helped among so many.
pub(super) fn shown(cell: &str) -> String {
    let (helped, observed) = cell.split_once(" of ").unwrap();
    let (helped, observed): (u32, u32) = (helped.parse().unwrap(), observed.parse().unwrap());
    let mut journeys = journeys(&[(day("2010-04-01"), day("2025-04-01"))]);
    for at in 0..observed {
        let cell = if at < helped {
            "cpp 2022-01-01 2022-06-01; care 2023-09-01 open"
        } else {
            "care 2023-09-01 open"
        };
        let mut all = spells(cell, &journeys);
        push_child(&mut journeys, "2010-01-01", &mut all);
    }
    let params = PriorHelpParams {
        kinds: vec![HelpKind::from_word("cpp").unwrap()],
        groups: vec![GroupBy::Total],
        years: Years::Each,
        ..PriorHelpParams::default()
    };
    let answers = prior_help(&journeys, &dimensions(), &params);
    let rows = rows_shown(answers, &dimensions(), &Policy::Protected(Rule::DEFAULT));
    let row = rows
        .iter()
        .find(|row| row.key.authority == Some(0))
        .unwrap();
    let rate = row.complete_window.value().map_or_else(
        || "no rate".to_owned(),
        |rate| format!("{:.0}%", rate.value * 100.0),
    );
    let text = |count: disparity_core::Reported<u32>| {
        count
            .value()
            .map_or_else(|| "c".to_owned(), |count| count.to_string())
    };
    format!("{} of {}, {rate}", text(row.helped), text(row.observed))
}

/// The day that a text in a file is read as, or what is said of it.
pub(super) fn date_read(text: &str) -> String {
    let text = text.trim_matches('`');
    let csv = format!("child_id,start_date\nA1,{text}\n");
    let outcome = read_301(vec![file("early_help.csv", csv)]);
    let read = (!outcome.journeys.children().is_empty())
        .then(|| outcome.journeys.child(0))
        .and_then(|child| child.spells(SpellKind::EarlyHelp).next());
    if let Some(spell) = read {
        return spell.start.to_string();
    }
    let said: Vec<&str> = outcome
        .diagnostics
        .tallies()
        .filter(|(code, ..)| code.severity() >= Severity::RowError)
        .map(|(code, ..)| code.as_str())
        .filter(|code| *code != "COVERAGE_UNKNOWN")
        .collect();
    said.join(" ")
}

/// Where a code is said of some files, if its severity is the one given.
pub(super) fn said_at(code: &str, severity: &str, names: &str, holds: &str) -> String {
    let lines = |text: &str| match text.split_once(" × ") {
        // The last line so many times.
        Some((text, times)) => {
            let (before, last) = text.rsplit_once(" / ").unwrap();
            let last = format!("{last}\n").repeat(times.parse().unwrap());
            format!("{}\n{last}", before.replace(" / ", "\n"))
        }
        None => text.replace(" / ", "\n") + "\n",
    };
    let files: Vec<Input> = names
        .split(" + ")
        .zip(holds.split(" + "))
        .map(|(name, text)| file(name, lines(text)))
        .collect();
    let options = Options {
        year: (!holds.contains("YEAR")).then_some(2024),
        early_help_from: Some(day("2019-04-01")),
        ..of_la("301")
    };
    let outcome = read(files, &options);
    let code = Code::ALL
        .iter()
        .copied()
        .find(|known| known.as_str() == code)
        .unwrap_or_else(|| panic!("{code:?} is no code"));
    if code.severity().as_str() != severity {
        return format!("it is a {}", code.severity().as_str());
    }
    if code.severity() == Severity::FileError && !outcome.failed(1.0) {
        return "nowhere: the reading did not fail".into();
    }
    places(&outcome, code)
        .into_iter()
        .next()
        .unwrap_or_default()
}

/// Where a code was said, as `file:line, column`.
pub(crate) fn places(outcome: &Outcome, code: Code) -> Vec<String> {
    outcome
        .diagnostics
        .tallies()
        .filter(|(found, ..)| *found == code)
        .flat_map(|(.., tally)| &tally.examples)
        .map(|one| {
            let mut place = one.file.clone();
            if one.line > 0 {
                write!(place, ":{}", one.line).unwrap();
            }
            if !one.column.is_empty() {
                write!(place, ", {}", one.column).unwrap();
            }
            place
        })
        .collect()
}
