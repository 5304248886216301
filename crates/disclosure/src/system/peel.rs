//! What follows at once from the rest, one sum after another: a sum with one gap tells what it is, and with that
//! another sum has one gap only. Kept up to date while counts are shown.

use super::Counts;

/// Withheld counts that do not follow at once from the rest.
#[derive(Debug, Clone)]
pub(crate) struct Peel {
    free: Vec<bool>,
    /// How many free counts each sum has.
    gaps: Vec<u32>,
    /// What followed last, in order.
    followed: Vec<usize>,
}

impl Peel {
    /// With these counts withheld.
    pub(crate) fn new(counts: Counts, hidden: &[bool]) -> Self {
        let mut gaps = vec![0_u32; counts.sums.len()];
        for at in (0..hidden.len()).filter(|at| hidden[*at]) {
            counts.of_cell.of(at).for_each(|sum| gaps[sum] += 1);
        }
        let mut peel = Self {
            free: hidden.to_vec(),
            gaps,
            followed: vec![],
        };
        for sum in 0..counts.sums.len() {
            peel.follow(counts, sum);
            peel.cascade(counts, |_| false);
            peel.followed.clear();
        }
        peel
    }

    /// For each count whether it is withheld and does not follow.
    pub(crate) fn free(&self) -> &[bool] {
        &self.free
    }

    /// What a sum tells that has one gap.
    fn follow(&mut self, counts: Counts, sum: usize) {
        if self.gaps[sum] == 1 {
            let mut members = counts.sums.signed(sum).map(|(at, _)| at);
            if let Some(told) = members.find(|at| self.free[*at]) {
                self.free[told] = false;
                self.followed.push(told);
            }
        }
    }

    /// What follows from what followed, until there is nothing more or one that may not be told; how many
    /// were taken out of their sums, and whether there was such a one.
    fn cascade(&mut self, counts: Counts, may_not: impl Fn(usize) -> bool) -> (usize, bool) {
        let mut next = 0;
        while let Some(at) = self.followed.get(next).copied() {
            if may_not(at) {
                return (next, true);
            }
            next += 1;
            for sum in counts.of_cell.of(at) {
                self.gaps[sum] -= 1;
            }
            for sum in counts.of_cell.of(at) {
                self.follow(counts, sum);
            }
        }
        (next, false)
    }

    /// Whether a small count would follow if this one were shown.
    pub(crate) fn tells(&mut self, counts: Counts, at: usize) -> bool {
        if !std::mem::take(&mut self.free[at]) {
            return false;
        }
        self.followed.push(at);
        let small = |at: usize| counts.cells[at].is_small(counts.threshold);
        let (taken, told) = self.cascade(counts, small);
        for (nth, at) in self.followed.drain(..).enumerate() {
            self.free[at] = true;
            if nth < taken {
                counts.of_cell.of(at).for_each(|sum| self.gaps[sum] += 1);
            }
        }
        told
    }

    /// A count is shown.
    pub(crate) fn show(&mut self, counts: Counts, at: usize) {
        if std::mem::take(&mut self.free[at]) {
            self.followed.push(at);
            self.cascade(counts, |_| false);
            self.followed.clear();
        }
    }
}
