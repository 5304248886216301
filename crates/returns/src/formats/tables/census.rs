//! Flat variants of the children in need census: one row for each event, and one table for each
//! module.

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, CodeSetId, Coded, SpellKind};

use super::{Each, NoColumn, column, columns};
use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::date::plain_day;
use crate::fields::field_reader::{FieldReader, RowStop};
use crate::fields::value::is_null;
use crate::formats::delimited::Row;
use crate::records::record_sink::RecordSink;
use crate::records::{Activity, PersonRow, System};

/// What the rows of a table become; none for tables that nothing here needs.
pub(super) fn table(def: &TableDef) -> Result<Option<Each>, NoColumn> {
    let nested = |kind, from, to| nested(def, kind, from, to).map(Some);
    match def.name.as_str() {
        "header" => header(def).map(Some),
        "events" => events(def).map(Some),
        "child_identifiers" => child(def).map(Some),
        "child_characteristics" => characteristics(def).map(Some),
        "cin_details" => details(def).map(Some),
        "assessments" => nested(
            SpellKind::Assessment,
            "AssessmentActualStartDate",
            Some("AssessmentAuthorisationDate"),
        ),
        "cin_plan_dates" => nested(
            SpellKind::CinPlan,
            "CINPlanStartDate",
            Some("CINPlanEndDate"),
        ),
        "section47" => nested(SpellKind::Section47, "S47ActualStartDate", None),
        "child_protection_plans" => nested(
            SpellKind::ProtectionPlan,
            "CPPstartDate",
            Some("CPPendDate"),
        ),
        "reviews" => nested(SpellKind::ProtectionReview, "CPPreviewDate", None),
        _ => Ok(None),
    }
}

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
    fn of(def: &TableDef) -> Result<Self, NoColumn> {
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
        )?;
        Ok(Self {
            child,
            birth,
            expected,
            sex,
            death,
            ethnicity,
            upn,
        })
    }

    fn read(
        self,
        reading: &mut FieldReader<'_>,
        row: &Row<'_>,
        sink: &mut RecordSink<'_>,
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
fn header(def: &TableDef) -> Result<Each, NoColumn> {
    let [reference, time] = columns(def, ["ReferenceDate", "DateTime"])?;
    Ok(Box::new(move |_, row, sink| {
        let header = &mut sink.labels.header;
        header.year = Some(sink.year).filter(|year| *year != 0);
        header.reference = plain_day(row.text(reference));
        header.made = plain_day(row.text(time));
        Ok(())
    }))
}

/// Identifiers of one child.
fn child(def: &TableDef) -> Result<Each, NoColumn> {
    let identity = Identity::of(def)?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, identity.child, row.text(identity.child))?;
        let person = identity.read(reading, row, sink, id);
        sink.records().persons.push(person);
        Ok(())
    }))
}

