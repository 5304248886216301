//! WHO healthequal 1.0.1: differences, ratios, impact, concentration, gradients and spread.
//!
//! The peer shows proportions as percentages or per thousand, and entropy times a thousand; ours
//! are proportions and plain entropy. What its README says not to follow is not followed:
//! `divergence` pins the attributable fraction's and the entropies' intervals.

use std::path::Path;

use disparity_stats::{
    BootstrapParams, Estimate, GroupEstimate, Level, Sampling, Subgroup, SurveyRecord,
    between_group_sd, between_group_variance, bootstrap_interval, coefficient_of_variation,
    concentration_index, concentration_index_survey, erreygers_index, group_difference,
    group_ratio, index_of_disparity, index_of_disparity_weighted, mean_difference_from_best,
    mean_difference_from_best_weighted, mean_difference_from_mean,
    mean_difference_from_mean_weighted, mean_difference_from_reference,
    mean_difference_from_reference_weighted, mean_log_deviation,
    population_attributable_proportion, slope_index_quasi_binomial, theil_index, wagstaff_index,
};

use super::{Case, Row, Suite, Table, folder};

/// Everything computed in closed form, and every point estimate.
const CLOSED: f64 = 1e-9;
/// The README's allowance for intervals from 100 unrepeatable draws.
const SIMULATED: f64 = 0.15;

/// One of the peer's data sets, in rank order where it has one.
struct Set {
    /// Values as proportions.
    groups: Vec<Subgroup>,
    /// 100 for percentages, 1,000 for rates per thousand.
    scale: f64,
    reference: Option<usize>,
    ordered: bool,
    more_is_better: bool,
}

impl Set {
    fn read(folder: &Path, name: &str) -> Self {
        let (file, indicator) = name.split_once('|').unwrap_or((name, ""));
        let table = Table::read(folder.join(format!("csv/{file}.csv")));
        let unit_test = file.starts_with("unittest");
        let [population, value] = if unit_test {
            ["pop", "est"]
        } else {
            ["population", "estimate"]
        };
        let ordered = file.contains("rdered") && !file.contains("onordered");
        let mut rows: Vec<Row<'_>> = table
            .rows()
            .filter(|r| indicator.is_empty() || r.text("indicator") == indicator)
            .collect();
        if ordered {
            rows.sort_by(|a, b| {
                a.needed("subgroup_order")
                    .total_cmp(&b.needed("subgroup_order"))
            });
        }
        let more_is_better = unit_test || rows[0].text("favourable_indicator") == "1";
        let thousand = indicator.contains("per 1000");
        let scale = if thousand { 1_000.0 } else { 100.0 };
        let flag = if unit_test {
            "ref"
        } else {
            "reference_subgroup"
        };
        let reference = if ordered {
            None
        } else {
            rows.iter().position(|r| r.number(flag) == Some(1.0))
        };
        let groups = rows
            .iter()
            .map(|r| Subgroup {
                population: r.needed(population),
                value: r.needed(value) / scale,
                se: r.number("se").unwrap_or(0.0) / scale,
            })
            .collect();
        Set {
            groups,
            scale,
            reference,
            ordered,
            more_is_better,
        }
    }

    fn best(&self) -> usize {
        let sign = if self.more_is_better { 1.0 } else { -1.0 };
        let value = |i: usize| sign * self.groups[i].value;
        if self.ordered {
            return self.groups.len() - 1;
        }
        (0..self.groups.len())
            .max_by(|&i, &j| value(i).total_cmp(&value(j)))
            .unwrap()
    }

    /// The two groups that the peer's difference and ratio compare: of ordered groups the two
    /// ends, otherwise the reference group and the worst.
    fn pair(&self) -> (usize, usize) {
        let last = self.groups.len() - 1;
        if self.ordered {
            return if self.more_is_better {
                (last, 0)
            } else {
                (0, last)
            };
        }
        let value = |i: usize| self.groups[i].value;
        let order = |i: &usize, j: &usize| value(*i).total_cmp(&value(*j));
        let reference = self.reference.unwrap();
        if self.more_is_better {
            (reference, (0..=last).min_by(order).unwrap())
        } else {
            ((0..=last).max_by(order).unwrap(), reference)
        }
    }

