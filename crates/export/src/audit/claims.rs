//! What is taken to hold between counts that are printed, and what of it is believed.

use std::collections::{BTreeMap, BTreeSet};

use disparity_disclosure::ReaderKnowledge;

use super::printed::{Key, Names, Place, Told};

/// How a claim may be used: what is counted up less what is counted off is …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// … nothing, as the tables say themselves.
    Exact,
    /// … nothing, where it is so of everyone and of every group of which it can be seen.
    Likely,
    /// … a count of children, who may be few.
    Contains,
    /// … not below nothing.
    NoMore,
}

/// One claim.
#[derive(Debug, Clone)]
struct Claim {
    family: u32,
    /// The same relation, of whomever.
    kin: u32,
    up: Vec<usize>,
    off: Vec<usize>,
    sort: Sort,
}

/// A number that is asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// A count that is printed, or would be.
    Count(usize),
    /// What is left of some counts beside others.
    Rest { up: Vec<usize>, off: Vec<usize> },
}

/// Counts by position, and what is taken to hold between them.
pub(super) struct Claims<'a> {
    pub(super) told: Vec<(Key, &'a Told)>,
    place: BTreeMap<Key, usize>,
    made: Vec<Claim>,
    families: Names,
    /// Shown counts are rounded to a multiple of this.
    round_to: u64,
}

/// What a reader knows, with what stands where.
pub(super) struct Known {
    pub(super) knowledge: ReaderKnowledge,
    /// What is asked about, and its number.
    pub(super) asked: Vec<(Asked, usize)>,
    /// Relations that were used, and those of which what is shown says otherwise.
    pub(super) used: usize,
    pub(super) contradicted: usize,
}

/// How often what a family claims can be seen, and how often it is otherwise.
#[derive(Default)]
struct Evidence {
    seen: usize,
    of_some: usize,
    otherwise: usize,
    negative: usize,
}

