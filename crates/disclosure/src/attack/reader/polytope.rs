//! The tables that agree with what is printed, as a polytope: the primal simplex method for numbers with
//! a lower and an upper bound each (Dantzig 1955, doi:10.2307/1905523), on rows that hold only what is
//! not 0. The sums of tables have few members and factors of one, so the rows stay short.

/// What is taken for nothing: a factor, a reduced cost, by how much a bound is passed.
const NOTHING: f64 = 1e-7;
const PASSED: f64 = 1e-6;

/// How a search for a corner ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// At a corner that is the best, or that is one at all where that was asked.
    There,
    /// There is no table that agrees.
    Nowhere,
    /// The work that was allowed is done.
    GaveUp,
}

/// Equations with each of them solved for one of its numbers, the basic one; all others lie at a bound.
#[derive(Clone)]
pub(super) struct Polytope {
    low: Vec<f64>,
    high: Vec<f64>,
    /// What each number is at this corner.
    at: Vec<f64>,
    /// For each number the row that it is basic in.
    row_of: Vec<Option<usize>>,
    /// Basic number + Σ factor × other = known; the others in order.
    rows: Vec<Vec<(usize, f64)>>,
    basic: Vec<usize>,
    known: Vec<f64>,
    /// Rows that a number may be in, as far as it is not basic; some that it is not in any more.
    columns: Vec<Vec<usize>>,
    /// Factors that may be touched yet.
    pub(super) work: u64,
}

impl Polytope {
    /// Solves equations for a number each; one that the others say already is left out. None where they
    /// contradict one another.
    pub(super) fn new(
        bounds: &[(f64, f64)],
        equations: &[(Vec<(usize, f64)>, f64)],
        work: u64,
    ) -> Option<Self> {
        let numbers = bounds.len();
        let mut own = Self {
            low: bounds.iter().map(|(low, _)| *low).collect(),
            high: bounds.iter().map(|(_, high)| *high).collect(),
            at: bounds.iter().map(|(low, _)| *low).collect(),
            row_of: vec![None; numbers],
            rows: vec![],
            basic: vec![],
            known: vec![],
            columns: vec![vec![]; numbers],
            work,
        };
        let mut times = vec![0_usize; numbers];
        for (terms, _) in equations {
            for (at, _) in terms {
                times[*at] += 1;
            }
        }
        for (terms, total) in equations {
            own.solve_for_one(terms, *total, &times)?;
        }
        own.refresh();
        Some(own)
    }

    /// Adds an equation, solved for the number that is in the fewest others.
    fn solve_for_one(&mut self, terms: &[(usize, f64)], total: f64, times: &[usize]) -> Option<()> {
        let mut row: Vec<(usize, f64)> = terms.to_vec();
        row.sort_unstable_by_key(|(at, _)| *at);
        let mut known = total;
        for (at, factor) in terms {
            if let Some(other) = self.row_of[*at] {
                known -= factor * self.known[other];
                row = less(&row, *factor, &self.rows[other]);
                row.retain(|(own, _)| own != at);
            }
        }
        self.spend(row.len());
        let greatest = row
            .iter()
            .map(|(_, factor)| factor.abs())
            .fold(0.0, f64::max);
        if greatest < NOTHING {
            return (known.abs() < PASSED).then_some(());
        }
        let (enter, factor) = row
            .iter()
            .filter(|(_, factor)| factor.abs() > 0.1 * greatest)
            .min_by_key(|(at, _)| (times[*at], self.columns[*at].len(), *at))
            .copied()?;
        row.retain(|(at, _)| *at != enter);
        for (_, own) in &mut row {
            *own /= factor;
        }
        known /= factor;
        let place = self.rows.len();
        for other in self.rows_with(enter) {
            self.replace(other, enter, &row, known);
        }
        for (at, _) in &row {
            self.columns[*at].push(place);
        }
        self.columns[enter].clear();
        self.row_of[enter] = Some(place);
        self.basic.push(enter);
        self.rows.push(row);
        self.known.push(known);
        Some(())
    }

