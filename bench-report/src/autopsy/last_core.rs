//! The article's explanation, put to the test: is the last core busy with something else?
//!
//! Separate from the flaws because the answer may be "not testable here", and then says why. Next:
//! [`tested`](crate::compare::autopsy::last_core::tested).

use super::{per_cent_text, with_interval};
use crate::{
    chapter::{Block, Table},
    compare::autopsy::last_core::{
        ARTICLE_CPUS, CLOSE, Doubt, LITTLE, OWN, SLOPE, Tested, Verdict, WHOLE, tested,
    },
    model::{Estimate, autopsy::LastCore},
    quantity::{self, per_cent},
};

/// The claim, its prediction, and what would refute it.
fn claim() -> String {
    format!(
        "The article's explanation as a hypothesis: the fourth worker adds little because the fourth core \
         is busy with the operating system. Then the last worker adds 1 less the share that others use of \
         its CPU. The hypothesis is refuted if the last worker gets at least {} of its CPU and adds at most \
         {} of a core. Every worker does a job of its own on a CPU of its own; the core that is left free \
         is another one in each block.",
        per_cent(OWN, 0),
        per_cent(LITTLE, 0)
    )
}

/// Everything about the claim.
pub(super) fn blocks(last_core: &LastCore) -> Vec<Block> {
    let mut blocks = vec![Block::Text(claim())];
    let failed = last_core.failures.iter();
    blocks.extend(failed.map(|one| Block::Warning(format!("last core, {one}"))));
    let nothing = |reason: &str| Block::Text(format!("Verdict: not testable here: {reason}."));
    match (&last_core.absent, tested(last_core)) {
        (Some(absent), _) => blocks.push(nothing(absent)),
        (None, None) => blocks.push(nothing(
            "in no block are all workers proven to be on their CPUs and is foreign load known",
        )),
        (None, Some(tested)) => {
            blocks.push(Block::Table(figures(&tested)));
            if !tested.loads.is_empty() {
                blocks.push(Block::Text(injector(&tested)));
                blocks.push(Block::Table(loads(&tested)));
            }
            blocks.push(Block::Text(verdict(&tested)));
        }
    }
    blocks
}

fn figures(tested: &Tested) -> Table {
    let share = |name: String, figure: Estimate| vec![name, per_cent_text(figure)];
    let predicted = Estimate {
        value: 1.0 - tested.foreign.value,
        interval: tested
            .foreign
            .interval
            .map(|ends| crate::model::Interval { low: 1.0 - ends.high, high: 1.0 - ends.low }),
    };
    let missed = with_interval(tested.missed, quantity::points, quantity::points_range);
    Table {
        columns: vec![format!("worker {} of {0}", tested.cpus), "share of a core".into()],
        rows: vec![
            share("adds".into(), tested.gain),
            share("gets of its CPU".into(), tested.own),
            share("others use of its CPU".into(), tested.foreign),
            share("so it should add".into(), predicted),
            vec!["adds more than that, in points".into(), missed],
        ],
    }
}

fn injector(tested: &Tested) -> String {
    let slope = tested.slope.map_or_else(
        || quantity::NONE.into(),
        |slope| with_interval(slope, quantity::ratio, quantity::ratios),
    );
    let judged = if tested.sees_load() {
        "Load is seen as large as it is."
    } else {
        "That is not near enough to 1, or not known well enough: what is said of foreign load here \
         decides nothing."
    };
    format!(
        "Would load be seen? A thread that uses a known share of the CPU was put there on purpose. For \
         each unit of it, {slope} units were recovered; 1 ± {SLOPE} is asked for. {judged}"
    )
}

fn loads(tested: &Tested) -> Table {
    let row = |load: &crate::compare::autopsy::last_core::Load| {
        vec![per_cent(load.asked, 0), per_cent(load.injected, 1), per_cent_text(load.recovered)]
    };
    let columns = ["load asked for", "injected", "recovered"];
    Table {
        columns: columns.map(String::from).into(),
        rows: tested.loads.iter().map(row).collect(),
    }
}

fn verdict(tested: &Tested) -> String {
    let whose = if tested.is_the_articles() {
        "This machine has enough CPUs for the article's own claim.".to_owned()
    } else {
        format!(
            "The article's own claim needs {ARTICLE_CPUS} CPUs and is not testable on {}; what is tested is \
             the same claim about the last of these.",
            tested.cpus
        )
    };
    let verdict = match tested.verdict() {
        Verdict::Supported => {
            "supported: the last worker adds less than a core, and as much as others \
                               leave of it."
                .into()
        }
        Verdict::Refuted => {
            "refuted: the last worker has its CPU for itself and adds little all the same.".into()
        }
        Verdict::NothingToExplain => format!(
            "not testable here: the last worker adds {} of a core or more, so nothing is missing that an \
             operating system could explain.",
            per_cent(WHOLE, 0)
        ),
        Verdict::CannotTell(doubt) => format!("cannot tell: {}.", doubt_text(doubt)),
    };
    format!("{whose} Verdict: {verdict}")
}

fn doubt_text(doubt: Doubt) -> String {
    match doubt {
        Doubt::TooFewBlocks => "there are too few blocks for intervals".into(),
        Doubt::LoadNotSeen => {
            "load that was put on the CPU on purpose was not seen as large as it is".into()
        }
        Doubt::TooWide => format!(
            "gain and prediction are not known to ±{}, or the gain may be a whole core",
            per_cent(CLOSE, 0)
        ),
        Doubt::OtherCause => {
            "what others use does not explain what is missing, and too little is missing to refute \
             the claim"
                .into()
        }
    }
}
