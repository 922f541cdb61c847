//! Keys: of any type, compared, printed and in documents.

use crate::blog::{Post, User};
use jiff::civil::Date;
use relata::typed::{Database, Id, Model};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

#[test]
fn ids_compare_order_hash_and_print_as_their_keys() {
    let [one, two] = [1, 2].map(Id::<User>::new);
    assert!(one < two && two >= one && one == Id::new(1));
    assert_eq!(one.cmp(&two), 1.cmp(&2));
    assert_eq!([two, one].into_iter().collect::<BTreeSet<_>>().first(), Some(&one));
    let distinct: HashSet<_> = [one, two, one].into_iter().collect();
    assert_eq!((distinct.len(), distinct.contains(&Id::new(2))), (2, true));
    assert_eq!(
        (one.to_string(), format!("{two:>3}"), format!("{two:?}")),
        ("1".into(), "  2".into(), "Id(2)".into())
    );
    let (owned, lent) = (Id::<User, String>::new("b".into()), Id::<User, &str>::new("c"));
    assert!(lent > Id::new("b") && owned == Id::new("b"));
    assert_eq!(format!("{owned} {owned:?}"), r#"b Id("b")"#);
}

#[test]
fn ids_are_their_keys_in_documents() {
    let ids = vec![Id::<Post>::new(7), Id::new(-1)];
    let text = serde_json::to_string(&ids).unwrap();
    assert_eq!(text, "[7,-1]");
    assert_eq!(serde_json::from_str::<Vec<Id<Post>>>(&text).unwrap(), ids);
    let code: Id<Post, String> = serde_json::from_str(r#""nl""#).unwrap();
    assert_eq!(code.into_inner(), "nl");
    assert!(serde_json::from_str::<Id<Post>>(r#""seven""#).is_err());
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Word {
    #[relata(key)]
    text: String,
    length: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Small {
    #[relata(key)]
    id: i16,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Middle {
    #[relata(key)]
    id: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Day {
    #[relata(key)]
    date: Date,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Token {
    #[relata(key)]
    uuid: Uuid,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Seat {
    #[relata(key)]
    hall: String,
    #[relata(key)]
    row: i32,
    #[relata(key)]
    place: i16,
    taken: bool,
}

type Keyed = (Word, Small, Middle, Day, Token, Seat);

#[test]
fn a_key_of_any_type_is_given_back_and_finds_its_row() {
    let db = Database::new::<Keyed>().unwrap();
    let (date, uuid) = (Date::constant(2024, 2, 29), Uuid::from_u128(7));
    assert_eq!(db.insert(Word { text: "moon".into(), length: 4 }).unwrap(), "moon");
    assert_eq!(db.insert(Small { id: 3 }).unwrap(), 3);
    assert_eq!(db.insert(Middle { id: -3 }).unwrap(), -3);
    assert_eq!(db.insert(Day { date }).unwrap(), date);
    assert_eq!(db.insert(Token { uuid }).unwrap(), uuid);
    let seat = Seat { hall: "A".into(), row: 2, place: 9, taken: false };
    let key = ("A".to_owned(), 2, 9);
    assert_eq!(db.insert(seat.clone()).unwrap(), key);

    assert_eq!(db.get::<Word>("moon").unwrap().unwrap().length, 4);
    assert_eq!(db.get::<Word>("moon".to_owned()).unwrap().unwrap().length, 4);
    assert_eq!(db.get::<Word>("sun").unwrap(), None);
    assert_eq!(db.get::<Small>(3_i16).unwrap(), Some(Small { id: 3 }));
    assert_eq!(db.get::<Middle>(-3).unwrap(), Some(Middle { id: -3 }));
    assert_eq!(db.get::<Day>(date).unwrap(), Some(Day { date }));
    assert_eq!(db.get::<Token>(uuid).unwrap(), Some(Token { uuid }));
    assert_eq!(db.get::<Seat>(key.clone()).unwrap(), Some(seat));
    assert!(db.update::<Seat>(key.clone(), |s| s.taken().set(true)).unwrap());
    assert!(db.get::<Seat>(key).unwrap().unwrap().taken);
    assert_eq!(db.get::<Seat>(("A".to_owned(), 9, 2)).unwrap(), None);
}

#[test]
fn a_key_of_any_type_is_looked_up_borrowed_among_many() {
    let db = Database::new::<Keyed>().unwrap();
    let (date, uuid) = (Date::constant(2024, 2, 29), Uuid::from_u128(7));
    db.insert_many(["moon", "sun"].map(|text| Word { text: text.into(), length: text.len() as i64 }))
        .unwrap();
    db.insert(Small { id: 3 }).unwrap();
    db.insert(Day { date }).unwrap();
    db.insert(Token { uuid }).unwrap();
    let snapshot = db.snapshot();
    let words = snapshot.rows_of::<Word>().unwrap();
    let lengths: Vec<_> =
        words.get_many(["sun", "x", "moon"]).into_iter().map(|w| w.map(|w| w.length())).collect();
    assert_eq!(lengths, [Some(3), None, Some(4)]);
    assert_eq!(words.get("sun").map(|w| w.text()), Some("sun"));
    let found = snapshot.rows_of::<Small>().unwrap().get_many([3_i16, 4]);
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    assert!(snapshot.rows_of::<Day>().unwrap().get(date).is_some());
    assert!(snapshot.rows_of::<Token>().unwrap().get(uuid).is_some());
    let prepared = db.query::<Word>().prepare().unwrap();
    assert_eq!(prepared.by_key().get("moon").unwrap().map(|w| w.length()), Some(4));
}

#[test]
fn a_key_of_another_length_is_refused_and_says_of_how_many_values_it_is() {
    let db = Database::new::<Keyed>().unwrap();
    let snapshot = db.untyped().snapshot();
    let error = snapshot.get("seats", ("A", 2)).unwrap_err();
    assert_eq!(error.kind().name(), "type_mismatch");
    assert!(error.to_string().contains("a key of 3 values"), "{error}");
    assert!(error.to_string().contains("(A, 2)"), "{error}");
    let error = snapshot.get("words", ("moon", 1)).unwrap_err();
    assert_eq!(error.kind().name(), "type_mismatch");
    assert!(error.to_string().contains("a key of 1 value,"), "{error}");
    assert!(snapshot.get("seats", ("A", 2, 9)).unwrap().is_none());
}
