//! Known spread, effects and coefficients are found again as often as their intervals promise:
//! 500 panels of 153 areas, each test in about two seconds.

use super::{ONE_YEAR, Truth};
use crate::error::Result;
use crate::level::Level;
use crate::models::{
    Expectation, Family, Integration, LeftOut, MixedModel, MixedOptions, RandomEffect,
    against_expected, proportional_change,
};
use crate::random::Draws;

const PANELS: u32 = 500;

/// How often each interval held what it should.
#[derive(Debug, Default)]
struct Held {
    sigma: u32,
    slope: u32,
    effects: u32,
    all_effects: u32,
    change: u32,
    converged: u32,
}

impl Held {
    fn share(part: u32, of: u32) -> f64 {
        f64::from(part) / f64::from(of)
    }
}

fn panels(truth: Truth, integration: Integration, seed: u64) -> Result<Held> {
    let mut draws = Draws::from_seed(seed);
    let mut held = Held::default();
    for _ in 0..PANELS {
        let panel = truth.draw(&mut draws);
        let fit = panel.mixed(panel.adjusted()?, integration)?;
        held.converged += u32::from(fit.converged());
        let spread = fit.spread("area", Level::P95)?;
        held.sigma += u32::from(spread.sigma.interval.contains(truth.sigma));
        let slope = fit.coefficients().get("x")?.interval(Level::P95)?;
        held.slope += u32::from(slope.interval.contains(truth.slope));
        for (mode, &effect) in fit.modes("area")?.iter().zip(&panel.effects) {
            held.all_effects += 1;
            held.effects += u32::from(mode.interval(Level::P95)?.interval.contains(effect));
        }
        let null = panel.mixed(panel.null()?, integration)?;
        let change = proportional_change(&null, &fit, "area", Level::P95)?;
        let variances = (truth.sigma.powi(2), truth.slope.powi(2));
        let explained = variances.1 / (variances.0 + variances.1);
        held.change += u32::from(change.change.interval.contains(explained));
    }
    Ok(held)
}

fn check(truth: Truth, integration: Integration, seed: u64) -> Result<()> {
    let held = panels(truth, integration, seed)?;
    assert_eq!(held.converged, PANELS);
    for (what, part, of) in [
        ("sigma", held.sigma, PANELS),
        ("effects", held.effects, held.all_effects),
        ("slope", held.slope, PANELS),
    ] {
        let share = Held::share(part, of);
        assert!(
            (0.93..=0.97).contains(&share),
            "{what}: {share} of {truth:?}"
        );
    }
    // Its text promises 94%: three standard errors of 500 panels around that.
    let share = Held::share(held.change, PANELS);
    assert!(
        (0.908..=0.972).contains(&share),
        "change in variance: {share} of {truth:?}"
    );
    Ok(())
}

#[test]
fn children_looked_after_in_one_year() -> Result<()> {
    check(ONE_YEAR, Integration::Laplace, 1)
}

#[test]
fn rare_events_with_quadrature() -> Result<()> {
    let rare = Truth {
        rate: 0.0002,
        sigma: 0.4,
        ..ONE_YEAR
    };
    check(rare, Integration::GaussHermite(9), 2)
}

/// Where years of one area differ more than areas do, a sum over years scatters less than one year.
#[test]
fn ranges_of_sums_over_years_hold_what_they_promise() -> Result<()> {
    let truth = Truth {
        areas: 40,
        years: 5,
        sigma: 0.05,
        scatter: 0.3,
        ..ONE_YEAR
    };
    let mut draws = Draws::from_seed(3);
    let (mut held, mut wide, mut of) = (0, 0, 0_u32);
    for _ in 0..30 {
        let panel = truth.draw(&mut draws);
        let records: Vec<usize> = (0..panel.counts.len()).collect();
        let model = MixedModel::new(Family::Poisson, panel.observations()?, panel.adjusted()?)?
            .with_effect(RandomEffect::intercept("area", &panel.area))?
            .with_effect(RandomEffect::intercept("record", &records))?;
        let fit = model.fit(&MixedOptions::default())?;
        for (_, left) in fit.leave_out("area", Expectation::Average)? {
            let left = left?;
            of += 1;
            let inside = |left: &LeftOut| -> Result<u32> {
                let range = against_expected(left, Level::P95)?.range;
                Ok(u32::from(range.contains(left.observed)))
            };
            held += inside(&left)?;
            // As if one effect moved all five years.
            let one = fit.sigma("area")?.hypot(fit.sigma("record")?);
            let typical = left.expected * (-0.5 * one * one).exp();
            wide += inside(&LeftOut {
                sigma: one,
                typical,
                ..left
            })?;
        }
    }
    let (held, wide) = (Held::share(held, of), Held::share(wide, of));
    assert!((0.93..=0.97).contains(&held), "{held} of {of}");
    assert!(
        wide > 0.995,
        "the test would not see one year's spread: {wide}"
    );
    Ok(())
}
