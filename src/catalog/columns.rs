//! Columns, and the indexes over them.

use super::access::same_set;
use super::build::Build;
use super::mistakes::Site;
use super::{ColumnInfo, DefaultInfo, IndexInfo, IndexKind};
use crate::error::SchemaReason;
use crate::id::{ColumnId, IndexId, TableId};
use crate::schema::{Column, DefaultValue, Table};
use crate::value::Type;
use ecow::{EcoString, eco_format};
use std::collections::HashSet;

impl Build {
    pub(super) fn columns(&mut self, table: &Table, id: TableId) {
        let site = Site::table(&table.name);
        if table.columns.is_empty() {
            self.mistakes.note(site, SchemaReason::NoColumns);
        }
        let mut generated: Option<&EcoString> = None;
        for (i, column) in table.columns.iter().enumerate() {
            let site = Site::item(&table.name, &column.name);
            self.check_column(site, column);
            if column.generated {
                match generated {
                    None => generated = Some(&column.name),
                    Some(first) => {
                        self.mistakes.note(site, SchemaReason::GeneratedTwice { first: first.clone() });
                    }
                }
            }
            let default = self.default(site, column);
            let column_id = ColumnId::new(i);
            let info = self.table_mut(id);
            let taken = info.column_ids.contains_key(&column.name);
            info.column_ids.entry(column.name.clone()).or_insert(column_id);
            info.columns.push(ColumnInfo {
                id: column_id,
                name: column.name.clone(),
                ty: column.ty.clone(),
                nullable: column.nullable,
                default,
                generated: column.generated,
                indexed: false,
                counter: None,
            });
            if taken {
                let name = column.name.clone();
                self.mistakes.note(site, SchemaReason::Duplicate { what: "column", name });
            }
        }
    }

    fn check_column(&mut self, site: Site<'_>, column: &Column) {
        if column.name.trim().is_empty() {
            self.mistakes.note(site, SchemaReason::EmptyName { what: "column" });
        }
        if let Type::Enum(labels) = &column.ty {
            if labels.is_empty() {
                self.mistakes.note(site, SchemaReason::NoLabels);
            }
            let mut seen = HashSet::new();
            for label in labels.iter().filter(|label| !seen.insert(*label)) {
                self.mistakes.note(site, SchemaReason::LabelTwice { label: label.clone() });
            }
        }
        if column.generated && !column.ty.is_integer() {
            let column_type = eco_format!("{}", column.ty);
            self.mistakes.note(site, SchemaReason::GeneratedType { column_type });
        }
        if column.generated && column.default.is_some() {
            self.mistakes.note(site, SchemaReason::GeneratedDefault);
        }
    }

    /// The default as the column's type holds it. A null one is as good as none.
    fn default(&mut self, site: Site<'_>, column: &Column) -> Option<DefaultInfo> {
        let wrong_source =
            |source| SchemaReason::DefaultSource { source, column_type: eco_format!("{}", column.ty) };
        match column.default.as_ref()? {
            DefaultValue::Constant(input) if input.is_null() => None,
            DefaultValue::Constant(input) => match input.resolve(&column.ty) {
                Ok(value) => Some(DefaultInfo::Constant(value)),
                Err(error) => {
                    let why = Box::new(error.kind().clone());
                    self.mistakes.note(site, SchemaReason::DefaultValue { why });
                    None
                }
            },
            DefaultValue::Now => {
                if !matches!(column.ty, Type::Date | Type::Timestamp | Type::Timestamptz) {
                    self.mistakes.note(site, wrong_source("now"));
                }
                Some(DefaultInfo::Now)
            }
            DefaultValue::Uuid => {
                if column.ty != Type::Uuid {
                    self.mistakes.note(site, wrong_source("uuid"));
                }
                Some(DefaultInfo::Uuid)
            }
        }
    }

    /// The primary key first, then unique constraints without repeats, then the others.
    pub(super) fn indexes(&mut self, table: &Table, id: TableId) {
        if !table.primary_key.is_empty() {
            let name = self.names[id.index()].name(None, &table.name, &[], "pkey");
            let site = Site::item(&table.name, &name);
            if let Some(columns) = self.find_columns(site, id, &table.primary_key, &[]) {
                for column in columns.iter().map(|column| &self.tables[id.index()].columns[column.index()]) {
                    if column.nullable {
                        let column = column.name.clone();
                        self.mistakes.note(site, SchemaReason::NullableKey { column });
                    }
                }
                let index = self.push_index(id, name, columns, IndexKind::Primary);
                self.table_mut(id).primary_key = Some(index);
            }
        }
        for column in table.columns.iter().filter(|column| column.unique) {
            self.index(table, id, None, std::slice::from_ref(&column.name), IndexKind::Unique);
        }
        for unique in &table.unique {
            self.index(table, id, unique.name.as_ref(), &unique.columns, IndexKind::Unique);
        }
        for index in table.indexes.iter().filter(|index| index.unique) {
            self.index(table, id, index.name.as_ref(), &index.columns, IndexKind::Unique);
        }
        for index in &table.indexes {
            let kind = if index.ordered { IndexKind::Ordered } else { IndexKind::Hash };
            match (index.unique, kind) {
                (false, kind) => self.index(table, id, index.name.as_ref(), &index.columns, kind),
                // What is unique and ordered is two indexes; the name is the constraint's.
                (true, IndexKind::Ordered) => {
                    if index.columns.iter().all(|name| self.table(id).column_ids.contains_key(name)) {
                        self.index(table, id, None, &index.columns, IndexKind::Ordered);
                    }
                }
                (true, _) => {}
            }
        }
    }

    fn index(
        &mut self,
        table: &Table,
        id: TableId,
        declared: Option<&EcoString>,
        columns: &[EcoString],
        kind: IndexKind,
    ) {
        let suffix = if kind == IndexKind::Unique { "key" } else { "idx" };
        let known: Vec<_> =
            columns.iter().filter_map(|name| self.table(id).column_ids.get(name).copied()).collect();
        let unique = kind == IndexKind::Unique;
        if unique && known.len() == columns.len() && self.table(id).unique_index(&known).is_some() {
            return;
        }
        let name = self.names[id.index()].name(declared, &table.name, columns, suffix);
        let site = Site::item(&table.name, &name);
        if columns.is_empty() {
            self.mistakes.note(site, SchemaReason::NoColumnsNamed);
        } else if let Some(found) = self.find_columns(site, id, columns, &[]) {
            self.push_index(id, name, found, kind);
        }
    }

    /// An index over these columns that isn't unique, in any order: one there is, or a new one.
    pub(super) fn lookup_index(&mut self, id: TableId, columns: &[ColumnId]) -> IndexId {
        let table = self.table(id);
        if let Some(index) = table.indexes.iter().find(|index| same_set(&index.columns, columns)) {
            return index.id;
        }
        let (table_name, names) = (table.name.clone(), table.column_names(columns));
        let name = self.names[id.index()].name(None, &table_name, &names, "idx");
        self.push_index(id, name, columns.to_vec(), IndexKind::Hash)
    }

    fn push_index(
        &mut self,
        id: TableId,
        name: EcoString,
        columns: Vec<ColumnId>,
        kind: IndexKind,
    ) -> IndexId {
        let info = self.table_mut(id);
        columns.iter().for_each(|column| info.columns[column.index()].indexed = true);
        let index = IndexId::new(info.indexes.len());
        info.indexes.push(IndexInfo { id: index, name, columns, kind });
        index
    }
}
