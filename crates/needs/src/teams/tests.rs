//! Whatever the ground: every neighbourhood in one team, each team contiguous, the same teams again.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::neighbourhoods::{
    Centroid, Contact, Deciles, Footprint, FootprintOrigin, Footprints, Msoa, Neighbourhood,
    Neighbourhoods, Places, TeamSize,
};
use disparity_core::{AreaCode, Reported, Symbol};
use proptest::prelude::*;

use super::{describe, propose, remarks};

fn authority() -> AreaCode {
    "E06000001".parse().unwrap()
}

fn code(kind: &str, number: usize) -> AreaCode {
    format!("{kind}{number:06}").parse().unwrap()
}

/// A rectangle of neighbourhoods of which some do not adjoin, in middle layer areas of two by two.
#[derive(Debug)]
struct Ground {
    width: usize,
    residents: Vec<u32>,
    /// Whether the border to the east and to the south is there.
    borders: Vec<[bool; 2]>,
    link: bool,
}

impl Ground {
    fn made(&self) -> Neighbourhoods {
        let unknown = Deciles {
            imd: Reported::Symbol(Symbol::NotAvailable),
            idaci: Reported::Symbol(Symbol::NotAvailable),
        };
        let all: Vec<Neighbourhood> = self
            .residents
            .iter()
            .enumerate()
            .map(|(at, residents)| {
                let (row, column) = (at / self.width, at % self.width);
                Neighbourhood {
                    code: code("E01", at),
                    name: format!("{at}"),
                    authority: authority(),
                    msoa: code("E02", row / 2 * self.width + column / 2),
                    ward: code("E05", 1),
                    deciles_2025: unknown,
                    deciles_2019: unknown,
                    residents_by_group: [*residents, 0, 0, 0, 0],
                    children_0_to_15: 0,
                    children_by_age: [0; 5],
                    centroid: Centroid {
                        longitude: f64::from(u32::try_from(column).unwrap()) / 100.0,
                        latitude: 52.0 + f64::from(u32::try_from(row).unwrap()) / 150.0,
                    },
                }
            })
            .collect();
        let mut contacts = Vec::new();
        for (at, [east, south]) in self.borders.iter().enumerate() {
            let mut join = |other: usize| {
                contacts.push(([code("E01", at), code("E01", other)], Contact::Border(700)));
            };
            if *east && (at + 1) % self.width != 0 && at + 1 < all.len() {
                join(at + 1);
            }
            if *south && at + self.width < all.len() {
                join(at + self.width);
            }
        }
        if self.link && all.len() > 1 {
            contacts.push(([code("E01", 0), code("E01", all.len() - 1)], Contact::Link));
        }
        let msoas: BTreeMap<AreaCode, Msoa> = all
            .iter()
            .map(|own| {
                let name = own.msoa.to_string();
                let library_name = format!("Place {name}");
                (own.msoa, Msoa { name, library_name })
            })
            .collect();
        Neighbourhoods::new(
            all,
            contacts,
            Places {
                msoas,
                ..Places::default()
            },
        )
    }
}

/// Numbers of parts into which neighbourhoods fall that no contact joins, worked out by another way than
/// the program's: the lowest code of each part spreads until nothing changes.
fn parts(world: &Neighbourhoods, codes: &[AreaCode]) -> usize {
    let own = world.of(authority());
    let inside: BTreeSet<AreaCode> = codes.iter().copied().collect();
    let mut label: BTreeMap<AreaCode, AreaCode> =
        inside.iter().map(|code| (*code, *code)).collect();
    loop {
        let mut changed = false;
        for pair in world.adjoining(authority()) {
            let [a, b] = pair.between.map(|at| own[at].code);
            if let (Some(one), Some(other)) = (label.get(&a).copied(), label.get(&b).copied())
                && one != other
            {
                let least = one.min(other);
                label.insert(a, least);
                label.insert(b, least);
                changed = true;
            }
        }
        if !changed {
            return label.values().collect::<BTreeSet<_>>().len();
        }
    }
}

