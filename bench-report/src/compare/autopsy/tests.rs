//! Made-up times with known effects: they are recovered, intervals hold the truth as often as they say,
//! and an interaction is left as unexplained.

use rand::{Rng, SeedableRng as _, rngs::ChaCha8Rng};
use rand_distr::{Distribution as _, StandardNormal};

use super::*;
use crate::{
    model::autopsy::Condition,
    statistics::{FEWEST_BLOCKS, proportion::expected_counts},
};

/// Effects of two flaws on the logarithm of the speed-up of 2 workers, what both together add to their
/// sum, and what separates the condition with all flaws from the last step.
#[derive(Clone, Copy)]
struct Truth {
    flaws: [f64; 2],
    interaction: f64,
    rest: f64,
}

const CLEAN: f64 = 0.6;
const ADDITIVE: Truth = Truth { flaws: [0.2, -0.5], interaction: 0.0, rest: 0.0 };

impl Truth {
    /// Logarithm of the speed-up under a condition.
    fn log(self, role: Role) -> f64 {
        let both = self.flaws[0] + self.flaws[1] + self.interaction;
        CLEAN
            + match role {
                Role::Clean => 0.0,
                Role::Alone(flaw) => self.flaws[flaw],
                Role::Step(_) => both,
                Role::All => both + self.rest,
            }
    }
}

fn quick() -> Timing {
    Timing {
        wall_ns: 1,
        startup_ns: 0,
        transfer_ns: None,
        first_pass_ns: None,
        foreign_ns: None,
        stolen_ns: None,
        throttled_ns: None,
    }
}

/// An engine with so many blocks, each at a level of its own, whose times have a noise of this share.
fn engine(truth: Truth, blocks: usize, noise: f64, random: &mut impl Rng) -> Engine {
    let z = |random: &mut _| -> f64 { StandardNormal.sample(random) };
    let levels: Vec<f64> = (0..blocks).map(|_| 0.1 * z(random)).collect();
    let mut column = |log: f64| -> Vec<Timing> {
        let mut time = |level: &f64| (1e8 * (level + log + noise * z(random)).exp()) as u64;
        levels.iter().map(|level| Timing { wall_ns: time(level), ..quick() }).collect()
    };
    let mut condition = |role| Condition {
        sizes: vec![column(0.0), column(-truth.log(role)), column(-1.2 * truth.log(role))],
    };
    Engine {
        name: "made-up".into(),
        title: String::new(),
        version: None,
        absent: None,
        n: 1,
        widths: 1,
        passes: 1,
        sizes: vec![0, 2, 3],
        untestable: Vec::new(),
        not_reproduced: Vec::new(),
        flaws: vec!["a".into(), "b".into()],
        conditions: Engine::roles(2).map(&mut condition).collect(),
        unfinished_runs: 0,
        failures: Vec::new(),
    }
}

fn pool_of(truth: Truth, blocks: usize, noise: f64, seed: u64) -> Pool {
    let engine = engine(truth, blocks, noise, &mut ChaCha8Rng::seed_from_u64(seed));
    decomposed(&engine).unwrap().pools.remove(0)
}

#[track_caller]
fn assert_near(found: Estimate, truth: f64, by: f64) {
    assert!((found.value - truth).abs() < by, "{found:?} instead of {truth}");
}

#[test]
fn known_effects_are_recovered_and_add_up_exactly() {
    let pool = pool_of(ADDITIVE, 40, 0.01, 1);
    assert_near(pool.clean, CLEAN, 0.01);
    for (idx, effect) in ADDITIVE.flaws.into_iter().enumerate() {
        assert_near(pool.steps[idx].log, effect, 0.01);
        assert_near(pool.alone[idx].log, effect, 0.01);
    }
    let sum = pool.clean.value + pool.alone.iter().map(|one| one.log.value).sum::<f64>();
    assert!((sum + pool.unexplained.value - pool.all.value).abs() < 1e-12);
    let steps = pool.steps.iter().map(|step| step.log.value).sum::<f64>();
    assert!((pool.clean.value + steps + pool.again.value - pool.all.value).abs() < 1e-12);
    assert_eq!(Sum::of(pool.unexplained), Sum::AddsUp);
    for effects in [&pool.alone, &pool.steps] {
        assert_eq!(effects[0].verdict, Verdict::Raises);
        assert_eq!(effects[1].verdict, Verdict::Lowers);
    }
}

