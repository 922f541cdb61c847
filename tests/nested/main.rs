//! Nested attributes: rows written with the row above or below them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod rules;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Catalog, Column, Database, Dependent, ForeignKey, Key, NestedAttributes, Relation, Row, Schema,
    Statement, Table, col, nested, row,
};

fn up(source: &str, name: &str, target: &str, column: &str) -> Relation {
    Relation::one(source, name, target).from([column]).to(["id"])
}

/// Customers with a profile and orders, orders with lines, lines with a product; orders have tags by
/// way of a junction.
fn shop(lines: NestedAttributes, profile: NestedAttributes) -> Schema {
    let key = |columns: &str, to: &str| ForeignKey::new([columns], to);
    Schema::new()
        .table(
            table("customers")
                .column(Column::text("name"))
                .column(Column::integer("orders_count").default(0)),
        )
        .table(
            table("profiles")
                .column(Column::text("bio"))
                .column(Column::integer("customer_id").unique())
                .foreign_key(key("customer_id", "customers").on_delete(Action::Cascade)),
        )
        .table(
            table("orders")
                .column(Column::text("note").default(""))
                .column(Column::integer("customer_id").nullable())
                .column(Column::integer("lines_count").default(0))
                .foreign_key(key("customer_id", "customers")),
        )
        .table(table("products").column(Column::text("sku").unique()))
        .table(
            Table::new("lines")
                .column(Column::integer("order_id"))
                .column(Column::integer("number"))
                .column(Column::integer("product_id").nullable())
                .column(Column::text("text").nullable())
                .column(Column::int("amount").default(1))
                .primary_key(["order_id", "number"])
                .check("some", col("amount").gt(0))
                .foreign_key(key("order_id", "orders").on_delete(Action::Cascade))
                .foreign_key(key("product_id", "products")),
        )
        .table(Table::new("tags").column(Column::text("name")).primary_key(["name"]))
        .table(
            Table::new("orders_tags")
                .column(Column::integer("order_id"))
                .column(Column::text("tag"))
                .primary_key(["order_id", "tag"])
                .foreign_key(key("order_id", "orders").on_delete(Action::Cascade))
                .foreign_key(key("tag", "tags")),
        )
        .relation(up("orders", "customer", "customers", "customer_id"))
        .relation(
            Relation::many("customers", "orders", "orders")
                .counter_cache("orders_count")
                .nested(NestedAttributes::new().allow_destroy()),
        )
        .relation(up("profiles", "customer", "customers", "customer_id"))
        .relation(Relation::one("customers", "profile", "profiles").nested(profile))
        .relation(up("lines", "order", "orders", "order_id"))
        .relation(Relation::many("orders", "lines", "lines").counter_cache("lines_count").nested(lines))
        .relation(up("lines", "product", "products", "product_id"))
        .relation(
            Relation::many("orders", "tags", "tags")
                .from(["id"])
                .through("orders_tags", ["order_id"], ["tag"])
                .to(["name"])
                .nested(NestedAttributes::new().allow_destroy()),
        )
        .relation(Relation::many("tags", "orders", "orders"))
}

fn open() -> Database {
    Database::new(shop(NestedAttributes::new().allow_destroy(), NestedAttributes::new())).unwrap()
}

fn with_lines(rules: NestedAttributes) -> Database {
    Database::new(shop(rules, NestedAttributes::new())).unwrap()
}

/// The first line of an error, with its path.
fn refusal(result: relata::Result<impl Sized>) -> String {
    let Err(error) = result else { panic!("nothing was refused") };
    format!("{}: {error} @ {}", kind(&error), error.path())
}

fn line(number: i64, text: &str) -> Row {
    row! { number: number, text: text }
}

