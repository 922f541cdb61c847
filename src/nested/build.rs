//! Verbs as Rust writes them.

use super::{Pick, Verb, Verbs, Write};
use crate::filter::Filter;
use crate::value::{Input, Key, Row};
use ecow::EcoString;

/// One row to be picked, or several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picks(Vec<Pick>);

impl Picks {
    /// The rows that are meant.
    pub(crate) fn into_vec(self) -> Vec<Pick> {
        self.0
    }
}

impl<K: Into<Key>> From<K> for Pick {
    fn from(key: K) -> Pick {
        Pick::Key(key.into())
    }
}

impl From<Filter> for Pick {
    fn from(filter: Filter) -> Pick {
        Pick::Where(filter)
    }
}

impl<K: Into<Key>> From<K> for Picks {
    fn from(key: K) -> Picks {
        Picks(vec![key.into().into()])
    }
}

impl From<Filter> for Picks {
    fn from(filter: Filter) -> Picks {
        Picks(vec![filter.into()])
    }
}

impl From<Pick> for Picks {
    fn from(pick: Pick) -> Picks {
        Picks(vec![pick])
    }
}

impl<P: Into<Pick>> From<Vec<P>> for Picks {
    fn from(picks: Vec<P>) -> Picks {
        Picks(picks.into_iter().map(Into::into).collect())
    }
}

impl<P: Into<Pick>, const N: usize> From<[P; N]> for Picks {
    fn from(picks: [P; N]) -> Picks {
        Picks(picks.into_iter().map(Into::into).collect())
    }
}

/// One row to be made, or several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRows(Vec<Row>);

impl From<Row> for NewRows {
    fn from(row: Row) -> NewRows {
        NewRows(vec![row])
    }
}

impl From<Vec<Row>> for NewRows {
    fn from(rows: Vec<Row>) -> NewRows {
        NewRows(rows)
    }
}

impl<const N: usize> From<[Row; N]> for NewRows {
    fn from(rows: [Row; N]) -> NewRows {
        NewRows(rows.into())
    }
}

impl From<Verbs> for Input {
    fn from(verbs: Verbs) -> Input {
        Input::Nested(Box::new(Write::Verbs(verbs)))
    }
}

impl From<Verb> for Input {
    fn from(verb: Verb) -> Input {
        Verbs(vec![verb]).into()
    }
}

impl From<Row> for Write {
    fn from(row: Row) -> Write {
        Write::Row(row)
    }
}

impl From<Verbs> for Write {
    fn from(verbs: Verbs) -> Write {
        Write::Verbs(verbs)
    }
}

/// What is written along a polymorphic relation: the table of the row, and a row or verbs for it. The
/// row that holds the key gets the type as well. O(1).
///
/// ```
/// use relata::{Column, Database, Relation, Schema, Table, nested, row};
///
/// let id = |name| Table::new(name).column(Column::integer("id").generated()).primary_key(["id"]);
/// let db = Database::new(
///     Schema::new()
///         .table(id("posts").column(Column::text("title")))
///         .table(id("photos"))
///         .table(id("notes").column(Column::text("on_type")).column(Column::integer("on_id")))
///         .relation(Relation::polymorphic("notes", "on").types(["posts", "photos"])),
/// )?;
/// db.insert("notes", row! { on: nested::on_table("posts", row! { title: "Dune" }) })?;
/// db.insert("notes", row! { on: nested::on_table("posts", nested::connect(1)) })?;
/// let notes = serde_json::to_string(&db.query("notes").all()?).unwrap();
/// assert_eq!(notes, r#"[{"id":1,"on_type":"posts","on_id":1},{"id":2,"on_type":"posts","on_id":1}]"#);
/// # Ok::<(), relata::Error>(())
/// ```
pub fn on_table(table: impl Into<EcoString>, write: impl Into<Write>) -> Write {
    Write::On(table.into(), Box::new(write.into()))
}

impl From<Write> for Input {
    fn from(write: Write) -> Input {
        Input::Nested(Box::new(write))
    }
}

impl From<Row> for Input {
    fn from(row: Row) -> Input {
        Write::Row(row).into()
    }
}

impl From<Vec<Row>> for Input {
    fn from(rows: Vec<Row>) -> Input {
        Write::Rows(rows).into()
    }
}

impl<const N: usize> From<[Row; N]> for Input {
    fn from(rows: [Row; N]) -> Input {
        Write::Rows(rows.into()).into()
    }
}

impl FromIterator<Verb> for Verbs {
    fn from_iter<I: IntoIterator<Item = Verb>>(verbs: I) -> Verbs {
        Verbs(verbs.into_iter().collect())
    }
}

/// Declares each verb as a function that begins with it and as a method that goes on with it.
macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) => $verb:expr;)*) => {
        $(
            $(#[$doc])*
            pub fn $name($($arg: $ty),*) -> Verbs {
                Verbs::default().$name($($arg),*)
            }
        )*
        impl Verbs {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(mut self, $($arg: $ty),*) -> Verbs {
                    self.0.push($verb);
                    self
                }
            )*
        }
    };
}

verbs! {
    /// Makes rows. Along a relation to one row, the old one goes in the way its `dependent` says.
    create(rows: impl Into<NewRows>) => Verb::Create(rows.into().0);
    /// Makes rows, or with `skip_duplicates` those whose unique values nobody has.
    create_many(rows: impl Into<NewRows>, skip_duplicates: bool) =>
        Verb::CreateMany { rows: rows.into().0, skip_duplicates };
    /// Brings rows that are there into the relation. One that is in it already stays as it is.
    connect(rows: impl Into<Picks>) => Verb::Connect(rows.into().0);
    /// Brings a row into the relation, or makes it when it isn't there.
    connect_or_create(row: impl Into<Pick>, create: Row) => Verb::ConnectOrCreate(vec![(row.into(), create)]);
    /// Takes rows out of the relation; they stay in their table. A row that can't be without its key
    /// refuses.
    disconnect(rows: impl Into<Picks>) => Verb::Disconnect(rows.into().0);
    /// Leaves exactly these rows in the relation: connects those that are missing and disconnects the
    /// others.
    set(rows: impl Into<Picks>) => Verb::Set(rows.into().0);
    /// Changes a row of the relation; [`Pick::All`] is the row of a relation to one.
    update(row: impl Into<Pick>, with: Row) => Verb::Update(vec![(row.into(), with)]);
    /// Changes every row of the relation that matches; [`Pick::All`] is all of them.
    update_many(rows: impl Into<Pick>, with: Row) => Verb::UpdateMany(vec![(rows.into(), with)]);
    /// Changes a row of the relation, or makes one when it isn't in it.
    upsert(row: impl Into<Pick>, create: Row, update: Row) => Verb::Upsert(vec![(row.into(), create, update)]);
    /// Deletes rows of the relation from their table; foreign keys act.
    delete(rows: impl Into<Picks>) => Verb::Delete(rows.into().0);
    /// Deletes every row of the relation that matches; [`Pick::All`] is all of them.
    delete_many(rows: impl Into<Pick>) => Verb::DeleteMany(vec![rows.into()]);
}
