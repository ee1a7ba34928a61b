//! A window in three dimensions with the samples around it, as data of a flat picture.
//!
//! Separate because it is the one chart in space. The projection is axonometric: parallel lines
//! stay parallel, and equal lengths in one direction stay equal. The viewer looks from the direction
//! of the article's figure (azimuth −60°, elevation 30°, the defaults of the program that drew
//! it). Next: [`super::svg`] draws it; [`crate::tour`] fills it.

use super::axis::spanned;

/// Azimuth and elevation of the viewer, in degrees.
const AZIMUTH: f64 = -60.0;
const ELEVATION: f64 = 30.0;

/// A place in the picture: to the right and up, from −1 to 1 within what is shown.
pub type Place = (f64, f64);

/// A window with samples in and around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cube {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// What it shows, for those who hear it.
    pub description: String,
    /// The square below everything, corner after corner.
    pub floor: [Place; 4],
    /// Ends of the edges of the floor that are axes, with what they count.
    pub axes: [(Place, &'static str); 2],
    /// The shadow of the window on the floor.
    pub shadow: [Place; 4],
    /// The twelve edges of the window.
    pub edges: Vec<Edge>,
    /// The farthest first.
    pub points: Vec<Sample>,
}

/// One edge of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// One end.
    pub from: Place,
    /// The other.
    pub to: Place,
    /// Whether the window itself hides it.
    pub is_hidden: bool,
}

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Where it is seen.
    pub at: Place,
    /// Right below it on the floor.
    pub foot: Place,
    /// Whether the window holds it.
    pub is_inside: bool,
    /// What it says when pointed at.
    pub said: String,
}

/// What the viewer sees of a place in space.
#[derive(Clone, Copy, Debug)]
struct View {
    center: [f64; 3],
    /// What lies so far from the center in each direction is still shown.
    reach: f64,
}

impl View {
    /// To the right, up, and towards the viewer, in the same unit.
    fn turned(&self, at: [f64; 3]) -> [f64; 3] {
        let (azimuth, elevation) = (AZIMUTH.to_radians(), ELEVATION.to_radians());
        let [x, y, z] = [0, 1, 2].map(|axis| (at[axis] - self.center[axis]) / self.reach);
        let ahead = x * azimuth.cos() + y * azimuth.sin();
        let right = y * azimuth.cos() - x * azimuth.sin();
        let up = z * elevation.cos() - ahead * elevation.sin();
        let near = ahead * elevation.cos() + z * elevation.sin();
        [right, up, near]
    }

    fn place(&self, at: [f64; 3]) -> Place {
        let [right, up, _] = self.turned(at);
        (right, up)
    }

    /// A corner of what is shown.
    fn corner(&self, signs: [f64; 3], half: f64) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.center[axis] + signs[axis] * half)
    }
}

/// The window of width `h` around `center` with samples, each with whether it is inside.
pub fn of_window(
    id: String,
    title: String,
    (center, h): ([f64; 3], f64),
    samples: &[([f64; 3], bool)],
) -> Cube {
    let farthest = samples.iter().flat_map(|(at, _)| [0, 1, 2].map(|j| (at[j] - center[j]).abs()));
    let reach = farthest.fold(h * 0.75, f64::max) * 1.15;
    let view = View { center, reach };
    let square = |half: f64| {
        [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]].map(|[x, y]| {
            let [x, y, _] = view.corner([x, y, 0.0], half);
            view.place([x, y, center[2] - reach])
        })
    };
    let floor = square(reach);
    let mut order: Vec<&([f64; 3], bool)> = samples.iter().collect();
    order.sort_by(|(a, _), (b, _)| view.turned(*a)[2].total_cmp(&view.turned(*b)[2]));
    let sample = |&&(at, is_inside): &&([f64; 3], bool)| Sample {
        at: view.place(at),
        foot: view.place([at[0], at[1], center[2] - reach]),
        is_inside,
        said: said(at, is_inside),
    };
    let inside = samples.iter().filter(|(_, is_inside)| *is_inside).count();
    let middle = |a: Place, b: Place| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
    let cube = Cube {
        id,
        description: format!(
            "{title}. A cube among {} points, {inside} of them inside.",
            samples.len()
        ),
        title,
        axes: [(middle(floor[0], floor[1]), "x₁"), (middle(floor[1], floor[2]), "x₂")],
        floor,
        shadow: square(h / 2.0),
        edges: edges(&view, h / 2.0),
        points: order.iter().map(sample).collect(),
    };
    cube.fitted()
}

