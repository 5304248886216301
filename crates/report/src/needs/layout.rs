//! Neighbourhoods on a grid of equal squares: each near where it lies, none on another.
//!
//! Neighbourhoods have about as many residents each, so a map of towns has them crowded in the middle and a few large
//! ones around. Half of each coordinate is therefore where it lies and half its rank, which draws crowds apart; then each
//! takes the free square nearest to it, those first that lie nearest to the middle.

use std::collections::BTreeSet;

/// A square: column and row, from the north-west.
pub(super) type Square = (i32, i32);

/// How many squares there are to a neighbourhood before any has to give way.
const ROOM: f64 = 1.35;

/// The square of each point (longitude and latitude in degrees), in the order given.
pub(super) fn squares(points: &[(f64, f64)]) -> Vec<Square> {
    if points.is_empty() {
        return Vec::new();
    }
    let middle = points.iter().map(|point| point.1).sum::<f64>() / points.len() as f64;
    let narrow = middle.to_radians().cos();
    let east: Vec<f64> = points.iter().map(|point| point.0 * narrow).collect();
    let south: Vec<f64> = points.iter().map(|point| -point.1).collect();
    let (width, height) = (length(&east), length(&south));
    // As wide against its height as the area, within what a page can hold.
    let ratio = (width / height.max(1e-9)).clamp(0.5, 2.0);
    let rows = (points.len() as f64 * ROOM / ratio).sqrt().max(1.0);
    let columns = rows * ratio;
    let wanted: Vec<(f64, f64)> = spread(&east)
        .into_iter()
        .zip(spread(&south))
        .map(|(x, y)| (x * (columns - 1.0).max(0.0), y * (rows - 1.0).max(0.0)))
        .collect();
    let centre = ((columns - 1.0) / 2.0, (rows - 1.0) / 2.0);
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| {
        let far = |at: &usize| distance(wanted[*at], centre);
        far(a).total_cmp(&far(b)).then(a.cmp(b))
    });
    let mut taken: BTreeSet<Square> = BTreeSet::new();
    let mut found = vec![(0, 0); points.len()];
    for at in order {
        found[at] = nearest_free(wanted[at], &taken);
        taken.insert(found[at]);
    }
    let least = |of: fn(&Square) -> i32| found.iter().map(of).min().unwrap_or(0);
    let (left, top) = (least(|square| square.0), least(|square| square.1));
    found
        .iter()
        .map(|square| (square.0 - left, square.1 - top))
        .collect()
}

fn length(values: &[f64]) -> f64 {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (high - low).max(1e-9)
}

/// Each value between 0 and 1: the mean of where it lies and of its rank.
fn spread(values: &[f64]) -> Vec<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let long = length(values);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]).then(a.cmp(b)));
    let most = (values.len().max(2) - 1) as f64;
    let mut spread = vec![0.0; values.len()];
    for (rank, at) in order.into_iter().enumerate() {
        spread[at] = f64::midpoint((values[at] - low) / long, rank as f64 / most);
    }
    spread
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)
}

/// The free square nearest to a point; of several as near, the most northern, then the most western.
#[expect(
    clippy::cast_possible_truncation,
    reason = "some hundred squares a side"
)]
fn nearest_free(wanted: (f64, f64), taken: &BTreeSet<Square>) -> Square {
    let home = (wanted.0.round() as i32, wanted.1.round() as i32);
    let mut best: Option<(f64, Square)> = None;
    for ring in 0_i32.. {
        // A square of the ring is at least so far away.
        let reach = f64::from(ring) - 0.5;
        if best.is_some_and(|(far, _)| reach > 0.0 && far <= reach * reach) {
            break;
        }
        for row in -ring..=ring {
            let step = if row.abs() == ring || ring == 0 {
                1
            } else {
                2 * ring
            };
            let mut column = -ring;
            while column <= ring {
                let square = (home.0 + column, home.1 + row);
                let far = distance(wanted, (f64::from(square.0), f64::from(square.1)));
                if !taken.contains(&square) && best.is_none_or(|(least, _)| far < least - 1e-12) {
                    best = Some((far, square));
                }
                column += step;
            }
        }
    }
    best.map_or(home, |(_, square)| square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_share_a_square_and_all_lie_as_they_do() {
        // A town of 100 within a hundredth of a degree, and eight villages around it.
        let town = (0..100).map(|at| {
            (
                f64::from(at % 10) / 1000.0,
                52.0 + f64::from(at / 10) / 1000.0,
            )
        });
        let around = [
            (-1.0, 0.0),
            (1.0, 0.0),
            (0.0, -1.0),
            (0.0, 1.0),
            (-1.0, -1.0),
            (1.0, 1.0),
            (-1.0, 1.0),
            (1.0, -1.0),
        ];
        let villages = around.map(|(x, y)| (x / 5.0, 52.0 + y / 8.0));
        let points: Vec<(f64, f64)> = town.chain(villages).collect();
        let found = squares(&points);
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), points.len());
        assert_eq!(found, squares(&points));
        let (west, east, south, north) = (found[100], found[101], found[102], found[103]);
        assert!(
            west.0 < east.0 && north.1 < south.1,
            "{west:?} {east:?} {south:?} {north:?}"
        );
        // So large a town pushes what is around it out, but its sides stay where they are.
        let mean = |own: &[usize], of: fn(&Square) -> i32| {
            own.iter().map(|at| f64::from(of(&found[*at]))).sum::<f64>() / own.len() as f64
        };
        let side = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..100).filter(|at| wanted(*at)).collect()
        };
        let columns = [0, 4, 9].map(|own| mean(&side(&|at| at % 10 == own), |square| square.0));
        assert!(
            columns[0] + 2.0 < columns[1] && columns[1] + 2.0 < columns[2],
            "{columns:?}"
        );
        let rows = [0, 4, 9].map(|own| mean(&side(&|at| at / 10 == own), |square| square.1));
        assert!(
            rows[0] > rows[1] + 2.0 && rows[1] > rows[2] + 2.0,
            "{rows:?}"
        );
    }

    #[test]
    fn few_points_have_squares_too() {
        assert_eq!(squares(&[]), []);
        assert_eq!(squares(&[(1.0, 52.0)]), [(0, 0)]);
        // All in one place.
        let same = squares(&[(1.0, 52.0); 5]);
        assert_eq!(same.iter().collect::<BTreeSet<_>>().len(), 5);
    }
}
