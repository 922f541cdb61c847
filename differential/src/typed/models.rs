//! The models, and rows of statements as values of them.

use crate::engine::{Ran, Verdict};
use crate::schema::Schema;
use crate::value::Value;
use relata::typed::{Id, Insert, Model, ModelEnum, Transaction};

/// An author.
#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(books: Book::author), has_many(pupils: Author::mentor))]
pub(super) struct Author {
    #[relata(key, generated)]
    pub(super) id: Id<Author>,
    #[relata(unique)]
    pub(super) name: String,
    pub(super) age: Option<i16>,
    #[relata(default = true)]
    pub(super) active: bool,
    pub(super) score: Option<f64>,
    #[relata(belongs_to(mentor: Author, on_delete = set_null, on_update = cascade))]
    pub(super) mentor_id: Option<Id<Author>>,
}

/// A book.
#[derive(Model, Clone, Debug, PartialEq)]
pub(super) struct Book {
    #[relata(key, generated)]
    pub(super) id: Id<Book>,
    #[relata(belongs_to(author: Author, on_delete = cascade, on_update = cascade))]
    pub(super) author_id: Id<Author>,
    pub(super) title: String,
    pub(super) year: Option<i64>,
    #[relata(default = State::Draft)]
    pub(super) state: State,
}

/// How far a book has come.
#[derive(ModelEnum, Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Draft,
    Printed,
    SoldOut,
}

/// In the order of the labels.
pub(super) const STATES: [State; 3] = [State::Draft, State::Printed, State::SoldOut];

/// Rows that are all given with their keys, or all without.
pub(super) enum Inserts<W, N> {
    Whole(Vec<W>),
    New(Vec<N>),
}

/// A value of a statement as a field's.
pub(super) trait Read: Sized {
    /// `None` where the field can't have it.
    fn read(value: &Value) -> Option<Self>;
}

impl Read for i64 {
    fn read(value: &Value) -> Option<i64> {
        if let Value::Integer(value) = value { Some(*value) } else { None }
    }
}

impl Read for i16 {
    fn read(value: &Value) -> Option<i16> {
        i64::read(value)?.try_into().ok()
    }
}

impl Read for bool {
    fn read(value: &Value) -> Option<bool> {
        if let Value::Boolean(value) = value { Some(*value) } else { None }
    }
}

impl Read for f64 {
    fn read(value: &Value) -> Option<f64> {
        if let Value::Float(value) = value { Some(*value) } else { None }
    }
}

impl Read for String {
    fn read(value: &Value) -> Option<String> {
        if let Value::Text(value) = value { Some(value.clone()) } else { None }
    }
}

impl Read for State {
    fn read(value: &Value) -> Option<State> {
        if let Value::Label(place) = value { STATES.get(*place).copied() } else { None }
    }
}

impl<M> Read for Id<M> {
    fn read(value: &Value) -> Option<Id<M>> {
        i64::read(value).map(Id::new)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Value) -> Option<Option<T>> {
        if *value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

/// A cell that is given; null where it isn't and may be.
fn given<T: Read>(cell: &Option<Value>) -> Option<T> {
    T::read(cell.as_ref().unwrap_or(&Value::Null))
}

/// A cell with a default, given or not.
fn defaulted<T: Read>(cell: &Option<Value>) -> Option<Option<T>> {
    cell.as_ref().map_or(Some(None), |value| T::read(value).map(Some))
}

/// All with keys, or all without; `None` where models can't say it.
fn inserts<W, N>(
    schema: &Schema,
    rows: &[Vec<Option<Value>>],
    whole: impl Fn(&[Option<Value>]) -> Option<W>,
    new: impl Fn(&[Option<Value>]) -> Option<N>,
) -> Option<Inserts<W, N>> {
    debug_assert_eq!(schema.tables.len(), 2);
    if rows.iter().all(|row| row.first().is_some_and(Option::is_some)) {
        return rows.iter().map(|row| whole(row)).collect::<Option<_>>().map(Inserts::Whole);
    }
    let all_new = rows.iter().all(|row| row.first().is_some_and(Option::is_none));
    all_new.then(|| rows.iter().map(|row| new(row)).collect::<Option<_>>()).flatten().map(Inserts::New)
}

/// Rows as authors.
pub(super) fn authors(schema: &Schema, rows: &[Vec<Option<Value>>]) -> Option<Inserts<Author, NewAuthor>> {
    let whole = |row: &[Option<Value>]| {
        let [id, name, age, active, score, mentor_id] = row else { return None };
        Some(Author {
            id: given(id)?,
            name: given(name)?,
            age: given(age)?,
            active: given(active)?,
            score: given(score)?,
            mentor_id: given(mentor_id)?,
        })
    };
    let new = |row: &[Option<Value>]| {
        let [_, name, age, active, score, mentor_id] = row else { return None };
        Some(NewAuthor {
            name: given(name)?,
            age: given(age)?,
            active: defaulted(active)?,
            score: given(score)?,
            mentor_id: given(mentor_id)?,
        })
    };
    inserts(schema, rows, whole, new)
}

/// Rows as books.
pub(super) fn books(schema: &Schema, rows: &[Vec<Option<Value>>]) -> Option<Inserts<Book, NewBook>> {
    let whole = |row: &[Option<Value>]| {
        let [id, author_id, title, year, state] = row else { return None };
        Some(Book {
            id: given(id)?,
            author_id: given(author_id)?,
            title: given(title)?,
            year: given(year)?,
            state: given(state)?,
        })
    };
    let new = |row: &[Option<Value>]| {
        let [_, author_id, title, year, state] = row else { return None };
        Some(NewBook {
            author_id: given(author_id)?,
            title: given(title)?,
            year: given(year)?,
            state: defaulted(state)?,
        })
    };
    inserts(schema, rows, whole, new)
}

/// Adds rows and gives their keys.
pub(super) fn insert<N, M>(tx: &mut Transaction<'_, '_>, rows: Vec<N>) -> relata::Result<Ran>
where
    N: Insert<Model = M>,
    M: Model<Key = Id<M>> + 'static,
{
    let keys: Vec<i64> = tx.insert_many(rows)?.into_iter().map(Id::into_inner).collect();
    Ok(Ran { verdict: Verdict::Done(keys.len() as u64), keys })
}

fn optional<T>(value: Option<T>, read: impl Fn(T) -> Value) -> Value {
    value.map_or(Value::Null, read)
}

impl Author {
    /// Its cells.
    pub(super) fn cells(self) -> Vec<Value> {
        let Author { id, name, age, active, score, mentor_id } = self;
        vec![
            Value::Integer(id.into_inner()),
            Value::Text(name),
            optional(age, |age| Value::Integer(age.into())),
            Value::Boolean(active),
            optional(score, Value::Float),
            optional(mentor_id, |id| Value::Integer(id.into_inner())),
        ]
    }
}

impl Book {
    /// Its cells.
    pub(super) fn cells(self) -> Vec<Value> {
        let Book { id, author_id, title, year, state } = self;
        vec![
            Value::Integer(id.into_inner()),
            Value::Integer(author_id.into_inner()),
            Value::Text(title),
            optional(year, Value::Integer),
            Value::Label(STATES.iter().position(|other| *other == state).unwrap_or(STATES.len())),
        ]
    }
}
