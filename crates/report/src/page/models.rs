//! The part of the page that asks whether an authority is higher than it should be, given who lives
//! there: what models of all the other authorities say.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Claim, ClaimFigure, Fit, IndicatorId, Measured, Period, Reported, Span,
    StructuralModel, Term, Variation,
};
use serde::Serialize;

use super::{Figure, figure};
use crate::charts::{Chart, DataTable, Kind, SHOWN};
use crate::format::{grouped, reported, sentence};
use crate::view::View;

/// What models say of one indicator.
#[derive(Debug, Serialize)]
pub(super) struct Given {
    title: String,
    period: String,
    /// Each model: how much authorities differ beyond what it knows.
    models: DataTable,
    /// Where the lowest and the highest fifths lie.
    fifths: DataTable,
    /// The same question asked differently.
    checks: Option<DataTable>,
    figures: Vec<Figure>,
    /// Rates by deprivation.
    gradient: Option<Figure>,
}

/// What models say of the charted indicators; empty without models.
pub(super) fn given(
    view: View<'_>,
    charted: &[IndicatorId],
    charts: &mut Vec<Chart>,
) -> Vec<Given> {
    charted
        .iter()
        .filter_map(|indicator| of_indicator(view, *indicator, charts))
        .collect()
}

fn of_indicator(view: View<'_>, indicator: IndicatorId, charts: &mut Vec<Chart>) -> Option<Given> {
    let period = view.last_period(indicator)?;
    view.fit(indicator, period, SHOWN)?;
    let drawn = [
        Kind::MapGiven,
        Kind::ObservedExpected,
        Kind::Funnel,
        Kind::Caterpillar,
    ];
    let drawn = drawn.map(|kind| kind.draw(view, (indicator, period), None));
    let steps = Kind::Gradient.draw(view, (indicator, period), None);
    Some(Given {
        title: view.indicator(indicator).title.clone(),
        period: period.to_string(),
        models: models(view, indicator, period),
        fifths: fifths(view, indicator, period),
        checks: checks(view, indicator, period),
        figures: drawn
            .into_iter()
            .flatten()
            .map(|chart| figure(chart, charts))
            .collect(),
        gradient: steps.map(|chart| figure(chart, charts)),
    })
}

