//! Input that has no fit, or a fit with nothing in it: a typed outcome every time.

use super::{ONE_YEAR, close};
use crate::error::{Error, Result};
use crate::level::Level;
use crate::models::{
    Design, Family, FittedMixed, Integration, Likelihood, LinearMixedModel, MixedModel,
    MixedOptions, Observations, RandomEffect, RegressionModel,
};
use crate::random::Draws;

const FAMILIES: [Family; 5] = [
    Family::Poisson,
    Family::QuasiPoisson,
    Family::NegativeBinomial,
    Family::Binomial,
    Family::QuasiBinomial,
];

fn observe(family: Family, y: &[f64], n: &[f64]) -> Result<Observations> {
    if family.is_proportion() {
        Observations::proportions(y, n)
    } else {
        Observations::counts(y)?.with_exposure(n)
    }
}

fn mixed(family: Family, y: &[f64], n: &[f64], groups: &[usize]) -> Result<FittedMixed> {
    MixedModel::new(family, observe(family, y, n)?, Design::intercept(y.len()))?
        .with_effect(RandomEffect::intercept("group", groups))?
        .fit(&MixedOptions::default())
}

#[test]
fn values_that_are_no_counts_are_refused_with_their_place() {
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let counts = Observations::counts(&[1.0, bad]);
        assert!(matches!(counts, Err(Error::At { index: 1, .. })), "{bad}");
        let trials = Observations::proportions(&[1.0, 1.0], &[2.0, bad]);
        assert!(matches!(trials, Err(Error::At { index: 1, .. })), "{bad}");
    }
    assert!(Observations::proportions(&[3.0], &[2.0]).is_err());
    assert!(Observations::counts(&[]).is_err());
    let counts = Observations::counts(&[1.0, 2.0]).expect("counts");
    assert!(counts.clone().with_exposure(&[10.0]).is_err());
    assert!(counts.clone().with_exposure(&[10.0, 0.0]).is_err());
    assert!(counts.clone().with_offset(&[0.0, f64::NAN]).is_err());
    assert!(counts.with_weights(&[1.0, -1.0]).is_err());
    let design = Design::intercept(2).with("idaci", &[0.1, f64::NAN]);
    assert!(
        matches!(&design, Err(Error::Covariate { column, row: 1, .. }) if column == "idaci"),
        "{design:?}"
    );
}

#[test]
fn families_fit_their_own_responses_only() {
    for family in FAMILIES {
        let other = if family.is_proportion() {
            Observations::counts(&[1.0, 2.0, 3.0])
        } else {
            Observations::proportions(&[1.0, 2.0, 3.0], &[9.0, 9.0, 9.0])
        };
        let model = RegressionModel::new(family, other.expect("counts"), Design::intercept(3));
        assert!(model.is_err(), "{family:?}");
    }
    let counts = || Observations::counts(&[1.0, 2.0, 3.0]).expect("counts");
    assert!(MixedModel::new(Family::QuasiPoisson, counts(), Design::intercept(3)).is_err());
    let size = Family::NegativeBinomialOfSize(0.0);
    assert!(RegressionModel::new(size, counts(), Design::intercept(3)).is_err());
    assert!(RegressionModel::new(Family::Poisson, counts(), Design::empty(3)).is_err());
    let bare = MixedModel::new(Family::Poisson, counts(), Design::intercept(3)).expect("a model");
    assert!(matches!(
        bare.fit(&MixedOptions::default()),
        Err(Error::TooFew { .. })
    ));
}

#[test]
fn one_group_is_too_few() {
    for family in [Family::Poisson, Family::Binomial, Family::NegativeBinomial] {
        let fit = mixed(family, &[3.0, 5.0, 4.0], &[50.0, 60.0, 70.0], &[7, 7, 7]);
        assert!(
            matches!(
                fit,
                Err(Error::TooFew {
                    needed: 2,
                    found: 1,
                    ..
                })
            ),
            "{family:?}"
        );
    }
    // Nor is a second group that no record with exposure is in.
    let fit = mixed(
        Family::Poisson,
        &[3.0, 5.0, 0.0],
        &[50.0, 60.0, 0.0],
        &[1, 1, 2],
    );
    assert!(matches!(fit, Err(Error::TooFew { found: 1, .. })));
}

