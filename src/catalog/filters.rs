//! Filters and orders of checks and relations: the last step, when all names have ids.

use super::build::cycle;
use super::chains;
use super::mistakes::{Mistakes, Site};
use super::names::Names;
use super::polymorphic::Required;
use super::relations::Relations;
use super::{Catalog, CheckInfo, OrderInfo, dependents, link, upkeep, version};
use crate::error::{Error, ErrorKind, FlatMistake, QueryMistake, SchemaReason, Step};
use crate::filter::Filter;
use crate::id::{ColumnId, RelationId, TableId};
use crate::predicate::{Predicate, no_extras, resolve as resolve_filter};
use crate::schema::Relation;
use ecow::{EcoString, eco_format};
use std::collections::{HashMap, HashSet};

/// Resolves the filters of all checks and relations.
pub(super) fn resolve(
    catalog: &mut Catalog,
    relations: &Relations,
    names: &mut [Names],
    mistakes: &mut Mistakes,
) {
    resolve_relations(catalog, relations, mistakes);
    chains::link(catalog, relations, mistakes);
    for (i, names) in names.iter_mut().enumerate() {
        let checks = resolve_checks(catalog, TableId::new(i), names, mistakes);
        catalog.tables[i].checks = checks;
    }
    note_cycles(catalog, mistakes);
    upkeep::resolve(catalog, relations, mistakes);
    dependents::resolve(catalog, relations, mistakes);
    version::resolve(catalog, mistakes);
    link::resolve(catalog, relations, mistakes);
}

/// A filter of columns and values: what can't fail when a row is written or walked to.
pub(super) fn plain(catalog: &Catalog, table: TableId, filter: &Filter) -> Result<Predicate, Error> {
    let predicate = resolve_filter(catalog, table, filter, &no_extras)?;
    if predicate.has_expression() {
        return Err(FlatMistake::NoExpressionsHere { place: "a schema" }.into());
    }
    Ok(predicate)
}

/// Adds the checks of polymorphic relations that must lead somewhere: that the type is one of theirs and
/// the key is there. That it matches is left to the foreign keys.
pub(super) fn require(catalog: &mut Catalog, required: Vec<Required>, names: &mut [Names]) {
    for Required { table, relation, kind, key, labels } in required {
        let present = |column: &ColumnId| Predicate::Not(Box::new(Predicate::IsNull(*column)));
        let columns: Vec<ColumnId> = [kind].into_iter().chain(key).collect();
        let mut terms: Vec<Predicate> = columns.iter().map(present).collect();
        terms.push(Predicate::In { column: kind, values: labels, with_null: false });
        let table_name = catalog.table(table).name.clone();
        let Some(names) = names.get_mut(table.index()) else { continue };
        let name = names.name(None, &table_name, &[relation], "check");
        let predicate = Predicate::And(terms);
        catalog.tables[table.index()].checks.push(CheckInfo { name, columns, predicate });
    }
}

fn reason(error: Error, step: &str) -> SchemaReason {
    let error = error.at(step);
    SchemaReason::Filter { at: eco_format!("{}", error.path()), why: Box::new(error.kind().clone()) }
}

fn resolve_checks(
    catalog: &Catalog,
    id: TableId,
    names: &mut Names,
    mistakes: &mut Mistakes,
) -> Vec<CheckInfo> {
    let table = catalog.table(id);
    let Some(declared) = catalog.schema.tables.get(id.index()) else { return Vec::new() };
    let mut checks = Vec::with_capacity(declared.checks.len());
    for check in &declared.checks {
        let resolved = plain(catalog, id, &check.filter);
        let mut used = Used::default();
        if let Ok(predicate) = &resolved {
            used.collect(catalog, id, predicate);
        }
        let single =
            if let [column] = used.columns.as_slice() { table.column_names(&[*column]) } else { Vec::new() };
        let name = names.name(check.name.as_ref(), &table.name, &single, "check");
        let site = Site::item(&table.name, &name);
        for (_, relation) in used.relations.iter().filter(|(table, _)| *table == id).take(1) {
            let relation = table.relation(*relation).name.clone();
            mistakes.note(site, SchemaReason::RelationInCheck { relation });
        }
        match resolved {
            Ok(predicate) if predicate == Predicate::And(Vec::new()) => {
                let absent = Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter));
                mistakes.note(site, reason(absent, "where"));
            }
            Ok(predicate) => {
                checks.push(CheckInfo { name, columns: used.columns, predicate });
            }
            Err(error) => mistakes.note(site, reason(error, "where")),
        }
    }
    checks
}

