//! Flat variants of the children in need census: one row for each event, and one table for each
//! module.

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, CodeSetId, SpellKind};

use super::{Each, columns};
use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::date::plain_day;
use crate::fields::field_reader::{Reading, RowStop};
use crate::fields::value::is_null;
use crate::formats::delimited::Row;
use crate::records::sink::Sink;
use crate::records::{Activity, PersonRow, System};

/// The columns that say who a child is, wherever they stand.
#[derive(Clone, Copy)]
struct Identity {
    child: usize,
    birth: usize,
    expected: usize,
    sex: usize,
    death: usize,
    ethnicity: usize,
    upn: usize,
}

impl Identity {
    fn of(def: &TableDef) -> Self {
        let [child, birth, expected, sex, death, ethnicity, upn] = columns(
            def,
            [
                "LAchildID",
                "PersonBirthDate",
                "ExpectedPersonBirthDate",
                "GenderCurrent",
                "PersonDeathDate",
                "Ethnicity",
                "UPN",
            ],
        );
        Self {
            child,
            birth,
            expected,
            sex,
            death,
            ethnicity,
            upn,
        }
    }

    fn read(
        self,
        reading: &mut Reading<'_>,
        row: &Row<'_>,
        sink: &mut Sink<'_>,
        id: u32,
    ) -> PersonRow {
        let mut person = PersonRow::new(id, System::Cin, sink.place(reading), sink.year);
        if row.has(self.birth) {
            person.birth = reading.day(self.birth, row.text(self.birth));
            person.precision = if person.birth.is_some() {
                BirthPrecision::Day
            } else {
                BirthPrecision::None
            };
            let expected = reading.day(self.expected, row.text(self.expected));
            if person.birth.is_none() && expected.is_some() {
                person.birth = expected;
                person.precision = BirthPrecision::Expected;
            }
        }
        if row.has(self.sex) {
            person.sex = reading.sex(self.sex, row.text(self.sex));
        }
        person.death = reading.day(self.death, row.text(self.death));
        if row.has(self.ethnicity) {
            person.ethnicity = reading.ethnicity(self.ethnicity, row.text(self.ethnicity));
        }
        person.upn = reading
            .upn(self.upn, row.text(self.upn))
            .map(|upn| sink.records().texts.number(&upn));
        person
    }
}

/// The header of a census: its year, and when it was made.
pub(super) fn header(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let [reference, time] = columns(def, ["ReferenceDate", "DateTime"]);
    move |_, row, sink| {
        let header = &mut sink.labels.header;
        header.year = Some(sink.year).filter(|year| *year != 0);
        header.reference = plain_day(row.text(reference));
        header.made = plain_day(row.text(time));
        Ok(())
    }
}

