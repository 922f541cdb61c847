//! Prepared queries with placeholders.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{kind, table};
use relata::{Action, Column, Database, Filter, Input, Schema, Type, col, placeholder, rel, row};

fn library() -> Database {
    let db = common::library(Action::Cascade);
    db.insert_many("authors", vec![row! { name: "Ann", email: "ann@x.org" }, row! { name: "Bob" }]).unwrap();
    let books = (0..100).map(|i| row! { title: format!("T{i}"), author_id: 1 + i % 2 });
    db.insert_many("books", books.collect::<Vec<_>>()).unwrap();
    db
}

#[test]
fn placeholders_take_the_types_of_what_they_are_compared_with() {
    let db = library();
    let query = db
        .query("authors")
        .filter(
            rel("books")
                .some(col("title").like(placeholder("title")))
                .and(col("id").is_in([placeholder("id")])),
        )
        .include("books", |books| books.filter(col("id").lt(placeholder("id"))))
        .prepare()
        .unwrap();
    let types = [("title".into(), Type::Text), ("id".into(), Type::Integer)];
    assert_eq!(query.placeholders(), types);
    let page = query.bind(row! { title: "T3%", id: 2 }).unwrap().all().unwrap();
    assert_eq!(page.iter().map(|row| row.many("books").unwrap().len()).collect::<Vec<_>>(), [0]);
    let page = query.bind(row! { title: "T30", id: 2 }).unwrap().all().unwrap();
    assert!(page.is_empty());
}

#[test]
fn the_access_is_chosen_when_the_query_is_prepared() {
    let db = library();
    let query = db.query("authors").filter(col("id").eq(placeholder("id"))).prepare().unwrap();
    assert!(query.explain().starts_with("authors: by primary key, where id = $id"), "{}", query.explain());
    let bound = query.bind(row! { id: 2 }).unwrap();
    assert!(bound.explain().starts_with("authors: by primary key (id = 2)"), "{}", bound.explain());
    let flat =
        db.from("authors").filter(col("id").eq(placeholder("id"))).columns(["name"]).prepare().unwrap();
    assert!(flat.explain(row! { id: 2 }).unwrap().starts_with("authors: by primary key (id = 2)"));
}

#[test]
fn keys_that_lead_to_most_rows_are_left_for_a_scan() {
    let db = library();
    let books = (0..400).map(|i| row! { title: format!("U{i}"), author_id: 2 });
    db.insert_many("books", books.collect::<Vec<_>>()).unwrap();
    db.insert_many("authors", (0..20).map(|i| row! { name: format!("A{i}") }).collect::<Vec<_>>()).unwrap();
    let query = db.query("books").filter(col("author_id").eq(placeholder("id"))).prepare().unwrap();
    assert!(query.explain().starts_with("books: children of authors, where"), "{}", query.explain());
    for (id, way, found) in
        [(1, "books: children of authors", 50), (2, "books: scan", 450), (9, "books: children", 0)]
    {
        let bound = query.bind(row! { id: id }).unwrap();
        assert!(bound.explain().starts_with(way), "{}", bound.explain());
        assert_eq!(bound.all().unwrap().len(), found);
    }
    // A key that no author has, and one that is none.
    assert!(query.bind(row! { id: 999 }).unwrap().all().unwrap().is_empty());
    assert!(query.bind(row! { id: None::<i64> }).unwrap().all().unwrap().is_empty());
}

#[test]
fn prepared_answers_are_those_of_the_same_query_with_its_values() {
    let db = library();
    let given = |low: i64, high: i64, author: i64| row! { low: low, high: high, author: author };
    let filter = || {
        let open = (placeholder("low"), placeholder("high"), placeholder("author"));
        col("id").gte(open.0).and(col("id").lt(open.1)).and(rel("author").is(col("id").eq(open.2)))
    };
    let nested = db.query("books").columns(["id"]).filter(filter()).prepare().unwrap();
    let flat = db.from("books").columns(["books.id"]).inner_join("authors", rel("author"));
    let flat =
        flat.filter(col("books.id").gte(placeholder("low")).and(col("books.id").lt(placeholder("high"))));
    let flat = flat.filter(col("authors.id").eq(placeholder("author"))).prepare().unwrap();
    for (low, high, author) in [(1, 9, 1), (95, 200, 2), (50, 50, 1), (1, 100, 7), (3, 5, 2)] {
        let known = col("id").gte(low).and(col("id").lt(high)).and(rel("author").is(col("id").eq(author)));
        let expected = db.query("books").columns(["id"]).filter(known).all().unwrap().to_string();
        let bound = nested.bind(given(low, high, author)).unwrap();
        assert_eq!(bound.all().unwrap().to_string(), expected, "{}", bound.explain());
        assert_eq!(flat.run(given(low, high, author)).unwrap().to_string(), expected);
    }
}

