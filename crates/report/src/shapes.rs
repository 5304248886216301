//! Boundaries on the pixels of a drawing.
//!
//! Positions are put on whole pixels, so lines that two areas share are the same line, and what is smaller than a
//! pixel vanishes. Degrees of longitude are drawn as long as they are in the middle of what is drawn (equirectangular):
//! over the largest county that is wrong by less than a hundredth, over England by less than a twelfth at its ends.

use disparity_core::neighbourhoods::Polygon;

/// A label is looked for on a grid of so many points a side, again and again around the best.
const GRID: i32 = 24;

/// A position in pixels.
pub(crate) type Pixel = (i32, i32);

/// One polygon of an area: its outer ring, then its holes.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Whose it is, by its place in the list that was given.
    pub(crate) of: usize,
    pub(crate) rings: Vec<Vec<Pixel>>,
}

/// Where a map may stand: its corner, how wide it is at most and how high.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A map of a size in pixels.
#[derive(Debug)]
pub(crate) struct Shapes {
    /// What lies in a hole of another comes after it.
    pub(crate) all: Vec<Shape>,
    pub(crate) height: i32,
    /// Where what is said of each area stands, and how far from its edges.
    pub(crate) labels: Vec<(Pixel, f64)>,
    /// Pixels to a degree of latitude.
    pub(crate) scale: f64,
}

impl Shapes {
    /// Boundaries of areas put on pixels, as large as there is room; none without any.
    pub(crate) fn new(outlines: &[&[Polygon]], room: Room) -> Option<Self> {
        let all = || outlines.iter().copied().flatten().flatten().flatten();
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
        let scale = (room.width / width).min(room.height / height);
        let pixel = |[longitude, latitude]: &[f64; 2]| {
            let x = (longitude - west) * narrow * scale;
            (
                room.left + whole(x),
                room.top + whole((north - latitude) * scale),
            )
        };
        let mut shapes = Vec::new();
        let mut labels = Vec::new();
        for (outline, of) in outlines.iter().zip(0..) {
            let drawn = outline.iter().filter_map(|polygon| rings(polygon, pixel));
            let own: Vec<Shape> = drawn.map(|rings| Shape { of, rings }).collect();
            let largest = own
                .iter()
                .max_by_key(|shape| twice_the_area(&shape.rings[0]));
            // An area that is smaller than a pixel still has its label.
            let anywhere = outline.iter().flatten().flatten().next().map(pixel);
            labels.push(match largest {
                Some(shape) => innermost(&shape.rings),
                None => (anywhere.unwrap_or((room.left, room.top)), 0.0),
            });
            shapes.extend(own);
        }
        // What lies in a hole is smaller than what is around it, and so is drawn over it.
        shapes.sort_by_key(|shape| std::cmp::Reverse(twice_the_area(&shape.rings[0])));
        Some(Self {
            all: shapes,
            height: whole(height * scale),
            labels,
            scale,
        })
    }
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
pub(crate) fn depth(rings: &[Vec<Pixel>], (x, y): (f64, f64)) -> f64 {
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
