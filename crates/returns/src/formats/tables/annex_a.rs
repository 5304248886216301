//! Lists of an Annex A. It covers six months and the latest episode only: a source of early help,
//! of starts of care and of the number of earlier plans, not of look-backs. Names of teams and
//! workers are never read.

use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, Coded, SpellKind};

use super::{Each, NoColumn, column, columns};
use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::field_reader::{FieldReader, RowStop};
use crate::fields::value::is_null;
use crate::formats::delimited::Row;
use crate::records::record_sink::RecordSink;
use crate::records::{Activity, CareRow, PersonRow, System};

/// The columns that every list begins with.
#[derive(Clone, Copy)]
struct Common([usize; 4]);

impl Common {
    fn of(def: &TableDef) -> Result<Self, NoColumn> {
        let names = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth"];
        columns(def, names).map(Self)
    }

    fn read(
        self,
        reading: &mut FieldReader<'_>,
        row: &Row<'_>,
        sink: &mut RecordSink<'_>,
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
pub(super) fn list(def: &TableDef) -> Result<Option<Each>, NoColumn> {
    let simple = |kind, from, to| simple(def, kind, from, to).map(Some);
    match def.name.as_str() {
        "contacts" => simple(SpellKind::Contact, "Date of Contact", None),
        "early_help" => simple(
            SpellKind::EarlyHelp,
            "Assessment start date",
            Some("Assessment completion date"),
        ),
        "referrals" => referrals(def).map(Some),
        "assessments" => simple(
            SpellKind::Assessment,
            "Continuous Assessment Start Date",
            Some("Continuous Assessment Date of Authorisation"),
        ),
        "section47" => simple(
            SpellKind::Section47,
            "Strategy discussion initiating Section 47 Enquiry Start Date",
            None,
        ),
        "cin" => simple(
            SpellKind::CinEpisode,
            "CIN Start Date",
            Some("CIN Closure Date"),
        ),
        "protection_plans" => simple(
            SpellKind::ProtectionPlan,
            "Child Protection Plan Start Date",
            Some("Child Protection Plan End Date"),
        ),
        "in_care" => in_care(def).map(Some),
        _ => Ok(None),
    }
}

/// What else a list says of one kind of activity, and where.
#[derive(Clone, Copy)]
enum More {
    Nothing,
    /// The first and the latest category of abuse, and how many plans came before.
    Plan([usize; 3]),
    /// The need and the reason for closure.
    Need([usize; 2]),
    /// The day of the conference that followed.
    Conference(usize),
}

impl More {
    fn of(def: &TableDef, kind: SpellKind) -> Result<Self, NoColumn> {
        Ok(match kind {
            SpellKind::ProtectionPlan => {
                let names = [
                    "Initial Category of Abuse",
                    "Latest Category of Abuse",
                    "Number of Previous Child Protection Plans",
                ];
                Self::Plan(columns(def, names)?)
            }
            SpellKind::CinEpisode => {
                Self::Need(columns(def, ["Primary Need Code", "Reason for Closure"])?)
            }
            SpellKind::Section47 => {
                let name = "Date of Initial Child Protection Conference";
                Self::Conference(column(def, name)?)
            }
            _ => Self::Nothing,
        })
    }
}

fn simple(def: &TableDef, kind: SpellKind, from: &str, to: Option<&str>) -> Result<Each, NoColumn> {
    let common = Common::of(def)?;
    let more = More::of(def, kind)?;
    let from = column(def, from)?;
    let to = to.map(|to| column(def, to)).transpose()?;
    Ok(Box::new(move |reading, row, sink| {
        let id = common.read(reading, row, sink)?;
        let to = to.map(|to| (to, row.text(to)));
        let days = reading.span(kind, (from, row.text(from)), to)?;
        let mut activity = sink.activity(reading, System::AnnexA, id, kind, days);
        match more {
            More::Plan([initial, latest, previous]) => {
                activity.coded = Coded::Plan {
                    initial: reading.category_of_abuse(initial, row.text(initial)),
                    latest: reading.category_of_abuse(latest, row.text(latest)),
                    earlier: reading.small_number(previous, row.text(previous)),
                };
            }
            More::Need([need, reason]) => {
                activity.coded = Coded::Episode {
                    source: CodeId::BLANK,
                    need: reading.coded(need, CodeSetId::Need, row.text(need)),
                    closure: reading.coded(reason, CodeSetId::ReasonForClosure, row.text(reason)),
                };
                activity.no_further_action = Some(false);
            }
            More::Conference(conference) => {
                if let Some(day) = reading.day(conference, row.text(conference)) {
                    let held = Activity {
                        kind: SpellKind::InitialConference,
                        coded: Coded::Nothing,
                        start: day,
                        end: Some(day),
                        ..activity
                    };
                    sink.records().activities.push(held);
                }
            }
            More::Nothing => {}
        }
        sink.records().activities.push(activity);
        Ok(())
    }))
}

fn referrals(def: &TableDef) -> Result<Each, NoColumn> {
    let common = Common::of(def)?;
    let [date, source, nfa] = columns(
        def,
        ["Date of referral", "Referral Source", "Referral NFA?"],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = common.read(reading, row, sink)?;
        let days = reading.span(SpellKind::Referral, (date, row.text(date)), None)?;
        // A list of referrals says nothing of closure, so the referral stays an event of its own.
        let mut referral = sink.activity(reading, System::AnnexA, id, SpellKind::Referral, days);
        referral.coded = Coded::Referral {
            source: reading.coded(source, CodeSetId::ReferralSource, row.text(source)),
            need: CodeId::BLANK,
        };
        referral.no_further_action = reading.no_further_action(nfa, row.text(nfa));
        if is_null(trim(row.text(nfa))) {
            reading.report(Code::NfaMissing, nfa, "", "");
        }
        sink.records().activities.push(referral);
        Ok(())
    }))
}

fn in_care(def: &TableDef) -> Result<Each, NoColumn> {
    let common = Common::of(def)?;
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
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = common.read(reading, row, sink)?;
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let (start, end) = reading.span(SpellKind::Care, from, Some(to))?;
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
            end: end.into(),
            // The date is when the child started to be looked after, so the start is known.
            reason_new: starts,
            legal_status: reading.coded(status, CodeSetId::LegalStatus, row.text(status)),
            need: reading.coded(need, CodeSetId::Need, row.text(need)),
            placement: CodeId::BLANK,
            provider: 0,
            placed_at: 0,
            home_postcode: 0,
            reason_ceased: reading.coded(reason, CodeSetId::ReasonCeased, row.text(reason)),
            reason_change: 0,
            rule: None,
            period_key: 0,
        };
        sink.records().care.push(episode);
        Ok(())
    }))
}
