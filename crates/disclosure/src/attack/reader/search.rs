//! What hangs together, asked count by count: by linear programmes, then by whole numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::polytope::{Ended, Polytope};
use super::{Conclusion, KnownSum, MOST, Narrowed, Question, Worked};
use crate::rule::Threshold;

/// Corners that are tried for many counts at once.
const ROUNDS: usize = 40;

/// Branches that are tried for one count.
const BRANCHES: usize = 60;

/// Factors of equations that may be touched for what hangs together, and for each search for a count.
const WORK: u64 = 400_000_000;
const WORK_OF_COUNT: u64 = 40_000_000;

/// Up to this a number is whole but for rounding.
pub(super) const ROUNDING: f64 = 1e-5;

/// Numbers that hang together, and the equations between them.
pub(super) struct Part<'a> {
    members: &'a [usize],
    bounds: Vec<(i64, i64)>,
    equations: Vec<KnownSum>,
    /// Beyond what any of them can be.
    far: i64,
    /// Factors that may be touched.
    work: u64,
}

/// What was found of a count so far.
#[derive(Clone, Copy)]
struct Seen {
    /// What follows.
    least: i64,
    most: i64,
    /// What it is in whole numbers that were found.
    found: Option<(i64, i64)>,
}

impl Seen {
    /// Whether what was found leaves it in doubt.
    fn is_clear(&self, question: Question, small: Threshold) -> bool {
        let most = i64::from(small.at_most);
        self.found.is_some_and(|(low, high)| match question {
            Question::IsSmall => low == 0 || high > most,
            Question::Which => low < high || low == 0 || high > most,
        })
    }

    /// Whether the bounds say what is asked.
    fn is_told(&self, question: Question, small: Threshold) -> bool {
        let within = self.least >= 1 && self.most <= i64::from(small.at_most);
        within && (question == Question::IsSmall || self.least == self.most)
    }

    /// Takes in the end that a linear programme gave: a count is whole.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within the bounds of counts"
    )]
    fn narrow(&mut self, end: f64, upper: bool, far: i64) {
        if upper {
            let most = (end + ROUNDING).floor() as i64;
            if most < far {
                self.most = self.most.min(most);
            }
        } else {
            self.least = self.least.max((end - ROUNDING).ceil() as i64);
        }
    }

    fn worked(self, is: Conclusion) -> Worked {
        Worked {
            least: u64::try_from(self.least).unwrap_or(0),
            most: u64::try_from(self.most).ok().filter(|_| self.most < MOST),
            is,
        }
    }
}

/// A number that hangs together with no other.
pub(super) fn alone((least, most): (i64, i64), question: Question, small: Threshold) -> Worked {
    let found = Some((least, most));
    let seen = Seen { least, most, found };
    let is = if seen.is_told(question, small) {
        Conclusion::Exposed
    } else {
        Conclusion::InDoubt
    };
    seen.worked(is)
}

/// How the search for whole numbers ended.
enum Whole {
    Found,
    Nowhere,
    GaveUp,
}

impl<'a> Part<'a> {
    /// Numbers and every equation that holds among them.
    pub(super) fn new(
        members: &'a [usize],
        narrowed: &Narrowed,
        equations: &[KnownSum],
        of_number: &[Vec<usize>],
    ) -> Self {
        let sums = members.iter().flat_map(|at| of_number[*at].iter().copied());
        Self::of_sums(members, narrowed, equations, &sums.collect())
    }

    /// Numbers, and equations that have no open numbers but these.
    pub(super) fn of_sums(
        members: &'a [usize],
        narrowed: &Narrowed,
        equations: &[KnownSum],
        sums: &BTreeSet<usize>,
    ) -> Self {
        Self::among(members, narrowed, equations, sums, |at| {
            narrowed.bounds[at].0
        })
    }