/// Characteristics of one child, of which only the ethnic group is needed.
fn characteristics(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, ethnicity] = columns(def, ["LAchildID", "Ethnicity"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let mut person = PersonRow::new(id, System::Cin, sink.place(reading), sink.year);
        if row.has(ethnicity) {
            person.ethnicity = reading.ethnicity(ethnicity, row.text(ethnicity));
        }
        sink.records().persons.push(person);
        Ok(())
    }))
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
    fn of(def: &TableDef) -> Result<Self, NoColumn> {
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
        )?;
        Ok(Self {
            referral,
            source,
            need,
            closure,
            reason,
            conference,
            nfa,
        })
    }

    fn read(
        self,
        reading: &mut FieldReader<'_>,
        row: &Row<'_>,
        sink: &mut RecordSink<'_>,
        id: u32,
    ) -> Result<Activity, RowStop> {
        let (from, to) = (self.referral, self.closure);
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let (start, end) = reading.span(SpellKind::CinEpisode, from, Some(to))?;
        let mut episode = sink.activity(
            reading,
            System::Cin,
            id,
            SpellKind::CinEpisode,
            (start, end),
        );
        episode.coded = Coded::Episode {
            source: reading.coded(
                self.source,
                CodeSetId::ReferralSource,
                row.text(self.source),
            ),
            need: reading.coded(self.need, CodeSetId::Need, row.text(self.need)),
            closure: reading.coded(
                self.reason,
                CodeSetId::ReasonForClosure,
                row.text(self.reason),
            ),
        };
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
fn transfer_in(
    reading: &FieldReader<'_>,
    sink: &mut RecordSink<'_>,
    id: u32,
    referral: Day,
    day: Day,
) {
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
fn details(def: &TableDef) -> Result<Each, NoColumn> {
    let columns_of = Details::of(def)?;
    let [child, key] = columns(def, ["LAchildID", "CINdetailsID"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let mut episode = columns_of.read(reading, row, sink, id)?;
        episode.parent_key = key_of(row, key, sink);
        sink.records().activities.push(episode);
        Ok(())
    }))
}

fn key_of(row: &Row<'_>, column: usize, sink: &mut RecordSink<'_>) -> u32 {
    let text = trim(row.text(column));
    if text.is_empty() {
        Activity::NO_KEY
    } else {
        sink.records().texts.number(text)
    }
}

/// What the rows of a plan say of abuse and of earlier plans.
#[derive(Clone, Copy)]
struct Abuse {
    initial: usize,
    latest: usize,
    previous: usize,
}

impl Abuse {
    fn of(def: &TableDef) -> Result<Self, NoColumn> {
        let names = [
            "InitialCategoryOfAbuse",
            "LatestCategoryOfAbuse",
            "NumberOfPreviousCPP",
        ];
        let [initial, latest, previous] = columns(def, names)?;
        Ok(Self {
            initial,
            latest,
            previous,
        })
    }

    fn read(self, reading: &mut FieldReader<'_>, row: &Row<'_>, plan: &mut Activity) {
        plan.coded = Coded::Plan {
            initial: reading.category_of_abuse(self.initial, row.text(self.initial)),
            latest: reading.category_of_abuse(self.latest, row.text(self.latest)),
            earlier: reading.small_number(self.previous, row.text(self.previous)),
        };
    }
}

/// A module of an episode, in a table of its own, by the columns of its days.
fn nested(def: &TableDef, kind: SpellKind, from: &str, to: Option<&str>) -> Result<Each, NoColumn> {
    let names = ["LAchildID", "CINdetailsID", "CINreferralDate", from];
    let [child, key, referral, from] = columns(def, names)?;
    let to = to.map(|to| column(def, to)).transpose()?;
    let is_plan = kind == SpellKind::ProtectionPlan;
    let abuse = is_plan.then(|| Abuse::of(def)).transpose()?;
    let is_enquiry = kind == SpellKind::Section47;
    let conference = is_enquiry.then(|| column(def, "DateOfInitialCPC"));
    let conference = conference.transpose()?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let to = to.map(|to| (to, row.text(to)));
        let days = reading.span(kind, (from, row.text(from)), to)?;
        let mut activity = sink.activity(reading, System::Cin, id, kind, days);
        activity.parent_key = key_of(row, key, sink);
        activity.parent = reading.day(referral, row.text(referral));
        if let Some(abuse) = abuse {
            abuse.read(reading, row, &mut activity);
        }
        if let Some(conference) = conference
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
fn events(def: &TableDef) -> Result<Each, NoColumn> {
    let (identity, details) = (Identity::of(def)?, Details::of(def)?);
    let abuse = Abuse::of(def)?;
    let names = [
        "Date",
        "Type",
        "CINPlanEndDate",
        "AssessmentAuthorisationDate",
        "CPPendDate",
    ];
    let [date, kind, plan_end, assessed, protection_end] = columns(def, names)?;
    // Rows of one kind follow one another.
    let mut word = (String::new(), String::new());
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, identity.child, row.text(identity.child))?;
        if word.0 != row.text(kind) {
            word = (
                row.text(kind).to_owned(),
                crate::config::words::fold(row.text(kind)),
            );
        }
        let (spell, end) = match word.1.as_str() {
            "cinreferraldate" => return referral(identity, details, date, reading, row, sink, id),
            "assessmentactualstartdate" => (SpellKind::Assessment, Some(assessed)),
            "cinplanstartdate" => (SpellKind::CinPlan, Some(plan_end)),
            "s47actualstartdate" => (SpellKind::Section47, None),
            "cppstartdate" => (SpellKind::ProtectionPlan, Some(protection_end)),
            "cppreviewdate" => (SpellKind::ProtectionReview, None),
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
        let end = end.map(|end| (end, row.text(end)));
        let days = reading.span(spell, (date, row.text(date)), end)?;
        let mut activity = sink.activity(reading, System::Cin, id, spell, days);
        activity.parent = reading.day(details.referral, row.text(details.referral));
        if spell == SpellKind::ProtectionPlan {
            abuse.read(reading, row, &mut activity);
        }
        if spell == SpellKind::Section47
            && let Some(day) = reading.day(details.conference, row.text(details.conference))
        {
            let held = conference_of(&activity, day);
            sink.records().activities.push(held);
        }
        sink.records().activities.push(activity);
        Ok(())
    }))
}

/// The conference that followed an enquiry.
fn conference_of(enquiry: &Activity, day: Day) -> Activity {
    Activity {
        kind: SpellKind::InitialConference,
        start: day,
        end: Some(day),
        coded: Coded::Nothing,
        ..*enquiry
    }
}

/// The row of a referral, which says who the child is as well. A regional file may have the date of
/// referral only as the date of the event.
fn referral(
    identity: Identity,
    details: Details,
    date: usize,
    reading: &mut FieldReader<'_>,
    row: &Row<'_>,
    sink: &mut RecordSink<'_>,
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
