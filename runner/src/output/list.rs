//! The names that `parzen list` shows: groups of entries, as tables or JSON.
//!
//! Separate from the command, which fills the groups. Next: [`crate::cli::list`].

use std::io::{self, Write};

use serde::Serialize;

/// Names of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they are names of.
    pub name: &'static str,
    /// The option that takes them; empty if none does.
    pub option: &'static str,
    /// The names.
    pub entries: Vec<Entry>,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// As it is given on the command line.
    pub name: String,
    /// What it is, in one line.
    pub summary: String,
    /// Why it cannot be used here; `None` if it can.
    pub unavailable: Option<String>,
}

impl Entry {
    /// A name that can be used.
    pub fn available(name: &str, summary: &str) -> Self {
        Self { name: name.into(), summary: summary.into(), unavailable: None }
    }
}

/// Writes the groups for people.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, groups: &[Group]) -> io::Result<()> {
    let names = groups.iter().flat_map(|group| &group.entries).map(|entry| entry.name.len());
    let width = names.max().unwrap_or(0);
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let option = if group.option.is_empty() { "" } else { " " };
        writeln!(out, "{}{option}{}", group.name, group.option)?;
        for entry in &group.entries {
            let reason = entry
                .unavailable
                .as_deref()
                .map_or(String::new(), |reason| format!(" [not available: {reason}]"));
            let line = format!("  {:<width$}  {}{reason}", entry.name, entry.summary);
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Entry, Group, write};

    #[test]
    fn names_are_aligned_and_reasons_told() {
        let missing =
            Entry { unavailable: Some("no such CPU".into()), ..Entry::available("b", "") };
        let entries = vec![Entry::available("long", "a name"), missing];
        let groups = [
            Group { name: "things", option: "--thing", entries },
            Group { name: "others", option: "", entries: vec![Entry::available("c", "")] },
        ];
        let mut out = Vec::new();
        write(&mut out, &groups).unwrap();
        let expected = "things --thing\n  long  a name\n  b      [not available: no such CPU]\n\
                        \nothers\n  c\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
