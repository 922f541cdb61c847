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
    let error = db.insert("comments", row! { body: "d", commentable: row! { title: "P4" } }).unwrap_err();
    assert_eq!(kind(&error), "invalid_query");
    sound(&db);
}
