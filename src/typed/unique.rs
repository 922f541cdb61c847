//! Rows found by the columns of a unique constraint.

use super::column::{Col, Gives};
use super::field::Field;
use super::key::{by_one, in_blocks};
use super::model::{FieldsOf, Model, Of};
use super::table::{Gathered, Table};
use super::view::View;
use crate::error::Result;
use crate::value::{Key, KeyRef, ValueRef};
use crate::view::UniqueRef;
use std::fmt;
use std::marker::PhantomData;

/// Columns of the model `M`: one [`Col`], or a tuple of up to four.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't name columns of `{M}`",
    label = "give a column of `{M}`, or a tuple of up to four"
)]
pub trait Columns<M: Model> {
    /// Their names.
    #[doc(hidden)]
    fn names(&self) -> Vec<&'static str>;
}

/// Values of the columns `C`: one for a column, a tuple for a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a value of these columns",
    label = "give what the column holds, or a tuple for several columns"
)]
pub trait ValuesOf<C> {
    /// The values.
    #[doc(hidden)]
    fn key(self) -> Key;

    /// The same borrowed, where that can be: of one value.
    #[doc(hidden)]
    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        None
    }
}

impl<M: Model, T: Field> Columns<M> for Col<M, T> {
    fn names(&self) -> Vec<&'static str> {
        vec![self.name]
    }
}

impl<M, T: Field, V: Gives<T::Scalar>> ValuesOf<Col<M, T>> for V {
    fn key(self) -> Key {
        Key::of_one(self.given())
    }

    #[inline]
    fn lend(&self) -> Option<ValueRef<'_>> {
        Gives::lend(self)
    }
}

/// Declares tuples of columns, and of their values.
macro_rules! tuples {
    ($(($($column:ident $value:ident $at:tt),*))*) => {$(
        impl<M: Model, $($column: Field),*> Columns<M> for ($(Col<M, $column>,)*) {
            fn names(&self) -> Vec<&'static str> {
                vec![$(self.$at.name),*]
            }
        }

        impl<M, $($column: Field, $value: Gives<$column::Scalar>),*> ValuesOf<($(Col<M, $column>,)*)>
            for ($($value,)*)
        {
            fn key(self) -> Key {
                [$(self.$at.given()),*].into_iter().collect()
            }
        }
    )*};
}

tuples! {
    (A V 0, B W 1)
    (A V 0, B W 1, C X 2)
    (A V 0, B W 1, C X 2, D Y 3)
}

impl<'s, M: Model> Table<'s, M> {
    /// A unique constraint to look rows up by, resolved once: one column, or a tuple of them.
    ///
    /// ```
    /// # use relata::typed::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # struct User { #[relata(key, generated)] id: Id<User>, #[relata(unique)] email: String }
    /// # let db = Database::new::<User>()?;
    /// # db.insert_many(["ann@x.org", "bob@x.org"].map(NewUser::new))?;
    /// let snapshot = db.snapshot();
    /// let by_email = snapshot.rows_of::<User>()?.unique(|u| u.email())?;
    /// assert_eq!(by_email.get("bob@x.org").map(|user| user.id()), Some(Id::new(2)));
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_query` for columns that aren't unique in this order.
    pub fn unique<C: Columns<M>>(
        self,
        columns: impl FnOnce(FieldsOf<M>) -> C,
    ) -> Result<UniqueRows<'s, M, C>> {
        let rows = self.untyped().unique(columns(M::fields()).names())?;
        Ok(UniqueRows { rows, marker: PhantomData })
    }
}

/// The rows of a model by the columns `C` of a unique constraint. Made by [`Table::unique`].
pub struct UniqueRows<'s, M, C> {
    rows: UniqueRef<'s>,
    marker: Of<(M, C)>,
}

impl<'s, M: Model, C: Columns<M>> UniqueRows<'s, M, C> {
    /// The row with these values: one, or a tuple for several columns. O(1), without allocating for one.
    #[inline]
    pub fn get<V: ValuesOf<C>>(&self, values: V) -> Option<M::Row<'s, M::Bare>> {
        let found = by_one(values, V::lend, V::key, |key| self.rows.get(key));
        found.map(|row| M::row(View::of_row(row)))
    }

    /// The rows with these values, in their order. O(values), as [`Table::get_many`].
    pub fn get_many<V: ValuesOf<C>>(
        &self,
        values: impl IntoIterator<Item = V>,
    ) -> Vec<Option<M::Row<'s, M::Bare>>> {
        let mut gathered =
            Gathered { look_up: |keys: Vec<KeyRef<'_>>| self.rows.get_many(keys), found: Vec::new() };
        let shown = in_blocks(values, V::lend, V::key, &mut gathered);
        debug_assert!(shown.is_ok(), "gathering doesn't fail");
        gathered.rows::<M>()
    }
}

impl<M: Model, C> fmt::Debug for UniqueRows<'_, M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UniqueRows").field("model", &M::NAME).finish_non_exhaustive()
    }
}
