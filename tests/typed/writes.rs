//! Inserts, updates, upserts and deletes.

use crate::blog::{Comment, NewComment, NewPost, NewUser, Post, Profile, State, Tag, User, filled};
use relata::typed::{Database, Id};

#[test]
fn what_the_store_makes_is_left_out_of_an_insert() {
    let db = Database::new::<crate::blog::Blog>().unwrap();
    let ann = db.insert(NewUser { email: "ann@x.org".into(), nick: None, invited_by: None }).unwrap();
    let post = db.insert(NewPost::new(ann, "Dune")).unwrap();
    let stored = Post { id: post, author_id: ann, title: "Dune".into(), state: State::Draft, score: 0 };
    assert_eq!(db.get(post).unwrap(), Some(stored));
    assert_eq!(db.get(ann).unwrap().unwrap().post_count, 1);
    assert_eq!(
        format!("{:?}", NewPost::new(ann, "Dune").score(2)),
        r#"NewPost {author_id: 1, title: "Dune", score: 2}"#
    );
}

#[test]
fn a_whole_model_is_inserted_with_its_key_and_without_its_counter() {
    let db = Database::new::<crate::blog::Blog>().unwrap();
    let ann = User { id: Id::new(40), email: "a".into(), nick: None, post_count: 7, invited_by: None };
    assert_eq!(db.insert(ann).unwrap(), Id::new(40));
    assert_eq!(db.get(Id::<User>::new(40)).unwrap().unwrap().post_count, 0);
    assert_eq!(db.insert(NewUser::new("b")).unwrap(), Id::new(41));
}

#[test]
fn updates_write_what_they_name() {
    let db = filled();
    let ann = Id::<User>::new(1);
    assert!(db.update(ann, |u| u.nick().set("Annie")).unwrap());
    assert!(db.update(ann, |u| u.nick().set(None).and(u.email().set("new@x.org"))).unwrap());
    assert!(!db.update(Id::<User>::new(99), |u| u.nick().set("?")).unwrap());
    let user = db.get(ann).unwrap().unwrap();
    assert_eq!((user.email.as_str(), user.nick), ("new@x.org", None));
    assert_eq!(db.update_where::<Post>(|p| p.score().lt(6), |p| p.state().set(State::Published)).unwrap(), 2);
    assert!(db.update(ann, |u| u.email().set("bob@x.org")).is_err());
}

#[test]
fn a_closure_changes_a_model_and_only_what_differs_is_written() {
    let db = filled();
    let post = Id::<Post>::new(2);
    let before = db.untyped().snapshot();
    assert!(db.modify(post, |p: &mut Post| p.score += 10).unwrap());
    assert!(db.modify(post, |_| ()).unwrap());
    assert!(!db.modify(Id::<Post>::new(99), |_| ()).unwrap());
    let diff = before.diff(&db.untyped().snapshot()).unwrap().to_string();
    assert!(diff.contains("score") && !diff.contains("title"), "{diff}");
    let refused = db.modify(post, |p| p.score = -1).unwrap_err();
    assert_eq!(refused.kind().name(), "check_violation");
}

#[test]
fn upserts_deletes_and_destroys_go_by_key_or_filter() {
    let db = filled();
    let bob = db.upsert(NewUser::new("bob@x.org").nick("Rob")).unwrap();
    assert_eq!((bob, db.get(bob).unwrap().unwrap().nick.unwrap()), (Id::new(2), "Rob".to_owned()));
    assert!(db.delete(Id::<Comment>::new(1)).unwrap());
    assert!(!db.delete(Id::<Comment>::new(1)).unwrap());
    assert_eq!(db.delete_where::<Comment>(|c| c.author_id().is_null()).unwrap(), 1);
    assert!(db.delete::<Profile>((Id::new(1),)).unwrap());
    assert!(db.destroy(bob).unwrap());
    assert_eq!(db.destroy_where::<User>(|u| u.post_count().eq(0)).unwrap(), 1);
    assert_eq!((db.query::<User>().count().unwrap(), db.query::<Post>().count().unwrap()), (1, 2));
    assert_eq!(db.check(), []);
}

