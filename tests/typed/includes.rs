//! What is included, and what its type says.

use crate::blog::{Post, PostRow, Tag, User, filled};
use relata::typed::{Id, Rows};

#[test]
fn an_include_gives_typed_children_of_children() {
    let db = filled();
    let page = db
        .query::<User>()
        .include(|u| {
            u.posts()
                .filter(|p| p.score().gte(3))
                .order_by(|p| p.score().desc())
                .limit(5)
                .include(|p| p.comments().include(|c| c.author()))
                .include(|p| p.author())
        })
        .order_by(|u| u.email().asc())
        .all()
        .unwrap();
    let mut seen = Vec::new();
    for user in &page {
        for post in user.posts() {
            assert_eq!(post.author().email(), user.email());
            for comment in post.comments() {
                seen.push((post.title(), comment.body(), comment.author().map(|a| a.email())));
            }
        }
    }
    assert_eq!(seen, [("Dune", "great", Some("bob@x.org")), ("Sand", "dry", None)]);
}

#[test]
fn relations_are_included_in_any_order() {
    let db = filled();
    let page = db
        .query::<User>()
        .include(|u| u.profile())
        .include(|u| u.inviter())
        .include(|u| u.posts().count())
        .include(|u| u.drafts())
        .include(|u| u.comments().filter(|c| c.body().eq("nothing")).count())
        .all()
        .unwrap();
    let found: Vec<_> = page
        .iter()
        .map(|u| {
            (
                u.posts(),
                u.comments(),
                u.drafts().len(),
                u.profile().map(|p| p.bio()),
                u.inviter().map(|i| i.id().into_inner()),
            )
        })
        .collect();
    assert_eq!(found, [(2, 0, 1, Some("Reads."), None), (1, 0, 1, None, Some(1)), (0, 0, 0, None, None)]);
}

#[test]
fn a_junction_and_a_chain_lead_to_the_far_rows() {
    let db = filled();
    let page = db.query::<Post>().include(|p| p.tags()).all().unwrap();
    let tags: Vec<Vec<&str>> =
        page.iter().map(|p| p.tags().iter().map(|t| *t.name().get()).collect()).collect();
    assert_eq!(tags, [vec!["desert", "scifi"], vec!["desert"], vec![]]);

    let desert = db.query::<Tag>().filter(|t| t.name().eq(Id::new("desert".to_owned())));
    assert_eq!(desert.include(|t| t.posts()).one().unwrap().row().posts().len(), 2);

    let read = db.query::<User>().include(|u| u.read_comments()).all().unwrap();
    assert_eq!(read.iter().map(|u| u.read_comments().len()).collect::<Vec<_>>(), [2, 0, 0]);
}

/// Only all of the posts can be counted.
fn count_all(posts: Rows<'_, Post>) -> usize {
    posts.len()
}

fn titles<'p, I, X>(posts: Rows<'p, Post, I, X>) -> Vec<&'p str> {
    posts.iter().map(PostRow::title).collect()
}

#[test]
fn a_function_can_ask_for_the_complete_set() {
    let db = filled();
    let all = db.query::<User>().include(|u| u.posts()).first().unwrap().unwrap();
    assert_eq!(count_all(all.row().posts()), 2);
    let some = db.query::<User>().include(|u| u.posts().limit(1)).first().unwrap().unwrap();
    assert_eq!((titles(some.row().posts()), titles(all.row().posts())), (vec!["Dune"], vec!["Dune", "Sand"]));
}

#[test]
fn a_filtered_to_one_may_lead_nowhere() {
    let db = filled();
    let page = db.query::<Post>().include(|p| p.author().filter(|u| u.nick().is_null())).all().unwrap();
    let emails: Vec<_> = page.iter().map(|p| p.author().map(|u| u.email())).collect();
    assert_eq!(emails, [Some("ann@x.org"), Some("ann@x.org"), None]);
}

#[test]
fn a_row_prints_compares_and_serialises() {
    let db = filled();
    let with_posts =
        || db.query::<User>().include(|u| u.drafts()).filter(|u| u.nick().eq("Bobby")).all().unwrap();
    let (page, again) = (with_posts(), with_posts());
    let bob = page.first().unwrap();
    assert_eq!(
        format!("{bob:?}"),
        "User { id: 2, email: \"bob@x.org\", nick: \"Bobby\", post_count: 1, invited_by: 1, \
         drafts: [{id: 3, author_id: 2, title: \"Hive\", state: \"draft\", score: 5}] }"
    );
    assert_eq!(
        serde_json::to_string(&bob).unwrap(),
        r#"{"id":2,"email":"bob@x.org","nick":"Bobby","post_count":1,"invited_by":1,"drafts":[{"id":3,"author_id":2,"title":"Hive","state":"draft","score":5}]}"#
    );
    assert_eq!(page, again);
    assert_eq!(bob, again.first().unwrap());
    assert_eq!(bob, bob.to_model());
    assert_eq!(page.to_models(), [bob.to_model()]);
    db.update(bob.drafts().first().unwrap().id(), |p| p.score().set(6)).unwrap();
    assert_ne!(page, with_posts());
}
