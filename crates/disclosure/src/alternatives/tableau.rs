//! Other counts that an attacker cannot tell from the true ones, found by the simplex method: the true
//! counts are one solution of the sums, and from there one count is pushed as far as it goes.
//! Starting from the truth there is no first phase that could fail; whoever stops early has still
//! only been at counts that agree with every sum.

use super::{Alternative, Least, Proven};
use crate::system::Counts;

const EPSILON: f64 = 1e-7;

/// So near, counts are taken as the same.
const EXACTLY: f64 = 1e-6;

/// So many steps at most in one push, which may write so many factors; and so many factors are
/// written before the tableau is as at the start again, when it has few.
const STEPS: usize = 2_000;
const FACTORS: usize = 4_000_000;
const FEW: usize = 20_000;

/// A row of the tableau: nonbasic counts, in order, with their factors.
type Row = Vec<(usize, f64)>;

/// Some withheld counts, and the sums between them, solved for as many counts as can be. Few of the
/// factors are not 0, and only those are kept.
pub(crate) struct Tableau<'a> {
    counts: Counts<'a>,
    /// Positions of the counts, in order.
    part: &'a [usize],
    /// Each basic count is a constant less the nonbasic counts times these factors.
    rows: Vec<Row>,
    basic: Vec<usize>,
    /// The row of each count that is basic.
    row_of: Vec<Option<usize>>,
    /// The rows that have a nonbasic count, or once had.
    rows_with: Vec<Vec<usize>>,
    /// Where the search is: counts that agree with every sum.
    value: Vec<f64>,
    /// Counts that are not what they are in truth.
    moved: Vec<usize>,
    /// What counts are taken to be at the least.
    least: Least,
    /// Rows that changed since the start, as they were, and which were basic in them.
    before: Vec<Option<(Row, usize)>>,
    /// Which rows those are.
    changed: Vec<usize>,
    /// Factors written since then.
    written: usize,
    /// Rows noted in `rows_with` since it was last made anew.
    noted: usize,
    /// A row that is not used, for the next one to be written.
    spare: Row,
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

impl<'a> Tableau<'a> {
    /// The sums of some counts, of which all others stay as they are.
    pub(crate) fn new(counts: Counts<'a>, part: &'a [usize]) -> Self {
        let (cells, of_cell) = (counts.cells, counts.of_cell);
        let mut own: Vec<usize> = part.iter().flat_map(|at| of_cell.of(*at)).collect();
        own.sort_unstable();
        own.dedup();
        let mut tableau = Self {
            counts,
            part,
            rows: vec![],
            basic: vec![],
            row_of: vec![None; part.len()],
            rows_with: vec![vec![]; part.len()],
            value: part.iter().map(|at| f64::from(cells[*at].count)).collect(),
            moved: vec![],
            least: Least::Nothing,
            before: vec![],
            changed: vec![],
            written: 0,
            noted: 0,
            spare: vec![],
        };
        // A count in a single sum solves it and is in no one's way; then the short ones.
        let alone: Vec<bool> = part.iter().map(|at| of_cell.of(*at).count() == 1).collect();
        let mut order: Vec<(bool, usize, Row)> = Vec::with_capacity(own.len());
        for sum in own {
            let terms = tableau.terms(sum);
            let slack = terms.iter().any(|(place, _)| alone[*place]);
            order.push((!slack, terms.len(), terms));
        }
        order.sort_by_key(|(last, length, _)| (*last, *length));
        let mut row = vec![0.0; part.len()];
        for (_, _, terms) in order {
            tableau.solve(&terms, &alone, &mut row);
        }
        tableau.before = vec![None; tableau.rows.len()];
        tableau.written = 0;
        tableau
    }

    fn terms(&self, sum: usize) -> Vec<(usize, f64)> {
        let places = self.counts.sums.signed(sum).filter_map(|(cell, sign)| {
            let place = self.part.binary_search(&cell).ok()?;
            Some((place, f64::from(sign)))
        });
        places.collect()
    }

