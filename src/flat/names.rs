//! What names stand for: columns of sources, groups and outputs.

use crate::catalog::Catalog;
use crate::error::{Error, ErrorKind, FlatMistake, Result};
use crate::expr::{AggregateFunction, Expr};
use crate::id::TableId;
use crate::scalar::{Names, Scalar, What, expression};
use crate::value::Type;
use ecow::{EcoString, eco_format};
use std::cell::RefCell;

/// A source with its table looked up.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) name: EcoString,
    pub(super) table: TableId,
    /// Whether its columns can be named: those of a semi-join can't after it.
    pub(super) visible: bool,
}

/// The sources of a query.
pub(super) struct Sources<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) list: Vec<Place>,
}

impl Sources<'_> {
    fn visible(&self) -> impl Iterator<Item = (usize, &Place)> {
        self.list.iter().enumerate().filter(|(_, place)| place.visible)
    }

    /// The source and the rest of a name that begins with a source's.
    fn qualified<'n>(&self, name: &'n str) -> Option<(usize, &Place, &'n str)> {
        self.visible().find_map(|(at, place)| {
            let rest = name.strip_prefix(place.name.as_str())?.strip_prefix('.')?;
            Some((at, place, rest))
        })
    }

    fn unknown(&self, name: &str) -> Error {
        if let Some((source, _)) = name.split_once('.') {
            let known: Vec<EcoString> = self.visible().map(|(_, place)| place.name.clone()).collect();
            if !known.iter().any(|known| known == source) {
                return FlatMistake::UnknownSource { name: source.into(), known }.into();
            }
        }
        let several = self.visible().count() > 1;
        let known = self.visible().flat_map(|(_, place)| {
            let columns = self.catalog.table(place.table).columns.iter();
            columns.map(move |column| {
                if several { eco_format!("{}.{}", place.name, column.name) } else { column.name.clone() }
            })
        });
        let tables: Vec<&str> = self.visible().map(|(_, place)| place.name.as_str()).collect();
        Error::new(ErrorKind::UnknownColumn {
            table: tables.join("` and `").into(),
            name: name.into(),
            known: known.collect(),
        })
    }
}

impl Names for Sources<'_> {
    fn catalog(&self) -> &Catalog {
        self.catalog
    }

    fn column(&self, name: &str) -> Result<Scalar> {
        let of = |at: usize, place: &Place, column: &str| {
            let column = self.catalog.table(place.table).column_ids.get(column)?;
            Some(Scalar::column(self.catalog, at, place.table, *column))
        };
        if let Some((at, place, column)) = self.qualified(name)
            && let Some(scalar) = of(at, place, column)
        {
            return Ok(scalar);
        }
        let found: Vec<_> =
            self.visible().filter_map(|(at, place)| Some((place, of(at, place, name)?))).collect();
        match found.as_slice() {
            [(_, scalar)] => Ok(scalar.clone()),
            [] => match self.qualified(name) {
                Some((_, place, column)) => {
                    let unknown = self.catalog.table(place.table).column_id(column);
                    Err(unknown.err().unwrap_or_else(|| self.unknown(name)))
                }
                None => Err(self.unknown(name)),
            },
            several => {
                let candidates =
                    several.iter().map(|(place, _)| eco_format!("{}.{name}", place.name)).collect();
                Err(FlatMistake::Ambiguous { name: name.into(), candidates }.into())
            }
        }
    }

    fn relation<'n>(&self, name: &'n str) -> Option<(usize, TableId, &'n str)> {
        let has = |place: &Place, relation: &str| {
            self.catalog.table(place.table).relation_ids.contains_key(relation)
        };
        if let Some((at, place, relation)) = self.qualified(name).filter(|(_, place, rest)| has(place, rest))
        {
            return Some((at, place.table, relation));
        }
        self.visible().find(|(_, place)| has(place, name)).map(|(at, place)| (at, place.table, name))
    }
}

/// One value of the rows of a group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aggregated {
    pub(super) kind: Kind,
    /// What it's taken of; `None` counts rows.
    pub(super) of: Option<Scalar>,
    pub(super) ty: Type,
}

/// What is done with the values of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Aggregate(AggregateFunction),
    /// The value of the first row: for columns that are the same in all rows of a group.
    First,
}

