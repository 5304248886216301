//! What a reader works out who has nothing but what is printed: the attack without the truth.
//!
//! [`attack()`](super::attack) is for tests, which know what was withheld. Here nothing is known of a
//! withheld count but what follows. First every equation narrows what its numbers can be, again and
//! again; then what still hangs together is taken as a linear programme; last whole numbers are looked
//! for, branch by branch. A count is in doubt when whole numbers for everything were found in which it is
//! none or above the threshold, and those were checked in whole numbers. It is exposed when there are no
//! such numbers. Where the search had to stop neither is said.

mod polytope;
mod search;
mod whole;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use search::Part;
use whole::Whole;

use crate::rule::Threshold;

/// Beyond any count of children.
const MOST: i64 = 1 << 40;

/// More numbers that hang together than this are not taken as one programme, but as the nearest to each
/// count that is asked about.
const TOGETHER: usize = 6_000;

/// So many are near a count.
const NEAR: usize = 100;

/// Numbers of which a reader knows the least and the most that each can be, and sums of them that he
/// knows.
#[derive(Debug, Clone, Default)]
pub struct ReaderKnowledge {
    bounds: Vec<(i64, i64)>,
    equations: Vec<KnownSum>,
}

/// Numbers with their factors, and what they add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KnownSum {
    terms: Vec<(usize, i64)>,
    total: i64,
}

/// What a reader asks of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether a count is small: from 1 to the threshold.
    IsSmall,
    /// Which small number it is.
    Which,
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// It follows: the bounds are all that is left.
    Exposed,
    /// It does not: other whole numbers that agree with everything were found.
    InDoubt,
    /// The search ended before either was found.
    NotProven,
    /// Nothing agrees with everything that was taken to hold.
    Contradicted,
}

/// What follows for one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worked {
    /// The least that it can be, as far as was looked.
    pub least: u64,
    /// The most; none where nothing bounds it.
    pub most: Option<u64>,
    /// What came of the question.
    pub is: Conclusion,
}

/// What follows for every number that was asked about, in their order.
#[derive(Debug, Clone, Default)]
pub struct WorkedOut {
    /// One for each.
    pub counts: Vec<Worked>,
    /// Sums that what is shown contradicts, and that were left out.
    pub contradicted: usize,
}

impl ReaderKnowledge {
    /// A number from the least to the most that it can be; gives its position. Of none is known that it
    /// cannot be beyond any count of children.
    pub fn number(&mut self, least: u64, most: Option<u64>) -> usize {
        let narrow = |n: u64| i64::try_from(n).unwrap_or(MOST).min(MOST);
        self.bounds.push((narrow(least), most.map_or(MOST, narrow)));
        self.bounds.len() - 1
    }

