//! The one error type of the crate: what was wrong with an input, with the value that was wrong.
//! No method's own rules belong here, only the shapes that a refusal can take.

/// Why a number could not be given. Every variant carries what was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A confidence level outside the open interval from 0 to 1.
    #[error("a confidence level lies between 0 and 1, found {found} (95% is 0.95)")]
    Level {
        /// The level given.
        found: f64,
    },
    /// A count that is negative, not finite, or too large to be exact.
    #[error("a count is finite and between 0 and 2^53, found {found}")]
    Count {
        /// The count given.
        found: f64,
    },
    /// A denominator that is zero, negative or not finite.
    #[error("a denominator is finite and greater than 0, found {found}")]
    Denominator {
        /// The denominator given.
        found: f64,
    },
    /// A numerator larger than the denominator that it should be a subset of.
    #[error("{count} of {denominator}: a proportion's numerator cannot exceed its denominator")]
    NotASubset {
        /// The numerator given.
        count: f64,
        /// The denominator given.
        denominator: f64,
    },
    /// Any other argument outside what the method allows.
    #[error("`{name}` must be {must}, found {found}")]
    Argument {
        /// The argument's name.
        name: &'static str,
        /// What is allowed.
        must: &'static str,
        /// The value given.
        found: f64,
    },
    /// Slices that describe the same things but differ in length.
    #[error("`{left}` has {left_len} values but `{right}` has {right_len}")]
    Lengths {
        /// The first slice's name.
        left: &'static str,
        /// Its length.
        left_len: usize,
        /// The second slice's name.
        right: &'static str,
        /// Its length.
        right_len: usize,
    },
    /// Too few values for the method.
    #[error("{what} needs at least {needed} values, found {found}")]
    TooFew {
        /// The method or slice.
        what: &'static str,
        /// The smallest number allowed.
        needed: usize,
        /// The number given.
        found: usize,
    },
    /// The inputs are legal but the quantity does not exist for them.
    #[error("{what} is undefined: {why}")]
    Undefined {
        /// The quantity.
        what: &'static str,
        /// Why it does not exist.
        why: &'static str,
    },
    /// The inputs are legal but the result is outside what an `f64` can hold.
    #[error("{what} is too large or too small to be represented")]
    OutOfRange {
        /// The quantity.
        what: &'static str,
    },
    /// Limits in the wrong order by more than rounding explains.
    #[error("{what} has a lower limit of {low} above its upper limit of {high}")]
    Crossed {
        /// The interval.
        what: &'static str,
        /// The lower limit.
        low: f64,
        /// The upper limit.
        high: f64,
    },
    /// An iteration did not settle.
    #[error("{what} did not converge in {iterations} iterations")]
    NotConverged {
        /// The method.
        what: &'static str,
        /// How many iterations were allowed.
        iterations: usize,
    },
    /// A value of a model's covariate that is not a finite number.
    #[error("covariate `{column}` must be finite, found {found} in row {row}")]
    Covariate {
        /// The covariate's name.
        column: String,
        /// The zero-based row.
        row: usize,
        /// The value found.
        found: f64,
    },
    /// A column of a model that the columns before it already determine.
    #[error("`{column}` is constant or a combination of the columns before it: leave one out")]
    Collinear {
        /// The first column that adds nothing.
        column: String,
    },
    /// A coefficient without a finite estimate: the covariates predict some outcomes perfectly.
    #[error(
        "`{column}` predicts some outcomes perfectly, so it has no finite estimate: merge or drop it"
    )]
    Separated {
        /// The column whose coefficient runs away the fastest.
        column: String,
    },
    /// A name that the model does not have.
    #[error("the model has no {what} called `{found}`")]
    UnknownName {
        /// The kind of thing that was looked for.
        what: &'static str,
        /// The name given.
        found: String,
    },
    /// Margins of one table that disagree about something both tell.
    #[error("margins {first} and {second} of a table tell different totals: {left} and {right}")]
    Margins {
        /// The one margin, counted from 0.
        first: usize,
        /// The other.
        second: usize,
        /// What follows from the one.
        left: f64,
        /// What follows from the other.
        right: f64,
    },
    /// A margin above 0 where every cell of the table has to be 0.
    #[error("margin {margin} has {total} at position {place}, where every cell is 0")]
    NoCell {
        /// The margin, counted from 0.
        margin: usize,
        /// The zero-based position in it.
        place: usize,
        /// What it asks for.
        total: f64,
    },
    /// No table has these margins and cells above 0 only where they may be.
    #[error(
        "no table has these margins: {places} positions of margin {margin} (the first is {place}) ask for \
         {needed}, and margin {other} has {room} in the cells that they may have"
    )]
    NoTable {
        /// The margin that asks for too much, counted from 0.
        margin: usize,
        /// The margin that has too little.
        other: usize,
        /// The first of the positions that ask for too much.
        place: usize,
        /// How many there are.
        places: usize,
        /// What they ask for.
        needed: f64,
        /// What there is for them.
        room: f64,
    },
    /// One element of a slice was refused; the cause says why.
    #[error("at position {index}: {cause}")]
    At {
        /// The zero-based position in the slice.
        index: usize,
        /// What was wrong there.
        cause: Box<Error>,
    },
}

impl Error {
    /// The same error, told as one about the element at `index`.
    #[must_use]
    pub(crate) fn at(self, index: usize) -> Self {
        Error::At {
            index,
            cause: Box::new(self),
        }
    }
}

/// The crate's result type.
pub type Result<T> = std::result::Result<T, Error>;
