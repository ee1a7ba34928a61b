//! New text between two markers of an existing file.
//!
//! Separate because it treats the file as bytes that are somebody else's: nothing but what lies
//! between the markers changes, not even a line end. Next: [`crate::splice`] puts the result back.
//!
//! A marker is a line of its own: `<!-- bench-report:begin -->` and `<!-- bench-report:end -->`, or
//! with a name, `<!-- bench-report:begin NAME -->`, where a file has several places.

/// Why there is no one place for the text; the rest of a sentence that begins with the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misplaced {
    /// A marker is not there.
    #[error("has no line {0:?}")]
    Missing(String),
    /// A marker is there more than once.
    #[error("has the line {marker:?} {times} times; it must be there once")]
    Doubled {
        /// The line.
        marker: String,
        /// How often it is there.
        times: usize,
    },
    /// The end comes first.
    #[error("has the line {end:?} before {begin:?}")]
    Reversed {
        /// The marker of the beginning.
        begin: String,
        /// The marker of the end.
        end: String,
    },
}

/// `file` with `text` between its two markers, on lines of its own; line ends of `text` become those
/// of the line with the first marker.
///
/// # Errors
///
/// Not exactly one pair of markers of this name.
pub fn spliced(file: &[u8], name: Option<&str>, text: &str) -> Result<Vec<u8>, Misplaced> {
    let (begin, end) = (marker("begin", name), marker("end", name));
    let first = only_line(file, &begin)?;
    let last = only_line(file, &end)?;
    if last.start < first.end {
        return Err(Misplaced::Reversed { begin, end });
    }
    let line_end = if file[first.start..first.end].ends_with(b"\r\n") { "\r\n" } else { "\n" };
    let mut new = file[..first.end].to_vec();
    for line in text.lines() {
        new.extend_from_slice(line.as_bytes());
        new.extend_from_slice(line_end.as_bytes());
    }
    new.extend_from_slice(&file[last.start..]);
    Ok(new)
}

/// The line that marks the beginning or the end.
pub fn marker(which: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("<!-- bench-report:{which} {name} -->"),
        None => format!("<!-- bench-report:{which} -->"),
    }
}

/// Where a line begins and where the next one does.
struct Line {
    start: usize,
    end: usize,
}

/// The only line that is `marker`, blanks around it aside.
fn only_line(file: &[u8], marker: &str) -> Result<Line, Misplaced> {
    let mut found = None;
    let mut times = 0;
    let mut start = 0;
    for line in file.split_inclusive(|&byte| byte == b'\n') {
        let end = start + line.len();
        if line.trim_ascii() == marker.as_bytes() {
            times += 1;
            found = Some(Line { start, end });
        }
        start = end;
    }
    match (found, times) {
        (Some(line), 1) => Ok(line),
        (Some(_), times) => Err(Misplaced::Doubled { marker: marker.into(), times }),
        (None, _) => Err(Misplaced::Missing(marker.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# A\n<!-- bench-report:begin -->\nold\n<!-- bench-report:end -->\nrest";

    fn with(file: &str, name: Option<&str>) -> Result<String, Misplaced> {
        spliced(file.as_bytes(), name, "new\ntext\n").map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn only_what_lies_between_the_markers_changes() {
        let expected = FILE.replace("old", "new\ntext");
        assert_eq!(with(FILE, None).unwrap(), expected);
        assert_eq!(with(&expected, None).unwrap(), expected, "twice is once");
        let empty = FILE.replace("old\n", "");
        assert_eq!(with(&empty, None).unwrap(), expected);
    }

    #[test]
    fn line_ends_and_foreign_bytes_stay() {
        let windows = FILE.replace('\n', "\r\n");
        assert_eq!(with(&windows, None).unwrap(), windows.replace("old", "new\r\ntext"));
        let mut foreign = b"\xff\xfe\0".to_vec();
        foreign.extend_from_slice(b"\n");
        foreign.extend_from_slice(FILE.as_bytes());
        let new = spliced(&foreign, None, "x").unwrap();
        assert!(new.starts_with(b"\xff\xfe\0\n# A\n"));
    }

    #[test]
    fn names_tell_places_apart() {
        let begin = marker("begin", Some("speed"));
        let named = format!("{FILE}\n{begin}\n{}", marker("end", Some("speed")));
        assert_eq!(
            with(&named, Some("speed")).unwrap(),
            named.replace(&begin, &format!("{begin}\nnew\ntext"))
        );
        assert_eq!(with(&named, None).unwrap(), named.replace("old", "new\ntext"));
        assert!(matches!(with(FILE, Some("speed")), Err(Misplaced::Missing(_))));
    }

    #[test]
    fn markers_that_leave_a_doubt_are_refused() {
        assert!(matches!(with("nothing", None), Err(Misplaced::Missing(_))));
        assert!(matches!(with(&FILE.repeat(2), None), Err(Misplaced::Doubled { .. })));
        let doubled = FILE.replace("old", "<!-- bench-report:end -->");
        assert!(matches!(with(&doubled, None), Err(Misplaced::Doubled { times: 2, .. })));
        let reversed = "<!-- bench-report:end -->\n<!-- bench-report:begin -->\n";
        assert!(matches!(with(reversed, None), Err(Misplaced::Reversed { .. })));
        let inline =
            FILE.replace("<!-- bench-report:begin -->", "the `<!-- bench-report:begin -->`");
        assert!(matches!(with(&inline, None), Err(Misplaced::Missing(_))));
    }
}
