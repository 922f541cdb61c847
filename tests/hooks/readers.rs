//! Who reads what while hooks run.

use super::*;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// What a writer says: what its hook reads through the database, or nothing when it's done.
type Says = Option<String>;

/// The rows that statements of these tests write.
fn shown(db: &Database) -> String {
    ["users", "posts", "log"].map(|table| rows(db, table)).join(" ")
}

/// The next that a writer says. One that waits for ever fails the test.
fn heard(ears: &Receiver<Says>) -> Result<Says, RecvTimeoutError> {
    ears.recv_timeout(Duration::from_secs(60))
}

/// A hook that writes, reads the database, says what it has read, and waits until it's told to go on.
fn held(
    handle: &Arc<OnceLock<Database>>,
    says: Sender<Says>,
    goes: Receiver<()>,
) -> impl Fn(&mut HookEvent<'_>) -> Result<()> + Send + Sync + 'static {
    let (handle, both) = (Arc::clone(handle), Mutex::new((says, goes)));
    move |event| {
        event.insert("log", row! { line: event.hook().name() })?;
        let both = both.lock().unwrap();
        both.0.send(Some(shown(handle.get().unwrap()))).unwrap();
        both.1.recv().unwrap();
        Ok(())
    }
}

#[test]
fn readers_of_any_thread_see_the_last_commit_while_a_hook_runs() {
    let statements: [fn(&Database) -> Result<()>; 6] = [
        |db| db.insert("users", user("Ann")).map(drop),
        |db| db.insert("posts", row! { title: "One", user_id: 1 }).map(drop),
        |db| db.update("posts", Rows::All, row! { title: "Uno" }).map(drop),
        |db| db.delete("posts", Rows::All).map(drop),
        |db| {
            db.transaction(|tx| {
                tx.insert("posts", row! { title: "Two", user_id: 1 })?;
                tx.transaction(|tx| tx.update("posts", Rows::All, row! { title: "Due" })).map(drop)
            })
        },
        |db| db.destroy("users", Rows::All).map(drop),
    ];
    for add in ALL {
        let handle: Arc<OnceLock<Database>> = Arc::default();
        let ((says, ears), (go, goes)) = (channel(), channel());
        let hook = held(&handle, says.clone(), goes);
        let db = add(Database::builder(schema()), "posts", Box::new(hook)).build().unwrap();
        handle.set(db.clone()).unwrap();
        let mut runs = 0;
        for statement in statements {
            let before = shown(&db);
            thread::scope(|threads| {
                threads.spawn(|| {
                    statement(&db).unwrap();
                    says.send(None).unwrap();
                });
                while let Some(read) = heard(&ears).unwrap() {
                    assert_eq!((&read, &shown(&db)), (&before, &before));
                    let fork = db.fork();
                    sound(&fork);
                    fork.insert("users", user("Eve")).unwrap();
                    assert_eq!(shown(&db), before);
                    go.send(()).unwrap();
                    runs += 1;
                }
            });
            assert_ne!(shown(&db), before);
            sound(&db);
        }
        assert!((1..=2).contains(&runs), "{runs} runs");
    }
}

#[test]
fn readers_and_writers_go_on_while_a_hook_after_a_commit_runs() {
    let ((says, ears), (go, goes)) = (channel(), channel());
    let both = Mutex::new((says.clone(), goes));
    let db = Database::builder(schema())
        .after_commit("posts", move |event| {
            let both = both.lock().unwrap();
            both.0.send(Some(shown(event.database()))).unwrap();
            both.1.recv().unwrap();
        })
        .build()
        .unwrap();
    thread::scope(|threads| {
        threads.spawn(|| {
            db.insert("posts", row! { title: "One" }).unwrap();
            says.send(None).unwrap();
        });
        let read = heard(&ears).unwrap().unwrap();
        assert!(read.contains("One"), "{read}");
        assert_eq!(shown(&db), read);
        db.insert("users", user("Ann")).unwrap();
        go.send(()).unwrap();
        assert_eq!(heard(&ears).unwrap(), None);
    });
    assert_eq!(
        (column(&db, "users", "name"), column(&db, "posts", "title")),
        ("\"Ann\"".into(), "\"One\"".into())
    );
    sound(&db);
}
