//! Bytes that somebody made on purpose, with checksums that hold.

use crate::common::{kind, library, rows};
use crate::random::{database, numbered, past};
use crate::seal::{blocks, seal};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use relata::{Action, Database, row};

#[test]
fn the_frame_is_as_it_is_described() {
    for file in 0..20 {
        let bytes = numbered(file).snapshot().to_bytes().unwrap();
        assert_eq!(seal(&blocks(&bytes)), bytes);
    }
}

/// What is done to the blocks of a file.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, Index, u8),
    Insert(Index, Index, Vec<u8>),
    Cut(Index, Index),
    Drop(Index),
    Repeat(Index),
    Swap(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        6 => (at(), at(), any::<u8>()).prop_map(|(block, byte, to)| Change::Byte(block, byte, to)),
        2 => (at(), at(), vec(any::<u8>(), 1..12)).prop_map(|(block, byte, new)| Change::Insert(block, byte, new)),
        1 => (at(), at()).prop_map(|(block, byte)| Change::Cut(block, byte)),
        1 => at().prop_map(Change::Drop),
        1 => at().prop_map(Change::Repeat),
        1 => (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
    ]
}

fn apply(change: &Change, blocks: &mut Vec<Vec<u8>>) {
    let count = blocks.len();
    if count == 0 {
        return;
    }
    match change {
        Change::Byte(block, byte, to) => {
            let block = &mut blocks[block.index(count)];
            if !block.is_empty() {
                let at = byte.index(block.len());
                block[at] = *to;
            }
        }
        Change::Insert(block, byte, new) => {
            let block = &mut blocks[block.index(count)];
            let at = byte.index(block.len() + 1);
            block.splice(at..at, new.iter().copied());
        }
        Change::Cut(block, byte) => {
            let block = &mut blocks[block.index(count)];
            block.truncate(byte.index(block.len() + 1));
        }
        Change::Drop(block) => drop(blocks.remove(block.index(count))),
        Change::Repeat(block) => blocks.push(blocks[block.index(count)].clone()),
        Change::Swap(a, b) => blocks.swap(a.index(count), b.index(count)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_is_sound_and_can_be_saved_again(
        past in past().prop_map(|(shape, actions, steps)| (shape, actions, steps.into_iter().take(4).collect())),
        changes in vec(change(), 1..4),
    ) {
        let mut blocks = blocks(&database(&past).snapshot().to_bytes().unwrap());
        changes.iter().for_each(|change| apply(change, &mut blocks));
        match Database::from_bytes(&seal(&blocks)) {
            Ok(db) => {
                prop_assert_eq!(db.check(), vec![]);
                let bytes = db.snapshot().to_bytes().unwrap();
                prop_assert_eq!(Database::from_bytes(&bytes).unwrap().snapshot().to_bytes().unwrap(), bytes);
            }
            Err(error) => prop_assert_eq!(kind(&error), "corrupt", "{}", error),
        }
    }
}

/// The saved library of one author and two books, block by block: schema; authors, id, name, email;
/// books, id, title, author_id.
fn library_blocks() -> Vec<Vec<u8>> {
    let db = library(Action::Cascade);
    db.insert("authors", row! { name: "Ann" }).unwrap();
    db.insert_many("books", vec![row! { title: "Aa", author_id: 1 }, row! { title: "B" }]).unwrap();
    let blocks = blocks(&db.snapshot().to_bytes().unwrap());
    assert_eq!(blocks.len(), 9);
    blocks
}

/// Why the library is refused with another content of one block, without the place.
#[track_caller]
fn why(block: usize, content: &[u8]) -> String {
    let mut blocks = library_blocks();
    blocks[block] = content.to_vec();
    let error = Database::from_bytes(&seal(&blocks)).unwrap_err();
    assert_eq!(kind(&error), "corrupt");
    let text = error.to_string();
    let text = text.strip_prefix("corrupt file: ").unwrap();
    let Some((part, place)) = text.split_once(" at byte ") else { return text.to_owned() };
    format!("{part}: {}", place.split_once(": ").unwrap().1)
}

#[test]
fn the_blocks_of_the_library_are_these() {
    let blocks = library_blocks();
    assert_eq!(blocks[5], b"\x05books\x02\x04");
    assert_eq!(blocks[6], [&[2, 0, 0, 16][..], &1u64.to_le_bytes(), &2u64.to_le_bytes()].concat());
    assert_eq!(blocks[7], b"\x02\x00\x02\x02\x01\x03AaB");
    assert_eq!(blocks[8], [&[2, 1, 1, 2, 0, 16][..], &1u64.to_le_bytes(), &0u64.to_le_bytes()].concat());
    let db = Database::from_bytes(&seal(&blocks)).unwrap();
    assert_eq!(
        rows(&db, "books"),
        r#"[{"id":1,"title":"Aa","author_id":1},{"id":2,"title":"B","author_id":null}]"#
    );
}

#[test]
fn tables_that_lie_are_refused() {
    assert_eq!(why(5, b"\x05bookz\x02\x04"), "books: another table stands here");
    assert_eq!(why(5, b"\x05books\x02\x03"), "books: an identity that never counted up");
    assert_eq!(why(5, b"\x05books\x03\x04"), "books.id: it is missing");
    assert_eq!(why(5, b"\x05books\x01\x04"), "books.id: another number of rows than the table has");
    assert_eq!(why(5, b"\x05books\x00\x04"), "block: it comes after all that the schema has");
    let many = [b"\x05books\xfd".as_slice(), &u64::MAX.to_le_bytes(), &[4]].concat();
    assert_eq!(why(5, &many), "books: more rows than a table can have");
    let many = [b"\x05books\xfd".as_slice(), &(u64::from(u32::MAX) - 1).to_le_bytes(), &[4]].concat();
    assert_eq!(why(5, &many), "books.id: it is missing");
}

#[test]
fn cells_that_lie_are_refused() {
    let ids = |a: u64, b: u64| [&[2, 0, 0, 16][..], &a.to_le_bytes(), &b.to_le_bytes()].concat();
    assert_eq!(why(6, &ids(1, 1)), "books: two rows have [1] under books_pkey");
    assert_eq!(why(6, b"\x02\x00\x00\x01\x01"), "books.id: another number of cells than of rows");
    assert_eq!(
        why(6, &[&[2, 0, 1, 0][..], &ids(1, 2)[3..]].concat()),
        "books.id: lengths for cells of a fixed width"
    );
    assert_eq!(why(7, b"\x02\x00\x01\x03\x03AaB"), "books.title: another number of lengths than of rows");
    assert_eq!(why(7, b"\x02\x00\x02\x02\x02\x03AaB"), "books.title: a text longer than its block");
    assert_eq!(why(7, b"\x02\x00\x02\x01\x01\x03AaB"), "books.title: bytes that belong to no text");
    assert_eq!(why(7, b"\x02\x00\x02\x01\x02\x03A\xff\xff"), "books.title: text that is no UTF-8");
    assert_eq!(why(7, b"\x02\x00\x02\x01\x02\x03\xc3\xa9B"), "books.title: text that is no UTF-8");
    assert_eq!(why(7, b"\x01\x00\x01\x01\x01A"), "books.title: another number of rows than the table has");
    let keys = |nulls: &[u8], a: u64, b: u64| {
        [&[2][..], nulls, &[0, 16], &a.to_le_bytes(), &b.to_le_bytes()].concat()
    };
    assert_eq!(why(8, &keys(&[1, 1, 2], 1, 7)), "books.author_id: a value under a null");
    assert_eq!(why(8, &keys(&[1, 1, 6], 1, 0)), "books.author_id: null bits past the last row");
    assert_eq!(
        why(8, &keys(&[1, 2, 2, 0], 1, 0)),
        "books.author_id: another number of null bits than of rows"
    );
    assert_eq!(why(8, &keys(&[0], 1, 0)), "books.author_id: no null bits for a column that may be null");
    assert_eq!(
        why(8, &keys(&[1, 1, 2], 9, 0)),
        "rows: books has [9], which matches nothing (books_author_id_fkey)"
    );
}

#[test]
fn a_schema_that_lies_is_refused() {
    let text = |text: &str| {
        let mut content = vec![251];
        content.extend((text.len() as u16).to_le_bytes());
        content.extend(text.as_bytes());
        content
    };
    assert_eq!(why(0, &text("{\"tables\": ")), "schema: expected a value, found the end");
    assert_eq!(
        why(0, &text("{\"tables\": {\"t\": {\"columns\": {}}}}")),
        "schema: the schema has a mistake: t: the table has no columns"
    );
    assert_eq!(why(0, &text(&"[".repeat(500))), "schema: more than 127: the limit `depth`");
    assert_eq!(
        why(0, &[253, 255, 255, 255, 255, 255, 255, 255, 127]),
        "schema: it promises more bytes than there are"
    );
}

#[test]
fn a_block_that_says_something_else_is_refused_at_its_place() {
    let bytes = numbered(3).snapshot().to_bytes().unwrap();
    let blocks = blocks(&bytes);
    let mut at = 32;
    for (place, content) in blocks.iter().enumerate() {
        let mut wrong = blocks.clone();
        wrong[place].push(0);
        let error = Database::from_bytes(&seal(&wrong)).unwrap_err();
        assert!(error.to_string().contains(&format!(" at byte {at}: ")), "{place}: {error}, not {at}");
        at += 12 + content.len();
    }
}

#[test]
fn a_block_of_texts_ends_at_a_mebibyte() {
    let db = library(Action::Cascade);
    let name = "x".repeat(1 << 16);
    db.insert_many("authors", (0..40).map(|_| row! { name: name.as_str() }).collect()).unwrap();
    let blocks = blocks(&db.snapshot().to_bytes().unwrap());
    let texts: Vec<usize> = blocks.iter().map(|block| block.len() >> 16).filter(|len| *len > 0).collect();
    assert_eq!(texts, [16, 16, 8]);
}
