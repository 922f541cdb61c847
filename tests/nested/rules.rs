//! The rules for rows written along a relation.

use super::*;

#[test]
fn destroy_marks_are_obeyed_only_where_they_are_allowed() {
    let db = open();
    two(&db);
    let gone = row! { id: 1, _destroy: true };
    let skipped = row! { note: "never", _destroy: true };
    let kept = row! { id: 2, note: "kept", _destroy: false };
    db.update("customers", Key::from(1), row! { orders: [gone, skipped, kept] }).unwrap();
    assert_eq!(column(&db, "orders", "note"), r#""kept","c""#);
    assert_eq!(column(&db, "customers", "orders_count"), "1,1");
    db.insert("profiles", row! { bio: "b", customer_id: 1 }).unwrap();
    let error = db.update("customers", Key::from(1), row! { profile: row! { id: 1, _destroy: true } });
    assert_eq!(
        refusal(error),
        "invalid_query: rows of `customers.profile` may not be destroyed along with another @ set.profile._destroy",
    );
    let error = db.update("customers", Key::from(1), row! { orders: [row! { id: 2, _destroy: "yes" }] });
    assert!(refusal(error).starts_with("invalid_query: expected true or false"));
    sound(&db);
}

#[test]
fn destroying_along_a_junction_takes_the_joining_row_and_not_the_target() {
    let db = open();
    db.insert("orders", row! { tags: [row! { name: "x" }, row! { name: "y" }] }).unwrap();
    db.update("orders", Key::from(1), row! { tags: [row! { name: "x", _destroy: true }] }).unwrap();
    assert_eq!(
        (column(&db, "orders_tags", "tag"), column(&db, "tags", "name")),
        (r#""y""#.into(), r#""x","y""#.into())
    );
    sound(&db);
}

#[test]
fn rejected_rows_are_passed_over() {
    let db = with_lines(NestedAttributes::new().reject_if(col("text").eq("").or(col("amount").lt(0))));
    let given = [line(1, ""), line(2, "tea"), row! { number: 3, amount: -1 }, row! { number: 4 }];
    db.insert("orders", row! { lines: given }).unwrap();
    assert_eq!(column(&db, "lines", "number"), "2,4");
    // A known row is passed over too.
    db.update("orders", Key::from(1), row! { lines: [line(2, "")] }).unwrap();
    assert_eq!(column(&db, "lines", "text"), r#""tea",null"#);

    let db = with_lines(NestedAttributes::new().reject_all_blank());
    let blank = row! { text: "  ", number: None::<i64>, product: Vec::<Row>::new() };
    db.insert("orders", row! { lines: [blank, row! { number: 1, text: "" }] }).unwrap();
    assert_eq!(column(&db, "lines", "number"), "1");
    // One along a relation is something, and so is one that is there already.
    db.insert("products", row! { sku: "t" }).unwrap();
    for full in [row! { product: row! { sku: "s" } }, row! { product: nested::connect(1) }] {
        let error = refusal(db.insert("orders", row! { lines: [full] }));
        assert!(error.starts_with("not_null_violation: lines.number"), "{error}");
    }
    sound(&db);
}

#[test]
fn any_condition_on_what_a_row_gives_may_reject_it() {
    let cases = [
        (col("text").like("t%"), "2,3"),
        (col("text").is_null(), "1,2,4"),
        (col("amount").is_in([7, 9]), "1,2"),
        (col("amount").not_in([7]), "1,3"),
        (col("amount").is_in(Vec::<i64>::new()), "1,2,3,4"),
        (col("amount").is_in([None, Some(2)]), "1,3,4"),
        (col("number").eq_column("amount"), "1,3,4"),
        (col("amount").gt(1).and(col("number").lt(4)), "1,4"),
        (!col("amount").eq(2), "1,2"),
    ];
    for (reject, kept) in cases {
        let told = reject.to_string();
        let db = with_lines(NestedAttributes::new().reject_if(reject));
        let third = row! { number: 3, amount: 7 };
        let fourth = row! { number: 4, text: "tin", amount: 9 };
        let lines = [line(1, "tea"), row! { number: 2, text: "jam", amount: 2 }, third, fourth];
        db.insert("orders", row! { lines: lines }).unwrap();
        assert_eq!(column(&db, "lines", "number"), kept, "{told}");
    }
}

#[test]
fn the_limit_is_looked_at_first() {
    let db = with_lines(NestedAttributes::new().limit(2).reject_all_blank());
    let order = |count: i64| row! { lines: (0..count).map(|n| row! { nonsense: n }).collect::<Vec<_>>() };
    assert_eq!(
        refusal(db.insert("orders", order(3))),
        "limit_exceeded: more than 2: the limit `limit` @ values.lines",
    );
    assert!(refusal(db.insert("orders", order(2))).starts_with("unknown_column"));
    sound(&db);
}

#[test]
fn a_has_one_without_a_key_replaces_unless_it_only_updates() {
    let db = open();
    db.insert("customers", row! { name: "Ann", profile: row! { bio: "old" } }).unwrap();
    db.update("customers", Key::from(1), row! { profile: row! { bio: "new" } }).unwrap();
    assert_eq!(rows(&db, "profiles"), r#"[{"id":2,"bio":"new","customer_id":1}]"#);
    db.update("customers", Key::from(1), row! { profile: row! { id: 2, bio: "same" } }).unwrap();
    assert_eq!(rows(&db, "profiles"), r#"[{"id":2,"bio":"same","customer_id":1}]"#);

    let rules = NestedAttributes::new().update_only();
    let db = Database::new(shop(NestedAttributes::new(), rules)).unwrap();
    db.insert("customers", row! { name: "Ann", profile: row! { bio: "old" } }).unwrap();
    db.update("customers", Key::from(1), row! { profile: row! { bio: "new" } }).unwrap();
    assert_eq!(rows(&db, "profiles"), r#"[{"id":1,"bio":"new","customer_id":1}]"#);
    // A null key is no key, and takes none away.
    let null = row! { id: None::<i64>, bio: "last" };
    db.update("customers", Key::from(1), row! { profile: null }).unwrap();
    assert_eq!(rows(&db, "profiles"), r#"[{"id":1,"bio":"last","customer_id":1}]"#);
    sound(&db);
}

#[test]
fn rules_that_cant_hold_are_mistakes_of_the_schema() {
    let schema = shop(NestedAttributes::new().update_only(), NestedAttributes::new())
        .relation(
            Relation::many("customers", "lines", "lines")
                .through_relations(["orders", "lines"])
                .nested(NestedAttributes::new()),
        )
        .relation(
            Relation::many("products", "lines", "lines")
                .nested(NestedAttributes::new().reject_if(relata::rel("order").exists())),
        )
        .relation(
            Relation::many("products", "sold", "lines")
                .nested(NestedAttributes::new().reject_if(col("x").eq(1))),
        );
    let error = Catalog::try_from(schema).unwrap_err();
    let text = format!("{error:#}");
    for part in [
        "orders.lines: `updateOnly` fits relations to one row only",
        "customers.lines: nothing is written along it: it's neither one join to one table nor two through a junction",
        "products.lines: a row that is given has no relations yet, not `order` either",
        "products.sold: nested.rejectIf.x: no column `x` on `lines`",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn rules_survive_the_schema_document() {
    let rules = NestedAttributes::new().allow_destroy().limit(5).update_only().reject_all_blank();
    let lines = NestedAttributes::new().reject_if(col("text").eq(""));
    let schema = shop(lines, rules);
    let text = schema.to_json();
    assert!(text.contains("\"rejectIf\": \"all_blank\""), "{text}");
    let again = Schema::from_json(&text).unwrap();
    assert_eq!(again.to_json(), text);
    assert!(Catalog::try_from(again).is_ok());
    let wrong = text.replace("\"limit\": 5", "\"limit\": -5").replace("\"all_blank\"", "\"blank\"");
    let error = format!("{:#}", Schema::from_json(&wrong).unwrap_err());
    assert!(error.contains("nested.limit: expected a whole number from 0"), "{error}");
    assert!(error.contains("expected a filter or \"all_blank\", found \"blank\""), "{error}");
}

#[test]
fn a_parent_that_is_only_updated_is_changed_without_its_key() {
    let schema = Schema::new()
        .table(table("users").column(Column::text("name")))
        .table(table("posts").column(Column::integer("user_id").nullable()))
        .relation(up("posts", "user", "users", "user_id").nested(NestedAttributes::new().update_only()));
    let db = Database::new(schema).unwrap();
    db.insert("posts", row! { user: row! { name: "Ann" } }).unwrap();
    db.update("posts", Key::from(1), row! { user: row! { name: "Anna" } }).unwrap();
    assert_eq!(rows(&db, "users"), r#"[{"id":1,"name":"Anna"}]"#);
    // Without a parent there is none to change.
    db.insert("posts", row! {}).unwrap();
    db.update("posts", Key::from(2), row! { user: row! { name: "Bob" } }).unwrap();
    assert_eq!(column(&db, "posts", "user_id"), "1,2");
    sound(&db);
}

#[test]
fn a_row_to_be_destroyed_must_be_one_of_the_relations_and_is_never_rejected() {
    let db = with_lines(NestedAttributes::new().allow_destroy().limit(2).reject_if(col("text").eq("")));
    db.insert("orders", row! { lines: [line(1, "tea"), line(2, "jam")] }).unwrap();
    db.insert("orders", row! { lines: [line(7, "other")] }).unwrap();
    let gone = |number: i64| row! { number: number, text: "", _destroy: true };
    let update = |lines: Vec<Row>| db.update("orders", Key::from(1), row! { lines: lines });
    assert_eq!(
        refusal(update(vec![gone(1), gone(7)])),
        "not_found: no row of `orders.lines` has lines.(order_id, number) = (1, 7) @ set.lines[1]"
    );
    // Rows that go count too.
    assert!(refusal(update(vec![gone(1), gone(2), gone(3)])).starts_with("limit_exceeded"));
    assert_eq!(column(&db, "lines", "number"), "1,2,7");
    update(vec![gone(2)]).unwrap();
    assert_eq!(column(&db, "lines", "number"), "1,7");
    // A verb makes the row that it is given: a mark is no column.
    let error = db.update("orders", Key::from(1), row! { lines: nested::create(gone(3)) });
    assert!(refusal(error).starts_with("unknown_column: no column `_destroy` on `lines`"));
    sound(&db);
}

#[test]
fn a_nested_row_states_the_version_that_was_read() {
    let schema = Schema::new()
        .table(table("users"))
        .table(
            table("posts")
                .column(Column::text("title"))
                .column(Column::integer("user_id"))
                .column(Column::integer("lock_version").default(0))
                .version("lock_version"),
        )
        .relation(up("posts", "user", "users", "user_id"))
        .relation(Relation::many("users", "posts", "posts").nested(NestedAttributes::new().allow_destroy()));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { posts: [row! { title: "One" }, row! { title: "Two" }] }).unwrap();
    let update = |version: i64, title: &str| {
        let post = row! { id: 1, title: title, lock_version: version };
        db.update("users", Key::from(1), row! { posts: [row! { id: 2, title: title }, post] })
    };
    update(0, "new").unwrap();
    let error = update(0, "stale");
    assert_eq!(refusal(error), "conflict: posts 1 is at version 1 by now, not 0 @ set.posts[1].lock_version");
    assert_eq!(
        rows(&db, "posts"),
        r#"[{"id":1,"title":"new","user_id":1,"lock_version":1},{"id":2,"title":"new","user_id":1,"lock_version":1}]"#
    );
    let new = db.update("users", Key::from(1), row! { posts: [row! { title: "x", lock_version: 3 }] });
    assert!(refusal(new).ends_with("it counts the changes of its row @ set.posts[0].lock_version"));
    sound(&db);
}

#[test]
fn what_is_written_along_a_relation_prints_as_it_is_asked() {
    let name = |name: &str| row! { name: name };
    for (write, text) in [
        (nested::create(name("a")), r#"{create: [{name: "a"}]}"#),
        (nested::connect(1).disconnect(2), "{connect: [1], disconnect: [2]}"),
        (nested::delete(col("id").gt(3)), r#"{delete: [{"id":{"gt":3}}]}"#),
        (nested::update(nested::Pick::All, name("a")), r#"{update: [{where: true, data: {name: "a"}}]}"#),
        (nested::connect_or_create(1, name("a")), r#"{connectOrCreate: [{where: 1, create: {name: "a"}}]}"#),
        (
            nested::upsert(1, name("a"), name("b")),
            r#"{upsert: [{where: 1, create: {name: "a"}, update: {name: "b"}}]}"#,
        ),
    ] {
        assert_eq!(row! { tags: write.clone() }.to_string(), format!("{{tags: {text}}}"));
        assert_eq!(format!("{write:?}"), text);
    }
    let rows = row! { tags: [name("a"), name("b")] };
    assert_eq!(format!("{rows:?}"), r#"{tags: [{name: "a"}, {name: "b"}]}"#);
    let on = nested::on_table("posts", nested::connect(1));
    assert_eq!(format!("{on:?}"), "{posts: {connect: [1]}}");
}

#[test]
fn a_key_that_is_the_parents_own_says_nothing_of_which_row_is_meant() {
    let settings = Table::new("settings")
        .column(Column::integer("user_id"))
        .column(Column::text("theme"))
        .column(Column::integer("size").default(1))
        .primary_key(["user_id"])
        .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade));
    let schema = Schema::new()
        .table(table("users"))
        .table(settings)
        .relation(up("settings", "user", "users", "user_id"))
        .relation(Relation::one("users", "settings", "settings"));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { settings: row! { theme: "a", size: 5 } }).unwrap();
    db.update("users", Key::from(1), row! { settings: row! { user_id: 1, theme: "b" } }).unwrap();
    assert_eq!(rows(&db, "settings"), r#"[{"user_id":1,"theme":"b","size":1}]"#);
    sound(&db);
}

#[test]
fn rows_that_are_passed_over_may_be_of_any_depth() {
    let db = open();
    let inner = (0..100).fold(row! { name: "x" }, |inner, _| {
        row! { name: "x", orders: [row! { _destroy: true, customer: inner }] }
    });
    let insert = Statement::Insert { table: "customers".into(), rows: vec![inner] };
    assert!(db.execute(&insert).is_ok());
    assert_eq!((column(&db, "customers", "id"), rows(&db, "orders")), ("1".into(), "[]".into()));
}

#[test]
fn a_mistake_along_a_relation_says_what_to_do_instead() {
    let db = open();
    two(&db);
    let refused = |table: &str, set: Row| format!("{:#}", db.update(table, Key::from(1), set).unwrap_err());
    for (message, help) in [
        (refused("customers", row! { orders: [row! { customer_id: 2 }] }), "leave `customer_id` out"),
        (refused("orders", row! { customer: [row! { name: "a" }, row! { name: "b" }] }), "give one"),
        (
            refused("orders", row! { customer: nested::set(1) }),
            "use create, connect, disconnect, update, upsert or delete",
        ),
    ] {
        assert!(message.contains(&format!("help: {help}")), "{help}\n{message}");
    }
    sound(&db);
}
