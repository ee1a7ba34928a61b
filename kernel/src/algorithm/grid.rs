//! Two dimensions: a grid of cells that hold about equally many samples, and sums over it.
//!
//! Edges cut each column into slabs ([`super::edges`]), two columns make cells. The samples are kept twice:
//! slab by slab of x with the cells of a slab in the order of y, and the other way round. A window then is
//!
//! ```text
//!          ┌──┬───────────┬──┐
//!          │  │    top    │  │     inside:       whole cells, four look-ups in the summed-area table
//!          │  ├───────────┤  │     left, right:  one piece each of the samples by x, both coordinates
//!          │le│  inside   │ri│                   tested
//!          │ft│           │gh│     bottom, top:  one piece each of the samples by y, whose x is inside
//!          │  ├───────────┤t │                   already: y is tested, x not even read
//!          │  │  bottom   │  │
//!          └──┴───────────┴──┘
//! ```
//!
//! A slab holds n/√(n/c) = √(c n) samples, so a query costs at most four pieces of O(√n), whatever the samples
//! are: also where they crowd, because edges crowd with them. (One order alone leaves two sides of the border
//! in as many pieces as there are slabs; each costs a cache miss.)

use std::ops::Range;

use super::edges::Edges;
use super::plan::Cost;
use super::shape::Shape;
use super::{Index, Recipe};
use crate::isa::{Fan, GROUP, Isa, Kernels, Piece, Slabs};
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::{Reach, Side};

/// Samples that do not fit a cache: pieces of them are shorter where cells are smaller, and that pays for a table
/// of more cells.
const MANY: usize = 1 << 18;
/// Slabs of a column at most: cells are numbered by 32 bits, and their table is as large as 16 million
/// numbers.
const MOST_SLABS: usize = 4096;
/// Samples whose slabs are found at a time: they stay in the L1 cache.
const TOGETHER: usize = 256;

/// Samples in a cell on average.
fn per_cell(n: usize) -> usize {
    if n < MANY { 4 } else { 2 }
}

/// The grid of two columns.
pub(crate) struct Grid;

impl Recipe for Grid {
    const NAME: &'static str = "grid";
    const ABOUT: &'static str = "d = 2: cells with a summed-area table; looks at the border only";

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d == 2 { Ok(()) } else { Err("2 dimensions".into()) }
    }

    fn cost(shape: &Shape) -> Cost {
        let Shape { n, .. } = *shape;
        let all_come_back = shape.repeated() >= 1.0;
        let cells = (n / per_cell(n as usize) as f64).min((MOST_SLABS * MOST_SLABS) as f64);
        let build = 2.9 * shape.far() + if all_come_back { 11.0 } else { 15.0 + 34.0 * cells / n };
        // Samples along a side of a window.
        let side = shape.mean(|held| (held.share * cells).sqrt()) * n / cells;
        let border = match (shape.is_full(), all_come_back) {
            (true, _) => 0.0,
            (false, true) => 0.07 * side,
            (false, false) => 1.6 * side,
        };
        let answer = shape.windows() * (99.0 + 1.7 * shape.far() + border);
        Cost { build: build * n, answer }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Cells::<T>::new(run, T::kernels(isa), team))
    }
}

/// The prepared samples.
#[derive(Debug)]
struct Cells<T: Element> {
    kernels: &'static Kernels<T>,
    edges: [Edges<T>; 2],
    /// The least and the largest value of each slab.
    extremes: [Vec<[T; 2]>; 2],
    table: Table,
    /// x and y, slab by slab of x.
    by_x: [Vec<T>; 2],
    /// y, slab by slab of y.
    by_y: Vec<T>,
}

/// The summed-area table: `sums[a * stride + b]` is the number of samples in the first a slabs of x and
/// the first b slabs of y.
#[derive(Debug)]
struct Table {
    sums: Vec<u32>,
    stride: usize,
}

impl Table {
    #[inline]
    fn at(&self, a: usize, b: usize) -> u32 {
        self.sums[a * self.stride + b]
    }

