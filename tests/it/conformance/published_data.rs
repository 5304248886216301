//! Figures that the project's method notes worked out from published data with other software, and
//! the published deprivation deciles: the methods on real data, where the data stand beside us.

use std::path::PathBuf;

use disparity_stats::{
    DeprivationIndex, FunnelPosition, FunnelScale, FunnelUnit, Level, Outliers, Overdispersion,
    deprivation_decile, exact_poisson, funnel_position, funnel_position_ratio, overdispersion,
};

use super::{Suite, Table};
use crate::support::say;

/// A published file, or nothing (and a line that says so) where it is absent.
fn file(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(path);
    if path.is_file() {
        return Some(path);
    }
    say(&format!(
        "published data: NOT RUN, {} is absent",
        path.display()
    ));
    None
}

/// Children looked after at 31 March 2025: each authority's count and what England's rate expects.
fn authorities(path: PathBuf) -> Vec<FunnelUnit> {
    let table = Table::read(path);
    let pairs: Vec<(f64, f64)> = table
        .rows()
        .filter(|r| {
            r.text("time_period") == "2025" && r.text("geographic_level") == "Local authority"
        })
        .filter(|r| r.text("population_type") == "Children looked after on 31 March each year")
        .filter_map(|r| {
            let count = r.text("children_count").parse().ok()?;
            Some((count, r.text("population_estimate").parse().ok()?))
        })
        .collect();
    let total = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    let rate = total(|p| p.0) / total(|p| p.1);
    let unit = |&(observed, n): &(f64, f64)| FunnelUnit {
        observed,
        denominator: n * rate,
    };
    pairs.iter().map(unit).collect()
}

/// How many units a test picks out.
fn count(units: &[FunnelUnit], picked: impl Fn(&FunnelUnit) -> bool) -> f64 {
    units.iter().filter(|u| picked(u)).count() as f64
}

#[test]
fn overdispersion_of_children_looked_after() {
    let Some(path) = file("cla/cla_number_and_rate_per_10k_children_2025release.csv") else {
        return;
    };
    let units = authorities(path);
    let mut suite = Suite::new("children looked after 2025, funnels");
    let outer =
        |p: FunnelPosition| matches!(p, FunnelPosition::BelowOuter | FunnelPosition::AboveOuter);
    let ratio = |u: &FunnelUnit| u.observed / u.denominator;
    suite.case("plain limits", |case| {
        case.close("authorities", units.len() as f64, 151.0, 0.0);
        // The notes' 105 come from limits that are the exact interval of the expected count. Ours
        // ask whether the observed count's exact interval excludes it: one authority fewer.
        let about_expected = |u: &FunnelUnit| {
            let about = exact_poisson(u.denominator, Level::P998).unwrap();
            !about.contains(u.observed)
        };
        case.close(
            "the notes' limits",
            count(&units, about_expected),
            105.0,
            0.0,
        );
        let label = |u: &FunnelUnit| funnel_position_ratio(u.observed, u.denominator).unwrap();
        case.close("ours", count(&units, |u| outer(label(u))), 104.0, 0.0);
    });
    let adjusted = |spread: &Overdispersion, u: &FunnelUnit| {
        let limits = |level| spread.limits(u.denominator, level).unwrap();
        outer(funnel_position(ratio(u), limits(Level::P95), limits(Level::P998)).unwrap())
    };
    suite.case("SHMI", |case| {
        let spread = overdispersion(&units, FunnelScale::Log, Outliers::Truncate(0.1));
        let Some(spread) = case.ok(spread) else {
            return;
        };
        case.near("phi", spread.phi, 31.0, 0.5);
        case.close("flagged", count(&units, |u| adjusted(&spread, u)), 8.0, 0.0);
    });
    suite.case("CQC", |case| {
        let spread = overdispersion(&units, FunnelScale::SquareRoot, Outliers::Winsorise(0.1));
        let Some(spread) = case.ok(spread) else {
            return;
        };
        // The notes' 34 come from limits left on the scale of the root: 1 -+ z sqrt(s^2 + tau^2)
        // drawn on the ratio's axis. Squared, as they must be, they are about twice as wide.
        let left_on_the_root = |u: &FunnelUnit| {
            let half = Level::P998.z() * (0.25 / u.denominator + spread.tau2).sqrt();
            (ratio(u) - 1.0).abs() > half
        };
        case.close(
            "the notes' limits",
            count(&units, left_on_the_root),
            34.0,
            0.0,
        );
        case.close("ours", count(&units, |u| adjusted(&spread, u)), 4.0, 0.0);
    });
    suite.finish();
}

#[test]
fn every_published_english_decile() {
    let files = [
        "deprivation/File_3_-_IoD2019_Supplementary_Indices_-_IDACI_and_IDAOPI.csv",
        "deprivation/File_3_IoD2025_IDACI_IDAOPI.csv",
    ];
    let mut suite = Suite::new("English deprivation deciles");
    for name in files {
        let Some(path) = file(name) else { return };
        let table = Table::read(path);
        let areas = u32::try_from(table.rows().count()).unwrap();
        for index in [
            "Index of Multiple Deprivation (IMD)",
            "Income Deprivation Affecting Children Index (IDACI)",
        ] {
            let rank = format!("{index} Rank (where 1 is most deprived)");
            let decile = format!("{index} Decile (where 1 is most deprived 10% of LSOAs)");
            suite.case(format!("{name} {index}"), |case| {
                let wrong = table
                    .rows()
                    .filter(|row| {
                        // The 2019 file writes ranks and deciles with two decimals.
                        let whole = |column: &str| -> u32 {
                            row.text(column).trim_end_matches(".00").parse().unwrap()
                        };
                        let found =
                            deprivation_decile(whole(&rank), areas, DeprivationIndex::England);
                        u32::from(found.unwrap()) != whole(&decile)
                    })
                    .count();
                case.close("areas in another decile", wrong as f64, 0.0, 0.0);
            });
        }
    }
    suite.finish();
}