    const fn spend(&mut self, work: usize) {
        self.work = self.work.saturating_sub(work as u64 + 1);
    }

    /// The rows that a number is in.
    fn rows_with(&mut self, at: usize) -> Vec<usize> {
        let mut rows = std::mem::take(&mut self.columns[at]);
        rows.sort_unstable();
        rows.dedup();
        rows.retain(|row| self.factor(*row, at).is_some());
        self.columns[at].clone_from(&rows);
        self.spend(rows.len());
        rows
    }

    fn factor(&self, row: usize, at: usize) -> Option<f64> {
        let own = &self.rows[row];
        let place = own.binary_search_by_key(&at, |(other, _)| *other).ok()?;
        Some(own[place].1)
    }

    /// Puts what a number is by another row in its place.
    fn replace(&mut self, row: usize, of: usize, by: &[(usize, f64)], known: f64) {
        let Some(factor) = self.factor(row, of) else {
            return;
        };
        let mut own = less(&self.rows[row], factor, by);
        own.retain(|(at, _)| *at != of);
        self.spend(own.len());
        for (at, _) in by {
            self.columns[*at].push(row);
        }
        self.rows[row] = own;
        self.known[row] -= factor * known;
    }

    /// What basic numbers are, from all others.
    fn refresh(&mut self) {
        for row in 0..self.rows.len() {
            let others = self.rows[row].iter();
            let others: f64 = others.map(|(at, factor)| factor * self.at[*at]).sum();
            self.at[self.basic[row]] = self.known[row] - others;
        }
    }

    /// Every number at this corner.
    pub(super) fn values(&self) -> &[f64] {
        &self.at
    }

    /// Narrows the bounds of a number; the corner is none any more until [`Self::enter`] finds one.
    pub(super) fn narrow(&mut self, at: usize, (low, high): (f64, f64)) {
        self.low[at] = self.low[at].max(low);
        self.high[at] = self.high[at].min(high);
        if self.row_of[at].is_none() {
            let to = self.at[at].clamp(self.low[at], self.high[at].max(self.low[at]));
            self.shift(at, to - self.at[at]);
        }
    }

    /// Moves a number that is not basic, and what hangs on it.
    fn shift(&mut self, at: usize, by: f64) {
        if by.abs() > 0.0 {
            for row in self.rows_with(at) {
                let factor = self.factor(row, at).unwrap_or(0.0);
                self.at[self.basic[row]] -= factor * by;
            }
            self.at[at] += by;
        }
    }

    /// By how much a basic number is beyond its bounds, with a sign.
    fn beyond(&self, at: usize) -> f64 {
        if self.at[at] < self.low[at] - PASSED {
            self.at[at] - self.low[at]
        } else if self.at[at] > self.high[at] + PASSED {
            self.at[at] - self.high[at]
        } else {
            0.0
        }
    }

    /// Looks for a corner within all bounds: brings in one number after the other that is beyond a bound.
    /// What is within stays so, and what else is out may go further out until it is its turn.
    pub(super) fn enter(&mut self) -> Ended {
        if (0..self.low.len()).any(|at| self.low[at] > self.high[at]) {
            return Ended::Nowhere;
        }
        let mut clean = 0;
        while clean < 2 {
            self.refresh();
            clean += 1;
            let numbers = self.low.len();
            self.spend(numbers);
            for at in 0..numbers {
                let mut steps = 0_usize;
                while let (Some(row), beyond) = (self.row_of[at], self.beyond(at))
                    && beyond.abs() > 0.0
                {
                    clean = 0;
                    // A basic number falls by its factor with each step of another.
                    let sign = -beyond.signum();
                    let others = self.rows[row].iter();
                    let costs: Vec<(usize, f64)> = others
                        .map(|(other, factor)| (*other, sign * factor))
                        .collect();
                    self.spend(costs.len());
                    let patient = steps < 4 * (costs.len() + 50);
                    let Some((enter, cost)) = self.steepest(costs.into_iter(), patient) else {
                        return Ended::Nowhere;
                    };
                    if !self.step(enter, cost < 0.0, None) || self.work == 0 {
                        return Ended::GaveUp;
                    }
                    steps += 1;
                }
            }
        }
        Ended::There
    }

