//! The chain of models as the analysis will call it.

use super::{ONE_YEAR, Panel, Truth, close};
use crate::error::{Error, Result};
use crate::models::{AREA, Design, Family, StructuralParams, structural_models};
use crate::random::Draws;

fn chain(panel: &Panel) -> Result<Vec<crate::models::StructuralModel>> {
    let designs = [
        ("null", panel.null()?),
        ("deprivation", panel.adjusted()?),
        ("impossible", panel.adjusted()?.with("twice", &panel.x)?),
    ];
    let params = StructuralParams::seeded(1);
    structural_models(
        Family::Poisson,
        &panel.observations()?,
        &panel.area,
        &designs,
        &params,
    )
}

#[test]
fn every_model_tells_of_every_area() -> Result<()> {
    for years in [1, 4] {
        let truth = Truth {
            areas: 40,
            years,
            scatter: if years > 1 { 0.1 } else { 0.0 },
            ..ONE_YEAR
        };
        let panel = truth.draw(&mut Draws::from_seed(31));
        let models = chain(&panel)?;
        assert!(
            matches!(&models[2].outcome, Err(Error::Collinear { column }) if column == "twice")
        );
        let fits: Vec<_> = models
            .into_iter()
            .take(2)
            .map(|m| m.outcome)
            .collect::<Result<_>>()?;
        assert!(fits[0].explained.is_none());
        let explained = fits[1].explained.expect("a null model with variance");
        assert!(explained.change.interval.contains(0.5), "{explained:?}");
        assert!(fits[1].spread.sigma.value < fits[0].spread.sigma.value);
        assert_eq!(fits[1].fit.spreads().len(), if years > 1 { 2 } else { 1 });
        for fit in &fits {
            assert_eq!(fit.areas.len(), 40);
            let mut fifths = [0; 5];
            let (mut observed, mut expected) = (0.0, 0.0);
            for area in &fit.areas {
                let against = area.against.clone()?;
                assert_eq!(against.code, area.code);
                assert!(area.rank.interval.low <= area.rank.interval.high);
                fifths[area.fifth.expect("40 areas") as usize - 1] += 1;
                observed += against.observed;
                expected += against.expected;
            }
            assert_eq!(fifths, [8; 5]);
            assert!(close(observed, panel.counts.iter().sum(), 1e-12));
            assert!(close(observed, expected, 0.1), "{observed} {expected}");
        }
        assert!(fits[0].fit.sigma(AREA)? > 0.2);
    }
    Ok(())
}

#[test]
fn areas_without_children_are_told_apart() -> Result<()> {
    let truth = Truth {
        areas: 12,
        ..ONE_YEAR
    };
    let mut panel = truth.draw(&mut Draws::from_seed(32));
    panel.children[3] = 0.0;
    panel.counts[3] = 0.0;
    let fit = chain(&panel)?.swap_remove(0).outcome?;
    assert!(matches!(fit.areas[3].against, Err(Error::Undefined { .. })));
    assert!(fit.areas[3].fifth.is_none() && fit.areas[4].fifth.is_some());
    Ok(())
}

#[test]
fn a_chain_without_models_or_areas_is_refused() -> Result<()> {
    let panel = ONE_YEAR.draw(&mut Draws::from_seed(33));
    let (observations, params) = (panel.observations()?, StructuralParams::seeded(1));
    let none = structural_models(Family::Poisson, &observations, &panel.area, &[], &params);
    assert!(matches!(none, Err(Error::TooFew { .. })));
    let designs = [("null", Design::intercept(3))];
    let short = structural_models(Family::Poisson, &observations, &[1, 2], &designs, &params);
    assert!(matches!(short, Err(Error::Lengths { .. })));
    let odd = structural_models(
        Family::Poisson,
        &observations,
        &panel.area,
        &designs,
        &params,
    )?;
    assert!(matches!(odd[0].outcome, Err(Error::Lengths { .. })));
    Ok(())
}
