//! What models of authorities say: covariates, fits, effects of authorities, fifths by region,
//! gradients and intersections.

use disparity_core::{
    AreaCode, Catalogue, CategoryId, Covariate, CovariateValue, Dimension, Effect, Fifth, Fit,
    FitKey, Gradient, GradientFigure, GradientMethod, IndicatorId, Intersection,
    IntersectionFigure, IssueSet, Measured, Reported, Results, Span, Stratum, StructuralModel,
    Symbol, Term, Unit, Variation,
};

use super::place::{
    IsAbout, IsPlaced, decile_of, group, indicator, opening, span_and_place, time_and_place,
    year_of,
};
use super::{cases, closing, expected_model, key, limits, method, named, number, ranks, whole};
use crate::column::{Column, Role, TableView};

/// One figure of one fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FitFigure<'a> {
    fit: &'a Fit,
    /// The term, or none for the share of authorities in another fifth.
    term: Option<Term>,
    outcome: Reported<Measured>,
}

/// The figures of every fit, a row each; a fit that was refused has one row that says so.
pub(crate) fn fit_figures(results: &Results) -> Vec<FitFigure<'_>> {
    let mut rows = Vec::new();
    for fit in &results.fits {
        let figure = |term, outcome| FitFigure { fit, term, outcome };
        if let Some(symbol) = fit.ending.symbol() {
            rows.push(figure(Some(Term::Baseline), Reported::Symbol(symbol)));
        }
        rows.extend(
            fit.terms
                .iter()
                .map(|(term, found)| figure(Some(*term), *found)),
        );
        if fit.fifths_changed.is_value() {
            rows.push(figure(None, Reported::Symbol(Symbol::NotApplicable)));
        }
    }
    rows
}

macro_rules! placed {
    ($row:ty, $span:expr, $area:expr) => {
        impl IsPlaced for $row {
            fn span(&self) -> Span {
                $span(self)
            }

            fn area(&self) -> Option<AreaCode> {
                $area(self)
            }
        }
    };
}

macro_rules! about {
    ($row:ty, $indicator:expr $(, $stratum:expr)?) => {
        impl IsAbout for $row {
            fn indicator(&self) -> IndicatorId {
                $indicator(self)
            }
            $(fn stratum(&self) -> Stratum {
                $stratum(self)
            })?
        }
    };
}

placed!(CovariateValue, |row: &Self| row.span, |row: &Self| Some(
    row.area
));
placed!(Effect, |row: &Self| row.key.span, |row: &Self| Some(
    row.area
));
about!(Effect, |row: &Self| row.key.indicator);
placed!(Fifth, |row: &Self| row.span, |row: &Self| Some(row.region));
about!(Fifth, |row: &Self| row.indicator);
placed!(FitFigure<'_>, |row: &Self| row.fit.key.span, |_| None);
about!(FitFigure<'_>, |row: &Self| row.fit.key.indicator);
placed!(
    Gradient,
    |row: &Self| Span::year(row.period),
    |row: &Self| Some(row.area)
);
about!(Gradient, |row: &Self| row.indicator);
placed!(
    Intersection,
    |row: &Self| Span::year(row.period),
    |row: &Self| Some(row.area)
);
about!(Intersection, |row: &Self| row.indicator, |row: &Self| row
    .stratum);

/// Covariates of authorities.
pub(crate) fn covariates<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, CovariateValue> {
    let rows = results.covariates.as_slice();
    let mut columns = span_and_place(catalogue);
    columns.push(cases(
        "covariate",
        Role::Filter,
        "What is known of the authority's children",
        Covariate::ALL.map(Covariate::as_str),
        |row: &CovariateValue| Some(row.covariate as usize),
    ));
    columns.push(number(
        "value",
        "Share of children, mean decile, or rate per 10,000",
        3,
        |row: &CovariateValue| row.value,
    ));
    columns.extend(closing(rows, |row| row.value.symbol(), |row| row.issues));
    TableView {
        name: "covariates",
        columns,
        rows,
        year: Some(|row| (None, row.span.last)),
    }
}

/// Which fit: its model and its variation.
fn of_fit<'a, R: Sync>(key: impl Fn(&R) -> FitKey + Copy + Sync + Send + 'a) -> [Column<'a, R>; 2] {
    [
        cases(
            "model",
            Role::Filter,
            "What the model knows of each authority",
            StructuralModel::ALL.map(StructuralModel::as_str),
            move |row: &R| Some(key(row).model as usize),
        ),
        cases(
            "variation",
            Role::Filter,
            "How the question differs from the main one",
            Variation::ALL.map(Variation::as_str),
            move |row: &R| Some(key(row).variation as usize),
        ),
    ]
}

/// What fits say.
pub(crate) fn fits<'a>(
    results: &'a Results,
    rows: &'a [FitFigure<'a>],
    catalogue: &'a Catalogue,
) -> TableView<'a, FitFigure<'a>> {
    let mut columns = span_and_place(catalogue);
    columns.extend(indicator(catalogue));
    columns.extend(of_fit(|row: &FitFigure<'_>| row.fit.key));
    let scaled = move |row: &FitFigure<'_>| {
        let indicator = catalogue.indicators.get(row.fit.key.indicator);
        let factor = match row.term {
            Some(Term::Baseline) => indicator.unit().factor(),
            _ => 1.0,
        };
        row.outcome.map(|found| found.times(factor))
    };
    let statistic = |row: &FitFigure<'_>| row.term.map_or("share_in_another_fifth", Term::as_str);
    columns.push(named(
        "statistic",
        Role::Filter,
        "What the figure is",
        rows,
        move |row| statistic(row).to_owned(),
    ));
    columns.push(named(
        "term",
        Role::Filter,
        "Of which covariate or region",
        rows,
        move |row| match row.term {
            Some(Term::Covariate(covariate)) => covariate.as_str().to_owned(),
            Some(Term::Region(region)) => catalogue.areas.name(region),
            _ => String::new(),
        },
    ));
    columns.push(number(
        "value",
        "The figure; the baseline is a rate, a covariate's the rate ratio for one standard deviation",
        3,
        move |row: &FitFigure<'_>| match row.term {
            Some(_) => scaled(row).map(|found| found.value),
            None => row.fit.fifths_changed,
        },
    ));
    columns.extend(limits(results.levels, 3, move |row: &FitFigure<'_>| {
        scaled(row).map(|found| found.intervals)
    }));
    columns.push(method(rows, |row| Some(row.outcome.value()?.method)));
    columns.extend(ending());
    columns.extend(closing(
        rows,
        |row| row.outcome.symbol().filter(|_| row.term.is_some()),
        |row| row.fit.issues,
    ));
    table("fits", columns, rows)
}

