//! Whether a peer counts right: on the job, on the faces of windows, beside NaN, and as a density.
//!
//! Apart from measuring, because it is not timed, and a wrong answer stands in the table instead of ending
//! the run. Random samples never lie on a face, so that the faces are probed with samples put there.
//! Next: [`super::record`], where it is written.

use std::path::Path;
use std::time::Duration;

use runner::study::interrupt::Interrupt;
use serde::Serialize;

use super::entry::Launch;
use super::files::{self, Data};
use super::running::{Running, Trouble};
use super::task::{Question, exact};

/// How answers compare with the exact ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Counts compared.
    pub checked: u64,
    /// Counts that differ.
    pub wrong: u64,
    /// What else is known, in words.
    pub note: String,
}

/// A probe takes so long at most; whatever compiles on first use does it there.
const PATIENCE: Duration = Duration::from_mins(2);
/// A density may be off by so large a part: what powers and logarithms round.
const ROUNDING: f64 = 1e-9;

/// Compares the file of an answer with the `exact` counts: counts, and behind them the densities, if the
/// peer gives some.
pub fn of_answer(path: &Path, data: &Data, exact: &[u64]) -> Score {
    let answer = files::read_answer(path).unwrap_or_default();
    let checked = exact.len() as u64;
    let complete = [exact.len(), 2 * exact.len()].contains(&answer.len());
    if !complete {
        let note = format!("{} numbers instead of {checked}", answer.len());
        return Score { checked, wrong: checked, note };
    }
    let (counts, densities) = answer.split_at(exact.len());
    let wrong = counts.iter().zip(exact).filter(|&(count, &k)| !is_count(*count, k)).count() as u64;
    Score { checked, wrong, note: normaliser(densities, data, exact) }
}

/// How many counts in the file of an answer differ from the `exact` ones.
pub fn wrong_counts(path: &Path, exact: &[u64]) -> u64 {
    let answer = files::read_answer(path).unwrap_or_default();
    let is_wrong = |(place, &k): (usize, &u64)| !answer.get(place).is_some_and(|&c| is_count(c, k));
    exact.iter().enumerate().filter(|&count| is_wrong(count)).count() as u64
}

fn is_count(count: f64, exact: u64) -> bool {
    (count - exact as f64).abs() <= ROUNDING * (1.0 + exact as f64)
}

/// Whether `densities`, if there are any, are k / n / h^d.
fn normaliser(densities: &[f64], data: &Data, exact: &[u64]) -> String {
    if densities.is_empty() {
        return String::new();
    }
    let n = data.rows.len() as f64 / data.d as f64;
    let right = exact.iter().zip(data.widths.iter().cycle());
    let right = right.map(|(&k, h)| k as f64 / n / h.powi(data.d as i32));
    let factors = densities.iter().zip(right).filter(|&(_, right)| right > 0.0);
    let factors: Vec<f64> = factors.map(|(density, right)| density / right).collect();
    let (low, high) = factors
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), &factor| (low.min(factor), high.max(factor)));
    if (low - 1.0).abs() <= ROUNDING && (high - 1.0).abs() <= ROUNDING {
        "normaliser: right".into()
    } else if high - low <= ROUNDING * high {
        format!("normaliser: wrong by a factor of {high:.4}")
    } else {
        format!("normaliser: wrong by factors of {low:.4} to {high:.4}")
    }
}

/// What samples on faces and a NaN among the samples do to a peer, in words.
pub fn probe(
    question: Question,
    launch: &Launch,
    workers: usize,
    scratch: &Path,
    interrupt: &Interrupt,
) -> String {
    let ask = |data: &Data| ask(launch, workers, scratch, interrupt, data);
    if question == Question::Totals {
        return match ask(&pair_on_face()) {
            Ok(totals) => pair(&totals).into(),
            Err(trouble) => format!("boundary: {}", trouble.reason()),
        };
    }
    let faces = match ask(&on_faces()) {
        Ok(counts) => faces(&counts),
        Err(trouble) => format!("boundary: {}", trouble.reason()),
    };
    let nan = match ask(&with_nan()) {
        Ok(counts) => match counts.first() {
            Some(&2.0) => "NaN: not counted".into(),
            Some(&3.0) => "NaN: counted as inside".into(),
            other => format!("NaN: counts {other:?} instead of 2").replace("Some", ""),
        },
        Err(Trouble::Refused(_)) => "NaN: refused".into(),
        Err(Trouble::Failed(reason)) => format!("NaN: {reason}"),
    };
    format!("{faces}; {nan}")
}

/// Centers and widths whose faces are exact numbers, and others whose faces are not.
const CENTERS: [[f64; 2]; 2] = [[0.0, 0.0], [0.3, 0.7]];
const WIDTHS: [f64; 2] = [1.0, 0.2];

/// Samples on each face of each window, and those next to them on both sides.
fn on_faces() -> Data {
    let mut rows = Vec::new();
    for (center, width) in CENTERS.into_iter().zip(WIDTHS) {
        for axis in 0..2 {
            for side in [-0.5, 0.5] {
                let face: f64 = center[axis] + side * width;
                for value in [face.next_down().next_down(), face.next_down(), face, face.next_up()]
                {
                    let mut row = center;
                    row[axis] = value;
                    rows.extend(row);
                }
            }
        }
    }
    Data { rows, d: 2, centers: CENTERS.concat(), widths: WIDTHS.into() }
}

