//! What no statement shows: rows of one change that trade their keys, and how often a parent is written.

use super::{Environment, Writer};
use crate::catalog::Catalog;
use crate::delta::{Cells, Log};
use crate::id::{ColumnId, Slot, TableId};
use crate::schema::{Action, Column, ForeignKey, Relation, Schema, Table};
use crate::store::{Draft, Store};
use crate::value::Value;
use std::sync::Arc;

const PARENTS: TableId = TableId::new(0);
const CHILDREN: TableId = TableId::new(1);

/// Two parents, 1 and 2, and a child of each.
fn family(action: Action) -> Store {
    let parents = Table::new("parents").column(Column::integer("id")).primary_key(["id"]);
    let children = Table::new("children")
        .column(Column::integer("parent"))
        .foreign_key(ForeignKey::new(["parent"], "parents").on_update(action));
    let catalog = Catalog::try_from(Schema::new().table(parents).table(children)).unwrap();
    let mut store = Store::new(Arc::new(catalog));
    for table in [PARENTS, CHILDREN] {
        for key in [1, 2] {
            store.apply(crate::store::Change::Insert { table, row: &[&key.into()] }, &mut Log::default());
        }
    }
    store
}

/// Gives the parents these keys in one change.
fn rekey(store: &mut Store, keys: [i64; 2], keep: bool) -> Result<(), &'static str> {
    let (clock, ids) = (Box::new(jiff::Timestamp::now), Box::new(uuid::Uuid::new_v4));
    let ids = Arc::new(Environment { clock, ids, is_given: false, hooks: None });
    let rows = keys
        .iter()
        .enumerate()
        .map(|(at, key)| (Slot::new(at), smallvec::smallvec![Value::from(*key)]))
        .collect();
    let mut writer = Writer::new(Draft::own(store), &ids);
    let cells = Cells { table: PARENTS, columns: vec![ColumnId::new(0)], rows };
    let done = writer.change(cells).and_then(|()| writer.finish());
    let done = done.and_then(|open| writer.verify(&open));
    if keep && done.is_ok() {
        writer.commit();
    }
    done.map_err(|error| error.kind().name())
}

fn column(store: &Store, table: TableId) -> Vec<Value> {
    let keys = store.table(table).keys(&[ColumnId::new(0)]);
    (0..2).flat_map(|at| keys.values(Slot::new(at))).collect()
}

#[test]
fn two_rows_trade_their_keys_and_each_keeps_its_children() {
    let mut store = family(Action::Cascade);
    rekey(&mut store, [2, 1], true).unwrap();
    assert_eq!(column(&store, PARENTS), [Value::from(2), 1.into()]);
    assert_eq!(column(&store, CHILDREN), [Value::from(2), 1.into()]);
    assert_eq!(store.check(), []);
    rekey(&mut store, [1, 2], false).unwrap();
    assert_eq!(column(&store, PARENTS), [Value::from(2), 1.into()]);
    assert_eq!(column(&store, CHILDREN), [Value::from(2), 1.into()]);
    assert_eq!(store.check(), []);
}

#[test]
fn traded_keys_satisfy_no_action_and_not_restrict() {
    let mut store = family(Action::NoAction);
    rekey(&mut store, [2, 1], true).unwrap();
    assert_eq!(column(&store, CHILDREN), [Value::from(1), 2.into()]);
    assert_eq!(store.check(), []);
    let error = rekey(&mut family(Action::Restrict), [2, 1], true);
    assert_eq!(error, Err("restrict_violation"));
}

#[test]
fn keys_can_shift_but_not_meet() {
    let mut store = family(Action::Cascade);
    rekey(&mut store, [2, 3], true).unwrap();
    assert_eq!(column(&store, CHILDREN), [Value::from(2), 3.into()]);
    assert_eq!(store.check(), []);
    assert_eq!(rekey(&mut store, [7, 7], true), Err("unique_violation"));
    assert_eq!(store.check(), []);
}

#[test]
fn a_touch_and_a_counter_of_one_relation_make_one_write() {
    let parents = Table::new("parents")
        .column(Column::integer("id"))
        .column(Column::integer("n").default(0))
        .column(Column::timestamptz("updated_at").nullable())
        .primary_key(["id"]);
    let children = Table::new("children").column(Column::integer("parent"));
    let schema = Schema::new()
        .table(parents)
        .table(children)
        .relation(Relation::one("children", "up", "parents").from(["parent"]).to(["id"]).touch())
        .relation(Relation::many("parents", "down", "children").counter_cache("n"));
    let mut store = Store::new(Arc::new(Catalog::try_from(schema).unwrap()));
    let row: [Value; 3] = [1.into(), 0.into(), Value::Null];
    store.apply(crate::store::Change::Insert { table: PARENTS, row: &row.each_ref() }, &mut Log::default());
    let (clock, ids) = (Box::new(jiff::Timestamp::now), Box::new(uuid::Uuid::new_v4));
    let ids = Arc::new(Environment { clock, ids, is_given: false, hooks: None });
    let mut writer = Writer::new(Draft::own(&mut store), &ids);
    writer.insert(CHILDREN, &[crate::row! { parent: 1 }, crate::row! { parent: 1 }]).unwrap();
    writer.finish().unwrap();
    assert_eq!(writer.store.mark(), 3, "two children, and their parent once");
    writer.commit();
    assert_eq!(store.check(), []);
}