    /// That numbers, each times its factor, add up to a total.
    pub fn add_up(&mut self, terms: impl IntoIterator<Item = (usize, i64)>, total: i64) {
        let mut own: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, factor) in terms {
            *own.entry(at).or_default() += factor;
        }
        let terms = own.into_iter().filter(|(_, factor)| *factor != 0).collect();
        self.equations.push(KnownSum { terms, total });
    }

    /// That a number is at least so many.
    pub fn is_at_least(&mut self, at: usize, least: u64) {
        let least = i64::try_from(least).unwrap_or(MOST).min(MOST);
        self.bounds[at].0 = self.bounds[at].0.max(least);
    }

    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// What follows for some of the numbers.
    #[must_use]
    pub fn work_out(&self, asked: &[usize], question: Question, small: Threshold) -> WorkedOut {
        let narrowed = Narrowed::of(self);
        let parts = narrowed.parts(&self.equations);
        let mut of_number: BTreeMap<usize, Worked> = BTreeMap::new();
        let mut wanted: Vec<Vec<usize>> = vec![vec![]; parts.members.len()];
        for at in asked.iter().copied() {
            match parts.part_of[at] {
                Some(part) => wanted[part].push(at),
                None => {
                    let known = narrowed.bounds[at];
                    of_number.insert(at, search::alone(known, question, small));
                }
            }
        }
        for (members, wanted) in parts.members.iter().zip(&mut wanted) {
            wanted.sort_unstable();
            wanted.dedup();
            if wanted.is_empty() {
                continue;
            }
            if members.len() <= TOGETHER {
                let part = Part::new(members, &narrowed, &self.equations, &parts.of_number);
                let found = part.settle(wanted, question, small, true);
                of_number.extend(wanted.iter().copied().zip(found));
                wanted.retain(|at| of_number[at].is == Conclusion::NotProven);
            }
            // What was too much together is looked at piece by piece: for other tables near each count,
            // and where there are none for what follows from the equations near it.
            let doubt = self.near_a_table(&narrowed, (members, &parts), wanted, (question, small));
            for at in &doubt {
                of_number.insert(*at, narrowed.in_doubt(*at));
            }
            wanted.retain(|at| !doubt.contains(at));
            let found = self.near_each(&narrowed, &parts, wanted, (question, small));
            of_number.extend(wanted.iter().copied().zip(found));
        }
        WorkedOut {
            counts: asked.iter().map(|at| of_number[at]).collect(),
            contradicted: narrowed.contradicted,
        }
    }

    /// Which of too many numbers together are in doubt, by tables that differ near each from one that was
    /// found first.
    fn near_a_table(
        &self,
        narrowed: &Narrowed,
        (members, parts): (&[usize], &Parts),
        wanted: &[usize],
        (question, small): (Question, Threshold),
    ) -> BTreeSet<usize> {
        if wanted.is_empty() {
            return BTreeSet::new();
        }
        Whole::find(members, narrowed, &self.equations, &parts.of_number)
            .map(|whole| whole.in_doubt(wanted, question, small))
            .unwrap_or_default()
    }

    /// Of too many numbers together what follows from the equations near each: what is concluded holds
    /// with all others as well, and that nothing follows is not said.
    fn near_each(
        &self,
        narrowed: &Narrowed,
        parts: &Parts,
        wanted: &[usize],
        (question, small): (Question, Threshold),
    ) -> Vec<Worked> {
        let of = |at: &usize| {
            let mut near = BTreeSet::from([*at]);
            let mut queue = VecDeque::from([*at]);
            let mut whole = BTreeSet::new();
            while let Some(next) = queue.pop_front() {
                for sum in parts.of_number[next].iter().copied() {
                    let own = self.equations[sum].terms.iter().map(|(at, _)| *at);
                    let own = own.filter(|at| narrowed.is_open(*at) && !near.contains(at));
                    let own: Vec<usize> = own.collect();
                    if near.len() + own.len() <= NEAR {
                        whole.insert(sum);
                        queue.extend(&own);
                        near.extend(own);
                    }
                }
            }
            let members: Vec<usize> = near.into_iter().collect();
            let part = Part::of_sums(&members, narrowed, &self.equations, &whole);
            part.settle(&[*at], question, small, false)[0]
        };
        wanted.iter().map(of).collect()
    }
}

/// Bounds after every equation has narrowed them, again and again.
struct Narrowed {
    bounds: Vec<(i64, i64)>,
    /// Whether an equation is one that nothing contradicts.
    holds: Vec<bool>,
    contradicted: usize,
}

/// Numbers that hang together by equations.
struct Parts {
    members: Vec<Vec<usize>>,
    part_of: Vec<Option<usize>>,
    /// The equations that each number is in.
    of_number: Vec<Vec<usize>>,
}

impl Narrowed {
    fn of(known: &ReaderKnowledge) -> Self {
        let mut own = Self {
            bounds: known.bounds.clone(),
            holds: vec![true; known.equations.len()],
            contradicted: 0,
        };
        let mut of_number: Vec<Vec<usize>> = vec![vec![]; own.bounds.len()];
        for (at, sum) in known.equations.iter().enumerate() {
            for (number, _) in &sum.terms {
                of_number[*number].push(at);
            }
        }
        // What is shown whole is looked at first: it is not to spoil what hangs on it.
        let unknown = |sum: &KnownSum| sum.terms.iter().filter(|(at, _)| own.is_open(*at)).count();
        let mut order: Vec<(usize, usize)> = known.equations.iter().map(unknown).zip(0..).collect();
        order.sort_unstable();
        let mut work: VecDeque<usize> = order.into_iter().map(|(_, at)| at).collect();
        let mut queued = vec![true; known.equations.len()];
        let mut steps = known.equations.len().saturating_mul(200).max(10_000);
        while let Some(at) = work.pop_front() {
            queued[at] = false;
            steps -= 1;
            if steps == 0 {
                break;
            }
            match own.narrow(&known.equations[at]) {
                Some(changed) => {
                    for other in changed.into_iter().flat_map(|number| &of_number[number]) {
                        if own.holds[*other] && !std::mem::replace(&mut queued[*other], true) {
                            work.push_back(*other);
                        }
                    }
                }
                None => {
                    own.holds[at] = false;
                    own.contradicted += 1;
                }
            }
        }
        own
    }