    /// From a corner within all bounds to one where a sum of numbers, each with its weight, is least.
    pub(super) fn least(&mut self, weights: &[(usize, f64)]) -> Ended {
        let mut cost = vec![0.0; self.low.len()];
        for (at, weight) in weights {
            match self.row_of[*at] {
                Some(row) => {
                    for (other, factor) in &self.rows[row] {
                        cost[*other] -= weight * factor;
                    }
                }
                None => cost[*at] += weight,
            }
        }
        let mut steps = 0;
        loop {
            self.spend(cost.len() / 4);
            let patient = steps < 4 * (self.rows.len() + 50);
            let costs = cost.iter().copied().enumerate();
            let Some((enter, own)) = self.steepest(costs, patient) else {
                return Ended::There;
            };
            if !self.step(enter, own < 0.0, Some(&mut cost)) || self.work == 0 {
                return Ended::GaveUp;
            }
            steps += 1;
            if steps.is_multiple_of(64) {
                self.refresh();
            }
        }
    }

    /// The number that takes the cost down fastest, with its cost; after many steps the first that does so
    /// at all, which cannot go round in circles (Bland 1977, doi:10.1287/moor.2.2.103).
    fn steepest(
        &self,
        costs: impl Iterator<Item = (usize, f64)>,
        patient: bool,
    ) -> Option<(usize, f64)> {
        let falls = |(at, cost): &(usize, f64)| {
            let (at, cost) = (*at, *cost);
            let room = self.high[at] - self.low[at] > NOTHING;
            let up = cost < -NOTHING && self.at[at] < self.high[at] - NOTHING;
            let down = cost > NOTHING && self.at[at] > self.low[at] + NOTHING;
            self.row_of[at].is_none() && room && (up || down)
        };
        let mut those = costs.filter(falls);
        if !patient {
            return those.next();
        }
        those.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0)))
    }

    /// Moves a number up or down until it or a basic number meets a bound; that one leaves its row to the
    /// number that moved. One that is beyond a bound meets that as it comes in. Whether it was possible.
    fn step(&mut self, enter: usize, up: bool, cost: Option<&mut Vec<f64>>) -> bool {
        let sign = if up { 1.0 } else { -1.0 };
        let mut room = if up {
            self.high[enter] - self.at[enter]
        } else {
            self.at[enter] - self.low[enter]
        };
        let mut leave: Option<(usize, f64, f64)> = None;
        for row in self.rows_with(enter) {
            let factor = self.factor(row, enter).unwrap_or(0.0);
            let falls = factor * sign;
            if falls.abs() < NOTHING {
                continue;
            }
            let own = self.basic[row];
            let beyond = self.beyond(own);
            let to = match (falls > 0.0, beyond) {
                // It goes further out: no bound stops it.
                (true, out) if out < 0.0 => continue,
                (false, out) if out > 0.0 => continue,
                // It comes in.
                (true, out) if out > 0.0 => self.high[own],
                (false, out) if out < 0.0 => self.low[own],
                (true, _) => self.low[own],
                (false, _) => self.high[own],
            };
            let far = ((self.at[own] - to) / falls).max(0.0);
            let better = leave.is_none_or(|(_, _, before)| falls.abs() > before);
            if far < room - 1e-9 || (far <= room + 1e-9 && better) {
                room = far.min(room);
                leave = Some((row, to, falls.abs()));
            }
        }
        if !room.is_finite() {
            return false;
        }
        self.shift(enter, sign * room);
        if let Some((row, to, _)) = leave {
            self.pivot(row, enter, to, cost);
        }
        true
    }

    /// A basic number leaves its row, at a bound, for another.
    fn pivot(&mut self, row: usize, enter: usize, to: f64, cost: Option<&mut Vec<f64>>) {
        let Some(factor) = self.factor(row, enter) else {
            return;
        };
        let leave = self.basic[row];
        let mut own = std::mem::take(&mut self.rows[row]);
        own.retain(|(at, _)| *at != enter);
        for (_, other) in &mut own {
            *other /= factor;
        }
        let place = own.partition_point(|(at, _)| *at < leave);
        own.insert(place, (leave, 1.0 / factor));
        self.known[row] /= factor;
        let known = self.known[row];
        for other in self.rows_with(enter) {
            self.replace(other, enter, &own, known);
        }
        if let Some(cost) = cost {
            let steep = cost[enter];
            for (at, factor) in &own {
                cost[*at] -= steep * factor;
            }
            cost[enter] = 0.0;
        }
        self.columns[leave].push(row);
        self.columns[enter].clear();
        self.rows[row] = own;
        self.basic[row] = enter;
        self.row_of[leave] = None;
        self.row_of[enter] = Some(row);
        // What rounding leaves is not carried on.
        let rest = to - self.at[leave];
        if rest.abs() < PASSED {
            self.at[leave] = to;
        }
    }
}

