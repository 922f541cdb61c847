//! Flat joins along relations that lead to several tables.

use super::{comment, db, json, kind};
use relata::{Database, FlatQuery, Snapshot, alias, col, count, rel, row};

fn commented() -> Database {
    let db = db();
    let comments = [
        comment("on P1", "posts", 1),
        comment("on F1", "photos", 1),
        comment("on P2", "posts", 2),
        row! { body: "alone" },
    ];
    db.insert_many("comments", comments.into_iter().collect()).unwrap();
    db
}

fn titles(query: FlatQuery<Snapshot>) -> String {
    let page = query.all().unwrap();
    page.iter().map(|row| format!("{:?}", row.cell(0))).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_joined_table_says_which_rows_are_meant() {
    let db = commented();
    let posts = db.from("comments").inner_join("posts", rel("commentable"));
    let both = [("body", col("body")), ("title", col("title"))];
    let page = posts.clone().select(both.clone()).all().unwrap();
    assert_eq!(page.to_string(), "{body: \"on P1\", title: \"P1\"}\n{body: \"on P2\", title: \"P2\"}");
    assert!(posts.explain().unwrap().contains("inner join posts: from comments the row of posts by"));
    let photos = db.from("comments").left_join(alias("photos", "f"), rel("comments.commentable"));
    assert_eq!(titles(photos.clone().columns(["f.title"])), r#"null "F1" null null"#);
    let each = photos.left_join("posts", rel("commentable")).columns(["posts.title"]);
    assert_eq!(titles(each), r#""P1" null "P2" null"#);
    let from_posts = db.from("posts").left_join("comments", rel("comments")).group_by(["posts.id"]);
    assert_eq!(titles(from_posts.value("n", col("comments.id").count())), "1 1");
    let photographed = db.from("comments").semi_join("photos", rel("commentable")).columns(["body"]);
    assert_eq!(titles(photographed), r#""on F1""#);
}

#[test]
fn columns_that_are_compared_match_whatever_the_type_says() {
    let db = commented();
    let by_id = db.from("comments").inner_join("posts", col("commentable_id").eq(col("posts.id")));
    assert_eq!(titles(by_id.clone().value("n", count())), "3");
    let reversed = db.from("posts").inner_join("comments", col("commentable_id").eq(col("posts.id")));
    assert_eq!(titles(reversed.value("n", count())), "3");
}

#[test]
fn a_table_that_it_does_not_lead_to_is_refused_by_name() {
    let db = commented();
    let error = db.from("comments").inner_join("users", rel("commentable")).all().unwrap_err();
    assert_eq!(kind(&error), "invalid_query");
    assert_eq!(
        format!("{error:#}"),
        "`commentable` doesn't lead to `users`\n    at: $.innerJoin.users\n    help: it leads to: posts, photos"
    );
    let unnamed = db.from("comments").inner_join("target", rel("commentable")).all().unwrap_err();
    assert!(format!("{unnamed:#}").ends_with("help: name the table, of which there are: posts, photos"));
}

#[test]
fn documents_name_the_table_and_the_relation() {
    let db = commented();
    let text = |join: &str| format!(r#"{{"from": "comments", "innerJoin": {join}, "select": ["body"]}}"#);
    let posts = r#"[{"body":"on P1"},{"body":"on P2"}]"#;
    assert_eq!(json(&db, &text(r#"{"posts": "commentable"}"#)), posts);
    assert_eq!(json(&db, &text(r#"{"p": {"table": "posts", "relation": "commentable"}}"#)), posts);
}
