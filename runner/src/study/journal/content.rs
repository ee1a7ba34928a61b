//! What the lines of a journal add up to.
//!
//! The same code takes lines that were just written and lines that were read back, so that a study
//! which goes on knows exactly what one that never stopped would know. Next: [`super::Line`].

use std::path::Path;

use super::{Error, FORMAT, Header, Line, Resumed, SeriesStart, Taken, VERSION};
use crate::machine::pages::Pages;
use crate::measure::MOST_PASSES;
use crate::study::record::{Block, StoppedBy, Subject};

/// Everything in a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    header: Option<Header>,
    series: Vec<Progressed>,
    resumptions: Vec<Resumed>,
    /// The next sample is the first one after a resumption.
    resumed: bool,
    finished: bool,
    bytes: u64,
}

/// A series, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progressed {
    /// What is measured.
    pub start: SeriesStart,
    /// The blocks; the last one may lack samples.
    pub blocks: Vec<Block>,
    /// Why it ended, if it did.
    pub stopped_by: Option<StoppedBy>,
    /// The pages that held its samples each time that it went on after an interruption.
    pub pages_again: Vec<Option<Pages>>,
}

/// A line that makes no sense.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Damage {
    /// Which, counted from 1.
    line: usize,
    /// What is wrong with it.
    problem: String,
    /// Lines from there on.
    dropped: usize,
}

impl Progressed {
    /// The block and the place in it that come next.
    pub fn next(&self) -> (usize, usize) {
        match self.blocks.last() {
            Some(block) if !block.is_complete() => {
                (self.blocks.len() - 1, block.measured().count())
            }
            _ => (self.blocks.len(), 0),
        }
    }

    /// Time that its samples took.
    pub fn span_ns(&self) -> u64 {
        let samples = self.blocks.iter().flat_map(Block::measured);
        samples.fold(0, |sum, measured| sum.saturating_add(measured.span_ns()))
    }
}

impl Content {
    /// Reads a journal; a torn or garbled last line is left out.
    ///
    /// # Errors
    /// As [`salvage`](Self::salvage), and [`Error::Garbled`] with the line that makes no sense.
    pub fn read(path: &Path) -> Result<Self, Error> {
        match Self::salvage(path)? {
            (content, None) => Ok(content),
            (_, Some(damage)) => Err(damage),
        }
    }