/// One row less so many times another; both in order.
fn less(one: &[(usize, f64)], times: f64, other: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some((a, own)), Some((b, _))) if a < b => {
                let next = (*a, *own);
                one.next();
                next
            }
            (Some((a, own)), Some((b, by))) if a == b => {
                let next = (*a, own - times * by);
                one.next();
                other.next();
                next
            }
            (_, Some((b, by))) => {
                let next = (*b, -times * by);
                other.next();
                next
            }
            (Some((a, own)), None) => {
                let next = (*a, *own);
                one.next();
                next
            }
            (None, None) => return all,
        };
        if next.1.abs() > 1e-11 {
            all.push(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(polytope: &mut Polytope, at: usize, sign: f64) -> f64 {
        assert_eq!(polytope.enter(), Ended::There);
        assert_eq!(polytope.least(&[(at, sign)]), Ended::There);
        polytope.values()[at]
    }

    #[test]
    fn a_square_of_unknowns_is_bounded_by_its_margins() {
        // Rows 10 and 4, columns 6 and 8: the first is from 2 to 6.
        let sum = |a, b, total| (vec![(a, 1.0), (b, 1.0)], total);
        let equations = [
            sum(0, 1, 10.0),
            sum(2, 3, 4.0),
            sum(0, 2, 6.0),
            sum(1, 3, 8.0),
        ];
        let mut all = Polytope::new(&[(0.0, 100.0); 4], &equations, 10_000).unwrap();
        assert!((corner(&mut all, 0, 1.0) - 2.0).abs() < 1e-9);
        assert!((corner(&mut all, 0, -1.0) - 6.0).abs() < 1e-9);
        all.narrow(3, (1.0, 3.0));
        assert!((corner(&mut all, 0, -1.0) - 5.0).abs() < 1e-9);
        all.narrow(1, (9.0, 100.0));
        assert_eq!(all.enter(), Ended::Nowhere);
    }

    #[test]
    fn equations_that_contradict_one_another_have_no_table() {
        let equations = [(vec![(0, 1.0)], 3.0), (vec![(0, 1.0)], 4.0)];
        assert!(Polytope::new(&[(0.0, 9.0)], &equations, 100).is_none());
        let again = [(vec![(0, 1.0)], 3.0), (vec![(0, 1.0)], 3.0)];
        let mut all = Polytope::new(&[(0.0, 9.0)], &again, 100).unwrap();
        assert_eq!(all.enter(), Ended::There);
    }
}
