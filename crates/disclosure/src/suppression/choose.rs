//! The choice of secondary suppressions: for one small count after the other the alternative table is looked for that
//! asks for the least to be withheld beside what is already, and that is withheld. A count withheld for one helps the
//! next. Zeros stay shown, and counts that are one number for that are one here ([`Merged`]). Where the counts of several
//! authorities add up to those of all, each authority comes first by itself ([`across`]); what is left after that may
//! have zeros withheld beside it.
//!
//! # References
//! On choosing by linear programmes, one small count after the other: Kelly, Golden and Assad (1992), Cell suppression:
//! disclosure protection for sensitive tabular data, Networks 22. On the best choice: Fischetti and Salazar (2000),
//! Models and algorithms for optimizing cell suppression in tabular data with linear constraints, Journal of the
//! American Statistical Association 95.

use super::across;
use super::choice::Choice;
use super::merged::Merged;
use crate::alternatives::Alternative;
use crate::alternatives::cheapest::Search;
use crate::system::{Blocks, Cell, Counts, Kind};

/// What is lost with a count, whatever it is, and with a zero, of which few are withheld, so that a reader may take it that
/// what is withheld is somebody.
const COUNT: f64 = 1.0;
const ZERO: f64 = 2.0;

/// What is lost with each child of it.
const CHILD: f64 = 1e-5;

/// With fewer authorities a search through all of them finds cheaper alternatives, and ends.
const SEVERAL: usize = 4;

/// After so many searches that come to nothing the rest is left to what comes after. Where counts hang together closely
/// an alternative moves counts in hundreds of sums, and takes long not to be found; with zeros, of which there are most, longer.
pub(super) const IN_VAIN: usize = 300;
const IN_VAIN_WITH_ZEROS: usize = 40;

/// What is lost where a count is withheld.
fn loss(counts: Counts, cell: usize) -> f64 {
    let count = counts.cells[cell].count;
    let own = if count == 0 { ZERO } else { COUNT };
    own + f64::from(count) * CHILD
}

/// What is withheld for the proofs of small counts, beside what is already, and the proofs. Where a count has none, or
/// none that is found in so many steps, it is left to what comes after; and where that is so of many, all others are.
pub(crate) fn choose(
    counts: Counts,
    before: &[bool],
    blocks: &Blocks,
) -> (Vec<bool>, Vec<Alternative>) {
    // Where other outputs are known, few tables of a block can be balanced: that is not found out for each.
    let is_new = |cell: &Cell| !matches!(cell.kind, Kind::Shown | Kind::Withheld);
    let are_several = blocks.many() >= SEVERAL && counts.cells.iter().all(is_new);
    let merged = Merged::new(counts, before, |sum| {
        !are_several || blocks.hold(counts.sums, sum)
    });
    let system = merged.counts(counts.threshold);
    let hidden = merged.hidden(before);
    let losses = merged.members.iter().enumerate().map(|(at, own)| {
        // What everybody knows and zeros that are shown stay as they are.
        let is_held = system.cells[at].is_known() || system.cells[at].count == 0 && !hidden[at];
        let shown = own.iter().filter(|at| !before[**at]);
        (!is_held).then(|| shown.map(|at| loss(counts, *at)).sum())
    });
    let mut choice = Choice::new(system, losses.collect(), hidden);
    let proofs = if are_several {
        across::choose(&mut choice, &merged.blocks(blocks))
    } else {
        choice.prove(Search::new(system), IN_VAIN, Choice::cheapest_proof)
    };
    let mut chosen = before.to_vec();
    let members = merged.members.iter().zip(&choice.hidden);
    for at in members
        .filter(|(_, hidden)| **hidden)
        .flat_map(|(own, _)| own)
    {
        chosen[*at] = true;
    }
    let mut proofs: Vec<Alternative> = proofs.iter().map(|other| merged.unfold(other)).collect();
    if are_several {
        proofs.extend(with_zeros(counts, blocks, &mut chosen, &proofs));
    }
    (chosen, proofs)
}

/// The same for what has no proof yet, with zeros that may be withheld.
fn with_zeros(
    counts: Counts,
    blocks: &Blocks,
    hidden: &mut Vec<bool>,
    proofs: &[Alternative],
) -> Vec<Alternative> {
    let losses = (0..counts.cells.len()).map(|at| {
        let may = !counts.cells[at].is_known();
        may.then(|| loss(counts, at))
    });
    let mut choice = Choice::new(counts, losses.collect(), std::mem::take(hidden));
    for other in proofs {
        choice.take(other);
    }
    let more = across::prove_left(&mut choice, blocks, IN_VAIN_WITH_ZEROS);
    *hidden = choice.hidden;
    more
}

