//! The return on children looked after as XML (`EXPSSDA903`): children with a header and episodes.

use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, SpellKind};

use crate::bytes::trim::trim;
use crate::bytes::xml::Handler;
use crate::config::codelists::ColumnDef;
use crate::config::format::Format;
use crate::diagnostics::Code;
use crate::fields::field_reader::FieldReader;
use crate::fields::value::is_null;
use crate::records::record_sink::RecordSink;
use crate::records::{CareRow, PersonRow, System};

const ELEMENTS: &[&str] = &[
    "CHILDID",
    "UPN",
    "SEX",
    "DOB",
    "ETHNIC",
    "UASC",
    "DUC",
    "DECOM",
    "RNE",
    "LS",
    "CIN",
    "PL",
    "PL_POST",
    "HOME_POST",
    "URN",
    "PLACE_PROVIDER",
    "DEC",
    "REC",
    "REASON_PLACE_CHANGE",
    "PREV_PERM",
    "MIS_START",
    "MIS_END",
];
/// Columns of an episode; the others are of the child.
const EPISODE: std::ops::RangeInclusive<usize> = 7..=18;
const PERMANENCE: usize = 19;
const MISSING: [usize; 2] = [20, 21];
/// Tables of the return of which something is made; the others are known and not needed.
const USED: [&str; 5] = ["header", "episodes", "uasc", "prev_perm", "missing"];

/// Elements of one part of a child, by place in [`ELEMENTS`].
type Fields = Vec<(usize, String)>;

fn field(fields: &Fields, column: usize) -> &str {
    let found = fields.iter().find(|(at, _)| *at == column);
    found.map_or("", |(_, text)| text.as_str())
}

/// Reads a return into records.
pub(crate) struct CareReader<'x, 'a, 'r> {
    reading: &'x mut FieldReader<'a>,
    sink: &'x mut RecordSink<'r>,
    pub(crate) children: u64,
    pub(crate) episodes: u64,
    pub(crate) kept: u64,
    header: Fields,
    episode: Option<Fields>,
    /// A time missing, while it is read.
    missing: Option<Fields>,
    pending: Vec<(u64, Fields)>,
    pending_missing: Vec<(u64, Fields)>,
    child_line: u64,
    in_child: bool,
    /// Some exports call the identifier `CHILD`, like the element around it.
    in_identifier: bool,
    unread: std::collections::BTreeSet<String>,
    /// Which elements had a text anywhere.
    filled: [bool; ELEMENTS.len()],
}

