//! The children in need census as XML: one `Child` at a time to records. Elements are matched by
//! name in any order; the union of all years is read and what belongs to another year is said.

mod flush;
mod names;

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, CodeSetId, Coded, SpellFlags, SpellKind};

use crate::bytes::xml::Handler;
use crate::config::year::read_year;
use crate::diagnostics::Code;
use crate::fields::date::plain_day;
use crate::fields::field_reader::FieldReader;
use crate::fields::value::{is_null, read_bool, split_factors};
use crate::records::record_sink::{CensusHeader, RecordSink};
use crate::records::{Activity, PersonRow, RowPlace, System};

use names::{ELEMENTS, NONSTANDARD, PROCEEDINGS, is_structure};

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts about one child, not a state"
)]
struct Child {
    line: u64,
    implicit: bool,
    id: Option<String>,
    damaged_id: bool,
    person: Option<PersonRow>,
    expected: Option<Day>,
    /// Whether a date of birth is there and cannot be read, which has been reported.
    bad_birth: bool,
    /// Whether an episode was set aside, which has been reported.
    lost_episode: bool,
    episodes: Vec<Activity>,
    nested: Vec<Activity>,
    disabilities: u32,
    none_disability: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Module {
    None,
    Assessment,
    CinPlan,
    Section47,
    Protection,
}

/// Reads a census into records.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts about what is being read, not a state"
)]
pub(crate) struct CensusReader<'x, 'a, 'r> {
    reading: &'x mut FieldReader<'a>,
    sink: &'x mut RecordSink<'r>,
    pub(crate) header: CensusHeader,
    pub(crate) children: u64,
    pub(crate) kept: u64,
    pub(crate) episodes: u64,
    columns: std::collections::BTreeMap<String, usize>,
    child: Option<Child>,
    episode: Option<Activity>,
    /// The day of the episode's referral.
    referred: Option<Day>,
    in_episode: bool,
    /// Whether the episode says anything of further action, understood or not.
    nfa_said: bool,
    /// Whether the start of the episode or the module is there and cannot be read, which has been
    /// reported.
    bad_referral: bool,
    bad_start: bool,
    module: Module,
    start: Option<Day>,
    end: Option<Day>,
    conference: Option<Day>,
    plan: (
        disparity_core::journeys::CodeId,
        disparity_core::journeys::CodeId,
        Option<u8>,
    ),
    factors: Vec<String>,
    unread: std::collections::BTreeSet<String>,
}

