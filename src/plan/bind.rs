//! Placeholders: plans with values in their place.

use super::{Access, Include, Key, Level, Plan, choose};
use crate::error::{FlatMistake, Result};
use crate::predicate::Predicate;
use crate::store::Store;
use crate::value::{Row, Type, Value};
use ecow::EcoString;

/// The placeholders of a query, each with its type.
pub(crate) type Placeholders = Vec<(EcoString, Type)>;

impl Plan {
    /// The placeholders it has, in the order they are met.
    pub(crate) fn placeholders(&self) -> Placeholders {
        let mut found = Placeholders::new();
        self.root.visit(&mut |predicate| predicate.placeholders(&mut |name, ty| note(&mut found, name, ty)));
        found
    }

    /// This plan with values in the place of placeholders, and its access chosen by them.
    ///
    /// # Errors
    /// `invalid_query` for a placeholder without a value or a value without a placeholder,
    /// `type_mismatch` for a value of another type.
    pub(crate) fn bind(&self, store: &Store, values: &Row) -> Result<Plan> {
        let placeholders = self.placeholders();
        given(&placeholders, values)?;
        if placeholders.is_empty() {
            return Ok(self.clone());
        }
        let mut root = self.root.clone();
        each(&mut root, &mut |predicate| predicate.bind(&|name, ty| bound(values, name, ty)))?;
        let terms = std::mem::take(&mut root.filter);
        root.filter = terms
            .into_iter()
            .flat_map(|term| match term {
                Predicate::And(parts) => parts,
                term => vec![term],
            })
            .collect();
        let (access, expected) = choose::choose(store, &mut root);
        Ok(Plan { root, access, expected })
    }

    /// The access of a level whose placeholders have no values yet: it is chosen when they have.
    pub(super) fn open(store: &Store, root: Level) -> Plan {
        let expected = store.table(root.table).row_count();
        Plan { root, access: Access::Scan, expected }
    }
}

impl Level {
    /// Shows every predicate of the level and of those it includes. Recursion is as deep as includes nest.
    pub(super) fn visit(&self, show: &mut dyn FnMut(&Predicate)) {
        self.filter.iter().for_each(&mut *show);
        self.extras.iter().for_each(|extra| extra.computed.visit(show));
        for key in &self.order {
            match key {
                Key::Count { counted, .. } => counted.filter.iter().for_each(&mut *show),
                Key::Total { total, .. } => total.rows.filter.iter().for_each(&mut *show),
                Key::Column(_) | Key::Value { .. } => {}
            }
        }
        for Include { level, others, .. } in &self.includes {
            level.visit(show);
            others.iter().for_each(|other| other.level.visit(show));
        }
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

/// Shows every predicate of a level and of those it includes. Recursion is as deep as includes nest.
fn each(level: &mut Level, show: &mut dyn FnMut(&mut Predicate) -> Result<()>) -> Result<()> {
    level.filter.iter_mut().try_for_each(&mut *show)?;
    level.extras.iter_mut().try_for_each(|extra| extra.computed.change(show))?;
    for key in &mut level.order {
        match key {
            Key::Count { counted, .. } => counted.filter.iter_mut().try_for_each(&mut *show)?,
            Key::Total { total, .. } => total.rows.filter.iter_mut().try_for_each(&mut *show)?,
            Key::Column(_) | Key::Value { .. } => {}
        }
    }
    for Include { level, others, .. } in &mut level.includes {
        each(level, show)?;
        others.iter_mut().try_for_each(|other| each(&mut other.level, show))?;
    }
    Ok(())
}