#[test]
fn prepared_queries_go_by_the_indexes_that_their_values_will_fit() {
    let events = table("events")
        .column(Column::integer("kind"))
        .column(Column::integer("day"))
        .column(Column::integer("hour"))
        .index(["kind"])
        .ordered_index(["day", "hour"]);
    let db = Database::new(Schema::new().table(events)).unwrap();
    let event = |n: i64| row! { kind: n * 7 % 50, day: n / 24 % 60, hour: n % 24 };
    db.insert_many("events", (0..3_000).map(event).collect()).unwrap();
    let (by_kind, by_time, scan) = ("by index events_kind_idx", "by index events_day_hour_idx", "scan");
    type Asked = fn(Input, Input) -> Filter;
    let cases: [(&str, Asked); 9] = [
        (by_kind, |a, _| col("kind").eq(a)),
        (by_kind, |a, b| col("kind").is_in([a, b])),
        (by_kind, |a, b| col("kind").eq(a).and(col("hour").gt(b))),
        (by_time, |a, b| col("day").eq(a).and(col("hour").eq(b))),
        (by_time, |a, b| col("day").eq(a).and(col("hour").lte(b))),
        (by_time, |a, b| col("day").gt(a).and(col("day").lte(b))),
        (by_time, |a, _| col("day").is_in([a, Input::from(5)])),
        (scan, |a, b| col("hour").eq(a).and(col("hour").ne(b))),
        (scan, |a, b| col("day").ne(a).and(col("hour").lt(b))),
    ];
    for (way, filter) in cases {
        let open = filter(placeholder("a"), placeholder("b"));
        let prepared = db.query("events").columns(["id"]).filter(open).prepare().unwrap();
        let told = prepared.explain();
        assert!(told.starts_with(&format!("events: {way}")), "{way}: {told}");
        for (a, b) in [(3, 9), (10, 20), (59, 59), (20, 3), (1, 70), (-1, 0)] {
            let known = db.query("events").columns(["id"]).filter(filter(a.into(), b.into()));
            let given = prepared.placeholders().into_iter().map(|(name, _)| {
                let value = if name == "a" { a } else { b };
                (name, Input::from(value))
            });
            let found = prepared.bind(given.collect()).unwrap().all().unwrap();
            assert_eq!(found.to_string(), known.all().unwrap().to_string(), "{told} of {a} and {b}");
        }
    }
}

#[test]
fn a_null_compares_as_unknown() {
    let db = library();
    let query = db.query("authors").filter(col("email").eq(placeholder("email"))).prepare().unwrap();
    assert!(query.bind(row! { email: None::<&str> }).unwrap().all().unwrap().is_empty());
    assert_eq!(query.bind(row! { email: "ann@x.org" }).unwrap().all().unwrap().len(), 1);
}

