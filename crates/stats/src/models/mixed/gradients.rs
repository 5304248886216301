//! Tests: every criterion's gradient against differences of its value.

use super::super::family::Family;
use super::super::hermite;
use super::super::{Design, Observations, RandomEffect, cells};
use super::engine::Engine;
use super::laplace::{self, Layout};
use super::quadrature::{self, Rule};
use super::search::Criterion;
use super::separate::Separate;
use crate::error::Result;
use crate::random::Draws;

/// A small panel: areas in regions, five years, a covariate.
struct Panel {
    counts: Vec<f64>,
    trials: Vec<f64>,
    area: Vec<usize>,
    region: Vec<usize>,
    x: Vec<f64>,
}

fn panel() -> Panel {
    let mut draws = Draws::from_seed(7);
    let mut panel = Panel {
        counts: Vec::new(),
        trials: Vec::new(),
        area: Vec::new(),
        region: Vec::new(),
        x: Vec::new(),
    };
    for area in 0..12 {
        let effect = 0.4 * draws.normal();
        for _ in 0..5 {
            let x = draws.normal();
            let n = 40.0 + 10.0 * f64::from(u32::try_from(area).unwrap_or(0));
            let rate = 0.1 * (0.3 * x + effect + 0.2 * draws.normal()).exp();
            panel.counts.push(draws.poisson(n * rate).min(n));
            panel.trials.push(n);
            panel.area.push(area);
            panel.region.push(area % 3);
            panel.x.push(x);
        }
    }
    panel
}

fn check(family: Family, effects: &[RandomEffect], rule: &Rule, theta: &[f64]) -> Result<()> {
    let panel = panel();
    let n = panel.counts.len();
    let observations = if family.is_proportion() {
        Observations::proportions(&panel.counts, &panel.trials)?
    } else {
        Observations::counts(&panel.counts)?.with_exposure(&panel.trials)?
    };
    let design = Design::intercept(n).with("x", &panel.x)?;
    let cells = cells::prepare(&observations, &design, effects, family)?;
    let layout = Layout {
        thetas: theta.len(),
        gammas: if *rule == Rule::Joint { 0 } else { 2 },
        has_size: family.estimates_size(),
    };
    let mut at = theta.to_vec();
    if layout.gammas > 0 {
        at.extend([-2.1, 0.25]);
    }
    if layout.has_size {
        at.push(0.6);
    }
    let mut engine = Engine::new(&cells, family);
    engine.set_gamma(&[-2.1, 0.25]);
    let mut criterion = Criterion::new(engine, layout, rule);
    let (_, slopes) = criterion.by_engine(&at).expect("a value");
    for j in 0..at.len() {
        let h = 1e-5;
        let mut beside = at.clone();
        beside[j] += h;
        let above = criterion.by_engine(&beside).expect("a value").0;
        beside[j] -= 2.0 * h;
        let below = criterion.by_engine(&beside).expect("a value").0;
        let slope = (above - below) / (2.0 * h);
        assert!(
            (slopes[j] - slope).abs() < 2e-5 * (1.0 + slope.abs()),
            "{family:?} {rule:?} parameter {j}: {} against {slope}",
            slopes[j]
        );
    }
    Ok(())
}

#[test]
fn gradients_are_those_of_the_criteria() -> Result<()> {
    let panel = panel();
    let area = RandomEffect::intercept("area", &panel.area);
    let region = RandomEffect::intercept("region", &panel.region);
    let each = RandomEffect::observation("each", panel.counts.len());
    let sloped = area.clone().with_slope("x", &panel.x);
    let alone = sloped.clone().without_intercept();
    for family in [
        Family::Poisson,
        Family::Binomial,
        Family::NegativeBinomial,
        Family::NegativeBinomialOfSize(3.0),
    ] {
        for rule in [Rule::Joint, Rule::Laplace] {
            check(family, std::slice::from_ref(&area), &rule, &[0.4])?;
            check(family, &[area.clone(), region.clone()], &rule, &[0.4, 0.2])?;
            check(
                family,
                &[region.clone(), each.clone(), area.clone()],
                &rule,
                &[0.3, 0.2, 0.4],
            )?;
            check(
                family,
                std::slice::from_ref(&sloped),
                &rule,
                &[0.4, -0.1, 0.3],
            )?;
            check(
                family,
                &[region.clone(), sloped.clone()],
                &rule,
                &[0.2, 0.4, -0.1, 0.3],
            )?;
        }
        for nodes in [1, 4, 9] {
            let rule = Rule::Nodes(hermite::nodes(nodes));
            check(family, std::slice::from_ref(&area), &rule, &[0.4])?;
            check(family, std::slice::from_ref(&alone), &rule, &[0.4])?;
        }
    }
    Ok(())
}

