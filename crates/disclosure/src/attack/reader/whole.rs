//! A system of too many numbers to be searched as one: first a table of whole numbers that agrees with
//! everything, then other tables that differ from it near a count. All else stays as it is in the first, so
//! that what agrees near the count agrees with everything.
//!
//! It finds that counts are in doubt, and never that one is exposed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::search::Part;
use super::{Conclusion, KnownSum, Narrowed, Question};
use crate::rule::Threshold;

/// Factors of equations that may be touched for the first table, and for each search near a count.
const WORK_OF_FIRST: u64 = 4_000_000_000;
const WORK_NEAR: u64 = 30_000_000;

/// How many numbers are near: more where fewer were not enough.
const NEAR: [usize; 3] = [150, 500, 1_500];

/// For so many searches in a row that find nothing, more are not tried with the next number of neighbours.
const WITHOUT: usize = 120;

/// Everything that a search looks at.
pub(super) struct Whole<'k> {
    equations: &'k [KnownSum],
    narrowed: &'k Narrowed,
    /// The equations that each number is in.
    of_number: &'k [Vec<usize>],
    /// A table of whole numbers that agrees with everything.
    table: Vec<i64>,
}

impl<'k> Whole<'k> {
    /// Looks for a first table of numbers that hang together; none where it was not found.
    pub(super) fn find(
        members: &[usize],
        narrowed: &'k Narrowed,
        equations: &'k [KnownSum],
        of_number: &'k [Vec<usize>],
    ) -> Option<Self> {
        let part = Part::new(members, narrowed, equations, of_number).with_work(WORK_OF_FIRST);
        let values = part.corner()?;
        let mut own = Self {
            equations,
            narrowed,
            of_number,
            table: narrowed.bounds.iter().map(|(low, _)| *low).collect(),
        };
        let mut broken: BTreeSet<usize> = BTreeSet::new();
        for (at, value) in members.iter().zip(values) {
            if (value - value.round()).abs() > super::search::ROUNDING {
                broken.insert(*at);
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "within the bounds of counts"
            )]
            let whole = value.round() as i64;
            own.table[*at] = whole;
        }
        while let Some(first) = broken.first().copied() {
            let mended = NEAR.iter().any(|near| own.mend(first, *near, &mut broken));
            if !mended {
                return None;
            }
        }
        own.agrees(members).then_some(own)
    }

    /// Whether the table agrees with every equation of these numbers, and with their bounds.
    fn agrees(&self, members: &[usize]) -> bool {
        let within = members.iter().all(|at| {
            let (low, high) = self.narrowed.bounds[*at];
            (low..=high).contains(&self.table[*at])
        });
        let mut sums = members.iter().flat_map(|at| &self.of_number[*at]);
        within
            && sums.all(|sum| {
                let KnownSum { terms, total } = &self.equations[*sum];
                let all = terms.iter().map(|(at, factor)| factor * self.table[*at]);
                all.sum::<i64>() == *total
            })
    }

    /// Numbers near some, the nearest first, and those at the start.
    fn near(&self, start: &BTreeSet<usize>, many: usize) -> BTreeSet<usize> {
        let mut near = start.clone();
        let mut queue: VecDeque<usize> = start.iter().copied().collect();
        while let Some(next) = queue.pop_front() {
            for sum in &self.of_number[next] {
                for (at, _) in &self.equations[*sum].terms {
                    if near.len() >= many + start.len() {
                        return near;
                    }
                    if self.narrowed.is_open(*at) && near.insert(*at) {
                        queue.push_back(*at);
                    }
                }
            }
        }
        near
    }

    /// Those of some numbers that stand in an equation with others.
    fn beside(&self, some: &BTreeSet<usize>, others: &BTreeSet<usize>) -> BTreeSet<usize> {
        let sums = others.iter().flat_map(|at| &self.of_number[*at]);
        let beside = sums.flat_map(|sum| self.equations[*sum].terms.iter().map(|(at, _)| *at));
        beside.filter(|at| some.contains(at)).collect()
    }

    /// Takes in those of some numbers that stand in an equation with what is inside, and so on.
    fn grow(&self, inside: &mut BTreeSet<usize>, some: &BTreeSet<usize>) {
        loop {
            let more = self.beside(some, inside);
            let before = inside.len();
            inside.extend(more);
            if inside.len() == before {
                return;
            }
        }
    }

    /// The part of some numbers, with all others as they are in the table.
    fn part<'m>(&self, members: &'m [usize]) -> Part<'m> {
        let sums = members.iter().flat_map(|at| self.of_number[*at].iter());
        let sums: BTreeSet<usize> = sums.copied().collect();
        let outside = |at: usize| self.table[at];
        Part::among(members, self.narrowed, self.equations, &sums, outside).with_work(WORK_NEAR)
    }

    /// Puts whole numbers in the place of those that are none, near one of them; whether that was possible.
    fn mend(&mut self, first: usize, many: usize, broken: &mut BTreeSet<usize>) -> bool {
        let mut inside = BTreeSet::from([first]);
        self.grow(&mut inside, broken);
        inside = self.near(&inside, many);
        // What is broken and not among them must not be in their equations.
        self.grow(&mut inside, broken);
        let members: Vec<usize> = inside.into_iter().collect();
        let Some(values) = self.part(&members).whole_numbers() else {
            return false;
        };
        for (at, value) in members.iter().zip(values) {
            self.table[*at] = value;
            broken.remove(at);
        }
        true
    }

    /// Which of some numbers are in doubt: with fewer and then with more of their neighbours set free.
    pub(super) fn in_doubt(
        &self,
        wanted: &[usize],
        question: Question,
        small: Threshold,
    ) -> BTreeSet<usize> {
        let mut left: BTreeSet<usize> = wanted.iter().copied().collect();
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for many in NEAR {
            let mut without = 0;
            for at in wanted {
                if !left.contains(at) || without >= WITHOUT {
                    continue;
                }
                let members = self.near(&BTreeSet::from([*at]), many);
                let asked: Vec<usize> = members.intersection(&left).copied().collect();
                let members: Vec<usize> = members.into_iter().collect();
                let settled = self.part(&members).settle(&asked, question, small, true);
                let settled: BTreeMap<usize, Conclusion> = asked
                    .into_iter()
                    .zip(settled.into_iter().map(|one| one.is))
                    .collect();
                let doubt = settled
                    .iter()
                    .filter(|(_, is)| **is == Conclusion::InDoubt)
                    .map(|(at, _)| *at);
                let doubt: Vec<usize> = doubt.collect();
                without = if doubt.contains(at) { 0 } else { without + 1 };
                for at in doubt {
                    left.remove(&at);
                    found.insert(at);
                }
            }
        }
        found
    }
}
