//! Relations that lead to a row of one of several models.

use super::asked::Asked;
use super::condition::Condition;
use super::include::{Inclusion, Place, State};
use super::model::{FieldsOf, Model, Of};
use super::scope::At;
use super::view::View;
use crate::filter::{Filter, Quantifier};
use crate::value::Key;
use ecow::EcoString;
use std::fmt;
use std::marker::PhantomData;

/// An enum of models, one of whose rows a relation leads to. `#[derive(Polymorphic)]` makes it one.
///
/// The derive also makes `SubjectType`, the type of the column that says of which model a row is,
/// `SubjectRow`, a row of a result with a variant for each model, and `SubjectKey`, a key likewise, which is
/// what the relation is [`set`](OneOf::set) to.
///
/// ```
/// use relata::typed::{Database, Id, Model, Polymorphic};
///
/// #[derive(Model)]
/// #[relata(has_many(comments: Comment::subject, counter = comment_count))]
/// struct Post {
///     #[relata(key, generated)]
///     id: Id<Post>,
///     title: String,
///     comment_count: i64,
/// }
///
/// #[derive(Model)]
/// #[relata(has_many(comments: Comment::subject))]
/// struct Photo {
///     #[relata(key, generated)]
///     id: Id<Photo>,
///     url: String,
/// }
///
/// #[derive(Polymorphic)]
/// enum Subject {
///     Post(Post),
///     Photo(Photo),
/// }
///
/// #[derive(Model)]
/// struct Comment {
///     #[relata(key, generated)]
///     id: Id<Comment>,
///     subject_type: SubjectType,
///     #[relata(polymorphic(subject: Subject))]
///     subject_id: i64,
///     body: String,
/// }
///
/// let db = Database::new::<(Post, Photo, Comment)>()?;
/// let post = db.insert(NewPost::new("Dune"))?;
/// let photo = db.insert(NewPhoto::new("/1"))?;
/// db.insert(NewComment::new(SubjectType::Post, *post.get(), "long"))?;
/// db.insert(NewComment::new(SubjectType::Photo, *photo.get(), "blurred"))?;
///
/// let page = db.query::<Comment>().include(|c| c.subject()).all()?;
/// let about: Vec<_> = page.iter().map(|comment| match comment.subject() {
///     Some(SubjectRow::Post(post)) => post.title(),
///     Some(SubjectRow::Photo(photo)) => photo.url(),
///     None => "nothing",
/// }).collect();
/// assert_eq!(about, ["Dune", "/1"]);
///
/// let on_dune = db.query::<Comment>().filter(|c| c.subject().is::<Post>(|p| p.title().eq("Dune")));
/// assert_eq!(on_dune.count()?, 1);
/// assert_eq!(db.get(post)?.unwrap().comment_count, 1);
/// # Ok::<(), relata::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't an enum of models",
    label = "add `#[derive(Polymorphic)]` to `{Self}`"
)]
pub trait Polymorphic: Sized + 'static {
    /// What the type of a row says when nothing is included with it.
    type Bare;
    /// Which of its models, and the key of a row.
    type Key: PolymorphicKey;
    /// The tables of its models, in declared order.
    fn tables() -> Vec<&'static str>;
}

