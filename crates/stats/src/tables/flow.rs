//! Whether any table has two given margins and cells above 0 only where they may be: a flow from the
//! places of one margin to those of the other. Which cells are above 0 in none of those tables.

use std::collections::{BTreeMap, VecDeque};

use crate::sum::sum;

/// What is below this share of the total is rounding, not flow.
const ROUNDING: f64 = 1e-12;

/// Two margins, and the pairs of their places that share a cell which may be above 0.
pub(super) struct Bipartite<'a> {
    left: &'a [f64],
    right: &'a [f64],
    /// For each place on the left those on the right, in ascending order.
    open: Vec<Vec<usize>>,
    least: f64,
}

/// What a flow found.
pub(super) enum Flow {
    /// A table has these margins.
    Saturated(Saturated),
    /// None has: these places on the left need more than all the places on the right that they share
    /// a cell with have room for.
    Short {
        places: Vec<usize>,
        needed: f64,
        room: f64,
    },
}

/// One table with both margins.
pub(super) struct Saturated {
    open: Vec<Vec<usize>>,
    /// For each place on the right what comes from those on the left.
    from: Vec<BTreeMap<usize, f64>>,
    least: f64,
}

impl<'a> Bipartite<'a> {
    pub(super) fn new(left: &'a [f64], right: &'a [f64], open: Vec<(usize, usize)>) -> Self {
        let mut all = vec![Vec::new(); left.len()];
        for (a, b) in open {
            all[a].push(b);
        }
        for own in &mut all {
            own.sort_unstable();
            own.dedup();
        }
        Bipartite {
            left,
            right,
            open: all,
            least: ROUNDING * sum(left.iter().copied()),
        }
    }

    /// As much as can flow, along shortest paths (Edmonds and Karp 1972).
    pub(super) fn saturated(self, tolerance: f64) -> Flow {
        let mut supply = self.left.to_vec();
        let mut room = self.right.to_vec();
        let mut from: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); room.len()];
        for (a, own) in self.open.iter().enumerate() {
            for &b in own {
                let most = supply[a].min(room[b]);
                if most > self.least {
                    *from[b].entry(a).or_default() += most;
                    supply[a] -= most;
                    room[b] -= most;
                }
            }
        }
        loop {
            let reached = self.reach(&supply, &room, &from);
            let Some(end) = reached.end else {
                return self.found(&supply, &reached, from, tolerance);
            };
            // From the end backwards: the path's places, right and left in turn.
            let mut path = Vec::new();
            let mut most = room[end];
            let mut b = end;
            let start = loop {
                let a = reached.before_right[b];
                path.push((a, b));
                match reached.before_left[a] {
                    Some(previous) => {
                        most = most.min(from[previous].get(&a).copied().unwrap_or(0.0));
                        b = previous;
                    }
                    None => break a,
                }
            };
            let most = most.min(supply[start]);
            supply[start] -= most;
            room[end] -= most;
            for (a, b) in path {
                *from[b].entry(a).or_default() += most;
                if let Some(previous) = reached.before_left[a]
                    && let Some(flow) = from[previous].get_mut(&a)
                {
                    *flow -= most;
                    if *flow <= self.least {
                        from[previous].remove(&a);
                    }
                }
            }
        }
    }

    /// All places that what is left of the supply can reach, and the first with room.
    fn reach(&self, supply: &[f64], room: &[f64], from: &[BTreeMap<usize, f64>]) -> Reached {
        let mut reached = Reached {
            left: vec![false; supply.len()],
            right: vec![false; room.len()],
            before_left: vec![None; supply.len()],
            before_right: vec![0; room.len()],
            end: None,
        };
        let mut queue: VecDeque<usize> = VecDeque::new();
        for (a, supply) in supply.iter().enumerate() {
            if *supply > self.least {
                reached.left[a] = true;
                queue.push_back(a);
            }
        }
        while let Some(a) = queue.pop_front() {
            for &b in &self.open[a] {
                if std::mem::replace(&mut reached.right[b], true) {
                    continue;
                }
                reached.before_right[b] = a;
                if room[b] > self.least {
                    reached.end = Some(b);
                    return reached;
                }
                for &other in from[b].keys() {
                    if !std::mem::replace(&mut reached.left[other], true) {
                        reached.before_left[other] = Some(b);
                        queue.push_back(other);
                    }
                }
            }
        }
        reached
    }

    fn found(
        self,
        supply: &[f64],
        reached: &Reached,
        from: Vec<BTreeMap<usize, f64>>,
        tolerance: f64,
    ) -> Flow {
        let places: Vec<usize> = (0..supply.len()).filter(|&a| reached.left[a]).collect();
        let needed = sum(places.iter().map(|&a| self.left[a]));
        let ends = (0..self.right.len()).filter(|&b| reached.right[b]);
        let room = sum(ends.map(|b| self.right[b]));
        if places.is_empty() || needed - room <= tolerance * needed {
            return Flow::Saturated(Saturated {
                open: self.open,
                from,
                least: self.least,
            });
        }
        Flow::Short {
            places,
            needed,
            room,
        }
    }
}

struct Reached {
    left: Vec<bool>,
    right: Vec<bool>,
    /// The place on the right whose flow would be taken back.
    before_left: Vec<Option<usize>>,
    before_right: Vec<usize>,
    end: Option<usize>,
}

impl Saturated {
    /// Whether a cell of two places is above 0 in some table of these margins: what it would have more
    /// must be able to come back to it, so both lie in one strong component of the residual graph.
    pub(super) fn together(&self) -> impl Fn(usize, usize) -> bool {
        let lefts = self.open.len();
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); lefts + self.from.len()];
        for (a, own) in self.open.iter().enumerate() {
            after[a].extend(own.iter().map(|b| lefts + b));
        }
        for (b, own) in self.from.iter().enumerate() {
            let flows = own.iter().filter(|(_, flow)| **flow > self.least);
            after[lefts + b].extend(flows.map(|(a, _)| *a));
        }
        let components = components(&after);
        move |a, b| components[a] == components[lefts + b]
    }
}

/// The strong component of every node (Kosaraju and Sharir 1981): nodes in the order in which a search
/// leaves them, then searched backwards in reverse.
fn components(after: &[Vec<usize>]) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (node, own) in after.iter().enumerate() {
        for &next in own {
            before[next].push(node);
        }
    }
    let mut left = Vec::with_capacity(after.len());
    let mut seen = vec![false; after.len()];
    for node in 0..after.len() {
        search(node, after, &mut seen, |node| left.push(node));
    }
    let mut component = vec![0; after.len()];
    let mut seen = vec![false; after.len()];
    for &root in left.iter().rev() {
        search(root, &before, &mut seen, |node| component[node] = root);
    }
    component
}

/// A search in depth from a node that tells each node as it leaves it.
fn search(root: usize, after: &[Vec<usize>], seen: &mut [bool], mut leave: impl FnMut(usize)) {
    if std::mem::replace(&mut seen[root], true) {
        return;
    }
    let mut path = vec![(root, 0)];
    while let Some((node, next)) = path.last_mut() {
        let node = *node;
        match after[node].get(*next) {
            Some(&other) => {
                *next += 1;
                if !std::mem::replace(&mut seen[other], true) {
                    path.push((other, 0));
                }
            }
            None => {
                leave(node);
                path.pop();
            }
        }
    }
}
