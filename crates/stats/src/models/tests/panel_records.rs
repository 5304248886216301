//! Panels given as records: what is refused and where, what is left out, and what does not matter.

use crate::error::{Error, Result};
use crate::level::Level;
use crate::models::{
    PanelFit, PanelOptions, PanelRecord, SmallSample, panel_model, panel_within_between,
};
use crate::random::Draws;

const NAMES: [&str; 2] = ["help", "poor"];

/// Authorities over years: spend follows the level of need, and lowers it by 2.5.
fn invented(seed: u64, units: usize, periods: usize) -> Vec<PanelRecord> {
    let mut draws = Draws::from_seed(seed);
    let mut records = Vec::new();
    for unit in 0..units {
        let level = draws.normal();
        for period in 0..periods {
            let help = 5.0 + level + draws.normal();
            let poor = 18.0 + draws.normal();
            let outcome = 300.0 + 20.0 * level + 4.0 * period as f64 - 2.5 * help + 3.0 * poor;
            records.push(PanelRecord {
                unit: 7 * unit + 3,
                period: 2010 + period,
                outcome: outcome + draws.normal(),
                regressors: vec![help, poor],
                weight: 1.0,
            });
        }
    }
    records
}

fn fit(records: &[PanelRecord]) -> Result<PanelFit> {
    panel_model(&NAMES, records, PanelOptions::default())
}

#[test]
fn what_is_alone_goes_and_takes_its_period_with_it() -> Result<()> {
    let mut records = invented(1, 25, 6);
    let before = fit(&records)?;
    assert_eq!((before.clusters, before.periods), (25, 6));
    assert_eq!((before.records, before.singletons), (150, 0));
    // A unit of one record, and a period that has another record only with it.
    let mut other = |unit: usize, period: usize| {
        let mut record = records[0].clone();
        (record.unit, record.period, record.outcome) = (unit, period, -1e6);
        records.push(record);
    };
    other(9_999, 1990);
    other(3, 1990);
    let after = fit(&records)?;
    assert_eq!((after.records, after.singletons), (150, 2));
    assert_eq!(after.coefficients, before.coefficients);
    // Without levels of periods the second says something of its unit.
    let options = PanelOptions {
        period_levels: false,
        ..PanelOptions::default()
    };
    let by_unit = panel_model(&NAMES, &records, options)?;
    assert_eq!(
        (by_unit.records, by_unit.singletons, by_unit.periods),
        (151, 1, 7)
    );
    Ok(())
}

#[test]
fn a_record_without_weight_says_nothing() -> Result<()> {
    let mut records = invented(2, 22, 5);
    records[17].weight = 0.0;
    let options = PanelOptions::default();
    let before = (
        fit(&records)?,
        panel_within_between(&NAMES, &records, options)?,
    );
    records[17].outcome = 1e7;
    records[17].regressors[0] = -1e3;
    let after = (
        fit(&records)?,
        panel_within_between(&NAMES, &records, options)?,
    );
    assert_eq!(before.0.coefficients, after.0.coefficients);
    assert_eq!(before.1.coefficients, after.1.coefficients);
    assert_eq!((after.0.records, after.0.without_weight), (109, 1));
    assert_eq!((after.1.records, after.1.without_weight), (109, 1));
    Ok(())
}

#[test]
fn what_is_no_panel_is_refused_with_its_place() {
    let refused = |change: &dyn Fn(&mut Vec<PanelRecord>)| {
        let mut records = invented(3, 22, 5);
        change(&mut records);
        let both = panel_within_between(&NAMES, &records, PanelOptions::default());
        (fit(&records).err(), both.err())
    };
    let at_8 = |e: &Option<Error>| matches!(e, Some(Error::At { index: 8, .. }));
    for change in [
        &(|r: &mut Vec<PanelRecord>| r[8].outcome = f64::NAN) as &dyn Fn(&mut Vec<PanelRecord>),
        &|r| r[8].weight = -1.0,
        &|r| r[8].weight = f64::INFINITY,
        &|r| r[8].regressors.truncate(1),
        &|r| (r[8].unit, r[8].period) = (r[2].unit, r[2].period),
    ] {
        let (fixed, both) = refused(change);
        assert!(at_8(&fixed) && at_8(&both), "{fixed:?} {both:?}");
    }
    let (fixed, both) = refused(&|r| r[8].regressors[1] = f64::INFINITY);
    for found in [fixed, both] {
        let named =
            matches!(&found, Some(Error::Covariate { column, row: 8, .. }) if column == "poor");
        assert!(named, "{found:?}");
    }
    let named = |found: Option<Error>, name: &str| matches!(&found, Some(Error::Collinear { column }) if column == name);
    // A regressor that does not change within units; one of years alone; one that is twice the other.
    let second_is = |of: fn(&PanelRecord) -> f64| {
        refused(&move |records| {
            for record in records.iter_mut() {
                record.regressors[1] = of(record);
            }
        })
    };
    let (fixed, both) = second_is(|r| r.unit as f64);
    assert!(named(fixed, "poor") && named(both, "poor (within)"));
    let (fixed, _) = second_is(|r| r.period as f64);
    assert!(named(fixed, "poor"));
    let (fixed, both) = second_is(|r| 2.0 * r.regressors[0]);
    assert!(named(fixed, "poor") && named(both, "poor (within)"));
    let none = |names: &[&str], records: &[PanelRecord]| {
        panel_model(names, records, PanelOptions::default()).err()
    };
    assert!(matches!(none(&[], &[]), Some(Error::TooFew { .. })));
    let mut bare = invented(3, 22, 5);
    for record in &mut bare {
        record.regressors.clear();
    }
    assert!(matches!(none(&[], &bare), Some(Error::TooFew { .. })));
}

