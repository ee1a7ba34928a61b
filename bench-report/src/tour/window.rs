//! Parzen windows: the article's cube with the samples inside and outside, and what follows.
//!
//! Separate as every section of the tour.

use super::{table, text};
use crate::{
    chapter::{Block, Shown, Table},
    chart::{cube, svg},
    model::tour::Window,
    quantity,
};

/// The chapter's blocks.
pub(super) fn blocks(id: &str, window: &Window) -> Vec<Block> {
    let Window { h, count, n, .. } = window;
    let (h, density) = (quantity::exact(*h), quantity::exact(window.density));
    vec![
        text(format!(
            "A Parzen window is a cube of width h around the place x where the density is wanted. A \
             sample counts if none of its coordinates is farther than h / 2 from that of x. Here {} \
             of {} are inside, and the volume is h³ with h = {h}.",
            quantity::whole(*count),
            quantity::counted(*n, "sample"),
        )),
        Block::Code(format!("p(x) = k / n / h³ = {count} / {n} / {h}³ = {density}\n")),
        Block::Figure(Box::new(figure(id, window))),
    ]
}

/// For the top of the page.
pub(super) fn answer(window: &Window) -> String {
    let Window { count, n, density, .. } = window;
    format!("The window in space holds {count} of {n}: p(x) = {}.", quantity::exact(*density))
}

fn figure(id: &str, window: &Window) -> Shown {
    let samples: Vec<([f64; 3], bool)> =
        window.points.iter().copied().zip(window.inside.iter().copied()).collect();
    let title = "The window among the samples".to_owned();
    let chart = cube::of_window(format!("{id}-cube"), title, (window.center, window.h), &samples);
    Shown {
        title: chart.title.clone(),
        svg: svg::cube(&chart),
        legend: svg::of_cube(&chart),
        caption:
            "Parallel projection, as seen from the front right and above; a dotted line leads \
            from each sample straight down to the floor, on which the window has its shadow."
                .into(),
        table: points(window),
    }
}

fn points(window: &Window) -> Table {
    let row = |(at, is_inside): (&[f64; 3], &bool)| {
        let [x, y, z] = at.map(quantity::exact);
        [x, y, z, if *is_inside { "inside" } else { "outside" }.into()]
    };
    let rows = window.points.iter().zip(&window.inside).map(row).collect();
    table(["x₁", "x₂", "x₃", "window"], rows)
}
