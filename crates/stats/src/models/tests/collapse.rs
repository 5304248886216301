//! The same likelihood however the same records are told.

use super::close;
use crate::error::Result;
use crate::models::{
    Design, Family, FittedMixed, Integration, MixedModel, MixedOptions, Observations, RandomEffect,
    RegressionModel,
};
use crate::random::Draws;

/// Cells of children: successes, trials, area, and two covariates.
struct Cells {
    y: Vec<f64>,
    n: Vec<f64>,
    area: Vec<usize>,
    group: Vec<usize>,
    x: Vec<f64>,
}

fn cells() -> Cells {
    let mut draws = Draws::from_seed(3);
    let mut cells = Cells {
        y: Vec::new(),
        n: Vec::new(),
        area: Vec::new(),
        group: Vec::new(),
        x: Vec::new(),
    };
    for area in 0..8 {
        let effect = 0.5 * draws.normal();
        for group in 0..3 {
            for x in [0.0, 1.0] {
                let n = draws.poisson(9.0) + 1.0;
                let p = 1.0 / (1.0 + f64::exp(0.8 - effect - 0.4 * x));
                cells.y.push(draws.poisson(n * p).min(n));
                cells.n.push(n);
                cells.area.push(area);
                cells.group.push(group);
                cells.x.push(x);
            }
        }
    }
    cells
}

impl Cells {
    /// One record for each child.
    fn individuals(&self) -> Cells {
        let mut out = Cells {
            y: Vec::new(),
            n: Vec::new(),
            area: Vec::new(),
            group: Vec::new(),
            x: Vec::new(),
        };
        for i in 0..self.y.len() {
            let mut left = self.y[i];
            let mut children = self.n[i];
            while children > 0.0 {
                out.y.push(if left > 0.0 { 1.0 } else { 0.0 });
                out.n.push(1.0);
                out.area.push(self.area[i]);
                out.group.push(self.group[i]);
                out.x.push(self.x[i]);
                left -= 1.0;
                children -= 1.0;
            }
        }
        out
    }

    fn design(&self) -> Result<Design> {
        Design::intercept(self.y.len())
            .with_factor("group", &self.group)?
            .with("x", &self.x)
    }

    fn fit(&self, integration: Integration) -> Result<FittedMixed> {
        let observations = Observations::proportions(&self.y, &self.n)?;
        MixedModel::new(Family::Binomial, observations, self.design()?)?
            .with_effect(RandomEffect::intercept("area", &self.area))?
            .fit(&MixedOptions::with_integration(integration))
    }
}

#[test]
fn children_and_their_cells_have_one_likelihood() -> Result<()> {
    let cells = cells();
    let children = cells.individuals();
    for integration in [
        Integration::Joint,
        Integration::Laplace,
        Integration::GaussHermite(7),
    ] {
        let (by_cell, by_child) = (cells.fit(integration)?, children.fit(integration)?);
        assert_eq!(by_child.cells(), by_cell.cells());
        assert_eq!(by_child.records(), children.y.len());
        // Each told as it was given, and both told child by child.
        assert!(by_cell.log_likelihood() > by_child.log_likelihood() + 10.0);
        let told = by_cell.log_likelihood_of_individuals();
        assert!(
            close(told, by_child.log_likelihood(), 1e-11),
            "{integration:?}"
        );
        assert!(close(told, by_child.log_likelihood_of_individuals(), 1e-11));
        let pairs = by_cell
            .coefficients()
            .iter()
            .zip(by_child.coefficients().iter());
        for (a, b) in pairs {
            assert!(close(a.estimate, b.estimate, 1e-7) && close(a.std_error, b.std_error, 1e-6));
        }
        assert!(close(by_cell.sigma("area")?, by_child.sigma("area")?, 1e-7));
    }
    Ok(())
}

