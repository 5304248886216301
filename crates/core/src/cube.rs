//! Cells and the cube they make: what everything left of the analysis produces and everything
//! right of it reads, without asking where it came from.

use std::collections::BTreeMap;

use crate::{AreaCode, Count, IndicatorId, IssueSet, MidYear, Period, Reported, Rounding, Stratum};

/// Children by how many events they had: at place k those with k + 1. The key is that of the events
/// of everyone.
pub type Frequencies = BTreeMap<CellKey, Vec<Count>>;

/// What a cell is about. Cubes are sorted by this, in field order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// What is counted.
    pub indicator: IndicatorId,
    /// When.
    pub period: Period,
    /// Where.
    pub area: AreaCode,
    /// Of whom.
    pub stratum: Stratum,
}

/// Which population or count a denominator is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// Published children aged 0 to 17 at a mid-year.
    Children0To17 {
        /// The year of the estimate.
        mid_year: MidYear,
    },
    /// Children aged 0 to 17 at a mid-year, times a published share of another population.
    Share {
        /// The year of the estimate of all children.
        mid_year: MidYear,
        /// The year the share was published for.
        share_year: u16,
        /// How far the share may be from the truth.
        error: DenominatorError,
    },
    /// The count of another indicator.
    Indicator(IndicatorId),
}

/// What a numerator is divided by, and which population or count that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Denominator {
    /// How many.
    pub value: Reported<f64>,
    /// Of what.
    pub basis: Basis,
}

impl Denominator {
    /// How far the number may be from the truth; nothing where it is not a share.
    #[must_use]
    pub const fn error(&self) -> DenominatorError {
        match self.basis {
            Basis::Share { error, .. } => error,
            Basis::Children0To17 { .. } | Basis::Indicator(_) => DenominatorError::NONE,
        }
    }
}

/// The standard deviation of the logarithm of a denominator's error; 0 where it is as published.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DenominatorError {
    /// The part that is the same in every year: cancels in a change over time.
    pub level: f64,
    /// The part that is of this year: how far the share may have moved since it was known.
    pub drift: f64,
}

impl DenominatorError {
    /// Nothing is estimated.
    pub const NONE: Self = Self {
        level: 0.0,
        drift: 0.0,
    };

    /// Of a rate.
    #[must_use]
    pub fn of_rate(self) -> f64 {
        self.level.hypot(self.drift)
    }

    /// Of the ratio of two groups' rates in the same year. What one group's share has too much another
    /// has too little, so the two parts that last add up rather than partly cancel.
    #[must_use]
    pub fn of_ratio(self, other: Self) -> f64 {
        (self.level + other.level).hypot(self.drift.hypot(other.drift))
    }

    /// Of the ratio of one group's rates in two years.
    #[must_use]
    pub fn of_change(self, earlier: Self) -> f64 {
        self.drift.hypot(earlier.drift)
    }
}

/// One count with its denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// What it is about.
    pub key: CellKey,
    /// How many were counted.
    pub numerator: Reported<Count>,
    /// Out of how many.
    pub denominator: Denominator,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// Cells that cannot be one cube.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CubeError {
    /// The same key twice in one input.
    #[error("two cells share the key {0:?}")]
    Duplicate(Box<CellKey>),
    /// The same key in both inputs of a merge, over different populations.
    #[error("cells for {key:?} cannot be merged: their denominators are {left:?} and {right:?}")]
    Basis {
        /// The shared key.
        key: Box<CellKey>,
        /// The denominator on the left.
        left: Basis,
        /// The denominator on the right.
        right: Basis,
    },
}

/// Cells sorted by key, each key once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cube {
    cells: Vec<Cell>,
    /// How much more events vary than as many children would, by the key of everyone's events.
    inflations: BTreeMap<CellKey, f64>,
    /// Counts that are not printed as they were made.
    roundings: BTreeMap<CellKey, Rounding>,
}

impl Cube {
    /// A cube from cells in any order.
    ///
    /// # Errors
    /// [`CubeError::Duplicate`] if a key appears twice.
    pub fn new(mut cells: Vec<Cell>) -> Result<Self, CubeError> {
        cells.sort_by_key(|cell| cell.key);
        match cells.windows(2).find(|pair| pair[0].key == pair[1].key) {
            Some(pair) => Err(CubeError::Duplicate(Box::new(pair[0].key))),
            None => Ok(Self {
                cells,
                inflations: BTreeMap::new(),
                roundings: BTreeMap::new(),
            }),
        }
    }

