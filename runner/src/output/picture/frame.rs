//! What both pictures have around them: paper, title, axes with ticks, texts.
//!
//! A file of its own may be opened in any viewer: colors for light and dark screens stand in its own style
//! sheet, below one class, so that they stay inside where the file is put into a page.

use std::fmt::Write as _;

use super::Scene;
use super::ticks::{Tick, ticks};

/// Where values become pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Size of the whole picture.
    pub(super) size: (f64, f64),
    /// Left and top of the plot.
    pub(super) corner: (f64, f64),
    /// Width and height of the plot.
    pub(super) plot: (f64, f64),
    /// Values at its left and right.
    pub(super) x: (f64, f64),
    /// Values at its bottom and top.
    pub(super) y: (f64, f64),
    /// From the bottom of the plot to the line of the axis.
    pub(super) gap: f64,
}

const STYLE: &str = "\
.parzen .paper{fill:#fff}\
.parzen text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\
.parzen .title{font-size:16px;font-weight:600}\
.parzen .quiet{fill:#57606a}\
.parzen .axis{stroke:#57606a;fill:none}\
.parzen .rule{stroke:#d8dee4;fill:none}\
.parzen .curve{stroke:#0b62b8;fill:none;stroke-width:1.5;stroke-linejoin:round}\
.parzen .area{fill:#0b62b8;fill-opacity:.14}\
.parzen .rug{stroke:#0b62b8;stroke-opacity:.55}\
.parzen .halo{stroke:#000;stroke-opacity:.55;stroke-width:3.5;fill:none;stroke-linejoin:round;stroke-linecap:round}\
.parzen .hull{stroke:#fff;stroke-width:1.4;fill:none;stroke-linejoin:round;stroke-linecap:round}\
@media (prefers-color-scheme:dark){\
.parzen .paper{fill:#15181c}\
.parzen text{fill:#e6e8eb}\
.parzen .quiet{fill:#a8b0b8}\
.parzen .axis{stroke:#a8b0b8}\
.parzen .rule{stroke:#2c3239}\
.parzen .curve,.parzen .rug{stroke:#7ab8f5}\
.parzen .area{fill:#7ab8f5}\
}";

/// Characters of a name beside an axis, at most, and of one in a unit.
const LONGEST_NAME: usize = 40;
const LONGEST_IN_UNIT: usize = 20;
/// Between two texts below an axis, in pixels.
const GAP: f64 = 12.0;

impl Frame {
    pub(super) fn x(&self, value: f64) -> f64 {
        self.corner.0 + self.plot.0 * share(value, self.x)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.corner.1 + self.plot.1 * (1.0 - share(value, self.y))
    }

    pub(super) fn right(&self) -> f64 {
        self.corner.0 + self.plot.0
    }

    pub(super) fn bottom(&self) -> f64 {
        self.corner.1 + self.plot.1
    }

    /// The beginning of the file, with its texts above the plot.
    pub(super) fn opening(&self, scene: &Scene, note: &str) -> String {
        let (width, height) = self.size;
        let (title, subtitle) = ("Parzen estimate", escaped(&scene.subtitle()));
        let (quantity, note) = (escaped(&scene.quantity()), escaped(note));
        let left = pixels(self.corner.0);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"parzen\" role=\"img\" \
             aria-labelledby=\"parzen-title parzen-desc\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n\
             <title id=\"parzen-title\">{title}: {subtitle}</title>\n\
             <desc id=\"parzen-desc\">{quantity}. {note}</desc>\n\
             <style>{STYLE}</style>\n\
             <rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n\
             <text class=\"title\" x=\"{left}\" y=\"28\">{title}</text>\n\
             <text x=\"{left}\" y=\"48\">{subtitle}</text>\n\
             <text class=\"quiet\" x=\"{left}\" y=\"67\">{note}</text>\n"
        )
    }

    /// The horizontal axis below the plot.
    pub(super) fn axis_below(&self, label: &str) -> String {
        let line = self.bottom() + self.gap;
        let mut svg =
            path("axis", &format!("M{} {}h{}", p(self.corner.0), p(line), p(self.plot.0)));
        for tick in &self.ticks_below() {
            let x = self.x(tick.at);
            svg += &path("axis", &format!("M{} {}v5", p(x), p(line)));
            svg += &text("quiet", (x, line + 19.0), "middle", &tick.text);
        }
        let middle = self.corner.0 + self.plot.0 / 2.0;
        svg + &text("label", (middle, line + 40.0), "middle", &beside_axis(label))
    }

    /// As many ticks as have room for their texts beside each other.
    fn ticks_below(&self) -> Vec<Tick> {
        let ticks_of = |most| ticks(self.x.0, self.x.1, most);
        let fits =
            |ticks: &Vec<Tick>| (widest(ticks) + GAP) * ticks.len() as f64 <= self.plot.0 + GAP;
        (2..=8).rev().map(ticks_of).find(fits).unwrap_or_default()
    }

    /// The vertical axis left of the plot, with `rules` across it or none.
    pub(super) fn axis_left(&self, label: &str, rules: Rules) -> String {
        let (left, top) = self.corner;
        let ticks = ticks(self.y.0, self.y.1, 7);
        let mut svg = String::new();
        for tick in &ticks {
            let y = self.y(tick.at);
            if rules == Rules::Across {
                svg += &path("rule", &format!("M{} {}h{}", p(left), p(y), p(self.plot.0)));
            }
            svg += &path("axis", &format!("M{} {}h-5", p(left), p(y)));
            svg += &text("quiet", (left - 9.0, y + 4.5), "end", &tick.text);
        }
        svg += &path("axis", &format!("M{} {}v{}", p(left), p(top), p(self.plot.1)));
        let place = (left - 9.0 - widest(&ticks) - 12.0).max(14.0);
        svg + &upright((place, top + self.plot.1 / 2.0), label)
    }
}

