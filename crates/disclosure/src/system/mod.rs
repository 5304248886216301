//! Counts and what is known to hold between them: the ground on which suppression, the search for
//! alternative tables and the attack stand. Knows nothing of children, areas or tables.

pub(crate) mod blocks;
pub(crate) mod spread;
mod sums;

pub(crate) use blocks::{Blocks, Moves};
pub(crate) use sums::Same;
pub(crate) use sums::SumsOf;

use disparity_core::{CountRole, Sums};

use crate::rule::Threshold;

/// A count among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The true count.
    pub count: u32,
    /// What it is.
    pub kind: Kind,
    /// Whether nobody may learn of it that it is 0, if it is: that none of a group has something, or all.
    pub zero: bool,
    /// What other outputs tell of it already, whatever is withheld here.
    pub exposed: Exposed,
}

/// What is exposed of a small count elsewhere, so that nothing is withheld to keep it from being exposed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposed {
    /// Which number it is, to somebody who takes every withheld count to be at least 1.
    pub which: bool,
    /// That it is small.
    pub small: bool,
}

/// What a number among counts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A count that would be published.
    Published,
    /// A count that was shown elsewhere: everybody knows it, and it is shown here as well.
    Shown,
    /// A count that was withheld elsewhere, and is here as well.
    Withheld,
    /// A count that nobody publishes and that anyone can work out from others.
    Follows,
    /// By how much one count is greater than another, where it is known which is: no count of
    /// anything. It is never shown and needs no protection, and is not below 0.
    Slack,
}

impl Kind {
    /// What a number is of which nothing was shown elsewhere.
    #[must_use]
    pub const fn of(role: CountRole) -> Self {
        match role {
            CountRole::Published => Self::Published,
            CountRole::Follows => Self::Follows,
            CountRole::Slack => Self::Slack,
        }
    }
}

impl Cell {
    /// A count that may be learnt to be 0, if it is.
    #[must_use]
    pub const fn new(count: u32, kind: Kind) -> Self {
        Self {
            count,
            kind,
            zero: false,
            exposed: Exposed {
                which: false,
                small: false,
            },
        }
    }

    /// A count that would be published.
    #[must_use]
    pub const fn published(count: u32) -> Self {
        Self::new(count, Kind::Published)
    }

    /// A count that follows from others.
    #[must_use]
    pub const fn follows(count: u32) -> Self {
        Self::new(count, Kind::Follows)
    }

    /// Whether it would be published, or was elsewhere.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self.kind, Kind::Published | Kind::Shown | Kind::Withheld)
    }

    /// Whether everybody knows it already.
    pub(crate) const fn is_known(self) -> bool {
        matches!(self.kind, Kind::Shown)
    }

    /// Whether it may be withheld and is not yet.
    pub(crate) const fn is_shown(self, hidden: bool) -> bool {
        !hidden && !self.is_known()
    }

    /// Whether it is withheld from the start.
    pub(crate) fn starts_hidden(self, threshold: Threshold) -> bool {
        match self.kind {
            Kind::Published => self.may_not_be_learnt(threshold),
            Kind::Shown => false,
            Kind::Withheld | Kind::Follows | Kind::Slack => true,
        }
    }

    /// Whether it is a count that nobody may learn.
    #[must_use]
    pub fn is_small(self, threshold: Threshold) -> bool {
        // What everybody knows already is not to be protected any more.
        let known = matches!(self.kind, Kind::Slack | Kind::Shown);
        let exposed = self.exposed.which && self.exposed.small;
        !known && !exposed && self.may_not_be_learnt(threshold)
    }

    /// Whether it is small, or a 0 that nobody may learn.
    fn may_not_be_learnt(self, threshold: Threshold) -> bool {
        threshold.is_small(self.count) || self.zero && self.count == 0
    }
}

/// Counts and the sums between them, as they are looked through.
#[derive(Clone, Copy)]
pub(crate) struct Counts<'a> {
    pub(crate) cells: &'a [Cell],
    pub(crate) sums: &'a Sums,
    pub(crate) of_cell: &'a SumsOf,
    pub(crate) threshold: Threshold,
}
