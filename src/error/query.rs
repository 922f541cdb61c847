//! Queries and statements that mean nothing.

use super::{FlatMistake, NestedMistake, TransactionMistake};
use ecow::EcoString;
use std::fmt;

/// Why a query or statement means nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum QueryMistake {
    /// A document isn't of the shape that belongs at its place.
    Shape {
        /// The shape that belongs there.
        expected: EcoString,
        /// What stands there.
        found: EcoString,
    },
    /// Two spellings of one option stand in one object.
    TwoSpellings {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A filter that is absent.
    AbsentFilter,
    /// `{}` picks no column, and nothing else is asked for.
    NothingSelected,
    /// A name stands twice among what a query gives.
    DuplicateName {
        /// The name.
        name: EcoString,
    },
    /// A quantifier that only fits the other kind of relation.
    WrongQuantifier {
        /// The quantifier.
        quantifier: &'static str,
        /// The relation.
        relation: EcoString,
        /// Whether the relation leads to many rows.
        many: bool,
    },
    /// An operator that doesn't fit the column's type.
    WrongOperator {
        /// The operator.
        operator: &'static str,
        /// The column.
        column: EcoString,
        /// The column's type.
        column_type: EcoString,
    },
    /// A cursor must give a value for each column of the order, and for no other.
    CursorColumns {
        /// The columns of the order.
        order: Vec<EcoString>,
        /// The columns of the cursor.
        cursor: Vec<EcoString>,
    },
    /// A row was asked for by key in a table that has no primary key.
    NoPrimaryKey {
        /// The table.
        table: EcoString,
    },
    /// A write that names no rows.
    NoRowsNamed,
    /// A write that gives no column a value.
    NothingToWrite,
    /// A row gives a column twice.
    ColumnGivenTwice {
        /// The column.
        column: EcoString,
    },
    /// A value for a column that counts rows.
    CounterGiven {
        /// The column.
        column: EcoString,
        /// The relation whose rows it counts, with its table.
        relation: EcoString,
    },
    /// A value for a version column where none can be stated.
    VersionGiven {
        /// The column.
        column: EcoString,
    },
    /// A version was stated of rows that have none.
    NoVersion {
        /// The table.
        table: EcoString,
    },
    /// A hook gives a column a value that it can't.
    HookSets {
        /// The hook, like `after_insert`.
        hook: &'static str,
        /// The column.
        column: EcoString,
        /// Why it can't.
        why: &'static str,
    },
    /// The conflict columns of an upsert are no unique constraint of the table.
    NotUnique {
        /// The table.
        table: EcoString,
        /// The columns named.
        columns: Vec<EcoString>,
        /// The column lists that are unique.
        known: Vec<Vec<EcoString>>,
    },
    /// A relation was read that the query didn't include.
    NotIncluded {
        /// The relation.
        relation: EcoString,
        /// What was included.
        included: Vec<EcoString>,
    },
    /// A relation was walked that the query didn't include, though it loads strictly.
    NotLoaded {
        /// The relation.
        relation: EcoString,
        /// The table of the row.
        table: EcoString,
    },
    /// Rows were to lie beside those of the same row along a relation that isn't by their own key.
    NotOwned {
        /// The table.
        table: EcoString,
        /// The relation.
        relation: EcoString,
        /// The relations of the table that are.
        known: Vec<EcoString>,
    },
    /// A recursive include was read of a row that it doesn't go on from.
    RecursionEnds {
        /// The include.
        relation: EcoString,
    },
    /// A recursive include along a relation that leads to another table.
    NotRecursive {
        /// The relation.
        relation: EcoString,
        /// The table it starts from.
        source: EcoString,
        /// The table it leads to.
        target: EcoString,
    },
    /// An option that has a meaning, but not where it stands.
    Misplaced {
        /// The option.
        option: &'static str,
        /// Where it belongs.
        belongs: &'static str,
    },
    /// An aggregate of a column whose type has no such.
    WrongAggregate {
        /// The aggregate.
        function: &'static str,
        /// The column.
        column: EcoString,
        /// The column's type.
        column_type: EcoString,
    },
    /// A name was read that the result doesn't have, or not as that type.
    NotSelected {
        /// The name.
        name: EcoString,
        /// The names there are.
        selected: Vec<EcoString>,
    },
    /// A cell was read as a type it doesn't hold.
    WrongRead {
        /// The column.
        name: EcoString,
        /// What it holds.
        holds: &'static str,
        /// What it was read as.
        wanted: &'static str,
    },
    /// A filter of a polymorphic relation that doesn't say for which of its tables it is.
    PolymorphicFilter {
        /// The relation.
        relation: EcoString,
        /// The tables it leads to.
        known: Vec<EcoString>,
    },
    /// A table that a polymorphic relation doesn't lead to.
    NotAmongTypes {
        /// The relation.
        relation: EcoString,
        /// The table.
        table: EcoString,
        /// The tables it leads to.
        known: Vec<EcoString>,
    },
    /// A filter or include for one of several tables where a relation leads to one.
    OnOutside {
        /// The table.
        table: EcoString,
    },
    /// A transaction was asked for what it can't do.
    Transaction(TransactionMistake),
    /// An expression, a join or a group that means nothing.
    Flat(FlatMistake),
    /// A write along a relation that means nothing.
    Nested(NestedMistake),
}

