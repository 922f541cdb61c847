//! What is included with a row, as a type.
//!
//! A row's type has a state for each relation of its model, in declared order: [`Absent`], or what was
//! included. So an accessor needs no search, neither the compiler's nor at run time.

use super::asked::Asked;
use super::chosen::{ManyChosen, MaybeChosen};
use super::field::Scalar;
use super::model::{Model, RowOf};
use super::narrowed::Parts;
use super::project::Project;
use super::projection::Selection;
use super::recursive::{ManyNodes, MaybeNode};
use super::relation::{ToMany, ToMaybe, ToOne};
use super::rows::Rows;
use super::view::View;
use std::marker::PhantomData;

/// Of an include without filter, limit, offset or cursor: it gives every row there is.
#[derive(Clone, Copy, Debug)]
pub struct Complete;

/// Of an include that gives only some of the rows.
#[derive(Clone, Copy, Debug)]
pub struct Part;

/// Whether an include gives every row there is: [`Complete`] or [`Part`].
pub trait Extent: 'static {
    /// The state of a to-one whose key can't be null.
    type One<M: Model, I>: State;
}

impl Extent for Complete {
    type One<M: Model, I> = One<M, I>;
}

/// A filter may leave nothing.
impl Extent for Part {
    type One<M: Model, I> = Maybe<M, I>;
}

/// How many rows a relation leads to.
pub trait Kind: 'static {
    /// The state of an include.
    type State<M: Model, I, X: Extent>: State;
    /// The state of an include that is repeated.
    type Recursive<M: Model, I>: State;
    /// The state of an include as structs.
    type Chosen<M: Model, P: Project<M>>: State;
    /// Parts of the rows: an iterator over them, or an `Option`.
    type Narrowed<'p, M: Model, S: Selection<M>>;
    /// An owned copy of them.
    type Owned<M: Model, S: Selection<M>>;
    /// The parts of the rows of the include at place `rows`.
    #[doc(hidden)]
    fn narrow<M: Model, S: Selection<M>>(
        view: View<'_>,
        rows: usize,
        places: S::Places,
    ) -> Self::Narrowed<'_, M, S>;
    /// An owned copy of parts.
    #[doc(hidden)]
    fn own<M: Model, S: Selection<M>>(narrowed: Self::Narrowed<'_, M, S>) -> Self::Owned<M, S>;
}

impl Kind for ToMany {
    type State<M: Model, I, X: Extent> = Many<M, I, X>;
    type Recursive<M: Model, I> = ManyNodes<M, I>;
    type Chosen<M: Model, P: Project<M>> = ManyChosen<M, P>;
    type Narrowed<'p, M: Model, S: Selection<M>> = Parts<'p, M, S>;
    type Owned<M: Model, S: Selection<M>> = Vec<S::Owned>;

    #[inline]
    fn narrow<M: Model, S: Selection<M>>(view: View<'_>, rows: usize, places: S::Places) -> Parts<'_, M, S> {
        Parts::new(view.many(rows), places)
    }

    fn own<M: Model, S: Selection<M>>(narrowed: Parts<'_, M, S>) -> Vec<S::Owned> {
        narrowed.map(S::own).collect()
    }
}

/// Declares the kinds that lead to one row at most, with the state of an include.
macro_rules! single {
    ($($kind:ty: $m:ident, $i:ident, $x:ident => $state:ty;)*) => {$(
        impl Kind for $kind {
            type State<$m: Model, $i, $x: Extent> = $state;
            type Recursive<M: Model, I> = MaybeNode<M, I>;
            type Chosen<M: Model, P: Project<M>> = MaybeChosen<M, P>;
            type Narrowed<'p, M: Model, S: Selection<M>> = Option<S::Ref<'p>>;
            type Owned<M: Model, S: Selection<M>> = Option<S::Owned>;

            #[inline]
            fn narrow<M: Model, S: Selection<M>>(
                view: View<'_>,
                rows: usize,
                places: S::Places,
            ) -> Option<S::Ref<'_>> {
                view.one(rows).map(|row| S::read(places, row))
            }

            fn own<M: Model, S: Selection<M>>(narrowed: Option<S::Ref<'_>>) -> Option<S::Owned> {
                narrowed.map(S::own)
            }
        }
    )*};
}

single! {
    ToOne: M, I, X => X::One<M, I>;
    ToMaybe: M, I, X => Maybe<M, I>;
}

