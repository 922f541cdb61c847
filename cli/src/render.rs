//! Answers written in one of the modes.

mod cell;
mod flat;
mod table;

pub(crate) use table::align;

use crate::args::Mode;
use crate::csv::write_record;
use crate::failure::Failure;
use crate::output::Output;
use flat::Flat;
use relata::json::Answer;
use relata::{Page, ValueRef};
use serde::Serialize;
use std::io;

pub(crate) fn answer(answer: &Answer, mode: Mode, flatten: bool, output: &mut Output) -> Result<(), Failure> {
    match (mode, answer) {
        (Mode::Ndjson, Answer::Rows(page)) => page.iter().try_for_each(|row| json(output, &row))?,
        (Mode::Ndjson, Answer::Flat(page)) => page.iter().try_for_each(|row| json(output, &row))?,
        (Mode::Json | Mode::Ndjson, answer) => json(output, answer)?,
        (Mode::Tree, Answer::Rows(page) | Answer::Row(page)) => tree(page, output)?,
        (Mode::Table, Answer::Rows(page) | Answer::Row(page)) => {
            let flat = Flat::of(page, flatten, "table")?;
            table::table(flat.names(), page.iter().map(|row| flat.cells(row).collect()), output)?;
        }
        (Mode::Csv, Answer::Rows(page) | Answer::Row(page)) => {
            let flat = Flat::of(page, flatten, "csv")?;
            csv(flat.names(), page.iter().map(|row| flat.cells(row).collect()), output)?;
        }
        (Mode::Table | Mode::Csv, Answer::Flat(page)) => {
            let names: Vec<String> = page.columns().map(|(name, _)| name.to_owned()).collect();
            if names.is_empty() {
                return Err(Failure::Told(
                    "the rows of several tables are no plain columns\n    help: name columns in `select`, or use \
                     --mode ndjson"
                        .into(),
                ));
            }
            let rows = page.iter().map(|row| row.values().map(|(_, value)| value).collect());
            if mode == Mode::Csv { csv(&names, rows, output)? } else { table::table(&names, rows, output)? }
        }
        (Mode::Csv | Mode::Table, Answer::Count(count)) => output.line(format_args!("count\n{count}"))?,
        (_, Answer::Count(count)) => output.line(count)?,
        (_, other) => json(output, other)?,
    }
    Ok(())
}

/// Rows and what they include, indented.
pub(crate) fn tree(page: &Page, output: &mut Output) -> io::Result<()> {
    write!(output.writer(), "{}", page.tree())
}

/// A document on a line.
fn json(output: &mut Output, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(output.writer(), document)?;
    output.writer().write_all(b"\n")
}

fn csv<'p>(
    names: &[String],
    mut rows: impl Iterator<Item = Vec<ValueRef<'p>>>,
    output: &mut Output,
) -> io::Result<()> {
    write_record(output.writer(), names.iter().map(|name| Some(name.as_str())))?;
    rows.try_for_each(|row| {
        let cells: Vec<_> = row.iter().map(|cell| (!cell.is_null()).then(|| cell.to_string())).collect();
        write_record(output.writer(), cells.iter().map(Option::as_deref))
    })
}
