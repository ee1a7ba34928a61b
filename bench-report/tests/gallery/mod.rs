//! Made-up reports of every size that a page must bear, for the example `gallery` and for tests.
//!
//! Separate because an example and tests share it. No number in it claims anything about any
//! machine; all come from fixed seeds.

#![allow(dead_code, unreachable_pub, reason = "a test and an example share this")]

use std::path::Path;

use bench_report::model::tour::{Arrival, Call, Outcome, Task, Tour};
use bench_report::model::{
    Answers, Benchmark, Benchmarks, Block, Cpu, Described, Entry, Isa, Limits, Machine, Mode, Peer,
    PeerWorkload, Peers, Plan, Report, Reported, Role, Sample, Sampling, State, Study, Throughput,
    Timing, Unit, Unread, Workload,
};
use bench_report::source::article;
use rand::{Rng, SeedableRng as _, rngs::ChaCha8Rng};
use rand_distr::{Distribution as _, StandardNormal};

/// Relative standard deviation of all made-up times.
const NOISE: f64 = 0.015;

/// A name of 120 characters.
pub const LONG: &str = "a-name-of-one-hundred-and-twenty-characters/which-a-benchmark-may-have/\
    and-no-chart-may-lose-its-shape-over-it/value=123456";

/// Instruction sets that no machine has.
const ISAS: [&str; 3] = ["widest", "wider", "narrow"];

/// Every page of the gallery by its name.
pub fn all() -> Vec<(&'static str, Report)> {
    let studies = |mut study: Study| {
        study.workloads.truncate(1);
        Report { studies: vec![study], ..Report::default() }
    };
    vec![
        ("empty", Report::default()),
        ("one-worker", studies(study(&[1], &["threads"], 12))),
        ("two-workers", studies(study(&[1, 2, 3], &["threads"], 20))),
        (
            "eight-workers",
            everything(study(&[1, 2, 3, 4, 6, 8, 12], &["threads", "rayon", "processes"], 20)),
        ),
        (
            "many-workers",
            studies(study(&[1, 2, 4, 8, 16, 32, 64, 96, 128], &["threads", "rayon"], 12)),
        ),
        ("every-worker", studies(study(&(1..=128).collect::<Vec<_>>(), &["threads"], 8))),
        ("two-blocks", studies(study(&[1, 2, 4], &["threads", LONG], 2))),
        ("seven-backends", studies(study(&[1, 2, 4], &["a", "b", "c", "d", "e", "f", LONG], 12))),
        (
            "benchmarks",
            Report {
                benchmarks: vec![benchmarks()],
                machines: vec![described()],
                ..Report::default()
            },
        ),
        ("sixty-benchmarks", Report { benchmarks: vec![foreign(60)], ..Report::default() }),
        ("one-benchmark", Report { benchmarks: vec![foreign(1)], ..Report::default() }),
        ("peers", Report { peers: vec![peers()], unread: vec![unread()], ..Report::default() }),
        ("tour", tour()),
        ("tour-of-64-workers", Report { tours: vec![stretched(64)], ..Report::default() }),
        ("tour-of-one-worker", Report { tours: vec![stretched(1)], ..Report::default() }),
        ("tour-without-tasks", Report { tours: vec![stretched(0)], ..Report::default() }),
        ("tour-that-failed", Report { tours: vec![failed()], ..Report::default() }),
        ("machines", Report { machines: vec![described()], ..Report::default() }),
    ]
}

/// A report with a part of every kind.
pub fn everything(study: Study) -> Report {
    Report {
        studies: vec![study],
        benchmarks: vec![benchmarks(), foreign(5)],
        peers: vec![peers()],
        machines: vec![described()],
        unread: vec![unread()],
        ..Report::default()
    }
}

/// 2,000 benchmarks and a study of 128 workers in 200 blocks.
pub fn largest() -> Report {
    let mut study = study(&(1..=128).collect::<Vec<_>>(), &["threads"], 200);
    study.workloads.truncate(1);
    Report { studies: vec![study], benchmarks: vec![foreign(2000)], ..Report::default() }
}

