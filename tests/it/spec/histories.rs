//! What a cell says, as files or as a child's history.

use std::fmt::Write as _;

use disparity_core::journeys::{
    Authority, BirthPrecision, ChildRecord, CodeId, CodeSetId, Coded, Coverage, Covered, Journeys,
    LinkOutcome, Spell, SpellFlags, SpellKind,
};
use disparity_core::{Day, Period};
use disparity_returns::{Input, Outcome};

use crate::returns::{of_la, options, read};

pub(super) fn day(text: &str) -> Day {
    Day::parse(text).unwrap_or_else(|_| panic!("{text:?} is no day"))
}

/// The parts of a cell; a dash stands for nothing.
pub(super) fn parts(cell: &str) -> impl Iterator<Item = Vec<&str>> {
    cell.split("; ")
        .filter(|part| *part != "-")
        .map(|part| part.split(' ').collect())
}

fn or_blank(text: &str) -> &str {
    if text == "-" { "" } else { text }
}

/// The reporting year in which a day lies.
fn year_of(text: &str) -> u16 {
    day(text).period().unwrap().year()
}

/// The rows of an episodes table of the care return, each in that of the year in which it ended or, if
/// it is open, began.
pub(super) fn episodes(id: &str, cell: &str) -> String {
    let mut csv =
        String::from("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,HOME_POST,YEAR\n");
    for f in parts(cell) {
        let (start, end, new, legal, ceased) = (f[0], or_blank(f[1]), f[2], f[3], or_blank(f[4]));
        writeln!(
            csv,
            "{id},{start},{new},{legal},N1,U6,PR1,{end},{ceased},,{}",
            year_of(if end.is_empty() { start } else { end })
        )
        .unwrap();
    }
    csv
}

pub(super) fn file(name: &str, text: String) -> Input {
    Input::from_bytes(name, text.into_bytes())
}

pub(super) fn read_301(inputs: Vec<Input>) -> Outcome {
    read(inputs, &of_la("301"))
}

pub(super) fn read_any(inputs: Vec<Input>) -> Outcome {
    read(inputs, &options())
}

const EVENTS: &str = "Date,Type,LAchildID,UPN,PersonBirthDate,ExpectedPersonBirthDate,GenderCurrent,Ethnicity,CINreferralDate,\
    ReferralSource,CINclosureDate,ReasonForClosure,ReferralNFA,CINPlanEndDate,CPPendDate,NumberOfPreviousCPP,LA,YEAR\n";

/// A census of several years, one row for each event. Every year has a child of its own beside those
/// that are stated, so that a year without them is a year and not a missing file.
pub(super) struct Census(String);

impl Census {
    pub(super) fn of_years(years: &str) -> Self {
        let mut census = Self(EVENTS.to_owned());
        for year in years.split(' ').filter(|year| *year != "-") {
            let start = format!("{}-06-01", year.parse::<u16>().unwrap() - 1);
            census.row(&Stated {
                id: &format!("Z{year}"),
                born: "2012-12-12",
                year,
                kind: "CINreferralDate",
                start: &start,
                end: &start,
                ..Stated::default()
            });
        }
        census
    }

    pub(super) fn row(&mut self, row: &Stated<'_>) {
        let (case_end, plan_end, protection_end) = match row.kind {
            "CINreferralDate" => (row.end, "", ""),
            "CINPlanStartDate" => ("", row.end, ""),
            _ => ("", "", row.end),
        };
        let referral = if row.kind == "CINreferralDate" {
            row.start
        } else {
            ""
        };
        let reason = match (case_end, row.reason) {
            ("", _) => "",
            (_, "") => "RC7",
            (_, reason) => reason,
        };
        let sex = if row.sex.is_empty() { "1" } else { row.sex };
        let (born, expected) = match row.born.strip_prefix("expected:") {
            Some(expected) => ("", expected),
            None => (row.born, ""),
        };
        let nfa = u8::from(row.no_further_action);
        let la = if row.la.is_empty() { "301" } else { row.la };
        writeln!(
            self.0,
            "{},{},{},{},{born},{expected},{sex},WBRI,{referral},1A,{case_end},{reason},{nfa},{plan_end},{protection_end},,{la},{}",
            row.start, row.kind, row.id, row.upn, row.year
        )
        .unwrap();
    }

    pub(super) fn file(self) -> Input {
        self.named("census.csv")
    }

    pub(super) fn named(self, name: &str) -> Input {
        file(name, self.0)
    }
}

/// One event of one child in one year's census.
#[derive(Default)]
pub(super) struct Stated<'s> {
    pub(super) la: &'s str,
    pub(super) id: &'s str,
    pub(super) born: &'s str,
    /// 1 unless given.
    pub(super) sex: &'s str,
    pub(super) upn: &'s str,
    pub(super) year: &'s str,
    pub(super) kind: &'s str,
    pub(super) start: &'s str,
    pub(super) end: &'s str,
    /// Why a case closed; RC7 unless given.
    pub(super) reason: &'s str,
    pub(super) no_further_action: bool,
}

/// The name of a census event that a word in a cell stands for.
pub(super) fn event(word: &str) -> &'static str {
    match word {
        "case" | "nfa" => "CINreferralDate",
        "plan" => "CINPlanStartDate",
        "cpp" => "CPPstartDate",
        other => panic!("{other:?} is no event"),
    }
}

pub(super) fn blank(text: &str) -> &str {
    or_blank(text)
}

