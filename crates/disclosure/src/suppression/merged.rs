//! Counts that are one number as long as some counts of 0 are shown: a whole of which nothing lies beside a part. In tables
//! of few children many counts are such. What is proven of one is proven of all, and with one in place of all a search looks at
//! far fewer.

use std::collections::BTreeSet;

use disparity_core::Sums;

use crate::alternatives::Alternative;
use crate::rule::Threshold;
use crate::system::{Blocks, Cell, Counts, Exposed, Kind, Same, SumsOf};

/// A system of which each count stands for all that are the same number, with what is withheld of them as it is. Zeros that
/// are shown are part of no sum, and are not to be moved.
pub(crate) struct Merged {
    cells: Vec<Cell>,
    sums: Sums,
    of_cell: SumsOf,
    /// The place of each count of the whole system in this one.
    pub(crate) place: Vec<usize>,
    /// The counts that each stands for, in order.
    pub(crate) members: Vec<Vec<usize>>,
}

impl Merged {
    /// The system with these counts withheld. Counts are one by the sums that may make them so.
    pub(crate) fn new(counts: Counts, hidden: &[bool], may: impl Fn(usize) -> bool) -> Self {
        let Counts { cells, sums, .. } = counts;
        let is_nothing = |at: usize| cells[at].count == 0 && !hidden[at];
        let same = same(counts, is_nothing, may);
        let mut place = vec![0; cells.len()];
        let mut members: Vec<Vec<usize>> = Vec::new();
        for at in 0..cells.len() {
            // The first of those that are the same stands for them.
            let one = same.of(at);
            if one == at {
                place[at] = members.len();
                members.push(vec![at]);
            } else {
                place[at] = place[one];
                members[place[at]].push(at);
            }
        }
        let all = members.iter().map(|own| {
            let own = own.iter().map(|at| cells[*at]);
            own.reduce(merge).unwrap_or_else(|| Cell::follows(0))
        });
        let all: Vec<Cell> = all.collect();
        // Only sums of counts that are several can be the same.
        let is_several = |at: usize| members[place[at]].len() > 1;
        let mut seen = BTreeSet::new();
        let mut own = Sums::default();
        for sum in 0..sums.len() {
            let is_once = !sums.signed(sum).any(|(at, _)| is_several(at));
            let total = place[sums.total(sum)];
            let parts = sums.parts(sum).filter(|at| !is_nothing(*at));
            let mut parts: Vec<usize> = parts.map(|at| place[at]).collect();
            parts.sort_unstable();
            // A total of zeros that are shown is 0, if it is not among them itself.
            let says = !parts.is_empty() || !is_nothing(sums.total(sum));
            let says = says && parts != [total];
            if says && (is_once || seen.insert((total, parts.clone()))) {
                own.add(total, parts);
            }
        }
        Self {
            of_cell: SumsOf::new(all.len(), &own),
            cells: all,
            sums: own,
            place,
            members,
        }
    }

    /// The counts and sums.
    pub(crate) fn counts(&self, threshold: Threshold) -> Counts<'_> {
        Counts {
            cells: &self.cells,
            sums: &self.sums,
            of_cell: &self.of_cell,
            threshold,
        }
    }

    /// Whether each is withheld: nobody is shown any of those that it stands for.
    pub(crate) fn hidden(&self, hidden: &[bool]) -> Vec<bool> {
        let own = self.members.iter();
        own.map(|own| own.iter().all(|at| hidden[*at])).collect()
    }

    /// The blocks, of the first of those that each stands for.
    pub(crate) fn blocks(&self, blocks: &Blocks) -> Blocks {
        blocks.of(self.members.iter().map(|own| own[0]))
    }

    /// An alternative in the whole system: all that are the same number move alike.
    pub(crate) fn unfold(&self, other: &Alternative) -> Alternative {
        let changes = other.changes().flat_map(|(at, by)| {
            let own = self.members[at].iter();
            own.map(move |at| (*at, by))
        });
        Alternative::new(changes)
    }
}

/// Which counts are the same number: a total and its only part beside zeros that are shown.
fn same(counts: Counts, is_nothing: impl Fn(usize) -> bool, may: impl Fn(usize) -> bool) -> Same {
    let Counts { cells, sums, .. } = counts;
    let is_slack = |at: usize| cells[at].kind == Kind::Slack;
    let mut same = Same::none(cells.len());
    for sum in (0..sums.len()).filter(|sum| may(*sum)) {
        let total = sums.total(sum);
        let mut parts = sums.parts(sum).filter(|at| !is_nothing(*at));
        if let (Some(part), None) = (parts.next(), parts.next())
            && cells[part].count == cells[total].count
            && !is_nothing(total)
            && is_slack(part) == is_slack(total)
        {
            same.join(part, total);
        }
    }
    same
}

