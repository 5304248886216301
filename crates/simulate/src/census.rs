//! The children in need census of a year as XML: every case referred in the year or open on any of
//! its days, as it stood on 31 March.

use std::fmt::Write as _;

use disparity_core::{Day, Period};

use crate::life::{Case, Life};
use crate::mess::{Mess, Switch};

/// A day as it was known on another: later days are not known yet.
fn known(day: Option<Day>, on: Day) -> Option<Day> {
    day.filter(|day| *day <= on)
}

fn tag(xml: &mut String, name: &str, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = writeln!(xml, "<{name}>{value}</{name}>");
}

/// Whether a case is in the census of a year.
fn is_in(case: &Case, first: Day, last: Day) -> bool {
    let referred = first <= case.referral && case.referral <= last;
    if case.no_further_action {
        return referred;
    }
    case.referral <= last && case.closure.is_none_or(|(day, _)| day >= first)
}

/// The census of one authority for one year.
#[must_use]
pub(crate) fn census(
    la: &str,
    period: Period,
    lives: &[Life],
    mess: &Mess,
    is_last: bool,
) -> String {
    let (first, last) = (Day::first_of(period), Day::last_of(period));
    let reference = if mess.has(Switch::NoReferenceDate) && is_last {
        last.plus(112)
    } else {
        last
    };
    let mut xml = String::with_capacity(lives.len() * 400);
    xml.push_str(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Message>\n<Header>\n<CollectionDetails>\n",
    );
    tag(&mut xml, "Collection", "CIN");
    tag(&mut xml, "Year", period);
    tag(&mut xml, "ReferenceDate", reference);
    xml.push_str("</CollectionDetails>\n<Source>\n<SourceLevel>L</SourceLevel>\n");
    tag(&mut xml, "LEA", la);
    xml.push_str("<SoftwareCode>Synthetic</SoftwareCode>\n</Source>\n</Header>\n<Children>\n");
    for (number, life) in lives.iter().enumerate() {
        let cases: Vec<&Case> = life
            .cases
            .iter()
            .filter(|case| is_in(case, first, last))
            .collect();
        if !cases.is_empty() {
            child(&mut xml, life, &cases, period, last, mess, number);
        }
    }
    xml.push_str("</Children>\n</Message>\n");
    xml
}

fn child(
    xml: &mut String,
    life: &Life,
    cases: &[&Case],
    period: Period,
    last: Day,
    mess: &Mess,
    number: usize,
) {
    let unborn = life.birth > last;
    xml.push_str("<Child>\n<ChildIdentifiers>\n");
    tag(xml, "LAchildID", &life.id);
    if unborn || life.birth.plus_years(5) > last {
        tag(xml, "UPNunknown", "UN1");
    } else {
        tag(xml, "UPN", &life.upn);
    }
    if unborn {
        tag(xml, "ExpectedPersonBirthDate", life.birth.plus(6));
    } else {
        tag(xml, "PersonBirthDate", life.birth);
    }
    if mess.has(Switch::StrayText) && number.is_multiple_of(50) {
        xml.push_str("left over\n");
    }
    let letters = period.year() >= 2025;
    let sex = match (unborn, life.sex, letters) {
        (true, _, true) => "U",
        (true, _, false) => "0",
        (_, "male", true) => "M",
        (_, "male", false) => "1",
        (_, _, true) => "F",
        _ => "2",
    };
    tag(xml, if letters { "Sex" } else { "GenderCurrent" }, sex);
    xml.push_str("</ChildIdentifiers>\n<ChildCharacteristics>\n");
    tag(
        xml,
        "Ethnicity",
        if unborn { "NOBT" } else { life.ethnicity },
    );
    xml.push_str("</ChildCharacteristics>\n");
    for case in cases {
        details(xml, case, last, mess, number, period);
    }
    xml.push_str("</Child>\n");
}

fn details(xml: &mut String, case: &Case, last: Day, mess: &Mess, number: usize, period: Period) {
    xml.push_str("<CINdetails>\n");
    // A later census moves the date of a case that is two years old by a day, for some.
    let drifted = mess.has(Switch::ReferralDrift)
        && number.is_multiple_of(40)
        && case.referral.period().is_some_and(|first| first < period);
    tag(
        xml,
        "CINreferralDate",
        if drifted {
            case.referral.plus(1)
        } else {
            case.referral
        },
    );
    let odd = mess.has(Switch::UnknownCode) && number.is_multiple_of(100);
    tag(xml, "ReferralSource", if odd { "77" } else { case.source });
    if case.no_further_action {
        tag(xml, "ReferralNFA", "true");
        xml.push_str("</CINdetails>\n");
        return;
    }
    tag(xml, "PrimaryNeedCode", case.need);
    if let Some((day, reason)) = case.closure
        && day <= last
    {
        tag(xml, "CINclosureDate", day);
        tag(
            xml,
            "ReasonForClosure",
            if reason == "RC9" && period.year() < 2023 {
                "RC8"
            } else {
                reason
            },
        );
    }
    if let Some((start, end, factors)) = case.assessment
        && start <= last
    {
        xml.push_str("<Assessments>\n");
        tag(
            xml,
            "AssessmentActualStartDate",
            start.max(case.referral.plus(i32::from(drifted))),
        );
        if end <= last {
            tag(xml, "AssessmentAuthorisationDate", end);
            xml.push_str("<FactorsIdentifiedAtAssessment>\n");
            if mess.has(Switch::JoinedFactors) {
                tag(
                    xml,
                    "AssessmentFactors",
                    format!("{} {}", factors[0], factors[1]),
                );
            } else {
                for factor in &factors {
                    tag(xml, "AssessmentFactors", factor);
                }
            }
            xml.push_str("</FactorsIdentifiedAtAssessment>\n");
        }
        xml.push_str("</Assessments>\n");
    }
    if period.year() >= 2022 {
        for (start, end) in case.plans.iter().filter(|(start, _)| *start <= last) {
            xml.push_str("<CINPlanDates>\n");
            tag(xml, "CINPlanStartDate", start);
            if let Some(end) = known(*end, last) {
                tag(xml, "CINPlanEndDate", end);
            }
            xml.push_str("</CINPlanDates>\n");
        }
    }
    if let Some((start, conference)) = case.enquiry
        && start <= last
    {
        xml.push_str("<Section47>\n");
        tag(xml, "S47ActualStartDate", start);
        if let Some(conference) = known(conference, last) {
            tag(xml, "DateOfInitialCPC", conference);
        }
        tag(xml, "ICPCnotRequired", conference.is_none());
        xml.push_str("</Section47>\n");
    }
    tag(xml, "ReferralNFA", "false");
    for (start, end, category, before) in
        case.protection.iter().filter(|(start, ..)| *start <= last)
    {
        xml.push_str("<ChildProtectionPlans>\n");
        tag(xml, "CPPstartDate", start);
        if let Some(end) = known(*end, last) {
            tag(xml, "CPPendDate", end);
        }
        tag(xml, "InitialCategoryOfAbuse", category);
        tag(xml, "LatestCategoryOfAbuse", category);
        tag(xml, "NumberOfPreviousCPP", before);
        xml.push_str("</ChildProtectionPlans>\n");
    }
    xml.push_str("</CINdetails>\n");
}