    /// Numbers, and equations with what each of the numbers is that is not among them.
    pub(super) fn among(
        members: &'a [usize],
        narrowed: &Narrowed,
        equations: &[KnownSum],
        sums: &BTreeSet<usize>,
        outside: impl Fn(usize) -> i64,
    ) -> Self {
        let bounds: Vec<(i64, i64)> = members.iter().map(|at| narrowed.bounds[*at]).collect();
        let own = |sum: &usize| {
            let KnownSum { terms, total } = &equations[*sum];
            let mut total = *total;
            let mut open = Vec::with_capacity(terms.len());
            for (at, factor) in terms {
                match members.binary_search(at) {
                    Ok(place) => open.push((place, *factor)),
                    Err(_) => total -= factor * outside(*at),
                }
            }
            KnownSum { terms: open, total }
        };
        let equations: Vec<KnownSum> = sums.iter().map(own).collect();
        let totals = equations.iter().map(|sum| sum.total.abs());
        let ends = bounds
            .iter()
            .map(|(low, high)| if *high < MOST { *high } else { *low });
        let far = totals.chain(ends).max().unwrap_or(0) * 2 + 1_000_000;
        Self {
            members,
            bounds,
            equations,
            far,
            work: WORK,
        }
    }

    /// The same with so much work.
    pub(super) const fn with_work(mut self, work: u64) -> Self {
        self.work = work;
        self
    }

    /// What the numbers are at some corner, in their order.
    pub(super) fn corner(&self) -> Option<Vec<f64>> {
        let mut corner = self.polytope()?;
        (corner.enter() == Ended::There).then(|| corner.values().to_vec())
    }

    /// Whole numbers that agree with every equation, in their order.
    pub(super) fn whole_numbers(&self) -> Option<Vec<i64>> {
        let corner = self.polytope()?;
        let mut work = corner.work;
        let mut found = None;
        branch(corner, &mut work, |values| {
            found = self.agreeing(values);
            found.is_some()
        });
        found
    }

    fn polytope(&self) -> Option<Polytope> {
        let bounds = self.bounds.iter();
        let bounds: Vec<(f64, f64)> = bounds
            .map(|(low, high)| (*low as f64, (*high).min(self.far) as f64))
            .collect();
        let sums = self.equations.iter().map(|sum| {
            let terms = sum.terms.iter().map(|(at, factor)| (*at, *factor as f64));
            (terms.collect(), sum.total as f64)
        });
        Polytope::new(&bounds, &sums.collect::<Vec<_>>(), self.work)
    }

    /// What follows for each of some numbers. Where not all equations are there (`whole`) whole numbers
    /// that agree with these say nothing.
    pub(super) fn settle(
        &self,
        asked: &[usize],
        question: Question,
        small: Threshold,
        whole: bool,
    ) -> Vec<Worked> {
        let places = asked
            .iter()
            .map(|at| self.members.binary_search(at).unwrap_or(0));
        let places: Vec<usize> = places.collect();
        let open = |place: &usize| {
            let (least, most) = self.bounds[*place];
            let found = None;
            (*place, Seen { least, most, found })
        };
        let mut seen: BTreeMap<usize, Seen> = places.iter().map(open).collect();
        let all = |seen: &BTreeMap<usize, Seen>, is: Conclusion| {
            let worked = places.iter().map(|place| seen[place].worked(is));
            worked.collect::<Vec<_>>()
        };
        let Some(mut corner) = self.polytope() else {
            return all(&seen, Conclusion::Contradicted);
        };
        match corner.enter() {
            Ended::There => {}
            Ended::Nowhere => return all(&seen, Conclusion::Contradicted),
            Ended::GaveUp => return all(&seen, Conclusion::NotProven),
        }
        if whole {
            self.try_many(&mut corner, &mut seen, question, small);
        }
        let mut left = corner.work;
        let mut worked = Vec::with_capacity(places.len());
        for place in places {
            let about = (question, small, whole);
            let is = self.ask(&mut corner, place, &mut seen, about, &mut left);
            worked.push(seen[&place].worked(is));
        }
        worked
    }

