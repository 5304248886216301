//! Teams from neighbourhoods that adjoin.
//!
//! Every neighbourhood of an authority comes into one team; each team is contiguous over shared borders and
//! declared links, has a wanted number of residents, is compact, and follows middle layer areas unless a
//! size cannot be met otherwise.
//!
//! [`partition`] cuts an authority in two and the parts again, by the edge of a random spanning tree whose
//! removal leaves parts of the wanted sizes ([`tree`]), then puts pairs of teams together and cuts them anew.
//! The draws come from a seed that is the authority's code, so the same neighbourhoods give the same teams.
//! That regions of a least size can be asked for, instead of a number of regions, is Duque, Anselin and Rey
//! (2012).
//!
//! # References
//! - Assunção R M, Neves M C, Câmara G, da Costa Freitas C (2006). Efficient regionalization techniques for
//!   socio-economic geographical units using minimum spanning trees. International Journal of Geographical
//!   Information Science 20, 797–811. <https://doi.org/10.1080/13658810600665111>
//! - DeFord D, Duchin M, Solomon J (2021). Recombination: A family of Markov chains for redistricting.
//!   Harvard Data Science Review 3(1). <https://doi.org/10.1162/99608f92.eb30390f>
//! - Duque J C, Anselin L, Rey S J (2012). The max-p-regions problem. Journal of Regional Science 52,
//!   397–419. <https://doi.org/10.1111/j.1467-9787.2011.00743.x>

mod graph;
mod partition;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::neighbourhoods::{
    Footprint, FootprintOrigin, Footprints, Neighbourhood, Neighbourhoods, TeamSize,
};
use disparity_core::{AreaCode, thousands};

use self::graph::Graph;
use self::partition::Ground;
use self::tree::{Draws, Wanted};

/// Proposes teams for an authority. None if it has no neighbourhoods: it is no authority of today.
///
/// An authority, or a part of it that no link joins to the rest, of fewer residents than the size asks is
/// one team; [`describe`] says of each team whether it has the size. Teams are in the order of the lowest
/// code of a neighbourhood in them, numbered, and named after the middle layer area with most of their residents.
#[must_use]
pub fn propose(
    neighbourhoods: &Neighbourhoods,
    authority: AreaCode,
    size: TeamSize,
) -> Option<Footprints> {
    let own = neighbourhoods.of(authority);
    if own.is_empty() {
        return None;
    }
    let graph = Graph::new(own, neighbourhoods.adjoining(authority));
    let mut numbers: BTreeMap<AreaCode, usize> = BTreeMap::new();
    for neighbourhood in own {
        let next = numbers.len();
        numbers.entry(neighbourhood.msoa).or_insert(next);
    }
    let msoa: Vec<usize> = own.iter().map(|own| numbers[&own.msoa]).collect();
    let mut draws = Draws::from_seed(seed(authority));
    let everywhere: Vec<usize> = (0..own.len()).collect();
    let mut teams = Vec::new();
    for piece in graph.pieces(&everywhere, |_, _| true) {
        let residents = graph.mass_of(&piece).residents;
        let mut best: Option<(f64, Vec<Vec<usize>>)> = None;
        for (number, wanted) in numbers_of_teams(residents, size) {
            let ground = Ground {
                graph: &graph,
                msoa: &msoa,
                wanted,
            };
            let found = ground.teams(&piece, number, &mut draws);
            let misses = ground.misses(&found);
            if best.as_ref().is_none_or(|(least, _)| misses < *least) {
                best = Some((misses, found));
            }
            // One number may leave so little room that no cut has the size where another leaves more.
            if misses <= 0.0 {
                break;
            }
        }
        teams.extend(best.into_iter().flat_map(|(_, found)| found));
    }
    teams.sort();
    let named = teams.iter().zip(1..).map(|(team, number)| Footprint {
        name: format!("Team {number}: {}", largest(neighbourhoods, own, team)),
        neighbourhoods: team.iter().map(|at| own[*at].code).collect(),
    });
    Some(Footprints {
        authority,
        origin: FootprintOrigin::Proposed(size),
        all: named.collect(),
    })
}

/// The authority's code as a number.
fn seed(authority: AreaCode) -> u64 {
    let fold = |sum: u64, byte: u8| sum.wrapping_mul(31).wrapping_add(u64::from(byte));
    authority.as_str().bytes().fold(7, fold)
}

/// How many teams so many residents make, and how many residents each may have; the best number first.
///
/// Of the numbers with which all can have the size, the nearest to teams half way between the fewest and
/// the most comes first. If there is none (fewer residents than one team, or 55,000 for teams of 30,000 to
/// 50,000), it is the number whose teams come nearest, and any size is as good as the average.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of teams"
)]
fn numbers_of_teams(residents: f64, size: TeamSize) -> Vec<(usize, Wanted)> {
    let (low, high) = (f64::from(size.low()), f64::from(size.high()));
    let (fewest, most) = (
        (residents / high).ceil().max(1.0),
        (residents / low).floor(),
    );
    if fewest <= most {
        let middle = (residents / f64::midpoint(low, high)).round();
        let middle = middle.clamp(fewest, most) as usize;
        let mut numbers: Vec<usize> = (fewest as usize..=most as usize).collect();
        numbers.sort_by_key(|number| (number.abs_diff(middle), *number));
        let all = numbers.into_iter();
        return all.map(|number| (number, Wanted { low, high })).collect();
    }
    // One number leaves teams too large and one more leaves them too small.
    let fewer = most.max(1.0);
    let off = |number: f64| {
        let each = (residents / number).max(1.0);
        (low / each).ln().max((each / high).ln())
    };
    let number = if off(fewest) < off(fewer) {
        fewest
    } else {
        fewer
    };
    let each = residents / number;
    let wanted = Wanted {
        low: low.min(each * 0.9),
        high: high.max(each * 1.1),
    };
    vec![(number as usize, wanted)]
}

