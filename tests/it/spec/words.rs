//! What a text, a header or a row of a directory is read as.

use std::fmt::Write as _;

use disparity_core::journeys::{SpellFlags, SpellKind};
use disparity_returns::{Code, Input, Outcome};

use super::answers::places;
use super::histories::file;
use crate::codelists::dimensions;
use crate::returns::{of_la, read};

fn read_of(files: Vec<Input>) -> Outcome {
    let mut options = of_la("301");
    options.extract_from = disparity_core::Day::parse("2018-04-01").ok();
    read(files, &options)
}

/// A safeguarding dataset of one child in care from 1 to 9 June 2023, and one more table.
fn safeguarding(name: &str, more: &str) -> Outcome {
    read_of(vec![
        file(
            "person.csv",
            "pers_person_id,pers_sex,pers_ethnicity,pers_dob\nP1,M,WBRI,2012-05-07\n".into(),
        ),
        file(
            "care.csv",
            "clae_person_id,clae_cla_id,clae_cla_episode_start_date,clae_cla_episode_start_reason,\
             clae_cla_episode_ceased_date,clae_cla_episode_ceased_reason\n\
             P1,C1,2023-06-01,S,2023-06-09,E4A\n"
                .into(),
        ),
        file(name, more.to_owned()),
    ])
}

fn said(outcome: &Outcome, answer: &str) -> String {
    let said = outcome.diagnostics.count(Code::CodeUnknown) > 0;
    format!("{answer}{}", if said { ", said" } else { "" })
}

/// Whether a stay under a legal status is care or a short break.
pub(super) fn legal_status(text: &str) -> String {
    // Semicolons, as the text may hold commas.
    let rows = format!(
        "lega_person_id;lega_legal_status;lega_legal_status_start_date;lega_legal_status_end_date\n\
         P1;{text};2023-06-01;2023-06-09\n"
    );
    let outcome = safeguarding("status.csv", &rows);
    let child = outcome.journeys.child(0);
    let care = child.spells(SpellKind::Care).next();
    let unsure = care.is_some_and(|spell| spell.flags.has(SpellFlags::MAY_BE_RESPITE));
    let warned = outcome.diagnostics.count(Code::RespiteUnknown) > 0;
    assert_eq!(unsure, warned, "{text}");
    let answer = match (care.is_some(), unsure) {
        (false, _) => "a short break",
        (true, false) => "care",
        (true, true) => "care that may be a short break",
    };
    said(&outcome, answer)
}

/// Whether a child of an immigration status is unaccompanied. `-` is no table at all, and `none` a
/// table without the child.
pub(super) fn immigration_status(text: &str) -> String {
    let header = "immi_person_id;immi_immigration_status;immi_immigration_status_start_date\n";
    let outcome = match text {
        "-" => safeguarding(
            "nothing.csv",
            "cont_person_id,cont_contact_date\nP1,2023-05-01\n",
        ),
        "none" => safeguarding("status.csv", &format!("{header}P2;UASC;2023-06-01\n")),
        text => safeguarding("status.csv", &format!("{header}P1;{text};2023-06-01\n")),
    };
    let answer = match outcome.journeys.child(0).record().unaccompanied {
        Some(true) => "unaccompanied",
        Some(false) => "not unaccompanied",
        None => "unknown",
    };
    said(&outcome, answer)
}

/// What a referral came to by what its return says of further action.
pub(super) fn further_action(text: &str) -> String {
    let rows = format!("LAchildID;CINreferralDate;ReferralNFA;YEAR\nA1;2023-05-01;{text};2024\n");
    let outcome = read_of(vec![file("details.csv", rows)]);
    let mut referrals = outcome.journeys.child(0).spells(SpellKind::Referral);
    let none = referrals.any(|spell| spell.flags.has(SpellFlags::NO_FURTHER_ACTION));
    let missing = outcome.diagnostics.count(Code::NfaMissing) > 0;
    let answer = if none {
        "no further action"
    } else {
        "further action"
    };
    said(&outcome, answer) + if missing { ", said to be missing" } else { "" }
}

/// The ethnic group that a text is read as.
pub(super) fn ethnicity(text: &str) -> String {
    let rows = format!("CHILD;SEX;DOB;ETHNIC;YEAR\nA1;1;2012-05-07;{text};2024\n");
    let outcome = read_of(vec![file("header.csv", rows)]);
    let dimensions = dimensions();
    let list = dimensions.list(disparity_core::Dimension::EthnicityMinor);
    let group = list.get(outcome.journeys.child(0).record().ethnicity);
    said(&outcome, &group.code)
}

