//! Tables of the Standard Safeguarding Dataset, joined by `pers_person_id`.

use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, Coded, SpellFlags, SpellKind};

use super::{Each, NoColumn, column, columns};
use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::field_reader::FieldReader;
use crate::fields::value::is_null;
use crate::records::record_sink::RecordSink;
use crate::records::{Address, CareRow, PersonRow, System};

/// What one table's rows become; none for tables that nothing here needs.
pub(super) fn table(def: &TableDef) -> Result<Option<Each>, NoColumn> {
    let spell = |kind, child, from, to| spell(def, kind, child, from, to).map(Some);
    match def.name.as_str() {
        "person" => person(def).map(Some),
        "linked_identifiers" => linked(def).map(Some),
        "address" => address(def).map(Some),
        "contacts" => spell(
            SpellKind::Contact,
            "cont_person_id",
            "cont_contact_date",
            None,
        ),
        "early_help_episodes" => spell(
            SpellKind::EarlyHelp,
            "earl_person_id",
            "earl_episode_start_date",
            Some("earl_episode_end_date"),
        ),
        "cin_episodes" => cin_episodes(def).map(Some),
        "cin_assessments" => spell(
            SpellKind::Assessment,
            "cina_person_id",
            "cina_assessment_start_date",
            Some("cina_assessment_auth_date"),
        ),
        "cin_plans" => spell(
            SpellKind::CinPlan,
            "cinp_person_id",
            "cinp_cin_plan_start_date",
            Some("cinp_cin_plan_end_date"),
        ),
        "s47_enquiry" => spell(
            SpellKind::Section47,
            "s47e_person_id",
            "s47e_s47_start_date",
            None,
        ),
        "initial_cp_conference" => spell(
            SpellKind::InitialConference,
            "icpc_person_id",
            "icpc_icpc_date",
            None,
        ),
        "cp_plans" => spell(
            SpellKind::ProtectionPlan,
            "cppl_person_id",
            "cppl_cp_plan_start_date",
            Some("cppl_cp_plan_end_date"),
        ),
        "cp_reviews" => spell(
            SpellKind::ProtectionReview,
            "cppr_person_id",
            "cppr_cp_review_date",
            None,
        ),
        "missing" => spell(
            SpellKind::Missing,
            "miss_person_id",
            "miss_missing_episode_start_date",
            Some("miss_missing_episode_end_date"),
        ),
        "cla_episodes" => cla_episodes(def).map(Some),
        "cla_previous_permanence" => permanence(def).map(Some),
        "immigration_status" => immigration(def).map(Some),
        "legal_status" => legal_status(def).map(Some),
        _ => Ok(None),
    }
}

fn person(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, legacy, sex, ethnicity, birth, expected, death, upn] = columns(
        def,
        [
            "pers_person_id",
            "pers_legacy_id",
            "pers_sex",
            "pers_ethnicity",
            "pers_dob",
            "pers_expected_dob",
            "pers_death_date",
            "pers_upn",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let mut person = PersonRow::new(id, System::Ssd, sink.place(reading), sink.year);
        person.birth = reading.day(birth, row.text(birth));
        person.precision = if person.birth.is_some() {
            BirthPrecision::Day
        } else {
            BirthPrecision::None
        };
        if person.birth.is_none()
            && let Some(day) = reading.day(expected, row.text(expected))
        {
            person.birth = Some(day);
            person.precision = BirthPrecision::Expected;
        }
        person.death = reading.day(death, row.text(death));
        person.sex = reading.sex(sex, row.text(sex));
        person.ethnicity = reading.ethnicity(ethnicity, row.text(ethnicity));
        person.upn = reading
            .upn(upn, row.text(upn))
            .map(|upn| sink.records().texts.number(&upn));
        sink.records().persons.push(person);
        bridge(reading, sink, id, (legacy, row.text(legacy)));
        Ok(())
    }))
}

