//! From a flat query by name to ids and types.

use super::names::{Aggregated, Aliased, Grouped, Outputs, Place, Sources};
use super::{Body, FlatOrder, FlatQuery, JoinKind, On, Selection, SetOperation, Source};
use crate::catalog::{Catalog, RelationInfo};
use crate::error::{Error, ErrorKind, FlatMistake, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Direction, Filter, Nulls};
use crate::id::{RelationId, TableId};
use crate::plan::{COLUMNS_MAX, Open, opened};
use crate::scalar::{Names, Scalar, What, common, condition, expression};
use crate::value::{Input, Type};
use ecow::{EcoString, eco_format};
use std::cell::RefCell;
use std::collections::HashSet;

/// How many tables may be joined to the first. Blocks are handed on join by join, recursively.
pub(crate) const JOINS_MAX: usize = 64;

/// How many set operations may stand inside each other.
pub(crate) const SETS_DEPTH_MAX: usize = 64;

/// A query with every name resolved and every type checked.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(super) body: Inner,
    /// The columns of the result; none where whole rows are given.
    pub(super) columns: Vec<(EcoString, Type)>,
    pub(super) order: Vec<Key>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    /// Limit and offset, where they are known when the query runs.
    pub(super) open: Vec<Open>,
}

#[derive(Clone, Debug)]
pub(super) enum Inner {
    Select(Box<Select>),
    Set(SetOperation, Box<Resolved>, Box<Resolved>),
}

/// Joined sources and what is made of them.
#[derive(Clone, Debug)]
pub(super) struct Select {
    pub(super) sources: Vec<Place>,
    /// How each source but the first is joined.
    pub(super) joins: Vec<Joined>,
    /// All of them hold.
    pub(super) filter: Vec<Scalar>,
    pub(super) group: Option<Group>,
    /// All of them hold of a group.
    pub(super) having: Vec<Scalar>,
    /// The columns of the result: over the sources, or over the groups.
    pub(super) outputs: Vec<Scalar>,
    pub(super) distinct: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) kind: JoinKind,
    /// All of them hold of what is put side by side.
    pub(super) on: Vec<Scalar>,
    /// The relation it goes along, and the source that it starts from.
    pub(super) relation: Option<(usize, TableId, RelationId)>,
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) keys: Vec<Scalar>,
    pub(super) aggregates: Vec<Aggregated>,
}

/// One part of an order: over the sources, the groups, or, of distinct or united rows, the outputs.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) scalar: Scalar,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

impl Resolved {
    /// Resolves a query. O(query).
    ///
    /// # Errors
    /// Unknown and ambiguous names, types that don't go together, names that stand twice, columns
    /// that aren't grouped by; each with its path.
    pub(crate) fn new<S>(catalog: &Catalog, query: &FlatQuery<S>) -> Result<Resolved> {
        resolve(catalog, query, 0)
    }

    /// Shows every placeholder with its type.
    pub(super) fn placeholders(&self, show: &mut dyn FnMut(&EcoString, &Type)) {
        match &self.body {
            Inner::Set(_, left, right) => {
                left.placeholders(show);
                right.placeholders(show);
            }
            Inner::Select(select) => {
                select.scalars().for_each(|part| part.placeholders(show));
            }
        }
        self.order.iter().for_each(|key| key.scalar.placeholders(show));
        self.open.iter().map(Open::placeholder).for_each(|(name, ty)| show(name, ty));
    }
}

impl Select {
    fn scalars(&self) -> impl Iterator<Item = &Scalar> {
        let group = self.group.iter().flat_map(|group| {
            let of = group.aggregates.iter().filter_map(|aggregate| aggregate.of.as_ref());
            group.keys.iter().chain(of)
        });
        let joins = self.joins.iter().flat_map(|join| &join.on);
        joins.chain(&self.filter).chain(group).chain(&self.having).chain(&self.outputs)
    }
}

