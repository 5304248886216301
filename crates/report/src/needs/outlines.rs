//! A map of teams, drawn from boundaries that were given.
//!
//! Positions are put on whole pixels, so lines that two teams share are the same line, and what is smaller than a
//! pixel vanishes. Degrees of longitude are drawn as long as they are in the middle of the area (equirectangular):
//! over the largest county that is wrong by less than a hundredth.

use std::collections::BTreeSet;

use disparity_core::document::{DocumentError, Figure};
use disparity_core::neighbourhoods::{Footprints, Outlines, Polygon};
use plotters::prelude::*;

use super::frame::{Around, LEFT, TOP, WHOLE, figure, grounds, of_teams};
use super::{NeedsView, sentences};
use crate::charts::svg::{self, Anchor, Canvas, Drawn, GREY, INK};

/// How high a map is at most, and how wide it must be to have its legend beside it.
const HIGHEST: f64 = 640.0;
const NARROWEST: i32 = 380;
/// The legend of more teams stands below the map, which is then as wide as the page.
const MOST_BESIDE: usize = 16;
/// A number needs so much room around it; where there is less it stands on a ground of its own.
const ROOM: f64 = 9.0;
/// A label is looked for on a grid of so many points a side, again and again around the best.
const GRID: i32 = 24;

/// A position in pixels.
type Pixel = (i32, i32);

/// One polygon of a team: its outer ring, then its holes.
struct Shape {
    team: usize,
    rings: Vec<Vec<Pixel>>,
}

/// A map of a size in pixels.
struct Map {
    shapes: Vec<Shape>,
    height: i32,
    /// Where the number of each team stands, and how far from its edges.
    labels: Vec<(Pixel, f64)>,
}

/// Whose area is whose team's; none without boundaries or teams.
pub(super) fn teams(view: NeedsView<'_>) -> Result<Option<Figure>, DocumentError> {
    let footprints = view.assessment().footprints.as_ref();
    let (Some(footprints), Some(outlines)) = (footprints, view.outlines) else {
        return Ok(None);
    };
    let heading = format!("Teams in {}", view.authority());
    let grounds = grounds(&beside(view, footprints));
    let around = Around {
        heading: &heading,
        measure: "Areas of teams, joined from the boundaries that were given, with the number of each team",
        legend: of_teams(footprints, &grounds),
    };
    let room = around.room_beside();
    let is_beside = room >= NARROWEST && footprints.all.len() <= MOST_BESIDE;
    let room = if is_beside { room } else { WHOLE };
    let Some(map) = Map::new(outlines, f64::from(room)) else {
        return Ok(None);
    };
    let place = if is_beside {
        around.beside(map.height)
    } else {
        around.below(map.height)
    };
    let each = footprints.all.iter().zip(&map.labels).zip(1..);
    let each: Vec<String> = each
        .map(|((team, (at, _)), number)| {
            let of = team.neighbourhoods.len();
            let plural = if of == 1 { "" } else { "s" };
            let whereabouts = map.whereabouts(*at);
            format!(
                "{number} {}, {whereabouts} ({of} neighbourhood{plural})",
                team.name
            )
        })
        .collect();
    let who = sentences::whose_teams(view).unwrap_or_default();
    let alternative = format!(
        "A map of the areas of {who}, with north at the top: {}. Each area has the number of its team and a line around it.",
        each.join("; ")
    );
    let caption = format!("Where the teams are, {}", view.authority());
    let words = (caption.as_str(), alternative.as_str());
    figure(view, words, &around, place, |canvas| {
        map.paint(canvas, &grounds)
    })
    .map(Some)
}

