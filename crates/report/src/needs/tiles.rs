//! Tile pictures of neighbourhoods: whose team, and how deprived.

use disparity_core::document::{DocumentError, Figure, Image};
use disparity_core::neighbourhoods::Neighbourhood;
use disparity_core::{Reported, Symbol};
use plotters::prelude::*;

use super::layout::{Square, squares};
use super::{NeedsView, sentences};
use crate::charts::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK};

/// How wide pictures are, in pixels and in millimetres on paper.
const WIDTH: i32 = 760;
pub(super) const WIDTH_MM: f64 = 165.0;
const LEFT: i32 = 12;
const TOP: i32 = 56;
const LINE: i32 = 20;
/// How wide a square is at most, and how wide it must be for its words beside a legend.
const LARGEST: i32 = 40;
const SMALLEST: i32 = 15;

/// Pale grounds for teams; neighbours in the list differ, and each square has its team's number.
const GROUNDS: [RGBColor; 6] = [
    RGBColor(0xD5, 0xE4, 0xF3),
    RGBColor(0xFB, 0xE0, 0xCF),
    RGBColor(0xCF, 0xEE, 0xEA),
    RGBColor(0xEE, 0xD9, 0xE8),
    RGBColor(0xF3, 0xEE, 0xC4),
    RGBColor(0xE2, 0xE2, 0xE2),
];

/// A square as it is drawn.
struct Tile {
    at: Square,
    fill: RGBColor,
    ink: RGBColor,
    words: String,
    /// Squares of different groups have a line between them.
    group: usize,
}

/// What stands around the squares.
struct Around<'a> {
    heading: &'a str,
    measure: &'a str,
    /// Fill, letters on it, what stands in the square, and what it means.
    legend: Vec<(RGBColor, RGBColor, String, String)>,
}

/// Where a legend stands: its corner, how wide a column of it is and how many lines each has.
#[derive(Clone, Copy)]
struct Place {
    left: i32,
    top: i32,
    column: i32,
    lines: i32,
}

/// The neighbourhoods of the authority with their squares.
fn placed(view: NeedsView<'_>) -> Vec<(&Neighbourhood, Square)> {
    let own = view.neighbourhoods.of(view.assessment().authority);
    let points: Vec<(f64, f64)> = own
        .iter()
        .map(|own| (own.centroid.longitude, own.centroid.latitude))
        .collect();
    own.iter().zip(squares(&points)).collect()
}

/// Whose team each neighbourhood is in; none without teams.
pub(super) fn teams(view: NeedsView<'_>) -> Result<Option<Figure>, DocumentError> {
    let Some(footprints) = view.assessment().footprints.as_ref() else {
        return Ok(None);
    };
    let all = &footprints.all;
    let of = |own: &Neighbourhood| {
        let mut teams = all.iter();
        teams.position(|team| team.neighbourhoods.binary_search(&own.code).is_ok())
    };
    let placed = placed(view);
    let grounds = grounds(&placed, all.len(), &of);
    let tile = |(own, at): &(&Neighbourhood, Square)| {
        let team = of(own)?;
        Some(Tile {
            at: *at,
            fill: grounds[team],
            ink: INK,
            words: (team + 1).to_string(),
            group: team,
        })
    };
    let tiles: Vec<Tile> = placed.iter().filter_map(tile).collect();
    if tiles.is_empty() {
        return Ok(None);
    }
    let heading = format!("Teams in {}", view.authority());
    let measure = "Each square is one lower layer super output area near where it lies, with the number of its team";
    let names: Vec<String> = all.iter().map(|team| team.name.clone()).collect();
    let legend = names.iter().zip(&grounds).enumerate();
    let legend = legend.map(|(at, (name, fill))| (*fill, INK, (at + 1).to_string(), name.clone()));
    let around = Around {
        heading: &heading,
        measure,
        legend: legend.collect(),
    };
    let sizes = all.iter().zip(1..).map(|(team, number)| {
        format!(
            "{number} {} ({} squares)",
            team.name,
            team.neighbourhoods.len()
        )
    });
    let sizes: Vec<String> = sizes.collect();
    let who = sentences::whose_teams(view).unwrap_or_default();
    let alternative = format!(
        "A grid of {} equal squares, one for each neighbourhood, with north at the top, in {who}: {}. Squares of one team have \
         one number, and a thick line parts teams.",
        tiles.len(),
        sizes.join("; ")
    );
    let caption = format!(
        "Which neighbourhoods are in which team, {}",
        view.authority()
    );
    figure(view, &caption, &alternative, &around, &tiles).map(Some)
}

