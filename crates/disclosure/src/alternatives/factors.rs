//! The factors of a basis: as many counts as there are sums that say something new, chosen so that the sums can be
//! solved for them, and the triangular factors by which they are.
//!
//! Most counts of children stand in sums in which another stands in no other sum, so that most pivots cost
//! nothing: a column with a single entry left is a pivot as it is (Markowitz 1957, doi:10.1287/mnsc.3.3.255). What remains
//! is eliminated where the fewest entries are touched.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Entries that are not 0, in the order of their places.
pub(super) type Sparse = Vec<(usize, f64)>;

/// Nearer to 0, a number is taken for 0.
pub(super) const EPSILON: f64 = 1e-7;

/// A basis of the columns of a matrix, factored. Rows are numbered anew: the row of the pivot at each position has
/// its number, and those that say nothing new come after.
pub(super) struct Factors {
    /// The column at each position.
    pub(super) basic: Vec<usize>,
    /// The new number of each row.
    pub(super) number: Vec<usize>,
    /// Row operations in their order: from a row so many times another was taken.
    operations: Vec<(usize, usize, f64)>,
    pivots: Vec<f64>,
    /// Of the upper triangular factor, what is beside the pivots: by row and by column, as positions.
    rows: Vec<Sparse>,
    columns: Vec<Sparse>,
}

impl Factors {
    /// Factors a basis of the columns of a matrix that is given by its rows. Of columns that would do as well, the one with
    /// the most room is taken.
    pub(super) fn new(rows: Vec<Sparse>, room: &[f64]) -> Self {
        Elimination::new(rows, room).factors()
    }

    /// How many positions there are.
    pub(super) const fn len(&self) -> usize {
        self.pivots.len()
    }

    /// Solves for the basis: a right hand side by row becomes a solution by position. What follows from rows that say
    /// nothing new is 0 after. Gives how many entries were touched.
    pub(super) fn solve_column(&self, side: &mut [f64]) -> usize {
        let mut touched = 0;
        for (row, from, factor) in &self.operations {
            let by = side[*from];
            if by != 0.0 {
                side[*row] -= factor * by;
            }
        }
        side[self.len()..].fill(0.0);
        for at in (0..self.len()).rev() {
            if side[at] != 0.0 {
                let value = side[at] / self.pivots[at];
                side[at] = value;
                touched += self.columns[at].len() + 1;
                for (before, factor) in &self.columns[at] {
                    side[*before] -= factor * value;
                }
            }
        }
        touched
    }

    /// Solves for the transposed basis: a right hand side by position becomes a solution by row.
    pub(super) fn solve_row(&self, side: &mut [f64]) -> usize {
        let mut touched = 0;
        for at in 0..self.len() {
            if side[at] != 0.0 {
                let value = side[at] / self.pivots[at];
                side[at] = value;
                touched += self.rows[at].len() + 1;
                for (after, factor) in &self.rows[at] {
                    side[*after] -= factor * value;
                }
            }
        }
        for (row, from, factor) in self.operations.iter().rev() {
            let by = side[*row];
            if by != 0.0 {
                side[*from] -= factor * by;
            }
        }
        touched
    }
}

/// Gaussian elimination under way.
struct Elimination<'a> {
    rows: Vec<Sparse>,
    room: &'a [f64],
    /// Whether a row has had its pivot.
    done: Vec<bool>,
    /// The rows that have a column, or once had.
    rows_with: Vec<Vec<usize>>,
    /// In how many rows without a pivot each column is.
    many: Vec<usize>,
    /// Columns by how many those are, some of them out of date.
    next: BinaryHeap<Reverse<(usize, usize)>>,
    pivots: Vec<(usize, usize)>,
    operations: Vec<(usize, usize, f64)>,
}

impl<'a> Elimination<'a> {
    fn new(rows: Vec<Sparse>, room: &'a [f64]) -> Self {
        let mut rows_with = vec![vec![]; room.len()];
        for (at, row) in rows.iter().enumerate() {
            for (column, _) in row {
                rows_with[*column].push(at);
            }
        }
        let many: Vec<usize> = rows_with.iter().map(Vec::len).collect();
        let next = many.iter().enumerate().filter(|(_, many)| **many > 0);
        Self {
            next: next
                .map(|(column, many)| Reverse((*many, column)))
                .collect(),
            done: vec![false; rows.len()],
            pivots: Vec::with_capacity(rows.len()),
            operations: vec![],
            rows,
            room,
            rows_with,
            many,
        }
    }

    fn factors(mut self) -> Factors {
        while let Some(Reverse((many, column))) = self.next.pop() {
            if many == self.many[column] && many > 0 {
                self.pivot(column);
            }
        }
        self.finish()
    }

