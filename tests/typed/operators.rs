//! Conditions of columns and of what is made of rows, beside the same asked by name.

use crate::blog::{Post, State, User, filled};
use relata::typed::{Computed, Condition, Database, Group, Id, Model, Query, count};
use relata::{Filter, col};

fn typed(query: Query<User>) -> Vec<i64> {
    query.all().unwrap().iter().map(|u| *u.id().get()).collect()
}

fn named(db: &Database, filter: Filter) -> Vec<i64> {
    let page = db.untyped().query("users").filter(filter).all().unwrap();
    page.iter().map(|row| row.get::<i64>("id").unwrap()).collect()
}

#[test]
fn every_condition_keeps_the_rows_that_it_keeps_by_name() {
    let db = filled();
    let users = User::fields;
    let bobby = "BOBBY".to_owned();
    let cases: [(Condition<User>, Filter, &[i64]); 14] = [
        (users().post_count().lt(1), col("post_count").lt(1), &[3]),
        (users().post_count().lte(1), col("post_count").lte(1), &[2, 3]),
        (users().id().lte(users().invited_by()), col("id").lte_column("invited_by"), &[]),
        (users().post_count().ne(1), col("post_count").ne(1), &[1, 3]),
        (users().post_count().not_in([0, 2]), col("post_count").not_in([0, 2]), &[2]),
        (users().post_count().not_between(1, 2), col("post_count").not_between(1, 2), &[3]),
        (users().email().like("b%"), col("email").like("b%"), &[2]),
        (users().email().ilike("B%"), col("email").ilike("B%"), &[2]),
        (users().email().not_like("b%"), col("email").not_like("b%"), &[1, 3]),
        (users().email().not_ilike("_O%"), col("email").not_ilike("_O%"), &[1, 3]),
        // Of a null nothing is known, so it isn't unlike anything.
        (users().nick().not_like("x%"), col("nick").not_like("x%"), &[2]),
        (users().nick().ne(&bobby), col("nick").ne("BOBBY"), &[2]),
        (users().invited_by().is_null(), col("invited_by").is_null(), &[1, 3]),
        (
            Condition::all([users().post_count().gt(0), users().id().gt(Id::new(1))]),
            Filter::all([col("post_count").gt(0), col("id").gt(1)]),
            &[2],
        ),
    ];
    for (condition, filter, ids) in cases {
        let words = format!("{condition:?}");
        assert_eq!(named(&db, filter), ids, "{words}");
        assert_eq!(typed(db.query::<User>().filter(|_| condition.clone())), ids, "{words}");
    }
}

#[test]
fn a_condition_by_name_stands_among_typed_ones() {
    let db = filled();
    let by_name = || Condition::untyped(col("nick").ilike("bob%"));
    assert_eq!(typed(db.query::<User>().filter(|_| by_name())), [2]);
    assert_eq!(typed(db.query::<User>().filter(|u| by_name().or(u.id().eq(Id::new(3))))), [2, 3]);
    assert_eq!(typed(db.query::<User>().filter(|u| by_name().and(u.id().eq(Id::new(3))))), [0; 0]);
    let unknown = db.query::<User>().filter(|_| Condition::untyped(col("nik").eq("x"))).all();
    assert_eq!(unknown.unwrap_err().kind().name(), "unknown_column");
}

#[test]
fn what_is_made_of_a_group_is_compared_in_every_way() {
    let db = filled();
    type Made = Computed<Group, i64>;
    let kept = |test: fn(Made) -> Condition<Group>| {
        let groups = db.query::<Post>().group_by(|p| p.author_id()).having(|_, _| test(count()));
        groups.select(|author, _| author).all().unwrap().into_iter().map(Id::into_inner).collect::<Vec<_>>()
    };
    assert_eq!(kept(|n| n.eq(2)), [1]);
    assert_eq!(kept(|n| n.ne(2)), [2]);
    assert_eq!(kept(|n| n.gt(1)), [1]);
    assert_eq!(kept(|n| n.gte(1)), [1, 2]);
    assert_eq!(kept(|n| n.lt(2)), [2]);
    assert_eq!(kept(|n| n.lte(2)), [1, 2]);
    assert_eq!(kept(|n| n.clone().lte(2).and(n.lt(1))), [0; 0]);
}

#[test]
fn groups_come_in_pages_and_keep_an_order_by_what_they_are_grouped_by() {
    let db = filled();
    let scores = || db.query::<Post>().group_by(|p| p.score()).order_by(|score, _| score.desc());
    assert_eq!(scores().select(|score, _| score).all().unwrap(), [7, 5, 3]);
    assert_eq!(scores().limit(2).select(|score, _| score).all().unwrap(), [7, 5]);
    assert_eq!(scores().offset(1).limit(1).select(|score, _| score).all().unwrap(), [5]);
    assert_eq!(scores().offset(3).select(|score, _| score).all().unwrap(), [0; 0]);
    let by_state = db.query::<Post>().group_by(|p| p.state()).order_by(|_, _| count().desc());
    assert_eq!(by_state.select(|state, _| state).all().unwrap(), [State::Draft, State::Published]);
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Blob {
    #[relata(key, generated)]
    id: Id<Blob>,
    bytes: Vec<u8>,
    digest: Option<Vec<u8>>,
}

#[test]
fn bytes_are_given_borrowed_wherever_they_are_given() {
    let db = Database::new::<Blob>().unwrap();
    let (one, two): (&[u8], &[u8]) = (b"\x00one", b"\xfftwo");
    db.insert(NewBlob::new(one.to_vec()).digest(two)).unwrap();
    db.insert(NewBlob::new(two.to_vec())).unwrap();
    let ids = |query: Query<Blob>| query.all().unwrap().iter().map(|b| *b.id().get()).collect::<Vec<_>>();
    let blobs = || db.query::<Blob>();
    assert_eq!(ids(blobs().filter(|b| b.bytes().eq(one))), [1]);
    assert_eq!(ids(blobs().filter(|b| b.bytes().gt(one))), [2]);
    assert_eq!(ids(blobs().filter(|b| b.bytes().is_in([one, two]))), [1, 2]);
    assert_eq!(ids(blobs().filter(|b| b.bytes().between(two, two))), [2]);
    assert_eq!(ids(blobs().filter(|b| b.digest().eq(two))), [1]);
    assert!(db.update(Id::<Blob>::new(2), |b| b.digest().set(one)).unwrap());
    let stored = db.get(Id::<Blob>::new(2)).unwrap().unwrap();
    assert_eq!((stored.bytes.as_slice(), stored.digest.as_deref()), (two, Some(one)));
    let digests = blobs().select(|b| (b.id(), b.digest())).all().unwrap();
    assert_eq!(digests.iter().map(|(_, digest)| digest).collect::<Vec<_>>(), [Some(two), Some(one)]);
}
