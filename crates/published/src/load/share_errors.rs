//! How far shares of pupils have been from shares of children: measured where both are known.

use std::collections::BTreeMap;

use disparity_core::{AreaCode, Catalogue, DenominatorError, GeographicLevel};

use super::pupils::{Areas, Broad, FIRST_FULL_COVERAGE, GROUPS, factors};

/// The school year in which the census of March 2021 was taken.
const CENSUS: u16 = 2021;

/// The most years over which the errors of moving on and of carrying were measured.
const MOST_YEARS: u16 = 6;

/// The root mean square of errors, by share where there are enough of them.
#[derive(Debug, Clone, PartialEq, Default)]
struct Spread {
    /// The least share of each part but the first.
    from: Vec<f64>,
    errors: Vec<f64>,
}

impl Spread {
    /// Errors with the shares they are of, in so many parts of equal number by share.
    fn of(mut points: Vec<(f64, f64)>, parts: usize) -> Self {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = points.len();
        // Fewer than ten errors say little; then all of them are one part.
        let parts = if n < parts * 10 { 1 } else { parts };
        let part = |at: usize| &points[at * n / parts..(at + 1) * n / parts];
        Self {
            from: (1..parts).map(|at| part(at)[0].0).collect(),
            errors: (0..parts).map(|at| root_mean_square(part(at))).collect(),
        }
    }

    fn at(&self, share: f64) -> f64 {
        let part = self.from.partition_point(|from| *from <= share);
        self.errors.get(part).copied().unwrap_or(0.0)
    }
}

fn root_mean_square(points: &[(f64, f64)]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
    let n = points.len().max(1) as f64;
    (points.iter().map(|(_, error)| error * error).sum::<f64>() / n).sqrt()
}

/// Errors of one kind: of authorities by share, and of regions and England.
type BothLevels = [[Spread; GROUPS.len()]; 2];

/// How far shares of pupils are from shares of children: root mean squares of the logarithm of what
/// is over what was said.
///
/// The level is held against residents aged 10 to 17 at the census of 2021, the only count of children
/// by ethnic group for nearly every authority. Pupils are aged 4 to 16 or so and counted where they
/// go to school, so some of the difference is that younger children are more often of mixed and less
/// often of Black groups; it is left in, because children aged 0 to 3 differ from pupils the other way
/// and no count here has them. A detailed group has the error of its broad group at its own share.
pub(super) struct Errors {
    level: BothLevels,
    /// Of moving shares on by one year, two years and so on.
    moved: Vec<BothLevels>,
    /// Of leaving them as they are.
    carried: Vec<BothLevels>,
    /// Of a part of an authority whose shares are taken to be those of the whole.
    pub(super) split: Broad,
}

impl Errors {
    pub(super) fn measure(
        pupils: &Areas<Broad>,
        primary: &Areas<Broad>,
        census: &BTreeMap<AreaCode, Broad>,
        catalogue: &Catalogue,
    ) -> Self {
        let kept = |area: AreaCode| {
            let found = catalogue.areas.get(area)?;
            match found.level {
                GeographicLevel::LocalAuthority => (!found.tiny).then_some(0),
                GeographicLevel::Regional => (!area.as_str().starts_with("E13")).then_some(1),
                // England is the sum of its regions, not one more of them.
                GeographicLevel::National => None,
            }
        };
        let residents = with_regions(census, catalogue);
        let level = both_levels(residents.iter().filter_map(|(area, counts)| {
            let said = pupils.get(&(*area, CENSUS))?;
            let total: f64 = counts.iter().sum();
            Some((kept(*area)?, *said, counts.map(|count| count / total)))
        }));
        let over =
            |years: u16, first: u16, said: &dyn Fn(&Broad, AreaCode, u16) -> Option<Broad>| {
                both_levels(pupils.iter().filter_map(|((area, year), from)| {
                    let to = pupils
                        .get(&(*area, year + years))
                        .filter(|_| *year >= first)?;
                    Some((kept(*area)?, said(from, *area, *year)?, *to))
                }))
            };
        let moved = (1..=MOST_YEARS).map(|years| {
            over(years, FIRST_FULL_COVERAGE, &|from, area, year| {
                let primary = |year| primary.get(&(area, year));
                let factors = factors(primary(year)?, primary(year + years)?);
                let moved: Broad = std::array::from_fn(|group| from[group] * factors[group]);
                let total: f64 = moved.iter().sum();
                Some(moved.map(|share| share / total))
            })
        });
        let carried = (1..=MOST_YEARS).map(|years| over(years, 0, &|from, _, _| Some(*from)));
        Self {
            level,
            moved: moved.take_while(known).collect(),
            carried: carried.take_while(known).collect(),
            split: split(census, catalogue),
        }
    }