impl<'x, 'a, 'r> CensusReader<'x, 'a, 'r> {
    /// The names that a [`FieldReader`] for a census has as its columns.
    pub(crate) fn columns() -> impl Iterator<Item = &'static str> {
        ELEMENTS.iter().copied()
    }

    pub(crate) fn new(reading: &'x mut FieldReader<'a>, sink: &'x mut RecordSink<'r>) -> Self {
        let columns = ELEMENTS
            .iter()
            .enumerate()
            .map(|(at, name)| (name.to_lowercase(), at))
            .collect();
        Self {
            reading,
            sink,
            header: CensusHeader::default(),
            children: 0,
            kept: 0,
            episodes: 0,
            columns,
            child: None,
            episode: None,
            referred: None,
            in_episode: false,
            nfa_said: false,
            bad_referral: false,
            bad_start: false,
            module: Module::None,
            start: None,
            end: None,
            conference: None,
            plan: Default::default(),
            factors: vec![],
            unread: std::collections::BTreeSet::new(),
        }
    }

    /// What is left when the document ends.
    pub(crate) fn finish(&mut self) {
        self.flush_child();
    }

    fn child(&mut self, line: u64) -> &mut Child {
        if self.child.is_none() {
            self.reading.child = None;
        }
        self.child.get_or_insert_with(|| Child {
            line,
            implicit: true,
            ..Child::default()
        })
    }

    fn place(&self) -> RowPlace {
        self.sink.place(self.reading)
    }

    /// An episode of which nothing is known yet; its first day is the referral's, when it ends.
    fn blank_episode(&self) -> Activity {
        let (place, year) = (self.place(), self.sink.year);
        let kind = SpellKind::CinEpisode;
        Activity::new(0, System::Cin, place, year, kind, Day::OPEN, None)
    }

    /// A module of the episode being read; its referral date is filled in when the episode ends.
    fn push_nested(&mut self, kind: SpellKind, start: Day, end: Option<Day>) -> &mut Activity {
        let (place, year, line) = (self.place(), self.sink.year, self.reading.line);
        let in_episode = self.in_episode;
        let nested = &mut self.child(line).nested;
        let mut activity = Activity::new(0, System::Cin, place, year, kind, start, end);
        activity.parent = in_episode.then_some(Day::OPEN);
        let at = nested.len();
        nested.push(activity);
        &mut nested[at]
    }

    fn check_factors(&mut self) {
        let factors = std::mem::take(&mut self.factors);
        let several = factors.len() > 1;
        for factor in &factors {
            self.reading.check_code(20, "assessment_factor", factor);
        }
        if several && factors.iter().any(|factor| factor == "21") {
            self.reading.report(
                Code::CodeUnknown,
                20,
                "21",
                "no factors stands beside others (rule 8869)",
            );
        }
    }

    fn leaf(&mut self, column: usize, text: &str, line: u64) {
        match ELEMENTS[column] {
            "Collection" => text.clone_into(&mut self.header.collection),
            "Year" => {
                self.header.year = read_year(text);
                self.reading.year = self.reading.options.year.or(self.header.year);
            }
            "ReferenceDate" => self.header.reference = self.reading.day(column, text),
            "DateTime" => self.header.made = plain_day(text),
            "LEA" => text.clone_into(&mut self.header.la),
            _ if column <= 10 => self.identity(column, text, line),
            _ if column <= 17 => self.detail(column, text, line),
            _ => self.module_leaf(column, text),
        }
    }

    fn identity(&mut self, column: usize, text: &str, line: u64) {
        if ELEMENTS[column] == "LAchildID" {
            if self
                .child
                .as_ref()
                .is_some_and(|child| child.implicit && child.id.is_some())
            {
                self.flush_child();
            }
            let read = self.reading.id(column, text);
            let child = self.child(line);
            match read {
                Ok(id) => {
                    child.id = Some(id.clone().into_owned());
                    self.reading.child = Some(id.into_owned());
                }
                Err(_) => {
                    child.damaged_id = true;
                    self.reading.child = None;
                }
            }
            return;
        }
        let (place, year) = (self.place(), self.sink.year);
        let mut person = self
            .child(line)
            .person
            .take()
            .unwrap_or_else(|| PersonRow::new(0, System::Cin, place, year));
        match ELEMENTS[column] {
            "UPN" => {
                person.upn = self
                    .reading
                    .upn(column, text)
                    .map(|upn| self.sink.records().texts.number(&upn));
            }
            "UPNunknown" => self.reading.check_code(column, "upn_unknown", text),
            "PersonBirthDate" => {
                let read = self.reading.day_if_any(column, text);
                self.child(line).bad_birth |= read.is_err();
                person.birth = read.unwrap_or(None);
                if person.birth.is_some() {
                    person.precision = BirthPrecision::Day;
                }
            }
            "ExpectedPersonBirthDate" => {
                let read = self.reading.day_if_any(column, text);
                let child = self.child(line);
                child.bad_birth |= read.is_err();
                child.expected = read.unwrap_or(None);
            }
            name @ ("GenderCurrent" | "Sex") => {
                person.sex = self.reading.sex(column, text);
                let number = text.bytes().all(|b| b.is_ascii_digit());
                if !text.is_empty() && number == (name == "Sex") {
                    let message = "GenderCurrent holds a number and Sex a letter";
                    self.reading
                        .report(Code::CodeOtherYear, column, text, message);
                }
            }
            "PersonDeathDate" => person.death = self.reading.day(column, text),
            "Ethnicity" => person.ethnicity = self.reading.ethnicity(column, text),
            "Disability" => {
                self.reading.check_code(column, "disability", text);
                let child = self.child(line);
                child.disabilities += u32::from(!text.is_empty());
                child.none_disability |= text.eq_ignore_ascii_case("none");
            }
            _ => {}
        }
        self.child(line).person = Some(person);
    }

    fn detail(&mut self, column: usize, text: &str, line: u64) {
        if ELEMENTS[column] == "DateOfInitialCPC" && self.module == Module::Section47 {
            self.conference = self.reading.day(column, text);
            return;
        }
        let unopened = self.blank_episode();
        let mut episode = self.episode.take().unwrap_or(unopened);
        match ELEMENTS[column] {
            "CINreferralDate" => match self.reading.key_day(column, text) {
                Ok(day) if day > self.reading.options.as_of => {
                    self.reading
                        .report(Code::DateAfterExtract, column, text, "");
                    self.bad_referral = true;
                }
                Ok(day) => self.referred = Some(day),
                Err(_) => self.bad_referral = true,
            },
            "ReferralSource" => {
                let code = self.reading.coded(column, CodeSetId::ReferralSource, text);
                if let Coded::Episode { source, .. } = &mut episode.coded {
                    *source = code;
                }
            }
            "PrimaryNeedCode" => {
                let code = self.reading.coded(column, CodeSetId::Need, text);
                if let Coded::Episode { need, .. } = &mut episode.coded {
                    *need = code;
                }
            }
            "CINclosureDate" => episode.end = self.reading.day(column, text),
            "ReasonForClosure" => {
                let set = CodeSetId::ReasonForClosure;
                let code = self.reading.coded(column, set, text);
                if let Coded::Episode { closure, .. } = &mut episode.coded {
                    *closure = code;
                }
            }
            "ReferralNFA" => {
                episode.no_further_action = self.reading.no_further_action(column, text);
                self.nfa_said |= !is_null(text);
            }
            "DateOfInitialCPC" => {
                if let Some(day) = self.reading.day(column, text) {
                    self.child(line);
                    let held = self.push_nested(SpellKind::InitialConference, day, Some(day));
                    held.flags = held.flags.with(SpellFlags::TRANSFERRED_IN);
                }
            }
            _ => {}
        }
        self.episode = Some(episode);
    }

    fn module_leaf(&mut self, column: usize, text: &str) {
        match ELEMENTS[column] {
            "AssessmentActualStartDate"
            | "CINPlanStartDate"
            | "S47ActualStartDate"
            | "CPPstartDate" => {
                self.start = self.reading.key_day(column, text).ok();
                self.bad_start = self.start.is_none();
            }
            "AssessmentAuthorisationDate" | "CINPlanEndDate" | "CPPendDate" => {
                self.end = self.reading.day(column, text);
            }
            "AssessmentFactors" => {
                let factors = split_factors(text);
                if factors.len() > 1 {
                    self.reading.report(Code::FactorsJoined, column, text, "");
                } else if factors.is_empty() && !text.is_empty() {
                    self.reading.check_code(column, "assessment_factor", text);
                }
                self.factors.extend(factors);
            }
            "ICPCnotRequired" if read_bool(text).is_err() => {
                self.reading
                    .report(Code::CodeUnknown, column, text, "expected true or false");
            }
            "InitialCategoryOfAbuse" => {
                self.plan.0 = self.reading.category_of_abuse(column, text);
            }
            "LatestCategoryOfAbuse" => {
                self.plan.1 = self.reading.category_of_abuse(column, text);
            }
            "NumberOfPreviousCPP" => self.plan.2 = self.reading.small_number(column, text),
            "CPPreviewDate" => {
                if let Some(day) = self.reading.day(column, text) {
                    self.push_nested(SpellKind::ProtectionReview, day, Some(day));
                }
            }
            _ => {}
        }
    }
}