impl Map {
    /// Outlines put on pixels, as wide as there is room or as high as a page allows; none without any.
    fn new(outlines: &Outlines, room: f64) -> Option<Self> {
        let all = || outlines.0.iter().flatten().flatten().flatten();
        let ends = |axis: usize| {
            let each = all().map(|position| position[axis]);
            each.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let ((west, east), (south, north)) = (ends(0), ends(1));
        let narrow = f64::midpoint(south, north).to_radians().cos();
        let (width, height) = ((east - west) * narrow, north - south);
        if !(width > 0.0 && height > 0.0) {
            return None;
        }
        let scale = (room / width).min(HIGHEST / height);
        let pixel = |[longitude, latitude]: &[f64; 2]| {
            let x = (longitude - west) * narrow * scale;
            (LEFT + whole(x), TOP + whole((north - latitude) * scale))
        };
        let mut shapes = Vec::new();
        let mut labels = Vec::new();
        for (outline, team) in outlines.0.iter().zip(0..) {
            let drawn = outline.iter().filter_map(|polygon| rings(polygon, pixel));
            let own: Vec<Shape> = drawn.map(|rings| Shape { team, rings }).collect();
            let largest = own
                .iter()
                .max_by_key(|shape| twice_the_area(&shape.rings[0]));
            // A team that is smaller than a pixel still has its number.
            let anywhere = outline.iter().flatten().flatten().next().map(pixel);
            labels.push(match largest {
                Some(shape) => innermost(&shape.rings),
                None => (anywhere.unwrap_or((LEFT, TOP)), 0.0),
            });
            shapes.extend(own);
        }
        // What lies in a hole is smaller than what is around it, and so is drawn over it.
        shapes.sort_by_key(|shape| std::cmp::Reverse(twice_the_area(&shape.rings[0])));
        Some(Self {
            shapes,
            height: whole(height * scale),
            labels,
        })
    }

    /// In which ninth of the map a pixel lies, in words.
    fn whereabouts(&self, (x, y): Pixel) -> &'static str {
        let columns = self.shapes.iter().flat_map(|shape| &shape.rings[0]);
        let right = columns.map(|pixel| pixel.0).max().unwrap_or(LEFT);
        let third = |value: i32, length: i32| (3 * value / length.max(1)).clamp(0, 2);
        match (third(y - TOP, self.height), third(x - LEFT, right - LEFT)) {
            (0, 0) => "in the north-west",
            (0, 1) => "in the north",
            (0, _) => "in the north-east",
            (1, 0) => "in the west",
            (1, 1) => "in the middle",
            (1, _) => "in the east",
            (_, 0) => "in the south-west",
            (_, 1) => "in the south",
            _ => "in the south-east",
        }
    }

    fn paint(&self, canvas: &Canvas<'_>, grounds: &[RGBColor]) -> Drawn {
        for shape in &self.shapes {
            for (ring, place) in shape.rings.iter().zip(0..) {
                let fill = if place == 0 {
                    grounds[shape.team]
                } else {
                    WHITE
                };
                canvas.draw(&plotters::element::Polygon::new(
                    ring.clone(),
                    fill.filled(),
                ))?;
            }
        }
        for ring in self.shapes.iter().flat_map(|shape| &shape.rings) {
            let closed: Vec<Pixel> = ring.iter().chain(ring.first()).copied().collect();
            canvas.draw(&PathElement::new(closed, INK.stroke_width(1)))?;
        }
        for ((at, room), number) in self.labels.iter().zip(1..) {
            if *room < ROOM {
                canvas.draw(&Circle::new(*at, 8, WHITE.filled()))?;
                canvas.draw(&Circle::new(*at, 8, GREY.stroke_width(1)))?;
            }
            svg::strong(canvas, &format!("{number}"), *at, 12, INK, Anchor::Middle)?;
        }
        Ok(())
    }
}

/// The teams beside each: those with a neighbourhood that adjoins one of its own.
fn beside(view: NeedsView<'_>, footprints: &Footprints) -> Vec<BTreeSet<usize>> {
    let authority = view.assessment().authority;
    let own = view.neighbourhoods.of(authority).iter();
    let team = own.map(|own| {
        let mut all = footprints.all.iter();
        all.position(|team| team.neighbourhoods.binary_search(&own.code).is_ok())
    });
    let team: Vec<Option<usize>> = team.collect();
    let mut beside = vec![BTreeSet::new(); footprints.all.len()];
    for adjoining in view.neighbourhoods.adjoining(authority) {
        if let [Some(one), Some(other)] = adjoining.between.map(|at| team[at])
            && one != other
        {
            beside[one].insert(other);
            beside[other].insert(one);
        }
    }
    beside
}

#[expect(clippy::cast_possible_truncation, reason = "within a picture")]
fn whole(pixels: f64) -> i32 {
    pixels.round() as i32
}

/// The rings of a polygon on pixels without those that vanish there; none where the outer one does.
fn rings(polygon: &Polygon, pixel: impl Fn(&[f64; 2]) -> Pixel) -> Option<Vec<Vec<Pixel>>> {
    let mut each = polygon.iter().map(|ring| {
        let mut own: Vec<Pixel> = ring.iter().map(&pixel).collect();
        own.dedup();
        while own.len() > 1 && own.first() == own.last() {
            own.pop();
        }
        (twice_the_area(&own) > 0).then_some(own)
    });
    let outer = each.next()??;
    Some(std::iter::once(outer).chain(each.flatten()).collect())
}

/// Twice the area of a ring, whichever way it winds.
fn twice_the_area(ring: &[Pixel]) -> i64 {
    let cross = |(a, b): (&Pixel, &Pixel)| {
        i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)
    };
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(cross).sum::<i64>().abs()
}

