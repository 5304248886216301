//! The confidence levels of a run, and the intervals at them that travel with every figure.
//!
//! A run has one to three levels, narrowest first: by default 95% and 99.8%, the inner and the outer
//! limits of a funnel plot. The first is the one that pages and charts show and that the plain
//! columns hold; verdicts use all of them.

use std::fmt;

use disparity_stats::{Interval, Level};

/// The confidence levels of a run, each higher than the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Unused places repeat the last level.
    values: [Level; Levels::MOST],
    count: usize,
}

/// Confidence levels that a run cannot have.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LevelsError {
    /// None were given.
    #[error("no confidence level is given")]
    None,
    /// More than [`Levels::MOST`].
    #[error("{found} confidence levels are given, and each needs columns of its own")]
    TooMany {
        /// How many.
        found: usize,
    },
    /// A level that is not above a half, or above [`Levels::HIGHEST`].
    #[error("{found} is not a confidence level")]
    OutOfRange {
        /// The number.
        found: f64,
    },
    /// A level that is not above the one before it.
    #[error("the confidence level {next} stands after {before}")]
    Order {
        /// The earlier one.
        before: f64,
        /// The later one.
        next: f64,
    },
}

impl LevelsError {
    /// What to do instead.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::None => "leave `conf_levels` out for 95% and 99.8%, or name one: [0.95]",
            Self::TooMany { .. } => "name at most three, the narrowest first: [0.9, 0.95, 0.998]",
            Self::OutOfRange { found } if found > 1.0 && found < 100.0 => {
                "write a level as a proportion: 0.95 for 95%"
            }
            Self::OutOfRange { .. } => {
                "a level lies above 0.5 and is at most 0.9999: 0.9, 0.95, 0.998"
            }
            Self::Order { .. } => {
                "name each level once, the lowest first, which is the one that is shown: [0.9, 0.99]"
            }
        }
    }
}

impl Levels {
    /// More levels than this make rows that nobody reads.
    pub const MOST: usize = 3;

    /// Above this, intervals that are drawn or simulated would take too many draws to be what they say.
    pub const HIGHEST: f64 = 0.9999;

    /// Levels of one's own.
    ///
    /// # Errors
    /// [`LevelsError`] unless there are one to three, each above 0.5, at most 0.9999 and above the
    /// one before it.
    pub fn new(wanted: &[f64]) -> Result<Self, LevelsError> {
        if wanted.len() > Self::MOST {
            return Err(LevelsError::TooMany {
                found: wanted.len(),
            });
        }
        let mut values: Vec<Level> = Vec::with_capacity(Self::MOST);
        for &found in wanted {
            let level = Level::new(found)
                .ok()
                .filter(|level| level.value() > 0.5 && level.value() <= Self::HIGHEST)
                .ok_or(LevelsError::OutOfRange { found })?;
            if let Some(before) = values.last().filter(|before| **before >= level) {
                let (before, next) = (before.value(), found);
                return Err(LevelsError::Order { before, next });
            }
            values.push(level);
        }
        let last = *values.last().ok_or(LevelsError::None)?;
        Ok(Self {
            values: std::array::from_fn(|place| values.get(place).copied().unwrap_or(last)),
            count: values.len(),
        })
    }

    /// The levels, narrowest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Level] {
        &self.values[..self.count]
    }

    /// How many there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// The narrowest: the one that is shown.
    #[must_use]
    pub const fn first(&self) -> Level {
        self.values[0]
    }

    /// The widest.
    #[must_use]
    pub const fn last(&self) -> Level {
        self.values[Self::MOST - 1]
    }

    /// The first alone, for what is asked at one level only.
    #[must_use]
    pub const fn first_only(&self) -> Self {
        Self {
            values: [self.values[0]; Self::MOST],
            count: 1,
        }
    }

    /// The first level for people: `95%`.
    #[must_use]
    pub fn shown(&self) -> String {
        percent(self.first())
    }

    /// What the names of a level's columns end in: nothing for the first, `_998` for 99.8%.
    #[must_use]
    pub fn suffix(&self, place: usize) -> String {
        match self.as_slice().get(place) {
            Some(level) if place > 0 => format!("_{}", digits(*level)),
            _ => String::new(),
        }
    }
}

impl Default for Levels {
    /// 95% and 99.8%.
    fn default() -> Self {
        Self {
            values: [Level::P95, Level::P998, Level::P998],
            count: 2,
        }
    }
}

/// The decimals of a level, at least two: `95`, `998`, `90`.
fn digits(level: Level) -> String {
    let text = level.value().to_string();
    let decimals = text.trim_start_matches("0.");
    format!("{decimals:0<2}")
}

/// A level in per cent: `95%`, `99.8%`.
#[must_use]
pub fn percent(level: Level) -> String {
    let digits = digits(level);
    match digits.split_at(2) {
        (whole, "") => format!("{whole}%"),
        (whole, part) => format!("{whole}.{part}%"),
    }
}

