//! Typed rows of a result, one after the other.

use super::include::Complete;
use super::model::{Model, Of};
use super::view::Views;
use serde::{Serialize, Serializer};
use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;

/// The rows of an included relation. `I` is what is included with them, and `X` whether they are all there
/// are: a function that needs all of them takes `Rows<'_, Book>`, one that doesn't mind
/// `Rows<'_, Book, I, X>`.
pub struct Rows<'p, M: Model, I = <M as Model>::Bare, X = Complete> {
    views: Views<'p>,
    marker: Of<(M, I, X)>,
}

impl<'p, M: Model, I, X> Rows<'p, M, I, X> {
    #[inline]
    pub(super) fn new(views: Views<'p>) -> Rows<'p, M, I, X> {
        Rows { views, marker: PhantomData }
    }

    /// How many there are. O(1).
    #[inline]
    pub fn len(self) -> usize {
        self.views.len()
    }

    /// Whether there are none. O(1).
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The row at a place, from 0. O(1).
    #[inline]
    pub fn get(self, at: usize) -> Option<M::Row<'p, I>> {
        self.views.get(at).map(M::row)
    }

    /// The first row. O(1).
    #[inline]
    pub fn first(self) -> Option<M::Row<'p, I>> {
        self.get(0)
    }

    /// The rows, from both ends.
    #[inline]
    pub fn iter(self) -> RowsIter<'p, M, I> {
        RowsIter { views: Some(self.views), marker: PhantomData }
    }

    /// Owned copies. O(cells).
    pub fn to_models(self) -> Vec<M> {
        self.views.map(M::read).collect()
    }
}

impl<M: Model, I, X> Clone for Rows<'_, M, I, X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model, I, X> Copy for Rows<'_, M, I, X> {}

impl<'p, M: Model, I, X> IntoIterator for Rows<'p, M, I, X> {
    type Item = M::Row<'p, I>;
    type IntoIter = RowsIter<'p, M, I>;

    #[inline]
    fn into_iter(self) -> RowsIter<'p, M, I> {
        self.iter()
    }
}

impl<'q, M: Model, I, X> PartialEq<Rows<'q, M, I, X>> for Rows<'_, M, I, X> {
    fn eq(&self, other: &Rows<'q, M, I, X>) -> bool {
        self.views == other.views
    }
}

impl<M: Model, I, X> fmt::Debug for Rows<'_, M, I, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.views.fmt(f)
    }
}

impl<M: Model, I, X> Serialize for Rows<'_, M, I, X> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.views.serialize(serializer)
    }
}

/// Iterates over typed rows.
pub struct RowsIter<'p, M, I> {
    views: Option<Views<'p>>,
    marker: PhantomData<fn() -> (M, I)>,
}

impl<'p, M, I> RowsIter<'p, M, I> {
    pub(super) fn new(views: Option<Views<'p>>) -> RowsIter<'p, M, I> {
        RowsIter { views, marker: PhantomData }
    }
}

impl<M, I> Clone for RowsIter<'_, M, I> {
    fn clone(&self) -> Self {
        RowsIter { views: self.views, marker: PhantomData }
    }
}

impl<M, I> fmt::Debug for RowsIter<'_, M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.views.fmt(f)
    }
}

impl<'p, M: Model, I> Iterator for RowsIter<'p, M, I> {
    type Item = M::Row<'p, I>;

    #[inline]
    fn next(&mut self) -> Option<M::Row<'p, I>> {
        self.views.as_mut()?.next().map(M::row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.views.map_or(0, |views| views.len());
        (len, Some(len))
    }

    fn nth(&mut self, n: usize) -> Option<M::Row<'p, I>> {
        self.views.as_mut()?.nth(n).map(M::row)
    }
}

impl<M: Model, I> DoubleEndedIterator for RowsIter<'_, M, I> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.views.as_mut()?.next_back().map(M::row)
    }
}

impl<M: Model, I> ExactSizeIterator for RowsIter<'_, M, I> {}
impl<M: Model, I> FusedIterator for RowsIter<'_, M, I> {}
