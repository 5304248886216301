//! PHEindicatormethods 2.1.0: funnel limits and significance labels.

use disparity_stats::{
    FunnelPoint, FunnelPosition, Level, funnel_count_curve, funnel_position_proportion,
    funnel_position_ratio, funnel_proportion, funnel_ratio,
};

use super::{Case, Row, Suite, Table, folder};

/// Sheets are printed to ten significant digits, or nine places below 1.
const PRINTED: f64 = 6e-10;

/// The sheets' Poisson limits m at a count z come from a search by halves for v = m / (m + z + 1)
/// that stops at a step of 1e-7. For one event the outer limit is printed as 0.001000547, where
/// the exact one is -ln(0.999) = 0.00100050033; `reference` checks ours to 1e-10.
const SEARCH: f64 = 1e-7;

/// The same in a few words.
const SEARCHED: &str = "the peer's search for a limit, which stops early";

const RAW: &str = "PHEindicatormethods/raw";

#[test]
fn proportion_limits() {
    let Some(at) = folder(RAW) else { return };
    let mut suite = Suite::new("PHEindicatormethods funnel limits for proportions");
    let inputs = Table::read(at.join("testdata_funnel_prop_inputs.csv"));
    // The second file is drawn from the areas below 31,000.
    let files = [
        ("testdata_funnel_prop_outputs.csv", f64::INFINITY, 6e-7),
        (
            "testdata_funnel_prop_outputs_with_axis_variation.csv",
            31_000.0,
            6e-9,
        ),
    ];
    for (file, below, printed) in files {
        let used = || inputs.rows().filter(|r| r.needed("denominator") < below);
        let total = |name: &str| used().map(|r| r.needed(name)).sum::<f64>();
        let target = total("numerator") / total("denominator");
        for row in Table::read(at.join(file)).rows() {
            suite.case(row.label(), |case| {
                case.near("baseline", target * 100.0, row.needed("Baseline"), printed);
                for (level, low, high) in [
                    (Level::P95, "Lower2s0025limit", "Upper2s0025limit"),
                    (Level::P998, "Lower3s0001limit", "Upper3s0001limit"),
                ] {
                    let limits = funnel_proportion(target, row.needed("Population"), level);
                    let Some(limits) = case.ok(limits) else {
                        return;
                    };
                    case.near(low, limits.low * 100.0, row.needed(low), printed);
                    case.near(high, limits.high * 100.0, row.needed(high), printed);
                }
            });
        }
    }
    suite.finish();
}

/// How a sheet shows an expected count and a ratio.
struct Unit<'a> {
    place: &'a dyn Fn(f64) -> f64,
    value: &'a dyn Fn(f64) -> f64,
}

/// One side's point at a count, against two columns of a row.
fn point(
    case: &mut Case,
    row: Row<'_>,
    found: FunnelPoint,
    count: f64,
    (place_column, value_column): (&str, &str),
    unit: &Unit<'_>,
    level: Level,
) {
    // dm = dv (m + z + 1)^2 / (z + 1), relative to m.
    let search = SEARCH * (found.expected + count + 1.0).powi(2) / (count + 1.0) / found.expected;
    for (column, number) in [
        (place_column, (unit.place)(found.expected)),
        (value_column, (unit.value)(found.ratio)),
    ] {
        let expected = row.needed(column);
        // A column that shows the ratio less 1 has the error of the ratio itself.
        let size = expected.abs() + 1.0;
        case.near_or_defect(column, number, expected, PRINTED * size, search * size);
    }
    // The limits that the program draws at an expected count are the same curve.
    let Some(limits) = case.ok(funnel_ratio(found.expected, level)) else {
        return;
    };
    let off = |limit: f64| (limit / found.ratio - 1.0).abs();
    case.near(
        "the limit there",
        off(limits.low).min(off(limits.high)),
        0.0,
        1e-9,
    );
}

