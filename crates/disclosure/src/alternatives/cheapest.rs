//! The alternative table that asks for the fewest counts to be withheld, found by the dual simplex method.
//!
//! Each count that moves has a price for every child by which it moves: next to nothing where it is withheld
//! already, much where it would have to be withheld for it. A small count is put where its proof asks it to be, and
//! that puts its sums wrong. The dual simplex method sets one wrong sum right after another by the count that is
//! cheapest for it, given all that was moved before. It starts where no count has moved, which no price makes
//! better, and so needs no first phase; and of thousands of sums it looks at those only that are ever put wrong.

use super::{Alternative, Least};
use crate::system::Counts;
use crate::system::blocks::NONE;
use crate::system::spread::Spread;

const EPSILON: f64 = 1e-9;

/// So near, numbers are taken as the same.
const EXACTLY: f64 = 1e-6;

/// Sums that may be put wrong at most, among all counts and among those of few blocks, where a search is worth more and
/// shorter; and steps for each.
const SUMS: usize = 500;
const SUMS_AMONG: usize = 1_500;
const STEPS: usize = 3;

/// Where a count is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not come to yet.
    Unmet,
    /// Where it is in truth.
    Still,
    /// At its least.
    Least,
    /// In the basis: at which place, and whether it is above the truth or below.
    Moving(usize, bool),
    /// It cannot be moved, or not from where it was put.
    Held,
}

/// What a count costs to move, and where it is.
#[derive(Debug, Clone, Copy)]
struct Moved {
    state: State,
    /// The price of a child.
    price: f64,
    /// How far it may fall.
    room: f64,
    /// Its dual value: what its sums pay for a child more of it.
    paid: f64,
    /// How far it moved.
    by: f64,
    /// Its entry in the row that is looked at.
    share: f64,
}

const UNMET: Moved = Moved {
    state: State::Unmet,
    price: 0.0,
    room: 0.0,
    paid: 0.0,
    by: 0.0,
    share: 0.0,
};

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cheapest {
    Found(Alternative),
    /// There is none, not even in fractions.
    Impossible,
    /// None was found in so many steps, or in whole numbers.
    Stopped,
}

/// What leaves the basis.
#[derive(Debug, Clone, Copy)]
enum Leaving {
    /// That a sum is wrong.
    Sum(usize),
    /// The count at a place, which is beyond where it may be; and where it goes.
    Count(usize, f64),
}

/// What a count may be moved for; none where it cannot be.
pub(crate) type Price<'p> = &'p dyn Fn(usize) -> Option<f64>;

/// A search for alternatives. What it holds of counts and sums is as new after each use.
pub(crate) struct Search<'a> {
    counts: Counts<'a>,
    /// Sums over several blocks where counts of some blocks may move, and which blocks those are; all may without.
    spread: Option<&'a Spread>,
    among: Vec<u32>,
    /// Sums that may be put wrong at most.
    most: usize,
    moved: Vec<Moved>,
    /// Counts that the search has come to.
    met: Vec<usize>,
    /// What is missing in each sum.
    missing: Vec<f64>,
    /// The place of each sum that was set right, in the columns of the inverse.
    place_of: Vec<Option<usize>>,
    /// Sums that are wrong, and all that ever were.
    wrong: Vec<usize>,
    touched: Vec<usize>,
    /// Counts of the basis, and sums that they set right.
    basis: Vec<usize>,
    sums: Vec<usize>,
    /// The inverse of the factors of those counts in those sums; a row for each count.
    inverse: Vec<Row>,
    /// The rows that have a column, or once had.
    rows_with: Vec<Vec<usize>>,
    /// Room for a row or a column with all its places, and those that are not 0.
    room: Vec<f64>,
    filled: Vec<usize>,
}

/// The factors of a row or column that are not 0, in order of their places.
type Row = Vec<(usize, f64)>;

impl<'a> Search<'a> {
    pub(crate) fn new(counts: Counts<'a>) -> Self {
        let (cells, sums) = (counts.cells.len(), counts.sums.len());
        Self {
            counts,
            spread: None,
            among: vec![],
            most: SUMS,
            moved: vec![UNMET; cells],
            met: vec![],
            missing: vec![0.0; sums],
            place_of: vec![None; sums],
            wrong: vec![],
            touched: vec![],
            basis: vec![],
            sums: vec![],
            inverse: vec![],
            rows_with: vec![],
            room: vec![],
            filled: vec![],
        }
    }

    /// The same where some sums are over several blocks: which may move is to be said before each use.
    pub(crate) fn over(counts: Counts<'a>, spread: &'a Spread) -> Self {
        Self {
            spread: Some(spread),
            most: SUMS_AMONG,
            ..Self::new(counts)
        }
    }

