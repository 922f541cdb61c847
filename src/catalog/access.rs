//! Looking things up, by id and by name. By id O(1), by name one hash.

use super::{
    Catalog, CheckInfo, ColumnInfo, Discriminator, Edge, ForeignKeyInfo, IndexInfo, IndexKind, Link, Member,
    OrderInfo, RelationInfo, TableInfo,
};
use crate::error::{Error, ErrorKind, NestedMistake, QueryMistake, Result};
use crate::filter::{Direction, Nulls, OrderBy};
use crate::id::{ColumnId, EdgeId, ForeignKeyId, IndexId, RelationId, TableId};
use crate::schema::{Action, Schema};
use crate::value::{Key, Type, Value};
use ecow::EcoString;

impl Catalog {
    /// The schema this catalog was made from.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The tables, in declared order.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = &TableInfo> + DoubleEndedIterator {
        self.tables.iter()
    }

    /// The table with this id.
    ///
    /// # Panics
    /// When the id is of another catalog and out of range.
    pub fn table(&self, id: TableId) -> &TableInfo {
        &self.tables[id.index()]
    }

    /// The id of the table with this name.
    ///
    /// # Errors
    /// `unknown_table`, with the tables there are.
    pub fn table_id(&self, name: &str) -> Result<TableId> {
        self.table_ids.get(name).copied().ok_or_else(|| {
            let known = self.tables.iter().map(|table| table.name.clone()).collect();
            Error::new(ErrorKind::UnknownTable { name: name.into(), known })
        })
    }

    /// The edge with this id.
    ///
    /// # Panics
    /// When the id is of another catalog and out of range.
    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.index()]
    }

    /// The foreign key with this id.
    ///
    /// # Panics
    /// When the id is of another catalog and out of range.
    pub fn foreign_key(&self, id: ForeignKeyId) -> &ForeignKeyInfo {
        &self.foreign_keys[id.index()]
    }

    /// The edge of a foreign key: its tables and columns.
    ///
    /// # Panics
    /// When the id is of another catalog and out of range.
    pub fn foreign_key_edge(&self, id: ForeignKeyId) -> &Edge {
        self.edge(self.foreign_key(id).edge)
    }

    /// The names of the tables that a polymorphic relation leads to one of.
    pub(crate) fn member_tables(&self, relation: &RelationInfo) -> Vec<EcoString> {
        relation.members.iter().map(|member| self.table(member.target).name.clone()).collect()
    }

    /// The names of these columns of a table.
    pub(crate) fn column_names(&self, table: TableId, columns: &[ColumnId]) -> Vec<EcoString> {
        self.table(table).column_names(columns)
    }
}

impl TableInfo {
    /// Its id.
    pub fn id(&self) -> TableId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns, in declared order.
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// The columns of its primary key; empty for none.
    pub fn primary_key(&self) -> &[ColumnId] {
        self.primary_key.map_or(&[], |id| &self.index(id).columns)
    }

    /// Its relations, in declared order.
    pub fn relations(&self) -> &[RelationInfo] {
        let members: usize = self.relations.iter().map(|relation| relation.members.len()).sum();
        self.relations.get(..self.relations.len().saturating_sub(members)).unwrap_or_default()
    }

    /// The names of its relations, in declared order.
    pub(crate) fn relation_names(&self) -> Vec<EcoString> {
        self.relations().iter().map(|relation| relation.name.clone()).collect()
    }

    /// Its indexes: the primary key's first, then unique ones, then others.
    pub fn indexes(&self) -> &[IndexInfo] {
        &self.indexes
    }

    /// Its check constraints, in declared order.
    pub fn checks(&self) -> &[CheckInfo] {
        &self.checks
    }

    /// The foreign keys it holds, in declared order.
    pub fn foreign_keys(&self) -> &[ForeignKeyId] {
        &self.outgoing
    }

    /// The column with this id.
    ///
    /// # Panics
    /// When the id is of another table and out of range.
    pub fn column(&self, id: ColumnId) -> &ColumnInfo {
        &self.columns[id.index()]
    }

    /// The relation with this id.
    ///
    /// # Panics
    /// When the id is of another table and out of range.
    pub fn relation(&self, id: RelationId) -> &RelationInfo {
        &self.relations[id.index()]
    }

    /// The index with this id.
    pub(crate) fn index(&self, id: IndexId) -> &IndexInfo {
        &self.indexes[id.index()]
    }

    /// The id of the column with this name.
    ///
    /// # Errors
    /// `unknown_column`, with the columns there are.
    pub fn column_id(&self, name: &str) -> Result<ColumnId> {
        self.column_ids.get(name).copied().ok_or_else(|| {
            let known = self.columns.iter().map(|column| column.name.clone()).collect();
            Error::new(ErrorKind::UnknownColumn { table: self.name.clone(), name: name.into(), known })
        })
    }

