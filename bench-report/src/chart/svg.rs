//! Draws a chart as inline SVG.
//!
//! Separate because it knows coordinates and nothing else. Horizontal positions are per cents of
//! the width that the page gives and vertical ones are pixels, so that text keeps its size from a
//! phone to a wide screen while the bars grow. Each name stands above its bar: it can be long and
//! still never meets a bar. Colors come from the page through classes (`bar`, `fits`, …).
//!
//! This file draws bars and what all charts share; `svg/plot.rs`, `dots.rs`, `strip.rs`, `timeline.rs`,
//! `cube.rs` and `waterfall.rs` draw the other kinds, `legend.rs` says what their signs mean.

mod cube;
mod dots;
mod legend;
mod plot;
mod strip;
mod timeline;
mod waterfall;

pub use cube::draw as cube;
pub use dots::draw as dots;
pub use legend::{Key as LegendKey, of_cube, of_dots, of_plot, of_timeline, of_waterfall};
pub use plot::draw as plot;
pub use strip::draw as strip;
pub use timeline::draw as timeline;
pub use waterfall::draw as waterfall;

use super::{Bar, Bars, Mark, shortened};
use crate::quantity::length;

/// Height of one bar with its name, in pixels.
const ROW: f64 = 46.0;

/// From the top of a row to the base line of its name.
const NAME_BASE: f64 = 15.0;

/// From the top of a row to the top of its bar.
const BAR_TOP: f64 = 21.0;

/// Height of a bar.
const BAR: f64 = 16.0;

/// Height of one line of the legend.
const LEGEND: f64 = 22.0;

/// Share of the width that bars may take, in per cent; the rest belongs to the labels.
const REACH: f64 = 76.0;

/// The chart as one `svg` element.
pub fn draw(chart: &Bars) -> String {
    let scale = REACH / chart.greatest().max(f64::MIN_POSITIVE);
    let plot = ROW * chart.bars.len() as f64;
    let legend = legend(chart);
    let height = length(plot + 10.0 + LEGEND * legend.len() as f64);
    let id = escape(&chart.id);
    let mut svg = opening(&id, &height, &chart.title, &chart.description) + &hatching(&id);
    for (idx, bar) in chart.bars.iter().enumerate() {
        svg += &drawn(bar, &id, ROW * idx as f64, scale);
    }
    if let Some(reference) = chart.reference {
        svg += &line("serial-line", (reference * scale, 0.0), (reference * scale, plot));
    }
    // Names and labels come last: where the dashed line crosses one, the text stays readable.
    for (idx, bar) in chart.bars.iter().enumerate() {
        svg += &texts(bar, ROW * idx as f64, scale);
    }
    for (idx, key) in legend.into_iter().enumerate() {
        svg += &key.drawn(&id, plot + 10.0 + LEGEND * idx as f64);
    }
    svg + "</svg>\n"
}

/// The beginning of a chart: its size, and what it is for those who hear it. `id` is escaped.
fn opening(id: &str, height: &str, title: &str, description: &str) -> String {
    format!(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
         width=\"100%\" height=\"{height}\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escape(title),
        escape(description),
    )
}

/// The pattern of oversubscribed bars: visible without color.
fn hatching(id: &str) -> String {
    format!(
        "<defs><pattern id=\"{id}-hatch\" width=\"7\" height=\"7\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"hatch-ground\" width=\"7\" height=\"7\"/>\
         <rect class=\"hatch-stripe\" width=\"3\" height=\"7\"/></pattern></defs>\n"
    )
}

/// Bar and whisker of the row that starts at `top`.
fn drawn(bar: &Bar, id: &str, top: f64, scale: f64) -> String {
    let mut svg = rect(bar.mark, id, top + BAR_TOP, &format!("{}%", length(bar.value * scale)));
    if let Some(interval) = bar.interval {
        let (low, high) = (interval.low * scale, interval.high * scale);
        svg += &whisker((low, high), top + BAR_TOP + BAR / 2.0);
    }
    svg
}

/// Name above the bar, label behind bar and whisker.
fn texts(bar: &Bar, top: f64, scale: f64) -> String {
    let end = bar.interval.map_or(bar.value, |interval| interval.high.max(bar.value)) * scale;
    let detail = format!("<tspan class=\"detail\" dx=\"8\">{}</tspan>", escape(&bar.detail));
    let full = format!("<title>{}</title>", escape(&bar.name));
    format!(
        "<text class=\"name\" x=\"0\" y=\"{}\">{full}{}{detail}</text>\n\
         <text class=\"label\" x=\"{}%\" dx=\"7\" y=\"{}\">{}</text>\n",
        length(top + NAME_BASE),
        escape(&shortened(&bar.name)),
        length(end),
        length(top + BAR_TOP + BAR - 3.0),
        escape(&bar.label),
    )
}

/// A bar or a swatch of the legend; `width` with its unit.
fn rect(mark: Mark, id: &str, y: f64, width: &str) -> String {
    let y = length(y);
    let fill = match mark {
        Mark::Reference => "class=\"bar reference\"".into(),
        Mark::Fits => "class=\"bar fits\"".into(),
        Mark::Oversubscribed => format!("class=\"bar beyond\" fill=\"url(#{id}-hatch)\""),
    };
    format!("<rect {fill} x=\"0\" y=\"{y}\" width=\"{width}\" height=\"{BAR}\"/>\n")
}

