//! The engines of a case, side by side.

use crate::case::Case;
use crate::document;
use crate::engine::{Engine, Kind};
use crate::generate::NAIVE_ROWS;
use crate::json::Json;
use crate::naive::{Beside, Naive};
use crate::schema::Schema;
use crate::server::{Dialect, Server};
use crate::sql::Sql;
use crate::typed::{Typed, is_for};
use crate::untyped::Untyped;
use relata::Database;
use std::io;

/// What stays from case to case: which engines take part, and servers.
pub struct Bench {
    kinds: Vec<Kind>,
    /// A statement or dump is compared after so many operations; 1 for each.
    pub stride: usize,
    servers: Vec<Server>,
    /// Puts something in the place of an engine: how the harness itself is tested.
    pub instead: Instead,
}

/// Gives an engine for an engine.
pub type Instead = for<'e> fn(Box<dyn Engine + 'e>) -> Box<dyn Engine + 'e>;

/// The databases of a case.
pub(super) struct Homes {
    databases: Vec<(Kind, Database)>,
}

impl Bench {
    /// These engines, in this order.
    ///
    /// # Errors
    /// Where PostgreSQL is asked for and can't be reached.
    pub fn new(kinds: &[Kind]) -> io::Result<Bench> {
        let mut servers = Vec::new();
        for (kind, dialect) in [(Kind::Sqlite, Dialect::Sqlite), (Kind::Postgres, Dialect::Postgres)] {
            if kinds.contains(&kind) {
                servers.push(Server::new(dialect)?);
            }
        }
        Ok(Bench { kinds: kinds.to_vec(), stride: 8, servers, instead: |engine| engine })
    }

    /// The engines that take part, all with an empty schema.
    pub(super) fn engines<'a>(
        &'a mut self,
        case: &'a Case,
        homes: &'a Homes,
    ) -> Result<Vec<Box<dyn Engine + 'a>>, String> {
        let schema: &Schema = &case.schema;
        let mut engines: Vec<Box<dyn Engine + 'a>> = Vec::new();
        let is_small = case.rows.iter().all(|(_, rows)| rows.len() <= NAIVE_ROWS);
        if self.kinds.contains(&Kind::Naive) && is_small {
            let beside = |kind| self.kinds.contains(&kind);
            let beside = Beside { sqlite: beside(Kind::Sqlite), postgres: beside(Kind::Postgres) };
            engines.push(Box::new(Naive::new(schema, beside)));
        }
        for server in &mut self.servers {
            engines.push(Box::new(Sql::new(schema, server)?));
        }
        for (kind, database) in &homes.databases {
            engines.push(match kind {
                Kind::Json => Box::new(Json::new(schema, database)),
                Kind::Typed => Box::new(Typed::new(schema, database)?),
                _ => Box::new(Untyped::new(schema, database, case.loaded)),
            });
        }
        Ok(engines.into_iter().map(self.instead).collect())
    }

    /// A database for each engine that is Relata.
    pub(super) fn homes(&self, schema: &Schema) -> Result<Homes, String> {
        let mut databases = Vec::new();
        for kind in &self.kinds {
            let database = match kind {
                Kind::Untyped | Kind::Json => {
                    let document = document::schema(schema);
                    relata::Schema::try_from(&document).and_then(Database::new)
                }
                Kind::Typed if is_for(schema) => Typed::database(),
                _ => continue,
            };
            databases.push((*kind, database.map_err(|error| format!("{}: {error:#}", schema.name))?));
        }
        Ok(Homes { databases })
    }
}
