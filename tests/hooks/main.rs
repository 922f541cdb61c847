//! Code around the writes of rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod commits;
#[path = "../common/mod.rs"]
mod common;
mod random;
mod readers;
mod state;

use common::{column, kind, rows, sound, table};
use relata::{
    Action, Builder, Column, Database, Dependent, ErrorKind, ForeignKey, Hook, HookEvent, Outcome,
    QueryMistake, Relation, Result, Rows, Schema, Statement, Table, TransactionMistake, col, row,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock};

/// Users with posts, which are destroyed with them, and comments, which are deleted with their post.
fn schema() -> Schema {
    let users = table("users")
        .column(Column::text("name"))
        .column(Column::text("slug"))
        .column(Column::integer("posts_count").default(0))
        .column(Column::integer("lock_version").default(0))
        .version("lock_version");
    let posts = table("posts")
        .column(Column::text("title"))
        .column(Column::integer("user_id").nullable())
        .foreign_key(ForeignKey::new(["user_id"], "users"));
    let comments = table("comments")
        .column(Column::integer("post_id"))
        .foreign_key(ForeignKey::new(["post_id"], "posts").on_delete(Action::Cascade));
    Schema::new()
        .table(users)
        .table(posts)
        .table(comments)
        .table(Table::new("log").column(Column::text("line")))
        .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
        .relation(
            Relation::many("users", "posts", "posts")
                .dependent(Dependent::Destroy)
                .counter_cache("posts_count"),
        )
        .relation(Relation::one("comments", "post", "posts").from(["post_id"]).to(["id"]))
        .relation(Relation::many("posts", "comments", "comments"))
}

/// What hooks have said.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<String>>>);

