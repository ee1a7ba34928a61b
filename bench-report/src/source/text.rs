//! Text of other programs, made fit to be shown, and the test whether it already is.
//!
//! Separate because every source needs it: names come from files, and files may be hostile. Markup
//! is no matter here; each format escapes on its own.

/// The longest text that a report repeats, in characters.
const LONGEST_TEXT: usize = 500;

/// Whether a character could steer a terminal, turn the direction of writing, or hide in text.
///
/// Joiners (U+200C, U+200D) and selectors of variants stay: scripts and emoji need them.
fn steers(c: char) -> bool {
    c.is_control() || turns(c) || hides(c)
}

/// The characters with the property `Bidi_Control` of Unicode, and separators of lines and
/// paragraphs.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{061c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// Characters that show nothing and would make two names look alike or carry text unseen: soft
/// hyphen, vowel separator, spaces and joiners without width, invisible operators, deprecated
/// controls of shape, interlinear annotations, controls of shorthand and of music, and tags.
fn hides(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{2060}'..='\u{2064}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Text in which control characters, which could steer a terminal, marks that turn the direction of
/// writing and characters that hide are `�`.
pub fn harmless(text: &str) -> String {
    text.chars().map(without_effect).collect()
}

fn without_effect(c: char) -> char {
    if steers(c) { char::REPLACEMENT_CHARACTER } else { c }
}

/// Text from a file, fit to be shown: [`harmless`], and cut if it is very long. Shown text stays as
/// it is.
pub fn shown(text: &str) -> String {
    let mut clean: String = text.chars().take(LONGEST_TEXT).map(without_effect).collect();
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

/// The character that the rest of an escape stands for. What stands for none steers nothing.
fn escaped(rest: &mut std::str::Chars<'_>) -> char {
    match rest.next() {
        Some('u') => code_point(rest).unwrap_or(char::REPLACEMENT_CHARACTER),
        Some('b' | 'f' | 'n' | 'r' | 't') => '\n',
        Some(c) => c,
        None => '\\',
    }
}

/// The character of an escape by number; those beyond U+FFFF are written as a pair of escapes.
fn code_point(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let first = code_unit(rest)?;
    let mut after = rest.clone();
    let is_pair = (0xd800..0xdc00).contains(&first)
        && after.next() == Some('\\')
        && after.next() == Some('u');
    let Some(second) = is_pair.then(|| code_unit(&mut after)).flatten() else {
        return char::from_u32(first.into());
    };
    let c = char::decode_utf16([first, second]).next()?.ok()?;
    *rest = after;
    Some(c)
}

/// Four digits of an escape.
fn code_unit(rest: &mut std::str::Chars<'_>) -> Option<u16> {
    let digits: String = rest.by_ref().take(4).collect();
    u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_steers_a_terminal_is_made_harmless() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\u{202e}d"), "a�[2Jb�c�d");
    }

    #[test]
    fn every_mark_of_direction_and_what_hides_is_replaced_and_found_in_json() {
        let bidi = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\
                    \u{2068}\u{2069}";
        let hidden = "\u{ad}\u{180e}\u{200b}\u{2060}\u{2064}\u{206a}\u{206f}\u{feff}\u{fff9}\
                      \u{fffb}\u{1bca0}\u{1d173}\u{e0001}\u{e0041}\u{e007f}";
        for c in bidi.chars().chain(hidden.chars()) {
            assert_eq!(shown(&format!("a{c}b")), "a�b", "{c:?}");
            assert_eq!(harmless(&format!("a{c}b")), "a�b", "{c:?}");
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            let escapes: Vec<String> = units.map(|unit| format!("\\u{unit:04x}")).collect();
            let escapes = escapes.concat();
            assert!(unfit_for_show(&format!("\"{c}\"")).is_some(), "{c:?}");
            assert!(unfit_for_show(&format!("\"{escapes}\"")).is_some(), "{escapes}");
        }
        // Persian with a joiner, an emoji made of several, and an accent.
        for text in ["می\u{200c}خواهم", "👩\u{200d}🔬", "❤\u{fe0f}", "e\u{301}"] {
            assert_eq!(shown(text), text);
        }
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
        for text in
            ["", "\"", "\"\\", "\"\\u", "\"\\u12", "\\", "\"\\u€€€€", "\"\\ud83d", "\"\\ud83d\\u1"]
        {
            assert_eq!(unfit_for_show(text), None, "{text:?}");
        }
    }
}