    /// One corner shows many counts in doubt at once: in turns all are made great and small, each with a
    /// weight of its own.
    fn try_many(
        &self,
        corner: &mut Polytope,
        seen: &mut BTreeMap<usize, Seen>,
        question: Question,
        small: Threshold,
    ) {
        self.note(corner.values(), seen);
        let mut without = 0;
        for round in 0..ROUNDS {
            let left = seen
                .iter()
                .filter(|(_, own)| !own.is_clear(question, small));
            let left: Vec<usize> = left.map(|(at, _)| *at).collect();
            if left.is_empty() || without >= 6 {
                return;
            }
            let sign = if round % 3 == 2 { 1.0 } else { -1.0 };
            let weights: Vec<(usize, f64)> = left
                .iter()
                .map(|at| (*at, sign * weight(*at, round)))
                .collect();
            if corner.least(&weights) == Ended::GaveUp {
                return;
            }
            self.note(corner.values(), seen);
            let now = seen.values().filter(|own| !own.is_clear(question, small));
            without = if now.count() < left.len() {
                0
            } else {
                without + 1
            };
        }
    }

    /// Asks about one count, with so much work left for all.
    fn ask(
        &self,
        corner: &mut Polytope,
        place: usize,
        seen: &mut BTreeMap<usize, Seen>,
        (question, small, whole): (Question, Threshold, bool),
        left: &mut u64,
    ) -> Conclusion {
        let is_clear =
            |seen: &BTreeMap<usize, Seen>| whole && seen[&place].is_clear(question, small);
        if is_clear(seen) {
            return Conclusion::InDoubt;
        }
        if *left == 0 {
            return Conclusion::NotProven;
        }
        for upper in [true, false] {
            let allowed = WORK_OF_COUNT.min(*left);
            corner.work = allowed;
            let ended = corner.least(&[(place, if upper { -1.0 } else { 1.0 })]);
            *left -= allowed - corner.work;
            if ended == Ended::There
                && let Some(own) = seen.get_mut(&place)
            {
                own.narrow(corner.values()[place], upper, self.far);
            }
            self.note(corner.values(), seen);
            if is_clear(seen) {
                return Conclusion::InDoubt;
            }
        }
        if seen[&place].is_told(question, small) {
            self.tighten(corner, place, seen, left);
            Conclusion::Exposed
        } else if whole {
            self.in_whole_numbers(corner, place, seen, (question, small), left)
        } else {
            Conclusion::NotProven
        }
    }

    /// Looks for whole numbers in which a count is in doubt, where corners are not whole.
    fn in_whole_numbers(
        &self,
        corner: &Polytope,
        place: usize,
        seen: &mut BTreeMap<usize, Seen>,
        (question, small): (Question, Threshold),
        left: &mut u64,
    ) -> Conclusion {
        let own = seen[&place];
        let most = i64::from(small.at_most);
        // The ranges in which it would be in doubt, and what is left where there is nothing in them.
        let ranges = [(most + 1, own.most), (own.least, 0)];
        let mut gave_up = false;
        for (low, high) in ranges.into_iter().filter(|(low, high)| low <= high) {
            match self.dive(corner, place, (low, high), seen, left) {
                Whole::Found => return Conclusion::InDoubt,
                Whole::GaveUp => gave_up = true,
                Whole::Nowhere => {
                    if let Some(own) = seen.get_mut(&place) {
                        if low > most {
                            own.most = own.most.min(most);
                        } else {
                            own.least = own.least.max(1);
                        }
                    }
                }
            }
        }
        if gave_up {
            return Conclusion::NotProven;
        }
        self.tighten(corner, place, seen, left);
        let own = seen[&place];
        if own.is_clear(question, small) {
            Conclusion::InDoubt
        } else if own.is_told(question, small) {
            Conclusion::Exposed
        } else if own.least > own.most {
            Conclusion::Contradicted
        } else {
            Conclusion::NotProven
        }
    }

    /// Brings the ends of a count that is told together, where no whole numbers have them.
    fn tighten(
        &self,
        corner: &Polytope,
        place: usize,
        seen: &mut BTreeMap<usize, Seen>,
        left: &mut u64,
    ) {
        for upper in [false, true] {
            loop {
                let Seen { least, most, found } = seen[&place];
                let end = if upper { most } else { least };
                let there = found.map(|(low, high)| if upper { high } else { low });
                if there == Some(end) || least > most {
                    break;
                }
                match self.dive(corner, place, (end, end), seen, left) {
                    Whole::Nowhere => {
                        if let Some(own) = seen.get_mut(&place) {
                            if upper {
                                own.most -= 1;
                            } else {
                                own.least += 1;
                            }
                        }
                    }
                    Whole::Found | Whole::GaveUp => break,
                }
            }
        }
    }