fn ending<'a>() -> Vec<Column<'a, FitFigure<'a>>> {
    let flag = |name, label, pick: fn(&Fit) -> Option<bool>| {
        let yes_or_no = ["no", "yes"];
        cases(
            name,
            Role::Note,
            label,
            yes_or_no,
            move |row: &FitFigure<'_>| pick(row.fit).map(usize::from),
        )
    };
    let of = |name, label, pick: fn(&Fit) -> Reported<f64>| {
        number(name, label, 3, move |row: &FitFigure<'_>| pick(row.fit))
    };
    vec![
        whole("areas", "Authorities in the fit", |row: &FitFigure<'_>| {
            Reported::Value(row.fit.areas)
        }),
        flag(
            "converged",
            "Whether the fit is a maximum of the likelihood",
            |fit| fit.ending.value().map(|ending| ending.converged),
        ),
        flag(
            "singular",
            "Whether it found no spread between authorities",
            |fit| fit.ending.value().map(|ending| ending.singular),
        ),
        of(
            "log_likelihood",
            "Log-likelihood, its constants included",
            |fit| fit.ending.map(|ending| ending.log_likelihood),
        ),
        of("aic", "Akaike's criterion; smaller is better", |fit| {
            fit.ending.map(|ending| ending.aic)
        }),
    ]
}

/// Effects of authorities.
pub(crate) fn effects<'a>(results: &'a Results, catalogue: &'a Catalogue) -> TableView<'a, Effect> {
    let rows = results.effects.as_slice();
    let mut columns = span_and_place(catalogue);
    columns.extend(indicator(catalogue));
    let [model, _] = of_fit(|row: &Effect| row.key);
    columns.push(model);
    columns.push(number(
        "ratio",
        "Rate over that of a typical authority with the same circumstances, drawn towards 1",
        2,
        |row: &Effect| Reported::Value(row.ratio.value),
    ));
    columns.extend(limits(results.levels, 3, |row: &Effect| {
        Reported::Value(row.ratio.intervals)
    }));
    columns.push(method(rows, |row| Some(row.ratio.method)));
    columns.push(number(
        "probability_above",
        "Probability that the rate is above that of a typical authority like it",
        3,
        |row: &Effect| Reported::Value(row.probability_above),
    ));
    columns.extend(ranks(results.levels, |row: &Effect| row.rank));
    columns.extend(closing(rows, |_| None, |row| row.issues));
    table("effects", columns, rows)
}

/// Fifths by region.
pub(crate) fn fifths<'a>(results: &'a Results, catalogue: &'a Catalogue) -> TableView<'a, Fifth> {
    let rows = results.fifths.as_slice();
    let mut columns = span_and_place(catalogue);
    columns.extend(indicator(catalogue));
    columns.push(expected_model(|row: &Fifth| row.model));
    let of = |name, label, pick: fn(&Fifth) -> u32| {
        whole(name, label, move |row: &Fifth| Reported::Value(pick(row)))
    };
    columns.extend([
        key(
            "fifth",
            Role::Filter,
            "Fifth by observed over expected, 1 the lowest",
            |row: &Fifth| i64::from(row.fifth),
        ),
        of(
            "authorities",
            "Authorities of the region in the fifth",
            |row| row.authorities,
        ),
        of("authorities_in_fifth", "Authorities in the fifth", |row| {
            row.in_fifth
        }),
        of(
            "authorities_in_region",
            "Authorities of the region",
            |row| row.in_region,
        ),
        number(
            "share",
            "Share of the fifth that lies in the region",
            3,
            |row: &Fifth| row.share,
        ),
    ]);
    columns.extend(closing(rows, |row| row.share.symbol(), |_| IssueSet::EMPTY));
    table("fifths", columns, rows)
}

