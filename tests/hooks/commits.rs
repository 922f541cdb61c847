//! What runs after a commit.

use super::*;

#[test]
fn after_commit_runs_in_the_order_of_the_transaction_and_may_use_the_database() {
    let said = Said::default();
    let ears = said.clone();
    let db = Database::builder(schema())
        .after_commit("users", move |event| {
            ears.say(format!(
                "{:?} -> {:?}",
                event.before().map(|r| r.key()),
                event.after().map(|r| r.key())
            ));
            let line = format!("{} of {}", event.row().key(), event.table());
            event.database().insert("log", row! { line: line }).unwrap();
        })
        .build()
        .unwrap();
    let closure = said.clone();
    db.transaction(|tx| {
        tx.insert("users", user("Ann"))?;
        tx.after_commit(move || closure.say("closure"));
        tx.savepoint("a");
        tx.insert("users", user("Eve"))?;
        tx.rollback_to("a")?;
        let inner: Result<()> = tx.transaction(|tx| {
            tx.insert("users", user("Eve"))?;
            tx.rollback_to("nothing")
        });
        assert!(inner.is_err());
        tx.update("users", Rows::All, row! { name: "Anna" })?;
        tx.delete("users", Rows::All)
    })
    .unwrap();
    let ann = "Some(Key([1]))";
    assert_eq!(
        said.take(),
        [format!("None -> {ann}"), "closure".into(), format!("{ann} -> {ann}"), format!("{ann} -> None")]
    );
    assert_eq!(column(&db, "log", "line"), r#""1 of users","1 of users","1 of users""#);
    let _ = db.transaction(|tx| {
        tx.insert("users", user("Eve"))?;
        tx.rollback_to("nothing")
    });
    assert!(db.insert("users", row! { name: "Eve" }).is_err());
    assert_eq!(said.take(), [""; 0]);
}

#[test]
fn a_panic_after_the_commit_leaves_it_standing_and_the_others_running() {
    let said = Said::default();
    let (loud, closure) = (said.clone(), said.clone());
    let db = Database::builder(schema())
        .after_commit("log", |event| {
            assert_ne!(event.row().get::<&str>("line").unwrap(), "bad", "on purpose")
        })
        .after_commit("log", move |event| loud.say(event.row().get::<&str>("line").unwrap()))
        .build()
        .unwrap();
    let broken = catch_unwind(AssertUnwindSafe(|| {
        db.transaction(|tx| {
            tx.insert("log", row! { line: "bad" })?;
            tx.after_commit(|| panic!("another"));
            tx.after_commit(move || closure.say("closure"));
            tx.insert("log", row! { line: "good" })
        })
    }));
    let panic = broken.unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("on purpose"));
    assert_eq!(said.take(), ["bad", "closure", "good"]);
    assert_eq!(column(&db, "log", "line"), r#""bad","good""#);
    db.insert("log", row! { line: "next" }).unwrap();
    sound(&db);
}

#[test]
fn hooks_after_commits_that_set_each_other_off_for_ever_are_stopped() {
    let errors = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&errors);
    let db = Database::builder(schema())
        .hook_depth(3)
        .after_commit("log", move |event| {
            if let Err(error) = event.database().insert("log", row! { line: "again" }) {
                noted.lock().unwrap().push(kind(&error));
            }
        })
        .build()
        .unwrap();
    db.insert("log", row! { line: "once" }).unwrap();
    assert_eq!(*errors.lock().unwrap(), ["limit_exceeded"]);
    assert_eq!(db.query("log").count().unwrap(), 4);
}

#[test]
fn a_commit_is_told_of_rows_that_went_with_those_of_a_table_without_hooks() {
    let said = Said::default();
    let says = said.clone();
    let db = Database::builder(schema())
        .after_commit("posts", move |event| says.say(format!("{}", event.row().key())))
        .build()
        .unwrap();
    db.insert("users", user("Ann")).unwrap();
    db.insert("posts", row! { title: "a", user_id: 1 }).unwrap();
    assert_eq!(said.take(), ["1"]);
    db.destroy("users", col("id").eq(1)).unwrap();
    assert_eq!(said.take(), ["1"]);
}

#[test]
fn a_row_that_was_written_is_read_printed_and_a_document() {
    let said = Said::default();
    let ears = said.clone();
    let db = Database::builder(schema())
        .after_commit("log", move |event| {
            let row = event.row();
            ears.say(format!("{} {row} {row:?}", row.table()));
            ears.say(serde_json::to_string(&row).unwrap());
            ears.say(format!("{:?}", row.value("line").unwrap()));
            ears.say(kind(&row.value("lien").unwrap_err()));
            ears.say(kind(&row.get::<i64>("line").unwrap_err()));
        })
        .build()
        .unwrap();
    db.insert("log", row! { line: "said" }).unwrap();
    let row = r#"{line: "said"}"#;
    assert_eq!(
        said.take(),
        [
            format!("log {row} {row}"),
            r#"{"line":"said"}"#.into(),
            r#""said""#.into(),
            "unknown_column".into(),
            "invalid_query".into(),
        ]
    );
}
