//! Lists of an Annex A. It covers six months and the latest episode only: a source of early help,
//! of starts of care and of the number of earlier plans, not of look-backs. Names of teams and
//! workers are never read.

use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, SpellKind};

use super::{Each, columns};
use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::field_reader::{Reading, RowStop};
use crate::fields::value::is_null;
use crate::formats::delimited::Row;
use crate::records::sink::Sink;
use crate::records::{Activity, CareRow, PersonRow, System};

/// The columns that every list begins with.
#[derive(Clone, Copy)]
struct Common([usize; 4]);

impl Common {
    fn of(def: &TableDef) -> Self {
        Self(columns(
            def,
            ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"],
        ))
    }

    fn read(
        self,
        reading: &mut Reading<'_>,
        row: &Row<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<u32, RowStop> {
        let Self([child, sex, ethnicity, birth]) = self;
        let id = sink.id(reading, child, row.text(child))?;
        let mut person = PersonRow::new(id, System::AnnexA, sink.place(reading), sink.year);
        person.birth = reading.day(birth, row.text(birth));
        person.precision = if person.birth.is_some() {
            BirthPrecision::Day
        } else {
            BirthPrecision::None
        };
        person.sex = reading.sex(sex, row.text(sex));
        person.ethnicity = reading.ethnicity(ethnicity, row.text(ethnicity));
        sink.records().persons.push(person);
        Ok(id)
    }
}

/// What one list's rows become; none for lists that nothing here needs.
pub(super) fn list(list: &str, def: &TableDef) -> Option<Each> {
    let simple = |kind, from, to| Some(simple(def, kind, from, to));
    match list {
        "contacts" => simple(SpellKind::Contact, "Date of Contact", ""),
        "early_help" => simple(
            SpellKind::EarlyHelp,
            "Assessment start date",
            "Assessment completion date",
        ),
        "referrals" => Some(referrals(def)),
        "assessments" => simple(
            SpellKind::Assessment,
            "Continuous Assessment Start Date",
            "Continuous Assessment Date of Authorisation",
        ),
        "section47" => simple(
            SpellKind::Section47,
            "Strategy discussion initiating Section 47 Enquiry Start Date",
            "",
        ),
        "cin" => simple(SpellKind::CinEpisode, "CIN Start Date", "CIN Closure Date"),
        "protection_plans" => simple(
            SpellKind::ProtectionPlan,
            "Child Protection Plan Start Date",
            "Child Protection Plan End Date",
        ),
        "in_care" => Some(in_care(def)),
        _ => None,
    }
}

fn simple(def: &TableDef, kind: SpellKind, from: &str, to: &str) -> Each {
    let common = Common::of(def);
    let [
        from,
        to,
        initial,
        latest,
        previous,
        need,
        reason,
        conference,
    ] = columns(
        def,
        [
            from,
            to,
            "Initial Category of Abuse",
            "Latest Category of Abuse",
            "Number of Previous Child Protection Plans",
            "Primary Need Code",
            "Reason for Closure",
            "Date of Initial Child Protection Conference",
        ],
    );
    Box::new(move |reading, row, sink| {
        let id = common.read(reading, row, sink)?;
        let days = reading.span(kind, (from, row.text(from)), (to, row.text(to)))?;
        let mut activity = sink.activity(reading, System::AnnexA, id, kind, days);
        match kind {
            SpellKind::ProtectionPlan => {
                activity.codes[0] = reading.category_of_abuse(initial, row.text(initial));
                activity.codes[1] = reading.category_of_abuse(latest, row.text(latest));
                activity.number = reading.small_number(previous, row.text(previous));
            }
            SpellKind::CinEpisode => {
                activity.codes[1] = reading.coded(need, CodeSetId::Need, row.text(need));
                activity.codes[2] =
                    reading.coded(reason, CodeSetId::ReasonForClosure, row.text(reason));
                activity.no_further_action = Some(false);
            }
            SpellKind::Section47 => {
                if let Some(day) = reading.day(conference, row.text(conference)) {
                    let held = Activity {
                        kind: SpellKind::InitialConference,
                        start: day,
                        end: Some(day),
                        ..activity
                    };
                    sink.records().activities.push(held);
                }
            }
            _ => {}
        }
        sink.records().activities.push(activity);
        Ok(())
    })
}

fn referrals(def: &TableDef) -> Each {
    let common = Common::of(def);
    let [date, source, nfa] = columns(
        def,
        ["Date of referral", "Referral Source", "Referral NFA?"],
    );
    Box::new(move |reading, row, sink| {
        let id = common.read(reading, row, sink)?;
        let none = (usize::MAX, "");
        let days = reading.span(SpellKind::Referral, (date, row.text(date)), none)?;
        // A list of referrals says nothing of closure, so the referral stays an event of its own.
        let mut referral = sink.activity(reading, System::AnnexA, id, SpellKind::Referral, days);
        referral.codes[0] = reading.coded(source, CodeSetId::ReferralSource, row.text(source));
        referral.no_further_action = reading.no_further_action(nfa, row.text(nfa));
        if is_null(trim(row.text(nfa))) {
            reading.report(Code::NfaMissing, nfa, "", "");
        }
        sink.records().activities.push(referral);
        Ok(())
    })
}

fn in_care(def: &TableDef) -> Each {
    let common = Common::of(def);
    let [uasc, from, need, second, status, to, reason] = columns(
        def,
        [
            "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
            "Date Started to be Looked After",
            "Child's Category of Need",
            "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)",
            "Child's Legal Status",
            "Date Ceased to be Looked After",
            "Reason Ceased to be Looked After",
        ],
    );
    Box::new(move |reading, row, sink| {
        let id = common.read(reading, row, sink)?;
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let (start, end) = reading.span(SpellKind::Care, from, to)?;
        let unaccompanied = reading.unaccompanied(uasc, row.text(uasc));
        reading.yes_no(second, row.text(second));
        if let Some(person) = sink.records().persons.last_mut() {
            person.unaccompanied = unaccompanied;
            person.unaccompanied_unclear =
                unaccompanied.is_none() && !is_null(trim(row.text(uasc)));
        }
        let starts = reading
            .lists
            .set("reason_new_episode")
            .and_then(|set| set.id("S"))
            .unwrap_or(CodeId::BLANK);
        let episode = CareRow {
            id,
            place: sink.place(reading),
            system: System::AnnexA,
            year: sink.year,
            start,
            end,
            // The date is when the child started to be looked after, so the start is known.
            reason_new: starts,
            legal_status: reading.coded(status, CodeSetId::LegalStatus, row.text(status)),
            need: reading.coded(need, CodeSetId::Need, row.text(need)),
            placement: CodeId::BLANK,
            provider: 0,
            placement_postcode: 0,
            urn: 0,
            home_postcode: 0,
            reason_ceased: reading.coded(reason, CodeSetId::ReasonCeased, row.text(reason)),
            reason_change: 0,
            rule: None,
            period_key: 0,
        };
        sink.records().care.push(episode);
        Ok(())
    })
}
