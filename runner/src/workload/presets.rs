//! The named workloads, in one table.
//!
//! Command lines, studies, benches and tests iterate [`ALL`]; a further workload is one entry here.
//! The digests of the counts were established by the oracle; those of the article's sample are also
//! what NumPy counts. Next: [`super::Workload`].

use super::{Checksum, Expected, Generator, Stored, Summary, WidthRange, Workload};

/// The article's benchmark: 100 widths from 1.0 to 1.2.
const HUNDRED: WidthRange = WidthRange { start: 1.0, stop: 1.2, count: 100 };
/// The article's table: twelve widths from 0.1 to 1.2.
pub const TWELVE: WidthRange = WidthRange { start: 0.1, stop: 1.2, count: 12 };
/// The counts of the article's sample at the origin, one for each of the [`TWELVE`] widths.
pub const TWELVE_COUNTS: [u64; 12] = [16, 61, 135, 247, 390, 547, 742, 939, 1194, 1445, 1728, 2022];

/// Every named workload.
pub const ALL: &[Workload] = &[
    Workload {
        name: "article",
        title: "the article's own sample: 10,000 points in the plane, 100 widths from 1.0 to 1.2",
        n: 10_000,
        d: 2,
        element: Stored::Double,
        generator: Generator::NumpyStandardNormal,
        seed: 123,
        center: &[0.0, 0.0],
        widths: HUNDRED,
        expected: Expected::Known(Summary { first: 1445, last: 2022, sum: 172_940 }),
        checksum: Some(Checksum::from_bits(0x6c5b_170b_ae1b_c233)),
    },
    Workload {
        name: "large",
        title: "1,000,000 points in the plane, standard normal, 100 widths from 1.0 to 1.2",
        n: 1_000_000,
        d: 2,
        element: Stored::Double,
        generator: Generator::StandardNormal,
        seed: 123,
        center: &[0.0, 0.0],
        widths: HUNDRED,
        expected: Expected::Known(Summary { first: 146_780, last: 203_881, sum: 17_476_269 }),
        checksum: Some(Checksum::from_bits(0xacc2_e1d2_dc98_ccb6)),
    },
];
