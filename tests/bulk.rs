//! Many rows written together end as if they were written one by one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, rows, sound, table};
use relata::{Column, Database, Literal, NestedAttributes, Relation, Row, Schema, col, nested, row};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Writes rows as one statement or as a load; gives what refuses them.
fn write(db: &Database, rows: &[Row], is_load: bool) -> Result<(), &'static str> {
    if is_load {
        let loaded = db.load(|loader| rows.iter().try_for_each(|row| loader.push("rows", row)));
        return loaded.map(drop).map_err(|error| kind(&error.problems[0].error));
    }
    db.insert_many("rows", rows.to_vec()).map(drop).map_err(|error| kind(&error))
}

fn keyed(key: Column) -> Database {
    Database::new(Schema::new().table(table("rows").column(key.unique()))).unwrap()
}

#[test]
fn keys_that_lie_far_apart_are_unique_too() {
    let far = 1_000_000_000;
    for is_load in [false, true] {
        let required = keyed(Column::integer("key"));
        let given = |keys: &[i64]| keys.iter().map(|key| row! { key: *key }).collect::<Vec<Row>>();
        let refused = Err("unique_violation");
        assert_eq!(write(&required, &given(&[1, 2, 3, far, 2]), is_load), refused);
        assert_eq!(write(&required, &given(&[1, 2, far, 3, far]), is_load), refused);
        assert_eq!(write(&required, &given(&[1, 2, far, 3, 2 * far]), is_load), Ok(()));
        assert_eq!(write(&required, &given(&[4, 5, 6, far, 7]), is_load), refused);
        assert_eq!(write(&required, &given(&[4, 5, 6, 7]), is_load), Ok(()));
        assert_eq!(column(&required, "rows", "key"), "1,2,1000000000,3,2000000000,4,5,6,7");
        sound(&required);
    }
}

#[test]
fn keys_that_may_be_null_are_unique_where_they_are_not() {
    let far = 1_000_000_000;
    for is_load in [false, true] {
        for apart in [3, far] {
            let db = keyed(Column::integer("key").nullable());
            let given =
                |keys: &[Option<i64>]| keys.iter().map(|key| row! { key: *key }).collect::<Vec<Row>>();
            let taken = [Some(0), None, Some(apart), None, Some(5)];
            assert_eq!(write(&db, &given(&taken), is_load), Ok(()));
            for key in [0, apart, 5] {
                let again = given(&[None, Some(7), Some(key), Some(8)]);
                assert_eq!(write(&db, &again, is_load), Err("unique_violation"), "{key}");
            }
            let twice = given(&[Some(9), None, Some(10), Some(9)]);
            assert_eq!(write(&db, &twice, is_load), Err("unique_violation"));
            assert_eq!(db.query("rows").count().unwrap(), 5);
            sound(&db);
        }
    }
}

#[test]
fn rows_without_a_key_go_and_leave_other_keys_alone() {
    let db = keyed(Column::integer("key").nullable());
    for key in [Some(0), None, None, Some(1), None] {
        db.insert("rows", row! { key: key }).unwrap();
    }
    assert_eq!(db.delete("rows", col("key").is_null()).unwrap(), 3);
    assert_eq!(db.insert("rows", row! { key: 0 }).map_err(|error| kind(&error)), Err("unique_violation"));
    assert_eq!(column(&db, "rows", "key"), "0,1");
    sound(&db);
}

