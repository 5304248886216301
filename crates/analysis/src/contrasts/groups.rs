//! Ethnic groups of the same area and year: each against the reference group, its share of those
//! counted against its share of the children, and its share of all counted, the unknown included.

use disparity_core::{
    CategoryId, CellKey, Comparator, Contrast, Count, Dimension, Estimate, IssueCode, IssueSet,
    Measure, Reported, Stratum, Symbol, Unit,
};
use disparity_stats::{disproportionality, wilson};

use super::{Series, compared};
use crate::measure::{Estimated, measured, proportion, widened};
use crate::{Input, measure};

pub(super) fn contrasts(input: Input<'_>, series: Series<'_>) -> Vec<Contrast> {
    let Some(references) = References::of(input) else {
        return Vec::new();
    };
    let ethnic = series
        .estimates
        .iter()
        .filter(|row| row.key.stratum.get(Dimension::EthnicityMajor) != CategoryId::TOTAL);
    ethnic
        .flat_map(|row| of(input, series, row, references))
        .collect()
}

/// The groups that the others are compared with.
#[derive(Clone, Copy)]
struct References {
    major: Stratum,
    minor: Stratum,
}

impl References {
    /// The broad group of the plan, and its first detailed group.
    fn of(input: Input<'_>) -> Option<Self> {
        let dimensions = &input.catalogue.dimensions;
        let major = dimensions.stratum(Dimension::EthnicityMajor, &input.plan.reference_group)?;
        // Where no detailed groups are published there is none to compare with.
        let minor = dimensions
            .list(Dimension::EthnicityMinor)
            .iter()
            .find(|(_, category)| {
                category.parent.as_deref() == Some(input.plan.reference_group.as_str())
            })
            .map_or(major, |(minor, _)| {
                major.with(Dimension::EthnicityMinor, minor)
            });
        Some(Self { major, minor })
    }
}

fn of(
    input: Input<'_>,
    series: Series<'_>,
    row: &Estimate,
    references: References,
) -> Vec<Contrast> {
    let CellKey {
        period,
        area,
        stratum,
        ..
    } = row.key;
    let detailed = stratum.get(Dimension::EthnicityMinor) != CategoryId::TOTAL;
    let unit = input.catalogue.indicators.get(series.id).unit();
    let mut contrasts = Vec::new();
    // Of a proportion the children are those at risk, not everyone: shares would say nothing.
    if unit == Unit::Per10k {
        contrasts.push(share(input, row, series.get(period, area, Stratum::TOTAL)));
    }
    if input.catalogue.dimensions.is_unknown(stratum) {
        return contrasts;
    }
    let reference = if detailed {
        references.minor
    } else {
        references.major
    };
    if stratum != reference
        && let Some(other) = series.get(period, area, reference)
    {
        contrasts.extend(against(input, row, other, reference, unit));
    }
    if !detailed && unit == Unit::Per10k {
        contrasts.push(disproportion(input, series, row));
    }
    contrasts
}

fn against(
    input: Input<'_>,
    row: &Estimate,
    other: &Estimate,
    reference: Stratum,
    unit: Unit,
) -> [Contrast; 2] {
    let levels = input.plan.levels;
    let errors = Estimated::Groups(row.denominator.error(), other.denominator.error());
    let ratio = compared(input, row, other, |counts| {
        measure::ratio_of(levels, counts, unit, errors)
    });
    let difference = compared(input, row, other, |counts| {
        measure::difference_of(levels, counts, unit, errors)
    });
    let contrast = |measure, outcome| Contrast {
        key: row.key,
        comparator: Comparator::Group(reference),
        measure,
        group_value: row.outcome.map(|measured| measured.value),
        comparator_value: other.outcome.map(|measured| measured.value),
        neighbours: None,
        outcome,
        issues: row.issues.union(other.issues),
    };
    [
        contrast(Measure::Ratio, ratio),
        contrast(Measure::Difference, difference),
    ]
}

