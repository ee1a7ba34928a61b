//! Where workers sit: every shape, every policy, every number of workers.

use runner::machine::Machine;
use runner::placement::{self, Choice, Placement, Room, default_workers, parse};

use crate::shapes::{self, Shape};

/// (shape, policy, CPUs in the order in which workers take them, workers that have a core each).
const PLANS: &[(&str, &str, &str, usize)] = &[
    ("desktop", "physical", "0-15", 8),
    ("desktop", "compact", "0-15", 8),
    ("desktop", "spread", "0-15", 8),
    ("desktop", "smt", "0,8,1,9,2,10,3,11,4,12,5,13,6,14,7,15", 1),
    ("two sockets", "physical", "0-7", 8),
    ("two sockets", "compact", "0,2,4,6,1,3,5,7", 8),
    ("two sockets", "spread", "0-7", 8),
    ("two sockets", "smt", "0,2,4,6,1,3,5,7", 8),
    ("two sockets, two caches each", "physical", "0,4,2,6,1,5,3,7,8,12,10,14,9,13,11,15", 8),
    ("two sockets, two caches each", "compact", "0-15", 8),
    ("two sockets, two caches each", "spread", "0,4,2,6,1,5,3,7,8,12,10,14,9,13,11,15", 8),
    ("two sockets, two caches each", "smt", "0,8,1,9,2,10,3,11,4,12,5,13,6,14,7,15", 1),
    // Caches in turn against packages in turn: the sixth worker goes elsewhere.
    ("one small socket", "physical", "0,4,8,1,5,9,2,6,10,3,7,11", 12),
    ("one small socket", "compact", "0-11", 12),
    ("one small socket", "spread", "0,4,8,1,5,2,9,3,6,10,7,11", 12),
    ("one small socket", "smt", "0-11", 12),
    ("hybrid", "physical", "0,2,4,6,8,10,12,16,13,17,14,18,15,19,1,3,5,7,9,11", 14),
    ("hybrid", "compact", "0,2,4,6,8,10,12-19,1,3,5,7,9,11", 14),
    ("hybrid", "spread", "0,2,4,6,8,10,12,16,13,17,14,18,15,19,1,3,5,7,9,11", 14),
    ("hybrid", "smt", "0-19", 1),
    ("offline", "physical", "0,1,2,4,5", 3),
    ("offline", "compact", "0,1,2,4,5", 3),
    ("offline", "spread", "0,1,2,4,5", 3),
    ("offline", "smt", "0,4,1,5,2", 1),
    ("isolated", "physical", "0,1,4-7,8,9,12-15", 6),
    ("isolated", "compact", "0,1,4-7,8,9,12-15", 6),
    ("isolated", "spread", "0,1,4-7,8,9,12-15", 6),
    ("isolated", "smt", "0,8,1,9,4,12,5,13,6,14,7,15", 1),
    ("container", "physical", "0,1,8,9", 2),
    ("container", "compact", "0,1,8,9", 2),
    ("container", "spread", "0,1,8,9", 2),
    ("container", "smt", "0,8,1,9", 1),
    ("renumbered container", "physical", "4,5", 2),
    ("renumbered container", "compact", "4,5", 2),
    ("renumbered container", "spread", "4,5", 2),
    ("renumbered container", "smt", "4,5", 2),
    ("guest", "physical", "0,1", 2),
    ("guest", "compact", "0,1", 2),
    ("guest", "spread", "0,1", 2),
    ("guest", "smt", "0,1", 2),
    ("big and little", "physical", "4-7,0-3", 8),
    ("big and little", "compact", "4-7,0-3", 8),
    ("big and little", "spread", "4,0,1,5,2,6,3,7", 8),
    ("big and little", "smt", "4-7,0-3", 8),
    ("empty", "physical", "3,5", 2),
    ("empty", "compact", "3,5", 2),
    ("empty", "spread", "3,5", 2),
    ("empty", "smt", "3,5", 2),
];

/// The ids of a list, in its order.
fn ids(text: &str) -> Vec<usize> {
    match parse(text).unwrap() {
        Choice::Cpus(cpus) => cpus,
        Choice::Policy(policy) => panic!("{} is no list", policy.name),
    }
}

fn place(shape: &str, policy: &str, workers: usize) -> Result<Placement, placement::Error> {
    let Shape { machine, limits, .. } =
        shapes::all().iter().find(|found| found.name == shape).unwrap();
    parse(policy).unwrap().place(workers, &machine.topology, &limits.allowed_cpus)
}

#[test]
fn every_policy_places_every_number_of_workers_on_every_machine() {
    let mut planned = 0;
    for Shape { name, machine: Machine { topology, .. }, limits } in shapes::all() {
        let allowed = &limits.allowed_cpus;
        for policy in placement::ALL {
            let plan = PLANS.iter().find(|plan| (plan.0, plan.1) == (*name, policy.name));
            let Some((_, _, order, own_core)) = plan else { continue };
            planned += 1;
            let order = ids(order);
            let choice = parse(policy.name).unwrap();
            for workers in 1..=2 * order.len() + 1 {
                let placement = choice.place(workers, topology, allowed).unwrap();
                let expected: Vec<usize> = order.iter().copied().cycle().take(workers).collect();
                let case = format!("{name}, {}, {workers} workers", policy.name);
                assert_eq!(placement.cpus(), expected, "{case}");
                let room = match workers {
                    _ if workers > order.len() => Room::Oversubscribed,
                    _ if workers > *own_core => Room::SharesCores,
                    _ => Room::OwnCore,
                };
                assert_eq!(
                    (placement.room, placement.policy.as_str()),
                    (room, policy.name),
                    "{case}"
                );
            }
        }
    }
    assert_eq!(planned, PLANS.len(), "a plan names a shape or a policy that is not there");
    assert_eq!(planned, shapes::all().len() * (placement::ALL.len() - 1), "a plan is missing");
}

