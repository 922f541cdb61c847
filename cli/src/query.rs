//! `relata query`: one question, asked of a folder of CSV files or of a saved file.

use crate::args::{Mode, QueryArgs};
use crate::failure::Failure;
use crate::load;
use crate::output::Output;
use crate::render;
use crate::source::{Source, name};
use relata::Error;
use relata::json::{Request, answer, locate};
use std::path::Path;

const FILE_MARK: char = '@';

pub(crate) fn run(args: &QueryArgs, output: &mut Output) -> Result<(), Failure> {
    let limits = args.limits.limits();
    let mut source = Source::new(limits);
    let (name, text) = document(&mut source, &args.query)?;
    let refused = |error| Failure::Refused(name.clone(), error);
    let database = source.database(&args.schema)?;
    let request = Request::parse(&database.catalog(), &text, &limits).map_err(refused)?;
    if matches!(request, Request::Statement { .. } | Request::Control(_)) {
        return Err(Failure::Told(
            "`relata query` only asks\n    help: `relata run` carries out statements".into(),
        ));
    }
    if let Some(folder) = &args.data {
        load::folder(&database, folder, limits.bytes, output)?;
    }
    let placed = |error: Error| match locate(&text, error.path()) {
        Some((line, column)) if error.position().is_none() => refused(error.with_position(line, column)),
        _ => refused(error),
    };
    if args.explain {
        let snapshot = database.snapshot();
        let plan = match request {
            Request::Flat(query) => query.on(&snapshot).explain(),
            Request::FindMany(query)
            | Request::FindFirst(query)
            | Request::Count(query)
            | Request::Exists(query)
            | Request::Pluck { query, .. } => query.on(&snapshot).explain(),
            _ => Ok(String::new()),
        };
        let plan = plan.map_err(placed)?;
        return Ok(output.line(plan.trim_end())?);
    }
    let answer = answer(&database, &request, &limits).map_err(placed)?;
    let usual = if output.is_terminal() { Mode::Tree } else { Mode::Json };
    render::answer(&answer, args.mode.unwrap_or(usual), args.flatten, output)
}

/// The query's text and, unless it stands on the command line, where it is from.
fn document(source: &mut Source, query: &str) -> Result<(Option<String>, String), Failure> {
    let path = match query.strip_prefix(FILE_MARK) {
        Some(path) => path,
        None if query == "-" => query,
        None => return Ok((None, query.to_owned())),
    };
    let path = Path::new(path);
    Ok((Some(name(path)), source.text(path)?))
}
