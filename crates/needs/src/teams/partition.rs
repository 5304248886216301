//! A contiguous authority in teams: cut in two again and again, then pairs of teams that adjoin put
//! together and cut anew until none is better so.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::tree::{Cut, Draws, Wanted, crossing, cuts};

/// Trees drawn for each cut. With 5, 10, 30 and 120, England's residents live 2.62, 2.59, 2.57 and 2.58 km
/// from the middle of their team on average (sizes of 30,000 to 50,000), so more is only slower.
const TREES: usize = 30;

/// Cuts of a set that are followed before the best of them is taken with what it misses.
const FOLLOWED: usize = 3;

/// Cuts of a whole authority that are followed before each first one is taken.
const EFFORT: usize = 200;

/// Times that every pair of teams is put together and cut anew. Without, the same distance is 2.68 km and
/// 10 middle layer areas are split instead of 4; with 12 it is 2.56 km.
const ROUNDS: usize = 6;

/// Ground, and which middle layer area each place of it is in.
pub(super) struct Ground<'a> {
    pub(super) graph: &'a Graph,
    pub(super) msoa: &'a [usize],
    pub(super) wanted: Wanted,
}

/// How good a set of teams is: lower is better, the first that differs decides.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Worth {
    /// Residents by which teams are too small or too large.
    misses: f64,
    /// Middle layer areas that lie in more than one of the teams.
    split: usize,
    /// Spread of residents around the middles of teams, and borders between them; each as a share.
    cost: f64,
}

impl Worth {
    fn below(self, other: Self) -> bool {
        let key = |worth: &Self| (worth.misses, worth.split as f64);
        match key(&self).partial_cmp(&key(&other)) {
            Some(std::cmp::Ordering::Equal) | None => self.cost < other.cost - 1e-9,
            Some(order) => order.is_lt(),
        }
    }
}

