//! Authors with mentors among them, and their books: what the models of the typed engine declare.

use super::{boolean, id, integer, labels, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::value::{Kind, Value};

const STATES: Kind = labels(&["draft", "printed", "sold_out"]);

/// The schema's name.
pub(crate) const LIBRARY: &str = "library";

pub(super) fn schema() -> Schema {
    let authors = vec![
        id(),
        text("name"),
        Column::new("age", Kind::Smallint).null(),
        boolean("active").default(Value::Boolean(true)),
        Column::new("score", Kind::Float).null(),
        integer("mentor_id").null(),
    ];
    let authors = Table::new("authors", authors).key(&["id"]).unique(&["name"]).foreign_key(
        &["mentor_id"],
        "authors",
        &["id"],
        ("set_null", "cascade"),
    );
    let books = vec![
        id(),
        integer("author_id"),
        text("title"),
        integer("year").null(),
        Column::new("state", STATES).default(Value::Label(0)),
    ];
    let books = Table::new("books", books).key(&["id"]).foreign_key(
        &["author_id"],
        "authors",
        &["id"],
        ("cascade", "cascade"),
    );
    let mentor = Relation::new(("authors", "mentor"), &["mentor_id"], "authors", &["id"]);
    let author = Relation::new(("books", "author"), &["author_id"], "authors", &["id"]);
    let relations = vec![mentor.reverse("pupils"), mentor, author.reverse("books"), author];
    Schema { name: LIBRARY, tables: vec![authors, books], relations }
}
