//! From a schema to a catalog, collecting every mistake on the way.
//!
//! The order is columns and indexes of all tables, foreign keys, relations, and at last the filters
//! of checks and relations, which need all the others.

use super::mistakes::{Mistakes, Site};
use super::names::Names;
use super::polymorphic::Required;
use super::relations::Relations;
use super::{Catalog, Edge, ForeignKeyInfo, TableInfo, filters, polymorphic};
use crate::error::{Error, Result, SchemaReason};
use crate::id::{ColumnId, RelationId, TableId};
use crate::schema::{Schema, Table};
use ecow::{EcoString, eco_format};
use hashbrown::HashMap;
use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

impl TryFrom<Schema> for Catalog {
    type Error = Error;

    /// Checks a schema and resolves its names. O(n) in its tables and columns, O(n squared) in its
    /// foreign keys and relations.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake.
    ///
    /// ```
    /// use relata::{Catalog, Column, Schema, Table};
    /// let users = Table::new("users").column(Column::integer("id").generated()).primary_key(["id"]);
    /// let catalog = Catalog::try_from(Schema::new().table(users))?;
    /// let id = catalog.table_id("users")?;
    /// assert_eq!(catalog.table(id).indexes()[0].name(), "users_pkey");
    /// # Ok::<(), relata::Error>(())
    /// ```
    fn try_from(schema: Schema) -> Result<Catalog> {
        let mut build = Build::default();
        build.tables(&schema);
        build.foreign_keys(&schema);
        let relations = build.relations(&schema);
        let Build { tables, table_ids, edges, foreign_keys, mut names, required, mut mistakes, .. } = build;
        let mut catalog = Catalog { schema, tables, table_ids, edges, foreign_keys };
        filters::resolve(&mut catalog, &relations, &mut names, &mut mistakes);
        filters::require(&mut catalog, required, &mut names);
        mistakes.finish(&catalog.schema)?;
        Ok(catalog)
    }
}

/// A catalog under construction.
#[derive(Default)]
pub(super) struct Build {
    pub(super) tables: Vec<TableInfo>,
    pub(super) table_ids: HashMap<EcoString, TableId>,
    pub(super) edges: Vec<Edge>,
    pub(super) foreign_keys: Vec<ForeignKeyInfo>,
    /// The constraint names taken, by table.
    pub(super) names: Vec<Names>,
    /// The polymorphic relations, whether or not they have members.
    pub(super) polymorphic: HashSet<(TableId, RelationId)>,
    /// Those that must lead somewhere.
    pub(super) required: Vec<Required>,
    pub(super) mistakes: Mistakes,
}

impl Build {
    fn tables(&mut self, schema: &Schema) {
        for (i, table) in schema.tables.iter().enumerate() {
            let site = Site::table(&table.name);
            if table.name.trim().is_empty() {
                self.mistakes.note(site, SchemaReason::EmptyName { what: "table" });
            } else if self.table_ids.contains_key(&table.name) {
                let name = table.name.clone();
                self.mistakes.note(site, SchemaReason::Duplicate { what: "table", name });
            }
            let id = TableId::new(i);
            self.table_ids.entry(table.name.clone()).or_insert(id);
            self.names.push(Names::declared(table, &mut self.mistakes));
            self.tables.push(empty(id, table));
            self.columns(table, id);
            self.indexes(table, id);
        }
    }

    fn relations(&mut self, schema: &Schema) -> Relations {
        let mut relations = Relations::declare(self, schema);
        relations.resolve(self);
        polymorphic::link(self, &relations, schema);
        relations
    }

    pub(super) fn table(&self, id: TableId) -> &TableInfo {
        &self.tables[id.index()]
    }

    pub(super) fn table_mut(&mut self, id: TableId) -> &mut TableInfo {
        &mut self.tables[id.index()]
    }

    /// The table of this name, or a mistake.
    pub(super) fn find_table(&mut self, site: Site<'_>, name: &EcoString) -> Option<TableId> {
        let id = self.table_ids.get(name).copied();
        if id.is_none() {
            let known = self.tables.iter().map(|table| table.name.clone()).collect();
            self.mistakes.note(site, SchemaReason::UnknownTable { name: name.clone(), known });
        }
        id
    }

