//! Queries, pages and what is walked: printed, copied, listed from both ends and as documents.

use crate::blog::{Comment, NewUser, Post, Tagging, User, filled};
use relata::ErrorKind;
use relata::typed::{Assign, Condition, Database, Id, Model, Project, count};

#[test]
fn a_page_prints_its_rows_and_its_copy_is_equal() {
    let db = filled();
    let page = db.query::<Post>().filter(|p| p.score().lt(4)).all().unwrap();
    let row = r#"{id: 2, author_id: 1, title: "Sand", state: "draft", score: 3}"#;
    assert_eq!(format!("{page:?}"), format!("[{row}]"));
    let copy = page.clone();
    assert_eq!((copy.len(), copy.is_empty(), &copy), (1, false, &page));
    assert_eq!(copy.tree().to_string(), page.untyped().tree().to_string());
    assert!(copy.tree().to_string().contains("Sand"));
    let none = db.query::<Post>().filter(|p| p.score().gt(9)).all().unwrap();
    assert_eq!((format!("{none:?}"), none.is_empty(), none.first().is_none()), ("[]".into(), true, true));
    assert_eq!(serde_json::to_string(&none).unwrap(), "[]");
}

#[test]
fn the_first_row_prints_compares_and_is_a_document() {
    let db = filled();
    let hive = || db.query::<Post>().filter(|p| p.title().eq("Hive")).include(|p| p.author()).one().unwrap();
    let first = hive();
    assert_eq!(first, hive());
    assert_ne!(
        first,
        db.query::<Post>().filter(|p| p.title().eq("Sand")).include(|p| p.author()).one().unwrap()
    );
    assert_eq!(
        format!("{first:?}"),
        "Post { id: 3, author_id: 2, title: \"Hive\", state: \"draft\", score: 5, \
         author: {id: 2, email: \"bob@x.org\", nick: \"Bobby\", post_count: 1, invited_by: 1} }"
    );
    let text = serde_json::to_string(&first).unwrap();
    assert!(text.starts_with(r#"{"id":3,"author_id":2,"title":"Hive""#), "{text}");
    assert!(
        text.ends_with(
            r#""author":{"id":2,"email":"bob@x.org","nick":"Bobby","post_count":1,"invited_by":1}}"#
        ),
        "{text}"
    );
    assert_eq!((first.to_model().title.as_str(), first.to_model().score), ("Hive", 5));
    let missing = db.query::<Post>().filter(|p| p.title().eq("none")).one().unwrap_err();
    assert!(matches!(missing.kind(), ErrorKind::NotFound { table, .. } if table == "posts"), "{missing}");
}

#[test]
fn included_rows_are_listed_from_both_ends_and_by_place() {
    let db = filled();
    let page = db.query::<User>().include(|u| u.posts().include(|p| p.comments())).all().unwrap();
    let posts = page.first().unwrap().posts();
    assert_eq!(posts.iter().rev().map(|p| p.title()).collect::<Vec<_>>(), ["Sand", "Dune"]);
    assert_eq!(posts.iter().nth(1).unwrap().title(), "Sand");
    assert!(posts.iter().nth(2).is_none());
    let mut rest = posts.iter();
    let kept = rest.clone();
    assert_eq!((rest.len(), rest.next().unwrap().title(), rest.len(), kept.len()), (2, "Dune", 1, 2));
    assert!(format!("{rest:?}").contains("Sand") && !format!("{rest:?}").contains("Dune"));
    assert!(page.get(2).unwrap().posts().is_empty());
    assert_eq!(posts.to_models().iter().map(|p| p.score).collect::<Vec<_>>(), [7, 3]);
    assert_eq!(posts, page.first().unwrap().posts());
    assert!(posts != page.get(1).unwrap().posts());
    let printed = format!("{:?}", page.get(1).unwrap().posts());
    assert_eq!(printed, r#"[{id: 3, author_id: 2, title: "Hive", state: "draft", score: 5, comments: []}]"#);
    assert_eq!(
        serde_json::to_string(&page.get(1).unwrap().posts()).unwrap(),
        r#"[{"id":3,"author_id":2,"title":"Hive","state":"draft","score":5,"comments":[]}]"#
    );
    let backwards: Vec<_> = page.iter().rev().map(|u| u.posts().len()).collect();
    assert_eq!((backwards, page.iter().nth(1).unwrap().id()), (vec![0, 1, 2], Id::new(2)));
}

#[test]
fn a_row_without_a_related_one_prints_null() {
    let db = filled();
    let page = db.query::<User>().include(|u| u.profile()).all().unwrap();
    assert!(
        format!("{:?}", page.first().unwrap()).ends_with(r#"profile: {user_id: 1, biography: "Reads."} }"#)
    );
    assert!(format!("{:?}", page.get(2).unwrap()).ends_with("profile: null }"));
}

#[test]
fn a_query_prints_what_it_asks_and_a_copy_answers_alike() {
    let db = filled();
    let query = db.query::<Post>().filter(|p| p.score().gte(5)).order_by(|p| p.score().asc());
    let copy = query.clone();
    let words = format!("{query:?}");
    assert!(words.starts_with("Post {") && words.contains("score"), "{words}");
    assert_eq!(copy.all().unwrap(), query.clone().all().unwrap());
    assert!(query.clone().explain().unwrap().contains("posts"));
    let mut titles = Vec::new();
    query.each(|post| titles.push(post.title().to_owned())).unwrap();
    assert_eq!(titles, ["Hive", "Dune"]);
}

#[derive(Project, Debug, PartialEq)]
#[relata(of = Post)]
struct Title {
    title: String,
}

#[derive(Project, Debug, PartialEq)]
#[relata(of = User)]
struct Email {
    email: String,
}

#[test]
fn included_structs_are_listed_from_both_ends_and_owned() {
    let db = filled();
    let title = |text: &str| Title { title: text.into() };
    let page = db.query::<User>().include(|u| u.posts().select_as::<Title>()).all().unwrap();
    let choices = page.first().unwrap().posts();
    assert!(format!("{choices:?}").contains("Dune"));
    assert_eq!((choices.len(), choices.rev().collect::<Vec<_>>()), (2, vec![title("Sand"), title("Dune")]));
    let authors = db.query::<Comment>().include(|c| c.author().select_as::<Email>()).all().unwrap();
    let emails: Vec<_> = authors.iter().map(|c| c.author()).collect();
    assert_eq!(emails, [Some(Email { email: "bob@x.org".into() }), None]);
    // As parts of rows they are owned.
    let parts = db.query::<User>().select(|u| (u.id(), u.posts().select_as::<Title>())).all().unwrap();
    assert_eq!(parts.to_vec()[1], (Id::new(2), vec![title("Hive")]));
    let parts = db.query::<Comment>().select(|c| (c.id(), c.author().select_as::<Email>())).all().unwrap();
    assert_eq!(parts.to_vec()[1], (Id::new(2), None));
}

#[test]
fn what_is_selected_is_counted_printed_streamed_and_prepared() {
    let db = filled();
    let selected = || db.query::<Post>().filter(|p| p.score().gt(3)).select(|p| (p.title(), p.score()));
    let words = format!("{:?}", selected());
    assert!(words.starts_with("Post {") && words.contains("score"), "{words}");
    let page = selected().all().unwrap();
    assert_eq!((page.len(), page.is_empty()), (2, false));
    assert_eq!(format!("{page:?}"), r#"[{title: "Dune", score: 7}, {title: "Hive", score: 5}]"#);
    let mut seen = Vec::new();
    selected().each(|(title, score)| seen.push(format!("{title} {score}"))).unwrap();
    assert_eq!(seen, ["Dune 7", "Hive 5"]);
    let prepared = selected().prepare().unwrap();
    assert_eq!(prepared.all().unwrap().to_vec(), page.to_vec());
    // By key the filter holds, too.
    let mut by_key = prepared.by_key();
    assert_eq!(by_key.get(Id::new(3)).unwrap(), Some(("Hive", 5)));
    assert_eq!(by_key.get(Id::new(2)).unwrap(), None);
}

#[test]
fn parts_of_related_rows_are_listed_from_both_ends() {
    let db = filled();
    let page = db.query::<User>().select(|u| (u.id(), u.posts().select(|p| p.title()))).all().unwrap();
    let (_, titles) = page.iter().next().unwrap();
    let again = titles;
    assert_eq!((titles.len(), titles.rev().collect::<Vec<_>>()), (2, vec!["Sand", "Dune"]));
    assert!(format!("{again:?}").contains("Dune"));
    assert_eq!(again.collect::<Vec<_>>(), ["Dune", "Sand"]);
}

#[test]
fn whole_related_rows_and_values_are_owned_beside_columns() {
    let db = filled();
    let users = db.query::<User>().select(|u| (u.posts(), u.inviter(), u.comments().count())).all().unwrap();
    let (posts, inviter, comments): (Vec<Post>, Option<User>, i64) = users.to_vec().remove(1);
    assert_eq!(
        (posts[0].title.as_str(), inviter.unwrap().email.as_str(), comments),
        ("Hive", "ann@x.org", 1)
    );
    let best = db.query::<User>().select(|u| (u.id(), u.posts().max(|p| p.score()))).all().unwrap();
    assert_eq!(best.to_vec()[2], (Id::new(3), None));
    assert_eq!(best.to_vec()[0].1, Some(7));
}

#[test]
fn joined_rows_have_places_and_print() {
    let db = filled();
    let join = || db.from::<User>().inner_join(|u| u.posts());
    let words = format!("{:?}", join());
    assert!(words.contains("users#1") && words.contains("posts"), "{words}");
    let tuples = join().all().unwrap();
    let (user, post) = tuples.first().unwrap();
    assert_eq!((user.email(), post.title()), ("ann@x.org", "Dune"));
    assert_eq!(tuples.get(2).unwrap().1.title(), "Hive");
    assert!(tuples.get(3).is_none());
    let copy = tuples.clone();
    assert_eq!((copy.len(), copy.is_empty()), (3, false));
    assert!(format!("{copy:?}").contains("Hive"));
    assert_eq!(copy.iter().next_back().unwrap().1.title(), "Hive");
    // The same by name.
    let untyped = join().into_untyped().unwrap();
    assert_eq!(untyped.on(&db.untyped().snapshot()).count().unwrap(), 3);
    let grouped = format!("{:?}", db.query::<Post>().group_by(|p| p.author_id()));
    assert!(grouped.contains("author_id"), "{grouped}");
    let picked = db.from::<Post>().select(|p| p.title());
    assert!(format!("{picked:?}").contains("title"));
    let united = picked.union(db.from::<User>().select(|u| u.email()));
    assert!(format!("{united:?}").contains("email"));
}

#[test]
fn tables_walks_and_look_ups_print_what_they_are() {
    let db = filled();
    let snapshot = db.snapshot();
    let posts = snapshot.rows_of::<Post>().unwrap();
    let copy = posts;
    assert_eq!(format!("{copy:?}"), r#"Table { model: "Post", rows: 3 }"#);
    assert_eq!((posts.len(), posts.is_empty()), (3, false));
    let author = posts.walk(|p| p.author()).unwrap();
    assert_eq!(format!("{author:?}"), "Post.author");
    let users = snapshot.rows_of::<User>().unwrap();
    let of_user = users.walk(|u| u.posts()).unwrap();
    let walked = of_user.from(users.get(Id::new(1)).unwrap());
    assert!(format!("{walked:?}").contains("Sand"));
    assert_eq!(
        (walked.len(), walked.rev().map(|p| p.title()).collect::<Vec<_>>()),
        (2, vec!["Sand", "Dune"])
    );
    let by_email = users.unique(|u| u.email()).unwrap();
    assert_eq!(format!("{by_email:?}"), r#"UniqueRows { model: "User", .. }"#);
    let prepared = db.query::<User>().prepare().unwrap();
    assert!(!format!("{prepared:?}").is_empty());
    assert_eq!(format!("{:?}", prepared.by_key()), r#"ByKey { model: "User", .. }"#);
    assert_eq!(
        format!("{:?}", prepared.by_unique(|u| u.email()).unwrap()),
        r#"ByUnique { model: "User", .. }"#
    );
}

#[test]
fn a_junction_is_walked_from_both_ends() {
    let db = filled();
    let snapshot = db.snapshot();
    let posts = snapshot.rows_of::<Post>().unwrap();
    let tags = posts.walk(|p| p.tags()).unwrap();
    let dune = posts.get(Id::new(1)).unwrap();
    let names = |rows: &mut dyn Iterator<Item = String>| rows.collect::<Vec<_>>();
    assert_eq!(names(&mut tags.from(dune).map(|t| t.name().to_string())), ["desert", "scifi"]);
    assert_eq!(names(&mut tags.from(dune).rev().map(|t| t.name().to_string())), ["scifi", "desert"]);
    assert_eq!(tags.from(posts.get(Id::new(3)).unwrap()).next_back().map(|t| t.name().to_string()), None);
}

#[test]
fn columns_relations_orders_and_assignments_print_as_they_are_named() {
    let (users, posts) = (User::fields(), Post::fields());
    assert_eq!(format!("{:?}", posts.title()), "title");
    let copy = posts.title();
    assert_eq!(format!("{copy:?} {:?}", posts.title()), "title title");
    let order = format!("{:?}", posts.score().desc());
    assert!(order.contains("score") && order.contains("Desc"), "{order}");
    let assign = posts.title().set("New").and(posts.score().set(3));
    assert_eq!(format!("{assign:?}"), r#"{title: "New", score: 3}"#);
    let none: Assign<Post> = Assign::all([]);
    assert_eq!(format!("{none:?}"), "{}");
    let written = users.posts().create(|p| p.title().set("One"));
    assert!(format!("{written:?}").contains(r#"posts: {create: [{title: "One"}]}"#), "{written:?}");
    assert_eq!(
        format!("{:?}", Condition::<Post>::all([posts.score().gt(1)])),
        r#"{"AND":[{"score":{"gt":1}}]}"#
    );
    assert!(format!("{:?}", count()).contains("Count"));
    let asked = format!("{:?}", User::fields().posts().filter(|p| p.score().gt(1)));
    assert!(asked.starts_with("posts {") && asked.contains("score"), "{asked}");
    let chosen = format!("{:?}", User::fields().posts().select_as::<Title>());
    assert!(chosen.starts_with("posts {") && chosen.contains("title"), "{chosen}");
    let parts = format!("{:?}", User::fields().posts().select(|p| p.title()));
    assert!(parts.starts_with("posts {") && parts.contains("title"), "{parts}");
}

#[test]
fn a_database_a_fork_and_a_transaction_print_and_stand_alone() {
    let db = filled();
    let (snapshot, fork) = (db.snapshot(), db.fork());
    fork.insert(NewUser::new("dot@x.org")).unwrap();
    let later = snapshot.fork();
    later.delete::<Tagging>((Id::new(1), Id::new("scifi".to_owned()))).unwrap();
    let users = |db: &Database| db.query::<User>().count().unwrap();
    assert_eq!((users(&db), users(&fork), users(&later)), (3, 4, 3));
    assert_eq!((db.query::<Tagging>().count().unwrap(), later.query::<Tagging>().count().unwrap()), (3, 2));
    assert_eq!(format!("{db:?}"), format!("{:?}", db.untyped()));
    assert_eq!(format!("{snapshot:?}"), format!("{:?}", snapshot.untyped()));
    db.transaction(|tx| {
        let printed = format!("{tx:?}");
        assert_eq!(printed, format!("{:?}", tx.untyped()));
        tx.untyped().insert("users", relata::row! { email: "eve@x.org" })?;
        assert_eq!(tx.query::<User>().count()?, 4);
        Ok(())
    })
    .unwrap();
    assert_eq!(users(&db), 4);
}

#[test]
fn an_included_page_starts_after_a_row_and_goes_on() {
    let db = filled();
    let posts = |u: crate::blog::UserFields| u.posts().order_by(|p| p.score().desc());
    let page = db.query::<User>().include(|u| posts(u).offset(1)).all().unwrap();
    assert_eq!(
        page.iter().map(|u| u.posts().iter().map(|p| p.title()).collect()).collect::<Vec<Vec<_>>>(),
        [vec!["Sand"], vec![], vec![]]
    );
    let page = db.query::<User>().include(|u| posts(u).after(|p| p.score().at(6))).all().unwrap();
    let titles: Vec<Vec<_>> = page.iter().map(|u| u.posts().iter().map(|p| p.title()).collect()).collect();
    assert_eq!(titles, [vec!["Sand"], vec!["Hive"], vec![]]);
}
