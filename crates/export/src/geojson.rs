//! Footprints as GeoJSON (RFC 7946): the boundaries of their neighbourhoods put together.
//!
//! The union of polygons is that of `i_overlay`, on a grid of 64-bit integers, so that lines which neighbours
//! share vanish where they have the same points; where they do not, slivers between them stay. Positions are
//! rounded before that to the six decimals, about 0.1 m, to which they are written: copies of one line may
//! differ in digits that mean nothing.

use disparity_core::Catalogue;
use disparity_core::needs::{NeedsAssessment, Part, Way};
use disparity_core::neighbourhoods::{Boundaries, Footprints, Outlines, Ring};
use disparity_disclosure::Release;
use i_overlay::core::fill_rule::FillRule;
use i_overlay::float::simplify::SimplifyShape;
use serde_json::{Map, Value, json};

/// Millionths of a degree: 0.1 m from north to south.
const DECIMALS: f64 = 1e6;

/// The outlines of footprints: the boundaries of the neighbourhoods of each put together.
#[must_use]
pub fn footprint_outlines(footprints: &Footprints, boundaries: &Boundaries) -> Outlines {
    let each = footprints.all.iter().map(|footprint| {
        let polygons = footprint
            .neighbourhoods
            .iter()
            .filter_map(|code| boundaries.0.get(code))
            .flatten();
        let rings = polygons.flat_map(|polygon| {
            let wound = |(place, ring): (usize, &Ring)| wound(ring, place == 0);
            polygon.iter().enumerate().map(wound)
        });
        let rings: Vec<Ring> = rings.collect();
        rings.simplify_shape_as::<i64>(FillRule::NonZero)
    });
    Outlines(each.collect())
}

/// One feature for each footprint of an assessment: its outline, its name, children, and what is expected of it
/// at England's rates with the interval of the level shown. None without footprints.
#[must_use]
pub fn footprints_geojson(
    release: &Release<NeedsAssessment>,
    outlines: &Outlines,
    catalogue: &Catalogue,
) -> Option<String> {
    let assessment = release.assessment();
    let footprints = assessment.footprints.as_ref()?;
    let features: Vec<Value> = footprints
        .all
        .iter()
        .zip(&outlines.0)
        .zip(0..)
        .map(|((footprint, outline), at)| {
            json!({
                "type": "Feature",
                "id": format!("T{}", at + 1),
                "properties": properties(assessment, &footprint.name, Part::Team(at), catalogue),
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": outline.iter().map(|polygon| closed(polygon)).collect::<Vec<_>>(),
                },
            })
        })
        .collect();
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Some(format!("{collection:#}\n"))
}

/// A ring of rounded positions that winds against the clock where it is an outer one, and with it where it cuts out.
fn wound(ring: &Ring, outer: bool) -> Ring {
    let mut own: Ring = ring.iter().map(|position| position.map(rounded)).collect();
    let next = ring.iter().cycle().skip(1);
    let pairs = ring.iter().zip(next);
    let twice_the_area: f64 = pairs.map(|([ax, ay], [bx, by])| ax * by - bx * ay).sum();
    if (twice_the_area > 0.0) != outer {
        own.reverse();
    }
    own
}

/// Degrees as they are written.
fn rounded(degrees: f64) -> f64 {
    (degrees * DECIMALS).round() / DECIMALS
}

/// Rings as RFC 7946 has them: rounded, and ending where they began.
fn closed(polygon: &[Ring]) -> Value {
    let each = polygon.iter().map(|ring| {
        let ends = ring.first();
        let positions = ring.iter().chain(ends);
        positions
            .map(|position| json!(position.map(rounded)))
            .collect::<Vec<_>>()
    });
    each.collect()
}

/// What is said of a footprint; a figure that is absent is null.
fn properties(
    assessment: &NeedsAssessment,
    name: &str,
    part: Part,
    catalogue: &Catalogue,
) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("name".into(), name.into());
    let children = assessment.children_of(part).map(|own| own.children.round());
    all.insert("children".into(), children.into());
    for row in assessment
        .expected
        .iter()
        .filter(|row| row.part == part && row.way == Way::EnglandRates)
    {
        let word = row.need.word(&catalogue.indicators);
        let found = row.number.value();
        let shown = found.map(|found| found.intervals.shown());
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let figures = [
            ("expected", found.map(|found| tenth(found.expected))),
            ("conf_low", shown.map(|interval| tenth(interval.low))),
            ("conf_high", shown.map(|interval| tenth(interval.high))),
        ];
        all.extend(figures.map(|(figure, value)| (format!("{word}_{figure}"), value.into())));
    }
    let level = assessment.levels.first().value();
    all.insert("conf_level".into(), level.into());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, size: f64) -> Ring {
        vec![[x, y], [x + size, y], [x + size, y + size], [x, y + size]]
    }

    fn joined(rings: Vec<(Ring, bool)>) -> Vec<Vec<Ring>> {
        let rings: Vec<Ring> = rings
            .into_iter()
            .map(|(ring, outer)| wound(&ring, outer))
            .collect();
        rings.simplify_shape_as::<i64>(FillRule::NonZero)
    }

    #[test]
    fn rings_wind_as_the_standard_has_them_whichever_way_they_were_given() {
        let ring = square(-1.0, 52.0, 0.1);
        let backwards: Ring = ring.iter().rev().copied().collect();
        assert_eq!(wound(&ring, true), ring);
        assert_eq!(wound(&backwards, true), ring);
        assert_eq!(wound(&ring, false), backwards);
    }

    #[test]
    fn neighbours_become_one_and_a_hole_stays() {
        let backwards: Ring = square(-0.9, 52.0, 0.1).into_iter().rev().collect();
        let two = vec![(square(-1.0, 52.0, 0.1), true), (backwards, true)];
        let found = joined(two.clone());
        assert_eq!((found.len(), found[0].len()), (1, 1));
        let noisy: Ring = square(-0.9 + 1e-12, 52.0 - 1e-12, 0.1);
        let found = joined(vec![(square(-1.0, 52.0, 0.1), true), (noisy, true)]);
        assert_eq!((found.len(), found[0].len()), (1, 1));
        let apart = vec![
            (square(-1.0, 52.0, 0.1), true),
            (square(-0.5, 52.0, 0.1), true),
        ];
        assert_eq!(joined(apart).len(), 2);
        let mut with_hole = two;
        with_hole.push((square(-0.98, 52.02, 0.02), false));
        let found = joined(with_hole);
        assert_eq!((found.len(), found[0].len()), (1, 2));
        let closed = closed(&found[0]);
        for ring in closed.as_array().unwrap() {
            let ring = ring.as_array().unwrap();
            assert_eq!(ring.first(), ring.last());
        }
    }
}
