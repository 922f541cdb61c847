//! What rows side by side, or groups, give when columns are selected.

use super::column::Col;
use super::computed::Computed;
use super::database::Snapshot;
use super::field::Field;
use super::model::Of;
use super::projection::arities;
use super::scope::{Group, Whole};
use crate::error::Result;
use crate::expr::Expr;
use crate::flat::{FlatPage, FlatQuery};
use ecow::eco_format;
use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;

/// A column, or a value that is computed: one part of what is selected of `O`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected here",
    label = "not a column of the query, nor one of its groups",
    note = "of a group, select what it's grouped by, or an aggregate: `.sum()`, `.count()`, `.max()`"
)]
pub trait Pick<O>: Clone {
    /// What it gives.
    type Field: Field;
    /// It by name.
    #[doc(hidden)]
    fn expr(&self) -> Expr;
}

impl<O, T: Field> Pick<O> for Col<O, T> {
    type Field = T;

    fn expr(&self) -> Expr {
        Expr::Column(self.named())
    }
}

impl<O, T: Field> Pick<O> for Computed<O, T> {
    type Field = T;

    fn expr(&self) -> Expr {
        Computed::expr(self)
    }
}

/// What is selected of `O`: one [`Pick`], a tuple of up to 12, or the columns of a struct, which
/// `#[derive(Project)]` makes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected here",
    label = "give a column, a tuple of up to 12, or the columns of a struct",
    note = "of a group, select what it's grouped by, or an aggregate: `.sum()`, `.count()`, `.max()`"
)]
pub trait Picks<O>: Clone {
    /// What a row gives, texts borrowed.
    type Ref<'p>;
    /// What a row gives, owned.
    type Owned;
    /// The same as columns of `Q`: of groups, and of united rows.
    type Keys<Q: 'static>: Clone;
    /// The parts by name.
    #[doc(hidden)]
    fn exprs(&self) -> Vec<Expr>;
    /// The same of a group.
    #[doc(hidden)]
    fn keys(&self) -> Self::Keys<Group>;
    /// The columns of what is selected.
    #[doc(hidden)]
    fn outputs() -> Self::Keys<Whole>;
    /// What the rows of a page give, column by column.
    #[doc(hidden)]
    type Read<'p>;
    /// Reads the columns of a page.
    ///
    /// # Errors
    /// A cell that its type can't hold.
    #[doc(hidden)]
    fn read(page: &FlatPage) -> Result<Self::Read<'_>>;
    /// The next row of what was read.
    #[doc(hidden)]
    fn next<'p>(read: &mut Self::Read<'p>) -> Option<Self::Ref<'p>>;
    /// An owned copy of what was read.
    #[doc(hidden)]
    fn own(read: Self::Ref<'_>) -> Self::Owned;
}

/// A part as it stands in a group that is grouped by it.
pub fn key<O, P: Pick<O>>(pick: &P) -> Computed<Group, P::Field> {
    Computed::of_rows(pick.expr())
}

/// The column at a place of what is selected.
pub fn output<T>(at: usize) -> Computed<Whole, T> {
    Computed::of_rows(Expr::Column(eco_format!("{at}")))
}

/// The values of a column.
pub type Read<'p, T> = std::vec::IntoIter<<T as Field>::Ref<'p>>;

/// Reads the column at a place of a page.
///
/// # Errors
/// A cell that the type can't hold.
#[inline]
pub fn read<T: Field>(page: &FlatPage, at: usize) -> Result<Read<'_, T>> {
    Ok(page.column_at(at, T::of_value)?.into_iter())
}

/// Declares what stands alone.
macro_rules! alone {
    ($($name:ident),*) => {$(
        impl<O, T: Field> Picks<O> for $name<O, T> {
            type Ref<'p> = T::Ref<'p>;
            type Owned = T;
            type Keys<Q: 'static> = Computed<Q, T>;

            fn exprs(&self) -> Vec<Expr> {
                vec![Pick::expr(self)]
            }

            fn keys(&self) -> Computed<Group, T> {
                key(self)
            }

            fn outputs() -> Computed<Whole, T> {
                output(0)
            }

            type Read<'p> = Read<'p, T>;

            fn read(page: &FlatPage) -> Result<Read<'_, T>> {
                read::<T>(page, 0)
            }

            #[inline]
            fn next<'p>(read: &mut Read<'p, T>) -> Option<T::Ref<'p>> {
                read.next()
            }

            fn own(read: T::Ref<'_>) -> T {
                T::own(read)
            }
        }
    )*};
}

