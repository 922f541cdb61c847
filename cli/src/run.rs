//! `relata run`: a script of statements and queries.

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::load;
use crate::output::Output;
use crate::save;
use crate::source::{Source, name};
use relata::json::{ErrorDocument, Limits, ResultDocument, ScriptItem, Session, script};
use relata::{Error, ErrorKind};
use serde::Serialize;
use std::io;
use std::path::Path;

/// Writes a line for each request. What is refused is an answer too, and the script goes on, unless
/// it's to be strict; text that is no JSON makes the whole script one that can't be trusted.
pub(crate) fn run(args: &RunArgs, output: &mut Output) -> Result<(), Failure> {
    let limits = args.limits.limits();
    let mut source = Source::new(limits);
    let path = Path::new(&args.script);
    let (name, text) = (name(path), source.text(path)?);
    let database = source.database(&args.schema)?;
    if let Some(folder) = &args.data {
        load::folder(&database, folder, limits.bytes, output)?;
    }
    let catalog = database.catalog();
    let refused = |error| Failure::Refused(Some(name.clone()), error);
    let mut session = Session::new(&database);
    let mut unreadable = None;
    let mut stopped = None;
    for item in script(&catalog, &text, &limits).map_err(refused)? {
        let Some(refusal) = step(&mut session, &item, &limits, output)? else { continue };
        let place = format!("{name}:{}", item.line());
        if args.strict {
            let text = format!("{place}: {}\n    help: without --strict the script goes on", refusal.text);
            stopped = Some(text);
            break;
        }
        if refusal.is_unreadable && unreadable.is_none() {
            unreadable = Some(format!("{place}: the script can't be read: {}", refusal.text));
        }
    }
    if session.is_in_transaction() {
        let what = "the script ended inside a transaction, which was rolled back";
        output.note(format_args!("{name}: {what}"))?;
    }
    drop(session);
    match (stopped.or(unreadable), &args.save) {
        (Some(text), _) => Err(Failure::Told(text)),
        (None, Some(path)) => save::to(&database, path, output),
        (None, None) => Ok(()),
    }
}

/// Why a request wasn't carried out.
struct Refusal {
    text: String,
    /// The request is no JSON.
    is_unreadable: bool,
}

/// Answers one request on a line of its own; gives its refusal.
fn step(
    session: &mut Session<'_>,
    item: &ScriptItem<'_>,
    limits: &Limits,
    output: &mut Output,
) -> Result<Option<Refusal>, Failure> {
    match item.request() {
        Err(error) => refuse(error, output),
        Ok(request) => match session.answer(request, limits) {
            Ok(answer) => {
                write(output, &ResultDocument(&answer))?;
                Ok(None)
            }
            Err(error) => refuse(&item.place(error), output),
        },
    }
}

fn refuse(error: &Error, output: &mut Output) -> Result<Option<Refusal>, Failure> {
    write(output, &ErrorDocument(error))?;
    let is_unreadable = matches!(error.kind(), ErrorKind::Parse { .. });
    Ok(Some(Refusal { text: error.to_string(), is_unreadable }))
}

fn write(output: &mut Output, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(output.writer(), document)?;
    output.writer().write_all(b"\n")
}
