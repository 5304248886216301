//! How far a profile reaches: the distance from its top at which −ln L or −2 ln L has risen by so
//! much. Every profile interval is made of two such distances; what rises is the caller's affair.

/// Looks, before a profile is called unbounded or rough.
const LOOKS: usize = 100;

/// A point of a profile: by how much it has risen, and how steeply it rises with the distance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) rise: f64,
    pub(super) slope: f64,
}

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// The rise that is sought.
    pub(super) target: f64,
    /// The first distance to look at.
    pub(super) first: f64,
    /// A distance at which it has risen further, if one is known.
    pub(super) beyond: Option<f64>,
    /// A distance that is not looked beyond.
    pub(super) most: f64,
}

/// The distance above 0 at which `at`, which is 0 at 0, has risen to the target; nothing where it
/// cannot be computed or does not rise so far.
pub(super) fn reach(search: Search, mut at: impl FnMut(f64) -> Option<Point>) -> Option<f64> {
    let root = search.target.sqrt();
    let (mut near, mut far) = (0.0, search.beyond);
    let mut next = search.first;
    for _ in 0..LOOKS {
        let place = next;
        let point = at(place)?;
        let value = point.rise.max(0.0).sqrt();
        let narrow = far.is_some_and(|far| far - near < 1e-12 * far);
        if (value - root).abs() < 1e-9 * root || narrow {
            return Some(place);
        }
        if value < root {
            near = place;
        } else {
            far = Some(place);
        }
        // The root of the rise is close to a straight line, which is followed.
        let newton = place + (root - value) * 2.0 * value / point.slope;
        next = match far {
            Some(far) if newton > near && newton < far => newton,
            Some(far) => 0.5 * (near + far),
            None if newton > near && newton < 2.5 * near => newton,
            None => 2.5 * near,
        };
        if next > search.most {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(target: f64, beyond: Option<f64>) -> Search {
        Search {
            target,
            first: 1.0,
            beyond,
            most: 1e6,
        }
    }

    #[test]
    fn a_bent_profile_is_followed_from_either_side() {
        // (e^t − 1 − t) is steeper than a parabola.
        let at = |t: f64| {
            Some(Point {
                rise: t.exp_m1() - t,
                slope: t.exp_m1(),
            })
        };
        for target in [1e-6, 0.5, 200.0] {
            let found = reach(search(target, None), at).expect("it rises");
            assert!((found.exp_m1() - found - target).abs() < 1e-7 * target);
            let again = reach(search(target, Some(50.0)), at).expect("it rises");
            assert!((again - found).abs() < 1e-8 * found);
        }
    }

    #[test]
    fn a_profile_that_levels_off_has_no_limit() {
        let flat = |t: f64| {
            Some(Point {
                rise: 1.0 - (-t).exp(),
                slope: (-t).exp(),
            })
        };
        assert!(reach(search(2.0, None), flat).is_none());
    }

    #[test]
    fn slopes_that_mislead_only_cost_time() {
        let misled = |t: f64| {
            Some(Point {
                rise: t * t,
                slope: f64::NAN,
            })
        };
        let found = reach(search(4.0, None), misled).expect("it rises");
        assert!((found - 2.0).abs() < 1e-7);
    }
}
