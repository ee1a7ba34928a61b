//! The command line: what a user can ask for.
//!
//! One file for each command, with its arguments as a clap struct and a `run` that hands them to the
//! library; no logic of its own. Separate from the library, which knows nothing of argument names.
//!
//! Next: [`count`], [`density`], [`machine`], [`list`], [`control`], [`study`], [`article`](mod@article); `arguments` reads values.

mod arguments;
pub mod article;
pub mod autopsy;
pub mod control;
pub mod count;
pub mod density;
pub mod list;
pub mod machine;
mod report;
pub mod samples;
pub mod study;
pub mod weights;
pub mod width;
pub mod widths;

use clap::{Parser, Subcommand};

/// Counts samples in hypercube windows, exactly, and measures what each further core adds.
#[derive(Debug, Parser)]
#[command(name = "parzen", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done; 1 a measurement failed, a count is wrong or a result \
                        cannot be written; 2 bad input or usage; 130 interrupted.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Count the samples of a file inside windows, and give the densities
    Count(count::Arguments),
    /// Estimate the density at given centers, at the samples, or on a grid, and draw it
    Density(density::Arguments),
    /// Find the window width that suits the samples of a file
    Width(width::Arguments),
    /// Show what this machine is: CPUs, caches, pages, limits, instruction sets
    Machine(machine::Arguments),
    /// Show everything that a command line can name, and whether it is available here
    List(list::Arguments),
    /// Compare a configuration with itself: how often does the method see a difference?
    Control(control::Arguments),
    /// Measure how counting scales with the number of workers, and write a report
    Study(study::Arguments),
    /// Run every part of the 2014 article on this machine
    Article(article::Arguments),
}

/// Does what was asked.
///
/// # Errors
/// Whatever stops the command; [`exit_code`](crate::failure::exit_code) tells bad input from a
/// failed run.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Count(arguments) => count::run(arguments),
        Command::Density(arguments) => density::run(arguments),
        Command::Width(arguments) => width::run(arguments),
        Command::Machine(arguments) => machine::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Control(arguments) => control::run(arguments),
        Command::Study(arguments) => study::run(arguments),
        Command::Article(arguments) => article::run(arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent_and_every_argument_has_help() {
        let mut command = super::Arguments::command();
        command.build();
        command.clone().debug_assert();
        for command in command.get_subcommands() {
            for argument in command.get_arguments() {
                let has_help = argument.get_help().is_some();
                assert!(has_help, "{} {} has no help", command.get_name(), argument.get_id());
            }
        }
    }
}