/// Benchmarks, other implementations, a machine and a broken file, without a study; small enough to
/// be recorded.
pub fn without_study() -> Report {
    let mut benchmarks = benchmarks();
    benchmarks.benchmarks.retain(|one| !one.id.contains("d=8") && !one.id.contains("wider"));
    Report {
        benchmarks: vec![benchmarks, foreign(4)],
        peers: vec![peers()],
        machines: vec![described()],
        unread: vec![unread()],
        ..Report::default()
    }
}

/// A tour with every section, and the study that its benchmark names.
pub fn tour() -> Report {
    let study = Study { file_name: "study.json".into(), ..study(&[1, 2, 3], &["threads"], 12) };
    let mut studies = vec![study];
    studies[0].workloads.truncate(1);
    Report { tours: vec![recorded_tour()], studies, ..Report::default() }
}

/// The made-up tour of `tests/data/tour`.
pub fn recorded_tour() -> Tour {
    let bytes = include_bytes!("../data/tour/article.json");
    article::parse(bytes, Path::new("article.json")).expect("a tour that can be read")
}

/// A tour without a study, of so many workers with four tasks each, and long texts.
pub fn stretched(workers: u64) -> Tour {
    let mut tour = recorded_tour();
    for section in &mut tour.sections {
        section.incidents.push(LONG.into());
        match &mut section.outcome {
            Outcome::Queue(queue) => {
                queue.workers = workers.max(1);
                let first = queue.strings[0].clone();
                let string = |position| Arrival { position, text: LONG.into(), ..first.clone() };
                queue.strings = (0..workers).rev().map(string).collect();
            }
            Outcome::Pool(pool) => {
                pool.workers = workers.max(1);
                pool.inputs = (1..=4 * workers.cast_signed()).map(|one| one * 1001).collect();
                pool.calls.iter_mut().for_each(|call| stretch(call, &pool.inputs, workers));
            }
            Outcome::Memory(memory) => {
                memory.ways[0].available = false;
                memory.ways[0].reason = Some(LONG.into());
                memory.ways[1].start_ns.truncate(workers as usize);
                memory.ways[2].private_bytes.truncate(workers as usize);
            }
            Outcome::Data(data) => {
                data.covariance = [[1.0, 0.9], [0.9, 2.0]];
                data.mean = [0.3, -0.2];
                data.is_articles = false;
                data.curve.truncate(workers as usize);
            }
            Outcome::Waiting(waiting) => {
                waiting.kinds.iter_mut().for_each(|kind| kind.workers.truncate(workers as usize));
                waiting.kinds[0].task = LONG.into();
            }
            Outcome::Failed(_) | Outcome::Window(_) | Outcome::Benchmark(_) => {}
        }
    }
    tour
}

/// Results in the order of the inputs, tasks in turn on all workers.
fn stretch(call: &mut Call, inputs: &[i64], workers: u64) {
    let task = |(idx, &input): (usize, &i64)| {
        let round = idx as u64 / workers;
        let began_ns = 1000 + round * 50_000;
        Task {
            input,
            worker: idx as u64 % workers,
            submitted_ns: 1000,
            began_ns,
            ended_ns: began_ns + 40_000 / (round + 1),
            received_ns: began_ns + 49_000,
        }
    };
    call.tasks = inputs.iter().enumerate().map(task).collect();
    call.results = inputs.iter().map(|input| input.checked_pow(3)).collect();
}

/// A tour of which nothing came.
pub fn failed() -> Tour {
    let mut tour = recorded_tour();
    for section in &mut tour.sections {
        section.outcome = Outcome::Failed("processes cannot be started here".into());
    }
    tour
}

fn unread() -> Unread {
    Unread {
        name: "criterion/broken/new/sample.json".into(),
        reason: "it ends in the middle".into(),
    }
}

/// Workers of each of `backends` beside the serial code; the machine has half of the most workers
/// as cores, but at least two.
pub fn study(workers: &[u64], backends: &[&str], blocks: usize) -> Study {
    let most = workers.iter().copied().max().unwrap_or(1);
    let cores = (most * 2 / 3).max(2);
    let machine = machine(cores);
    Study {
        fingerprint: None,
        file_name: "study.json".into(),
        created_unix_s: Some(1_790_000_000),
        seed: Some(1),
        isa: ISAS[0].into(),
        complete: true,
        plan: Plan::default(),
        limits: Limits { allowed_cpus: (0..cores).collect(), quota_cpus: None, more: Vec::new() },
        state: State::default(),
        timer: None,
        workloads: [Mode::Strong, Mode::Throughput]
            .map(|mode| workload(mode, workers, backends, blocks, cores))
            .into(),
        skipped: Vec::new(),
        warnings: Vec::new(),
        machine,
    }
}

