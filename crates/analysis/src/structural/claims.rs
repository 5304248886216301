//! What documents of the field claim, beside the same figure computed here.

use disparity_core::{
    AreaCode, Claim, ClaimCheck, ClaimFigure, ExpectedModel, GradientFigure, GradientMethod,
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
            Some(ClaimCheck {
                claim: place,
                span,
                found: found(models, claim, span),
            })
        })
        .collect()
}

fn found(models: &Models, claim: &Claim, span: Span) -> Reported<Measured> {
    let figure = match claim.figure {
        ClaimFigure::Decile1To10 => gradient(models, claim, span),
        ClaimFigure::ExpSigma => term(models, claim, span, Term::OneSdRatio),
        ClaimFigure::RSquared => term(models, claim, span, Term::RSquared),
        ClaimFigure::LondonLowestFifth => fifth(models, claim, span, 1),
        ClaimFigure::LondonHighestFifth => fifth(models, claim, span, 5),
    };
    figure.unwrap_or(Reported::Symbol(Symbol::NotAvailable))
}

/// What was counted, where it was; otherwise what is found from totals.
fn gradient(models: &Models, claim: &Claim, span: Span) -> Option<Reported<Measured>> {
    let of = |method| {
        models.gradients.iter().find(|row| {
            row.indicator == claim.indicator
                && Span::year(row.period) == span
                && row.area == AreaCode::ENGLAND
                && row.found == method
                && row.figure == GradientFigure::RatioMostToLeast
        })
    };
    let found = of(GradientMethod::Direct).or_else(|| of(GradientMethod::EcologicalLogLinear));
    found.map(|row| row.value)
}

fn term(models: &Models, claim: &Claim, span: Span, wanted: Term) -> Option<Reported<Measured>> {
    let fit = models.fits.iter().find(|fit| {
        fit.key.indicator == claim.indicator
            && fit.key.span == span
            && fit.key.model == claim.model
            && fit.key.variation == Variation::Main
    })?;
    let term = fit.terms.iter().find(|(term, _)| *term == wanted)?;
    Some(term.1)
}

fn fifth(models: &Models, claim: &Claim, span: Span, wanted: u8) -> Option<Reported<Measured>> {
    let row = models.fifths.iter().find(|row| {
        row.indicator == claim.indicator
            && row.span == span
            && row.model == ExpectedModel::Structural(claim.model)
            && row.region.as_str() == LONDON
            && row.fifth == wanted
    })?;
    Some(row.share)
}