/// The name of the middle layer area with most residents of a team.
fn largest(neighbourhoods: &Neighbourhoods, own: &[Neighbourhood], team: &[usize]) -> String {
    let mut residents: BTreeMap<AreaCode, u32> = BTreeMap::new();
    for at in team {
        *residents.entry(own[*at].msoa).or_default() += own[*at].residents();
    }
    let most = residents
        .iter()
        .max_by_key(|(code, residents)| (**residents, std::cmp::Reverse(**code)));
    let name = |code: &AreaCode| {
        let msoa = neighbourhoods.places().msoas.get(code);
        msoa.map_or_else(|| code.to_string(), |msoa| msoa.library_name.clone())
    };
    most.map_or_else(String::new, |(code, _)| name(code))
}

/// One footprint beside what was wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Residents of all ages at the census of 2021.
    pub residents: u32,
    /// How many parts it is in that neither a border nor a link joins; 1 is contiguous.
    pub pieces: usize,
    /// Whether it has the size that was wanted.
    pub has_size: bool,
    /// Middle layer areas that lie in it whole, of those of which any part does.
    pub msoas: [usize; 2],
    /// How far its residents live from their common middle on average, in kilometres, as the crow flies and
    /// as if all of a neighbourhood lived in its middle.
    pub distance: f64,
    /// Metres of border that its neighbourhoods share with each other, and with others of the authority.
    /// The share of the first is a measure of compactness that needs no areas: the cut edges of DeFord,
    /// Duchin and Solomon (2021), weighted by length.
    pub borders: [f64; 2],
}

/// What can be said of each footprint, in their order. Codes that are not of the authority are passed over.
#[must_use]
pub fn describe(
    neighbourhoods: &Neighbourhoods,
    footprints: &Footprints,
    size: TeamSize,
) -> Vec<Described> {
    let own = neighbourhoods.of(footprints.authority);
    let graph = Graph::new(own, neighbourhoods.adjoining(footprints.authority));
    let mut whole: BTreeMap<AreaCode, usize> = BTreeMap::new();
    for neighbourhood in own {
        *whole.entry(neighbourhood.msoa).or_default() += 1;
    }
    let each = footprints.all.iter().map(|footprint| {
        let codes = footprint.neighbourhoods.iter();
        let places: BTreeSet<usize> = codes
            .filter_map(|code| own.binary_search_by_key(code, |own| own.code).ok())
            .collect();
        let places: Vec<usize> = places.into_iter().collect();
        let mut parts: BTreeMap<AreaCode, usize> = BTreeMap::new();
        for at in &places {
            *parts.entry(own[*at].msoa).or_default() += 1;
        }
        let inside = parts
            .iter()
            .filter(|(code, parts)| whole.get(*code) == Some(*parts))
            .count();
        let mass = graph.mass_of(&places);
        let middle = mass.middle();
        let away = |at: &usize| {
            let [x, y] = graph.position[*at];
            graph.mass[*at].residents * (x - middle[0]).hypot(y - middle[1])
        };
        let out = tree::crossing(&graph, &places);
        let all: f64 = places
            .iter()
            .flat_map(|at| &graph.adjoining[*at])
            .map(|(_, metres)| metres)
            .sum();
        let residents = places.iter().map(|at| own[*at].residents()).sum();
        Described {
            residents,
            pieces: graph.pieces(&places, |_, _| true).len(),
            has_size: size.holds(residents),
            msoas: [inside, parts.len()],
            distance: places.iter().map(away).sum::<f64>() / mass.residents.max(1.0),
            borders: [(all - out) / 2.0, out],
        }
    });
    each.collect()
}

/// What a reader must know of footprints, in sentences: why an authority is one team, which have another size
/// than was wanted, and which are in several parts.
#[must_use]
pub fn remarks(footprints: &Footprints, described: &[Described], size: TeamSize) -> Vec<String> {
    let wanted = format!(
        "{} to {} residents",
        grouped(size.low()),
        grouped(size.high())
    );
    let all: u32 = described.iter().map(|own| own.residents).sum();
    let mut said = Vec::new();
    if let ([_], FootprintOrigin::Proposed(_)) = (footprints.all.as_slice(), footprints.origin) {
        said.push(format!(
            "The authority has {} residents, which make one team of {wanted}.",
            grouped(all)
        ));
    }
    for (footprint, own) in footprints.all.iter().zip(described) {
        let name = &footprint.name;
        if !own.has_size {
            let how = if own.residents < size.low() {
                "fewer"
            } else {
                "more"
            };
            said.push(format!(
                "{name} has {} residents: {how} than the {wanted} that were wanted.",
                grouped(own.residents)
            ));
        }
        if own.pieces > 1 {
            said.push(format!(
                "{name} is in {} parts that neither a border nor a declared link joins.",
                own.pieces
            ));
        }
    }
    said
}

/// A whole number of residents as people read it.
fn grouped(number: u32) -> String {
    thousands(&number.to_string())
}
