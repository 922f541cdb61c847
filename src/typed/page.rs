//! Typed results.

use super::model::Model;
use super::rows::RowsIter;
use super::view::{View, Views};
use crate::view::{self, Tree};
use serde::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// The rows that answer a typed query, with what `I` says is included, over the snapshot they were found
/// in. No cell is copied.
pub struct Page<M: Model, I = <M as Model>::Bare> {
    page: view::Page,
    marker: PhantomData<fn() -> (M, I)>,
}

impl<M: Model, I> Page<M, I> {
    pub(super) fn new(page: view::Page) -> Page<M, I> {
        Page { page, marker: PhantomData }
    }

    /// The rows, from both ends.
    pub fn iter(&self) -> RowsIter<'_, M, I> {
        RowsIter::new(Views::of_page(&self.page))
    }

    /// How many rows there are, those included aside. O(1).
    pub fn len(&self) -> usize {
        self.page.len()
    }

    /// Whether there are no rows. O(1).
    pub fn is_empty(&self) -> bool {
        self.page.is_empty()
    }

    /// The row at a place, from 0. O(1).
    pub fn get(&self, at: usize) -> Option<M::Row<'_, I>> {
        self.page.get(at).map(View::of_query).map(M::row)
    }

    /// The first row. O(1).
    pub fn first(&self) -> Option<M::Row<'_, I>> {
        self.get(0)
    }

    /// Owned copies, without what is included. O(cells).
    pub fn to_models(&self) -> Vec<M> {
        self.page.iter().map(View::of_query).map(M::read).collect()
    }

    /// The rows as an indented tree, for people to read.
    pub fn tree(&self) -> Tree<'_> {
        self.page.tree()
    }

    /// The same rows, by name.
    pub fn untyped(&self) -> &view::Page {
        &self.page
    }
}

impl<M: Model, I> Clone for Page<M, I> {
    fn clone(&self) -> Self {
        Page::new(self.page.clone())
    }
}

impl<'p, M: Model, I> IntoIterator for &'p Page<M, I> {
    type Item = M::Row<'p, I>;
    type IntoIter = RowsIter<'p, M, I>;

    fn into_iter(self) -> RowsIter<'p, M, I> {
        self.iter()
    }
}

impl<M: Model, I> PartialEq for Page<M, I> {
    fn eq(&self, other: &Self) -> bool {
        Views::of_page(&self.page) == Views::of_page(&other.page)
    }
}

impl<M: Model, I> fmt::Debug for Page<M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Views::of_page(&self.page) {
            Some(views) => views.fmt(f),
            None => f.write_str("[]"),
        }
    }
}

impl<M: Model, I> Serialize for Page<M, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.page.serialize(serializer)
    }
}

/// One row that answers a typed query, with the snapshot it was found in.
pub struct First<M: Model, I = <M as Model>::Bare>(Page<M, I>);

impl<M: Model, I> First<M, I> {
    /// The page's row, when it has one.
    pub(super) fn of(page: Page<M, I>) -> Option<First<M, I>> {
        (!page.is_empty()).then_some(First(page))
    }

    /// The row.
    pub fn row(&self) -> M::Row<'_, I> {
        M::row(View::of_query(self.0.page.at(0)))
    }

    /// An owned copy, without what is included. O(cells).
    pub fn to_model(&self) -> M {
        M::read(super::model::RowOf::view(self.row()))
    }
}

impl<M: Model, I> fmt::Debug for First<M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::model::RowOf::view(self.row()).debug(f, M::NAME)
    }
}

impl<M: Model, I> PartialEq for First<M, I> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<M: Model, I> Serialize for First<M, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::model::RowOf::view(self.row()).serialize(serializer)
    }
}