    fn is_open(&self, at: usize) -> bool {
        self.bounds[at].0 < self.bounds[at].1
    }

    /// That a number is in doubt, with what is known of it before anything is searched.
    fn in_doubt(&self, at: usize) -> Worked {
        let (least, most) = self.bounds[at];
        Worked {
            least: u64::try_from(least).unwrap_or(0),
            most: u64::try_from(most).ok().filter(|_| most < MOST),
            is: Conclusion::InDoubt,
        }
    }

    /// Narrows the numbers of an equation; gives those that changed, or nothing where it cannot hold.
    fn narrow(&mut self, sum: &KnownSum) -> Option<Vec<usize>> {
        let end = |(at, factor): (usize, i64), upper: bool| {
            let (low, high) = self.bounds[at];
            let bound = if upper == (factor > 0) { high } else { low };
            // What nothing bounds is counted apart.
            (bound < MOST).then(|| bound * factor)
        };
        let ends = |upper: bool| {
            let all = sum.terms.iter().map(|term| end(*term, upper));
            all.fold((0_i64, 0_usize), |(sum, open), one| match one {
                Some(one) => (sum + one, open),
                None => (sum, open + 1),
            })
        };
        let (least, most) = (ends(false), ends(true));
        if (least.1 == 0 && least.0 > sum.total) || (most.1 == 0 && most.0 < sum.total) {
            return None;
        }
        let mut new = Vec::new();
        for term in sum.terms.iter().copied() {
            let (at, factor) = term;
            let others = |(all, open): (i64, usize), upper: bool| match (end(term, upper), open) {
                (Some(own), 0) => Some(all - own),
                (None, 1) => Some(all),
                _ => None,
            };
            let (low, high) = self.bounds[at];
            // factor × number is from the total less the most of the others to the total less the least.
            let least_of = others(most, true).map(|others| sum.total - others);
            let most_of = others(least, false).map(|others| sum.total - others);
            let (below, above) = if factor > 0 {
                (least_of, most_of)
            } else {
                (most_of, least_of)
            };
            let low_now = below.map_or(low, |end| low.max(up(end, factor)));
            let high_now = above.map_or(high, |end| high.min(down(end, factor)));
            if low_now > high_now {
                return None;
            }
            if (low_now, high_now) != (low, high) {
                new.push((at, (low_now, high_now)));
            }
        }
        for (at, bounds) in &new {
            self.bounds[*at] = *bounds;
        }
        Some(new.into_iter().map(|(at, _)| at).collect())
    }

    /// The numbers that are still open, by what hangs together.
    fn parts(&self, equations: &[KnownSum]) -> Parts {
        let numbers = self.bounds.len();
        let mut next: Vec<usize> = (0..numbers).collect();
        let mut of_number: Vec<Vec<usize>> = vec![vec![]; numbers];
        for (at, sum) in equations
            .iter()
            .enumerate()
            .filter(|(at, _)| self.holds[*at])
        {
            let open = sum.terms.iter().map(|(number, _)| *number);
            let open: Vec<usize> = open.filter(|number| self.is_open(*number)).collect();
            for number in open.iter().copied() {
                of_number[number].push(at);
                let (one, other) = (root(&mut next, open[0]), root(&mut next, number));
                next[one.max(other)] = one.min(other);
            }
        }
        let (mut place, mut part_of) = (BTreeMap::new(), vec![None; numbers]);
        let mut parts: Vec<Vec<usize>> = vec![];
        for at in (0..numbers).filter(|at| self.is_open(*at)) {
            let part = *place.entry(root(&mut next, at)).or_insert_with(|| {
                parts.push(vec![]);
                parts.len() - 1
            });
            parts[part].push(at);
            part_of[at] = Some(part);
        }
        Parts {
            members: parts,
            part_of,
            of_number,
        }
    }
}

/// The one that stands for all that hang together with a number.
fn root(next: &mut [usize], mut at: usize) -> usize {
    while next[at] != at {
        next[at] = next[next[at]];
        at = next[at];
    }
    at
}

/// The least whole number that times a factor is not on the wrong side of an end.
const fn up(end: i64, factor: i64) -> i64 {
    let whole = end.div_euclid(factor);
    if whole * factor == end {
        whole
    } else if factor > 0 {
        whole + 1
    } else {
        whole
    }
}

/// The greatest such number.
const fn down(end: i64, factor: i64) -> i64 {
    let whole = end.div_euclid(factor);
    if factor > 0 || whole * factor == end {
        whole
    } else {
        whole - 1
    }
}

#[cfg(test)]
mod tests;
