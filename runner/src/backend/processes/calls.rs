//! The worker's side of typed functions: what a worker can be called with, and how it answers.
//!
//! Separate from `worker`, which counts samples under measurement: a function of the program may panic,
//! and that is an answer here, after which the worker goes on. Next: [`tasks`](crate::tasks), the
//! public face.

use std::fmt::Debug;

/// A function that can be called by its name, with encoded input: what a
/// [`Function`](crate::tasks::Function) is to a worker.
pub trait Callable: Debug + Sync {
    /// Its name; a program has one function of each name.
    fn name(&self) -> &'static str;

    /// Decodes `input`, calls, and encodes what comes out.
    ///
    /// # Errors
    /// The text of the function's own error, or what is wrong with the encoding.
    fn call(&self, input: &[u8]) -> Result<Vec<u8>, String>;
}

#[cfg(target_os = "linux")]
pub(super) use serving::work;

#[cfg(target_os = "linux")]
mod serving {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::super::channel::{Broken, Channel};
    use super::super::wire::{Answer, Order, Problem, Returned};
    use super::super::worker::{Fatal, await_order};
    use super::Callable;
    use crate::backend::last_words;
    use crate::machine::clock;

    /// Answers the call that has come, and every one after it until told to quit.
    pub(crate) fn work(channel: &mut Channel, functions: &[&dyn Callable]) -> Result<(), Fatal> {
        loop {
            let (answer, output) = match channel.message()? {
                (Order::Call { function }, input) => call(functions, &function, input),
                (Order::Quit, _) => return Ok(()),
                (other, _) => return Err(Fatal::Order(other.into())),
            };
            tell(channel, answer, &output)?;
            await_order(channel)?;
        }
    }

    /// Answers; that there is no answer, if it is longer than a frame may be.
    fn tell(channel: &mut Channel, answer: Answer, output: &[u8]) -> Result<(), Broken> {
        match (channel.send(&answer, output), answer) {
            (
                Err(Broken::Garbled(Problem::TooLong { found })),
                Answer::Returned { began_ns, ended_ns, .. },
            ) => {
                let how = Returned::TooLong(found);
                channel.send(&Answer::Returned { began_ns, ended_ns, how }, &[])
            }
            (sent, _) => sent,
        }
    }

    /// Calls a function, whatever it does; the answer, and the bytes that follow it.
    fn call(functions: &[&dyn Callable], name: &str, input: &[u8]) -> (Answer, Vec<u8>) {
        let began_ns = clock::now_ns();
        let found = functions.iter().find(|function| function.name() == name);
        let called = found.map(|function| catch_unwind(AssertUnwindSafe(|| function.call(input))));
        let ended_ns = clock::now_ns();
        let (how, output) = match called {
            Some(Ok(Ok(output))) => (Returned::Value, output),
            Some(Ok(Err(failure))) => (Returned::Failure(failure), Vec::new()),
            Some(Err(panic)) => (Returned::Panic(last_words(panic.as_ref())), Vec::new()),
            None => (Returned::Unknown(names(functions)), Vec::new()),
        };
        (Answer::Returned { began_ns, ended_ns, how }, output)
    }

    fn names(functions: &[&dyn Callable]) -> String {
        functions.iter().map(|function| function.name()).collect::<Vec<_>>().join(", ")
    }
}
