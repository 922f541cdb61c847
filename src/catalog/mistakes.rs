//! Everything that is wrong with a schema, noted as it's found.

use crate::error::{Error, ErrorKind, Result, SchemaMistake, SchemaReason};
use crate::schema::Schema;
use ecow::EcoString;
use std::collections::HashMap;

/// Whose mistake it is.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) table: &'a EcoString,
    pub(super) item: Option<&'a EcoString>,
}

impl<'a> Site<'a> {
    pub(super) fn table(table: &'a EcoString) -> Site<'a> {
        Site { table, item: None }
    }

    pub(super) fn item(table: &'a EcoString, item: &'a EcoString) -> Site<'a> {
        Site { table, item: Some(item) }
    }
}

/// The mistakes found so far.
#[derive(Default)]
pub(super) struct Mistakes(Vec<SchemaMistake>);

impl Mistakes {
    pub(super) fn note(&mut self, site: Site<'_>, reason: SchemaReason) {
        let item = site.item.filter(|name| !name.is_empty()).cloned();
        let table = Some(site.table.clone()).filter(|name| !name.is_empty());
        self.0.push(SchemaMistake { table, item, reason });
    }

    /// Fails if there is any mistake: in the order of the schema's tables, and within a table in
    /// the order columns, constraints, foreign keys, relations, filters.
    pub(super) fn finish(mut self, schema: &Schema) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut places: HashMap<&EcoString, usize> = HashMap::new();
        for (i, table) in schema.tables.iter().enumerate() {
            places.entry(&table.name).or_insert(i);
        }
        let place = |mistake: &SchemaMistake| {
            let found = mistake.table.as_ref().and_then(|name| places.get(name));
            found.copied().unwrap_or(usize::MAX)
        };
        self.0.sort_by_key(place);
        Err(Error::new(ErrorKind::InvalidSchema { mistakes: self.0 }))
    }
}
