//! The names of constraints: as declared, or made up as PostgreSQL does.

use super::mistakes::{Mistakes, Site};
use crate::error::SchemaReason;
use crate::schema::Table;
use ecow::{EcoString, eco_format};
use std::collections::{HashMap, HashSet};

/// The constraint names of one table.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<EcoString>,
    /// For each name that was made up more than once, the first number that may be free behind it.
    next: HashMap<EcoString, usize>,
}

impl Names {
    /// Takes every name that is declared.
    pub(super) fn declared(table: &Table, mistakes: &mut Mistakes) -> Names {
        let unique = table.unique.iter().map(|unique| &unique.name);
        let indexes = table.indexes.iter().map(|index| &index.name);
        let checks = table.checks.iter().map(|check| &check.name);
        let foreign_keys = table.foreign_keys.iter().map(|key| &key.name);
        let mut names = Names::default();
        for name in unique.chain(indexes).chain(checks).chain(foreign_keys).flatten() {
            let site = Site::item(&table.name, name);
            if name.trim().is_empty() {
                mistakes.note(site, SchemaReason::EmptyName { what: "constraint" });
            } else if !names.taken.insert(name.clone()) {
                mistakes.note(site, SchemaReason::Duplicate { what: "constraint", name: name.clone() });
            }
        }
        names
    }

    /// The declared name, or `table_column_suffix` with a number behind it when that is taken.
    pub(super) fn name(
        &mut self,
        declared: Option<&EcoString>,
        table: &str,
        columns: &[EcoString],
        suffix: &str,
    ) -> EcoString {
        if let Some(name) = declared {
            return name.clone();
        }
        let base = match columns {
            [] => eco_format!("{table}_{suffix}"),
            columns => eco_format!("{table}_{}_{suffix}", columns.join("_")),
        };
        if self.taken.insert(base.clone()) {
            return base;
        }
        let next = self.next.entry(base.clone()).or_insert(1);
        let mut name = base;
        loop {
            let numbered = eco_format!("{name}{next}");
            *next += 1;
            if self.taken.insert(numbered.clone()) {
                name = numbered;
                break;
            }
        }
        name
    }
}
