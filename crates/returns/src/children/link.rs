//! One person from records of several returns, within an authority: the identity ladder, and
//! confirmation by date of birth. Never across authorities; never by name.

use std::collections::BTreeMap;

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, LinkOutcome};

/// Records of one side that carry one identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Identifier as a numbered text.
    pub(crate) id: u32,
    pub(crate) birth: Option<Day>,
    pub(crate) precision: BirthPrecision,
    pub(crate) upn: Option<u32>,
    /// Two dates of birth in one file: not linked to anything.
    pub(crate) conflict: bool,
}

/// How the identifiers of a pair were found to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Exact,
    LeadingZeros,
    FirstTen,
    WithoutSuffix,
    Upn,
}

impl Step {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "the same identifier",
            Self::LeadingZeros => "the same digits without leading zeros",
            Self::FirstTen => "the first ten characters",
            Self::WithoutSuffix => "without the authority's suffix",
            Self::Upn => "pupil number and date of birth",
        }
    }
}

/// What became of each record of the side that is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// Position on the other side, if linked.
    pub(crate) to: Option<usize>,
    pub(crate) outcome: LinkOutcome,
    pub(crate) step: Option<Step>,
}

/// Links each record of one side to at most one of the other. Both are sorted by identifier number.
pub(crate) fn link<'t>(
    side: &[Identity],
    other: &[Identity],
    text: impl Fn(u32) -> &'t str,
    by_upn: bool,
) -> Vec<Link> {
    let unmatched = Link {
        to: None,
        outcome: LinkOutcome::Unmatched,
        step: None,
    };
    let mut links = vec![unmatched; side.len()];
    let mut taken = vec![false; other.len()];
    for (at, one) in side.iter().enumerate() {
        if let Ok(to) = other.binary_search_by_key(&one.id, |o| o.id) {
            links[at] = confirmed(one, &other[to], to, Step::Exact);
            taken[to] = true;
        }
    }
    if links
        .iter()
        .all(|link| link.outcome != LinkOutcome::Unmatched)
    {
        return links;
    }
    for step in [Step::LeadingZeros, Step::FirstTen, Step::WithoutSuffix] {
        let key = |id: u32, is_side: bool| key_of(text(id), step, is_side);
        try_step(side, other, &mut links, &mut taken, step, key);
    }
    if by_upn {
        let key_of = |one: &Identity| {
            Some(format!(
                "{} {}",
                text(one.upn?),
                one.birth.filter(|_| one.precision == BirthPrecision::Day)?
            ))
        };
        let side_keys: Vec<Option<String>> = side.iter().map(key_of).collect();
        let other_keys: Vec<Option<String>> = other.iter().map(key_of).collect();
        join_unique(&side_keys, &other_keys, &mut links, &mut taken, |_, to| {
            Link {
                to: Some(to),
                outcome: LinkOutcome::PupilNumber,
                step: Some(Step::Upn),
            }
        });
    }
    links
}

/// The form in which identifiers are compared at a step; none if the step does not apply.
fn key_of(id: &str, step: Step, is_side: bool) -> Option<String> {
    match step {
        Step::LeadingZeros => {
            let digits = id.bytes().all(|b| b.is_ascii_digit()) && !id.is_empty();
            digits
                .then(|| id.trim_start_matches('0').to_owned())
                .filter(|rest| !rest.is_empty())
        }
        // Care identifiers were ten characters while the census's grew to twenty.
        Step::FirstTen if is_side => (id.len() <= 10).then(|| id.to_owned()),
        Step::FirstTen => (id.len() > 10 && id.is_ascii()).then(|| id[..10].to_owned()),
        Step::WithoutSuffix => {
            let (stem, suffix) = id
                .rsplit_once('_')
                .map_or((id, ""), |(stem, suffix)| (stem, suffix));
            (suffix.len() <= 4 && !stem.is_empty()).then(|| stem.to_owned())
        }
        Step::Exact | Step::Upn => None,
    }
}

/// Whether most identifiers look like hashes: the texts of 128 bits or more that the usual functions
/// give, with or without an authority's suffix. Identifiers that are random by design (version 4 of
/// RFC 9562) are of the same length and none.
pub(crate) fn mostly_hashed<'t>(ids: impl Iterator<Item = &'t str>) -> bool {
    let (mut all, mut hashed) = (0_u64, 0_u64);
    for id in ids {
        all += 1;
        hashed += u64::from(looks_hashed(id));
    }
    all > 0 && hashed * 2 > all
}

