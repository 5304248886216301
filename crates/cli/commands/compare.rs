//! `disparity compare`: one authority against others on every indicator.

use anyhow::Result;
use disparity_core::{
    AreaCode, Areas, Comparator, Contrast, Estimate, Expected, ExpectedModel, IndicatorId, Measure,
    Measured, Period, Plan, StructuralModel,
};
use disparity_report::{View, ratio, reported, unit_words, with_interval};
use serde::Serialize;
use std::fmt::Write as _;

use crate::args::{CompareArgs, Format};
use crate::out::{csv, print, table};
use crate::plan::{PlanFile, find_authority, for_authority};
use crate::progress::Progress;
use crate::stages::Published;

pub(crate) fn compare(args: &CompareArgs) -> Result<()> {
    let mut progress = Progress::new(false);
    let published = Published::load(&args.selection, &mut progress)?;
    let catalogue = published.catalogue();
    let own = find_authority(&args.name, &catalogue.areas)?;
    let defaults = PlanFile::read(&args.selection)?.resolve(&args.selection, &[], catalogue)?;
    let whom = Whom::resolve(&args.with, own, &catalogue.areas, &defaults)?;
    let plan = for_authority(&args.selection, own, whom.authorities.clone(), catalogue)?;
    let release = published.release(&plan, &mut progress)?;
    let view = View::new(&release, catalogue, &plan);
    let lines: Vec<Line<'_>> = plan
        .compared
        .iter()
        .flat_map(|id| lines(view, *id, own, &whom))
        .collect();
    print(&match args.format {
        Format::Text => text(view, &lines),
        Format::Json => serde_json::to_string_pretty(&records(view, &lines))? + "\n",
        Format::Csv => csv(&records(view, &lines))?,
    })
}

/// The areas to stand beside the authority.
struct Whom {
    authorities: Vec<AreaCode>,
    larger: Vec<AreaCode>,
}

impl Whom {
    fn resolve(with: &[String], own: AreaCode, areas: &Areas, plan: &Plan) -> Result<Self> {
        let mut whom = Self {
            authorities: Vec::new(),
            larger: Vec::new(),
        };
        for name in with
            .iter()
            .flat_map(|names| names.split(';'))
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            match name {
                "neighbours" => whom.authorities.extend(
                    areas
                        .neighbours(plan.neighbours, own)
                        .iter()
                        .map(|neighbour| neighbour.area),
                ),
                "region" => whom
                    .larger
                    .extend(areas.get(own).and_then(|area| area.region)),
                "england" => whom.larger.push(AreaCode::ENGLAND),
                name => whom.authorities.push(find_authority(name, areas)?),
            }
        }
        whom.authorities.retain(|code| *code != own);
        Ok(whom)
    }
}

/// One area's figure for one indicator, and how the authority's compares with it.
struct Line<'a> {
    indicator: IndicatorId,
    period: Period,
    area: AreaCode,
    estimate: Option<&'a Estimate>,
    against: Option<&'a Contrast>,
    /// Against what a model of all the other authorities expects.
    given: Option<&'a Expected>,
    /// The rate drawn towards that of its kind, where few children were counted.
    drawn: Option<Measured>,
}

fn lines<'a>(view: View<'a>, indicator: IndicatorId, own: AreaCode, whom: &Whom) -> Vec<Line<'a>> {
    let Some(period) = view.last_period(indicator) else {
        return Vec::new();
    };
    let model = ExpectedModel::Structural(StructuralModel::Full);
    let line = |area, wanted: Option<Comparator>| {
        let estimate = view.total(indicator, period, area);
        Line {
            given: view.expected(indicator, period, area, model),
            indicator,
            period,
            area,
            estimate,
            drawn: estimate.and_then(|row| Some(view.results().shrunken_for(&row.key)?.rate)),
            against: wanted.and_then(|wanted| {
                view.contrast(indicator, period, own, Measure::Ratio, |found| {
                    found == wanted
                })
            }),
        }
    };
    let larger = whom.larger.iter().map(|code| {
        let comparator = if *code == AreaCode::ENGLAND {
            Comparator::England
        } else {
            Comparator::Region(*code)
        };
        line(*code, Some(comparator))
    });
    let others = whom
        .authorities
        .iter()
        .map(|code| line(*code, Some(Comparator::Area(*code))));
    std::iter::once(line(own, None))
        .chain(others)
        .chain(larger)
        .collect()
}