fn machine(cores: u64) -> Machine {
    Machine {
        cpu: Some("Made-up CPU @ 2.80GHz".into()),
        architecture: Some("x86_64".into()),
        logical_cpus: Some(cores),
        physical_cores: Some(cores),
        topology: (0..cores).map(|id| Cpu { id, core: Some(id), kind: None }).collect(),
        isas: ISAS.map(|name| Isa { name: name.into(), available: Some(true) }).into(),
        ..Machine::default()
    }
}

fn described() -> Described {
    Described {
        file_name: "machine.json".into(),
        machine: machine(4),
        limits: Limits::default(),
        state: State::default(),
    }
}

fn workload(mode: Mode, workers: &[u64], backends: &[&str], blocks: usize, cores: u64) -> Workload {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let configurations = backends.iter().enumerate().flat_map(|(place, backend)| {
        workers.iter().map(move |&workers| (*backend, workers, place))
    });
    let all = [("serial", 1, 0)].into_iter().chain(configurations);
    let entries: Vec<Entry> = all
        .map(|(backend, workers, place)| {
            let n = workers.min(cores) as f64;
            let share = 0.02 + 0.03 * place as f64;
            let speed = n / (1.0 + share * (n - 1.0) + 0.0002 * n * (n - 1.0));
            let ns = 5e6 * mode.jobs(workers) / speed;
            entry(backend, workers, cores, (0..blocks).map(|_| noisy(ns, &mut random)).collect())
        })
        .collect();
    let order: Vec<usize> = (0..entries.len()).collect();
    Workload {
        name: "article".into(),
        title: "A made-up workload of 10 000 samples.".into(),
        mode,
        level: None,
        widths_per_scan: Some(100),
        n: 10_000,
        d: 2,
        element: "f8".into(),
        generator: "normal".into(),
        sample_seed: Some(123),
        checksum: "xxh3:0".into(),
        center: vec![0.0, 0.0],
        widths: vec![1.0; 100],
        task: "one width".into(),
        tasks: Some(100),
        bytes: Some(160_000),
        pages: None,
        counts: vec![1725; 100],
        passes: 10,
        warm_up_passes: Some(3),
        stopped_by: None,
        entries,
        blocks: (0..blocks).map(|_| Block { order: order.clone(), ..Block::default() }).collect(),
        unfinished_samples: None,
    }
}

fn entry(backend: &str, workers: u64, cores: u64, pass_ns: Vec<f64>) -> Entry {
    let sample =
        |ns: f64| Sample { wall_ns: (ns * 10.0) as u64, tags: Some(vec![]), ..Sample::default() };
    Entry {
        backend: backend.into(),
        workers,
        cpus: (0..workers).map(|worker| worker % cores).collect(),
        oversubscribed: workers > cores,
        role: Role::Measured,
        samples: pass_ns.into_iter().map(sample).collect(),
    }
}

fn noisy(ns: f64, random: &mut impl Rng) -> f64 {
    let z: f64 = StandardNormal.sample(random);
    ns * (NOISE * z).exp()
}

