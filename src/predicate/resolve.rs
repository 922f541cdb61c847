//! Names to ids and inputs to typed values.
//!
//! A filter that asks nothing (`{}`, empty lists) resolves to an empty [`Predicate::And`]. Parts
//! that ask nothing are left out wherever they stand, as in Drizzle.

use super::test::{Subject, test};
use super::total::type_of;
use super::{Computed, Predicate, RelationCount, RelationTotal, document, polymorphic};
use crate::catalog::{Catalog, RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Aggregate, Filter, Of, Quantifier};
use crate::id::TableId;
use crate::scalar::{self, Names, Scalar};

/// How deep filters may nest, so that a document can't exhaust the stack.
const FILTER_DEPTH_MAX: usize = 64;

/// What a query computes beside the columns, by name.
pub(crate) type Extras<'a> = &'a dyn Fn(&str) -> Option<Computed>;

/// No extras at all.
pub(crate) fn no_extras(_: &str) -> Option<Computed> {
    None
}

/// What `filter` asks of the rows of `table`. O(n) in the filter.
///
/// # Errors
/// Unknown names, values that don't fit their columns, operators and quantifiers that don't fit,
/// absent values, and `limit_exceeded` for filters nested too deep; each with its path.
pub(crate) fn resolve(
    catalog: &Catalog,
    table: TableId,
    filter: &Filter,
    extras: Extras<'_>,
) -> Result<Predicate> {
    let scope = Scope { catalog, table: catalog.table(table), extras, depth: 0 };
    Ok(scope.filter(filter)?.unwrap_or(Predicate::And(Vec::new())))
}

/// What an expression makes of the rows of `table`.
///
/// # Errors
/// Unknown names, and types that don't go together.
pub(crate) fn computed(catalog: &Catalog, table: TableId, expr: &Expr) -> Result<Scalar> {
    scalar::expression(&Scope { catalog, table: catalog.table(table), extras: &no_extras, depth: 0 }, expr)
}

/// What an aggregate makes of rows along a relation of `table`.
///
/// # Errors
/// Unknown names, what a column has no aggregate for, and everything that is wrong with its filter.
pub(crate) fn aggregate(catalog: &Catalog, table: &TableInfo, of: &Aggregate) -> Result<Computed> {
    Scope { catalog, table, extras: &no_extras, depth: 0 }.aggregate(of)
}

/// Where names are looked up, and how deep inside the filter that is.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) table: &'a TableInfo,
    pub(super) extras: Extras<'a>,
    depth: usize,
}