#[cfg(test)]
mod tests {
    use disparity_core::Sums;

    use super::*;
    use crate::alternatives::Proven;
    use crate::rule::Threshold;
    use crate::system::SumsOf;
    use crate::system::blocks::{NONE, Steps};

    const FIVE: Threshold = Threshold::up_to(5);

    fn blocks(own: &[u32]) -> Blocks {
        let steps = own.iter().map(|own| Steps {
            asks: [NONE, NONE, NONE, *own],
            is_in: [NONE, NONE, NONE, *own],
        });
        Blocks::new(steps.collect())
    }

    /// What is withheld, and what is proven of each count.
    fn chosen(cells: &[Cell], sums: &Sums, blocks: &Blocks) -> (Vec<bool>, Vec<Proven>) {
        let of_cell = SumsOf::new(cells.len(), sums);
        let counts = Counts {
            cells,
            sums,
            of_cell: &of_cell,
            threshold: FIVE,
        };
        let before: Vec<bool> = cells.iter().map(|cell| cell.starts_hidden(FIVE)).collect();
        let (hidden, proofs) = choose(counts, &before, blocks);
        let mut proven = vec![Proven::NONE; cells.len()];
        for other in &proofs {
            assert!(other.agrees(&of_cell), "{other:?}");
            assert!(other.moved().all(|at| hidden[at]), "{other:?}");
            for (at, more) in other.all_proven(cells, FIVE) {
                proven[at] = proven[at].and(more);
            }
        }
        (hidden, proven)
    }

    /// Four authorities of two groups, each with its total, and all together.
    #[test]
    fn a_child_more_in_one_authority_is_a_child_fewer_in_another() {
        let mut sums = Sums::default();
        let mut counts = Vec::new();
        for (at, small) in [3, 4, 30, 40].into_iter().enumerate() {
            counts.extend([small, 20, small + 20]);
            sums.add(3 * at + 2, [3 * at, 3 * at + 1]);
        }
        counts.extend([77, 80, 157]);
        sums.add(14, [12, 13]);
        for of in 0..3 {
            sums.add(12 + of, (0..4).map(|at| 3 * at + of));
        }
        let own = [0, 1, 2, 3, NONE].map(|own| [own; 3]).concat();
        let cells: Vec<Cell> = counts.into_iter().map(Cell::published).collect();
        let (hidden, proven) = chosen(&cells, &sums, &blocks(&own));
        let groups = [true, true, false].repeat(2);
        assert_eq!(hidden, [groups, vec![false; 9]].concat());
        assert_eq!((proven[0], proven[3]), (Proven::WHOLE, Proven::WHOLE));
    }

    /// 2 + 0 = 2 in one authority, which everybody knows, and 9 + 9 = 18 in another: 2 can be 1 only where 0 can be 1.
    #[test]
    fn a_zero_is_withheld_where_nothing_else_leaves_another_number() {
        let mut sums = Sums::default();
        for (total, parts) in [(2, [0, 1]), (5, [3, 4]), (6, [0, 3]), (7, [1, 4])] {
            sums.add(total, parts);
        }
        let mut cells = [2, 0, 2, 9, 9, 18, 11, 9].map(Cell::published);
        cells[2].kind = Kind::Shown;
        let of_cell = SumsOf::new(cells.len(), &sums);
        let counts = Counts {
            cells: &cells,
            sums: &sums,
            of_cell: &of_cell,
            threshold: FIVE,
        };
        let mut hidden: Vec<bool> = cells.iter().map(|cell| cell.starts_hidden(FIVE)).collect();
        let own = blocks(&[0, 0, 0, 1, 1, 1, NONE, NONE]);
        let proofs = with_zeros(counts, &own, &mut hidden, &[]);
        let proven = proofs.iter().map(|other| other.proves(&cells, 0, FIVE));
        assert!(proven.fold(Proven::NONE, Proven::and).whole());
        assert!(proofs.iter().all(|other| other.agrees(&of_cell)));
        assert!(hidden[1] && !hidden[2], "{hidden:?}");
    }
}
