//! `disparity compare`: one area against others on every indicator.

use anyhow::{Result, bail};
use disparity_core::{
    Area, AreaCode, Areas, Comparator, Contrast, Estimate, Expected, IndicatorId, Measure,
    Measured, Period, Plan, Verdict,
};
use disparity_report::{View, expected, ratio, reported, unit_words, with_interval};
use serde::Serialize;

use super::sections;
use crate::args::{CompareArgs, Format};
use crate::hint::Hinted;
use crate::out::{csv, paragraph, print, table, wrapped};
use crate::plan::{PlanFile, find_area, for_area};
use crate::progress::Progress;
use crate::stages::Published;
use crate::years::Unheld;

/// Prints the comparisons; false where what was asked for is not there.
pub(crate) fn compare(args: &CompareArgs) -> Result<bool> {
    let mut progress = Progress::new(false);
    let published = Published::load_with(&args.names, &args.selection, &mut progress)?;
    let catalogue = published.catalogue();
    let Some((name, beside)) = args.names.split_first() else {
        bail!("name an authority");
    };
    let own = find_area(name, &catalogue.areas)?;
    let file = PlanFile::read(&args.selection)?;
    let defaults = file.resolve(&args.selection, &[], catalogue)?;
    let whom = whom(&asked(beside, &args.with), own, &catalogue.areas, &defaults)?;
    let plan = for_area(&args.selection, &file, own.code, whom.clone(), catalogue)?;
    let named = file.names_indicators(&args.selection);
    let unheld = Unheld::of(&plan, named, published.cube(), catalogue, Some(own));
    unheld.say();
    if unheld.empty {
        return Ok(false);
    }
    let release = published.release(&plan, &mut progress)?;
    let view = View::new(&release, catalogue, &plan);
    let of_one = |id: &IndicatorId| {
        let id = *id;
        let mut periods = view.periods(id);
        periods.retain(|period| catalogue.areas.exists_at(own.code, *period));
        // Years that were asked for are all shown; without, the last one.
        if plan.periods.is_none() {
            periods.drain(..periods.len().saturating_sub(1));
        }
        let each = periods.into_iter();
        each.flat_map(|period| lines(view, (id, period), own, &whom))
            .collect::<Vec<_>>()
    };
    let lines: Vec<Line<'_>> = plan.compared.iter().flat_map(of_one).collect();
    print(&match args.format {
        Format::Text => text(view, &lines),
        Format::Json => serde_json::to_string_pretty(&records(view, &lines))? + "\n",
        Format::Csv => csv(&records(view, &lines))?,
    })?;
    Ok(!unheld.failed)
}

/// Whom was asked for: who is named beside the first, and `--with`; its neighbours where nobody is.
fn asked(beside: &[String], with: &[String]) -> Vec<String> {
    let mut asked = [beside, with].concat();
    if asked.is_empty() {
        asked.push("neighbours".to_owned());
    }
    asked
}

/// The areas to stand beside the one that is compared, the smaller ones first.
fn whom(with: &[String], own: &Area, areas: &Areas, plan: &Plan) -> Result<Vec<AreaCode>> {
    let mut whom: Vec<&Area> = Vec::new();
    let names = with.iter().flat_map(|names| names.split(';'));
    for name in names.map(str::trim).filter(|name| !name.is_empty()) {
        match name {
            "neighbours" => {
                let listed = areas.neighbours(plan.neighbours, own.code);
                if listed.is_empty() {
                    return Err(Hinted::new(
                        format!("{} has no statistical neighbours", own.name),
                        "name whom to compare it with: --with england, --with \"North East\"",
                    )
                    .into());
                }
                whom.extend(
                    listed
                        .iter()
                        .filter_map(|neighbour| areas.get(neighbour.area)),
                );
            }
            "region" => whom.extend(own.region.and_then(|region| areas.get(region))),
            name => whom.push(find_area(name, areas)?),
        }
    }
    whom.retain(|area| area.code != own.code);
    whom.sort_by_key(|area| std::cmp::Reverse(area.level));
    let mut codes: Vec<AreaCode> = Vec::new();
    for area in whom {
        if !codes.contains(&area.code) {
            codes.push(area.code);
        }
    }
    Ok(codes)
}

/// One area's figure for one indicator and year, and how the one that is compared stands to it.
struct Line<'a> {
    indicator: IndicatorId,
    period: Period,
    area: AreaCode,
    estimate: Option<&'a Estimate>,
    against: Option<&'a Contrast>,
    /// The expectation to quote.
    quoted: Option<&'a Expected>,
    /// The rate drawn towards that of its kind, where few children were counted.
    drawn: Option<Measured>,
}

