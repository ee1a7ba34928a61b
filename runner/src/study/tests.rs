//! Parts of a study that need no measuring.

use super::record::Subject;
use super::surroundings::difference;
use crate::backend::Mode;
use serde_json::json;

/// A made-up series without configurations.
pub(super) fn subject() -> Subject {
    Subject {
        name: "made".into(),
        title: "made up".into(),
        n: 3,
        d: 1,
        element: "f8".into(),
        generator: "none".into(),
        sample_seed: None,
        checksum: "xxh3:0".into(),
        center: vec![0.0],
        widths: vec![1.0, 2.0],
        counts: vec![1, 3],
        mode: Mode::Strong,
        level: None,
        widths_per_scan: 1,
        parts: 1,
        tasks: 2,
        task: "one width, one scan".into(),
        bytes: 24,
        pages: None,
        configurations: Vec::new(),
        passes: 7,
    }
}

#[test]
fn the_first_difference_is_named_with_both_values() {
    let then = json!({"a": 1, "b": {"c": [1, 2], "d": null}});
    assert_eq!(difference(&then, &then), None);
    let now = json!({"a": 1, "b": {"c": [1, 3], "d": null}});
    assert_eq!(difference(&then, &now), Some((".b.c[1]".into(), "2".into(), "3".into())));
    let shorter = json!({"a": 1, "b": {"c": [1], "d": null}});
    assert_eq!(difference(&then, &shorter), Some((".b.c[1]".into(), "2".into(), "null".into())));
    let (three, four) = (json!([[1, null]]), json!([[1, null, null]]));
    assert_eq!(difference(&three, &four), Some(("[0].length".into(), "2".into(), "3".into())));
    let less = json!({"a": 1, "b": {"c": [1, 2]}});
    assert_eq!(difference(&then, &less), None, "unknown and missing are the same");
    assert_eq!(difference(&then, &json!({})), Some((".a".into(), "1".into(), "null".into())));
}