/// The islands' scores add up to the gradient of the whole.
#[test]
fn scores_add_up() -> Result<()> {
    let panel = panel();
    let n = panel.counts.len();
    let area = RandomEffect::intercept("area", &panel.area);
    let each = RandomEffect::observation("each", n);
    let observations = Observations::counts(&panel.counts)?.with_exposure(&panel.trials)?;
    let design = Design::intercept(n).with("x", &panel.x)?;
    for effects in [vec![area.clone()], vec![area, each]] {
        let family = Family::NegativeBinomial;
        let cells = cells::prepare(&observations, &design, &effects, family)?;
        let islands = cells.frame.structure.islands();
        assert_eq!(islands.count, 12);
        let layout = Layout {
            thetas: effects.len(),
            gammas: 2,
            has_size: true,
        };
        let at: Vec<f64> = effects
            .iter()
            .map(|_| 0.4)
            .chain([-2.1, 0.25, 0.6])
            .collect();
        let mut engine = Engine::new(&cells, family);
        let (_, whole) = laplace::evaluate(&mut engine, layout, &at).expect("a value");
        let mut scores =
            vec![laplace::scores(&mut engine, layout, &at, &islands).expect("a value")];
        if effects.len() == 1 {
            let nodes = hermite::nodes(1);
            let found = quadrature::scores(&mut engine, &nodes, layout, &at, &islands);
            scores.push(found.expect("a value"));
        }
        for scores in scores {
            for (k, slope) in whole.iter().enumerate() {
                let sum: f64 = scores.iter().map(|s| s[k]).sum();
                assert!(
                    (sum - slope).abs() < 1e-8 * (1.0 + slope.abs()),
                    "{k}: {sum} {slope}"
                );
            }
        }
    }
    Ok(())
}

/// The closed forms are the general criterion's value and gradient, and the differences of that
/// gradient; a group taken out of them is one that was never there.
#[test]
fn closed_forms_are_the_general_ones() -> Result<()> {
    let panel = panel();
    let n = panel.counts.len();
    let area = [RandomEffect::intercept("area", &panel.area)];
    let observations = Observations::counts(&panel.counts)?.with_exposure(&panel.trials)?;
    let design = Design::intercept(n).with("x", &panel.x)?;
    // Every record a cell of its own, and one cell for each area.
    let alone = Design::intercept(n);
    for design in [design, alone] {
        let cells = cells::prepare(&observations, &design, &area, Family::Poisson)?;
        let p = design.width();
        let layout = Layout {
            thetas: 1,
            gammas: p,
            has_size: false,
        };
        let at = &[0.4, -2.1, 0.25][..=p];
        let mut engine = Engine::new(&cells, Family::Poisson);
        let mut separate = Separate::new(&cells, Family::Poisson, &Rule::Laplace).expect("Poisson");
        let mut gradient =
            |at: &[f64]| laplace::evaluate(&mut engine, layout, at).expect("a value");
        assert!(separate.move_to(at, None, true));
        let (value, slopes) = gradient(at);
        let found = separate.slopes(None, true);
        let hessian = found.hessian.clone().expect("asked for");
        let beside: Vec<f64> = at.iter().map(|a| a + 0.05).collect();
        let other = gradient(&beside).0 - value;
        for j in 0..=p {
            assert!((found.gradient[j] - slopes[j]).abs() < 1e-9 * (1.0 + slopes[j].abs()));
            let shifted = |by: f64| {
                let mut at = at.to_vec();
                at[j] += by;
                at
            };
            let (above, below) = (gradient(&shifted(1e-5)).1, gradient(&shifted(-1e-5)).1);
            for i in j..=p {
                let slope = (above[i] - below[i]) / 2e-5;
                assert!((hessian[(i, j)] - slope).abs() < 1e-5 * (1.0 + slope.abs()));
            }
        }
        let mut less = found;
        separate.add(3, -1.0, &mut less);
        let without = separate.slopes(Some(3), true);
        assert!((&less.gradient - &without.gradient).amax() < 1e-9);
        let apart = less.hessian.expect("asked for") - without.hessian.expect("asked for");
        assert!(apart.amax() < 1e-9);
        assert!((separate.value() - value).abs() < 1e-8);
        assert!(separate.move_to(&beside, None, true));
        assert!((separate.value() - value - other).abs() < 1e-8);
        assert!(separate.move_to(at, None, true));
        laplace::evaluate(&mut engine, layout, at).expect("a value");
        let block = engine.expected_block().expect("a block").covariance();
        let inverse = separate.information(None).try_inverse().expect("regular");
        assert!((block - inverse).amax() < 1e-9);
    }
    Ok(())
}
