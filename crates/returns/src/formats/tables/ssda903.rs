//! Tables of the return on children looked after.

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, SpellKind};

use super::{Each, NoColumn, columns};
use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::field_reader::FieldReader;
use crate::fields::value::is_null;
use crate::records::{CareRow, PersonRow, System};

/// What the rows of a table become; none for tables that nothing here needs.
pub(super) fn table(def: &TableDef) -> Result<Option<Each>, NoColumn> {
    match def.name.as_str() {
        "header" => header(def).map(Some),
        "episodes" => episodes(def).map(Some),
        "uasc" => uasc(def).map(Some),
        "prev_perm" => permanence(def).map(Some),
        "missing" => missing(def).map(Some),
        _ => Ok(None),
    }
}

/// One child's particulars.
fn header(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, sex, birth, ethnic, upn, uasc, ceased] =
        columns(def, ["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "UASC", "DUC"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let mut person = PersonRow::new(id, System::Care, sink.place(reading), sink.year);
        person.birth = reading.birth(birth, row.text(birth));
        if person.birth.is_some() {
            person.precision = BirthPrecision::Day;
        }
        person.sex = reading.sex(sex, row.text(sex));
        person.ethnicity = reading.ethnicity(ethnic, row.text(ethnic));
        person.upn = reading
            .upn(upn, row.text(upn))
            .map(|upn| sink.records().texts.number(&upn));
        if row.has(uasc) {
            person.unaccompanied = reading.unaccompanied(uasc, row.text(uasc));
            person.unaccompanied_unclear =
                person.unaccompanied.is_none() && !is_null(trim(row.text(uasc)));
        }
        person.unaccompanied_ceased = reading.day(ceased, row.text(ceased));
        sink.records().persons.push(person);
        Ok(())
    }))
}

/// One placement or legal-status episode.
fn episodes(def: &TableDef) -> Result<Each, NoColumn> {
    let [
        child,
        decom,
        rne,
        ls,
        need,
        place,
        provider,
        dec,
        rec,
        reason,
        home,
        placement,
        urn,
    ] = columns(
        def,
        [
            "CHILD",
            "DECOM",
            "RNE",
            "LS",
            "CIN",
            "PLACE",
            "PLACE_PROVIDER",
            "DEC",
            "REC",
            "REASON_PLACE_CHANGE",
            "HOME_POST",
            "PL_POST",
            "URN",
        ],
    )?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = ((decom, row.text(decom)), (dec, row.text(dec)));
        let (start, end) = reading.span(SpellKind::CareEpisode, from, Some(to))?;
        if end == Some(start) {
            reading.report(Code::SameDaySpell, dec, "", "rule 355");
        }
        let reason_ceased = ceased(reading, end, rec, row.text(rec));
        reading.check_code(provider, "place_provider", row.text(provider));
        reading.check_code(reason, "reason_place_change", row.text(reason));
        let home_postcode = reading
            .postcode(home, row.text(home))
            .map_or(0, |code| sink.records().texts.number(&code));
        let mut text = |at: usize| sink.records().texts.number(trim(row.text(at)));
        let (provider, reason_change) = (text(provider), text(reason));
        let (postcode, registration) = (trim(row.text(placement)), trim(row.text(urn)));
        let placed_at = sink.records().placed_at(postcode, registration);
        let episode = CareRow {
            id,
            place: sink.place(reading),
            system: System::Care,
            year: sink.year,
            start,
            end: end.into(),
            reason_new: reading.coded(rne, CodeSetId::ReasonNewEpisode, row.text(rne)),
            legal_status: reading.coded(ls, CodeSetId::LegalStatus, row.text(ls)),
            need: reading.coded(need, CodeSetId::Need, row.text(need)),
            placement: reading.coded(place, CodeSetId::Placement, row.text(place)),
            provider,
            placed_at,
            home_postcode,
            reason_ceased,
            reason_change,
            rule: None,
            period_key: 0,
        };
        sink.records().care.push(episode);
        Ok(())
    }))
}

/// The reason for ceasing, which stands with a date or not at all.
fn ceased(reading: &mut FieldReader<'_>, end: Option<Day>, column: usize, text: &str) -> CodeId {
    let reason = reading.coded(column, CodeSetId::ReasonCeased, text);
    let message = match (end, reason) {
        (None, reason) if reason != CodeId::BLANK => "reason without a date (rule 148)",
        (Some(_), CodeId::BLANK) => "date without a reason (rule 148)",
        _ => return reason,
    };
    reading.report(Code::CeasedReasonAlone, column, text, message);
    reason
}

/// One unaccompanied child.
fn uasc(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, birth, ceased] = columns(def, ["CHILD", "DOB", "DUC"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let mut person = PersonRow::new(id, System::Care, sink.place(reading), sink.year);
        person.birth = reading.day(birth, row.text(birth));
        if person.birth.is_some() {
            person.precision = BirthPrecision::Day;
        }
        person.unaccompanied = Some(true);
        person.unaccompanied_ceased = reading.day(ceased, row.text(ceased));
        sink.records().persons.push(person);
        Ok(())
    }))
}

/// Whether a child came back after a permanence order.
fn permanence(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, option, date] = columns(def, ["CHILD", "PREV_PERM", "DATE_PERM"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        reading.part_day(date, row.text(date));
        let mut person = PersonRow::new(id, System::Care, sink.place(reading), sink.year);
        person.earlier_permanence = reading.permanence(option, row.text(option));
        sink.records().persons.push(person);
        Ok(())
    }))
}

/// One time missing or away from placement.
fn missing(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, from, to] = columns(def, ["CHILD", "MIS_START", "MIS_END"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let days = reading.span(SpellKind::Missing, from, Some(to))?;
        let spell = sink.activity(reading, System::Care, id, SpellKind::Missing, days);
        sink.records().activities.push(spell);
        Ok(())
    }))
}
