//! `relata check`: a schema, and the data that should follow it.

use crate::args::CheckArgs;
use crate::failure::{Failure, counted};
use crate::load;
use crate::output::{Output, Tone};
use crate::saved;
use crate::source::Source;
use relata::Database;

pub(crate) fn run(args: &CheckArgs, output: &mut Output) -> Result<(), Failure> {
    let limits = args.limits.limits();
    let database = Source::new(limits).database(&args.schema)?;
    let mut parts = vec![shape(&database)];
    if args.schema.file.is_some() {
        // A saved file is checked before it is a database.
        parts.push(counted(saved::rows(&database), "row"));
    }
    if let Some(folder) = &args.data {
        parts.push(counted(load::folder(&database, folder, limits.bytes, output)?, "row"));
        let broken = database.check();
        if let Some(first) = broken.first() {
            let text = format!("{} after loading, the first: {first}", counted(broken.len(), "violation"));
            return Err(Failure::Told(text));
        }
    }
    let ok = output.paint.tone(Tone::Good, "ok");
    Ok(output.line(format_args!("{ok}: {}", parts.join(", ")))?)
}

/// How many tables and relations there are.
pub(crate) fn shape(database: &Database) -> String {
    let catalog = database.catalog();
    let relations = catalog.tables().map(|table| table.relations().len()).sum();
    format!("{}, {}", counted(catalog.tables().len(), "table"), counted(relations, "relation"))
}