fn text(view: View<'_>, lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    let level = view.level();
    let figure = format!("Figure ({level} interval)");
    for group in lines.chunk_by(|a, b| a.indicator == b.indicator) {
        let own = view.indicator(group[0].indicator);
        let unit = unit_words(own.unit());
        let _ = writeln!(text, "{}, {}, {unit}", own.title, group[0].period);
        let name = view.catalogue.areas.name(group[0].area);
        let heading = format!("{name} ÷ it ({level} interval)");
        let modelled = group.iter().any(|line| line.given.is_some());
        let few = group.iter().any(|line| line.drawn.is_some());
        let rows = group.iter().map(|line| {
            let absent = || "[x]".to_owned();
            let mut row = vec![
                view.catalogue.areas.name(line.area),
                line.estimate.map_or_else(absent, |row| {
                    reported(&row.numerator, |n| disparity_report::count(f64::from(*n)))
                }),
                line.estimate.map_or_else(absent, |row| {
                    reported(&row.outcome, |m| with_interval(m, own))
                }),
                line.against
                    .map_or(String::new(), |row| reported(&row.outcome, ratio)),
            ];
            if modelled {
                let given = line.given.map(|row| (row.outcome, row.adjusted));
                row.extend(
                    given.map_or([String::new(), String::new()], |(outcome, adjusted)| {
                        [
                            reported(&outcome, |outcome| ratio(&outcome.ratio)),
                            reported(&adjusted, |found| found.position.words(view.levels())),
                        ]
                    }),
                );
            }
            if few {
                row.push(
                    line.drawn
                        .map_or(String::new(), |drawn| with_interval(&drawn, own)),
                );
            }
            row
        });
        let mut header = vec!["Area", "Count", &figure, &heading];
        if modelled {
            header.extend(["÷ expected given who lives there", "Standing out"]);
        }
        if few {
            header.push("Few children: drawn to its kind");
        }
        text += &table(&header, &[1, 2, 3, 4], rows);
        text += &by_deprivation(view, &group[0]);
        text.push('\n');
    }
    text += "An interval for a ratio that contains 1 is no evidence of a difference. With many comparisons some will miss 1 by chance.\n";
    if lines.iter().any(|line| line.given.is_some()) {
        text += "Expected given who lives there is what a model of all the other authorities gives one with the same circumstances:\n\
                 what usually goes with them, not what should be. Explained by deprivation is not the same as justified.\n";
    }
    text
}

/// How steeply England's rates go with the deprivation of children's neighbourhoods.
fn by_deprivation(view: View<'_>, line: &Line<'_>) -> String {
    let found = view.most_to_least(line.indicator, line.period);
    found.map_or(String::new(), |row| {
        format!(
            " England's most deprived tenth ÷ its least deprived: {} (from {})\n",
            reported(&row.value, ratio),
            row.found.words()
        )
    })
}

/// A line with full precision and stable names.
#[derive(Debug, Serialize)]
struct Record {
    indicator: String,
    time_period: u16,
    area_code: String,
    area_name: String,
    unit: &'static str,
    numerator: Option<u32>,
    denominator: Option<f64>,
    estimate: Option<f64>,
    conf_low: Option<f64>,
    conf_high: Option<f64>,
    symbol: Option<&'static str>,
    ratio: Option<f64>,
    ratio_low: Option<f64>,
    ratio_high: Option<f64>,
    method: Option<&'static str>,
    shrunken: Option<f64>,
    shrunken_low: Option<f64>,
    shrunken_high: Option<f64>,
    given_expected: Option<f64>,
    given_observed_over_expected: Option<f64>,
    given_observed_over_expected_low: Option<f64>,
    given_observed_over_expected_high: Option<f64>,
    given_position: Option<String>,
    conf_level: f64,
}

fn records(view: View<'_>, lines: &[Line<'_>]) -> Vec<Record> {
    lines.iter().map(|line| record(view, line)).collect()
}

fn record(view: View<'_>, line: &Line<'_>) -> Record {
    let own = view.indicator(line.indicator);
    let factor = own.unit().factor();
    let measured = line.estimate.and_then(|row| row.outcome.value());
    let ratio = line.against.and_then(|row| row.outcome.value());
    let given = line.given.and_then(|row| row.outcome.value());
    Record {
        indicator: own.name.clone(),
        time_period: line.period.year(),
        area_code: line.area.to_string(),
        area_name: view.catalogue.areas.name(line.area),
        unit: own.unit().as_str(),
        numerator: line.estimate.and_then(|row| row.numerator.value()),
        denominator: line.estimate.and_then(|row| row.denominator.value.value()),
        estimate: measured.map(|m| m.value * factor),
        conf_low: measured.map(|m| m.intervals.shown().low * factor),
        conf_high: measured.map(|m| m.intervals.shown().high * factor),
        symbol: line.estimate.map_or(Some("x"), |row| {
            row.outcome.symbol().map(disparity_core::Symbol::mark)
        }),
        ratio: ratio.map(|m| m.value),
        ratio_low: ratio.map(|m| m.intervals.shown().low),
        ratio_high: ratio.map(|m| m.intervals.shown().high),
        method: ratio.map(|m| m.method),
        shrunken: line.drawn.map(|m| m.value * factor),
        shrunken_low: line.drawn.map(|m| m.intervals.shown().low * factor),
        shrunken_high: line.drawn.map(|m| m.intervals.shown().high * factor),
        given_expected: given.map(|e| e.expected),
        given_observed_over_expected: given.map(|e| e.ratio.value),
        given_observed_over_expected_low: given.map(|e| e.ratio.intervals.shown().low),
        given_observed_over_expected_high: given.map(|e| e.ratio.intervals.shown().high),
        given_position: line
            .given
            .and_then(|row| row.adjusted.value())
            .map(|found| found.position.word(view.levels())),
        conf_level: view.levels().first().value(),
    }
}
