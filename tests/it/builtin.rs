//! The built-in figures: what they were compiled from, and what the publisher printed.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    CellKey, ChineseGroup, GeographicLevel, IssueCode, Reported, SpendService, Stratum,
};
use disparity_published::{RateCheck, SOURCES, Sources, load, verify_rates, verify_tables};

use crate::support::{Folder, built_in, disparity, published_files, root, say};

#[test]
fn rebuilding_gives_the_same_bytes() {
    let Some(published) = published_files("rebuilding the built-in figures") else {
        return;
    };
    let folder = Folder::new("rebuild");
    for of in ["data/codelists", "data/codelists/wales"] {
        let lists = folder.join(of);
        std::fs::create_dir_all(&lists).unwrap();
        for entry in std::fs::read_dir(root().join(of)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            std::fs::copy(&path, lists.join(path.file_name().unwrap())).unwrap();
        }
    }
    let data = folder.join("data");
    disparity(&[
        "data",
        "build",
        "--from",
        published.to_str().unwrap(),
        "--to",
        data.to_str().unwrap(),
    ])
    .ok();
    for (name, committed) in built_in().iter() {
        let rebuilt = std::fs::read(data.join(name)).unwrap();
        assert!(
            rebuilt == committed,
            "data/{name} is not what the published files give; run `disparity data build`"
        );
    }
    let readme = |folder: &std::path::Path| std::fs::read(folder.join("README.md")).unwrap();
    assert!(
        readme(&data) == readme(&root().join("data")),
        "data/README.md is not current"
    );
}

#[test]
fn every_table_matches_its_digest() {
    for table in verify_tables(&built_in()).unwrap() {
        assert!(table.intact, "{} was changed by hand", table.name);
    }
}

#[test]
fn the_program_holds_every_file_under_data() {
    let listed: BTreeSet<String> = std::fs::read_to_string(root().join("crates/cli/builtin.rs"))
        .unwrap()
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix('"')?
                .strip_suffix("\",")
                .map(str::to_owned)
        })
        .collect();
    let mut present = BTreeSet::from([SOURCES.to_owned()]);
    for folder in ["codelists", "codelists/wales", "england", "wales"] {
        for entry in std::fs::read_dir(root().join("data").join(folder)).unwrap() {
            let entry = entry.unwrap();
            // What the returns need is compiled in where it is read; the list of columns is for people.
            if entry.path().is_dir() || entry.file_name() == "README.md" {
                continue;
            }
            present.insert(format!(
                "{folder}/{}",
                entry.file_name().into_string().unwrap()
            ));
        }
    }
    assert_eq!(listed, present);
}

#[test]
fn the_program_holds_every_code_list_of_returns() {
    let source = [
        "crates/cli/returns_stage.rs",
        "crates/returns/src/config/codelists.rs",
    ]
    .map(|path| std::fs::read_to_string(root().join(path)).unwrap())
    .concat();
    for entry in std::fs::read_dir(root().join("data/codelists/returns")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            source.contains(&format!("data/codelists/returns/{name}\")")),
            "nothing holds data/codelists/returns/{name}"
        );
    }
}

/// The columns of each list that `data/codelists/README.md` describes, by the heading of its section.
fn described() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(root().join("data/codelists/README.md")).unwrap();
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut list = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## `") {
            name.trim_end_matches('`').clone_into(&mut list);
            lists.entry(list.clone()).or_default();
        } else if let Some(row) = line.strip_prefix("| `") {
            let (column, rest) = row.split_once('`').unwrap();
            assert!(
                rest.len() > " |  |".len(),
                "{list}, {column}: nothing is said"
            );
            lists.get_mut(&list).unwrap().push(column.to_owned());
        }
    }
    lists
}

#[test]
fn every_column_of_every_code_list_is_described() {
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let folder = root().join("data/codelists");
    for within in ["", "returns/", "wales/"] {
        for entry in std::fs::read_dir(folder.join(within)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.rsplit_once('.').is_some_and(|(_, end)| end == "csv") {
                let path = folder.join(within).join(&name);
                let mut reader = csv::Reader::from_path(path).unwrap();
                let columns = reader.headers().unwrap().iter().map(str::to_owned);
                lists.insert(format!("{within}{name}"), columns.collect());
            }
        }
    }
    assert!(lists.len() >= 18, "{}", lists.len());
    assert_eq!(described(), lists);
}

