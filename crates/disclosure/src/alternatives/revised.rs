//! Other counts that an attacker cannot tell from the true ones, found by the revised simplex method: the true
//! counts are one solution of the sums, and from there one count is pushed as far as it goes.
//! Starting from the truth there is no first phase that could fail; whoever stops early has still
//! only been at counts that agree with every sum.
//!
//! The sums stay as they are. What a step needs of them, one row and one column as they would be solved for the basis,
//! is worked out from the [factors](super::factors) of the first basis and the columns that entered it since (the
//! product form of the inverse, Dantzig and Orchard-Hays 1954, doi:10.1090/S0025-5718-1954-0061469-8). A push takes some
//! fifty steps, and counts that hang together by the thousand are solved as they are: carried along, the solved rows fill up.

use super::factors::{EPSILON, Factors, Sparse};
use super::{Alternative, Least, Proven};
use crate::system::Counts;

/// So near, counts are taken as the same.
const EXACTLY: f64 = 1e-6;

/// So many steps at most in one push.
const STEPS: usize = 400;

/// Some withheld counts, and the sums between them.
pub(crate) struct Simplex<'a> {
    counts: Counts<'a>,
    /// Positions of the counts, in order.
    part: &'a [usize],
    /// What is in each sum, by the numbers of the factors, and the sums of each count.
    rows: Vec<Sparse>,
    columns: Vec<Sparse>,
    factors: Factors,
    /// The count at each position of the basis, and the position of each that is basic.
    basic: Vec<usize>,
    position: Vec<Option<usize>>,
    /// The positions at which the basis changed, with the column that entered there as it was solved.
    entered: Vec<(usize, f64, Sparse)>,
    /// Where the search is: counts that agree with every sum.
    value: Vec<f64>,
    /// Counts that are not what they are in truth.
    moved: Vec<usize>,
    /// What counts are taken to be at the least.
    least: Least,
    /// Room for a row or a column by position, and for a row by count.
    by_position: Vec<f64>,
    by_count: Vec<f64>,
    /// Entries touched, ever.
    work: usize,
}

/// How far a push went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Push {
    /// To where it was meant to go.
    Reached,
    /// As far as the sums allow.
    Furthest,
    /// Until there were too many steps.
    Stopped,
}

impl<'a> Simplex<'a> {
    /// The sums of some counts, of which all others stay as they are.
    pub(crate) fn new(counts: Counts<'a>, part: &'a [usize]) -> Self {
        let (cells, of_cell) = (counts.cells, counts.of_cell);
        let mut sums: Vec<usize> = part.iter().flat_map(|at| of_cell.of(*at)).collect();
        sums.sort_unstable();
        sums.dedup();
        let mut columns = vec![Sparse::new(); part.len()];
        for (at, cell) in part.iter().enumerate() {
            for (sum, sign) in of_cell.signed(*cell) {
                let Ok(row) = sums.binary_search(&sum) else {
                    continue;
                };
                match columns[at].iter_mut().find(|(own, _)| *own == row) {
                    Some((_, by)) => *by += f64::from(sign),
                    None => columns[at].push((row, f64::from(sign))),
                }
            }
        }
        let value: Vec<f64> = part.iter().map(|at| f64::from(cells[*at].count)).collect();
        let factors = Factors::new(by_row(&columns, sums.len()), &value);
        for (row, _) in columns.iter_mut().flatten() {
            *row = factors.number[*row];
        }
        let mut position = vec![None; part.len()];
        for (at, count) in factors.basic.iter().enumerate() {
            position[*count] = Some(at);
        }
        Self {
            counts,
            part,
            by_position: vec![0.0; sums.len()],
            by_count: vec![0.0; part.len()],
            rows: by_row(&columns, sums.len()),
            columns,
            basic: factors.basic.clone(),
            position,
            factors,
            entered: vec![],
            value,
            moved: vec![],
            least: Least::Nothing,
            work: 0,
        }
    }

    /// Back to the true counts and the first basis.
    fn restart(&mut self) {
        for place in self.moved.drain(..) {
            self.value[place] = f64::from(self.counts.cells[self.part[place]].count);
        }
        for (at, ..) in &self.entered {
            self.position[self.basic[*at]] = None;
        }
        for (at, ..) in self.entered.drain(..) {
            self.basic[at] = self.factors.basic[at];
            self.position[self.basic[at]] = Some(at);
        }
    }

