//! Numbers with as many digits as the article printed.
//!
//! Separate because here every digit counts: everywhere else three of them are enough.

/// A number with twelve significant digits and no trailing zeros, as Python 2 prints it:
/// `0.0911666666667`. Such are the figures of the article.
pub fn twelve_digits(value: f64) -> String {
    let text = format!("{value:.11e}");
    let exponent: Option<i32> = text.split_once('e').and_then(|(_, power)| power.parse().ok());
    let trimmed = |digits: &str| digits.trim_end_matches('0').trim_end_matches('.').to_owned();
    match (text.split_once('e'), exponent) {
        (_, Some(exponent @ -4..=11)) => {
            let decimals = (11 - exponent).unsigned_abs() as usize;
            let fixed = format!("{value:.decimals$}");
            if decimals == 0 { fixed } else { trimmed(&fixed) }
        }
        (Some((digits, _)), Some(exponent)) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
        }
        _ => text,
    }
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
            (0.0, "0"),
            (1e-5 / 3.0, "3.33333333333e-06"),
            (123_456_789_012.0, "123456789012"),
            (1.5e12, "1.5e+12"),
            (0.999_999_999_999_9, "1"),
        ];
        for (value, text) in cases {
            assert_eq!(twelve_digits(value), text);
        }
    }
}
