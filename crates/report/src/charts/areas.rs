//! The map of authorities within boundaries that somebody gives. London is drawn again, larger, as its boroughs are
//! smaller than the marks in them.
//!
//! Nothing is told by colour alone: areas that are lower are hatched, also where a mark has no room, so that the map is
//! the same in grey.

use disparity_core::neighbourhoods::{Boundaries, Polygon};
use disparity_core::{AreaCode, Position};
use plotters::prelude::*;

use super::ratios::faded;
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK};
use super::tiles::{Look, Tile, legend};
use crate::shapes::{Pixel, Room, Shape, Shapes};
use crate::view::{Standing, View};

const LEFT: i32 = 14;
const TOP: i32 = 60;
/// The legend and London stand in a column of this width.
const BESIDE: i32 = 300;
const HIGHEST: f64 = 800.0;
/// Between hatches.
const HATCH: i32 = 4;
/// A mark needs so much room around it, by how many it has.
const ROOM: f64 = 7.0;

/// The drawing; none without boundaries of what is drawn.
pub(super) fn draw(
    view: View<'_>,
    words: (&str, &str),
    (heading, measure): (&str, &str),
    tiles: &[Tile<'_>],
    boundaries: &Boundaries,
) -> Option<String> {
    let drawn: Vec<&Tile<'_>> = tiles.iter().collect();
    let beside = view.width() - LEFT - BESIDE;
    let room = Room {
        left: LEFT,
        top: TOP,
        width: f64::from(beside - LEFT - 10),
        height: HIGHEST,
    };
    let england = Shapes::new(&outlines(&drawn, boundaries), room)?;
    let of_london: Vec<&Tile<'_>> = tiles
        .iter()
        .filter(|tile| tile.area.region.is_some_and(is_london))
        .collect();
    let lines = i32::try_from(Position::all(view.levels()).count()).unwrap_or(5) + 1;
    let top = TOP + lines * 24 + 34;
    let room = Room {
        left: beside,
        top,
        width: f64::from(BESIDE),
        height: HIGHEST,
    };
    let london = Shapes::new(&outlines(&of_london, boundaries), room);
    let below = london.as_ref().map_or(0, |london| top + london.height);
    let bottom = (TOP + england.height).max(below) + 14;
    let size = (view.width().unsigned_abs(), bottom.unsigned_abs());
    Some(svg::draw(&view.watermark(), size, words, |canvas| {
        svg::strong(canvas, heading, (LEFT, 18), 15, INK, Anchor::Start)?;
        svg::text(canvas, measure, (LEFT, 38), 13, GREY, Anchor::Start)?;
        let chosen = tiles.iter().any(|tile| tile.standing == Standing::Chosen);
        legend(canvas, view.levels(), chosen, (beside, TOP), fill_box)?;
        paint(canvas, &england, &drawn)?;
        let Some(london) = &london else { return Ok(()) };
        let times = london.scale / england.scale;
        let words = format!("London, {times:.0} times as large");
        svg::strong(canvas, &words, (beside, top - 16), 12, INK, Anchor::Start)?;
        paint(canvas, london, &of_london)
    }))
}

/// What of a map is white, or not there, in words.
pub(super) fn without(tiles: &[Tile<'_>], boundaries: &Boundaries) -> String {
    let drawn = |tile: &&Tile<'_>| boundaries.0.contains_key(&tile.area.code);
    let missing = tiles.iter().filter(|tile| !drawn(tile));
    let missing: Vec<&str> = missing.map(|tile| tile.area.name.as_str()).collect();
    let mut words = "A white area is not compared; the table says why.".to_owned();
    if !missing.is_empty() {
        words += " Not drawn, as the boundaries that were given have no area of theirs: ";
        words += &missing.join("; ");
        words.push('.');
    }
    words
}

/// Whether a region is London.
fn is_london(region: AreaCode) -> bool {
    region.as_str() == "E12000007"
}

fn outlines<'b>(tiles: &[&Tile<'_>], boundaries: &'b Boundaries) -> Vec<&'b [Polygon]> {
    let each = tiles.iter().map(|tile| boundaries.0.get(&tile.area.code));
    each.map(|own| own.map_or(&[][..], Vec::as_slice)).collect()
}

fn paint(canvas: &Canvas<'_>, shapes: &Shapes, tiles: &[&Tile<'_>]) -> Drawn {
    let polygon = plotters::element::Polygon::<Pixel>::new::<Vec<Pixel>, _>;
    for shape in &shapes.all {
        let tile = tiles[shape.of];
        let look = tile.position().map(Look::of);
        let fill = look.as_ref().map_or(WHITE, |look| look.fill);
        let outer = shape.rings[0].clone();
        canvas.draw(&polygon(outer, faded(fill, tile.standing).filled()))?;
        for hole in &shape.rings[1..] {
            canvas.draw(&polygon(hole.clone(), WHITE.filled()))?;
        }
        if let Some(colour) = look.as_ref().and_then(hatching) {
            for (from, to) in hatches(&shape.rings) {
                svg::line(canvas, from, to, faded(colour, tile.standing), 1)?;
            }
        }
    }
    for shape in &shapes.all {
        border(canvas, shape, GREY, 1)?;
    }
    let chosen = |shape: &&Shape| tiles[shape.of].standing == Standing::Chosen;
    for shape in shapes.all.iter().filter(chosen) {
        border(canvas, shape, INK, 3)?;
    }
    for (tile, (at, room)) in tiles.iter().zip(&shapes.labels) {
        let Some(look) = tile.position().map(Look::of) else {
            continue;
        };
        let marks = look.mark.chars().count() as f64;
        if *room < ROOM * marks || look.mark.is_empty() {
            continue;
        }
        let ink = match tile.standing {
            Standing::Background => INK,
            Standing::Alike | Standing::Chosen => look.ink,
        };
        svg::text(canvas, &look.mark, *at, 9, ink, Anchor::Middle)?;
    }
    Ok(())
}

