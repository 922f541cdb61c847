//! A store that was broken on purpose is found to be.

use super::Violation;
use crate::catalog::Catalog;
use crate::delta::Log;
use crate::id::{ColumnId, EdgeId, IndexId, Slot, TableId};
use crate::index::adjacency::Adjacency;
use crate::index::key::KeyView;
use crate::schema::{Column, ForeignKey, Relation, Schema, Table};
use crate::store::{Change, Store};
use crate::value::Value;
use std::sync::Arc;

const PARENTS: TableId = TableId::new(0);
const CHILDREN: TableId = TableId::new(1);
const NAME: ColumnId = ColumnId::new(1);
const YEAR: ColumnId = ColumnId::new(3);
const PARENT: EdgeId = EdgeId::new(0);

/// What the indexes of parents are called, in their order.
const INDEXES: [&str; 4] = ["parents_pkey", "parents_name_key", "parents_kind_idx", "parents_year_idx"];

fn catalog(name: Column) -> Arc<Catalog> {
    let parents = Table::new("parents")
        .column(Column::integer("id"))
        .column(name.unique())
        .column(Column::text("kind").nullable())
        .column(Column::integer("year").nullable())
        .primary_key(["id"])
        .index(["kind"])
        .ordered_index(["year"]);
    let children = Table::new("children")
        .column(Column::integer("id"))
        .column(Column::integer("parent_id").nullable())
        .column(Column::integer("friend_id").nullable())
        .primary_key(["id"])
        .foreign_key(ForeignKey::new(["parent_id"], "parents"));
    let friend = Relation::one("children", "friend", "parents").from(["friend_id"]).to(["id"]);
    Arc::new(Catalog::try_from(Schema::new().table(parents).table(children).relation(friend)).unwrap())
}

fn insert(store: &mut Store, table: TableId, row: &[Value]) -> Slot {
    let row: Vec<&Value> = row.iter().collect();
    store.apply(Change::Insert { table, row: &row }, &mut Log::default()).added.unwrap()
}

/// Parents 1 to 4 and one without a name, a kind and a year; children 11 and 13 of parent 1, 12 of 2 and 10
/// of nobody.
fn family() -> Store {
    let mut store = Store::new(catalog(Column::text("name").nullable()));
    for id in 1..=4 {
        let row = [Value::from(id), format!("name {id}").into(), "kind".into(), (2000 + id).into()];
        insert(&mut store, PARENTS, &row);
    }
    insert(&mut store, PARENTS, &[5.into(), Value::Null, Value::Null, Value::Null]);
    for (id, parent) in [(10, Value::Null), (11, 1.into()), (12, 2.into()), (13, 1.into())] {
        insert(&mut store, CHILDREN, &[id.into(), parent, (5 - (id - 10)).into()]);
    }
    assert_eq!(store.check(), []);
    store
}

