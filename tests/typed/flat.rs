//! Rows of several models side by side, and groups of them.

use crate::blog::{Comment, NewUser, Post, Profile, State, Tag, User, filled};
use relata::typed::{Database, Id, Project, count};
use relata::{col, rel};

/// The titles of what stands beside each user.
fn beside(db: &Database) -> Vec<(String, Option<String>)> {
    let page = db.from::<User>().left_join(|u| u.posts()).all().unwrap();
    page.iter().map(|(u, p)| (u.email()[..3].to_owned(), p.map(|p| p.title().to_owned()))).collect()
}

#[test]
fn a_join_goes_along_a_relation_and_an_outer_side_is_an_option() {
    let db = filled();
    let pair = |user: &str, title: Option<&str>| (user.to_owned(), title.map(str::to_owned));
    assert_eq!(
        beside(&db),
        [pair("ann", Some("Dune")), pair("ann", Some("Sand")), pair("bob", Some("Hive")), pair("cid", None)]
    );
    let inner = db.from::<User>().inner_join(|u| u.posts()).inner_join(|(_, p)| p.comments());
    let found = inner.all().unwrap();
    let bodies: Vec<_> = found.iter().map(|(u, p, c)| (u.id(), p.title(), c.body())).collect();
    assert_eq!(bodies, [(Id::new(1), "Dune", "great"), (Id::new(1), "Sand", "dry")]);
    // A junction leads to the far rows, a key to one.
    assert_eq!(db.from::<Post>().inner_join(|p| p.tags()).count().unwrap(), 3);
    assert_eq!(db.from::<Comment>().left_join(|c| c.author()).all().unwrap().get(1).unwrap().1, None);
}

#[test]
fn right_and_full_joins_make_options_of_the_other_side() {
    let db = filled();
    let right = db.from::<Comment>().right_join(|c| c.author()).all().unwrap();
    let found: Vec<_> = right.iter().map(|(c, u)| (c.map(|c| c.body()), u.email())).collect();
    assert_eq!(found, [(Some("great"), "bob@x.org"), (None, "ann@x.org"), (None, "cid@x.org")]);
    let full = db.from::<Comment>().full_join(|c| c.author()).all().unwrap();
    let found: Vec<_> = full.iter().map(|(c, u)| (c.map(|c| c.body()), u.map(|u| u.email()))).collect();
    assert_eq!(
        found,
        [
            (Some("great"), Some("bob@x.org")),
            (Some("dry"), None),
            (None, Some("ann@x.org")),
            (None, Some("cid@x.org"))
        ]
    );
}

#[test]
fn what_a_join_asks_besides_belongs_to_the_match() {
    let db = filled();
    let joined = |score| db.from::<User>().left_join(move |u| u.posts().on(|p| p.score().gte(score)));
    let titles = |score| -> Vec<Option<String>> {
        joined(score).all().unwrap().iter().map(|(_, p)| p.map(|p| p.title().to_owned())).collect()
    };
    assert_eq!(titles(7), [Some("Dune".to_owned()), None, None]);
    assert_eq!(titles(9), [None, None, None]);
    // A filter takes rows away.
    let kept = joined(7).filter(|(_, p)| p.title().is_not_null());
    assert_eq!(kept.count().unwrap(), 1);
    // It may be about the tables before, too.
    let own = db.from::<Post>().inner_join(|p| p.comments().on(|c| c.author_id().ne(p.author_id())));
    assert_eq!(own.count().unwrap(), 1);
    let through = db.from::<Post>().left_join(|p| p.tags().on(|t| t.name().eq(Id::new("scifi"))));
    assert_eq!(through.select(|(_, t)| t.name()).all().unwrap().iter().flatten().count(), 1);
    let right = db.from::<Post>().right_join(|p| p.author().on(|u| u.email().like("a%")));
    assert_eq!(right.count().unwrap(), 4);
}

