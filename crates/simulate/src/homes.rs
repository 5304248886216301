//! Homes of invented children: in neighbourhoods of an authority, as many as somebody expects there, and fewer
//! where children of one group are missed in one part of town. What was planted is told by [`homes_truth`].

use std::fmt::Write as _;

use disparity_core::AreaCode;
use disparity_core::neighbourhoods::RESIDENT_GROUPS;
use rand_distr::Gamma;

use crate::draws::Draws;
use crate::life::LETTERS;
use crate::world::{ETHNIC_CODES, World};

/// A neighbourhood in which invented children have their homes.
#[derive(Debug, Clone, PartialEq)]
pub struct HomeArea {
    /// Its code.
    pub code: AreaCode,
    /// Tenth of neighbourhoods by deprivation, from 1, the most deprived, to 10.
    pub decile: u8,
    /// How many children would be known in each group of [`RESIDENT_GROUPS`], against other neighbourhoods of
    /// the authority, if all were alike.
    pub expected: [f64; 5],
    /// How many more are known than that, of all groups: 1 where as many are.
    pub ratio: f64,
    /// The share of each group that the authority does see; 1 where it misses nobody.
    pub seen: [f64; 5],
    /// A number of its own among those of all authorities, from 0: its postcodes.
    pub number: u32,
}

/// Two postcodes for each.
const POSTCODES: u32 = 2;
/// As many as have postcodes of their own.
pub const MOST_HOME_AREAS: u32 = 90_000 / POSTCODES;

/// A postcode of the right form in an area that there is not.
fn postcode(number: u32) -> String {
    let digit = |place: u32| number / place % 10;
    let letter = |place: u32| LETTERS[digit(place) as usize];
    format!(
        "ZZ{} {}{}{}",
        10 + number / 1000,
        digit(100),
        letter(10),
        letter(1)
    )
}

impl HomeArea {
    /// One in which as many are known as are expected, and all are seen.
    #[must_use]
    pub const fn new(code: AreaCode, decile: u8, expected: [f64; 5], number: u32) -> Self {
        Self {
            code,
            decile,
            expected,
            ratio: 1.0,
            seen: [1.0; 5],
            number,
        }
    }

    /// Its postcodes.
    pub fn postcodes(&self) -> impl Iterator<Item = String> {
        let first = self.number * POSTCODES;
        (first..first + POSTCODES).map(postcode)
    }
}

/// Makes neighbourhoods differ from what is expected: each ratio is drawn from a gamma distribution of mean 1
/// whose coefficient of variation is `spread`.
pub fn let_differ(areas: &mut [HomeArea], spread: f64, seed: u64) {
    let shape = 1.0 / (spread * spread);
    let Some(gamma) = Gamma::new(shape, 1.0 / shape).ok().filter(|_| spread > 0.0) else {
        return;
    };
    let mut draws = Draws::new(seed, 0x484f_4d45);
    for area in areas {
        area.ratio = draws.from(&gamma);
    }
}

/// Has an authority see only a share of the children of a group in one part of town: from the neighbourhood where
/// most of the group are expected on through those that adjoin (pairs of positions), always to the one with the
/// most, until the part has so large a share of all neighbourhoods.
pub fn miss(
    areas: &mut [HomeArea],
    adjoining: &[[usize; 2]],
    group: usize,
    (part, seen): (f64, f64),
) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a few thousand"
    )]
    let wanted = (areas.len() as f64 * part).round() as usize;
    let mut town: Vec<usize> = Vec::new();
    while town.len() < wanted.min(areas.len()) {
        let adjoins = |at: &usize| {
            let other = |pair: &[usize; 2]| match pair {
                [a, b] if a == at => Some(*b),
                [a, b] if b == at => Some(*a),
                _ => None,
            };
            let mut others = adjoining.iter().filter_map(other);
            others.any(|other| town.contains(&other))
        };
        let left = || (0..areas.len()).filter(|at| !town.contains(at));
        let most = |own: &mut dyn Iterator<Item = usize>| {
            own.max_by(|a, b| areas[*a].expected[group].total_cmp(&areas[*b].expected[group]))
        };
        // Where nothing more adjoins, the part goes on elsewhere.
        let next = most(&mut left().filter(|at| adjoins(at))).or_else(|| most(&mut left()));
        match next {
            Some(next) => town.push(next),
            None => break,
        }
    }
    for at in town {
        areas[at].seen[group] = seen;
    }
}