    /// Number of samples in slabs `a` of x and `b` of y. (Sums wrap, their difference does not.)
    #[inline]
    fn inside(&self, a: Range<usize>, b: Range<usize>) -> u32 {
        let upper = self.at(a.end, b.end).wrapping_sub(self.at(a.end, b.start));
        upper.wrapping_sub(self.at(a.start, b.end).wrapping_sub(self.at(a.start, b.start)))
    }

    /// Slabs of x, and of y.
    fn slabs(&self) -> [usize; 2] {
        [self.sums.len() / self.stride - 1, self.stride - 1]
    }

    /// Where cells `b` of slab `a` of x lie in the samples by x.
    #[inline]
    fn piece_by_x(&self, a: usize, b: Range<usize>) -> Piece {
        let before = self.at(a, self.stride - 1);
        let [start, end] = [b.start, b.end].map(|b| self.at(a + 1, b) - self.at(a, b));
        Piece { start: before + start, len: end - start }
    }

    /// Where cells `a` of slab `b` of y lie in the samples by y.
    #[inline]
    fn piece_by_y(&self, a: Range<usize>, b: usize) -> Piece {
        let before = self.at(self.slabs()[0], b);
        let [start, end] = [a.start, a.end].map(|a| self.at(a, b + 1) - self.at(a, b));
        Piece { start: before + start, len: end - start }
    }
}

impl<T: Element> Cells<T> {
    fn new(run: &Run<'_, T>, kernels: &'static Kernels<T>, team: &dyn Team) -> Self {
        let columns = [run.columns()[0], run.columns()[1]];
        let slabs = (run.len() / per_cell(run.len())).isqrt().clamp(1, MOST_SLABS);
        let edges = |column| Edges::new(column, slabs);
        let [a, b]: [Edges<T>; 2] =
            team::map(team, columns.into(), edges).try_into().expect("two columns");
        let cells = cells_of(columns, &[a.fan(), b.fan()], kernels, team);
        let [in_a, in_b]: [Vec<[T; 2]>; 2] = team::map(team, vec![0, 1], |j| {
            let slab = |cell: &Cell| usize::from(if j == 0 { cell.a } else { cell.b });
            extremes(columns[j], cells.iter().map(slab), [a.slabs(), b.slabs()][j])
        })
        .try_into()
        .expect("two columns");
        let stride = b.slabs() + 1;
        let counts = count_cells(&cells, [a.slabs(), b.slabs()], team);
        let table = Table { sums: summed(&counts, b.slabs()), stride };
        let by_x = sort_by_x(columns, &cells, &table, team);
        let by_y = sort_by_y(&by_x[1], &table, team);
        Self { kernels, edges: [a, b], extremes: [in_a, in_b], table, by_x, by_y }
    }
}

/// The cell of a sample: its slabs of x and of y.
#[derive(Clone, Copy, Default)]
struct Cell {
    a: u16,
    b: u16,
}

/// The cell of every sample.
fn cells_of<T: Element>(
    columns: [&[T]; 2],
    edges: &[Fan; 2],
    kernels: &Kernels<T>,
    team: &dyn Team,
) -> Vec<Cell> {
    let mut cells = vec![Cell::default(); columns[0].len()];
    let part = cells.len().div_ceil(team.size()).max(1);
    let [x, y] = columns.map(|column| column.chunks(part));
    let parts: Vec<_> = cells.chunks_mut(part).zip(x.zip(y)).collect();
    team::map(team, parts, |(cells, (x, y))| {
        let mut slabs = [[0; TOGETHER]; 2];
        let columns = x.chunks(TOGETHER).zip(y.chunks(TOGETHER));
        for (cells, (x, y)) in cells.chunks_mut(TOGETHER).zip(columns) {
            for ((edges, values), found) in edges.iter().zip([x, y]).zip(&mut slabs) {
                (kernels.slabs)(Slabs { edges, values, found });
            }
            for ((cell, a), b) in cells.iter_mut().zip(slabs[0]).zip(slabs[1]) {
                *cell = Cell { a: a as u16, b: b as u16 };
            }
        }
    });
    cells
}