fn looks_hashed(id: &str) -> bool {
    let stem = match id.rsplit_once('_') {
        Some((stem, suffix)) if suffix.len() <= 4 => stem,
        _ => id,
    };
    let random = |bytes: &[u8]| bytes[12] == b'4' && matches!(bytes[16], b'8' | b'9' | b'A' | b'B');
    let lengths = [32, 40, 56, 64, 96, 128];
    lengths.contains(&stem.len())
        && stem.bytes().all(|b| b.is_ascii_hexdigit())
        && stem.bytes().any(|b| b.is_ascii_alphabetic())
        && !(stem.len() == 32 && random(stem.as_bytes()))
}

fn try_step(
    side: &[Identity],
    other: &[Identity],
    links: &mut [Link],
    taken: &mut [bool],
    step: Step,
    key: impl Fn(u32, bool) -> Option<String>,
) {
    let side_keys: Vec<Option<String>> = side.iter().map(|one| key(one.id, true)).collect();
    let other_keys: Vec<Option<String>> = other.iter().map(|one| key(one.id, false)).collect();
    join_unique(&side_keys, &other_keys, links, taken, |at, to| {
        confirmed(&side[at], &other[to], to, step)
    });
}

/// Joins records that are still alone where a key is there once on each side; where it is there
/// more often, nobody can tell which is which.
fn join_unique(
    side_keys: &[Option<String>],
    other_keys: &[Option<String>],
    links: &mut [Link],
    taken: &mut [bool],
    make: impl Fn(usize, usize) -> Link,
) {
    let mut by_key: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, key) in side_keys.iter().enumerate() {
        if let (Some(key), LinkOutcome::Unmatched) = (key, links[at].outcome) {
            by_key.entry(key).or_default().0.push(at);
        }
    }
    for (to, key) in other_keys.iter().enumerate() {
        if let (Some(key), false) = (key, taken[to])
            && let Some(entry) = by_key.get_mut(key.as_str())
        {
            entry.1.push(to);
        }
    }
    for (ones, others) in by_key.values() {
        match (ones.as_slice(), others.as_slice()) {
            (_, []) => {}
            ([one], [other]) => {
                links[*one] = make(*one, *other);
                taken[*other] = true;
            }
            (ones, _) => {
                for one in ones {
                    links[*one] = Link {
                        to: None,
                        outcome: LinkOutcome::Ambiguous,
                        step: None,
                    };
                }
            }
        }
    }
}

fn confirmed(a: &Identity, b: &Identity, to: usize, step: Step) -> Link {
    let outcome = if a.conflict || b.conflict {
        LinkOutcome::Conflict
    } else {
        confirm((a.birth, a.precision), (b.birth, b.precision))
    };
    Link {
        to: outcome.is_linked().then_some(to),
        outcome,
        step: Some(step),
    }
}