/// Both limits' points at a count: columns of the lower limit's place and value, then the upper's.
fn curve(
    case: &mut Case,
    row: Row<'_>,
    count: f64,
    columns: [&str; 4],
    unit: &Unit<'_>,
    level: Level,
) {
    let Some(found) = case.ok(funnel_count_curve(count, level)) else {
        return;
    };
    let Some(high) = found.high else {
        return case.is("an upper limit", false);
    };
    let low = found.low;
    let [p1, v1, p2, v2] = columns;
    point(case, row, low, count, (p1, v1), unit, level);
    point(case, row, high, count, (p2, v2), unit, level);
}

#[test]
fn ratio_limits() {
    let Some(at) = folder(RAW) else { return };
    let mut suite = Suite::new("PHEindicatormethods funnel limits for ratios").knowing(SEARCHED);
    for row in Table::read(at.join("testdata_funnel_ratio_outputs.csv")).rows() {
        suite.case(row.label(), |case| {
            let count = row.needed("Observed_events");
            for (level, s) in [(Level::P95, "2s"), (Level::P998, "3s")] {
                let column = |side: &str, kind: &str| format!("{side}_{s}_{kind}");
                let exp = [column("lower", "exp_events"), column("upper", "exp_events")];
                let isr = [column("lower", "isr"), column("upper", "isr")];
                let part = [column("lower", "count"), column("upper", "count")];
                let columns = [&exp[0], &isr[0], &exp[1], &isr[1]].map(String::as_str);
                curve(
                    case,
                    row,
                    count,
                    columns,
                    &Unit {
                        place: &|e| e,
                        value: &|r| r * 100.0,
                    },
                    level,
                );
                let columns = [&exp[0], &part[0], &exp[1], &part[1]].map(String::as_str);
                curve(
                    case,
                    row,
                    count,
                    columns,
                    &Unit {
                        place: &|e| e,
                        value: &|r| r - 1.0,
                    },
                    level,
                );
            }
        });
    }
    suite.finish();
}

/// The inputs of a rate funnel: events and directly standardised or crude rates per 100,000.
fn rate_inputs(table: &Table) -> Vec<(f64, f64)> {
    table
        .rows()
        .map(|r| (r.needed("ev"), r.needed("rate")))
        .collect()
}

/// The largest number of events replaced, as the peer's test does.
fn largest_replaced(mut inputs: Vec<(f64, f64)>, by: f64) -> Vec<(f64, f64)> {
    let largest = inputs.iter().map(|i| i.0).fold(0.0, f64::max);
    for i in inputs.iter_mut().filter(|i| i.0 == largest) {
        i.0 = by;
    }
    inputs
}

#[test]
fn rate_limits() {
    let Some(at) = folder(RAW) else { return };
    let mut suite = Suite::new("PHEindicatormethods funnel limits for rates").knowing(SEARCHED);
    let table = Table::read(at.join("testdata_funnel_rate_input_funnels.csv"));
    let derived = |inputs: &[(f64, f64)]| {
        // Events over the population that each rate implies.
        inputs.iter().map(|i| i.0).sum::<f64>() / inputs.iter().map(|i| i.0 / i.1).sum::<f64>()
    };
    let first = rate_inputs(&table);
    let second = largest_replaced(first.clone(), 5.0);
    let files = [
        ("testdata_funnel_rate_outputs.csv", Some(derived(&first))),
        ("testdata_funnel_rate_outputs_2.csv", Some(derived(&second))),
        // The third file's baseline is taken as printed: its inputs are a subset made in a test.
        ("testdata_funnel_rate_outputs_3.csv", None),
    ];
    for (file, target) in files {
        for row in Table::read(at.join(file)).rows() {
            let baseline = row.needed("baseline");
            let target = target.unwrap_or(baseline);
            suite.case(format!("{file} {}", row.label()), |case| {
                case.close("baseline", target, baseline, PRINTED);
                for (level, s) in [(Level::P95, "2s"), (Level::P998, "3s")] {
                    let columns = [
                        format!("lower_{s}_population_1_year"),
                        format!("lower_{s}_limit"),
                        format!("upper_{s}_population_1_year"),
                        format!("upper_{s}_limit"),
                    ];
                    let columns = [0, 1, 2, 3].map(|i| columns[i].as_str());
                    // Three years of data: the axis is the population of one year.
                    let place = |expected: f64| expected / target * 1e5 / 3.0;
                    let unit = Unit {
                        place: &place,
                        value: &|r| r * target,
                    };
                    curve(case, row, row.needed("Events"), columns, &unit, level);
                }
            });
        }
    }
    suite.finish();
}