    /// Only counts of these blocks move from here on, and of none.
    pub(crate) fn among(&mut self, blocks: impl IntoIterator<Item = u32>) {
        self.among.clear();
        let some = blocks.into_iter().filter(|block| *block != NONE);
        self.among.extend(some);
        self.among.push(NONE);
    }

    /// The cheapest alternative in which some counts have moved so far, each no further. Prices are above 0.
    pub(crate) fn find(
        &mut self,
        moved: impl IntoIterator<Item = (usize, i64)>,
        least: Least,
        price: Price,
    ) -> Cheapest {
        for (cell, by) in moved {
            #[expect(clippy::cast_precision_loss, reason = "a few children")]
            let far = by as f64;
            self.meet(cell, least, price);
            self.moved[cell].state = State::Held;
            self.shift(cell, far);
        }
        let mut found = Cheapest::Stopped;
        for _ in 0..STEPS * self.most {
            let Some(leaving) = self.leaving() else {
                found = self.alternative();
                break;
            };
            if self.basis.len() >= self.most {
                break;
            }
            if !self.step(leaving, least, price) {
                found = Cheapest::Impossible;
                break;
            }
        }
        self.clear();
        found
    }

    fn meet(&mut self, cell: usize, least: Least, price: Price) {
        if self.moved[cell].state != State::Unmet {
            return;
        }
        let own = self.counts.cells[cell];
        let price = price(cell);
        self.moved[cell] = Moved {
            state: price.map_or(State::Held, |_| State::Still),
            price: price.unwrap_or(0.0),
            room: f64::from(own.count.saturating_sub(least.of(own))),
            ..UNMET
        };
        self.met.push(cell);
    }

    fn clear(&mut self) {
        for cell in self.met.drain(..) {
            self.moved[cell] = UNMET;
        }
        for sum in self.touched.drain(..) {
            self.missing[sum] = 0.0;
            self.place_of[sum] = None;
        }
        self.wrong.clear();
        self.sums.clear();
        self.basis.clear();
        self.inverse.clear();
        self.rows_with.clear();
    }

    /// Moves a count, which puts wrong those of its sums that none was found for yet.
    fn shift(&mut self, cell: usize, by: f64) {
        self.moved[cell].by += by;
        for (sum, sign) in self.counts.of_cell.signed(cell) {
            if self.place_of[sum].is_some() {
                continue;
            }
            let missing = &mut self.missing[sum];
            if *missing == 0.0 {
                self.wrong.push(sum);
                self.touched.push(sum);
            }
            *missing -= f64::from(sign) * by;
        }
    }

    /// A wrong sum, the shortest first; else the count that is furthest beyond where it may be.
    fn leaving(&mut self) -> Option<Leaving> {
        let (missing, place_of) = (&mut self.missing, &self.place_of);
        self.wrong.retain(|sum| {
            let wrong = place_of[*sum].is_none() && missing[*sum].abs() > EXACTLY;
            if !wrong {
                missing[*sum] = 0.0;
            }
            wrong
        });
        let length = |sum: &usize| (self.counts.sums.members(*sum).len(), *sum);
        if let Some(sum) = self.wrong.iter().copied().min_by_key(length) {
            return Some(Leaving::Sum(sum));
        }
        let mut worst: Option<(f64, Leaving)> = None;
        for (place, cell) in self.basis.iter().enumerate() {
            let own = self.moved[*cell];
            let (beyond, to) = match own.state {
                State::Moving(_, true) => (-own.by, 0.0),
                State::Moving(..) if own.by > 0.0 => (own.by, 0.0),
                _ => (-own.room - own.by, -own.room),
            };
            if beyond > EXACTLY && worst.is_none_or(|(most, _)| beyond > most + EPSILON) {
                worst = Some((beyond, Leaving::Count(place, to)));
            }
        }
        worst.map(|(_, leaving)| leaving)
    }

    /// The row of the inverse of the whole basis that belongs to what leaves, by sum set right.
    fn row(&mut self, leaving: Leaving) -> Row {
        match leaving {
            Leaving::Count(place, _) => self.inverse[place].clone(),
            Leaving::Sum(sum) => {
                let (inverse, moved) = (&self.inverse, &self.moved);
                let (filled, room) = (&mut self.filled, &mut self.room);
                each(self.counts, self.spread, &self.among, sum, |cell, sign| {
                    if let State::Moving(place, _) = moved[cell].state {
                        for (at, factor) in &inverse[place] {
                            filled.push(*at);
                            room[*at] -= f64::from(sign) * factor;
                        }
                    }
                });
                self.collect()
            }
        }
    }