/// The ground of each team: the first that no team beside it has.
fn grounds(
    placed: &[(&Neighbourhood, Square)],
    number: usize,
    of: &dyn Fn(&Neighbourhood) -> Option<usize>,
) -> Vec<RGBColor> {
    let at: std::collections::BTreeMap<Square, usize> = placed
        .iter()
        .filter_map(|(own, square)| Some((*square, of(own)?)))
        .collect();
    let mut beside = vec![std::collections::BTreeSet::new(); number];
    for ((x, y), team) in &at {
        for next in [(x + 1, *y), (*x, y + 1), (x + 1, y + 1), (x - 1, y + 1)] {
            if let Some(other) = at.get(&next).filter(|other| *other != team) {
                beside[*team].insert(*other);
                beside[*other].insert(*team);
            }
        }
    }
    let mut chosen: Vec<usize> = Vec::with_capacity(number);
    for (team, beside) in beside.iter().enumerate() {
        let used: Vec<usize> = beside
            .iter()
            .filter_map(|other| chosen.get(*other).copied())
            .collect();
        let free = (0..GROUNDS.len()).map(|step| (team + step) % GROUNDS.len());
        let free = free.into_iter().find(|ground| !used.contains(ground));
        chosen.push(free.unwrap_or(team % GROUNDS.len()));
    }
    chosen.into_iter().map(|ground| GROUNDS[ground]).collect()
}

/// How deprived each neighbourhood is.
pub(super) fn deprivation(view: NeedsView<'_>) -> Result<Option<Figure>, DocumentError> {
    let edition = view.assessment().edition;
    let decile = |own: &Neighbourhood| {
        let absent = Reported::Symbol(Symbol::NotAvailable);
        own.deciles(edition).map_or(absent, |deciles| deciles.imd)
    };
    let placed = placed(view);
    let tile = |(own, at): &(&Neighbourhood, Square)| {
        let found = decile(own);
        let (fill, ink) = found.value().map_or((WHITE, GREY), look);
        Tile {
            at: *at,
            fill,
            ink,
            words: match found {
                Reported::Value(decile) => decile.to_string(),
                Reported::Symbol(symbol) => symbol.mark().to_owned(),
            },
            group: 0,
        }
    };
    let tiles: Vec<Tile> = placed.iter().map(tile).collect();
    if tiles.is_empty() {
        return Ok(None);
    }
    let heading = format!("Deprivation in {}", view.authority());
    let measure = format!(
        "Tenth of England’s neighbourhoods, Index of Multiple Deprivation {edition}: 1 is the most deprived"
    );
    let mut legend: Vec<(RGBColor, RGBColor, String, String)> = (1..=10_u8)
        .map(|decile| {
            let (fill, ink) = look(decile);
            let number = placed
                .iter()
                .filter(|(own, _)| decile_is(decile_of(own, edition), decile))
                .count();
            let words = format!(
                "{number} neighbourhood{}",
                if number == 1 { "" } else { "s" }
            );
            (fill, ink, decile.to_string(), words)
        })
        .collect();
    let unknown = placed
        .iter()
        .filter(|(own, _)| !decile(own).is_value())
        .count();
    if unknown > 0 {
        let words = format!("{unknown} redrawn since the index, of no tenth in it");
        legend.push((WHITE, GREY, "x".to_owned(), words));
    }
    let said: Vec<String> = legend
        .iter()
        .map(|(_, _, mark, words)| format!("{mark}: {words}"))
        .collect();
    let alternative = format!(
        "A grid of {} equal squares, one for each neighbourhood, with north at the top; darker squares are more deprived. By \
         tenth, from the most deprived: {}.",
        tiles.len(),
        said.join("; ")
    );
    let caption = format!("Neighbourhoods by deprivation, {}", view.authority());
    let around = Around {
        heading: &heading,
        measure: &measure,
        legend,
    };
    figure(view, &caption, &alternative, &around, &tiles).map(Some)
}

fn decile_of(own: &Neighbourhood, edition: u16) -> Option<u8> {
    own.deciles(edition)?.imd.value()
}

fn decile_is(found: Option<u8>, decile: u8) -> bool {
    found == Some(decile)
}

/// Fill and letters of a tenth: the more deprived, the darker.
fn look(decile: u8) -> (RGBColor, RGBColor) {
    let pale = f64::from(decile.clamp(1, 10) - 1) / 9.0;
    let part = |dark: u8, light: u8| {
        let mixed = f64::from(dark) + (f64::from(light) - f64::from(dark)) * pale;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 255"
        )]
        let mixed = mixed.round() as u8;
        mixed
    };
    let RGBColor(red, green, blue) = DARK_BLUE;
    let fill = RGBColor(part(red, 0xF0), part(green, 0xF5), part(blue, 0xFA));
    (fill, if decile <= 5 { WHITE } else { INK })
}

