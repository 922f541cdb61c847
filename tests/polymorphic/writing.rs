//! What writes keep up along polymorphic relations.

use super::*;

#[test]
fn a_counter_follows_a_change_of_the_polymorphic_type() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "posts", 1), comment("b", "posts", 1)]).unwrap();
    assert_eq!(counts(&db), "2,0 0,0");
    db.update("comments", key(1), row! { commentable_type: "photos" }).unwrap();
    assert_eq!(counts(&db), "1,0 1,0");
    db.update("comments", key(1), row! { commentable_id: 2 }).unwrap();
    assert_eq!(counts(&db), "1,0 0,1");
    db.update("comments", key(1), row! { commentable_type: "users" }).unwrap();
    assert_eq!(counts(&db), "1,0 0,0");
    db.update("comments", key(1), row! { commentable_type: "posts" }).unwrap();
    assert_eq!(counts(&db), "1,1 0,0");
    sound(&db);
    db.update("comments", col("id").gt(0), row! { commentable_type: Value::Null }).unwrap();
    assert_eq!(counts(&db), "0,0 0,0");
    sound(&db);
}

#[test]
fn both_targets_are_touched_when_only_the_type_changes() {
    let db = db();
    db.insert("comments", comment("a", "posts", 1)).unwrap();
    let touched = |table: &str| column(&db, table, "updated_at");
    let (posts, photos) = (touched("posts"), touched("photos"));
    assert!(posts.starts_with("\"1970") && photos.starts_with("null"), "{posts} {photos}");
    db.update("comments", key(1), row! { commentable_type: "photos" }).unwrap();
    assert_ne!((touched("posts"), touched("photos")), (posts.clone(), photos.clone()));
    assert_ne!(touched("posts"), posts);
    assert!(touched("photos").starts_with("\"1970"));
    let before = touched("posts");
    db.delete("comments", key(1)).unwrap();
    assert_eq!(touched("posts"), before);
    sound(&db);
}

#[test]
fn children_wait_for_their_target_by_type_and_key() {
    let db = db();
    db.insert("comments", comment("early", "photos", 7)).unwrap();
    db.insert("posts", row! { id: 7, title: "P7" }).unwrap();
    assert_eq!(db.query("comments").filter(rel("commentable").exists()).count().unwrap(), 0);
    db.insert("photos", row! { id: 7, title: "F7" }).unwrap();
    assert_eq!(counts(&db), "0,0,0 0,0,1");
    db.delete("photos", key(7)).unwrap();
    db.update("comments", key(1), row! { commentable_type: "posts" }).unwrap();
    assert_eq!(counts(&db), "0,0,1 0,0");
    sound(&db);
}

fn with_dependent(dependent: Dependent) -> Database {
    let mut schema = schema();
    for relation in schema.relations.iter_mut().filter(|relation| relation.as_.is_some()) {
        relation.dependent = Some(dependent);
    }
    let db = seeded(schema);
    db.insert_many(
        "comments",
        vec![comment("a", "posts", 1), comment("b", "photos", 1), comment("c", "posts", 2)],
    )
    .unwrap();
    db
}

