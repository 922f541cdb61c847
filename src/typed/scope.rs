//! What the columns that a closure is given are columns of.

use super::field::Field;
use super::model::Model;
use ecow::{EcoString, eco_format};
use std::marker::PhantomData;

/// What columns are asked about: the rows of a model, rows side by side in a [`Join`](super::Join), or the
/// rows of a group.
pub trait Scope: 'static {
    /// What a condition of such columns is about.
    type Of;
    /// What a cell of a field of type `T` is there.
    type Cell<T: Field>: Field<Scalar = T::Scalar>;
}

/// The rows of one model.
impl<M: Model> Scope for M {
    type Of = M;
    type Cell<T: Field> = T;
}

/// Rows of several tables side by side: what conditions and columns of a [`Join`](super::Join) are about.
#[derive(Clone, Copy, Debug)]
pub struct Tuple;

/// Rows of a group, of which only an aggregate can be selected.
#[derive(Clone, Copy, Debug)]
pub struct Ungrouped;

/// A whole group: what is selected of it, kept and ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Group;

/// United rows, which are ordered by what was selected.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

/// The columns of a table whose row is always there.
pub struct Inside<O>(PhantomData<fn() -> O>);

/// The columns of a table whose row may be missing: each may be null.
pub struct Outside<O>(PhantomData<fn() -> O>);

impl<O: 'static> Scope for Inside<O> {
    type Of = O;
    type Cell<T: Field> = T;
}

impl<O: 'static> Scope for Outside<O> {
    type Of = O;
    type Cell<T: Field> = Option<T::Scalar>;
}

/// Which table of a query a column is of.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    table: &'static str,
    /// Its place in a join, from 1; 0 outside of joins, where it's the only one.
    place: u8,
    /// The place of the table that is joined next.
    next: u8,
}

impl At {
    pub(super) const fn joined(table: &'static str, place: u8, next: u8) -> At {
        At { table, place, next }
    }

    /// The name of the table in its query.
    pub(super) fn source(self) -> EcoString {
        eco_format!("{}#{}", self.table, self.place)
    }

    /// A column's or relation's name in the query.
    pub(super) fn named(self, name: &'static str) -> EcoString {
        match self.place {
            0 => name.into(),
            place => eco_format!("{}#{place}.{name}", self.table),
        }
    }

    /// The table `table`, joined to the query that this one is of.
    pub(super) fn following(self, table: &'static str) -> At {
        At { table, place: self.next, next: self.next.saturating_add(1) }
    }
}