#[test]
fn literals_are_read_as_their_columns_types_and_null_is_null() {
    let schema =
        table("rows").column(Column::text("text").nullable()).column(Column::json("json").nullable());
    let db = Database::new(Schema::new().table(schema)).unwrap();
    let null = || Literal::Null;
    let rows_given = vec![
        row! { text: Literal::Text("a".into()), json: null() },
        row! { text: null(), json: Literal::Boolean(true) },
        row! { text: Literal::Text("c".into()), json: Literal::Text("d".into()) },
        row! { text: null(), json: null() },
    ];
    db.insert_many("rows", rows_given).unwrap();
    assert_eq!(column(&db, "rows", "text"), r#""a",null,"c",null"#);
    assert_eq!(column(&db, "rows", "json"), r#"null,true,"d",null"#);
    assert_eq!(db.query("rows").filter(col("json").is_null()).count().unwrap(), 2);
}

#[test]
fn given_ids_are_drawn_once_a_row_also_when_one_is_refused() {
    let drawn = Arc::new(AtomicU64::new(0));
    let draw = {
        let drawn = Arc::clone(&drawn);
        move || Uuid::from_u128(drawn.fetch_add(1, Ordering::SeqCst).into())
    };
    let schema =
        table("rows").column(Column::uuid("uuid").default_uuid()).column(Column::integer("key").unique());
    let db = Database::builder(Schema::new().table(schema)).ids(draw).build().unwrap();
    let given = |keys: [i64; 5]| keys.map(|key| row! { key: key }).to_vec();
    assert!(db.insert_many("rows", given([1, 2, 3, 4, 1])).is_err());
    assert_eq!(drawn.load(Ordering::SeqCst), 5);
    db.insert_many("rows", given([1, 2, 3, 4, 5])).unwrap();
    assert_eq!(drawn.load(Ordering::SeqCst), 10);
}

#[test]
fn a_row_is_touched_by_later_children_only() {
    let nodes = || {
        let up = Relation::one("rows", "parent", "rows").from(["parent_id"]).to(["id"]).touch();
        let rows = table("rows")
            .column(Column::integer("parent_id").nullable())
            .column(Column::timestamptz("updated_at").nullable());
        Database::new(Schema::new().table(rows).relation(up)).unwrap()
    };
    let rows_given = [Some(2), None, Some(4), None, Some(4)].map(|parent| row! { parent_id: parent });
    let (together, alone) = (nodes(), nodes());
    together.insert_many("rows", rows_given.to_vec()).unwrap();
    rows_given.into_iter().for_each(|row| _ = alone.insert("rows", row).unwrap());
    for db in [together, alone] {
        let touched = db.query("rows").filter(!col("updated_at").is_null()).columns(["id"]).all().unwrap();
        assert_eq!(serde_json::to_string(&touched).unwrap(), r#"[{"id":4}]"#);
        sound(&db);
    }
}

#[test]
fn a_hook_sees_each_row() {
    let seen = Arc::new(AtomicU64::new(0));
    let see = Arc::clone(&seen);
    let db = Database::builder(Schema::new().table(table("rows").column(Column::integer("key"))))
        .before_insert("rows", move |event| {
            see.fetch_add(1, Ordering::SeqCst);
            event.set("key", 7)
        })
        .build()
        .unwrap();
    db.insert_many("rows", [1, 2, 3, 4, 5].map(|key| row! { key: key }).to_vec()).unwrap();
    assert_eq!((seen.load(Ordering::SeqCst), column(&db, "rows", "key")), (5, "7,7,7,7,7".into()));
}

/// Shelves of books, which are written as `rules` say.
fn shelves(rules: NestedAttributes, title: &str) -> Database {
    let books =
        table("books").column(Column::text(title).nullable()).column(Column::integer("shelf_id").nullable());
    let schema = Schema::new()
        .table(table("shelves"))
        .table(books)
        .relation(Relation::one("books", "shelf", "shelves").from(["shelf_id"]).to(["id"]))
        .relation(Relation::many("shelves", "books", "books").nested(rules));
    Database::new(schema).unwrap()
}

#[test]
fn what_rules_say_of_each_row_holds_for_many() {
    let titles = |titles: [Option<&str>; 5]| titles.map(|title| row! { title: title }).to_vec();
    let blank = shelves(NestedAttributes::new().reject_all_blank(), "title");
    let given = titles([Some("a"), None, Some("b"), Some(" "), Some("c")]);
    blank.insert("shelves", row! { books: given }).unwrap();
    assert_eq!(column(&blank, "books", "title"), r#""a","b","c""#);

    let rude = shelves(NestedAttributes::new().reject_if(col("title").eq("b")), "title");
    let given = titles([Some("a"), Some("b"), None, Some("b"), Some("c")]);
    rude.insert("shelves", row! { books: given }).unwrap();
    assert_eq!(column(&rude, "books", "title"), r#""a",null,"c""#);

    let marked = shelves(NestedAttributes::new().allow_destroy(), "title");
    let given = [false, true, false, true, false].map(|gone| row! { title: "x", _destroy: gone }).to_vec();
    marked.insert("shelves", row! { books: given }).unwrap();
    assert_eq!(column(&marked, "books", "id"), "1,2,3");
    for db in [blank, rude, marked] {
        sound(&db);
    }
}

#[test]
fn many_rows_too_deep_are_refused_as_one_is() {
    let half = |name: &str| table(name).column(Column::integer("parent_id").nullable());
    let link = |one: &str, other: &str| {
        let children = Relation::many(other, "children", one).alias(one).nested(NestedAttributes::new());
        (Relation::one(one, "parent", other).from(["parent_id"]).to(["id"]).alias(one), children)
    };
    let ((up, down), (up_again, down_again)) = (link("even", "odd"), link("odd", "even"));
    let schema = Schema::new().table(half("even")).table(half("odd"));
    let schema = schema.relation(up).relation(down).relation(up_again).relation(down_again);
    let db = Database::new(schema).unwrap();
    let all = || db.query("even").count().unwrap() + db.query("odd").count().unwrap();
    let nest = |levels: usize| {
        let leaves: Vec<Row> = (0..5).map(|_| row! {}).collect();
        (1..levels).fold(row! { children: leaves }, |inner, _| row! { children: [inner] })
    };
    let created = |levels: usize| {
        let leaves: Vec<Row> = (0..5).map(|_| row! {}).collect();
        let deepest = row! { children: nested::create_many(leaves, false) };
        (1..levels).fold(deepest, |inner, _| row! { children: nested::create([inner]) })
    };
    for row in [nest(65), created(65)] {
        assert_eq!(db.insert("even", row).map_err(|error| kind(&error)), Err("limit_exceeded"));
        assert_eq!(all(), 0);
    }
    for (row, count) in [(nest(64), 69), (created(64), 138)] {
        db.insert("even", row).unwrap();
        assert_eq!(all(), count);
    }
    sound(&db);
}

#[test]
fn null_is_refused_where_none_may_be() {
    for is_load in [false, true] {
        let db = keyed(Column::integer("key"));
        let given: Vec<Row> = [Some(1), Some(2), None, Some(3)].map(|key| row! { key: key }).to_vec();
        let refused = db.load(|loader| given.iter().try_for_each(|row| loader.push("rows", row)));
        assert_eq!(kind(&refused.unwrap_err().problems[0].error), "not_null_violation");
        assert_eq!(write(&db, &given, is_load), Err("not_null_violation"));
        assert_eq!(rows(&db, "rows"), "[]");
    }
}

#[test]
fn a_column_that_is_called_as_a_mark_is_not_written_along_a_relation() {
    for count in [1, 5] {
        let db = shelves(NestedAttributes::new(), "_destroy");
        let given: Vec<Row> = (0..count).map(|_| row! { _destroy: "x" }).collect();
        db.insert("shelves", row! { books: given }).unwrap();
        assert_eq!(column(&db, "books", "_destroy"), vec!["null"; count].join(","));
    }
}

#[test]
fn a_key_that_matches_nothing_is_told_at_its_row_among_many() {
    let books = table("books")
        .column(Column::integer("shelf_id"))
        .column(Column::integer("genre_id"))
        .foreign_key(relata::ForeignKey::new(["genre_id"], "genres"));
    let schema = Schema::new()
        .table(table("shelves"))
        .table(table("genres"))
        .table(books)
        .relation(Relation::one("books", "shelf", "shelves").from(["shelf_id"]).to(["id"]))
        .relation(Relation::many("shelves", "books", "books").nested(NestedAttributes::new()));
    let db = Database::new(schema).unwrap();
    db.insert("genres", row! {}).unwrap();
    let given = [1, 1, 1, 9, 1].map(|genre| row! { genre_id: genre }).to_vec();
    let error = db.insert("shelves", row! { books: given }).unwrap_err();
    assert_eq!(error.path().to_string(), "values.books[3].genre_id");
    assert_eq!(db.query("books").count().unwrap(), 0);
}
