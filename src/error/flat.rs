//! Expressions, joins and groups that mean nothing.

use ecow::EcoString;
use std::fmt;

/// Why an expression or a flat query means nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FlatMistake {
    /// A placeholder has no value: the query wasn't prepared, or ran without it.
    UnboundPlaceholder {
        /// The placeholder.
        name: EcoString,
    },
    /// A value was given for a placeholder that isn't there.
    UnknownPlaceholder {
        /// The name that was given.
        name: EcoString,
        /// The placeholders there are.
        known: Vec<EcoString>,
    },
    /// Nothing tells a placeholder's type, or two places tell different ones.
    UntypedPlaceholder {
        /// The placeholder.
        name: EcoString,
    },
    /// A name stands for columns of several tables.
    Ambiguous {
        /// The name.
        name: EcoString,
        /// The columns it could be.
        candidates: Vec<EcoString>,
    },
    /// No table of the query has this name.
    UnknownSource {
        /// The name.
        name: EcoString,
        /// The tables and aliases there are.
        known: Vec<EcoString>,
    },
    /// Two tables of a query have one name.
    DuplicateSource {
        /// The name.
        name: EcoString,
    },
    /// Types that don't go together.
    Incompatible {
        /// What was to be done.
        operation: EcoString,
        /// The types it was given.
        types: Vec<EcoString>,
    },
    /// A column stands beside aggregates and isn't grouped by.
    NotGrouped {
        /// The column.
        name: EcoString,
    },
    /// An aggregate stands where there are no groups.
    MisplacedAggregate,
    /// Rows that are grouped or united need named columns.
    NothingNamed,
    /// Two queries of a set operation give different columns.
    DifferentShapes {
        /// The columns of the first.
        left: Vec<EcoString>,
        /// The columns of the second.
        right: Vec<EcoString>,
    },
    /// United rows were filtered, joined or grouped.
    AfterSet,
    /// An order of united rows by what isn't a column of the result.
    NotInResult {
        /// The name.
        name: EcoString,
        /// The columns of the result.
        known: Vec<EcoString>,
    },
    /// An expression in a place that takes none.
    NoExpressionsHere {
        /// The place.
        place: &'static str,
    },
    /// A query of batches that has an order or a limit of its own.
    BatchesOrdered,
    /// The word of another library for what is written otherwise here.
    OtherForm {
        /// The word.
        name: EcoString,
        /// The form to write.
        write: &'static str,
    },
}

impl FlatMistake {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> Option<String> {
        let there_are = |names: &[EcoString]| match names {
            [] => "there are none".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        };
        Some(match self {
            FlatMistake::UnboundPlaceholder { name } => {
                format!("prepare the query, and give `{name}` a value when it runs")
            }
            FlatMistake::UnknownPlaceholder { known, .. } => there_are(known),
            FlatMistake::UntypedPlaceholder { .. } => "compare it with a column, or cast it".into(),
            FlatMistake::Ambiguous { candidates, .. } => format!("write one of {}", candidates.join(", ")),
            FlatMistake::UnknownSource { known, .. } | FlatMistake::NotInResult { known, .. } => {
                there_are(known)
            }
            FlatMistake::DuplicateSource { .. } => "give one of them an alias".into(),
            FlatMistake::Incompatible { .. } => "cast one of them".into(),
            FlatMistake::NotGrouped { name } => format!("group by `{name}`, or aggregate it"),
            FlatMistake::MisplacedAggregate => "use it in the selection, in `having` or in the order".into(),
            FlatMistake::NothingNamed => "name the columns to select".into(),
            FlatMistake::DifferentShapes { .. } => "select as many columns of the same types".into(),
            FlatMistake::AfterSet => "filter and select in each query, before they are united".into(),
            FlatMistake::NoExpressionsHere { .. } => "compare columns with values".into(),
            FlatMistake::OtherForm { write, .. } => format!("write {write}"),
            FlatMistake::BatchesOrdered => "leave order, limit, offset and cursor out".into(),
        })
    }
}

impl fmt::Display for FlatMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlatMistake::UnboundPlaceholder { name } => write!(f, "the placeholder `{name}` has no value"),
            FlatMistake::UnknownPlaceholder { name, .. } => {
                write!(f, "no placeholder `{name}` in this query")
            }
            FlatMistake::UntypedPlaceholder { name } => {
                write!(f, "nothing tells the type of the placeholder `{name}`")
            }
            FlatMistake::Ambiguous { name, .. } => write!(f, "`{name}` is a column of several tables"),
            FlatMistake::UnknownSource { name, .. } => write!(f, "no table `{name}` in this query"),
            FlatMistake::DuplicateSource { name } => write!(f, "two tables of the query are named `{name}`"),
            FlatMistake::Incompatible { operation, types } => {
                write!(f, "{operation} doesn't fit {}", types.join(" and "))
            }
            FlatMistake::NotGrouped { name } => write!(f, "`{name}` is neither grouped by nor aggregated"),
            FlatMistake::MisplacedAggregate => f.write_str("an aggregate can't stand here"),
            FlatMistake::NothingNamed => f.write_str("the rows have no named columns"),
            FlatMistake::DifferentShapes { left, right } => {
                write!(f, "({}) and ({}) don't have the same columns", left.join(", "), right.join(", "))
            }
            FlatMistake::AfterSet => f.write_str("united rows take an order, a limit and an offset only"),
            FlatMistake::NotInResult { name, .. } => write!(f, "the result has no column `{name}`"),
            FlatMistake::NoExpressionsHere { place } => write!(f, "{place} can't have an expression"),
            FlatMistake::OtherForm { name, .. } => write!(f, "`{name}` has another form here"),
            FlatMistake::BatchesOrdered => f.write_str("batches go by key, and have no other order"),
        }
    }
}

impl From<FlatMistake> for super::Error {
    fn from(mistake: FlatMistake) -> super::Error {
        super::ErrorKind::InvalidQuery(super::QueryMistake::Flat(mistake)).into()
    }
}
