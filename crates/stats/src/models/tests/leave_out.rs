//! What is expected of an area does not depend on what it had.

use super::{ONE_YEAR, Panel, Truth, close};
use crate::error::{Error, Result};
use crate::level::Level;
use crate::models::{Expectation, Family, Integration, LeftOut, against_expected, rank_effects};
use crate::random::Draws;

fn few(years: usize) -> Panel {
    let truth = Truth {
        areas: 25,
        years,
        ..ONE_YEAR
    };
    truth.draw(&mut Draws::from_seed(5))
}

fn expected(found: Vec<(usize, Result<LeftOut>)>) -> Result<Vec<LeftOut>> {
    found.into_iter().map(|(_, left)| left).collect()
}

#[test]
fn a_regressions_expectation_is_independent_to_the_last_bit() -> Result<()> {
    for family in [
        Family::Poisson,
        Family::QuasiPoisson,
        Family::NegativeBinomial,
    ] {
        let mut panel = few(2);
        let before = expected(panel.regression(family)?.leave_out(&panel.area)?)?;
        panel.counts[8] += 400.0;
        let after = expected(panel.regression(family)?.leave_out(&panel.area)?)?;
        let (own, other) = (panel.area[8], panel.area[0]);
        assert_eq!(
            before[own].expected.to_bits(),
            after[own].expected.to_bits(),
            "{family:?}"
        );
        assert_eq!(
            before[own].std_error.to_bits(),
            after[own].std_error.to_bits()
        );
        assert!(!close(before[other].expected, after[other].expected, 1e-3));
    }
    Ok(())
}

#[test]
fn a_mixed_models_expectation_is_independent_to_rounding() -> Result<()> {
    for integration in [
        Integration::Joint,
        Integration::Laplace,
        Integration::GaussHermite(5),
    ] {
        let mut panel = few(3);
        let find = |panel: &Panel, expectation| -> Result<Vec<LeftOut>> {
            let fit = panel.mixed(panel.adjusted()?, integration)?;
            expected(fit.leave_out("area", expectation)?)
        };
        let before = find(&panel, Expectation::Average)?;
        let typical = find(&panel, Expectation::Typical)?;
        panel.counts[24] *= 3.0;
        let after = find(&panel, Expectation::Average)?;
        let own = panel.area[24];
        assert!(
            close(before[own].expected, after[own].expected, 1e-8),
            "{integration:?}"
        );
        assert!(close(before[own].sigma, after[own].sigma, 1e-6));
        assert!(!close(before[0].expected, after[0].expected, 1e-4));
        // For counts the average lies exp(half the variance) above the typical.
        let ratio = (0.5 * before[own].sigma.powi(2)).exp();
        assert!(close(
            before[own].expected,
            ratio * typical[own].expected,
            1e-9
        ));
        assert!(close(before[own].typical, typical[own].expected, 1e-12));
    }
    Ok(())
}

/// A fit of the other areas alone, from a start of its own, gives the same expectation.
#[test]
fn leaving_out_is_refitting() -> Result<()> {
    let panel = few(3);
    let fit = panel.mixed(panel.adjusted()?, Integration::Laplace)?;
    let left = expected(fit.leave_out("area", Expectation::Typical)?)?;
    let keep: Vec<usize> = (0..panel.counts.len())
        .filter(|&i| panel.area[i] != 4)
        .collect();
    let rest = Panel {
        counts: keep.iter().map(|&i| panel.counts[i]).collect(),
        children: keep.iter().map(|&i| panel.children[i]).collect(),
        area: keep.iter().map(|&i| panel.area[i]).collect(),
        year: keep.iter().map(|&i| panel.year[i]).collect(),
        x: keep.iter().map(|&i| panel.x[i]).collect(),
        effects: Vec::new(),
    };
    let own: Vec<usize> = (0..panel.counts.len())
        .filter(|&i| panel.area[i] == 4)
        .collect();
    let refit = rest.mixed(rest.adjusted()?, Integration::Laplace)?;
    let mut total = 0.0;
    for &i in &own {
        let one = |year: usize| f64::from(u8::from(panel.year[i] == year));
        let design = crate::models::Design::intercept(1)
            .with("year[1]", &[one(1)])?
            .with("year[2]", &[one(2)])?
            .with("x", &[panel.x[i]])?;
        total += refit.predict_typical(&design, &[panel.children[i].ln()])?[0].mean;
    }
    assert!(
        close(left[4].expected, total, 1e-8),
        "{} {total}",
        left[4].expected
    );
    assert!(close(left[4].sigma, refit.sigma("area")?, 1e-6));
    Ok(())
}