/// The table that a header is recognised as, or what is said of it.
pub(super) fn header(names: &str) -> String {
    let fields = names.split(',').map(|_| "1").collect::<Vec<_>>().join(",");
    let outcome = read_of(vec![file("x.csv", format!("{names}\n{fields}\n"))]);
    let sources = outcome.sources.iter();
    let found: Vec<String> = sources
        .map(|s| format!("{} {}", s.format, s.table))
        .collect();
    let lookup = outcome.diagnostics.count(Code::LookupRead) > 0;
    match (found.first(), lookup) {
        (Some(one), _) => one.clone(),
        (None, true) => "lookup postcodes".into(),
        (None, false) => {
            let codes = [Code::TableUnrecognised, Code::ColumnMissing];
            let code = codes
                .into_iter()
                .find(|c| outcome.diagnostics.count(*c) > 0);
            code.map_or("nothing", Code::as_str).into()
        }
    }
}

/// The decile of a home by a directory of one row, and what is said of the directory.
pub(super) fn decile(directory: &str) -> String {
    let directory = directory.replace(" / ", "\n") + "\n";
    let outcome = read_of(vec![
        file(
            "e.csv",
            "CHILD,DECOM,RNE,LS,HOME_POST,YEAR\nA1,2023-09-01,S,C2,AB1 2CD,2024\n".into(),
        ),
        file("postcodes.csv", directory),
    ]);
    let spell = outcome.journeys.child(0).spells(SpellKind::Care).next();
    let mut answer = match spell.and_then(|spell| spell.decile) {
        None => "unknown".to_owned(),
        Some(decile) => decile.to_string(),
    };
    for code in [Code::LookupNation, Code::LookupScale, Code::PostcodeNation] {
        if !places(&outcome, code).is_empty() {
            answer = format!("{answer}, {}", code.as_str());
        }
    }
    answer
}

/// How many children there are where a dataset bridges its identifiers to those of other returns, and
/// which of them are in care with their record of need. Each record is an identifier and a date of birth; in the
/// dataset the bridged identifier stands between them.
pub(super) fn bridged(dataset: &str, care: &str) -> String {
    let records = |cell: &str| -> Vec<Vec<String>> {
        let words = |one: &str| one.split_whitespace().map(str::to_owned).collect();
        cell.split(';').map(words).collect()
    };
    let blank = |text: &str| text.trim_matches('-').to_owned();
    let mut persons =
        String::from("pers_person_id,pers_legacy_id,pers_sex,pers_ethnicity,pers_dob\n");
    let mut need = String::from("cine_person_id,cine_referral_date,cine_referral_nfa\n");
    for record in records(dataset) {
        let [id, other, birth] = record.try_into().unwrap();
        let birth = birth.trim_matches('?');
        writeln!(persons, "{id},{},M,WBRI,{birth}", blank(&other)).unwrap();
        writeln!(need, "{id},2023-05-01,N").unwrap();
    }
    let mut header = String::from("CHILD,SEX,DOB,ETHNIC,YEAR\n");
    let mut episodes = String::from("CHILD,DECOM,RNE,LS,YEAR\n");
    for record in records(care) {
        let [id, birth] = record.try_into().unwrap();
        writeln!(header, "{id},1,{},WBRI,2024", birth.trim_matches('?')).unwrap();
        writeln!(episodes, "{id},2023-06-01,S,C2,2024").unwrap();
    }
    let outcome = read_of(vec![
        file("persons.csv", persons),
        file("need.csv", need),
        file("header.csv", header),
        file("episodes.csv", episodes),
    ]);
    let children = outcome.journeys.children().len();
    let both = (0..children)
        .map(|at| outcome.journeys.child(at))
        .filter(|child| {
            let has = |kind| child.spells(kind).next().is_some();
            has(SpellKind::Care) && has(SpellKind::CinEpisode)
        })
        .count();
    let mut answer = format!("{children} children, {both} with both");
    for code in [Code::LinkAmbiguous, Code::LinkConflict] {
        if outcome.diagnostics.count(code) > 0 {
            answer = format!("{answer}, {}", code.as_str());
        }
    }
    answer
}
