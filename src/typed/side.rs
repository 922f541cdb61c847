//! The tables of a join, as types.

use super::model::{Model, Of};
use super::scope::{At, Inside, Outside, Scope};
use super::view::View;
use crate::flat::FlatRow;

/// A table of a join whose row is always there.
pub struct Inner<M>(Of<M>);

/// A table of a join whose row is missing where nothing matched.
pub struct Outer<M>(Of<M>);

/// A table of a join: [`Inner`] or [`Outer`].
pub trait Side: 'static {
    /// Its model.
    type Model: Model;
    /// What its columns are columns of.
    type Scope<O: 'static>: Scope<Of = O>;
    /// Its row, or an `Option` of it.
    type Row<'p>;
    /// The same when its row may be missing.
    type Outer: Side<Model = Self::Model>;
    /// Its row at a place of a tuple; `None` where it's missing.
    #[doc(hidden)]
    fn row(view: View<'_>) -> Self::Row<'_>;
}

impl<M: Model> Side for Inner<M> {
    type Model = M;
    type Scope<O: 'static> = Inside<O>;
    type Row<'p> = M::Row<'p, M::Bare>;
    type Outer = Outer<M>;

    #[inline]
    fn row(view: View<'_>) -> M::Row<'_, M::Bare> {
        M::row(view)
    }
}

impl<M: Model> Side for Outer<M> {
    type Model = M;
    type Scope<O: 'static> = Outside<O>;
    type Row<'p> = Option<M::Row<'p, M::Bare>>;
    type Outer = Outer<M>;

    #[inline]
    fn row(view: View<'_>) -> Option<M::Row<'_, M::Bare>> {
        view.is_there().then(|| M::row(view))
    }
}

/// What closures about a side are given.
pub(super) type FieldsOfSide<S, O> = <<S as Side>::Model as Model>::FieldsIn<<S as Side>::Scope<O>>;

/// The places of a join's tables in its query; those that it only asks about aren't among them.
#[derive(Clone, Debug)]
pub struct Places {
    pub(super) shown: Vec<u8>,
    /// The place of the table that is joined next.
    pub(super) next: u8,
}

impl Places {
    fn at<S: Side>(&self, side: usize) -> At {
        let place = self.shown.get(side).copied().unwrap_or_default();
        At::joined(<S::Model as Model>::TABLE, place, self.next)
    }
}

/// What closures about a side are given.
fn fields<S: Side, O: 'static>(places: &Places, side: usize) -> FieldsOfSide<S, O> {
    <S::Model as Model>::fields_in(places.at::<S>(side))
}

/// The row of a side.
fn row<S: Side>(row: FlatRow<'_>, side: usize) -> Option<S::Row<'_>> {
    let (store, table, slot) = row.side(side)?;
    Some(S::row(View::in_table(store.table(table).columns(), store, table, slot)))
}

/// The tables of a join: a tuple of up to six [`Side`]s.
pub trait Sides: 'static {
    /// What closures are given: the fields of the table, or a tuple of those of each.
    type Fields<O: 'static>: Copy;
    /// The row, or a tuple of those of each table.
    type Row<'p>;
    /// The same when all of them may be missing.
    type Outer: Sides;
    /// What closures are given.
    #[doc(hidden)]
    fn fields<O: 'static>(places: &Places) -> Self::Fields<O>;
    /// The rows of a tuple; `None` for one of another query.
    #[doc(hidden)]
    fn row(row: FlatRow<'_>) -> Option<Self::Row<'_>>;
}

/// The tables of a join that one more can be joined to.
#[diagnostic::on_unimplemented(message = "a join has at most six tables")]
pub trait Beside<S: Side>: Sides {
    /// With that one.
    type With: Sides;
}

impl<A: Side> Sides for (A,) {
    type Fields<O: 'static> = FieldsOfSide<A, O>;
    type Row<'p> = A::Row<'p>;
    type Outer = (A::Outer,);

    fn fields<O: 'static>(places: &Places) -> Self::Fields<O> {
        fields::<A, O>(places, 0)
    }

    fn row(tuple: FlatRow<'_>) -> Option<A::Row<'_>> {
        row::<A>(tuple, 0)
    }
}

impl<A: Side, S: Side> Beside<S> for (A,) {
    type With = (A, S);
}

/// Declares tuples of sides.
macro_rules! sides {
    ($(($($name:ident $at:tt),*) $with:tt)*) => {$(
        impl<$($name: Side),*> Sides for ($($name,)*) {
            type Fields<O: 'static> = ($(FieldsOfSide<$name, O>,)*);
            type Row<'p> = ($($name::Row<'p>,)*);
            type Outer = ($($name::Outer,)*);

            fn fields<O: 'static>(places: &Places) -> Self::Fields<O> {
                ($(fields::<$name, O>(places, $at),)*)
            }

            fn row(tuple: FlatRow<'_>) -> Option<Self::Row<'_>> {
                Some(($(row::<$name>(tuple, $at)?,)*))
            }
        }

        sides!(@beside $with $($name),*);
    )*};
    (@beside true $($name:ident),*) => {
        impl<$($name: Side,)* S: Side> Beside<S> for ($($name,)*) {
            type With = ($($name,)* S);
        }
    };
    (@beside false $($name:ident),*) => {};
}

sides! {
    (A 0, B 1) true
    (A 0, B 1, C 2) true
    (A 0, B 1, C 2, D 3) true
    (A 0, B 1, C 2, D 3, E 4) true
    (A 0, B 1, C 2, D 3, E 4, F 5) false
}
