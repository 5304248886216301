//! Tile pictures of neighbourhoods: whose team, and how deprived.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::document::{DocumentError, Figure};
use disparity_core::neighbourhoods::Neighbourhood;
use disparity_core::{Reported, Symbol};
use plotters::prelude::*;

use super::frame::{Around, LEFT, Mark, TOP, WHOLE, figure, grounds, of_teams};
use super::layout::{Square, squares};
use super::{NeedsView, sentences};
use crate::charts::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK};

/// How wide a square is at most, and how wide it must be for its words beside a legend.
const LARGEST: i32 = 40;
const SMALLEST: i32 = 15;

/// A square as it is drawn.
struct Tile {
    at: Square,
    fill: RGBColor,
    ink: RGBColor,
    words: String,
    /// Squares of different groups have a line between them.
    group: usize,
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
    let grounds = grounds(&beside(&placed, all.len(), &of));
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
    let around = Around {
        heading: &heading,
        measure,
        legend: of_teams(footprints, &grounds),
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
    squares_of(view, (&caption, &alternative), &around, &tiles).map(Some)
}

/// The teams beside each: those with a square that adjoins one of its own, at a corner at least.
fn beside(
    placed: &[(&Neighbourhood, Square)],
    number: usize,
    of: &dyn Fn(&Neighbourhood) -> Option<usize>,
) -> Vec<BTreeSet<usize>> {
    let at: BTreeMap<Square, usize> = placed
        .iter()
        .filter_map(|(own, square)| Some((*square, of(own)?)))
        .collect();
    let mut beside = vec![BTreeSet::new(); number];
    for ((x, y), team) in &at {
        for next in [(x + 1, *y), (*x, y + 1), (x + 1, y + 1), (x - 1, y + 1)] {
            if let Some(other) = at.get(&next).filter(|other| *other != team) {
                beside[*team].insert(*other);
                beside[*other].insert(*team);
            }
        }
    }
    beside
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
    let mut legend: Vec<Mark> = (1..=10_u8)
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
            Mark {
                fill,
                ink,
                sign: decile.to_string(),
                words,
            }
        })
        .collect();
    let unknown = placed
        .iter()
        .filter(|(own, _)| !decile(own).is_value())
        .count();
    if unknown > 0 {
        let words = format!("{unknown} redrawn since the index, of no tenth in it");
        legend.push(Mark {
            fill: WHITE,
            ink: GREY,
            sign: "x".to_owned(),
            words,
        });
    }
    let said: Vec<String> = legend
        .iter()
        .map(|own| format!("{}: {}", own.sign, own.words))
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
    squares_of(view, (&caption, &alternative), &around, &tiles).map(Some)
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

/// Squares with what stands around them.
fn squares_of(
    view: NeedsView<'_>,
    words: (&str, &str),
    around: &Around<'_>,
    tiles: &[Tile],
) -> Result<Figure, DocumentError> {
    let most = |of: fn(&Tile) -> i32| tiles.iter().map(of).max().unwrap_or(0) + 1;
    let (columns, rows) = (most(|tile| tile.at.0), most(|tile| tile.at.1));
    let beside = around.room_beside() / columns;
    // The legend stands beside the squares, or below them where they would become too small for their words.
    let (side, place) = if beside >= SMALLEST {
        let side = beside.min(LARGEST);
        (side, around.beside(side * rows))
    } else {
        let side = (WHOLE / columns).clamp(1, LARGEST);
        (side, around.below(side * rows))
    };
    figure(view, words, around, place, |canvas| {
        for tile in tiles {
            paint(canvas, tile, side)?;
        }
        borders(canvas, tiles, side)
    })
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
    let groups: BTreeMap<Square, usize> = tiles.iter().map(|tile| (tile.at, tile.group)).collect();
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
