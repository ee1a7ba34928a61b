//! The page as Markdown, for a repository or an issue.
//!
//! Separate because it alone knows what Markdown takes for markup. Tables are padded so that the
//! source reads well, too; charts become the tables of their figures.

use std::fmt::Write as _;

use super::{
    Format, chapters,
    page::{self, Origin, Page, Topic},
    plain::escape,
    tables::Table,
};
use crate::{Error, compare::Compared};

/// `report.md`.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn file_name(&self) -> Option<&'static str> {
        Some("report.md")
    }

    fn lay_out(&self, compared: &Compared<'_>) -> Result<String, Error> {
        let mut text = String::new();
        write_page(&mut text, &page::of(compared))
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        Ok(text)
    }
}

fn write_page(out: &mut String, page: &Page) -> std::fmt::Result {
    writeln!(out, "# {}\n", escape(page.title))?;
    write_list(out, page.subtitles.iter().map(String::as_str))?;
    writeln!(out, "\n## The answer\n")?;
    for answer in &page.answers {
        writeln!(out, "**{}.** {}\n", escape(&answer.workload), escape(&answer.sentence))?;
    }
    writeln!(out, "{}\n\n## Warnings\n", escape(page.reading))?;
    write_list(out, page.warnings.iter().map(String::as_str))?;
    page.chapters.iter().try_for_each(|one| chapters::write_markdown(out, one))?;
    if !page.workloads.is_empty() {
        writeln!(out, "\n## The figure of 2014\n\n{}", escape(&page.article.caption))?;
        writeln!(out, "{}\n", escape(page.article_caveat))?;
        write_table(out, &page.article.table)?;
        write_workloads(out, page)?;
    }
    for topic in page.topics.iter().filter(|topic| topic.origin == Origin::Others) {
        write_topic(out, topic)?;
    }
    if !page.machines.is_empty() {
        writeln!(out, "\n## System information")?;
    }
    for machine in &page.machines {
        writeln!(out, "\n### {}\n", escape(&machine.title))?;
        write_facts(out, &machine.rows)?;
    }
    writeln!(out, "\n## Method\n")?;
    write_list(out, page.method.iter().map(String::as_str))?;
    writeln!(out, "\n### Bias\n")?;
    write_list(out, page.bias.iter().copied())?;
    if !page.absent.is_empty() {
        writeln!(out, "\n## What is not in this page\n")?;
    }
    write_list(out, page.absent.iter().copied())
}

/// The tables of charts whose numbers stand nowhere else.
fn write_topic(out: &mut String, topic: &Topic) -> std::fmt::Result {
    writeln!(out, "\n## {}\n\n{}", escape(topic.title), escape(&topic.note))?;
    for chart in &topic.charts {
        writeln!(out, "\n### {}\n\n{}\n", escape(&chart.title), escape(&chart.caption))?;
        write_table(out, &chart.table)?;
    }
    Ok(())
}

fn write_workloads(out: &mut String, page: &Page) -> std::fmt::Result {
    writeln!(out, "\n## The same figure, measured here")?;
    for workload in &page.workloads {
        writeln!(out, "\n### {}\n", escape(&workload.name))?;
        writeln!(out, "{}\n\n{}\n", escape(&workload.title), escape(&workload.figure.caption))?;
        write_table(out, &workload.figure.table)?;
        if let Some(table) = &workload.side_by_side {
            writeln!(out)?;
            write_table(out, table)?;
        }
        for detail in &workload.details {
            writeln!(out, "\n#### {}\n\n{}\n", escape(detail.title), escape(detail.note))?;
            write_table(out, &detail.table)?;
        }
    }
    write_laws(out, page)?;
    writeln!(out, "\n## Can this be believed?")?;
    for workload in &page.workloads {
        writeln!(out, "\n### {}\n", escape(&workload.name))?;
        write_facts(out, &workload.belief)?;
    }
    writeln!(out, "\n## The samples")?;
    for workload in &page.workloads {
        writeln!(out, "\n### {}\n", escape(&workload.name))?;
        write_facts(out, &workload.samples.rows)?;
    }
    Ok(())
}

fn write_laws(out: &mut String, page: &Page) -> std::fmt::Result {
    writeln!(out, "\n## Which law?\n\n{}", escape(page.laws_note))?;
    for workload in page.workloads.iter().filter(|workload| !workload.laws.is_empty()) {
        writeln!(out, "\n### {}", escape(&workload.name))?;
        for law in &workload.laws {
            writeln!(out, "\n**{}:** {}", escape(&law.backends), escape(&law.sentence))?;
            if let Some(table) = &law.table {
                writeln!(out)?;
                write_table(out, table)?;
            }
            if let Some(left_out) = &law.left_out {
                writeln!(out, "\n{}", escape(left_out))?;
            }
        }
    }
    Ok(())
}

fn write_list<'a>(out: &mut String, lines: impl Iterator<Item = &'a str>) -> std::fmt::Result {
    for line in lines {
        writeln!(out, "- {}", escape(line))?;
    }
    Ok(())
}

fn write_facts(out: &mut String, rows: &[(String, String)]) -> std::fmt::Result {
    for (name, value) in rows {
        writeln!(out, "- {}: {}", escape(name), escape(value))?;
    }
    Ok(())
}

/// A table with aligned source; the first column to the left, numbers to the right.
pub(super) fn write_table(out: &mut String, table: &Table) -> std::fmt::Result {
    let lines = std::iter::once(&table.columns).chain(&table.rows);
    let lines: Vec<Vec<String>> =
        lines.map(|line| line.iter().map(|cell| escape(cell)).collect()).collect();
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|idx| lines.iter().map(|line| line[idx].chars().count()).max().unwrap_or(0).max(3))
        .collect();
    for (idx, line) in lines.iter().enumerate() {
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            match column {
                0 => write!(out, "| {cell:<width$} |")?,
                _ => write!(out, " {cell:>width$} |")?,
            }
        }
        writeln!(out)?;
        if idx == 0 {
            write_rule(out, &widths)?;
        }
    }
    Ok(())
}

fn write_rule(out: &mut String, widths: &[usize]) -> std::fmt::Result {
    for (column, &width) in widths.iter().enumerate() {
        match column {
            0 => write!(out, "| {} |", "-".repeat(width))?,
            _ => write!(out, " {}: |", "-".repeat(width - 1))?,
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned() {
        let cells = |cells: [&str; 2]| cells.map(String::from).to_vec();
        let table = Table { columns: cells(["name", "n"]), rows: vec![cells(["a|", "1000"])] };
        let mut out = String::new();
        write_table(&mut out, &table).unwrap();
        assert_eq!(out, "| name |    n |\n| ---- | ---: |\n| a\\|  | 1000 |\n");
    }
}
