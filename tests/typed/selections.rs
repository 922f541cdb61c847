//! Parts of rows: columns, related rows and parts of these.

use crate::blog::{Comment, Post, State, User, filled};
use relata::typed::{Id, Project};

#[test]
fn parts_of_related_rows_are_selected_with_a_row() {
    let db = filled();
    let page = db
        .query::<User>()
        .select(|u| {
            let posts = u.posts().order_by(|p| p.score().desc()).limit(1);
            (u.email(), posts.select(|p| (p.title(), p.comments().select(|c| c.body()))), u.post_count())
        })
        .all()
        .unwrap();
    let found: Vec<_> = page
        .iter()
        .map(|(email, posts, count)| {
            let posts: Vec<_> = posts.map(|(title, bodies)| (title, bodies.collect::<Vec<_>>())).collect();
            (&email[..3], posts, count)
        })
        .collect();
    assert_eq!(
        found,
        [("ann", vec![("Dune", vec!["great"])], 2), ("bob", vec![("Hive", vec![])], 1), ("cid", vec![], 0)]
    );
    let owned = page.to_vec();
    assert_eq!(owned[0].1, [("Dune".to_owned(), vec!["great".to_owned()])]);
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        concat!(
            r#"[{"email":"ann@x.org","post_count":2,"posts":[{"title":"Dune","comments":[{"body":"great"}]}]},"#,
            r#"{"email":"bob@x.org","post_count":1,"posts":[{"title":"Hive","comments":[]}]},"#,
            r#"{"email":"cid@x.org","post_count":0,"posts":[]}]"#
        )
    );
}

#[test]
fn a_relation_to_one_gives_an_option_of_its_parts_and_whole_rows_can_stand_beside_them() {
    let db = filled();
    let comments = || db.query::<Comment>();
    let page = comments().select(|c| (c.author().select(|u| u.email()), c.post())).all().unwrap();
    let found: Vec<_> = page.iter().map(|(email, post)| (email, post.title())).collect();
    assert_eq!(found, [(Some("bob@x.org"), "Dune"), (None, "Sand")]);
    let (email, post): (Option<String>, Post) = page.to_vec().remove(0);
    assert_eq!((email.unwrap().as_str(), post.state), ("bob@x.org", State::Published));
    let bodies = db.query::<User>().select(|u| u.comments()).all().unwrap();
    assert_eq!(bodies.iter().map(|comments| comments.len()).collect::<Vec<_>>(), [0, 1, 0]);
    let first = db.query::<Post>().select(|p| p.author().select(|u| (u.id(), u.nick()))).first().unwrap();
    assert_eq!(first, Some(Some((Id::new(1), None))));
}

#[derive(Project, Debug, PartialEq)]
#[relata(of = Comment)]
struct Body {
    body: String,
}

#[test]
fn what_is_made_of_rows_stands_under_a_name_and_structs_among_the_parts() {
    let db = filled();
    let page = db
        .query::<User>()
        .filter(|u| u.post_count().gt(0))
        .select(|u| {
            (
                u.posts().count().named("n"),
                u.posts().max(|p| p.score()).named("best"),
                u.id(),
                u.comments().select_as::<Body>(),
                u.posts().filter(|p| p.state().eq(State::Draft)).count().named("drafts"),
            )
        })
        .all()
        .unwrap();
    let found: Vec<_> = page
        .iter()
        .map(|(n, best, id, comments, drafts)| (n, best, id, comments.collect::<Vec<_>>(), drafts))
        .collect();
    let body = |body: &str| vec![Body { body: body.into() }];
    assert_eq!(found, [(2, Some(7), Id::new(1), vec![], 1), (1, Some(5), Id::new(2), body("great"), 1)]);
    assert_eq!(
        serde_json::to_string(&page).unwrap(),
        concat!(
            r#"[{"id":1,"n":2,"best":7,"drafts":1,"comments":[]},"#,
            r#"{"id":2,"n":1,"best":5,"drafts":1,"comments":[{"body":"great"}]}]"#
        )
    );
    let included = db.query::<User>().include(|u| u.posts().count().named("n")).all().unwrap();
    assert_eq!(included.first().unwrap().posts(), 2);
    assert!(serde_json::to_string(&included).unwrap().contains(r#""n":2"#));
}

#[test]
fn two_parts_under_one_name_are_refused() {
    let db = filled();
    let twice = db.query::<User>().select(|u| (u.posts().count(), u.posts().sum(|p| p.score()))).all();
    assert_eq!(twice.unwrap_err().kind().name(), "invalid_query");
    let column = db.query::<User>().select(|u| (u.id(), u.posts().count().named("id"))).all();
    assert_eq!(column.unwrap_err().kind().name(), "invalid_query");
    let lists = db.query::<User>().select(|u| (u.posts(), u.posts().select(|p| p.id()))).all();
    assert_eq!(lists.unwrap_err().kind().name(), "invalid_query");
}
