//! One plain statement a level and parent, put together as the document that Relata gives.

use super::filter::{Scope, Writer, effective_order};
use super::store::SEQ;
use crate::schema::{Relation, Schema, Table};
use crate::server::{Dialect, Row, Server};
use crate::tree::{Columns, Distinct, Method, Query, Select};
use crate::value::{Value, object};
use relata::Literal;
use std::cell::Cell;
use std::io::Result;

/// Answers with more rows in all levels together aren't put together.
const ROWS_MAX: usize = 100_000;

/// A level with its statement written.
struct Level<'a> {
    table: &'a Table,
    select: &'a Select,
    /// How its rows are found from a parent's; `None` for the root.
    relation: Option<&'a Relation>,
    sql: String,
    limit: usize,
    below: Vec<Level<'a>>,
}

/// A row that was found.
struct Found {
    seq: i64,
    cells: Vec<Value>,
    extras: Vec<i64>,
}

/// What a query is answered with, as the document Relata gives; `None` when that would be too long.
///
/// # Errors
/// Whatever the server refuses: there is no such query here.
pub fn answer(server: &mut Server, schema: &Schema, query: &Query) -> Result<Option<Literal>> {
    let level = level(schema, server.dialect(), query.table, &query.select, None);
    let mut left = ROWS_MAX;
    let mut rows = level.rows(server, None, &mut left)?;
    let answer = match query.method {
        Method::Many => Literal::List(rows),
        Method::First if rows.is_empty() => Literal::Null,
        Method::First => rows.swap_remove(0),
        Method::Count => Literal::Number(format!("{}", rows.len()).into()),
    };
    Ok((left > 0).then_some(answer))
}

fn level<'a>(
    schema: &'a Schema,
    dialect: Dialect,
    table: &'static str,
    select: &'a Select,
    relation: Option<&'a Relation>,
) -> Level<'a> {
    let below = select.with.iter().map(|include| {
        let relation = schema.relation(table, include.relation);
        level(schema, dialect, relation.target, &include.select, Some(relation))
    });
    let most = if relation.is_some_and(|relation| !relation.many) { 1 } else { usize::MAX };
    let limit = select.limit.unwrap_or(most).min(most);
    let sql = statement((schema, dialect), table, select, relation, limit);
    Level { table: schema.table(table), select, relation, sql, limit, below: below.collect() }
}

/// Its parameters are the parent's cells in the relation's columns, and then the parent's number.
fn statement(
    (schema, dialect): (&Schema, Dialect),
    table: &'static str,
    select: &Select,
    relation: Option<&Relation>,
    limit: usize,
) -> String {
    let next = Cell::new(0);
    let writer = Writer { schema, dialect, next: &next };
    let rows = Scope::new(writer, table, &select.extras);
    let (mut tables, mut conditions) = (format!("\"{table}\" {}", rows.name()), Vec::new());
    let mut order = effective_order(&select.order, relation.map_or(&[], |relation| &relation.order));
    let mut keys = rows.order(&order);
    if let Some(relation) = relation {
        let mut ends = (rows, &relation.to);
        if let Some((name, near, far)) = &relation.through {
            let junction = Scope::new(writer, name, &[]);
            tables += &format!(", \"{name}\" {}", junction.name());
            let pairs = far.iter().zip(&relation.to);
            conditions
                .extend(pairs.map(|(far, to)| format!("{} = {}", junction.column(far), rows.column(to))));
            keys.push(junction.column(SEQ));
            ends = (junction, near);
        }
        let columns = ends.1.iter().enumerate();
        conditions.extend(columns.map(|(at, column)| format!("{} = ?{}", ends.0.column(column), at + 1)));
        conditions.extend(relation.filter.as_ref().and_then(|own| rows.filter(own)));
        if let Some(own) = &relation.source_filter {
            let source = Scope::new(writer, relation.source, &[]);
            let own = source.filter(own).unwrap_or_else(|| "TRUE".into());
            let parent = format!("{} = ?{}", source.column(SEQ), relation.from.len() + 1);
            let from = format!("\"{}\" {}", relation.source, source.name());
            conditions.push(format!("EXISTS (SELECT 1 FROM {from} WHERE {parent} AND {own})"));
        }
    }
    keys.push(rows.column(SEQ));
    conditions.extend(select.filter.as_ref().and_then(|filter| rows.filter(filter)));
    if let Some(cursor) = &select.cursor {
        order.truncate(cursor.len());
        conditions.push(rows.behind(&order, cursor));
    }
    let mut wanted = vec![rows.column(SEQ)];
    for column in &schema.table(table).columns {
        let cells = column.kind.sqlite_columns(column.name);
        wanted.extend(cells.iter().map(|cell| format!("{}.{cell}", rows.name())));
    }
    wanted.extend(select.extras.iter().map(|extra| rows.count(extra)));
    let conditions = if conditions.is_empty() { "TRUE".into() } else { conditions.join(" AND ") };
    let mut sql =
        format!("SELECT {} FROM {tables} WHERE {conditions} ORDER BY {}", wanted.join(", "), keys.join(", "));
    if select.distinct.is_none() && (limit < usize::MAX || select.offset > 0) {
        let limit = match (limit, dialect) {
            (usize::MAX, Dialect::Sqlite) => "-1".to_owned(),
            (usize::MAX, Dialect::Postgres) => "ALL".to_owned(),
            (limit, _) => limit.to_string(),
        };
        sql += &format!(" LIMIT {limit} OFFSET {}", select.offset);
    }
    sql
}