    /// The columns of these names on `table`, or mistakes. A column that only one of the `others`
    /// has is called a column of the wrong table.
    pub(super) fn find_columns(
        &mut self,
        site: Site<'_>,
        table: TableId,
        names: &[EcoString],
        others: &[TableId],
    ) -> Option<Vec<ColumnId>> {
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let expected = &self.tables[table.index()];
            let Some(&id) = expected.column_ids.get(name) else {
                let owner =
                    others.iter().map(|id| self.table(*id)).find(|other| other.column_ids.contains_key(name));
                let table = expected.name.clone();
                let reason = match owner {
                    Some(owner) => {
                        let owner = owner.name.clone();
                        SchemaReason::WrongTable { column: name.clone(), owner, expected: table }
                    }
                    None => {
                        let known = expected.columns.iter().map(|column| column.name.clone()).collect();
                        SchemaReason::UnknownColumn { table, name: name.clone(), known }
                    }
                };
                self.mistakes.note(site, reason);
                continue;
            };
            if found.contains(&id) {
                self.mistakes.note(site, SchemaReason::ColumnTwice { column: name.clone() });
            } else {
                found.push(id);
            }
        }
        (found.len() == names.len()).then_some(found)
    }

    /// Whether two lists of columns can be joined pair by pair; notes why not.
    pub(super) fn joinable(&mut self, site: Site<'_>, left: Columns<'_>, right: Columns<'_>) -> bool {
        let names = |side: Columns<'_>| self.table(side.0).column_names(side.1);
        if left.1.len() != right.1.len() {
            let reason = SchemaReason::UnequalLists { left: names(left), right: names(right) };
            self.mistakes.note(site, reason);
            return false;
        }
        let mut reasons = Vec::new();
        let (left_table, right_table) = (self.table(left.0), self.table(right.0));
        for (a, b) in left.1.iter().zip(right.1) {
            let (a, b) = (left_table.column(*a), right_table.column(*b));
            if !a.ty.joins_with(&b.ty) {
                reasons.push(SchemaReason::JoinTypes {
                    left: eco_format!("{}.{}", left_table.name, a.name),
                    left_type: eco_format!("{}", a.ty),
                    right: eco_format!("{}.{}", right_table.name, b.name),
                    right_type: eco_format!("{}", b.ty),
                });
            }
        }
        let joinable = reasons.is_empty();
        reasons.into_iter().for_each(|reason| self.mistakes.note(site, reason));
        joinable
    }
}

/// Columns of a table.
pub(super) type Columns<'a> = (TableId, &'a [ColumnId]);

fn empty(id: TableId, table: &Table) -> TableInfo {
    TableInfo {
        id,
        name: table.name.clone(),
        columns: Vec::with_capacity(table.columns.len()),
        column_ids: HashMap::new(),
        primary_key: None,
        indexes: Vec::new(),
        checks: Vec::new(),
        relations: Vec::new(),
        relation_ids: HashMap::new(),
        outgoing: Vec::new(),
        incoming: Vec::new(),
        child_edges: Vec::new(),
        parent_edges: Vec::new(),
        counters: Vec::new(),
        upkeep: Vec::new(),
        dependents: Vec::new(),
        version: None,
    }
}

/// A shortest way from `start` along `next` back to it. O(n + m).
pub(super) fn cycle<N: Copy + Eq + Hash>(start: N, next: impl Fn(N) -> Vec<N>) -> Option<Vec<N>> {
    let mut seen: HashSet<N> = HashSet::new();
    let mut came_from: HashMap<N, N> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for follower in next(node) {
            if follower == start {
                let back = std::iter::successors(Some(node), |node| came_from.get(node).copied());
                let mut ring: Vec<N> = back.collect();
                ring.reverse();
                return Some(ring);
            }
            if seen.insert(follower) {
                came_from.insert(follower, node);
                queue.push_back(follower);
            }
        }
    }
    None
}
