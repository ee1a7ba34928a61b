//! Warnings in the order that a reader needs: what concerns everything, then workload by workload.
//!
//! Separate from `doubts.rs` because the program that measured has warned, too, in sentences: those
//! that say the same in other numbers are not told twice. Next: `doubts.rs`.

use super::{doubts, label, others, study_doubts};
use crate::compare::{Compared, Comparison};

/// Warnings about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Warnings {
    /// What they are about; empty for everything.
    pub about: String,
    /// What limits the answer most comes first; at least one, unless it is about everything.
    pub lines: Vec<String>,
}

/// All warnings of a report; the first element is about everything and may be empty.
pub fn warnings(compared: &Compared<'_>) -> Vec<Warnings> {
    let report = compared.report;
    let unread = report.unread.iter().map(|one| format!("{}: {}", one.name, one.reason));
    let mut general: Vec<String> = unread.collect();
    let mut groups = Vec::new();
    for of_study in &compared.studies {
        let mut foreign: Vec<&String> = of_study.study.warnings.iter().collect();
        for (workload, comparison) in of_study.workloads() {
            let about = label(workload);
            let prefix = format!("{about}: ");
            let own = doubts(of_study.study, workload, comparison);
            let own = own.into_iter().map(|doubt| match doubt.strip_prefix(&prefix) {
                Some(doubt) => doubt.to_owned(),
                None => doubt,
            });
            let mut lines: Vec<String> = own.collect();
            let told = format!("workload '{}, {}'", workload.name, workload.mode.name());
            foreign.retain(|line| match about_it(line, &told) {
                Some(rest) => {
                    lines.extend((!repeats(rest, comparison)).then(|| rest.to_owned()));
                    false
                }
                None => true,
            });
            groups.extend((!lines.is_empty()).then_some(Warnings { about, lines }));
        }
        general.extend(foreign.into_iter().cloned());
        general.extend(study_doubts(of_study.study));
    }
    general.extend(others::doubts(report));
    [Warnings { about: String::new(), lines: general }].into_iter().chain(groups).collect()
}

/// A warning of the measuring program without the name of its workload, if it is about this one.
fn about_it<'l>(line: &'l str, workload: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(workload)?;
    rest.strip_prefix(": ").or_else(|| rest.strip_prefix(", "))
}

/// Whether a doubt says the same: drift is counted there in blocks and not in samples, and disturbed
/// samples all together.
fn repeats(line: &str, comparison: &Comparison) -> bool {
    let drifted = comparison.trust.drift.is_some_and(|drift| drift.flagged > 0);
    let tagged = comparison.figures.iter().filter_map(|figures| figures.tagged.samples);
    drifted && line.contains("the baseline differed by more than")
        || tagged.sum::<u64>() > 0 && line.contains("because something else ran there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_the_measuring_program_find_their_workload() {
        let workload = "workload 'a, strong'";
        assert_eq!(about_it("workload 'a, strong': x", workload), Some("x"));
        assert_eq!(about_it("workload 'a, strong', threads: x", workload), Some("threads: x"));
        assert_eq!(about_it("workload 'a, strongest': x", workload), None);
        assert_eq!(about_it("3 workers take turns", workload), None);
    }
}
