//! The article's explanation, put to the test: is the last core busy with something else?
//!
//! Separate from the flaws because the answer may be "not testable here", and then says why. Next:
//! [`tested`].

use super::{Machine, per_cent_text, with_interval};
use crate::{
    chapter::{Block, Table},
    compare::autopsy::last_core::{
        ARTICLE_CPUS, CLOSE, Doubt, LITTLE, MOST, NOBODY, OWN, SLOPE, Tested, Verdict, WHOLE,
        tested,
    },
    model::{Estimate, autopsy::LastCore},
    quantity::{self, per_cent},
};

/// The claim, its prediction, and what would refute it.
fn claim() -> String {
    format!(
        "The article's explanation as a hypothesis: the fourth worker adds little because the fourth core \
         is busy with the operating system. Then the last worker adds 1 less the share that others use of \
         its CPU. It is supported if foreign load is certain, and explains all that is missing and certainly \
         more than {} of it. It is refuted if the last worker gets at least {} of its CPU, others and the \
         host take at most {} of it, and it adds at most {} of a core all the same. Every worker does a job of its own on a CPU of its own; the core that is left free \
         is another one in each block.",
        per_cent(MOST, 0),
        per_cent(OWN, 0),
        per_cent(NOBODY, 0),
        per_cent(LITTLE, 0)
    )
}

/// Everything about the claim.
pub(super) fn blocks(last_core: &LastCore, machine: Machine) -> Vec<Block> {
    let mut blocks = vec![Block::Text(claim())];
    let failed = last_core.failures.iter();
    blocks.extend(failed.map(|one| Block::Warning(format!("last core, {one}"))));
    let found = tested_if_measured(last_core);
    if let Some(tested) = &found {
        blocks.push(Block::Table(figures(tested)));
        if !tested.loads.is_empty() {
            blocks.push(Block::Text(injector(tested)));
            blocks.push(Block::Table(loads(tested)));
        }
    }
    let whose = found.as_ref().map_or_else(String::new, |one| format!("{} ", whose(one, machine)));
    let verdict = verdict(last_core, found.as_ref());
    blocks.push(Block::Text(format!("{whose}Verdict: {verdict}")));
    blocks
}

/// The verdict, and whose claim it is about, for the top of the page.
pub(super) fn answer(last_core: &LastCore, machine: Machine) -> String {
    let found = tested_if_measured(last_core);
    let whose = found.as_ref().map_or_else(String::new, |one| format!(" {}", whose(one, machine)));
    format!("Verdict: {}{whose}", verdict(last_core, found.as_ref()))
}

fn tested_if_measured(last_core: &LastCore) -> Option<Tested> {
    if last_core.absent.is_none() { tested(last_core) } else { None }
}

/// What is said of the claim, and why.
fn verdict(last_core: &LastCore, found: Option<&Tested>) -> String {
    match (&last_core.absent, found) {
        (Some(absent), _) => format!("not testable here: {absent}."),
        (None, Some(tested)) => of_tested(tested),
        (None, None) if last_core.blocks.is_empty() => {
            "none, because no block was measured to its end.".into()
        }
        (None, None) => {
            "not testable here: in no block are all workers proven to be on their CPUs and \
                         is foreign load known."
                .into()
        }
    }
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
            share(others_use(tested), tested.foreign),
            share("so it should add".into(), predicted),
            vec!["adds more than that, in points".into(), missed],
            share("of what is missing, others explain".into(), tested.explained),
        ],
    }
}

fn others_use(tested: &Tested) -> String {
    let host = if tested.is_steal_known { "" } else { " (what the host withheld is unknown)" };
    format!("others use of its CPU{host}")
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
         each unit of it, {slope} units were recovered; the whole interval must lie within 1 ± {SLOPE}. {judged}"
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

/// About which worker the verdict is.
fn whose(tested: &Tested, machine: Machine) -> String {
    let others = match machine.cpus {
        Some(cpus) if cpus > tested.cpus as u64 => {
            format!(
                " Of {cpus} CPUs {} were used, so other software had CPUs of its own.",
                tested.cpus
            )
        }
        _ => String::new(),
    };
    if tested.is_the_articles() {
        format!(
            "This is the article's own claim, about worker {ARTICLE_CPUS} of {ARTICLE_CPUS}.{others}"
        )
    } else {
        format!(
            "The article's own claim is about worker {ARTICLE_CPUS} of {ARTICLE_CPUS}; what is tested on {} \
             CPUs is the analogous claim about the last of them.{others}",
            tested.cpus
        )
    }
}

fn of_tested(tested: &Tested) -> String {
    match tested.verdict() {
        Verdict::Supported => {
            "supported: the last worker adds less than a core, and foreign load explains what is missing."
                .into()
        }
        Verdict::Refuted => {
            "refuted: the last worker has its CPU for itself, nobody takes time of it, and it adds little \
             all the same."
                .into()
        }
        Verdict::NothingToExplain => format!(
            "not testable here: the last worker adds {} of a core or more, so nothing is missing that an \
             operating system could explain.",
            per_cent(WHOLE, 0)
        ),
        Verdict::CannotTell(doubt) => format!("cannot tell: {}.", doubt_text(doubt)),
    }
}

fn doubt_text(doubt: Doubt) -> String {
    match doubt {
        Doubt::TooFewBlocks => "there are too few blocks for intervals".into(),
        Doubt::LoadNotSeen => {
            "load that was put on the CPU on purpose was not seen as large as it is".into()
        }
        Doubt::TooWide => format!(
            "gain and prediction are not known to ±{}, or the gain may be a whole core, or foreign load may \
             explain less than {} of what is missing",
            per_cent(CLOSE, 0),
            per_cent(MOST, 0)
        ),
        Doubt::StealUnknown => {
            "the last worker adds little, but the system does not tell what the host withheld"
                .into()
        }
        Doubt::NoLoad => {
            "something is missing, but it is not certain that others use that CPU".into()
        }
        Doubt::OtherCause => {
            "what others use does not explain what is missing, and too little is missing to refute \
             the claim"
                .into()
        }
    }
}