/// Identifiers or characteristics of one child.
pub(super) fn child(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let identity = Identity::of(def);
    move |reading, row, sink| {
        let id = sink.id(reading, identity.child, row.text(identity.child))?;
        let person = identity.read(reading, row, sink, id);
        sink.records().persons.push(person);
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Details {
    referral: usize,
    source: usize,
    need: usize,
    closure: usize,
    reason: usize,
    conference: usize,
    nfa: usize,
}

impl Details {
    fn of(def: &TableDef) -> Self {
        let [referral, source, need, closure, reason, conference, nfa] = columns(
            def,
            [
                "CINreferralDate",
                "ReferralSource",
                "PrimaryNeedCode",
                "CINclosureDate",
                "ReasonForClosure",
                "DateOfInitialCPC",
                "ReferralNFA",
            ],
        );
        Self {
            referral,
            source,
            need,
            closure,
            reason,
            conference,
            nfa,
        }
    }

    fn read(
        self,
        reading: &mut Reading<'_>,
        row: &Row<'_>,
        sink: &mut Sink<'_>,
        id: u32,
    ) -> Result<Activity, RowStop> {
        let (from, to) = (self.referral, self.closure);
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let (start, end) = reading.span(SpellKind::CinEpisode, from, to)?;
        let mut episode = sink.activity(
            reading,
            System::Cin,
            id,
            SpellKind::CinEpisode,
            (start, end),
        );
        episode.codes = [
            reading.coded(
                self.source,
                CodeSetId::ReferralSource,
                row.text(self.source),
            ),
            reading.coded(self.need, CodeSetId::Need, row.text(self.need)),
            reading.coded(
                self.reason,
                CodeSetId::ReasonForClosure,
                row.text(self.reason),
            ),
        ];
        episode.no_further_action = reading.no_further_action(self.nfa, row.text(self.nfa));
        if is_null(trim(row.text(self.nfa))) {
            reading.report(Code::NfaMissing, self.nfa, "", "");
        }
        if let Some(day) = reading.day(self.conference, row.text(self.conference)) {
            transfer_in(reading, sink, id, start, day);
        }
        Ok(episode)
    }
}

/// A conference recorded with the referral itself: the child came with a plan from elsewhere.
fn transfer_in(reading: &Reading<'_>, sink: &mut Sink<'_>, id: u32, referral: Day, day: Day) {
    let mut conference = sink.activity(
        reading,
        System::Cin,
        id,
        SpellKind::InitialConference,
        (day, Some(day)),
    );
    conference.parent = Some(referral);
    conference.flags = conference
        .flags
        .with(disparity_core::journeys::SpellFlags::TRANSFERRED_IN);
    sink.records().activities.push(conference);
}

/// One episode, with the number by which other tables refer to it.
pub(super) fn details(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let (columns_of, [child, key]) = (
        Details::of(def),
        columns(def, ["LAchildID", "CINdetailsID"]),
    );
    move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let mut episode = columns_of.read(reading, row, sink, id)?;
        episode.parent_key = key_of(row, key, sink);
        sink.records().activities.push(episode);
        Ok(())
    }
}

fn key_of(row: &Row<'_>, column: usize, sink: &mut Sink<'_>) -> u32 {
    let text = trim(row.text(column));
    if text.is_empty() {
        Activity::NO_KEY
    } else {
        sink.records().texts.number(text)
    }
}

/// The start, end and kind of a nested module's table.
pub(super) fn nested(def: &TableDef) -> Option<Each> {
    let (kind, from, to) = match def.name.as_str() {
        "assessments" => (
            SpellKind::Assessment,
            "AssessmentActualStartDate",
            "AssessmentAuthorisationDate",
        ),
        "cin_plan_dates" => (SpellKind::CinPlan, "CINPlanStartDate", "CINPlanEndDate"),
        "section47" => (SpellKind::Section47, "S47ActualStartDate", ""),
        "child_protection_plans" => (SpellKind::ProtectionPlan, "CPPstartDate", "CPPendDate"),
        "reviews" => (SpellKind::ProtectionReview, "CPPreviewDate", ""),
        _ => return None,
    };
    let [
        child,
        key,
        referral,
        from,
        to,
        initial,
        latest,
        previous,
        conference,
    ] = columns(
        def,
        [
            "LAchildID",
            "CINdetailsID",
            "CINreferralDate",
            from,
            to,
            "InitialCategoryOfAbuse",
            "LatestCategoryOfAbuse",
            "NumberOfPreviousCPP",
            "DateOfInitialCPC",
        ],
    );
    Some(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let days = reading.span(kind, (from, row.text(from)), (to, row.text(to)))?;
        let mut activity = sink.activity(reading, System::Cin, id, kind, days);
        activity.parent_key = key_of(row, key, sink);
        activity.parent = reading.day(referral, row.text(referral));
        if kind == SpellKind::ProtectionPlan {
            activity.codes[0] = reading.category_of_abuse(initial, row.text(initial));
            activity.codes[1] = reading.category_of_abuse(latest, row.text(latest));
            activity.number = reading.small_number(previous, row.text(previous));
        }
        if kind == SpellKind::Section47
            && let Some(day) = reading.day(conference, row.text(conference))
        {
            let held = conference_of(&activity, day);
            sink.records().activities.push(held);
        }
        sink.records().activities.push(activity);
        Ok(())
    }))
}

