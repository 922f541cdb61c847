//! Rows as structs with some fields of a model.

use super::model::Model;
use super::projection::answer;
use super::query::Query;
use super::view::{View, Views};
use crate::error::Result;

/// A struct with some fields of the model `M`. `#[derive(Project)]` makes it one.
///
/// ```
/// use relata::typed::{Database, Id, Model, Project};
///
/// #[derive(Model)]
/// struct Book {
///     #[relata(key, generated)]
///     id: Id<Book>,
///     title: String,
///     year: i32,
/// }
///
/// #[derive(Project, Debug, PartialEq)]
/// #[relata(of = Book)]
/// struct Title {
///     title: String,
/// }
///
/// let db = Database::new::<Book>()?;
/// db.insert(NewBook { title: "Dune".into(), year: 1965 })?;
/// let titles: Vec<Title> = db.query::<Book>().select_as()?;
/// assert_eq!(titles, [Title { title: "Dune".into() }]);
/// # Ok::<(), relata::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't made of columns of `{M}`",
    note = "add `#[derive(Project)]` and `#[relata(of = {M})]` to it"
)]
pub trait Project<M: Model>: Sized {
    /// The names of the columns.
    #[doc(hidden)]
    fn columns() -> Vec<&'static str>;
    /// An owned copy of a row's cells.
    #[doc(hidden)]
    fn project(view: View<'_>) -> Self;
}

impl<M: Model, I> Query<M, I> {
    /// Each row as a struct that has some of the fields: see [`Project`].
    ///
    /// # Errors
    /// As [`all`](Query::all).
    pub fn select_as<P: Project<M>>(self) -> Result<Vec<P>> {
        let (source, mut asked) = self.into_parts();
        asked.leave_only(P::columns());
        let page = answer::<M>(&source, asked)?;
        let views = Views::of_page(&page).into_iter().flatten();
        Ok(views.map(P::project).collect())
    }
}
