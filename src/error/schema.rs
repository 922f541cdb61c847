//! Mistakes of a schema.

use super::{AssociationMistake, ErrorKind, NestedReason, UpkeepMistake, nearest};
use ecow::EcoString;
use std::fmt;

/// One mistake of a schema: where, and what is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaMistake {
    /// The table it's about, where there is one.
    pub table: Option<EcoString>,
    /// The column, constraint or relation of that table, where there is one.
    pub item: Option<EcoString>,
    /// What is wrong.
    pub reason: SchemaReason,
}

/// What is wrong with a part of a schema.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SchemaReason {
    /// A name stands twice among its kind.
    Duplicate {
        /// What kind of thing: a table, a column, a relation.
        what: &'static str,
        /// The name.
        name: EcoString,
    },
    /// Two parts of a schema declare one thing differently.
    Clash {
        /// What kind of thing: a table, a relation.
        what: &'static str,
    },
    /// A name without a letter.
    EmptyName {
        /// What kind of thing has it.
        what: &'static str,
    },
    /// A table without columns.
    NoColumns,
    /// A constraint over no columns.
    NoColumnsNamed,
    /// No such table.
    UnknownTable {
        /// The name that was asked for.
        name: EcoString,
        /// The tables there are.
        known: Vec<EcoString>,
    },
    /// A relation to a model that the database isn't made of.
    UnknownModel {
        /// The model.
        name: EcoString,
        /// The models there are.
        known: Vec<EcoString>,
    },
    /// Something isn't as a model declares it.
    Differs {
        /// What the model declares.
        declared: EcoString,
        /// What there is.
        found: EcoString,
    },
    /// No such column.
    UnknownColumn {
        /// The table.
        table: EcoString,
        /// The name that was asked for.
        name: EcoString,
        /// The columns there are.
        known: Vec<EcoString>,
    },
    /// A column of the other table.
    WrongTable {
        /// The column.
        column: EcoString,
        /// The table it belongs to.
        owner: EcoString,
        /// The table whose column is meant.
        expected: EcoString,
    },
    /// A column stands twice in one list.
    ColumnTwice {
        /// The column.
        column: EcoString,
    },
    /// A primary key over a nullable column.
    NullableKey {
        /// The column.
        column: EcoString,
    },
    /// An identity on a column that doesn't hold integers.
    GeneratedType {
        /// The column's type.
        column_type: EcoString,
    },
    /// An identity on a column that has a default.
    GeneratedDefault,
    /// A second identity on one table.
    GeneratedTwice {
        /// The column that is generated already.
        first: EcoString,
    },
    /// A default that the column can't hold.
    DefaultValue {
        /// Why it can't.
        why: Box<ErrorKind>,
    },
    /// A default that makes values of another type.
    DefaultSource {
        /// What makes the values: `now` or `uuid`.
        source: &'static str,
        /// The column's type.
        column_type: EcoString,
    },
    /// An enum that no value fits.
    NoLabels,
    /// A label stands twice in an enum.
    LabelTwice {
        /// The label.
        label: EcoString,
    },
    /// Two lists of columns that are joined pair by pair have different lengths.
    UnequalLists {
        /// The one list.
        left: Vec<EcoString>,
        /// The other.
        right: Vec<EcoString>,
    },
    /// Two columns that are joined hold types that can't be equal.
    JoinTypes {
        /// The one column, with its table.
        left: EcoString,
        /// Its type.
        left_type: EcoString,
        /// The other column, with its table.
        right: EcoString,
        /// Its type.
        right_type: EcoString,
    },
    /// A foreign key references columns that aren't unique.
    NotUnique {
        /// The referenced table.
        table: EcoString,
        /// The referenced columns.
        columns: Vec<EcoString>,
        /// The column lists that are unique.
        known: Vec<Vec<EcoString>>,
    },
    /// A foreign key references a primary key that isn't there.
    NoPrimaryKey {
        /// The referenced table.
        table: EcoString,
    },
    /// `set_null` on a column that isn't nullable.
    SetNull {
        /// The column.
        column: EcoString,
    },
    /// `set_default` on a column that has no default and isn't nullable.
    SetDefault {
        /// The column.
        column: EcoString,
    },
    /// Foreign keys that need each other's rows first.
    RequiredCycle {
        /// The tables, each of which needs a row of the next, the last one of the first.
        tables: Vec<EcoString>,
    },
    /// A reverse side that several relations could belong to.
    AmbiguousReverse {
        /// The table it leads to.
        target: EcoString,
        /// The relations of that table that lead back.
        candidates: Vec<EcoString>,
        /// The alias they share.
        alias: Option<EcoString>,
    },
    /// A reverse side that no relation leads back to.
    MissingReverse {
        /// The table it leads to.
        target: EcoString,
        /// The table it starts from.
        source: EcoString,
        /// The alias it asks for.
        alias: Option<EcoString>,
        /// Relations that lead back under another alias.
        others: Vec<EcoString>,
    },
    /// Half of a relation's columns.
    OneSided {
        /// What is given: `from` or `to`.
        given: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// A relation named like a column of its table.
    LikeColumn,
    /// A junction that is joined on one side only.
    ThroughOneSide {
        /// The junction.
        table: EcoString,
        /// The side that's missing: `from` or `to`.
        missing: &'static str,
    },
    /// A junction on a relation that doesn't say which columns it joins.
    ThroughWithoutColumns,
    /// The two sides of one alias: one goes through a junction and one doesn't.
    ThroughMismatch {
        /// The other side.
        other: EcoString,
    },
    /// No such relation.
    UnknownRelation {
        /// The table.
        table: EcoString,
        /// The name that was asked for.
        name: EcoString,
        /// The relations there are.
        known: Vec<EcoString>,
    },
    /// A chain of relations that names columns as well.
    ChainWithColumns,
    /// A chain of relations that doesn't lead to its target.
    ChainEnd {
        /// The table it leads to.
        ends: EcoString,
        /// The table it should lead to.
        target: EcoString,
    },
    /// Chains of relations that follow each other.
    ChainCycle {
        /// The relations, each of which follows the next, the last one the first.
        relations: Vec<EcoString>,
    },
    /// A relation whose parts aren't found by name, or a polymorphic one.
    Association(AssociationMistake),
    /// A counter cache, a touch or a dependent that can't be kept up.
    Upkeep(UpkeepMistake),
    /// Rules for nested attributes that can't hold.
    Nested(NestedReason),
    /// A filter or order that can't be understood.
    Filter {
        /// Where in the schema.
        at: EcoString,
        /// What is wrong with it.
        why: Box<ErrorKind>,
    },
    /// A check that asks for other rows.
    RelationInCheck {
        /// The relation.
        relation: EcoString,
    },
    /// Relations whose filters need each other.
    FilterCycle {
        /// The relations, each of whose filters walks the next, the last one the first.
        relations: Vec<EcoString>,
    },
    /// No such option in a schema document.
    UnknownOption {
        /// Where in the document.
        at: EcoString,
        /// The option that was given.
        name: EcoString,
        /// The options there are at that place.
        known: Vec<EcoString>,
    },
    /// No such column type.
    UnknownType {
        /// The name that was given.
        name: EcoString,
    },
    /// Something else was expected at a place of a schema document.
    Shape {
        /// Where in the document.
        at: EcoString,
        /// What belongs there.
        expected: &'static str,
        /// What stands there.
        found: EcoString,
    },
}

