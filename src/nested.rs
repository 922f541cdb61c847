//! Rows written along the relations of a row, in the same statement.
//!
//! A [`Row`] may give a relation what it gives a column a value: rows, which are made or, when they
//! have a key, changed; or *verbs*, which also connect rows that are there and take rows away.
//!
//! ```
//! use relata::{Column, Database, ForeignKey, Relation, Schema, Table, nested, row};
//!
//! let id = |name| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
//! let db = Database::new(
//!     Schema::new()
//!         .table(id("users").column(Column::text("name")))
//!         .table(id("groups").column(Column::text("name")))
//!         .table(id("posts").column(Column::text("title")).column(Column::integer("user_id"))
//!             .foreign_key(ForeignKey::new(["user_id"], "users")))
//!         .table(Table::new("members").column(Column::integer("user_id")).column(Column::integer("group_id"))
//!             .primary_key(["user_id", "group_id"]))
//!         .relation(Relation::one("posts", "author", "users").from(["user_id"]).to(["id"]))
//!         .relation(Relation::many("users", "posts", "posts"))
//!         .relation(Relation::many("users", "groups", "groups")
//!             .from(["id"]).through("members", ["user_id"], ["group_id"]).to(["id"])),
//! )?;
//! let staff = db.insert("groups", row! { name: "staff" })?;
//! let ann = db.insert("users", row! {
//!     name: "Ann",
//!     posts: [row! { title: "Hello" }, row! { title: "Again" }],
//!     groups: nested::connect(&staff).create(row! { name: "chess" }),
//! })?;
//! let page = db.query("users").include("posts", |p| p.columns(["title"])).include("groups", |g| g).all()?;
//! assert_eq!(
//!     serde_json::to_string(&page).unwrap(),
//!     r#"[{"id":1,"name":"Ann","posts":[{"title":"Hello"},{"title":"Again"}],"groups":[{"id":1,"name":"staff"},{"id":2,"name":"chess"}]}]"#,
//! );
//! db.update("users", ann, row! { posts: nested::delete(1), groups: nested::set([2]) })?;
//! assert_eq!((db.query("posts").count()?, db.query("members").count()?), (1, 1));
//! # Ok::<(), relata::Error>(())
//! ```

mod build;
mod show;

pub use build::{
    NewRows, Picks, connect, connect_or_create, create, create_many, delete, delete_many, disconnect,
    on_table, set, update, update_many, upsert,
};

use crate::filter::Filter;
use crate::value::{Key, Row};
use ecow::EcoString;

/// What a row gives a relation.
#[derive(Clone, PartialEq, Eq)]
pub enum Write {
    /// A row: made, or changed when it has a key.
    Row(Row),
    /// Several of them.
    Rows(Vec<Row>),
    /// What is to be done, in this order.
    Verbs(Verbs),
    /// Any of these along a relation to rows of several tables: the table, and what is written there.
    On(EcoString, Box<Write>),
}

/// What is to be done along a relation, in order. Made by the functions of [this module](self), each
/// of which is a method too: `connect(3).create(row! { name: "chess" })`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Verbs(pub(crate) Vec<Verb>);

/// One thing to be done along a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// Makes rows.
    Create(Vec<Row>),
    /// Makes rows, or with `skip_duplicates` those whose unique values nobody has.
    CreateMany {
        /// The rows.
        rows: Vec<Row>,
        /// Whether rows are left out whose unique values are taken.
        skip_duplicates: bool,
    },
    /// Brings rows that are there into the relation.
    Connect(Vec<Pick>),
    /// The same, and makes those that aren't there.
    ConnectOrCreate(Vec<(Pick, Row)>),
    /// Takes rows out of the relation; they stay in their table.
    Disconnect(Vec<Pick>),
    /// Leaves exactly these rows in the relation.
    Set(Vec<Pick>),
    /// Changes rows of the relation.
    Update(Vec<(Pick, Row)>),
    /// Changes every row of the relation that matches.
    UpdateMany(Vec<(Pick, Row)>),
    /// Changes a row of the relation with the second row, or makes the first.
    Upsert(Vec<(Pick, Row, Row)>),
    /// Deletes rows of the relation from their table.
    Delete(Vec<Pick>),
    /// Deletes every row of the relation that matches.
    DeleteMany(Vec<Pick>),
    /// Takes rows out of the relation in the way its `dependent` says.
    Remove(Vec<Pick>),
    /// Leaves exactly these rows in the relation, others going in the way its `dependent` says.
    Replace(Vec<Pick>),
}