fn lines<'a>(
    view: View<'a>,
    (indicator, period): (IndicatorId, Period),
    own: &Area,
    whom: &[AreaCode],
) -> Vec<Line<'a>> {
    let line = |area, wanted: Option<Comparator>| {
        let estimate = view.total(indicator, period, area);
        Line {
            quoted: view.quoted(indicator, period, area),
            indicator,
            period,
            area,
            estimate,
            drawn: estimate.and_then(|row| Some(view.results().shrunken_for(&row.key)?.rate)),
            against: wanted.and_then(|wanted| {
                view.contrast(indicator, period, own.code, Measure::Ratio, |found| {
                    found == wanted
                })
            }),
        }
    };
    let others = whom.iter().map(|code| {
        let comparator = if *code == view.nation().code() {
            Comparator::Nation(view.nation())
        } else if own.region == Some(*code) {
            Comparator::Region(*code)
        } else {
            Comparator::Area(*code)
        };
        line(*code, Some(comparator))
    });
    std::iter::once(line(own.code, None))
        .chain(others)
        .collect()
}

fn text(view: View<'_>, lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    let same = |a: &Line<'_>, b: &Line<'_>| (a.indicator, a.period) == (b.indicator, b.period);
    for group in lines.chunk_by(same) {
        text += &one(view, group);
        text += &by_deprivation(view, &group[0]);
        text.push('\n');
    }
    text += &paragraph(
        "An interval for a ratio that contains 1 is no evidence of a difference. With many comparisons some will \
         miss 1 by chance.",
    );
    if lines.iter().any(|line| line.quoted.is_some()) {
        let whose = view.nation().possessive().replace('’', "'");
        text += &paragraph(&format!(
            "Expected is what usually goes with an authority's circumstances, scaled so that all together have what \
             was counted (without a model, what {whose} rate would give): not what should be. Explained is not the \
             same as justified. The last column says how far authorities ordinarily lie from what is expected.",
        ));
        text += &sections::certain(view);
    }
    text
}

/// One indicator and year.
fn one(view: View<'_>, group: &[Line<'_>]) -> String {
    let own = view.indicator(group[0].indicator);
    let name = view.catalogue.areas.name(group[0].area);
    let level = view.level();
    let figure = format!("Figure ({level} interval)");
    let heading = format!("{name} ÷ it ({level} interval)");
    let with_expected = group.iter().any(|line| line.quoted.is_some());
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
        if with_expected {
            row.extend(against_expected(line));
        }
        if few {
            row.push(
                line.drawn
                    .map_or(String::new(), |drawn| with_interval(&drawn, own)),
            );
        }
        row
    });
    let mut header = vec!["Area", "Count", &figure, heading.as_str()];
    if with_expected {
        header.extend([
            "Expected",
            "÷ expected",
            "Against expected",
            "Between authorities",
        ]);
    }
    if few {
        header.push("Few children: drawn to its kind");
    }
    let unit = unit_words(own.unit());
    format!(
        "{}{}",
        paragraph(&format!("{}, {}, {unit}", own.title, group[0].period)),
        table(&header, &[1, 2, 3, 4, 5], rows)
    )
}

/// What is expected, the ratio to it, and both halves of the verdict.
fn against_expected(line: &Line<'_>) -> [String; 4] {
    let Some(row) = line.quoted else {
        return [const { String::new() }; 4];
    };
    let verdict = row.verdict();
    let half = |words: fn(Verdict) -> &'static str| reported(&verdict, |v| words(*v).to_owned());
    [
        reported(&row.outcome, expected),
        reported(&row.outcome, |outcome| ratio(&outcome.ratio)),
        half(|verdict| verdict.own.against_expected().trim_end_matches(" from")),
        half(|verdict| verdict.among.among_authorities()),
    ]
}

/// How steeply the nation's rates go with the deprivation of children's neighbourhoods.
fn by_deprivation(view: View<'_>, line: &Line<'_>) -> String {
    let found = view.most_to_least(line.indicator, line.period);
    found.map_or(String::new(), |row| {
        let (value, found) = (reported(&row.value, ratio), row.found.words());
        let whose = view.nation().possessive().replace('’', "'");
        let said =
            format!("{whose} most deprived tenth ÷ its least deprived: {value} (from {found})");
        wrapped(" ", 1, &said)
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
    expected_model: Option<&'static str>,
    expected: Option<f64>,
    expected_low: Option<f64>,
    expected_high: Option<f64>,
    observed_over_expected: Option<f64>,
    observed_over_expected_low: Option<f64>,
    observed_over_expected_high: Option<f64>,
    position: Option<String>,
    adjusted_position: Option<String>,
    verdict: Option<String>,
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
    let count = line.quoted.and_then(|row| row.outcome.value());
    let range = count
        .and_then(|e| e.intervals.value())
        .map(|ends| ends.shown());
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
        expected_model: line.quoted.map(|row| row.model.as_str()),
        expected: count.map(|e| e.expected),
        expected_low: range.map(|ends| ends.low),
        expected_high: range.map(|ends| ends.high),
        observed_over_expected: count.map(|e| e.ratio.value),
        observed_over_expected_low: count.map(|e| e.ratio.intervals.shown().low),
        observed_over_expected_high: count.map(|e| e.ratio.intervals.shown().high),
        position: count.map(|e| e.position.word(view.levels())),
        adjusted_position: line
            .quoted
            .and_then(|row| row.adjusted.value())
            .map(|found| found.position.word(view.levels())),
        verdict: line
            .quoted
            .and_then(|row| row.verdict().value())
            .map(Verdict::words),
        conf_level: view.levels().first().value(),
    }
}