/// Gradients by deprivation.
pub(crate) fn gradients<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Gradient> {
    let rows = results.gradients.as_slice();
    let mut columns = time_and_place(catalogue);
    columns.extend(indicator(catalogue));
    columns.push(cases(
        "gradient",
        Role::Filter,
        "How the gradient was found",
        GradientMethod::ALL.map(GradientMethod::as_str),
        |row: &Gradient| Some(row.found as usize),
    ));
    columns.push(named(
        "statistic",
        Role::Filter,
        "What the figure is",
        rows,
        |row| row.figure.as_str().to_owned(),
    ));
    columns.push(group(
        catalogue,
        Dimension::DeprivationDecile,
        move |row: &Gradient| match row.figure {
            GradientFigure::Rate(decile) => decile_of(catalogue, decile),
            _ => CategoryId::TOTAL,
        },
    ));
    columns.push(whole("numerator", "Count", |row: &Gradient| row.count));
    columns.push(number(
        "denominator",
        "Children, or the count that the numerator is part of",
        0,
        |row: &Gradient| row.children,
    ));
    let scaled = move |row: &Gradient| {
        let factor = catalogue.indicators.get(row.indicator).unit().factor();
        // Ratios have no unit.
        let is_ratio = !matches!(
            row.figure,
            GradientFigure::Rate(_) | GradientFigure::SlopeIndex
        );
        let factor = if is_ratio { 1.0 } else { factor };
        row.value.map(|found| found.times(factor))
    };
    columns.push(number(
        "value",
        "The figure: rates and the slope index in the unit of the estimates, the others as ratios",
        2,
        move |row: &Gradient| scaled(row).map(|found| found.value),
    ));
    columns.extend(limits(results.levels, 3, move |row: &Gradient| {
        scaled(row).map(|found| found.intervals)
    }));
    columns.push(method(rows, |row| Some(row.value.value()?.method)));
    columns.extend(closing(rows, |row| row.value.symbol(), |row| row.issues));
    table("gradients", columns, rows)
}

/// Intersections of characteristics.
pub(crate) fn intersections<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Intersection> {
    let rows = results.intersections.as_slice();
    let mut columns = opening(catalogue);
    columns.push(named(
        "crossed",
        Role::Filter,
        "Which characteristics are crossed",
        rows,
        |row: &Intersection| {
            let all = Dimension::ALL.into_iter().zip(row.crossed);
            let names: Vec<&str> = all
                .filter(|(_, crossed)| *crossed)
                .map(|(dimension, _)| dimension.column())
                .collect();
            names.join(" and ")
        },
    ));
    columns.push(cases(
        "statistic",
        Role::Filter,
        "What the figure is",
        IntersectionFigure::ALL.map(IntersectionFigure::as_str),
        |row: &Intersection| Some(row.figure as usize),
    ));
    columns.push(whole("numerator", "Count", |row: &Intersection| row.count));
    columns.push(number(
        "denominator",
        "Children, or the count that the numerator is part of",
        0,
        |row: &Intersection| row.children,
    ));
    let unit = move |row: &Intersection| -> Unit { catalogue.indicators.get(row.indicator).unit() };
    let rate = |name, label, pick: fn(&Intersection) -> Reported<f64>| {
        number(name, label, 1, move |row: &Intersection| {
            pick(row).map(|value| value * unit(row).factor())
        })
    };
    columns.extend([
        rate("raw", "Rate or proportion as counted", |row| row.raw),
        rate(
            "additive",
            "What the characteristics one by one give",
            |row| row.additive,
        ),
        rate(
            "shrunken",
            "Between the two, by as much as the count is uncertain",
            |row| row.shrunken,
        ),
    ]);
    columns.push(number(
        "value",
        "The figure: a share, or the ratio of the drawn to the additive rate",
        3,
        |row: &Intersection| row.value.map(|found| found.value),
    ));
    columns.extend(limits(results.levels, 3, |row: &Intersection| {
        row.value.map(|found| found.intervals)
    }));
    columns.push(method(rows, |row| Some(row.value.value()?.method)));
    columns.extend(closing(rows, |row| row.value.symbol(), |_| IssueSet::EMPTY));
    table("intersections", columns, rows)
}

fn table<'a, R: IsAbout>(
    name: &'static str,
    columns: Vec<Column<'a, R>>,
    rows: &'a [R],
) -> TableView<'a, R> {
    TableView {
        name,
        columns,
        rows,
        year: Some(year_of),
    }
}
