//! Panels of measurements: what effects take away, what is refused, and how often errors by cluster
//! hold the coefficient that was put in.

use crate::error::{Error, Result};
use crate::level::Level;
use crate::models::{Design, FixedEffectsModel, within_between};
use crate::random::Draws;

struct Measured {
    values: Vec<f64>,
    x: Vec<f64>,
    area: Vec<usize>,
    year: Vec<usize>,
}

/// Areas over years; errors of one area carry over from year to year, and so does the covariate.
fn measured(draws: &mut Draws, areas: usize, years: usize, slope: f64) -> Measured {
    let mut panel = Measured {
        values: Vec::new(),
        x: Vec::new(),
        area: Vec::new(),
        year: Vec::new(),
    };
    for area in 0..areas {
        let level = draws.normal();
        let (mut error, mut x) = (draws.normal(), draws.normal());
        for year in 0..years {
            error = 0.7 * error + 0.7 * draws.normal();
            x = 0.7 * x + 0.7 * draws.normal();
            let seen = x + 0.5 * level;
            panel.x.push(seen);
            let value = slope * seen + level + 0.3 * year as f64 + error;
            panel.values.push(value);
            panel.area.push(area);
            panel.year.push(2016 + year);
        }
    }
    panel
}

impl Measured {
    fn model(&self) -> Result<FixedEffectsModel> {
        let design = Design::empty(self.x.len()).with("x", &self.x)?;
        FixedEffectsModel::new(&self.values, design)
    }
}

#[test]
fn levels_of_areas_and_years_do_not_matter() -> Result<()> {
    let mut panel = measured(&mut Draws::from_seed(1), 12, 6, 0.4);
    let fit = |panel: &Measured| -> Result<Vec<f64>> {
        let model = panel.model()?.with_effect("area", &panel.area)?;
        let fit = model.with_effect("year", &panel.year)?.fit()?;
        let by_area = fit.clustered(&panel.area, true)?;
        let both = [fit.coefficients().get("x")?, by_area.get("x")?];
        Ok(both
            .iter()
            .flat_map(|c| [c.estimate, c.std_error])
            .collect())
    };
    let before = fit(&panel)?;
    for i in 0..panel.values.len() {
        panel.values[i] += 1e3 * panel.area[i] as f64 - 70.0 * panel.year[i] as f64;
        panel.x[i] += 11.0 * panel.area[i] as f64 + panel.year[i] as f64;
    }
    for (a, b) in before.iter().zip(fit(&panel)?) {
        assert!((a / b - 1.0).abs() < 1e-8, "{a} {b}");
    }
    Ok(())
}

#[test]
fn what_the_levels_determine_is_refused_by_name() -> Result<()> {
    let panel = measured(&mut Draws::from_seed(2), 8, 5, 0.4);
    let n = panel.x.len();
    let of = |codes: &[usize]| codes.iter().map(|c| *c as f64).collect::<Vec<f64>>();
    let named = |found: Result<_>, name: &str| matches!(found, Err(Error::Collinear { column }) if column == name);
    let with = |name: &str, column: &[f64]| -> Result<_> {
        let design = Design::empty(n).with("x", &panel.x)?.with(name, column)?;
        FixedEffectsModel::new(&panel.values, design)?
            .with_effect("area", &panel.area)?
            .with_effect("year", &panel.year)?
            .fit()
    };
    assert!(named(with("fixed", &of(&panel.area)), "fixed"));
    assert!(named(with("national", &of(&panel.year)), "national"));
    assert!(named(with("ones", &vec![1.0; n]), "ones"));
    let twice: Vec<f64> = panel.x.iter().map(|x| 2.0 * x).collect();
    assert!(named(with("twice", &twice), "twice"));
    let exact = FixedEffectsModel::new(&panel.x, Design::empty(n).with("x", &panel.x)?)?;
    let exact = exact.with_effect("area", &panel.area)?.fit();
    assert!(matches!(exact, Err(Error::Undefined { .. })), "{exact:?}");
    let each: Vec<usize> = (0..n).collect();
    let nothing_left = panel.model()?.with_effect("record", &each)?.fit();
    assert!(matches!(
        nothing_left,
        Err(Error::Collinear { .. } | Error::TooFew { .. })
    ));
    let one = panel.model()?.with_effect("area", &panel.area)?.fit()?;
    assert!(matches!(
        one.clustered(&vec![3; n], false),
        Err(Error::TooFew { .. })
    ));
    assert!(matches!(
        one.clustered(&[1], false),
        Err(Error::Lengths { .. })
    ));
    Ok(())
}

#[test]
fn a_record_without_weight_has_no_part() -> Result<()> {
    let mut panel = measured(&mut Draws::from_seed(3), 9, 5, 0.4);
    let weights: Vec<f64> = (0..45).map(|i| f64::from(u8::from(i != 7))).collect();
    let fit = |panel: &Measured| {
        let model = panel.model()?.with_weights(&weights)?;
        model.with_effect("area", &panel.area)?.fit()
    };
    let before = fit(&panel)?;
    panel.values[7] = 1e6;
    let after = fit(&panel)?;
    assert_eq!(before.coefficients(), after.coefficients());
    assert_eq!((after.records(), after.residuals()[7]), (44, None));
    assert_eq!((after.levels("area")?, after.degrees_of_freedom()), (9, 34));
    Ok(())
}

/// Errors by area hold the coefficient as often as they promise where an area's years go together;
/// those of independent records do not.
#[test]
fn errors_by_area_hold_what_carries_over() -> Result<()> {
    const PANELS: u32 = 600;
    let mut draws = Draws::from_seed(4);
    let [mut by_area, mut independent, mut within, mut mixed] = [0, 0, 0, 0_u32];
    for _ in 0..PANELS {
        let panel = measured(&mut draws, 60, 8, 0.4);
        let model = panel.model()?.with_effect("area", &panel.area)?;
        let fit = model.with_effect("year", &panel.year)?.fit()?;
        let holds = |errors: &crate::models::Coefficients, name: &str| -> Result<u32> {
            let found = errors.get(name)?.interval(Level::P95)?.interval;
            Ok(u32::from(found.contains(0.4)))
        };
        by_area += holds(&fit.clustered(&panel.area, true)?, "x")?;
        independent += holds(fit.coefficients(), "x")?;
        let covariates = Design::empty(panel.x.len()).with("x", &panel.x)?;
        let others = Design::intercept(panel.x.len()).with_factor("year", &panel.year)?;
        let both = within_between(&panel.values, &covariates, &panel.area, others)?;
        within += holds(&both.clustered(true)?, "x (within)")?;
        mixed += holds(both.coefficients(), "x (within)")?;
    }
    let share = |held: u32| f64::from(held) / f64::from(PANELS);
    for held in [by_area, within] {
        assert!((0.925..=0.97).contains(&share(held)), "{}", share(held));
    }
    for held in [independent, mixed] {
        assert!(share(held) < 0.9, "{}", share(held));
    }
    Ok(())
}
