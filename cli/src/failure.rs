//! Why a command ends early, and the exit code that says so.

use crate::load::Violations;
use crate::output::Output;
use relata::{Error, ErrorKind};
use std::io;
use std::path::Path;
use std::process::ExitCode;

const REFUSED: u8 = 1;
const USAGE: u8 = 2;

pub(crate) enum Failure {
    /// The schema, query or statement was refused. The name of the document comes with it, where it
    /// isn't the command line itself.
    Refused(Option<String>, Error),
    /// The rows of a folder were refused.
    Data(Violations),
    /// The data or the query was refused, in these words.
    Told(String),
    /// Arguments that don't go together.
    Usage(String),
    /// Results couldn't be written.
    Write(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Refused(None, error)
    }
}

/// Reading has errors of its own, so what comes this way was met while writing.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Write(error)
    }
}

impl Failure {
    /// Says what went wrong on standard error. A reader that went away is no failure.
    pub(crate) fn report(self, output: &mut Output) -> ExitCode {
        match self {
            Failure::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Failure::Write(error) => {
                output.complain("error:", format_args!("standard output: {}", reason(&error)))
            }
            Failure::Refused(None, error) => output.complain("error:", whole(&error)),
            Failure::Refused(Some(document), error) => {
                output.complain("error:", format_args!("{document}: {}", whole(&error)));
            }
            Failure::Data(violations) => violations.report(output),
            Failure::Told(text) => output.complain("error:", text),
            Failure::Usage(text) => {
                output.complain("error:", text);
                return ExitCode::from(USAGE);
            }
        }
        ExitCode::from(REFUSED)
    }
}

/// All there is to say about an error. Of a schema's mistakes none stands out, so all are in the list.
fn whole(error: &Error) -> String {
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { return format!("{error:#}") };
    let listed = mistakes.iter().map(|mistake| format!("\n  {mistake}\n    help: {}", mistake.help()));
    format!("the schema has {}{}", counted(mistakes.len(), "mistake"), listed.collect::<String>())
}

/// `1 table`, `2 tables`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The error of a file that couldn't be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::Io { path: path.display().to_string().into(), reason: reason(error).into() })
}

/// The system's words without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}