#[test]
fn groups_that_do_not_differ_have_no_spread() -> Result<()> {
    for family in [Family::Poisson, Family::Binomial, Family::NegativeBinomial] {
        for integration in [
            Integration::Joint,
            Integration::Laplace,
            Integration::GaussHermite(7),
        ] {
            let n = vec![200.0; 12];
            let fit = MixedModel::new(
                family,
                observe(family, &[20.0; 12], &n)?,
                Design::intercept(12),
            )?
            .with_effect(RandomEffect::intercept(
                "group",
                &(0..12).collect::<Vec<_>>(),
            ))?
            .fit(&MixedOptions::with_integration(integration))?;
            assert!(
                fit.singular() && fit.converged(),
                "{family:?} {integration:?} {:?} {:?}",
                fit.convergence(),
                fit.spreads()
            );
            assert!(fit.sigma("group")? <= 0.0);
            assert!(fit.modes("group")?.iter().all(|m| m.value.abs() <= 0.0));
            if family != Family::NegativeBinomial {
                let spread = fit.spread("group", Level::P95)?;
                assert!(spread.sigma.interval.low <= 0.0 && spread.sigma.interval.high > 0.05);
                assert!(
                    spread.median_ratio.value <= 1.0 && spread.median_ratio.interval.high > 1.0
                );
            }
        }
    }
    Ok(())
}

#[test]
fn a_group_without_events_or_without_exposure_has_an_effect() -> Result<()> {
    let y = [0.0, 0.0, 8.0, 12.0, 9.0, 4.0, 0.0];
    let n = [100.0, 120.0, 90.0, 100.0, 110.0, 80.0, 0.0];
    for family in [Family::Poisson, Family::Binomial] {
        let fit = mixed(family, &y, &n, &[1, 1, 2, 3, 4, 5, 6])?;
        let modes = fit.modes("group")?;
        assert_eq!(modes.len(), 6);
        assert!(modes[0].value < -0.5 && modes[0].conditional_sd > 0.0);
        // Nothing is known of the last group but that it is one of them.
        assert!(modes[5].value.abs() <= 0.0);
        assert!(close(modes[5].conditional_sd, fit.sigma("group")?, 1e-9));
        assert!(fit.expected()[6].abs() <= 0.0);
    }
    Ok(())
}

#[test]
fn no_events_at_all_and_nothing_but_events_are_undefined() {
    let n = [10.0, 10.0, 10.0];
    for family in FAMILIES {
        let none = observe(family, &[0.0; 3], &n).expect("counts");
        let fit =
            RegressionModel::new(family, none, Design::intercept(3)).and_then(RegressionModel::fit);
        assert!(matches!(fit, Err(Error::Undefined { .. })), "{family:?}");
        if family.is_proportion() {
            let all = observe(family, &n, &n).expect("counts");
            let fit = RegressionModel::new(family, all, Design::intercept(3))
                .and_then(RegressionModel::fit);
            assert!(matches!(fit, Err(Error::Undefined { .. })), "{family:?}");
        }
    }
    assert!(mixed(Family::Poisson, &[0.0; 3], &n, &[1, 2, 3]).is_err());
}

#[test]
fn perfect_separation_names_the_column() -> Result<()> {
    let y = [4.0, 6.0, 5.0, 0.0, 0.0, 0.0];
    let n = [20.0; 6];
    let group = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let x = [0.3, 0.1, 0.9, 0.4, 0.2, 0.7];
    for family in FAMILIES {
        let design = || Design::intercept(6).with("x", &x)?.with("group", &group);
        let fit = RegressionModel::new(family, observe(family, &y, &n)?, design()?)?.fit();
        let named = matches!(&fit, Err(Error::Separated { column }) if column == "group");
        assert!(named, "{family:?}: {:?}", fit.map(|f| f.log_likelihood()));
        if !family.is_quasi() {
            let fit = MixedModel::new(family, observe(family, &y, &n)?, design()?)?
                .with_effect(RandomEffect::intercept("area", &[1, 2, 3, 1, 2, 3]))?
                .fit(&MixedOptions::default());
            assert!(matches!(fit, Err(Error::Separated { .. })), "{family:?}");
        }
    }
    // A covariate that splits the outcomes without a group of its own.
    let y = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let design = Design::intercept(6).with("x", &x)?;
    let fit = RegressionModel::new(
        Family::Binomial,
        observe(Family::Binomial, &y, &[1.0; 6])?,
        design,
    )?
    .fit();
    assert!(matches!(&fit, Err(Error::Separated { column }) if column == "x"));
    Ok(())
}