/// The lines that each statement's services are added up from, against the total that it prints: a line
/// that was forgotten or counted twice would show in every authority.
#[test]
fn spending_by_service_adds_up_to_what_was_printed() {
    let catalogue = load(&built_in(), ChineseGroup::Asian)
        .unwrap()
        .output
        .catalogue;
    let spend = &catalogue.context.spend_by_service;
    let (mut off, mut absent) = (BTreeSet::new(), BTreeSet::new());
    let mut england: BTreeMap<(u16, SpendService), i64> = BTreeMap::new();
    for ((area, year), own) in spend {
        let name = || (catalogue.areas.name(*area).clone(), *year);
        let services = SpendService::ALL.map(|service| own.on(service));
        for (service, pounds) in SpendService::ALL.into_iter().zip(services) {
            *england.entry((*year, service)).or_default() += pounds.value().unwrap_or(0);
        }
        let sum: Option<i64> = services.iter().map(|pounds| pounds.value()).sum();
        match sum.zip(own.all.value()) {
            // Statements round each line to a pound.
            Some((sum, all)) if (sum - all).abs() <= 12 => {}
            Some(_) => drop(off.insert(name())),
            None => drop(absent.insert(name())),
        }
    }
    let named = |names: &[(&str, u16)]| -> BTreeSet<(String, u16)> {
        names.iter().map(|(n, y)| ((*n).to_owned(), *y)).collect()
    };
    assert_eq!(off, named(&[("Slough", 2018)]));
    let missing = [
        ("Luton", 2023),
        ("Cumberland", 2024),
        ("Westmorland and Furness", 2024),
        ("Middlesbrough", 2025),
        ("Wandsworth", 2025),
    ];
    assert_eq!(absent, named(&missing));
    let years: BTreeMap<u16, usize> = spend.keys().fold(BTreeMap::new(), |mut n, (_, year)| {
        *n.entry(*year).or_default() += 1;
        n
    });
    let of = |from: u16, to: u16, n: usize| (from..=to).map(move |year| (year, n));
    let expected = of(2011, 2019, 152)
        .chain(of(2020, 2021, 151))
        .chain(of(2022, 2023, 152))
        .chain(of(2024, 2025, 153));
    assert_eq!(years, expected.collect());
    // England as the publisher printed it, in pounds of which the last may be rounded.
    for (year, service, pounds) in [
        (2011, SpendService::YoungPeople, 1_184_100_000),
        (2015, SpendService::ChildrenLookedAfter, 3_768_500_000),
        (2015, SpendService::FamilySupport, 1_078_900_000),
        (2019, SpendService::ChildrenLookedAfter, 4_881_419_921),
        (2019, SpendService::FamilySupport, 1_154_383_205),
        (2025, SpendService::Safeguarding, 3_586_900_940),
        (2025, SpendService::FamilySupport, 1_902_330_547),
    ] {
        let found = england[&(year, service)];
        assert!(
            (found - pounds).abs() < 60_000,
            "{year} {service:?}: {found}"
        );
    }
}

/// An indicator of the list that no built-in table has is in no output, and nobody would notice.
#[test]
fn every_indicator_is_counted() {
    let catalogue = load(&built_in(), ChineseGroup::Asian)
        .unwrap()
        .output
        .catalogue;
    for (id, indicator) in catalogue.indicators.iter() {
        assert!(
            catalogue.tables.contains_key(&id),
            "nothing feeds {}",
            indicator.name
        );
    }
}

fn checks() -> Vec<RateCheck> {
    verify_rates(&built_in()).unwrap()
}

/// Every rate that the Department for Education printed for an authority in the releases compiled
/// here, with the counts and the population of the release that printed it: children looked after in
/// the releases of 2018 to 2025, children in need in that of 2022, and the rates of the local authority
/// interactive tool of 2016 to 2025, section 47 enquiries and conferences of 2023 to 2025 among them.
#[test]
fn every_printed_rate_is_reproduced() {
    let mut printed = BTreeMap::new();
    for check in checks() {
        say(&format!(
            "{}: {} of {} authority rates, {} of {} regional and national rates, {:?}",
            check.table,
            check.authorities.1,
            check.authorities.0,
            check.regions.1,
            check.regions.0,
            check.populations
        ));
        assert_eq!(
            check.authorities.0, check.authorities.1,
            "{:?}",
            check.exceptions
        );
        printed.insert(check.table, (check.authorities.0, check.regions.0));
    }
    // A test that looked at nothing would pass: these are all the rates that the files print.
    let table = |name: &str| printed[&format!("published_rates_{name}")];
    assert_eq!(table("children_in_need_2022"), (33_359, 2_664));
    assert_eq!(table("local_authority_tool_2026"), (17_098, 1_368));
    let percentages =
        |year: u16| printed[&format!("published_percentages_children_looked_after_{year}")];
    assert_eq!(percentages(2025), (36_708, 3_272));
    assert_eq!(percentages(2024), (1_366, 118));
    let care = [2018, 2019, 2021, 2022, 2023, 2024, 2025];
    let care = care.map(|year| table(&format!("children_looked_after_{year}")).0);
    assert_eq!(care, [755, 755, 1_815, 2_271, 2_262, 2_274, 2_267]);
}