fn resolve<S>(catalog: &Catalog, query: &FlatQuery<S>, depth: usize) -> Result<Resolved> {
    let mut open = Vec::new();
    let known = |given: &Option<Input>, place: fn(EcoString) -> Open, open: &mut Vec<Open>, at: &str| {
        let known = given.as_ref().map_or(Ok(None), |given| opened(given, place, open));
        known.map_err(|error| error.at(at))
    };
    let limit = known(&query.limit_given, Open::Limit, &mut open, "limit")?.or(query.limit);
    let offset = known(&query.offset_given, Open::Offset, &mut open, "offset")?.unwrap_or(query.offset);
    let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    match &query.body {
        Body::Select(selection) => {
            let (select, columns, order) = select(catalog, selection, &query.order_by)?;
            Ok(Resolved { body: Inner::Select(Box::new(select)), columns, order, limit, offset, open })
        }
        Body::SelectedAfterSet => Err(FlatMistake::AfterSet.into()),
        Body::Set(operation, left, right) => {
            if depth == SETS_DEPTH_MAX {
                let allowed = SETS_DEPTH_MAX as u64;
                return Err(Error::new(ErrorKind::LimitExceeded { limit: "set_depth", allowed }));
            }
            let word = operation.word();
            let left = resolve(catalog, left, depth + 1).map_err(|error| error.at(0).at(word))?;
            let right = resolve(catalog, right, depth + 1).map_err(|error| error.at(1).at(word))?;
            let columns = united(&left.columns, &right.columns).map_err(|error| error.at(word))?;
            let names = Outputs { catalog, columns: columns.clone() };
            let order = query.order_by.iter().map(|part| key(&names, part)).collect::<Result<_>>()?;
            let body = Inner::Set(*operation, Box::new(left), Box::new(right));
            Ok(Resolved { body, columns, order, limit, offset, open })
        }
    }
}

/// The columns of two results that are put together: the names of the first, types that hold both.
fn united(left: &[(EcoString, Type)], right: &[(EcoString, Type)]) -> Result<Vec<(EcoString, Type)>> {
    if left.is_empty() || right.is_empty() {
        return Err(FlatMistake::NothingNamed.into());
    }
    let pairs = left.iter().zip(right).map(|((name, a), (_, b))| Some((name.clone(), common(a, b)?)));
    let columns = pairs.collect::<Option<Vec<_>>>().filter(|_| left.len() == right.len());
    columns.ok_or_else(|| {
        let words = |columns: &[(EcoString, Type)]| {
            columns.iter().map(|(name, ty)| eco_format!("{name} {ty}")).collect()
        };
        FlatMistake::DifferentShapes { left: words(left), right: words(right) }.into()
    })
}

type Columns = Vec<(EcoString, Type)>;

fn select(
    catalog: &Catalog,
    selection: &Selection,
    order: &[FlatOrder],
) -> Result<(Select, Columns, Vec<Key>)> {
    if selection.joins.len() > JOINS_MAX {
        return Err(Error::new(ErrorKind::LimitExceeded { limit: "joins", allowed: JOINS_MAX as u64 }));
    }
    for (found, part) in
        [(selection.columns.len(), "select"), (selection.group_by.len(), "groupBy"), (order.len(), "orderBy")]
    {
        if found > COLUMNS_MAX {
            let allowed = COLUMNS_MAX as u64;
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "columns", allowed }).at(part));
        }
    }
    let mut sources = Sources { catalog, list: Vec::new() };
    let first = table_of(catalog, &selection.from).map_err(|error| error.at("from"))?;
    push(&mut sources, &selection.from.name, first)?;
    let mut joins = Vec::with_capacity(selection.joins.len());
    for join in &selection.joins {
        let word = JoinKind::ALL.iter().find(|(kind, _)| *kind == join.kind).map_or("", |(_, word)| word);
        let joined = joined(&mut sources, join);
        joins.push(joined.map_err(|error| error.at(&join.source.name).at(word))?);
    }
    let filter = conditions(&sources, &selection.filters).map_err(|error| error.at("where"))?;
    let grouped = !selection.group_by.is_empty()
        || !selection.having.is_empty()
        || selection.columns.iter().any(|(_, expr)| has_aggregate(expr))
        || order.iter().any(|part| has_aggregate(&part.expr));
    names_once(selection)?;
    let mut select = Select {
        sources: Vec::new(),
        joins,
        filter,
        group: None,
        having: Vec::new(),
        outputs: Vec::new(),
        distinct: selection.distinct,
    };
    let order = if grouped {
        grouped_select(&sources, selection, order, &mut select)?
    } else {
        plain_select(&sources, selection, order, &mut select)?
    };
    select.sources = sources.list;
    let names = selection.columns.iter().map(|(name, _)| name.clone());
    let columns = names.zip(select.outputs.iter().map(|output| output.ty.clone())).collect();
    Ok((select, columns, order))
}