#[test]
fn dependents_are_those_of_the_type() {
    let db = with_dependent(Dependent::Destroy);
    db.destroy("posts", key(1)).unwrap();
    assert_eq!(column(&db, "comments", "body"), r#""b","c""#);
    sound(&db);
    let db = with_dependent(Dependent::Restrict);
    let error = db.destroy("posts", key(1)).unwrap_err();
    assert_eq!(kind(&error), "restrict_violation");
    db.update("comments", key(1), row! { commentable_type: "photos" }).unwrap();
    db.destroy("posts", key(1)).unwrap();
    sound(&db);
}

#[test]
fn a_polymorphic_nullify_clears_id_and_type() {
    let db = with_dependent(Dependent::Nullify);
    db.destroy("posts", key(1)).unwrap();
    assert_eq!(
        rows(&db, "comments"),
        concat!(
            r#"[{"id":1,"body":"a","commentable_type":null,"commentable_id":null},"#,
            r#"{"id":2,"body":"b","commentable_type":"photos","commentable_id":1},"#,
            r#"{"id":3,"body":"c","commentable_type":"posts","commentable_id":2}]"#
        )
    );
    assert_eq!(counts(&db), "1 1,0");
    sound(&db);
}

#[test]
fn a_row_takes_its_polymorphic_target_along() {
    let mut schema = schema();
    schema.relations[2].dependent = Some(Dependent::Destroy);
    let db = seeded(schema);
    db.insert_many("comments", vec![comment("a", "photos", 2), comment("b", "posts", 1)]).unwrap();
    db.destroy("comments", key(1)).unwrap();
    assert_eq!((column(&db, "photos", "id"), column(&db, "posts", "id")), ("1".into(), "1,2".into()));
    sound(&db);
}

#[test]
fn a_rollback_a_load_and_an_undo_keep_polymorphic_links_right() {
    let db = db();
    db.insert("comments", comment("a", "posts", 1)).unwrap();
    let before = (counts(&db), rows(&db, "comments"));
    let refused: relata::Result<()> = db.transaction(|tx| {
        tx.update("comments", key(1), row! { commentable_type: "photos" })?;
        tx.delete("posts", key(1))?;
        tx.insert("posts", row! { title: "no such", user_id: 42 }).map(drop)
    });
    assert!(refused.is_err());
    assert_eq!((counts(&db), rows(&db, "comments")), before);
    sound(&db);
    db.load(|load| {
        load.push("comments", &comment("b", "photos", 2))?;
        load.push("photos", &row! { title: "F3" })?;
        load.push("comments", &comment("c", "photos", 3))
    })
    .unwrap();
    assert_eq!(counts(&db), "1,0 0,1,1");
    sound(&db);
}

#[test]
fn a_polymorphic_relation_without_a_match_is_tolerated_unless_required() {
    let db = db();
    db.insert_many("comments", vec![comment("a", "nothing", 1), comment("b", "posts", 99)]).unwrap();
    sound(&db);
    let mut schema = schema();
    schema.relations[2].optional = Some(false);
    let db = seeded(schema);
    let refused = |row| kind(&db.insert("comments", row).unwrap_err());
    assert_eq!(refused(comment("a", "nothing", 1)), "check_violation");
    assert_eq!(refused(row! { body: "a" }), "check_violation");
    assert_eq!(refused(row! { body: "a", commentable_type: "posts" }), "check_violation");
    assert_eq!(refused(comment("b", "posts", 99)), "foreign_key_violation");
    db.insert("comments", comment("c", "posts", 1)).unwrap();
    let other = db.update("comments", col("body").eq("c"), row! { commentable_type: "x" });
    assert_eq!(kind(&other.unwrap_err()), "check_violation");
    assert_eq!(kind(&db.delete("posts", key(1)).unwrap_err()), "foreign_key_violation");
    db.delete("photos", key(1)).unwrap();
    sound(&db);
}

#[test]
fn a_cascade_below_a_polymorphic_target_is_exact() {
    let mut schema = schema();
    schema.tables[1].foreign_keys[0].on_delete = Action::Cascade;
    let db = seeded(schema);
    db.insert_many("comments", vec![comment("a", "posts", 1), comment("b", "photos", 1)]).unwrap();
    db.delete("users", key(1)).unwrap();
    assert_eq!((counts(&db), db.query("comments").count().unwrap()), ("0 1,0".into(), 2));
    db.insert("posts", row! { id: 1, title: "again" }).unwrap();
    assert_eq!(column(&db, "posts", "comments_count"), "0,1");
    sound(&db);
}

/// What stands in each comment, by its id.
fn comments(db: &Database) -> std::collections::BTreeMap<i64, (Option<String>, Option<i64>, String)> {
    let snapshot = db.snapshot();
    let row = |row: relata::RowRef<'_>| {
        let kind = row.get::<Option<&str>>("commentable_type").unwrap().map(str::to_owned);
        let body = row.get::<&str>("body").unwrap().to_owned();
        (row.get("id").unwrap(), (kind, row.get("commentable_id").unwrap(), body))
    };
    snapshot.table("comments").unwrap().iter().map(row).collect()
}

#[test]
fn random_writes_touch_the_targets_before_and_after_and_no_others() {
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let read = std::sync::Arc::clone(&clock);
    let now = move || jiff::Timestamp::from_second(read.load(std::sync::atomic::Ordering::Relaxed)).unwrap();
    let db = Database::builder(schema()).clock(now).build().unwrap();
    for table in ["posts", "photos"] {
        db.insert_many(table, vec![row! { title: "1" }, row! { title: "2" }, row! { title: "3" }]).unwrap();
    }
    let mut seed = 7u64;
    let mut below = move |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % n
    };
    let times = |table: &str| -> Vec<Option<jiff::Timestamp>> {
        let page = db.query(table).all().unwrap();
        page.iter().map(|row| row.get("updated_at").unwrap()).collect()
    };
    for step in 1..400 {
        clock.store(step, std::sync::atomic::Ordering::Relaxed);
        let (before, posts, photos) = (comments(&db), times("posts"), times("photos"));
        let kind = ["posts", "photos", "others"][below(3) as usize];
        let id = 1 + below(4) as i64;
        let some = col("id").gte(step / 3 - below(6) as i64).and(col("id").lte(step / 3 + below(4) as i64));
        match below(6) {
            0 | 1 => drop(db.insert("comments", comment("x", kind, id)).unwrap()),
            2 => drop(db.update("comments", some, row! { commentable_type: kind }).unwrap()),
            3 => drop(db.update("comments", some, row! { commentable_id: id }).unwrap()),
            4 => drop(db.update("comments", some, row! { body: kind }).unwrap()),
            _ => drop(db.delete("comments", some).unwrap()),
        }
        let after = comments(&db);
        let touched = |table: &str, id: i64| {
            let leads = |one: Option<&(Option<String>, Option<i64>, String)>| {
                one.is_some_and(|(kind, key, _)| kind.as_deref() == Some(table) && *key == Some(id))
            };
            let mut all = before.keys().chain(after.keys());
            all.any(|key| {
                let (old, new) = (before.get(key), after.get(key));
                old != new && (leads(old) || leads(new))
            })
        };
        for (table, old) in [("posts", posts), ("photos", photos)] {
            for (at, (old, new)) in old.into_iter().zip(times(table)).enumerate() {
                let now = Some(jiff::Timestamp::from_second(step).unwrap());
                let expected = if touched(table, 1 + at as i64) { now } else { old };
                assert_eq!(new, expected, "{table} {} in step {step}", at + 1);
            }
        }
        sound(&db);
    }
}