/// Which rows a verb means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The one with this primary key.
    Key(Key),
    /// Those that match. A verb about one row takes a filter that gives every column of a unique
    /// constraint a value, and may ask more.
    Where(Filter),
    /// All of the relation: where it leads to one row, that one.
    All,
}

impl Verb {
    /// The word for it in a document.
    pub fn word(&self) -> &'static str {
        match self {
            Verb::Create(_) => "create",
            Verb::CreateMany { .. } => "createMany",
            Verb::Connect(_) => "connect",
            Verb::ConnectOrCreate(_) => "connectOrCreate",
            Verb::Disconnect(_) => "disconnect",
            Verb::Set(_) => "set",
            Verb::Update(_) => "update",
            Verb::UpdateMany(_) => "updateMany",
            Verb::Upsert(_) => "upsert",
            Verb::Delete(_) => "delete",
            Verb::DeleteMany(_) => "deleteMany",
            Verb::Remove(_) => "remove",
            Verb::Replace(_) => "replace",
        }
    }

    /// Shows the rows it gives.
    fn rows<'v>(&'v self, show: &mut dyn FnMut(&'v Row)) {
        match self {
            Verb::Create(rows) | Verb::CreateMany { rows, .. } => rows.iter().for_each(show),
            Verb::ConnectOrCreate(items) | Verb::Update(items) | Verb::UpdateMany(items) => {
                items.iter().for_each(|(_, row)| show(row));
            }
            Verb::Upsert(items) => items.iter().for_each(|(_, create, update)| {
                show(create);
                show(update);
            }),
            Verb::Connect(_)
            | Verb::Disconnect(_)
            | Verb::Set(_)
            | Verb::Delete(_)
            | Verb::DeleteMany(_)
            | Verb::Remove(_)
            | Verb::Replace(_) => {}
        }
    }
}

impl Write {
    /// Whether it says nothing: neither a row nor a verb.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Write::Row(_) => false,
            Write::Rows(rows) => rows.is_empty(),
            Write::Verbs(Verbs(verbs)) => verbs.is_empty(),
            Write::On(_, write) => write.is_empty(),
        }
    }

    /// Shows the rows it gives, those inside of them apart.
    pub(crate) fn rows<'w>(&'w self, show: &mut dyn FnMut(&'w Row)) {
        match self {
            Write::Row(row) => show(row),
            Write::Rows(rows) => rows.iter().for_each(show),
            Write::Verbs(Verbs(verbs)) => verbs.iter().for_each(|verb| verb.rows(show)),
            Write::On(_, write) => write.rows(show),
        }
    }

    /// The tables it names, the outermost first: one where a relation leads to rows of several, else none.
    pub(crate) fn on(&self) -> Vec<&EcoString> {
        let (mut tables, mut write) = (Vec::new(), self);
        while let Write::On(table, inner) = write {
            tables.push(table);
            write = inner;
        }
        tables
    }
}

impl Row {
    /// How many rows it gives: itself, and those inside of it at any depth. O(them).
    #[cfg(feature = "json")]
    pub(crate) fn count_rows(&self) -> usize {
        let mut count = 0;
        let mut stack = vec![self];
        while let Some(row) = stack.pop() {
            count += 1;
            row.nested().for_each(|(_, write)| write.rows(&mut |row| stack.push(row)));
        }
        count
    }
}
