//! A column of every type, all of them nullable but the key.

use super::{BYTES, DATES, INSTANTS, SIZES, TIMESTAMPS, UUIDS, boolean, integer, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::tree::asc;
use crate::value::Kind;

pub(super) fn schema() -> Schema {
    let columns = vec![
        Column::new("id", UUIDS),
        boolean("flag").null(),
        Column::new("tiny", Kind::Smallint).null(),
        integer("big").null(),
        Column::new("real", Kind::Float).null(),
        Column::new("amount", Kind::Decimal).null(),
        text("name").null(),
        text("other").null(),
        Column::new("day", DATES).null(),
        Column::new("at", TIMESTAMPS).null(),
        Column::new("seen", INSTANTS).null(),
        Column::new("size", SIZES).null(),
        Column::new("data", BYTES).null(),
    ];
    let things = Table::new("things", columns).key(&["id"]).unique(&["amount"]);
    let parts = vec![
        Column::new("thing", UUIDS).null(),
        Column::new("amount", Kind::Decimal).null(),
        Column::new("day", DATES).null(),
        Column::new("size", SIZES).null(),
        integer("number").null(),
    ];
    let parts = Table::new("parts", parts)
        .unique(&["day", "size"])
        .foreign_key(&["thing"], "things", &["id"], ("set_null", "cascade"))
        .foreign_key(&["amount"], "things", &["amount"], ("no_action", "no_action"));
    let thing = Relation::new(("parts", "whole"), &["thing"], "things", &["id"]);
    let priced = Relation::new(("parts", "priced"), &["amount"], "things", &["amount"]).alias("price");
    let dated =
        Relation::new(("things", "dated"), &["day", "size"], "parts", &["day", "size"]).alias("dated");
    let relations = vec![
        thing.reverse("parts").order(asc("size")),
        thing,
        priced.reverse("priced_parts"),
        priced,
        dated.reverse("things"),
        dated,
    ];
    Schema { name: "things", tables: vec![things, parts], relations }
}
