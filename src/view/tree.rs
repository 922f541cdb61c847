//! Results as an indented tree, for people.

use super::row::{RowView, RowViews};
use crate::value::ValueRef;
use std::fmt::{self, Write};

/// Texts longer than this are cut.
const WIDTH_MAX: usize = 60;

/// Cells are padded to the width of their neighbours up to this.
const ALIGN_MAX: usize = 28;

/// Prints rows as an indented tree: each row a line, each relation below its row.
///
/// ```text
/// id 1  name Ann
/// ├─ profile: bio "Likes cats."
/// └─ posts: 2
///    ├─ id 1  title "Hello"
///    └─ id 2  title "Again"
/// ```
#[derive(Clone, Copy)]
pub struct Tree<'p>(RowViews<'p>);

impl<'p> Tree<'p> {
    pub(super) fn new(rows: RowViews<'p>) -> Tree<'p> {
        Tree(rows)
    }
}

impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no rows\n");
        }
        let widths = widths(self.0);
        for row in self.0 {
            line(f, row, &widths)?;
            below(f, row, &mut String::new())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a row includes, each line after `indent`. Recursion is as deep as includes nest.
fn below(f: &mut fmt::Formatter<'_>, row: RowView<'_>, indent: &mut String) -> fmt::Result {
    let mut includes = row.includes();
    while let Some((name, many, rows)) = includes.next() {
        let last = includes.len() == 0;
        write!(f, "{indent}{} {name}: ", if last { "└─" } else { "├─" })?;
        let len = indent.len();
        indent.push_str(if last { "   " } else { "│  " });
        match rows.first() {
            None if many => writeln!(f, "none")?,
            None => writeln!(f, "null")?,
            Some(_) if many => {
                writeln!(f, "{}", rows.len())?;
                children(f, rows, indent)?;
            }
            Some(row) => {
                line(f, row, &[])?;
                below(f, row, indent)?;
            }
        }
        indent.truncate(len);
    }
    Ok(())
}

fn children(f: &mut fmt::Formatter<'_>, rows: RowViews<'_>, indent: &mut String) -> fmt::Result {
    let widths = widths(rows);
    let len = indent.len();
    for (at, row) in rows.iter().enumerate() {
        let last = at + 1 == rows.len();
        write!(f, "{indent}{} ", if last { "└─" } else { "├─" })?;
        line(f, row, &widths)?;
        indent.push_str(if last { "   " } else { "│  " });
        below(f, row, indent)?;
        indent.truncate(len);
    }
    Ok(())
}

/// Names and cells on one line, padded where a width is given.
fn line(f: &mut fmt::Formatter<'_>, row: RowView<'_>, widths: &[usize]) -> fmt::Result {
    let mut text = String::new();
    for (at, (name, value)) in row.values().enumerate() {
        if at > 0 {
            text.push_str("  ");
        }
        let cell = cell(value)?;
        let pad = widths.get(at).map_or(0, |width| width.saturating_sub(cell.chars().count()));
        write!(text, "{name} {cell}{:pad$}", "")?;
    }
    writeln!(f, "{}", text.trim_end())
}

/// The width of each column, as far as cells are aligned.
fn widths(rows: RowViews<'_>) -> Vec<usize> {
    let mut widths = Vec::new();
    for row in rows {
        for (at, (_, value)) in row.values().enumerate() {
            if at == widths.len() {
                widths.push(0);
            }
            let width = cell(value).map_or(0, |cell| cell.chars().count());
            widths[at] = widths[at].max(width.min(ALIGN_MAX));
        }
    }
    widths
}

fn cell(value: ValueRef<'_>) -> Result<String, fmt::Error> {
    let mut text = String::new();
    match value {
        // What could talk to a terminal is escaped whole.
        ValueRef::Text(v) if v.chars().any(char::is_control) => write!(text, "{v:?}")?,
        value => write!(text, "{value:?}")?,
    }
    if text.chars().count() > WIDTH_MAX {
        text = text.chars().take(WIDTH_MAX - 1).chain(['…']).collect();
    }
    Ok(text)
}
