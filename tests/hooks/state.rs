//! What hooks see and do of the state.

use super::*;

#[test]
fn hooks_see_the_state_of_the_statement_and_counters_at_its_end() {
    let said = Said::default();
    let (before, after) = (said.clone(), said.clone());
    let counts = |event: &HookEvent<'_>| -> Result<String> {
        let posts = event.query("posts").count()?;
        let page = event.query("users").columns(["posts_count"]).all()?;
        Ok(format!("{posts} posts, {}", page.first().unwrap()))
    };
    let db = Database::builder(schema())
        .before_insert("posts", move |event| {
            before.say(counts(event)?);
            Ok(())
        })
        .after_insert("posts", move |event| {
            after.say(counts(event)?);
            Ok(())
        })
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    let post = || row! { title: "x", user_id: 1 };
    db.insert_many("posts", vec![post(), post()]).unwrap();
    assert_eq!(
        said.take(),
        [
            "0 posts, {posts_count: 0}",
            "1 posts, {posts_count: 0}",
            "2 posts, {posts_count: 2}",
            "2 posts, {posts_count: 2}"
        ]
    );
}

#[test]
fn what_a_hook_writes_is_a_part_of_the_statement() {
    let log = |event: &mut HookEvent<'_>| {
        let line = format!("{} {}", event.hook().name(), event.row().key());
        event.insert("log", row! { line: line }).map(drop)
    };
    let db = Database::builder(schema())
        .before_insert("users", log)
        .after_insert("users", log)
        .after_insert("users", |event| {
            let id: i64 = event.row().get("id")?;
            event.insert("posts", row! { title: "hello", user_id: id })?;
            event.update("users", col("id").eq(id), row! { slug: "greeted" })?;
            event.delete("log", col("line").eq("before_insert 1")).map(drop)
        })
        .after_insert("posts", log)
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    assert_eq!(column(&db, "log", "line"), r#""after_insert 1","after_insert 1""#);
    assert_eq!(column(&db, "users", "posts_count"), "1");
    assert_eq!(column(&db, "users", "slug"), r#""greeted""#);
    sound(&db);
    let before = db.snapshot();
    // The second row's foreign key fails at the very end.
    let rows = vec![row! { title: "x", user_id: 1 }, row! { title: "y", user_id: 9 }];
    assert_eq!(kind(&db.insert_many("posts", rows).unwrap_err()), "foreign_key_violation");
    assert!(before.diff(&db.snapshot()).unwrap().is_empty());
    sound(&db);
}

#[test]
fn a_refused_or_broken_write_of_a_hook_undoes_itself_only() {
    let db = Database::builder(schema())
        .before_insert("posts", |event| {
            if event.row().get::<Option<&str>>("title")? == Some("bad") {
                panic!("on purpose")
            } else {
                Ok(())
            }
        })
        .before_update("users", |event| {
            assert_eq!(kind(&event.insert("posts", row! { user_id: 1 }).unwrap_err()), "not_null_violation");
            event.insert("posts", row! { title: "kept", user_id: 1 })?;
            event.upsert("posts", row! { id: 7, title: "seven", user_id: 1 })?;
            let broken =
                catch_unwind(AssertUnwindSafe(|| event.insert("posts", row! { title: "bad", user_id: 1 })));
            assert!(broken.is_err());
            let stale = event.delete("users", Rows::All.at_version(9)).unwrap_err();
            assert_eq!(kind(&stale), "conflict");
            assert_eq!(event.destroy("posts", col("id").eq(7))?, 1);
            Ok(())
        })
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    db.update("users", Rows::All, row! { name: "Eve" }).unwrap();
    assert_eq!(column(&db, "posts", "title"), r#""kept""#);
    assert_eq!(column(&db, "users", "posts_count"), "1");
    sound(&db);
}

#[test]
fn a_hook_that_comes_back_through_the_database_reads_the_last_commit_and_is_told_to_write_elsewhere() {
    let handle: Arc<OnceLock<Database>> = Arc::default();
    let inner = Arc::clone(&handle);
    let db = Database::builder(schema())
        .before_insert("users", move |event| {
            let db = inner.get().unwrap();
            event.insert("log", row! { line: "unseen" })?;
            assert_eq!((db.query("log").count()?, event.query("log").count()?), (0, 1));
            let refused = [
                db.insert("users", user("Eve")).unwrap_err(),
                db.begin().map(drop).unwrap_err(),
                db.update("log", Rows::All, row! { line: "x" }).unwrap_err(),
            ];
            for error in refused {
                let held = QueryMistake::Transaction(TransactionMistake::HeldByThisThread);
                assert_eq!(error.kind(), &ErrorKind::InvalidQuery(held));
            }
            db.fork().insert("log", row! { line: "elsewhere" })?;
            event.delete("log", Rows::All).map(drop)
        })
        .build()
        .unwrap();
    handle.set(db.clone()).unwrap();
    db.insert("users", user("Ann")).unwrap();
    db.transaction(|tx| tx.insert("users", user("Bob"))).unwrap();
    assert_eq!(column(&db, "users", "name"), r#""Ann","Bob""#);
    assert_eq!(rows(&db, "log"), "[]");
    sound(&db);
}

#[test]
fn hooks_that_set_each_other_off_for_ever_are_stopped() {
    for add in [ALL[0], ALL[1]] {
        let again = |event: &mut HookEvent<'_>| event.insert("log", row! { line: "again" }).map(drop);
        let db = add(Database::builder(schema()).hook_depth(5), "log", Box::new(again)).build().unwrap();
        let error = db.insert("log", row! { line: "once" }).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::LimitExceeded { limit: "hook_depth", allowed: 5 });
        assert_eq!(rows(&db, "log"), "[]");
        sound(&db);
    }
}

#[test]
fn rows_that_a_hook_deletes_are_not_written_any_more() {
    let others = |event: &mut HookEvent<'_>| {
        let id: i64 = event.row().get("id")?;
        event.delete("posts", col("id").gt(id)).map(drop)
    };
    let seeded = |builder: Builder| {
        let db = builder.build().unwrap();
        db.insert("users", user("Ann")).unwrap();
        db.insert_many("posts", (0..4).map(|_| row! { title: "x", user_id: 1 }).collect()).unwrap();
        db
    };
    let db = seeded(Database::builder(schema()).before_update("posts", others));
    db.update("posts", Rows::All, row! { title: "y" }).unwrap();
    assert_eq!(rows(&db, "posts"), r#"[{"id":1,"title":"y","user_id":1}]"#);
    sound(&db);
    let db = seeded(Database::builder(schema()).before_delete("posts", others));
    db.delete("posts", col("id").gt(1)).unwrap();
    assert_eq!(column(&db, "posts", "id"), "1");
    sound(&db);
    let db = seeded(Database::builder(schema()).before_destroy("posts", others));
    db.destroy("users", Rows::All).unwrap();
    assert_eq!(rows(&db, "posts"), "[]");
    sound(&db);
}

#[test]
fn a_row_that_was_added_and_is_gone_again_has_a_key_and_is_not_shown() {
    let remove = |event: &mut HookEvent<'_>| {
        let id: i64 = event.row().get("id")?;
        event.delete("users", col("id").eq(id)).map(drop)
    };
    let db = Database::builder(schema()).after_insert("users", remove).build().unwrap();
    assert_eq!(db.insert("users", user("Ann")).unwrap().to_string(), "1");
    let insert = Statement::Insert { table: "users".into(), rows: vec![user("Bob")] };
    let Outcome::Rows(page) = db.execute(&insert).unwrap() else { panic!("no rows") };
    assert_eq!(page.rows().len(), 0);
    sound(&db);
}

#[test]
fn a_hook_before_a_destroy_can_move_dependents_away() {
    let users = table("users").column(Column::text("name"));
    let posts = table("posts").column(Column::integer("user_id").nullable());
    let schema = Schema::new()
        .table(users)
        .table(posts)
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(Relation::many("users", "posts", "posts").dependent(Dependent::Nullify));
    let db = Database::builder(schema)
        .before_destroy("users", |event| {
            let id: i64 = event.row().get("id")?;
            event.update("posts", col("user_id").eq(id), row! { user_id: 3 }).map(drop)
        })
        .build()
        .unwrap();
    db.insert_many("users", (0..3).map(|_| row! { name: "x" }).collect()).unwrap();
    db.insert_many("posts", (0..4).map(|n| row! { user_id: n % 2 + 1 }).collect()).unwrap();
    db.destroy("users", col("id").lt(3)).unwrap();
    assert_eq!(column(&db, "posts", "user_id"), "3,3,3,3");
    sound(&db);
}

#[test]
fn hooks_that_write_to_forks_for_ever_are_stopped() {
    let handle: Arc<OnceLock<Database>> = Arc::default();
    let inner = Arc::clone(&handle);
    let refused = Said::default();
    let noted = refused.clone();
    let db = Database::builder(schema())
        .hook_depth(4)
        .before_insert("log", move |_| {
            let fork = inner.get().unwrap().fork();
            if let Err(error) = fork.insert("log", row! { line: "elsewhere" }) {
                noted.say(kind(&error));
            }
            Ok(())
        })
        .build()
        .unwrap();
    handle.set(db.clone()).unwrap();
    db.insert("log", row! { line: "here" }).unwrap();
    assert_eq!(refused.take(), ["limit_exceeded"]);
    assert_eq!(column(&db, "log", "line"), r#""here""#);
}