impl<'x, 'a, 'r> CareReader<'x, 'a, 'r> {
    /// The names that a [`FieldReader`] for a return has as its columns.
    pub(crate) fn columns() -> impl Iterator<Item = &'static str> {
        ELEMENTS.iter().copied()
    }

    pub(crate) fn new(reading: &'x mut FieldReader<'a>, sink: &'x mut RecordSink<'r>) -> Self {
        Self {
            reading,
            sink,
            children: 0,
            episodes: 0,
            kept: 0,
            header: vec![],
            episode: None,
            missing: None,
            pending: vec![],
            pending_missing: vec![],
            child_line: 0,
            in_child: false,
            in_identifier: false,
            unread: std::collections::BTreeSet::new(),
            filled: [false; ELEMENTS.len()],
        }
    }

    /// The elements of which any was there with a text.
    pub(crate) fn seen(&self) -> Vec<String> {
        let names = ELEMENTS.iter().zip(self.filled);
        names
            .filter(|(_, filled)| *filled)
            .map(|(name, _)| (*name).to_owned())
            .collect()
    }

    fn flush_child(&mut self) {
        self.in_child = false;
        let header = std::mem::take(&mut self.header);
        let pending = std::mem::take(&mut self.pending);
        let missing = std::mem::take(&mut self.pending_missing);
        self.children += 1;
        self.reading.line = self.child_line;
        let get = |column: usize| field(&header, column);
        let Ok(id) = self.sink.id(self.reading, 0, get(0)) else {
            if !pending.is_empty() {
                let message = format!("{} episodes of a child without identifier", pending.len());
                self.reading.report_row(Code::ParentUnmatched, message);
            }
            return;
        };
        let mut person = PersonRow::new(
            id,
            System::Care,
            self.sink.place(self.reading),
            self.sink.year,
        );
        person.upn = self
            .reading
            .upn(1, get(1))
            .map(|upn| self.sink.records().texts.number(&upn));
        person.sex = self.reading.sex(2, get(2));
        person.birth = self.reading.birth(3, get(3));
        if person.birth.is_some() {
            person.precision = BirthPrecision::Day;
        }
        person.ethnicity = self.reading.ethnicity(4, get(4));
        person.unaccompanied = self.reading.unaccompanied(5, get(5));
        person.unaccompanied_unclear = person.unaccompanied.is_none() && !is_null(get(5));
        person.unaccompanied_ceased = self.reading.day(6, get(6));
        self.reading
            .check_code(PERMANENCE, "previous_permanence", get(PERMANENCE));
        person.earlier_permanence = (!get(PERMANENCE).is_empty())
            .then(|| self.reading.permanence(PERMANENCE, get(PERMANENCE)))
            .flatten();
        self.sink.records().persons.push(person);
        self.kept += 1;
        for (line, episode) in pending {
            self.reading.line = line;
            if let Some(row) = self.care_row(id, &episode) {
                self.sink.records().care.push(row);
            }
        }
        for (line, time) in missing {
            self.reading.line = line;
            let [from, to] = MISSING.map(|column| (column, field(&time, column)));
            if let Ok(days) = self.reading.span(SpellKind::Missing, from, Some(to)) {
                let kind = SpellKind::Missing;
                let spell = self
                    .sink
                    .activity(self.reading, System::Care, id, kind, days);
                self.sink.records().activities.push(spell);
            }
        }
        self.reading.child = None;
    }

    /// An element that nothing is made of: of a table that is not needed, or of none.
    fn unread(&mut self, name: &str) {
        let column = |column: &ColumnDef| column.name.eq_ignore_ascii_case(name);
        let tables = self.reading.lists.tables().iter();
        let known: Vec<&str> = tables
            .filter(|table| table.format == Format::Ssda903 && table.columns.iter().any(column))
            .map(|table| table.name.as_str())
            .collect();
        if known.iter().any(|table| USED.contains(table)) {
            return;
        }
        let (code, message) = match known.first() {
            Some(table) => (Code::TableUnused, format!("ssda903 {table}")),
            None => (Code::ColumnUnknown, format!("element {name}")),
        };
        if self.unread.insert(message.clone()) {
            self.reading.report_file(code, message);
        }
    }

    fn care_row(&mut self, id: u32, episode: &Fields) -> Option<CareRow> {
        self.episodes += 1;
        let get = |column: usize| field(episode, column);
        let kind = SpellKind::CareEpisode;
        let (start, end) = self
            .reading
            .span(kind, (7, get(7)), Some((16, get(16))))
            .ok()?;
        if end == Some(start) {
            self.reading.report(Code::SameDaySpell, 16, "", "rule 355");
        }
        let reason_ceased = self.reading.coded(17, CodeSetId::ReasonCeased, get(17));
        if end.is_none() != (reason_ceased == CodeId::BLANK) {
            self.reading
                .report(Code::CeasedReasonAlone, 17, get(17), "rule 148");
        }
        let home_postcode = self
            .reading
            .postcode(13, get(13))
            .map_or(0, |code| self.sink.records().texts.number(&code));
        let mut number = |column: usize| self.sink.records().texts.number(trim(get(column)));
        let (provider, reason_change) = (number(15), number(18));
        let (postcode, registration) = (trim(get(12)), trim(get(14)));
        let placed_at = self.sink.records().placed_at(postcode, registration);
        self.reading.check_code(15, "place_provider", get(15));
        self.reading.check_code(18, "reason_place_change", get(18));
        Some(CareRow {
            id,
            place: self.sink.place(self.reading),
            system: System::Care,
            year: self.sink.year,
            start,
            end: end.into(),
            reason_new: self.reading.coded(8, CodeSetId::ReasonNewEpisode, get(8)),
            legal_status: self.reading.coded(9, CodeSetId::LegalStatus, get(9)),
            need: self.reading.coded(10, CodeSetId::Need, get(10)),
            placement: self.reading.coded(11, CodeSetId::Placement, get(11)),
            provider,
            placed_at,
            home_postcode,
            reason_ceased,
            reason_change,
            rule: None,
            period_key: 0,
        })
    }
}

impl Handler for CareReader<'_, '_, '_> {
    fn open(&mut self, name: &str, line: u64) {
        self.reading.line = line;
        if name == "child" {
            self.in_identifier = self.in_child;
            if !self.in_child {
                self.in_child = true;
                self.child_line = line;
            }
        } else if name == "episode" {
            self.episode = Some(vec![]);
        } else if name == "amissing" {
            self.missing = Some(vec![]);
        }
    }

    fn close(&mut self, name: &str, text: &str, line: u64) {
        self.reading.line = line;
        match name {
            "child" if !std::mem::take(&mut self.in_identifier) => self.flush_child(),
            "episode" => {
                if let Some(episode) = self.episode.take() {
                    self.pending.push((line, episode));
                }
            }
            "amissing" => {
                if let Some(missing) = self.missing.take() {
                    self.pending_missing.push((line, missing));
                }
            }
            _ => {
                let alias = match name {
                    "place" => "pl",
                    "child" => "childid",
                    other => other,
                };
                if let Some(at) = ELEMENTS
                    .iter()
                    .position(|known| known.eq_ignore_ascii_case(alias))
                {
                    self.filled[at] |= !text.is_empty();
                    match (&mut self.episode, &mut self.missing) {
                        (Some(episode), _) if EPISODE.contains(&at) => {
                            episode.push((at, text.to_owned()));
                        }
                        (_, Some(missing)) if MISSING.contains(&at) => {
                            missing.push((at, text.to_owned()));
                        }
                        // Modules after the header repeat some of its names; the first is the header's.
                        _ if !EPISODE.contains(&at)
                            && !self.header.iter().any(|(seen, _)| *seen == at) =>
                        {
                            self.header.push((at, text.to_owned()));
                        }
                        _ => {}
                    }
                } else if !text.is_empty() {
                    self.unread(name);
                }
            }
        }
    }

    fn stray(&mut self, text: &str, line: u64) {
        self.reading.report_stray(text, line);
    }

    fn doctype(&mut self, line: u64) {
        self.reading.report_doctype(line);
    }
}
