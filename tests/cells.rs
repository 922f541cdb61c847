//! Cells and rows as a reader gets them: by a name resolved once, printed, owned, from both ends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{kind, library, table};
use relata::{
    Action, Column, Database, Json, Owned, Relation, Row, Schema, Table, Value, ValueRef, desc, row,
};

/// A row of every kind of cell that is read without making a value, and one of nulls.
fn things() -> Database {
    let things = table("things")
        .column(Column::text("name"))
        .column(Column::text("note").nullable())
        .column(Column::enumeration("size", ["small", "large"]).nullable())
        .column(Column::json("extra").nullable())
        .column(Column::smallint("low").nullable())
        .column(Column::int("mid"))
        .column(Column::integer("high").nullable())
        .column(Column::float("ratio").nullable())
        .column(Column::boolean("done").nullable());
    let db = Database::new(Schema::new().table(things)).unwrap();
    let full =
        row! { name: "one", note: "n", size: "large", low: 1, mid: 2, high: 3, ratio: 0.5, done: true }
            .set("extra", Json::parse(r#"{"a": [1]}"#).unwrap());
    db.insert("things", full).unwrap();
    db.insert("things", row! { name: "", mid: 0 }).unwrap();
    db
}

/// What each column gives when it's read as a text, an integer, a float and a boolean.
type Read = (Option<String>, Option<i64>, Option<f64>, Option<bool>);

/// What cells give for a row. Those of a table and those of a page have the same methods.
macro_rules! found {
    ($cells:expr, $row:expr) => {
        ($cells.text($row).map(str::to_owned), $cells.integer($row), $cells.float($row), $cells.boolean($row))
    };
}

fn expected() -> [(&'static str, [Read; 2]); 10] {
    let text = |text: &str| (Some(text.to_owned()), None, None, None);
    let (integer, null) = (|n| (None, Some(n), None, None), || (None, None, None, None));
    [
        ("id", [integer(1), integer(2)]),
        ("name", [text("one"), text("")]),
        ("note", [text("n"), null()]),
        ("size", [text("large"), null()]),
        ("extra", [text(r#"{"a":[1]}"#), null()]),
        ("low", [integer(1), null()]),
        ("mid", [integer(2), integer(0)]),
        ("high", [integer(3), null()]),
        ("ratio", [(None, None, Some(0.5), None), null()]),
        ("done", [(None, None, None, Some(true)), null()]),
    ]
}

#[test]
fn a_column_of_a_table_is_read_as_what_it_holds_and_as_nothing_else() {
    let db = things();
    let snapshot = db.snapshot();
    let things = snapshot.table("things").unwrap();
    assert_eq!((things.name(), things.len(), things.is_empty()), ("things", 2, false));
    for (name, rows) in expected() {
        let cells = things.column(name).unwrap();
        for (row, read) in things.iter().zip(rows) {
            assert_eq!(found!(cells, row), read, "{name} of {row}");
            assert_eq!(cells.get(row), row.value(name).unwrap(), "{name} of {row}");
        }
    }
}

#[test]
fn a_column_of_a_page_is_read_as_what_it_holds_and_as_nothing_else() {
    let db = things();
    let page = db.query("things").all().unwrap();
    for (name, rows) in expected() {
        let cells = page.shape().column(name).unwrap();
        for (row, read) in page.iter().zip(rows) {
            assert_eq!(found!(cells, row), read, "{name} of {row}");
            assert_eq!(row.cell(cells), row.value(name).unwrap(), "{name} of {row}");
        }
    }
}

#[test]
fn a_cell_is_taken_as_a_rust_type_or_told_what_it_is() {
    let db = things();
    let page = db.query("things").all().unwrap();
    let (full, empty) = (page.get(0).unwrap(), page.get(1).unwrap());
    assert_eq!(full.get::<ValueRef<'_>>("ratio").unwrap(), ValueRef::Float(0.5));
    assert_eq!(full.get::<Value>("done").unwrap(), Value::Boolean(true));
    assert_eq!((full.get::<i64>("low").unwrap(), full.get::<&str>("size").unwrap()), (1, "large"));
    assert_eq!((full.get::<i16>("low").unwrap(), full.get::<i32>("mid").unwrap()), (1, 2));
    assert_eq!(empty.get::<Option<f64>>("ratio").unwrap(), None);
    assert_eq!(empty.value("done").unwrap(), ValueRef::from(None::<bool>));
    let value = full.value("ratio").unwrap();
    assert_eq!(
        (value.as_f64(), value.as_bool(), value.as_i64(), value.as_str()),
        (Some(0.5), None, None, None)
    );
    assert_eq!(full.value("done").unwrap().as_bool(), Some(true));
    for (name, is) in
        [("name", "text"), ("ratio", "float"), ("done", "boolean"), ("mid", "integer"), ("extra", "json")]
    {
        assert_eq!(full.value(name).unwrap().kind(), is);
        let error = full.get::<jiff::civil::Date>(name).unwrap_err();
        assert_eq!(kind(&error), "invalid_query");
        assert!(error.to_string().contains(name), "{error}");
    }
    assert_eq!(empty.value("note").unwrap().kind(), "null");
    assert_eq!(kind(&empty.get::<f64>("ratio").unwrap_err()), "invalid_query");
}

/// Authors and books: Ann with two, Bob with none, and a book of nobody.
fn books() -> Database {
    let db = library(Action::Restrict);
    db.insert_many("authors", ["Ann", "Bob"].map(|name| row! { name: name }).to_vec()).unwrap();
    let book = |title: &str, author: Option<i64>| row! { title: title, author_id: author };
    db.insert_many("books", vec![book("A", Some(1)), book("B", Some(1)), book("C", None)]).unwrap();
    db
}

#[test]
fn a_row_of_another_table_has_no_cell_here_and_leads_nowhere() {
    let db = books();
    let snapshot = db.snapshot();
    let (authors, books) = (snapshot.table("authors").unwrap(), snapshot.table("books").unwrap());
    let book = books.get(1).unwrap();
    let name = authors.column("name").unwrap();
    assert_eq!((name.get(book), name.text(book)), (ValueRef::Null, None));
    let id = authors.column("id").unwrap();
    assert_eq!((id.integer(book), id.float(book), id.boolean(book)), (None, None, None));
    let of_author = authors.relation("books").unwrap();
    assert_eq!((of_author.one(book), of_author.many(book).count()), (None, 0));
    assert_eq!(of_author.many(authors.get(1).unwrap()).count(), 2);
}

#[test]
fn a_relation_is_asked_for_as_many_rows_as_it_leads_to() {
    let db = books();
    let snapshot = db.snapshot();
    let (ann, book) =
        (snapshot.get("authors", 1).unwrap().unwrap(), snapshot.get("books", 1).unwrap().unwrap());
    let error = ann.one("books").unwrap_err();
    assert_eq!(kind(&error), "invalid_query");
    assert!(error.to_string().contains("many rows"), "{error}");
    assert!(book.many("author").err().unwrap().to_string().contains("one row"));
    let page = db.query("authors").include("books", |books| books).all().unwrap();
    let error = page.first().unwrap().one("books").unwrap_err();
    assert!(error.to_string().contains("many rows"), "{error}");
    assert_eq!(kind(&page.first().unwrap().many("posts").unwrap_err()), "invalid_query");
}

#[test]
fn rows_are_printed_alike_wherever_they_are() {
    let db = books();
    let snapshot = db.snapshot();
    let row = snapshot.get("books", 3).unwrap().unwrap();
    assert_eq!(format!("{row}"), r#"{id: 3, title: "C", author_id: null}"#);
    assert_eq!(format!("{row:?}"), format!("{row}"));
    let lazy = snapshot.get("authors", 1).unwrap().unwrap().relation("books").unwrap();
    assert!(format!("{lazy:?}").contains("books of {id: 1"), "{lazy:?}");
    let page = db.query("books").include("author", |author| author.columns(["name"])).all().unwrap();
    let rows = page.rows();
    assert_eq!(
        format!("{:?}", page.first().unwrap()),
        r#"{id: 1, title: "A", author_id: 1, author: {name: "Ann"}}"#
    );
    assert_eq!(
        format!("{:?}", page.get(2).unwrap()),
        r#"{id: 3, title: "C", author_id: null, author: null}"#
    );
    assert_eq!(format!("{rows:?}"), format!("{rows}"));
    assert_eq!(format!("{:?}", page.tree()), page.tree().to_string());
    let long = "x".repeat(300);
    db.insert("books", row! { title: long.clone() }).unwrap();
    let tree = db.query("books").order_by(desc("id")).limit(1).all().unwrap().tree().to_string();
    assert!(tree.contains("xxx…") && !tree.contains(&long), "{tree}");
}

#[test]
fn owned_rows_keep_what_the_page_had() {
    let db = books();
    let page = db.query("books").include("author", |author| author).all().unwrap();
    let owned = page.to_owned_rows();
    assert_eq!(owned[0].value("title"), Some(&Value::from("A")));
    assert_eq!((owned[0].value("author"), owned[0].value("none")), (None, None));
    assert_eq!(owned[0].rows("author").len(), 1);
    assert_eq!(owned[0].rows("author")[0].value("name"), Some(&Value::from("Ann")));
    assert!(owned[2].rows("author").is_empty() && owned[2].rows("title").is_empty());
    assert_eq!(owned[2].get("author"), Some(&Owned::One(None)));
    let names: Vec<&str> = owned[0].iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["id", "title", "author_id", "author"]);
    assert_eq!(owned[0].iter().next_back().map(|(name, _)| name), Some("author"));
    let again = owned[0].iter().map(|(name, owned)| (name.into(), owned.clone())).collect();
    assert_eq!(owned[0], again);
    let none = db.query("books").filter(relata::col("id").eq(9)).all().unwrap();
    let error = none.one().unwrap_err();
    assert_eq!((kind(&error), none.table()), ("not_found", "books"));
    assert!(error.to_string().contains("books"), "{error}");
}

#[test]
fn a_row_that_a_resolved_relation_leads_to_is_given_without_its_name() {
    let db = books();
    let page = db.query("books").include("author", |author| author).all().unwrap();
    let author = page.shape().relation("author").unwrap();
    assert_eq!((author.name(), author.is_many(), author.is_recursive()), ("author", false, false));
    let names: Vec<_> =
        page.iter().map(|book| book.row(author).map(|row| row.get::<&str>("name").unwrap())).collect();
    assert_eq!(names, [Some("Ann"), Some("Ann"), None]);
    let page = db.query("authors").include("books", |books| books.order_by(desc("id"))).all().unwrap();
    let books = page.shape().relation("books").unwrap();
    let first = page.first().unwrap();
    assert_eq!(first.row(books).unwrap().get::<&str>("title").unwrap(), "B");
    let rows = first.rows(books);
    assert_eq!((rows.len(), rows.is_empty(), rows.shape().table()), (2, false, "books"));
    assert!(page.get(1).unwrap().row(books).is_none());
}

#[test]
fn a_junction_and_an_ordered_relation_are_walked_from_both_ends() {
    let pair = table("marks").column(Column::integer("post_id")).column(Column::integer("tag_id").nullable());
    let schema = Schema::new()
        .table(table("posts"))
        .table(table("tags").column(Column::text("name")))
        .table(pair)
        .relation(Relation::many("posts", "tags", "tags").from(["id"]).to(["id"]).through(
            "marks",
            ["post_id"],
            ["tag_id"],
        ))
        .relation(
            Relation::many("posts", "marks", "marks").from(["id"]).to(["post_id"]).order_by(desc("id")),
        );
    let db = Database::new(schema).unwrap();
    db.insert("posts", Row::new()).unwrap();
    db.insert_many("tags", ["a", "b", "c"].map(|name| row! { name: name }).to_vec()).unwrap();
    let mark = |tag: Option<i64>| row! { post_id: 1, tag_id: tag };
    // One mark has no tag, and one a tag that isn't there.
    db.insert_many("marks", [Some(2), None, Some(1), Some(9), Some(3)].map(mark).to_vec()).unwrap();
    let snapshot = db.snapshot();
    let post = snapshot.get("posts", 1).unwrap().unwrap();
    let names = |rows: Vec<relata::RowRef<'_>>| -> Vec<String> {
        rows.iter().map(|row| row.get::<String>("name").unwrap()).collect()
    };
    let tags = post.many("tags").unwrap();
    assert_eq!((tags.len(), names(tags.collect())), (3, vec!["b".into(), "a".into(), "c".into()]));
    let backwards = names(post.many("tags").unwrap().rev().collect());
    assert_eq!(backwards, ["c", "a", "b"]);
    let ids: Vec<i64> = post.many("marks").unwrap().rev().map(|row| row.get("id").unwrap()).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
}

#[test]
fn a_mistake_in_a_query_says_what_to_do_instead() {
    use relata::{asc, col, rel};
    let db = books();
    let notes = Table::new("notes").column(Column::text("line")).column(Column::json("extra").nullable());
    let keyless = Database::new(Schema::new().table(notes)).unwrap();
    let refused = |query: relata::Query<relata::Snapshot>| format!("{:#}", query.all().err().unwrap());
    let page = db.query("authors").all().unwrap();
    let ann = page.first().unwrap();
    for (message, help) in [
        (refused(db.query("authors").filter(rel("books").is(col("id").gt(1)))), "use some, every or none"),
        (refused(db.query("books").filter(rel("author").every(col("id").gt(1)))), "use is or isNot"),
        (refused(db.query("books").filter(col("id").like("1%"))), "compare it with eq, ne, in or notIn"),
        (refused(keyless.query("notes").filter(col("extra").gt("x"))), "compare it with eq, ne, in or notIn"),
        (refused(db.query("authors").order_by(asc("id")).after(row! { name: "Ann" })), "give exactly: id"),
        (refused(db.query("authors").aggregate("n", rel("books").sum("title"))), "name a column of numbers"),
        (
            format!("{:#}", keyless.snapshot().get("notes", 1).err().unwrap()),
            "use a filter, or declare a primary key",
        ),
        (format!("{:#}", ann.many("books").err().unwrap()), "add `books` to the query's `with`"),
        (format!("{:#}", ann.get::<i64>("name").unwrap_err()), "read it as text"),
    ] {
        assert!(message.contains(&format!("help: {help}")), "{help}\n{message}");
    }
}