impl<'a> Claims<'a> {
    pub(super) fn new(counts: &'a BTreeMap<Key, Told>, round_to: u64) -> Self {
        let told: Vec<(Key, &Told)> = counts.iter().map(|(key, told)| (*key, told)).collect();
        Self {
            place: told.iter().map(|(key, _)| *key).zip(0..).collect(),
            told,
            made: vec![],
            families: Names::default(),
            round_to: round_to.max(1),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = (Key, usize)> {
        self.told.iter().map(|(key, _)| *key).zip(0..)
    }

    pub(super) fn at(&self, key: &Key) -> Option<usize> {
        self.place.get(key).copied()
    }

    pub(super) fn find(&self, names: &Names, what: &str, place: Place) -> Option<usize> {
        let what = names.find(what)?;
        self.at(&Key { what, place })
    }

    /// Whether two counts are one, or are shown to be the same.
    pub(super) fn is_same(&self, one: usize, other: usize) -> bool {
        let shown = |at: usize| self.told[at].1.shown;
        one == other || (shown(one).is_some() && shown(one) == shown(other) && self.round_to == 1)
    }

    /// Adds a claim. What stands in the name of its family after a bar is of whom: evidence is looked for
    /// there, and for what is only likely in all of the kin as well.
    pub(super) fn add(&mut self, family: &str, up: Vec<usize>, off: Vec<usize>, sort: Sort) {
        let kin = family.split('|').next().unwrap_or(family);
        let kin = self.families.of(kin);
        let family = self.families.of(family);
        // A count on both sides says nothing.
        let mut off = off;
        let mut up = up;
        up.retain(|at| match off.iter().position(|other| other == at) {
            Some(place) => {
                off.remove(place);
                false
            }
            None => true,
        });
        if !up.is_empty() || !off.is_empty() {
            self.made.push(Claim {
                family,
                kin,
                up,
                off,
                sort,
            });
        }
    }

    /// That parts make up a whole.
    pub(super) fn exact(&mut self, family: &str, whole: usize, parts: Vec<usize>) {
        if !parts.is_empty() {
            self.add(family, vec![whole], parts, Sort::Exact);
        }
    }

    /// That parts which exclude each other are within a whole.
    pub(super) fn contains(&mut self, family: &str, whole: usize, parts: Vec<usize>) {
        if !parts.is_empty() && parts != [whole] {
            self.add(family, vec![whole], parts, Sort::Contains);
        }
    }

    /// What a claim leaves, where all of it is shown.
    fn rest(&self, claim: &Claim) -> Option<i64> {
        let sum = |list: &[usize]| {
            let all = list.iter().map(|at| {
                let told = self.told[*at].1;
                let shown = told.shown.filter(|_| !told.differs)?;
                i64::try_from(shown).ok()
            });
            all.sum::<Option<i64>>()
        };
        Some(sum(&claim.up)? - sum(&claim.off)?)
    }

    /// What rounding may change a sum by.
    fn slack(&self, claim: &Claim) -> i64 {
        let many = claim.up.len() + claim.off.len();
        let half = if self.round_to > 1 {
            self.round_to / 2
        } else {
            0
        };
        i64::try_from(many as u64 * half).unwrap_or(i64::MAX)
    }

    fn evidence(&self) -> Vec<Evidence> {
        let mut all: Vec<Evidence> = Vec::new();
        for claim in &self.made {
            let most = claim.family.max(claim.kin) as usize;
            if all.len() <= most {
                all.resize_with(most + 1, Evidence::default);
            }
            let Some(rest) = self.rest(claim) else {
                continue;
            };
            let slack = self.slack(claim);
            let some = claim.up.iter().any(|at| self.told[*at].1.shown > Some(0));
            let families = BTreeSet::from([claim.family as usize, claim.kin as usize]);
            for own in families {
                let own = &mut all[own];
                own.seen += 1;
                own.of_some += usize::from(some);
                own.otherwise += usize::from(rest.abs() > slack);
                own.negative += usize::from(rest < -slack);
            }
        }
        all
    }

    /// What a reader knows. Without what is only likely, if that is not to be taken.
    pub(super) fn known(&self, with_likely: bool) -> Known {
        let evidence = self.evidence();
        let mut known = Known {
            knowledge: ReaderKnowledge::default(),
            asked: vec![],
            used: 0,
            contradicted: 0,
        };
        for (at, (_, told)) in self.told.iter().enumerate() {
            let (least, most) = self.bounds(told);
            let number = known.knowledge.number(least, most);
            if told.shown.is_none() && told.withheld && !told.differs {
                known.asked.push((Asked::Count(at), number));
            }
        }
        let mut done: BTreeSet<(Vec<usize>, Vec<usize>, bool)> = BTreeSet::new();
        for claim in &self.made {
            let family = &evidence[claim.family as usize];
            let kin = &evidence[claim.kin as usize];
            let likely = with_likely && kin.otherwise * 50 <= kin.of_some;
            let Some(sort) = believed(claim.sort, family, likely) else {
                known.contradicted += usize::from(claim.sort != Sort::Likely);
                continue;
            };
            if let Some(rest) = self.rest(claim) {
                let slack = self.slack(claim);
                let wrong = match sort {
                    Sort::Exact | Sort::Likely => rest.abs() > slack,
                    Sort::Contains | Sort::NoMore => rest < -slack,
                };
                if wrong {
                    known.contradicted += 1;
                    continue;
                }
                // What is shown whole says nothing of others, but what it leaves may be few.
                if sort != Sort::Contains && self.round_to == 1 {
                    continue;
                }
            }
            let sums = matches!(sort, Sort::Exact | Sort::Likely);
            let (mut up, mut off) = (claim.up.clone(), claim.off.clone());
            up.sort_unstable();
            off.sort_unstable();
            if !done.insert((up.clone(), off.clone(), sums)) {
                continue;
            }
            known.used += 1;
            let terms = up
                .iter()
                .map(|at| (*at, 1))
                .chain(off.iter().map(|at| (*at, -1)));
            if sums {
                known.knowledge.add_up(terms, 0);
            } else {
                let rest = known.knowledge.number(0, None);
                known.knowledge.add_up(terms.chain([(rest, -1)]), 0);
                if sort == Sort::Contains {
                    known.asked.push((Asked::Rest { up, off }, rest));
                }
            }
        }
        known
    }

    /// The least and the most that a count is by itself.
    fn bounds(&self, told: &Told) -> (u64, Option<u64>) {
        if told.differs {
            return (0, None);
        }
        match (told.shown, told.by_rate) {
            (Some(shown), _) if self.round_to > 1 => {
                let half = self.round_to / 2;
                let least = shown.saturating_sub(half);
                (least, Some(shown + (self.round_to - 1) / 2))
            }
            (Some(shown), _) => (shown, Some(shown)),
            (None, Some((least, most))) => (least, Some(most)),
            (None, None) => (0, None),
        }
    }
}

/// What of a claim is believed, by what is seen of its like.
const fn believed(sort: Sort, family: &Evidence, with_likely: bool) -> Option<Sort> {
    match sort {
        Sort::Exact if family.otherwise * 20 <= family.seen => Some(Sort::Exact),
        // Some are in no group: what is left is a count as well.
        Sort::Exact if family.negative == 0 => Some(Sort::Contains),
        Sort::Likely if with_likely && family.of_some > 0 && family.otherwise == 0 => {
            Some(Sort::Likely)
        }
        Sort::Contains if family.negative * 20 <= family.seen => Some(Sort::Contains),
        Sort::NoMore if family.negative * 20 <= family.seen => Some(Sort::NoMore),
        _ => None,
    }
}
