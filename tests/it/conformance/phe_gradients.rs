//! PHEindicatormethods 2.1.0: the slope index, closed form and simulated.

use std::collections::BTreeMap;

use disparity_stats::{
    Interval, Level, Result, SlopeIndex, SlopeScale, SlopeSimulation, Subgroup, slope_index,
    slope_index_simulated,
};

use super::{Case, Row, Suite, TESTTHAT, Table, folder};

/// The peer's own tolerance for simulated limits.
const SIMULATED: f64 = 0.05;

/// A block of the sheet: one test of the peer, one area.
struct Block<'a> {
    rows: Vec<Row<'a>>,
}

impl<'a> Block<'a> {
    fn first(&self) -> Row<'a> {
        self.rows[0]
    }

    fn describes(&self, words: &str) -> bool {
        self.first().text("TestDescription").contains(words)
    }

    fn multiplier(&self) -> f64 {
        if self.describes("multiplier (x 100)") {
            100.0
        } else if self.describes("(x -100)") {
            -100.0
        } else if self.describes("negative multiplier") {
            -1.0
        } else {
            1.0
        }
    }

    /// The scale on which values are drawn, and on which they are fitted.
    fn scales(&self) -> (SlopeScale, SlopeScale) {
        let draw_on = match self.first().text("ValueType") {
            "1" => SlopeScale::Log,
            "2" => SlopeScale::Logit,
            _ => SlopeScale::Identity,
        };
        let transformed = self.describes("log transform") || self.describes("logit transform");
        (
            draw_on,
            if transformed {
                draw_on
            } else {
                SlopeScale::Identity
            },
        )
    }

    fn groups(&self) -> Result<Vec<Subgroup>> {
        let (draw_on, _) = self.scales();
        self.rows
            .iter()
            .map(|r| {
                let (population, value) = (r.needed("Population"), r.needed("Value"));
                let limits = Interval {
                    low: r.needed("LowerCL"),
                    high: r.needed("UpperCL"),
                };
                match draw_on {
                    SlopeScale::Identity => Ok(Subgroup {
                        population,
                        value,
                        se: r.needed("StandardError"),
                    }),
                    SlopeScale::Log => {
                        Subgroup::from_log_limits(population, value, limits, Level::P95)
                    }
                    SlopeScale::Logit => {
                        Subgroup::from_logit_limits(population, value, limits, Level::P95)
                    }
                }
            })
            .collect()
    }

    /// The levels of the block's one or two sets of limits.
    fn levels(&self) -> Vec<(Level, &'static str)> {
        let at = |value| Level::new(value).unwrap();
        let both = [(Level::P95, "1"), (at(0.98), "2")];
        match self.first().text("Confidence") {
            "99" => vec![(at(0.99), "1")],
            "c(95, 99)" => vec![(Level::P95, "1"), (at(0.99), "2")],
            _ if self.describes("95 and 98") || self.describes("95% and 98%") => both.to_vec(),
            _ if self.describes("98%") => vec![(at(0.98), "1")],
            _ => vec![(Level::P95, "1")],
        }
    }
}

fn blocks(table: &Table) -> Vec<Block<'_>> {
    let mut found: BTreeMap<(usize, &str), Block<'_>> = BTreeMap::new();
    let mut tests: Vec<&str> = Vec::new();
    for row in table.rows() {
        let test = row.text("TestDescription");
        if !tests.contains(&test) {
            tests.push(test);
        }
        let number = tests.iter().position(|t| *t == test).unwrap();
        let block = found
            .entry((number, row.text("Area")))
            .or_insert_with(|| Block { rows: Vec::new() });
        block.rows.push(row);
    }
    found.into_values().collect()
}

/// The index in the peer's unit and direction.
fn presented(index: SlopeIndex, multiplier: f64) -> Result<SlopeIndex> {
    let turned = if multiplier < 0.0 {
        index.reversed()?
    } else {
        index
    };
    Ok(SlopeIndex {
        slope: turned.slope.scaled(multiplier.abs())?,
        ..turned
    })
}

