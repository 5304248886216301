//! Rates of counts from returns: over the children of each tenth of neighbourhoods, and of events of
//! which children had several.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::support::{Folder, disparity};

/// Barking and Dagenham.
const BARKING: &str = "E09000002";

/// The rows of a table at the narrower level, each by the names of its columns.
fn rows(out: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(out.join(table)).unwrap();
    let header = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| -> BTreeMap<String, String> {
        header
            .iter()
            .map(str::to_owned)
            .zip(row.iter().map(str::to_owned))
            .collect()
    };
    reader
        .records()
        .map(|row| named(row.unwrap()))
        .filter(|row| row.get("conf_level").is_none_or(|level| level == "0.95"))
        .collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 1e-6,
        "{found} is not {expected}"
    );
}

/// Counts returns of Barking and Dagenham and gives the folder of the tables.
fn run(folder: &Folder, indicator: &str) -> std::path::PathBuf {
    let [input, store, out] = ["in", "store", "out"].map(|name| folder.join(name));
    let [input, store, out_text] =
        [&input, &store, &out].map(|path| path.to_str().unwrap().to_owned());
    disparity(&[
        "returns",
        "build",
        &input,
        "--out",
        &store,
        "--la",
        "301",
        "--as-of",
        "2026-06-30",
    ])
    .ok();
    disparity(&[
        "run",
        "--csv",
        "--returns",
        &store,
        "--out",
        &out_text,
        "--indicator",
        indicator,
    ])
    .ok();
    out
}

/// So many children who started to be looked after in 2024-25, by the tenth their home is in.
fn entries(folder: &Folder, by_decile: &[(u8, u32)]) {
    let year = folder.join("in/2024-25");
    std::fs::create_dir_all(&year).unwrap();
    let mut header = String::from("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n");
    let mut episodes = String::from(
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n",
    );
    let mut lookup = String::from("pcds,imd_decile\n");
    for (decile, children) in by_decile {
        let _ = writeln!(lookup, "RM8 {decile}AA,{decile}");
        for child in 0..*children {
            let _ = writeln!(header, "C{decile}X{child},1,10/05/2010,WBRI,,,");
            let _ = writeln!(
                episodes,
                "C{decile}X{child},{:02}/09/2024,S,C2,N1,U6,PR1,,,,RM8 {decile}AA,,",
                child % 28 + 1
            );
        }
    }
    std::fs::write(year.join("header.csv"), header).unwrap();
    std::fs::write(year.join("episodes.csv"), episodes).unwrap();
    std::fs::write(folder.join("in/lookup.csv"), lookup).unwrap();
}

/// Of 64,092 children of the index of 2019 2,243, 33,597, 18,170, 5,591, 3,987 and 504 are in deciles
/// 1 to 6 and none in the others; 66,465 were estimated for mid-2024.
#[test]
fn rates_by_decile_are_over_the_share_of_children_who_live_there() {
    let folder = Folder::new("deciles");
    entries(&folder, &[(1, 9), (2, 60), (3, 20), (8, 20)]);
    let out = run(&folder, "cla_started");
    let estimates = rows(&out, "estimates.csv");
    let of = |decile: &str| {
        let own = |row: &&BTreeMap<String, String>| {
            row["new_la_code"] == BARKING && row["deprivation_decile"] == decile
        };
        estimates
            .iter()
            .find(own)
            .unwrap_or_else(|| panic!("no decile {decile}"))
    };
    let second = of("2");
    close(
        number(second, "denominator"),
        66_465.0 * 33_597.0 / 64_092.0,
    );
    close(number(second, "estimate"), 60.0 / 34_840.925_622_5 * 1e4);
    assert!(
        second["issue_codes"]
            .split(' ')
            .any(|code| code == "DECILE_SHARE")
    );
    // Nobody lives in decile 8: the count is kept and has no rate.
    let eighth = of("8");
    assert_eq!(
        (
            &*eighth["numerator"],
            &*eighth["symbol"],
            &*eighth["estimate"]
        ),
        ("20", "z", "z")
    );
    let gradients = rows(&out, "gradients.csv");
    let direct = |statistic: &str| -> Vec<&BTreeMap<String, String>> {
        let own = gradients.iter().filter(|row| row["gradient"] == "direct");
        own.filter(|row| row["statistic"] == statistic && row["new_la_code"] == BARKING)
            .collect()
    };
    assert_eq!(direct("rate").len(), 10);
    // R: lm of the six rates on the middles of their shares of 64,092, weighted by those; Poisson
    // errors, 0.941 for no events. Decile 8, where nobody lives, is not on the line.
    let [slope] = direct("slope_index")[..] else {
        panic!("one slope")
    };
    close(number(slope, "value"), 27.113_281_661_8);
    close(number(slope, "conf_low"), 16.775_201_089_7);
    close(number(slope, "conf_high"), 37.451_362_233_9);
    assert_eq!(direct("rate_ratio_decile_1_to_10")[0]["symbol"], "z");
}

