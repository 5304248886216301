//! epitools 0.5-10.1: Poisson and binomial intervals, 2x2 ratios, Selvin's standardisation example.

use disparity_stats::{
    DirectStratum, Estimate, Interval, Level, Result, byar_mid_p, clopper_pearson,
    direct_rate_gamma, exact_poisson, expected_count, indirect_ratio_log_normal, odds_ratio,
    odds_ratio_exact, rate_ratio, risk_ratio, wald_poisson, wald_proportion, wilson,
};

use super::{Case, Row, Suite, Table, folder};

/// The README gives none; closed forms and R's own quantile functions agree far better than this.
const CLOSED: f64 = 1e-9;
/// `pois.exact` and `fisher.test` stop R's `uniroot` at its default tolerance, which is absolute,
/// the square root of the square root of the machine's precision: on the count for the one, on the
/// odds ratio or (above 1) its reciprocal for the other. `reference` checks both to 1e-9.
const UNIROOT: f64 = 1.220_703_125e-4;

/// Both limits to a relative tolerance, or to an absolute one where it is larger.
fn limits(case: &mut Case, found: Result<Interval>, low: f64, high: f64, absolute: f64) {
    if let Some(i) = case.ok(found) {
        case.near("lower", i.low, low, (CLOSED * low.abs()).max(absolute));
        case.near("upper", i.high, high, (CLOSED * high.abs()).max(absolute));
    }
}

#[test]
fn poisson_intervals() {
    let Some(at) = folder("epitools") else { return };
    let mut suite = Suite::new("epitools poisson_ci");
    for row in Table::read(at.join("poisson_ci.csv")).rows() {
        let (x, pt) = (row.needed("x"), row.needed("pt"));
        let level = Level::new(row.needed("conf.level")).unwrap();
        suite.case(row.label(), |case| {
            let interval = match row.text("method") {
                // Daly puts the whole of alpha in one tail when nothing was observed.
                "daly" if x == 0.0 => {
                    exact_poisson(x, Level::new(2.0 * level.value() - 1.0).unwrap())
                }
                "exact" | "daly" => exact_poisson(x, level),
                // The peer's "Byar" is Rothman and Boice's, at count + 1/2.
                "byar" => byar_mid_p(x, level),
                "approx" => wald_poisson(x, level),
                other => panic!("unknown method {other}"),
            };
            let absolute = if row.text("method") == "exact" {
                UNIROOT
            } else {
                1e-15
            };
            let rate = interval.and_then(|i| i.scaled(1.0 / pt));
            let byar = row.text("method") == "byar";
            // The peer lets Byar's lower limit for no events fall below 0; ours stops there.
            let low = if byar {
                row.needed("lower").max(0.0)
            } else {
                row.needed("lower")
            };
            limits(case, rate, low, row.needed("upper"), absolute / pt);
            case.close("rate", x / pt, row.needed("rate"), CLOSED);
        });
    }
    suite.finish();
}

#[test]
fn binomial_intervals() {
    let Some(at) = folder("epitools") else { return };
    let mut suite = Suite::new("epitools binomial_ci");
    for row in Table::read(at.join("binomial_ci.csv")).rows() {
        let (x, n) = (row.needed("x"), row.needed("n"));
        suite.case(row.label(), |case| {
            let level = Level::new(row.needed("conf.level")).unwrap();
            let interval = match row.text("method") {
                "exact" => clopper_pearson(x, n, level),
                "wilson" => wilson(x, n, level),
                "approx" => wald_proportion(x, n, level),
                other => panic!("unknown method {other}"),
            };
            // The peer's Wilson limits miss 0 by a rounding error of 1e-17.
            limits(
                case,
                interval,
                row.needed("lower"),
                row.needed("upper"),
                1e-15,
            );
        });
    }
    suite.finish();
}