#[test]
fn rows_written_along_a_relation_get_key_and_type() {
    let db = db();
    let post = row! { title: "P3", comments: [row! { body: "a" }, row! { body: "b" }] };
    db.insert("posts", post).unwrap();
    db.update("photos", key(1), row! { comments: nested::create(row! { body: "c" }) }).unwrap();
    let types = |db: &Database| {
        format!("{} {}", column(db, "comments", "commentable_type"), column(db, "comments", "commentable_id"))
    };
    assert_eq!(types(&db), r#""posts","posts","photos" 3,3,1"#);
    assert_eq!(counts(&db), "0,0,2 1,0");
    // A row that is brought over from another type leaves its old target.
    db.update("photos", key(2), row! { comments: nested::connect(1) }).unwrap();
    assert_eq!(counts(&db), "0,0,1 1,1");
    db.relation("photos", 2, "comments").unwrap().remove(1).unwrap();
    assert_eq!(types(&db), r#"null,"posts","photos" null,3,1"#);
    assert_eq!(counts(&db), "0,0,1 1,0");
    sound(&db);
}

/// The types and keys of all comments.
fn targets(db: &Database) -> String {
    sound(db);
    let (types, ids) = (column(db, "comments", "commentable_type"), column(db, "comments", "commentable_id"));
    format!("{} {ids}", types.replace('"', ""))
}

fn refusal(result: relata::Result<impl Sized>) -> String {
    let Err(error) = result else { panic!("nothing was refused") };
    format!("{}: {error} @ {}", kind(&error), error.path())
}

#[test]
fn a_target_is_made_connected_changed_and_left_by_the_table_that_is_named() {
    let db = db();
    let on =
        |table: &str, write: nested::Write| row! { body: "c", commentable: nested::on_table(table, write) };
    db.insert("comments", on("posts", row! { title: "P3" }.into())).unwrap();
    db.insert("comments", on("photos", nested::connect(2).into())).unwrap();
    db.insert("comments", on("posts", nested::connect_or_create(1, row! { title: "x" }).into())).unwrap();
    assert_eq!((targets(&db), counts(&db)), ("posts,photos,posts 3,2,1".into(), "1,0,1 0,1".into()));
    let update = |id: i64, table: &str, write: nested::Write| {
        db.update("comments", key(id), row! { commentable: nested::on_table(table, write) })
    };
    // From one table to the other: both counters move.
    update(1, "photos", nested::create(row! { title: "F3" }).into()).unwrap();
    update(3, "photos", nested::connect(3).into()).unwrap();
    assert_eq!((targets(&db), counts(&db)), ("photos,photos,photos 3,2,3".into(), "0,0,0 0,1,2".into()));
    update(1, "photos", row! { id: 3, title: "same" }.into()).unwrap();
    update(2, "photos", nested::update(nested::Pick::All, row! { title: "changed" }).into()).unwrap();
    assert_eq!(column(&db, "photos", "title"), r#""F1","changed","same""#);
    let no_post = update(1, "posts", nested::update(nested::Pick::All, row! { title: "x" }).into());
    assert_eq!(
        refusal(no_post),
        "not_found: `comments.commentable on posts` leads to no row @ set.commentable.posts.update[0]"
    );
    update(1, "photos", nested::disconnect(nested::Pick::All).into()).unwrap();
    update(2, "photos", nested::delete(nested::Pick::All).into()).unwrap();
    assert_eq!((targets(&db), counts(&db)), ("null,null,photos null,null,3".into(), "0,0,0 0,1".into()));
    assert_eq!(column(&db, "photos", "id"), "1,3");
}

#[test]
fn a_target_is_written_by_rules_like_any_parent() {
    let mut schema = schema();
    let rules = relata::NestedAttributes::new().allow_destroy().update_only();
    schema.relations[2].nested = Some(rules);
    let text = schema.to_json();
    let db = seeded(Schema::from_json(&text).unwrap());
    db.insert("comments", comment("a", "posts", 1)).unwrap();
    let update = |table: &str, given: relata::Row| {
        db.update("comments", key(1), row! { commentable_attributes: nested::on_table(table, given) })
    };
    update("posts", row! { title: "only" }).unwrap();
    assert_eq!(column(&db, "posts", "title"), r#""only","P2""#);
    update("photos", row! { title: "new" }).unwrap();
    assert_eq!((targets(&db), counts(&db)), ("photos 3".into(), "0,0 0,0,1".into()));
    update("photos", row! { id: 3, _destroy: true }).unwrap();
    assert_eq!((targets(&db), counts(&db)), ("null null".into(), "0,0 0,0".into()));
}

#[test]
fn a_target_without_a_table_or_with_another_is_refused() {
    let db = db();
    let insert =
        |write: relata::Input| refusal(db.insert("comments", row! { body: "b" }.set("commentable", write)));
    assert_eq!(
        insert(row! { title: "P4" }.into()),
        "invalid_query: `comments.commentable` leads to rows of several tables, and none is named \
         @ values.commentable"
    );
    assert!(insert(nested::connect(1).into()).contains("none is named"));
    assert_eq!(
        insert(nested::on_table("users", nested::connect(1)).into()),
        "invalid_query: `commentable` doesn't lead to `users` @ values.commentable"
    );
    let twice = nested::on_table("posts", nested::on_table("photos", nested::connect(1)));
    assert!(insert(twice.into()).contains("`on` `photos` stands where no relation leads to several tables"));
    let missing = nested::on_table("posts", nested::connect(9));
    assert_eq!(
        insert(missing.into()),
        "not_found: no row has posts.id = 9 @ values.commentable.posts.connect[0]"
    );
    let contradicted =
        row! { commentable_type: "photos", commentable: nested::on_table("posts", nested::connect(1)) };
    assert!(refusal(db.insert("comments", contradicted.set("body", "b"))).starts_with(
        "invalid_query: `commentable_type` is given by `comments.commentable on posts`, and the row gives another value"
    ));
    let plain = db.insert("posts", row! { title: "x", user: nested::on_table("users", nested::connect(1)) });
    assert!(refusal(plain).contains("stands where no relation leads to several tables"));
    assert_eq!((db.query("comments").count().unwrap(), column(&db, "posts", "id")), (0, "1,2".into()));
}

#[test]
fn a_document_names_the_table_of_a_target_and_is_answered_with_it() {
    let db = db();
    let run = |text: &str| db.run_json(text).unwrap().trim_end().to_owned();
    assert_eq!(
        run(r#"{"insert": "comments", "values": [
            {"body": "a", "commentable": {"posts": {"title": "P3", "user": {"name": "Eve"}}}},
            {"body": "b", "commentable": {"photos": {"connect": 1}}}]}"#),
        concat!(
            r#"{"result":[{"id":1,"body":"a","commentable_type":"posts","commentable_id":3,"commentable":"#,
            r#"{"id":3,"title":"P3","comments_count":1,"updated_at":"1970-01-01T00:00:00Z","user_id":2,"#,
            r#""user":{"id":2,"name":"Eve"}}},{"id":2,"body":"b","commentable_type":"photos","commentable_id":1,"#,
            r#""commentable":{"id":1,"title":"F1","comments_count":1,"updated_at":"1970-01-01T00:00:00Z","url":"u"}}]}"#
        )
    );
    assert_eq!(
        run(
            r#"{"update": "comments", "where": {"id": 2}, "set": {"commentable": {"posts": {"create": {"title": "P4"}}}}}"#
        ),
        r#"{"result":1}"#
    );
    assert_eq!((targets(&db), counts(&db)), ("posts,posts 3,4".into(), "0,0,1,1 0,0".into()));
    let refused =
        run(r#"{"update": "comments", "where": {"id": 2}, "set": {"commentable": {"connect": 1}}}"#);
    assert!(refused.contains("`commentable` doesn't lead to `connect`"), "{refused}");
    let refused = run(r#"{"update": "comments", "where": {"id": 2}, "set": {"commentable": {}}}"#);
    assert!(refused.contains("name one, as in"), "{refused}");
    let printed = row! { commentable: nested::on_table("posts", nested::connect(1)) };
    assert_eq!(printed.to_string(), "{commentable: {posts: {connect: [1]}}}");
}