impl SchemaMistake {
    /// The one thing to do about it.
    pub fn help(&self) -> String {
        self.reason.help()
    }
}

impl fmt::Display for SchemaMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.table, &self.item) {
            (Some(table), Some(item)) => write!(f, "{table}.{item}: {}", self.reason),
            (Some(table), None) => write!(f, "{table}: {}", self.reason),
            _ => write!(f, "{}", self.reason),
        }
    }
}

/// `did you mean ...? there are: ...`, as far as it applies.
pub(super) fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let list: Vec<_> = known.clone().into_iter().collect();
    match nearest(name, known) {
        _ if list.is_empty() => "there are none".into(),
        Some(near) => format!("did you mean `{near}`? there are: {}", list.join(", ")),
        None => format!("there are: {}", list.join(", ")),
    }
}

pub(super) fn texts(names: &[EcoString]) -> impl Iterator<Item = &str> + Clone {
    names.iter().map(EcoString::as_str)
}

/// `(a, b)`.
struct Columns<'a>(&'a [EcoString]);

impl fmt::Display for Columns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.0.join(", "))
    }
}

/// ` with alias ...`, where there is one.
struct Alias<'a>(&'a Option<EcoString>);

impl fmt::Display for Alias<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(alias) => write!(f, " with alias `{alias}`"),
            None => f.write_str(" without an alias"),
        }
    }
}

/// `a -> b -> a`.
fn ring(names: &[EcoString]) -> String {
    let first = names.first().map(|name| format!(" -> `{name}`"));
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" -> ") + &first.unwrap_or_default()
}