/// Journeys of authority 301 that cover all kinds over some days, and care over all.
pub(super) fn journeys(spans: &[(Day, Day)]) -> Journeys {
    let care = [(day("2010-04-01"), day("2025-04-01"))];
    journeys_covering(|kind| match kind {
        SpellKind::Care => care.to_vec(),
        _ => spans.to_vec(),
    })
}

/// Journeys of authority 301 whose files cover some days of each kind.
pub(super) fn journeys_covering(days: impl Fn(SpellKind) -> Vec<(Day, Day)>) -> Journeys {
    let mut coverage = Coverage::default();
    for kind in SpellKind::ALL {
        coverage.set(kind, Covered::new(days(kind)));
    }
    let area = crate::codelists::areas().find("301").unwrap().code;
    journeys_of(Authority {
        old_la_code: "301".into(),
        area: Some(area),
        coverage,
        extract: day("2025-03-31"),
        continued: None,
    })
}

/// The days of some years that end on 31 March.
pub(super) fn years(cell: &str) -> Vec<(Day, Day)> {
    cell.split(' ')
        .filter(|year| *year != "-")
        .map(|year| Period::ending(year.parse().unwrap()).unwrap())
        .map(|year| (Day::first_of(year), Day::last_of(year).plus(1)))
        .collect()
}

/// Journeys of an authority that has no children yet.
pub(super) fn journeys_of(authority: Authority) -> Journeys {
    let codes = read(vec![], &of_la("301")).journeys.codes().clone();
    let mut journeys = Journeys::new(codes, true);
    journeys.push_authority(authority);
    journeys
}

/// The spells of a cell such as `cpp 2020-01-01 2021-01-01 1; referral 2022-05-01`.
pub(super) fn spells(cell: &str, journeys: &Journeys) -> Vec<Spell> {
    parts(cell).map(|f| spell(&f, journeys)).collect()
}

/// One spell; one that ends in `lost` was open in the last file before a missing one.
fn spell(fields: &[&str], journeys: &Journeys) -> Spell {
    let lost = fields.last() == Some(&"lost");
    let fields = &fields[..fields.len() - usize::from(lost)];
    let kind = match fields[0] {
        "cpp" => SpellKind::ProtectionPlan,
        "nfa" => SpellKind::Referral,
        word => SpellKind::from_word(word).unwrap_or_else(|| panic!("{word:?} is no kind")),
    };
    let start = day(fields[1]);
    let end = match fields.get(2) {
        None => start,
        Some(&"open") => Day::OPEN,
        // It ended after a day, and nobody recorded when.
        Some(text) => match text.strip_prefix('>') {
            Some(last) => day(last).plus(1),
            None => day(text),
        },
    };
    let unrecorded = fields.get(2).is_some_and(|text| text.starts_with('>'));
    let mut spell = Spell::new(kind, start, end);
    spell.flags = SpellFlags::START_KNOWN
        .with_if(fields[0] == "nfa", SpellFlags::NO_FURTHER_ACTION)
        .with_if(unrecorded || lost, SpellFlags::END_UNKNOWN);
    match (kind, fields.get(3)) {
        // How many plans there were before, if that is recorded.
        (SpellKind::ProtectionPlan, Some(&"-")) => {}
        (SpellKind::ProtectionPlan, Some(number)) => {
            spell.coded = Coded::Plan {
                initial: CodeId::BLANK,
                latest: CodeId::BLANK,
                earlier: Some(number.parse().unwrap()),
            };
        }
        (SpellKind::Care, Some(code)) => {
            spell.coded = Coded::Care {
                legal_status: CodeId::BLANK,
                need: CodeId::BLANK,
                ceased: code_of(journeys, CodeSetId::ReasonCeased, code),
            };
        }
        (SpellKind::CinEpisode, Some(code)) => {
            spell.coded = Coded::Episode {
                source: CodeId::BLANK,
                need: CodeId::BLANK,
                closure: code_of(journeys, CodeSetId::ReasonForClosure, code),
            };
        }
        // Without the field no plan came before.
        (SpellKind::ProtectionPlan, None) => {
            spell.coded = Coded::Plan {
                initial: CodeId::BLANK,
                latest: CodeId::BLANK,
                earlier: Some(0),
            };
        }
        _ => {}
    }
    spell
}

fn code_of(journeys: &Journeys, set: CodeSetId, code: &str) -> CodeId {
    journeys.codes().set(set).id(code).unwrap()
}

/// A linked child born on a day, with a history.
pub(super) fn push_child(journeys: &mut Journeys, born: &str, spells: &mut [Spell]) {
    let child = child_born(born);
    journeys.push_child(&child, spells).unwrap();
}

/// A linked child with the history of a cell, in which `died` and `arrived` are days of the child's own.
pub(super) fn push_history(journeys: &mut Journeys, born: &str, cell: &str) {
    let mut child = child_born(born);
    let mut all = Vec::new();
    for f in parts(cell) {
        match f[0] {
            "died" => child.death = Some(day(f[1])),
            "arrived" => child.arrival = Some(day(f[1])),
            _ => all.push(spell(&f, journeys)),
        }
    }
    journeys.push_child(&child, &mut all).unwrap();
}

fn child_born(born: &str) -> ChildRecord {
    ChildRecord {
        birth: Some(day(born)),
        birth_precision: BirthPrecision::Day,
        link: LinkOutcome::Confirmed,
        unaccompanied: Some(false),
        ..ChildRecord::default()
    }
}
