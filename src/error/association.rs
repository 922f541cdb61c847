//! Mistakes of relations whose parts are found by name, and of polymorphic ones.

use super::schema::{suggest, texts};
use ecow::EcoString;
use std::fmt;

/// What is wrong with a relation that finds its parts by name, or with a polymorphic one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AssociationMistake {
    /// A table or column that a relation's name should tell isn't there.
    Inference {
        /// What was looked for.
        what: &'static str,
        /// The names it could have.
        looked_for: Vec<EcoString>,
        /// The table whose column it would be; none for a table.
        table: Option<EcoString>,
        /// The tables or columns there are.
        known: Vec<EcoString>,
    },
    /// The relation named as the other side isn't one that leads back.
    Inverse {
        /// The table it should be of.
        target: EcoString,
        /// Its name.
        name: EcoString,
        /// The relations that lead back.
        known: Vec<EcoString>,
    },
    /// A polymorphic relation that leads to no table.
    NoTypes,
    /// A polymorphic relation that leads to a table, or has a label, twice.
    TypeTwice {
        /// The table or the label.
        name: EcoString,
    },
    /// A polymorphic relation whose columns aren't a type column and a key.
    TypeColumns {
        /// How many columns there are.
        columns: usize,
    },
    /// A type column that holds neither texts nor labels.
    TypeColumn {
        /// The column.
        column: EcoString,
        /// Its type.
        column_type: EcoString,
    },
    /// A label that the type column can't hold.
    TypeLabel {
        /// The column.
        column: EcoString,
        /// The labels that would name the table.
        looked_for: Vec<EcoString>,
        /// The labels there are.
        known: Vec<EcoString>,
    },
    /// An option that a polymorphic relation has no meaning for.
    PolymorphicOption {
        /// The option.
        option: &'static str,
    },
    /// A relation `as` another that has columns, a junction or an alias too, or holds a key itself.
    As,
    /// A relation `as` one that isn't polymorphic.
    NotPolymorphic {
        /// The relation, with its table.
        relation: EcoString,
    },
    /// A relation `as` a polymorphic one that doesn't lead back.
    NotAmongTypes {
        /// The polymorphic relation, with its table.
        relation: EcoString,
        /// The table it doesn't lead to.
        table: EcoString,
        /// The tables it leads to.
        known: Vec<EcoString>,
    },
    /// A chain through a polymorphic relation that doesn't say to which of its tables.
    ThroughPolymorphic {
        /// The polymorphic relation, with its table.
        relation: EcoString,
        /// The tables it leads to.
        known: Vec<EcoString>,
    },
    /// A source type where the chain doesn't end with a polymorphic relation.
    SourceType,
    /// A source or source type without a chain.
    SourceWithoutChain {
        /// Which of the two.
        option: &'static str,
    },
}

fn quoted(names: &[EcoString]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl AssociationMistake {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> String {
        use AssociationMistake as M;
        match self {
            M::Inference { known, .. } if known.is_empty() => "name it".into(),
            M::Inference { known, .. } => format!("name it; there are: {}", known.join(", ")),
            M::Inverse { name, known, .. } => suggest(name, texts(known)),
            M::NoTypes => "list its tables, or declare relations `as` this one".into(),
            M::TypeTwice { .. } => "list it once".into(),
            M::TypeColumns { .. } => "give the type column first, then the columns of the key".into(),
            M::TypeColumn { .. } => "declare it text or enum".into(),
            M::TypeLabel { known, .. } => {
                format!("say which label stands for which table; there are: {}", known.join(", "))
            }
            M::PolymorphicOption { .. } => {
                "leave it out, or declare it on the relations `as` this one".into()
            }
            M::As => "leave the others out, or `as`".into(),
            M::NotPolymorphic { .. } => "declare that one polymorphic, or leave out `as`".into(),
            M::NotAmongTypes { known, .. } => {
                format!("list the table there; it leads to: {}", known.join(", "))
            }
            M::ThroughPolymorphic { known, .. } => format!(
                "end a chain with it and give `sourceType`, and go on from there; it leads to: {}",
                known.join(", ")
            ),
            M::SourceType => "leave out `sourceType`".into(),
            M::SourceWithoutChain { option } => format!("give `through`, or leave out `{option}`"),
        }
    }
}

impl fmt::Display for AssociationMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use AssociationMistake as M;
        match self {
            M::Inference { what, looked_for, table: Some(table), .. } => {
                write!(f, "no {what} is found by name: looked for {} on `{table}`", quoted(looked_for))
            }
            M::Inference { what, looked_for, .. } => {
                write!(f, "no {what} is found by name: looked for {}", quoted(looked_for))
            }
            M::Inverse { target, name, .. } => {
                write!(f, "its inverse `{name}` is no relation of `{target}` that leads back")
            }
            M::NoTypes => f.write_str("a polymorphic relation leads to no table"),
            M::TypeTwice { name } => write!(f, "`{name}` stands twice among its types"),
            M::TypeColumns { columns } => {
                write!(f, "a polymorphic relation needs a type column and a key, and has {columns} in all")
            }
            M::TypeColumn { column, column_type } => {
                write!(f, "a type column holds labels, and `{column}` is {column_type}")
            }
            M::TypeLabel { column, looked_for, .. } => {
                write!(f, "`{column}` has no label {}", quoted(looked_for))
            }
            M::PolymorphicOption { option } => write!(f, "a polymorphic relation has no `{option}`"),
            M::As => f.write_str(
                "`as` takes its columns from the other side, and leads to rows that hold a type and a key",
            ),
            M::NotPolymorphic { relation } => write!(f, "`{relation}` isn't polymorphic"),
            M::NotAmongTypes { relation, table, .. } => write!(f, "`{relation}` doesn't lead to `{table}`"),
            M::ThroughPolymorphic { relation, .. } => {
                write!(f, "`through` doesn't say to which table `{relation}` leads")
            }
            M::SourceType => f.write_str("`sourceType` is for a chain that ends with a polymorphic relation"),
            M::SourceWithoutChain { option } => write!(f, "`{option}` is given without `through`"),
        }
    }
}