/// The least and the largest value of each slab. (No slab is empty: edges are values of the column.)
fn extremes<T: Element>(
    column: &[T],
    slabs_of: impl Iterator<Item = usize>,
    slabs: usize,
) -> Vec<[T; 2]> {
    let mut extremes: Vec<Option<[T; 2]>> = vec![None; slabs];
    for (&s, slab) in column.iter().zip(slabs_of) {
        let [least, most] = extremes[slab].get_or_insert([s; 2]);
        if s < *least {
            *least = s;
        }
        if s > *most {
            *most = s;
        }
    }
    extremes.into_iter().map(Option::unwrap_or_default).collect()
}

/// Consecutive slabs for each member of a team.
fn shares(slabs: usize, team: &dyn Team) -> Vec<Range<usize>> {
    let size = team.size().clamp(1, slabs);
    (0..size).map(|k| k * slabs / size..(k + 1) * slabs / size).collect()
}

/// Number of samples in each cell, slab by slab of x. Every part reads all cells and counts in its slabs.
fn count_cells(cells: &[Cell], slabs: [usize; 2], team: &dyn Team) -> Vec<u32> {
    let counts = team::map(team, shares(slabs[0], team), |share| {
        let mut counts = vec![0; share.len() * slabs[1]];
        for cell in cells {
            if share.contains(&usize::from(cell.a)) {
                counts[(usize::from(cell.a) - share.start) * slabs[1] + usize::from(cell.b)] += 1;
            }
        }
        counts
    });
    counts.concat()
}

/// The summed-area table of counts, slab by slab of x, each with `slabs` cells.
fn summed(counts: &[u32], slabs: usize) -> Vec<u32> {
    // Not a byte more than it needs: the table is as large as a column.
    let mut sums = Vec::with_capacity((counts.len() / slabs + 1) * (slabs + 1));
    sums.resize(slabs + 1, 0);
    for row in counts.chunks_exact(slabs) {
        let before = sums.len() - (slabs + 1);
        let mut sum = 0;
        sums.push(0);
        for (b, count) in row.iter().enumerate() {
            sum += count;
            sums.push(sum + sums[before + b + 1]);
        }
    }
    sums
}

/// Both columns, slab by slab of x with its cells in the order of y. Every part reads all cells and writes
/// its slabs.
fn sort_by_x<T: Element>(
    columns: [&[T]; 2],
    cells: &[Cell],
    table: &Table,
    team: &dyn Team,
) -> [Vec<T>; 2] {
    let [slabs, row] = table.slabs();
    let shares = shares(slabs, team);
    let lens: Vec<usize> =
        shares.iter().map(|share| table.inside(share.clone(), 0..row) as usize).collect();
    let [mut x, mut y] = [0, 1].map(|_| vec![T::default(); cells.len() + GROUP]);
    let outputs = split(&mut x, &lens).into_iter().zip(split(&mut y, &lens));
    team::map(team, shares.into_iter().zip(outputs).collect(), |(share, (x, y))| {
        let origin = table.piece_by_x(share.start, 0..0).start;
        let places = share.clone().flat_map(|a| (0..row).map(move |b| (a, b)));
        let mut next: Vec<u32> =
            places.map(|(a, b)| table.piece_by_x(a, b..b).start - origin).collect();
        for (i, cell) in cells.iter().enumerate() {
            if share.contains(&usize::from(cell.a)) {
                let next =
                    &mut next[(usize::from(cell.a) - share.start) * row + usize::from(cell.b)];
                (x[*next as usize], y[*next as usize]) = (columns[0][i], columns[1][i]);
                *next += 1;
            }
        }
    });
    [x, y]
}

/// y, slab by slab of y with its cells in the order of x: the cells by x, transposed.
fn sort_by_y<T: Element>(by_x: &[T], table: &Table, team: &dyn Team) -> Vec<T> {
    let [row, slabs] = table.slabs();
    let shares = shares(slabs, team);
    let lens: Vec<usize> =
        shares.iter().map(|share| table.inside(0..row, share.clone()) as usize).collect();
    let mut by_y = vec![T::default(); by_x.len()];
    let outputs = split(&mut by_y, &lens);
    team::map(team, shares.into_iter().zip(outputs).collect(), |(share, mut to)| {
        for (b, a) in share.flat_map(|b| (0..row).map(move |a| (b, a))) {
            let Piece { start, len } = table.piece_by_x(a, b..b + 1);
            let (cell, rest) = to.split_at_mut(len as usize);
            cell.copy_from_slice(&by_x[start as usize..][..len as usize]);
            to = rest;
        }
    });
    by_y
}