/// One interval for each level of a run, narrowest first.
#[derive(Clone, Copy, PartialEq)]
pub struct Intervals {
    /// Unused places repeat the last interval.
    ends: [Interval; Levels::MOST],
    count: usize,
}

impl Intervals {
    /// The interval that something gives at each level.
    ///
    /// # Errors
    /// The first error that it gives.
    pub fn try_at<E>(
        levels: Levels,
        mut at: impl FnMut(Level) -> Result<Interval, E>,
    ) -> Result<Self, E> {
        let mut ends = [at(levels.first())?; Levels::MOST];
        for place in 1..levels.len() {
            let found = at(levels.values[place])?;
            ends[place..].fill(found);
        }
        Ok(Self {
            ends,
            count: levels.len(),
        })
    }

    /// One interval a level, the narrowest first; none for none, or for more than there can be.
    #[must_use]
    pub fn of(found: &[Interval]) -> Option<Self> {
        let last = *found.last()?;
        (found.len() <= Levels::MOST).then(|| Self {
            ends: std::array::from_fn(|place| found.get(place).copied().unwrap_or(last)),
            count: found.len(),
        })
    }

    /// The intervals, narrowest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Interval] {
        &self.ends[..self.count]
    }

    /// The interval at the first level: the one that is shown.
    #[must_use]
    pub const fn shown(&self) -> Interval {
        self.ends[0]
    }

    /// The interval at a place in the levels, if there are so many.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Interval> {
        self.as_slice().get(place).copied()
    }

    /// Each made anew, with the level that it is at.
    ///
    /// # Errors
    /// The first error that making one gives.
    pub fn try_map<E>(
        self,
        levels: Levels,
        mut made: impl FnMut(Interval, Level) -> Result<Interval, E>,
    ) -> Result<Self, E> {
        let mut ends = self.ends;
        for ((place, own), level) in self.as_slice().iter().enumerate().zip(levels.as_slice()) {
            let found = made(*own, *level)?;
            ends[place..].fill(found);
        }
        Ok(Self { ends, ..self })
    }

    /// All of them multiplied by a positive factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            ends: self.ends.map(|ends| Interval {
                low: ends.low * factor,
                high: ends.high * factor,
            }),
            ..self
        }
    }
}

impl fmt::Debug for Intervals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// Where a figure stands against 1 or against limits around it: on which side, and beyond how many
/// of the levels. Higher positions compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(i8);

impl Position {
    /// Beyond no level.
    pub const AS_EXPECTED: Self = Self(0);

    /// Where a ratio with these intervals stands against 1.
    #[must_use]
    pub fn of(intervals: &Intervals) -> Self {
        Self::beyond_last(intervals, |ends| ends.low > 1.0, |ends| ends.high < 1.0)
    }

    /// Where a difference with these intervals stands against nothing.
    #[must_use]
    pub fn of_difference(intervals: &Intervals) -> Self {
        Self::beyond_last(intervals, |ends| ends.low > 0.0, |ends| ends.high < 0.0)
    }

    /// Where a ratio lies against limits around 1.
    #[must_use]
    pub fn against(ratio: f64, limits: &Intervals) -> Self {
        Self::beyond_last(limits, |ends| ratio > ends.high, |ends| ratio < ends.low)
    }

    fn beyond_last(
        intervals: &Intervals,
        higher: impl Fn(&Interval) -> bool,
        lower: impl Fn(&Interval) -> bool,
    ) -> Self {
        let mut position = Self::AS_EXPECTED;
        for (ends, beyond) in intervals.as_slice().iter().zip(1_i8..) {
            if higher(ends) {
                position = Self(beyond);
            } else if lower(ends) {
                position = Self(-beyond);
            }
        }
        position
    }

    /// Every position at so many levels, the lowest first.
    pub fn all(levels: Levels) -> impl Iterator<Item = Self> + Clone {
        let most = i8::try_from(levels.len()).unwrap_or(0);
        (-most..=most).map(Self)
    }

    /// Whether it is above, at any level.
    #[must_use]
    pub const fn is_higher(self) -> bool {
        self.0 > 0
    }

    /// Whether it is below, at any level.
    #[must_use]
    pub const fn is_lower(self) -> bool {
        self.0 < 0
    }

    /// Beyond how many levels, on either side.
    #[must_use]
    pub const fn beyond(self) -> usize {
        self.0.unsigned_abs() as usize
    }

    /// The level that it is beyond, if any.
    fn level(self, levels: Levels) -> Option<Level> {
        let place = self.beyond().checked_sub(1)?;
        levels.as_slice().get(place).copied()
    }

