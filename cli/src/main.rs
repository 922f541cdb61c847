//! The `relata` command: query and check relational data in JSON and CSV.

#![forbid(unsafe_code)]

mod args;
mod check;
mod csv;
mod demo;
mod failure;
mod load;
mod output;
mod progress;
mod query;
mod render;
mod run;
mod save;
mod saved;
mod source;

use args::{Args, Command};
use clap::{CommandFactory, Parser};
use failure::Failure;
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    let mut output = Output::standard(args.color, args.verbose);
    let done = run(&args, &mut output).and_then(|()| output.flush().map_err(Failure::from));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&mut output),
    }
}

fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Query(query)) => query::run(query, output),
        Some(Command::Run(script)) => run::run(script, output),
        Some(Command::Check(check)) => check::run(check, output),
        Some(Command::Save(save)) => save::run(save, output),
        Some(Command::Load(load)) => saved::run(load, output),
        Some(Command::Demo) => demo::run(output),
        Some(Command::Completions { shell }) => {
            // The generator panics where it can't write, so it doesn't write to the stream itself.
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "relata", &mut text);
            Ok(output.writer().write_all(&text)?)
        }
        None => {
            demo::run(output)?;
            Ok(output.note("\nThis was `relata demo`. What else there is: `relata --help`")?)
        }
    }
}
