//! What is said of an authority against what is expected of it. Made here and nowhere else, so that the
//! page, the charts, the commands and the tables say the same of the same figures.
//!
//! A verdict is two statements, and neither stands for the other: whether the authority's own interval
//! tells its count from what is expected, and whether authorities ordinarily lie as far from it.

use crate::{Expected, ExpectedModel, Nation, Position, Reported, StructuralModel};

/// The fewest authorities whose spread may say what is usual between authorities. A standard deviation
/// found from 20 has a 95% interval from 0.76 to 1.46 times itself (chi-squared with 19 degrees of
/// freedom); from ten, to 1.83 times.
pub const LEAST_AUTHORITIES: usize = 20;

/// An authority against what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdict {
    /// By its own interval, against 1.
    pub own: Position,
    /// Among authorities, against the limits that allow for the spread between them.
    pub among: Position,
    /// What was expected of what.
    pub model: ExpectedModel,
    /// In which nation: expected at its rates, or of authorities like it there.
    pub nation: Nation,
}

impl Expected {
    /// The verdict; the reason instead where there is no ratio, or no limits: regions are not compared
    /// with one another, and fewer than [`LEAST_AUTHORITIES`] authorities do not tell what is usual.
    #[must_use]
    pub fn verdict(&self) -> Reported<Verdict> {
        self.outcome
            .zip(self.adjusted)
            .map(|(outcome, adjusted)| Verdict {
                own: outcome.position,
                among: adjusted.position,
                model: self.model,
                nation: Nation::of(self.area).unwrap_or_default(),
            })
    }
}

impl Verdict {
    /// Both statements in words: `well above what its circumstances would suggest; within what is
    /// usual between authorities`.
    #[must_use]
    pub fn words(self) -> String {
        format!(
            "{} {}; {} between authorities",
            self.own.against_expected(),
            self.model.would_suggest(self.nation),
            self.among.among_authorities()
        )
    }
}

impl Position {
    /// The words for where an authority stands by its own interval, against what is expected: one
    /// phrase for each level that it can lie beyond.
    #[must_use]
    pub const fn against_expected(self) -> &'static str {
        match (self.is_higher(), self.beyond()) {
            (_, 0) => "not clearly different from",
            (false, 1) => "below",
            (false, 2) => "well below",
            (false, _) => "far below",
            (true, 1) => "above",
            (true, 2) => "well above",
            (true, _) => "far above",
        }
    }

    /// The words for where it stands against limits that allow for the spread between authorities,
    /// before `between authorities`.
    #[must_use]
    pub const fn among_authorities(self) -> &'static str {
        match (self.is_higher(), self.beyond()) {
            (_, 0) => "within what is usual",
            (false, 1) => "lower than is usual",
            (false, 2) => "much lower than is usual",
            (false, _) => "very much lower than is usual",
            (true, 1) => "higher than is usual",
            (true, 2) => "much higher than is usual",
            (true, _) => "very much higher than is usual",
        }
    }

    /// Whether it is higher or lower than is expected, at any level.
    #[must_use]
    pub const fn stands_out(self) -> bool {
        self.is_higher() || self.is_lower()
    }
}

impl ExpectedModel {
    /// What the expectation rests on, for people, as the end of a sentence: `what its circumstances
    /// would suggest`.
    #[must_use]
    pub fn would_suggest(self, nation: Nation) -> String {
        let known = match self {
            Self::NationalRate | Self::Age | Self::Ethnicity => {
                return format!("what {} would give", self.rests_on(nation));
            }
            Self::Structural(StructuralModel::Null) => "number of children",
            Self::Structural(StructuralModel::Deprivation) => "low-income families",
            Self::Structural(StructuralModel::DeprivationEthnicity) => {
                "low-income families and ethnic groups"
            }
            Self::Structural(StructuralModel::Full) => "circumstances",
        };
        format!("what its {known} would suggest")
    }

    /// What the expectation rests on, as the heading of a column or row.
    #[must_use]
    pub fn rests_on(self, nation: Nation) -> String {
        let whose = nation.possessive();
        match self {
            Self::NationalRate => format!("{whose} rate"),
            Self::Age => format!("{whose} rates by age"),
            Self::Ethnicity => format!("{whose} rates by ethnic group"),
            Self::Structural(StructuralModel::Null) => "number of children".to_owned(),
            Self::Structural(StructuralModel::Deprivation) => "low income".to_owned(),
            Self::Structural(StructuralModel::DeprivationEthnicity) => {
                "low income and ethnic groups".to_owned()
            }
            Self::Structural(StructuralModel::Full) => "circumstances".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Levels;

    /// The position beyond so many levels, below for negative ones.
    fn beyond(wanted: i32) -> Position {
        let levels = Levels::new(&[0.9, 0.95, 0.998]).unwrap();
        let place = usize::try_from(wanted + 3).unwrap();
        Position::all(levels).nth(place).unwrap()
    }

    #[test]
    fn a_verdict_says_both_things() {
        let verdict = Verdict {
            own: beyond(2),
            among: Position::AS_EXPECTED,
            model: ExpectedModel::Structural(StructuralModel::Full),
            nation: Nation::England,
        };
        assert_eq!(
            verdict.words(),
            "well above what its circumstances would suggest; within what is usual between authorities"
        );
        let verdict = Verdict {
            own: Position::AS_EXPECTED,
            among: beyond(-1),
            model: ExpectedModel::NationalRate,
            nation: Nation::England,
        };
        assert_eq!(
            verdict.words(),
            "not clearly different from what England’s rate would give; lower than is usual between authorities"
        );
        let verdict = Verdict {
            nation: Nation::Wales,
            ..verdict
        };
        assert_eq!(
            verdict.words(),
            "not clearly different from what Wales’s rate would give; lower than is usual between authorities"
        );
    }

    #[test]
    fn every_position_has_words_of_its_own() {
        let words = (-3..=3)
            .map(beyond)
            .flat_map(|position| [position.against_expected(), position.among_authorities()]);
        assert_eq!(words.collect::<BTreeSet<_>>().len(), 14);
        assert_eq!(beyond(-3).against_expected(), "far below");
        assert_eq!(
            beyond(3).among_authorities(),
            "very much higher than is usual"
        );
        let out: Vec<bool> = (-3..=3).map(|n| beyond(n).stands_out()).collect();
        assert_eq!(out, [true, true, true, false, true, true, true]);
    }
}