/// An estimate beside the three columns that the peer has for it.
fn columns(
    case: &mut Case,
    row: Row<'_>,
    name: &str,
    found: Result<Estimate>,
) -> Vec<(String, f64, f64)> {
    let Some(e) = case.ok(found) else {
        return Vec::new();
    };
    let both = |suffix: &str, value: f64| {
        let column = format!("{name}{suffix}");
        let expected = row.needed(&column);
        (column, value, expected)
    };
    vec![
        both("", e.value),
        both("_lo", e.interval.low),
        both("_hi", e.interval.high),
    ]
}

#[test]
fn ratios_of_two_by_two_tables() {
    let Some(at) = folder("epitools") else { return };
    let mut suite = Suite::new("epitools ratios_2x2");
    for row in Table::read(at.join("ratios_2x2.csv")).rows() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|k| row.needed(k));
        suite.case(row.label(), |case| {
            let level = Level::P95;
            let (t1, t0) = (b * 100.0, d * 100.0);
            let closed = [
                ("or", odds_ratio(a, b, c, d, level)),
                ("rr", risk_ratio(a, a + b, c, c + d, level)),
                ("irr", rate_ratio(a, t1, c, t0, level)),
            ];
            for (name, estimate) in closed {
                for (what, found, expected) in columns(case, row, name, estimate) {
                    case.close(&what, found, expected, CLOSED);
                }
            }
            for (what, found, expected) in
                columns(case, row, "orf", odds_ratio_exact(a, b, c, d, level))
            {
                // Where the ratio is above 1 the peer solves for its reciprocal.
                let solved = |v: f64| if expected > 1.0 { 1.0 / v } else { v };
                case.near(&what, solved(found), solved(expected), UNIROOT);
            }
        });
    }
    suite.finish();
}

#[test]
fn selvins_example() {
    let Some(at) = folder("epitools") else { return };
    let mut suite = Suite::new("epitools selvin");
    let table = Table::read(at.join("selvin_input.csv"));
    let column = |name: &str| table.rows().map(|r| r.needed(name)).collect::<Vec<_>>();
    let (count, pop, std_count) = (column("count"), column("pop"), column("stdcount"));
    let (std_indirect, std_direct) = (column("stdpop_indirect"), column("stdpop_direct"));
    let strata: Vec<DirectStratum> = (0..count.len())
        .map(|i| DirectStratum {
            count: count[i],
            population: pop[i],
            weight: std_direct[i],
        })
        .collect();
    let direct = direct_rate_gamma(&strata, Level::P95).unwrap();
    let (observed, population) = (count.iter().sum::<f64>(), pop.iter().sum::<f64>());
    let expected = expected_count(&pop, &std_count, &std_indirect).unwrap();
    let ratio = indirect_ratio_log_normal(observed, expected, Level::P95).unwrap();
    // The peer's adjusted rate scales the reference's crude rate over its indirect population.
    let reference = std_count.iter().sum::<f64>() / std_indirect.iter().sum::<f64>();
    for row in Table::read(at.join("selvin_expected.csv")).rows() {
        let found = match row.text("stat") {
            "direct_crude.rate" | "indirect_rate_crude.rate" => observed / population,
            "direct_adj.rate" => direct.value,
            "direct_lci" => direct.interval.low,
            "direct_uci" => direct.interval.high,
            "indirect_sir_observed" => observed,
            "indirect_sir_exp" => expected,
            "indirect_sir_sir" => ratio.value,
            "indirect_sir_lci" => ratio.interval.low,
            "indirect_sir_uci" => ratio.interval.high,
            "indirect_rate_adj.rate" => ratio.value * reference,
            "indirect_rate_lci" => ratio.interval.low * reference,
            "indirect_rate_uci" => ratio.interval.high * reference,
            other => panic!("unknown statistic {other}"),
        };
        suite.case(row.text("stat"), |case| {
            case.close("value", found, row.needed("value"), CLOSED);
        });
    }
    suite.finish();
}
