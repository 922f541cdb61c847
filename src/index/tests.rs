//! Keys that share a hash, and those that mustn't.

use super::*;
use crate::catalog::Catalog;
use crate::id::{IndexId, TableId};
use crate::schema;
use std::collections::HashMap;

const KEYS: HashKeys = HashKeys::fixed(7, 11);

/// Two keys with the same bits of their hashes.
fn twins(key: impl Fn(u32) -> Vec<Value>) -> [Vec<Value>; 2] {
    let mut met = HashMap::new();
    let mut all = (0..1_000_000).map(|n| (hash::bits(hash_key(KEYS, &key(n))), n));
    let (other, n) = all.find_map(|(bits, n)| met.insert(bits, n).map(|other| (other, n))).unwrap();
    [key(other), key(n)]
}

/// The columns of a key and the index over them.
fn open(columns: &[schema::Column], index: schema::Index) -> (Vec<Column>, Index) {
    let table = columns.iter().cloned().fold(schema::Table::new("t"), schema::Table::column).index(index);
    let catalog = Catalog::try_from(schema::Schema::new().table(table)).unwrap();
    let info = catalog.table(TableId::new(0));
    let types: Vec<&Type> = info.columns.iter().map(|column| &column.ty).collect();
    let index = Index::new(info.index(IndexId::new(0)), &types, KEYS);
    (types.into_iter().map(|ty| Column::new(ty, false)).collect(), index)
}

/// Adds the row at `at`, the next one.
fn insert(columns: &mut [Column], index: &mut Index, at: usize, key: &[Value]) -> Slot {
    let slot = Slot::new(at);
    columns.iter_mut().zip(key).for_each(|(column, value)| column.push(value));
    index.insert(columns, slot);
    slot
}

#[test]
fn unique_keys_that_share_a_hash_are_told_apart() {
    let text = |n: u32| Value::from(format!("key {n}"));
    let cases: [(Vec<schema::Column>, [Vec<Value>; 2]); 2] = [
        (vec![schema::Column::text("a")], twins(|n| vec![text(n)])),
        (vec![schema::Column::text("a"), schema::Column::integer("b")], twins(|n| vec![text(n), 1.into()])),
    ];
    for (columns, [one, other]) in cases {
        let names = columns.iter().map(|column| column.name.clone());
        let (mut columns, mut index) = open(&columns, schema::Index::on(names).unique());
        let first = insert(&mut columns, &mut index, 0, &one);
        let both = [one.as_slice().into(), other.as_slice().into()];
        let found = |index: &Index, columns: &[Column]| {
            let mut many = Vec::new();
            index.find_many(columns, &both, &mut many);
            let each: Vec<Slot> =
                both.iter().map(|key| index.find(columns, *key).unwrap_or_default()).collect();
            let groups = [&one, &other].map(|key| index.group(columns, key));
            assert_eq!(
                (&many, groups.map(|group| group.first().copied().unwrap_or_default()).to_vec()),
                (&each, each.clone())
            );
            each
        };
        assert_eq!(found(&index, &columns), [first, Slot::NONE]);
        let second = insert(&mut columns, &mut index, 1, &other);
        assert_eq!(found(&index, &columns), [first, second]);
        index.remove(&columns, first);
        assert_eq!(found(&index, &columns), [Slot::NONE, second]);
        index.remove_all(&columns, &[second]);
        assert_eq!(index.slots(), []);
    }
}

#[test]
fn groups_that_share_a_hash_are_told_apart() {
    let [one, other] = twins(|n| vec![Value::from(format!("key {n}"))]);
    let (mut columns, mut index) = open(&[schema::Column::text("a")], schema::Index::on(["a"]));
    let rows = [&one, &other, &one].into_iter().enumerate();
    let slots: Vec<Slot> = rows.map(|(at, key)| insert(&mut columns, &mut index, at, key)).collect();
    assert_eq!(index.group(&columns, &one), [slots[0], slots[2]]);
    assert_eq!(index.group(&columns, &other), [slots[1]]);
    assert_eq!((index.group_count(&columns, &one), index.group_count(&columns, &other)), (2, 1));
    assert!(slots.iter().all(|slot| index.holds(&columns, *slot)));
    index.remove(&columns, slots[0]);
    index.remove(&columns, slots[2]);
    assert_eq!((index.group(&columns, &one), index.group(&columns, &other)), (vec![], vec![slots[1]]));
}

#[test]
fn no_type_gives_all_its_keys_one_hash() {
    let date = |day: &str| Value::from(day.parse::<jiff::civil::Date>().unwrap());
    let moment = |time: &str| Value::from(time.parse::<jiff::Timestamp>().unwrap());
    let time = |time: &str| Value::from(time.parse::<jiff::civil::DateTime>().unwrap());
    let uuid = |n: u128| Value::from(uuid::Uuid::from_u128(n));
    let pairs = [
        [Value::from(true), false.into()],
        [1.into(), 2.into()],
        [1.5.into(), 2.5.into()],
        [f64::INFINITY.into(), f64::NEG_INFINITY.into()],
        ["a".into(), "b".into()],
        [Value::from(vec![1u8]), vec![2u8].into()],
        [Value::from(vec![0u8; 3]), vec![0u8; 4].into()],
        [date("2024-02-29"), date("2024-03-01")],
        [moment("2024-02-29T00:00:00Z"), moment("2024-02-29T00:00:01Z")],
        [time("2024-02-29T00:00:00"), time("2024-02-29T01:00:00")],
        [uuid(1), uuid(2)],
    ];
    for pair in pairs {
        let [one, other] = &pair;
        let alone = pair.each_ref().map(|key| hash_values(KEYS, std::iter::once(key.as_ref())));
        assert_ne!(alone[0], alone[1], "{pair:?}");
        let swapped = [one, other].into_iter().zip([other, one]);
        let swapped = swapped.map(|(a, b)| hash_key(KEYS, &[a.clone(), b.clone()])).collect::<Vec<_>>();
        assert_ne!(swapped[0], swapped[1]);
    }
}
