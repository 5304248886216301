//! Counts held against drawn expected numbers.

use disparity_core::needs::{Estimated, Part, SeenCounts, SeenGroup, SeenRatio, SeenRow, Way};
use disparity_core::{Count, Interval, Intervals, Levels, Reported, Symbol};
use disparity_stats::{Draws, GammaPoissonShapes, GammaShape, UncertainUnit, gamma_poisson_shapes};
use rayon::prelude::*;

use crate::NeedsError;
use crate::simulate::{Setting, WIDTH, intervals, stream};

/// Less spread than this cannot be told from none.
const LEAST_SPREAD: f64 = 0.02;
/// The typical spread of areas where all children are counted: so large that the counts decide. Of a group they are
/// too few to.
const VAGUE_SPREAD: f64 = 1.0;

/// What is compared.
pub(crate) struct Compared<'a> {
    pub(crate) setting: Setting<'a>,
    pub(crate) counts: &'a SeenCounts,
    pub(crate) ways: &'a [Way],
    pub(crate) below: f64,
    pub(crate) spread: f64,
    /// What is expected of the authority and the standard error of its logarithm, or why that is not known.
    pub(crate) as_expected: Reported<(f64, f64)>,
    /// At England's rates, [`WIDTH`] figures of each part.
    pub(crate) expected: Vec<f64>,
    /// The same by draw.
    pub(crate) drawn: Vec<Vec<f32>>,
}

/// What the expected numbers at England's rates are multiplied by: as known, and by draw.
struct Factor {
    known: f64,
    drawn: Vec<f64>,
}

/// A kind of areas: a level and a group.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    level: &'static str,
    group: SeenGroup,
}

/// A count with the place of its expected numbers.
#[derive(Clone, Copy)]
struct Unit {
    /// Among the counts.
    at: usize,
    /// Among the figures.
    column: usize,
}

