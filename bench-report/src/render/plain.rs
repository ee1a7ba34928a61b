//! Text that stays text on a page of a repository, an issue or a pull request.
//!
//! Separate because there more is alive than Markdown's own markup: a name with `@` calls a person,
//! `#12` links an issue, a bare address becomes a link. Whoever names a benchmark must not be able to
//! do either. Next: `markdown.rs` and [`super::across`], which write such text.

/// Breaks a word that would be alive and shows nothing (zero width space).
const BREAK: &str = "&#8203;";

/// Text with markup behind backslashes, HTML as entities, and mentions, references and addresses
/// broken. Line ends become spaces, so that no text opens a block of its own.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches([' ', '\t', '\n', '\r']);
    open(&mut rest, &mut escaped);
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let follows = &rest[c.len_utf8()..];
        write_char(c, before, follows, &mut escaped);
        before = Some(c);
        rest = follows;
    }
    escaped
}

/// What opens a list, a rule or a heading at the beginning of a line gets a backslash.
fn open(rest: &mut &str, escaped: &mut String) {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let sign = &rest[digits..];
    let is_number = (1..=9).contains(&digits) && sign.starts_with(['.', ')']);
    let is_sign = digits == 0 && sign.starts_with(['-', '+', '=']);
    // `1.5` and `-3` open nothing.
    let is_alone =
        sign.get(1..).is_some_and(|more| more.is_empty() || more.starts_with([' ', '-', '=']));
    if (is_number || is_sign) && is_alone {
        escaped.push_str(&rest[..digits]);
        escaped.push('\\');
        escaped.push_str(&sign[..1]);
        *rest = &sign[1..];
    }
}

fn write_char(c: char, before: Option<char>, follows: &str, escaped: &mut String) {
    let word_follows = follows.starts_with(|c: char| c.is_alphanumeric());
    match c {
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '&' => escaped.push_str("&amp;"),
        '\n' | '\r' | '\t' => escaped.push(' '),
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
            escaped.push('\\');
            escaped.push(c);
        }
        c => escaped.push(c),
    }
    let is_alive = match c {
        '@' | '#' => word_follows,
        ':' => follows.starts_with("//") || (word_follows && ends_a_scheme(escaped)),
        '.' => before.is_some_and(|c| c.eq_ignore_ascii_case(&'w')) && ends_with_www(escaped),
        '-' => word_follows && ends_with(escaped, "gh-"),
        _ => false,
    };
    if is_alive {
        escaped.push_str(BREAK);
    }
}

/// Whether an address without slashes may follow.
fn ends_a_scheme(escaped: &str) -> bool {
    ends_with(escaped, "mailto:") || ends_with(escaped, "xmpp:")
}

fn ends_with_www(escaped: &str) -> bool {
    ends_with(escaped, "www.")
}

/// Without regard to case; `end` is ASCII.
fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|from| text.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(
            escape("<b> a|b [x](y) `c` x86_64"),
            "&lt;b&gt; a\\|b \\[x\\](y) \\`c\\` x86\\_64"
        );
        assert_eq!(escape("a\nb\r\n# c"), "a b  \\# c");
    }

    #[test]
    fn nobody_is_called_and_nothing_is_linked() {
        let cases = [
            ("for @octocat", "for @&#8203;octocat"),
            ("CPU @ 2.8GHz", "CPU @ 2.8GHz"),
            ("see #12", "see \\#&#8203;12"),
            ("GH-12", "GH-&#8203;12"),
            ("https://a.b", "https:&#8203;//a.b"),
            ("WWW.a.b", "WWW.&#8203;a.b"),
            ("mailto:a", "mailto:&#8203;a"),
            ("count: 3", "count: 3"),
            ("new.fast", "new.fast"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn no_text_opens_a_list_or_a_heading() {
        let cases = [
            ("- a", "\\- a"),
            ("   + a", "\\+ a"),
            ("---", "\\---"),
            ("===", "\\==="),
            ("1. a", "1\\. a"),
            ("2) a", "2\\) a"),
            ("# a", "\\# a"),
            ("> a", "&gt; a"),
            ("1.5 ms", "1.5 ms"),
            ("-3", "-3"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected);
        }
    }
}