    /// Takes a pivot in a column: in the shortest of its rows.
    fn pivot(&mut self, column: usize) {
        let (rows, done) = (&self.rows, &self.done);
        let mut own = std::mem::take(&mut self.rows_with[column]);
        own.sort_unstable();
        own.dedup();
        own.retain(|row| !done[*row] && entry(&rows[*row], column).is_some());
        // A pivot that is too small would be lost in rounding.
        let large = |row: &usize| entry(&rows[*row], column).is_some_and(|by| by.abs() > 0.1);
        let shortest = own.iter().copied().filter(large);
        let Some(row) = shortest.min_by_key(|row| (rows[*row].len(), *row)) else {
            self.many[column] = 0;
            return;
        };
        let column = if own.len() == 1 {
            self.roomiest(row, column)
        } else {
            column
        };
        self.done[row] = true;
        self.pivots.push((row, column));
        if own.len() > 1 {
            let by = entry(&self.rows[row], column).unwrap_or(1.0);
            let source = std::mem::take(&mut self.rows[row]);
            for other in own.into_iter().filter(|other| *other != row) {
                let factor = entry(&self.rows[other], column).unwrap_or(0.0) / by;
                self.take(other, &source, factor, column);
                self.operations.push((other, row, factor));
            }
            self.rows[row] = source;
        }
        let source = std::mem::take(&mut self.rows[row]);
        for (at, _) in &source {
            self.many[*at] -= 1;
            if *at != column && self.many[*at] > 0 {
                self.next.push(Reverse((self.many[*at], *at)));
            }
        }
        self.many[column] = 0;
        self.rows[row] = source;
    }

    /// Of the columns that are in no other row, the one with the most room: it hinders others least.
    fn roomiest(&self, row: usize, column: usize) -> usize {
        let alone = self.rows[row]
            .iter()
            .filter(|(at, by)| self.many[*at] == 1 && by.abs() > 0.1);
        let most = alone.max_by(|a, b| {
            self.room[a.0]
                .total_cmp(&self.room[b.0])
                .then(b.0.cmp(&a.0))
        });
        most.map_or(column, |(at, _)| *at)
    }

    /// Takes so many times a row from another, of which the entry in a column goes.
    fn take(&mut self, at: usize, source: &Sparse, factor: f64, column: usize) {
        let row = std::mem::take(&mut self.rows[at]);
        let mut new = Sparse::with_capacity(row.len() + source.len());
        let mut left = row.into_iter().peekable();
        for (place, by) in source {
            while let Some(own) = left.next_if(|own| own.0 < *place) {
                new.push(own);
            }
            let own = left.next_if(|own| own.0 == *place);
            let value = own.map_or(0.0, |own| own.1) - factor * by;
            if *place != column && value.abs() > EPSILON {
                if own.is_none() {
                    self.rows_with[*place].push(at);
                    self.many[*place] += 1;
                }
                new.push((*place, value));
            } else if own.is_some() {
                self.many[*place] -= 1;
                self.next.push(Reverse((self.many[*place], *place)));
            }
        }
        new.extend(left);
        self.rows[at] = new;
    }

    /// The factors by position.
    fn finish(self) -> Factors {
        let mut number = vec![None; self.rows.len()];
        let mut position = vec![None; self.room.len()];
        for (at, (row, column)) in self.pivots.iter().enumerate() {
            number[*row] = Some(at);
            position[*column] = Some(at);
        }
        let mut rest = self.pivots.len()..;
        let number: Vec<usize> = number
            .into_iter()
            .map(|at| at.unwrap_or_else(|| rest.next().unwrap_or_default()))
            .collect();
        let mut columns = vec![Sparse::new(); self.pivots.len()];
        let mut pivots = Vec::with_capacity(self.pivots.len());
        let mut rows = Vec::with_capacity(self.pivots.len());
        for (at, (row, column)) in self.pivots.iter().enumerate() {
            let own = self.rows[*row].iter();
            let beside = own.filter_map(|(place, by)| Some((position[*place]?, *by)));
            let mut beside: Sparse = beside.filter(|(place, _)| *place != at).collect();
            beside.sort_unstable_by_key(|(place, _)| *place);
            for (place, by) in &beside {
                columns[*place].push((at, *by));
            }
            pivots.push(entry(&self.rows[*row], *column).unwrap_or(1.0));
            rows.push(beside);
        }
        let operations = self.operations.into_iter();
        Factors {
            basic: self.pivots.into_iter().map(|(_, column)| column).collect(),
            operations: operations
                .map(|(row, from, factor)| (number[row], number[from], factor))
                .collect(),
            number,
            pivots,
            rows,
            columns,
        }
    }
}

fn entry(row: &Sparse, column: usize) -> Option<f64> {
    let at = row
        .binary_search_by_key(&column, |(place, _)| *place)
        .ok()?;
    Some(row[at].1)
}
