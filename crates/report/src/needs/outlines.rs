//! A map of teams, drawn from boundaries that were given.

use std::collections::BTreeSet;

use disparity_core::document::{DocumentError, Figure};
use disparity_core::neighbourhoods::{Footprints, Outlines, Polygon};
use plotters::prelude::*;

use super::frame::{Around, LEFT, TOP, WHOLE, figure, grounds, of_teams};
use super::{NeedsView, sentences};
use crate::charts::svg::{self, Anchor, Canvas, Drawn, GREY, INK};
use crate::shapes::{Pixel, Room, Shapes};

/// How high a map is at most, and how wide it must be to have its legend beside it.
const HIGHEST: f64 = 640.0;
const NARROWEST: i32 = 380;
/// The legend of more teams stands below the map, which is then as wide as the page.
const MOST_BESIDE: usize = 16;
/// A number needs so much room around it; where there is less it stands on a ground of its own.
const ROOM: f64 = 9.0;
/// A map of teams.
struct Map(Shapes);

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
        around.beside(map.0.height)
    } else {
        around.below(map.0.height)
    };
    let each = footprints.all.iter().zip(&map.0.labels).zip(1..);
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
        let each: Vec<&[Polygon]> = outlines.0.iter().map(Vec::as_slice).collect();
        let room = Room {
            left: LEFT,
            top: TOP,
            width: room,
            height: HIGHEST,
        };
        Shapes::new(&each, room).map(Self)
    }

    /// In which ninth of the map a pixel lies, in words.
    fn whereabouts(&self, (x, y): Pixel) -> &'static str {
        let columns = self.0.all.iter().flat_map(|shape| &shape.rings[0]);
        let right = columns.map(|pixel| pixel.0).max().unwrap_or(LEFT);
        let third = |value: i32, length: i32| (3 * value / length.max(1)).clamp(0, 2);
        match (third(y - TOP, self.0.height), third(x - LEFT, right - LEFT)) {
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
        for shape in &self.0.all {
            for (ring, place) in shape.rings.iter().zip(0..) {
                let fill = if place == 0 { grounds[shape.of] } else { WHITE };
                canvas.draw(&plotters::element::Polygon::new(
                    ring.clone(),
                    fill.filled(),
                ))?;
            }
        }
        for ring in self.0.all.iter().flat_map(|shape| &shape.rings) {
            let closed: Vec<Pixel> = ring.iter().chain(ring.first()).copied().collect();
            canvas.draw(&PathElement::new(closed, INK.stroke_width(1)))?;
        }
        for ((at, room), number) in self.0.labels.iter().zip(1..) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::depth;

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
        let order: Vec<usize> = map.0.all.iter().map(|shape| shape.of).collect();
        assert_eq!(order.len(), 3);
        assert_eq!(order.last(), Some(&0));
        for ((at, room), team) in map.0.labels.iter().zip(0..) {
            let at = (f64::from(at.0), f64::from(at.1));
            let own = map.0.all.iter().filter(|shape| shape.of == team);
            let depths: Vec<f64> = own.map(|shape| depth(&shape.rings, at)).collect();
            assert!(depths.iter().any(|depth| *depth > 0.0), "{team} {depths:?}");
            assert!((depths[0] - room).abs() < 1.5, "{team} {depths:?} {room}");
        }
        // Not in the middle of the land, which is water.
        let (_, room) = map.0.labels[1];
        let (_, of_strip) = map.0.labels[2];
        assert!(room < of_strip / 2.0);
        assert_eq!(map.whereabouts(map.0.labels[2].0), "in the east");
        assert_eq!(
            map.whereabouts((LEFT, TOP + map.0.height)),
            "in the south-west"
        );
    }

    #[test]
    fn degrees_are_as_long_as_they_are_there() {
        let map = Map::new(&Outlines(vec![vec![vec![square(0.0, 51.8, 0.4)]]]), 500.0).unwrap();
        let ring = &map.0.all[0].rings[0];
        let width = ring.iter().map(|pixel| pixel.0).max().unwrap() - LEFT;
        let ratio = f64::from(width) / f64::from(map.0.height);
        assert!(
            (ratio - 52.0_f64.to_radians().cos()).abs() < 0.003,
            "{ratio}"
        );
        assert!(map.0.height <= 640);
        assert!(Map::new(&Outlines::default(), 500.0).is_none());
    }
}
