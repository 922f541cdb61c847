//! `relata demo`: what Relata does, shown on a company that sends invoices.
//!
//! Clock and keys are fixed, so that it says the same each time.

mod data;
mod listing;
mod schema;
mod steps;

use crate::failure::Failure;
use crate::output::{Output, Tone};
use crate::render;
use relata::Database;

pub(crate) fn run(output: &mut Output) -> Result<(), Failure> {
    let db = Database::builder(schema::schema()).clock(data::now).build()?;
    let company = data::fill(&db)?;

    title(output, 1, "Tables of typed columns (* in the key, ? may be null), and relations between them")?;
    listing::schema(&db.catalog(), output)?;

    title(output, 2, "One query, nested as deep as the relations go")?;
    listing::code(steps::SOURCE, "nested", output)?;
    render::tree(&steps::nested(&db)?, output)?;

    title(output, 3, "What breaks a rule is refused, and says what to do")?;
    listing::code(steps::SOURCE, "orphan", output)?;
    listing::refusal(steps::orphan(&db), output)?;
    output.line("")?;
    listing::code(steps::SOURCE, "author", output)?;
    listing::refusal(steps::author(&db, &company.bob), output)?;

    title(output, 4, "A fork is an independent copy, made at once whatever the size")?;
    listing::code(steps::SOURCE, "fork", output)?;
    let fork = steps::fork(&db)?;
    listing::sides(("in the fork", &steps::paid(&fork)?), ("in the original", &steps::paid(&db)?), output)?;

    title(output, 5, "A delete takes along what belongs to the row")?;
    listing::code(steps::SOURCE, "cascade", output)?;
    let before = listing::counts(&db)?;
    steps::cascade(&db, company.lighthouse)?;
    listing::removed(&before, &listing::counts(&db)?, output)?;
    Ok(())
}

fn title(output: &mut Output, number: u32, text: &str) -> Result<(), Failure> {
    let gap = if number == 1 { "" } else { "\n" };
    let text = format!("{number}. {text}");
    output.line(format_args!("{gap}{}\n", output.paint.tone(Tone::Heading, text)))?;
    Ok(())
}
