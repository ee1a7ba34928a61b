//! Tasks over parts of the samples: that their counts have a place each, and that every part is read.

use super::{Question, Work};
use std::num::NonZeroUsize;

fn question(center: &[f64], widths: &[f64], per_scan: usize) -> Question {
    Question {
        work: Work::Count,
        isa: kernel::isa::best().name().into(),
        center: center.to_vec(),
        widths: widths.to_vec(),
        widths_per_scan: NonZeroUsize::new(per_scan).unwrap(),
        parts: NonZeroUsize::MIN,
    }
}

#[test]
fn places_follow_tasks_and_every_scan_reads_every_part_once() {
    for (widths, per_scan, parts) in [(5, 2, 3), (4, 1, 6), (1, 1, 24), (3, 7, 2)] {
        let parts = NonZeroUsize::new(parts).unwrap();
        let question = Question { parts, ..question(&[0.0], &vec![1.0; widths], per_scan) };
        let places = (0..question.tasks()).flat_map(|task| question.places_of(task));
        assert!(places.eq(0..question.places()), "{question:?}");
        for task in 0..question.tasks() {
            let found = question.places_of(task).map(|place| question.width_at(place));
            assert!(found.eq(question.widths_of(task)), "{question:?}, task {task}");
        }
        for scan in question.parts_of_tasks().chunks(parts.get()) {
            let mut scan = scan.to_vec();
            scan.sort_unstable();
            assert_eq!(scan, (0..parts.get()).collect::<Vec<_>>());
        }
    }
    // Two workers share four scans: the second begins in the middle of the samples.
    let parts = NonZeroUsize::new(6).unwrap();
    let question = Question { parts, ..question(&[0.0], &[1.0; 4], 1) };
    assert_eq!(question.parts_of_tasks()[12], 3);
}
