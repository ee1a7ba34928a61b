//! How a study went on, where that differs from how it was begun: under other conditions after an
//! interruption, or with samples much shorter than they were planned to be.
//!
//! Separate from [`conditions`](super::conditions), which looks at what happened around samples: here two
//! stamps are compared, and a plan with what became of it. Pure, and asked when a study is assembled.
//! Next: [`super::warning`], the wording.

use std::fmt::Display;

use super::record::{Block, Measured, Series, Study};
use super::warning::Warning;
use crate::machine::State;
use crate::machine::clock::Timer;
use crate::machine::pages::Pages;
use crate::measure::SAMPLE;

/// Clocks of a core that differ by more than this share are told: more than a measurement of it errs.
const CLOCK_SHARE: f64 = 0.05;
/// Readings of the clock whose costs differ by more than this factor come from another clock.
const READING_FACTOR: f64 = 2.0;
/// Huge pages that differ by more than this share of all pages are told.
const PAGES_SHARE: f64 = 0.1;

/// What was different when the study went on; each once for each time.
pub fn of_resumptions(study: &Study) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for resumed in &study.resumptions {
        if let Some(now) = &resumed.state {
            warnings.extend(of_state(&study.state, now));
        }
        warnings.extend(resumed.timer.and_then(|now| of_timer(study.timer, now)));
    }
    warnings
}

/// What makes the same work take another time: governor, boost and clock. Load always differs, and
/// is told by the tags of samples.
fn of_state(then: &State, now: &State) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (what, then, now) in
        [("the governor", &then.governor, &now.governor), ("boost", &then.boost, &now.boost)]
    {
        let known = then.as_ref().zip(now.as_ref());
        warnings.extend(
            known.filter(|(then, now)| then != now).map(|(then, now)| differs(what, then, now)),
        );
    }
    let clocks = then.clock_mhz.zip(now.clock_mhz);
    let other = clocks.filter(|(then, now)| (then - now).abs() > CLOCK_SHARE * then.min(*now));
    warnings.extend(other.map(|(then, now)| {
        differs("the clock of a core", format!("{then:.0} MHz"), format!("{now:.0} MHz"))
    }));
    warnings
}

fn of_timer(then: Timer, now: Timer) -> Option<Warning> {
    let (then_ns, now_ns) = (then.clock_ns, now.clock_ns);
    let is_other = then_ns.max(now_ns) > READING_FACTOR * then_ns.min(now_ns);
    is_other.then(|| {
        let in_ns = |ns: f64| format!("{ns:.1} ns");
        differs("a reading of the clock", in_ns(then_ns), in_ns(now_ns))
    })
}

/// What became of a series otherwise than planned.
pub fn of_series(series: &Series) -> Vec<Warning> {
    let again = series.pages_again.iter().flatten();
    let other = series.subject.pages.and_then(|then| {
        let mut again = again.copied();
        again.find(|&now| are_others(then, now)).map(|now| (then, now))
    });
    let pages = other.map(|(then, now)| {
        let what = format!("workload '{}': the memory of its samples", series.subject.name);
        differs(&what, then, now)
    });
    pages.into_iter().chain(shortened(series)).collect()
}

fn are_others(then: Pages, now: Pages) -> bool {
    let difference = then.huge_bytes.abs_diff(now.huge_bytes);
    difference as f64 > PAGES_SHARE * then.bytes.max(now.bytes) as f64
}

/// A warning if the baseline mostly took less than half of the time for which programs choose passes.
fn shortened(series: &Series) -> Option<Warning> {
    let openings = series.blocks.iter().filter_map(|block: &Block| block.opening.as_ref());
    let mut wall_ns: Vec<u64> =
        openings.map(|measured: &Measured| measured.sample.wall_ns).collect();
    wall_ns.sort_unstable();
    let median_ns = *wall_ns.get(wall_ns.len() / 2)?;
    (u128::from(median_ns) < SAMPLE.as_nanos() / 2).then(|| Warning::Short {
        workload: format!("{}, {}", series.subject.name, series.subject.mode.name()),
        median_ms: median_ns as f64 / 1e6,
    })
}

fn differs(what: &str, then: impl Display, now: impl Display) -> Warning {
    Warning::Resumed { what: what.into(), then: then.to_string(), now: now.to_string() }
}

#[cfg(test)]
mod tests {
    use super::{are_others, of_series, of_state, of_timer};
    use crate::machine::State;
    use crate::machine::clock::Timer;
    use crate::machine::pages::Pages;
    use crate::study::record::{Block, Series, StoppedBy};
    use crate::study::tags::tests::quiet;

    fn state(governor: Option<&str>, clock_mhz: f64) -> State {
        let governor = governor.map(Into::into);
        State { governor, clock_mhz: Some(clock_mhz), ..State::default() }
    }

    #[test]
    fn another_governor_or_clock_is_told_and_an_unknown_one_is_not() {
        let then = state(Some("performance"), 3000.0);
        assert_eq!(of_state(&then, &state(Some("performance"), 3100.0)), []);
        assert_eq!(of_state(&then, &state(None, 2900.0)), []);
        let told = of_state(&then, &state(Some("powersave"), 2000.0));
        let text: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert!(text[0].contains("the governor was performance and is powersave"), "{text:?}");
        assert!(text[1].contains("a core was 3000 MHz and is 2000 MHz"), "{text:?}");
    }

    #[test]
    fn another_clock_source_is_told() {
        let timer =
            |clock_ns| Timer { resolution_ns: 1, clock_ns, cpu_clock_ns: None, is_monotonic: None };
        assert_eq!(of_timer(timer(25.0), timer(40.0)), None);
        assert!(of_timer(timer(25.0), timer(900.0)).is_some());
    }

    fn series(opening_ns: u64, pages_again: Vec<Option<Pages>>) -> Series {
        let mut subject = crate::study::tests::subject();
        subject.pages = Some(pages(1 << 21));
        let block = Block { opening: Some(quiet(0, opening_ns)), ..Block::default() };
        let stopped_by = StoppedBy::Blocks;
        Series { subject, stopped_by, pages_again, blocks: vec![block; 3] }
    }

    fn pages(huge_bytes: u64) -> Pages {
        Pages { bytes: 1 << 21, huge_bytes, base_page_bytes: 4096 }
    }

    #[test]
    fn other_pages_and_short_samples_are_told() {
        assert!(are_others(pages(0), pages(1 << 21)) && !are_others(pages(4096), pages(0)));
        assert_eq!(of_series(&series(11_000_000, vec![None, Some(pages(1 << 21))])), []);
        let told = of_series(&series(9_000_000, vec![None, Some(pages(0))]));
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[1].to_string().contains("took 9.0 ms"), "{}", told[1]);
    }
}