/// The quick way of leaving out ends where a search from a start of its own does: for the smallest
/// and the largest area, for one far out, and for one whose covariate is like no other's.
#[test]
fn leaving_out_quickly_is_refitting() -> Result<()> {
    for years in [1, 3] {
        let truth = Truth {
            areas: 60,
            years,
            ..ONE_YEAR
        };
        let mut panel = truth.draw(&mut Draws::from_seed(8));
        let own = |area: usize| (0..60 * years).filter(move |&i| i / years == area);
        for i in own(7) {
            panel.counts[i] = (8.0 * panel.counts[i]).round();
        }
        for i in own(9) {
            panel.counts[i] = 0.0;
        }
        for i in own(11) {
            panel.x[i] = 6.0;
        }
        let by_size = |a: &usize, b: &usize| panel.children[*a].total_cmp(&panel.children[*b]);
        let smallest = (0..60 * years).min_by(by_size).map_or(0, |i| i / years);
        let largest = (0..60 * years).max_by(by_size).map_or(0, |i| i / years);
        let fit = panel.mixed(panel.adjusted()?, Integration::Laplace)?;
        let left = expected(fit.leave_out("area", Expectation::Average)?)?;
        for area in [smallest, largest, 7, 9, 11, 30] {
            let keep: Vec<usize> = (0..60 * years).filter(|i| i / years != area).collect();
            let pick = |values: &[f64]| keep.iter().map(|&i| values[i]).collect();
            let rest = Panel {
                counts: pick(&panel.counts),
                children: pick(&panel.children),
                area: keep.iter().map(|&i| panel.area[i]).collect(),
                year: keep.iter().map(|&i| panel.year[i]).collect(),
                x: pick(&panel.x),
                effects: Vec::new(),
            };
            let refit = rest.mixed(rest.adjusted()?, Integration::Laplace)?;
            let (mut average, mut typical) = (0.0, 0.0);
            for i in own(area) {
                let one = |year: usize| f64::from(u8::from(panel.year[i] == year));
                let mut design = crate::models::Design::intercept(1);
                for year in 1..years {
                    design = design.with(&format!("year[{year}]"), &[one(year)])?;
                }
                let design = design.with("x", &[panel.x[i]])?;
                let offset = [panel.children[i].ln()];
                average += refit.predict_average(&design, &offset)?[0].mean;
                typical += refit.predict_typical(&design, &offset)?[0].mean;
            }
            let found = &left[area];
            assert!(
                close(found.expected, average, 1e-8) && close(found.typical, typical, 1e-8),
                "{area}: {found:?} {average} {typical}"
            );
            assert!(close(found.sigma, refit.sigma("area")?, 1e-7), "{area}");
        }
    }
    Ok(())
}

/// Scaled expectations add up to what was counted, each figure as many times as it stands for, and the
/// factor changes nothing but what figures are held against.
#[test]
fn scaled_expectations_add_up_and_keep_the_range() -> Result<()> {
    let panel = few(1);
    let fit = panel.mixed(panel.adjusted()?, Integration::Laplace)?;
    let plain = expected(fit.leave_out("area", Expectation::Average)?)?;
    let times: Vec<f64> = (0..25).map(|i| f64::from(i % 3 + 1)).collect();
    let scaled = fit.leave_out_scaled("area", &times)?;
    let (mut had, mut should, mut uncertain) = (0.0, 0.0, (0.0, 0.0));
    for (((_, found), plain), times) in scaled.iter().zip(&plain).zip(&times) {
        let found = found.as_ref().unwrap();
        assert_eq!(found.left, *plain);
        had += times * plain.observed;
        should += times * found.expected();
        uncertain.0 += found.std_error.powi(2);
        uncertain.1 += plain.std_error.powi(2);
        let before = against_expected(plain, Level::P95)?;
        let after = found.against_expected(&[Level::P95])?[0];
        assert_eq!(before.range, after.range);
        assert!(close(
            after.ratio.value * found.factor,
            before.ratio.value,
            1e-12
        ));
        let estimate = found.estimate(Level::P95)?;
        assert!(close(
            estimate.value * estimate.value,
            estimate.interval.low * estimate.interval.high,
            1e-12
        ));
    }
    assert!(close(had, should, 1e-12), "{had} {should}");
    // Over all groups less uncertain than before: what moves all alike is gone.
    assert!(uncertain.0 < uncertain.1, "{uncertain:?}");
    // Where nothing but exposure tells groups apart, the total leaves nothing uncertain.
    let null = panel.mixed(panel.null()?, Integration::Laplace)?;
    for (_, found) in null.leave_out_scaled("area", &[1.0; 25])? {
        assert!(found?.std_error < 1e-9);
    }
    let wrong = fit.leave_out_scaled("area", &[1.0; 24]);
    assert!(matches!(wrong, Err(Error::Lengths { .. })));
    assert!(fit.leave_out_scaled("area", &[0.0; 25]).is_err());
    Ok(())
}

