//! Numbers with as many digits as the article printed.
//!
//! Separate because here every digit counts: everywhere else three of them are enough.

/// A number with twelve significant digits and no zeros behind them, as Python 2 prints it:
/// `0.0911666666667`, `1.0`. Such are the figures of the article.
pub fn twelve_digits(value: f64) -> String {
    let text = format!("{value:.11e}");
    let Some((digits, power)) = text.split_once('e') else { return text };
    match power.parse::<i32>() {
        Ok(power @ -4..=10) => {
            let decimals = (11 - power).unsigned_abs() as usize;
            with_a_point(&format!("{value:.decimals$}"))
        }
        Ok(power) => {
            let sign = if power < 0 { '-' } else { '+' };
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits}e{sign}{:02}", power.abs())
        }
        Err(_) => text,
    }
}

/// Without zeros at the end, but for one behind the point.
fn with_a_point(digits: &str) -> String {
    let trimmed = digits.trim_end_matches('0');
    if trimmed.ends_with('.') { format!("{trimmed}0") } else { trimmed.into() }
}

/// A number above 0 as a power of ten with this many significant digits: `2.53 · 10⁻⁴`.
pub fn power_of_ten(value: f64, digits: usize) -> String {
    let text = format!("{value:.*e}", digits.saturating_sub(1));
    let Some((number, power)) = text.split_once('e') else { return text };
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => c.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(c),
    };
    format!("{number} · 10{}", power.chars().map(raised).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_are_raised() {
        assert_eq!(power_of_ten(2.5321e-4, 3), "2.53 · 10⁻⁴");
        assert_eq!(power_of_ten(1.0, 2), "1.0 · 10⁰");
        assert_eq!(power_of_ten(7e12, 1), "7 · 10¹²");
    }

    #[test]
    fn twelve_digits_are_those_of_python() {
        let cases = [
            (0.016, "0.016"),
            (0.0547 / 0.6, "0.0911666666667"),
            (1.0 / std::f64::consts::TAU, "0.159154943092"),
            (0.1728 / 1.1, "0.157090909091"),
            (0.0, "0.0"),
            (1e-5 / 3.0, "3.33333333333e-06"),
            (12_345_678_901.5, "12345678901.5"),
            (1.5e12, "1.5e+12"),
            (0.999_999_999_999_9, "1.0"),
        ];
        for (value, text) in cases {
            assert_eq!(twelve_digits(value), text);
        }
    }
}
