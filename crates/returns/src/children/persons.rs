//! What several files say about one child, as one: the latest date of birth, an ethnic group by the
//! rule chosen, and everything else from whichever file knows it.

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, ChildRecord, LinkOutcome};

use crate::config::codelists::Lists;
use crate::config::options::EthnicityRule;
use crate::diagnostics::Code;
use crate::records::{PersonRow, System};

/// Something odd about what a row says of a child, with the particulars.
pub(crate) type PersonOddity = (Code, PersonRow, String);

/// A child's facts from all rows about it, and what was odd about them.
pub(crate) struct Facts {
    pub(crate) record: ChildRecord,
    pub(crate) upn: Option<u32>,
    pub(crate) conflict: bool,
    pub(crate) oddities: Vec<PersonOddity>,
}

/// Which returns list every child who is unaccompanied, so that one who is not listed is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Listed {
    pub(crate) care: bool,
    pub(crate) safeguarding: bool,
}

impl Listed {
    const fn by(self, system: System) -> bool {
        match system {
            System::Care => self.care,
            System::Ssd => self.safeguarding,
            _ => false,
        }
    }
}

/// Joins rows about one child, in any order.
pub(crate) fn join(
    rows: &mut [PersonRow],
    lists: &Lists,
    rule: EthnicityRule,
    unaccompanied: Listed,
) -> Facts {
    rows.sort_by_key(|row| (row.year, row.system, row.place));
    let mut record = ChildRecord {
        link: LinkOutcome::NotNeeded,
        ..ChildRecord::default()
    };
    let mut oddities = Vec::new();
    let conflict = births(rows, &mut record, &mut oddities);
    let unknown_sex = lists.sex("unknown");
    let mut upn = None;
    for row in rows.iter() {
        record.death = row.death.or(record.death);
        if row.sex.0 != 0 && (Some(row.sex) != unknown_sex || record.sex.0 == 0) {
            if record.sex.0 != 0 && record.sex != row.sex && Some(record.sex) != unknown_sex {
                oddities.push((Code::AttributeChanged, *row, "sex (rule 202)".into()));
            }
            record.sex = row.sex;
        }
        upn = row.upn.or(upn);
        record.unaccompanied = match (record.unaccompanied, row.unaccompanied) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (before, after) => after.or(before),
        };
        record.unaccompanied_ceased = row.unaccompanied_ceased.or(record.unaccompanied_ceased);
        record.earlier_permanence = match (record.earlier_permanence, row.earlier_permanence) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (before, after) => after.or(before),
        };
        record.arrival = match (record.arrival, row.arrival) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    // A return that lists unaccompanied children and not this one says no; a status that is not
    // understood says nothing.
    if record.unaccompanied.is_none() && !rows.iter().any(|row| row.unaccompanied_unclear) {
        let said = rows.iter().any(|row| unaccompanied.by(row.system));
        record.unaccompanied = said.then_some(false);
    }
    ethnicity(rows, lists, rule, &mut record, &mut oddities);
    Facts {
        record,
        upn,
        conflict,
        oddities,
    }
}

fn births(rows: &[PersonRow], record: &mut ChildRecord, oddities: &mut Vec<PersonOddity>) -> bool {
    let mut conflict = false;
    let mut first: Option<PersonRow> = None;
    for row in rows.iter().filter(|row| row.birth.is_some()) {
        if let (Some(before), Some(birth)) = (&first, row.birth) {
            let apart = before.birth.map_or(0, |b| birth.since(b).abs());
            let whole =
                before.precision == BirthPrecision::Day && row.precision == BirthPrecision::Day;
            if whole && apart > 0 && before.place.source == row.place.source {
                conflict = true;
                let message = format!("line {} and line {}", before.place.line, row.place.line);
                oddities.push((Code::ChildConflict, *row, message));
            } else if whole && apart > 31 {
                oddities.push((
                    Code::AttributeChanged,
                    *row,
                    format!("date of birth, by {apart} days (rule 203)"),
                ));
            }
        }
        // A birth replaces an expectation; the latest file wins otherwise.
        if row.precision != BirthPrecision::Expected
            || record.birth_precision != BirthPrecision::Day
        {
            record.birth = row.birth;
            record.birth_precision = row.precision;
        }
        first = Some(*row);
    }
    conflict
}

fn ethnicity(
    rows: &[PersonRow],
    lists: &Lists,
    rule: EthnicityRule,
    record: &mut ChildRecord,
    oddities: &mut Vec<PersonOddity>,
) {
    let informative: Vec<&PersonRow> = rows
        .iter()
        .filter(|row| lists.is_informative(row.ethnicity))
        .collect();
    let mut broad: Vec<&str> = informative
        .iter()
        .filter_map(|row| lists.broad_group(row.ethnicity))
        .collect();
    broad.sort_unstable();
    broad.dedup();
    record.ethnicity_conflict = broad.len() > 1;
    if let (true, Some(row)) = (record.ethnicity_conflict, informative.last()) {
        oddities.push((
            Code::AttributeChanged,
            **row,
            "broad ethnic group (rule 204)".into(),
        ));
    }
    let chosen = match rule {
        EthnicityRule::LastInformative => informative.last().copied(),
        EthnicityRule::FirstInformative => informative.first().copied(),
        EthnicityRule::CareFirst => informative
            .iter()
            .rev()
            .find(|row| row.system == System::Care)
            .or(informative.last())
            .copied(),
        EthnicityRule::MostFrequent => informative
            .iter()
            .max_by_key(|row| {
                let times = informative
                    .iter()
                    .filter(|other| other.ethnicity == row.ethnicity)
                    .count();
                (times, row.year, row.ethnicity)
            })
            .copied(),
    };
    let missing = lists.ethnicity("MISS").unwrap_or_default();
    record.ethnicity = match chosen {
        Some(row) => row.ethnicity,
        // Refused and not obtained are kept apart from not recorded.
        None => rows
            .iter()
            .rev()
            .map(|row| row.ethnicity)
            .find(|e| e.0 != 0 && *e != missing)
            .unwrap_or(missing),
    };
}

/// Whether something happened more than 280 days before birth: impossible even unborn.
pub(crate) fn before_conception(birth: Option<Day>, precision: BirthPrecision, day: Day) -> bool {
    let slack = match precision {
        BirthPrecision::Year => 366,
        BirthPrecision::Month => 31,
        BirthPrecision::Expected => 120,
        _ => 0,
    };
    birth.is_some_and(|birth| birth.since(day) > 280 + slack)
}
