//! Text that stays text on a page of a repository, an issue or a pull request.
//!
//! Separate because there more is alive than Markdown's own markup: a name with `@` calls a person,
//! `#12` links an issue, the number of a commit links it, a bare address becomes a link, `:heart:`
//! a picture, and what stands between two `$` a formula. Whoever names a benchmark must not be able to
//! do any of that. Next: `markdown.rs` and [`super::across`], which write such text.
//!
//! GitHub looks for these in the text that Markdown has left, piece by piece between elements and not
//! in code. So neither a backslash nor an entity protects a word: both are gone by then. What does is
//! chosen by how it reads and what a reader gets who copies it:
//!
//! - a `$` becomes an element of its own, which GitHub's manual asks for;
//! - the number of a commit becomes code, because checksums look like it, and whoever copies one must
//!   get it whole;
//! - all other words are broken by a space without width, which is the shortest in the source.

/// Breaks a word that would be alive and shows nothing (zero width space).
const BREAK: &str = "&#8203;";

/// The fewest and most digits of a commit's number that GitHub links.
const COMMIT_DIGITS: std::ops::RangeInclusive<usize> = 7..=40;

/// Text with markup behind backslashes, HTML as entities, and nothing in it alive. Line ends become
/// spaces, so that no text opens a block of its own.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches([' ', '\t', '\n', '\r']);
    open(&mut rest, &mut escaped);
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        if let Some(commit) = commit(before, rest) {
            escaped.extend(["`", commit, "`"]);
            before = commit.chars().next_back();
            rest = &rest[commit.len()..];
            continue;
        }
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
    let is_code = commit(None, rest).is_some();
    let is_number = (1..=9).contains(&digits) && !is_code && sign.starts_with(['.', ')']);
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

/// The word that `rest` begins with, if it could be the number of a commit. Round decimal numbers are
/// the sizes in names of benchmarks; a commit that begins so is one in 27 000, and to link it does no
/// harm.
fn commit(before: Option<char>, rest: &str) -> Option<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if before.is_some_and(is_word) {
        return None;
    }
    let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
    let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_round = word.ends_with("000") && word.bytes().all(|byte| byte.is_ascii_digit());
    (is_hex && !is_round && COMMIT_DIGITS.contains(&word.len())).then_some(word)
}

/// Whether a short code ends in what follows its first colon: `heart:`. Two digits are no picture, but
/// the minutes of a time.
fn closes_a_short_code(follows: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    let rest = follows.trim_start_matches(name);
    let code = &follows[..follows.len() - rest.len()];
    let is_minutes = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_digit());
    rest.starts_with(':') && !code.is_empty() && !is_minutes
}

fn write_char(c: char, before: Option<char>, follows: &str, escaped: &mut String) {
    let word_follows = follows.starts_with(|c: char| c.is_alphanumeric());
    match c {
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '&' => escaped.push_str("&amp;"),
        '$' => escaped.push_str("<span>$</span>"),
        '\n' | '\r' | '\t' => escaped.push(' '),
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
            escaped.push('\\');
            escaped.push(c);
        }
        c => escaped.push(c),
    }
    let is_alive = match c {
        '@' | '#' => word_follows,
        ':' if follows.starts_with("//") || closes_a_short_code(follows) => true,
        ':' => word_follows && ends_a_scheme(escaped),
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
            ("a/b@0123abc", "a/b@&#8203;`0123abc`"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn no_name_becomes_a_picture_or_a_formula() {
        let cases = [
            ("a :heart: b", "a :&#8203;heart: b"),
            (":+1::-1:", ":&#8203;+1::&#8203;-1:"),
            ("vec::heart::push", "vec::&#8203;heart::push"),
            ("std::vec", "std::vec"),
            ("from 12:30 to 14:00", "from 12:30 to 14:00"),
            ("14:13:20", "14:13:20"),
            (":100:", ":&#8203;100:"),
            ("a: b: c", "a: b: c"),
            ("$x^2$ and $$y$$", &"$x^2$ and $$y$$".replace('$', "<span>$</span>")),
            ("$`x`$", "<span>$</span>\\`x\\`<span>$</span>"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn no_number_of_a_commit_is_linked_and_it_can_be_copied() {
        let forty = "0123456789abcdef0123456789abcdef01234567";
        let cases = [
            ("at abcdef1, fast", "at `abcdef1`, fast"),
            ("xxh3:0123456789ABCDEF", "xxh3:`0123456789ABCDEF`"),
            (forty, &format!("`{forty}`")),
            (&format!("{forty}8"), &format!("{forty}8")),
            ("1048576", "`1048576`"),
            ("n=16000000", "n=16000000"),
            ("abcdef", "abcdef"),
            ("abcdefg1", "abcdefg1"),
            ("x_abcdef1", "x\\_abcdef1"),
            ("éabcdef1", "éabcdef1"),
            ("`abcdef1`", "\\``abcdef1`\\`"),
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
            ("1234567. a", "`1234567`. a"),
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