impl Handler for CensusReader<'_, '_, '_> {
    fn open(&mut self, name: &str, line: u64) {
        self.reading.line = line;
        match name {
            "child" => {
                self.flush_child();
                self.reading.child = None;
                self.child = Some(Child {
                    line,
                    ..Child::default()
                });
            }
            "cindetails" => {
                self.flush_episode();
                self.episodes += 1;
                self.child(line);
                self.in_episode = true;
                (self.nfa_said, self.bad_referral) = (false, false);
                self.episode = Some(self.blank_episode());
            }
            "assessments" => self.module = Module::Assessment,
            "cinplandates" => self.module = Module::CinPlan,
            "section47" => self.module = Module::Section47,
            "childprotectionplans" => {
                self.module = Module::Protection;
                self.plan.2 = None;
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str, text: &str, line: u64) {
        self.reading.line = line;
        match name {
            "child" => self.flush_child(),
            "cindetails" => self.flush_episode(),
            "assessments" | "cinplandates" | "section47" | "childprotectionplans" => {
                self.flush_module(line);
            }
            _ => match self.columns.get(name).copied() {
                Some(column) => self.leaf(column, text, line),
                None => self.other(name, text, line),
            },
        }
    }

    fn stray(&mut self, text: &str, line: u64) {
        self.reading.report_stray(text, line);
    }

    fn doctype(&mut self, line: u64) {
        self.reading.report_doctype(line);
    }
}

impl CensusReader<'_, '_, '_> {
    fn other(&mut self, name: &str, text: &str, line: u64) {
        if is_structure(name) {
            return;
        }
        if let Some((_, stands_for)) = NONSTANDARD.iter().find(|(other, _)| *other == name) {
            let message = format!("{name} read as {stands_for}");
            self.reading.report_row(Code::CinNonstandard, message);
            if let Some(column) = ELEMENTS.iter().position(|known| known == stands_for) {
                self.leaf(column, text, line);
            }
            return;
        }
        if !PROCEEDINGS.contains(&name) && self.unread.insert(name.to_owned()) {
            self.reading
                .report_file(Code::ColumnUnknown, format!("element {name}"));
        }
    }
}
