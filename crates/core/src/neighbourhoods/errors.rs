//! How wrong children of an ethnic group are that are estimated from residents of all ages.

use super::RESIDENT_GROUPS;

/// Errors that were measured of estimates of about one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeClass {
    /// The fewest children of an estimate in it.
    pub from: f64,
    /// Standard deviation of the logarithm of what is over what was estimated, beyond chance.
    pub beyond_chance: f64,
}

/// How far such estimates were from the truth where it is known: of districts of counties, at the census of 2021
/// (`data/codelists/group_estimate_errors.csv`, `tests/reference/group_estimate_errors.py`).
///
/// Neighbourhoods are smaller than districts, and no count says how wrong they are: what is known of the smallest
/// estimates is what is said of theirs. It leaves out the chance of a small number, which whoever draws
/// children has on top.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupEstimateErrors([Vec<SizeClass>; 5]);

impl GroupEstimateErrors {
    /// Errors of each group in the order of [`RESIDENT_GROUPS`]. None if a group has no class, or its classes
    /// do not begin at nobody and rise.
    #[must_use]
    pub fn new(classes: [Vec<SizeClass>; RESIDENT_GROUPS.len()]) -> Option<Self> {
        let sound = classes.iter().all(|own| {
            own.first().is_some_and(|first| first.from <= 0.0)
                && own.windows(2).all(|two| two[0].from < two[1].from)
                && own.iter().all(|class| class.beyond_chance >= 0.0)
        });
        sound.then_some(Self(classes))
    }

    /// The standard deviation of the logarithm of an estimate of so many children, beyond chance. None for
    /// a group that is not in [`RESIDENT_GROUPS`].
    #[must_use]
    pub fn beyond_chance(&self, group: usize, children: f64) -> Option<f64> {
        let classes = self.0.get(group)?;
        let at = classes.partition_point(|class| class.from <= children);
        Some(classes.get(at.checked_sub(1)?)?.beyond_chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_has_the_error_of_its_size() {
        let class = |from, beyond_chance| SizeClass {
            from,
            beyond_chance,
        };
        let own = || vec![class(0.0, 0.4), class(50.0, 0.2)];
        let errors = GroupEstimateErrors::new(std::array::from_fn(|_| own())).unwrap();
        for (children, expected) in [(0.0, 0.4), (49.9, 0.4), (50.0, 0.2), (1e6, 0.2)] {
            assert_eq!(errors.beyond_chance(4, children), Some(expected));
        }
        assert_eq!(errors.beyond_chance(5, 1.0), None);
        assert_eq!(errors.beyond_chance(0, f64::NAN), None);
        let late = std::array::from_fn(|_| vec![class(50.0, 0.2)]);
        assert_eq!(GroupEstimateErrors::new(late), None);
        assert_eq!(GroupEstimateErrors::new(Default::default()), None);
    }
}
