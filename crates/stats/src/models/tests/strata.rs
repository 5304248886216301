//! Intersections: additive ones have nothing beyond, and one that stands out is found.

use super::close;
use crate::error::Result;
use crate::level::Level;
use crate::models::{
    Design, Family, Integration, MixedOptions, Observations, StrataPartition, strata_partition,
};
use crate::random::Draws;

/// 5 groups by 4 ages by 2 sexes in 6 places; `odd` is added to stratum 13.
fn partition(odd: f64) -> Result<StrataPartition> {
    let mut draws = Draws::from_seed(21);
    let (mut y, mut n, mut strata) = (Vec::new(), Vec::new(), Vec::new());
    let (mut groups, mut ages, mut sexes) = (Vec::new(), Vec::new(), Vec::new());
    for group in 0..5_usize {
        for age in 0..4_usize {
            for sex in 0..2_usize {
                for _ in 0..6 {
                    let stratum = group * 8 + age * 2 + sex;
                    let extra = if stratum == 13 { odd } else { 0.0 };
                    let eta =
                        -3.0 + 0.3 * group as f64 - 0.2 * age as f64 + 0.1 * sex as f64 + extra;
                    let trials = 800.0;
                    let p = 1.0 / (1.0 + f64::exp(-eta));
                    y.push(draws.poisson(trials * p).min(trials));
                    n.push(trials);
                    strata.push(stratum);
                    groups.push(group);
                    ages.push(age);
                    sexes.push(sex);
                }
            }
        }
    }
    let design = Design::intercept(y.len())
        .with_factor("group", &groups)?
        .with_factor("age", &ages)?
        .with_factor("sex", &sexes)?;
    let observations = Observations::proportions(&y, &n)?;
    let options = MixedOptions::with_integration(Integration::Laplace);
    strata_partition(
        Family::Binomial,
        &observations,
        &strata,
        &design,
        &options,
        Level::P95,
    )
}

#[test]
fn additive_strata_leave_little_beyond() -> Result<()> {
    let found = partition(0.0)?;
    assert_eq!(found.strata.len(), 40);
    let explained = found.explained.expect("the strata differ").change.value;
    assert!(explained > 0.95, "{explained}");
    assert!(found.beyond_additive.share.value < 0.005 && found.between.share.value > 0.03);
    Ok(())
}

#[test]
fn the_stratum_that_stands_out_is_named() -> Result<()> {
    let found = partition(0.9)?;
    let odd: Vec<usize> = found
        .strata
        .iter()
        .filter(|s| s.stands_out)
        .map(|s| s.code)
        .collect();
    assert!(odd.contains(&13), "{odd:?}");
    let stratum = &found.strata[13];
    let (raw, additive, shrunken) = (
        stratum.raw.expect("trials"),
        stratum.additive.expect("trials"),
        stratum.shrunken.expect("trials"),
    );
    assert!(
        additive < shrunken && shrunken < raw,
        "{additive} {shrunken} {raw}"
    );
    assert!(close(raw, stratum.observed / stratum.exposure, 1e-15));
    assert!(stratum.interaction.value > 1.3 && stratum.interaction.interval.low > 1.0);
    Ok(())
}