/// Two samples inside, one outside, and one that is not a number in its first coordinate.
fn with_nan() -> Data {
    let rows = vec![0.1, 0.2, f64::NAN, 0.0, -0.3, 0.4, 2.0, 0.0];
    Data { rows, d: 2, centers: vec![0.0; 2], widths: vec![1.0] }
}

/// Two samples that are half a width apart, all of them centers.
fn pair_on_face() -> Data {
    let rows = vec![0.0, 0.0, 0.5, 0.25];
    Data { centers: rows.clone(), rows, d: 2, widths: vec![1.0] }
}

/// What the total of [`pair_on_face`] tells.
fn pair(totals: &[f64]) -> &'static str {
    match totals.first() {
        Some(&4.0) => "boundary: closed",
        Some(&2.0) => "boundary: strict",
        _ => "boundary: neither closed nor strict",
    }
}

/// What the counts of [`on_faces`] tell.
fn faces(counts: &[f64]) -> String {
    let data = on_faces();
    let closed = exact(&data);
    // The windows whose faces are exact, and those whose faces are rounded.
    let [exact_faces, rounded_faces] = [0, 3];
    let is = |window: usize, k: u64| counts.get(window).is_some_and(|&count| is_count(count, k));
    let boundary = if is(exact_faces, closed[exact_faces]) {
        "closed"
    } else if is(exact_faces, strict(&data)) {
        "strict"
    } else {
        "neither closed nor strict"
    };
    let rounded = match boundary {
        "closed" if !is(rounded_faces, closed[rounded_faces]) => ", but rounds its faces",
        _ => "",
    };
    format!("boundary: {boundary}{rounded}")
}

/// Samples strictly inside the first window.
fn strict(data: &Data) -> u64 {
    let is_inside = |row: &&[f64]| row.iter().all(|s| s.abs() < WIDTHS[0] / 2.0);
    data.rows.chunks_exact(2).filter(is_inside).count() as u64
}

/// The counts of one job on `data`.
fn ask(
    launch: &Launch,
    workers: usize,
    scratch: &Path,
    interrupt: &Interrupt,
    data: &Data,
) -> Result<Vec<f64>, Trouble> {
    let failed = |error: std::io::Error| Trouble::Failed(error.to_string());
    let folder = tempfile::tempdir_in(scratch).map_err(failed)?;
    data.write(folder.path()).map_err(failed)?;
    let path = folder.path().join("answer");
    let mut running = Running::start(launch, folder.path(), workers, PATIENCE, interrupt)?;
    running.round(1, Some(&path), PATIENCE).map_err(Trouble::Failed)?;
    let mut counts = files::read_answer(&path).map_err(failed)?;
    counts.truncate(data.centers.len() / data.d * data.widths.len());
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::super::task::totals;
    use super::*;

    fn score(numbers: &[f64]) -> Score {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer");
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        std::fs::write(&path, bytes).unwrap();
        let data = Data { rows: vec![0.0; 8], d: 2, centers: vec![0.0; 2], widths: vec![1.0, 2.0] };
        of_answer(&path, &data, &[2, 4])
    }

    #[test]
    fn wrong_counts_and_wrong_normalisers_are_told_apart() {
        let scored = |wrong, note: &str| Score { checked: 2, wrong, note: note.into() };
        assert_eq!(score(&[2.0, 4.0]), scored(0, ""));
        assert_eq!(score(&[2.0, 3.0]), scored(1, ""));
        assert_eq!(score(&[f64::NAN, 4.0]), scored(1, ""));
        assert_eq!(score(&[2.0]), scored(2, "1 numbers instead of 2"));
        assert_eq!(score(&[2.0, 4.0, 0.5, 0.25]), scored(0, "normaliser: right"));
        let by_one = "normaliser: wrong by a factor of 1.5000";
        assert_eq!(score(&[2.0, 4.0, 0.75, 0.375]), scored(0, by_one));
        let by_two = "normaliser: wrong by factors of 1.0000 to 2.0000";
        assert_eq!(score(&[2.0, 4.0, 0.5, 0.5]), scored(0, by_two));
    }

    #[test]
    fn probed_faces_tell_closed_from_strict_from_rounded() {
        let data = on_faces();
        let right: Vec<f64> = exact(&data).iter().map(|&k| k as f64).collect();
        assert_eq!(faces(&right), "boundary: closed");
        let with = |window: usize, count: f64| {
            let mut counts = right.clone();
            counts[window] = count;
            faces(&counts)
        };
        assert_eq!(with(0, strict(&data) as f64), "boundary: strict");
        assert_eq!(with(3, right[3] - 1.0), "boundary: closed, but rounds its faces");
        assert_eq!(with(0, 0.0), "boundary: neither closed nor strict");
        assert!((strict(&data) as f64) < right[0]);
    }

    #[test]
    fn a_pair_on_a_face_tells_closed_from_strict() {
        let closed = totals(&exact(&pair_on_face()), 1)[0] as f64;
        assert_eq!(pair(&[closed]), "boundary: closed");
        assert_eq!(pair(&[2.0]), "boundary: strict");
        assert_eq!(pair(&[]), "boundary: neither closed nor strict");
    }

    #[test]
    fn faces_from_corners_would_be_seen() {
        let data = on_faces();
        let (center, h) = (CENTERS[1], WIDTHS[1]);
        let by_corners = |row: &&[f64]| {
            row.iter().zip(center).all(|(&s, x)| (x - h / 2.0..=x + h / 2.0).contains(&s))
        };
        let counted = data.rows.chunks_exact(2).filter(by_corners).count() as u64;
        assert_ne!(counted, exact(&data)[3]);
    }
}