/// The place among [`RESIDENT_GROUPS`] of a detailed group as the returns code it; none for one that the list does
/// not have.
#[must_use]
pub fn broad_group(code: &str) -> Option<usize> {
    let word = match code {
        "CHNE" => "asian",
        _ => match code.bytes().next()? {
            b'W' => "white",
            b'M' => "mixed",
            b'A' => "asian",
            b'B' => "black",
            b'O' => "other",
            _ => return None,
        },
    };
    RESIDENT_GROUPS.iter().position(|own| *own == word)
}

/// Which neighbourhood, group and postcode children have: drawn by what is expected.
pub(crate) struct HomeDraw<'a> {
    areas: &'a [HomeArea],
    weights: Vec<f64>,
    /// Weights of detailed groups within each broad one.
    detailed: [[f64; ETHNIC_CODES.len()]; 5],
    missed: Draws,
}

/// A home that was drawn.
pub(crate) struct Drawn {
    pub(crate) decile: u8,
    pub(crate) ethnicity: &'static str,
    pub(crate) postcode: String,
    pub(crate) code: AreaCode,
    /// Whether the authority ever gets to know of the child.
    pub(crate) is_seen: bool,
}

impl<'a> HomeDraw<'a> {
    /// None where there are no neighbourhoods.
    pub(crate) fn new(world: &'a World, authority: usize) -> Option<Self> {
        let margins = &world.authorities[authority];
        if margins.homes.is_empty() {
            return None;
        }
        let weights = margins
            .homes
            .iter()
            .flat_map(|area| area.expected.map(|expected| expected * area.ratio));
        let detailed = std::array::from_fn(|group| {
            std::array::from_fn(|at| {
                let own = broad_group(ETHNIC_CODES[at]) == Some(group);
                if own { margins.ethnicity[at] } else { 0.0 }
            })
        });
        Some(Self {
            areas: &margins.homes,
            weights: weights.collect(),
            detailed,
            missed: Draws::new(world.seed, 0x4d49_5353 + authority as u64),
        })
    }

    pub(crate) fn draw(&mut self, draws: &mut Draws) -> Drawn {
        let cell = draws.weighted(&self.weights);
        let (area, group) = (&self.areas[cell / 5], cell % 5);
        let ethnicity = ETHNIC_CODES[draws.weighted(&self.detailed[group])];
        let last = i32::try_from(POSTCODES).unwrap_or(1) - 1;
        let number = u32::try_from(draws.between(0, last)).unwrap_or(0);
        Drawn {
            decile: area.decile,
            ethnicity,
            postcode: postcode(area.number * POSTCODES + number),
            code: area.code,
            is_seen: self.missed.uniform() < area.seen[group],
        }
    }
}

/// Whether the home of a child is recorded. Decided by the child's place in the list, so that it is the same in
/// every return.
pub(crate) fn is_recorded(world: &World, number: usize) -> bool {
    ((number * 53 + 7) % 1000) as f64 >= 1000.0 * world.no_home
}

/// A lookup of every postcode of a world whose children have homes in neighbourhoods, with the neighbourhood and its
/// tenth.
#[must_use]
pub fn home_lookup(world: &World) -> String {
    let mut text = String::from("pcds,lsoa21,imd_decile\n");
    for area in world.authorities.iter().flat_map(|own| &own.homes) {
        for code in area.postcodes() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{code},{},{}", area.code, area.decile);
        }
    }
    text
}

/// What was planted of the homes of one authority's children: a row for each neighbourhood and group.
///
/// `expected` is on no scale; `ratio` says how many times that are in need, and `seen_share` how many of those
/// the authority sees. `seen_of_expected` is what of the expected share of the authority's children is seen, so
/// that 1 is the authority's mean.
#[must_use]
pub fn homes_truth(world: &World, authority: usize) -> String {
    let margins = &world.authorities[authority];
    let mut text = String::from(
        "old_la_code,lsoa21,ethnicity_major,expected,ratio,seen_share,seen_of_expected\n",
    );
    for (area, group, of_expected) in seen_of_expected(&margins.homes) {
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{of_expected}",
            margins.old_la_code,
            area.code,
            RESIDENT_GROUPS[group],
            area.expected[group],
            area.ratio,
            area.seen[group]
        );
    }
    text
}

