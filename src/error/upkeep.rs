//! Mistakes of what a schema keeps up by itself: counters, touches, dependents and versions.

use ecow::EcoString;
use std::fmt;

/// What is wrong with a counter cache, a touch, a dependent or a version column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UpkeepMistake {
    /// A counter cache on a relation that leads neither to the children of a row nor to its parent.
    CounterRelation,
    /// A counter cache on a relation whose other side has a filter.
    CounterSource {
        /// The other side.
        other: EcoString,
    },
    /// A counter column that can't hold a count.
    CounterColumn {
        /// The column.
        column: EcoString,
        /// What is wrong with it.
        found: EcoString,
    },
    /// A second counter in one column.
    CounterTwice {
        /// The column.
        column: EcoString,
        /// The relation whose rows it counts already.
        first: EcoString,
    },
    /// A counter whose filter asks for other rows than the child.
    CounterFilterRelation {
        /// The relation.
        relation: EcoString,
    },
    /// A counter whose filter reads a column that is kept up itself.
    CounterFilterKept {
        /// The column.
        column: EcoString,
    },
    /// A touch on a relation that doesn't lead to the parent of a row.
    TouchRelation,
    /// A touched column that doesn't hold times.
    TouchColumn {
        /// The column.
        column: EcoString,
        /// Its type.
        column_type: EcoString,
    },
    /// A dependent on a relation that leads neither to children, along a junction nor to a parent.
    DependentRelation,
    /// A dependent that only fits a relation to children.
    DependentAction {
        /// The action.
        action: &'static str,
    },
    /// A `nullify` of a column that can't be null.
    DependentNullify {
        /// The column, with its table.
        column: EcoString,
    },
    /// A version column that can't count changes.
    VersionColumn {
        /// The column.
        column: EcoString,
        /// What is wrong with it.
        found: EcoString,
    },
    /// A column that is kept up and that rows are found by.
    KeptKey {
        /// The column.
        column: EcoString,
    },
}

impl UpkeepMistake {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> String {
        use UpkeepMistake as M;
        match self {
            M::CounterRelation => {
                "declare it on a relation to many rows that hold this table's key, or that a \
                 junction joins with it whose key to them is required, or without filter on the relation to \
                 the one row whose key this table holds"
                    .into()
            }
            M::CounterSource { .. } => "leave out that filter, or the counter".into(),
            M::CounterColumn { column, .. } | M::VersionColumn { column, .. } => {
                format!("declare `Column::integer(\"{column}\").default(0)`")
            }
            M::CounterTwice { .. } => "give each relation a column of its own".into(),
            M::CounterFilterRelation { .. } => "use columns of the counted table only".into(),
            M::CounterFilterKept { .. } => "use another column".into(),
            M::TouchRelation => {
                "declare it on a relation to one row whose key this table holds, without filter".into()
            }
            M::TouchColumn { .. } => "declare it date, timestamp or timestamptz".into(),
            M::DependentRelation => "declare it on the relation to the rows that are to go".into(),
            M::DependentAction { .. } => "declare destroy or delete".into(),
            M::DependentNullify { column } => format!("declare `{column}` nullable, or another dependent"),
            M::KeptKey { .. } => "use a column of its own".into(),
        }
    }
}

impl fmt::Display for UpkeepMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use UpkeepMistake as M;
        match self {
            M::CounterRelation => {
                f.write_str("a counter cache counts the children of a row, which this isn't")
            }
            M::CounterSource { other } => {
                write!(f, "a counter cache can't depend on the filter of `{other}`")
            }
            M::CounterColumn { column, found } => {
                write!(f, "the counter `{column}` must be an integer, not null and 0 by default; it {found}")
            }
            M::VersionColumn { column, found } => {
                write!(f, "the version `{column}` must be an integer, not null and 0 by default; it {found}")
            }
            M::CounterTwice { column, first } => write!(f, "`{column}` counts the rows of `{first}` already"),
            M::CounterFilterRelation { relation } => {
                write!(f, "a counter sees the counted row only, not the relation `{relation}`")
            }
            M::CounterFilterKept { column } => {
                write!(f, "the counter's filter reads `{column}`, which is kept up itself")
            }
            M::TouchRelation => f.write_str("a touch goes from a row to its parent, where this doesn't lead"),
            M::TouchColumn { column, column_type } => {
                write!(f, "a touch writes a time, and `{column}` is {column_type}")
            }
            M::DependentRelation => {
                f.write_str("dependents are children, rows of a junction or a parent, which these aren't")
            }
            M::DependentAction { action } => {
                write!(f, "`{action}` fits relations to rows that hold this table's key only")
            }
            M::DependentNullify { column } => write!(f, "`nullify` on `{column}`, which isn't nullable"),
            M::KeptKey { column } => {
                write!(f, "`{column}` is kept up, and part of a unique constraint, foreign key or relation")
            }
        }
    }
}