    /// Reads a journal as far as it makes sense; and [`Error::Garbled`] if there is more of it.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Unreadable`], and [`Error::Empty`] without a header.
    pub fn salvage(path: &Path) -> Result<(Self, Option<Error>), Error> {
        let bytes = std::fs::read(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { path: path.into() },
            _ => Error::Unreadable { path: path.into(), source },
        })?;
        let (content, damage) = Self::parse(&bytes);
        let damage = damage.map(|Damage { line, problem, dropped }| Error::Garbled {
            path: path.into(),
            line,
            problem,
            dropped,
        });
        if content.header.is_none() && damage.is_none() {
            return Err(Error::Empty { path: path.into() });
        }
        Ok((content, damage))
    }

    /// What `bytes` hold, up to the line that makes no sense.
    pub(super) fn parse(bytes: &[u8]) -> (Self, Option<Damage>) {
        let mut content = Self::default();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        for (index, text) in lines.iter().enumerate() {
            let parsed = serde_json::from_slice::<Line>(text).map_err(|error| error.to_string());
            let whole = text.ends_with(b"\n");
            let added = match parsed {
                // Sense without a line end: the next line would be glued to it.
                Ok(_) if !whole => break,
                Err(_) if index + 1 == lines.len() => break,
                Ok(line) => content.add(line, text.len() as u64),
                Err(problem) => Err(problem),
            };
            if let Err(problem) = added {
                let dropped = lines.len() - index;
                return (content, Some(Damage { line: index + 1, problem, dropped }));
            }
        }
        (content, None)
    }

    /// Takes the next line, which is `bytes` long.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn add(&mut self, line: Line, bytes: u64) -> Result<(), String> {
        if self.finished {
            return Err("something follows the end of the study".into());
        }
        match line {
            Line::Header(header) => self.begin(*header)?,
            _ if self.header.is_none() => return Err("the first line is not the header".into()),
            Line::Series(start) => self.start(*start)?,
            Line::Sample(taken) => self.take(*taken)?,
            Line::End { series, stopped_by } => self.current(series)?.stopped_by = Some(stopped_by),
            Line::Resumed(resumed) => {
                self.resumed = true;
                if let (Some(header), Some(budget_s)) = (&mut self.header, resumed.budget_s) {
                    header.plan.budget_s = Some(budget_s);
                }
                self.resumptions.push(*resumed);
            }
            Line::Again { series, pages } => self.current(series)?.pages_again.push(pages),
            Line::Finished => self.finished = true,
        }
        self.bytes += bytes;
        Ok(())
    }

    fn begin(&mut self, header: Header) -> Result<(), String> {
        if self.header.is_some() {
            return Err("a second header".into());
        }
        if header.format != FORMAT || header.version != VERSION {
            return Err(format!(
                "it is a '{}', version {}; this program goes on with '{FORMAT}', version {VERSION}",
                header.format, header.version
            ));
        }
        self.header = Some(header);
        Ok(())
    }

    fn start(&mut self, start: SeriesStart) -> Result<(), String> {
        let planned = self.header.as_ref().map_or(0, |header| header.plan.series.len());
        let is_open = self.series.last().is_some_and(|last| last.stopped_by.is_none());
        if start.series != self.series.len() || start.series >= planned || is_open {
            return Err(format!("series {} does not begin here", start.series));
        }
        measurable(&start.subject).map_err(|why| format!("series {} {why}", start.series))?;
        let (blocks, pages_again) = (Vec::new(), Vec::new());
        self.series.push(Progressed { start, blocks, stopped_by: None, pages_again });
        Ok(())
    }

    fn current(&mut self, series: usize) -> Result<&mut Progressed, String> {
        let last = self.series.len().checked_sub(1);
        match self.series.last_mut() {
            Some(current) if Some(series) == last && current.stopped_by.is_none() => Ok(current),
            _ => Err(format!("series {series} is not being measured here")),
        }
    }

    fn take(&mut self, taken: Taken) -> Result<(), String> {
        let resumed = self.resumed;
        let current = self.current(taken.series)?;
        let next = current.next();
        if (taken.block, taken.place) != next {
            return Err(format!(
                "block {}, place {} stands where block {}, place {} belongs",
                taken.block, taken.place, next.0, next.1
            ));
        }
        let configurations = current.start.subject.configurations.len();
        if taken.measured.configuration >= configurations {
            return Err(format!("there is no configuration {}", taken.measured.configuration));
        }
        if taken.place == 0 {
            let idle_foreign = taken.idle_foreign;
            current.blocks.push(Block { idle_foreign, ..Block::default() });
        }
        if let Some(block) = current.blocks.last_mut() {
            block.resumed |= resumed;
            match taken.place {
                0 => block.opening = Some(taken.measured),
                place if place > configurations => block.closing = Some(taken.measured),
                _ => block.samples.push(taken.measured),
            }
        }
        self.resumed = false;
        Ok(())
    }

    /// The first line; every journal that could be read has one.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The series that have begun.
    pub fn series(&self) -> &[Progressed] {
        &self.series
    }

    /// When the study went on after an interruption.
    pub fn resumptions(&self) -> &[Resumed] {
        &self.resumptions
    }

    /// Whether the study has ended.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Length of all whole lines.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Refuses a series that nobody can measure; what is wrong with it.
fn measurable(subject: &Subject) -> Result<(), String> {
    if subject.configurations.is_empty() || subject.passes == 0 {
        return Err("has nothing to measure".into());
    }
    if subject.passes > MOST_PASSES {
        return Err(format!("has {} passes; at most {MOST_PASSES} make sense", subject.passes));
    }
    let (counts, widths) = (subject.counts.len(), subject.widths.len());
    if counts != widths {
        return Err(format!("has {counts} counts for {widths} widths"));
    }
    Ok(())
}