/// Of each neighbourhood and group, what of its expected share of the authority's children is seen.
pub fn seen_of_expected(areas: &[HomeArea]) -> impl Iterator<Item = (&HomeArea, usize, f64)> {
    let cells = || {
        areas
            .iter()
            .flat_map(|area| (0..5).map(move |group| (area, group)))
    };
    let factor = |area: &HomeArea, group: usize| area.ratio * area.seen[group];
    let expected: f64 = cells().map(|(area, group)| area.expected[group]).sum();
    let seen: f64 = cells()
        .map(|(area, group)| area.expected[group] * factor(area, group))
        .sum();
    cells().map(move |(area, group)| (area, group, factor(area, group) * expected / seen))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::life::lives;

    fn area(number: u32, black: f64) -> HomeArea {
        let code = format!("E01{number:06}").parse().unwrap();
        HomeArea::new(code, 3, [10.0, 1.0, 1.0, black, 0.0], number)
    }

    fn row_of(black: [f64; 6]) -> Vec<HomeArea> {
        (0..)
            .zip(black)
            .map(|(at, black)| area(at, black))
            .collect()
    }

    #[test]
    fn postcodes_are_whole_and_of_one_neighbourhood() {
        let last = area(MOST_HOME_AREAS - 1, 0.0);
        let all: Vec<String> = [area(0, 0.0), area(700, 0.0), last]
            .iter()
            .flat_map(HomeArea::postcodes)
            .collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 6);
        assert_eq!((all[0].as_str(), all[5].as_str()), ("ZZ10 0AA", "ZZ99 9NN"));
    }

    #[test]
    fn a_part_of_town_goes_on_through_what_adjoins() {
        // 0–1–2 and 3–4–5 adjoin; most live in 4, and 0 has more than what adjoins it.
        let mut areas = row_of([8.0, 1.0, 1.0, 2.0, 9.0, 3.0]);
        let adjoining = [[0, 1], [1, 2], [3, 4], [4, 5]];
        miss(&mut areas, &adjoining, 3, (0.5, 0.25));
        let missed: Vec<usize> = (0..6).filter(|at| areas[*at].seen[3] < 1.0).collect();
        assert_eq!(missed, [3, 4, 5]);
        miss(&mut areas, &adjoining, 3, (0.66, 0.25));
        assert!(areas[0].seen[3] < 1.0 && areas[0].seen[0] >= 1.0);
    }

    #[test]
    fn children_have_homes_as_is_expected_and_those_who_are_missed_are_in_no_return() {
        let mut world = World::new(1, 3, 9);
        world.authorities[0].homes = row_of([2.0, 2.0, 2.0, 2.0, 2.0, 8.0]);
        let all = lives(&world, 0);
        miss(&mut world.authorities[0].homes, &[], 3, (0.17, 0.25));
        let seen = lives(&world, 0);
        let count = |all: &[crate::Life], at: usize, group: &str| {
            let code = world.authorities[0].homes[at].code;
            let own = all.iter().filter(|life| life.home == Some(code));
            own.filter(|life| life.ethnicity.starts_with(group)).count()
        };
        // 2,700 children: 8 of 90 are Black children of the last neighbourhood, 240 or so.
        assert!((200..280).contains(&count(&all, 5, "B")));
        assert!((40..85).contains(&count(&seen, 5, "B")));
        // Nobody else has another life for it.
        for (at, group) in [(0, "B"), (5, "W"), (2, "M")] {
            assert!(count(&all, at, group) > 0);
            assert_eq!(count(&all, at, group), count(&seen, at, group));
        }
        let ratios: Vec<f64> = seen_of_expected(&world.authorities[0].homes)
            .map(|(.., ratio)| ratio)
            .collect();
        assert!((ratios[28] / ratios[0] - 0.25).abs() < 1e-12 && ratios[0] > 1.0);
        let truth = homes_truth(&world, 0);
        assert_eq!(truth.lines().count(), 31);
        assert!(truth.contains("301,E01000005,black,8,1,0.25,"), "{truth}");
        let lookup = home_lookup(&world);
        assert!(all.iter().all(|life| lookup.contains(&life.postcode)));
    }
}