fn grounds() -> impl Strategy<Value = Ground> {
    (1_usize..9, 1_usize..12).prop_flat_map(|(width, height)| {
        let residents = proptest::collection::vec(0_u32..4_000, width * height);
        let borders = proptest::collection::vec(
            [
                proptest::bool::weighted(0.85),
                proptest::bool::weighted(0.85),
            ],
            width * height,
        );
        (residents, borders, any::<bool>()).prop_map(move |(residents, borders, link)| Ground {
            width,
            residents,
            borders,
            link,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_neighbourhood_is_in_one_contiguous_team(
        ground in grounds(),
        low in 1_u32..40_000,
        more in 0_u32..40_000,
    ) {
        let world = ground.made();
        let size = TeamSize::new(low, low + more).unwrap();
        let teams = propose(&world, authority(), size).unwrap();
        let mut codes: Vec<AreaCode> =
            teams.all.iter().flat_map(|team| team.neighbourhoods.iter().copied()).collect();
        codes.sort_unstable();
        let all: Vec<AreaCode> = world.of(authority()).iter().map(|own| own.code).collect();
        prop_assert_eq!(codes, all);
        for team in &teams.all {
            prop_assert_eq!(parts(&world, &team.neighbourhoods), 1);
            prop_assert!(!team.name.is_empty());
        }
        let described = describe(&world, &teams, size);
        prop_assert!(described.iter().all(|own| own.pieces == 1));
        prop_assert_eq!(propose(&world, authority(), size).unwrap(), teams);
    }

    /// Where nothing is in the way, every team has the size.
    #[test]
    fn teams_have_the_size_that_is_wanted(
        width in 4_usize..10,
        height in 4_usize..14,
        residents in proptest::collection::vec(1_000_u32..3_000, 140),
    ) {
        let residents = residents[..width * height].to_vec();
        let borders = vec![[true, true]; residents.len()];
        let all: u32 = residents.iter().sum();
        let size = TeamSize::new(10_000, 17_000).unwrap();
        prop_assume!(all.div_ceil(size.high()) <= all / size.low());
        let world = Ground { width, residents, borders, link: false }.made();
        let teams = propose(&world, authority(), size).unwrap();
        let described = describe(&world, &teams, size);
        prop_assert!(described.iter().all(|own| own.has_size), "{:?}", described);
        prop_assert!(remarks(&teams, &described, size).is_empty() || teams.all.len() == 1);
    }
}

fn plain(width: usize, residents: Vec<u32>) -> Neighbourhoods {
    let borders = vec![[true, true]; residents.len()];
    Ground {
        width,
        residents,
        borders,
        link: false,
    }
    .made()
}

#[test]
fn a_middle_layer_area_is_split_only_where_a_size_cannot_be_met_otherwise() {
    // Eight areas of 8,000 in two rows: teams of two or three need no area cut.
    let world = plain(8, vec![2_000; 32]);
    let size = TeamSize::new(14_000, 26_000).unwrap();
    let teams = propose(&world, authority(), size).unwrap();
    let described = describe(&world, &teams, size);
    assert!(
        described
            .iter()
            .all(|own| own.has_size && own.msoas[0] == own.msoas[1]),
        "{described:?}"
    );
    // Whole areas make teams of 8,000 or 16,000, of which neither will do.
    let size = TeamSize::new(11_000, 15_000).unwrap();
    let teams = propose(&world, authority(), size).unwrap();
    let described = describe(&world, &teams, size);
    assert!(described.iter().all(|own| own.has_size), "{described:?}");
    assert!(described.iter().any(|own| own.msoas[0] < own.msoas[1]));
}

#[test]
fn an_authority_of_one_team_says_so() {
    let world = plain(2, vec![500; 4]);
    let size = TeamSize::FAMILY_HELP;
    let teams = propose(&world, authority(), size).unwrap();
    assert_eq!(teams.all.len(), 1);
    let said = remarks(&teams, &describe(&world, &teams, size), size);
    assert_eq!(
        said,
        [
            "The authority has 2,000 residents, which make one team of 30,000 to 50,000 residents.",
            "Team 1: Place E02000000 has 2,000 residents: fewer than the 30,000 to 50,000 residents that were wanted."
        ]
    );
    assert_eq!(propose(&world, "E06000099".parse().unwrap(), size), None);
}

#[test]
fn a_link_joins_what_water_divides() {
    // Two columns with no border between them, of 20,000 each.
    let ground = |link| Ground {
        width: 2,
        residents: vec![4_000; 10],
        borders: vec![[false, true]; 10],
        link,
    };
    let size = TeamSize::FAMILY_HELP;
    let apart = propose(&ground(false).made(), authority(), size).unwrap();
    assert_eq!(apart.all.len(), 2);
    let joined = propose(&ground(true).made(), authority(), size).unwrap();
    assert_eq!(joined.all.len(), 1);
}

#[test]
fn footprints_that_were_given_are_described_too() {
    let world = plain(4, vec![2_000; 16]);
    let codes = |from: usize, to: usize| (from..to).map(|at| code("E01", at)).collect::<Vec<_>>();
    // The first row and the last are one team, the rows between another.
    let outside = [codes(0, 4), codes(12, 16)].concat();
    let team = |name: &str, neighbourhoods| Footprint {
        name: name.to_owned(),
        neighbourhoods,
    };
    let teams = Footprints {
        authority: authority(),
        origin: FootprintOrigin::Given,
        all: vec![team("Outside", outside), team("Inside", codes(4, 12))],
    };
    let size = TeamSize::new(10_000, 20_000).unwrap();
    let described = describe(&world, &teams, size);
    assert_eq!([described[0].pieces, described[1].pieces], [2, 1]);
    assert_eq!(
        [described[0].residents, described[1].residents],
        [16_000, 16_000]
    );
    assert_eq!(described[1].msoas, [0, 4]);
    // Three borders in each row and four between the two rows; four out on either side.
    let metres = described[1].borders.map(|metres| format!("{metres:.0}"));
    assert_eq!(metres, ["7000", "5600"]);
    assert!(described[0].distance > described[1].distance);
    assert_eq!(
        remarks(&teams, &described, size),
        ["Outside is in 2 parts that neither a border nor a declared link joins."]
    );
}
