//! What rows may be written along a relation as nested attributes.

use super::Relation;
use super::shape::{At, Notes};
use crate::filter::Filter;
use crate::value::Literal;

/// The word for rows that give nothing.
pub(super) const ALL_BLANK: &str = "all_blank";

/// Rules for the rows that are written along a relation as nested attributes. Without any, such rows
/// are made and changed, and none is destroyed.
///
/// ```
/// use relata::{NestedAttributes, Relation, col};
/// let lines = Relation::many("orders", "lines", "lines")
///     .nested(NestedAttributes::new().allow_destroy().limit(50).reject_if(col("sku").eq("")));
/// assert_eq!(lines.nested.unwrap().limit, Some(50));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NestedAttributes {
    /// Whether a row with `_destroy` goes.
    pub allow_destroy: bool,
    /// How many rows may be given at once; looked at before anything else.
    pub limit: Option<usize>,
    /// Which rows are passed over.
    pub reject_if: Option<RejectIf>,
    /// Whether the one row there is gets changed, where one without its key would take its place.
    pub update_only: bool,
}

/// Which rows nested attributes pass over. Rows to be destroyed aren't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RejectIf {
    /// Those that give nothing but nulls, false and empty texts.
    AllBlank,
    /// Those that match as they are given: what isn't given is null.
    Where(Filter),
}

impl NestedAttributes {
    /// No rules.
    pub fn new() -> NestedAttributes {
        NestedAttributes::default()
    }

    /// These rules, by which a row with `_destroy` goes.
    #[must_use]
    pub fn allow_destroy(self) -> NestedAttributes {
        NestedAttributes { allow_destroy: true, ..self }
    }

    /// These rules, by which no more than so many rows are given at once.
    #[must_use]
    pub fn limit(self, rows: usize) -> NestedAttributes {
        NestedAttributes { limit: Some(rows), ..self }
    }

    /// These rules, by which rows that match are passed over.
    #[must_use]
    pub fn reject_if(self, filter: Filter) -> NestedAttributes {
        NestedAttributes { reject_if: Some(RejectIf::Where(filter)), ..self }
    }

    /// These rules, by which rows that give nothing are passed over.
    #[must_use]
    pub fn reject_all_blank(self) -> NestedAttributes {
        NestedAttributes { reject_if: Some(RejectIf::AllBlank), ..self }
    }

    /// These rules, by which the one row there is gets changed, where one without its key would take
    /// its place.
    #[must_use]
    pub fn update_only(self) -> NestedAttributes {
        NestedAttributes { update_only: true, ..self }
    }
}

impl Relation {
    /// This relation with rules for the rows that are written along it as nested attributes.
    #[must_use]
    pub fn nested(self, nested: NestedAttributes) -> Relation {
        Relation { nested: Some(nested), ..self }
    }
}

/// True for no rules, or an object of them.
pub(super) fn read(notes: &mut Notes, at: &At, value: &Literal) -> NestedAttributes {
    if *value == Literal::Boolean(true) {
        return NestedAttributes::new();
    }
    let known = ["allowDestroy", "limit", "rejectIf", "updateOnly"];
    let options = notes.options(at, Some(value), &known);
    let limit = options.get("limit").and_then(|value| {
        let number = if let Literal::Number(text) = value { text.parse().ok() } else { None };
        if number.is_none() {
            notes.shape(&at.key("limit"), "a whole number from 0", Some(value));
        }
        number
    });
    let reject_if = options.get("rejectIf").and_then(|value| match value {
        Literal::Text(word) if word == ALL_BLANK => Some(RejectIf::AllBlank),
        Literal::Object(_) => Some(RejectIf::Where(Filter::Document(value.clone()))),
        other => {
            notes.shape(&at.key("rejectIf"), "a filter or \"all_blank\"", Some(other));
            None
        }
    });
    NestedAttributes {
        allow_destroy: notes.flag(&at.key("allowDestroy"), options.get("allowDestroy")),
        limit,
        reject_if,
        update_only: notes.flag(&at.key("updateOnly"), options.get("updateOnly")),
    }
}
