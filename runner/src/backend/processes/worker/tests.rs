//! A worker on a thread, and a parent that says what it likes.

use super::{
    Answer, Broken, Channel, Order, PARENT, Shape, Source, VERSION, WORKER, serve_through,
};
use crate::backend::{Job, Mode};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Duration;

/// What a worker, here on a thread, answers to `orders`, the second of them followed by samples.
fn answers(orders: &[Order]) -> (Vec<Answer>, ExitCode) {
    let patience = Duration::from_mins(1);
    let [mut parent, worker] =
        <[_; 2]>::from(UnixStream::pair().unwrap()).map(|end| Channel::new(end, patience).unwrap());
    let served = std::thread::spawn(|| serve_through(worker, &[]));
    let mut answers = Vec::new();
    for (nth, order) in orders.iter().enumerate() {
        parent.send(order, &[]).unwrap();
        if nth == 1 {
            let sent = parent.send_raw(bytemuck::cast_slice(&[0.0, 0.5, f64::from(nth as u32)]));
            // A worker that refuses the order may be gone before they come.
            assert!(matches!(sent, Ok(()) | Err(Broken::Closed)), "{sent:?}");
        }
        while *order != Order::Quit && !parent.look().unwrap() {}
        if *order != Order::Quit {
            answers.push(parent.message().unwrap().0);
        }
    }
    (answers, served.join().unwrap())
}

fn hello(version: u32) -> Order {
    Order::Hello { magic: PARENT, version, seat: None }
}

fn setup(element: &str) -> Order {
    let question = Job::from_tasks(2, &|_| 0, Mode::Strong).question().clone();
    let shape = Shape { n: 3, d: 1, element: element.into() };
    let question = crate::backend::Question { center: vec![0.0], ..question };
    Order::Setup { question, tasks: 0..2, shape, source: Source::Stream }
}

fn failed(answers: &[Answer]) -> &str {
    match answers.last() {
        Some(Answer::Failed { message }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_worker_follows_orders_and_quits() {
    let orders = [hello(VERSION), setup("f8"), Order::Open, Order::Task { task: 1 }, Order::Quit];
    let (answers, code) = answers(&orders);
    assert_eq!(answers[0], Answer::Hello { magic: WORKER, version: VERSION });
    assert_eq!(answers[1..3], [Answer::Ready, Answer::Ready]);
    assert!(matches!(answers[3], Answer::Done { counted_ns: Some(_), unstable: None }));
    assert_eq!(code, ExitCode::SUCCESS);
}

#[test]
fn a_worker_that_panics_says_why() {
    let (answers, code) = answers(&[hello(VERSION), setup("f8"), Order::Task { task: 2 }]);
    assert!(failed(&answers).contains("index out of bounds"), "{}", failed(&answers));
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn what_a_worker_cannot_do_is_said() {
    for orders in [vec![hello(VERSION + 1)], vec![hello(VERSION), Order::Open]] {
        let (answers, _) = answers(&orders);
        assert!(failed(&answers).ends_with("out of turn"), "{}", failed(&answers));
    }
    let (answers, _) = answers(&[hello(VERSION), setup("f2")]);
    assert!(failed(&answers).contains("'f2'; known: f8, f4"), "{}", failed(&answers));
}