    /// How the counts of the basis fall when one rises.
    fn column(&mut self, enter: usize) -> Row {
        let counts = self.counts;
        for (sum, sign) in counts.of_cell.signed(enter) {
            let Some(at) = self.place_of[sum] else {
                continue;
            };
            let rows = &mut self.rows_with[at];
            rows.sort_unstable();
            rows.dedup();
            let (inverse, room, filled) = (&self.inverse, &mut self.room, &mut self.filled);
            rows.retain(|row| {
                let place = inverse[*row].binary_search_by_key(&at, |(own, _)| *own);
                if let Ok(place) = place {
                    filled.push(*row);
                    room[*row] += f64::from(sign) * inverse[*row][place].1;
                }
                place.is_ok()
            });
        }
        self.collect()
    }

    /// What was noted place by place, which is all 0 after.
    fn collect(&mut self) -> Row {
        self.filled.sort_unstable();
        self.filled.dedup();
        let room = &mut self.room;
        let all = self
            .filled
            .drain(..)
            .map(|at| (at, std::mem::take(&mut room[at])));
        all.filter(|(_, factor)| factor.abs() > EPSILON).collect()
    }

    /// What leaves does, and what costs the least by the child enters; whether there is any.
    fn step(&mut self, leaving: Leaving, least: Least, price: Price) -> bool {
        let row = self.row(leaving);
        let cells = self.shares(leaving, &row, least, price);
        let (missing, left) = match leaving {
            Leaving::Sum(sum) => (-self.missing[sum], None),
            Leaving::Count(place, to) => {
                let cell = self.basis[place];
                (to - self.moved[cell].by, Some(cell))
            }
        };
        let up = -missing.signum();
        let best = self.cheapest(&cells, up);
        // A count on its way back may go on beyond the truth before any other costs less.
        let turn = left.and_then(|cell| self.turn(leaving, cell));
        let turns = turn.filter(|turn| best.is_none_or(|(far, ..)| far >= *turn));
        let far = turns.or(best.map(|(far, ..)| far));
        if let Some(far) = far {
            for cell in &cells {
                let own = &mut self.moved[*cell];
                own.paid += up * far * own.share;
            }
        }
        if let (Some(_), Leaving::Count(place, _), Some(cell)) = (turns, leaving, left) {
            let above = self.moved[cell].state == State::Moving(place, false);
            self.enters(cell, place, above);
        } else if let Some((_, enter, above)) = best {
            self.exchange(leaving, &row, (enter, above), missing);
        }
        for cell in cells {
            self.moved[cell].share = 0.0;
        }
        far.is_some()
    }

    /// Notes how much each count is in the row; gives the counts that are in it.
    fn shares(&mut self, leaving: Leaving, row: &Row, least: Least, price: Price) -> Vec<usize> {
        let own = match leaving {
            Leaving::Sum(sum) => Some((sum, 1.0)),
            Leaving::Count(..) => None,
        };
        let solved = row.iter().map(|(at, factor)| (self.sums[*at], *factor));
        let all: Vec<(usize, f64)> = solved.chain(own).collect();
        let mut cells = Vec::new();
        let among = std::mem::take(&mut self.among);
        for (sum, factor) in all {
            each(self.counts, self.spread, &among, sum, |cell, sign| {
                self.meet(cell, least, price);
                let own = &mut self.moved[cell];
                if own.state != State::Held {
                    own.share += factor * f64::from(sign);
                    cells.push(cell);
                }
            });
        }
        self.among = among;
        cells.sort_unstable();
        cells.dedup();
        let moved = &mut self.moved;
        cells.retain(|cell| {
            let own = &mut moved[*cell];
            if own.share.abs() <= EPSILON {
                own.share = 0.0;
            }
            own.share != 0.0
        });
        cells
    }

    /// The count that is worth moving first when what leaves is paid more or less; how far that is, and whether it
    /// is above the truth then.
    fn cheapest(&self, cells: &[usize], up: f64) -> Option<(f64, usize, bool)> {
        let mut best: Option<(f64, f64, usize, bool)> = None;
        for cell in cells.iter().copied() {
            let own = self.moved[cell];
            let change = up * own.share;
            let (far, above) = match own.state {
                State::Still if change > 0.0 => (own.price - own.paid, true),
                State::Still if own.room > 0.0 => (own.price + own.paid, false),
                State::Least if change > 0.0 => (-own.price - own.paid, false),
                _ => continue,
            };
            let (far, size) = (far.max(0.0) / change.abs(), change.abs());
            let better = best.is_none_or(|(least, most, ..)| {
                far < least - EPSILON || far < least + EPSILON && size > most + EPSILON
            });
            if better {
                best = Some((far, size, cell, above));
            }
        }
        best.map(|(far, _, cell, above)| (far, cell, above))
    }

