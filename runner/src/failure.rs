//! The kinds of failure a run can end in, each with its exit code.
//!
//! Separate because the exit code is decided in one place: wherever an error is made or given
//! context, a [`Failure`] is put into the `anyhow` chain, and [`exit_code`] finds it again. Next:
//! `main.rs`, its only caller.

use crate::study::interrupt::EXIT_CODE;

/// Why a run failed. Anything that is not one of these is bad input or bad usage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The user gave something that cannot be used; nothing was measured. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// A measurement failed: a lost worker, a failed pin, a clock that cannot be read. Exit code 1.
    #[error("{0}")]
    Measurement(String),
    /// A count differs from the one that the workload must give. Exit code 1.
    #[error("{0}")]
    WrongCount(String),
    /// A result could not be written. Exit code 1.
    #[error("{0}")]
    Unwritable(String),
    /// The user stopped it. Exit code 130, as shells have it.
    #[error("{0}")]
    Interrupted(String),
}

/// Exit code for an error: 1 if a [`Failure`] in its chain says that the run itself failed,
/// 130 if it was interrupted, 2 otherwise (bad input or usage).
pub fn exit_code(error: &anyhow::Error) -> u8 {
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    match failure.or_else(|| error.downcast_ref::<Failure>()) {
        None | Some(Failure::Input(_)) => 2,
        Some(Failure::Measurement(_) | Failure::WrongCount(_) | Failure::Unwritable(_)) => 1,
        Some(Failure::Interrupted(_)) => EXIT_CODE,
    }
}

/// Whether an error says that whoever read standard output has gone away (`parzen … | head`).
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// An error and its causes on one line, each cause once: `outer: middle: root`.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.ends_with(&cause) {
            continue; // the outer message already quotes its cause
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&cause);
    }
    line.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::{Failure, exit_code, is_broken_pipe, one_line};
    use anyhow::Context as _;

    fn failing(failure: Failure) -> anyhow::Error {
        Err::<(), _>(failure).context("while counting").unwrap_err()
    }

    #[test]
    fn failed_measurements_leave_with_one_and_bad_input_with_two() {
        assert_eq!(exit_code(&failing(Failure::Measurement("x".into()))), 1);
        assert_eq!(exit_code(&failing(Failure::WrongCount("x".into()))), 1);
        assert_eq!(exit_code(&failing(Failure::Unwritable("x".into()))), 1);
        assert_eq!(exit_code(&failing(Failure::Input("x".into()))), 2);
        assert_eq!(exit_code(&failing(Failure::Interrupted("x".into()))), 130);
        assert_eq!(exit_code(&anyhow::anyhow!("no type at all")), 2);
        let as_context = anyhow::anyhow!("disk full").context(Failure::Unwritable("x".into()));
        assert_eq!(exit_code(&as_context), 1);
    }

    #[test]
    fn the_chain_is_one_line_without_repetition() {
        let error = anyhow::anyhow!("root").context("middle: root").context("outer");
        assert_eq!(one_line(&error), "outer: middle: root");
    }

    #[test]
    fn a_broken_pipe_is_recognised_under_context() {
        let error = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(is_broken_pipe(&anyhow::Error::from(error).context("print")));
        assert!(!is_broken_pipe(&anyhow::anyhow!("other")));
    }
}