    /// The same cube with what is known of events that children had several of: by the key of the
    /// events of everyone (`Stratum::TOTAL`) the variance of their number over its mean.
    #[must_use]
    pub fn with_inflations(self, inflations: BTreeMap<CellKey, f64>) -> Self {
        Self { inflations, ..self }
    }

    /// The same cube with how far counts may be from what was counted.
    #[must_use]
    pub fn with_roundings(self, roundings: BTreeMap<CellKey, Rounding>) -> Self {
        Self { roundings, ..self }
    }

    /// How far a count may be from what was counted: nothing, unless it is known to be rounded.
    #[must_use]
    pub fn rounding(&self, key: &CellKey) -> Rounding {
        self.roundings.get(key).copied().unwrap_or_default()
    }

    /// By how much the variance of a count of events exceeds its mean, if that is known: of all
    /// groups of an indicator, period and area the same. None for children, and where only counts are
    /// known.
    #[must_use]
    pub fn inflation(&self, key: &CellKey) -> Option<f64> {
        let stratum = Stratum::TOTAL;
        self.inflations.get(&CellKey { stratum, ..*key }).copied()
    }

    /// The cells, sorted by key.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cells of one indicator, sorted by key.
    #[must_use]
    pub fn indicator(&self, id: IndicatorId) -> &[Cell] {
        let start = self.cells.partition_point(|cell| cell.key.indicator < id);
        let end = self.cells.partition_point(|cell| cell.key.indicator <= id);
        &self.cells[start..end]
    }

    /// The cell with that key.
    #[must_use]
    pub fn get(&self, key: &CellKey) -> Option<&Cell> {
        self.cells
            .binary_search_by_key(key, |cell| cell.key)
            .ok()
            .map(|position| &self.cells[position])
    }

    /// Both cubes together. Where a key is in both, counts are added and denominators are added
    /// (the two halves of a split), and an absence on either side is an absence of the sum. How much
    /// events vary is known of the sum only where it was known of the one side that has them.
    ///
    /// Associative and commutative, so work can be split by authority and joined in any order.
    ///
    /// # Errors
    /// [`CubeError::Basis`] if the same key has denominators of different populations.
    pub fn merge(self, other: Self) -> Result<Self, CubeError> {
        let mut merged = Vec::with_capacity(self.cells.len() + other.cells.len());
        let both = |key: &CellKey| self.get(key).is_some() && other.get(key).is_some();
        let mut inflations = self.inflations.clone();
        inflations.extend(&other.inflations);
        inflations.retain(|key, _| !both(key));
        let mut roundings = self.roundings;
        for (key, rounding) in other.roundings {
            let own = roundings.entry(key).or_default();
            *own = own.and(rounding);
        }
        let mut left = self.cells.into_iter().peekable();
        let mut right = other.cells.into_iter().peekable();
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(l), Some(r)) => match l.key.cmp(&r.key) {
                    std::cmp::Ordering::Less => left.next(),
                    std::cmp::Ordering::Greater => right.next(),
                    std::cmp::Ordering::Equal => {
                        let both = left.next().zip(right.next());
                        both.map(|(l, r)| add(&l, &r)).transpose()?
                    }
                },
                (Some(_), None) => left.next(),
                (None, _) => right.next(),
            };
            match next {
                Some(cell) => merged.push(cell),
                None => {
                    return Ok(Self {
                        cells: merged,
                        inflations,
                        roundings,
                    });
                }
            }
        }
    }
}

fn add(left: &Cell, right: &Cell) -> Result<Cell, CubeError> {
    if left.denominator.basis != right.denominator.basis {
        return Err(CubeError::Basis {
            key: Box::new(left.key),
            left: left.denominator.basis,
            right: right.denominator.basis,
        });
    }
    let value = left
        .denominator
        .value
        .zip(right.denominator.value)
        .map(|(a, b)| a + b);
    Ok(Cell {
        key: left.key,
        numerator: Reported::sum_complete([left.numerator, right.numerator]),
        denominator: Denominator {
            value,
            basis: left.denominator.basis,
        },
        issues: left.issues.union(right.issues),
    })
}
