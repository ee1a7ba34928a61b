//! The laws of scaling side by side, for each backend to which they could be fitted.
//!
//! Separate because its rows are laws, not configurations. Next: `answer/laws.rs` for the sentence
//! above each table.

use serde::Serialize;

use super::{Table, or_none};
use crate::{
    answer::{self, LawAnswer},
    compare::{Comparison, Fitted},
    quantity::{self, NONE},
    statistics::choice::{LawFit, LeftOut},
};

/// How to read the section.
pub(in super::super) const NOTE: &str = "Laws are fitted to throughput in samples tested per \
    second, counts with a core for each worker only. The difference in AICc weighs closeness \
    against the number of parameters, and the error is that of predicting each number of workers \
    from the others; a law is named only if both agree. A parameter at an end of its range is a \
    limit, not an estimate. A fit describes times: what made them needs an experiment of its own.";

/// The answer for some backends, with the fits if there are any.
#[derive(Debug, Serialize)]
pub(in super::super) struct Laws {
    pub(in super::super) backends: String,
    pub(in super::super) sentence: String,
    pub(in super::super) table: Option<Table>,
    /// Which laws are not in the table, and why.
    pub(in super::super) left_out: Option<String>,
}

/// One for every backend, or for several of which the same is said.
pub(in super::super) fn laws(comparison: &Comparison) -> Vec<Laws> {
    answer::laws(comparison).into_iter().map(of_backends).collect()
}

fn of_backends(answer: LawAnswer<'_>) -> Laws {
    let LawAnswer { backends, sentence, fitted } = answer;
    let left_out = fitted.and_then(|fitted| left_out(&fitted.choice.left_out));
    Laws { backends, sentence, table: fitted.map(table), left_out }
}

/// The laws with the smallest criterion first.
fn table(fitted: &Fitted) -> Table {
    let mut fits: Vec<&LawFit> = fitted.choice.fits.iter().collect();
    let difference = |fit: &LawFit| fit.delta.unwrap_or(f64::INFINITY);
    fits.sort_by(|a, b| difference(a).total_cmp(&difference(b)));
    let columns = [
        "law",
        "difference",
        "Akaike weight",
        "error, left out",
        "AICc",
        "parameters with 95 % intervals",
        "what follows",
        "formula",
    ];
    Table { columns: columns.map(String::from).into(), rows: fits.into_iter().map(row).collect() }
}

fn row(fit: &LawFit) -> Vec<String> {
    let derived = answer::derived(fit);
    vec![
        fit.law.name.into(),
        or_none(fit.delta, |delta| quantity::signed(delta, 1)),
        or_none(fit.weight, |weight| quantity::per_cent(weight, 1)),
        or_none(fit.loo_error, |error| quantity::per_cent(error, 2)),
        or_none(fit.aicc, |aicc| quantity::signed(aicc, 1)),
        answer::parameters(fit),
        if derived.is_empty() { NONE.into() } else { derived },
        fit.law.formula.into(),
    ]
}

/// `Not fitted: quota (no quota is known).`
fn left_out(laws: &[LeftOut]) -> Option<String> {
    let law = |left_out: &LeftOut| format!("{} ({})", left_out.law.name, left_out.reason);
    let laws: Vec<String> = laws.iter().map(law).collect();
    (!laws.is_empty()).then(|| format!("Not fitted: {}.", laws.join("; ")))
}