#[test]
fn few_units_are_refused_when_singletons_are_gone() {
    let mut records = invented(4, 20, 4);
    assert!(fit(&records).is_ok());
    // One of the twenty keeps a single record.
    records.retain(|r| r.unit != 3 || r.period == 2010);
    let found = fit(&records);
    let few = matches!(
        found,
        Err(Error::TooFew {
            needed: 20,
            found: 19,
            ..
        })
    );
    assert!(few, "{found:?}");
    let options = |fewest_clusters| PanelOptions {
        fewest_clusters,
        ..PanelOptions::default()
    };
    assert!(panel_model(&NAMES, &records, options(19)).is_ok());
    records.retain(|r| r.unit == 10);
    let found = panel_model(&NAMES, &records, options(0));
    assert!(matches!(found, Err(Error::TooFew { needed: 2, .. })));
}

#[test]
fn in_a_complete_panel_within_is_that_of_the_levels() -> Result<()> {
    let mut records = invented(5, 30, 6);
    let options = PanelOptions::default();
    let (levels, both) = (
        fit(&records)?,
        panel_within_between(&NAMES, &records, options)?,
    );
    let gap = |both: &super::super::PanelWithinBetween, levels: &PanelFit| -> Result<f64> {
        let within = both.coefficients.get("help (within)")?.estimate;
        Ok((within - levels.coefficients.get("help")?.estimate).abs())
    };
    assert!(gap(&both, &levels)? < 1e-9);
    // Spend follows need between authorities, so the two questions have two answers here.
    assert!(both.coefficients.get("help (between)")?.estimate > 5.0);
    assert!(both.same_within_and_between.p_value < 1e-6);
    let within = both
        .coefficients
        .get("help (within)")?
        .interval(Level::P95)?;
    assert!(within.interval.contains(-2.5) && within.interval.high < 0.0);
    // Of an incomplete one only where periods have no levels.
    records.retain(|r| (r.unit + r.period) % 5 != 0);
    let options = PanelOptions {
        period_levels: false,
        ..options
    };
    let levels = panel_model(&NAMES, &records, options)?;
    assert!(gap(&panel_within_between(&NAMES, &records, options)?, &levels)? < 1e-9);
    Ok(())
}

#[test]
fn the_order_of_records_and_the_size_of_weights_do_not_matter() -> Result<()> {
    let mut records = invented(6, 24, 6);
    for (i, record) in records.iter_mut().enumerate() {
        record.weight = 1.0 + (i % 5) as f64;
    }
    for small_sample in [
        SmallSample::None,
        SmallSample::Clusters,
        SmallSample::ClustersAndParameters,
    ] {
        let options = PanelOptions {
            small_sample,
            ..PanelOptions::default()
        };
        let figures = |records: &[PanelRecord]| -> Result<Vec<f64>> {
            let fit = panel_model(&NAMES, records, options)?;
            let both = panel_within_between(&NAMES, records, options)?;
            let all = [&fit.coefficients, &both.coefficients, &both.contextual];
            let figures = all.iter().flat_map(|c| c.iter());
            Ok(figures.flat_map(|c| [c.estimate, c.std_error]).collect())
        };
        let before = figures(&records)?;
        let mut moved = records.clone();
        moved.reverse();
        for record in &mut moved {
            record.weight *= 40.0;
        }
        for (a, b) in before.iter().zip(figures(&moved)?) {
            assert!((a / b - 1.0).abs() < 1e-6, "{a} {b}");
        }
    }
    Ok(())
}