    /// Pushes a count where its proof still asks it to be, one way and, where that does not do, the
    /// other: what is proven by that, and whether it is sure that this count has no proof.
    pub(crate) fn look(
        &mut self,
        cell: usize,
        mut proven: Proven,
        budget: &mut usize,
    ) -> (Vec<Alternative>, bool) {
        let (mut found, mut sure) = (Vec::new(), true);
        let threshold = self.counts.threshold;
        let count = self.counts.cells[cell].count;
        for (least, target, gives) in [
            (Least::One, count + 1, Proven::ANOTHER),
            (Least::One, count.saturating_sub(1), Proven::ANOTHER),
            (Least::Nothing, 0, Proven::DOUBT),
            (Least::Nothing, threshold.rises_to(count), Proven::DOUBT),
        ] {
            if proven.has(gives) || target == count || least.of(self.counts.cells[cell]) > target {
                continue;
            }
            // The harder half first: without it the other is of no use yet.
            if gives == Proven::DOUBT && !proven.has(Proven::ANOTHER) {
                break;
            }
            if *budget == 0 {
                return (found, false);
            }
            let (pushed, work) = self.push(cell, target, least);
            *budget = budget.saturating_sub(work);
            sure &= pushed == Push::Furthest;
            if let Some(other) = self.alternative() {
                proven = proven.and(other.proves(self.counts.cells, cell, threshold));
                found.push(other);
            }
        }
        (found, sure && !proven.whole())
    }

    /// Pushes a count from the truth to a target; on the way the other counts follow, none below its
    /// least. How far it went, and how many entries were touched for it.
    pub(crate) fn push(&mut self, cell: usize, target: u32, least: Least) -> (Push, usize) {
        self.restart();
        self.least = least;
        let before = self.work;
        let pushed = self.steps(cell, target);
        (pushed, self.work - before + 1_000)
    }

    fn steps(&mut self, cell: usize, target: u32) -> Push {
        let Ok(place) = self.part.binary_search(&cell) else {
            return Push::Stopped;
        };
        let up = target > self.counts.cells[cell].count;
        let target = f64::from(target);
        for step in 0..STEPS {
            let missing = if up {
                target - self.value[place]
            } else {
                self.value[place] - target
            };
            if missing <= EPSILON {
                return Push::Reached;
            }
            let Some((enter, rising)) = self.enter(place, up, step < STEPS / 2) else {
                return Push::Furthest;
            };
            if !self.step(enter, rising, (place, missing), step < STEPS / 2) {
                return Push::Stopped;
            }
        }
        Push::Stopped
    }

    /// The nonbasic count to change next, and which way: the one that helps most, or the first that
    /// helps, which cannot go round in circles (Bland 1977).
    fn enter(&mut self, place: usize, up: bool, steepest: bool) -> Option<(usize, bool)> {
        let Some(at) = self.position[place] else {
            return (up || self.room(place) > EPSILON).then_some((place, up));
        };
        let mut best: Option<(f64, usize, bool)> = None;
        for (place, factor) in self.row(at) {
            let rising = (factor < 0.0) == up;
            if self.position[place].is_some() || !rising && self.room(place) <= EPSILON {
                continue;
            }
            let better = match best {
                None => true,
                Some((most, first, _)) if steepest => {
                    factor.abs() > most + EPSILON || factor.abs() > most - EPSILON && place < first
                }
                Some((_, first, _)) => place < first,
            };
            if better {
                best = Some((factor.abs(), place, rising));
            }
        }
        best.map(|(_, place, rising)| (place, rising))
    }

    /// How the basic count at a position falls when each count rises, by count.
    fn row(&mut self, at: usize) -> Sparse {
        let side = &mut self.by_position;
        side[at] = 1.0;
        for (place, pivot, column) in self.entered.iter().rev() {
            let others: f64 = column.iter().map(|(at, by)| by * side[*at]).sum();
            side[*place] = (side[*place] - others) / pivot;
            self.work += column.len();
        }
        self.work += self.factors.solve_row(side) + side.len() / 8;
        let mut met = Vec::new();
        for (sum, by) in side.iter_mut().enumerate().filter(|(_, by)| **by != 0.0) {
            let by = std::mem::take(by);
            if by.abs() <= EPSILON {
                continue;
            }
            self.work += self.rows[sum].len();
            for (place, sign) in &self.rows[sum] {
                if self.by_count[*place] == 0.0 {
                    met.push(*place);
                }
                self.by_count[*place] += by * sign;
            }
        }
        let all = met
            .into_iter()
            .map(|at| (at, std::mem::take(&mut self.by_count[at])));
        all.filter(|(_, by)| by.abs() > EPSILON).collect()
    }

