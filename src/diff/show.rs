//! A difference as text: a line a row, the same on every run.

use super::{Diff, RowChange, RowDiff, TableDiff};
use crate::value::Value;
use std::fmt;

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no difference");
        }
        for (at, table) in self.tables.iter().enumerate() {
            write!(f, "{}{table}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Display for TableDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.rows.iter().try_for_each(|row| {
            f.write_str("\n  ")?;
            self.row(f, row)
        })
    }
}

impl TableDiff {
    fn row(&self, f: &mut fmt::Formatter<'_>, row: &RowDiff) -> fmt::Result {
        f.write_str(match row.change {
            RowChange::Inserted(_) => "+",
            RowChange::Updated(_) => "~",
            RowChange::Deleted(_) => "-",
        })?;
        match row.key.values() {
            [] => {}
            [value] => write!(f, " {value:?}:")?,
            values => {
                let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
                write!(f, " ({}):", values.join(", "))?;
            }
        }
        let mut comma = "";
        match &row.change {
            RowChange::Inserted(values) | RowChange::Deleted(values) => {
                for (at, (column, value)) in self.columns.iter().zip(values).enumerate() {
                    if !self.key.contains(&at) {
                        write!(f, "{comma} {column} {value:?}")?;
                        comma = ",";
                    }
                }
            }
            RowChange::Updated(cells) => {
                for cell in cells {
                    write!(f, "{comma} {} {:?} -> {:?}", cell.column, cell.before, cell.after)?;
                    comma = ",";
                }
            }
        }
        Ok(())
    }

    /// The key's columns with their values.
    pub(super) fn key_of<'d>(&'d self, row: &'d RowDiff) -> impl Iterator<Item = (&'d str, &'d Value)> {
        let names = self.key.iter().filter_map(|at| self.columns.get(*at));
        names.map(|name| name.as_str()).zip(row.key.values())
    }
}
