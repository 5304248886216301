//! How much work the search for proofs is given, in one place. Work is counted in factors that the simplex
//! method writes, not in time, so that what is withheld is the same on every machine. Where a number says
//! what chose it, that was one system of an invented country of three authorities and eight years (79,200
//! counts and 72,619 sums of `journeys`): seconds of a processor, and the share of counts above 5 withheld.
//! The others were chosen when the country of 149 authorities was first protected.

/// Counts that hang together are looked at all together where they are fewer than this, and a few blocks
/// at a time first where they are more: a tableau of ten thousand counts fills in.
pub(crate) const MANY: usize = 2_000;

/// What is withheld next.
pub(crate) mod secondary {
    /// Of more counts than this without an alternative, one in so many at most has others withheld beside it
    /// before all are looked at again: what helps one may help others.
    pub(crate) const FEW: usize = 16;
    pub(crate) const SHARE: usize = 3;

    /// A count that is exposed so many times again has twice as many withheld beside it; one without a
    /// proof sooner.
    pub(crate) const AGAIN: u32 = 3;
    pub(crate) const AGAIN_UNPROVEN: u32 = 2;
}

/// Children moved between withheld counts.
pub(crate) mod exchange {
    /// So many counts at most are moved together, and so many choices at most are tried for one count:
    /// fewer choices took 6.8 s instead of 7.0 and withheld 42.6% instead of 41.8.
    pub(crate) const LONGEST: usize = 60;
    pub(crate) const CHOICES: u32 = 60;

    /// How many of the likeliest counts are tried at each choice.
    pub(crate) const BRANCHES: usize = 3;
}

/// The simplex method.
pub(crate) mod tableau {
    /// So many steps at most in one push, which may write so many factors.
    pub(crate) const STEPS: usize = 2_000;
    pub(crate) const FACTORS: usize = 4_000_000;

    /// So many factors are written before the tableau is as at the start again, when it has few.
    pub(crate) const FEW: usize = 20_000;
}

/// A few blocks at a time.
pub(crate) mod by_block {
    /// How many blocks are looked at together, time after time.
    pub(crate) const TOGETHER: [usize; 6] = [1, 2, 4, 8, 8, 16];

    /// Factors that may be written each time, for each count of the large parts, and for all of them where
    /// they are not many.
    pub(crate) const BUDGET_OF_COUNT: usize = 4_000;
    pub(crate) const BUDGET: usize = 200_000_000;
}

/// All that hangs together.
pub(crate) mod part {
    /// So many factors for each count of a large part, each time, and for all large parts where they are not
    /// many.
    pub(crate) const BUDGET_IN_PART: usize = 100;
    pub(crate) const BUDGET_OF_PARTS: usize = 20_000_000;

    /// Of more counts than this in a large part, none is looked for in all of it yet: with more withheld
    /// most of them are soon proven, and what that was too much is shown again in the end. Without this
    /// 6.3 s instead of 5.6 and 41.5% instead of 42.4; of another such system 8.2 s instead of 7.1 and
    /// 40.3% instead of 40.8.
    pub(crate) const LATER: usize = 500;

    /// For so many counts at once children are moved: more, and what one finds comes too late for another.
    pub(crate) const MOVED_AT_ONCE: usize = 16;
}

/// The audit.
pub(crate) mod audit {
    /// Factors that may be written before counts are given up together: so many, and so many for each count.
    pub(crate) const BUDGET: usize = 600_000_000;
    pub(crate) const BUDGET_OF_COUNT: usize = 500;

    /// After so many rounds a large part has all of the budget.
    pub(crate) const CAREFUL: usize = 64;

    /// So many small parts are looked at at once.
    pub(crate) const AT_ONCE: usize = 64;
}

/// What is shown again.
pub(crate) mod reopen {
    /// The proofs that a count is needed for are looked for anew among so many of the withheld counts
    /// nearest to it; all others are held to the truth, so that what is found there holds among all. With
    /// 1,600 it took 10.6 s instead of 7.0 and withheld 40.8% instead of 41.8.
    pub(crate) const NEAREST: usize = 800;

    /// Factors that may be written for one count, and for all of them together: so many, and so many for
    /// each count there is.
    pub(crate) const BUDGET_OF_ONE: usize = 1_000_000;
    pub(crate) const BUDGET: usize = 400_000_000;
    pub(crate) const BUDGET_OF_COUNT: usize = 200;

    /// So many counts are tried at once: of more, too many are tried in vain.
    pub(crate) const AT_ONCE: usize = 4;

    /// What it takes to solve the sums of a count for it, in factors.
    pub(crate) const FACTORS_OF_COUNT: usize = 50;
}
