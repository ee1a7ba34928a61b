//! `bench-report compare`: results against results, and the gate for continuous integration.
//!
//! Separate from `render.rs`, which reports on results by themselves. Next:
//! [`bench_report::across`].

use bench_report::{
    across::{Across, Settings, Side},
    quantity,
    render::across as formats,
};
use clap::{Args, ValueEnum};

use super::{
    BadInput, Outcome, Splice,
    inputs::{self, Place},
    one_of, percent, print, warn,
};

/// Compare results with results: baselines, builds, machines or implementations
///
/// What was measured on both sides is set side by side: the ratio of the medians with its 95 %
/// interval, and a verdict that looks at all rows together. What is on one side only is listed. Each
/// side is one run; what another run would change is in no interval.
///
/// Of equal runs, any row gets a verdict in at most 5 % of comparisons if samples remember each other
/// little. If they remember for long, 20 samples of each gave up to 21 %, and 100 samples 7 %.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Compare {
    /// A directory of criterion, DIR@BASELINE, a baseline of target/criterion, a study or another
    /// file of results; the first is the reference
    #[arg(value_name = "SIDE", required = true)]
    sides: Vec<String>,

    /// What is compared with what
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = By::Side)]
    by: By,

    /// Exit with 1 if a slowdown beyond this share is proven, as 5%; not below --min-effect
    #[arg(long, value_name = "SHARE", value_parser = percent::share)]
    fail_above: Option<f64>,

    /// Least difference that counts
    #[arg(long, value_name = "SHARE", value_parser = percent::share, default_value = "1%")]
    min_effect: f64,

    /// Only what has this in its name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// What to print
    #[arg(long, value_name = "NAME", value_parser = format_name(), default_value = formats::ALL[0].name())]
    format: String,

    #[command(flatten)]
    splice: Splice,
}

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// Every side with the first
    Side,
    /// Inside each side: implementations of the same work with their reference, which for benchmarks
    /// of one group is the first by name
    Implementation,
}

const EXAMPLES: &str = "\
Examples:
  bench-report compare main new
      what `cargo bench` measured last against the baseline `main`
  bench-report compare main new --fail-above 5%
      a gate: exit code 1 if any benchmark is proven to be slower by more than 5 %
  bench-report compare laptop.json server.json
      studies of two machines, ranked by absolute figures
  bench-report compare target/parzen/peers/peers.json --by implementation
      other implementations against ours";

/// Accepts the names of [`formats::ALL`] and lists them in the help.
fn format_name() -> impl clap::builder::TypedValueParser<Value = String> {
    one_of(formats::ALL.iter().map(|format| format.name()).collect())
}

impl Compare {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        self.limit_counts()?;
        self.splice.check()?;
        let sides = self.sides()?;
        let comparisons = self.comparisons(&sides)?;
        let lay_out = |format: &dyn formats::Format| {
            comparisons.iter().map(|across| format.lay_out(across)).collect::<Result<String, _>>()
        };
        let format = formats::by_name(&self.format);
        let text = format.map_or_else(|| Ok(String::new()), lay_out)?;
        // Whatever becomes of the splice, what was found out must be told.
        let spliced = self.splice.put(|| lay_out(formats::SPLICED));
        print(&text)?;
        spliced?;
        let unread = sides.into_iter().flat_map(|side| side.report.unread);
        let outcome = warn(&unread.collect::<Vec<_>>());
        if comparisons.iter().any(|across| across.failures().next().is_some()) {
            return Ok(Outcome::Regression);
        }
        complete(&comparisons)?;
        Ok(outcome)
    }

    fn sides(&self) -> anyhow::Result<Vec<Side>> {
        let side = |name: &String| {
            let report = inputs::read(&[Place::of_side(name)?])?;
            Ok(Side::new(name, report))
        };
        self.sides.iter().map(side).collect()
    }

    fn comparisons(&self, sides: &[Side]) -> Result<Vec<Across>, BadInput> {
        let settings = Settings {
            least_effect: self.min_effect,
            fail_above: self.fail_above,
            filter: self.filter.clone(),
        };
        match self.by {
            By::Side if sides.len() < 2 => Err(BadInput(format!(
                "{:?} is compared with nothing: name 2 sides or more, or use --by implementation",
                self.sides[0]
            ))),
            By::Side => Ok(vec![Across::of(sides, &settings)]),
            By::Implementation => {
                Ok(sides.iter().map(|side| Across::by_implementation(side, &settings)).collect())
            }
        }
    }

    /// A limit below the least effect would fail what does not count.
    fn limit_counts(&self) -> Result<(), BadInput> {
        let Some(limit) = self.fail_above.filter(|&limit| limit < self.min_effect) else {
            return Ok(());
        };
        let [limit, least] = [limit, self.min_effect].map(quantity::limit);
        Err(BadInput(format!(
            "--fail-above {limit} is less than --min-effect {least}: a difference that does not count \
             cannot fail; give both the same share"
        )))
    }
}

/// A gate that compared nothing must not be open.
fn complete(comparisons: &[Across]) -> Result<(), BadInput> {
    for across in comparisons {
        if let Some(other) = across.without_rows().next() {
            let (other, reference) = (&across.others[other], &across.reference);
            return Err(BadInput(format!("nothing of {other} was compared with {reference}")));
        }
    }
    Ok(())
}
