//! Placeholders: plans with values in their place.

use super::{Access, Include, Key, Level, Plan, way};
use crate::error::{Error, ErrorKind, FlatMistake, Result};
use crate::predicate::{Computed, Predicate, RelationTotal};
use crate::store::Store;
use crate::value::{Input, Row, Type, Value};
use ecow::{EcoString, eco_format};

/// The placeholders of a query, each with its type.
pub(crate) type Placeholders = Vec<(EcoString, Type)>;

/// Gives the value of a placeholder of a type.
pub(crate) type Given<'g> = &'g dyn Fn(&EcoString, &Type) -> Result<Value>;

/// A part of a level that a placeholder stands for, by its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Open {
    Limit(EcoString),
    Offset(EcoString),
    /// The cursor's value for the key at a place.
    Cursor {
        place: usize,
        name: EcoString,
        ty: Type,
    },
}

impl Open {
    /// Its placeholder.
    pub(crate) fn placeholder(&self) -> (&EcoString, &Type) {
        match self {
            Open::Limit(name) | Open::Offset(name) => (name, &Type::Integer),
            Open::Cursor { name, ty, .. } => (name, ty),
        }
    }
}

impl Plan {
    /// The placeholders it has, in the order they are met.
    pub(crate) fn placeholders(&self) -> Placeholders {
        let mut found = Placeholders::new();
        self.each_placeholder(&mut |name, ty| note(&mut found, name, ty));
        found
    }

    /// Those of the rows it starts from come first. Recursion is as deep as relations are followed.
    fn each_placeholder(&self, show: &mut dyn FnMut(&EcoString, &Type)) {
        if let Access::Reached { from, .. } = &self.access {
            from.each_placeholder(show);
        }
        self.root.placeholders(show);
    }

    /// Refuses a plan whose placeholders have no values.
    ///
    /// # Errors
    /// `invalid_query` for the first of them.
    pub(crate) fn ready(&self) -> Result<()> {
        match &self.unbound {
            Some(name) => Err(FlatMistake::UnboundPlaceholder { name: name.clone() }.into()),
            None => Ok(()),
        }
    }

    /// This plan with values in the place of placeholders, in the way that was chosen before them.
    ///
    /// # Errors
    /// `invalid_query` for a placeholder without a value, `type_mismatch` for a value of another type,
    /// `out_of_range` for a negative limit or offset.
    pub(crate) fn bind(&self, store: &Store, values: &Row) -> Result<Plan> {
        let mut plan = self.clone();
        plan.take_values(store, &|name, ty| bound(values, name, ty))?;
        Ok(plan)
    }

    /// As [`bind`](Plan::bind), in place. Recursion is as deep as relations are followed.
    pub(crate) fn take_values(&mut self, store: &Store, value: Given<'_>) -> Result<()> {
        if let Access::Reached { from, .. } = &mut self.access {
            from.take_values(store, value)?;
        }
        self.root.bind(value)?;
        if let Some(way) = self.way.take() {
            (self.access, self.expected) = way.access(store, &mut self.root);
        }
        self.unbound = None;
        Ok(())
    }

    /// A plan whose placeholders have no values yet: the way to its rows is chosen once.
    pub(super) fn open(store: &Store, mut root: Level) -> Plan {
        let terms = std::mem::take(&mut root.filter);
        root.filter = terms.into_iter().flat_map(flattened).collect();
        let (way, expected) = way::choose(store, &root);
        let unbound = root.unbound();
        Plan { root, access: Access::Scan, expected, unbound, way: Some(way) }
    }
}

/// The terms of nested *and*s, which keep their places when they get values.
fn flattened(predicate: Predicate) -> Vec<Predicate> {
    match predicate {
        Predicate::And(terms) => terms.into_iter().flat_map(flattened).collect(),
        term => vec![term],
    }
}

impl Level {
    /// The first of its placeholders.
    pub(super) fn unbound(&self) -> Option<EcoString> {
        let mut first = None;
        self.placeholders(&mut |name, _| {
            first.get_or_insert_with(|| name.clone());
        });
        first
    }

