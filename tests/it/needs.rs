//! Neighbourhoods and teams of England, as built in.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::neighbourhoods::{
    Contact, Margins, Named, Neighbourhoods, RESIDENT_GROUPS, TeamSize,
};
use disparity_core::{AreaCode, ChineseGroup, GeographicLevel, Reported};
use disparity_needs::teams::{describe, propose, remarks};
use disparity_published::{Loaded, load, load_group_errors, load_neighbourhoods};

use crate::support::{built_in, say};

fn england() -> (Loaded, Neighbourhoods) {
    let files = built_in();
    let loaded = load(&files, ChineseGroup::Asian).unwrap().output;
    let found = load_neighbourhoods(&files, &loaded.catalogue.areas).unwrap();
    (loaded, found)
}

fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

#[test]
fn every_authority_of_today_has_neighbourhoods_with_names_and_counts() {
    let (loaded, england) = england();
    assert_eq!(england.all().len(), 33_755);
    let newest = "2025".parse().unwrap();
    let today: BTreeSet<AreaCode> = loaded
        .catalogue
        .areas
        .entities()
        .filter(|area| area.level == GeographicLevel::LocalAuthority)
        .filter(|area| loaded.catalogue.areas.exists_at(area.code, newest))
        .map(|area| area.code)
        .collect();
    assert_eq!(today, england.authorities().collect());
    assert_eq!(today.len(), 153);
    let places = england.places();
    assert_eq!((places.msoas.len(), places.districts.len()), (6_856, 296));
    let mut elsewhere = Vec::new();
    for own in england.all() {
        assert!(
            own.name.starts_with(&places.msoas[&own.msoa].name) && own.residents() >= 900,
            "{own:?}"
        );
        let district = places.wards[&own.ward].district;
        if places.districts[&district].authority != own.authority {
            elsewhere.push(own.code.to_string());
        }
        assert!(own.children_by_age_at_census().is_some(), "{}", own.code);
        // The box that England is in.
        let at = own.centroid;
        assert!((-6.5..1.8).contains(&at.longitude) && (49.8..55.9).contains(&at.latitude));
    }
    // The index has it in West Northamptonshire, the lookup to wards in Cherwell.
    assert_eq!(elsewhere, ["E01027305"]);
    // The census counted 56.5 million in England.
    let residents: u32 = england
        .all()
        .iter()
        .map(disparity_core::neighbourhoods::Neighbourhood::residents)
        .sum();
    assert!((56_400_000..56_600_000).contains(&residents), "{residents}");
    let unknown = |index: fn(&disparity_core::neighbourhoods::Deciles) -> Reported<u8>| {
        england
            .all()
            .iter()
            .filter(|own| !index(&own.deciles_2019).is_value())
            .count()
    };
    assert_eq!([unknown(|own| own.imd), unknown(|own| own.idaci)], [72, 68]);
    assert!(
        england
            .all()
            .iter()
            .all(|own| own.deciles_2025.imd.is_value())
    );
}

/// Borders and links together leave no authority in two, and links are needed nowhere else.
#[test]
fn every_authority_hangs_together() {
    let (_, england) = england();
    let mut linked = BTreeSet::new();
    let mut links = 0;
    for authority in england.authorities() {
        let own = england.of(authority);
        let parts = |with_links: bool| {
            let mut label: Vec<usize> = (0..own.len()).collect();
            loop {
                let before = label.clone();
                for pair in england.adjoining(authority) {
                    if with_links || pair.contact != Contact::Link {
                        let least = label[pair.between[0]].min(label[pair.between[1]]);
                        label[pair.between[0]] = least;
                        label[pair.between[1]] = least;
                    }
                }
                if label == before {
                    return label.into_iter().collect::<BTreeSet<_>>().len();
                }
            }
        };
        assert_eq!(parts(true), 1, "{authority}");
        if parts(false) > 1 {
            linked.insert(authority.to_string());
        }
        links += england
            .adjoining(authority)
            .iter()
            .filter(|pair| pair.contact == Contact::Link)
            .count();
    }
    let expected = [
        "E06000006",
        "E06000013",
        "E06000035",
        "E06000057",
        "E10000014",
    ];
    assert_eq!(linked, expected.map(str::to_owned).into());
    assert_eq!(links, 9);
}

