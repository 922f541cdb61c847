//! Files and the schemas they are loaded for.

use crate::common::{kind, rows, sound, table};
use relata::{
    Action, Column, Database, ErrorKind, ForeignKey, Json, Relation, Schema, SchemaChange, Value, col, row,
};
use uuid::Uuid;

fn books(more: Vec<Column>) -> Schema {
    let mut books = table("books").column(Column::int("year"));
    for column in more {
        books = books.column(column);
    }
    Schema::new().table(books)
}

fn saved() -> Vec<u8> {
    let db = Database::new(books(vec![])).unwrap();
    db.insert_many("books", vec![row! { year: 1965 }, row! { year: 1974 }]).unwrap();
    db.snapshot().to_bytes().unwrap()
}

#[test]
fn a_file_tells_its_schema() {
    assert_eq!(Schema::from_saved(&saved()).unwrap(), books(vec![]));
}

#[test]
fn another_schema_is_refused_with_all_that_differs() {
    let schema = Schema::new()
        .table(table("books").column(Column::integer("year")).column(Column::text("title")))
        .table(table("shelves"));
    let error = Database::builder(schema).build_from_bytes(&saved()).unwrap_err();
    assert_eq!(kind(&error), "invalid_schema");
    let expected =
        "the file was written for another schema, with 3 differences, the first: books.year int -> integer
    found: books.year int -> integer
    found: books.title added without a default
    found: shelves added
    help: load it with the schema it has, and copy what is needed";
    assert_eq!(format!("{error:#}"), expected);
    let ErrorKind::OtherSchema { differences } = error.kind() else { panic!("{error}") };
    assert_eq!(differences[0].place, "books.year");
    assert_eq!(
        differences[0].change,
        SchemaChange::Changed { stored: "int".into(), given: "integer".into() }
    );
}

#[test]
fn rules_and_relations_belong_to_the_schema() {
    let base = || table("books").column(Column::int("year"));
    let link = Relation::one("books", "next", "books").from(["id"]).to(["id"]);
    for (schema, expected) in [
        (Schema::new().table(base().check("young", col("year").lt(2000))), "books checks "),
        (Schema::new().table(base().unique(["year"])), "books unique "),
        (Schema::new().table(base().index(["year"])), "books indexes "),
        (
            Schema::new()
                .table(base().foreign_key(ForeignKey::new(["id"], "books").on_delete(Action::Cascade))),
            "books foreignKeys ",
        ),
        (Schema::new().table(base()).relation(link), "relation books.next added"),
        (books(vec![]).table(table("authors")), "authors added"),
        (Schema::new(), "books removed"),
    ] {
        let error = Database::builder(schema).build_from_bytes(&saved()).unwrap_err();
        let text = error.to_string();
        let difference = text.strip_prefix("the file was written for another schema: ").unwrap();
        assert!(difference.starts_with(expected), "{text}");
    }
}

#[test]
fn an_added_column_gets_what_an_insert_without_it_would_give() {
    let ids = std::sync::atomic::AtomicU64::new(1);
    let schema = books(vec![
        Column::text("note").nullable(),
        Column::decimal("price").default(rust_decimal::Decimal::new(950, 2)),
        Column::uuid("token").default_uuid().unique(),
        Column::timestamptz("at").default_now(),
    ]);
    let db = Database::builder(schema)
        .clock(|| "2024-02-29T12:00:00Z".parse().unwrap())
        .ids(move || Uuid::from_u128(ids.fetch_add(1, std::sync::atomic::Ordering::Relaxed).into()))
        .build_from_bytes(&saved())
        .unwrap();
    assert_eq!(
        rows(&db, "books"),
        concat!(
            r#"[{"id":1,"year":1965,"note":null,"price":"9.50","token":"00000000-0000-0000-0000-000000000001","at":"2024-02-29T12:00:00Z"},"#,
            r#"{"id":2,"year":1974,"note":null,"price":"9.50","token":"00000000-0000-0000-0000-000000000002","at":"2024-02-29T12:00:00Z"}]"#
        )
    );
    sound(&db);
    assert_eq!(db.insert("books", row! { year: 2000 }).unwrap().values()[0], 3.into());
}

#[test]
fn an_added_column_may_stand_anywhere_and_number_the_rows() {
    let db = Database::new(Schema::new().table(relata::Table::new("t").column(Column::text("a")))).unwrap();
    db.insert_many("t", vec![row! { a: "x" }, row! { a: "y" }]).unwrap();
    let bytes = db.snapshot().to_bytes().unwrap();
    let schema = Schema::new()
        .table(relata::Table::new("t").column(Column::integer("n").generated()).column(Column::text("a")));
    let loaded = Database::builder(schema).build_from_bytes(&bytes).unwrap();
    loaded.insert("t", row! { a: "z" }).unwrap();
    assert_eq!(rows(&loaded, "t"), r#"[{"n":1,"a":"x"},{"n":2,"a":"y"},{"n":3,"a":"z"}]"#);
}

#[test]
fn a_given_schema_with_mistakes_is_refused_for_them() {
    let schema = books(vec![Column::integer("id").nullable()]);
    let error = Database::builder(schema).build_from_bytes(&saved()).unwrap_err();
    assert_eq!(kind(&error), "invalid_schema");
}

#[test]
fn a_schema_that_couldnt_be_read_back_isnt_saved() {
    let deep = Json::parse(&format!("{}{}", "[".repeat(126), "]".repeat(126))).unwrap();
    let schema = books(vec![Column::json("deep").default(Value::Json(deep))]);
    let db = Database::new(schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old");
    std::fs::write(&path, "old").unwrap();
    let error = db.save(&path).unwrap_err();
    assert_eq!(kind(&error), "limit_exceeded", "{error}");
    assert_eq!(kind(&db.snapshot().to_bytes().unwrap_err()), "limit_exceeded");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
