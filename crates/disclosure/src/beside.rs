//! Counts of other outputs of the same records, as a reader of those knows them, taken into the system of
//! counts that is to be protected: a count that stands in both is one, and what hangs on it in the other
//! output hangs on it here.
//!
//! What the other output shows is known, what it withholds stays withheld, and what it only could have
//! printed is a number that follows. So an alternative table of a small count is one of all outputs
//! together.

use std::collections::BTreeMap;

use disparity_core::Sums;
use disparity_core::answers::{Group, SharedName};

use crate::system::{Cell, Kind, Same};

/// Counts of another output of the same records, of which it is marked what is shown and withheld there.
#[derive(Clone)]
pub struct Beside {
    pub(crate) cells: Vec<Cell>,
    pub(crate) sums: Sums,
    /// Authority and group of each count.
    pub(crate) stands: Vec<(Option<usize>, Group)>,
    /// Which of them other outputs have as well.
    pub(crate) names: Vec<(SharedName, usize)>,
}

impl Beside {
    /// Counts with their sums; those of which nothing is known from elsewhere are printed nowhere.
    pub(crate) fn new(
        mut cells: Vec<Cell>,
        sums: Sums,
        stands: Vec<(Option<usize>, Group)>,
        names: Vec<(SharedName, usize)>,
    ) -> Self {
        for cell in &mut cells {
            if cell.kind == Kind::Published {
                cell.kind = Kind::Follows;
            }
        }
        Self {
            cells,
            sums,
            stands,
            names,
        }
    }
}

/// What is known of one number under two names, in two outputs.
const fn together(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (Kind::Shown, _) | (_, Kind::Shown) => Kind::Shown,
        (Kind::Withheld, _) | (_, Kind::Withheld) => Kind::Withheld,
        (Kind::Published, _) | (_, Kind::Published) => Kind::Published,
        (Kind::Slack, Kind::Slack) => Kind::Slack,
        _ => Kind::Follows,
    }
}

/// Adds the counts of other outputs behind those that are there. Counts of one name that are one number are
/// one count from then on: the first of them stands for all, which is one of those that were there if one
/// of those is among them.
pub(crate) fn join(
    cells: &mut Vec<Cell>,
    sums: &mut Sums,
    names: &[(SharedName, usize)],
    beside: &[Beside],
) -> Same {
    if beside.is_empty() {
        return Same::none(cells.len());
    }
    let mut of_name: BTreeMap<&SharedName, Vec<usize>> = BTreeMap::new();
    for (name, at) in names {
        of_name.entry(name).or_default().push(*at);
    }
    for other in beside {
        let first = cells.len();
        cells.extend(&other.cells);
        for (total, parts) in other.sums.iter() {
            sums.add(first + total, parts.into_iter().map(|at| first + at));
        }
        for (name, at) in &other.names {
            of_name.entry(name).or_default().push(first + at);
        }
    }
    let mut same = Same::none(cells.len());
    for all in of_name.values() {
        for (n, one) in all.iter().enumerate() {
            let mut before = all[..n].iter();
            if let Some(other) = before.find(|other| cells[**other].count == cells[*one].count) {
                same.join(*one, *other);
            }
        }
    }
    for at in 0..cells.len() {
        let one = same.of(at);
        if one != at {
            let own = cells[at];
            cells[one].kind = together(cells[one].kind, own.kind);
            cells[one].zero |= own.zero;
            // Nothing but a name is left of it.
            cells[at].kind = Kind::Follows;
        }
    }
    *sums = same.redirect(sums, |_| true);
    same
}

#[cfg(test)]
mod tests {
    use disparity_core::answers::SharedCount;

    use super::*;
    use crate::suppression::suppress;
    use crate::{Threshold, attack};

    fn name(what: &str) -> SharedName {
        SharedName {
            what: SharedCount::Indicator(what.to_owned()),
            years: (2024, 2024),
            authority: Some(0),
            group: Group::TOTAL,
        }
    }

    /// Here 3 + 20 = 23 by sex; elsewhere 3 + 30 = 33, of which the second and the sum are shown. By itself
    /// each withholds enough; together the 3 must not follow from what is shown elsewhere.
    #[test]
    fn what_is_shown_elsewhere_is_known_here() {
        let elsewhere = |second: Kind| {
            let cells = vec![
                Cell::new(8, Kind::Withheld),
                Cell::new(30, second),
                Cell::new(38, Kind::Shown),
            ];
            let mut sums = Sums::default();
            sums.add(2, [0, 1]);
            Beside::new(
                cells,
                sums,
                vec![(Some(0), Group::TOTAL); 3],
                vec![(name("a"), 0)],
            )
        };
        let withheld = |beside: &[Beside]| {
            // Parts of 3 and 8 in a sum of 11.
            let mut cells = [3, 8, 11].map(Cell::published).to_vec();
            let mut sums = Sums::default();
            sums.add(2, [0, 1]);
            let same = join(&mut cells, &mut sums, &[(name("a"), 1)], beside);
            let hidden = suppress(&cells, &sums, Threshold::up_to(5)).hidden;
            let bounds = attack(&cells, &sums, &hidden, None);
            let (low, high) = bounds[0];
            assert!(low == 0 && high > 5, "{low} to {high}");
            [0, 1, 2].map(|at| hidden[same.of(at)])
        };
        assert_eq!(withheld(&[]), [true, true, false]);
        // That the 8 is withheld elsewhere, where it follows, does not help here: the sum goes too.
        assert_eq!(withheld(&[elsewhere(Kind::Shown)]), [true, true, true]);
        // Where it does not follow, the sum may be shown.
        assert_eq!(withheld(&[elsewhere(Kind::Withheld)]), [true, true, false]);
    }

    /// A number that is another one now is not the same.
    #[test]
    fn counts_that_differ_are_not_joined() {
        let mut cells = vec![Cell::published(7)];
        let mut sums = Sums::default();
        let other = Beside::new(
            vec![Cell::new(8, Kind::Shown)],
            Sums::default(),
            vec![(Some(0), Group::TOTAL)],
            vec![(name("a"), 0)],
        );
        let same = join(&mut cells, &mut sums, &[(name("a"), 0)], &[other]);
        assert_eq!((same.of(0), same.of(1)), (0, 1));
        assert_eq!(cells[0].kind, Kind::Published);
    }
}