impl fmt::Display for SchemaReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SchemaReason as R;
        match self {
            R::Duplicate { what, name } => write!(f, "two {} are named `{name}`", plural(what)),
            R::Clash { what } => write!(f, "this {what} is declared differently in two parts"),
            R::EmptyName { what } => write!(f, "a {what} has an empty name"),
            R::NoColumns => f.write_str("the table has no columns"),
            R::NoColumnsNamed => f.write_str("it names no columns"),
            R::UnknownTable { name, .. } => write!(f, "no table `{name}`"),
            R::UnknownModel { name, .. } => write!(f, "`{name}` isn't among the models of the database"),
            R::Differs { declared, found } => write!(f, "the model declares {declared}, there is {found}"),
            R::UnknownColumn { table, name, .. } => write!(f, "no column `{name}` on `{table}`"),
            R::WrongTable { column, owner, expected } => {
                write!(f, "`{column}` is a column of `{owner}`, not of `{expected}`")
            }
            R::ColumnTwice { column } => write!(f, "`{column}` is listed twice"),
            R::NullableKey { column } => write!(f, "`{column}` is nullable and part of the primary key"),
            R::GeneratedType { column_type } => write!(f, "a generated column can't be {column_type}"),
            R::GeneratedDefault => f.write_str("it's generated and has a default"),
            R::GeneratedTwice { first } => write!(f, "`{first}` is generated already"),
            R::DefaultValue { why } => write!(f, "the default doesn't fit: {why}"),
            R::DefaultSource { source, column_type } => {
                write!(f, "the default `{source}` can't give {column_type}")
            }
            R::NoLabels => f.write_str("the enum has no labels"),
            R::LabelTwice { label } => write!(f, "the enum has the label `{label}` twice"),
            _ => self.fmt_links(f),
        }
    }
}

/// What several of a kind are called.
fn plural(what: &str) -> String {
    if what.ends_with('x') { format!("{what}es") } else { format!("{what}s") }
}