/// A line with caps between two places of a width in per cent.
fn whisker((low, high): (f64, f64), y: f64) -> String {
    let cap = |x| line("whisker", (x, y - 4.0), (x, y + 4.0));
    let halo = line("whisker-halo", (low, y), (high, y));
    halo + &line("whisker", (low, y), (high, y)) + &cap(low) + &cap(high)
}

/// A line between two points; x in per cent, y in pixels.
fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(length);
    format!("<line class=\"{class}\" x1=\"{x1}%\" y1=\"{y1}\" x2=\"{x2}%\" y2=\"{y2}\"/>\n")
}

/// A small text; `x` with its unit, y in pixels, `anchor` as in SVG.
fn tick(anchor: &str, x: &str, y: f64, text: &str) -> String {
    let (y, text) = (length(y), escape(text));
    format!("<text class=\"tick\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\">{text}</text>\n")
}

/// What a sign in the chart means.
enum Key {
    Mark(Mark, &'static str),
    SerialLine,
    Whisker,
}

/// Only the signs that occur.
fn legend(chart: &Bars) -> Vec<Key> {
    let marks = [
        Key::Mark(Mark::Reference, "serial code"),
        Key::Mark(Mark::Fits, "not more workers than CPUs"),
        Key::Mark(Mark::Oversubscribed, "more workers than CPUs"),
    ];
    let occurs = |key: &Key| match key {
        Key::Mark(mark, _) => chart.bars.iter().any(|bar| bar.mark == *mark),
        Key::SerialLine => chart.reference.is_some(),
        Key::Whisker => chart.bars.iter().any(|bar| bar.interval.is_some()),
    };
    marks.into_iter().chain([Key::SerialLine, Key::Whisker]).filter(occurs).collect()
}

impl Key {
    /// The line of the legend that starts at `top`.
    fn drawn(&self, id: &str, top: f64) -> String {
        let (y, middle) = (length(top + 13.0), top + BAR / 2.0);
        let stroke = |class: &str| {
            let middle = length(middle);
            format!(
                "<line class=\"{class}\" x1=\"0\" y1=\"{middle}\" x2=\"26\" y2=\"{middle}\"/>\n"
            )
        };
        let (sign, meaning) = match *self {
            Self::Mark(mark, meaning) => (rect(mark, id, top, "26"), meaning),
            Self::SerialLine => (stroke("serial-line"), "time of the serial code"),
            Self::Whisker => (stroke("whisker"), "95 % interval of the median time"),
        };
        format!("{sign}<text class=\"key\" x=\"34\" y=\"{y}\">{meaning}</text>\n")
    }
}

/// Text as it may stand in XML, in elements and in attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Interval;

    fn chart(bars: usize, name: &str) -> Bars {
        let bar = |idx: usize| Bar {
            name: name.into(),
            detail: "1.00 ms".into(),
            label: format!("{idx} %"),
            value: 1e6 * (idx + 1) as f64,
            interval: Some(Interval { low: 1e6, high: 1.2e6 * (idx + 1) as f64 }),
            mark: [Mark::Reference, Mark::Fits, Mark::Oversubscribed][idx % 3],
        };
        Bars {
            id: "made-up".into(),
            title: name.into(),
            description: name.into(),
            bars: (0..bars).map(bar).collect(),
            reference: Some(1e6),
        }
    }

    /// Every tag that opens also closes, in order, and every `&` starts an entity that XML knows.
    #[track_caller]
    fn assert_well_formed(svg: &str) {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, text) = tag.split_once('>').expect("every tag ends");
            assert!(!text.contains('>'), "bare > in {text:?}");
            assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag:?}");
            match (tag.strip_prefix('/'), tag.ends_with('/')) {
                (Some(name), _) => assert_eq!(open.pop(), Some(name)),
                (None, true) => {}
                (None, false) => open.extend(tag.split_whitespace().next()),
            }
        }
        assert!(open.is_empty(), "left open: {open:?}");
        for entity in svg.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
            assert!(known.iter().any(|known| entity.starts_with(known)), "{entity:?}");
        }
    }

    #[test]
    fn one_bar_and_sixty_bars_are_well_formed() {
        for bars in [1, 60] {
            let svg = draw(&chart(bars, "threads, 2 workers"));
            assert_well_formed(&svg);
            assert_eq!(svg.matches("class=\"name\"").count(), bars);
        }
    }

    #[test]
    fn names_cannot_leave_their_element() {
        let svg = draw(&chart(3, "\"'><script>alert('&')</script>"));
        assert_well_formed(&svg);
        assert!(!svg.contains("<script"));
        assert!(svg.contains("&lt;script&gt;"));
    }

    #[test]
    fn bars_and_whiskers_stay_inside_their_part_of_the_width() {
        let svg = draw(&chart(60, "a"));
        let per_cents = svg.split(['"', ' ']).filter_map(|word| word.strip_suffix('%'));
        let per_cents = per_cents.filter_map(|number| number.parse::<f64>().ok());
        let widest = per_cents.filter(|&number| number < 100.0).fold(0.0, f64::max);
        assert!((widest - REACH).abs() < 0.01, "{widest}");
    }

    #[test]
    fn long_names_are_shortened_and_kept_as_title() {
        let long = "ä".repeat(200);
        let svg = draw(&chart(1, &long));
        assert!(svg.contains(&format!("<title>{long}</title>{}…", "ä".repeat(31))));
    }

    #[test]
    fn the_legend_explains_only_what_occurs() {
        let one = draw(&chart(1, "a"));
        assert!(one.contains("serial code") && !one.contains("more workers than CPUs"));
        assert!(draw(&chart(3, "a")).contains(">more workers than CPUs<"));
    }
}
