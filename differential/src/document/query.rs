//! Queries as documents.

use super::filter::filter;
use crate::schema::Schema;
use crate::sql::effective_order;
use crate::tree::{Columns, Distinct, Method, Order, Query, Select};
use crate::value::{Kind, names, object, text};
use relata::Literal;

type Entries = Vec<(&'static str, Literal)>;

/// The document of a query.
pub fn query(schema: &Schema, query: &Query) -> Literal {
    let method = match query.method {
        Method::Many => "findMany",
        Method::First => "findFirst",
        Method::Count => "count",
    };
    let mut entries = vec![(method, text(query.table))];
    select(schema, query.table, &query.select, &[], &mut entries);
    object(entries)
}

fn select(schema: &Schema, table: &'static str, select: &Select, own: &[Order], entries: &mut Entries) {
    if let Some(columns) = columns(&select.columns) {
        entries.push(("columns", columns));
    }
    if let Some(asked) = &select.filter {
        entries.push(("where", filter(schema, table, asked)));
    }
    if !select.with.is_empty() {
        entries.push((if select.prisma { "include" } else { "with" }, with(schema, table, select)));
    }
    if !select.extras.is_empty() {
        let extras = select.extras.iter().map(|extra| {
            let mut entries = vec![("$count", text(extra.relation))];
            if let Some(asked) = &extra.filter {
                entries.push(("where", filter(schema, schema.relation(table, extra.relation).target, asked)));
            }
            (extra.name, object(entries))
        });
        entries.push(("extras", object(extras)));
    }
    if !select.order.is_empty() {
        entries.push(("orderBy", order(&select.order)));
    }
    if let Some(limit) = select.limit {
        entries.push((if select.prisma { "take" } else { "limit" }, number(limit)));
    }
    if select.offset > 0 {
        entries.push((if select.prisma { "skip" } else { "offset" }, number(select.offset)));
    }
    match &select.distinct {
        Some(Distinct::Selected) => entries.push(("distinct", Literal::Boolean(true))),
        Some(Distinct::On(columns)) => entries.push(("distinct", names(columns))),
        None => {}
    }
    if let Some(cursor) = &select.cursor {
        let keys = effective_order(&select.order, own);
        let cells = keys.iter().zip(cursor).map(|(key, value)| {
            let kind = schema.table(table).column(key.name).map_or(Kind::Integer, |column| column.kind);
            (key.name, value.document(kind))
        });
        entries.push(("cursor", object(cells)));
    }
}

fn with(schema: &Schema, table: &str, parent: &Select) -> Literal {
    object(parent.with.iter().map(|include| {
        let mut entries = Entries::new();
        if include.name != include.relation {
            entries.push(("relation", text(include.relation)));
        }
        let relation = schema.relation(table, include.relation);
        select(schema, relation.target, &include.select, &relation.order, &mut entries);
        (include.name, if entries.is_empty() { Literal::Boolean(true) } else { object(entries) })
    }))
}

fn columns(columns: &Columns) -> Option<Literal> {
    let switched =
        |names: &[&'static str], on| object(names.iter().map(|name| (*name, Literal::Boolean(on))));
    match columns {
        Columns::All => None,
        Columns::Pick(names) => Some(switched(names, true)),
        Columns::Omit(names) if names.is_empty() => None,
        Columns::Omit(names) => Some(switched(names, false)),
    }
}

/// The document of an order.
pub(super) fn order(keys: &[Order]) -> Literal {
    let one = |key: &Order| {
        let direction = text(if key.descending { "desc" } else { "asc" });
        let way = match key.nulls_first {
            None => direction,
            Some(first) => {
                object([("direction", direction), ("nulls", text(if first { "first" } else { "last" }))])
            }
        };
        object([(key.name, way)])
    };
    match keys {
        [key] => one(key),
        keys => Literal::List(keys.iter().map(one).collect()),
    }
}

fn number(number: usize) -> Literal {
    Literal::Number(format!("{number}").into())
}