fn plain_select(
    sources: &Sources<'_>,
    selection: &Selection,
    order: &[FlatOrder],
    select: &mut Select,
) -> Result<Vec<Key>> {
    let outputs = outputs(sources, selection)?;
    select.outputs = outputs.iter().map(|(_, scalar)| scalar.clone()).collect();
    if selection.distinct && outputs.is_empty() {
        return Err(Error::from(FlatMistake::NothingNamed).at("distinct"));
    }
    let names = Aliased { inner: sources, outputs: &outputs };
    keys(&names, order, select, &|_| {})
}

fn grouped_select(
    sources: &Sources<'_>,
    selection: &Selection,
    order: &[FlatOrder],
    select: &mut Select,
) -> Result<Vec<Key>> {
    if selection.columns.is_empty() {
        return Err(Error::from(FlatMistake::NothingNamed).at("select"));
    }
    let mut keys_of = Vec::with_capacity(selection.group_by.len());
    for (at, expr) in selection.group_by.iter().enumerate() {
        // A name of the result that is no column stands for its expression.
        let aliased = match expr {
            Expr::Column(name) if sources.column(name).is_err() => {
                selection.columns.iter().find(|(output, _)| output == name).map(|(_, expr)| expr)
            }
            _ => None,
        };
        keys_of
            .push(expression(sources, aliased.unwrap_or(expr)).map_err(|error| error.at(at).at("groupBy"))?);
    }
    let names = Grouped { sources, keys: keys_of, aggregates: RefCell::default() };
    let mut outputs = outputs(&names, selection)?;
    for (name, scalar) in &mut outputs {
        names.of_groups(scalar);
        of_groups(sources, scalar).map_err(|error| error.at(&*name).at("select"))?;
    }
    let aliased = Aliased { inner: &names, outputs: &outputs };
    select.having = conditions(&aliased, &selection.having).map_err(|error| error.at("having"))?;
    for scalar in &mut select.having {
        names.of_groups(scalar);
        of_groups(sources, scalar).map_err(|error| error.at("having"))?;
    }
    select.outputs = outputs.iter().map(|(_, scalar)| scalar.clone()).collect();
    let order = keys(&aliased, order, select, &|scalar| names.of_groups(scalar))?;
    for key in order.iter().filter(|_| !select.distinct) {
        of_groups(sources, &key.scalar).map_err(|error| error.at("orderBy"))?;
    }
    let aggregates = names.aggregates.into_inner();
    select.group = Some(Group { keys: names.keys, aggregates });
    Ok(order)
}

fn outputs(names: &dyn Names, selection: &Selection) -> Result<Vec<(EcoString, Scalar)>> {
    let columns = selection.columns.iter();
    let outputs = columns.map(|(name, expr)| {
        // A plain column is told by the name it stands under.
        let scalar = match expr {
            Expr::Column(column) => names.column(column),
            expr => expression(names, expr),
        };
        Ok((name.clone(), scalar.map_err(|error| error.at(name).at("select"))?))
    });
    outputs.collect()
}