    /// The groups as the peer fits its slope to them: populations rounded up, events rounded, and
    /// proportions of the row's own scale. That scale is guessed from the largest value, so rates
    /// per thousand below 100 are taken as percentages; the row says which was used.
    fn as_fitted(&self, scale: f64) -> Vec<Subgroup> {
        let round = |g: &Subgroup| {
            let population = g.population.ceil();
            let events = (g.value * self.scale / scale * population).round();
            Subgroup {
                population,
                value: events / population,
                ..*g
            }
        };
        self.groups.iter().map(round).collect()
    }
}

fn estimate(case: &mut Case, row: Row<'_>, found: Estimate, scale: f64) {
    case.close(
        "estimate",
        found.value * scale,
        row.needed("estimate"),
        CLOSED,
    );
    case.close(
        "lower",
        found.interval.low * scale,
        row.needed("lowerci"),
        CLOSED,
    );
    case.close(
        "upper",
        found.interval.high * scale,
        row.needed("upperci"),
        CLOSED,
    );
}

/// The slope measures, against the columns in which each person is counted once.
fn slope(case: &mut Case, row: Row<'_>, found: Estimate, scale: f64) {
    // R's glm stops at a relative change of 1e-8 in the deviance, and the variance is built from
    // the weights of its last step: errors of up to 1e-6.
    let tolerance = 1e-6;
    let column = |name: &str| row.needed(&format!("single_weight_{name}"));
    case.close(
        "estimate",
        found.value * scale,
        column("estimate"),
        tolerance,
    );
    case.close(
        "lower",
        found.interval.low * scale,
        column("lower"),
        tolerance,
    );
    case.close(
        "upper",
        found.interval.high * scale,
        column("upper"),
        tolerance,
    );
}

fn check(case: &mut Case, row: Row<'_>, set: &Set) {
    let (groups, scale, level) = (&set.groups, set.scale, Level::P95);
    let of = |i: usize| GroupEstimate {
        value: groups[i].value,
        se: groups[i].se,
    };
    let (high, low) = set.pair();
    let best = set.best();
    let found = match row.text("call") {
        "d" => group_difference(of(high), of(low), level).map(|e| (e, scale)),
        "r" => group_ratio(of(high), of(low), level).map(|e| (e, 1.0)),
        "par" => population_attributable_proportion(groups, best, level).map(|a| (a.risk, scale)),
        "aci" => concentration_index(groups, level).map(|c| (c.absolute, scale)),
        "aci_b" => concentration_index(groups, level).map(|c| (c.absolute, 1.0)),
        "rci" => concentration_index(groups, level).map(|c| (c.relative, 1.0)),
        "rci_w" => wagstaff_index(groups, level).map(|e| (e, 1.0)),
        "rci_e" => erreygers_index(groups, level).map(|e| (e, 1.0)),
        "bgv" => between_group_variance(groups, level).map(|e| (e, scale * scale)),
        "paf" => {
            // The peer's interval is a hundred times too narrow.
            let found = population_attributable_proportion(groups, best, level);
            let Some(found) = case.ok(found) else { return };
            return case.close(
                "estimate",
                found.fraction.value * 100.0,
                row.needed("estimate"),
                CLOSED,
            );
        }
        "mld" | "ti" => {
            // The peer's interval is a thousand times too narrow.
            let measure = if row.text("call") == "ti" {
                theil_index
            } else {
                mean_log_deviation
            };
            let Some(found) = case.ok(measure(groups, level)) else {
                return;
            };
            return case.close(
                "estimate",
                found.value * 1e3,
                row.needed("estimate"),
                CLOSED,
            );
        }
        "sii" | "sii_lin" | "rii" | "rii_lin" => {
            let scale = row.needed("scale");
            let fitted = slope_index_quasi_binomial(&set.as_fitted(scale), level);
            let Some(found) = case.ok(fitted) else { return };
            if row.text("measure") == "sii" {
                return slope(case, row, found.slope, scale);
            }
            return slope(case, row, found.relative.unwrap().closed().unwrap(), 1.0);
        }
        _ => return simulated(case, row, set),
    };
    if let Some((found, scale)) = case.ok(found) {
        estimate(case, row, found, scale);
    }
}

