//! How the figures of authorities are spread: a dot for each, stacked where they are alike. Wilkinson (1999), Dot
//! plots, The American Statistician 53:276, doi:10.1080/00031305.1999.10474474.

use std::collections::BTreeMap;

use disparity_core::{ExpectedModel, IndicatorId, Measured, Period, Position, Unit};

use super::league::figures;
use super::ratios::{faded, look};
use super::rows::{Reach, headings, tick_words};
use super::svg::{self, Anchor, Canvas, Drawn, GREY, INK, PALE, Scale};
use super::{Chart, Spot, chosen_note};
use crate::format::{rate, sentence, unit_words};
use crate::view::{Standing, View};

const LEFT: i32 = 30;
const TOP: i32 = 84;
/// A dot and the air around it.
const STEP: i32 = 11;

struct Dot<'a> {
    name: &'a str,
    figure: Measured,
    position: Option<Position>,
    standing: Standing,
}

/// The figures of all authorities in one year, which are those of the league; none where fewer than two have one.
#[must_use]
pub fn distribution(view: View<'_>, indicator: IndicatorId, period: Period) -> Option<Chart> {
    let own = view.indicator(indicator);
    let dots: Vec<Dot<'_>> = view
        .authorities(period)
        .filter(|area| !area.tiny || view.plan.include_tiny)
        .filter_map(|area| {
            let expected = view.expected(indicator, period, area.code, ExpectedModel::NationalRate);
            Some(Dot {
                name: &area.name,
                figure: view.total(indicator, period, area.code)?.outcome.value()?,
                position: expected.and_then(|row| Some(row.verdict().value()?.among)),
                standing: view.standing(area.code),
            })
        })
        .collect();
    if dots.len() < 2 {
        return None;
    }
    let title = format!(
        "{}, {period}: how the figures of {} authorities are spread",
        own.title,
        dots.len()
    );
    let description = format!(
        "Each dot is one authority: the further to the right, the higher its figure {}; dots of figures that are nearly \
         the same stand on one another. The vertical line is {}.{} A dot has no interval here: the league has them.{}",
        unit_words(own.unit()),
        view.nation(),
        match own.unit() {
            Unit::Per10k => format!(
                " Filled dots lie further from {} rate than is usual between authorities.",
                view.nation().possessive()
            ),
            Unit::Proportion => String::new(),
        },
        chosen_note(view)
    );
    let (svg, spots) = drawn(view, (indicator, period), (&title, &description), &dots);
    Some(Chart {
        file: format!("distribution_{}.svg", own.name),
        title,
        description,
        svg,
        table: figures(view, indicator, period),
        source: view.source(indicator),
        spots,
    })
}

/// The drawing, as tall as its tallest stack.
fn drawn(
    view: View<'_>,
    (indicator, period): (IndicatorId, Period),
    words: (&str, &str),
    dots: &[Dot<'_>],
) -> (String, Vec<Spot>) {
    let own = view.indicator(indicator);
    let england = view.total(indicator, period, view.national());
    let england = england
        .and_then(|row| row.outcome.value())
        .map(|found| found.value);
    let reach = Reach::covering(dots.iter().map(|dot| &dot.figure));
    let highest = reach.high_of(own.unit());
    let (across, ticks) = Scale::from_zero(highest, LEFT, view.width() - 30);
    let place = |dot: &Dot<'_>| across.at(dot.figure.value * own.unit().factor());
    let mut stacks: BTreeMap<i32, Vec<&Dot<'_>>> = BTreeMap::new();
    for dot in dots {
        stacks
            .entry((place(dot) - LEFT) / STEP)
            .or_default()
            .push(dot);
    }
    let tallest = stacks.values().map(Vec::len).max().unwrap_or(1);
    let bottom = TOP + i32::try_from(tallest).unwrap_or(1) * STEP + 10;
    let size = (view.width().unsigned_abs(), (bottom + 34).unsigned_abs());
    let svg = svg::draw(&view.watermark(), size, words, |canvas| {
        headings(
            canvas,
            &format!("{}, {period}", own.title),
            &sentence(unit_words(own.unit())),
        )?;
        for tick in &ticks {
            let x = across.at(*tick);
            svg::line(canvas, (x, TOP - 8), (x, bottom), PALE, 1)?;
            let words = tick_words(*tick, own.unit());
            svg::text(canvas, &words, (x, bottom + 16), 12, GREY, Anchor::Middle)?;
        }
        if let Some(value) = england {
            let x = across.at(value * own.unit().factor());
            svg::line(canvas, (x, TOP - 8), (x, bottom), INK, 2)?;
            let words = format!("{} {}", view.nation(), rate(value, own));
            svg::text(canvas, &words, (x, TOP - 18), 12, INK, Anchor::Middle)?;
        }
        paint(canvas, &stacks, bottom)
    });
    let placed = placed(&stacks, bottom).into_iter();
    (
        svg,
        placed.map(|(dot, at)| Spot::of(at, dot.name)).collect(),
    )
}

/// Every dot with its place.
fn placed<'d>(
    stacks: &BTreeMap<i32, Vec<&'d Dot<'d>>>,
    bottom: i32,
) -> Vec<(&'d Dot<'d>, (i32, i32))> {
    let of = |(stack, dots): (&i32, &Vec<&'d Dot<'d>>)| {
        let x = LEFT + stack * STEP + STEP / 2;
        let up = (0..).map(|at| (x, bottom - 6 - at * STEP));
        dots.iter().copied().zip(up).collect::<Vec<_>>()
    };
    stacks.iter().flat_map(of).collect()
}

fn paint<'d>(canvas: &Canvas<'_>, stacks: &BTreeMap<i32, Vec<&'d Dot<'d>>>, bottom: i32) -> Drawn {
    for (dot, at) in placed(stacks, bottom) {
        let (colour, filled) = look(dot.position);
        svg::dot(canvas, at, 4, faded(colour, dot.standing), filled)?;
    }
    Ok(())
}
