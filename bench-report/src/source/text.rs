//! Text of other programs, made fit to be shown, and the test whether it already is.
//!
//! Separate because every source needs it: names come from files, and files may be hostile. Markup
//! is no matter here; each format escapes on its own.

/// The longest text that a report repeats, in characters.
const LONGEST_TEXT: usize = 500;

/// Whether a character could steer a terminal or turn the direction of writing.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text from a file, fit to be shown: control characters, which could steer a terminal, and marks
/// that turn the direction of writing become `�`; very long text is cut. Shown text stays as it is.
pub(super) fn shown(text: &str) -> String {
    let mut clean: String = text
        .chars()
        .take(LONGEST_TEXT)
        .map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        clean.push('…');
    }
    clean
}

/// Finds text in JSON that [`shown`] would change: a string that is too long or holds a character
/// that steers, escaped or not. Gives what is wrong.
///
/// It walks over the bytes of the file, so that no type of the model needs to know about it. What
/// is not JSON may pass; the parser sees to that.
pub(super) fn unfit_for_show(json: &str) -> Option<&'static str> {
    let mut length = None;
    let mut rest = json.chars();
    while let Some(c) = rest.next() {
        let Some(characters) = length else {
            if c == '"' {
                length = Some(0);
            }
            continue;
        };
        if c == '"' {
            length = None;
            continue;
        }
        let meant = if c == '\\' { escaped(&mut rest) } else { c };
        if steers(meant) {
            return Some("it holds text that steers a terminal");
        }
        if characters > LONGEST_TEXT {
            return Some("it holds text that is too long");
        }
        length = Some(characters + 1);
    }
    None
}

/// The character that the rest of an escape stands for. Halves of pairs stand for characters that
/// steer nothing.
fn escaped(rest: &mut std::str::Chars<'_>) -> char {
    match rest.next() {
        Some('u') => {
            let digits: String = rest.by_ref().take(4).collect();
            let code = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
            code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        Some('b' | 'f' | 'n' | 'r' | 't') => '\n',
        Some(c) => c,
        None => '\\',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_steers_a_terminal_is_made_harmless() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\u{202e}d"), "a�[2Jb�c�d");
    }

    #[test]
    fn long_text_is_cut_and_marked() {
        let text = shown(&"é".repeat(LONGEST_TEXT + 1));
        assert_eq!(text.chars().count(), LONGEST_TEXT + 1);
        assert!(text.ends_with('…'));
        assert_eq!(shown(&text), text);
        assert_eq!(shown(&"é".repeat(LONGEST_TEXT)).chars().count(), LONGEST_TEXT);
    }

    #[test]
    fn shown_text_passes_and_all_other_text_does_not() {
        for text in ["a\u{1b}b", "a\nb", "\u{202e}", "\u{7f}", "\\ \" \n", &"é".repeat(502)] {
            let json = |text: &str| serde_json::json!({ "name": [text, "b"] }).to_string();
            assert!(unfit_for_show(&json(text)).is_some(), "{text:?}");
            assert_eq!(unfit_for_show(&json(&shown(text))), None, "{text:?}");
        }
        assert_eq!(unfit_for_show("{\n\t\"\\u003c\\ud83d\\ude00\\\\\": \"\\\"\"}\n"), None);
        assert!(unfit_for_show("\"\\u001b\"").is_some());
        assert!(unfit_for_show("\"\\u202E\"").is_some());
    }

    #[test]
    fn text_that_is_no_json_ends_the_walk() {
        for text in ["", "\"", "\"\\", "\"\\u", "\"\\u12", "\\", "\"\\u€€€€"] {
            assert_eq!(unfit_for_show(text), None, "{text:?}");
        }
    }
}
