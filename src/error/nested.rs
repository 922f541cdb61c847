//! Writes along relations that mean nothing, and rules for them that can't hold.

use ecow::EcoString;
use std::fmt;

/// Why a write along a relation means nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NestedMistake {
    /// A relation that is for reading only.
    ReadOnly {
        /// The relation, with its table.
        relation: EcoString,
    },
    /// A relation to rows of several tables, of which none is named.
    WhichTable {
        /// The relation, with its table.
        relation: EcoString,
        /// The tables it leads to.
        known: Vec<EcoString>,
    },
    /// A row is to be destroyed where that isn't allowed.
    DestroyNotAllowed {
        /// The relation, with its table.
        relation: EcoString,
    },
    /// A verb that only fits the other kind of relation, or none that is written.
    WrongVerb {
        /// The verb.
        verb: &'static str,
        /// The relation, with its table.
        relation: EcoString,
        /// Whether it leads to many rows.
        many: bool,
    },
    /// Several rows for a relation that leads to one.
    OneRow {
        /// The relation, with its table.
        relation: EcoString,
        /// How many rows were given.
        given: usize,
    },
    /// A row gives a key that the relation gives, and another one.
    KeyGiven {
        /// The column.
        column: EcoString,
        /// The relation, with its table.
        relation: EcoString,
    },
    /// A row was written that the relation doesn't lead to.
    OutsideRelation {
        /// The relation, with its table.
        relation: EcoString,
    },
}

impl NestedMistake {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> String {
        use NestedMistake as M;
        match self {
            M::ReadOnly { .. } => "write those rows by themselves, and give rows their keys".into(),
            M::WhichTable { known, .. } => {
                let first = known.first().map(EcoString::as_str).unwrap_or_default();
                let known = known.join(", ");
                format!("name one, as in {{\"{first}\": {{...}}}} or `nested::on_table`; there are: {known}")
            }
            M::DestroyNotAllowed { .. } => "declare `allowDestroy` on the relation".into(),
            M::WrongVerb { many: true, .. } => "use create, connect, set, update or delete".into(),
            M::WrongVerb { many: false, .. } => {
                "use create, connect, disconnect, update, upsert or delete".into()
            }
            M::OneRow { .. } => "give one".into(),
            M::KeyGiven { column, .. } => format!("leave `{column}` out"),
            M::OutsideRelation { .. } => {
                "give the row what the relation's filter asks, or use another relation".into()
            }
        }
    }
}

impl fmt::Display for NestedMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use NestedMistake as M;
        match self {
            M::ReadOnly { relation } => {
                write!(
                    f,
                    "`{relation}` is for reading: it's neither one join to one table nor two through a junction"
                )
            }
            M::WhichTable { relation, .. } => {
                write!(f, "`{relation}` leads to rows of several tables, and none is named")
            }
            M::DestroyNotAllowed { relation } => {
                write!(f, "rows of `{relation}` may not be destroyed along with another")
            }
            M::WrongVerb { verb, relation, many } => {
                let leads = if *many { "many rows" } else { "one row" };
                write!(f, "`{verb}` doesn't fit `{relation}`, which leads to {leads}")
            }
            M::OneRow { relation, given } => {
                write!(f, "`{relation}` leads to one row, and {given} are given")
            }
            M::KeyGiven { column, relation } => {
                write!(f, "`{column}` is given by `{relation}`, and the row gives another value")
            }
            M::OutsideRelation { relation } => {
                write!(f, "the row isn't one that `{relation}` leads to: its filter doesn't hold")
            }
        }
    }
}

/// What is wrong with the rules for nested attributes of a relation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NestedReason {
    /// Rules for a relation that is for reading only.
    ReadOnly,
    /// `update_only` on a relation that leads to many rows.
    UpdateOnlyMany,
    /// A filter that asks for other rows than the one that is given.
    RejectRelation {
        /// The relation.
        relation: EcoString,
    },
}

impl NestedReason {
    /// The one thing to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            NestedReason::ReadOnly => "leave out `nested`".into(),
            NestedReason::UpdateOnlyMany => "leave out `updateOnly`".into(),
            NestedReason::RejectRelation { .. } => "use columns of the row only".into(),
        }
    }
}

impl fmt::Display for NestedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NestedReason::ReadOnly => f.write_str(
                "nothing is written along it: it's neither one join to one table nor two through a junction",
            ),
            NestedReason::UpdateOnlyMany => f.write_str("`updateOnly` fits relations to one row only"),
            NestedReason::RejectRelation { relation } => {
                write!(f, "a row that is given has no relations yet, not `{relation}` either")
            }
        }
    }
}