/// Share of those counted whose group is known ÷ share of the children of all groups.
fn disproportion(input: Input<'_>, series: Series<'_>, row: &Estimate) -> Contrast {
    let CellKey {
        period,
        area,
        stratum,
        ..
    } = row.key;
    let list = input.catalogue.dimensions.list(Dimension::EthnicityMajor);
    let known: Vec<&Estimate> = list
        .iter()
        .filter(|(_, category)| !category.unknown)
        .filter_map(|(id, _)| {
            series.get(
                period,
                area,
                Stratum::TOTAL.with(Dimension::EthnicityMajor, id),
            )
        })
        .collect();
    let counted = Reported::sum_complete(known.iter().map(|row| row.numerator)).map(f64::from);
    // Shares of all children add to the whole, so the whole is the published number.
    let children = input
        .populations
        .get(period, area, Stratum::TOTAL)
        .map_or(Reported::Symbol(Symbol::NotAvailable), |population| {
            population.denominator.value
        });
    let parts = row
        .numerator
        .map(f64::from)
        .zip(counted)
        .zip(row.denominator.value.zip(children));
    let shares = parts.and_then(|((n, all), (group, everyone))| {
        disproportionality(n, all, group, everyone)
            .map_or(Reported::Symbol(Symbol::NotApplicable), Reported::Value)
    });
    let outcome = shares.zip(parts).and_then(|(shares, ((n, all), _))| {
        let levels = input.plan.levels;
        measured(levels, shares.ratio, "disproportionality", |level| {
            let scale = shares.share_in_population;
            wilson(n, all, level).map(|share| disparity_stats::Interval {
                low: share.low / scale,
                high: share.high / scale,
            })
        })
        .and_then(|known| widened(levels, known, row.denominator.error().of_rate()))
    });
    Contrast {
        key: CellKey { stratum, ..row.key },
        comparator: Comparator::AllKnown,
        measure: Measure::Disproportionality,
        group_value: shares.map(|shares| shares.share_in_system),
        comparator_value: shares.map(|shares| shares.share_in_population),
        neighbours: None,
        outcome,
        // Of shares of events no interval allows for repeats.
        issues: row.issues.without(IssueCode::RepeatsInInterval),
    }
}

/// Share of the group among all counted. For the unknown group this is how much is not known.
fn share(input: Input<'_>, row: &Estimate, everyone: Option<&Estimate>) -> Contrast {
    let levels = input.plan.levels;
    let all = everyone.map_or(Reported::Symbol(Symbol::NotAvailable), |everyone| {
        everyone.numerator
    });
    let of = |part: Count, whole: Count| proportion(levels, f64::from(part), f64::from(whole));
    let rounding = |row: &Estimate| input.cube.rounding(&row.key);
    let (own, whole) = (rounding(row), everyone.map(rounding).unwrap_or_default());
    let outcome = row.numerator.zip(all).and_then(|(part, all)| {
        let known = of(part, all);
        if own.is_exact() && whole.is_exact() {
            return known;
        }
        // A part is at most its whole, however both are rounded.
        let (least, most) = (own.least(part), whole.most(all));
        let ends = [
            of(least, most),
            of(own.most(part).min(whole.least(all)), whole.least(all)),
        ];
        measure::between(levels, known, ends)
    });
    Contrast {
        key: row.key,
        comparator: Comparator::Everyone,
        measure: Measure::Share,
        group_value: row.numerator.map(f64::from),
        comparator_value: all.map(f64::from),
        neighbours: None,
        outcome,
        // The share needs no population, so what is said about the population does not concern it; nor
        // does its interval allow for repeats.
        issues: row
            .issues
            .iter()
            .filter(|code| !about_rate(*code))
            .collect::<IssueSet>(),
    }
}

fn about_rate(code: IssueCode) -> bool {
    matches!(
        code,
        IssueCode::PupilShare
            | IssueCode::PupilShareCarried
            | IssueCode::PupilShareLinked
            | IssueCode::PopulationRebased
            | IssueCode::PupilSharePredecessor
            | IssueCode::PupilCoverageChange
            | IssueCode::NoDenominator
            | IssueCode::UnknownGroup
            | IssueCode::RepeatsInInterval
    )
}
