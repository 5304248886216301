//! What other outputs tell already, whatever is withheld here.

use super::audit::Audit;
use crate::alternatives::Proven;
use crate::rule::Threshold;
use crate::system::{Blocks, Cell, Counts, SumsOf};
use disparity_core::Sums;

/// Finds what is exposed of small counts by what was shown elsewhere, with everything else withheld, and marks it:
/// such a count is not printed, but nothing is withheld any more so that this is not exposed. Without it all that
/// hangs together with one such count would be withheld in vain. Gives how many are marked.
///
/// What is only not found is left as it is.
pub(crate) fn leave_what_is_exposed(
    cells: &mut [Cell],
    sums: &Sums,
    threshold: Threshold,
    blocks: &Blocks,
) -> usize {
    let of_cell = SumsOf::new(cells.len(), sums);
    let hidden: Vec<bool> = cells.iter().map(|cell| !cell.is_known()).collect();
    if hidden.iter().all(|hidden| *hidden) {
        return 0;
    }
    let counts = Counts {
        cells,
        sums,
        of_cell: &of_cell,
        threshold,
    };
    let mut audit = Audit::new(counts, blocks, &|_, _| {});
    let surely = |exposed: Vec<(usize, bool)>| {
        let sure = exposed.into_iter().filter(|(_, sure)| *sure);
        sure.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    // Which number it is comes first: only without that is it asked whether it is small.
    let mut which = surely(audit.exposed(&hidden));
    which.retain(|at| !audit.proven_of(*at).has(Proven::ANOTHER));
    for at in &which {
        audit.take_for_proven(*at, Proven::ANOTHER);
    }
    let mut small = surely(audit.exposed(&hidden));
    small.retain(|at| !audit.proven_of(*at).has(Proven::DOUBT));
    let marked = which.len();
    for at in which {
        cells[at].exposed.which = true;
    }
    for at in small {
        cells[at].exposed.small = true;
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppression::suppress;
    use crate::system::Kind;

    /// 3 + 20 = 23 is known elsewhere; 3 + 30 = 33 is not: nothing is withheld for the 3 any more.
    #[test]
    fn nothing_is_withheld_for_what_is_exposed() {
        let kinds = [
            (3, Kind::Published),
            (20, Kind::Shown),
            (23, Kind::Shown),
            (30, Kind::Published),
            (33, Kind::Published),
        ];
        let mut cells = kinds.map(|(count, kind)| Cell::new(count, kind));
        let mut sums = Sums::default();
        sums.add(2, [0, 1]);
        sums.add(4, [0, 3]);
        let small = Threshold::up_to(5);
        let hidden = |cells: &[Cell]| suppress(cells, &sums, small).hidden;
        assert_eq!(hidden(&cells), [true, false, false, true, true]);
        let blocks = Blocks::default();
        assert_eq!(leave_what_is_exposed(&mut cells, &sums, small, &blocks), 1);
        let now = hidden(&cells);
        assert_eq!(now[1..], [false; 4]);
        // What does not follow is protected as before.
        let mut apart = kinds.map(|(count, kind)| Cell::new(count, kind));
        apart[1].kind = Kind::Withheld;
        assert_eq!(leave_what_is_exposed(&mut apart, &sums, small, &blocks), 0);
        let now = hidden(&apart);
        assert!(now[0] && now[1] && (now[3] || now[4]), "{now:?}");
    }
}
