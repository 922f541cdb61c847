//! Queries and statements by Relata's Rust interface instead of documents.

use crate::schema::Schema;
use crate::sql::effective_order;
use crate::tree::{Columns, Distinct, Filter, Method, Order, Quantifier, Query, Select, Statement, Test};
use crate::value::{Kind, Value};
use relata::{Input, OrderBy, Row, Rows, Snapshot, col, rel};

/// The answer to a query, as JSON.
///
/// # Errors
/// Whatever Relata refuses.
pub fn answer(db: &Snapshot, schema: &Schema, query: &Query) -> Result<String, relata::Error> {
    let bound = select(schema, query.table, &query.select, &[], db.query(query.table));
    let json = match query.method {
        Method::Many => serde_json::to_string(&bound.all()?),
        Method::First => serde_json::to_string(&bound.first()?.iter().next()),
        Method::Count => serde_json::to_string(&bound.count()?),
    };
    Ok(json.unwrap_or_else(|error| error.to_string()))
}

/// A statement as Relata takes it from Rust.
pub fn statement(schema: &Schema, statement: &Statement) -> relata::Statement {
    let which = |table: &'static str, which: &Option<Filter>| match which {
        Some(asked) => Rows::Where(filter(schema, table, asked)),
        None => Rows::All,
    };
    match statement {
        Statement::Insert(table, rows) => relata::Statement::Insert {
            table: (*table).into(),
            rows: rows.iter().map(|values| row(schema, table, values)).collect(),
        },
        Statement::Update(table, rows, set) => relata::Statement::Update {
            table: (*table).into(),
            rows: which(table, rows),
            set: set
                .iter()
                .map(|(name, value)| ((*name).into(), input(schema, table, name, value)))
                .collect(),
        },
        Statement::Upsert(table, values, on) => relata::Statement::Upsert {
            table: (*table).into(),
            rows: vec![row(schema, table, values)],
            on: Some(on.iter().map(|name| (*name).into()).collect()),
            set: None,
        },
        Statement::Delete(table, rows) => {
            relata::Statement::Delete { table: (*table).into(), rows: which(table, rows) }
        }
    }
}

/// A row, without the columns for which nothing is given.
pub fn row(schema: &Schema, table: &str, values: &[Option<Value>]) -> Row {
    let given = schema.table(table).columns.iter().zip(values);
    let given = given.filter_map(|(column, value)| Some((column.name, value.as_ref()?)));
    given.map(|(name, value)| (name.into(), input(schema, table, name, value))).collect()
}

fn select<S>(
    schema: &Schema,
    table: &'static str,
    select: &Select,
    own: &[Order],
    mut query: relata::Query<S>,
) -> relata::Query<S> {
    query = match &select.columns {
        Columns::All => query,
        Columns::Pick(names) => query.columns(names.iter().copied()),
        Columns::Omit(names) => query.without_columns(names.iter().copied()),
    };
    if let Some(asked) = &select.filter {
        query = query.filter(filter(schema, table, asked));
    }
    for extra in &select.extras {
        let target = schema.relation(table, extra.relation).target;
        query = match &extra.filter {
            None => query.count_of(extra.name, extra.relation),
            Some(asked) => query.count_where(extra.name, extra.relation, filter(schema, target, asked)),
        };
    }
    for include in &select.with {
        let relation = schema.relation(table, include.relation);
        query = query.include_as(include.name, include.relation, |nested| {
            self::select(schema, relation.target, &include.select, &relation.order, nested)
        });
    }
    for key in &select.order {
        query = query.order_by(order(key));
    }
    if let Some(limit) = select.limit {
        query = query.limit(limit as u64);
    }
    query = query.offset(select.offset as u64);
    if let Some(cursor) = &select.cursor {
        let keys = effective_order(&select.order, own);
        let cells = keys
            .iter()
            .zip(cursor)
            .map(|(key, value)| (key.name.into(), input(schema, table, key.name, value)));
        query = query.after(cells.collect::<Row>());
    }
    match &select.distinct {
        None => query,
        Some(Distinct::Selected) => query.distinct(),
        Some(Distinct::On(names)) => query.distinct_on(names.iter().copied()),
    }
}