/// The rates that the issue of a wrong population was seen in: of 2016 to 2018, when the census had not
/// been taken.
#[test]
fn a_rate_says_when_its_population_was_revised_after_it_was_printed() {
    let loaded = load(&built_in(), ChineseGroup::Asian).unwrap().output;
    let id = loaded.catalogue.indicators.id("cla_at_31_march").unwrap();
    let cell = |year: &str, area: &str| {
        let key = CellKey {
            indicator: id,
            period: year.parse().unwrap(),
            area: area.parse().unwrap(),
            stratum: Stratum::TOTAL,
        };
        *loaded.cube.get(&key).unwrap()
    };
    let westminster = cell("2018", "E09000033");
    assert!(westminster.issues.contains(IssueCode::PopulationRebased));
    let count = f64::from(westminster.numerator.value().unwrap());
    let rate = count / westminster.denominator.value.value().unwrap() * 10_000.0;
    assert!(
        (rate - 60.4).abs() < 0.05,
        "printed 45 with the population of its time: {rate}"
    );
    assert!(
        !cell("2025", "E09000033")
            .issues
            .contains(IssueCode::PopulationRebased)
    );
    // Restated by the releases of 2018 and 2019, which first printed 646.
    let leicester = cell("2016", "E06000016");
    assert_eq!(leicester.numerator, Reported::Value(596));
    assert!(leicester.issues.contains(IssueCode::CountRevised));
}

/// Regional and national rates are of counts before they were rounded to 10: a count that rounds to the
/// published one gives all but those of child in need plans, first collected in 2022, whose rates
/// leave authorities that sent none out of the population, and two of 2018.
#[test]
fn the_exceptions_are_regions() {
    let loaded = load(&built_in(), ChineseGroup::Asian).unwrap().output;
    let mut other = Vec::new();
    for exception in checks().iter().flat_map(|check| &check.exceptions) {
        assert_ne!(exception.level, GeographicLevel::LocalAuthority);
        let name = &loaded.catalogue.indicators.get(exception.indicator).name;
        if !(name.starts_with("cin_plan_") && exception.period.year() == 2022) {
            other.push((
                name.clone(),
                exception.period.year(),
                exception.area.to_string(),
            ));
        }
    }
    other.sort();
    let expected = [
        ("assessments_completed", 2018, "E12000004"),
        ("referrals_children", 2018, "E12000005"),
    ];
    let expected = expected.map(|(name, year, area)| (name.to_owned(), year, area.to_owned()));
    assert_eq!(other, expected);
}

/// What every release says of its own publication is that it has a page or a public copy.
#[test]
fn every_source_says_where_it_is_from() {
    let sources = std::fs::read_to_string(root().join("data").join(SOURCES)).unwrap();
    for source in Sources::from_toml(&sources).unwrap().sources() {
        let origin = &source.origin;
        assert!(origin.copy.starts_with("https://"), "{}", source.id);
        assert!(origin.page.is_empty() || origin.page.starts_with("https://"));
        assert!(
            origin.copied.is_some() || origin.retrieved.is_some(),
            "{}",
            source.id
        );
        assert!(origin.address().starts_with("https://"));
    }
    let listed = disparity(&["data", "list", "--wide"]).ok();
    for column in ["Released", "Retrieved", "Address"] {
        assert!(listed.contains(column), "{column}");
    }
    let address = "https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025";
    let line = listed.lines().find(|line| line.contains(address)).unwrap();
    assert!(
        line.contains("2025-10-30") && line.contains("not recorded"),
        "{line}"
    );
}