/// About how wide the texts of ticks are, in pixels: digits of this font have 8.
pub(super) fn widest(ticks: &[Tick]) -> f64 {
    8.0 * ticks.iter().map(|tick| tick.text.chars().count()).max().unwrap_or(0) as f64
}

/// Whether ticks have lines across the plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    Across,
    Without,
}

/// Where a value lies between two, from 0 to 1.
fn share(value: f64, (low, high): (f64, f64)) -> f64 {
    if high > low { (value - low) / (high - low) } else { 0.5 }
}

/// A text that runs upwards around a point.
pub(super) fn upright((x, y): (f64, f64), label: &str) -> String {
    let (x, y) = (pixels(x), pixels(y));
    format!(
        "<text class=\"label\" text-anchor=\"middle\" transform=\"translate({x} {y}) \
         rotate(-90)\">{}</text>\n",
        escaped(label)
    )
}

pub(super) fn text(class: &str, (x, y): (f64, f64), anchor: &str, text: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>\n",
        pixels(x),
        pixels(y),
        escaped(text)
    )
}

/// A path; `commands` hold numbers only.
pub(super) fn path(class: &str, commands: &str) -> String {
    format!("<path class=\"{class}\" d=\"{commands}\"/>\n")
}

/// A length in tenths of a pixel, without zeros at its end.
pub(super) fn pixels(length: f64) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _always = write!(text, "{:.1}", length.clamp(-1e6, 1e6));
    text.strip_suffix(".0").map_or(text.clone(), Into::into)
}

/// Short for what stands in every other path.
fn p(length: f64) -> String {
    pixels(length)
}

/// A name that fits beside an axis.
pub(super) fn beside_axis(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}

/// A name that fits beside an axis together with others.
pub(super) fn in_unit(name: &str) -> String {
    shortened(name, LONGEST_IN_UNIT)
}

fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.into();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

/// Text that can stand in XML: characters that XML does not know become blanks.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_kind_become_texts() {
        assert_eq!(escaped("a<b & \"c\"\u{1}"), "a&lt;b &amp; &quot;c&quot; ");
        let long = in_unit(&"ö".repeat(200));
        assert!(long.chars().count() == LONGEST_IN_UNIT && long.ends_with('…'), "{long}");
        assert_eq!(beside_axis("größe"), "größe");
    }

    #[test]
    fn ticks_below_have_room() {
        let frame = |x| Frame {
            size: (0.0, 0.0),
            corner: (0.0, 0.0),
            plot: (480.0, 1.0),
            x,
            y: (0.0, 1.0),
            gap: 0.0,
        };
        assert_eq!(frame((0.0, 7.0)).ticks_below().len(), 8);
        let long = frame((1.7e9, 1.7e9 + 7000.0)).ticks_below();
        assert!((2..=5).contains(&long.len()), "{long:?}");
    }

    #[test]
    fn lengths_have_no_more_digits_than_are_seen() {
        assert_eq!([12.0, 12.34, -0.04, 1e300].map(pixels), ["12", "12.3", "-0", "1000000"]);
    }
}
