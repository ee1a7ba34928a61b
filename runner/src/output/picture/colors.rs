//! The scale of colors of a heat map: from a dark violet over green to a light yellow.
//!
//! Pure. Perceptually uniform by construction: the path is laid in OKLab, where distances are differences that
//! people see (B. Ottosson, "A perceptual color space for image processing", 2020), its lightness grows all
//! the way, and its colors are cut at equal lengths. So it also reads without color.

/// Colors of the scale.
pub(super) const COLORS: usize = 255;
/// Points of the path before it is cut.
const FINE: usize = 4096;
/// Lightness, and hue in degrees, at both ends.
const LIGHTNESS: (f64, f64) = (0.24, 0.94);
const HUE: (f64, f64) = (300.0, 105.0);
/// Chroma in the middle of the path, less where a screen cannot show it.
const CHROMA: f64 = 0.14;

/// Red, green and blue, each of 255.
pub(super) type Rgb = [u8; 3];

/// The scale, from the least value to the greatest.
pub(super) fn scale() -> Vec<Rgb> {
    cut().into_iter().map(|lab| linear(lab).map(encoded)).collect()
}

/// L, a, b of the colors: at equal lengths along the path.
fn cut() -> Vec<[f64; 3]> {
    let path: Vec<[f64; 3]> = (0..FINE).map(|i| color(i as f64 / (FINE - 1) as f64)).collect();
    let mut length = 0.0;
    let lengths: Vec<f64> = std::iter::once(0.0)
        .chain(path.windows(2).map(|pair| {
            length += distance(pair[0], pair[1]);
            length
        }))
        .collect();
    let at = |i: usize| length * i as f64 / (COLORS - 1) as f64;
    let place = |i| lengths.partition_point(|reached| *reached < at(i)).min(FINE - 1);
    (0..COLORS).map(|i| path[place(i)]).collect()
}

/// The color of the path at `t` of 1, as much chroma as a screen can show.
fn color(t: f64) -> [f64; 3] {
    let between = |(from, to): (f64, f64)| from + (to - from) * t;
    let (lightness, hue) = (between(LIGHTNESS), between(HUE).to_radians());
    let of = |chroma: f64| [lightness, chroma * hue.cos(), chroma * hue.sin()];
    let is_shown = |chroma| linear(of(chroma)).iter().all(|light| (0.0..=1.0).contains(light));
    if is_shown(CHROMA) {
        return of(CHROMA);
    }
    let (mut shown, mut beyond) = (0.0, CHROMA);
    for _ in 0..40 {
        let middle = f64::midpoint(shown, beyond);
        if is_shown(middle) { shown = middle } else { beyond = middle }
    }
    of(shown)
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// OKLab to linear sRGB, with the matrices of the source.
fn linear([lightness, a, b]: [f64; 3]) -> [f64; 3] {
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ]
}

/// The transfer function of sRGB (IEC 61966-2-1), in steps of 1/255.
fn encoded(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value =
        if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_equal_and_lightness_grows() {
        let colors = cut();
        let steps: Vec<f64> = colors.windows(2).map(|pair| distance(pair[0], pair[1])).collect();
        let mean = steps.iter().sum::<f64>() / steps.len() as f64;
        assert!(steps.iter().all(|step| (step / mean - 1.0).abs() < 0.2), "{steps:?}");
        assert!(colors.windows(2).all(|pair| pair[0][0] < pair[1][0]));
    }

    #[test]
    fn white_and_black_are_themselves() {
        assert_eq!(linear([1.0, 0.0, 0.0]).map(encoded), [255; 3]);
        assert_eq!(linear([0.0, 0.0, 0.0]).map(encoded), [0; 3]);
    }
}