#[test]
fn a_transaction_is_all_or_nothing() {
    let db = filled();
    let refused = db.transaction(|tx| {
        let dot = tx.insert(NewUser::new("dot@x.org"))?;
        let post = tx.insert(NewPost::new(dot, "Dots"))?;
        tx.insert(NewComment::new(post, "first").author_id(dot))?;
        assert_eq!(tx.get(dot)?.unwrap().post_count, 1);
        assert_eq!(tx.query::<Comment>().count()?, 3);
        let inner = tx.transaction(|tx| tx.insert(NewUser::new("ann@x.org")));
        assert!(inner.is_err());
        tx.modify(post, |p: &mut Post| p.score = -5)
    });
    assert!(refused.is_err());
    assert_eq!((db.query::<User>().count().unwrap(), db.query::<Comment>().count().unwrap()), (3, 2));
}

#[derive(relata::typed::Model, Clone, Debug, PartialEq)]
struct Draft {
    #[relata(key, generated)]
    id: Id<Draft>,
    text: String,
    #[relata(version)]
    edition: i32,
}

#[test]
fn a_stale_write_is_told_by_its_version() {
    let db = Database::new::<Draft>().unwrap();
    let draft = db.insert(NewDraft::new("first")).unwrap();
    let seen = db.get(draft).unwrap().unwrap();
    assert!(db.modify(draft, |d: &mut Draft| d.text.push('!')).unwrap());
    assert_eq!(db.get(draft).unwrap().unwrap().edition, seen.edition + 1);
    let stale = db.update(draft, |d| d.text().set("mine").and(d.edition().set(seen.edition))).unwrap_err();
    assert_eq!(stale.kind().name(), "conflict");
}

#[test]
fn rows_are_written_along_relations_all_or_nothing() {
    let db = filled();
    let dot = db
        .insert_with(NewUser::new("dot@x.org"), |u| {
            u.posts()
                .create(|p| p.title().set("One").and(p.comments().create(|c| c.body().set("nested"))))
                .and(u.posts().create(|p| p.title().set("Two")))
        })
        .unwrap();
    assert_eq!(db.get(dot).unwrap().unwrap().post_count, 2);
    let posts =
        db.query::<Post>().filter(|p| p.author_id().eq(dot)).select(|p| (p.id(), p.title())).all().unwrap();
    let [(one, _), (two, _)] = <[_; 2]>::try_from(posts.to_vec()).unwrap();

    let tag = Id::<Tag, String>::new("scifi".into());
    db.update(one, |p| p.title().set("Uno").and(p.tags().connect(tag.clone()))).unwrap();
    db.update(dot, |u| u.posts().update(two, |p| p.score().set(4)).and(u.posts().delete(one))).unwrap();
    assert_eq!(db.get(two).unwrap().unwrap().score, 4);
    assert!(db.get(one).unwrap().is_none());
    db.update(two, |p| p.tags().set([tag.clone()])).unwrap();
    db.update(two, |p| p.tags().disconnect(tag)).unwrap();

    let comment = db.create::<Comment>(|c| {
        let post = c.post().create(|p| p.title().set("New").and(p.author_id().set(dot)));
        c.body().set("first").and(post)
    });
    assert_eq!(db.get(comment.unwrap()).unwrap().unwrap().body, "first");

    // A key that is null unless it's given is given by what is written along the relation.
    let new = NewComment::new(two, "signed");
    let signed = db.insert_with(new, |c| c.author().create(|u| u.email().set("fay@x.org"))).unwrap();
    assert!(db.get(signed).unwrap().unwrap().author_id.is_some());

    let before = db.query::<Post>().count().unwrap();
    let refused = db.update(dot, |u| {
        u.posts().create(|p| p.title().set("Three")).and(u.posts().update(Id::new(1), |p| p.score().set(9)))
    });
    assert!(refused.is_err(), "a post of somebody else");
    let refused = db.insert_with(NewUser::new("eve@x.org"), |u| u.posts().create(|p| p.score().set(1)));
    assert_eq!(refused.unwrap_err().kind().name(), "not_null_violation");
    assert_eq!(db.query::<Post>().count().unwrap(), before);
    assert_eq!(db.check(), []);
}