#[test]
fn any_condition_joins_and_a_table_stands_twice() {
    let db = filled();
    let pairs = db
        .from::<User>()
        .inner_join_on::<User>(|u, by| u.invited_by().eq(by.id()))
        .select(|(u, by)| (u.email(), by.email()))
        .all()
        .unwrap();
    assert_eq!(pairs, [("bob@x.org".to_owned(), "ann@x.org".to_owned())]);
    let inviters = db.from::<User>().left_join(|u| u.inviter()).select(|(_, by)| by.email()).all().unwrap();
    assert_eq!(inviters, [None, Some("ann@x.org".to_owned()), None]);
    let every = db.from::<User>().cross_join::<Tag>();
    assert_eq!(every.count().unwrap(), 6);
    let outer = db.from::<Profile>().full_join_on::<Post>(|profile, post| {
        profile.user_id().eq(post.author_id()).and(post.state().eq(State::Draft))
    });
    let found: Vec<_> =
        outer.all().unwrap().iter().map(|(profile, post)| (profile.is_some(), post.is_some())).collect();
    assert_eq!(found, [(true, true), (false, true), (false, true)]);
}

#[test]
fn semi_and_anti_joins_keep_each_row_once() {
    let db = filled();
    let emails = |page: relata::typed::Tuples<_>| -> Vec<String> {
        let _: &relata::typed::Tuples<(relata::typed::Inner<User>,)> = &page;
        page.iter().map(|u| u.email()[..3].to_owned()).collect()
    };
    assert_eq!(emails(db.from::<User>().semi_join(|u| u.posts()).all().unwrap()), ["ann", "bob"]);
    assert_eq!(emails(db.from::<User>().anti_join(|u| u.posts()).all().unwrap()), ["cid"]);
    let draft = db.from::<User>().anti_join(|u| u.posts().on(|p| p.state().eq(State::Draft)));
    assert_eq!(emails(draft.all().unwrap()), ["cid"]);
    let newer = db.from::<User>().anti_join_on::<User>(|u, other| other.id().gt(u.id()));
    assert_eq!(emails(newer.all().unwrap()), ["cid"]);
    // A table that was only asked about leaves no trace: what is joined next is named rightly.
    let after = db.from::<User>().semi_join(|u| u.profile()).left_join(|u| u.posts());
    assert_eq!(after.order_by(|(_, p)| p.score().desc()).limit(1).all().unwrap().len(), 1);
    let twice = db.from::<User>().semi_join_on::<User>(|u, by| u.invited_by().eq(by.id()));
    assert_eq!(emails(twice.all().unwrap()), ["bob"]);
}

