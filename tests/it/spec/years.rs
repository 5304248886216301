//! What is counted in each year of a child about whom the returns of several years say different
//! things.

use std::fmt::Write as _;

use disparity_core::{CategoryId, Dimension, Period, Stratum};
use disparity_journeys::counts;
use disparity_returns::{Input, Options};

use super::histories::{Census, Stated, blank, event, file, parts, read_301};
use crate::codelists::dimensions;
use crate::returns::{of_la, read};

/// What the publisher counts, in the words of the tables.
const COUNTED: [(&str, &str); 15] = [
    ("referrals_no_further_action", "no further action"),
    ("referrals_not_in_need", "not in need"),
    ("cin_started", "started"),
    ("cin_any_point", "in need"),
    ("cin_at_31_march", "on 31 March"),
    ("cin_ended", "ended"),
    ("cin_plan_started", "started"),
    ("cin_plan_at_31_march", "on 31 March"),
    ("cin_plan_ended", "ended"),
    ("cpp_started", "started"),
    ("cpp_any_point", "on a plan"),
    ("cpp_at_31_march", "on 31 March"),
    ("cpp_ended", "ended"),
    ("cla_started", "started"),
    ("cla_at_31_march", "on 31 March"),
];
/// The last of them: care that ceased is said after that it goes on.
const CEASED: (&str, &str) = ("cla_ceased", "ended");

const YEARS: [&str; 3] = ["2023", "2024", "2025"];

/// The returns of three years, each a file of its own.
fn returns(says: [&str; 3]) -> Vec<Input> {
    let mut files = Vec::new();
    for (year, says) in YEARS.into_iter().zip(says) {
        if says == "not loaded" {
            continue;
        }
        let mut census = Census::of_years("-");
        let mut care = String::from("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,YEAR\n");
        // Somebody else is in every return: a year without the child is no missing file.
        let day = format!("{}-06-01", year.parse::<u16>().unwrap() - 1);
        census.row(&Stated {
            id: &format!("Z{year}"),
            born: "2012-12-12",
            sex: "2",
            year,
            kind: "CINreferralDate",
            start: &day,
            no_further_action: true,
            ..Stated::default()
        });
        writeln!(care, "Z{year},{day},S,C2,N1,U6,PR1,{day},E4A,{year}").unwrap();
        for f in parts(says).filter(|f| f[0] != "nothing") {
            if f[0] == "care" {
                let (end, ceased) = (blank(f[2]), blank(f[4]));
                writeln!(
                    care,
                    "A1,{},{},C2,N1,U6,PR1,{end},{ceased},{year}",
                    f[1], f[3]
                )
                .unwrap();
                continue;
            }
            census.row(&Stated {
                id: "A1",
                born: "2010-05-04",
                year,
                kind: event(f[0]),
                start: f[1],
                end: f.get(2).copied().map_or("", blank),
                reason: f.get(3).copied().unwrap_or_default(),
                no_further_action: f[0] == "nfa",
                ..Stated::default()
            });
        }
        files.push(census.named(&format!("census_{year}.csv")));
        files.push(file(&format!("episodes_{year}.csv"), care));
        let header = format!(
            "CHILD,SEX,DOB,ETHNIC,YEAR\nA1,1,2010-05-04,WBRI,{year}\nZ{year},2,2012-12-12,WBRI,{year}\n"
        );
        files.push(file(&format!("header_{year}.csv"), header));
    }
    files
}

/// What is counted of the boy in each year.
pub(super) fn counted(says: [&str; 3]) -> String {
    let outcome = read_301(returns(says));
    let dimensions = dimensions();
    let male = dimensions.list(Dimension::Sex).id("male").unwrap();
    let boys = Stratum::TOTAL.with(Dimension::Sex, CategoryId(male.0));
    let counts = counts(&outcome.journeys, &dimensions);
    let of_year = |year: &str| {
        let period = Period::ending(year.parse().unwrap()).unwrap();
        let words: Vec<&str> = COUNTED
            .iter()
            .chain([&CEASED])
            .filter(|(name, _)| {
                let mut all = counts.iter();
                all.any(|((n, _, p, s), n_of)| n == name && *p == period && *s == boys && *n_of > 0)
            })
            .map(|(_, word)| *word)
            .collect();
        (!words.is_empty()).then(|| format!("{year}: {}", words.join(", ")))
    };
    let all: Vec<String> = YEARS.into_iter().filter_map(of_year).collect();
    if all.is_empty() {
        "nothing".to_owned()
    } else {
        all.join("; ")
    }
}

/// The days that returns cover, of which one may have been made before its year was over.
pub(super) fn covered_by(name: &str, header: &str, as_of: &str) -> String {
    let as_of = super::histories::day(as_of);
    let options = Options {
        as_of,
        ..of_la("301")
    };
    let input = if header == "-" {
        let rows = "CHILD,DECOM,RNE,LS,DEC,REC\nA1,2024-05-01,S,C2,,\n";
        file(name, rows.to_owned())
    } else {
        let header = parts(header).fold(String::new(), |mut text, f| {
            write!(text, "<{0}>{1}</{0}>", f[0], f[1]).unwrap();
            text
        });
        let text = format!(
            "<Message><Header>{header}<Source><LEA>301</LEA></Source></Header><Children><Child>\
             <ChildIdentifiers><LAchildID>A1</LAchildID></ChildIdentifiers><CINdetails>\
             <CINreferralDate>2024-05-01</CINreferralDate></CINdetails></Child></Children></Message>"
        );
        file(name, text)
    };
    let outcome = read(vec![input], &options);
    let coverage = &outcome.journeys.authorities()[0].coverage;
    let kind = if header == "-" {
        disparity_core::journeys::SpellKind::Care
    } else {
        disparity_core::journeys::SpellKind::CinEpisode
    };
    let spans = coverage.of(kind).spans();
    let all: Vec<String> = spans
        .iter()
        .map(|(from, to)| format!("{from} to {}", to.plus(-1)))
        .collect();
    if all.is_empty() {
        "nothing".to_owned()
    } else {
        all.join("; ")
    }
}
