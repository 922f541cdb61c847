//! Mistakes that other systems have shipped, each by its name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{column, kind, library, sound, table};
use relata::nested::{self, Pick};
use relata::{
    Action, Column, Database, Dependent, ForeignKey, Key, Relation, Rows, Schema, Table, asc, col, desc, rel,
    row,
};

fn json(page: &relata::Page) -> String {
    serde_json::to_string(page).unwrap()
}

/// Two authors with three and two books, and one without.
fn shelf() -> Database {
    let db = library(Action::Cascade);
    for name in ["Ann", "Bob", "Cy"] {
        db.insert("authors", row! { name: name }).unwrap();
    }
    for (title, author) in [("A1", 1), ("B1", 2), ("A2", 1), ("B2", 2), ("A3", 1)] {
        db.insert("books", row! { title: title, author_id: author }).unwrap();
    }
    db
}

#[test]
fn a_root_limit_counts_root_rows_not_joined_rows() {
    let page =
        shelf().query("authors").columns(["id"]).include("books", |b| b.columns(["title"])).limit(2).all();
    assert_eq!(
        json(&page.unwrap()),
        r#"[{"id":1,"books":[{"title":"A1"},{"title":"A2"},{"title":"A3"}]},{"id":2,"books":[{"title":"B1"},{"title":"B2"}]}]"#,
    );
}

#[test]
fn limit_offset_cursor_and_distinct_of_an_include_are_per_parent() {
    let db = shelf();
    let titles = |query: fn(relata::Query) -> relata::Query| {
        json(&db.query("authors").columns(["id"]).include("books", query).limit(2).all().unwrap())
    };
    assert_eq!(
        titles(|b| b.columns(["title"]).order_by(desc("title")).offset(1).limit(1)),
        r#"[{"id":1,"books":[{"title":"A2"}]},{"id":2,"books":[{"title":"B1"}]}]"#,
    );
    assert_eq!(
        titles(|b| b.columns(["title"]).after(row! { title: "A2" })),
        r#"[{"id":1,"books":[{"title":"A3"}]},{"id":2,"books":[{"title":"B1"},{"title":"B2"}]}]"#,
    );
    assert_eq!(
        titles(|b| b.columns(["author_id"]).distinct()),
        r#"[{"id":1,"books":[{"author_id":1}]},{"id":2,"books":[{"author_id":2}]}]"#,
    );
}