/// What stands for a whole group may not read a single row.
fn of_groups(sources: &Sources<'_>, scalar: &Scalar) -> Result<()> {
    let mut stray = None;
    scalar.each(&mut |part| match &part.what {
        What::Column { source, column } => {
            if let Some(place) = sources.list.get(*source) {
                let column = &sources.catalog.table(place.table).column(*column).name;
                stray.get_or_insert_with(|| eco_format!("{}.{column}", place.name));
            }
        }
        What::Rows(source, _) => {
            let name = sources.list.get(*source).map(|place| place.name.clone());
            stray.get_or_insert(name.unwrap_or_default());
        }
        _ => {}
    });
    stray.map_or(Ok(()), |name| Err(FlatMistake::NotGrouped { name }.into()))
}

/// The order; of distinct rows it is by their columns.
fn keys(
    names: &dyn Names,
    order: &[FlatOrder],
    select: &Select,
    of_groups: &dyn Fn(&mut Scalar),
) -> Result<Vec<Key>> {
    let mut keys = Vec::with_capacity(order.len());
    for part in order {
        let mut key = key(names, part)?;
        of_groups(&mut key.scalar);
        if select.distinct {
            let place = select.outputs.iter().position(|output| *output == key.scalar);
            let Some(place) = place else {
                let name = eco_format!("{}", part.expr);
                let mistake = FlatMistake::NotInResult { name, known: Vec::new() };
                return Err(Error::from(mistake).at("orderBy"));
            };
            key.scalar.what = What::Output(place);
        }
        keys.push(key);
    }
    Ok(keys)
}

fn key(names: &dyn Names, part: &FlatOrder) -> Result<Key> {
    let scalar = expression(names, &part.expr).map_err(|error| error.at("orderBy"))?;
    let descending = part.direction == Direction::Desc;
    let nulls_first = part.nulls.map_or(descending, |nulls| nulls == Nulls::First);
    Ok(Key { scalar, descending, nulls_first })
}

fn table_of(catalog: &Catalog, source: &Source) -> Result<TableId> {
    catalog.table_id(source.table.as_ref().unwrap_or(&source.name))
}

fn push(sources: &mut Sources<'_>, name: &EcoString, table: TableId) -> Result<()> {
    if sources.list.iter().any(|place| place.name == *name) {
        return Err(FlatMistake::DuplicateSource { name: name.clone() }.into());
    }
    sources.list.push(Place { name: name.clone(), table, visible: true });
    Ok(())
}

fn joined(sources: &mut Sources<'_>, join: &super::Join) -> Result<Joined> {
    let mut relation = None;
    let mut on = Vec::new();
    match &join.on {
        On::Relation(name) => relation = Some(along(sources, &join.source, name)?),
        On::Matching(name, filter) => {
            relation = Some(along(sources, &join.source, name)?);
            on = matching(sources, filter)?;
        }
        On::Filter(filter) => {
            let table = table_of(sources.catalog, &join.source)?;
            push(sources, &join.source.name, table)?;
            on = matching(sources, filter)?;
        }
        On::Always => {
            let table = table_of(sources.catalog, &join.source)?;
            push(sources, &join.source.name, table)?;
        }
    }
    if let Some(place) = sources.list.last_mut() {
        place.visible = join.kind.shows_right();
    }
    Ok(Joined { kind: join.kind, on, relation })
}

