//! The rows of one child after the other, given back as they are used: what is made of children grows while
//! their rows go, so that both are never held whole.

use super::{Bundle, Member, SIDES, side_of};
use crate::records::{System, put_in_order};

/// So much room that is not used any more is given back at once.
const TO_GIVE_BACK: usize = 1 << 16;

/// The child that an identifier of a side belongs to.
pub(super) struct ChildOf {
    ids: usize,
    children: Vec<u32>,
}

impl ChildOf {
    pub(super) fn new(ids: usize, sides: &[Vec<Bundle>; SIDES], members: &[Member]) -> Self {
        let mut children = vec![u32::MAX; SIDES * ids];
        for (number, member) in (0..).zip(members) {
            for (side, at) in member.bundles() {
                children[side * ids + sides[side][at].id as usize] = number;
            }
        }
        Self { ids, children }
    }

    fn get(&self, (system, id): (System, u32)) -> usize {
        let at = side_of(system) * self.ids + id as usize;
        self.children[at] as usize
    }
}

/// Rows in the order of children, from the last to the first; those of one child as they stood.
pub(super) struct RowsOfChildren<'a, T, F> {
    rows: Vec<T>,
    child_of: &'a ChildOf,
    of: F,
}

impl<'a, T: Copy, F: Fn(&T) -> (System, u32)> RowsOfChildren<'a, T, F> {
    /// Rows, and the side and identifier of each.
    pub(super) fn new(mut rows: Vec<T>, children: usize, child_of: &'a ChildOf, of: F) -> Self {
        // A row of no child would come before all others, and never be taken.
        put_in_order(&mut rows, children + 1, |row| {
            children - child_of.get(of(row)).min(children)
        });
        Self { rows, child_of, of }
    }

    /// The rows of a child; those of the ones before it have been taken.
    pub(super) fn take(&mut self, child: usize) -> Vec<T> {
        let own = self.rows.iter().rev();
        let own = own.take_while(|row| self.child_of.get((self.of)(row)) == child);
        let from = self.rows.len() - own.count();
        let taken = self.rows.split_off(from);
        if self.rows.capacity() - self.rows.len() > TO_GIVE_BACK {
            self.rows.shrink_to_fit();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use disparity_core::journeys::LinkOutcome;

    use super::*;

    #[test]
    fn each_child_has_its_rows_as_they_stood_and_the_last_row_goes_with_the_last_child() {
        let bundle = |id| Bundle {
            id,
            persons: 0..0,
            has_care: false,
        };
        let sides = [vec![bundle(0), bundle(2)], vec![bundle(1)], vec![]];
        let member = |bundles: &[(usize, usize)]| {
            let mut member = Member::new(LinkOutcome::NotNeeded);
            for (side, at) in bundles {
                member.set(*side, *at);
            }
            member
        };
        // The second child of need is the first of all; the other one is linked.
        let members = [member(&[(0, 1)]), member(&[(0, 0), (1, 0)])];
        let child_of = ChildOf::new(3, &sides, &members);
        let rows = vec![
            (System::Cin, 0, 'a'),
            (System::Care, 1, 'b'),
            (System::Cin, 2, 'c'),
            (System::Cin, 0, 'd'),
            (System::Cin, 2, 'e'),
        ];
        let mut rows = RowsOfChildren::new(rows, 2, &child_of, |row| (row.0, row.1));
        let letters =
            |rows: Vec<(System, u32, char)>| -> String { rows.iter().map(|r| r.2).collect() };
        assert_eq!(letters(rows.take(0)), "ce");
        assert_eq!(letters(rows.take(1)), "abd");
        assert!(rows.rows.is_empty());
    }
}
