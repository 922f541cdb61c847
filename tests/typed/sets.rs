//! Union, intersection and difference of what is selected.

use crate::blog::{Post, Profile, Tag, User, filled};
use relata::typed::{Col, Database, Id, Picked, Project, Tuple, United, count};

type Titles = (Col<Tuple, String>, Col<Tuple, i32>);

fn titles(db: &Database) -> Picked<Tuple, Titles> {
    db.from::<Post>().select(|p| (p.title(), p.score()))
}

#[test]
fn rows_of_several_models_are_put_together() {
    let db = filled();
    let nicks = || db.from::<User>().select(|u| u.nick());
    // A side that may be missing gives an `Option`, as the nicks are.
    let found = || db.from::<User>().left_join(|u| u.posts()).select(|(_, p)| p.title());
    assert_eq!(nicks().union_all(found()).count().unwrap(), 7);
    let either = nicks().union(found()).order_by(|text| text.asc().nulls_first()).all().unwrap();
    assert_eq!(
        either,
        [None, Some("Bobby".into()), Some("Dune".into()), Some("Hive".into()), Some("Sand".into())]
    );
    assert_eq!(nicks().intersect(found()).all().unwrap(), [None]);
    assert_eq!(nicks().intersect_all(found()).all().unwrap(), [None]);
    assert_eq!(nicks().except(found()).all().unwrap(), [Some("Bobby".to_owned())]);
    assert_eq!(nicks().except_all(found()).all().unwrap(), [Some("Bobby".to_owned()), None]);
}

#[test]
fn orders_and_limits_are_of_the_whole_and_each_query_keeps_its_own() {
    let db = filled();
    let best =
        || db.from::<Post>().order_by(|p| p.score().desc()).limit(1).select(|p| (p.title(), p.score()));
    let both = || best().union_all(titles(&db));
    assert_eq!(both().count().unwrap(), 4);
    let two = both().order_by(|(title, _)| title.desc()).offset(1).limit(2).all().unwrap();
    assert_eq!(two, [("Hive".into(), 5), ("Dune".into(), 7)]);
    assert_eq!(both().order_by(|(_, score)| score.asc()).first().unwrap(), Some(("Sand".into(), 3)));
    // What was united is united again, on either side.
    assert_eq!(titles(&db).except(best()).union(best()).except(best()).count().unwrap(), 2);
    let rest = titles(&db).except(best().union(best()));
    let mut seen = Vec::new();
    rest.each(|(title, score)| seen.push(format!("{title} {score}"))).unwrap();
    assert_eq!(seen, ["Sand 3", "Hive 5"]);
    assert_eq!(both().limit(0).first().unwrap(), None);
}

#[derive(Project, Clone, Debug, PartialEq)]
struct Counted {
    user: Id<User>,
    n: i64,
}

#[test]
fn groups_and_structs_are_put_together_too() {
    let db = filled();
    let posts = || db.query::<Post>().group_by(|p| p.author_id());
    let posts = || posts().select(|user, _| CountedColumns { user, n: count() });
    let profiles = db.from::<Profile>().group_by(|p| p.user_id());
    let profiles = profiles.select(|user, _| CountedColumns { user, n: count() });
    let all: United<_, _> = posts().union_all(profiles);
    let all = all.order_by(|row| row.user.asc()).order_by(|row| row.n.desc()).all().unwrap();
    let counted = |user, n| Counted { user: Id::new(user), n };
    assert_eq!(all, [counted(1, 2), counted(1, 1), counted(2, 1)]);
    assert_eq!(posts().distinct().count().unwrap(), 2);
}

#[test]
fn the_same_rows_come_by_name() {
    let db = filled();
    let typed = db.from::<Tag>().select(|t| t.name()).union(db.from::<Tag>().select(|t| t.name()));
    let named =
        db.untyped().from("tags").columns(["name"]).union(db.untyped().from("tags").columns(["name"]));
    let named: Vec<String> = named.all().unwrap().column("name").unwrap();
    let typed: Vec<String> = typed.all().unwrap().into_iter().map(Id::into_inner).collect();
    assert_eq!(typed, named);
    let document =
        r#"{"union": [{"from": "tags", "select": ["name"]}, {"from": "tags", "select": ["name"]}]}"#;
    assert_eq!(db.query_json(document).unwrap(), r#"[{"name":"scifi"},{"name":"desert"}]"#);
}
