//! Writes along relations, inside the write of a row.

use super::condition::Assign;
use super::key::KeyOf;
use super::model::{FieldsOf, Model};
use super::relation::{Related, Relation};
use crate::nested::{Pick, Verb, Verbs, Write};
use crate::value::Input;

/// Written with the row it starts from, all or nothing.
///
/// ```
/// use relata::typed::{Database, Id, Model};
/// # #[derive(Model)]
/// # #[relata(has_many(lines: Line::order))]
/// # struct Order { #[relata(key, generated)] id: Id<Order>, customer: String }
/// # #[derive(Model)]
/// # struct Line {
/// #     #[relata(key, generated)] id: Id<Line>,
/// #     #[relata(belongs_to(order: Order, on_delete = cascade))] order_id: Id<Order>,
/// #     sku: String,
/// # }
/// # let db = Database::new::<(Order, Line)>()?;
/// let order = db.insert_with(NewOrder::new("Ann"), |o| {
///     o.lines().create(|l| l.sku().set("tea")).and(o.lines().create(|l| l.sku().set("jam")))
/// })?;
/// let page = db.query::<Order>().include(|o| o.lines()).all()?;
/// let tea = page.first().unwrap().lines().first().unwrap().id();
///
/// db.update(order, |o| {
///     let lines = o.lines().update(tea, |l| l.sku().set("green tea"));
///     o.customer().set("Anne").and(lines)
/// })?;
/// db.create::<Line>(|l| {
///     l.sku().set("milk").and(l.order().create(|o| o.customer().set("Bob")))
/// })?;
/// assert_eq!(db.query::<Order>().count()?, 2);
/// # Ok::<(), relata::Error>(())
/// ```
impl<R: Relation> Related<R> {
    /// Makes a row along the relation; its key to this row is filled in.
    pub fn create(self, row: impl FnOnce(FieldsOf<R::Target>) -> Assign<R::Target>) -> Assign<R::Source> {
        verb::<R>(Verb::Create(vec![row(R::Target::fields()).into_row()]))
    }

    /// Brings a row that is there into the relation.
    pub fn connect(self, key: impl KeyOf<R::Target>) -> Assign<R::Source> {
        verb::<R>(Verb::Connect(vec![Pick::Key(key.key())]))
    }

    /// Takes a row out of the relation, which stays in its table; refused where its key is required.
    pub fn disconnect(self, key: impl KeyOf<R::Target>) -> Assign<R::Source> {
        verb::<R>(Verb::Disconnect(vec![Pick::Key(key.key())]))
    }

    /// Leaves exactly these rows in the relation, and writes only the difference.
    pub fn set<K: KeyOf<R::Target>>(self, keys: impl IntoIterator<Item = K>) -> Assign<R::Source> {
        verb::<R>(Verb::Set(keys.into_iter().map(|key| Pick::Key(key.key())).collect()))
    }

    /// Changes a row of the relation; one of another relation is refused.
    pub fn update(
        self,
        key: impl KeyOf<R::Target>,
        set: impl FnOnce(FieldsOf<R::Target>) -> Assign<R::Target>,
    ) -> Assign<R::Source> {
        verb::<R>(Verb::Update(vec![(Pick::Key(key.key()), set(R::Target::fields()).into_row())]))
    }

    /// Deletes a row of the relation from its table.
    pub fn delete(self, key: impl KeyOf<R::Target>) -> Assign<R::Source> {
        verb::<R>(Verb::Delete(vec![Pick::Key(key.key())]))
    }
}

fn verb<R: Relation>(verb: Verb) -> Assign<R::Source> {
    Assign::written(R::NAME, Verbs(vec![verb]))
}

/// What is done along one relation twice is done one after the other.
pub(super) fn join(first: &mut Input, second: Input) -> Option<Input> {
    match (first, second) {
        (Input::Nested(first), Input::Nested(second)) => {
            join_writes(first, *second).map(|second| Input::Nested(Box::new(second)))
        }
        (_, second) => Some(second),
    }
}

fn join_writes(first: &mut Write, second: Write) -> Option<Write> {
    match (first, second) {
        (Write::Verbs(first), Write::Verbs(second)) => {
            first.0.extend(second.0);
            None
        }
        (Write::On(table, first), Write::On(other, second)) if *table == other => {
            join_writes(first, *second).map(|second| Write::On(other, Box::new(second)))
        }
        (_, second) => Some(second),
    }
}