#[test]
fn limit_zero_gives_nothing() {
    let db = shelf();
    assert_eq!(json(&db.query("authors").limit(0).all().unwrap()), "[]");
    let page = db.query("authors").columns(["id"]).include("books", |b| b.limit(0)).limit(1).all().unwrap();
    assert_eq!(json(&page), r#"[{"id":1,"books":[]}]"#);
}

fn tree() -> Database {
    let nodes = table("nodes")
        .column(Column::text("name"))
        .column(Column::integer("parent_id").nullable())
        .foreign_key(ForeignKey::new(["parent_id"], "nodes").on_delete(Action::SetNull));
    let schema = Schema::new()
        .table(nodes)
        .relation(Relation::one("nodes", "parent", "nodes").from(["parent_id"]).to(["id"]).alias("tree"))
        .relation(Relation::many("nodes", "children", "nodes").alias("tree"));
    let db = Database::new(schema).unwrap();
    for (name, parent) in [("root", None), ("left", Some(1)), ("right", Some(1)), ("leaf", Some(2))] {
        db.insert("nodes", row! { name: name, parent_id: parent }).unwrap();
    }
    db
}

#[test]
fn missing_on_a_self_relation_tests_the_right_side() {
    let db = tree();
    let names = |filter| json(&db.query("nodes").columns(["name"]).filter(filter).all().unwrap());
    assert_eq!(names(rel("parent").absent()), r#"[{"name":"root"}]"#);
    assert_eq!(names(rel("children").absent()), r#"[{"name":"right"},{"name":"leaf"}]"#);
}

#[test]
fn a_key_set_to_null_by_an_update_leads_nowhere() {
    let db = shelf();
    db.update("books", col("title").eq("A1"), row! { author_id: None::<i64> }).unwrap();
    let page = db.query("books").columns(["title"]).include("author", |a| a.columns(["name"])).limit(2).all();
    assert_eq!(
        json(&page.unwrap()),
        r#"[{"title":"A1","author":null},{"title":"B1","author":{"name":"Bob"}}]"#,
    );
    let page = db.query("authors").columns(["id"]).count_of("n", "books").limit(1).all().unwrap();
    assert_eq!(json(&page), r#"[{"id":1,"n":2}]"#);
}

#[test]
fn an_owner_with_a_null_key_has_no_rows_rather_than_all() {
    let schema = Schema::new()
        .table(table("shops").column(Column::text("city").nullable()))
        .table(table("people").column(Column::text("city").nullable()))
        .relation(Relation::many("shops", "neighbours", "people").from(["city"]).to(["city"]));
    let db = Database::new(schema).unwrap();
    db.insert_many("shops", vec![row! {}, row! { city: "Oslo" }]).unwrap();
    db.insert_many("people", vec![row! { city: "Oslo" }, row! {}, row! { city: "Oslo" }]).unwrap();
    let page = db.query("shops").columns(["id"]).include("neighbours", |n| n.columns(["id"])).all().unwrap();
    assert_eq!(json(&page), r#"[{"id":1,"neighbours":[]},{"id":2,"neighbours":[{"id":1},{"id":3}]}]"#);
    sound(&db);
}

#[test]
fn children_need_not_be_sorted_by_key() {
    let db = library(Action::Cascade);
    for id in [3, 1, 2] {
        db.insert("authors", row! { id: id, name: "x" }).unwrap();
    }
    for author in [2, 3, 2, 1] {
        db.insert("books", row! { title: "t", author_id: author }).unwrap();
    }
    let page = db.query("authors").columns(["id"]).include("books", |b| b.columns(["id"])).all().unwrap();
    assert_eq!(
        json(&page),
        r#"[{"id":3,"books":[{"id":2}]},{"id":1,"books":[{"id":4}]},{"id":2,"books":[{"id":1},{"id":3}]}]"#,
    );
}

#[test]
fn a_duplicate_parent_gives_equal_results_each_time() {
    let db = shelf();
    let page = db
        .query("books")
        .columns(["id"])
        .include("author", |a| a.columns(["id"]).include("books", |b| b.columns(["id"]).limit(1)))
        .filter(col("author_id").eq(1))
        .all()
        .unwrap();
    let author = r#""author":{"id":1,"books":[{"id":1}]}"#;
    assert_eq!(json(&page), format!(r#"[{{"id":1,{author}}},{{"id":3,{author}}},{{"id":5,{author}}}]"#));
}

#[test]
fn sibling_includes_dont_multiply_each_other() {
    let page = shelf()
        .query("authors")
        .columns(["id"])
        .include_as("first", "books", |b| b.columns(["title"]).order_by(asc("title")).limit(1))
        .include_as("last", "books", |b| b.columns(["title"]).order_by(desc("title")).limit(2))
        .limit(1)
        .all()
        .unwrap();
    assert_eq!(json(&page), r#"[{"id":1,"first":[{"title":"A1"}],"last":[{"title":"A3"},{"title":"A2"}]}]"#,);
}

#[test]
fn a_row_whose_first_column_is_null_is_still_a_row() {
    let schema = Schema::new()
        .table(
            Table::new("owners")
                .column(Column::text("note").nullable())
                .column(Column::integer("id"))
                .primary_key(["id"]),
        )
        .table(table("pets").column(Column::integer("owner_id")))
        .relation(Relation::one("pets", "owner", "owners").from(["owner_id"]).to(["id"]));
    let db = Database::new(schema).unwrap();
    db.insert("owners", row! { id: 1 }).unwrap();
    db.insert("pets", row! { owner_id: 1 }).unwrap();
    let page = db.query("pets").include("owner", |o| o).all().unwrap();
    assert_eq!(json(&page), r#"[{"id":1,"owner_id":1,"owner":{"note":null,"id":1}}]"#);
}

#[test]
fn large_integers_and_decimals_keep_every_digit_inside_an_include() {
    let schema = Schema::new()
        .table(table("a"))
        .table(
            table("b")
                .column(Column::integer("a_id"))
                .column(Column::integer("big"))
                .column(Column::decimal("exact"))
                .foreign_key(ForeignKey::new(["a_id"], "a")),
        )
        .relation(Relation::one("b", "a", "a").from(["a_id"]).to(["id"]))
        .relation(Relation::many("a", "bs", "b"));
    let db = Database::new(schema).unwrap();
    db.insert("a", row! {}).unwrap();
    let exact = relata::Type::Decimal.read_text("1234567890123456.7800").unwrap();
    db.insert("b", row! { a_id: 1, big: (1i64 << 53) + 1, exact: exact }).unwrap();
    let page = db.query("a").include("bs", |b| b.columns(["big", "exact"])).all().unwrap();
    assert_eq!(json(&page), r#"[{"id":1,"bs":[{"big":9007199254740993,"exact":"1234567890123456.7800"}]}]"#);
}

#[test]
fn a_filter_that_asks_nothing_deletes_nothing() {
    let db = shelf();
    for filter in [relata::Filter::And(vec![]), relata::Filter::Or(vec![]), !relata::Filter::And(vec![])] {
        let error = db.delete("books", filter.clone()).unwrap_err();
        assert_eq!(kind(&error), "invalid_query", "{filter}");
        assert!(format!("{error:#}").contains("no filter says which rows are meant"), "{error:#}");
        assert_eq!(kind(&db.update("books", filter, row! { title: "gone" }).unwrap_err()), "invalid_query");
    }
    assert_eq!(db.query("books").count().unwrap(), 5);
    assert_eq!(db.delete("books", Rows::All).unwrap(), 5);
}

#[test]
fn every_is_true_of_a_parent_without_children_and_says_so() {
    let db = shelf();
    let filter = rel("books").every(col("title").like("A%"));
    assert_eq!(
        json(&db.query("authors").columns(["id"]).filter(filter).all().unwrap()),
        r#"[{"id":1},{"id":3}]"#
    );
    let both = rel("books").every(col("title").like("A%")).and(rel("books").exists());
    assert_eq!(db.delete("authors", both).unwrap(), 1);
    assert_eq!(column(&db, "authors", "id"), "2,3");
    sound(&db);
}

#[test]
fn junction_rows_go_with_either_side_and_with_nothing_else() {
    let key = |column: &str, to: &str| ForeignKey::new([column], to).on_delete(Action::Cascade);
    let friends = Table::new("friendships")
        .column(Column::integer("a_id"))
        .column(Column::integer("b_id"))
        .primary_key(["a_id", "b_id"])
        .foreign_key(key("a_id", "people"))
        .foreign_key(key("b_id", "people"));
    let schema = Schema::new().table(table("people")).table(friends).relation(
        Relation::many("people", "friends", "people")
            .from(["id"])
            .through("friendships", ["a_id"], ["b_id"])
            .to(["id"]),
    );
    let db = Database::new(schema).unwrap();
    db.insert_many("people", vec![row! {}, row! {}, row! {}]).unwrap();
    for (a, b) in [(1, 2), (2, 1), (1, 3), (3, 3)] {
        db.insert("friendships", row! { a_id: a, b_id: b }).unwrap();
    }
    let friends = |db: &Database| json(&db.query("people").include("friends", |f| f).all().unwrap());
    assert_eq!(
        friends(&db),
        r#"[{"id":1,"friends":[{"id":2},{"id":3}]},{"id":2,"friends":[{"id":1}]},{"id":3,"friends":[{"id":3}]}]"#,
    );
    db.delete("people", col("id").eq(2)).unwrap();
    assert_eq!(friends(&db), r#"[{"id":1,"friends":[{"id":3}]},{"id":3,"friends":[{"id":3}]}]"#);
    assert_eq!(column(&db, "friendships", "a_id"), "1,3");
    sound(&db);
}

#[test]
fn a_change_of_the_polymorphic_type_touches_and_counts_the_old_target_too() {
    let target = |name: &str| {
        table(name)
            .column(Column::integer("notes_count").default(0))
            .column(Column::timestamptz("updated_at").nullable())
    };
    let schema = Schema::new()
        .table(target("posts"))
        .table(target("photos"))
        .table(table("notes").column(Column::text("on_type")).column(Column::integer("on_id")))
        .relation(Relation::polymorphic("notes", "on").touch())
        .relation(Relation::has_many("posts", "notes").as_("on").counted())
        .relation(Relation::has_many("photos", "notes").as_("on").counted());
    let clock = std::sync::atomic::AtomicI64::new(0);
    let now = move || {
        let second = clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        jiff::Timestamp::from_second(second).unwrap()
    };
    let db = Database::builder(schema).clock(now).build().unwrap();
    db.insert("posts", row! {}).unwrap();
    db.insert("photos", row! {}).unwrap();
    db.insert("notes", row! { on_type: "posts", on_id: 1 }).unwrap();
    db.update("notes", col("id").eq(1), row! { on_type: "photos" }).unwrap();
    let json = |table: &str| json(&db.query(table).all().unwrap());
    assert_eq!(json("posts"), r#"[{"id":1,"notes_count":0,"updated_at":"1970-01-01T00:00:01Z"}]"#);
    assert_eq!(json("photos"), r#"[{"id":1,"notes_count":1,"updated_at":"1970-01-01T00:00:01Z"}]"#);
    assert_eq!(db.check(), []);
}

/// Two teams with two players and one, who are counted.
fn teams() -> Database {
    let schema = Schema::new()
        .table(table("teams").column(Column::integer("players_count").default(0)))
        .table(table("players").column(Column::integer("team_id").nullable()))
        .relation(Relation::one("players", "team", "teams").from(["team_id"]).to(["id"]))
        .relation(Relation::many("teams", "players", "players").counter_cache("players_count"));
    let db = Database::new(schema).unwrap();
    for team in [row! { players: [row! {}, row! {}] }, row! { players: [row! {}] }] {
        db.insert("teams", team).unwrap();
    }
    db
}

#[test]
fn a_counter_moves_once_when_a_row_is_reassigned_or_assigned_nothing() {
    type Write<'w> = &'w dyn Fn(&Database) -> relata::Result<()>;
    let reassigned: [Write<'_>; 5] = [
        &|db| db.update("players", Key::from(1), row! { team_id: 2 }).map(drop),
        &|db| db.update("players", Key::from(1), row! { team: nested::connect(2) }).map(drop),
        &|db| db.update("teams", Key::from(2), row! { players: nested::connect(1) }).map(drop),
        &|db| db.relation("players", 1, "team")?.replace(2),
        &|db| db.relation("teams", 2, "players")?.add(1),
    ];
    let emptied: [Write<'_>; 5] = [
        &|db| db.update("players", Key::from(1), row! { team_id: None::<i64> }).map(drop),
        &|db| db.update("players", Key::from(1), row! { team: nested::disconnect(Pick::All) }).map(drop),
        &|db| db.update("teams", Key::from(1), row! { players: nested::set([2]) }).map(drop),
        &|db| db.relation("players", 1, "team")?.clear(),
        &|db| db.relation("teams", 1, "players")?.remove(1),
    ];
    for (writes, counts) in [(reassigned, "1,2"), (emptied, "1,1")] {
        for write in writes {
            let db = teams();
            write(&db).unwrap();
            // The same once more changes nothing, or is refused because there is nothing to take away.
            let again = write(&db);
            assert!(again.is_ok() || again.is_err_and(|error| kind(&error) == "not_found"));
            assert_eq!(column(&db, "teams", "players_count"), counts);
            sound(&db);
        }
    }
}

#[test]
fn a_has_one_whose_replacement_fails_keeps_the_old_row() {
    let schema = Schema::new()
        .table(table("users"))
        .table(table("profiles").column(Column::text("bio")).column(Column::integer("user_id").unique()))
        .relation(Relation::one("profiles", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::one("users", "profile", "profiles").dependent(Dependent::Destroy));
    let db = Database::new(schema).unwrap();
    db.insert("users", row! { profile: row! { bio: "old" } }).unwrap();
    let old = common::rows(&db, "profiles");
    let bad = || row! { bio: None::<String> };
    assert!(db.update("users", Key::from(1), row! { profile: bad() }).is_err());
    assert!(db.update("users", Key::from(1), row! { profile: nested::create(bad()) }).is_err());
    assert!(db.relation("users", 1, "profile").unwrap().create(bad()).is_err());
    assert!(db.relation("users", 1, "profile").unwrap().replace(9).is_err());
    assert_eq!(common::rows(&db, "profiles"), old);
    sound(&db);
}

#[test]
fn a_nested_filter_that_asks_nothing_deletes_and_changes_nothing() {
    let db = teams();
    for filter in [relata::Filter::And(vec![]), !relata::Filter::And(vec![])] {
        let verbs = [
            nested::delete_many(filter.clone()),
            nested::update_many(filter.clone(), row! { team_id: None::<i64> }),
            nested::delete(filter),
        ];
        for verbs in verbs {
            let error = db.update("teams", Key::from(1), row! { players: verbs }).unwrap_err();
            assert!(error.to_string().contains("no filter says which rows are meant"), "{error:#}");
        }
    }
    assert_eq!(column(&db, "players", "team_id"), "1,1,2");
    db.update("teams", Key::from(1), row! { players: nested::delete_many(Pick::All) }).unwrap();
    assert_eq!(column(&db, "players", "team_id"), "2");
    sound(&db);
}

#[test]
fn a_many_to_many_self_relation_joins_once_and_takes_the_right_rows_apart() {
    let friends = table("friendships").column(Column::integer("a_id")).column(Column::integer("b_id"));
    let through = |name: &str, a: &str, b: &str| {
        Relation::many("people", name, "people").from(["id"]).through("friendships", [a], [b]).to(["id"])
    };
    let schema = Schema::new()
        .table(table("people"))
        .table(friends)
        .relation(through("follows", "a_id", "b_id").alias("out").dependent(Dependent::Delete))
        .relation(through("followers", "b_id", "a_id").alias("in").dependent(Dependent::Delete));
    let db = Database::new(schema).unwrap();
    db.insert_many("people", vec![row! {}, row! {}, row! {}]).unwrap();
    let pairs = |db: &Database| {
        sound(db);
        let page =
            db.query("friendships").columns(["a_id", "b_id"]).order_by(asc("a_id")).order_by(asc("b_id"));
        json(&page.all().unwrap())
    };
    db.update(
        "people",
        Key::from(1),
        row! { follows: nested::connect([2, 3, 2]), followers: nested::connect(2) },
    )
    .unwrap();
    db.update("people", Key::from(2), row! { followers: nested::connect([1, 2]) }).unwrap();
    assert_eq!(
        pairs(&db),
        r#"[{"a_id":1,"b_id":2},{"a_id":1,"b_id":3},{"a_id":2,"b_id":1},{"a_id":2,"b_id":2}]"#
    );
    // That 1 doesn't follow 2 any more says nothing of whom 2 follows.
    db.relation("people", 1, "follows").unwrap().remove(2).unwrap();
    assert_eq!(pairs(&db), r#"[{"a_id":1,"b_id":3},{"a_id":2,"b_id":1},{"a_id":2,"b_id":2}]"#);
    db.update("people", Key::from(1), row! { followers: nested::set([3]) }).unwrap();
    assert_eq!(pairs(&db), r#"[{"a_id":1,"b_id":3},{"a_id":2,"b_id":2},{"a_id":3,"b_id":1}]"#);
    // No row of the junction is left of one that is gone.
    db.destroy("people", Key::from(3)).unwrap();
    assert_eq!(pairs(&db), r#"[{"a_id":2,"b_id":2}]"#);
}