#[test]
fn columns_are_selected_ordered_and_streamed() {
    let db = filled();
    let posts = || db.from::<User>().inner_join(|u| u.posts());
    let ordered = posts().order_by(|(_, p)| p.score().desc()).select(|(u, p)| (p.title(), u.id(), p.score()));
    let mut seen = Vec::new();
    ordered.each(|(title, user, score)| seen.push((title.to_owned(), user, score))).unwrap();
    assert_eq!(
        seen,
        [("Dune".into(), Id::new(1), 7), ("Hive".into(), Id::new(2), 5), ("Sand".into(), Id::new(1), 3)]
    );
    assert_eq!(posts().select(|(u, _)| u.id()).distinct().all().unwrap(), [Id::new(1), Id::new(2)]);
    assert_eq!(posts().offset(1).limit(1).select(|(_, p)| p.title()).all().unwrap(), ["Sand"]);
    assert_eq!(posts().limit(0).select(|(_, p)| p.title()).first().unwrap(), None);
    let mut count = 0;
    posts().each(|(user, post)| count += usize::from(user.id() == post.author_id())).unwrap();
    assert_eq!(count, 3);
    assert!(posts().explain().unwrap().contains("posts#2"));
    let page = posts().limit(1).all().unwrap();
    assert!(serde_json::to_string(&page).unwrap().starts_with(r#"[[{"id":1,"email":"ann@x.org""#));
}

#[derive(Project, Debug, PartialEq)]
struct Line {
    author: String,
    title: Option<String>,
}

#[derive(Project, Debug, PartialEq)]
struct Total {
    author: Id<User>,
    posts: i64,
    best: Option<i32>,
}

#[test]
fn a_struct_names_what_is_selected() {
    let db = filled();
    let lines = db.from::<User>().left_join(|u| u.posts()).order_by(|(u, _)| u.id().desc());
    let lines = lines.select(|(u, p)| LineColumns { author: u.email(), title: p.title() });
    assert_eq!(lines.first().unwrap(), Some(Line { author: "cid@x.org".into(), title: None }));
    let totals = db.query::<Post>().group_by(|p| p.author_id());
    let totals = totals.select(|author, p| TotalColumns { author, posts: count(), best: p.score().max() });
    assert_eq!(
        totals.all().unwrap(),
        [
            Total { author: Id::new(1), posts: 2, best: Some(7) },
            Total { author: Id::new(2), posts: 1, best: Some(5) }
        ]
    );
}

#[test]
fn groups_are_kept_ordered_and_counted() {
    let db = filled();
    let groups = || db.from::<User>().left_join(|u| u.posts()).group_by(|(u, _)| (u.id(), u.email()));
    let all = groups()
        .order_by(|_, (_, p)| p.score().sum().desc().nulls_last())
        .select(|(_, email), (_, p)| (email, p.id().count(), p.score().sum(), p.score().avg()))
        .all()
        .unwrap();
    let found: Vec<_> = all
        .iter()
        .map(|(email, posts, sum, avg)| (&email[..3], *posts, *sum, avg.map(|avg| avg.round().to_string())))
        .collect();
    assert_eq!(
        found,
        [
            ("ann", 2, Some(10), Some("5".into())),
            ("bob", 1, Some(5), Some("5".into())),
            ("cid", 0, None, None)
        ]
    );
    let busy = groups().having(|_, (_, p)| p.id().count().gt(1)).select(|(id, _), _| id).all().unwrap();
    assert_eq!(busy, [Id::new(1)]);
    let named = groups().having(|(_, email), _| email.eq("bob@x.org")).select(|(id, _), _| id).all().unwrap();
    assert_eq!(named, [Id::new(2)]);
    let states = db.query::<Post>().filter(|p| p.score().gt(2)).group_by(|p| p.state());
    let states = states.select(|state, p| (state, p.title().min(), p.author_id().count_distinct())).all();
    assert_eq!(
        states.unwrap(),
        [(State::Published, Some("Dune".to_owned()), 1), (State::Draft, Some("Hive".to_owned()), 2)]
    );
}

#[test]
fn all_rows_together_give_one() {
    let db = filled();
    let posts = || db.query::<Post>();
    assert_eq!(posts().aggregate(|p| (count(), p.score().sum())).unwrap(), (3, Some(15)));
    assert_eq!(posts().filter(|p| p.score().gt(9)).aggregate(|p| p.score().max()).unwrap(), None);
    let asked = posts().filter(|p| p.author().is(|u| u.email().like("a%"))).aggregate(|_| count());
    assert_eq!(asked.unwrap(), 2);
    db.insert(NewUser::new("dot@x.org")).unwrap();
    let joined =
        db.from::<User>().left_join(|u| u.posts()).aggregate(|(u, p)| (u.id().count(), p.id().count()));
    assert_eq!(joined.unwrap(), (5, 3));
}

#[test]
fn a_model_that_the_database_does_not_have_is_refused() {
    #[derive(relata::typed::Model)]
    struct Stray {
        #[relata(key)]
        id: Id<Stray>,
    }
    let refused =
        filled().from::<User>().inner_join_on::<Stray>(|u, s| u.post_count().gt(0).and(s.id().eq(s.id())));
    assert_eq!(refused.count().unwrap_err().kind().name(), "unknown_table");
}

#[test]
fn a_join_along_a_relation_asks_more_by_name_and_in_a_document_too() {
    let db = filled();
    let typed = db.from::<User>().left_join(|u| u.posts().on(|p| p.score().gte(7)));
    let typed = typed.select(|(u, p)| (u.id(), p.title())).all().unwrap();
    let asked = (rel("posts"), col("posts.score").gte(7));
    let named = db.untyped().from("users").left_join("posts", asked).columns(["users.id", "title"]);
    let named = serde_json::to_string(&named.all().unwrap()).unwrap();
    let document = r#"{"from": "users", "select": ["users.id", "title"],
        "leftJoin": {"posts": {"relation": "posts", "on": {"posts.score": {"gte": 7}}}}}"#;
    assert_eq!(named, r#"[{"id":1,"title":"Dune"},{"id":2,"title":null},{"id":3,"title":null}]"#);
    assert_eq!(db.query_json(document).unwrap(), named);
    assert_eq!(typed, [(Id::new(1), Some("Dune".into())), (Id::new(2), None), (Id::new(3), None)]);
    let missing = db.untyped().from("users").left_join("posts", (rel("posts"), col("none").eq(1)));
    assert_eq!(missing.all().unwrap_err().kind().name(), "unknown_column");
}
