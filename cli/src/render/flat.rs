//! Rows as plain columns, for what can't nest.

use crate::failure::Failure;
use relata::{Page, RowView, Shape, ValueRef};

/// The columns of a page, those of to-one relations among them as `author.name`.
pub(super) struct Flat {
    names: Vec<String>,
    /// How many columns each to-one relation of the outermost level has, and what it leads to.
    level: Level,
}

/// The columns of one level, in a shape that doesn't need rows.
struct Level {
    columns: usize,
    ones: Vec<Level>,
}

impl Flat {
    /// The columns of a page.
    ///
    /// # Errors
    /// A relation to many rows; without `flatten`, any relation.
    pub(super) fn of(page: &Page, flatten: bool, mode: &str) -> Result<Flat, Failure> {
        let mut names = Vec::new();
        let level = Level::of(page.shape(), "", &mut names, flatten).map_err(|nested| {
            let table = page.table();
            Failure::Told(nested.told(mode, table))
        })?;
        Ok(Flat { names, level })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The cells of a row, one for each name.
    pub(super) fn cells<'p>(&self, row: RowView<'p>) -> impl Iterator<Item = ValueRef<'p>> {
        let mut cells = Vec::with_capacity(self.names.len());
        self.level.push(Some(row), &mut cells);
        cells.into_iter()
    }
}

/// A relation that can't be columns.
struct Nested {
    name: String,
    target: String,
    is_many: bool,
    /// Whether its rows are of several tables.
    several: bool,
    is_recursive: bool,
}

impl Nested {
    fn told(&self, mode: &str, table: &str) -> String {
        let Nested { name, target, .. } = self;
        if self.is_recursive {
            format!(
                "`{name}` is repeated, and {mode} has rows of plain columns only\n    help: ask for the rows by \
                 `follow`, or use --mode ndjson"
            )
        } else if self.several {
            format!(
                "`{name}` may be a row of several tables, and {mode} has the columns of one\n    help: include a \
                 relation to one of them, or use --mode ndjson"
            )
        } else if self.is_many {
            format!(
                "`{name}` is a list, and {mode} has rows of plain columns only\n    help: ask for `{target}` and \
                 include the `{table}` each one belongs to, with --flatten, or use --mode ndjson"
            )
        } else {
            format!(
                "`{name}` is a row of its own, and {mode} has rows of plain columns only\n    help: add --flatten to \
                 write it as columns like `{name}.id`, or use --mode ndjson"
            )
        }
    }
}

impl Level {
    /// Recursion is as deep as includes nest.
    fn of(shape: Shape<'_>, prefix: &str, names: &mut Vec<String>, flatten: bool) -> Result<Level, Nested> {
        let before = names.len();
        names.extend(shape.columns().map(|(name, _)| format!("{prefix}{name}")));
        let columns = names.len() - before;
        let mut ones = Vec::new();
        for nested in shape.relations() {
            let name = format!("{prefix}{}", nested.name());
            let several = nested.shapes().nth(1).is_some();
            let (is_many, is_recursive) = (nested.is_many(), nested.is_recursive());
            if is_many || is_recursive || several || !flatten {
                let target = nested.shape().table().to_owned();
                return Err(Nested { name, target, is_many, several, is_recursive });
            }
            ones.push(Level::of(nested.shape(), &format!("{name}."), names, flatten)?);
        }
        Ok(Level { columns, ones })
    }

    /// The cells of a row, or nulls in place of one that isn't there.
    fn push<'p>(&self, row: Option<RowView<'p>>, cells: &mut Vec<ValueRef<'p>>) {
        match row {
            Some(row) => cells.extend(row.values().map(|(_, value)| value)),
            None => cells.extend(std::iter::repeat_n(ValueRef::Null, self.columns)),
        }
        for (at, level) in self.ones.iter().enumerate() {
            let one = row.and_then(|row| row.includes().nth(at)).and_then(|(_, _, rows)| rows.first());
            level.push(one, cells);
        }
    }
}