/// The second flaw undoes the first: each alone tells nothing of that.
#[test]
fn an_interaction_is_left_as_unexplained() {
    let truth = Truth { interaction: -0.2, ..ADDITIVE };
    let pool = pool_of(truth, 40, 0.01, 2);
    assert_near(pool.unexplained, -0.2, 0.02);
    assert_eq!(Sum::of(pool.unexplained), Sum::Unexplained);
    // The steps have it, in the flaw that comes second.
    assert_near(pool.steps[1].log, -0.7, 0.02);
    // An interval of 95 % would miss it once in twenty seeds; `intervals_hold_the_truth` counts that.
    assert_near(pool.again, 0.0, 0.01);
}

/// The A/A control moves, and with it what the sum leaves: the flawed figure is what was measured.
#[test]
fn a_flawed_figure_that_moves_by_itself_is_seen_twice() {
    let pool = pool_of(Truth { rest: 0.1, ..ADDITIVE }, 40, 0.01, 3);
    assert_near(pool.again, 0.1, 0.01);
    assert!(!pool.again.interval.unwrap().contains(0.0));
    assert_eq!(Sum::of(pool.unexplained), Sum::Unexplained);
}

#[test]
fn small_effects_do_not_matter_and_noise_cannot_tell() {
    let nothing = Truth { flaws: [0.0, 0.0], ..ADDITIVE };
    let quiet = pool_of(nothing, 60, 0.002, 4);
    assert!(quiet.alone.iter().all(|one| one.verdict == Verdict::DoesNotMatter));
    let noisy = pool_of(nothing, 8, 0.1, 4);
    assert!(noisy.alone.iter().all(|one| one.verdict == Verdict::CannotTell));
}

#[test]
fn too_few_blocks_give_values_without_verdicts() {
    let pool = pool_of(ADDITIVE, FEWEST_BLOCKS - 1, 0.01, 5);
    assert_eq!(pool.alone[0].log.interval, None);
    assert_eq!(pool.alone[0].verdict, Verdict::CannotTell);
    assert_eq!(Sum::of(pool.unexplained), Sum::CannotTell);
}

/// In 150 made-up studies each interval of 95 % holds its truth as often as a binomial distribution allows
/// one time in a thousand, or more often.
#[test]
fn intervals_hold_the_truth() {
    let mut held = [0_u64; 4];
    let studies = 150;
    for seed in 0..studies {
        let pool = pool_of(ADDITIVE, 12, 0.05, 100 + seed);
        let pairs = [
            (pool.steps[0].log, ADDITIVE.flaws[0]),
            (pool.alone[1].log, ADDITIVE.flaws[1]),
            (pool.again, 0.0),
            (pool.unexplained, 0.0),
        ];
        for (count, (found, truth)) in held.iter_mut().zip(pairs) {
            *count += u64::from(found.interval.unwrap().contains(truth));
        }
    }
    let (least, _) = expected_counts(0.95, studies, 1e-3);
    assert!(held.iter().all(|&count| count >= least), "{held:?} of {studies}, least {least}");
}

#[test]
fn single_runs_show_the_odd_step_as_often_as_it_is_there() {
    // Three workers do 1.2 times the logarithm of two: of 0.6 the second adds 0.82, the third 0.23.
    let engine = engine(ADDITIVE, 30, 0.01, &mut ChaCha8Rng::seed_from_u64(6));
    let decomposed = decomposed(&engine).unwrap();
    assert_eq!(decomposed.single_clean.unwrap().odd, 0);
    let mut odd = engine;
    for timing in &mut odd.conditions[0].sizes[2] {
        timing.wall_ns /= 3;
    }
    let single = super::decomposed(&odd).unwrap().single_clean.unwrap();
    assert_eq!((single.odd, single.of), (30, 30));
    assert!(single.share.interval.unwrap().low > 0.8);
}

/// The published sample: 1.1 looks best by the published formula, 0.1 by the right one.
#[test]
fn the_published_formula_chooses_another_width() {
    let counts = [16, 61, 135, 247, 390, 547, 742, 939, 1194, 1445, 1728, 2022];
    let density = Density {
        n: 10_000,
        d: 2,
        widths: (1..=12).map(|tenth| f64::from(tenth) / 10.0).collect(),
        counts: counts.into(),
        truth: 0.5 / std::f64::consts::PI,
    };
    let [right, published] = best_widths(&density).unwrap();
    assert!((right.width - 0.1).abs() < 1e-12 && (right.estimate - 0.16).abs() < 1e-12);
    assert!((published.width - 1.1).abs() < 1e-12);
    assert!((published.estimate - 0.157_090_909_091).abs() < 1e-12);
}
