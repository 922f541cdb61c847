//! What a model is.

use super::definition::{Definition, Models};
use super::key::ModelKey;
use super::scope::{At, Scope};
use super::view::View;
use crate::value::Row;
use std::marker::PhantomData;

/// A struct that is a table: `#[derive(Model)]` makes it one.
///
/// A field is a column, an `Option` a column that may be null. The derive also makes
///
/// - `AuthorFields`, what closures are given: columns to compare, relations to include;
/// - `AuthorRow`, a row of a result, borrowed, with a method for each field and each included relation;
/// - `NewAuthor`, an author without what the store makes, to be inserted.
///
/// The guide's page on [models](crate::guide::models) lists every attribute.
///
/// ```
/// use relata::typed::{Database, Id, Model};
///
/// #[derive(Model)]
/// #[relata(has_many(books: Book::author))]
/// struct Author {
///     #[relata(key, generated)]
///     id: Id<Author>,
///     name: String,
/// }
///
/// #[derive(Model)]
/// struct Book {
///     #[relata(key, generated)]
///     id: Id<Book>,
///     #[relata(belongs_to(author: Author, on_delete = cascade))]
///     author_id: Id<Author>,
///     title: String,
/// }
///
/// let db = Database::new::<(Author, Book)>()?;
/// let frank = db.insert(NewAuthor { name: "Frank".into() })?;
/// db.insert(NewBook { author_id: frank, title: "Dune".into() })?;
///
/// let page = db.query::<Author>().include(|a| a.books()).all()?;
/// for author in &page {
///     assert_eq!((author.name(), author.books().len()), ("Frank", 1));
/// }
/// # Ok::<(), relata::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a model",
    label = "add `#[derive(Model)]` to `{Self}`"
)]
pub trait Model: Models + Sized + 'static {
    /// The name of the struct.
    const NAME: &'static str;
    /// The name of the table.
    const TABLE: &'static str;
    /// The columns of the primary key.
    const KEY: &'static [&'static str];
    /// The columns that an insert gives a default when they are left out.
    #[doc(hidden)]
    const DEFAULTS: &'static [&'static str];
    /// The type of the primary key.
    type Key: ModelKey;
    /// What closures are given: the columns and relations.
    type Fields: Copy + Default;
    /// The same where they are columns of something else, as in a join.
    type FieldsIn<Q: Scope>: Copy;
    /// What the type of a row says when nothing is included.
    type Bare;
    /// A row of a result, with what `I` says is included.
    type Row<'p, I>: Copy + RowOf<'p, Model = Self>;

    /// What closures are given.
    fn fields() -> Self::Fields {
        Self::Fields::default()
    }

    /// What closures about one table of a join are given.
    #[doc(hidden)]
    fn fields_in<Q: Scope>(at: At) -> Self::FieldsIn<Q>;

    /// The key of the row it is.
    fn key(&self) -> Self::Key;

    /// The key of a row.
    #[doc(hidden)]
    fn key_at(view: View<'_>) -> Self::Key;

    /// The table and its relations.
    #[doc(hidden)]
    fn define() -> Definition;

    /// The columns by which it belongs to another model along a relation, and those they refer to.
    #[doc(hidden)]
    fn reference(relation: &str) -> Option<(&'static [&'static str], &'static [&'static str])>;

    /// The row at a place of a result.
    #[doc(hidden)]
    fn row<'p, I>(view: View<'p>) -> Self::Row<'p, I>;

    /// An owned copy of a row. O(cells).
    #[doc(hidden)]
    fn read(view: View<'_>) -> Self;

    /// The columns that can be written, and their values.
    #[doc(hidden)]
    fn write(&self) -> Row;
}

/// What a value knows of types alone; it's `Send` and `Sync` whatever they are.
pub(super) type Of<T> = PhantomData<fn() -> T>;

/// What closures about `M` are given.
pub type FieldsOf<M> = <M as Model>::Fields;

/// A row of a result: the trait of all derived row types.
pub trait RowOf<'p>: Copy {
    /// Its model.
    type Model: Model;
    /// Where its cells are.
    fn view(self) -> View<'p>;
}

/// What can be inserted: a model, or what the derive makes of it for that.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be inserted",
    label = "give a model, or the struct without generated fields that its derive makes"
)]
pub trait Insert {
    /// The model it makes a row of.
    type Model: Model;
    /// The columns and their values.
    fn into_row(self) -> Row;
}
