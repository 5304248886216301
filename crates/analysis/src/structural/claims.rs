//! What documents of the field claim, beside the same figure computed here.

use disparity_core::{
    Claim, ClaimCheck, ClaimFigure, ExpectedModel, Fit, GradientFigure, GradientMethod, IssueSet,
    Measured, Reported, Span, Symbol, Term, Variation,
};

use super::Models;
use super::panel::LONDON;
use crate::Input;

/// Every claim about an indicator that was modelled, in the order of the list. A figure that was not
/// computed, because its year was not asked for, is not available.
pub(super) fn checks(input: Input<'_>, models: &Models) -> Vec<ClaimCheck> {
    let claims = input.catalogue.claims.iter().enumerate();
    claims
        .filter_map(|(place, claim)| {
            let years = models
                .fits
                .iter()
                .filter(|fit| fit.key.indicator == claim.indicator && !fit.key.span.is_pooled());
            let latest = years.map(|fit| fit.key.span).max()?;
            let span = claim.period.map_or(latest, Span::year);
            Some(found(input, models, claim, span).check(place, span))
        })
        .collect()
}

/// The figure beside a claim.
struct Found {
    value: Reported<f64>,
    measured: Option<Measured>,
    issues: IssueSet,
}

impl Found {
    fn estimate(value: Reported<Measured>, issues: IssueSet) -> Self {
        Self {
            value: value.map(|found| found.value),
            measured: value.value(),
            issues,
        }
    }

    fn check(self, claim: usize, span: Span) -> ClaimCheck {
        ClaimCheck {
            claim,
            span,
            found: self.value,
            intervals: self.measured.map(|found| found.intervals),
            method: self.measured.map(|found| found.method),
            issues: self.issues,
        }
    }
}

fn found(input: Input<'_>, models: &Models, claim: &Claim, span: Span) -> Found {
    let figure = match claim.figure {
        ClaimFigure::Decile1To10 => gradient(input, models, claim, span),
        ClaimFigure::ExpSigma => term(models, claim, span, Term::OneSdRatio),
        ClaimFigure::RSquared => term(models, claim, span, Term::RSquared),
        ClaimFigure::RSquaredRate => term(models, claim, span, Term::RSquaredRate),
        ClaimFigure::LondonLowestFifth => fifth(models, claim, span, 1),
        ClaimFigure::LondonHighestFifth => fifth(models, claim, span, 5),
    };
    figure.unwrap_or(Found {
        value: Reported::Symbol(Symbol::NotAvailable),
        measured: None,
        issues: IssueSet::EMPTY,
    })
}

/// What was counted, where it was; otherwise what is found from totals.
fn gradient(input: Input<'_>, models: &Models, claim: &Claim, span: Span) -> Option<Found> {
    let of = |method| {
        models.gradients.iter().find(|row| {
            row.indicator == claim.indicator
                && Span::year(row.period) == span
                && row.area == input.nation().code()
                && row.found == method
                && row.figure == GradientFigure::RatioMostToLeast
        })
    };
    let found = of(GradientMethod::Direct).or_else(|| of(GradientMethod::EcologicalLogLinear));
    found.map(|row| Found::estimate(row.value, row.issues))
}

fn fit_of<'m>(models: &'m Models, claim: &Claim, span: Span) -> Option<&'m Fit> {
    models.fits.iter().find(|fit| {
        fit.key.indicator == claim.indicator
            && fit.key.span == span
            && fit.key.model == claim.model
            && fit.key.variation == Variation::Main
    })
}

fn term(models: &Models, claim: &Claim, span: Span, wanted: Term) -> Option<Found> {
    let fit = fit_of(models, claim, span)?;
    let term = fit.terms.iter().find(|(term, _)| *term == wanted)?;
    Some(Found::estimate(term.1, fit.issues))
}

fn fifth(models: &Models, claim: &Claim, span: Span, wanted: u8) -> Option<Found> {
    let row = models.fifths.iter().find(|row| {
        row.indicator == claim.indicator
            && row.span == span
            && row.model == ExpectedModel::Structural(claim.model)
            && row.region.as_str() == LONDON
            && row.fifth == wanted
    })?;
    let fit = fit_of(models, claim, span);
    Some(Found {
        value: row.share,
        measured: None,
        issues: fit.map_or(IssueSet::EMPTY, |fit| fit.issues),
    })
}