impl QueryMistake {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> Option<String> {
        Some(match self {
            QueryMistake::Shape { .. } => return None,
            QueryMistake::TwoSpellings { first, .. } => format!("keep `{first}`"),
            QueryMistake::AbsentFilter => {
                "leave the filter out, or give it a value; null is written `null`".into()
            }
            QueryMistake::NothingSelected => "name a column, or include a relation".into(),
            QueryMistake::DuplicateName { .. } => "rename one of them".into(),
            QueryMistake::WrongQuantifier { many: true, .. } => "use some, every or none".into(),
            QueryMistake::WrongQuantifier { many: false, .. } => "use is or isNot".into(),
            QueryMistake::WrongOperator { .. } => "compare it with eq, ne, in or notIn".into(),
            QueryMistake::CursorColumns { order, .. } => format!("give exactly: {}", order.join(", ")),
            QueryMistake::NoPrimaryKey { .. } => "use a filter, or declare a primary key".into(),
            QueryMistake::NoRowsNamed => "give `where`, or `\"all\": true` to mean every row".into(),
            QueryMistake::NothingToWrite => "give at least one column a value".into(),
            QueryMistake::ColumnGivenTwice { .. } => "give it once".into(),
            QueryMistake::CounterGiven { column, .. } => {
                format!("leave `{column}` out: it follows the rows, and `rebuild_counters` counts them anew")
            }
            QueryMistake::VersionGiven { column } => {
                format!("leave `{column}` out: it starts at 0; an update may state the version that was read")
            }
            QueryMistake::HookSets { .. } => "set another column, or write through the hook's event".into(),
            QueryMistake::NoVersion { .. } => "declare its `version` column, or state none".into(),
            QueryMistake::NotUnique { known, .. } if known.is_empty() => "declare a unique constraint".into(),
            QueryMistake::NotUnique { known, .. } => {
                let lists: Vec<_> = known.iter().map(|list| format!("({})", list.join(", "))).collect();
                format!("these are unique: {}", lists.join(", "))
            }
            QueryMistake::NotIncluded { relation, .. } => format!("add `{relation}` to the query's `with`"),
            QueryMistake::NotLoaded { relation, .. } => {
                format!("add `{relation}` to the query's `with`, where the path leads")
            }
            QueryMistake::NotOwned { known, .. } if known.is_empty() => {
                "declare a relation to one row on the side that holds the key".into()
            }
            QueryMistake::NotOwned { known, .. } => format!("there are: {}", known.join(", ")),
            QueryMistake::RecursionEnds { .. } => {
                "ask `is_loaded` first: the row stands above itself, or the depth ends here".into()
            }
            QueryMistake::NotRecursive { .. } => "name a relation that leads back to its own table".into(),
            QueryMistake::Misplaced { .. } => "move it there, or leave it out".into(),
            QueryMistake::WrongAggregate { function: "sum" | "avg", .. } => "name a column of numbers".into(),
            QueryMistake::WrongAggregate { .. } => "name a column that has an order".into(),
            QueryMistake::NotSelected { selected, .. } => format!("there are: {}", selected.join(", ")),
            QueryMistake::WrongRead { holds, .. } => format!("read it as {holds}"),
            QueryMistake::PolymorphicFilter { known, .. } => {
                format!("name the table, of which there are: {}", known.join(", "))
            }
            QueryMistake::NotAmongTypes { known, .. } => format!("it leads to: {}", known.join(", ")),
            QueryMistake::OnOutside { .. } => "say `on` of a polymorphic relation only".into(),
            QueryMistake::Transaction(mistake) => mistake.help(),
            QueryMistake::Flat(mistake) => return mistake.help(),
            QueryMistake::Nested(mistake) => mistake.help(),
        })
    }
}