    /// The word in the `position` column: `higher_95`, `lower_99_8`, `as_expected`.
    #[must_use]
    pub fn word(self, levels: Levels) -> String {
        let side = if self.is_higher() { "higher" } else { "lower" };
        self.level(levels)
            .map_or("as_expected".to_owned(), |level| {
                let percent = percent(level).replace('.', "_");
                format!("{side}_{}", percent.trim_end_matches('%'))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intervals(ends: &[(f64, f64)]) -> Intervals {
        let ends: Vec<Interval> = ends
            .iter()
            .map(|&(low, high)| Interval { low, high })
            .collect();
        Intervals::of(&ends).unwrap()
    }

    #[test]
    fn levels_are_a_few_above_a_half_and_in_order() {
        let levels = Levels::new(&[0.9, 0.99]).unwrap();
        let values: Vec<f64> = levels
            .as_slice()
            .iter()
            .map(|level| level.value())
            .collect();
        assert_eq!(values, [0.9, 0.99]);
        assert_eq!(Levels::new(&[0.95, 0.998]), Ok(Levels::default()));
        assert_eq!(Levels::new(&[0.95]).unwrap().len(), 1);
        assert_eq!(Levels::new(&[]), Err(LevelsError::None));
        assert_eq!(
            Levels::new(&[0.6, 0.7, 0.8, 0.9]),
            Err(LevelsError::TooMany { found: 4 })
        );
        for found in [0.0, 0.5, 0.999_91, 1.0, 95.0, -0.9, f64::INFINITY] {
            assert_eq!(
                Levels::new(&[found]),
                Err(LevelsError::OutOfRange { found }),
                "{found}"
            );
        }
        assert!(Levels::new(&[f64::NAN]).is_err());
        for pair in [[0.99, 0.9], [0.95, 0.95]] {
            let [before, next] = pair;
            assert_eq!(Levels::new(&pair), Err(LevelsError::Order { before, next }));
        }
    }

    #[test]
    fn a_level_has_one_name_in_columns_and_one_for_people() {
        let names = |wanted: &[f64]| {
            let levels = Levels::new(wanted).unwrap();
            let suffixes = (0..levels.len()).map(|place| levels.suffix(place));
            (suffixes.collect::<Vec<_>>().join(" "), levels.shown())
        };
        assert_eq!(names(&[0.95, 0.998]), (" _998".into(), "95%".into()));
        assert_eq!(names(&[0.9, 0.99]), (" _99".into(), "90%".into()));
        assert_eq!(
            names(&[0.8, 0.90, 0.975]),
            (" _90 _975".into(), "80%".into())
        );
        assert_eq!(names(&[0.9999]), (String::new(), "99.99%".into()));
    }

    #[test]
    fn position_follows_the_widest_interval_that_excludes_one() {
        let of = |inner, outer| Position::of(&intervals(&[inner, outer]));
        let word = |inner, outer| of(inner, outer).word(Levels::default());
        assert_eq!(word((0.9, 1.1), (0.8, 1.2)), "as_expected");
        assert_eq!(word((1.1, 1.3), (0.9, 1.5)), "higher_95");
        assert_eq!(word((1.2, 1.3), (1.1, 1.5)), "higher_99_8");
        assert_eq!(word((0.7, 0.9), (0.6, 1.1)), "lower_95");
        assert_eq!(word((0.7, 0.8), (0.6, 0.9)), "lower_99_8");
        // An interval that touches 1 is as expected.
        assert_eq!(of((1.0, 1.4), (0.9, 1.6)), Position::AS_EXPECTED);
    }

    #[test]
    fn positions_are_of_the_levels_of_the_run() {
        let levels = Levels::new(&[0.9, 0.95, 0.99]).unwrap();
        let words: Vec<String> = Position::all(levels).map(|p| p.word(levels)).collect();
        assert_eq!(
            words,
            [
                "lower_99",
                "lower_95",
                "lower_90",
                "as_expected",
                "higher_90",
                "higher_95",
                "higher_99"
            ]
        );
        let limits = intervals(&[(0.9, 1.1), (0.8, 1.2), (0.7, 1.3)]);
        let at = |ratio| Position::against(ratio, &limits).word(levels);
        assert_eq!(at(1.25), "higher_95");
        assert_eq!(at(0.69), "lower_99");
        assert_eq!(at(1.1), "as_expected");
    }

    #[test]
    fn intervals_are_found_level_by_level_or_not_at_all() {
        let wide = |level: Level| {
            Ok::<_, ()>(Interval {
                low: -level.z(),
                high: level.z(),
            })
        };
        let found = Intervals::try_at(Levels::default(), wide).unwrap();
        assert_eq!(found.as_slice().len(), 2);
        assert!(found.get(1).unwrap().encloses(found.shown()) && found.get(2).is_none());
        let refused = Intervals::try_at(Levels::default(), |level| {
            if level == Level::P998 {
                Err(())
            } else {
                wide(level)
            }
        });
        assert_eq!(refused, Err(()));
        assert_eq!(Intervals::of(&[]), None);
    }
}