fn figure(
    view: NeedsView<'_>,
    caption: &str,
    alternative: &str,
    around: &Around<'_>,
    tiles: &[Tile],
) -> Result<Figure, DocumentError> {
    let most = |of: fn(&Tile) -> i32| tiles.iter().map(of).max().unwrap_or(0) + 1;
    let (columns, rows) = (most(|tile| tile.at.0), most(|tile| tile.at.1));
    let longest = around
        .legend
        .iter()
        .map(|own| own.3.chars().count())
        .max()
        .unwrap_or(0);
    let column = 34 + i32::try_from(longest.min(40)).unwrap_or(40) * 7;
    let lines = i32::try_from(around.legend.len()).unwrap_or(i32::MAX / LINE);
    let whole = WIDTH - 2 * LEFT;
    let beside = (whole - column - 16) / columns;
    // The legend stands beside the squares, or below them where they would become too small for their words.
    let (side, place, bottom) = if beside >= SMALLEST {
        let side = beside.min(LARGEST);
        let place = Place {
            left: WIDTH - LEFT - column,
            top: TOP,
            column,
            lines,
        };
        (side, place, TOP + (side * rows).max(lines * LINE))
    } else {
        let side = (whole / columns).clamp(1, LARGEST);
        let next_to_one_another = (whole / column).max(1);
        let lines = (lines + next_to_one_another - 1) / next_to_one_another;
        let top = TOP + side * rows + 16;
        let place = Place {
            left: LEFT,
            top,
            column,
            lines,
        };
        (side, place, top + lines * LINE)
    };
    let size = (WIDTH.unsigned_abs(), (bottom + 14).unsigned_abs());
    let drawing = svg::draw(&view.watermark(), size, (caption, alternative), |canvas| {
        svg::strong(canvas, around.heading, (LEFT, 16), 15, INK, Anchor::Start)?;
        svg::text(canvas, around.measure, (LEFT, 36), 12, GREY, Anchor::Start)?;
        for tile in tiles {
            paint(canvas, tile, side)?;
        }
        borders(canvas, tiles, side)?;
        legend(canvas, around, place)
    });
    Figure::new(caption, alternative, Image::Svg(drawing), WIDTH_MM)
}

fn paint(canvas: &Canvas<'_>, tile: &Tile, side: i32) -> Drawn {
    let (x, y) = (LEFT + tile.at.0 * side, TOP + tile.at.1 * side);
    let corners = [(x, y), (x + side, y + side)];
    canvas.draw(&Rectangle::new(corners, tile.fill.filled()))?;
    canvas.draw(&Rectangle::new(corners, WHITE.stroke_width(1)))?;
    let size = (side * 5 / 9).clamp(7, 13).unsigned_abs();
    svg::text(
        canvas,
        &tile.words,
        (x + side / 2, y + side / 2),
        size,
        tile.ink,
        Anchor::Middle,
    )
}

/// Lines between squares of different groups that adjoin.
fn borders(canvas: &Canvas<'_>, tiles: &[Tile], side: i32) -> Drawn {
    let groups: std::collections::BTreeMap<Square, usize> =
        tiles.iter().map(|tile| (tile.at, tile.group)).collect();
    for ((column, row), group) in &groups {
        let differs = |next: Square| groups.get(&next).is_some_and(|other| other != group);
        let (x, y) = (LEFT + (column + 1) * side, TOP + (row + 1) * side);
        if differs((column + 1, *row)) {
            svg::line(canvas, (x, y - side), (x, y), INK, 2)?;
        }
        if differs((*column, row + 1)) {
            svg::line(canvas, (x - side, y), (x, y), INK, 2)?;
        }
    }
    Ok(())
}

fn legend(canvas: &Canvas<'_>, around: &Around<'_>, place: Place) -> Drawn {
    for ((fill, ink, mark, words), at) in around.legend.iter().zip(0..) {
        let left = place.left + at / place.lines * place.column;
        let y = place.top + at % place.lines * LINE;
        let corners = [(left, y + 1), (left + 24, y + LINE - 2)];
        canvas.draw(&Rectangle::new(corners, fill.filled()))?;
        canvas.draw(&Rectangle::new(corners, GREY.stroke_width(1)))?;
        let middle = y + LINE / 2;
        svg::text(canvas, mark, (left + 12, middle), 11, *ink, Anchor::Middle)?;
        svg::text(
            canvas,
            &shortened(words),
            (left + 32, middle),
            12,
            INK,
            Anchor::Start,
        )?;
    }
    Ok(())
}

/// A name that fits into a legend.
fn shortened(words: &str) -> String {
    if words.chars().count() <= 40 {
        return words.to_owned();
    }
    words.chars().take(39).chain(['…']).collect()
}