/// One count for two that are the same number: known to everybody, withheld elsewhere or published if either is, and told
/// elsewhere only if both are.
fn merge(one: Cell, other: Cell) -> Cell {
    let rank = |kind: Kind| match kind {
        Kind::Shown => 3,
        Kind::Withheld => 2,
        Kind::Published => 1,
        Kind::Follows | Kind::Slack => 0,
    };
    Cell {
        count: one.count,
        kind: if rank(one.kind) >= rank(other.kind) {
            one.kind
        } else {
            other.kind
        },
        zero: one.zero || other.zero,
        exposed: Exposed {
            which: one.exposed.which && other.exposed.which,
            small: one.exposed.small && other.exposed.small,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppression::suppress;

    const FIVE: Threshold = Threshold::up_to(5);

    /// A whole of 3 with parts of 3 and 0, of which the part of 3 is in a row of 20 with one of 17; and what is left
    /// beside the part of 3, which nobody publishes.
    fn system() -> (Vec<Cell>, Sums) {
        let mut cells = [3, 3, 0, 20, 17].map(Cell::published).to_vec();
        cells.push(Cell::follows(0));
        let mut sums = Sums::default();
        sums.add(0, [1, 2]);
        sums.add(3, [1, 4]);
        sums.add(0, [1, 5]);
        (cells, sums)
    }

    fn merged(cells: &[Cell], sums: &Sums, hidden: &[bool]) -> Merged {
        let counts = Counts {
            cells,
            sums,
            of_cell: &SumsOf::new(cells.len(), sums),
            threshold: FIVE,
        };
        Merged::new(counts, hidden, |_| true)
    }

    #[test]
    fn counts_are_one_number_as_long_as_the_zero_beside_them_is_shown() {
        let (cells, sums) = system();
        let mut hidden = vec![true, true, false, false, true, true];
        let one = merged(&cells, &sums, &hidden);
        assert_eq!(
            one.members,
            [vec![0, 1], vec![2], vec![3], vec![4], vec![5]]
        );
        assert_eq!(one.hidden(&hidden), [true, false, false, true, true]);
        // The sum with the zero says nothing more; what nobody publishes is 0 for it.
        assert_eq!(one.sums.len(), 2);
        let other = one.unfold(&Alternative::new([(0, -3), (3, 3)]));
        assert_eq!(other, Alternative::new([(0, -3), (1, -3), (4, 3)]));
        assert!(other.agrees(&SumsOf::new(cells.len(), &sums)));
        hidden[2] = true;
        assert_eq!(merged(&cells, &sums, &hidden).members.len(), cells.len());
    }

    #[test]
    fn a_withheld_total_of_zeros_that_are_shown_stays_nothing() {
        let kinds = [
            Kind::Follows,
            Kind::Published,
            Kind::Published,
            Kind::Follows,
        ];
        let cells = kinds.map(|kind| Cell::new(0, kind));
        let mut sums = Sums::default();
        sums.add(0, [1, 2]);
        sums.add(1, [3]);
        let one = merged(&cells, &sums, &[true, false, false, true]);
        let sums: Vec<(usize, Vec<usize>)> = one.sums.iter().collect();
        assert_eq!(sums, [(0, vec![]), (1, vec![3])]);
    }

    #[test]
    fn no_zero_is_withheld_where_counts_that_are_one_number_have_a_proof() {
        let (cells, sums) = system();
        let withheld = suppress(&cells, &sums, FIVE);
        assert_eq!(withheld.hidden, [true, true, false, false, true, true]);
    }

    #[test]
    fn one_for_two_is_told_only_where_both_are() {
        let told = |which, small, kind| Cell {
            exposed: Exposed { which, small },
            ..Cell::new(3, kind)
        };
        let one = merge(
            told(true, false, Kind::Follows),
            told(true, true, Kind::Published),
        );
        assert_eq!(one, told(true, false, Kind::Published));
        assert_eq!(merge(one, Cell::new(3, Kind::Shown)).kind, Kind::Shown);
    }
}
