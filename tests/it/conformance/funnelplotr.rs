//! FunnelPlotR 0.6.0: dispersion, variance between units, and exact Poisson limits.

use disparity_stats::{FunnelScale, FunnelUnit, Level, Outliers, exact_poisson, overdispersion};

use super::{Suite, Table, folder};

#[test]
fn dispersion_and_variance_between_units() {
    let Some(at) = folder("FunnelPlotR") else {
        return;
    };
    let mut suite = Suite::new("FunnelPlotR overdispersion");
    for row in Table::read(at.join("expected_summary.csv")).rows() {
        let kind = row.text("type");
        let input = at.join(format!("{}_input.csv", row.text("dataset")));
        // The proportions of the suite use the same counts over three times the denominators.
        let times = if kind == "PR" { 3.0 } else { 1.0 };
        let units: Vec<FunnelUnit> = Table::read(input)
            .rows()
            .map(|r| FunnelUnit {
                observed: r.needed("num"),
                denominator: times * r.needed("denom"),
            })
            .collect();
        let trim = row.needed("trim");
        let (scale, outliers) = match (kind, row.text("method")) {
            ("SR", "SHMI") => (FunnelScale::Log, Outliers::Truncate(trim)),
            ("SR", "CQC") => (FunnelScale::SquareRoot, Outliers::Winsorise(trim)),
            ("PR", _) => (FunnelScale::ArcSine, Outliers::Winsorise(trim)),
            ("RC", _) => (FunnelScale::LogOfCounts, Outliers::Winsorise(trim)),
            other => panic!("unknown kind {other:?}"),
        };
        suite.case(row.label(), |case| {
            let Some(found) = case.ok(overdispersion(&units, scale, outliers)) else {
                return;
            };
            case.close("phi", found.phi, row.needed("phi"), 1e-12);
            case.close("tau2", found.tau2, row.needed("tau2"), 1e-12);
            case.close("target", found.target, row.needed("target"), 1e-12);
        });
    }
    suite.finish();
}

#[test]
fn exact_limits() {
    let Some(at) = folder("FunnelPlotR") else {
        return;
    };
    let mut suite = Suite::new("FunnelPlotR poisson limits");
    for row in Table::read(at.join("unittest_poisson_limits.csv")).rows() {
        let n = row.needed("number_seq");
        suite.case(row.label(), |case| {
            for (level, low, high) in [
                (Level::P95, "ll95", "ul95"),
                (Level::P998, "ll998", "ul998"),
            ] {
                let Some(found) = case.ok(exact_poisson(n, level).and_then(|i| i.scaled(1.0 / n)))
                else {
                    continue;
                };
                // Printed to seven significant digits.
                case.near(low, found.low, row.needed(low), 5e-8);
                case.near(high, found.high, row.needed(high), 5e-7);
            }
        });
    }
    suite.finish();
}
