//! Tests of the models as a whole: what fits must agree with themselves about, what they recover
//! from simulated panels, and what they do with input that has no fit.
//! Figures from other software are compared in the program's own tests.

mod collapse;
mod coverage;
mod deciles;
mod degenerate;
mod leave_out;
mod panel_records;
mod panels;
mod strata;

use super::{
    Design, Family, FittedMixed, FittedRegression, Integration, MixedModel, MixedOptions,
    Observations, RandomEffect, RegressionModel,
};
use crate::error::Result;
use crate::random::Draws;

/// Simulated areas over some years, with all that was true of them.
pub(super) struct Panel {
    pub(super) counts: Vec<f64>,
    pub(super) children: Vec<f64>,
    pub(super) area: Vec<usize>,
    pub(super) year: Vec<usize>,
    pub(super) x: Vec<f64>,
    /// The effect of each area.
    pub(super) effects: Vec<f64>,
}

/// What a panel is drawn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truth {
    pub(super) areas: usize,
    pub(super) years: usize,
    /// Events per child where everything else is 0.
    pub(super) rate: f64,
    pub(super) slope: f64,
    pub(super) sigma: f64,
    /// Scatter of each record beyond Poisson's.
    pub(super) scatter: f64,
}

pub(super) const ONE_YEAR: Truth = Truth {
    areas: 153,
    years: 1,
    rate: 0.007,
    slope: 0.25,
    sigma: 0.25,
    scatter: 0.0,
};

impl Truth {
    pub(super) fn draw(self, draws: &mut Draws) -> Panel {
        let mut panel = Panel {
            counts: Vec::new(),
            children: Vec::new(),
            area: Vec::new(),
            year: Vec::new(),
            x: Vec::new(),
            effects: Vec::new(),
        };
        for area in 0..self.areas {
            let effect = self.sigma * draws.normal();
            let children = (30_000.0 * (0.7 * draws.normal()).exp()).round().max(500.0);
            let x = draws.normal();
            panel.effects.push(effect);
            for year in 0..self.years {
                let scatter = if self.scatter > 0.0 {
                    self.scatter * draws.normal()
                } else {
                    0.0
                };
                let mean = children * self.rate * (self.slope * x + effect + scatter).exp();
                panel.counts.push(draws.poisson(mean));
                panel.children.push(children);
                panel.area.push(area);
                panel.year.push(year);
                panel.x.push(x);
            }
        }
        panel
    }
}

impl Panel {
    pub(super) fn observations(&self) -> Result<Observations> {
        Observations::counts(&self.counts)?.with_exposure(&self.children)
    }

    pub(super) fn null(&self) -> Result<Design> {
        Design::intercept(self.counts.len()).with_factor("year", &self.year)
    }

    pub(super) fn adjusted(&self) -> Result<Design> {
        self.null()?.with("x", &self.x)
    }

    pub(super) fn mixed(&self, design: Design, integration: Integration) -> Result<FittedMixed> {
        MixedModel::new(Family::Poisson, self.observations()?, design)?
            .with_effect(RandomEffect::intercept("area", &self.area))?
            .fit(&MixedOptions::with_integration(integration))
    }

    pub(super) fn regression(&self, family: Family) -> Result<FittedRegression> {
        RegressionModel::new(family, self.observations()?, self.adjusted()?)?.fit()
    }
}

pub(super) fn close(found: f64, expected: f64, relative: f64) -> bool {
    (found - expected).abs() <= relative * expected.abs().max(1e-300)
}