impl Compared<'_> {
    /// Every count against every way, sorted by way, part and group.
    pub(crate) fn rows(&self) -> Result<Vec<SeenRow>, NeedsError> {
        let mut ways = self.ways.to_vec();
        ways.sort_unstable();
        ways.dedup();
        let factors: Vec<(Way, Reported<Factor>)> =
            ways.iter().map(|way| (*way, self.factor(*way))).collect();
        let ratios = self.ratios(&factors)?;
        let rows = factors
            .iter()
            .enumerate()
            .flat_map(|(place, (way, factor))| {
                let ratios = &ratios;
                self.counts
                    .counts
                    .iter()
                    .enumerate()
                    // Of an area's children without a group nothing is expected, and their number is never shown.
                    .filter(|(_, own)| {
                        own.group != SeenGroup::Unknown || own.part == Part::Authority
                    })
                    .map(move |(at, own)| SeenRow {
                        part: own.part,
                        group: own.group,
                        way: *way,
                        seen: own.count,
                        expected: self.expected_of(own.part, own.group, factor),
                        ratio: ratios[at][place],
                    })
            });
        Ok(rows.collect())
    }

    /// What is shared out: what was seen of all, or where that is withheld the authority's own total.
    fn total(&self) -> Reported<Count> {
        let own = self.counts.from_homes.as_ref();
        match own.and_then(|own| own.shared_out) {
            Some(total) => Reported::Value(total),
            None => self.counts.get(Part::Authority, SeenGroup::All),
        }
    }

    /// The share of all children whose group is known, as far as can be told.
    fn known_share(&self) -> f64 {
        let unknown = self.counts.get(Part::Authority, SeenGroup::Unknown);
        match (self.total(), unknown) {
            (Reported::Value(all), Reported::Value(unknown)) if all > unknown => {
                1.0 - f64::from(unknown) / f64::from(all)
            }
            _ => 1.0,
        }
    }

    /// What is expected of all of the authority at England's rates, by draw.
    fn of_all(&self) -> impl Iterator<Item = f64> + '_ {
        self.drawn.iter().map(|drawn| f64::from(drawn[0]))
    }

    fn factor(&self, way: Way) -> Reported<Factor> {
        let all = self.expected[0];
        match way {
            Way::EnglandRates => Reported::Value(Factor {
                known: 1.0,
                drawn: vec![1.0; self.drawn.len()],
            }),
            Way::AsExpected => self.as_expected.map(|(value, error)| {
                let seed = self.setting.assumptions.seed;
                let mut draws = stream(seed, self.purpose(0), 0);
                let mut one = |all: f64| value * (error * draws.normal()).exp() / all;
                Factor {
                    known: value / all,
                    drawn: self.of_all().map(&mut one).collect(),
                }
            }),
            Way::Benchmarked => self.total().map(|total| Factor {
                known: f64::from(total) / all,
                drawn: self.of_all().map(|all| f64::from(total) / all).collect(),
            }),
        }
    }

    fn purpose(&self, kind: u64) -> u64 {
        self.setting
            .purpose()
            .wrapping_mul(41)
            .wrapping_add(kind + 1)
    }

    /// Where the figures of a part and group stand; none where nothing is expected of them.
    fn column(&self, part: Part, group: SeenGroup) -> Reported<usize> {
        let place = match group {
            SeenGroup::All => 0,
            SeenGroup::Of(_) if !self.setting.children.groups_known => {
                return Reported::Symbol(Symbol::NotAvailable);
            }
            SeenGroup::Of(at) => usize::from(at) + 1,
            SeenGroup::Unknown => return Reported::Symbol(Symbol::NotApplicable),
        };
        match self.setting.parts.all.binary_search(&part) {
            Ok(at) => Reported::Value(at * WIDTH + place),
            Err(_) => Reported::Symbol(Symbol::NotAvailable),
        }
    }

    /// What expected numbers of a group are multiplied by, as some children are of no known group.
    fn share_of(&self, group: SeenGroup) -> f64 {
        if group == SeenGroup::All {
            1.0
        } else {
            self.known_share()
        }
    }

    fn expected_of(
        &self,
        part: Part,
        group: SeenGroup,
        factor: &Reported<Factor>,
    ) -> Reported<Estimated> {
        let factor = match factor {
            Reported::Value(factor) => factor,
            Reported::Symbol(symbol) => return Reported::Symbol(*symbol),
        };
        let share = self.share_of(group);
        self.column(part, group).map(|column| {
            let drawn = self.drawn.iter().zip(&factor.drawn);
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let mut drawn: Vec<f32> = drawn
                .map(|(drawn, factor)| (f64::from(drawn[column]) * factor * share) as f32)
                .collect();
            Estimated {
                value: self.expected[column] * factor.known * share,
                intervals: intervals(self.setting.levels, &mut drawn),
            }
        })
    }

    /// The ratios of every count, by way.
    fn ratios(
        &self,
        factors: &[(Way, Reported<Factor>)],
    ) -> Result<Vec<Vec<Reported<SeenRatio>>>, NeedsError> {
        let counts = &self.counts.counts;
        let mut found: Vec<Vec<Reported<SeenRatio>>> = counts
            .iter()
            .map(|own| {
                // That which withholds the count withholds what depends on it.
                let why = own.count.symbol().unwrap_or(Symbol::NotApplicable);
                let why = match self.column(own.part, own.group) {
                    Reported::Symbol(symbol) => symbol.max(why),
                    Reported::Value(_) => why,
                };
                vec![Reported::Symbol(why); factors.len()]
            })
            .collect();
        let Reported::Value(total) = self.total() else {
            let why = self.total().symbol().unwrap_or(Symbol::NotAvailable);
            for row in found.iter_mut().flatten() {
                if let Reported::Symbol(own) = row {
                    *own = why.max(*own);
                }
            }
            return Ok(found);
        };
        if total == 0 {
            return Ok(found);
        }
        for (number, kind) in (0..).zip(self.kinds()) {
            let units: Vec<Unit> = self.units(kind).collect();
            let means = self.means(kind, f64::from(total));
            let shapes = self.shapes(kind, &units, &means)?;
            let means = self.uncertain_means((kind, number), f64::from(total), &shapes, &means);
            let each: Vec<Vec<Reported<SeenRatio>>> = units
                .par_iter()
                .enumerate()
                .map(|(at, unit)| {
                    let seed = self.setting.assumptions.seed;
                    let mut draws = stream(seed, self.purpose(1 + number), at as u64);
                    self.ratio(kind, *unit, (&means, &shapes), factors, &mut draws)
                })
                .collect::<Result<_, NeedsError>>()?;
            for (unit, ratios) in units.iter().zip(each) {
                found[unit.at] = ratios;
            }
        }
        let all = self.counts.place(Part::Authority, SeenGroup::All);
        if let Some(at) = all.filter(|at| self.counts.counts[*at].count.is_value()) {
            found[at] = self.of_total(f64::from(total), factors);
        }
        Ok(found)
    }

    /// Kinds of areas, in order; groups of the authority are one kind.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = Vec::new();
        for own in &self.counts.counts {
            let kind = Self::kind(own.part, own.group);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.retain(|kind| {
            kind.group != SeenGroup::Unknown && (kind.level != "authority" || self.counts.by_group)
        });
        kinds
    }

    fn kind(part: Part, group: SeenGroup) -> Kind {
        let level = part.level();
        let group = match (part, group) {
            (Part::Authority, SeenGroup::Of(_)) => SeenGroup::All,
            _ => group,
        };
        Kind { level, group }
    }

    /// Counts of a kind that are shown and of which something is expected. Of the authority, its groups.
    fn units(&self, kind: Kind) -> impl Iterator<Item = Unit> + '_ {
        let counts = self.counts.counts.iter().enumerate();
        counts.filter_map(move |(at, own)| {
            let is_total = own.part == Part::Authority && own.group == SeenGroup::All;
            let column = self.column(own.part, own.group).value()?;
            let expected =
                self.expected[column] > 0.0 && self.drawn.iter().all(|drawn| drawn[column] > 0.0);
            let own_kind = Self::kind(own.part, own.group) == kind && !is_total;
            (own_kind && own.count.is_value() && expected).then_some(Unit { at, column })
        })
    }

    /// The share of children whom the expected numbers of a kind are of.
    fn share_of_kind(&self, kind: Kind) -> f64 {
        if kind.group != SeenGroup::All || kind.level == "authority" {
            self.known_share()
        } else {
            1.0
        }
    }

    /// What an expected number at England's rates is multiplied by, by draw, for the prior mean of a kind: what
    /// was seen of all is shared out.
    fn means(&self, kind: Kind, total: f64) -> Vec<f64> {
        let seen = total * self.share_of_kind(kind);
        self.of_all().map(|all| seen / all).collect()
    }

    /// The same, with how far the mean of a kind may be from what was seen: by chance, and because the areas that
    /// there happen to be are some of many.
    fn uncertain_means(
        &self,
        (kind, number): (Kind, u64),
        total: f64,
        shapes: &GammaPoissonShapes,
        means: &[f64],
    ) -> Vec<f64> {
        let all = self.expected_of_kind(kind);
        let sum: f64 = all.iter().sum();
        let squares: f64 = all.iter().map(|own| (own / sum).powi(2)).sum();
        let each = shapes.as_slice().iter();
        let log_shape: f64 = each.map(|own| own.probability * own.shape.ln()).sum();
        let shape = 1.0 / (1.0 / total + squares * (-log_shape).exp());
        let gamma = GammaShape::new(shape);
        let seed = self.setting.assumptions.seed;
        let mut draws = stream(seed, self.purpose(1 + number), u64::MAX);
        let each = means.iter();
        each.map(|mean| mean * draws.gamma_of(&gamma) / shape)
            .collect()
    }

    /// What is expected of every area of a kind, whether its count is shown or not.
    fn expected_of_kind(&self, kind: Kind) -> Vec<f64> {
        let counts = self.counts.counts.iter();
        counts
            .filter(|own| {
                let is_total = own.part == Part::Authority && own.group == SeenGroup::All;
                !is_total && Self::kind(own.part, own.group) == kind
            })
            .filter_map(|own| Some(self.expected[self.column(own.part, own.group).value()?]))
            .collect()
    }

    fn shapes(
        &self,
        kind: Kind,
        units: &[Unit],
        means: &[f64],
    ) -> Result<GammaPoissonShapes, NeedsError> {
        let n = means.len() as f64;
        let known: Vec<UncertainUnit> = units
            .iter()
            .filter_map(|unit| {
                let drawn = self.prior_means(*unit, means);
                let expected = drawn.iter().sum::<f64>() / n;
                let square = drawn.iter().map(|own| (own / expected - 1.0).powi(2));
                Some(UncertainUnit {
                    count: f64::from(self.counts.counts[unit.at].count.value()?),
                    expected,
                    relative_variance: square.sum::<f64>() / n,
                })
            })
            .collect();
        let spread = match kind.group {
            SeenGroup::All => VAGUE_SPREAD,
            _ => self.spread.max(LEAST_SPREAD),
        };
        gamma_poisson_shapes(&known, spread, self.counts.withheld_to)
            .map_err(|source| NeedsError::Ratios { source })
    }

    /// How many would be seen of a unit that is like its kind, by draw.
    fn prior_means(&self, unit: Unit, means: &[f64]) -> Vec<f64> {
        let drawn = self.drawn.iter().zip(means);
        drawn
            .map(|(drawn, mean)| f64::from(drawn[unit.column]) * mean)
            .collect()
    }

    /// The ratios of one count, by way.
    fn ratio(
        &self,
        kind: Kind,
        unit: Unit,
        (means, shapes): (&[f64], &GammaPoissonShapes),
        factors: &[(Way, Reported<Factor>)],
        draws: &mut Draws,
    ) -> Result<Vec<Reported<SeenRatio>>, NeedsError> {
        let counted = self.counts.counts[unit.at];
        let Reported::Value(count) = counted.count else {
            let why = counted.count.symbol().unwrap_or(Symbol::NotAvailable);
            return Ok(vec![Reported::Symbol(why); factors.len()]);
        };
        let count = f64::from(count);
        let drawn = shapes
            .draw(count, &self.prior_means(unit, means), draws)
            .map_err(|source| NeedsError::Ratios { source })?;
        let share = self.share_of_kind(kind);
        let ratios = factors.iter().map(|(_, factor)| match factor {
            Reported::Symbol(symbol) => Reported::Symbol(*symbol),
            Reported::Value(factor) => {
                let expected = self.expected[unit.column] * factor.known * share;
                let each = drawn.iter().zip(means).zip(&factor.drawn);
                // The ratio to the prior mean, to one of what is expected.
                let each = each
                    .map(|((own, mean), factor)| (own.ratio * mean / (factor * share), own.weight));
                self.weighed(count / expected, each.collect())
            }
        });
        Ok(ratios.collect())
    }

    /// All of the authority: against what was shared out it is what it is.
    fn of_total(
        &self,
        total: f64,
        factors: &[(Way, Reported<Factor>)],
    ) -> Vec<Reported<SeenRatio>> {
        let ratios = factors.iter().map(|(way, factor)| match (way, factor) {
            (Way::Benchmarked, _) => Reported::Symbol(Symbol::NotApplicable),
            (_, Reported::Symbol(symbol)) => Reported::Symbol(*symbol),
            (_, Reported::Value(factor)) => {
                let seed = self.setting.assumptions.seed;
                let mut draws = stream(seed, self.purpose(0), 1);
                let each = self.of_all().zip(&factor.drawn);
                let each =
                    each.map(|(all, factor)| (draws.gamma(total + 0.5) / (all * factor), 1.0));
                self.weighed(total / (self.expected[0] * factor.known), each.collect())
            }
        });
        ratios.collect()
    }

    /// The mean, the limits and the probability of what was drawn with weights.
    fn weighed(&self, raw: f64, mut drawn: Vec<(f64, f64)>) -> Reported<SeenRatio> {
        let all: f64 = drawn.iter().map(|(_, weight)| weight).sum();
        if !(all > 0.0 && all.is_finite() && raw.is_finite()) {
            return Reported::Symbol(Symbol::Unreliable);
        }
        let mean: f64 = drawn.iter().map(|(ratio, weight)| ratio * weight).sum();
        let below = drawn.iter().filter(|(ratio, _)| *ratio < self.below);
        let below: f64 = below.map(|(_, weight)| weight).sum();
        drawn.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Reported::Value(SeenRatio {
            raw,
            shrunken: mean / all,
            intervals: weighted_intervals(self.setting.levels, &drawn, all),
            under_served: below / all,
        })
    }
}

/// The limits that leave as much of the weight on both sides, of draws in order.
fn weighted_intervals(levels: Levels, drawn: &[(f64, f64)], all: f64) -> Intervals {
    let limit = |share: f64| {
        let mut sum = 0.0;
        let found = drawn.iter().find(|(_, weight)| {
            sum += weight;
            sum >= share * all
        });
        found.or(drawn.last()).map_or(0.0, |(ratio, _)| *ratio)
    };
    let each: Result<_, std::convert::Infallible> = Intervals::try_at(levels, |level| {
        Ok(Interval {
            low: limit(level.tail()),
            high: limit(1.0 - level.tail()),
        })
    });
    match each {
        Ok(each) => each,
        Err(never) => match never {},
    }
}
