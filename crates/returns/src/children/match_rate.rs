//! How many of some records were matched to another.

/// Below this many entrants, a match rate of a group says little.
pub(crate) const ENOUGH: u64 = 30;

/// How many of some records were matched.
#[derive(Default, Clone, Copy)]
pub(crate) struct Matched {
    pub(crate) linked: u64,
    pub(crate) all: u64,
}

impl Matched {
    pub(crate) fn add(&mut self, linked: bool) {
        self.all += 1;
        self.linked += u64::from(linked);
    }

    /// Whether there are enough of them for the rate to say something.
    pub(crate) const fn is_enough(self) -> bool {
        self.all >= ENOUGH
    }

    pub(crate) fn percent(self) -> f64 {
        if self.all == 0 {
            100.0
        } else {
            self.linked as f64 * 100.0 / self.all as f64
        }
    }
}