/// The columns of printed rates in the files of releases.
const PRINTED: [(&str, &[&str]); 13] = [
    (
        "cla/cla_number_and_rate_per_10k_children_2025release.csv",
        &["rate_per_10000"],
    ),
    (
        "cla/cla_number_and_rate_per_10k_children_2024release.csv",
        &["rate_per_10000"],
    ),
    (
        "cla/cla_number_and_rate_per_10k_children_2023release.csv",
        &["rate_per_10000"],
    ),
    (
        "cla/cla_number_and_rate_per_10k_children_2022release.csv",
        &["rate_per_10000"],
    ),
    (
        "cla/cla_number_and_rate_per_10k_children_2021release.csv",
        &["rate_per_10000"],
    ),
    (
        "cla/ssda903_underlying/2018_CLA2018.csv",
        &[
            "CLA_Rate2014",
            "CLA_Rate2015",
            "CLA_Rate2016",
            "CLA_Rate2017",
            "CLA_Rate2018",
        ],
    ),
    (
        "cla/ssda903_underlying/2019_CLA2019.csv",
        &[
            "CLA_Rate2015",
            "CLA_Rate2016",
            "CLA_Rate2017",
            "CLA_Rate2018",
            "CLA_Rate2019",
        ],
    ),
    (
        "cin/ees2022/b1_children_in_need_2013_to_2022.csv",
        &[
            "Anypoint_episodes_rate",
            "Anypoint_child_rate",
            "Started_episodes_rate",
            "Started_child_rate",
            "Ended_episodes_rate",
            "Ended_child_rate",
            "At31_episodes_rate",
            "Awaiting_assessment_rate",
        ],
    ),
    (
        "cin/ees2022/b7_child_in_need_plans_2022.csv",
        &[
            "CINPlan_start_rate",
            "CINPlan_end_rate",
            "CINPlan_At31_rate",
        ],
    ),
    (
        "cin/ees2022/c1_children_in_need_referrals_and_rereferrals_2013_to_2022.csv",
        &["Referrals_rate", "Referrals_child_rate"],
    ),
    (
        "cin/ees2022/c2_children_in_need_assessments_duration_2014_to_2022.csv",
        &["Assessments_completed_rate"],
    ),
    (
        "cpp/ees2022/c4_children_in_need_section_47s_and_icpcs_2013_to_2022.csv",
        &[
            "Section47_rate",
            "Section47_child_rate",
            "ICPC_rate",
            "ICPC_child_rate",
        ],
    ),
    (
        "cpp/ees2022/d1_child_protection_plans_2013_to_2022.csv",
        &[
            "CPP_start_rate",
            "CPP_child_start_rate",
            "CPP_end_rate",
            "CPP_child_end_rate",
            "CPP_anypoint_rate",
            "CPP_child_anypoint_rate",
            "CPP_At31_rate",
        ],
    ),
];

