//! Places with residents that adjoin: what partitions are made of.

use std::collections::BTreeMap;

use disparity_core::neighbourhoods::{Adjoining, Contact, Neighbourhood};

/// One degree of latitude in kilometres, on a sphere of the Earth's mean radius.
const DEGREE: f64 = 111.195;

/// What a set of places weighs: residents, and what their spread around their middle is worked out from.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Mass {
    pub(super) residents: f64,
    /// Residents times easting, northing, and the sum of their squares; in kilometres.
    moments: [f64; 3],
}

impl Mass {
    fn at(residents: f64, [x, y]: [f64; 2]) -> Self {
        Self {
            residents,
            moments: [residents * x, residents * y, residents * (x * x + y * y)],
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let moments = std::array::from_fn(|i| self.moments[i] + other.moments[i]);
        Self {
            residents: self.residents + other.residents,
            moments,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        let moments = std::array::from_fn(|i| self.moments[i] - other.moments[i]);
        Self {
            residents: self.residents - other.residents,
            moments,
        }
    }

    /// Sum over residents of the squared distance from where they live to their common middle.
    pub(super) fn inertia(self) -> f64 {
        if self.residents <= 0.0 {
            return 0.0;
        }
        let [x, y, squares] = self.moments;
        (squares - (x * x + y * y) / self.residents).max(0.0)
    }

    /// Where the residents' middle is.
    pub(super) fn middle(self) -> [f64; 2] {
        let all = self.residents.max(f64::MIN_POSITIVE);
        [self.moments[0] / all, self.moments[1] / all]
    }
}

/// Places and which adjoin.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    pub(super) mass: Vec<Mass>,
    pub(super) position: Vec<[f64; 2]>,
    /// Of each place the others that it adjoins, with the metres of border: 0 over a declared link.
    pub(super) adjoining: Vec<Vec<(usize, f64)>>,
}

impl Graph {
    /// Neighbourhoods of one authority.
    pub(super) fn new(all: &[Neighbourhood], adjoining: &[Adjoining]) -> Self {
        let latitudes: f64 = all.iter().map(|own| own.centroid.latitude).sum();
        let north = (latitudes / (all.len().max(1) as f64)).to_radians().cos();
        let position: Vec<[f64; 2]> = all
            .iter()
            .map(|own| {
                [
                    own.centroid.longitude * DEGREE * north,
                    own.centroid.latitude * DEGREE,
                ]
            })
            .collect();
        let mass = all.iter().zip(&position);
        let mass = mass
            .map(|(own, at)| Mass::at(f64::from(own.residents()), *at))
            .collect();
        let mut neighbours = vec![Vec::new(); all.len()];
        for pair in adjoining {
            let [a, b] = pair.between;
            let metres = match pair.contact {
                Contact::Border(metres) => f64::from(metres),
                Contact::Link => 0.0,
            };
            neighbours[a].push((b, metres));
            neighbours[b].push((a, metres));
        }
        Self {
            mass,
            position,
            adjoining: neighbours,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.mass.len()
    }

    pub(super) fn mass_of(&self, places: &[usize]) -> Mass {
        places
            .iter()
            .fold(Mass::default(), |sum, at| sum.plus(self.mass[*at]))
    }

    /// The connected parts of some places; `same` says which neighbours may be joined. Each is sorted, and they
    /// are in the order of their first place.
    pub(super) fn pieces(
        &self,
        places: &[usize],
        same: impl Fn(usize, usize) -> bool,
    ) -> Vec<Vec<usize>> {
        let mut waiting = vec![false; self.len()];
        for at in places {
            waiting[*at] = true;
        }
        let mut pieces = Vec::new();
        for first in places {
            if !waiting[*first] {
                continue;
            }
            waiting[*first] = false;
            let mut piece = vec![*first];
            let mut next = 0;
            while let Some(at) = piece.get(next).copied() {
                next += 1;
                for (other, _) in &self.adjoining[at] {
                    if waiting[*other] && same(at, *other) {
                        waiting[*other] = false;
                        piece.push(*other);
                    }
                }
            }
            piece.sort_unstable();
            pieces.push(piece);
        }
        pieces
    }

    /// The same ground with several places taken as one: `units` are disjoint sets of places, and those in
    /// none are left out.
    pub(super) fn joined(&self, units: &[Vec<usize>]) -> Self {
        let mut of = vec![usize::MAX; self.len()];
        for (unit, places) in units.iter().enumerate() {
            for at in places {
                of[*at] = unit;
            }
        }
        let mass: Vec<Mass> = units.iter().map(|places| self.mass_of(places)).collect();
        let adjoining = units.iter().enumerate().map(|(unit, places)| {
            let mut others: BTreeMap<usize, f64> = BTreeMap::new();
            for (other, metres) in places.iter().flat_map(|at| &self.adjoining[*at]) {
                if of[*other] != unit && of[*other] != usize::MAX {
                    *others.entry(of[*other]).or_default() += metres;
                }
            }
            others.into_iter().collect()
        });
        Self {
            adjoining: adjoining.collect(),
            position: mass.iter().map(|mass| mass.middle()).collect(),
            mass,
        }
    }
}