    /// Shows the placeholders of the level and of those it includes. Recursion is as deep as includes nest.
    fn placeholders(&self, show: &mut dyn FnMut(&EcoString, &Type)) {
        self.filter.iter().for_each(|predicate| predicate.placeholders(show));
        for extra in &self.extras {
            match &extra.computed {
                Computed::Value(scalar) => scalar.placeholders(show),
                Computed::Count(rows) | Computed::Total(RelationTotal { rows, .. }) => {
                    rows.filter.iter().for_each(|predicate| predicate.placeholders(show));
                }
            }
        }
        for key in &self.order {
            let filter = match key {
                Key::Count { counted, .. } => &counted.filter,
                Key::Total { total, .. } => &total.rows.filter,
                Key::Value { scalar, .. } => {
                    scalar.placeholders(show);
                    continue;
                }
                Key::Column(_) => continue,
            };
            filter.iter().for_each(|predicate| predicate.placeholders(show));
        }
        self.open.iter().map(Open::placeholder).for_each(|(name, ty)| show(name, ty));
        for Include { level, others, .. } in &self.includes {
            level.placeholders(show);
            others.iter().for_each(|other| other.level.placeholders(show));
        }
    }

    /// Puts values in the place of the placeholders of the level and of those it includes. Recursion is as
    /// deep as includes nest.
    pub(crate) fn bind(&mut self, value: Given<'_>) -> Result<()> {
        self.filter.iter_mut().try_for_each(|predicate| predicate.bind(value))?;
        for extra in &mut self.extras {
            extra.computed.bind(value)?;
        }
        for key in &mut self.order {
            match key {
                Key::Count { counted, .. } => {
                    counted.filter.iter_mut().try_for_each(|predicate| predicate.bind(value))?;
                }
                Key::Total { total, .. } => {
                    total.rows.filter.iter_mut().try_for_each(|predicate| predicate.bind(value))?;
                }
                Key::Value { scalar, .. } => scalar.bind(value)?,
                Key::Column(_) => {}
            }
        }
        for open in std::mem::take(&mut self.open) {
            let (name, ty) = open.placeholder();
            let found = value(name, ty)?;
            let rows = |value: &Value| amount(value).map_err(|error| error.at(name));
            match &open {
                // Along a relation to one row there is one at most.
                Open::Limit(_) => self.limit = Some(rows(&found)?.min(self.limit.unwrap_or(usize::MAX))),
                Open::Offset(_) => self.offset = rows(&found)?,
                Open::Cursor { place, .. } => {
                    if let Some(mark) = self.cursor.iter_mut().flatten().nth(*place) {
                        *mark = found;
                    }
                }
            }
        }
        for Include { level, others, .. } in &mut self.includes {
            level.bind(value)?;
            others.iter_mut().try_for_each(|other| other.level.bind(value))?;
        }
        Ok(())
    }
}

/// How many rows a limit or offset means, where it is known; else it stays open.
///
/// # Errors
/// `type_mismatch`, and `out_of_range` for a negative number.
pub(crate) fn opened(
    given: &Input,
    place: impl FnOnce(EcoString) -> Open,
    open: &mut Vec<Open>,
) -> Result<Option<u64>> {
    match given {
        Input::Placeholder(name) => {
            open.push(place(name.clone()));
            Ok(None)
        }
        known => Ok(Some(amount(&known.resolve(&Type::Integer)?)? as u64)),
    }
}

/// How many rows a value means.
///
/// # Errors
/// `out_of_range` for a negative number, `type_mismatch` for null.
pub(crate) fn amount(value: &Value) -> Result<usize> {
    let (expected, found) = ("a whole number from 0".into(), eco_format!("{:?}", value.as_ref()));
    match value {
        Value::Integer(rows) => usize::try_from(*rows)
            .map_err(|_| Error::new(ErrorKind::OutOfRange { expected, found, column: None })),
        _ => Err(Error::new(ErrorKind::TypeMismatch { expected, found, column: None })),
    }
}

/// Notes a placeholder once.
pub(crate) fn note(found: &mut Placeholders, name: &EcoString, ty: &Type) {
    if !found.iter().any(|(other, _)| other == name) {
        found.push((name.clone(), ty.clone()));
    }
}

/// Refuses values for placeholders that aren't there.
pub(crate) fn given(placeholders: &[(EcoString, Type)], values: &Row) -> Result<()> {
    let known = |name: &EcoString| placeholders.iter().any(|(other, _)| other == name);
    match values.iter().find(|(name, _)| !known(name)) {
        Some((name, _)) => {
            let known = placeholders.iter().map(|(name, _)| name.clone()).collect();
            Err(FlatMistake::UnknownPlaceholder { name: name.clone(), known }.into())
        }
        None => Ok(()),
    }
}

/// The value of a placeholder.
pub(crate) fn bound(values: &Row, name: &EcoString, ty: &Type) -> Result<Value> {
    match values.iter().find(|(given, _)| *given == name) {
        Some((_, input)) => input.resolve(ty).map_err(|error| error.at(name)),
        None => Err(FlatMistake::UnboundPlaceholder { name: name.clone() }.into()),
    }
}