/// What a relation to several tables is to the one that is joined.
fn member(catalog: &Catalog, relation: &RelationInfo, source: &Source) -> Result<RelationId> {
    let table = source.table.as_ref().unwrap_or(&source.name);
    let joined = catalog.table_id(table).ok();
    let member = relation.members.iter().find(|member| Some(member.target) == joined);
    member.map(|member| member.relation).ok_or_else(|| {
        let (relation, known) = (relation.name.clone(), catalog.member_tables(relation));
        let mistake = match joined {
            Some(_) => QueryMistake::NotAmongTypes { relation, table: table.clone(), known },
            None => QueryMistake::PolymorphicFilter { relation, known },
        };
        Error::new(ErrorKind::InvalidQuery(mistake))
    })
}

/// What a join's own filter asks.
fn matching(sources: &Sources<'_>, filter: &Filter) -> Result<Vec<Scalar>> {
    let asked = condition(sources, filter).map_err(|error| error.at("on"))?;
    let absent = || Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter)).at("on");
    Ok(asked.ok_or_else(absent)?.terms())
}

/// Adds the source that a relation leads to: the source it starts from, its table and the relation.
fn along(sources: &mut Sources<'_>, from: &Source, name: &EcoString) -> Result<(usize, TableId, RelationId)> {
    let Some((source, table, along)) = sources.relation(name) else {
        let known = sources.list.iter().filter(|place| place.visible).flat_map(|place| {
            let relations = sources.catalog.table(place.table).relations.iter();
            relations.map(|relation| eco_format!("{}.{}", place.name, relation.name))
        });
        let table = sources.list.first().map(|place| place.name.clone()).unwrap_or_default();
        let kind = ErrorKind::UnknownRelation { table, name: name.clone(), known: known.collect() };
        return Err(Error::new(kind));
    };
    let mut id = sources.catalog.table(table).relation_id(along)?;
    let mut info = sources.catalog.table(table).relation(id);
    if info.is_polymorphic() {
        id = member(sources.catalog, info, from)?;
        info = sources.catalog.table(table).relation(id);
    }
    let target = info.target;
    if let Some(named) = &from.table
        && sources.catalog.table_id(named)? != target
    {
        let expected = eco_format!("`{}`, where `{name}` leads", sources.catalog.table(target).name);
        let found = eco_format!("`{named}`");
        return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found })));
    }
    push(sources, &from.name, target)?;
    Ok((source, table, id))
}

fn conditions(names: &dyn Names, filters: &[Filter]) -> Result<Vec<Scalar>> {
    let mut terms = Vec::new();
    for filter in filters {
        terms.extend(condition(names, filter)?.map(Scalar::terms).unwrap_or_default());
    }
    Ok(terms)
}

fn names_once(selection: &Selection) -> Result<()> {
    let mut names = HashSet::new();
    for (name, _) in &selection.columns {
        if !names.insert(name) {
            let mistake = QueryMistake::DuplicateName { name: name.clone() };
            return Err(Error::new(ErrorKind::InvalidQuery(mistake)).at(name).at("select"));
        }
    }
    Ok(())
}

/// Whether an aggregate stands anywhere in an expression. Recursion is as deep as the expression.
fn has_aggregate(expr: &Expr) -> bool {
    match expr {
        Expr::Aggregate(..) => true,
        Expr::Column(_) | Expr::Input(_) => false,
        Expr::Arithmetic(_, a, b) => has_aggregate(a) || has_aggregate(b),
        Expr::Call(_, parts) => parts.iter().any(has_aggregate),
        Expr::Part(_, of) | Expr::Cast(of, _) => has_aggregate(of),
        Expr::Case(cases, otherwise) => {
            cases.iter().any(|(when, then)| filter_aggregates(when) || has_aggregate(then))
                || otherwise.as_deref().is_some_and(has_aggregate)
        }
    }
}

fn filter_aggregates(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(filter_aggregates),
        Filter::Not(part) => filter_aggregates(part),
        Filter::Expr { expr, .. } => has_aggregate(expr),
        Filter::Column { .. }
        | Filter::Aggregate { .. }
        | Filter::Relation { .. }
        | Filter::On { .. }
        | Filter::Document(_) => false,
    }
}
