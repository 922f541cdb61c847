//! Nested queries, naively.

use super::State;
use super::filter::{Reader, Row};
use crate::schema::{Relation, Schema};
use crate::sql::effective_order;
use crate::tree::{Columns, Distinct, Method, Order, Query, Select};
use crate::value::{Value, object};
use relata::Literal;
use std::cmp::Ordering;

/// Answers with more rows in all levels together aren't put together.
const ROWS_MAX: usize = 20_000;

/// What a query is answered with; `None` when that would be too long.
pub(super) fn answer(schema: &Schema, state: &State, query: &Query) -> Option<Literal> {
    let reader = Reader { schema, state };
    let table = schema.place(query.table);
    let mut left = ROWS_MAX;
    let rows = state.tables[table].clone();
    let mut rows = reader.level(table, rows, &query.select, None, &mut left)?;
    Some(match query.method {
        Method::Many => Literal::List(rows),
        Method::First if rows.is_empty() => Literal::Null,
        Method::First => rows.swap_remove(0),
        Method::Count => Literal::Number(format!("{}", rows.len()).into()),
    })
}

impl Reader<'_> {
    /// The documents of the rows of a level.
    fn level(
        self,
        table: usize,
        mut rows: Vec<Row>,
        select: &Select,
        relation: Option<&Relation>,
        left: &mut usize,
    ) -> Option<Vec<Literal>> {
        if let Some(filter) = &select.filter {
            rows.retain(|row| self.passes(table, row, filter, &select.extras));
        }
        let order = effective_order(&select.order, relation.map_or(&[], |relation| &relation.order));
        if let Some(cursor) = &select.cursor {
            let behind = |row: &Row| {
                let cells = self.sorted_by(table, row, select, &order[..cursor.len().min(order.len())]);
                by(&order, &cells, cursor) == Ordering::Greater
            };
            rows.retain(behind);
        }
        let mut keyed: Vec<(Vec<Value>, Row)> =
            rows.into_iter().map(|row| (self.sorted_by(table, &row, select, &order), row)).collect();
        keyed.sort_by(|(a, _), (b, _)| by(&order, a, b));
        let rows = self.distinct(table, keyed.into_iter().map(|(_, row)| row).collect(), select);
        let most = if relation.is_some_and(|relation| !relation.many) { 1 } else { usize::MAX };
        let limit = select.limit.unwrap_or(most).min(most);
        let rows: Vec<Row> = rows.into_iter().skip(select.offset).take(limit).collect();
        *left = left.saturating_sub(rows.len());
        if *left == 0 {
            return None;
        }
        rows.iter().map(|row| self.document(table, row, select, left)).collect()
    }

    /// A row's values in the columns and counts of an order.
    fn sorted_by(self, table: usize, row: &Row, select: &Select, order: &[Order]) -> Vec<Value> {
        let info = &self.schema.tables[table];
        let value = |key: &Order| {
            let extra = select.extras.iter().find(|extra| extra.name == key.name);
            match (info.column(key.name), extra) {
                (None, Some(extra)) => Value::Integer(self.count(table, row, extra)),
                _ => row.1[info.place(key.name)].clone(),
            }
        };
        order.iter().map(value).collect()
    }

    /// The first of equal rows, where that is asked.
    fn distinct(self, table: usize, rows: Vec<Row>, select: &Select) -> Vec<Row> {
        let info = &self.schema.tables[table];
        let places: Vec<usize> = match &select.distinct {
            None => return rows,
            Some(Distinct::Selected) => self.selected(table, select).collect(),
            Some(Distinct::On(names)) => names.iter().map(|name| info.place(name)).collect(),
        };
        let mut kept: Vec<Row> = Vec::new();
        for row in rows {
            if !kept.iter().any(|other| places.iter().all(|at| row.1[*at].same(&other.1[*at]))) {
                kept.push(row);
            }
        }
        kept
    }

    /// The places of the columns that a level gives.
    fn selected(self, table: usize, select: &Select) -> impl Iterator<Item = usize> {
        let columns = &self.schema.tables[table].columns;
        let gives = |name: &str| match &select.columns {
            Columns::All => true,
            Columns::Pick(names) => names.contains(&name),
            Columns::Omit(names) => !names.contains(&name),
        };
        (0..columns.len()).filter(move |at| gives(columns[*at].name))
    }

    fn document(self, table: usize, row: &Row, select: &Select, left: &mut usize) -> Option<Literal> {
        let info = &self.schema.tables[table];
        let mut entries: Vec<(&str, Literal)> = Vec::new();
        for at in self.selected(table, select) {
            entries.push((info.columns[at].name, row.1[at].document(info.columns[at].kind)));
        }
        for extra in &select.extras {
            let count = self.count(table, row, extra);
            entries.push((extra.name, Literal::Number(format!("{count}").into())));
        }
        for include in &select.with {
            let relation = self.schema.relation(info.name, include.relation);
            let found = self.along(table, row, relation);
            let target = self.schema.place(relation.target);
            let mut rows = self.level(target, found, &include.select, Some(relation), left)?;
            let rows = if relation.many { Literal::List(rows) } else { rows.pop().unwrap_or_default() };
            entries.push((include.name, rows));
        }
        Some(object(entries))
    }
}

/// How two lists of values come in an order.
fn by(order: &[Order], a: &[Value], b: &[Value]) -> Ordering {
    let one = |(key, (a, b)): (&Order, (&Value, &Value))| {
        let first = key.nulls_first.unwrap_or(key.descending);
        let is_null = (*a == Value::Null, *b == Value::Null);
        match is_null {
            (true, true) => Ordering::Equal,
            (true, false) if first => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if first => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let order = a.compare(b).unwrap_or(Ordering::Equal);
                if key.descending { order.reverse() } else { order }
            }
        }
    };
    order.iter().zip(a.iter().zip(b)).map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
