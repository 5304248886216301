//! One figure against another.

use disparity_core::{
    AreaCode, Catalogue, CategoryId, Comparator, Contrast, Dimension, IndicatorId, Measure,
    Neighbours, Results, Span, Stratum, Unit,
};

use super::place::{IsAbout, IsPlaced, opening, year_of};
use super::{cases, closing, if_any, limits, method, number, text_by, whole};
use crate::column::{Column, Role, TableView, Words};

impl IsPlaced for Contrast {
    fn span(&self) -> Span {
        Span::year(self.key.period)
    }

    fn area(&self) -> Option<AreaCode> {
        Some(self.key.area)
    }
}

impl IsAbout for Contrast {
    fn indicator(&self) -> IndicatorId {
        self.key.indicator
    }

    fn stratum(&self) -> Stratum {
        self.key.stratum
    }
}

pub(crate) fn contrasts<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Contrast> {
    let rows = results.contrasts.as_slice();
    let mut columns = opening(catalogue);
    columns.extend(comparison(rows, catalogue));
    columns.extend(figures(catalogue));
    columns.extend(limits(results.levels, 2, move |row: &Contrast| {
        let factor = factor(row, catalogue);
        row.outcome.map(|measured| measured.intervals.times(factor))
    }));
    columns.push(method(rows, |row| {
        row.outcome.value().map(|measured| measured.method)
    }));
    columns.extend(closing(rows, |row| row.outcome.symbol(), |row| row.issues));
    columns.extend(neighbours(catalogue));
    TableView {
        name: "contrasts",
        columns,
        rows,
        year: Some(year_of),
    }
}

/// What the two values of a row are in.
#[derive(Clone, Copy)]
enum ValueUnit {
    Of(Unit),
    Count,
}

impl ValueUnit {
    fn of(row: &Contrast, catalogue: &Catalogue) -> Self {
        match row.measure {
            Measure::Ratio | Measure::Difference => {
                Self::Of(catalogue.indicators.get(row.key.indicator).unit())
            }
            Measure::Disproportionality => Self::Of(Unit::Proportion),
            Measure::Share | Measure::CountRatio => Self::Count,
        }
    }

    const fn factor(self) -> f64 {
        match self {
            Self::Of(unit) => unit.factor(),
            Self::Count => 1.0,
        }
    }

    const NAMES: [&'static str; 3] = [Unit::Per10k.as_str(), Unit::Proportion.as_str(), "count"];

    const fn position(self) -> usize {
        match self {
            Self::Of(Unit::Per10k) => 0,
            Self::Of(Unit::Proportion) => 1,
            Self::Count => 2,
        }
    }
}

/// Ratios and shares have no unit; differences have that of their terms.
fn factor(row: &Contrast, catalogue: &Catalogue) -> f64 {
    if row.measure == Measure::Difference {
        ValueUnit::of(row, catalogue).factor()
    } else {
        1.0
    }
}

fn comparison<'a>(rows: &'a [Contrast], catalogue: &'a Catalogue) -> Vec<Column<'a, Contrast>> {
    let measure = |row: &Contrast| {
        row.measure
            .as_str(catalogue.indicators.get(row.key.indicator).unit())
    };
    let kinds = Words::of(
        rows.iter().map(|row| row.comparator.as_str()),
        str::to_owned,
    );
    let names = Words::of(rows.iter().map(|row| row.comparator), |comparator| {
        comparator_name(comparator, catalogue)
    });
    let measures = Words::of(rows.iter().map(measure), str::to_owned);
    vec![
        text_by(
            "comparator_type",
            Role::Filter,
            "What the figure is compared with",
            kinds.dictionary(),
            |row: &Contrast| row.comparator.as_str(),
            move |kind| kinds.value(kind),
        ),
        text_by(
            "comparator",
            Role::Filter,
            "Which one",
            names.dictionary(),
            |row: &Contrast| row.comparator,
            move |other| names.value(*other),
        ),
        text_by(
            "measure",
            Role::Filter,
            "How they are compared",
            measures.dictionary(),
            measure,
            move |measure| measures.value(measure),
        ),
    ]
}

fn figures(catalogue: &Catalogue) -> Vec<Column<'_, Contrast>> {
    vec![
        number("group_value", "The figure", 1, move |row: &Contrast| {
            let unit = ValueUnit::of(row, catalogue);
            row.group_value.map(|value| value * unit.factor())
        }),
        number(
            "comparator_value",
            "What it is compared with",
            1,
            move |row: &Contrast| {
                let unit = ValueUnit::of(row, catalogue);
                row.comparator_value.map(|value| value * unit.factor())
            },
        ),
        cases(
            "unit",
            Role::Filter,
            "Unit of the two figures, and of a difference",
            ValueUnit::NAMES,
            move |row: &Contrast| Some(ValueUnit::of(row, catalogue).position()),
        ),
        whole(
            "neighbours_with_data",
            "Neighbours that had a published figure, of ten",
            |row: &Contrast| if_any(row.neighbours).map(|found| found.with_data),
        ),
        number("estimate", "The comparison", 2, move |row: &Contrast| {
            row.outcome.map(|m| m.value * factor(row, catalogue))
        }),
    ]
}

/// What is withheld of the neighbours, and what that leaves of their median or mean.
fn neighbours(catalogue: &Catalogue) -> Vec<Column<'_, Contrast>> {
    let end = move |row: &Contrast, pick: fn(Neighbours) -> f64| {
        let factor = ValueUnit::of(row, catalogue).factor();
        let end = if_any(row.neighbours).map(|found| pick(found) * factor);
        // Where nothing bounds it, there is no most.
        end.and_then(|end| if_any(end.is_finite().then_some(end)))
    };
    vec![
        whole(
            "neighbours_withheld",
            "Neighbours whose figure is withheld and lies between bounds, of ten",
            |row: &Contrast| if_any(row.neighbours).map(|found| found.withheld),
        ),
        number(
            "comparator_low",
            "The least that the neighbours' median or mean can be",
            1,
            move |row: &Contrast| end(row, |found| found.bounds.low),
        ),
        number(
            "comparator_high",
            "The most that it can be; nothing where there is no upper bound",
            1,
            move |row: &Contrast| end(row, |found| found.bounds.high),
        ),
    ]
}

fn comparator_name(comparator: Comparator, catalogue: &Catalogue) -> String {
    match comparator {
        Comparator::Nation(nation) => nation.name().to_owned(),
        Comparator::Region(code) | Comparator::Area(code) => catalogue.areas.name(code),
        Comparator::NeighbourMedian => "Statistical neighbours (median)".to_owned(),
        Comparator::NeighbourMean => "Statistical neighbours (mean)".to_owned(),
        Comparator::YearBefore(period)
        | Comparator::FiveYearsBefore(period)
        | Comparator::FirstYear(period) => period.to_string(),
        Comparator::Group(stratum) => group_name(stratum, catalogue),
        Comparator::AllKnown => "Everyone whose group is known".to_owned(),
        Comparator::Everyone => "Everyone counted".to_owned(),
    }
}

/// The most detailed group of a stratum.
fn group_name(stratum: Stratum, catalogue: &Catalogue) -> String {
    let minor = stratum.get(Dimension::EthnicityMinor);
    let dimension = if minor == CategoryId::TOTAL {
        Dimension::EthnicityMajor
    } else {
        Dimension::EthnicityMinor
    };
    catalogue
        .dimensions
        .list(dimension)
        .get(stratum.get(dimension))
        .label
        .clone()
}
