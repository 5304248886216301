//! Other counts that an attacker cannot tell from the true ones, found by moving children between
//! withheld counts: so many more here, so many fewer there, until every sum is what it was.

use super::{Alternative, Least, Proven};
use crate::system::Counts;

/// So many counts at most are moved together, and so many choices at most are tried for one count.
const LONGEST: usize = 60;
const CHOICES: u32 = 60;

/// How many of the likeliest counts are tried at each choice.
const BRANCHES: usize = 3;

/// A search for moves.
pub(crate) struct Search<'a> {
    counts: Counts<'a>,
    /// Withheld counts that do not follow at once from others.
    undetermined: &'a [bool],
    /// How many undetermined counts each sum has.
    free_in: Vec<u32>,
    /// How far each sum is off, in units of the move.
    off: Vec<i8>,
    /// Sums that are off.
    unbalanced: Vec<usize>,
    sign: Vec<i8>,
    moved: Vec<(usize, i8)>,
    left: u32,
    /// Where the search is: counts that agree with every sum.
    value: Vec<u32>,
    /// Counts that are not what they are in truth, or were not for a while.
    touched: Vec<usize>,
    /// What counts are taken to be at the least.
    least: Least,
}

impl<'a> Search<'a> {
    pub(crate) fn new(counts: Counts<'a>, undetermined: &'a [bool]) -> Self {
        let (cells, sums, of_cell) = (counts.cells, counts.sums, counts.of_cell);
        let mut free_in = vec![0; sums.len()];
        for at in (0..cells.len()).filter(|at| undetermined[*at]) {
            of_cell.of(at).for_each(|sum| free_in[sum] += 1);
        }
        Self {
            counts,
            undetermined,
            free_in,
            off: vec![0; sums.len()],
            unbalanced: vec![],
            sign: vec![0; cells.len()],
            moved: vec![],
            left: 0,
            value: cells.iter().map(|cell| cell.count).collect(),
            touched: vec![],
            least: Least::Nothing,
        }
    }

    /// Alternatives that prove what is not proven yet of a small count, as far as they are found: it is
    /// taken where its proof asks it to be in as few moves as possible.
    pub(crate) fn find(&mut self, cell: usize, mut proven: Proven) -> Vec<Alternative> {
        let threshold = self.counts.threshold;
        let count = self.counts.cells[cell].count;
        let mut found = Vec::new();
        let up = threshold.rises_to(count) - count;
        for (least, sign, by, gives) in [
            (Least::One, 1, 1, Proven::ANOTHER),
            (Least::One, -1, 1, Proven::ANOTHER),
            (Least::Nothing, -1, count, Proven::DOUBT),
            (Least::Nothing, 1, up, Proven::DOUBT),
        ] {
            if proven.has(gives)
                || sign < 0 && (count == 0 || count < by + least.of(self.counts.cells[cell]))
            {
                continue;
            }
            // The harder half first: without it the other is of no use yet.
            if gives == Proven::DOUBT && !proven.has(Proven::ANOTHER) {
                break;
            }
            self.least = least;
            let there = self.go(cell, sign, by);
            let mut touched = std::mem::take(&mut self.touched);
            touched.sort_unstable();
            touched.dedup();
            if there {
                let changes = touched.iter().map(|at| {
                    let by = i64::from(self.value[*at]) - i64::from(self.counts.cells[*at].count);
                    (*at, by)
                });
                let other = Alternative::new(changes.filter(|(_, by)| *by != 0));
                proven = proven.and(other.proves(self.counts.cells, cell, threshold));
                found.push(other);
            }
            for at in touched {
                self.value[at] = self.counts.cells[at].count;
            }
        }
        found
    }

    /// How far a count may fall from where the search is.
    fn spare(&self, at: usize) -> u32 {
        self.value[at].saturating_sub(self.least.of(self.counts.cells[at]))
    }

    /// Takes a count so far in steps as large as can be; whether it got there.
    fn go(&mut self, cell: usize, sign: i8, by: u32) -> bool {
        let (mut left, mut step) = (by, by);
        while left > 0 && step > 0 {
            if self.cycle(cell, sign, step) {
                left -= step;
                step = step.min(left);
            } else {
                step /= 2;
            }
        }
        left == 0
    }

    /// Moves a count by so many, and others with it, if a way is found.
    fn cycle(&mut self, cell: usize, sign: i8, by: u32) -> bool {
        if sign < 0 && self.spare(cell) < by {
            return false;
        }
        self.left = CHOICES;
        self.apply(cell, sign);
        let found = self.balance(by);
        while let Some((at, sign)) = self.moved.last().copied() {
            if found {
                let value = &mut self.value[at];
                *value = if sign < 0 { *value - by } else { *value + by };
                self.touched.push(at);
            }
            self.undo(at);
        }
        found
    }

    /// Moves further counts until no sum is off.
    fn balance(&mut self, by: u32) -> bool {
        // The sum with the least choice first.
        let Some(sum) = self
            .unbalanced
            .iter()
            .copied()
            .min_by_key(|sum| self.free_in[*sum])
        else {
            return true;
        };
        if self.left == 0 || self.moved.len() >= LONGEST {
            return false;
        }
        self.left -= 1;
        for (_, at, sign) in self.likeliest(sum, by).into_iter().flatten() {
            self.apply(at, sign);
            if self.balance(by) {
                return true;
            }
            self.undo(at);
        }
        false
    }

    /// The counts of a sum that would set it right and put the fewest others wrong.
    fn likeliest(&self, sum: usize, by: u32) -> [Option<(i32, usize, i8)>; BRANCHES] {
        let mut best = [None; BRANCHES];
        for (at, own) in self.counts.sums.signed(sum) {
            let sign = -self.off[sum].signum() * own;
            if !self.undetermined[at] || self.sign[at] != 0 || sign < 0 && self.spare(at) < by {
                continue;
            }
            let mut next = Some((self.cost(at, sign), at, sign));
            for place in &mut best {
                let better = match (&next, &place) {
                    (Some(new), Some(old)) => new < old,
                    (Some(_), None) => true,
                    (None, _) => break,
                };
                if better {
                    std::mem::swap(&mut next, place);
                }
            }
        }
        best
    }

    /// Sums put wrong, less sums set right.
    fn cost(&self, at: usize, sign: i8) -> i32 {
        self.counts
            .of_cell
            .signed(at)
            .map(|(sum, own)| {
                let (before, after) = (self.off[sum].abs(), (self.off[sum] + own * sign).abs());
                i32::from(after) - i32::from(before)
            })
            .sum()
    }

    fn apply(&mut self, at: usize, sign: i8) {
        self.sign[at] = sign;
        self.moved.push((at, sign));
        self.shift(at, sign);
    }

    fn undo(&mut self, at: usize) {
        let sign = std::mem::take(&mut self.sign[at]);
        self.moved.pop();
        self.shift(at, -sign);
    }

    fn shift(&mut self, at: usize, sign: i8) {
        for (sum, own) in self.counts.of_cell.signed(at) {
            let before = self.off[sum];
            self.off[sum] += own * sign;
            if before == 0 {
                self.unbalanced.push(sum);
            } else if self.off[sum] == 0 {
                // Most often one of the last that were put wrong.
                if let Some(place) = self
                    .unbalanced
                    .iter()
                    .rposition(|unbalanced| *unbalanced == sum)
                {
                    self.unbalanced.remove(place);
                }
            }
        }
    }
}
