//! What windows ask of codes.
//!
//! Apart from [`super::codes`], which holds the codes, because a thousand windows meet every district of 4096
//! samples: what they ask lies close together, and takes no more than the columns that there are.

use super::scale::{Band, Scale};
use crate::isa::{Asked, Between, Limits, ROW, ZONE, Zone};
use crate::samples::Element;
use crate::window::Reach;

/// What some windows ask; those that are empty are left out.
#[derive(Debug)]
pub(super) struct Questions<'q> {
    d: usize,
    windows: Vec<(usize, &'q [f64], Reach<'q>)>,
    /// For each window, and in it for each column.
    maybe: Vec<Between>,
    sure: Vec<Between>,
    is_ever_sure: Vec<bool>,
    /// For each window, and in it for each 16 columns.
    zones: Vec<[Zone; 2]>,
    /// For each window, and in it for each eight columns.
    rows: Vec<[Limits; 2]>,
}

impl<'q> Questions<'q> {
    /// None yet, with room for so many windows of d columns.
    pub(super) fn new(d: usize, windows: usize) -> Self {
        Self {
            d,
            windows: Vec::with_capacity(windows),
            maybe: Vec::with_capacity(windows * d),
            sure: Vec::with_capacity(windows * d),
            is_ever_sure: Vec::with_capacity(windows),
            zones: Vec::with_capacity(windows * d.div_ceil(ZONE)),
            rows: Vec::with_capacity(windows * d.div_ceil(ROW)),
        }
    }

    /// Asks nothing any more.
    pub(super) fn clear(&mut self) {
        self.keep_first(0);
    }

    /// The windows: a number that the caller knows each by, its center and its reach.
    pub(super) fn windows(&self) -> &[(usize, &'q [f64], Reach<'q>)] {
        &self.windows
    }

    /// Adds what a window asks, unless it is empty.
    pub(super) fn add<T: Element>(
        &mut self,
        scales: &[Scale<T>],
        (number, center, reach): (usize, &'q [f64], Reach<'q>),
    ) {
        let before = self.windows.len();
        let mut is_ever_sure = true;
        for (j, scale) in scales.iter().enumerate() {
            let Some(band) = scale.band(center[j], reach.radius(j)) else {
                self.keep_first(before);
                return;
            };
            is_ever_sure &= self.add_column(j, &band);
        }
        // Slabs hold about equally many samples: the narrowest range lets the fewest pass.
        if self.d > ROW {
            self.maybe[before * self.d..].sort_unstable_by_key(|between| between.span);
        }
        self.is_ever_sure.push(is_ever_sure);
        self.windows.push((number, center, reach));
    }

    /// Adds what the last window asks of column j; whether some byte of it is inside for sure.
    fn add_column(&mut self, j: usize, band: &Band) -> bool {
        if j.is_multiple_of(ZONE) {
            self.zones.push([Zone::ALL; 2]);
        }
        if j.is_multiple_of(ROW) {
            self.rows.push([Limits::ALL; 2]);
        }
        let maybe = band.maybe_bytes();
        let sure = band.sure_bytes();
        self.maybe.push(between(j, maybe));
        self.sure.push(between(j, sure.unwrap_or(maybe)));
        let bytes = [maybe, sure.unwrap_or([u8::MAX, 0])];
        for (zone, [first, last]) in self.zones.last_mut().into_iter().flatten().zip(bytes) {
            zone.least[j % ZONE] = first;
            zone.most[j % ZONE] = last;
        }
        let codes = [band.maybe, band.sure()];
        for (limits, [first, last]) in self.rows.last_mut().into_iter().flatten().zip(codes) {
            limits.first[j % ROW] = first;
            limits.last[j % ROW] = last;
        }
        sure.is_some()
    }

    /// Forgets all but the first windows.
    fn keep_first(&mut self, windows: usize) {
        self.windows.truncate(windows);
        self.maybe.truncate(windows * self.d);
        self.sure.truncate(windows * self.d);
        self.is_ever_sure.truncate(windows);
        self.zones.truncate(windows * self.d.div_ceil(ZONE));
        self.rows.truncate(windows * self.d.div_ceil(ROW));
    }

    /// What each window asks.
    pub(super) fn asked(&self) -> Vec<Asked<'_>> {
        let columns = self.maybe.chunks_exact(self.d).zip(self.sure.chunks_exact(self.d));
        let zones = self.zones.chunks_exact(self.d.div_ceil(ZONE));
        let rows = self.rows.chunks_exact(self.d.div_ceil(ROW));
        let all = columns.zip(zones.zip(rows)).zip(&self.is_ever_sure);
        all.map(|(((maybe, sure), (zones, rows)), &is_ever_sure)| Asked {
            maybe,
            sure,
            is_ever_sure,
            zones,
            rows,
        })
        .collect()
    }
}

/// Bytes of column `j` from the first to the last.
fn between(j: usize, [first, last]: [u8; 2]) -> Between {
    Between { column: j as u32, first: [first; 4], span: [last - first; 4] }
}