/// What a row knows of a relation.
pub trait State {
    /// How many includes this is.
    const ROWS: usize;
    /// How many counts this is.
    const COUNTS: usize;
    /// What the row's accessor gives.
    type Given<'p>;
    /// An owned copy of it: of rows without what is included with them.
    type Owned;
    /// What the include at place `rows`, or the count at place `counts`, gives.
    #[doc(hidden)]
    fn given(view: View<'_>, rows: usize, counts: usize) -> Self::Given<'_>;
    /// An owned copy of what was given.
    #[doc(hidden)]
    fn own(given: Self::Given<'_>) -> Self::Owned;
}

/// A relation that wasn't included.
#[derive(Clone, Copy, Debug)]
pub struct Absent;

/// What a relation gives that wasn't included: nothing, as its accessor doesn't compile.
#[derive(Clone, Copy, Debug)]
pub struct NotIncluded;

impl State for Absent {
    const ROWS: usize = 0;
    const COUNTS: usize = 0;
    type Given<'p> = NotIncluded;
    type Owned = NotIncluded;

    fn given(_: View<'_>, _: usize, _: usize) -> NotIncluded {
        NotIncluded
    }

    fn own(given: NotIncluded) -> NotIncluded {
        given
    }
}

/// A relation whose rows were counted.
#[derive(Clone, Copy, Debug)]
pub struct Counted;

impl State for Counted {
    const ROWS: usize = 0;
    const COUNTS: usize = 1;
    type Given<'p> = i64;
    type Owned = i64;

    #[inline]
    fn given(view: View<'_>, _: usize, counts: usize) -> i64 {
        view.count(counts)
    }

    fn own(given: i64) -> i64 {
        given
    }
}

/// Declares the states of included relations.
macro_rules! included {
    ($($(#[$doc:meta])* $name:ident<$($param:ident),*>;)*) => {$(
        $(#[$doc])*
        pub struct $name<$($param),*>(PhantomData<fn() -> ($($param,)*)>);
    )*};
}

included! {
    /// A relation to many rows that was included: all of them or, as `X` says, some.
    Many<M, I, X>;
    /// A relation to one row that was included.
    One<M, I>;
    /// A relation to one row or none that was included.
    Maybe<M, I>;
}

impl<M: Model, I, X> State for Many<M, I, X> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Rows<'p, M, I, X>;
    type Owned = Vec<M>;

    #[inline]
    fn given(view: View<'_>, rows: usize, _: usize) -> Rows<'_, M, I, X> {
        Rows::new(view.many(rows))
    }

    fn own(given: Rows<'_, M, I, X>) -> Vec<M> {
        given.to_models()
    }
}

/// A relation of whose rows something was made: a sum, a mean, the least or the greatest.
pub struct Totalled<T>(PhantomData<fn() -> T>);

impl<T: Scalar> State for Totalled<T> {
    const ROWS: usize = 0;
    const COUNTS: usize = 1;
    type Given<'p> = Option<T::Ref<'p>>;
    type Owned = Option<T>;

    #[inline]
    fn given(view: View<'_>, _: usize, counts: usize) -> Option<T::Ref<'_>> {
        T::from_value(view.total(counts))
    }

    fn own(given: Option<T::Ref<'_>>) -> Option<T> {
        given.map(T::own)
    }
}

impl<M: Model, I> State for One<M, I> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = M::Row<'p, I>;
    type Owned = M;

    #[inline]
    fn given(view: View<'_>, rows: usize, _: usize) -> M::Row<'_, I> {
        M::row(view.required(rows))
    }

    fn own(given: M::Row<'_, I>) -> M {
        M::read(given.view())
    }
}

impl<M: Model, I> State for Maybe<M, I> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Option<M::Row<'p, I>>;
    type Owned = Option<M>;

    #[inline]
    fn given(view: View<'_>, rows: usize, _: usize) -> Option<M::Row<'_, I>> {
        view.one(rows).map(M::row)
    }

    fn own(given: Option<M::Row<'_, I>>) -> Option<M> {
        given.map(|row| M::read(row.view()))
    }
}

/// What can be included with rows of `M`: a relation of it, or what is made of one's rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be included with `{M}`",
    label = "give a relation of `{M}`, or its `.count()` or `.sum(...)`"
)]
pub trait Inclusion<M: Model> {
    /// The relation.
    type Relation;
    /// What a row then knows of it.
    type State: State;
    /// Adds it to what is asked.
    #[doc(hidden)]
    fn add_to(self, asked: &mut Asked);
}

/// A relation that can be added to what `I` says is included.
#[diagnostic::on_unimplemented(
    message = "this relation is included already",
    label = "included twice",
    note = "include each relation once; a query by name (`include_as`) can include one twice"
)]
pub trait Place<I, S> {
    /// What is included then.
    type Placed;
}