/// Groups: their keys, and the aggregates that are asked for on the way.
pub(super) struct Grouped<'n, 'c> {
    pub(super) sources: &'n Sources<'c>,
    pub(super) keys: Vec<Scalar>,
    pub(super) aggregates: RefCell<Vec<Aggregated>>,
}

impl Grouped<'_, '_> {
    /// The place of an aggregate among the columns of a group.
    fn place(&self, aggregated: Aggregated) -> usize {
        let mut aggregates = self.aggregates.borrow_mut();
        let at = aggregates.iter().position(|other| *other == aggregated).unwrap_or_else(|| {
            aggregates.push(aggregated);
            aggregates.len() - 1
        });
        self.keys.len() + at
    }

    /// Turns an expression over the sources into one over the groups: keys are read, and columns that a key
    /// tells are those of the group's first row.
    pub(super) fn of_groups(&self, scalar: &mut Scalar) {
        scalar.reuse(&self.keys);
        scalar.each_mut(&mut |part| {
            if let What::Column { source, .. } = part.what
                && self.is_keyed(source)
            {
                let of = Some(part.clone());
                let first = Aggregated { kind: Kind::First, of, ty: part.ty.clone() };
                part.what = What::Output(self.place(first));
            }
        });
    }

    /// Whether the primary key of a source is among the keys, so that its rows are told apart.
    fn is_keyed(&self, source: usize) -> bool {
        let Some(place) = self.sources.list.get(source) else { return false };
        let key = self.sources.catalog.table(place.table).primary_key();
        let has = |column| self.keys.iter().any(|key| key.what == What::Column { source, column });
        !key.is_empty() && key.iter().all(|column| has(*column))
    }
}

impl Names for Grouped<'_, '_> {
    fn catalog(&self) -> &Catalog {
        self.sources.catalog
    }

    fn column(&self, name: &str) -> Result<Scalar> {
        self.sources.column(name)
    }

    fn relation<'n>(&self, name: &'n str) -> Option<(usize, TableId, &'n str)> {
        self.sources.relation(name)
    }

    fn aggregate(&self, aggregate: AggregateFunction, of: Option<&Expr>) -> Result<Scalar> {
        let of = of.map(|of| expression(self.sources, of)).transpose()?;
        let ty = super::aggregate::result_type(aggregate, of.as_ref().map(|of| &of.ty))?;
        let kind = Kind::Aggregate(aggregate);
        let place = self.place(Aggregated { kind, of, ty: ty.clone() });
        Ok(Scalar::new(ty, What::Output(place)))
    }
}

/// The names of the result before those of the sources.
pub(super) struct Aliased<'n> {
    pub(super) inner: &'n dyn Names,
    pub(super) outputs: &'n [(EcoString, Scalar)],
}

impl Names for Aliased<'_> {
    fn catalog(&self) -> &Catalog {
        self.inner.catalog()
    }

    fn column(&self, name: &str) -> Result<Scalar> {
        match self.outputs.iter().find(|(output, _)| output == name) {
            Some((_, scalar)) => Ok(scalar.clone()),
            None => self.inner.column(name),
        }
    }

    fn relation<'n>(&self, name: &'n str) -> Option<(usize, TableId, &'n str)> {
        self.inner.relation(name)
    }

    fn aggregate(&self, aggregate: AggregateFunction, of: Option<&Expr>) -> Result<Scalar> {
        self.inner.aggregate(aggregate, of)
    }
}

/// Only the names of the result.
pub(super) struct Outputs<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) columns: Vec<(EcoString, Type)>,
}

impl Names for Outputs<'_> {
    fn catalog(&self) -> &Catalog {
        self.catalog
    }

    fn column(&self, name: &str) -> Result<Scalar> {
        match self.columns.iter().position(|(output, _)| output == name) {
            Some(at) => Ok(Scalar::new(self.columns[at].1.clone(), What::Output(at))),
            None => {
                let known = self.columns.iter().map(|(name, _)| name.clone()).collect();
                Err(FlatMistake::NotInResult { name: name.into(), known }.into())
            }
        }
    }

    fn relation<'n>(&self, _: &'n str) -> Option<(usize, TableId, &'n str)> {
        None
    }
}