#[test]
fn placeholders_stand_in_joins_selections_and_groups() {
    let db = library();
    let query = db
        .from("authors")
        .inner_join("books", rel("books"))
        .filter(col("books.id").lte(placeholder("last")))
        .group_by(["authors.id"])
        .select([("name", col("name").append(placeholder("mark"))), ("n", relata::count())])
        .having(col("n").gt(placeholder("least")))
        .prepare()
        .unwrap();
    let page = query.run(row! { last: 5, mark: "!", least: 2 }).unwrap();
    assert_eq!(page.to_string(), r#"{name: "Ann!", n: 3}"#);
    assert_eq!(query.placeholders().map(|(name, _)| name).collect::<Vec<_>>(), ["last", "least", "mark"]);
}

#[test]
fn what_is_missing_unknown_or_of_another_type_is_refused() {
    let db = library();
    let query = db.query("authors").filter(col("id").eq(placeholder("id"))).prepare().unwrap();
    let refused = |values| format!("{:#}", query.bind(values).unwrap_err());
    assert_eq!(
        refused(row! {}),
        "the placeholder `id` has no value\n    help: prepare the query, and give `id` a value when it runs"
    );
    assert_eq!(refused(row! { id: 1, ip: 2 }), "no placeholder `ip` in this query\n    help: there are: id");
    assert_eq!(refused(row! { id: "x" }), "expected integer, found \"x\"\n    at: $.id");
    for error in
        [query.all().unwrap_err(), db.delete("authors", col("id").eq(placeholder("id"))).unwrap_err()]
    {
        assert_eq!(kind(&error), "invalid_query");
    }
    assert!(db.insert("authors", row! { name: placeholder("name") }).is_err());
    let untyped = db.from("authors").value("x", placeholder("x")).prepare().unwrap_err();
    assert_eq!(untyped.to_string(), "nothing tells the type of the placeholder `x`");
}

#[test]
fn limits_offsets_and_cursors_are_given_when_the_query_runs() {
    let db = library();
    let query = db
        .query("authors")
        .columns(["id"])
        .include("books", |books| {
            books
                .columns(["id"])
                .order_by(relata::asc("id"))
                .after(row! { id: placeholder("after") })
                .limit(placeholder("size"))
        })
        .offset(placeholder("skip"))
        .prepare()
        .unwrap();
    let names: Vec<_> = query.placeholders().into_iter().map(|(name, ty)| format!("{name} {ty}")).collect();
    assert_eq!(names, ["skip integer", "size integer", "after integer"]);
    let ask = |size: i64, after: i64, skip: i64| {
        let page = query.bind(row! { size: size, after: after, skip: skip })?.all()?;
        Ok::<_, relata::Error>(page.to_string())
    };
    assert_eq!(ask(2, 5, 1).unwrap(), "{id: 2, books: [{id: 6}, {id: 8}]}");
    assert_eq!(ask(1, 97, 0).unwrap(), "{id: 1, books: [{id: 99}]}\n{id: 2, books: [{id: 98}]}");
    assert_eq!(
        format!("{:#}", ask(-1, 0, 0).unwrap_err()),
        "-1 is out of range for a whole number from 0\n    at: $.size"
    );
    for error in [query.all().map(drop), query.each(|_| ()), query.by_key().get(1).map(drop)] {
        assert_eq!(error.unwrap_err().to_string(), "the placeholder `skip` has no value");
    }
    assert!(query.explain().contains(", first $size per parent"), "{}", query.explain());
}

#[test]
fn a_negative_number_of_rows_is_refused_where_it_stands() {
    let error = library().query("authors").limit(relata::Input::from(-1)).all().unwrap_err();
    assert_eq!(format!("{error:#}"), "-1 is out of range for a whole number from 0\n    at: $.limit");
}

#[test]
fn extras_filters_of_them_and_orders_by_them_are_computed_with_what_is_given() {
    let db = library();
    let query = db
        .query("books")
        .columns(["id"])
        .value("far", (col("id") - placeholder("from")).abs())
        .filter(col("far").lt(placeholder("near")))
        .order_by(relata::asc("far"))
        .limit(placeholder("size"))
        .prepare()
        .unwrap();
    let page = query.bind(row! { from: 50, near: 3, size: 2 }).unwrap().all().unwrap();
    assert_eq!(page.to_string(), "{id: 50, far: 0}\n{id: 49, far: 1}");
    let page = query.bind(row! { from: 1, near: 1, size: 9 }).unwrap().all().unwrap();
    assert_eq!(page.to_string(), "{id: 1, far: 0}");
}

#[test]
fn flat_queries_and_rows_of_a_relation_are_limited_by_placeholders_too() {
    let db = library();
    let flat = db.from("books").columns(["id"]).limit(placeholder("size")).offset(placeholder("skip"));
    let prepared = flat.prepare().unwrap();
    assert_eq!(prepared.run(row! { size: 2, skip: 3 }).unwrap().to_string(), "{id: 4}\n{id: 5}");
    assert_eq!(flat.all().unwrap_err().to_string(), "the placeholder `size` has no value");
    let union = flat.clone().limit(1).offset(0).union_all(flat).prepare().unwrap();
    assert_eq!(union.run(row! { size: 1, skip: 1 }).unwrap().to_string(), "{id: 1}\n{id: 2}");

    let followed = db.query("authors").filter(col("id").eq(placeholder("id"))).follow("books");
    let followed = followed.columns(["id"]).limit(placeholder("size")).prepare().unwrap();
    let bound = followed.bind(row! { id: 2, size: 2 }).unwrap();
    assert_eq!(bound.all().unwrap().to_string(), "{id: 2}\n{id: 4}");
}

#[test]
fn placeholders_stand_wherever_a_condition_stands() {
    let db = library();
    db.update("books", col("id").eq(7), row! { author_id: None::<i64> }).unwrap();
    type Made = fn(relata::Input) -> relata::Filter;
    let cases: [(&str, Made); 7] = [
        ("not", |id| !col("id").lt(id)),
        ("or", |id| col("id").eq(id.clone()).or(col("id").gt(id)).or(col("id").is_null())),
        ("column beside it", |id| col("id").gte(id).and(col("id").gte_column("author_id"))),
        ("like", |id| col("title").like("T1%").and(col("id").gt(id))),
        ("is", |id| rel("author").is(col("id").eq(id))),
        ("is not", |id| rel("author").is_not(col("id").eq(id))),
        ("null", |id| col("author_id").is_null().or(col("id").eq(id))),
    ];
    for (words, made) in cases {
        let query = db.query("books").filter(made(placeholder("id"))).prepare().unwrap();
        for id in [1_i64, 2, 60] {
            let expected = db.query("books").filter(made(id.into())).all().unwrap().to_string();
            assert_eq!(
                query.bind(row! { id: id }).unwrap().all().unwrap().to_string(),
                expected,
                "{words} {id}"
            );
        }
    }
    let cases: [(&str, Made); 3] = [
        ("every", |id| rel("books").every(col("id").gte(id))),
        ("none", |id| rel("books").none(col("id").eq(id))),
        ("some of some", |id| rel("books").some(rel("author").is(col("id").eq(id)))),
    ];
    for (words, made) in cases {
        let query = db.query("authors").filter(made(placeholder("id"))).prepare().unwrap();
        for id in [1_i64, 2, 60] {
            let expected = db.query("authors").filter(made(id.into())).all().unwrap().to_string();
            assert_eq!(
                query.bind(row! { id: id }).unwrap().all().unwrap().to_string(),
                expected,
                "{words} {id}"
            );
        }
    }
}

#[test]
fn placeholders_stand_in_what_is_made_of_related_rows() {
    let db = library();
    let found = |given: &dyn Fn(&str) -> String, bound: bool| {
        let filter = format!(
            r#"{{"AND": [{{"$expr": [{{"$count": "books", "where": {{"id": {{"gt": {0}}}}}}}, {{"gte": 20}}]}},
                {{"$expr": [{{"$sum": {{"books": "id"}}, "where": {{"id": {{"gt": {0}}}}}}}, {{"gt": 100}}]}},
                {{"$expr": [{{"$max": {{"books": "id"}}, "where": {{"id": {{"gt": {0}}}}}}}, {{"isNotNull": true}}]}}]}}"#,
            given("id")
        );
        let filter = serde_json::from_str::<relata::Filter>(&filter).unwrap();
        let query = db.query("authors").filter(filter);
        match bound {
            true => query.prepare().unwrap().bind(row! { id: 60 }).unwrap().all().unwrap().to_string(),
            false => query.all().unwrap().to_string(),
        }
    };
    let expected = found(&|_| "60".into(), false);
    assert!(expected.contains("Ann") && expected.contains("Bob"), "{expected}");
    assert_eq!(found(&|name| format!(r#"{{"$": "{name}"}}"#), true), expected);
}