impl fmt::Display for QueryMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryMistake::Shape { expected, found } => write!(f, "expected {expected}, found {found}"),
            QueryMistake::TwoSpellings { first, second } => {
                write!(f, "`{first}` and `{second}` are two spellings of one option")
            }
            QueryMistake::AbsentFilter => f.write_str("a filter without a value would match everything"),
            QueryMistake::NothingSelected => f.write_str("no column is picked and nothing is included"),
            QueryMistake::DuplicateName { name } => write!(f, "two parts of the result are named `{name}`"),
            QueryMistake::WrongQuantifier { quantifier, relation, many } => {
                let leads = if *many { "many rows" } else { "one row" };
                write!(f, "`{quantifier}` doesn't fit `{relation}`, which leads to {leads}")
            }
            QueryMistake::WrongOperator { operator, column, column_type } => {
                write!(f, "`{operator}` doesn't fit `{column}`, which is {column_type}")
            }
            QueryMistake::CursorColumns { order, cursor } => {
                write!(f, "the cursor gives ({}), the order is by ({})", cursor.join(", "), order.join(", "))
            }
            QueryMistake::NoPrimaryKey { table } => write!(f, "`{table}` has no primary key"),
            QueryMistake::NoRowsNamed => f.write_str("no filter says which rows are meant"),
            QueryMistake::NothingToWrite => f.write_str("no column is given a value"),
            QueryMistake::ColumnGivenTwice { column } => write!(f, "`{column}` is given twice in one row"),
            QueryMistake::CounterGiven { column, relation } => {
                write!(f, "`{column}` can't be written by hand: it counts the rows of `{relation}`")
            }
            QueryMistake::VersionGiven { column } => {
                write!(f, "`{column}` can't be written by hand: it counts the changes of its row")
            }
            QueryMistake::HookSets { hook, column, why } => {
                write!(f, "`{hook}` can't set `{column}`: {why}")
            }
            QueryMistake::NoVersion { table } => write!(f, "`{table}` has no version column"),
            QueryMistake::NotUnique { table, columns, .. } => {
                write!(f, "({}) is not unique on `{table}`", columns.join(", "))
            }
            QueryMistake::NotIncluded { relation, included } if included.is_empty() => {
                write!(f, "`{relation}` was not included; nothing was")
            }
            QueryMistake::NotIncluded { relation, included } => {
                write!(f, "`{relation}` was not included; these were: {}", included.join(", "))
            }
            QueryMistake::NotLoaded { relation, table } => {
                write!(f, "`{relation}` was not included on this row of `{table}`, and loading is strict")
            }
            QueryMistake::NotOwned { table, relation, .. } => not_owned(f, table, relation),
            QueryMistake::RecursionEnds { relation } => {
                write!(f, "`{relation}` was not loaded for this row: the recursion ends here")
            }
            QueryMistake::NotRecursive { relation, source, target } => {
                write!(f, "`{relation}` can't be recursive: it leads from `{source}` to `{target}`")
            }
            QueryMistake::Misplaced { option, belongs } => write!(f, "`{option}` belongs {belongs}"),
            QueryMistake::WrongAggregate { function, column, column_type } => {
                write!(f, "there is no {function} of `{column}`, which is {column_type}")
            }
            QueryMistake::NotSelected { name, .. } => write!(f, "the result has no `{name}`"),
            QueryMistake::WrongRead { name, holds, wanted } => {
                write!(f, "`{name}` holds {holds}, not {wanted}")
            }
            QueryMistake::PolymorphicFilter { relation, .. } => {
                write!(f, "`{relation}` leads to rows of several tables, and this is for none of them")
            }
            QueryMistake::NotAmongTypes { relation, table, .. } => {
                write!(f, "`{relation}` doesn't lead to `{table}`")
            }
            QueryMistake::OnOutside { table } => outside(f, table),
            QueryMistake::Transaction(mistake) => mistake.fmt(f),
            QueryMistake::Flat(mistake) => mistake.fmt(f),
            QueryMistake::Nested(mistake) => mistake.fmt(f),
        }
    }
}

fn not_owned(f: &mut fmt::Formatter<'_>, table: &str, relation: &str) -> fmt::Result {
    write!(f, "`{table}` can't be clustered by `{relation}`, which isn't by a key of its own")
}

fn outside(f: &mut fmt::Formatter<'_>, table: &str) -> fmt::Result {
    write!(f, "`on` `{table}` stands where no relation leads to several tables")
}

impl From<NestedMistake> for super::Error {
    fn from(mistake: NestedMistake) -> super::Error {
        super::ErrorKind::InvalidQuery(QueryMistake::Nested(mistake)).into()
    }
}

impl From<TransactionMistake> for super::Error {
    fn from(mistake: TransactionMistake) -> super::Error {
        super::ErrorKind::InvalidQuery(QueryMistake::Transaction(mistake)).into()
    }
}