#[test]
fn the_first_worker_of_every_policy_sits_on_a_fastest_cpu_and_lists_are_judged() {
    for Shape { name, machine: Machine { topology, .. }, limits } in shapes::all() {
        let allowed = &limits.allowed_cpus;
        for policy in placement::ALL {
            let placement = parse(policy.name).unwrap().place(1, topology, allowed).unwrap();
            let Some(&first) = placement.cpus().first() else { continue };
            let alone = parse(&first.to_string()).unwrap();
            assert_eq!(alone.slow_start(topology, allowed), None, "{name}, {}", policy.name);
        }
    }
    let Shape { machine, limits, .. } =
        shapes::all().iter().find(|found| found.name == "big and little").unwrap();
    let slow =
        |list: &str| parse(list).unwrap().slow_start(&machine.topology, &limits.allowed_cpus);
    assert_eq!((slow("1,4"), slow("5,0"), slow("physical")), (Some((1, 4)), None, None));
}

#[test]
fn a_list_is_all_the_room_there_is() {
    let Shape { machine, limits, .. } =
        shapes::all().iter().find(|found| found.name == "desktop").unwrap();
    let within = |text: &str| parse(text).unwrap().within(&limits.allowed_cpus);
    assert_eq!((within("2,0"), within("physical").len()), (vec![0, 2], 16));
    let workers = default_workers(&machine.topology, &within("2,0"), None);
    assert_eq!(workers, [1, 2, 3]);
}

#[test]
fn unpinned_workers_have_no_seat_but_room() {
    for Shape { name, machine: Machine { topology, .. }, limits } in shapes::all() {
        let allowed = &limits.allowed_cpus;
        let none = parse("none").unwrap();
        for workers in [1, allowed.len(), allowed.len() + 1] {
            let placement = none.place(workers, topology, allowed).unwrap();
            assert_eq!(placement.seats, vec![None; workers], "{name}");
            assert_eq!(placement.cpus(), [0; 0], "{name}");
            assert_eq!(placement.is_oversubscribed(), workers > allowed.len(), "{name}");
        }
    }
    assert_eq!(place("desktop", "none", 9).unwrap().room, Room::SharesCores);
}

#[test]
fn lists_are_followed_and_wrap() {
    let placement = place("desktop", "9,1,0", 2).unwrap();
    assert_eq!((placement.cpus(), placement.room), (vec![9, 1], Room::SharesCores));
    let placement = place("desktop", "9,0-2", 6).unwrap();
    assert_eq!(placement.cpus(), [9, 0, 1, 2, 9, 0]);
    assert_eq!((placement.room, placement.policy.as_str()), (Room::Oversubscribed, "9,0,1,2"));
    assert_eq!(place("empty", "5,3", 2).unwrap().cpus(), [5, 3]);
}

#[test]
fn a_list_that_the_machine_cannot_hold_names_the_cpu_and_the_allowed_ones() {
    for (shape, list, fault) in [
        ("offline", "0,3", "cpu 3 of placement '0,3' is not online; allowed: 0, 1, 2, 4, 5"),
        ("offline", "99", "cpu 99 of placement '99' is not online; allowed: 0, 1, 2, 4, 5"),
        (
            "container",
            "0,2",
            "cpu 2 of placement '0,2' is not allowed for this process; allowed: 0, 1, 8, 9",
        ),
        ("empty", "0", "cpu 0 of placement '0' is not allowed for this process; allowed: 3, 5"),
    ] {
        assert_eq!(place(shape, list, 1).unwrap_err().to_string(), fault);
    }
}

#[test]
fn worth_measuring_is_every_core_all_cpus_and_half_as_many_again() {
    let expected: &[(&str, &[usize])] = &[
        ("desktop", &[1, 2, 3, 4, 5, 6, 7, 8, 16, 24]),
        ("two sockets", &[1, 2, 3, 4, 5, 6, 7, 8, 12]),
        ("two sockets, two caches each", &[1, 2, 3, 4, 5, 6, 7, 8, 16, 24]),
        ("one small socket", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 18]),
        ("hybrid", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 20, 30]),
        ("offline", &[1, 2, 3, 5, 8]),
        ("isolated", &[1, 2, 3, 4, 5, 6, 12, 18]),
        ("container", &[1, 2, 3]),
        ("renumbered container", &[1, 2, 3]),
        ("guest", &[1, 2, 3]),
        ("big and little", &[1, 2, 3, 4, 5, 6, 7, 8, 12]),
        ("empty", &[1, 2, 3]),
    ];
    let worth = |Shape { machine, limits, .. }: &Shape| {
        default_workers(&machine.topology, &limits.allowed_cpus, limits.quota_cpus)
    };
    let found: Vec<(&str, Vec<usize>)> =
        shapes::all().iter().map(|shape| (shape.name, worth(shape))).collect();
    let found: Vec<(&str, &[usize])> =
        found.iter().map(|(name, n)| (*name, n.as_slice())).collect();
    assert_eq!(found, expected);
}