fn border(canvas: &Canvas<'_>, shape: &Shape, colour: RGBColor, width: u32) -> Drawn {
    for ring in &shape.rings {
        let closed: Vec<Pixel> = ring.iter().chain(ring.first()).copied().collect();
        canvas.draw(&PathElement::new(closed, colour.stroke_width(width)))?;
    }
    Ok(())
}

/// The colour of hatches, where what is drawn so is hatched: what is lower.
fn hatching(look: &Look) -> Option<RGBColor> {
    look.mark
        .starts_with('▼')
        .then_some(if look.fill == DARK_BLUE {
            WHITE
        } else {
            DARK_BLUE
        })
}

/// A box of the legend, filled as an area is.
fn fill_box(canvas: &Canvas<'_>, look: &Look, [from, to]: [Pixel; 2]) -> Drawn {
    canvas.draw(&Rectangle::new([from, to], look.fill.filled()))?;
    let ring = vec![from, (to.0, from.1), to, (from.0, to.1)];
    let Some(colour) = hatching(look) else {
        return Ok(());
    };
    for (from, to) in hatches(&[ring]) {
        svg::line(canvas, from, to, colour, 1)?;
    }
    Ok(())
}

/// Level lines within rings: between the first edge and the second that a line crosses, the third and the fourth
/// (even-odd), so that holes stay free.
fn hatches(rings: &[Vec<Pixel>]) -> Vec<(Pixel, Pixel)> {
    let rows = || rings.iter().flatten().map(|pixel| pixel.1);
    let (Some(top), Some(bottom)) = (rows().min(), rows().max()) else {
        return Vec::new();
    };
    let first = top + (HATCH - top.rem_euclid(HATCH)) % HATCH;
    let mut lines = Vec::new();
    for row in (first..=bottom).step_by(HATCH.unsigned_abs() as usize) {
        // Between two rows of pixels no corner is met.
        let y = f64::from(row) + 0.5;
        let mut crossed: Vec<f64> = Vec::new();
        for ring in rings {
            let next = ring.iter().cycle().skip(1);
            for ((ax, ay), (bx, by)) in ring.iter().zip(next) {
                let [ax, ay, bx, by] = [ax, ay, bx, by].map(|own| f64::from(*own));
                if (ay > y) != (by > y) {
                    crossed.push(ax + (bx - ax) * (y - ay) / (by - ay));
                }
            }
        }
        crossed.sort_by(f64::total_cmp);
        for pair in crossed.chunks_exact(2) {
            let [from, to] = [pair[0].ceil(), pair[1].floor()];
            if from < to {
                lines.push(((whole(from), row), (whole(to), row)));
            }
        }
    }
    lines
}

#[expect(clippy::cast_possible_truncation, reason = "within a picture")]
fn whole(pixels: f64) -> i32 {
    pixels.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatches_are_within_and_leave_holes_free() {
        let square = |at: i32, size: i32| {
            let to = at + size;
            vec![(at, at), (to, at), (to, to), (at, to)]
        };
        let lines = hatches(&[square(0, 40), square(10, 20)]);
        assert!(lines.contains(&((0, 4), (40, 4))), "{lines:?}");
        let through: Vec<_> = lines.iter().filter(|(from, _)| from.1 == 20).collect();
        assert_eq!(through, [&((0, 20), (10, 20)), &((30, 20), (40, 20))]);
        // Whichever way rings wind.
        let mut turned = [square(0, 40), square(10, 20)];
        turned[0].reverse();
        assert_eq!(hatches(&turned), lines);
        assert!(hatches(&[]).is_empty());
    }
}
