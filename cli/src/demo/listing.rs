//! How the demo shows what it has.

use crate::failure::Failure;
use crate::output::{Output, Tone};
use crate::render::align;
use relata::catalog::{ColumnInfo, TableInfo};
use relata::{Catalog, Database, Page, Result};
use std::io;

/// Rows by table.
pub(super) type Counts = Vec<(String, u64)>;

/// Each table with its columns, and below it the relations that lead on.
pub(super) fn schema(catalog: &Catalog, output: &mut Output) -> io::Result<()> {
    let paint = output.paint;
    for table in catalog.tables() {
        let columns: Vec<_> = table.columns().iter().map(|info| column(table, info)).collect();
        output.line(format_args!("{}  {}", paint.tone(Tone::Heading, table.name()), columns.join(", ")))?;
        let width = table.relations().iter().map(|relation| relation.name().len()).max().unwrap_or(0);
        for relation in table.relations() {
            let name = align(relation.name(), width, false);
            let many = if relation.is_many() { "many" } else { "one of" };
            let tables = relation.members().iter().map(|member| catalog.table(member.target()).name());
            let target = match relation.is_polymorphic() {
                true => tables.collect::<Vec<_>>().join(", "),
                false => catalog.table(relation.target()).name().to_owned(),
            };
            let declared = catalog
                .schema()
                .relations
                .iter()
                .find(|declared| declared.source == table.name() && declared.name == relation.name());
            let through = declared.and_then(|declared| declared.through.as_ref());
            let through = through.map_or(String::new(), |through| format!(" through {}", through.table));
            output.line(format_args!("    {}  {many} {target}{through}", paint.tone(Tone::Name, name)))?;
        }
    }
    Ok(())
}

/// A name and type; a star for the primary key, a question mark for what may be null.
fn column(table: &TableInfo, column: &ColumnInfo) -> String {
    let star = if table.primary_key().contains(&column.id()) { "*" } else { "" };
    let question = if column.is_nullable() { "?" } else { "" };
    format!("{}{star} {}{question}", column.name(), column.column_type())
}

/// The lines of a source between `// [name]` and `// [end]`.
pub(super) fn code(source: &str, name: &str, output: &mut Output) -> io::Result<()> {
    let start = format!("// [{name}]");
    let lines = source.lines().skip_while(|line| line.trim() != start).skip(1);
    let lines: Vec<_> = lines.take_while(|line| line.trim() != "// [end]").collect();
    let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    for line in lines {
        let line = line.get(indent..).unwrap_or_default();
        output.line(output.paint.tone(Tone::Faint, format_args!("  > {line}")))?;
    }
    output.line("")
}

/// The error of a write that is refused.
pub(super) fn refusal<T>(answer: Result<T>, output: &mut Output) -> Result<(), Failure> {
    match answer {
        Err(error) => output.line(format_args!("{} {error:#}", output.paint.tone(Tone::Bad, "error:")))?,
        Ok(_) => return Err(Failure::Told("the demo's write went through, and it shouldn't have".into())),
    }
    Ok(())
}

/// The same rows on two sides, each with its caption.
pub(super) fn sides(left: (&str, &Page), right: (&str, &Page), output: &mut Output) -> io::Result<()> {
    let texts = |page: &Page| -> Vec<String> {
        page.iter()
            .map(|row| row.values().map(|(_, value)| value.to_string()).collect::<Vec<_>>().join("  "))
            .collect()
    };
    let (lefts, rights) = (texts(left.1), texts(right.1));
    let width = lefts.iter().map(String::len).chain([left.0.len()]).max().unwrap_or(0);
    let heads = format!("{}    {}", align(left.0, width, false), right.0);
    output.line(output.paint.tone(Tone::Name, heads))?;
    for (left, right) in lefts.iter().zip(&rights) {
        output.line(format_args!("{}    {right}", align(left, width, false)))?;
    }
    Ok(())
}

pub(super) fn counts(db: &Database) -> Result<Counts> {
    let catalog = db.catalog();
    catalog.tables().map(|table| Ok((table.name().to_owned(), db.query(table.name()).count()?))).collect()
}

/// How many rows each table had and has.
pub(super) fn removed(before: &Counts, after: &Counts, output: &mut Output) -> io::Result<()> {
    let paint = output.paint;
    let width = before.iter().map(|(table, _)| table.len()).max().unwrap_or(0);
    let head = format!("{}  before  after", align("table", width, false));
    output.line(paint.tone(Tone::Name, head))?;
    for ((table, before), (_, after)) in before.iter().zip(after) {
        let line = format!("{}  {before:>6}  {after:>5}", align(table, width, false));
        output.line(if before == after { paint.tone(Tone::Faint, line) } else { line })?;
    }
    Ok(())
}