/// Consecutive parts of a list, of these lengths.
fn split<'a, T>(mut list: &'a mut [T], lens: &[usize]) -> Vec<&'a mut [T]> {
    let mut parts = Vec::with_capacity(lens.len());
    for &len in lens {
        let (part, rest) = list.split_at_mut(len);
        parts.push(part);
        list = rest;
    }
    parts
}

impl<T: Element> Index<T> for Cells<T> {
    #[inline]
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let [a, b] = [0, 1].map(|j| self.span(j, center[j], reach.radius(j)));
        if a.all.is_empty() || b.all.is_empty() {
            return 0;
        }
        let table = &self.table;
        let mut count = 0;
        if !a.whole.is_empty() {
            if !b.whole.is_empty() {
                count += u64::from(table.inside(a.whole.clone(), b.whole.clone()));
            }
            let (ends, n_ends) = b.ends();
            let pieces = ends.map(|b| table.piece_by_y(a.whole.clone(), b));
            let reach = Reach::Cube(reach.radius(1));
            let pieces = &pieces[..n_ends];
            count += (self.kernels.count_pieces)(&[&self.by_y], pieces, &center[1..], reach);
        }
        let (ends, n_ends) = a.ends();
        let pieces = ends.map(|a| table.piece_by_x(a, b.all.clone()));
        let columns = [&*self.by_x[0], &*self.by_x[1]];
        count + (self.kernels.count_pieces)(&columns, &pieces[..n_ends], center, reach)
    }

    fn bytes(&self) -> usize {
        let values = self.by_x[0].len() + self.by_x[1].len() + self.by_y.len();
        let edges: usize = self.edges.iter().map(Edges::bytes).sum();
        let extremes: usize = self.extremes.iter().map(|list| size_of_val(&**list)).sum();
        edges + extremes + size_of_val(&*self.table.sums) + values * size_of::<T>()
    }
}

/// Slabs that a window meets in one dimension.
#[derive(Clone, Debug)]
struct Span {
    /// All of them.
    all: Range<usize>,
    /// Those that are inside whole.
    whole: Range<usize>,
}

impl<T: Element> Cells<T> {
    /// The slabs of column `j` that a window meets. Of those with its ends, all values may be inside, or none:
    /// as a rule where values repeat.
    #[inline]
    fn span(&self, j: usize, x: f64, radius: f64) -> Span {
        let (first, last) = self.edges[j].around(x, radius).into_inner();
        let sides = |slab: usize| self.extremes[j][slab].map(|s: T| Side::of(x, radius, s.widen()));
        let ([low, low_most], [high_least, high]) = (sides(first), sides(last));
        let start = first + usize::from(low_most == Side::Below);
        let end = (last + usize::from(high_least != Side::Above)).max(start);
        let is_low_whole = low == Side::Inside && low_most == Side::Inside;
        let is_high_whole = high_least == Side::Inside && high == Side::Inside;
        let whole_start = if is_low_whole { first } else { first + 1 };
        let whole_end = if is_high_whole { last + 1 } else { last };
        Span { all: start..end, whole: whole_start..whole_end.max(whole_start) }
    }
}

impl Span {
    /// The slabs that are not inside whole, and how many there are.
    #[inline]
    fn ends(&self) -> ([usize; 2], usize) {
        let [first, last] = [self.all.start, self.all.end.saturating_sub(1)];
        let is_cut = match self.all.len() {
            0 => [false; 2],
            len => [!self.whole.contains(&first), len > 1 && !self.whole.contains(&last)],
        };
        match is_cut {
            [true, is_cut] => ([first, last], 1 + usize::from(is_cut)),
            [false, is_cut] => ([last; 2], usize::from(is_cut)),
        }
    }
}