    /// How much less a count that goes back to the truth may be paid before it is worth going on beyond.
    fn turn(&self, leaving: Leaving, cell: usize) -> Option<f64> {
        let own = self.moved[cell];
        let back = matches!(leaving, Leaving::Count(_, to) if to == 0.0);
        let may = own.room > 0.0 || own.by > 0.0;
        (back && may).then_some(2.0 * own.price)
    }

    /// One count enters the basis for a sum that was wrong, or for another count, which misses so much.
    fn exchange(
        &mut self,
        leaving: Leaving,
        row: &Row,
        (enter, above): (usize, bool),
        missing: f64,
    ) {
        let share = self.moved[enter].share;
        let column = self.column(enter);
        // All move with it, so far that what leaves is where it goes.
        let far = -missing / share;
        self.shift(enter, far);
        for (place, factor) in &column {
            self.shift(self.basis[*place], -factor * far);
        }
        let mut own: Row = row
            .iter()
            .map(|(at, factor)| (*at, factor / share))
            .collect();
        let place = match leaving {
            Leaving::Sum(_) => self.basis.len(),
            Leaving::Count(place, _) => place,
        };
        if let Leaving::Sum(sum) = leaving {
            own.push((place, 1.0 / share));
            self.missing[sum] = 0.0;
            self.place_of[sum] = Some(place);
            self.sums.push(sum);
            self.rows_with.push(vec![]);
            self.inverse.push(vec![]);
            self.room.resize(self.room.len().max(place + 1), 0.0);
            self.basis.push(enter);
        }
        for (at, factor) in column {
            if at != place {
                self.less(at, factor, &own);
            }
        }
        for (at, _) in &own {
            self.rows_with[*at].push(place);
        }
        self.inverse[place] = own;
        if let Leaving::Count(_, to) = leaving {
            let left = &mut self.moved[self.basis[place]];
            left.by = to;
            left.state = if to < 0.0 { State::Least } else { State::Still };
            self.basis[place] = enter;
        }
        self.enters(enter, place, above);
    }

    /// Takes so many times a row from another.
    fn less(&mut self, at: usize, factor: f64, own: &Row) {
        let mut out = Row::with_capacity(self.inverse[at].len() + own.len());
        let mut left = self.inverse[at].iter().copied().peekable();
        for (place, value) in own {
            while let Some(known) = left.next_if(|known| known.0 < *place) {
                out.push(known);
            }
            let known = left.next_if(|known| known.0 == *place);
            let value = known.map_or(0.0, |known| known.1) - factor * value;
            if value.abs() > EPSILON {
                if known.is_none() {
                    self.rows_with[*place].push(at);
                }
                out.push((*place, value));
            }
        }
        out.extend(left);
        self.inverse[at] = out;
    }

    fn enters(&mut self, cell: usize, place: usize, above: bool) {
        let own = &mut self.moved[cell];
        own.state = State::Moving(place, above);
        own.paid = if above { own.price } else { -own.price };
    }

    /// Where the search is, if that is in whole numbers and rounding has not led away from the sums.
    fn alternative(&self) -> Cheapest {
        let mut changes = Vec::new();
        for cell in self.met.iter().copied() {
            let by = self.moved[cell].by;
            if (by - by.round()).abs() > EXACTLY {
                return Cheapest::Stopped;
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole")]
            let by = by.round() as i64;
            if by != 0 {
                changes.push((cell, by));
            }
        }
        let other = Alternative::new(changes);
        if other.agrees(self.counts.of_cell) {
            Cheapest::Found(other)
        } else {
            Cheapest::Stopped
        }
    }
}

/// Goes through the counts of a sum, of those over several blocks only through some.
fn each(
    counts: Counts,
    spread: Option<&Spread>,
    among: &[u32],
    sum: usize,
    mut see: impl FnMut(usize, i8),
) {
    match spread.map(|spread| spread.of(sum)) {
        Some(own) if !own.is_empty() => {
            for block in among {
                own.of(*block).for_each(|(cell, sign)| see(cell, sign));
            }
        }
        _ => counts
            .sums
            .signed(sum)
            .for_each(|(cell, sign)| see(cell, sign)),
    }
}

#[cfg(test)]
mod tests;
