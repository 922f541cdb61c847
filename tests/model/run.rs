//! Operations on a database.

use super::act::along_row;
use super::step::{Given, Route, Step, arbiter, row};
use relata::{Database, Error, LoadError, Rows, Schema, Statement, Transaction};

/// What an operation came to: a number of rows, or the kinds of what refused it.
pub type Outcome = Result<usize, Vec<String>>;

/// Carries out an operation other than a fork.
pub fn run(db: &Database, schema: &Schema, step: &Step) -> Outcome {
    let refused = |error: Error| vec![error.kind().name().to_owned()];
    match step {
        Step::Insert { table, rows } => {
            let table = &schema.tables[*table];
            let rows = rows.iter().map(|given| row(table, given)).collect();
            db.insert_many(&table.name, rows).map(|keys| keys.len()).map_err(refused)
        }
        Step::Update { table, which, set } => {
            let table = &schema.tables[*table];
            db.update(&table.name, which.rows(table), row(table, set)).map(|n| n as usize).map_err(refused)
        }
        Step::Delete { table, which } => {
            let table = &schema.tables[*table];
            db.delete(&table.name, which.rows(table)).map(|n| n as usize).map_err(refused)
        }
        Step::Destroy { table, which } => {
            let table = &schema.tables[*table];
            db.destroy(&table.name, which.rows(table)).map(|n| n as usize).map_err(refused)
        }
        Step::Upsert { table, rows, on, set } => {
            let table = &schema.tables[*table];
            let statement = Statement::Upsert {
                table: table.name.clone(),
                rows: rows.iter().map(|given| row(table, given)).collect(),
                on: on.map(|at| arbiter(table, at).iter().map(|name| name.as_str().into()).collect()),
                set: set.as_ref().map(|set| row(table, set)),
            };
            match db.execute(&statement).map_err(refused)? {
                relata::Outcome::Rows(page) => Ok(page.len()),
                other => unreachable!("{other:?}"),
            }
        }
        Step::UpdateAlong { relation, on, key, acts } => {
            let (source, key) = (&schema.relations[*relation].source, key.iter().cloned().collect());
            let set = along_row(schema, (*relation, *on), &Given::new(), acts);
            db.update(source, Rows::Key(key), set).map(|n| n as usize).map_err(refused)
        }
        Step::InsertAlong { relation, on, row, acts } => {
            let row = along_row(schema, (*relation, *on), row, acts);
            db.insert(&schema.relations[*relation].source, row).map(|_| 1).map_err(refused)
        }
        Step::Load { rows, route } => load(db, schema, rows, *route),
        Step::Fork => Ok(0),
    }
}

fn load(db: &Database, schema: &Schema, rows: &[(usize, Given)], route: Route) -> Outcome {
    let loaded = db.load(|loader| {
        for (at, given) in rows {
            let table = &schema.tables[*at];
            match route {
                Route::ByName => loader.push(&table.name, &row(table, given))?,
                Route::ByPlace => {
                    let value =
                        |at| given.iter().find(|(other, _)| *other == at).map(|(_, value)| value.clone());
                    let id = loader.table(&table.name)?;
                    loader.push_values(id, (0..table.columns.len()).map(value).collect())?;
                }
                Route::Borrowed => {
                    let names = given.iter().map(|(at, _)| table.columns[*at].name.as_str());
                    let values: Vec<_> = given.iter().map(|(_, value)| value.as_ref()).collect();
                    loader.rows(&table.name, names)?.push(&values)?;
                }
            }
        }
        Ok(())
    });
    loaded.map_err(|LoadError { problems }| {
        let place = |problem: &relata::LoadProblem| match (&problem.table, problem.row) {
            (Some(table), Some(row)) => format!("{table} {row} {}", problem.error.kind().name()),
            _ => problem.error.kind().name().to_owned(),
        };
        let mut problems: Vec<String> = problems.iter().map(place).collect();
        problems.sort();
        problems
    })
}

/// What a step asks for as one statement, when it is one.
pub fn statement(schema: &Schema, step: &Step) -> Option<Statement> {
    let name = |table: &usize| schema.tables[*table].name.clone();
    Some(match step {
        Step::Insert { table, rows } => Statement::Insert {
            table: name(table),
            rows: rows.iter().map(|given| row(&schema.tables[*table], given)).collect(),
        },
        Step::Update { table, which, set } => Statement::Update {
            table: name(table),
            rows: which.rows(&schema.tables[*table]),
            set: row(&schema.tables[*table], set),
        },
        Step::Delete { table, which } => {
            Statement::Delete { table: name(table), rows: which.rows(&schema.tables[*table]) }
        }
        Step::Destroy { table, which } => {
            Statement::Destroy { table: name(table), rows: which.rows(&schema.tables[*table]) }
        }
        Step::Upsert { table, rows, on, set } => {
            let info = &schema.tables[*table];
            Statement::Upsert {
                table: name(table),
                rows: rows.iter().map(|given| row(info, given)).collect(),
                on: on.map(|at| arbiter(info, at).iter().map(|name| name.as_str().into()).collect()),
                set: set.as_ref().map(|set| row(info, set)),
            }
        }
        Step::UpdateAlong { relation, on, key, acts } => Statement::Update {
            table: schema.relations[*relation].source.clone(),
            rows: Rows::Key(key.iter().cloned().collect()),
            set: along_row(schema, (*relation, *on), &Vec::new(), acts),
        },
        Step::InsertAlong { relation, on, row, acts } => Statement::Insert {
            table: schema.relations[*relation].source.clone(),
            rows: vec![along_row(schema, (*relation, *on), row, acts)],
        },
        Step::Load { .. } | Step::Fork => return None,
    })
}

/// What a statement comes to in a transaction.
pub fn execute(tx: &mut Transaction<'_>, statement: &Statement) -> Outcome {
    match tx.execute(statement) {
        Ok(relata::Outcome::Rows(page)) => Ok(page.len()),
        Ok(relata::Outcome::Count(count)) => Ok(count as usize),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(vec![error.kind().name().to_owned()]),
    }
}