/// The identifier of a child in other returns, where a column holds one.
fn bridge(
    reading: &mut FieldReader<'_>,
    sink: &mut RecordSink<'_>,
    id: u32,
    (at, text): (usize, &str),
) {
    if is_null(trim(text)) {
        return;
    }
    // The row is about the child under its own identifier.
    let own = reading.child.take();
    if let Ok(other) = sink.id(reading, at, text) {
        sink.records().bridges.push((id, other));
    }
    reading.child = own;
}

/// Pupil numbers of a person, and the identifiers that bridge to the other returns.
fn linked(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, kind, value] = columns(
        def,
        [
            "link_person_id",
            "link_identifier_type",
            "link_identifier_value",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        match reading.identifier_kind(kind, row.text(kind)) {
            Some("pupil_number") => {
                let upn = reading
                    .upn(value, row.text(value))
                    .map(|upn| sink.records().texts.number(&upn));
                let mut person = PersonRow::new(id, System::Ssd, sink.place(reading), sink.year);
                person.upn = upn;
                sink.records().persons.push(person);
            }
            Some("child") => bridge(reading, sink, id, (value, row.text(value))),
            _ => {}
        }
        Ok(())
    }))
}

fn address(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, from, to, postcode] = columns(
        def,
        [
            "addr_person_id",
            "addr_address_start_date",
            "addr_address_end_date",
            "addr_address_postcode",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = (
            reading.day(from, row.text(from)),
            reading.day(to, row.text(to)),
        );
        if let Some(code) = reading.postcode(postcode, row.text(postcode)) {
            let postcode = sink.records().texts.number(&code);
            sink.records().addresses.push(Address {
                id,
                from,
                to,
                postcode,
            });
        }
        Ok(())
    }))
}

/// What else a table says of one kind of activity, and where.
#[derive(Clone, Copy)]
enum More {
    Nothing,
    /// The first and the latest category of abuse, and whether the plan is another authority's.
    Plan([usize; 3]),
    /// Whether the child came with a plan from elsewhere.
    Moved(usize),
}

impl More {
    fn of(def: &TableDef, kind: SpellKind) -> Result<Self, NoColumn> {
        Ok(match kind {
            SpellKind::ProtectionPlan => {
                let names = [
                    "cppl_cp_plan_initial_category",
                    "cppl_cp_plan_latest_category",
                    "cppl_cp_plan_ola",
                ];
                Self::Plan(columns(def, names)?)
            }
            SpellKind::InitialConference => Self::Moved(column(def, "icpc_icpc_transfer_in")?),
            _ => Self::Nothing,
        })
    }
}

fn spell(
    def: &TableDef,
    kind: SpellKind,
    child: &str,
    from: &str,
    to: Option<&str>,
) -> Result<Each, NoColumn> {
    let [child, from] = columns(def, [child, from])?;
    let to = to.map(|to| column(def, to)).transpose()?;
    let more = More::of(def, kind)?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let to = to.map(|to| (to, row.text(to)));
        let days = reading.span(kind, (from, row.text(from)), to)?;
        let mut activity = sink.activity(reading, System::Ssd, id, kind, days);
        match more {
            More::Plan([initial, latest, elsewhere]) => {
                activity.coded = Coded::Plan {
                    initial: reading.category_of_abuse(initial, row.text(initial)),
                    latest: reading.category_of_abuse(latest, row.text(latest)),
                    earlier: None,
                };
                let held_for_other = reading.yes_no(elsewhere, row.text(elsewhere)) == Some(true);
                activity.flags = activity
                    .flags
                    .with_if(held_for_other, SpellFlags::FOR_OTHER_AUTHORITY);
            }
            More::Moved(moved) => {
                let arrived = reading.yes_no(moved, row.text(moved)) == Some(true);
                activity.flags = activity.flags.with_if(arrived, SpellFlags::TRANSFERRED_IN);
            }
            More::Nothing => {}
        }
        sink.records().activities.push(activity);
        Ok(())
    }))
}

