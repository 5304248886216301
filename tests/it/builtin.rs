//! The built-in figures: what they were compiled from, and what the publisher printed.

use std::collections::BTreeSet;

use disparity_core::{ChineseGroup, GeographicLevel};
use disparity_published::{
    CODE_LISTS, COLUMNS, Files, RateCheck, SOURCES, Sources, verify_rates, verify_tables,
};

use crate::support::{Folder, disparity, published_files, root, say};

fn built_in() -> Files {
    let sources =
        Sources::from_toml(&std::fs::read_to_string(root().join("data").join(SOURCES)).unwrap())
            .unwrap();
    let tables = sources.tables().iter().map(|table| table.name.as_str());
    let names = CODE_LISTS
        .into_iter()
        .chain([COLUMNS, SOURCES])
        .chain(tables);
    Files::read(&root().join("data"), names).unwrap()
}

#[test]
fn rebuilding_gives_the_same_bytes() {
    let Some(published) = published_files("rebuilding the built-in figures") else {
        return;
    };
    let folder = Folder::new("rebuild");
    let lists = folder.join("data/codelists");
    std::fs::create_dir_all(&lists).unwrap();
    for entry in std::fs::read_dir(root().join("data/codelists")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        std::fs::copy(&path, lists.join(path.file_name().unwrap())).unwrap();
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
    for folder in ["codelists", "england"] {
        for entry in std::fs::read_dir(root().join("data").join(folder)).unwrap() {
            let entry = entry.unwrap();
            // What the returns need is compiled in where it is read.
            if entry.path().is_dir() {
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
        "crates/returns/src/codelists.rs",
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

fn checks() -> Vec<RateCheck> {
    verify_rates(&built_in()).unwrap()
}

/// Every rate that the Department for Education printed for an authority: children looked after
/// 2021 to 2025, children in need and protection plans 2013 to 2022.
#[test]
fn every_printed_rate_of_an_authority_is_reproduced() {
    let checks = checks();
    let authorities: u64 = checks.iter().map(|check| check.authorities.0).sum();
    for check in &checks {
        say(&format!(
            "{}: {} of {} authority rates, {} of {} regional and national rates",
            check.table, check.authorities.1, check.authorities.0, check.regions.1, check.regions.0
        ));
        assert_eq!(
            check.authorities.0, check.authorities.1,
            "{:?}",
            check.exceptions
        );
    }
    // A test that looked at nothing would pass: these are all the rates the two releases print.
    assert_eq!(authorities, 2_267 + 33_359);
}

/// Regional and national rates were computed by the publisher before rounding counts to 10.
#[test]
fn the_exceptions_are_regions_whose_counts_are_rounded() {
    let loaded = disparity_published::load(&built_in(), ChineseGroup::Asian)
        .unwrap()
        .output;
    for check in checks() {
        for exception in &check.exceptions {
            assert_ne!(exception.level, GeographicLevel::LocalAuthority);
            let ours = exception.ours.unwrap();
            // A count within 5 of the printed one would give the printed rate; child in need plans,
            // first collected in 2022, leave authorities that sent none out of the population too.
            let indicator = loaded.catalogue.indicators.get(exception.indicator);
            let late = indicator.name.starts_with("cin_plan_") && exception.period.year() == 2022;
            assert!(
                late || (exception.printed - ours).abs() < 1.0,
                "{exception:?}"
            );
        }
    }
}

/// The compiled tables of printed rates hold as many as the files do: none was lost on the way.
#[test]
fn no_printed_rate_was_lost() {
    let Some(published) = published_files("counting the printed rates in the published files")
    else {
        return;
    };
    let files: [(&str, &[&str]); 7] = [
        (
            "cla/cla_number_and_rate_per_10k_children_2025release.csv",
            &["rate_per_10000"],
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
    let mut printed = 0;
    for (file, columns) in files {
        let mut reader = csv::Reader::from_path(published.join(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| {
            header
                .iter()
                .position(|own| own == name)
                .unwrap_or_else(|| panic!("{file}: {name}"))
        };
        let level = at("geographic_level");
        let columns: Vec<usize> = columns.iter().map(|name| at(name)).collect();
        for record in reader.records() {
            let record = record.unwrap();
            if &record[level] == "Local authority" {
                printed += columns
                    .iter()
                    .filter(|column| record[**column].parse::<f64>().is_ok())
                    .count() as u64;
            }
        }
    }
    let checked: u64 = checks().iter().map(|check| check.authorities.0).sum();
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

/// What a newer release withdrew must not survive from an older one: City of London's re-referrals of
/// 2022 were printed in one release and withheld in the next.
#[test]
fn a_withdrawn_figure_is_not_kept() {
    let loaded = disparity_published::load(&built_in(), ChineseGroup::Asian)
        .unwrap()
        .output;
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
    let loaded = disparity_published::load(&built_in(), ChineseGroup::Asian)
        .unwrap()
        .output;
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