    /// How the basic counts fall when a nonbasic one rises, by position.
    fn column(&mut self, place: usize) -> Sparse {
        let side = &mut self.by_position;
        for (sum, by) in &self.columns[place] {
            side[*sum] = *by;
        }
        self.work += self.factors.solve_column(side) + side.len() / 8;
        for (at, pivot, column) in &self.entered {
            if side[*at] != 0.0 {
                let value = side[*at] / pivot;
                side[*at] = value;
                self.work += column.len();
                for (other, by) in column {
                    side[*other] -= by * value;
                }
            }
        }
        let all = side.iter_mut().enumerate().filter(|(_, by)| **by != 0.0);
        let all = all.map(|(at, by)| (at, std::mem::take(by)));
        all.filter(|(_, by)| by.abs() > EPSILON).collect()
    }

    /// The least that a count is taken to be.
    fn least(&self, place: usize) -> f64 {
        f64::from(self.least.of(self.counts.cells[self.part[place]]))
    }

    /// How far a count may fall from where the search is.
    fn room(&self, place: usize) -> f64 {
        self.value[place] - self.least(place)
    }

    /// Changes a nonbasic count as far as no basic one falls below its least, or until the pushed one is
    /// there. Of basic counts that all stop it, the one that falls fastest leaves, or the first, which cannot go round
    /// in circles. Whether anything could be done.
    fn step(
        &mut self,
        enter: usize,
        rising: bool,
        (place, missing): (usize, f64),
        steepest: bool,
    ) -> bool {
        let direction = if rising { 1.0 } else { -1.0 };
        let column = self.column(enter);
        let mut far = if rising {
            f64::INFINITY
        } else {
            self.room(enter)
        };
        let mut leave: Option<(usize, f64)> = None;
        for (at, factor) in column.iter().copied() {
            let rate = factor * direction;
            if rate <= EPSILON {
                continue;
            }
            let own = (self.room(self.basic[at]) / rate).max(0.0);
            let first = leave.is_some_and(|(other, most)| {
                if steepest {
                    rate > most
                } else {
                    self.basic[at] < self.basic[other]
                }
            });
            if own < far - EPSILON || own < far + EPSILON && (first || leave.is_none()) {
                far = own.min(far);
                leave = Some((at, rate));
            }
        }
        let pushed = self.position[place];
        let own = pushed.and_then(|at| column.iter().find(|(other, _)| *other == at));
        let rate = if pushed.is_some() {
            own.map_or(0.0, |(_, factor)| factor.abs())
        } else {
            1.0
        };
        if rate * far >= missing {
            far = missing / rate;
            leave = None;
        }
        if !far.is_finite() {
            return false;
        }
        for (at, factor) in &column {
            let basic = self.basic[*at];
            self.value[basic] =
                (self.value[basic] - factor * direction * far).max(self.least(basic));
            self.moved.push(basic);
        }
        self.moved.push(enter);
        self.value[enter] = (self.value[enter] + direction * far).max(self.least(enter));
        if let Some((at, _)) = leave {
            self.exchange(at, enter, column);
        }
        true
    }

    /// A basic count becomes nonbasic and a nonbasic one basic.
    fn exchange(&mut self, at: usize, enter: usize, mut column: Sparse) {
        let Some(own) = column.iter().position(|(place, _)| *place == at) else {
            return;
        };
        let (_, pivot) = column.swap_remove(own);
        self.position[self.basic[at]] = None;
        self.position[enter] = Some(at);
        self.basic[at] = enter;
        self.entered.push((at, pivot, column));
    }

    /// Where the search is, as whole numbers. None if it is not there with whole numbers only, or if
    /// rounding has led away from the sums.
    pub(crate) fn alternative(&self) -> Option<Alternative> {
        let mut moved = self.moved.clone();
        moved.sort_unstable();
        moved.dedup();
        let mut changes = Vec::new();
        for place in moved {
            let whole = self.value[place].round();
            if (self.value[place] - whole).abs() > EXACTLY {
                return None;
            }
            let cell = self.part[place];
            #[expect(
                clippy::cast_possible_truncation,
                reason = "counts of children, checked to be whole"
            )]
            let by = whole as i64 - i64::from(self.counts.cells[cell].count);
            if by != 0 {
                changes.push((cell, by));
            }
        }
        let other = Alternative::new(changes);
        other.agrees(self.counts.of_cell).then_some(other)
    }
}

/// The rows of a matrix that is given by its columns, without what is 0.
fn by_row(columns: &[Sparse], many: usize) -> Vec<Sparse> {
    let mut rows = vec![Sparse::new(); many];
    for (at, column) in columns.iter().enumerate() {
        for (row, by) in column.iter().filter(|(_, by)| *by != 0.0) {
            rows[*row].push((at, *by));
        }
    }
    rows
}