#[test]
fn counts_over_different_exposures_add_up() -> Result<()> {
    let cells = cells();
    let poisson = |cells: &Cells, family: Family| -> Result<_> {
        let observations = Observations::counts(&cells.y)?.with_exposure(&cells.n)?;
        RegressionModel::new(family, observations, cells.design()?)?.fit()
    };
    let whole = poisson(&cells, Family::Poisson)?;
    // The 48 records have 6 rows of covariates between them, and 4 of these are of the same cell.
    assert_eq!((whole.records(), whole.cells()), (48, 6));
    // Poisson counts told child by child lose only the constants of adding up.
    let split = poisson(&cells.individuals(), Family::Poisson)?;
    for (a, b) in whole.coefficients().iter().zip(split.coefficients().iter()) {
        assert!(close(a.estimate, b.estimate, 1e-9) && close(a.std_error, b.std_error, 1e-9));
    }
    let sum: f64 = whole.expected().iter().sum();
    assert!(close(sum, cells.y.iter().sum(), 1e-9));
    Ok(())
}

#[test]
fn a_weight_of_two_is_two_records() -> Result<()> {
    let cells = cells();
    let n = cells.y.len();
    let twice = |v: &[f64]| v.iter().chain(v).copied().collect::<Vec<f64>>();
    let codes = |v: &[usize]| v.iter().chain(v).copied().collect::<Vec<usize>>();
    for family in [
        Family::Poisson,
        Family::NegativeBinomialOfSize(2.0),
        Family::Binomial,
    ] {
        let observe = |y: &[f64], trials: &[f64]| {
            if family.is_proportion() {
                Observations::proportions(y, trials)
            } else {
                Observations::counts(y).and_then(|o| o.with_exposure(trials))
            }
        };
        let weighted = MixedModel::new(
            family,
            observe(&cells.y, &cells.n)?.with_weights(&vec![2.0; n])?,
            cells.design()?,
        )?
        .with_effect(RandomEffect::intercept("area", &cells.area))?
        .fit(&MixedOptions::default())?;
        let design = Design::intercept(2 * n)
            .with_factor("group", &codes(&cells.group))?
            .with("x", &twice(&cells.x))?;
        let doubled =
            MixedModel::new(family, observe(&twice(&cells.y), &twice(&cells.n))?, design)?
                .with_effect(RandomEffect::intercept("area", &codes(&cells.area)))?
                .fit(&MixedOptions::default())?;
        assert!(
            close(weighted.log_likelihood(), doubled.log_likelihood(), 1e-10),
            "{family:?}"
        );
        assert!(close(weighted.sigma("area")?, doubled.sigma("area")?, 1e-6));
    }
    Ok(())
}

#[test]
fn order_and_units_do_not_matter() -> Result<()> {
    let cells = cells();
    let n = cells.y.len();
    let plain = cells.fit(Integration::Laplace)?;
    let mut shuffled = Cells {
        y: cells.y.iter().rev().copied().collect(),
        n: cells.n.iter().rev().copied().collect(),
        // Numbers of groups are only names.
        area: cells.area.iter().rev().map(|a| 1000 - 7 * a).collect(),
        group: cells.group.iter().rev().copied().collect(),
        x: cells.x.iter().rev().map(|x| 2013.0 + 1e4 * x).collect(),
    };
    let moved = shuffled.fit(Integration::Laplace)?;
    assert!(close(plain.log_likelihood(), moved.log_likelihood(), 1e-11));
    assert!(close(plain.sigma("area")?, moved.sigma("area")?, 1e-7));
    let slope = |fit: &FittedMixed| fit.coefficients().get("x").map(|c| c.estimate);
    assert!(close(slope(&plain)?, 1e4 * slope(&moved)?, 1e-6));
    let modes = (plain.modes("area")?, moved.modes("area")?);
    for (a, b) in modes.0.iter().zip(modes.1.iter().rev()) {
        assert_eq!(1000 - 7 * a.code, b.code);
        assert!((a.value - b.value).abs() < 1e-7);
    }
    // The same input gives the same bits.
    shuffled.x.truncate(n);
    let again = shuffled.fit(Integration::Laplace)?;
    assert_eq!(
        moved.log_likelihood().to_bits(),
        again.log_likelihood().to_bits()
    );
    Ok(())
}