/// Benchmarks whose names tell n, d and the instruction set, with their roofs.
pub fn benchmarks() -> Benchmarks {
    let mut all = Vec::new();
    for (place, isa) in ISAS.into_iter().enumerate() {
        let slower: f64 = [1.0, 1.6, 5.0][place];
        for d in [2.0, 8.0] {
            for n in [1e4, 1e6, 1.6e7] {
                let memory = if n > 1e6 { 2.5 } else { 1.0 };
                let load = n * d * 0.06 * memory * slower.min(1.7);
                let path = format!("{isa}/d={d}/n={n}");
                let roofline = format!("roofline/{path}");
                all.push(benchmark(&roofline, "sum", n, load));
                all.push(benchmark(&roofline, "count", n, load.max(n * d * 0.09 * slower)));
                all.push(benchmark(
                    &format!("widths/{path}/near"),
                    "prepared",
                    100.0 * n,
                    n * d * 0.5 * slower,
                ));
            }
        }
        let plain = format!("plain/{isa}/d=2/n=10000");
        all.push(benchmark(&plain, "count", 1e4, 2e3 * slower));
        all.push(benchmark(&plain, "loop", 1e4, 9e3 * slower));
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    Benchmarks { origin: "criterion".into(), baseline: "new".into(), benchmarks: all }
}

/// Benchmarks of another program: their names tell nothing. The first is of 120 characters.
pub fn foreign(count: usize) -> Benchmarks {
    let name =
        |idx: usize| if idx == 0 { LONG.into() } else { format!("parser/{}", idx * 37 % 1009) };
    let one = |idx: usize| Benchmark {
        throughput: match idx % 3 {
            0 => Vec::new(),
            1 => vec![Throughput { unit: Unit::Bytes, per_iteration: 4096.0 }],
            _ => vec![Throughput { unit: Unit::Other("frames".into()), per_iteration: 3.0 }],
        },
        function: None,
        ..benchmark("", &name(idx), 1.0, 40.0 * 1.3_f64.powi((idx % 70) as i32))
    };
    let mut benchmarks: Vec<Benchmark> = (0..count).map(one).collect();
    for one in &mut benchmarks {
        one.id = one.id.trim_start_matches('/').into();
    }
    benchmarks.sort_by(|a, b| a.id.cmp(&b.id));
    Benchmarks { origin: "other-criterion".into(), baseline: "new".into(), benchmarks }
}

fn benchmark(group: &str, function: &str, elements: f64, ns: f64) -> Benchmark {
    let id = format!("{group}/{function}");
    let mut random = ChaCha8Rng::seed_from_u64(id.len() as u64 + ns as u64);
    let timing = |idx: usize| {
        let iterations = (idx + 1) as f64;
        Timing { iterations, total_ns: iterations * noisy(ns, &mut random) }
    };
    Benchmark {
        group: group.into(),
        function: Some(function.into()),
        value: None,
        throughput: vec![Throughput { unit: Unit::Elements, per_iteration: elements }],
        sampling: Sampling::Linear,
        samples: (0..30).map(timing).collect(),
        reported: Reported::default(),
        id,
    }
}

/// One job done by seven implementations: one wrong, one absent, one with a long name. The control fails.
pub fn peers() -> Peers {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let rounds = |ns: f64| if ns > 0.0 { 11 } else { 0 };
    let mut peer = |name: &str, ns: f64, answers: Answers| Peer {
        name: name.into(),
        version: Some("1.2".into()),
        ours: false,
        control: false,
        workers: Some(1),
        build_ns: Vec::new(),
        query_ns: (0..rounds(ns)).map(|_| noisy(ns, &mut random)).collect(),
        blocks: (0..rounds(ns)).collect(),
        answers,
        note: String::new(),
        absent: (ns <= 0.0).then(|| "it is not installed".into()),
    };
    let wrong = Answers::Wrong { wrong: 3, checked: 100, note: "the edge counts as inside".into() };
    let mut entries = vec![
        peer("kernel", 1.2e6, Answers::Exact),
        peer("NumPy", 8.5e6, Answers::Exact),
        peer("SciPy cKDTree", 3.1e6, Answers::Exact),
        peer("a loop in Python", 2.3e9, Answers::Exact),
        peer("quick and wrong", 0.9e6, wrong),
        peer(LONG, 4.0e6, Answers::Unchecked),
        peer("absent", 0.0, Answers::Unchecked),
    ];
    let again = peer("kernel again (control)", 1.6e6, Answers::Exact);
    entries.insert(1, Peer { ours: true, control: true, ..again });
    let workload = PeerWorkload {
        name: "article".into(),
        title: "100 widths around the origin".into(),
        n: 10_000,
        d: 2,
        centers: 1,
        widths: 100,
        reference: Some("kernel".into()),
        entries,
    };
    Peers {
        file_name: "peers.json".into(),
        created_unix_s: Some(1_790_000_000),
        cpu: Some("Made-up CPU @ 2.80GHz".into()),
        workloads: vec![workload],
    }
}
