//! The convex hull of samples in the plane, of bounded size.
//!
//! Pure. Samples are first rounded to a raster finer than a picture shows, of which only the lowest and the
//! highest of each column can be corners: O(n) for any n, and no hull has more than about a thousand corners.
//! The hull is Andrew's monotone chain (Information Processing Letters 9, 1979).

/// Columns and rows of the raster.
const RASTER: usize = 4096;

/// The corners, in order, of the hull of samples that lie between the ends of `x` and `y`.
pub(super) fn hull(
    samples: impl Iterator<Item = (f64, f64)>,
    x: (f64, f64),
    y: (f64, f64),
) -> Vec<(f64, f64)> {
    let cell = |value: f64, (low, high): (f64, f64)| {
        let share = (value - low) / (high - low);
        (share * RASTER as f64).round() as i64 // 0 where both ends are the same
    };
    let mut columns: Vec<Option<(i64, i64)>> = vec![None; RASTER + 1];
    for (sx, sy) in samples {
        let (column, row) = (cell(sx, x) as usize, cell(sy, y));
        let ends = &mut columns[column.min(RASTER)];
        *ends = Some(ends.map_or((row, row), |(low, high)| (low.min(row), high.max(row))));
    }
    let ends = columns.iter().enumerate().filter_map(|(i, ends)| ends.map(|ends| (i as i64, ends)));
    let points: Vec<(i64, i64)> = ends.flat_map(|(i, (low, high))| [(i, low), (i, high)]).collect();
    let back =
        |cell: i64, (low, high): (f64, f64)| low + (high - low) * cell as f64 / RASTER as f64;
    let mut corners = chain(points.iter().copied());
    corners.extend(chain(points.iter().rev().copied()));
    corners.into_iter().map(|(column, row)| (back(column, x), back(row, y))).collect()
}

/// Half of a hull, without its last corner, from points in order.
fn chain(points: impl Iterator<Item = (i64, i64)>) -> Vec<(i64, i64)> {
    let mut corners: Vec<(i64, i64)> = Vec::new();
    for point in points {
        while let [.., before, last] = corners[..] {
            if turns_left(before, last, point) {
                break;
            }
            corners.pop();
        }
        corners.push(point);
    }
    corners.pop();
    corners
}

fn turns_left(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> bool {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_a_square_are_found_among_points_inside_and_on_its_sides() {
        let samples = [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5), (1.0, 0.0), (0.5, 0.0), (0.0, 1.0)];
        let hull = hull(samples.into_iter(), (0.0, 1.0), (0.0, 1.0));
        assert_eq!(hull, [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]);
    }

    #[test]
    fn a_circle_of_many_samples_has_few_corners() {
        let angle = |i: i32| f64::from(i) * 1e-5;
        let circle = (0..628_319).map(|i| angle(i).sin_cos());
        let corners = hull(circle, (-1.0, 1.0), (-1.0, 1.0));
        assert!((200..1200).contains(&corners.len()), "{}", corners.len());
        assert!(corners.iter().all(|(x, y)| (x.hypot(*y) - 1.0).abs() < 1e-3));
    }

    #[test]
    fn samples_on_a_line_or_a_point_do_no_harm() {
        let one = hull([(3.0, 3.0); 2].into_iter(), (3.0, 3.0), (3.0, 3.0));
        assert!(one.len() <= 2 && one.iter().all(|corner| *corner == (3.0, 3.0)), "{one:?}");
        let line = hull([(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)].into_iter(), (0.0, 2.0), (5.0, 5.0));
        assert_eq!(line, [(0.0, 5.0), (2.0, 5.0)]);
    }
}