alone!(Col, Computed);

/// Declares tuples of parts.
macro_rules! tuples {
    ($(($($name:ident $at:tt),*))*) => {$(
        impl<O, $($name: Pick<O>),*> Picks<O> for ($($name,)*) {
            type Ref<'p> = ($(<$name::Field as Field>::Ref<'p>,)*);
            type Owned = ($($name::Field,)*);
            type Keys<Q: 'static> = ($(Computed<Q, $name::Field>,)*);

            fn exprs(&self) -> Vec<Expr> {
                vec![$(self.$at.expr()),*]
            }

            fn keys(&self) -> Self::Keys<Group> {
                ($(key(&self.$at),)*)
            }

            fn outputs() -> Self::Keys<Whole> {
                ($(output($at),)*)
            }

            type Read<'p> = ($(Read<'p, $name::Field>,)*);

            fn read(page: &FlatPage) -> Result<Self::Read<'_>> {
                Ok(($(read::<$name::Field>(page, $at)?,)*))
            }

            #[inline]
            fn next<'p>(read: &mut Self::Read<'p>) -> Option<Self::Ref<'p>> {
                Some(($(read.$at.next()?,)*))
            }

            fn own(read: Self::Ref<'_>) -> Self::Owned {
                ($(<$name::Field as Field>::own(read.$at),)*)
            }
        }
    )*};
}

arities!(tuples);

/// Selected columns of rows side by side, or of groups. Made by [`Join::select`](super::Join::select) and
/// [`Groups::select`](super::Groups::select).
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Picked<O, P> {
    pub(super) source: Snapshot,
    pub(super) query: Result<FlatQuery>,
    picks: Of<(O, P)>,
}

impl<O, P> Picked<O, P> {
    /// What is selected joins the query: each part under its place.
    pub(super) fn new(source: Snapshot, query: Result<FlatQuery>, picks: &P) -> Picked<O, P>
    where
        P: Picks<O>,
    {
        let columns = picks.exprs().into_iter().enumerate();
        let columns: Vec<_> = columns.map(|(at, expr)| (eco_format!("{at}"), expr)).collect();
        Picked { source, query: query.map(|query| query.select(columns)), picks: PhantomData }
    }

    /// Keeps the first of the rows that are equal in all of these.
    pub fn distinct(mut self) -> Self {
        self.query = self.query.map(FlatQuery::distinct);
        self
    }

    /// All rows, owned.
    ///
    /// # Errors
    /// `unknown_table` when the database isn't made of one of the models, `out_of_range` for a sum that its
    /// type can't hold.
    pub fn all(self) -> Result<Vec<P::Owned>>
    where
        P: Picks<O>,
    {
        let mut all = Vec::new();
        self.each(|row| all.push(P::own(row)))?;
        Ok(all)
    }

    /// The first row, owned.
    ///
    /// # Errors
    /// As [`all`](Picked::all).
    pub fn first(mut self) -> Result<Option<P::Owned>>
    where
        P: Picks<O>,
    {
        if let Ok(query) = &mut self.query {
            query.limit = Some(query.limit.unwrap_or(1).min(1));
        }
        Ok(self.all()?.pop())
    }

    /// Shows each row in order, texts borrowed: in no more memory than a block of them, unless they are
    /// ordered, grouped or distinct. Columns are read a block at a time.
    ///
    /// # Errors
    /// As [`all`](Picked::all).
    pub fn each(self, show: impl FnMut(P::Ref<'_>)) -> Result<()>
    where
        P: Picks<O>,
    {
        each::<O, P>(&self.source, self.query?, show)
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// As [`all`](Picked::all).
    pub fn count(self) -> Result<u64> {
        self.query?.on(self.source.untyped()).count()
    }
}

/// Shows what is selected of each row.
///
/// # Errors
/// What the query fails with, and a cell that its type can't hold.
pub(super) fn each<O, P: Picks<O>>(
    source: &Snapshot,
    query: FlatQuery,
    mut show: impl FnMut(P::Ref<'_>),
) -> Result<()> {
    query.on(source.untyped()).each_block(|page| {
        let mut read = P::read(page)?;
        while let Some(row) = P::next(&mut read) {
            show(row);
        }
        Ok(ControlFlow::Continue(()))
    })
}

impl<O, P> fmt::Debug for Picked<O, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}