impl SchemaReason {
    /// The messages of what ties tables together, and of documents.
    fn fmt_links(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SchemaReason as R;
        match self {
            R::UnequalLists { left, right } => {
                write!(f, "{} and {} aren't of equal length", Columns(left), Columns(right))
            }
            R::JoinTypes { left, left_type, right, right_type } => {
                write!(f, "`{left}` is {left_type} and `{right}` is {right_type}: they can't be joined")
            }
            R::NotUnique { table, columns, .. } => {
                write!(f, "{} is not unique on `{table}`", Columns(columns))
            }
            R::NoPrimaryKey { table } => {
                write!(f, "it references the primary key of `{table}`, which has none")
            }
            R::SetNull { column } => write!(f, "`set_null` on `{column}`, which isn't nullable"),
            R::SetDefault { column } => {
                write!(f, "`set_default` on `{column}`, which has no default and isn't nullable")
            }
            R::RequiredCycle { tables } => {
                write!(f, "no row can be the first: required foreign keys form the cycle {}", ring(tables))
            }
            R::AmbiguousReverse { target, candidates, alias } => {
                let names: Vec<_> = candidates.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "{} of `{target}` lead back{}", names.join(", "), Alias(alias))
            }
            R::MissingReverse { target, source, alias, .. } => {
                write!(f, "no relation of `{target}` leads back to `{source}`{}", Alias(alias))
            }
            R::OneSided { given, missing } => write!(f, "`{given}` is given without `{missing}`"),
            R::LikeColumn => f.write_str("the relation is named like a column of its table"),
            R::ThroughOneSide { table, missing } => {
                write!(f, "`through` joins `{table}` on one side only: `{missing}` is missing")
            }
            R::ThroughWithoutColumns => f.write_str("`through` is given without `from` and `to`"),
            R::ThroughMismatch { other } => {
                write!(f, "`{other}` has the same alias, and only one of the two goes through a junction")
            }
            R::UnknownRelation { table, name, .. } => write!(f, "no relation `{name}` on `{table}`"),
            R::ChainWithColumns => f.write_str("it goes through relations and names columns too"),
            R::ChainEnd { ends, target } => {
                write!(f, "`through` leads to `{ends}`, not to `{target}`")
            }
            R::ChainCycle { relations } => write!(f, "`through` leads back to itself: {}", ring(relations)),
            R::Association(mistake) => write!(f, "{mistake}"),
            R::Upkeep(mistake) => write!(f, "{mistake}"),
            R::Nested(reason) => write!(f, "{reason}"),
            R::Filter { at, why } => write!(f, "{at}: {why}"),
            R::RelationInCheck { relation } => {
                write!(f, "a check sees its own row only, not the relation `{relation}`")
            }
            R::FilterCycle { relations } => {
                write!(f, "the relation's filter needs itself: {}", ring(relations))
            }
            R::UnknownOption { at, name, .. } if at.is_empty() => write!(f, "no option `{name}` here"),
            R::UnknownOption { at, name, .. } => write!(f, "no option `{name}` at {at}"),
            R::UnknownType { name } => write!(f, "no type `{name}`"),
            R::Shape { at, expected, found } if at.is_empty() => {
                write!(f, "expected {expected}, found {found}")
            }
            R::Shape { at, expected, found } => write!(f, "{at}: expected {expected}, found {found}"),
            _ => Ok(()),
        }
    }

    fn help(&self) -> String {
        use SchemaReason as R;
        match self {
            R::Duplicate { .. } => "rename or remove one of them".into(),
            R::Clash { .. } => "declare it in one part only".into(),
            R::EmptyName { .. } => "give it a name".into(),
            R::NoColumns => "declare at least one column".into(),
            R::NoColumnsNamed => "name at least one column".into(),
            R::UnknownModel { name, .. } => format!("add `{name}` to the models"),
            R::Differs { .. } => "change the model, or the schema".into(),
            R::UnknownTable { name, known } | R::UnknownColumn { name, known, .. } => {
                suggest(name, texts(known))
            }
            R::UnknownOption { name, known, .. } => suggest(name, texts(known)),
            R::UnknownType { name } => {
                format!("{}, {{\"enum\": [...]}}", suggest(name, crate::value::Type::NAMES))
            }
            R::WrongTable { expected, .. } => format!("name a column of `{expected}`"),
            R::ColumnTwice { .. } => "list it once".into(),
            R::NullableKey { column } => format!("declare `{column}` not nullable"),
            R::GeneratedType { .. } => "declare it smallint, int or integer".into(),
            R::GeneratedDefault => "keep one of the two".into(),
            R::GeneratedTwice { .. } => "generate one column a table".into(),
            R::DefaultValue { .. } => "give a default of the column's type".into(),
            R::DefaultSource { source: "now", .. } => {
                "declare the column date, timestamp or timestamptz".into()
            }
            R::DefaultSource { .. } => "declare the column uuid".into(),
            R::NoLabels => "give it at least one label".into(),
            R::LabelTwice { .. } => "list every label once".into(),
            R::UnequalLists { .. } => "name as many columns on both sides, pair by pair".into(),
            R::JoinTypes { .. } => "give both columns one type".into(),
            _ => self.help_links(),
        }
    }

    /// The help for what ties tables together, and for documents.
    fn help_links(&self) -> String {
        use SchemaReason as R;
        match self {
            R::NotUnique { known, .. } if known.is_empty() => {
                "declare a primary key or unique constraint".into()
            }
            R::NotUnique { known, .. } => {
                let lists: Vec<_> = known.iter().map(|list| Columns(list).to_string()).collect();
                format!("declare them unique; these are: {}", lists.join(", "))
            }
            R::NoPrimaryKey { .. } => "name the columns it references".into(),
            R::SetNull { column } => format!("declare `{column}` nullable, or another action"),
            R::SetDefault { column } => format!("give `{column}` a default, or declare another action"),
            R::RequiredCycle { .. } => "make one of the keys deferrable or nullable".into(),
            R::AmbiguousReverse { .. } => {
                "give this side and the one it belongs to an `alias` of their own".into()
            }
            R::MissingReverse { source, others, .. } if others.is_empty() => {
                format!("declare a relation to `{source}` there, or give this one `from` and `to`")
            }
            R::MissingReverse { others, .. } => {
                let names: Vec<_> = others.iter().map(|name| format!("`{name}`")).collect();
                format!("give it the `alias` of {}, or `from` and `to`", names.join(" or "))
            }
            R::OneSided { missing, .. } => {
                format!("give `{missing}` too, or leave out both for the reverse side")
            }
            R::LikeColumn => "rename the relation".into(),
            R::ThroughOneSide { missing, .. } => format!("give `through` its `{missing}`"),
            R::ThroughWithoutColumns => {
                "give `from` and `to`, or leave out `through` for the reverse side".into()
            }
            R::UnknownRelation { name, known, .. } => suggest(name, texts(known)),
            R::ChainWithColumns => "leave out the columns: those of its relations hold".into(),
            R::ChainEnd { target, .. } => format!("end `through` with a relation that leads to `{target}`"),
            R::ChainCycle { .. } => "let one of them name other relations, or columns".into(),
            R::Association(mistake) => mistake.help(),
            R::Upkeep(mistake) => mistake.help(),
            R::Nested(reason) => reason.help(),
            R::ThroughMismatch { .. } => "declare `through` on one side and leave the other bare".into(),
            R::Filter { why, .. } => match &**why {
                ErrorKind::TypeMismatch { .. } | ErrorKind::OutOfRange { .. } => {
                    "give a value of that type".into()
                }
                why => super::Error::new(why.clone()).help().unwrap_or_else(|| "correct the filter".into()),
            },
            R::RelationInCheck { .. } => "use columns of the table only".into(),
            R::FilterCycle { .. } => "take one of the relations out of the filters".into(),
            R::Shape { expected, .. } => format!("write {expected}"),
            _ => "correct it".into(),
        }
    }
}