fn resolve_relations(catalog: &mut Catalog, relations: &Relations, mistakes: &mut Mistakes) {
    // A path through a relation without target says nothing that isn't said already.
    let broken: HashSet<EcoString> = (relations.0.iter())
        .filter(|entry| {
            let info = catalog.table(entry.source).relation(entry.id);
            entry.target.is_none() && !info.is_polymorphic()
        })
        .map(|entry| entry.relation.name.clone())
        .collect();
    let mut filters: Vec<Option<Predicate>> = Vec::with_capacity(relations.0.len());
    for entry in &relations.0 {
        let relation = &entry.relation;
        let site = Site::item(&relation.source, &relation.name);
        let mut note = |error: Error, step: &str| {
            let known = |step: &Step| matches!(step, Step::Key(key) if broken.contains(key));
            if !error.path().steps().any(known) {
                mistakes.note(site, reason(error, step));
            }
        };
        let Some(target) = entry.target else {
            filters.push(None);
            continue;
        };
        let filter = relation_filter(catalog, target, relation).unwrap_or_else(|error| {
            note(error, "where");
            None
        });
        filters.push(filter.clone());
        let mut order_by: Vec<OrderInfo> = Vec::with_capacity(relation.order_by.len());
        for order in &relation.order_by {
            match catalog.table(target).order(order) {
                Ok(order) => order_by.push(order),
                Err(error) => note(error, "orderBy"),
            }
        }
        let info = &mut catalog.tables[entry.source.index()].relations[entry.id.index()];
        info.filter = filter;
        info.order_by = order_by;
    }
    for entry in &relations.0 {
        let inherited = entry.reverse_of.and_then(|other| filters[other].clone());
        catalog.tables[entry.source.index()].relations[entry.id.index()].source_filter = inherited;
    }
}

/// A filter that asks nothing is none.
fn relation_filter(
    catalog: &Catalog,
    target: TableId,
    relation: &Relation,
) -> Result<Option<Predicate>, Error> {
    let Some(filter) = &relation.filter else { return Ok(None) };
    let predicate = plain(catalog, target, filter)?;
    Ok((predicate != Predicate::And(Vec::new())).then_some(predicate))
}

/// Walking a relation applies its filter; one that needs itself would never end.
fn note_cycles(catalog: &Catalog, mistakes: &mut Mistakes) {
    let mut needs: HashMap<(TableId, RelationId), Vec<(TableId, RelationId)>> = HashMap::new();
    for relation in catalog.tables.iter().flat_map(|table| &table.relations) {
        let mut used = Used::default();
        for (table, filter) in
            [(relation.target, &relation.filter), (relation.source, &relation.source_filter)]
        {
            if let Some(filter) = filter {
                used.collect(catalog, table, filter);
            }
        }
        used.relations.extend_from_slice(&relation.parts);
        if !used.relations.is_empty() {
            needs.insert((relation.source, relation.id), used.relations);
        }
    }
    let mut starts: Vec<_> = needs.keys().copied().collect();
    starts.sort_unstable();
    let mut reported = HashSet::new();
    for start in starts {
        if reported.contains(&start) {
            continue;
        }
        let next = |node| needs.get(&node).cloned().unwrap_or_default();
        if let Some(ring) = cycle(start, next) {
            let name = |(table, relation): &(TableId, RelationId)| {
                let table = catalog.table(*table);
                eco_format!("{}.{}", table.name, table.relation(*relation).name)
            };
            let relations = ring.iter().map(name).collect();
            let table = catalog.table(start.0);
            let site = Site::item(&table.name, &table.relation(start.1).name);
            mistakes.note(site, SchemaReason::FilterCycle { relations });
            reported.extend(ring);
        }
    }
}

/// What a predicate reads.
#[derive(Default)]
pub(super) struct Used {
    /// Columns of its own table, in the order they are met.
    pub(super) columns: Vec<ColumnId>,
    /// Relations at any depth, with the tables they start from.
    pub(super) relations: Vec<(TableId, RelationId)>,
}

impl Used {
    pub(super) fn collect(&mut self, catalog: &Catalog, table: TableId, predicate: &Predicate) {
        match predicate {
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter().for_each(|part| self.collect(catalog, table, part));
            }
            Predicate::Not(inner) => self.collect(catalog, table, inner),
            Predicate::Compare(column, ..)
            | Predicate::In { column, .. }
            | Predicate::Like(column, _)
            | Predicate::IsNull(column) => self.column(*column),
            Predicate::CompareColumns(left, _, right) => {
                self.column(*left);
                self.column(*right);
            }
            Predicate::Some(relation, inner) => self.relation(catalog, table, *relation, inner.as_deref()),
            Predicate::Every(relation, inner) => self.relation(catalog, table, *relation, Some(inner)),
            Predicate::Count(count, ..) => {
                self.relation(catalog, table, count.relation, count.filter.as_ref());
            }
            Predicate::Expr(scalar) => {
                scalar.columns().into_iter().for_each(|(_, column)| self.column(column));
            }
            Predicate::Total(total, ..) | Predicate::NoTotal(total) => {
                self.relation(catalog, table, total.rows.relation, total.rows.filter.as_ref());
            }
        }
    }

    fn column(&mut self, column: ColumnId) {
        if !self.columns.contains(&column) {
            self.columns.push(column);
        }
    }

    fn relation(&mut self, catalog: &Catalog, table: TableId, id: RelationId, inner: Option<&Predicate>) {
        self.relations.push((table, id));
        if let Some(inner) = inner {
            // Columns of other tables aren't this one's.
            let mut nested = Used::default();
            nested.collect(catalog, catalog.table(table).relation(id).target, inner);
            self.relations.extend(nested.relations);
        }
    }
}
