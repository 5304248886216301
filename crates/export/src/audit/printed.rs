//! Counts as outputs print them, by what they are of: a count that stands in two outputs is one.

use std::collections::BTreeMap;

use crate::rows::Row;

/// Words that stand often, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    words: Vec<String>,
    place: BTreeMap<String, u32>,
}

impl Names {
    pub(super) fn of(&mut self, word: &str) -> u32 {
        if let Some(at) = self.place.get(word) {
            return *at;
        }
        let at = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word.to_owned());
        self.place.insert(word.to_owned(), at);
        at
    }

    /// The number of a word that has stood somewhere.
    pub(super) fn find(&self, word: &str) -> Option<u32> {
        self.place.get(word).copied()
    }

    pub(super) fn word(&self, at: u32) -> &str {
        self.words.get(at as usize).map_or("", String::as_str)
    }
}

/// Of whom and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// First and last year.
    pub(super) years: (u16, u16),
    /// Code of the authority; empty for all together.
    pub(super) area: u32,
    /// Way of telling children apart.
    pub(super) by: u32,
    /// The group, as it is called.
    pub(super) group: u32,
}

/// A count: of what, of whom and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) what: u32,
    pub(super) place: Place,
}

/// What is told of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// The number, where one stands.
    pub(super) shown: Option<u64>,
    /// Whether a symbol stands for it somewhere.
    pub(super) withheld: bool,
    /// The least and the most that a rate beside it says.
    pub(super) by_rate: Option<(u64, u64)>,
    /// Whether it stands nowhere, and is only known to be part of what does.
    pub(super) unprinted: bool,
    /// Whether it is one number here and another there.
    pub(super) differs: bool,
}

impl Told {
    /// The same with what another place tells.
    pub(super) fn and(&mut self, other: &Self) {
        if let (Some(one), Some(two)) = (self.shown, other.shown)
            && one != two
        {
            self.differs = true;
        }
        self.shown = self.shown.or(other.shown);
        self.withheld |= other.withheld;
        self.unprinted &= other.unprinted;
        self.differs |= other.differs;
        self.by_rate = match (self.by_rate, other.by_rate) {
            (Some(one), Some(two)) => Some((one.0.max(two.0), one.1.min(two.1))),
            (one, two) => one.or(two),
        };
    }
}

/// What one folder or file prints.
#[derive(Debug, Clone, Default)]
pub(super) struct Output {
    /// How it was named.
    pub(super) name: String,
    /// Which of our outputs are in it.
    pub(super) kinds: Vec<&'static str>,
    /// Why nothing is withheld in it, if nothing is.
    pub(super) unprotected: Option<String>,
    /// Whether its children are invented.
    pub(super) synthetic: bool,
    /// Its counts.
    pub(super) counts: BTreeMap<Key, Told>,
}

impl Output {
    /// Takes in what stands in a field of a count.
    pub(super) fn add(&mut self, key: Key, text: &str) {
        let told = match text {
            "c" => Told {
                withheld: true,
                ..Told::default()
            },
            text => match text.parse() {
                Ok(count) => Told {
                    shown: Some(count),
                    ..Told::default()
                },
                // That it is not available says nothing of its size.
                Err(_) => return,
            },
        };
        self.tell(key, told);
    }

    /// Takes in what the share in a row and its limits tell of the part and the whole.
    pub(super) fn add_share(&mut self, row: Row<'_>, part: Key, whole: Key) {
        let number = |name: &str| row(name).parse::<f64>().ok();
        if let (Some(share), Some(low), Some(high)) =
            (number("estimate"), number("conf_low"), number("conf_high"))
            && let Some((of_part, of_whole)) = of_wilson(share, low, high)
        {
            for (key, n) in [(part, of_part), (whole, of_whole)] {
                let by_rate = Some((n, n));
                self.tell(
                    key,
                    Told {
                        by_rate,
                        ..Told::default()
                    },
                );
            }
        }
    }

    pub(super) fn tell(&mut self, key: Key, told: Told) {
        self.counts
            .entry(key)
            .and_modify(|own| own.and(&told))
            .or_insert(told);
    }
}

/// The part and the whole that a share and Wilson's limits at the 95% level were made from, where they
/// are whole numbers: with n children and z standard errors the limits multiply to p²/(1 + z²/n).
fn of_wilson(share: f64, low: f64, high: f64) -> Option<(u64, u64)> {
    const Z: f64 = 1.959_963_984_540_054;
    // z²/n
    let of_n = if share > 0.0 && low > 0.0 {
        share * share / (low * high) - 1.0
    } else if share < 1.0 && high < 1.0 {
        // The same of those who are not of the part.
        let (low, high) = (1.0 - high, 1.0 - low);
        (1.0 - share) * (1.0 - share) / (low * high) - 1.0
    } else {
        return None;
    };
    let whole = Z * Z / of_n;
    let part = share * whole;
    let is_whole = |x: f64| (0.0..1e7).contains(&x) && (x - x.round()).abs() < 1e-3;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number of children"
    )]
    let found =
        (is_whole(whole) && is_whole(part)).then(|| (part.round() as u64, whole.round() as u64));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_tell_of_how_many_a_share_is() {
        // As they were printed.
        assert_eq!(
            of_wilson(
                0.842_105_263_157_894_7,
                0.786_555_513_186_583_2,
                0.885_306_072_391_387_9
            ),
            Some((176, 209))
        );
        // To two digits they tell nothing.
        assert_eq!(of_wilson(0.33, 0.28, 0.39), None);
    }
}
