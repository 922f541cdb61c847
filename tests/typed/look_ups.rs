//! Rows by key and by unique columns, one and many at once.

use crate::blog::{Post, Tag, Tagging, User, filled};
use relata::typed::{Database, Id, Model, Newtype};

#[test]
fn many_keys_are_looked_up_at_once_in_their_order() {
    let db = filled();
    let snapshot = db.snapshot();
    let posts = snapshot.rows_of::<Post>().unwrap();
    let found = posts.get_many([3, 9, 1, 3].map(Id::new));
    let titles: Vec<_> = found.into_iter().map(|post| post.map(|post| post.title())).collect();
    assert_eq!(titles, [Some("Hive"), None, Some("Dune"), Some("Hive")]);
    let tags = snapshot.rows_of::<Tag>().unwrap();
    let found = tags.get_many(["desert", "none"].map(|name| Id::new(name.to_owned())));
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    let links = snapshot.rows_of::<Tagging>().unwrap();
    let link = |post, tag: &str| (Id::new(post), Id::new(tag.to_owned()));
    let found = links.get_many([link(2, "desert"), link(2, "scifi")]);
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    assert!(posts.get_many(Vec::<Id<Post>>::new()).is_empty());
}

#[test]
fn a_prepared_query_is_answered_for_many_keys() {
    let db = filled();
    let query = db.query::<User>().filter(|u| u.post_count().gt(0)).include(|u| u.posts());
    let prepared = query.prepare().unwrap();
    let mut found = Vec::new();
    let keys = [2, 3, 1, 8].map(Id::new);
    prepared.by_key().each(keys, |user| found.push(user.map(|user| user.posts().len()))).unwrap();
    // The third is there, and doesn't pass the filter.
    assert_eq!(found, [Some(1), None, Some(2), None]);
    let mut by_key = prepared.by_key();
    for (key, found) in keys.into_iter().zip(found) {
        assert_eq!(by_key.get(key).unwrap().map(|user| user.posts().len()), found);
    }
}

#[test]
fn rows_are_found_by_unique_columns() {
    let db = filled();
    let snapshot = db.snapshot();
    let by_email = snapshot.rows_of::<User>().unwrap().unique(|u| u.email()).unwrap();
    assert_eq!(by_email.get("bob@x.org").unwrap().id(), Id::new(2));
    assert_eq!(by_email.get("bob@x.org".to_owned()).unwrap().nick(), Some("Bobby"));
    assert!(by_email.get("none").is_none());
    let found = by_email.get_many(["cid@x.org", "x", "ann@x.org"]);
    let ids: Vec<_> = found.into_iter().map(|user| user.map(|user| user.id())).collect();
    assert_eq!(ids, [Some(Id::new(3)), None, Some(Id::new(1))]);

    let posts = snapshot.rows_of::<Post>().unwrap();
    let by_title = posts.unique(|p| (p.author_id(), p.title())).unwrap();
    assert_eq!(by_title.get((Id::new(1), "Sand")).unwrap().id(), Id::new(2));
    assert!(by_title.get((Id::new(2), "Sand")).is_none());
    let found = by_title.get_many([(Id::new(2), "Hive"), (Id::new(2), "Dune")]);
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);

    let users = db.query::<User>().include(|u| u.posts().count()).prepare().unwrap();
    let mut by_email = users.by_unique(|u| u.email()).unwrap();
    assert_eq!(by_email.get("ann@x.org").unwrap().unwrap().posts(), 2);
    let mut found = Vec::new();
    by_email.each(["cid@x.org", "x"], |user| found.push(user.map(|user| user.posts()))).unwrap();
    assert_eq!(found, [Some(0), None]);

    let refused = posts.unique(|p| p.score()).unwrap_err();
    assert_eq!(refused.kind().name(), "invalid_query");
}

#[derive(Clone, Debug, PartialEq)]
struct Code(String);

impl Newtype for Code {
    type Inner = String;
    fn wrap(inner: String) -> Code {
        Code(inner)
    }
    fn inner(&self) -> String {
        self.0.clone()
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Room {
    #[relata(key)]
    code: Code,
    seats: i32,
}

#[test]
fn blocks_of_keys_of_any_length_give_what_single_look_ups_give() {
    let db = Database::new::<Room>().unwrap();
    let room = |n: i32| Room { code: Code(format!("R{n}")), seats: n };
    db.insert_many((0..1000).map(room)).unwrap();
    let snapshot = db.snapshot();
    let rooms = snapshot.rows_of::<Room>().unwrap();
    let prepared = db.query::<Room>().prepare().unwrap();
    for len in [0, 1, 63, 64, 65, 255, 256, 257, 513, 900] {
        let keys = || (0..len).map(|n| Code(format!("R{}", n * 7 % 1100)));
        let one: Vec<_> = keys().map(|key| rooms.get(key).map(|room| room.seats())).collect();
        let many: Vec<_> =
            rooms.get_many(keys()).into_iter().map(|room| room.map(|room| room.seats())).collect();
        let mut shown = Vec::new();
        prepared.by_key().each(keys(), |room| shown.push(room.map(|room| room.seats()))).unwrap();
        assert_eq!((one.len(), &many, &shown), (len as usize, &one, &one));
    }
}