    /// Looks for whole numbers in which one is within a range: branch by branch, deepest first.
    fn dive(
        &self,
        corner: &Polytope,
        place: usize,
        (low, high): (i64, i64),
        seen: &mut BTreeMap<usize, Seen>,
        left: &mut u64,
    ) -> Whole {
        let mut first = corner.clone();
        first.narrow(place, (low as f64, high.min(self.far) as f64));
        let allowed = WORK_OF_COUNT.min(*left);
        let mut work = allowed;
        let ended = branch(first, &mut work, |values| self.note(values, seen));
        *left -= allowed - work;
        ended
    }

    /// Notes what counts are in numbers that are whole and agree with every equation; whether they do.
    fn note(&self, values: &[f64], seen: &mut BTreeMap<usize, Seen>) -> bool {
        let Some(whole) = self.agreeing(values) else {
            return false;
        };
        for (at, own) in seen {
            let n = whole[*at];
            own.found = Some(
                own.found
                    .map_or((n, n), |(low, high)| (low.min(n), high.max(n))),
            );
        }
        true
    }

    /// Numbers as whole ones, if they are and agree with every bound and equation.
    fn agreeing(&self, values: &[f64]) -> Option<Vec<i64>> {
        if values
            .iter()
            .any(|value| (value - value.round()).abs() > ROUNDING)
        {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "within the bounds of counts"
        )]
        let whole: Vec<i64> = values.iter().map(|value| value.round() as i64).collect();
        let within = whole
            .iter()
            .zip(&self.bounds)
            .all(|(n, (low, high))| low <= n && n <= high);
        let agree = self.equations.iter().all(|sum| {
            let all = sum.terms.iter().map(|(at, factor)| factor * whole[*at]);
            all.sum::<i64>() == sum.total
        });
        (within && agree).then_some(whole)
    }
}

/// Looks for whole numbers from a corner: branch by branch, deepest first, with so much work for all. What is
/// found has to be accepted.
fn branch(first: Polytope, work: &mut u64, mut accept: impl FnMut(&[f64]) -> bool) -> Whole {
    let mut stack = vec![first];
    let mut branches = BRANCHES;
    let mut gave_up = false;
    while let Some(mut next) = stack.pop() {
        if branches == 0 || *work == 0 {
            gave_up = true;
            break;
        }
        branches -= 1;
        next.work = *work;
        let ended = next.enter();
        *work = next.work;
        match ended {
            Ended::Nowhere => continue,
            Ended::GaveUp => {
                gave_up = true;
                continue;
            }
            Ended::There => {}
        }
        let values = next.values();
        let off = |at: &usize| (values[*at] - values[*at].round()).abs();
        let broken = (0..values.len()).find(|at| off(at) > ROUNDING);
        let Some(at) = broken else {
            if accept(values) {
                return Whole::Found;
            }
            // Whole but for rounding, and not so when it is rounded.
            gave_up = true;
            continue;
        };
        let value = values[at];
        let (mut below, mut above) = (next.clone(), next);
        below.narrow(at, (f64::NEG_INFINITY, value.floor()));
        above.narrow(at, (value.ceil(), f64::INFINITY));
        // The nearer one is looked at first.
        if value - value.floor() < 0.5 {
            stack.extend([above, below]);
        } else {
            stack.extend([below, above]);
        }
    }
    if gave_up {
        Whole::GaveUp
    } else {
        Whole::Nowhere
    }
}

/// A weight from 0.5 to 1.5 that depends on the position and the round alone.
fn weight(at: usize, round: usize) -> f64 {
    let mixed = (at as u64 + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((round as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    0.5 + (mixed >> 11) as f64 / (1_u64 << 53) as f64
}