/// A covariate that only one area has is not told by the others, and one without any events left
/// cannot be fitted: each says so for that area alone.
#[test]
fn what_the_others_cannot_tell_is_said() -> Result<()> {
    let panel = few(1);
    let only: Vec<f64> = (0..25).map(|i| f64::from(u8::from(i == 6))).collect();
    let fit = panel.mixed(panel.null()?.with("only", &only)?, Integration::Laplace)?;
    let left = fit.leave_out("area", Expectation::Average)?;
    let named = |e: &Error| matches!(e, Error::Collinear { column } if column == "only");
    assert!(left[6].1.as_ref().is_err_and(named));
    assert!(left[7].1.is_ok());
    Ok(())
}

#[test]
fn against_expectation_the_figures_go_together() -> Result<()> {
    let panel = few(1);
    let fit = panel.mixed(panel.adjusted()?, Integration::Laplace)?;
    for left in expected(fit.leave_out("area", Expectation::Average)?)? {
        let found = against_expected(&left, Level::P95)?;
        assert!(found.ratio.interval.contains(found.ratio.value));
        assert!(found.shrunken.interval.contains(found.shrunken.value));
        assert!((0.0..=1.0).contains(&found.probability_above));
        assert!(found.range.low <= found.range.high);
        // Drawn towards the others: the shrunken ratio is nearer the typical one than its own.
        let typical = left.typical / left.expected;
        let near = |r: f64| (r / typical).ln().abs();
        assert!(near(found.shrunken.value) <= near(found.ratio.value) + 1e-3);
        // Above a half exactly when the shrunken median is above 1.
        assert_eq!(found.probability_above > 0.5, found.shrunken.value > 1.0);
    }
    let ranks = rank_effects(&fit.modes("area")?, Level::P95, 11, 2000)?;
    assert!(
        ranks
            .iter()
            .all(|r| r.interval.low <= r.median && r.median <= r.interval.high)
    );
    Ok(())
}

#[test]
fn a_count_of_nothing_and_a_large_one_are_both_placed() -> Result<()> {
    for (observed, expected) in [(0.0, 0.3), (0.0, 40.0), (1e5, 9e4), (3.0, 3.0)] {
        for (sigma, std_error, dispersion) in [
            (0.0, 0.0, 1.0),
            (0.0, 0.1, 30.0),
            (0.3, 0.0, 1.0),
            (0.3, 0.05, 1.0),
            (1e-6, 0.02, 2.0),
        ] {
            let left = LeftOut {
                code: 0,
                observed,
                expected,
                typical: expected * f64::exp(-0.5 * sigma * sigma),
                std_error,
                sigma,
                dispersion,
            };
            let found = against_expected(&left, Level::P998)?;
            assert!(found.ratio.interval.contains(observed / expected));
            assert!(
                (0.0..=1.0).contains(&found.probability_above),
                "{left:?} {found:?}"
            );
            assert!(found.range.low >= 0.0 && found.range.high >= found.range.low);
        }
    }
    Ok(())
}

#[test]
fn an_area_without_children_has_nothing_to_be_held_against() -> Result<()> {
    let truth = Truth {
        areas: 12,
        ..ONE_YEAR
    };
    let mut panel = truth.draw(&mut Draws::from_seed(32));
    (panel.children[3], panel.counts[3]) = (0.0, 0.0);
    let fit = panel.mixed(panel.null()?, Integration::Laplace)?;
    let against = |code: usize| -> Result<_> {
        let left_out = fit
            .leave_out("area", Expectation::Average)?
            .swap_remove(code);
        assert_eq!(left_out.0, code);
        against_expected(&left_out.1?, Level::P95)
    };
    assert!(matches!(against(3), Err(Error::Undefined { .. })));
    assert!(against(4).is_ok());
    Ok(())
}
