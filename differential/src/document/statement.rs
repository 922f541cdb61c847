//! Statements as documents.

use super::filter::filter;
use crate::schema::{Schema, Table};
use crate::tree::{Control, Filter, Statement};
use crate::value::{Value, names, object, text};
use relata::Literal;

/// The document of a statement.
pub fn statement(schema: &Schema, statement: &Statement) -> Literal {
    match statement {
        Statement::Insert(table, rows) => insert(schema.table(table), rows),
        Statement::Update(table, which, set) => {
            let info = schema.table(table);
            let set =
                set.iter().map(|(name, value)| (*name, value.document(info.columns[info.place(name)].kind)));
            object([("update", text(table)), which_rows(schema, table, which.as_ref()), ("set", object(set))])
        }
        Statement::Upsert(table, values, on) => {
            object([("upsert", text(table)), ("values", row(schema.table(table), values)), ("on", names(on))])
        }
        Statement::Delete(table, which) => {
            object([("delete", text(table)), which_rows(schema, table, which.as_ref())])
        }
    }
}

/// The document of a step of a transaction.
pub fn control(control: Control) -> Literal {
    object([match control {
        Control::Begin => ("begin", Literal::Boolean(true)),
        Control::Savepoint(name) => ("savepoint", text(name)),
        Control::RollbackTo(name) => ("rollback", text(name)),
        Control::Rollback => ("rollback", Literal::Boolean(true)),
        Control::Commit => ("commit", Literal::Boolean(true)),
    }])
}

/// The document that inserts rows.
pub fn insert(table: &Table, rows: &[Vec<Option<Value>>]) -> Literal {
    let rows = rows.iter().map(|values| row(table, values));
    object([("insert", text(table.name)), ("values", Literal::List(rows.collect()))])
}

/// The document of a row, without what nothing is given for.
pub fn row(table: &Table, values: &[Option<Value>]) -> Literal {
    let given = table.columns.iter().zip(values);
    object(given.filter_map(|(column, value)| Some((column.name, value.as_ref()?.document(column.kind)))))
}

fn which_rows(schema: &Schema, table: &str, which: Option<&Filter>) -> (&'static str, Literal) {
    match which {
        Some(asked) => ("where", filter(schema, table, asked)),
        None => ("all", Literal::Boolean(true)),
    }
}