fn compare(case: &mut Case, row: Row<'_>, found: &SlopeIndex, which: &str) {
    case.close("sii", found.slope.value, row.needed("sii"), TESTTHAT);
    if let Some(expected) = row.number("rii") {
        let Some(relative) = found.relative else {
            return case.is("a relative index", false);
        };
        case.close("rii", relative.value, expected, TESTTHAT);
    }
    let slope = found.slope.interval;
    let [low, high] = [
        found.relative.map(|r| r.low),
        found.relative.and_then(|r| r.high),
    ];
    for (name, found) in [
        (format!("sii_lowercl_{which}"), Some(slope.low)),
        (format!("sii_uppercl_{which}"), Some(slope.high)),
        (format!("rii_lowercl_{which}"), low),
        (format!("rii_uppercl_{which}"), high),
    ] {
        let Some(expected) = row.number(&name) else {
            continue;
        };
        match found {
            Some(found) => case.close(&name, found, expected, SIMULATED),
            None => case.is("a limit", false),
        }
    }
}

fn run(
    suite: &mut Suite,
    block: &Block<'_>,
    fit: impl Fn(&[Subgroup], SlopeScale, SlopeScale, Level) -> Result<SlopeIndex>,
) {
    let row = block.first();
    let label = [row.text("TestDescription"), row.text("Area")].join(" ");
    let (draw_on, scale) = block.scales();
    suite.case(label, |case| {
        let Some(groups) = case.ok(block.groups()) else {
            return;
        };
        for (level, which) in block.levels() {
            let index = fit(&groups, scale, draw_on, level);
            let index = index.and_then(|i| presented(i, block.multiplier()));
            let Some(found) = case.ok(index) else { return };
            compare(case, row, &found, which);
            if let Some(expected) = row.number("Intercept") {
                // The sheet's intercept is the fitted value at rank 0, whatever the multiplier.
                let found = fit(&groups, scale, draw_on, level).map(|i| i.intercept);
                let Some(found) = case.ok(found) else { return };
                case.close("intercept", found, expected, TESTTHAT);
            }
        }
    });
}

#[test]
fn slope_indexes_in_closed_form() {
    let Some(at) = folder("PHEindicatormethods/csv") else {
        return;
    };
    let mut suite = Suite::new("PHEindicatormethods phe_sii, closed form");
    let table = Table::read(at.join("testdata_SII__testdata_SII.csv"));
    for block in blocks(&table)
        .iter()
        .filter(|b| b.first().number("sii").is_some())
    {
        run(&mut suite, block, |groups, scale, _, level| {
            slope_index(groups, scale, level)
        });
    }
    suite.finish();
}

#[test]
fn slope_indexes_by_simulation() {
    let Some(at) = folder("PHEindicatormethods/csv") else {
        return;
    };
    let mut suite = Suite::new("PHEindicatormethods phe_sii, simulated");
    let table = Table::read(at.join("testdata_SII__testdata_SII.csv"));
    for block in blocks(&table)
        .iter()
        .filter(|b| b.first().number("sii").is_some())
    {
        run(&mut suite, block, |groups, scale, draw_on, level| {
            let simulation = SlopeSimulation {
                draw_on,
                level,
                seed: 20_241_213,
                repetitions: 100_000,
            };
            slope_index_simulated(groups, scale, simulation)
        });
    }
    suite.finish();
}

#[test]
fn inputs_that_the_peer_refuses_are_refused() {
    let Some(at) = folder("PHEindicatormethods/csv") else {
        return;
    };
    let mut suite = Suite::new("PHEindicatormethods phe_sii, refusals");
    let table = Table::read(at.join("testdata_SII__testdata_SII.csv"));
    for block in blocks(&table) {
        let refused = [
            "negative populations",
            "negative counts",
            "invalid proportion",
        ];
        let Some(words) = refused.iter().find(|w| block.describes(w)) else {
            continue;
        };
        suite.case(*words, |case| {
            let groups: Result<Vec<Subgroup>> = block
                .rows
                .iter()
                .map(|r| {
                    let (population, value) = (r.needed("Population"), r.needed("Value"));
                    let low = r.number("LowerCL").unwrap();
                    let limits = Interval {
                        low,
                        high: r.number("UpperCL").unwrap(),
                    };
                    if *words == "invalid proportion" {
                        return Subgroup::from_logit_limits(population, value, limits, Level::P95);
                    }
                    Ok(Subgroup {
                        population,
                        value,
                        se: r.needed("StandardError"),
                    })
                })
                .collect();
            let index = groups.and_then(|g| slope_index(&g, SlopeScale::Identity, Level::P95));
            case.is("a refusal", index.is_err());
        });
    }
    suite.finish();
}