#[test]
fn collinear_columns_and_too_few_records_are_named() -> Result<()> {
    let x = [0.3, 0.1, 0.9, 0.4];
    let twice = x.map(|v| 2.0 * v - 1.0);
    let y = [3.0, 4.0, 5.0, 6.0];
    let n = [30.0; 4];
    for family in FAMILIES {
        let design = Design::intercept(4).with("x", &x)?.with("twice", &twice)?;
        let fit = RegressionModel::new(family, observe(family, &y, &n)?, design)?.fit();
        assert!(
            matches!(&fit, Err(Error::Collinear { column }) if column == "twice"),
            "{family:?}"
        );
        let constant = Design::intercept(4).with("constant", &[2.0; 4])?;
        let fit = RegressionModel::new(family, observe(family, &y, &n)?, constant)?.fit();
        assert!(matches!(&fit, Err(Error::Collinear { column }) if column == "constant"));
        let wide = Design::intercept(2)
            .with("x", &x[..2])?
            .with("z", &[1.0, 5.0])?;
        let fit = RegressionModel::new(family, observe(family, &y[..2], &n[..2])?, wide)?.fit();
        assert!(matches!(fit, Err(Error::TooFew { .. })), "{family:?}");
    }
    // As many columns as records: an exact fit, whose dispersion nothing is left to tell.
    let design = Design::intercept(2).with("x", &x[..2])?;
    let full = |family| {
        RegressionModel::new(family, observe(family, &y[..2], &n[..2])?, design.clone())?.fit()
    };
    assert!(full(Family::Poisson)?.dispersion().is_none());
    assert!(matches!(
        full(Family::QuasiPoisson),
        Err(Error::TooFew { .. })
    ));
    Ok(())
}

#[test]
fn counts_that_scatter_less_than_poisson_have_no_size() -> Result<()> {
    let fit = RegressionModel::new(
        Family::NegativeBinomial,
        Observations::counts(&[10.0, 11.0, 9.0, 10.0, 10.0])?,
        Design::intercept(5),
    )?
    .fit()?;
    assert!(fit.size().is_none() && fit.converged());
    Ok(())
}

#[test]
fn quadrature_is_for_one_scalar_effect() -> Result<()> {
    let panel = ONE_YEAR.draw(&mut Draws::from_seed(1));
    let model = || MixedModel::new(Family::Poisson, panel.observations()?, panel.null()?);
    let region: Vec<usize> = panel.area.iter().map(|a| a % 9).collect();
    let nodes = |k| MixedOptions::with_integration(Integration::GaussHermite(k));
    let two = model()?
        .with_effect(RandomEffect::intercept("area", &panel.area))?
        .with_effect(RandomEffect::intercept("region", &region))?;
    assert!(matches!(
        two.clone().fit(&nodes(5)),
        Err(Error::Undefined { .. })
    ));
    assert!(
        two.clone()
            .with_effect(RandomEffect::intercept("area", &region))
            .is_err()
    );
    let one = model()?.with_effect(RandomEffect::intercept("area", &panel.area))?;
    for k in [0, 101] {
        assert!(
            matches!(one.clone().fit(&nodes(k)), Err(Error::Argument { .. })),
            "{k}"
        );
    }
    let fit = two.fit(&MixedOptions::default())?;
    assert!(matches!(
        fit.modes("nation"),
        Err(Error::UnknownName { .. })
    ));
    assert!(fit.coefficients().get("idaci").is_err());
    assert!(
        fit.predict_typical(&Design::intercept(1).with("x", &[0.0])?, &[0.0])
            .is_err()
    );
    Ok(())
}

