//! Rows as columns side by side.

use super::cell::cell;
use crate::output::{Output, Tone};
use relata::ValueRef;
use std::io;
use unicode_width::UnicodeWidthStr;

pub(super) fn table<'p>(
    names: &[String],
    all: impl Iterator<Item = Vec<ValueRef<'p>>>,
    output: &mut Output,
) -> io::Result<()> {
    let mut widths: Vec<usize> = names.iter().map(|name| name.width()).collect();
    let mut rows: Vec<Vec<(String, Look)>> = Vec::new();
    for row in all {
        let cells: Vec<_> = row.into_iter().map(|value| (cell(value), Look::of(value))).collect();
        for (width, (text, _)) in widths.iter_mut().zip(&cells) {
            *width = text.width().max(*width);
        }
        rows.push(cells);
    }
    let names = names.iter().zip(&widths).map(|(name, width)| align(name, *width, false));
    let names: Vec<_> = names.collect();
    output.line(output.paint.tone(Tone::Heading, names.join("  ").trim_end()))?;
    let rule: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
    output.line(output.paint.tone(Tone::Faint, rule.join("  ")))?;
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|((text, look), width)| {
            let text = align(text, *width, *look == Look::Number);
            if *look == Look::Null { output.paint.tone(Tone::Faint, text) } else { text }
        });
        let cells: Vec<_> = cells.collect();
        output.line(cells.join("  ").trim_end())?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Null,
    Number,
    Other,
}

impl Look {
    fn of(value: ValueRef<'_>) -> Look {
        match value {
            ValueRef::Null => Look::Null,
            ValueRef::Integer(_) | ValueRef::Float(_) | ValueRef::Decimal(_) => Look::Number,
            _ => Look::Other,
        }
    }
}

/// The text with spaces up to a width, as a terminal counts it.
pub(crate) fn align(text: &str, width: usize, is_right: bool) -> String {
    let spaces = " ".repeat(width.saturating_sub(text.width()));
    if is_right { format!("{spaces}{text}") } else { format!("{text}{spaces}") }
}
