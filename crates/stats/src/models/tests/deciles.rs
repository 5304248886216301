//! Rates by decile are found again where the totals hold them, and refused where they do not.

use super::close;
use crate::error::{Error, Result};
use crate::level::Level;
use crate::models::{
    DECILES, DecileArea, Resampling, Scatter, decile_rates_log_linear, decile_rates_monotone,
};
use crate::random::Draws;

/// On a line in the log: ten times as high in decile 1 as in decile 10.
fn rates() -> [f64; DECILES] {
    let mut rates = [0.0; DECILES];
    for (d, rate) in rates.iter_mut().enumerate() {
        *rate = 0.016 * 0.1_f64.powf(d as f64 / 9.0);
    }
    rates
}

/// Areas of every make-up, with counts that scatter by `dispersion`.
fn areas(count: usize, dispersion: f64, draws: &mut Draws) -> Vec<DecileArea> {
    (0..count)
        .map(|_| {
            let lean = 0.8 * draws.normal();
            let size = 40_000.0 * (0.5 * draws.normal()).exp();
            let mut children = [0.0; DECILES];
            for (d, n) in children.iter_mut().enumerate() {
                let place = (d as f64 - 4.5) / 4.5;
                *n = (size / 10.0 * (lean * place + 0.3 * draws.normal()).exp()).round();
            }
            let mean: f64 = children.iter().zip(rates()).map(|(n, r)| n * r).sum();
            let drawn = if dispersion > 1.0 {
                draws.gamma(mean / (dispersion - 1.0)) * (dispersion - 1.0)
            } else {
                mean
            };
            DecileArea {
                count: draws.poisson(drawn),
                children,
            }
        })
        .collect()
}

fn resampling(seed: u64) -> Resampling {
    Resampling {
        seed,
        repetitions: 400,
        scatter: Scatter::Estimated,
    }
}

#[test]
fn a_log_linear_gradient_is_covered() -> Result<()> {
    let mut draws = Draws::from_seed(8);
    let ratio = 10.0;
    for dispersion in [1.0, 20.0] {
        let (mut held, mut decile_held) = (0, 0);
        for _ in 0..400 {
            let found = decile_rates_log_linear(
                &areas(150, dispersion, &mut draws),
                Scatter::Estimated,
                Level::P95,
            )?;
            held += u32::from(found.ratio_most_to_least.interval.contains(ratio));
            decile_held += u32::from(found.rates[2].rate.interval.contains(rates()[2]));
        }
        for held in [held, decile_held] {
            let share = f64::from(held) / 400.0;
            assert!(
                (0.92..=0.98).contains(&share),
                "{share} at dispersion {dispersion}"
            );
        }
    }
    Ok(())
}

#[test]
fn monotone_rates_are_found_again() -> Result<()> {
    let mut draws = Draws::from_seed(9);
    let areas = areas(150, 1.0, &mut draws);
    let found = decile_rates_monotone(&areas, resampling(1), Level::P95)?;
    assert!(found.converged);
    assert!(
        found
            .rates
            .windows(2)
            .all(|w| w[0].rate.value >= w[1].rate.value)
    );
    let held = found
        .rates
        .iter()
        .zip(rates())
        .filter(|(r, truth)| r.rate.interval.contains(*truth));
    assert!(held.count() >= 8);
    // Expected totals agree with observed ones, as at any maximum.
    let total: f64 = areas
        .iter()
        .map(|a| {
            a.children
                .iter()
                .zip(&found.rates)
                .map(|(n, r)| n * r.rate.value)
                .sum::<f64>()
        })
        .sum();
    assert!(close(total, areas.iter().map(|a| a.count).sum(), 1e-6));
    // No log-linear gradient fits better: that form is one of the monotone ones.
    let straight = decile_rates_log_linear(&areas, Scatter::Estimated, Level::P95)?;
    assert!(found.log_likelihood >= straight.log_likelihood - 1e-6);
    let again = decile_rates_monotone(&areas, resampling(1), Level::P95)?;
    assert_eq!(found, again);
    Ok(())
}

#[test]
fn a_step_is_found_where_a_line_misses_it() -> Result<()> {
    let mut draws = Draws::from_seed(10);
    let mut areas = areas(150, 1.0, &mut draws);
    for area in &mut areas {
        let step = |d: usize| if d < 3 { 0.02 } else { 0.004 };
        let mean: f64 = area
            .children
            .iter()
            .enumerate()
            .map(|(d, n)| n * step(d))
            .sum();
        area.count = draws.poisson(mean);
    }
    let found = decile_rates_monotone(&areas, resampling(2), Level::P95)?;
    assert!(
        close(found.rates[0].rate.value, 0.02, 0.15)
            && close(found.rates[9].rate.value, 0.004, 0.3)
    );
    let ratio = found.ratio_most_to_least;
    let (low, high) = (ratio.low.expect("an end"), ratio.high.expect("an end"));
    assert!(low < 5.0 && high > 5.0, "{ratio:?}");
    Ok(())
}

#[test]
fn what_totals_cannot_tell_is_refused() {
    let same = |count: f64| DecileArea {
        count,
        children: [100.0; DECILES],
    };
    let none = DecileArea {
        count: 0.0,
        children: [0.0; DECILES],
    };
    let mut uneven = same(5.0);
    uneven.children[0] = 400.0;
    let log_linear =
        |areas: &[DecileArea]| decile_rates_log_linear(areas, Scatter::Estimated, Level::P95);
    let monotone = |areas: &[DecileArea]| decile_rates_monotone(areas, resampling(1), Level::P95);
    for areas in [
        vec![],
        vec![same(3.0)],
        vec![same(3.0), none],
        vec![none, none],
    ] {
        assert!(
            matches!(log_linear(&areas), Err(Error::TooFew { .. })),
            "{areas:?}"
        );
        assert!(matches!(monotone(&areas), Err(Error::TooFew { .. })));
    }
    for areas in [
        vec![same(3.0), same(9.0)],
        vec![
            same(0.0),
            DecileArea {
                count: 0.0,
                ..uneven
            },
        ],
    ] {
        assert!(
            matches!(log_linear(&areas), Err(Error::Undefined { .. })),
            "{areas:?}"
        );
        assert!(matches!(monotone(&areas), Err(Error::Undefined { .. })));
    }
    let bad = DecileArea {
        count: f64::NAN,
        ..uneven
    };
    assert!(matches!(
        log_linear(&[same(1.0), bad]),
        Err(Error::At { index: 1, .. })
    ));
    let homeless = DecileArea { count: 2.0, ..none };
    assert!(matches!(
        monotone(&[homeless, uneven]),
        Err(Error::At { index: 0, .. })
    ));
}
