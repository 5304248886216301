//! Cuts of random spanning trees: a contiguous set of places in two, each contiguous.
//!
//! The recombination step of DeFord, Duchin and Solomon (2021): draw a spanning tree, and look for the edge
//! whose removal leaves two parts of the wanted sizes. Trees as the way to contiguous parts are Assunção,
//! Neves, Câmara and da Costa Freitas (2006).

use super::graph::{Graph, Mass};

/// A generator that is the same everywhere: `SplitMix64` (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How many residents a part of several teams may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Wanted {
    /// By how many residents a part of so many teams is too small or too large.
    pub(super) fn misses(self, residents: f64, teams: usize) -> f64 {
        let teams = teams as f64;
        (self.low * teams - residents)
            .max(residents - self.high * teams)
            .max(0.0)
    }
}

/// One way to cut a set of places in two.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    /// The places of the first part, sorted; the rest is the second.
    pub(super) first: Vec<usize>,
    /// How many teams the first part is to become.
    pub(super) teams: usize,
    /// By how many residents the parts are too small or too large.
    pub(super) misses: f64,
    /// Lower is more compact.
    pub(super) cost: f64,
}

/// A spanning tree from its root: places in an order in which each stands after its parent.
struct Tree {
    order: Vec<usize>,
    parent: Vec<usize>,
}

/// A random spanning tree of a connected graph: the minimum spanning tree of random weights. Edges of
/// `first` come before all others, so that what they join is a part of the tree that hangs together.
fn random_tree(graph: &Graph, draws: &mut Draws, first: &impl Fn(usize, usize) -> bool) -> Tree {
    let mut edges: Vec<(f64, usize, usize)> = Vec::new();
    for (a, others) in graph.adjoining.iter().enumerate() {
        for (b, metres) in others.iter().filter(|(b, _)| a < *b) {
            // A long border is seldom one to cut: it gets a small weight more often.
            let weight = draws.next() / (1.0 + metres.sqrt());
            edges.push((if first(a, *b) { weight } else { weight + 1.0 }, a, *b));
        }
    }
    edges.sort_by(|one, other| {
        one.0
            .total_cmp(&other.0)
            .then((one.1, one.2).cmp(&(other.1, other.2)))
    });
    let mut root: Vec<usize> = (0..graph.len()).collect();
    let mut branches = vec![Vec::new(); graph.len()];
    for (_, a, b) in edges {
        let (one, other) = (find(&mut root, a), find(&mut root, b));
        if one != other {
            root[one] = other;
            branches[a].push(b);
            branches[b].push(a);
        }
    }
    let mut tree = Tree {
        order: vec![0],
        parent: vec![0; graph.len()],
    };
    let mut next = 0;
    while let Some(at) = tree.order.get(next).copied() {
        next += 1;
        for other in &branches[at] {
            if at == 0 || *other != tree.parent[at] {
                tree.parent[*other] = at;
                tree.order.push(*other);
            }
        }
    }
    tree
}

fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

/// Ways to cut a connected graph into a part of some teams and a part of the others, the best first: those
/// that miss the wanted size by the least, of these the most compact. `first` as in [`random_tree`].
pub(super) fn cuts(
    graph: &Graph,
    teams: usize,
    wanted: Wanted,
    draws: &mut Draws,
    trees: usize,
    first: impl Fn(usize, usize) -> bool,
) -> Vec<Cut> {
    let all = graph
        .mass
        .iter()
        .fold(Mass::default(), |sum, own| sum.plus(*own));
    let borders: f64 = graph
        .adjoining
        .iter()
        .flatten()
        .map(|(_, metres)| metres)
        .sum::<f64>()
        / 2.0;
    let mut found: Vec<Cut> = Vec::new();
    for _ in 0..trees {
        let tree = random_tree(graph, draws, &first);
        let mut below = graph.mass.clone();
        for at in tree.order.iter().skip(1).rev() {
            let parent = tree.parent[*at];
            below[parent] = below[parent].plus(below[*at]);
        }
        let mut candidates: Vec<(f64, usize, usize)> = Vec::new();
        for at in tree.order.iter().skip(1) {
            let own = below[*at];
            let share = own.residents / all.residents * teams as f64;
            let floor = whole(share);
            for first in floor..=floor + 1 {
                if first == 0 || first >= teams {
                    continue;
                }
                let misses = wanted.misses(own.residents, first)
                    + wanted.misses(all.residents - own.residents, teams - first);
                candidates.push((misses, *at, first));
            }
        }
        candidates.sort_by(|one, other| {
            one.0
                .total_cmp(&other.0)
                .then((one.1, one.2).cmp(&(other.1, other.2)))
        });
        let least = candidates.first().map_or(0.0, |(misses, ..)| *misses);
        let good = candidates
            .into_iter()
            .take_while(|(misses, ..)| *misses <= least);
        for (misses, at, first) in good {
            let places = subtree(&tree, at);
            let cut = crossing(graph, &places);
            let one = below[at];
            let other = all.minus(one);
            let spread = (one.inertia() + other.inertia()) / all.inertia().max(f64::MIN_POSITIVE);
            // Whatever leaves both parts with the same number of residents a team is the easier to divide again.
            let uneven = (one.residents / first as f64 / (all.residents / teams as f64))
                .ln()
                .abs();
            let uneven = if teams > 2 { uneven } else { 0.0 };
            let cost = spread + cut / borders.max(1.0) + uneven;
            found.push(Cut {
                first: places,
                teams: first,
                misses,
                cost,
            });
        }
    }
    found.sort_by(|one, other| {
        let order = one
            .misses
            .total_cmp(&other.misses)
            .then(one.cost.total_cmp(&other.cost));
        order.then_with(|| one.first.cmp(&other.first))
    });
    found.dedup_by(|one, other| one.first == other.first && one.teams == other.teams);
    found
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of teams"
)]
fn whole(share: f64) -> usize {
    share.max(0.0) as usize
}

/// A place and all below it, sorted.
fn subtree(tree: &Tree, top: usize) -> Vec<usize> {
    let mut inside = vec![false; tree.parent.len()];
    inside[top] = true;
    let mut places = vec![top];
    for at in tree.order.iter().skip(1).filter(|at| **at != top) {
        if inside[tree.parent[*at]] {
            inside[*at] = true;
            places.push(*at);
        }
    }
    places.sort_unstable();
    places
}

/// Metres of border between some places and the others.
pub(super) fn crossing(graph: &Graph, places: &[usize]) -> f64 {
    let mut inside = vec![false; graph.len()];
    for at in places {
        inside[*at] = true;
    }
    let out = places.iter().flat_map(|at| &graph.adjoining[*at]);
    out.filter(|(other, _)| !inside[*other])
        .map(|(_, metres)| metres)
        .sum()
}