#[test]
fn a_gradient_over_a_withheld_count_is_withheld() {
    let folder = Folder::new("deciles-withheld");
    entries(&folder, &[(1, 30), (2, 3), (3, 20), (4, 2), (5, 9)]);
    let out = run(&folder, "cla_started");
    let gradients = rows(&out, "gradients.csv");
    let direct = gradients
        .iter()
        .filter(|row| row["gradient"] == "direct" && row["new_la_code"] == BARKING);
    let mut withheld = 0;
    for row in direct.filter(|row| row["statistic"].ends_with("index")) {
        assert_eq!((&*row["symbol"], &*row["value"]), ("c", "c"), "{row:?}");
        withheld += 1;
    }
    assert_eq!(withheld, 2);
}

/// Referrals of a year to Barking and Dagenham: so many children with so many each.
fn referrals(folder: &Folder, year: u16, by_times: &[(u32, u32)]) {
    let mut children = String::new();
    for (times, number) in by_times {
        for child in 0..*number {
            let _ = write!(
                children,
                "<Child><ChildIdentifiers><LAchildID>Y{year}T{times}C{child}</LAchildID>\
                 <UPNunknown>UN1</UPNunknown><PersonBirthDate>2012-02-03</PersonBirthDate>\
                 <GenderCurrent>1</GenderCurrent></ChildIdentifiers><ChildCharacteristics>\
                 <Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
            );
            for time in 0..*times {
                // A month for each, April to December.
                let (month, before) = (4 + time, year - 1);
                let _ = write!(
                    children,
                    "<CINdetails><CINreferralDate>{before}-{month:02}-10</CINreferralDate>\
                     <ReferralSource>1A</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>\
                     <CINclosureDate>{before}-{month:02}-28</CINclosureDate>\
                     <ReasonForClosure>RC7</ReasonForClosure><ReferralNFA>false</ReferralNFA></CINdetails>"
                );
            }
            children.push_str("</Child>");
        }
    }
    let input = folder.join("in");
    std::fs::create_dir_all(&input).unwrap();
    let message = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Message><Header><CollectionDetails><Collection>CIN</Collection>\
         <Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source>\
         <SourceLevel>L</SourceLevel><LEA>301</LEA><SoftwareCode>Own</SoftwareCode><Release>1</Release>\
         <SerialNo>001</SerialNo><DateTime>{year}-05-20T10:00:00</DateTime></Source></Header>\
         <Children>{children}</Children></Message>"
    );
    std::fs::write(input.join(format!("CIN_{year}.xml")), message).unwrap();
}

#[test]
fn intervals_of_referrals_allow_for_children_referred_again() {
    let folder = Folder::new("repeats");
    // Five children twice: how many is withheld. 18 once and 12 three times: 126 over 54, rounded up
    // to a half. Ten five times: 5. Eight times one child, and 39 once: no more than 47 over 40.
    referrals(&folder, 2022, &[(2, 5)]);
    referrals(&folder, 2023, &[(1, 18), (3, 12)]);
    referrals(&folder, 2024, &[(5, 10)]);
    referrals(&folder, 2025, &[(1, 39), (8, 1)]);
    let out = run(&folder, "referrals");
    let estimates = rows(&out, "estimates.csv");
    let groups = [
        "ethnicity_major",
        "ethnicity_minor",
        "age_band",
        "sex",
        "deprivation_decile",
    ];
    let totals: Vec<&BTreeMap<String, String>> = estimates
        .iter()
        .filter(|row| row["new_la_code"] == BARKING && row["indicator"] == "referrals")
        .filter(|row| groups.iter().all(|group| row[*group] == "Total"))
        .collect();
    for (year, count, inflation) in [
        ("2022", 10.0, None),
        ("2023", 54.0, Some(2.5)),
        ("2024", 50.0, Some(5.0)),
        ("2025", 47.0, Some(47.0 / 40.0)),
    ] {
        let row = totals
            .iter()
            .find(|row| row["time_period"].starts_with(year))
            .unwrap();
        let codes: Vec<&str> = row["issue_codes"].split(' ').collect();
        assert!(codes.contains(&"REPEAT_EVENTS"), "{row:?}");
        assert_eq!(
            codes.contains(&"REPEATS_IN_INTERVAL"),
            inflation.is_some(),
            "{row:?}"
        );
        let method = if inflation.is_some() {
            "crude_rate_non_independent"
        } else {
            "byar"
        };
        assert_eq!(row["method"], method, "{row:?}");
        // Byar's limits, by hand, stretched about the count.
        let (z, stretch) = (1.959_963_984_540_054, f64::sqrt(inflation.unwrap_or(1.0)));
        let limit = |o: f64, z: f64| o * (1.0 - 1.0 / (9.0 * o) + z / (3.0 * o.sqrt())).powi(3);
        let low = count - stretch * (count - limit(count, -z));
        let high = count + stretch * (limit(count + 1.0, z) - count);
        let per = 1e4 / number(row, "denominator");
        close(number(row, "estimate"), count * per);
        close(number(row, "conf_low"), low * per);
        close(number(row, "conf_high"), high * per);
    }
}