impl Level<'_> {
    fn rows(
        &self,
        server: &mut Server,
        parent: Option<(&Table, &Found)>,
        left: &mut usize,
    ) -> Result<Vec<Literal>> {
        let parameters: Vec<Value> = match (self.relation, parent) {
            (Some(relation), Some((table, parent))) => {
                let cell = |name: &&str| parent.cells.get(table.place(name)).cloned().unwrap_or(Value::Null);
                let own = relation.source_filter.is_some().then_some(Value::Integer(parent.seq));
                relation.from.iter().map(cell).chain(own).collect()
            }
            _ => Vec::new(),
        };
        let found = server.ask_with(&self.sql, &parameters)?;
        let mut found: Vec<Found> = found.iter().map(|row| self.read(row)).collect();
        self.unite(&mut found);
        *left = left.saturating_sub(found.len());
        if *left == 0 {
            return Ok(Vec::new());
        }
        found.iter().map(|row| self.document(server, row, left)).collect()
    }

    fn read(&self, row: &Row) -> Found {
        let number = |at: usize| row.get(at)?.as_ref()?.parse().ok();
        let mut at = 1;
        let cells = self.table.columns.iter().map(|column| Value::of_texts(row, column.kind, &mut at));
        let cells = cells.collect();
        let extras = (0..self.select.extras.len()).map(|extra| number(at + extra).unwrap_or_default());
        Found { seq: number(0).unwrap_or_default(), cells, extras: extras.collect() }
    }

    /// Keeps the first of equal rows, where that is asked, and then cuts.
    fn unite(&self, rows: &mut Vec<Found>) {
        let Some(distinct) = &self.select.distinct else { return };
        let places: Vec<usize> = match distinct {
            Distinct::Selected => self.selected().collect(),
            Distinct::On(names) => names.iter().map(|name| self.table.place(name)).collect(),
        };
        let mut kept: Vec<Found> = Vec::new();
        for row in rows.drain(..) {
            let same = |other: &Found| places.iter().all(|at| row.cells[*at].same(&other.cells[*at]));
            if !kept.iter().any(same) {
                kept.push(row);
            }
        }
        *rows = kept.into_iter().skip(self.select.offset).take(self.limit).collect();
    }

    /// The places of the columns that the query gives.
    fn selected(&self) -> impl Iterator<Item = usize> + '_ {
        let gives = |name: &str| match &self.select.columns {
            Columns::All => true,
            Columns::Pick(names) => names.contains(&name),
            Columns::Omit(names) => !names.contains(&name),
        };
        (0..self.table.columns.len()).filter(move |at| gives(self.table.columns[*at].name))
    }

    fn document(&self, server: &mut Server, row: &Found, left: &mut usize) -> Result<Literal> {
        let mut entries: Vec<(&str, Literal)> = Vec::new();
        for at in self.selected() {
            let column = &self.table.columns[at];
            entries.push((column.name, row.cells[at].document(column.kind)));
        }
        for (extra, count) in self.select.extras.iter().zip(&row.extras) {
            entries.push((extra.name, Literal::Number(format!("{count}").into())));
        }
        for (include, below) in self.select.with.iter().zip(&self.below) {
            let mut rows = below.rows(server, Some((self.table, row)), left)?;
            let many = below.relation.is_some_and(|relation| relation.many);
            let rows = if many { Literal::List(rows) } else { rows.pop().unwrap_or_default() };
            entries.push((include.name, rows));
        }
        Ok(object(entries))
    }
}