    /// The id of the relation with this name.
    ///
    /// # Errors
    /// `unknown_relation`, with the relations there are.
    pub fn relation_id(&self, name: &str) -> Result<RelationId> {
        self.relation_ids.get(name).copied().ok_or_else(|| {
            let known = self.relation_names();
            Error::new(ErrorKind::UnknownRelation { table: self.name.clone(), name: name.into(), known })
        })
    }

    /// The index of the primary key, and a key's values as its columns hold them.
    ///
    /// # Errors
    /// `invalid_query` where there is no primary key; `type_mismatch` for a key of another type or
    /// number of values.
    pub(crate) fn typed_key(&self, key: &Key) -> Result<(IndexId, Vec<Value>)> {
        let Some(index) = self.primary_key.map(|id| self.index(id)) else {
            let mistake = QueryMistake::NoPrimaryKey { table: self.name.clone() };
            return Err(ErrorKind::InvalidQuery(mistake).into());
        };
        if index.columns.len() != key.values().len() {
            let expected = ecow::eco_format!("a key of {}", Key::length(index.columns.len()));
            let found = ecow::eco_format!("{key}");
            return Err(Error::new(ErrorKind::TypeMismatch { expected, found, column: None }));
        }
        let columns = index.columns.iter().map(|id| self.column(*id)).zip(key.values());
        let typed = columns.map(|(column, value)| {
            column.ty.accept(value.clone()).map_err(|error| error.for_column(&self.name, &column.name))
        });
        Ok((index.id, typed.collect::<Result<Vec<_>>>()?))
    }

    /// The relation that a row means by this name: its own, or followed by `_attributes` or
    /// `Attributes`.
    pub(crate) fn written_relation(&self, name: &str) -> Option<&RelationInfo> {
        let plain = || name.strip_suffix("_attributes").or_else(|| name.strip_suffix("Attributes"));
        let id = self.relation_ids.get(name).or_else(|| self.relation_ids.get(plain()?));
        id.map(|id| self.relation(*id))
    }

    /// The relation of this name, when rows are written along it, and how; of one to rows of several
    /// tables that to this one.
    ///
    /// # Errors
    /// `unknown_relation`, and `invalid_query` for a relation that is for reading only, and for a table
    /// that is named where it doesn't belong or missing where it does.
    pub(crate) fn writable<'c>(
        &'c self,
        catalog: &Catalog,
        name: &str,
        on: &[&EcoString],
    ) -> Result<(&'c RelationInfo, &'c Link)> {
        let relation = match self.written_relation(name) {
            Some(relation) => relation,
            None => self.relation(self.relation_id(name)?),
        };
        let relation = match (on, relation.members.is_empty()) {
            ([], true) => relation,
            ([], false) => {
                let (relation, known) = (relation.full_name(catalog), catalog.member_tables(relation));
                return Err(NestedMistake::WhichTable { relation, known }.into());
            }
            ([table], _) => self.member_on(catalog, relation, table)?,
            ([_, table, ..], _) => {
                let mistake = QueryMistake::OnOutside { table: (*table).clone() };
                return Err(ErrorKind::InvalidQuery(mistake).into());
            }
        };
        let read_only = || Error::from(NestedMistake::ReadOnly { relation: relation.full_name(catalog) });
        Ok((relation, relation.link.as_ref().ok_or_else(read_only)?))
    }

    /// The relation to one of the tables of a polymorphic one.
    ///
    /// # Errors
    /// `invalid_query` where it doesn't lead to that table, or isn't polymorphic.
    pub(crate) fn member_on<'c>(
        &'c self,
        catalog: &Catalog,
        relation: &RelationInfo,
        table: &EcoString,
    ) -> Result<&'c RelationInfo> {
        let named = |member: &&Member| catalog.table(member.target).name == *table;
        let mistake = match relation.members.iter().find(named) {
            Some(member) => return Ok(self.relation(member.relation)),
            None if relation.members.is_empty() => QueryMistake::OnOutside { table: table.clone() },
            None => QueryMistake::NotAmongTypes {
                relation: relation.name.clone(),
                table: table.clone(),
                known: catalog.member_tables(relation),
            },
        };
        Err(ErrorKind::InvalidQuery(mistake).into())
    }

    /// The names of these columns.
    pub(crate) fn column_names(&self, columns: &[ColumnId]) -> Vec<EcoString> {
        columns.iter().map(|id| self.column(*id).name.clone()).collect()
    }

    /// The first unique index over exactly these columns, in any order.
    pub(crate) fn unique_index(&self, columns: &[ColumnId]) -> Option<&IndexInfo> {
        self.indexes.iter().find(|index| index.is_unique() && same_set(&index.columns, columns))
    }

    /// One part of an order, by id.
    ///
    /// # Errors
    /// `unknown_column`.
    pub(crate) fn order(&self, order: &OrderBy) -> Result<OrderInfo> {
        let column = self.column_id(&order.name).map_err(|error| error.at(&order.name))?;
        Ok(OrderInfo::new(column, order.direction, order.nulls))
    }
}