/// One row for each event, as regional tools write it; ends stand on rows of their own.
pub(super) fn events(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let (identity, details) = (Identity::of(def), Details::of(def));
    let [
        date,
        kind,
        plan_end,
        assessed,
        protection_end,
        initial,
        latest,
        previous,
    ] = columns(
        def,
        [
            "Date",
            "Type",
            "CINPlanEndDate",
            "AssessmentAuthorisationDate",
            "CPPendDate",
            "InitialCategoryOfAbuse",
            "LatestCategoryOfAbuse",
            "NumberOfPreviousCPP",
        ],
    );
    // Rows of one kind follow one another.
    let mut word = (String::new(), String::new());
    move |reading, row, sink| {
        let id = sink.id(reading, identity.child, row.text(identity.child))?;
        if word.0 != row.text(kind) {
            word = (
                row.text(kind).to_owned(),
                crate::config::words::fold(row.text(kind)),
            );
        }
        let (spell, end) = match word.1.as_str() {
            "cinreferraldate" => return referral(identity, details, date, reading, row, sink, id),
            "assessmentactualstartdate" => (SpellKind::Assessment, assessed),
            "cinplanstartdate" => (SpellKind::CinPlan, plan_end),
            "s47actualstartdate" => (SpellKind::Section47, usize::MAX),
            "cppstartdate" => (SpellKind::ProtectionPlan, protection_end),
            "cppreviewdate" => (SpellKind::ProtectionReview, usize::MAX),
            // The ends repeat what the row of the start already says.
            "cinclosuredate" | "assessmentauthorisationdate" | "cinplanenddate" | "cppenddate" => {
                return reading.key_day(date, row.text(date)).map(|_| ());
            }
            _ => {
                reading.report(
                    Code::CodeUnknown,
                    kind,
                    row.text(kind),
                    "expected the name of a census date",
                );
                return Err(RowStop);
            }
        };
        let days = reading.span(spell, (date, row.text(date)), (end, row.text(end)))?;
        let mut activity = sink.activity(reading, System::Cin, id, spell, days);
        activity.parent = reading.day(details.referral, row.text(details.referral));
        if spell == SpellKind::ProtectionPlan {
            activity.codes[0] = reading.category_of_abuse(initial, row.text(initial));
            activity.codes[1] = reading.category_of_abuse(latest, row.text(latest));
            activity.number = reading.small_number(previous, row.text(previous));
        }
        if spell == SpellKind::Section47
            && let Some(day) = reading.day(details.conference, row.text(details.conference))
        {
            let held = conference_of(&activity, day);
            sink.records().activities.push(held);
        }
        sink.records().activities.push(activity);
        Ok(())
    }
}

/// The conference that followed an enquiry.
fn conference_of(enquiry: &Activity, day: Day) -> Activity {
    Activity {
        kind: SpellKind::InitialConference,
        start: day,
        end: Some(day),
        codes: Default::default(),
        ..*enquiry
    }
}

/// The row of a referral, which says who the child is as well. A regional file may have the date of
/// referral only as the date of the event.
fn referral(
    identity: Identity,
    details: Details,
    date: usize,
    reading: &mut Reading<'_>,
    row: &Row<'_>,
    sink: &mut Sink<'_>,
    id: u32,
) -> Result<(), RowStop> {
    let person = identity.read(reading, row, sink, id);
    sink.records().persons.push(person);
    let own = Details {
        referral: if trim(row.text(details.referral)).is_empty() {
            date
        } else {
            details.referral
        },
        ..details
    };
    let episode = own.read(reading, row, sink, id)?;
    sink.records().activities.push(episode);
    Ok(())
}