fn cin_episodes(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, referral, need, source, nfa, reason, close] = columns(
        def,
        [
            "cine_person_id",
            "cine_referral_date",
            "cine_cin_primary_need_code",
            "cine_referral_source_code",
            "cine_referral_nfa",
            "cine_close_reason",
            "cine_close_date",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = ((referral, row.text(referral)), (close, row.text(close)));
        let days = reading.span(SpellKind::CinEpisode, from, Some(to))?;
        let mut episode = sink.activity(reading, System::Ssd, id, SpellKind::CinEpisode, days);
        episode.coded = Coded::Episode {
            source: reading.coded(source, CodeSetId::ReferralSource, row.text(source)),
            need: reading.coded(need, CodeSetId::Need, row.text(need)),
            closure: reading.coded(reason, CodeSetId::ReasonForClosure, row.text(reason)),
        };
        episode.no_further_action = reading.no_further_action(nfa, row.text(nfa));
        if is_null(trim(row.text(nfa))) {
            reading.report(Code::NfaMissing, nfa, "", "");
        }
        sink.records().activities.push(episode);
        Ok(())
    }))
}

fn cla_episodes(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, from, rne, need, to, rec, period] = columns(
        def,
        [
            "clae_person_id",
            "clae_cla_episode_start_date",
            "clae_cla_episode_start_reason",
            "clae_cla_primary_need_code",
            "clae_cla_episode_ceased_date",
            "clae_cla_episode_ceased_reason",
            "clae_cla_id",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let (start, end) = reading.span(SpellKind::CareEpisode, from, Some(to))?;
        let period = trim(row.text(period));
        let episode = CareRow {
            id,
            place: sink.place(reading),
            system: System::Ssd,
            year: sink.year,
            start,
            end: end.into(),
            reason_new: reading.coded(rne, CodeSetId::ReasonNewEpisode, row.text(rne)),
            // The status stands in a table of its own and is joined by date when records are linked.
            legal_status: CodeId::BLANK,
            need: reading.coded(need, CodeSetId::Need, row.text(need)),
            placement: CodeId::BLANK,
            provider: 0,
            placed_at: 0,
            home_postcode: 0,
            reason_ceased: reading.coded(rec, CodeSetId::ReasonCeased, row.text(rec)),
            reason_change: 0,
            rule: None,
            period_key: sink.records().texts.number(period),
        };
        sink.records().care.push(episode);
        Ok(())
    }))
}

fn permanence(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, option, date] = columns(
        def,
        [
            "lapp_person_id",
            "lapp_previous_permanence_option",
            "lapp_previous_permanence_order_date",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        reading.part_day(date, row.text(date));
        let mut person = PersonRow::new(id, System::Ssd, sink.place(reading), sink.year);
        person.earlier_permanence = reading.permanence(option, row.text(option));
        sink.records().persons.push(person);
        Ok(())
    }))
}

fn immigration(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, status, to] = columns(
        def,
        [
            "immi_person_id",
            "immi_immigration_status",
            "immi_immigration_status_end_date",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let unaccompanied = reading.unaccompanied(status, row.text(status));
        let mut person = PersonRow::new(id, System::Ssd, sink.place(reading), sink.year);
        person.unaccompanied = unaccompanied;
        person.unaccompanied_unclear = unaccompanied.is_none();
        if unaccompanied == Some(true) {
            person.unaccompanied_ceased = reading.day(to, row.text(to));
        }
        sink.records().persons.push(person);
        Ok(())
    }))
}

/// Legal statuses that are not of care (special guardianship, private fostering) are passed over.
fn legal_status(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, status, from, to] = columns(
        def,
        [
            "lega_person_id",
            "lega_legal_status",
            "lega_legal_status_start_date",
            "lega_legal_status_end_date",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let Some(code) = reading.legal_status(status, row.text(status)) else {
            return Ok(());
        };
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let days = reading.span(SpellKind::CareEpisode, from, Some(to))?;
        let mut activity = sink.activity(reading, System::Ssd, id, SpellKind::CareEpisode, days);
        if let Coded::CareEpisode { legal_status, .. } = &mut activity.coded {
            *legal_status = code;
        }
        sink.records().activities.push(activity);
        Ok(())
    }))
}