impl Ground<'_> {
    /// So many teams, each contiguous and every place in one; as near to the wanted size as was found.
    pub(super) fn teams(
        &self,
        places: &[usize],
        teams: usize,
        draws: &mut Draws,
    ) -> Vec<Vec<usize>> {
        let mut effort = EFFORT;
        let mut found = self.divided(places, teams, draws, &mut effort);
        for round in 0..ROUNDS {
            if !self.improve(&mut found, draws, round) {
                break;
            }
        }
        for team in &mut found {
            team.sort_unstable();
        }
        found.sort();
        found
    }

    /// Cuts in two and both parts again. `effort` is how many cuts may still be followed for a better one.
    fn divided(
        &self,
        places: &[usize],
        teams: usize,
        draws: &mut Draws,
        effort: &mut usize,
    ) -> Vec<Vec<usize>> {
        if teams <= 1 || places.len() <= 1 {
            return vec![places.to_vec()];
        }
        let mut best: Option<(f64, Vec<Vec<usize>>)> = None;
        for cut in self.cut(places, teams, draws).into_iter().take(FOLLOWED) {
            let first: BTreeSet<usize> = cut.first.iter().copied().collect();
            let rest: Vec<usize> = places
                .iter()
                .copied()
                .filter(|at| !first.contains(at))
                .collect();
            let mut parts = self.divided(&cut.first, cut.teams, draws, effort);
            parts.extend(self.divided(&rest, teams - cut.teams, draws, effort));
            let misses = self.misses(&parts);
            if best.as_ref().is_none_or(|(least, _)| misses < *least) {
                best = Some((misses, parts));
            }
            *effort = effort.saturating_sub(1);
            if misses <= 0.0 || *effort == 0 {
                break;
            }
        }
        best.map_or_else(|| vec![places.to_vec()], |(_, parts)| parts)
    }

    /// By how many residents teams are too small or too large.
    pub(super) fn misses(&self, teams: &[Vec<usize>]) -> f64 {
        let each = teams
            .iter()
            .map(|team| self.wanted.misses(self.graph.mass_of(team).residents, 1));
        each.sum()
    }

    /// Cuts of a set, in places of the whole ground: along middle layer areas if any cut so gives the wanted
    /// sizes, else through one of them.
    fn cut(&self, places: &[usize], teams: usize, draws: &mut Draws) -> Vec<Cut> {
        let units = self
            .graph
            .pieces(places, |a, b| self.msoa[a] == self.msoa[b]);
        let graph = self.graph.joined(&units);
        let along = cuts(&graph, teams, self.wanted, draws, TREES, |_, _| false);
        let along = along.into_iter().map(|cut| Cut {
            first: cut
                .first
                .iter()
                .flat_map(|unit| units[*unit].iter().copied())
                .collect(),
            ..cut
        });
        let mut found: Vec<Cut> = along.collect();
        if found.first().is_none_or(|cut| cut.misses > 0.0) {
            let single: Vec<Vec<usize>> = places.iter().map(|at| vec![*at]).collect();
            let graph = self.graph.joined(&single);
            let same = |a: usize, b: usize| self.msoa[places[a]] == self.msoa[places[b]];
            let mut through = cuts(&graph, teams, self.wanted, draws, TREES, same);
            if through.first().is_none_or(|cut| cut.misses > 0.0) {
                through.extend(cuts(&graph, teams, self.wanted, draws, TREES, |_, _| false));
            }
            found.extend(through.into_iter().map(|cut| Cut {
                first: cut.first.iter().map(|at| places[*at]).collect(),
                ..cut
            }));
            found.sort_by(|one, other| one.misses.total_cmp(&other.misses));
        }
        for cut in &mut found {
            cut.first.sort_unstable();
        }
        found
    }

    /// How good two teams are, out of all ground that they have together.
    fn worth(&self, one: &[usize], other: &[usize]) -> Worth {
        let [a, b] = [one, other].map(|team| self.graph.mass_of(team));
        let areas = |team: &[usize]| {
            team.iter()
                .map(|at| self.msoa[*at])
                .collect::<BTreeSet<_>>()
        };
        let split = areas(one).intersection(&areas(other)).count();
        let both = a.plus(b).inertia().max(f64::MIN_POSITIVE);
        let together: Vec<usize> = [one, other].concat();
        let inside: f64 = {
            let all = together.iter().flat_map(|at| &self.graph.adjoining[*at]);
            let all: f64 = all.map(|(_, metres)| metres).sum();
            (all - crossing(self.graph, &together)) / 2.0
        };
        let between = (crossing(self.graph, one) + crossing(self.graph, other)
            - crossing(self.graph, &together))
            / 2.0;
        Worth {
            misses: self.wanted.misses(a.residents, 1) + self.wanted.misses(b.residents, 1),
            split,
            cost: (a.inertia() + b.inertia()) / both + between / inside.max(1.0),
        }
    }

    /// Puts pairs of teams that adjoin together and cuts them anew; whether any pair is better so.
    fn improve(&self, teams: &mut [Vec<usize>], draws: &mut Draws, round: usize) -> bool {
        let mut better = false;
        for [one, other] in self.pairs(teams) {
            let before = self.worth(&teams[one], &teams[other]);
            // After two rounds only what is amiss is worth another look.
            if round >= 2 && before.misses <= 0.0 && before.split == 0 {
                continue;
            }
            let mut together = [teams[one].as_slice(), teams[other].as_slice()].concat();
            together.sort_unstable();
            if self.graph.pieces(&together, |_, _| true).len() > 1 {
                continue;
            }
            let mut best: Option<(Worth, [Vec<usize>; 2])> = None;
            for cut in self.cut(&together, 2, draws).into_iter().take(4) {
                let first: BTreeSet<usize> = cut.first.iter().copied().collect();
                let rest: Vec<usize> = together
                    .iter()
                    .copied()
                    .filter(|at| !first.contains(at))
                    .collect();
                let worth = self.worth(&cut.first, &rest);
                if worth.below(best.as_ref().map_or(before, |(best, _)| *best)) {
                    best = Some((worth, [cut.first, rest]));
                }
            }
            if let Some((_, [first, rest])) = best {
                teams[one] = first;
                teams[other] = rest;
                better = true;
            }
        }
        better
    }

    /// Pairs of teams that adjoin, those with a team of another size than wanted first.
    fn pairs(&self, teams: &[Vec<usize>]) -> Vec<[usize; 2]> {
        let mut of = vec![usize::MAX; self.graph.len()];
        for (team, places) in teams.iter().enumerate() {
            for at in places {
                of[*at] = team;
            }
        }
        let mut pairs: BTreeMap<[usize; 2], f64> = BTreeMap::new();
        for (team, places) in teams.iter().enumerate() {
            for (other, _) in places.iter().flat_map(|at| &self.graph.adjoining[*at]) {
                if of[*other] != usize::MAX && of[*other] > team {
                    let both = [team, of[*other]];
                    pairs
                        .entry(both)
                        .or_insert_with(|| self.misses(&both.map(|team| teams[team].clone())));
                }
            }
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        pairs.into_iter().map(|(pair, _)| pair).collect()
    }
}