/// Whether two dates of birth can be one.
pub(crate) fn confirm(
    a: (Option<Day>, BirthPrecision),
    b: (Option<Day>, BirthPrecision),
) -> LinkOutcome {
    let (Some(day_a), Some(day_b)) = (a.0, b.0) else {
        return LinkOutcome::Compatible;
    };
    let ((ya, ma, da), (yb, mb, db)) = (day_a.ymd(), day_b.ymd());
    let apart = day_a.since(day_b).abs();
    let is = |precision| a.1 == precision || b.1 == precision;
    if is(BirthPrecision::Expected) {
        // A birth within four months of the day it was expected.
        return if apart <= 120 {
            LinkOutcome::Compatible
        } else {
            LinkOutcome::Conflict
        };
    }
    if is(BirthPrecision::Year) {
        return if ya == yb {
            LinkOutcome::Compatible
        } else {
            LinkOutcome::Conflict
        };
    }
    if is(BirthPrecision::Month) {
        return if (ya, ma) == (yb, mb) {
            LinkOutcome::Compatible
        } else {
            LinkOutcome::Conflict
        };
    }
    if apart == 0 {
        return LinkOutcome::Confirmed;
    }
    let digits = |day: Day| day.to_string().into_bytes();
    let slips = digits(day_a)
        .iter()
        .zip(&digits(day_b))
        .filter(|(x, y)| x != y)
        .count();
    let swapped = ya == yb && ma == db && da == mb;
    if apart <= 31 || slips == 1 || swapped {
        LinkOutcome::Near
    } else {
        LinkOutcome::Conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(id: u32, birth: &str) -> Identity {
        let birth = Day::parse(birth).ok();
        let precision = if birth.is_some() {
            BirthPrecision::Day
        } else {
            BirthPrecision::None
        };
        Identity {
            id,
            birth,
            precision,
            upn: None,
            conflict: false,
        }
    }

    fn outcomes(
        side: &[(&str, &str)],
        other: &[(&str, &str)],
    ) -> Vec<(LinkOutcome, Option<usize>)> {
        let texts: Vec<String> = side
            .iter()
            .chain(other)
            .map(|(id, _)| (*id).to_owned())
            .collect();
        let number = |id: &str| u32::try_from(texts.iter().position(|t| t == id).unwrap()).unwrap();
        let mut left: Vec<Identity> = side
            .iter()
            .map(|(id, birth)| identity(number(id), birth))
            .collect();
        let mut right: Vec<Identity> = other
            .iter()
            .map(|(id, birth)| identity(number(id), birth))
            .collect();
        left.sort_by_key(|one| one.id);
        right.sort_by_key(|one| one.id);
        link(&left, &right, |n| texts[n as usize].as_str(), true)
            .iter()
            .map(|l| (l.outcome, l.to))
            .collect()
    }

    #[test]
    fn births_confirm_or_refuse() {
        let outcome = |a: &str, b: &str| {
            confirm(
                (Day::parse(a).ok(), BirthPrecision::Day),
                (Day::parse(b).ok(), BirthPrecision::Day),
            )
        };
        assert_eq!(outcome("2010-05-04", "2010-05-04"), LinkOutcome::Confirmed);
        assert_eq!(outcome("2010-05-04", ""), LinkOutcome::Compatible);
        assert_eq!(outcome("2010-05-04", "2010-04-05"), LinkOutcome::Near);
        assert_eq!(outcome("2010-05-04", "2010-06-04"), LinkOutcome::Near);
        assert_eq!(outcome("2010-05-04", "2012-05-04"), LinkOutcome::Near);
        assert_eq!(outcome("2010-05-04", "2012-08-19"), LinkOutcome::Conflict);
        let expected = |days| {
            confirm(
                (Some(Day(1000)), BirthPrecision::Expected),
                (Some(Day(1000 + days)), BirthPrecision::Day),
            )
        };
        assert_eq!(
            (expected(120), expected(121)),
            (LinkOutcome::Compatible, LinkOutcome::Conflict)
        );
    }

    #[test]
    fn the_ladder_is_climbed_only_where_both_sides_are_alone() {
        let born = "2010-05-04";
        assert_eq!(
            outcomes(&[("0012", born)], &[("12", born)]),
            [(LinkOutcome::Confirmed, Some(0))]
        );
        assert_eq!(
            outcomes(&[("0012", born), ("012", born)], &[("12", born)])[0].0,
            LinkOutcome::Ambiguous
        );
        assert_eq!(
            outcomes(&[("ABCDEFGHIJ", born)], &[("ABCDEFGHIJKLM", born)])[0].0,
            LinkOutcome::Confirmed
        );
        assert_eq!(
            outcomes(
                &[("ABCDEFGHIJ", born)],
                &[("ABCDEFGHIJK", born), ("ABCDEFGHIJL", born)]
            )[0]
            .0,
            LinkOutcome::Ambiguous
        );
        assert_eq!(
            outcomes(&[("77", born)], &[("77", "1999-09-19")]),
            [(LinkOutcome::Conflict, None)]
        );
        assert_eq!(
            outcomes(&[("77", born)], &[("78", born)]),
            [(LinkOutcome::Unmatched, None)]
        );
    }

    #[test]
    fn hashes_are_told_from_numbers_and_random_identifiers() {
        let sha = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";
        for (id, hashed) in [
            (sha, true),
            (&format!("{sha}_301"), true),
            ("098F6BCD4621D373CADE4E832627B4F6", true),
            ("F96F473F1FEB4D6DA3379D06670844FD", false),
            ("100234", false),
            ("12345678901234567890123456789012", false),
            ("ABCDEF", false),
            ("A1_301", false),
        ] {
            assert_eq!(looks_hashed(id), hashed, "{id}");
        }
        assert!(mostly_hashed([sha, sha, "1"].into_iter()));
        assert!(!mostly_hashed([sha, "2", "1"].into_iter()));
        assert!(!mostly_hashed(std::iter::empty()));
    }

    #[test]
    fn a_pupil_number_links_only_with_the_birth() {
        let mut a = [identity(0, "2010-05-04")];
        let mut b = [identity(1, "2010-05-04")];
        a[0].upn = Some(2);
        b[0].upn = Some(2);
        let texts = ["X1", "Y9", "UPN"];
        let run =
            |a: &[Identity], b: &[Identity]| link(a, b, |n| texts[n as usize], true)[0].outcome;
        assert_eq!(run(&a, &b), LinkOutcome::PupilNumber);
        b[0].birth = Day::parse("2010-05-05").ok();
        assert_eq!(run(&a, &b), LinkOutcome::Unmatched);
    }
}
