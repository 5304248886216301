//! Shares of counts that are shown, and figures of single children to the digits that those bear.

use disparity_core::{Reported, Symbol};
use disparity_stats::{Interval, Level, wilson};

use super::digits::to_digits_borne;
use crate::rule::Rule;

/// A proportion with its interval at the 95% level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// 0 to 1.
    pub value: f64,
    /// At the 95% level.
    pub interval: Interval,
}

/// A share of those shown, with Wilson's interval: of none it cannot be told, of a few it says little.
pub(super) fn share(part: Reported<u32>, whole: Reported<u32>, rule: Rule) -> Reported<Proportion> {
    part.zip(whole).and_then(|(x, n)| {
        let few = n < rule.least_for_rate;
        let (x, n) = (f64::from(x.min(n)), f64::from(n));
        match wilson(x, n, Level::P95) {
            Ok(_) if few => Reported::Symbol(Symbol::Unreliable),
            Ok(interval) => {
                let value = x / n;
                Reported::Value(Proportion { value, interval })
            }
            Err(_) => Reported::Symbol(Symbol::NotAvailable),
        }
    })
}

/// A figure computed from so many single children, to the digits that they bear and within what is
/// certain; as it is where nothing is withheld.
pub(super) fn reported(
    found: (f64, Interval),
    (children, certain): (f64, (f64, f64)),
    rule: Rule,
) -> Proportion {
    let (value, interval) = if rule.withhold_to == 0 {
        found
    } else {
        to_digits_borne(found, children, certain)
    };
    Proportion { value, interval }
}