    pub(super) fn of(
        &self,
        group: usize,
        share: f64,
        authority: bool,
        moved: u16,
        carried: u16,
    ) -> DenominatorError {
        let at = usize::from(!authority);
        let over = |measured: &[BothLevels], years: u16| {
            // Further than was measured, the error is that of as far as was.
            let found = measured.get(usize::from(years).min(measured.len()).wrapping_sub(1));
            found.map_or(0.0, |found| found[at][group].at(share))
        };
        DenominatorError {
            level: self.level[at][group].at(share),
            drift: over(&self.moved, moved).hypot(over(&self.carried, carried)),
        }
    }
}

/// Whether anything was measured.
fn known(found: &BothLevels) -> bool {
    found
        .iter()
        .flatten()
        .all(|spread| spread.errors.iter().any(|error| *error > 0.0))
}

/// Of each kind of area: what was said and what is, to errors by group.
fn both_levels(points: impl Iterator<Item = (usize, Broad, Broad)>) -> BothLevels {
    let mut errors: [[Vec<(f64, f64)>; GROUPS.len()]; 2] = Default::default();
    for (kind, said, is) in points {
        for (group, (said, is)) in said.into_iter().zip(is).enumerate() {
            if said > 0.0 && is > 0.0 {
                errors[kind][group].push((said, (is / said).ln()));
            }
        }
    }
    let [authorities, regions] = errors;
    [
        authorities.map(|points| Spread::of(points, 5)),
        regions.map(|points| Spread::of(points, 1)),
    ]
}

/// The counts of authorities, and their sums by region.
fn with_regions(
    census: &BTreeMap<AreaCode, Broad>,
    catalogue: &Catalogue,
) -> BTreeMap<AreaCode, Broad> {
    let mut all = census.clone();
    for (area, counts) in census {
        let Some(region) = catalogue.areas.get(*area).and_then(|area| area.region) else {
            continue;
        };
        let sums = all.entry(region).or_default();
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    all
}

/// How unlike the whole the parts of an authority are that was split, at the census.
fn split(census: &BTreeMap<AreaCode, Broad>, catalogue: &Catalogue) -> Broad {
    let mut wholes: BTreeMap<AreaCode, Vec<Broad>> = BTreeMap::new();
    for (area, counts) in census {
        if let Some(whole) = catalogue.areas.split_from(*area) {
            wholes.entry(whole).or_default().push(*counts);
        }
    }
    let mut errors: [Vec<(f64, f64)>; GROUPS.len()] = Default::default();
    for parts in wholes.values() {
        let total = |counts: &Broad| counts.iter().sum::<f64>();
        let all: f64 = parts.iter().map(total).sum();
        for (group, errors) in errors.iter_mut().enumerate() {
            let whole = parts.iter().map(|counts| counts[group]).sum::<f64>() / all;
            let shares = parts.iter().map(|counts| counts[group] / total(counts));
            errors.extend(shares.map(|share| (whole, (share / whole).ln())));
        }
    }
    errors.map(|errors| root_mean_square(&errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart_by_share_where_there_are_enough() {
        let points: Vec<(f64, f64)> = (0..50_u8)
            .map(|n| (f64::from(n) / 100.0, if n < 10 { 0.4 } else { 0.1 }))
            .collect();
        let spread = Spread::of(points.clone(), 5);
        assert_eq!(spread.from, [0.1, 0.2, 0.3, 0.4]);
        assert!((spread.at(0.05) - 0.4).abs() < 1e-12 && (spread.at(0.1) - 0.1).abs() < 1e-12);
        let few = Spread::of(points[5..15].to_vec(), 5);
        assert!(few.from.is_empty() && few.at(0.9) > 0.1 && few.at(0.9) < 0.4);
        assert!(Spread::default().at(0.2).abs() < 1e-15);
    }
}