#[test]
fn significance_of_proportions_and_ratios() {
    let Some(at) = folder(RAW) else { return };
    let mut suite = Suite::new("PHEindicatormethods significance of proportions and ratios");
    let table = Table::read(at.join("testdata_funnel_prop_inputs.csv"));
    let total = |name: &str| table.rows().map(|r| r.needed(name)).sum::<f64>();
    let target = total("numerator") / total("denominator");
    for row in table.rows() {
        suite.case(row.label(), |case| {
            let (x, n) = (row.needed("numerator"), row.needed("denominator"));
            let Some(p) = case.ok(funnel_position_proportion(x, n, target)) else {
                return;
            };
            case.is("the label", p.to_string() == row.text("significance"));
        });
    }
    for row in Table::read(at.join("testdata_funnel_ratio_inputs.csv")).rows() {
        suite.case(row.label(), |case| {
            let position = funnel_position_ratio(row.needed("obs"), row.needed("expected"));
            let Some(p) = case.ok(position) else { return };
            case.is("the label", p.to_string() == row.text("significance"));
        });
    }
    suite.finish();
}

#[test]
fn significance_of_rates() {
    let Some(at) = folder(RAW) else { return };
    let mut suite = Suite::new("PHEindicatormethods significance of rates");
    let table = Table::read(at.join("testdata_funnel_rate_dsr_inputs.csv"));
    let rows: Vec<Row<'_>> = table.rows().collect();
    let some = || rows.iter().filter(|r| r.needed("count") > 0.0);
    let sum = |f: &dyn Fn(&Row<'_>) -> f64, all: bool| -> f64 {
        if all {
            rows.iter().map(f).sum()
        } else {
            some().map(f).sum()
        }
    };
    let count = |r: &Row<'_>| r.needed("count");
    // A directly standardised rate implies a population: its events over the rate.
    let implied = |r: &Row<'_>| r.needed("count") / r.needed("rate_dsr");
    let dsr_target = sum(&count, false) / sum(&implied, false);
    for (suffix, all) in [("with_0", true), ("without_0", false)] {
        let crude_target = sum(&count, all) / sum(&|r: &Row<'_>| r.needed("pop"), all);
        for per in ["100000", "100"] {
            for row in &rows {
                let observed = row.needed("count");
                // Without the area that has no events, its row in the sheet is not a result.
                if observed == 0.0 && !all {
                    continue;
                }
                suite.case(format!("{suffix} {per} {}", row.label()), |case| {
                    let expected = crude_target * row.needed("pop");
                    let position = funnel_position_ratio(observed, expected);
                    let Some(p) = case.ok(position) else { return };
                    let label = row.text(&format!("crude_per_{per}_{suffix}"));
                    case.is("the crude rate's label", p.to_string() == label);
                    let label = row.text(&format!("dsr_per_{per}_{suffix}"));
                    if observed < 10.0 {
                        case.is(
                            "no label below ten events",
                            label.starts_with("Not applicable"),
                        );
                        return;
                    }
                    let position: disparity_stats::Result<FunnelPosition> =
                        funnel_position_ratio(observed, dsr_target * implied(row));
                    let Some(p) = case.ok(position) else { return };
                    case.is("the standardised rate's label", p.to_string() == label);
                });
            }
        }
    }
    suite.finish();
}
