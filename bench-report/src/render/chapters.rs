//! The chapters of a report, and how formats without a template lay them out.
//!
//! Separate because pages and terminal must show the same chapters, whoever wrote them. To add a
//! kind of chapter, add its function to [`of`]. Next: [`crate::chapter`] for what a chapter is;
//! `report.html.j2` lays them out as HTML.

use std::fmt::{self, Write as _};

use super::{
    markdown, plain,
    terminal::{self, write_wrapped},
};
use crate::{
    autopsy,
    chapter::{Block, Chapter, Shown},
    compare::Compared,
    tour,
};

/// Every chapter of a report, in reading order.
pub(super) fn of(compared: &Compared<'_>) -> Vec<Chapter> {
    let tours = tour::chapters(compared).into_iter();
    tours.chain(autopsy::chapters(compared)).collect()
}

/// A chapter as Markdown; figures become their tables.
pub(super) fn write_markdown(out: &mut String, chapter: &Chapter) -> fmt::Result {
    writeln!(out, "\n## {}", plain::escape(&chapter.title))?;
    for block in &chapter.blocks {
        writeln!(out)?;
        match block {
            Block::Text(text) => writeln!(out, "{}", plain::escape(text))?,
            Block::Code(code) => write_code(out, code)?,
            Block::Table(table) => markdown::write_table(out, table)?,
            Block::Figure(shown) => write_figure(out, shown)?,
            Block::Warning(text) => writeln!(out, "**Warning:** {}", plain::escape(text))?,
        }
    }
    Ok(())
}

fn write_figure(out: &mut String, shown: &Shown) -> fmt::Result {
    let (title, caption) = (plain::escape(&shown.title), plain::escape(&shown.caption));
    writeln!(out, "### {title}\n\n{caption}\n")?;
    markdown::write_table(out, &shown.table)
}

/// Code as a block of HTML: between fences nothing could be escaped, and whoever takes the file for
/// HTML would find markup.
fn write_code(out: &mut String, code: &str) -> fmt::Result {
    let code = code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    writeln!(out, "<pre>\n{}\n</pre>", code.trim_end_matches('\n'))
}

/// A chapter for a terminal; figures are named, because the page holds them.
pub(super) fn write_terminal(out: &mut String, chapter: &Chapter) -> fmt::Result {
    writeln!(out, "{}\n{}", chapter.title, "─".repeat(chapter.title.chars().count()))?;
    let mut figures = Vec::new();
    for (idx, block) in chapter.blocks.iter().enumerate() {
        let is_silent = matches!(block, Block::Figure(_));
        if idx > 0 && !is_silent {
            writeln!(out)?;
        }
        match block {
            Block::Text(text) => write_wrapped(out, "", text)?,
            Block::Code(code) => code.lines().try_for_each(|line| writeln!(out, "    {line}"))?,
            Block::Table(table) => writeln!(out, "{}", terminal::table(table))?,
            Block::Figure(shown) => figures.push(format!("“{}”", shown.title)),
            Block::Warning(text) => write_wrapped(out, "warning: ", text)?,
        }
    }
    if !figures.is_empty() {
        writeln!(out)?;
        write_wrapped(out, "figures in the page: ", &figures.join(", "))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapter::Table;

    fn chapter() -> Chapter {
        let cells = |cells: [&str; 2]| cells.map(String::from).to_vec();
        let table = || Table { columns: cells(["name", "n"]), rows: vec![cells(["<a>", "1"])] };
        let shown = Shown {
            title: "a chart".into(),
            svg: "<svg></svg>".into(),
            legend: Vec::new(),
            caption: "how to read it".into(),
            table: table(),
        };
        let blocks = vec![
            Block::Text("# no heading".into()),
            Block::Code("a ```` b\n<c>\n".into()),
            Block::Table(table()),
            Block::Figure(Box::new(shown)),
            Block::Warning("it <failed>".into()),
        ];
        Chapter { id: "made-up".into(), title: "Made *up*".into(), blocks }
    }

    #[test]
    fn markdown_holds_every_block_and_no_text_is_markup() {
        let mut out = String::new();
        write_markdown(&mut out, &chapter()).unwrap();
        let table = "| name      |   n |\n| --------- | --: |\n| &lt;a&gt; |   1 |\n";
        let expected = format!(
            "\n## Made \\*up\\*\n\n\\# no heading\n\n<pre>\na ```` b\n&lt;c&gt;\n</pre>\n\n{table}\n\
             ### a chart\n\nhow to read it\n\n{table}\n**Warning:** it &lt;failed&gt;\n"
        );
        assert_eq!(out, expected);
    }

    #[test]
    fn the_terminal_prints_texts_and_tables_and_names_figures() {
        let mut out = String::new();
        write_terminal(&mut out, &chapter()).unwrap();
        assert!(out.starts_with("Made *up*\n─────────\n# no heading\n\n    a ```` b\n    <c>\n\n"));
        assert!(out.contains("warning: it <failed>\n\nfigures in the page: “a chart”\n"), "{out}");
        assert_eq!(chapter().warnings().collect::<Vec<_>>(), ["it <failed>"]);
    }
}