impl Cube {
    /// Every place in the picture.
    fn places(&mut self) -> impl Iterator<Item = &mut Place> {
        let edges = self.edges.iter_mut().flat_map(|edge| [&mut edge.from, &mut edge.to]);
        let points = self.points.iter_mut().flat_map(|one| [&mut one.at, &mut one.foot]);
        let axes = self.axes.iter_mut().map(|(place, _)| place);
        self.floor.iter_mut().chain(&mut self.shadow).chain(axes).chain(edges).chain(points)
    }

    /// Moved and enlarged, in both directions alike, until it fills the picture but for a margin.
    fn fitted(mut self) -> Self {
        const MARGIN: f64 = 0.08;
        let all: Vec<Place> = self.places().map(|place| *place).collect();
        let right = spanned(all.iter().map(|place| place.0));
        let up = spanned(all.iter().map(|place| place.1));
        let Some((right, up)) = right.zip(up) else { return self };
        let size = (right.high - right.low).max(up.high - up.low).max(f64::MIN_POSITIVE);
        let scale = 2.0 * (1.0 - MARGIN) / size;
        let middle = [right, up].map(|ends| f64::midpoint(ends.low, ends.high));
        for place in self.places() {
            *place = ((place.0 - middle[0]) * scale, (place.1 - middle[1]) * scale);
        }
        self
    }
}

fn said(at: [f64; 3], is_inside: bool) -> String {
    let [x, y, z] = at.map(crate::quantity::exact);
    format!("({x}, {y}, {z}): {}", if is_inside { "inside" } else { "outside" })
}

/// Every edge joins two corners that differ in one sign. Those at the corner farthest from the
/// viewer are hidden.
fn edges(view: &View, half: f64) -> Vec<Edge> {
    const CORNERS: usize = 8;
    let sign = |corner: usize, axis: usize| if corner >> axis & 1 == 1 { 1.0 } else { -1.0 };
    let corner = |corner: usize| view.corner([0, 1, 2].map(|axis| sign(corner, axis)), half);
    let near = |idx: &usize| view.turned(corner(*idx))[2];
    let farthest = (0..CORNERS).min_by(|a, b| near(a).total_cmp(&near(b)));
    let along = |from: usize| (0..3).map(move |axis| (from, from | 1 << axis));
    let pairs = (0..CORNERS).flat_map(along).filter(|(from, to)| from != to);
    pairs
        .map(|(from, to)| Edge {
            from: view.place(corner(from)),
            to: view.place(corner(to)),
            is_hidden: farthest.is_some_and(|far| far == from || far == to),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cube(samples: &[([f64; 3], bool)]) -> Cube {
        of_window("id".into(), "title".into(), ([0.0; 3], 1.0), samples)
    }

    #[test]
    fn twelve_edges_are_drawn_and_the_three_behind_are_hidden() {
        let edges = cube(&[([0.0; 3], true)]).edges;
        assert_eq!(edges.len(), 12);
        assert_eq!(edges.iter().filter(|edge| edge.is_hidden).count(), 3);
    }

    #[test]
    fn parallel_edges_stay_parallel_and_equal() {
        let edges = cube(&[]).edges;
        let along = |edge: &Edge| (edge.to.0 - edge.from.0, edge.to.1 - edge.from.1);
        for edge in &edges {
            let own = along(edge);
            let same = edges
                .iter()
                .map(along)
                .filter(|other| (own.0 - other.0).abs() < 1e-12 && (own.1 - other.1).abs() < 1e-12);
            assert_eq!(same.count(), 4);
        }
    }

    #[test]
    fn everything_lies_within_the_picture_and_near_points_come_last() {
        let far = [-3.0, 3.0, -3.0];
        let near = [3.0, -3.0, 3.0];
        let cube = cube(&[(near, false), ([0.1; 3], true), (far, false)]);
        let said: Vec<bool> = cube.points.iter().map(|one| one.is_inside).collect();
        assert_eq!(said, [false, true, false]);
        assert!(cube.points[0].said.starts_with("(-3, 3, -3)"), "{:?}", cube.points[0]);
        let points = cube.points.iter().flat_map(|one| [one.at, one.foot]);
        let edges = cube.edges.iter().flat_map(|edge| [edge.from, edge.to]);
        let all = points.chain(edges).chain(cube.floor).chain(cube.shadow);
        for (right, up) in all {
            assert!(right.abs() <= 1.0 && up.abs() <= 1.0, "{right} {up}");
        }
    }
}