impl<'a> Scope<'a> {
    /// The same names, one level further in.
    pub(super) fn deeper(self) -> Result<Scope<'a>> {
        if self.depth == FILTER_DEPTH_MAX {
            let allowed = FILTER_DEPTH_MAX as u64;
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "filter_depth", allowed }));
        }
        Ok(Scope { depth: self.depth + 1, ..self })
    }

    /// The names of the table that `relation` leads to.
    pub(super) fn along(self, relation: &RelationInfo) -> Result<Scope<'a>> {
        let table = self.catalog.table(relation.target);
        Ok(Scope { table, extras: &no_extras, ..self.deeper()? })
    }

    /// The predicate of a filter; `None` when it asks nothing.
    pub(super) fn filter(self, filter: &Filter) -> Result<Option<Predicate>> {
        match filter {
            Filter::And(filters) => Ok(all(self.list("AND", filters)?)),
            Filter::Or(filters) => Ok(any(self.list("OR", filters)?)),
            Filter::Not(filter) => {
                let inner = self.deeper()?.filter(filter).map_err(|error| error.at("NOT"))?;
                Ok(inner.map(negate))
            }
            Filter::Column { name, test: asked } => {
                let subject = self.subject(name).map_err(|error| error.at(name))?;
                test(self, &subject, asked).map(Some).map_err(|error| error.at(asked.word()).at(name))
            }
            Filter::Expr { expr, test: asked } => {
                let subject = self.computed(expr).map_err(|error| error.at("$expr"))?;
                test(self, &subject, asked).map(Some).map_err(|error| error.at(asked.word()).at("$expr"))
            }
            Filter::Aggregate { of, test: asked } => {
                let subject = Subject::from(self.aggregate(of).map_err(|error| error.at(0).at("$expr"))?);
                test(self, &subject, asked).map(Some).map_err(|error| error.at(asked.word()).at("$expr"))
            }
            Filter::Relation { name, quantifier, filter } => {
                self.relation(name, *quantifier, filter.as_deref()).map(Some).map_err(|error| error.at(name))
            }
            Filter::On { table, .. } => {
                let mistake = QueryMistake::OnOutside { table: table.clone() };
                Err(Error::new(ErrorKind::InvalidQuery(mistake)).at(table))
            }
            Filter::Document(literal) => document::filter(self, literal),
        }
    }

    fn list(self, step: &str, filters: &[Filter]) -> Result<Vec<Predicate>> {
        let scope = self.deeper()?;
        let mut parts = Vec::with_capacity(filters.len());
        for (i, filter) in filters.iter().enumerate() {
            parts.extend(scope.filter(filter).map_err(|error| error.at(i).at(step))?);
        }
        Ok(parts)
    }

    /// What a column's name stands for: a column first, then an extra.
    fn subject(self, name: &str) -> Result<Subject<'a>> {
        match self.table.column_id(name) {
            Ok(id) => Ok(Subject::Column(self.table.column(id))),
            Err(unknown) => (self.extras)(name).map(Subject::from).ok_or(unknown),
        }
    }

    /// An expression over a row of the table.
    pub(super) fn computed(self, expr: &Expr) -> Result<Subject<'a>> {
        scalar::expression(&self, expr).map(Subject::Scalar)
    }

    /// What is made of the rows along a relation.
    pub(super) fn aggregate(self, of: &Aggregate) -> Result<Computed> {
        let relation = self.table.relation(self.table.relation_id(&of.relation)?);
        if let Some(option) = of.misplaced {
            return Err(Error::misplaced(option));
        }
        if relation.is_polymorphic() && (of.filter.is_some() || of.of != Of::Rows) {
            let (relation, known) = (relation.name.clone(), self.catalog.member_tables(relation));
            let mistake = QueryMistake::PolymorphicFilter { relation, known };
            return Err(Error::new(ErrorKind::InvalidQuery(mistake)));
        }
        let filter = match &of.filter {
            Some(filter) => self.along(relation)?.filter(filter).map_err(|error| error.at("where"))?,
            None => None,
        };
        let rows = RelationCount { relation: relation.id, filter };
        match &of.of {
            Of::Rows => Ok(Computed::Count(rows)),
            Of::Column(function, name) => {
                let target = self.catalog.table(relation.target);
                let column = target.column(target.column_id(name)?);
                let ty = type_of(*function, column)?;
                Ok(Computed::Total(RelationTotal { rows, function: *function, column: column.id(), ty }))
            }
        }
    }

    fn relation(self, name: &str, quantifier: Quantifier, filter: Option<&Filter>) -> Result<Predicate> {
        let relation = self.table.relation(self.table.relation_id(name)?);
        let Some(filter) = filter else { return quantify(relation, quantifier, None) };
        fits(relation, quantifier)?;
        if relation.is_polymorphic() {
            let asked = polymorphic::filter(self.deeper()?, relation, filter);
            let asked = match asked.map_err(|error| error.at(quantifier.word()))? {
                Some(asked) => asked,
                None => quantify(relation, Quantifier::Some, None)?,
            };
            return Ok(if quantifier == Quantifier::IsNot { negate(asked) } else { asked });
        }
        let inner = self.along(relation)?.filter(filter).map_err(|error| error.at(quantifier.word()))?;
        quantify(relation, quantifier, inner)
    }
}

/// The table is the only source.
impl Names for Scope<'_> {
    fn catalog(&self) -> &Catalog {
        self.catalog
    }

    fn column(&self, name: &str) -> Result<Scalar> {
        let id = self.table.column_id(name)?;
        Ok(Scalar::column(self.catalog, 0, self.table.id, id))
    }

    fn relation<'n>(&self, name: &'n str) -> Option<(usize, TableId, &'n str)> {
        self.table.relation_ids.get(name).map(|_| (0, self.table.id, name))
    }
}

/// All of them; `None` for none.
pub(super) fn all(mut parts: Vec<Predicate>) -> Option<Predicate> {
    if parts.len() > 1 { Some(Predicate::And(parts)) } else { parts.pop() }
}

/// One of them; `None` for none.
pub(super) fn any(mut parts: Vec<Predicate>) -> Option<Predicate> {
    if parts.len() > 1 { Some(Predicate::Or(parts)) } else { parts.pop() }
}

/// The opposite.
pub(super) fn negate(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

/// Whether a quantifier can be asked of a relation.
pub(super) fn fits(relation: &RelationInfo, quantifier: Quantifier) -> Result<()> {
    let for_many = matches!(quantifier, Quantifier::Some | Quantifier::Every | Quantifier::None);
    if for_many == relation.many {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::WrongQuantifier {
        quantifier: quantifier.word(),
        relation: relation.name.clone(),
        many: relation.many,
    })))
}

/// The predicate of a quantifier. `every` that asks nothing would hold of every row, so it counts
/// as absent.
pub(super) fn quantify(
    relation: &RelationInfo,
    quantifier: Quantifier,
    inner: Option<Predicate>,
) -> Result<Predicate> {
    let inner = inner.map(Box::new);
    match quantifier {
        Quantifier::Some | Quantifier::Is => Ok(Predicate::Some(relation.id, inner)),
        Quantifier::None | Quantifier::IsNot => Ok(negate(Predicate::Some(relation.id, inner))),
        Quantifier::Every => inner.map(|inner| Predicate::Every(relation.id, inner)).ok_or_else(|| {
            Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter)).at(quantifier.word())
        }),
    }
}
