//! Hooks that write at random around statements at random: the store stays whole.

use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Something a hook or a statement does; the numbers choose rows.
#[derive(Clone, Copy, Debug)]
enum Act {
    Nothing,
    Refuse,
    Insert(i64),
    Move(i64, i64),
    Rename(i64),
    Rekey(i64, i64),
    Delete(&'static str, i64),
    Destroy(&'static str, i64),
}

fn act() -> impl Strategy<Value = Act> {
    let table = || prop::sample::select(vec!["users", "posts", "comments"]);
    prop_oneof![
        4 => Just(Act::Nothing),
        1 => Just(Act::Refuse),
        3 => (1..4i64).prop_map(Act::Insert),
        2 => (1..9i64, 1..4i64).prop_map(|(post, user)| Act::Move(post, user)),
        2 => (1..4i64).prop_map(Act::Rename),
        1 => (1..4i64, 4..6i64).prop_map(|(from, to)| Act::Rekey(from, to)),
        2 => (table(), 1..9i64).prop_map(|(table, id)| Act::Delete(table, id)),
        2 => (table(), 1..9i64).prop_map(|(table, id)| Act::Destroy(table, id)),
    ]
}

/// Rows about as far as `id`, so that one statement has several.
fn near(id: i64) -> relata::Filter {
    col("id").gte(id).and(col("id").lte(id + 2))
}

fn run_in(event: &mut HookEvent<'_>, act: Act) -> Result<()> {
    match act {
        Act::Nothing => Ok(()),
        Act::Refuse => Err(event.refuse("at random")),
        Act::Insert(user) => event.insert("posts", row! { title: "hook", user_id: user }).map(drop),
        Act::Move(post, user) => event.update("posts", near(post), row! { user_id: user }).map(drop),
        Act::Rename(user) => event.update("users", near(user), row! { slug: user.to_string() }).map(drop),
        Act::Rekey(from, to) => event.update("users", col("id").eq(from), row! { id: to }).map(drop),
        Act::Delete(table, id) => event.delete(table, near(id)).map(drop),
        Act::Destroy(table, id) => event.destroy(table, near(id)).map(drop),
    }
}

fn run_on(db: &Database, act: Act) -> Result<()> {
    match act {
        Act::Nothing => db.insert_many("comments", vec![row! { post_id: 1 }, row! { post_id: 2 }]).map(drop),
        Act::Refuse => db.upsert("users", row! { id: 2, name: "Two", slug: "two" }).map(drop),
        Act::Insert(user) => {
            let post = || row! { title: "new", user_id: user };
            db.insert_many("posts", vec![post(), post()]).map(drop)
        }
        Act::Move(post, user) => db.update("posts", near(post), row! { user_id: user }).map(drop),
        Act::Rename(user) => db.update("users", near(user), row! { name: "renamed" }).map(drop),
        Act::Rekey(from, to) => db.update("users", col("id").eq(from), row! { id: to }).map(drop),
        Act::Delete(table, id) => db.delete(table, near(id)).map(drop),
        Act::Destroy(table, id) => db.destroy(table, near(id)).map(drop),
    }
}

/// A database whose hooks do one thing after the other; every second one minds whether it's refused.
fn restless(acts: Vec<Act>) -> Database {
    let turn = Arc::new(AtomicUsize::new(0));
    let acts = Arc::new(acts);
    let mut builder = Database::builder(schema()).hook_depth(2);
    for table in ["users", "posts", "comments"] {
        for add in ALL {
            let (turn, acts) = (Arc::clone(&turn), Arc::clone(&acts));
            let hook = move |event: &mut HookEvent<'_>| {
                let at = turn.fetch_add(1, Ordering::Relaxed);
                let done = run_in(event, acts[at % acts.len()]);
                if at % 2 == 0 { done } else { Ok(()) }
            };
            builder = add(builder, table, Box::new(hook));
        }
    }
    let db = builder.build().unwrap();
    db.load(|loader| {
        for name in ["one", "two", "three"] {
            loader.push("users", &user(name))?;
        }
        (0..6).try_for_each(|n| loader.push("posts", &row! { title: "seed", user_id: n % 3 + 1 }))?;
        (0..6).try_for_each(|n| loader.push("comments", &row! { post_id: n + 1 }))
    })
    .unwrap();
    db
}

proptest! {
    #[test]
    fn whatever_hooks_write_the_store_stays_whole_and_a_refused_statement_leaves_nothing(
        hooks in prop::collection::vec(act(), 1..24),
        statements in prop::collection::vec(act(), 1..12),
    ) {
        let db = restless(hooks);
        for act in statements {
            let before = db.snapshot();
            let done = run_on(&db, act);
            prop_assert_eq!(db.check(), vec![]);
            if done.is_err() {
                prop_assert!(before.diff(&db.snapshot()).unwrap().is_empty());
            }
        }
    }
}