/// The compiled tables of printed rates hold as many as the files do: none was lost on the way.
#[test]
fn no_printed_rate_was_lost() {
    let Some(published) = published_files("counting the printed rates in the published files")
    else {
        return;
    };
    let mut printed = 0;
    for (file, columns) in PRINTED {
        let mut reader = csv::Reader::from_path(published.join(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| {
            header
                .iter()
                .position(|own| own == name)
                .unwrap_or_else(|| panic!("{file}: {name}"))
        };
        let (level, authority) = if file.contains("ssda903_underlying") {
            (at("geog_l"), "LA")
        } else {
            (at("geographic_level"), "Local authority")
        };
        let columns: Vec<usize> = columns.iter().map(|name| at(name)).collect();
        for record in reader.records() {
            let record = record.unwrap();
            if &record[level] == authority {
                printed += columns
                    .iter()
                    .filter(|column| record[**column].parse::<f64>().is_ok())
                    .count() as u64;
            }
        }
    }
    // The tool's measures are of no one release, and compressed; percentages are of the rows that are indicators.
    let checks = checks();
    let of_releases = checks.iter().filter(|check| {
        check.table.starts_with("published_rates_")
            && !check.table.ends_with("local_authority_tool_2026")
    });
    let checked: u64 = of_releases.map(|check| check.authorities.0).sum();
    assert_eq!(checked, printed);
}

#[test]
fn england_in_2025_is_what_was_published() {
    let said = disparity(&[
        "compare",
        "Hackney",
        "--with",
        "england",
        "--indicator",
        "cla_at_31_march",
        "--format",
        "csv",
    ])
    .ok();
    let england = said.lines().find(|line| line.contains("England")).unwrap();
    assert!(
        england
            .starts_with("cla_at_31_march,2025,E92000001,England,per_10k,81770,12183016.0,67.118"),
        "{england}"
    );
}

/// Placements, stability, missing, ways out of care, health and care leavers: England's counts as the publications have
/// them.
#[test]
fn england_s_placements_outcomes_and_care_leavers_are_what_was_published() {
    let loaded = load(&built_in(), ChineseGroup::Asian).unwrap().output;
    let known = [
        ("new_placements", 2025, 90_930),
        ("cla_twelve_months", 2025, 58_530),
        ("cla_convicted", 2025, 800),
        ("cla_twelve_months_10_to_17", 2025, 40_990),
        ("cla_foster_placement", 2025, 54_820),
        ("cla_placed_over_20_miles", 2025, 18_120),
        ("cla_three_or_more_placements", 2025, 8_500),
        ("cla_same_carer_two_years", 2025, 19_680),
        ("cla_ceased_special_guardianship", 2025, 4_110),
        ("cla_ceased_adopted", 2020, 3_480),
        ("cla_ceased_special_guardianship", 2020, 3_720),
        ("cla_started_interim_care_order", 2018, 10_730),
        ("cla_missing", 2024, 13_010),
        ("cla_missing_incidents", 2024, 83_920),
        ("cla_started_unaccompanied", 2025, 6_950),
        ("cla_sdq_concern", 2025, 14_320),
        ("care_leavers_19_to_21", 2025, 38_440),
        ("care_leavers_17_to_18_suitable_accommodation", 2025, 13_380),
    ];
    for (indicator, year, count) in known {
        let key = disparity_core::CellKey {
            indicator: loaded.catalogue.indicators.id(indicator).unwrap(),
            period: year.to_string().parse().unwrap(),
            area: disparity_core::AreaCode::ENGLAND,
            stratum: disparity_core::Stratum::TOTAL,
        };
        let cell = loaded.cube.get(&key).unwrap();
        assert_eq!(
            cell.numerator,
            disparity_core::Reported::Value(count),
            "{indicator} {year}"
        );
    }
}

/// What a newer release withdrew must not survive from an older one: City of London's re-referrals of
/// 2022 were printed in one release and withheld in the next.
#[test]
fn a_withdrawn_figure_is_not_kept() {
    let loaded = load(&built_in(), ChineseGroup::Asian).unwrap().output;
    let key = disparity_core::CellKey {
        indicator: loaded
            .catalogue
            .indicators
            .id("rereferrals_within_12_months")
            .unwrap(),
        period: "2022".parse().unwrap(),
        area: "E09000001".parse().unwrap(),
        stratum: disparity_core::Stratum::TOTAL,
    };
    let cell = loaded.cube.get(&key).unwrap();
    assert_eq!(
        cell.numerator,
        disparity_core::Reported::Symbol(disparity_core::Symbol::Confidential)
    );
    let revisions = std::fs::read_to_string(root().join("data/england/revisions.csv")).unwrap();
    assert!(
        !revisions.contains("2022,E09000001,rereferrals"),
        "the withdrawn figure is among the revisions"
    );
}

/// Absences of the publications that are easily lost: a cyber-attack, a poor return, a missing one.
#[test]
fn known_absences_are_absences() {
    let loaded = load(&built_in(), ChineseGroup::Asian).unwrap().output;
    let symbol = |indicator: &str, period: &str, area: &str| {
        let key = disparity_core::CellKey {
            indicator: loaded.catalogue.indicators.id(indicator).unwrap(),
            period: period.parse().unwrap(),
            area: loaded.catalogue.areas.find(area).unwrap().code,
            stratum: disparity_core::Stratum::TOTAL,
        };
        loaded
            .cube
            .get(&key)
            .unwrap()
            .numerator
            .symbol()
            .map(disparity_core::Symbol::mark)
    };
    for year in ["2021", "2022"] {
        assert_eq!(symbol("cin_at_31_march", year, "Hackney"), Some("x"));
    }
    assert_eq!(symbol("cin_at_31_march", "2024", "Hampshire"), Some("u"));
    assert_eq!(symbol("cin_at_31_march", "2014", "Cornwall"), Some("x"));
    assert_eq!(
        symbol("cin_at_31_march", "2013", "County Durham"),
        Some("x")
    );
    assert_eq!(
        symbol("cla_at_31_march", "2025", "City of London"),
        Some("c")
    );
    assert_eq!(
        symbol("cla_at_31_march", "2025", "Isles of Scilly"),
        Some("z")
    );
    assert_eq!(symbol("cin_at_31_march", "2023", "Hackney"), None);
}
