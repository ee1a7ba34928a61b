//! Shares on the command line: `5%`, and nothing else that could mean something else.
//!
//! Separate because a mistaken limit makes a gate that never closes: `5` could be five times, `0.05`
//! a twentieth of a per cent. So the sign is needed. Next: `compare.rs`.

/// Reads a share such as `5%` or `0.5%`, from 0 % to 1000 %, as 0.05 or 0.005.
pub(super) fn share(text: &str) -> Result<f64, String> {
    const MOST: f64 = 1000.0;
    let refuse = || {
        format!("{text:?} is no share: write a number from 0 to 1000 and a per cent sign, as 5%")
    };
    let number = text.strip_suffix('%').ok_or_else(refuse)?;
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let per_cent: f64 = number.parse().map_err(|_| refuse())?;
    if is_plain && (0.0..=MOST).contains(&per_cent) { Ok(per_cent / 100.0) } else { Err(refuse()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_with_its_sign_is_a_share() {
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share("0.5%"), Ok(0.005));
        assert_eq!(share("0%"), Ok(0.0));
        assert_eq!(share("1000%"), Ok(10.0));
        for text in
            ["5", "0.05", "5 %", "-1%", "+1%", "1001%", "nan%", "inf%", "1e1%", "%", "", "5%%"]
        {
            let error = share(text).unwrap_err();
            assert!(error.contains("from 0 to 1000") && error.contains(text), "{error}");
        }
    }
}