/// What documents claim beside what was computed; none without models.
pub(crate) fn claims(view: View<'_>) -> Option<DataTable> {
    let rows: Vec<Vec<String>> = view
        .results()
        .claims
        .iter()
        .map(|check| {
            let claim = &view.catalogue.claims[check.claim];
            let is_share = !matches!(
                claim.figure,
                ClaimFigure::Decile1To10 | ClaimFigure::ExpSigma
            );
            let words = |value: f64| if is_share { percent(value) } else { two(value) };
            let agrees = check
                .intervals
                .map_or("a count of authorities", |intervals| {
                    if intervals.shown().contains(claim.stated) {
                        "yes"
                    } else {
                        "no"
                    }
                });
            let ours = reported(&check.found, |value| match check.intervals {
                None => words(*value),
                Some(intervals) => format!(
                    "{} ({} to {})",
                    words(*value),
                    words(intervals.shown().low),
                    words(intervals.shown().high)
                ),
            });
            let warned = check
                .issues
                .iter()
                .map(|code| format!(" {}", code.meaning()));
            vec![
                format!("{} ({})", claim.said, claim.document),
                words(claim.stated),
                ours,
                agrees.to_owned(),
                format!(
                    "{}, {}{}. {}{}",
                    view.indicator(claim.indicator).title,
                    check.span,
                    against(claim),
                    claim.why,
                    warned.collect::<String>()
                ),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| DataTable {
        caption: format!("What documents of the field say, and the same figure computed here, with its {} interval", view.level()),
        columns: [
            "What is said",
            "Its figure",
            "Ours",
            "Within our interval",
            "Of what, and why the two may differ",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    })
}

/// Which model a claim's figure is of, for figures of one.
fn against(claim: &Claim) -> String {
    match claim.figure {
        ClaimFigure::Decile1To10 => String::new(),
        _ => format!(
            ", from {}",
            claim.model.words(StructuralModel::LOOKED_AFTER)
        ),
    }
}

/// A figure of a fit with its interval.
fn term(fit: &Fit, wanted: Term, words: impl Fn(f64) -> String) -> String {
    let found = fit.terms.iter().find(|(term, _)| *term == wanted);
    found.map_or(String::new(), |(_, found)| with_interval(found, words))
}

fn with_interval(found: &Reported<Measured>, words: impl Fn(f64) -> String) -> String {
    reported(found, |found| {
        let ends = found.intervals.shown();
        format!(
            "{} ({} to {})",
            words(found.value),
            words(ends.low),
            words(ends.high)
        )
    })
}

fn two(value: f64) -> String {
    grouped(value, 2)
}

fn percent(value: f64) -> String {
    grouped(value * 100.0, 0) + "%"
}

pub(crate) fn models(view: View<'_>, indicator: IndicatorId, period: Period) -> DataTable {
    let fits = StructuralModel::ALL
        .into_iter()
        .filter_map(|model| view.fit(indicator, period, model));
    let rows = fits.map(|fit| {
        let ending = match fit.ending {
            Reported::Symbol(_) => "no fit: see issues.csv",
            Reported::Value(ending) if !ending.converged => "did not settle",
            Reported::Value(ending) if ending.singular => "no spread found",
            Reported::Value(_) => "settled",
        };
        vec![
            sentence(fit.key.model.words(&view.indicator(indicator).family)),
            fit.areas.to_string(),
            term(fit, Term::OneSdRatio, two),
            term(fit, Term::MedianRateRatio, two),
            term(fit, Term::VarianceExplained, percent),
            term(fit, Term::RSquared, percent),
            ending.to_owned(),
        ]
    });
    DataTable {
        caption: format!(
            "{}, {period}: how much authorities differ beyond what each model knows, with {} intervals",
            view.indicator(indicator).title,
            view.level()
        ),
        columns: [
            "Known of each authority",
            "Authorities",
            "One standard deviation higher: times the rate",
            "Median ratio of two authorities",
            "Variance between authorities explained",
            "R² of the log rate",
            "Fit",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

pub(crate) fn fifths(view: View<'_>, indicator: IndicatorId, period: Period) -> DataTable {
    let mut regions: BTreeMap<AreaCode, [String; 5]> = BTreeMap::new();
    for row in view.fifths(indicator, period, SHOWN) {
        let cells = regions.entry(row.region).or_default();
        if let Some(cell) = cells.get_mut(usize::from(row.fifth.saturating_sub(1))) {
            *cell = format!("{} of {}", row.authorities, row.in_fifth);
        }
    }
    let rows = regions.into_iter().map(|(region, cells)| {
        std::iter::once(view.catalogue.areas.name(region))
            .chain(cells)
            .collect()
    });
    DataTable {
        caption: format!(
            "{}, {period}: where the fifths of authorities lie, ordered by observed ÷ expected given who lives there",
            view.indicator(indicator).title
        ),
        columns: [
            "Region",
            "Lowest fifth",
            "Second",
            "Third",
            "Fourth",
            "Highest fifth",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

pub(crate) fn checks(view: View<'_>, indicator: IndicatorId, period: Period) -> Option<DataTable> {
    let fits = view.results().fits.iter().filter(|fit| {
        fit.key.indicator == indicator
            && fit.key.span == Span::year(period)
            && fit.key.model == SHOWN
    });
    let rows: Vec<Vec<String>> = fits
        .map(|fit| {
            let moved = if fit.key.variation == Variation::Main {
                String::new()
            } else {
                reported(&fit.fifths_changed, |share| percent(*share))
            };
            vec![
                variation(fit.key.variation).to_owned(),
                fit.areas.to_string(),
                term(fit, Term::OneSdRatio, two),
                term(fit, Term::VarianceExplained, percent),
                moved,
            ]
        })
        .collect();
    (rows.len() > 1).then(|| DataTable {
        caption: format!(
            "{}, {period}: the same question asked a little differently",
            view.indicator(indicator).title
        ),
        columns: [
            "How",
            "Authorities",
            "One standard deviation higher: times the rate",
            "Variance between authorities explained",
            "Authorities in another fifth than in the first row",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    })
}

/// A variation in words.
const fn variation(variation: Variation) -> &'static str {
    match variation {
        Variation::Main => "As shown",
        Variation::WithoutLondon => "Without London",
        Variation::WithTinyAreas => "With City of London and Isles of Scilly",
        Variation::WithoutUnaccompanied => "Unaccompanied children not counted",
        Variation::WithRegion => "Each region with a level of its own",
        Variation::LaterIndex => "Deprivation by the Indices of 2025",
    }
}