/// Measures whose interval the peer simulates: the point, and the percentile interval within 15%.
fn simulated(case: &mut Case, row: Row<'_>, set: &Set) {
    type Spread = Box<dyn Fn(&[Subgroup]) -> disparity_stats::Result<f64>>;
    let (up, reference) = (set.more_is_better, set.reference.unwrap_or(0));
    let (scale, measure): (f64, Spread) = match row.text("call") {
        "bgsd" => (set.scale, Box::new(between_group_sd)),
        "cov" => (100.0, Box::new(coefficient_of_variation)),
        "idisu" => (100.0, Box::new(index_of_disparity)),
        "idisw" => (100.0, Box::new(index_of_disparity_weighted)),
        "mdmu" => (set.scale, Box::new(mean_difference_from_mean)),
        "mdmw" => (set.scale, Box::new(mean_difference_from_mean_weighted)),
        "mdbu" => (
            set.scale,
            Box::new(move |g| mean_difference_from_best(g, up)),
        ),
        "mdbw" => (
            set.scale,
            Box::new(move |g| mean_difference_from_best_weighted(g, up)),
        ),
        "mdru" => (
            set.scale,
            Box::new(move |g| mean_difference_from_reference(g, reference)),
        ),
        "mdrw" => (
            set.scale,
            Box::new(move |g| mean_difference_from_reference_weighted(g, reference)),
        ),
        other => panic!("unknown measure {other}"),
    };
    let params = BootstrapParams {
        sampling: Sampling::Normal,
        ..BootstrapParams::seeded(2024)
    };
    let Some(found) = case.ok(bootstrap_interval(&set.groups, measure, params)) else {
        return;
    };
    case.close(
        "estimate",
        found.value * scale,
        row.needed("estimate"),
        CLOSED,
    );
    // The peer mixes simulated values with an average that is not simulated for this one.
    if row.text("call") != "idisw" {
        let (low, high) = (found.percentile.low * scale, found.percentile.high * scale);
        case.close("lower", low, row.needed("lowerci"), SIMULATED);
        case.close("upper", high, row.needed("upperci"), SIMULATED);
    }
}

#[test]
fn every_measure_of_every_set() {
    let Some(at) = folder("healthequal") else {
        return;
    };
    let mut suite = Suite::new("healthequal");
    for row in Table::read(at.join("expected.csv")).rows() {
        let set = Set::read(&at, row.text("dataset"));
        let label = format!("{} {}", row.text("dataset"), row.text("call"));
        suite.case(label, |case| check(case, row, &set));
    }
    suite.finish();
}

#[test]
fn survey_concentration() {
    let Some(at) = folder("healthequal") else {
        return;
    };
    let mut suite = Suite::new("healthequal survey");
    let integer = |row: Row<'_>, name: &str| -> u32 { row.text(name).parse().unwrap() };
    let records: Vec<SurveyRecord> = Table::read(at.join("csv/IndividualSample.csv"))
        .rows()
        .filter(|r| r.number("sba").is_some())
        .map(|r| SurveyRecord {
            value: r.needed("sba"),
            weight: r.needed("weight"),
            group: integer(r, "subgroup_order"),
            stratum: integer(r, "strata"),
            cluster: integer(r, "psu"),
        })
        .collect();
    let found = concentration_index_survey(&records, Level::P95).unwrap();
    for row in Table::read(at.join("expected_individual_survey.csv")).rows() {
        suite.case(row.label(), |case| {
            let relative = row.text("measure") == "rci";
            estimate(
                case,
                row,
                if relative {
                    found.relative
                } else {
                    found.absolute
                },
                1.0,
            );
        });
    }
    suite.finish();
}