#[test]
fn a_linear_model_without_residual_or_groups_is_refused() -> Result<()> {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let groups = [1, 1, 2, 2, 3, 3];
    let fit = |values: &[f64], groups: &[usize]| {
        LinearMixedModel::new(values, Design::intercept(values.len()).with("x", &x)?)?
            .with_effect(RandomEffect::intercept("group", groups))?
            .fit(Likelihood::Restricted)
    };
    // On a line, with one group, with a group for every value, and with a value that is none.
    assert!(fit(&x, &groups).is_err());
    let values = [1.0, 2.5, 2.9, 4.2, 5.5, 5.6];
    assert!(matches!(fit(&values, &[1; 6]), Err(Error::TooFew { .. })));
    assert!(matches!(
        fit(&values, &[1, 2, 3, 4, 5, 6]),
        Err(Error::Undefined { .. })
    ));
    assert!(fit(&[1.0, f64::NAN, 2.0, 3.0, 4.0, 5.0], &groups).is_err());
    let flat = fit(&[1.0, 2.1, 2.9, 4.1, 4.9, 6.0], &groups)?;
    assert!(flat.singular() && flat.spreads()[0].sds[0] <= 0.0);
    assert!(
        flat.sd_interval("group", "(Intercept)", Level::P95)?
            .is_none()
    );
    Ok(())
}

/// A small whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a Poisson count with a mean of a few"
)]
fn small(draws: &mut Draws, mean: f64) -> usize {
    draws.poisson(mean) as usize
}

/// Small records of every odd kind: whatever comes out is an error or a set of numbers.
#[test]
fn nothing_makes_it_panic_or_give_a_nan() {
    let mut draws = Draws::from_seed(99);
    let mut fitted = 0;
    for round in 0..400_u32 {
        let n = 2 + (round as usize % 9);
        let pick = |draws: &mut Draws, values: &[f64]| values[small(draws, 5.0) % values.len()];
        let y: Vec<f64> = (0..n)
            .map(|_| pick(&mut draws, &[0.0, 1.0, 2.0, 0.0, 7.0, 30.0, 1e5]))
            .collect();
        let size: Vec<f64> = y
            .iter()
            .map(|y| y + pick(&mut draws, &[0.0, 1.0, 10.0, 1e3, 1e7]))
            .collect();
        let groups: Vec<usize> = (0..n).map(|_| small(&mut draws, 1.0)).collect();
        let x: Vec<f64> = (0..n)
            .map(|_| pick(&mut draws, &[0.0, 1.0, 1.0, 2.0, -3.0, 1e6, 1e-9]))
            .collect();
        for family in FAMILIES {
            let Ok(observations) = observe(family, &y, &size) else {
                continue;
            };
            let Ok(design) = Design::intercept(n).with("x", &x) else {
                continue;
            };
            if let Ok(fit) = RegressionModel::new(family, observations.clone(), design.clone())
                .and_then(RegressionModel::fit)
            {
                assert!(fit.log_likelihood().is_finite());
                assert!(fit.expected().iter().all(|e| e.is_finite()));
                assert!(
                    fit.robust(true)
                        .is_ok_and(|c| c.iter().all(|c| c.std_error.is_finite()))
                        || fit.robust(true).is_err()
                );
            }
            let fit = MixedModel::new(family, observations, design)
                .and_then(|m| m.with_effect(RandomEffect::intercept("group", &groups)))
                .and_then(|m| m.fit(&MixedOptions::default()));
            if let Ok(fit) = fit {
                fitted += 1;
                assert!(fit.log_likelihood().is_finite() && fit.spreads()[0].sds[0].is_finite());
                let modes = fit.modes("group").expect("an effect");
                assert!(
                    modes
                        .iter()
                        .all(|m| m.value.is_finite() && m.prediction_sd.is_finite())
                );
                if let Ok(spread) = fit.spread("group", Level::P95) {
                    assert!(spread.sigma.interval.contains(spread.sigma.value));
                }
            }
        }
    }
    assert!(fitted > 100, "{fitted} fits");
}
