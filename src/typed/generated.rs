//! All that derived code may touch besides the public traits.

pub use super::asked::Asked;
pub use super::column::Col;
pub use super::definition::{Declared, Definition};
pub use super::field::{Cell, Field, Scalar};
pub use super::include::{Absent, Counted, Many, Maybe, One, Place, State, Totalled};
pub use super::key::Refers;
pub use super::model::RowOf;
pub use super::pick::{Read, key, output, read};
pub use super::polymorphic::{
    Among, MaybeOneOf, On, OneOf, Polymorphic, PolymorphicKey, PolymorphicRelation, Shown,
};
pub use super::recursive::{ManyNodes, MaybeNode};
pub use super::relation::{Related, Relation, ToMany, ToMaybe, ToOne};
pub use super::scope::At;
pub use super::view::View;
pub use crate::error::Result;
pub use crate::expr::Expr;
pub use crate::flat::FlatPage;
pub use crate::schema::{Action, Column, Dependent, ForeignKey, Index, Relation as Link, Table, Unique};
pub use crate::value::{Key, Row, Type, Value, ValueRef};
pub use serde::{Serialize, Serializer};

use super::column::Gives;
use super::condition::{Condition, Order};
use super::model::Model;
use crate::filter::{Filter, OrderBy};
use crate::value::Input;
use ecow::eco_format;

/// The column at `place`.
pub const fn col<M, T>(name: &'static str, place: usize, at: At) -> Col<M, T> {
    Col::new(name, place, at)
}

/// A relation, nothing said about it yet.
pub fn related<R: Relation>(at: At) -> Related<R> {
    Related::new(at)
}

/// The column that a field of type `T` is.
pub fn column<T: Field>(name: &'static str) -> Column {
    let column = Column::new(name, T::Scalar::column_type());
    if T::NULLABLE { column.nullable() } else { column }
}

/// What a field of type `T` gets when it isn't given.
pub fn default<T: Field>(value: impl Gives<T>) -> Input {
    Input::Value(value.given())
}

/// Adds a field to a row.
pub fn put<T: Field>(row: Row, name: &'static str, value: &T) -> Row {
    row.set(name, value.to_value())
}

/// Adds a field to a row when it's given.
pub fn put_given<T: Field>(row: Row, name: &'static str, value: &Option<T>) -> Row {
    match value {
        Some(value) => put(row, name, value),
        None => row,
    }
}

/// Checks and relations are filtered by name.
pub fn filter<M: Model>(condition: impl FnOnce(M::Fields) -> Condition<M>) -> Filter {
    condition(M::fields()).into_filter()
}

/// Relations are ordered by name.
pub fn order<M: Model>(order: impl FnOnce(M::Fields) -> Order<M>) -> OrderBy {
    order(M::fields()).into_order().0
}

/// The foreign key of the fields `from` to `T`.
pub fn foreign_key<T: Model>(from: &[&'static str], to: &[&'static str]) -> ForeignKey {
    ForeignKey::new(from.iter().copied(), T::TABLE).references(to.iter().copied())
}

/// The relation `name` from `S` to the `T` it belongs to.
pub fn belongs_to<S: Model, T: Model>(
    name: &'static str,
    from: &[&'static str],
    to: &[&'static str],
) -> Link {
    let link = Link::one(S::TABLE, name, T::TABLE).from(from.iter().copied()).to(to.iter().copied());
    link.alias(eco_format!("{}.{name}", S::TABLE))
}

/// The relation `name` from `S` to the `T` whose relation `inverse` belongs to it.
pub fn has<S: Model, T: Model>(name: &'static str, inverse: &str, many: bool) -> Link {
    let link = if many { Link::many(S::TABLE, name, T::TABLE) } else { Link::one(S::TABLE, name, T::TABLE) };
    match T::reference(inverse) {
        Some((_, [])) => link.as_(inverse),
        _ => link.alias(eco_format!("{}.{inverse}", T::TABLE)),
    }
}

/// The relation `name` from `S` to one of `U`, whose type and key are in the columns `from`.
pub fn polymorphic<S: Model, U: Polymorphic>(
    name: &'static str,
    from: &[&'static str],
    is_optional: bool,
) -> Link {
    Link::polymorphic(S::TABLE, name).from(from.iter().copied()).types(U::tables()).optional(is_optional)
}

/// A polymorphic relation, nothing said about it yet.
pub fn one_of<R: PolymorphicRelation>(at: At) -> OneOf<R> {
    OneOf::new(at)
}

/// The relation `name` from `S` to `T` through the junction `J`, which belongs to both.
pub fn junction<S: Model, J: Model, T: Model>(
    name: &'static str,
    [near, far]: [&'static str; 2],
    many: bool,
) -> Link {
    let link = if many { Link::many(S::TABLE, name, T::TABLE) } else { Link::one(S::TABLE, name, T::TABLE) };
    let (from, own) = J::reference(near).unwrap_or_default();
    let (to, others) = J::reference(far).unwrap_or_default();
    link.from(own.iter().copied())
        .through(J::TABLE, from.iter().copied(), to.iter().copied())
        .to(others.iter().copied())
        .alias(eco_format!("{}.{name}", S::TABLE))
}

/// The relation `name` from `S` to `T` by way of other relations.
pub fn chain<S: Model, T: Model>(name: &'static str, relations: &[&'static str], many: bool) -> Link {
    let link = if many { Link::many(S::TABLE, name, T::TABLE) } else { Link::one(S::TABLE, name, T::TABLE) };
    link.through_relations(relations.iter().copied())
}

/// Where the compiler checks that a relation leads from `S` to `T`.
pub fn leads<S: Model, T: Model, L: Leads<S, T>>(_: L) {}

/// What leads from `S` to `T`.
#[diagnostic::on_unimplemented(message = "this relation doesn't lead from `{S}` to `{T}`")]
pub trait Leads<S, T> {}

#[diagnostic::do_not_recommend]
impl<R: Relation> Leads<R::Source, R::Target> for Related<R> {}

#[diagnostic::do_not_recommend]
impl<R: PolymorphicRelation<Targets: Among<T>>, T: Model> Leads<R::Source, T> for OneOf<R> {}

/// The fields of what a relation leads to, to go on from there.
pub fn follow<R: Relation>(_: Related<R>) -> <R::Target as Model>::Fields {
    R::Target::fields()
}

/// Where the compiler checks that a field refers to `M`.
pub fn refers<M: Model, T: Field<Scalar: Refers<M>>>() {}

/// Whether a row is what a model would be stored as, what the store counts aside.
pub fn equals<M: Model>(view: View<'_>, model: &M) -> bool {
    let row = model.write();
    let mut given = row.iter();
    given.all(|(name, input)| {
        let mut values = view.values();
        values.any(|(column, value)| {
            column == name && matches!(input, Input::Value(own) if own.as_ref() == value)
        })
    })
}

/// An owned copy of a row's cell.
pub fn own<M: Model, T: Field>(view: View<'_>, column: Col<M, T>) -> T {
    view.own::<T>(column.place)
}