fn order(key: &Order) -> OrderBy {
    let order = if key.descending { relata::desc(key.name) } else { relata::asc(key.name) };
    match key.nulls_first {
        None => order,
        Some(true) => order.nulls_first(),
        Some(false) => order.nulls_last(),
    }
}

/// Numbers and booleans typed, the others as text.
fn input(schema: &Schema, table: &str, column: &str, value: &Value) -> Input {
    let kind = schema.table(table).column(column).map_or(Kind::Integer, |column| column.kind);
    match value {
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Text(value) => value.as_str().into(),
        other => other.document(kind).into(),
    }
}

fn filter(schema: &Schema, table: &'static str, asked: &Filter) -> relata::Filter {
    let each = |filters: &[Filter]| -> Vec<relata::Filter> {
        filters.iter().map(|asked| filter(schema, table, asked)).collect()
    };
    match asked {
        Filter::And(filters, _) => relata::Filter::all(each(filters)),
        Filter::Or(filters) => relata::Filter::any(each(filters)),
        Filter::Not(filters) => !relata::Filter::any(each(filters)),
        Filter::Column(name, asked) => test(schema, table, name, asked),
        Filter::Relation(name, quantifier) => {
            let relation = schema.relation(table, name);
            let inner = |asked: &Filter| filter(schema, relation.target, asked);
            match quantifier {
                Quantifier::There(true) => rel(*name).exists(),
                Quantifier::There(false) => rel(*name).absent(),
                Quantifier::Bare(asked) if relation.many => rel(*name).some(inner(asked)),
                Quantifier::Bare(asked) | Quantifier::Is(asked) => rel(*name).is(inner(asked)),
                Quantifier::Some(asked) => rel(*name).some(inner(asked)),
                Quantifier::Every(asked) => rel(*name).every(inner(asked)),
                Quantifier::None(asked) => rel(*name).none(inner(asked)),
                Quantifier::IsNot(asked) => rel(*name).is_not(inner(asked)),
            }
        }
    }
}

fn test(schema: &Schema, table: &'static str, name: &'static str, asked: &Test) -> relata::Filter {
    let given = |value: &Value| input(schema, table, name, value);
    let each = |tests: &[Test]| -> Vec<relata::Filter> {
        tests.iter().map(|asked| test(schema, table, name, asked)).collect()
    };
    let column = col(name);
    match asked {
        Test::Bare(Value::Null) | Test::Null(false) => column.is_null(),
        Test::Null(true) => column.is_not_null(),
        Test::Bare(value) | Test::Compare("eq", value) => column.eq(given(value)),
        Test::Compare("ne", value) => column.ne(given(value)),
        Test::Compare("gt", value) => column.gt(given(value)),
        Test::Compare("gte", value) => column.gte(given(value)),
        Test::Compare("lt", value) => column.lt(given(value)),
        Test::Compare(_, value) => column.lte(given(value)),
        Test::CompareColumn("eq", other) => column.eq_column(*other),
        Test::CompareColumn("ne", other) => column.ne_column(*other),
        Test::CompareColumn("gt", other) => column.gt_column(*other),
        Test::CompareColumn("gte", other) => column.gte_column(*other),
        Test::CompareColumn("lt", other) => column.lt_column(*other),
        Test::CompareColumn(_, other) => column.lte_column(*other),
        Test::In(values, false) => column.is_in(values.iter().map(given)),
        Test::In(values, true) => column.not_in(values.iter().map(given)),
        Test::Like { pattern, insensitive: false, negated: false } => column.like(pattern.as_str()),
        Test::Like { pattern, insensitive: false, negated: true } => column.not_like(pattern.as_str()),
        Test::Like { pattern, insensitive: true, negated: false } => column.ilike(pattern.as_str()),
        Test::Like { pattern, insensitive: true, negated: true } => column.not_ilike(pattern.as_str()),
        Test::Between(least, greatest, false) => column.between(given(least), given(greatest)),
        Test::Between(least, greatest, true) => column.not_between(given(least), given(greatest)),
        Test::And(tests) => relata::Filter::all(each(tests)),
        Test::Or(tests) => relata::Filter::any(each(tests)),
        Test::Not(tests) => !relata::Filter::any(each(tests)),
    }
}