#[test]
fn children_of_children_are_written_with_their_parent() {
    let db = open();
    let ann = db
        .insert(
            "customers",
            row! {
                name: "Ann",
                orders: [
                    row! { note: "first", lines: [line(1, "tea"), line(2, "jam")] },
                    row! { lines: [row! { number: 1, product: row! { sku: "A-1" } }], tags: [row! { name: "new" }] },
                ],
                profile: row! { bio: "hello" },
            },
        )
        .unwrap();
    assert_eq!(ann, Key::from(1));
    assert_eq!(rows(&db, "customers"), r#"[{"id":1,"name":"Ann","orders_count":2}]"#);
    assert_eq!(
        rows(&db, "orders"),
        r#"[{"id":1,"note":"first","customer_id":1,"lines_count":2},{"id":2,"note":"","customer_id":1,"lines_count":1}]"#,
    );
    assert_eq!(column(&db, "lines", "order_id"), "1,1,2");
    assert_eq!(column(&db, "lines", "product_id"), "null,null,1");
    assert_eq!(rows(&db, "orders_tags"), r#"[{"order_id":2,"tag":"new"}]"#);
    assert_eq!(rows(&db, "profiles"), r#"[{"id":1,"bio":"hello","customer_id":1}]"#);
    sound(&db);
}

#[test]
fn a_parent_is_written_before_the_row_that_holds_its_key() {
    let db = open();
    let order = row! { customer: row! { name: "Ann", profile: row! { bio: "x" } }, lines: [line(1, "tea")] };
    db.insert("orders", order).unwrap();
    assert_eq!(column(&db, "orders", "customer_id"), "1");
    assert_eq!(rows(&db, "customers"), r#"[{"id":1,"name":"Ann","orders_count":1}]"#);
    // A required key is filled too.
    db.insert("profiles", row! { bio: "y", customer: row! { name: "Bob" } }).unwrap();
    assert_eq!(column(&db, "profiles", "customer_id"), "1,2");
    sound(&db);
}

#[test]
fn an_error_anywhere_names_its_path_and_undoes_everything() {
    let db = open();
    db.insert("customers", row! { name: "Old" }).unwrap();
    let before = format!("{db:?}");
    let lines = |last: Row| row! { name: "Ann", orders: [row! {}, row! { lines: [line(1, "a"), last] }] };
    let insert = |last: Row| refusal(db.insert("customers", lines(last)));
    assert_eq!(
        insert(row! { number: 2, product: row! { sku: 3 } }),
        "type_mismatch: expected text for products.sku, found 3 @ values.orders[1].lines[1].product.sku",
    );
    assert_eq!(
        insert(row! { text: "no number" }),
        "not_null_violation: lines.number must have a value @ values.orders[1].lines[1].number",
    );
    assert_eq!(
        insert(row! { number: 2, amount: 0 }),
        "check_violation: check `some` doesn't hold: lines.amount = 0 @ values.orders[1].lines[1]",
    );
    assert_eq!(
        insert(row! { number: 2, product_id: 7 }),
        "foreign_key_violation: lines.product_id = 7 matches no row of products \
         @ values.orders[1].lines[1].product_id",
    );
    assert_eq!(
        insert(row! { number: 2, colour: "red" }),
        "unknown_column: no column `colour` on `lines` @ values.orders[1].lines[1].colour",
    );
    assert_eq!(
        insert(row! { number: 2, ordr: row! {} }),
        "unknown_relation: no relation `ordr` on `lines` @ values.orders[1].lines[1].ordr",
    );
    assert_eq!(format!("{db:?}"), before);
    assert_eq!(column(&db, "customers", "id"), "1");
    sound(&db);
}

#[test]
fn rows_made_together_whose_other_key_matches_nothing_are_told_by_place() {
    let things = table("things").column(Column::integer("box_id")).column(Column::integer("kind_id"));
    let schema = Schema::new()
        .table(table("boxes"))
        .table(table("kinds"))
        .table(things.foreign_key(ForeignKey::new(["kind_id"], "kinds")))
        .relation(up("things", "box", "boxes", "box_id"))
        .relation(Relation::many("boxes", "things", "things"));
    let db = Database::new(schema).unwrap();
    let things: Vec<Row> = (7..12).map(|kind| row! { kind_id: kind }).collect();
    assert_eq!(
        refusal(db.insert("boxes", row! { things: things })),
        "foreign_key_violation: things.kind_id = 7 matches no row of kinds @ values.things[0].kind_id",
    );
    sound(&db);
}

/// Two customers with two orders and one.
fn two(db: &Database) {
    db.insert("customers", row! { name: "Ann", orders: [row! { note: "a" }, row! { note: "b" }] }).unwrap();
    db.insert("customers", row! { name: "Bob", orders: [row! { note: "c" }] }).unwrap();
}

#[test]
fn a_key_updates_a_row_of_the_relation_and_none_makes_one() {
    let db = open();
    two(&db);
    let set = row! { name: "Anna", orders: [row! { id: 2, note: "B" }, row! { note: "new" }] };
    assert_eq!(db.update("customers", Key::from(1), set).unwrap(), 1);
    assert_eq!(column(&db, "orders", "note"), r#""a","B","c","new""#);
    assert_eq!(column(&db, "orders", "customer_id"), "1,1,2,1");
    assert_eq!(column(&db, "customers", "orders_count"), "3,1");
    assert_eq!(column(&db, "customers", "name"), r#""Anna","Bob""#);
    sound(&db);
}

#[test]
fn a_key_of_someone_elses_row_or_of_none_is_refused_with_its_place() {
    let db = open();
    two(&db);
    let update = |id: i64| {
        let orders = [row! { note: "x" }, row! { id: id, note: "stolen" }];
        refusal(db.update("customers", Key::from(1), row! { orders: orders }))
    };
    let message =
        |id| format!("not_found: no row of `customers.orders` has orders.id = {id} @ set.orders[1]");
    assert_eq!(update(3), message(3));
    assert_eq!(update(9), message(9));
    let insert = db.insert("customers", row! { name: "Cy", orders: [row! { id: 1, note: "stolen" }] });
    assert_eq!(
        refusal(insert),
        "not_found: no row of `customers.orders` has orders.id = 1 @ values.orders[0]"
    );
    assert_eq!(column(&db, "orders", "note"), r#""a","b","c""#);
    sound(&db);
}

#[test]
fn where_keys_are_given_by_hand_a_new_one_makes_a_row() {
    let db = open();
    db.insert("orders", row! { lines: [line(1, "tea"), line(2, "jam")] }).unwrap();
    db.insert("orders", row! { lines: [line(1, "other")] }).unwrap();
    db.update("orders", Key::from(1), row! { lines: [line(2, "honey"), line(3, "milk")] }).unwrap();
    assert_eq!(column(&db, "lines", "text"), r#""tea","honey","other","milk""#);
    assert_eq!(column(&db, "orders", "lines_count"), "3,1");
    // Tags have a key of their own: one that isn't the order's already belongs to somebody.
    db.insert("tags", row! { name: "old" }).unwrap();
    let error = db.update("orders", Key::from(1), row! { tags: [row! { name: "old" }] });
    assert_eq!(refusal(error), "not_found: no row of `orders.tags` has tags.name = \"old\" @ set.tags[0]");
    sound(&db);
}

#[test]
fn a_null_key_is_no_key() {
    let db = open();
    let order = row! { id: None::<i64>, note: "n" };
    db.insert("customers", row! { name: "Ann", orders: [order] }).unwrap();
    assert_eq!(column(&db, "orders", "id"), "1");
}

#[test]
fn a_belongs_to_without_a_key_makes_a_new_parent_and_leaves_the_old_one() {
    let db = open();
    db.insert("orders", row! { customer: row! { name: "Ann" } }).unwrap();
    db.update("orders", Key::from(1), row! { customer: row! { name: "Bob" } }).unwrap();
    db.update("orders", Key::from(1), row! { note: "n", customer: row! { id: 2, name: "Rob" } }).unwrap();
    assert_eq!(column(&db, "customers", "name"), r#""Ann","Rob""#);
    assert_eq!(column(&db, "customers", "orders_count"), "0,1");
    let error = db.update("orders", Key::from(1), row! { customer: row! { id: 1, name: "x" } });
    assert!(refusal(error).starts_with("not_found: no row of `orders.customer` has customers.id = 1"));
    sound(&db);
}

#[test]
fn a_key_that_the_relation_gives_may_be_repeated_but_not_contradicted() {
    let db = open();
    two(&db);
    db.update("customers", Key::from(1), row! { orders: [row! { customer_id: 1 }] }).unwrap();
    let error = db.update("customers", Key::from(1), row! { orders: [row! { customer_id: 2 }] });
    assert_eq!(
        refusal(error),
        "invalid_query: `customer_id` is given by `customers.orders`, and the row gives another value \
         @ set.orders[0].customer_id",
    );
    let error = db.insert("customers", row! { name: "x", orders: row! {}, orders_attributes: row! {} });
    assert_eq!(
        refusal(error),
        "invalid_query: `orders_attributes` is given twice in one row @ values.orders_attributes"
    );
}

#[test]
fn an_upsert_writes_along_the_relations_of_either_row() {
    let db = open();
    let product = |text: &str| row! { sku: "A", lines: [row! { order: row! {}, number: 1, text: text }] };
    let schema = shop(NestedAttributes::new(), NestedAttributes::new())
        .relation(Relation::many("products", "lines", "lines"));
    let db2 = Database::new(schema).unwrap();
    db2.upsert("products", product("a")).unwrap();
    db2.upsert("products", product("b")).unwrap();
    assert_eq!(column(&db2, "lines", "product_id"), "1,1");
    assert_eq!(column(&db2, "products", "sku"), r#""A""#);
    sound(&db2);
    assert!(refusal(db.upsert("products", product("a"))).starts_with("unknown_relation"));
}

#[test]
fn an_insert_answers_with_the_rows_that_were_named_at_every_depth() {
    let db = open();
    let insert = Statement::Insert {
        table: "customers".into(),
        rows: vec![
            row! { name: "Ann", profile: row! { bio: "b" }, orders: [row! { tags: [row! { name: "t" }] }] },
            row! { name: "Bob" },
        ],
    };
    let relata::Outcome::Rows(page) = db.execute(&insert).unwrap() else { panic!() };
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        concat!(
            r#"[{"id":1,"name":"Ann","orders_count":1,"profile":{"id":1,"bio":"b","customer_id":1},"#,
            r#""orders":[{"id":1,"note":"","customer_id":1,"lines_count":0,"tags":[{"name":"t"}]}]},"#,
            r#"{"id":2,"name":"Bob","orders_count":0,"profile":null,"orders":[]}]"#
        ),
    );
}

fn tree() -> Database {
    let nodes = table("nodes")
        .column(Column::integer("parent_id").nullable())
        .column(Column::integer("count").default(0))
        .foreign_key(ForeignKey::new(["parent_id"], "nodes").on_delete(Action::Cascade));
    let schema = Schema::new()
        .table(nodes)
        .relation(Relation::one("nodes", "parent", "nodes").from(["parent_id"]).to(["id"]).alias("tree"))
        .relation(Relation::many("nodes", "children", "nodes").alias("tree").counter_cache("count"));
    Database::new(schema).unwrap()
}

#[test]
fn a_self_relation_is_written_from_both_ends() {
    let db = tree();
    db.insert("nodes", row! { parent: row! { children: [row! {}] }, children: [row! {}, row! {}] }).unwrap();
    assert_eq!(column(&db, "nodes", "parent_id"), "null,1,1,3,3");
    assert_eq!(column(&db, "nodes", "count"), "2,0,2,0,0");
    sound(&db);
}

#[test]
fn rows_nested_too_deep_are_refused_by_a_limit() {
    let deep = |depth: usize| (0..depth).fold(row! {}, |inner, _| row! { children: [inner] });
    let db = tree();
    db.insert("nodes", deep(64)).unwrap();
    let statement = Statement::Insert { table: "nodes".into(), rows: vec![deep(64)] };
    assert!(matches!(db.execute(&statement).unwrap(), relata::Outcome::Rows(_)));
    assert_eq!(db.query("nodes").count().unwrap(), 130);
    assert!(
        refusal(db.insert("nodes", deep(65)))
            .starts_with("limit_exceeded: more than 64: the limit `nested_depth`")
    );
    assert_eq!(db.query("nodes").count().unwrap(), 130);
    sound(&db);
}

#[test]
fn rows_made_along_a_relation_get_what_its_filter_asks() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("posts")
                .column(Column::integer("user_id"))
                .column(Column::boolean("draft").default(false))
                .column(Column::text("kind").nullable().default("note"))
                .column(Column::int("year").nullable()),
        )
        .relation(up("posts", "user", "users", "user_id"))
        .relation(
            Relation::many("users", "drafts", "posts")
                .from(["id"])
                .to(["user_id"])
                .filter(col("draft").eq(true).and(col("kind").is_null())),
        )
        .relation(
            Relation::many("users", "recent", "posts")
                .from(["id"])
                .to(["user_id"])
                .filter(col("year").gt(2000)),
        );
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { drafts: [row! {}], recent: [row! { year: 2020 }] }).unwrap();
    assert_eq!(column(&db, "posts", "draft"), "true,false");
    assert_eq!(column(&db, "posts", "kind"), r#"null,"note""#);
    let message = |relation| {
        format!("invalid_query: the row isn't one that `users.{relation}` leads to: its filter doesn't hold")
    };
    let error = refusal(db.insert("users", row! { drafts: [row! { draft: false }] }));
    assert_eq!(error, message("drafts") + " @ values.drafts[0]");
    let error =
        refusal(db.update("users", Key::from(1), row! { recent: nested::create(row! { year: 1990 }) }));
    assert_eq!(error, message("recent") + " @ set.recent.create[0]");
    let error = refusal(db.update("users", Key::from(1), row! { drafts: nested::connect(2) }));
    assert_eq!(error, message("drafts") + " @ set.drafts.connect[0]");
    sound(&db);
}

#[test]
fn a_relation_by_several_hops_is_for_reading_only() {
    let schema = shop(NestedAttributes::new(), NestedAttributes::new())
        .relation(Relation::many("customers", "lines", "lines").through_relations(["orders", "lines"]));
    let db = Database::new(schema).unwrap();
    let error = refusal(db.insert("customers", row! { name: "x", lines: [line(1, "x")] }));
    assert_eq!(
        error,
        "invalid_query: `customers.lines` is for reading: it's neither one join to one table nor two through a junction @ values.lines",
    );
}

#[test]
fn destroying_a_nested_row_runs_its_dependents() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("posts").column(Column::integer("user_id").nullable()))
        .table(table("comments").column(Column::integer("post_id").nullable()))
        .relation(up("posts", "user", "users", "user_id").nested(NestedAttributes::new().allow_destroy()))
        .relation(Relation::many("users", "posts", "posts").nested(NestedAttributes::new().allow_destroy()))
        .relation(up("comments", "post", "posts", "post_id"))
        .relation(Relation::many("posts", "comments", "comments").dependent(Dependent::Destroy));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { posts: [row! { comments: [row! {}, row! {}] }, row! { comments: [row! {}] }] })
        .unwrap();
    db.update("users", Key::from(1), row! { posts: [row! { id: 1, _destroy: true }] }).unwrap();
    assert_eq!((column(&db, "posts", "id"), column(&db, "comments", "id")), ("2".into(), "3".into()));
    // A parent can go too, once its row has let go of it.
    db.update("posts", Key::from(2), row! { user: row! { id: 1, _destroy: true } }).unwrap();
    assert_eq!(
        (rows(&db, "users"), rows(&db, "posts")),
        ("[]".into(), r#"[{"id":2,"user_id":null}]"#.into())
    );
    sound(&db);
}

#[test]
fn rows_that_go_on_the_way_are_not_written_any_more() {
    let schema = Schema::new()
        .table(table("users").column(Column::integer("n").default(0)))
        .table(
            table("posts")
                .column(Column::text("title").default("").unique())
                .column(Column::integer("user_id").nullable())
                .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade)),
        )
        .table(table("notes").column(Column::integer("post_id").nullable()))
        .relation(up("posts", "user", "users", "user_id"))
        .relation(Relation::many("users", "posts", "posts").counter_cache("n"))
        .relation(up("notes", "post", "posts", "post_id"))
        .relation(Relation::many("posts", "notes", "notes"));
    let db = Database::new(schema).unwrap();
    let fill = || {
        db.delete("notes", relata::Rows::All).unwrap();
        db.delete("posts", relata::Rows::All).unwrap();
        let post = |title: &str| row! { title: title };
        db.insert("users", row! { posts: [post("a"), post("b"), post("c")] }).unwrap();
        sound(&db);
    };
    fill();
    // The first post takes the user along, and the user its other posts.
    let set = row! { title: "x", user: nested::delete(nested::Pick::All) };
    assert_eq!(db.update("posts", relata::Rows::All, set).unwrap(), 3);
    assert_eq!(rows(&db, "posts"), r#"[{"id":1,"title":"x","user_id":null}]"#);
    sound(&db);
    fill();
    let set = row! { notes: [row! {}], user: nested::delete(nested::Pick::All) };
    db.update("posts", relata::Rows::All, set).unwrap();
    assert_eq!((db.query("posts").count().unwrap(), column(&db, "notes", "post_id")), (1, "4".into()));
    sound(&db);
    fill();
    let set = row! { title: "y", user: nested::delete(nested::Pick::All) };
    let verbs = nested::update_many(nested::Pick::All, set);
    db.update("users", Key::from(3), row! { posts: verbs }).unwrap();
    assert_eq!(column(&db, "posts", "title"), r#""y""#);
    sound(&db);
}

#[test]
fn a_row_that_is_one_of_several_has_its_number_in_the_path() {
    let db = open();
    let good = || row! { name: "Ann", orders: [row! {}] };
    let bad = row! { name: "Bob", orders: [row! {}, row! { lines: [row! { number: 2, product_id: 7 }] }] };
    assert!(
        refusal(db.insert_many("customers", vec![good(), bad.clone()]))
            .ends_with(" @ values[1].orders[1].lines[0].product_id")
    );
    assert!(
        refusal(db.insert_many("customers", vec![bad])).ends_with(" @ values.orders[1].lines[0].product_id")
    );
    sound(&db);
}

#[test]
fn every_parent_that_is_given_has_to_be_one_that_its_relation_leads_to() {
    let key = |column: &str| Column::integer(column).nullable();
    let schema = Schema::new()
        .table(table("people").column(Column::text("role")))
        .table(table("books").column(key("author_id")).column(key("editor_id")))
        .relation(up("books", "author", "people", "author_id").filter(col("role").eq("author")))
        .relation(up("books", "editor", "people", "editor_id").filter(col("role").eq("editor")));
    let db = Database::new(schema).unwrap();
    db.insert_many("people", ["author", "editor"].map(|role| row! { role: role }).to_vec()).unwrap();
    let book = |author: i64, editor: i64| {
        db.insert("books", row! { author: nested::connect(author), editor: nested::connect(editor) })
    };
    assert!(refusal(book(2, 2)).ends_with(" @ values.author"));
    assert!(refusal(book(1, 1)).ends_with(" @ values.editor"));
    book(1, 2).unwrap();
    assert_eq!(
        (column(&db, "books", "author_id"), column(&db, "books", "editor_id")),
        ("1".into(), "2".into())
    );
}

#[test]
fn an_upsert_with_rows_below_finds_the_row_in_its_way_by_what_columns_are_by_default() {
    let schema = Schema::new()
        .table(table("shops").column(Column::text("name").default("main").unique()))
        .table(table("orders").column(Column::integer("shop_id")))
        .relation(up("orders", "shop", "shops", "shop_id"))
        .relation(Relation::many("shops", "orders", "orders"));
    let db = Database::new(schema).unwrap();
    for _ in 0..2 {
        db.upsert("shops", row! { orders: [row! {}] }).unwrap();
    }
    assert_eq!((column(&db, "shops", "id"), column(&db, "orders", "shop_id")), ("1".into(), "1,1".into()));
}