    /// Adds an equation, solved for one of its nonbasic counts: one that is in few others. One that says
    /// nothing new is left out. The row given is all 0, and is so again after.
    fn solve(&mut self, terms: &[(usize, f64)], alone: &[bool], row: &mut [f64]) {
        let mut touched = Vec::new();
        for (place, factor) in terms {
            match self.row_of[*place] {
                None => {
                    row[*place] += factor;
                    touched.push(*place);
                }
                Some(at) => {
                    for (other, own) in &self.rows[at] {
                        row[*other] -= factor * own;
                        touched.push(*other);
                    }
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let mut own: Row = Vec::with_capacity(touched.len());
        for place in touched {
            let factor = std::mem::take(&mut row[place]);
            if factor.abs() > EPSILON {
                own.push((place, factor));
            }
        }
        let best = (0..own.len()).min_by_key(|at| {
            let place = own[*at].0;
            (!alone[place], self.rows_with[place].len(), place)
        });
        let Some(best) = best else { return };
        let (enter, factor) = own.remove(best);
        for (_, value) in &mut own {
            *value /= factor;
        }
        self.replace(enter, &own, None);
        let at = self.rows.len();
        self.row_of[enter] = Some(at);
        for (place, _) in &own {
            self.rows_with[*place].push(at);
        }
        self.rows.push(own);
        self.basic.push(enter);
    }

    /// Puts what a basic count is into every row that has it, but one.
    fn replace(&mut self, enter: usize, own: &Row, but: Option<usize>) {
        let mut rows = std::mem::take(&mut self.rows_with[enter]);
        in_order(&mut rows);
        for at in rows.into_iter().filter(|at| Some(*at) != but) {
            let row = &self.rows[at];
            let Some(factor) = factor_of(row, enter) else {
                continue;
            };
            self.written += row.len() + own.len();
            self.noted += own.len();
            let mut new = std::mem::take(&mut self.spare);
            less(row, (enter, factor), own, &mut new, |new| {
                self.rows_with[new].push(at);
            });
            let known = std::mem::replace(&mut self.rows[at], new);
            self.spare = self.remember(at, known);
        }
    }

    /// Remembers what a row was at the start; gives the row back if that is known.
    fn remember(&mut self, row: usize, known: Row) -> Row {
        // While the sums are being solved there is no start to go back to.
        match self.before.get_mut(row) {
            Some(before @ None) => {
                *before = Some((known, self.basic[row]));
                self.changed.push(row);
                Row::new()
            }
            _ => known,
        }
    }

    /// Back to the true counts, and to the tableau of the start if this one has got full.
    fn restart(&mut self) {
        for place in self.moved.drain(..) {
            self.value[place] = f64::from(self.counts.cells[self.part[place]].count);
        }
        if self.written < FEW {
            return;
        }
        self.written = 0;
        let changed = std::mem::take(&mut self.changed);
        for row in &changed {
            self.row_of[self.basic[*row]] = None;
        }
        for row in changed {
            let Some((own, basic)) = self.before[row].take() else {
                continue;
            };
            for (place, _) in &own {
                self.rows_with[*place].push(row);
            }
            self.noted += own.len();
            self.rows[row] = own;
            self.basic[row] = basic;
            self.row_of[basic] = Some(row);
        }
        if self.noted > FACTORS {
            self.note();
        }
    }

    /// Makes the lists of rows anew: they hold rows that have a count no more, and some twice.
    fn note(&mut self) {
        self.noted = 0;
        self.rows_with = vec![vec![]; self.part.len()];
        for (at, row) in self.rows.iter().enumerate() {
            for (place, _) in row {
                self.rows_with[*place].push(at);
            }
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
    /// least. How far it went, and how many factors were written.
    pub(crate) fn push(&mut self, cell: usize, target: u32, least: Least) -> (Push, usize) {
        self.restart();
        self.least = least;
        let before = self.written;
        let pushed = self.steps(cell, target);
        (pushed, self.written - before + 1_000)
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
            self.step(enter, rising, (place, missing));
            if self.written > FACTORS {
                break;
            }
        }
        Push::Stopped
    }

    /// The nonbasic count to change next, and which way: the one that helps most, or the first that
    /// helps, which cannot go round in circles (Bland 1977).
    fn enter(&self, place: usize, up: bool, steepest: bool) -> Option<(usize, bool)> {
        let Some(row) = self.row_of[place] else {
            return (up || self.room(place) > EPSILON).then_some((place, up));
        };
        let mut best: Option<(f64, usize, bool)> = None;
        for (at, factor) in &self.rows[row] {
            let rising = (*factor < 0.0) == up;
            if factor.abs() <= EPSILON || !rising && self.room(*at) <= EPSILON {
                continue;
            }
            if best.is_none_or(|(most, ..)| factor.abs() > most + EPSILON) {
                best = Some((factor.abs(), *at, rising));
            }
            if !steepest {
                break;
            }
        }
        best.map(|(_, at, rising)| (at, rising))
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
    /// there.
    fn step(&mut self, enter: usize, rising: bool, (place, missing): (usize, f64)) {
        let direction = if rising { 1.0 } else { -1.0 };
        let rates = self.rates(enter, direction);
        let mut far = if rising {
            f64::INFINITY
        } else {
            self.room(enter)
        };
        let mut leave: Option<usize> = None;
        for (row, rate) in rates.iter().copied().filter(|(_, rate)| *rate > EPSILON) {
            let own = self.room(self.basic[row]) / rate;
            let first = leave.is_some_and(|other| self.basic[row] < self.basic[other]);
            if own < far - EPSILON || own < far + EPSILON && first {
                far = own.min(far);
                leave = Some(row);
            }
        }
        let pushed = self.row_of[place];
        let rate = pushed.and_then(|row| factor_of(&self.rows[row], enter));
        let rate = rate.map_or(1.0, f64::abs);
        if rate * far >= missing {
            far = missing / rate;
            leave = None;
        }
        for (row, rate) in &rates {
            let basic = self.basic[*row];
            self.value[basic] = (self.value[basic] - rate * far).max(self.least(basic));
            self.moved.push(basic);
        }
        self.moved.push(enter);
        self.value[enter] = (self.value[enter] + direction * far).max(self.least(enter));
        if let Some(row) = leave {
            self.exchange(row, enter);
        }
    }

    /// How each basic count falls when a nonbasic one changes.
    fn rates(&mut self, enter: usize, direction: f64) -> Vec<(usize, f64)> {
        let mut rows = std::mem::take(&mut self.rows_with[enter]);
        in_order(&mut rows);
        let mut rates = Vec::with_capacity(rows.len());
        rows.retain(|row| match factor_of(&self.rows[*row], enter) {
            Some(factor) => {
                rates.push((*row, factor * direction));
                true
            }
            None => false,
        });
        self.rows_with[enter] = rows;
        rates
    }

    /// A basic count becomes nonbasic and a nonbasic one basic.
    fn exchange(&mut self, row: usize, enter: usize) {
        let leave = self.basic[row];
        let Ok(at) = self.rows[row].binary_search_by_key(&enter, |(place, _)| *place) else {
            return;
        };
        let mut own = std::mem::take(&mut self.spare);
        own.clear();
        own.extend_from_slice(&self.rows[row]);
        let known = std::mem::take(&mut self.rows[row]);
        self.spare = self.remember(row, known);
        let (_, factor) = own.remove(at);
        for (_, value) in &mut own {
            *value /= factor;
        }
        let at = own.partition_point(|(place, _)| *place < leave);
        own.insert(at, (leave, 1.0 / factor));
        self.rows_with[leave] = vec![row];
        self.replace(enter, &own, Some(row));
        self.rows[row] = own;
        self.basic[row] = enter;
        self.row_of[leave] = None;
        self.row_of[enter] = Some(row);
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

/// Sorts numbers, each once; most often they are.
fn in_order(rows: &mut Vec<usize>) {
    if !rows.is_sorted_by(|a, b| a < b) {
        rows.sort_unstable();
        rows.dedup();
    }
}

fn factor_of(row: &Row, place: usize) -> Option<f64> {
    let at = row.binary_search_by_key(&place, |(own, _)| *own).ok()?;
    Some(row[at].1)
}

/// Puts what a basic count is into a row that has it with a factor; says which counts are new there.
fn less(
    row: &Row,
    (enter, factor): (usize, f64),
    other: &Row,
    out: &mut Row,
    mut new: impl FnMut(usize),
) {
    out.clear();
    out.reserve(row.len() + other.len());
    let mut left = row.as_slice();
    for (place, value) in other {
        while let Some((own, rest)) = left.split_first()
            && own.0 < *place
        {
            if own.0 != enter {
                out.push(*own);
            }
            left = rest;
        }
        if let Some((own, rest)) = left.split_first()
            && own.0 == *place
        {
            left = rest;
            let value = own.1 - factor * value;
            if value.abs() > EPSILON {
                out.push((*place, value));
            }
        } else {
            let value = -factor * value;
            if value.abs() > EPSILON {
                new(*place);
                out.push((*place, value));
            }
        }
    }
    out.extend(left.iter().filter(|(place, _)| *place != enter));
}