/// The key of a row of one of several models. `#[derive(Polymorphic)]` makes an enum of them.
pub trait PolymorphicKey: Clone {
    /// The table, and the key of the row in it.
    fn target(&self) -> (&'static str, Key);
}

/// Says that a model is one of a [`Polymorphic`] enum.
#[diagnostic::on_unimplemented(message = "`{M}` isn't one of `{Self}`", label = "not a variant of `{Self}`")]
pub trait Among<M: Model>: Polymorphic {}

/// What a row of a [`Polymorphic`] enum is when `I` says what is included with it.
pub trait Shown<I>: Polymorphic {
    /// The row.
    type Row<'p>;
    /// The row of the model at `place` among the variants.
    #[doc(hidden)]
    fn show(place: usize, view: View<'_>) -> Option<Self::Row<'_>>;
    /// An owned copy, without what is included.
    #[doc(hidden)]
    fn own(row: Self::Row<'_>) -> Self;
}

/// A model of a [`Polymorphic`] enum for which `I` says that nothing is included yet.
#[diagnostic::on_unimplemented(message = "`{M}` isn't one of `{Self}`, or has been asked for already")]
pub trait On<M: Model, I, N>: Polymorphic {
    /// What is included then.
    type Put;
}

/// A polymorphic relation of a model. A derived model has a type for each.
pub trait PolymorphicRelation: Sized + 'static {
    /// The model it starts from.
    type Source: Model;
    /// The models it leads to one of.
    type Targets: Polymorphic;
    /// Its name.
    const NAME: &'static str;
    /// Its place among the relations of its model.
    const PLACE: usize;
    /// The columns that say where it leads: to which table, and to which row.
    const FROM: [&'static str; 2];
}

/// A polymorphic relation, to be included or asked about. `I` is what is included with the rows of each model.
#[must_use = "a relation does nothing until it's included or asked about"]
pub struct OneOf<R: PolymorphicRelation, I = <<R as PolymorphicRelation>::Targets as Polymorphic>::Bare> {
    on: Vec<(EcoString, Asked)>,
    /// The table it starts from, where that's one of a join.
    pub(super) at: At,
    marker: Of<(R, I)>,
}

impl<R: PolymorphicRelation> OneOf<R> {
    pub(super) fn new(at: At) -> OneOf<R> {
        OneOf { on: Vec::new(), at, marker: PhantomData }
    }
}

impl<R: PolymorphicRelation, I> OneOf<R, I> {
    /// Asks more of the rows of one model: `.on(|p: Branch<Post>| p.include(|p| p.author()))`.
    pub fn on<M: Model, N>(
        mut self,
        nested: impl FnOnce(Branch<M>) -> Branch<M, N>,
    ) -> OneOf<R, <R::Targets as On<M, I, N>>::Put>
    where
        R::Targets: On<M, I, N>,
    {
        let branch = nested(Branch { asked: Asked::whole(), marker: PhantomData });
        self.on.push((M::TABLE.into(), branch.asked));
        OneOf { on: self.on, at: self.at, marker: PhantomData }
    }

    /// The row it leads to is of this model and matches.
    pub fn is<M: Model>(self, asked: impl FnOnce(FieldsOf<M>) -> Condition<M>) -> Condition<R::Source>
    where
        R::Targets: Among<M>,
    {
        self.of_table::<M>(Some(asked(M::fields()).into_filter()))
    }

    /// The row it leads to is of this model.
    pub fn is_a<M: Model>(self) -> Condition<R::Source>
    where
        R::Targets: Among<M>,
    {
        self.of_table::<M>(None)
    }

    /// There is a row along the relation.
    pub fn exists(self) -> Condition<R::Source> {
        quantify::<R>(Quantifier::Some, None)
    }

    /// There is no row along the relation.
    pub fn absent(self) -> Condition<R::Source> {
        quantify::<R>(Quantifier::None, None)
    }

    fn of_table<M: Model>(self, filter: Option<Filter>) -> Condition<R::Source> {
        let on = Filter::On { table: M::TABLE.into(), filter: filter.map(Box::new) };
        quantify::<R>(Quantifier::Is, Some(on))
    }
}

fn quantify<R: PolymorphicRelation>(quantifier: Quantifier, filter: Option<Filter>) -> Condition<R::Source> {
    Condition::new(Filter::Relation { name: R::NAME.into(), quantifier, filter: filter.map(Box::new) })
}

impl<R: PolymorphicRelation, I> Inclusion<R::Source> for OneOf<R, I>
where
    R::Targets: Shown<I>,
{
    type Relation = R;
    type State = MaybeOneOf<R::Targets, I>;

    fn add_to(self, asked: &mut Asked) {
        asked.place_branches(R::PLACE, R::NAME, self.on);
    }
}

impl<R: PolymorphicRelation, I> fmt::Debug for OneOf<R, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(R::NAME).field("on", &self.on).finish()
    }
}

/// What is asked of the rows of one model along a polymorphic relation.
#[must_use = "a branch does nothing until it's given back"]
pub struct Branch<M: Model, I = <M as Model>::Bare> {
    asked: Asked,
    marker: Of<(M, I)>,
}

impl<M: Model, I> Branch<M, I> {
    /// Leads to rows that match only.
    pub fn filter(mut self, filter: impl FnOnce(FieldsOf<M>) -> Condition<M>) -> Self {
        self.asked.filter::<M>(filter);
        self
    }

    /// Gives what `nested` leads to with the row.
    pub fn include<N, F>(mut self, nested: F) -> Branch<M, <N::Relation as Place<I, N::State>>::Placed>
    where
        N: Inclusion<M>,
        F: FnOnce(FieldsOf<M>) -> N,
        N::Relation: Place<I, N::State>,
    {
        self.asked.include(nested(M::fields()));
        Branch { asked: self.asked, marker: PhantomData }
    }
}

impl<M: Model, I> fmt::Debug for Branch<M, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(M::NAME).field("select", &self.asked.select).finish()
    }
}

/// The state of a polymorphic relation that was included.
pub struct MaybeOneOf<U, I>(Of<(U, I)>);

impl<U: Shown<I>, I> State for MaybeOneOf<U, I> {
    const ROWS: usize = 1;
    const COUNTS: usize = 0;
    type Given<'p> = Option<U::Row<'p>>;
    type Owned = Option<U>;

    #[inline]
    fn given(view: View<'_>, rows: usize, _: usize) -> Option<U::Row<'_>> {
        let (place, row) = view.branch(rows)?;
        U::show(place, row)
    }

    fn own(given: Option<U::Row<'_>>) -> Option<U> {
        given.map(U::own)
    }
}