#[test]
fn codes_of_2011_lead_to_those_of_2021() {
    let (_, england) = england();
    let Named::In2011(_, into) = england.named(code("E01000010")) else {
        panic!("E01000010 was split");
    };
    assert!(into.len() > 1);
    assert!(matches!(england.named(code("E01000001")), Named::Now(_)));
    assert_eq!(england.named(code("W01000001")), Named::Unknown);
    // All that was of 2011 and is no more.
    let counted: BTreeSet<AreaCode> = england
        .places()
        .redrawn
        .values()
        .flat_map(|(_, into)| into.iter().copied())
        .collect();
    assert_eq!(
        (england.places().redrawn.len(), counted.len()),
        (1_034, 1_945)
    );
}

/// What was asked for: at least 95% of teams within the size, and few middle layer areas split.
#[test]
fn teams_of_all_authorities_have_the_size_of_family_help() {
    let (_, england) = england();
    let size = TeamSize::FAMILY_HELP;
    let (mut teams, mut within, mut split) = (0, 0, 0);
    let (mut away, mut residents) = (0.0, 0.0);
    for authority in england.authorities() {
        let found = propose(&england, authority, size).unwrap();
        let codes: Vec<AreaCode> = found
            .all
            .iter()
            .flat_map(|team| team.neighbourhoods.clone())
            .collect();
        let unique: BTreeSet<AreaCode> = codes.iter().copied().collect();
        let own: BTreeSet<AreaCode> = england.of(authority).iter().map(|own| own.code).collect();
        assert_eq!((codes.len(), &unique), (own.len(), &own), "{authority}");
        let described = describe(&england, &found, size);
        assert!(described.iter().all(|own| own.pieces == 1), "{authority}");
        if found.all.len() == 1 {
            assert!(!remarks(&found, &described, size).is_empty());
        }
        teams += described.len();
        within += described.iter().filter(|own| own.has_size).count();
        let mut areas: BTreeMap<AreaCode, usize> = BTreeMap::new();
        for team in &found.all {
            let within: BTreeSet<AreaCode> = team
                .neighbourhoods
                .iter()
                .map(|code| england.get(*code).unwrap().msoa)
                .collect();
            for msoa in within {
                *areas.entry(msoa).or_default() += 1;
            }
        }
        split += areas.values().filter(|teams| **teams > 1).count();
        for own in &described {
            away += own.distance * f64::from(own.residents);
            residents += f64::from(own.residents);
        }
    }
    let distance = away / residents;
    say(&format!(
        "{within} of {teams} teams within {size}; {split} middle layer areas split; {distance:.2} km from the middle"
    ));
    assert!(within * 100 >= teams * 95, "{within} of {teams}");
    assert!(split <= 20, "{split}");
    assert!(distance < 3.0, "{distance}");
}

#[test]
fn margins_of_every_authority_add_up_and_errors_are_known() {
    let (loaded, england) = england();
    let period = "2025".parse().unwrap();
    let mut without = Vec::new();
    for authority in england.authorities() {
        let Some(margins) = Margins::of(
            &loaded.populations,
            &loaded.catalogue.dimensions,
            period,
            authority,
        ) else {
            without.push(authority.to_string());
            continue;
        };
        let groups: f64 = margins.by_group.iter().map(|group| group.children).sum();
        let ages: f64 = margins.by_age.iter().sum();
        assert!(
            (groups / margins.children - 1.0).abs() < 1e-12
                && (ages / margins.children - 1.0).abs() < 1e-12
        );
        assert!(
            margins.by_group.iter().all(|group| group.error.level > 0.0),
            "{authority}"
        );
    }
    assert!(without.is_empty(), "{without:?}");
    let errors = load_group_errors(&built_in()).unwrap();
    for (group, word) in RESIDENT_GROUPS.iter().enumerate() {
        let [few, many] =
            [5.0, 5_000.0].map(|children| errors.beyond_chance(group, children).unwrap());
        assert!(0.0 < many && many <= few, "{word}");
    }
}
