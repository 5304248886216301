//! Counts of several tables drawn up as one system, with what is known to hold between them: a count
//! that stands in two tables is one count. Nothing is decided here, and no count leaves as a number: a
//! release of them is made by the gate.

use std::collections::BTreeMap;

use super::group::Group;
use crate::relations::{CountRole, Relations, Sums};

/// Where a count stands: of what, and of whom. Counts of one `what` add up over groups and
/// authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place<W> {
    /// Of what, and when.
    pub what: W,
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Of whom.
    pub group: Group,
}

/// A number among counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The true count.
    pub count: u32,
    /// What it is.
    pub role: CountRole,
}

/// How a count belongs to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It is the one that is meant by it.
    First,
    /// The same was counted otherwise, with another result.
    Twin,
    /// What is left beside it.
    Rest,
}

/// Where a count stands, and how it belongs there.
#[derive(Debug, Clone, Copy)]
pub struct Stand<W> {
    /// The place.
    pub place: Place<W>,
    /// How.
    pub order: Order,
}

/// Counts, where they stand, and the sums between them.
///
/// They are true counts of children, so they have no way of being printed:
/// ```compile_fail
/// use disparity_core::answers::Counts;
/// fn print(counts: &Counts<u16>) -> String {
///     format!("{counts:?}")
/// }
/// ```
#[derive(Clone)]
pub struct Counts<W> {
    /// Every number.
    pub numbers: Vec<Counted>,
    /// Where each stands, or the count it is a rest of.
    pub stands: Vec<Stand<W>>,
    /// The sums between them.
    pub sums: Sums,
    /// Which of the sums matter only where their second part, a rest, is small.
    pub small_rests: Vec<usize>,
    /// Counts that are printed as shares of others: part and whole.
    pub shares: Vec<(usize, usize)>,
    /// Pairs of counts that are the same number under two names.
    pub alike: Vec<(usize, usize)>,
    /// The count of each place.
    pub places: BTreeMap<Place<W>, usize>,
    /// Counts under a name that another count has, in the order in which they came.
    pub twins: BTreeMap<Place<W>, Vec<usize>>,
}

impl<W: Ord + Copy> Default for Counts<W> {
    fn default() -> Self {
        Self {
            numbers: vec![],
            stands: vec![],
            sums: Sums::default(),
            small_rests: vec![],
            shares: vec![],
            alike: vec![],
            places: BTreeMap::new(),
            twins: BTreeMap::new(),
        }
    }
}

impl<W: Ord + Copy> Counts<W> {
    /// A count at a place, to be published or only known to follow from others. A place that is
    /// named twice is one count; with different counts it is two, of which the first keeps the name.
    pub fn count(&mut self, place: Place<W>, count: u32, published: bool) -> usize {
        if let Some(at) = self.places.get(&place).copied()
            && self.numbers[at].count == count
        {
            if published {
                self.numbers[at].role = CountRole::Published;
            }
            return at;
        }
        let twin = self.places.contains_key(&place);
        let order = if twin { Order::Twin } else { Order::First };
        let role = if published {
            CountRole::Published
        } else {
            CountRole::Follows
        };
        let at = self.add(Stand { place, order }, Counted { count, role });
        if twin {
            self.twins.entry(place).or_default().push(at);
        } else {
            self.places.insert(place, at);
        }
        at
    }

    fn add(&mut self, stand: Stand<W>, counted: Counted) -> usize {
        self.numbers.push(counted);
        self.stands.push(stand);
        self.numbers.len() - 1
    }

    /// The count at a place.
    #[must_use]
    pub fn find(&self, place: &Place<W>) -> Option<usize> {
        self.places.get(place).copied()
    }

    /// Whether two counts are the same number.
    #[must_use]
    pub fn is_same(&self, one: usize, other: usize) -> bool {
        self.numbers[one].count == self.numbers[other].count
    }

    /// That two counts are the same number under two names: both are shown, or neither.
    pub fn alike(&mut self, one: usize, other: usize) {
        if one != other && self.is_same(one, other) {
            self.alike.push((one, other));
        }
    }

    /// That a count is printed as a share of another: where either none or all of that is it, nobody may
    /// learn so if settings ask for it.
    pub fn share(&mut self, part: usize, whole: usize) {
        self.shares.push((part, whole));
    }

    /// That what is left of a whole beside a part is a count to protect where it is small, as it may be a few
    /// of several kinds together.
    pub fn small_rest(&mut self, part: usize, whole: usize) {
        let before = self.sums.len();
        self.within(part, whole);
        self.small_rests.extend(before..self.sums.len());
    }
}

impl<W: Ord + Copy> Relations for Counts<W> {
    fn count_at(&self, at: usize) -> u32 {
        self.numbers[at].count
    }

    fn add_sum(&mut self, total: usize, parts: Vec<usize>) {
        self.sums.add(total, parts);
    }

    fn add_beside(&mut self, beside: usize, count: u32, role: CountRole) -> usize {
        let place = self.stands[beside].place;
        let order = Order::Rest;
        self.add(Stand { place, order }, Counted { count, role })
    }
}