/// The point within rings that is furthest from all of their edges, and how far (the pole of inaccessibility:
/// Garcia-Castellanos and Lombardo 2007, <https://doi.org/10.1080/14702540801897809>): found on a grid that is laid
/// ever finer around the best. Of points that are about as far the one nearest to the middle is taken.
fn innermost(rings: &[Vec<Pixel>]) -> (Pixel, f64) {
    let ends = |of: fn(&Pixel) -> i32| {
        let each = || rings[0].iter().map(of);
        let (low, high) = (each().min().unwrap_or(0), each().max().unwrap_or(0));
        (f64::from(low), f64::from(high))
    };
    let ((left, right), (top, bottom)) = (ends(|pixel| pixel.0), ends(|pixel| pixel.1));
    let middle_of_all = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    let worth = |at: (f64, f64)| {
        let off = (at.0 - middle_of_all.0).hypot(at.1 - middle_of_all.1);
        depth(rings, at) - off / 50.0
    };
    let mut centre = middle_of_all;
    let (mut wide, mut high) = (right - left, bottom - top);
    let mut best = f64::NEG_INFINITY;
    while wide.max(high) > 1.0 {
        let middle = centre;
        for (row, column) in (0..=GRID).flat_map(|row| (0..=GRID).map(move |column| (row, column)))
        {
            let part = |at: i32| f64::from(at) / f64::from(GRID) - 0.5;
            let at = (middle.0 + wide * part(column), middle.1 + high * part(row));
            let found = worth(at);
            if found > best {
                (best, centre) = (found, at);
            }
        }
        (wide, high) = (wide / 8.0, high / 8.0);
    }
    let room = depth(rings, centre).max(0.0);
    ((whole(centre.0), whole(centre.1)), room)
}

/// How far inside rings a point lies; below 0 where it is outside.
fn depth(rings: &[Vec<Pixel>], (x, y): (f64, f64)) -> f64 {
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for ring in rings {
        for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let [(ax, ay), (bx, by)] = [a, b].map(|own| (f64::from(own.0), f64::from(own.1)));
            // A ray to the right crosses the edges of what it is in an odd number of times.
            if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                inside = !inside;
            }
            let (dx, dy) = (bx - ax, by - ay);
            let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(1e-9);
            let along = along.clamp(0.0, 1.0);
            let far = (x - ax - along * dx).hypot(y - ay - along * dy);
            nearest = nearest.min(far);
        }
    }
    if inside { nearest } else { -nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, size: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x + size, y], [x + size, y + size], [x, y + size]]
    }

    /// A ring of land around a lake with an island in it, beside a strip; the island is a team of its own.
    fn outlines() -> Outlines {
        let mut hole = square(0.1, 51.1, 0.2);
        hole.reverse();
        let around = vec![square(0.0, 51.0, 0.4), hole];
        let island = vec![square(0.17, 51.17, 0.06)];
        let strip = vec![square(0.4, 51.0, 0.4)];
        let rock = vec![square(0.9, 51.2, 1e-7)];
        Outlines(vec![vec![island], vec![around], vec![strip, rock]])
    }

    #[test]
    fn an_island_in_a_hole_is_drawn_over_it_and_every_number_stands_in_its_team() {
        let map = Map::new(&outlines(), 500.0).unwrap();
        // The rock is less than a pixel.
        let order: Vec<usize> = map.shapes.iter().map(|shape| shape.team).collect();
        assert_eq!(order.len(), 3);
        assert_eq!(order.last(), Some(&0));
        for ((at, room), team) in map.labels.iter().zip(0..) {
            let at = (f64::from(at.0), f64::from(at.1));
            let own = map.shapes.iter().filter(|shape| shape.team == team);
            let depths: Vec<f64> = own.map(|shape| depth(&shape.rings, at)).collect();
            assert!(depths.iter().any(|depth| *depth > 0.0), "{team} {depths:?}");
            assert!((depths[0] - room).abs() < 1.5, "{team} {depths:?} {room}");
        }
        // Not in the middle of the land, which is water.
        let (_, room) = map.labels[1];
        let (_, of_strip) = map.labels[2];
        assert!(room < of_strip / 2.0);
        assert_eq!(map.whereabouts(map.labels[2].0), "in the east");
        assert_eq!(
            map.whereabouts((LEFT, TOP + map.height)),
            "in the south-west"
        );
    }

    #[test]
    fn degrees_are_as_long_as_they_are_there() {
        let map = Map::new(&Outlines(vec![vec![vec![square(0.0, 51.8, 0.4)]]]), 500.0).unwrap();
        let ring = &map.shapes[0].rings[0];
        let width = ring.iter().map(|pixel| pixel.0).max().unwrap() - LEFT;
        let ratio = f64::from(width) / f64::from(map.height);
        assert!(
            (ratio - 52.0_f64.to_radians().cos()).abs() < 0.003,
            "{ratio}"
        );
        assert!(map.height <= 640);
        assert!(Map::new(&Outlines::default(), 500.0).is_none());
    }
}
