//! Polymorphic relations toward one of their models: written and joined along.

use super::condition::{Assign, Condition};
use super::join::{Along, Beyond, Matching};
use super::key::KeyOf;
use super::model::{FieldsOf, Model, Of};
use super::polymorphic::{Among, OneOf, Polymorphic, PolymorphicKey, PolymorphicRelation};
use super::relation::{Relation, ToMaybe};
use super::scope::{At, Tuple};
use crate::filter::Filter;
use crate::nested::{Pick, Verb, Verbs, on_table};
use crate::value::Value;
use std::fmt;
use std::marker::PhantomData;

/// The key that a polymorphic relation is set to.
type KeyAmong<R> = <<R as PolymorphicRelation>::Targets as Polymorphic>::Key;

/// What a polymorphic relation is set to: a key of its enum, or `None`.
#[diagnostic::on_unimplemented(
    message = "a polymorphic relation can't be set to a `{Self}`",
    label = "expected a `{K}`, which says of which model the key is, or `None`"
)]
pub trait LeadsTo<K> {
    /// The key.
    #[doc(hidden)]
    fn key(self) -> Option<K>;
}

#[diagnostic::do_not_recommend]
impl<K: PolymorphicKey> LeadsTo<K> for K {
    fn key(self) -> Option<K> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<K: PolymorphicKey> LeadsTo<K> for Option<K> {
    fn key(self) -> Option<K> {
        self
    }
}

impl<R: PolymorphicRelation> OneOf<R> {
    /// Leads it to the row with this key, or with `None` nowhere: written with the row it starts from, all or
    /// nothing. A key without a row is refused.
    ///
    /// ```
    /// use relata::typed::{Database, Id, Model, Polymorphic};
    /// # #[derive(Model)]
    /// # #[relata(has_many(notes: Note::subject))]
    /// # struct Post { #[relata(key, generated)] id: Id<Post>, title: String }
    /// # #[derive(Model)] struct Photo { #[relata(key, generated)] id: Id<Photo>, url: String }
    /// #[derive(Polymorphic)]
    /// enum Subject {
    ///     Post(Post),
    ///     Photo(Photo),
    /// }
    /// #[derive(Model)]
    /// struct Note {
    ///     #[relata(key, generated)]
    ///     id: Id<Note>,
    ///     subject_type: Option<SubjectType>,
    ///     #[relata(polymorphic(subject: Subject))]
    ///     subject_id: Option<i64>,
    ///     body: String,
    /// }
    /// let db = Database::new::<(Post, Photo, Note)>()?;
    /// let post = db.insert(NewPost::new("Dune"))?;
    /// let note = db.create::<Note>(|n| n.body().set("long").and(n.subject().set(SubjectKey::Post(post))))?;
    /// assert_eq!(db.get(note)?.unwrap().subject_type, Some(SubjectType::Post));
    ///
    /// // A row that is made with it, and one that is there; the other side writes along it, too.
    /// db.update(note, |n| n.subject().to::<Photo>().create(|p| p.url().set("/1")))?;
    /// db.update(post, |p| p.notes().connect(note))?;
    /// db.update(note, |n| n.subject().set(None))?;
    /// assert_eq!(db.get(note)?.unwrap().subject_id, None);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn set(self, key: impl LeadsTo<KeyAmong<R>>) -> Assign<R::Source> {
        match key.key() {
            Some(key) => {
                let (table, key) = key.target();
                let connect = Verbs(vec![Verb::Connect(vec![Pick::Key(key)])]);
                Assign::written(R::NAME, on_table(table, connect))
            }
            None => Assign::all(R::FROM.map(|column| Assign::new(column, Value::Null))),
        }
    }

    /// It where it leads to a row of `M`: to be written along, and joined along.
    pub fn to<M: Model>(self) -> Toward<R, M>
    where
        R::Targets: Among<M>,
    {
        Toward { at: self.at, relation: PhantomData }
    }
}

/// A polymorphic relation where it leads to a row of `M`. Made by [`OneOf::to`].
#[must_use = "it does nothing until it's written or joined along"]
pub struct Toward<R, M> {
    at: At,
    relation: Of<(R, M)>,
}

/// Written with the row it starts from, all or nothing.
impl<R: PolymorphicRelation<Targets: Among<M>>, M: Model> Toward<R, M> {
    /// Makes a row and leads the relation to it.
    pub fn create(self, row: impl FnOnce(FieldsOf<M>) -> Assign<M>) -> Assign<R::Source> {
        verb::<R, M>(Verb::Create(vec![row(M::fields()).into_row()]))
    }

    /// Leads it to a row that is there.
    pub fn connect(self, key: impl KeyOf<M>) -> Assign<R::Source> {
        verb::<R, M>(Verb::Connect(vec![Pick::Key(key.key())]))
    }

    /// Leads it nowhere, and is refused where it doesn't lead to a row of `M`.
    pub fn disconnect(self) -> Assign<R::Source> {
        verb::<R, M>(Verb::Disconnect(vec![Pick::All]))
    }

    /// Changes the row it leads to.
    pub fn update(self, set: impl FnOnce(FieldsOf<M>) -> Assign<M>) -> Assign<R::Source> {
        verb::<R, M>(Verb::Update(vec![(Pick::All, set(M::fields()).into_row())]))
    }

    /// Deletes the row it leads to from its table.
    pub fn delete(self) -> Assign<R::Source> {
        verb::<R, M>(Verb::Delete(vec![Pick::All]))
    }
}

fn verb<R: PolymorphicRelation, M: Model>(verb: Verb) -> Assign<R::Source> {
    Assign::written(R::NAME, on_table(M::TABLE, Verbs(vec![verb])))
}

/// The relation that a polymorphic one is toward `M`.
#[derive(Debug)]
pub struct Member<R, M>(Of<(R, M)>);

impl<R: PolymorphicRelation<Targets: Among<M>>, M: Model> Relation for Member<R, M> {
    type Source = R::Source;
    type Target = M;
    type Kind = ToMaybe;
    const NAME: &'static str = R::NAME;
    const PLACE: usize = R::PLACE;
}

impl<R: PolymorphicRelation<Targets: Among<M>>, M: Model> Toward<R, M> {
    /// In a join: what is asked of the rows along the relation besides. As
    /// [`Related::on`](super::Related::on).
    pub fn on(self, asked: impl FnOnce(Beyond<M>) -> Condition<Tuple>) -> Matching<Member<R, M>> {
        Matching::asking::<M>(self.at, asked)
    }
}

impl<R: PolymorphicRelation<Targets: Among<M>>, M: Model> Along for Toward<R, M> {
    type Relation = Member<R, M>;

    fn parts(self) -> (At, Option<Filter>) {
        (self.at, None)
    }
}

impl<R: PolymorphicRelation, M: Model> fmt::Debug for Toward<R, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} to {}", R::Source::NAME, R::NAME, M::NAME)
    }
}