impl Said {
    fn say(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

type Adder = fn(Builder, &str, Box<dyn Fn(&mut HookEvent<'_>) -> Result<()> + Send + Sync>) -> Builder;

/// All hooks around writes.
const ALL: [Adder; 8] = [
    |b, table, hook| b.before_insert(table, hook),
    |b, table, hook| b.after_insert(table, hook),
    |b, table, hook| b.before_update(table, hook),
    |b, table, hook| b.after_update(table, hook),
    |b, table, hook| b.before_delete(table, hook),
    |b, table, hook| b.after_delete(table, hook),
    |b, table, hook| b.before_destroy(table, hook),
    |b, table, hook| b.after_destroy(table, hook),
];

/// A builder all of whose tables say which hooks are run for which rows.
fn talking(said: &Said) -> Builder {
    let mut builder = Database::builder(schema());
    for table in ["users", "posts", "comments"] {
        for add in ALL {
            let said = said.clone();
            let hook = move |event: &mut HookEvent<'_>| {
                said.say(format!("{} {} {}", event.hook().name(), event.table(), event.row().key()));
                Ok(())
            };
            builder = add(builder, table, Box::new(hook));
        }
        let said = said.clone();
        builder = builder.after_commit(table, move |event| {
            said.say(format!("after_commit {} {}", event.table(), event.row().key()));
        });
    }
    builder
}

fn user(name: &str) -> relata::Row {
    row! { name: name, slug: name }
}

#[test]
fn statements_run_the_hooks_of_the_rows_they_write_in_order() {
    let said = Said::default();
    let db = talking(&said).build().unwrap();
    db.insert_many("users", vec![user("Ann"), user("Bob")]).unwrap();
    assert_eq!(
        said.take(),
        [
            "before_insert users 1",
            "before_insert users 2",
            "after_insert users 1",
            "after_insert users 2",
            "after_commit users 1",
            "after_commit users 2"
        ]
    );
    db.update("users", Rows::All, row! { name: "Bob" }).unwrap();
    assert_eq!(said.take(), ["before_update users 1", "after_update users 1", "after_commit users 1"]);
    db.upsert("users", row! { id: 2, name: "Rob", slug: "rob" }).unwrap();
    assert_eq!(said.take(), ["before_update users 2", "after_update users 2", "after_commit users 2"]);
    db.upsert("users", row! { id: 3, name: "Cid", slug: "cid" }).unwrap();
    assert_eq!(said.take(), ["before_insert users 3", "after_insert users 3", "after_commit users 3"]);
    db.delete("users", col("id").eq(3)).unwrap();
    assert_eq!(said.take(), ["before_delete users 3", "after_delete users 3", "after_commit users 3"]);
    sound(&db);
}

#[test]
fn destroying_runs_the_hooks_of_dependents_and_deleting_by_foreign_key_runs_none() {
    let said = Said::default();
    let db = talking(&said).build().unwrap();
    db.insert("users", user("Ann")).unwrap();
    db.insert("posts", row! { title: "One", user_id: 1 }).unwrap();
    db.insert("posts", row! { title: "Two", user_id: 1 }).unwrap();
    db.insert("comments", row! { post_id: 2 }).unwrap();
    assert_eq!(column(&db, "users", "posts_count"), "2");
    said.take();
    db.destroy("users", Rows::All).unwrap();
    assert_eq!(
        said.take(),
        [
            "before_destroy users 1",
            "before_destroy posts 1",
            "before_destroy posts 2",
            "after_destroy users 1",
            "after_destroy posts 1",
            "after_destroy posts 2",
            "after_commit users 1",
            "after_commit posts 1",
            "after_commit posts 2"
        ]
    );
    assert_eq!(rows(&db, "comments"), "[]");
    sound(&db);
}

#[test]
fn loads_differences_and_steps_back_run_none() {
    let said = Said::default();
    let db = talking(&said).history(9).build().unwrap();
    let empty = db.snapshot();
    db.load(|loader| loader.push("users", &user("Ann"))).unwrap();
    let diff = empty.diff(&db.snapshot()).unwrap();
    assert!(db.undo().unwrap());
    diff.apply(&db).unwrap();
    db.rebuild_counters().unwrap();
    assert_eq!(said.take(), [""; 0]);
    assert_eq!(column(&db, "users", "name"), r#""Ann""#);
    // A value that's missing is missed in a load, whatever a hook would have set.
    let missing = db.load(|loader| loader.push("users", &row! { name: "Bob" }));
    assert!(missing.is_err());
}

#[test]
fn before_hooks_set_columns_each_row_by_itself() {
    let slug = |event: &mut HookEvent<'_>| -> Result<()> {
        if event.changes("name")? {
            let slug = event.row().get::<&str>("name")?.to_lowercase();
            event.set("slug", slug)?;
        }
        Ok(())
    };
    let rename = |event: &mut HookEvent<'_>| {
        let before: String = event.before().unwrap().get("name")?;
        let after: String = event.after().unwrap().get("name")?;
        event.set("name", format!("{before}-{after}"))
    };
    let db = Database::builder(schema())
        .before_insert("users", slug)
        .before_update("users", rename)
        .before_update("users", slug)
        .build()
        .unwrap();
    // A column without a value is filled by the hook.
    db.insert_many("users", vec![row! { name: "Ann" }, row! { name: "BOB", slug: "x" }]).unwrap();
    assert_eq!(column(&db, "users", "slug"), r#""ann","bob""#);
    db.update("users", Rows::All, row! { name: "Z" }).unwrap();
    assert_eq!(column(&db, "users", "slug"), r#""ann-z","bob-z""#);
    assert_eq!(column(&db, "users", "lock_version"), "1,1");
    sound(&db);
}

#[test]
fn a_hook_that_takes_the_change_back_leaves_the_row_as_it_was() {
    let said = Said::default();
    let after = said.clone();
    let db = Database::builder(schema())
        .before_update("users", |event| {
            let name: String = event.before().unwrap().get("name")?;
            event.set("name", name)
        })
        .after_update("users", move |_| {
            after.say("updated");
            Ok(())
        })
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    assert_eq!(db.update("users", Rows::All, row! { name: "Eve" }).unwrap(), 1);
    assert_eq!(column(&db, "users", "name"), r#""Ann""#);
    assert_eq!(column(&db, "users", "lock_version"), "0");
    assert_eq!(said.take(), [""; 0]);
}

#[test]
fn hooks_cannot_set_what_keeps_itself_or_what_is_written_already() {
    let errors = Arc::new(Mutex::new(Vec::new()));
    let (before, after) = (Arc::clone(&errors), Arc::clone(&errors));
    let db = Database::builder(schema())
        .before_insert("users", move |event| {
            for (column, value) in
                [("id", 9), ("posts_count", 9), ("lock_version", 9), ("naem", 9), ("name", 9)]
            {
                before.lock().unwrap().push(event.set(column, value).unwrap_err().to_string());
            }
            Ok(())
        })
        .after_insert("users", move |event| {
            after.lock().unwrap().push(event.set("name", "Eve").unwrap_err().to_string());
            Ok(())
        })
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    assert_eq!(
        *errors.lock().unwrap(),
        [
            "`before_insert` can't set `id`: it's generated",
            "`posts_count` can't be written by hand: it counts the rows of `users.posts`",
            "`before_insert` can't set `lock_version`: it counts the changes of its row",
            "no column `naem` on `users`",
            "expected text for users.name, found 9",
            "`after_insert` can't set `name`: only `before_insert` and `before_update` can",
        ]
    );
    assert_eq!(column(&db, "users", "name"), r#""Ann""#);
}

#[test]
fn a_refusal_undoes_the_whole_statement_and_says_who_and_why() {
    for add in ALL {
        let refuse = |event: &mut HookEvent<'_>| {
            let last = event.row().get::<&str>("title")? != "Two";
            if last { Ok(()) } else { Err(event.refuse("not Two")) }
        };
        let db = add(Database::builder(schema()), "posts", Box::new(refuse)).build().unwrap();
        db.insert("users", user("Ann")).unwrap();
        let seed = |db: &Database| {
            db.insert("posts", row! { title: "One", user_id: 1 })?;
            db.insert("posts", row! { title: "Two", user_id: 1 })?;
            db.insert("comments", row! { post_id: 2 })
        };
        let refused = seed(&db)
            .and_then(|_| db.update("posts", Rows::All, row! { user_id: None::<i64> }))
            .and_then(|_| db.update("posts", Rows::All, row! { user_id: 1 }))
            .and_then(|_| {
                db.transaction(|tx| {
                    let before = tx.snapshot();
                    let refused = tx.delete("posts", Rows::All);
                    if refused.is_err() {
                        assert!(before.diff(&tx.snapshot()).unwrap().is_empty());
                        assert_eq!(tx.check(), []);
                    }
                    refused?;
                    tx.rollback_to("nothing").map(|()| 0)
                })
                .or_else(|error| if kind(&error) == "refused" { Err(error) } else { Ok(0) })
            });
        let before = db.snapshot();
        let refused = refused.and_then(|_| db.destroy("users", Rows::All)).unwrap_err();
        let ErrorKind::Refused { table, hook, reason } = refused.kind() else { panic!("{refused:?}") };
        assert_eq!((table.as_str(), reason.as_str()), ("posts", "not Two"));
        assert_eq!(refused.to_string(), format!("{hook} of posts refused: not Two"));
        assert!(before.diff(&db.snapshot()).unwrap().is_empty());
        sound(&db);
        db.insert("posts", row! { title: "Three", user_id: 1 }).unwrap();
        sound(&db);
    }
}

#[test]
fn forks_have_the_hooks_and_a_hook_of_no_table_is_refused() {
    let said = Said::default();
    let db = talking(&said).build().unwrap();
    let fork = db.snapshot().fork();
    fork.insert("users", user("Ann")).unwrap();
    assert_eq!(said.take().len(), 3);
    assert_eq!(rows(&db, "users"), "[]");
    // A table that no key or relation connects with theirs.
    db.insert("log", row! { line: "x" }).unwrap();
    assert_eq!(said.take(), [""; 0]);
    let unknown = Database::builder(schema()).after_update("usres", |_| Ok(())).build().unwrap_err();
    assert_eq!(kind(&unknown), "unknown_table");
    let unknown = Database::builder(schema()).after_commit("usres", |_| ()).build().unwrap_err();
    assert_eq!(kind(&unknown), "unknown_table");
}

#[test]
fn an_event_shows_what_it_is_about() {
    let said = Said::default();
    let (ears, after) = (said.clone(), said.clone());
    let db = Database::builder(schema())
        .before_update("posts", move |event| {
            assert_eq!(event.hook(), Hook::BeforeUpdate);
            assert!(event.changes("title")? && !event.changes("id")? && event.changes("x").is_err());
            ears.say(format!("{event:?}"));
            Ok(())
        })
        .after_commit("posts", move |event| after.say(format!("{event:?}")))
        .build()
        .unwrap();
    db.insert("posts", row! { title: "One" }).unwrap();
    db.update("posts", Rows::All, row! { title: "Uno" }).unwrap();
    let (one, uno) = (r#"{id: 1, title: "One", user_id: null}"#, r#"{id: 1, title: "Uno", user_id: null}"#);
    let both = format!("before: Some({one}), after: Some({uno})");
    assert_eq!(
        said.take(),
        [
            format!("CommitEvent {{ table: \"posts\", before: None, after: Some({one}) }}"),
            format!("HookEvent {{ hook: BeforeUpdate, table: \"posts\", {both} }}"),
            format!("CommitEvent {{ table: \"posts\", {both} }}"),
        ]
    );
}

#[cfg(feature = "json")]
#[test]
fn a_refusal_as_a_document_names_the_hook() {
    let db = Database::builder(schema())
        .before_insert("users", |event| Err(event.refuse("nobody comes in")))
        .build()
        .unwrap();
    let error = db.insert("users", user("Ann")).unwrap_err();
    let document = serde_json::to_string(&relata::json::ErrorDocument(&error)).unwrap();
    assert_eq!(
        document,
        r#"{"error":{"kind":"refused","table":"users","hook":"before_insert","at":"$.values","message":"before_insert of users refused: nobody comes in"}}"#
    );
}

#[test]
fn any_number_of_writes_may_follow_each_other_in_a_hook() {
    let db = Database::builder(schema())
        .after_insert("users", |event| {
            (0..100).try_for_each(|n| event.insert("posts", row! { title: format!("{n}") }).map(drop))
        })
        .before_insert("posts", |event| event.set("user_id", 1))
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    assert_eq!(column(&db, "users", "posts_count"), "100");
    sound(&db);
}

/// Owners of things, which are left, and of boxes, which are destroyed with their owner.
fn owners() -> Builder {
    let owned =
        |name: &str| table(name).column(Column::integer("owner_id").nullable()).ordered_index(["owner_id"]);
    let up = |name: &str| Relation::one(name, "owner", "owners").from(["owner_id"]).to(["id"]);
    let down = |name: &str, dependent| Relation::many("owners", name, name).dependent(dependent);
    let schema = Schema::new()
        .table(table("owners"))
        .table(owned("things"))
        .table(owned("boxes"))
        .relation(up("things"))
        .relation(up("boxes"))
        .relation(down("things", Dependent::Nullify))
        .relation(down("boxes", Dependent::Destroy));
    Database::builder(schema)
}

fn owned(builder: Builder) -> Database {
    let db = builder.build().unwrap();
    db.insert_many("owners", vec![row! {}, row! {}]).unwrap();
    db.insert_many("things", vec![row! { owner_id: 1 }, row! { owner_id: 1 }]).unwrap();
    db.insert("boxes", row! { owner_id: 1 }).unwrap();
    db
}

#[test]
fn what_a_hook_gave_away_meanwhile_keeps_its_new_owner() {
    let db = owned(owners().before_destroy("boxes", |event| {
        event.update("things", col("id").eq(2), row! { owner_id: 2 }).map(drop)
    }));
    db.destroy("owners", col("id").eq(1)).unwrap();
    assert_eq!((column(&db, "things", "owner_id"), column(&db, "boxes", "id")), ("null,2".into(), "".into()));
    sound(&db);
}

#[test]
fn what_a_hook_took_away_meanwhile_stays_away() {
    let db =
        owned(owners().before_destroy("boxes", |event| event.delete("things", col("id").eq(2)).map(drop)));
    db.destroy("owners", col("id").eq(1)).unwrap();
    assert_eq!(rows(&db, "things"), r#"[{"id":1,"owner_id":null}]"#);
    sound(&db);
}

#[test]
fn a_row_that_joined_two_is_destroyed_where_the_relation_says_so() {
    let said = Said::default();
    let says = said.clone();
    let schema = Schema::new()
        .table(table("users"))
        .table(table("groups"))
        .table(table("members").column(Column::integer("user_id")).column(Column::integer("group_id")))
        .relation(
            Relation::many("users", "groups", "groups")
                .from(["id"])
                .through("members", ["user_id"], ["group_id"])
                .to(["id"])
                .dependent(Dependent::Destroy),
        )
        .relation(Relation::many("groups", "users", "users"));
    let db = Database::builder(schema)
        .before_destroy("members", move |event| {
            says.say(event.row().key().to_string());
            Ok(())
        })
        .build()
        .unwrap();
    db.insert("users", row! { groups: [row! {}, row! {}] }).unwrap();
    db.update("users", relata::Key::from(1), row! { groups: relata::nested::disconnect(2) }).unwrap();
    assert_eq!((said.take(), column(&db, "members", "group_id")), (vec!["2".to_string()], "1".into()));
    sound(&db);
}
