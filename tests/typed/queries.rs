//! Filters, orders, pages and projections.

use crate::blog::{Comment, Post, State, Tag, Tagging, User, filled};
use relata::typed::{Condition, Id, Project, Query};

fn emails(query: Query<User>) -> Vec<String> {
    query.all().unwrap().iter().map(|u| u.email()[..3].to_owned()).collect()
}

#[test]
fn columns_compare_with_values_and_with_each_other() {
    let db = filled();
    let users = || db.query::<User>();
    assert_eq!(emails(users().filter(|u| u.email().eq("ann@x.org"))), ["ann"]);
    assert_eq!(emails(users().filter(|u| u.nick().is_not_null())), ["bob"]);
    assert_eq!(emails(users().filter(|u| u.nick().is(None).and(u.post_count().gt(0)))), ["ann"]);
    assert_eq!(emails(users().filter(|u| u.nick().is(Some("Bobby".into())))), ["bob"]);
    assert_eq!(
        emails(users().filter(|u| u.email().like("%@x.org").and(u.post_count().between(1, 1)))),
        ["bob"]
    );
    assert_eq!(emails(users().filter(|u| !u.post_count().is_in([1, 2]))), ["cid"]);
    assert_eq!(emails(users().filter(|u| u.id().gt(u.invited_by()))), ["bob"]);
    assert_eq!(
        emails(users().filter(|u| Condition::any([u.id().eq(Id::new(1)), u.id().eq(Id::new(3))]))),
        ["ann", "cid"]
    );
    let published = db.query::<Post>().filter(|p| p.state().eq(State::Published));
    assert_eq!(published.count().unwrap(), 1);
}

#[test]
fn a_relation_filter_asks_about_the_rows_along_it() {
    let db = filled();
    let users = || db.query::<User>();
    assert_eq!(emails(users().filter(|u| u.posts().some(|p| p.score().gte(5)))), ["ann", "bob"]);
    assert_eq!(emails(users().filter(|u| u.posts().every(|p| p.score().gte(5)))), ["bob", "cid"]);
    assert_eq!(emails(users().filter(|u| u.posts().none(|p| p.score().gte(7)))), ["bob", "cid"]);
    assert_eq!(emails(users().filter(|u| u.profile().exists().or(u.posts().absent()))), ["ann", "cid"]);
    assert_eq!(emails(users().filter(|u| u.inviter().is(|i| i.email().like("ann%")))), ["bob"]);
    assert_eq!(emails(users().filter(|u| u.inviter().is_not(|i| i.email().like("ann%")))), ["ann", "cid"]);
    assert!(users().filter(|u| u.drafts().some(|p| p.comments().exists())).exists().unwrap());
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let db = filled();
    let posts = || db.query::<Post>().order_by(|p| p.score().desc()).order_by(|p| p.id().asc());
    let first = posts().limit(2).all().unwrap();
    let last = first.get(1).unwrap();
    assert_eq!((last.title(), last.score()), ("Hive", 5));
    let rest = posts().after(|p| p.score().at(last.score()).and(p.id().at(last.id()))).all().unwrap();
    assert_eq!(rest.iter().map(|p| p.title()).collect::<Vec<_>>(), ["Sand"]);
    assert_eq!(posts().offset(2).all().unwrap(), rest);
    assert!(posts().after(|p| p.id().at(last.id())).all().is_err());
    let backwards: Vec<_> = posts().all().unwrap().iter().rev().map(|p| p.score()).collect();
    assert_eq!(backwards, [3, 5, 7]);
}

#[derive(Project, Debug, PartialEq)]
#[relata(of = Post)]
struct Headline {
    title: String,
    #[relata(field = score)]
    points: i32,
}

#[test]
fn a_projection_is_a_tuple_or_a_struct() {
    let db = filled();
    let posts = || db.query::<Post>().order_by(|p| p.score().asc()).filter(|p| p.score().lt(6));
    let pairs = posts().select(|p| (p.title(), p.state())).all().unwrap();
    assert_eq!(pairs.iter().collect::<Vec<_>>(), [("Sand", State::Draft), ("Hive", State::Draft)]);
    assert_eq!(posts().select(|p| p.state()).distinct().all().unwrap().to_vec(), [State::Draft]);
    assert_eq!(posts().select(|p| p.score()).first().unwrap(), Some(3));
    let headlines: Vec<Headline> = posts().limit(1).select_as().unwrap();
    assert_eq!(headlines, [Headline { title: "Sand".into(), points: 3 }]);
    let tags = db.query::<Tag>().select(|t| t.name()).all().unwrap().to_vec();
    assert_eq!(tags, [Id::new("scifi".to_owned()), Id::new("desert".to_owned())]);
}

#[test]
fn rows_are_walked_without_a_query() {
    let db = filled();
    let snapshot = db.snapshot();
    let (posts, comments) = (snapshot.rows_of::<Post>().unwrap(), snapshot.rows_of::<Comment>().unwrap());
    let (author, of_post) = (posts.walk(|p| p.author()).unwrap(), posts.walk(|p| p.comments()).unwrap());
    let found: Vec<_> = posts
        .iter()
        .map(|post| {
            (
                post.title(),
                author.one(post).map(|u| u.email()),
                of_post.from(post).map(|c| c.body()).collect(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("Dune", Some("ann@x.org"), vec!["great"]),
            ("Sand", Some("ann@x.org"), vec!["dry"]),
            ("Hive", Some("bob@x.org"), vec![]),
        ]
    );
    let comment = comments.get(Id::new(1)).unwrap();
    assert_eq!((comment.body(), comment.author_id()), ("great", Some(Id::new(2))));
    let link = (Id::new(1), Id::new("scifi".to_owned()));
    assert!(snapshot.get::<Tagging>(link).unwrap().is_some());
    assert!(snapshot.get(Id::<Post>::new(99)).unwrap().is_none());
}

#[test]
fn a_prepared_query_is_answered_by_key() {
    let db = filled();
    let prepared = db.query::<User>().include(|u| u.posts()).prepare().unwrap();
    let mut titles = Vec::new();
    prepared.each(|user| titles.extend(user.posts().iter().map(|p| p.title().to_owned()))).unwrap();
    assert_eq!(titles, ["Dune", "Sand", "Hive"]);
    let mut by_key = prepared.by_key();
    assert_eq!(by_key.get(Id::new(2)).unwrap().unwrap().posts().len(), 1);
    assert!(by_key.get(Id::new(9)).unwrap().is_none());
    assert!(prepared.all().unwrap().untyped().tree().to_string().contains("Hive"));
}