/// Changes who belongs to whom behind everybody's back.
fn relink(store: &mut Store, change: impl FnOnce(&mut Adjacency, &KeyView<'_>)) {
    let catalog = store.shared_catalog();
    let children = Arc::clone(&store.tables[CHILDREN.index()]);
    let keys = children.keys(&catalog.edge(PARENT).child_columns);
    change(Arc::make_mut(&mut store.edges[PARENT.index()]), &keys);
}

fn misplaced(index: usize, id: i64) -> Violation {
    let (table, index) = ("parents".into(), INDEXES[index].into());
    Violation::Index { table, index, row: vec![id.into()] }
}

fn misled(id: i64) -> Violation {
    Violation::Adjacency { table: "children".into(), parent: "parents".into(), row: vec![id.into()] }
}

/// What is wrong with indexes: children of a parent that isn't found are misled besides.
fn in_indexes(store: &Store) -> Vec<Violation> {
    store.check().into_iter().filter(|violation| matches!(violation, Violation::Index { .. })).collect()
}

#[test]
fn a_row_that_an_index_has_lost() {
    for index in 0..INDEXES.len() {
        let mut store = family();
        store.table_mut(PARENTS).unindex_row_in(IndexId::new(index), Slot::new(1));
        assert_eq!(in_indexes(&store), [misplaced(index, 2)]);
    }
}

#[test]
fn a_row_that_is_gone_and_in_an_index() {
    for index in 0..INDEXES.len() {
        let mut store = family();
        let table = store.table_mut(PARENTS);
        table.kill(&[Slot::new(3)]);
        table.index_row_in(IndexId::new(index), Slot::new(3));
        assert_eq!(in_indexes(&store), [misplaced(index, 4)]);
    }
}

#[test]
fn a_row_that_is_in_an_index_twice() {
    let mut store = family();
    // All others refuse it.
    store.table_mut(PARENTS).index_row_in(IndexId::new(1), Slot::new(3));
    assert_eq!(store.check(), [misplaced(1, 4)]);
}

#[test]
fn a_cell_that_was_written_past_its_index() {
    for (index, column, value) in [(1, NAME, Value::from("other")), (3, YEAR, Value::from(1990))] {
        let mut store = family();
        store.table_mut(PARENTS).set(Slot::new(2), column, &value);
        let found = store.check();
        assert!(found.contains(&misplaced(index, 3)), "{found:?}");
        assert!(found.iter().all(|violation| matches!(violation, Violation::Index { .. })), "{found:?}");
    }
}

#[test]
fn two_rows_with_one_unique_key() {
    let mut store = family();
    let table = store.table_mut(PARENTS);
    table.unindex_row_in(IndexId::new(1), Slot::new(2));
    table.set(Slot::new(2), NAME, &"name 1".into());
    table.index_row_in(IndexId::new(1), Slot::new(2));
    let (table, constraint) = ("parents".into(), INDEXES[1].into());
    let double = Violation::Unique { table, constraint, values: vec!["name 1".into()] };
    let found = store.check();
    assert_eq!(found.iter().filter(|violation| **violation == double).count(), 1, "{found:?}");
}

#[test]
fn rows_that_are_not_counted() {
    let mut store = family();
    let slot = insert(&mut store, PARENTS, &[6.into(), Value::Null, Value::Null, Value::Null]);
    store.table_mut(PARENTS).kill(&[slot, slot]);
    assert_eq!(store.check(), [Violation::RowCount { table: "parents".into(), counted: 4, found: 5 }]);
}

#[test]
fn a_null_that_may_not_be() {
    let mut store = family();
    store.catalog = catalog(Column::text("name"));
    let (table, column) = ("parents".into(), "name".into());
    assert_eq!(store.check(), [Violation::NotNull { table, column, row: vec![5.into()] }]);
}

#[test]
fn a_key_that_matches_nothing() {
    let mut store = family();
    insert(&mut store, CHILDREN, &[14.into(), 99.into(), 99.into()]);
    let (table, constraint) = ("children".into(), "children_parent_id_fkey".into());
    assert_eq!(store.check(), [Violation::ForeignKey { table, constraint, values: vec![99.into()] }]);
}

#[test]
fn a_child_that_is_not_where_its_key_says() {
    let (first, second) = (Slot::new(0), Slot::new(1));
    let (none, child) = (Slot::new(0), Slot::new(1));
    type Wrong = fn(&mut Adjacency, &KeyView<'_>, [Slot; 4]);
    let cases: [(&str, Vec<i64>, Wrong); 6] = [
        ("taken away", vec![11], |edge, keys, [.., child]| edge.detach(keys, child)),
        ("not in the list", vec![11, 13], |edge, keys, [first, ..]| edge.abandon_all(keys, &[first], &[])),
        ("under another", vec![11, 11], |edge, _, [_, second, _, child]| edge.attach_to(second, child)),
        ("without a key", vec![10], |edge, _, [_, second, none, _]| edge.attach_to(second, none)),
        ("waiting though it has a parent", vec![11], |edge, keys, [first, .., child]| {
            edge.attach(keys, child, None);
            edge.attach_to(first, child);
        }),
        ("neither here nor there", vec![11, 11], |edge, keys, [.., child]| edge.attach(keys, child, None)),
    ];
    for (name, wrong, change) in cases {
        let mut store = family();
        relink(&mut store, |edge, keys| change(edge, keys, [first, second, none, child]));
        let mut found = store.check();
        // One that waits for a parent breaks its foreign key too.
        found.retain(|violation| !matches!(violation, Violation::ForeignKey { .. }));
        assert_eq!(found, wrong.into_iter().map(misled).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_child_that_is_gone_and_linked() {
    let gone = Slot::new(2);
    for waits in [false, true] {
        let mut store = family();
        store.apply(Change::Delete(vec![(CHILDREN, vec![gone])]), &mut Log::default());
        relink(&mut store, |edge, keys| edge.attach(keys, gone, (!waits).then_some(Slot::new(1))));
        assert_eq!(store.check(), [misled(12)]);
    }
}

#[test]
fn children_that_show_another_order_than_that_of_insertion() {
    let mut store = family();
    let edge = |name: &str| {
        let column = catalog(Column::text("name")).table(CHILDREN).column_id(name).unwrap();
        let edges = &store.catalog().edges;
        edges.iter().find(|edge| edge.child_columns == [column]).unwrap().id
    };
    let (parent, friend) = (edge("parent_id"), edge("friend_id"));
    insert(&mut store, CHILDREN, &[14.into(), 2.into(), 4.into()]);
    insert(&mut store, CHILDREN, &[15.into(), 1.into(), 4.into()]);
    store.cluster(parent);
    assert_eq!(store.check(), []);
    let bound = store.table(CHILDREN).bound();
    Arc::make_mut(&mut store.edges[friend.index()]).set_order(true, bound);
    let order = |id: i64| Violation::Order { table: "children".into(), row: vec![id.into()] };
    assert_eq!(store.check(), [order(11), order(15), order(14)]);
}

#[test]
fn what_is_wrong_is_told_in_a_line() {
    let (table, row) = (ecow::EcoString::from("t"), vec![Value::from(7)]);
    let (constraint, index, column) = (table.clone() + "_key", table.clone() + "_idx", table.clone() + "_no");
    let parent = ecow::EcoString::from("p");
    let told = [
        Violation::RowCount { table: table.clone(), counted: 4, found: 5 },
        Violation::Index { table: table.clone(), index, row: row.clone() },
        Violation::Unique { table: table.clone(), constraint: constraint.clone(), values: row.clone() },
        Violation::Adjacency { table: table.clone(), parent, row: row.clone() },
        Violation::Order { table: table.clone(), row: row.clone() },
        Violation::ForeignKey { table: table.clone(), constraint: constraint.clone(), values: row.clone() },
        Violation::Counter {
            table: table.clone(),
            column: column.clone(),
            row: row.clone(),
            held: 2.into(),
            counted: 3,
        },
        Violation::NotNull { table: table.clone(), column, row: row.clone() },
        Violation::Check { table, constraint, row },
    ]
    .map(|violation| violation.to_string());
    assert_eq!(
        told,
        [
            "t counts 4 rows and has 5",
            "t [7] is misplaced in t_idx",
            "t has two rows with [7] under t_key",
            "t [7] isn't linked with p as its key says",
            "t [7] is out of insertion order",
            "t has [7], which matches nothing (t_key)",
            "t [7] has 2 in t_no, and counts 3",
            "t [7] has no t_no",
            "t [7] breaks t_key",
        ]
    );
}