impl ColumnInfo {
    /// Its id.
    pub fn id(&self) -> ColumnId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    pub fn column_type(&self) -> &Type {
        &self.ty
    }

    /// Whether it may be null.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Whether it counts up when an insert doesn't name it.
    pub fn is_generated(&self) -> bool {
        self.generated
    }

    /// Whether an insert may leave it out.
    pub fn has_default(&self) -> bool {
        self.generated || self.default.is_some()
    }
}

impl IndexInfo {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns.
    pub fn columns(&self) -> &[ColumnId] {
        &self.columns
    }

    /// What it promises and answers.
    pub fn kind(&self) -> IndexKind {
        self.kind
    }

    /// Whether no two rows are equal in its columns, nulls aside.
    pub fn is_unique(&self) -> bool {
        matches!(self.kind, IndexKind::Primary | IndexKind::Unique)
    }
}

impl CheckInfo {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The columns it reads.
    pub fn columns(&self) -> &[ColumnId] {
        &self.columns
    }
}

impl Edge {
    /// The table whose rows find a parent.
    pub fn child(&self) -> TableId {
        self.child
    }

    /// The columns they find it by.
    pub fn child_columns(&self) -> &[ColumnId] {
        &self.child_columns
    }

    /// The table of the parents.
    pub fn parent(&self) -> TableId {
        self.parent
    }

    /// The parent's unique columns, pairwise those of the child.
    pub fn parent_columns(&self) -> &[ColumnId] {
        &self.parent_columns
    }

    /// What a row of the child must hold besides its key, along a polymorphic relation.
    pub fn discriminator(&self) -> Option<&Discriminator> {
        self.discriminator.as_ref()
    }

    /// Whether a child's parent depends on any of these columns of the child.
    pub(crate) fn is_read_from(&self, columns: &[ColumnId]) -> bool {
        let hit = |column: &ColumnId| columns.contains(column);
        self.child_columns.iter().any(hit) || self.discriminator.iter().any(|kind| hit(&kind.column))
    }

    /// The columns of a child that lead it to its parent: those of its key, and the type column.
    pub(crate) fn reference_columns(&self) -> Vec<ColumnId> {
        let kind = self.discriminator.iter().map(|kind| kind.column);
        self.child_columns.iter().copied().chain(kind).collect()
    }
}

impl ForeignKeyInfo {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What happens when the referenced row goes.
    pub fn on_delete(&self) -> Action {
        self.on_delete
    }

    /// What happens when the referenced key changes.
    pub fn on_update(&self) -> Action {
        self.on_update
    }

    /// Whether it's checked at commit.
    pub fn is_deferrable(&self) -> bool {
        self.deferrable
    }
}

impl RelationInfo {
    /// Its id.
    pub fn id(&self) -> RelationId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table it starts from.
    pub fn source(&self) -> TableId {
        self.source
    }

    /// The table it leads to; of a polymorphic relation, see [`members`](RelationInfo::members).
    pub fn target(&self) -> TableId {
        self.target
    }

    /// The tables it leads to one of, where it's polymorphic.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether it leads to rows of several tables.
    pub fn is_polymorphic(&self) -> bool {
        !self.members.is_empty()
    }

    /// The member that leads to a table.
    pub(crate) fn member(&self, table: TableId) -> Option<&Member> {
        self.members.iter().find(|member| member.target == table)
    }

    /// Whether it leads to many rows.
    pub fn is_many(&self) -> bool {
        self.many
    }

    /// Its name after that of its table, as errors show it.
    pub(crate) fn full_name(&self, catalog: &Catalog) -> EcoString {
        ecow::eco_format!("{}.{}", catalog.table(self.source).name, self.name)
    }

    /// Whether it may lead nowhere; so may every one that leads to many, unless declared otherwise.
    pub fn is_optional(&self) -> bool {
        self.optional
    }
}

impl Discriminator {
    /// The type column.
    pub fn column(&self) -> ColumnId {
        self.column
    }

    /// What stands in it.
    pub fn label(&self) -> &Value {
        &self.label
    }
}

impl Member {
    /// What stands for the table in the type column.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The table.
    pub fn target(&self) -> TableId {
        self.target
    }
}

impl OrderInfo {
    /// Nulls go last ascending and first descending unless it's said otherwise.
    pub(crate) fn new(column: ColumnId, direction: Direction, nulls: Option<Nulls>) -> OrderInfo {
        let descending = direction == Direction::Desc;
        OrderInfo { column, descending, nulls_first: nulls.map_or(descending, |nulls| nulls == Nulls::First) }
    }
}

/// Whether two lists without repeats hold the same columns. O(n squared), for a handful.
pub(super) fn same_set(a: &[ColumnId], b: &[ColumnId]) -> bool {
    a.len() == b.len() && a.iter().all(|column| b.contains(column))
}
