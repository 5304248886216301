//! Crude rates per 10,000 as officially published, with their 95% Byar limits.

use disparity_stats::{CountMethod, Level, crude_rate};

use super::{Suite, Table, folder};

#[test]
fn published_rates() {
    let Some(at) = folder("fingertips_published") else {
        return;
    };
    let mut suite = Suite::new("fingertips_published");
    for row in Table::read(at.join("byars_published_sample.csv")).rows() {
        suite.case(row.label(), |case| {
            // Published to 7 to 9 significant figures.
            let tolerance = 2e-7;
            let rate = crude_rate(row.needed("Count"), row.needed("Denominator"), Level::P95);
            let Some(rate) = case.ok(rate) else { return };
            case.close("value", rate.value * 1e4, row.needed("Value"), tolerance);
            let low = row.needed("Lower.CI.95.0.limit");
            let high = row.needed("Upper.CI.95.0.limit");
            case.close("lower", rate.interval.low * 1e4, low, tolerance);
            case.close("upper", rate.interval.high * 1e4, high, tolerance);
            case.is("Byar's method", rate.method == CountMethod::Byar);
        });
    }
    suite.finish();
}
