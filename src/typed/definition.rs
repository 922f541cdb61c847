//! What models say of the schema, and the schema they make together.

use super::model::Model;
use crate::catalog::Catalog;
use crate::error::{Error, ErrorKind, Result, SchemaMistake, SchemaReason};
use crate::schema::{self, Schema};
use ecow::EcoString;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// What one model says of the schema.
#[derive(Debug)]
pub struct Definition {
    table: schema::Table,
    relations: Vec<schema::Relation>,
    /// The models its relations need.
    needs: Vec<(EcoString, Identity)>,
}

/// Which model is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    id: TypeId,
    name: &'static str,
    table: &'static str,
}

impl Identity {
    fn of<M: Model>() -> Identity {
        Identity { id: TypeId::of::<M>(), name: M::NAME, table: M::TABLE }
    }
}

impl Definition {
    /// A table without relations.
    pub fn new(table: schema::Table) -> Definition {
        Definition { table, relations: Vec::new(), needs: Vec::new() }
    }

    /// This with a relation more, which needs the model `N` to be there.
    #[must_use]
    pub fn relation<N: Model>(mut self, relation: schema::Relation) -> Definition {
        self.needs.push((relation.name.clone(), Identity::of::<N>()));
        self.relations.push(relation);
        self
    }

    /// This with a relation more, which leads to one of several models.
    #[must_use]
    pub fn polymorphic(mut self, relation: schema::Relation) -> Definition {
        self.relations.push(relation);
        self
    }

    /// This, of which a relation needs the model `N` as well.
    #[must_use]
    pub fn needs<N: Model>(mut self, relation: &str) -> Definition {
        self.needs.push((relation.into(), Identity::of::<N>()));
        self
    }
}

/// One model, or a tuple of them, which may hold tuples in turn: what a typed database is made of.
///
/// ```
/// use relata::typed::{Database, Id, Model};
/// # #[derive(Model)] struct User { #[relata(key, generated)] id: Id<User> }
/// # #[derive(Model)] struct Post { #[relata(key, generated)] id: Id<Post> }
/// # #[derive(Model)] struct Tag { #[relata(key, generated)] id: Id<Tag> }
/// type Blog = (User, (Post, Tag));
/// let db = Database::new::<Blog>()?;
/// assert_eq!(db.catalog().tables().len(), 3);
/// # Ok::<(), relata::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a model",
    label = "not a model, nor a tuple of models",
    note = "`#[derive(Model)]` makes a struct a model; a tuple has at most 16 parts, each of which may be a tuple"
)]
pub trait Models {
    /// Declares each model.
    #[doc(hidden)]
    fn declare(declared: &mut Declared);
}

/// Declares tuples of models.
macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Models, $($rest: Models),*> Models for ($first, $($rest,)*) {
            fn declare(declared: &mut Declared) {
                $first::declare(declared);
                $($rest::declare(declared);)*
            }
        }
        tuples!($($rest)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L M N O P);

/// The models of a schema, in the order in which their tables are declared.
#[derive(Debug, Default)]
pub struct Declared(Vec<(Identity, Definition)>);

impl Declared {
    /// Declares one model.
    pub fn add<M: Model>(&mut self) {
        self.0.push((Identity::of::<M>(), M::define()));
    }

    pub(super) fn of<S: Models>() -> Declared {
        let mut declared = Declared::default();
        S::declare(&mut declared);
        declared
    }

    /// The schema the models make together.
    pub(super) fn schema(&self) -> Schema {
        let mut schema = Schema::new();
        for (_, definition) in &self.0 {
            schema.tables.push(definition.table.clone());
            schema.relations.extend(definition.relations.iter().cloned());
        }
        schema
    }

    /// Which models there are.
    ///
    /// # Errors
    /// `invalid_schema` with every relation whose model isn't among them.
    pub(super) fn known(&self) -> Result<Known> {
        let tables: HashMap<TypeId, &'static str> =
            self.0.iter().map(|(identity, _)| (identity.id, identity.table)).collect();
        let known: Vec<EcoString> = self.0.iter().map(|(identity, _)| identity.name.into()).collect();
        let mut mistakes = Vec::new();
        for (identity, definition) in &self.0 {
            for (relation, needed) in &definition.needs {
                if !tables.contains_key(&needed.id) {
                    let reason =
                        SchemaReason::UnknownModel { name: needed.name.into(), known: known.clone() };
                    let (table, item) = (Some(identity.table.into()), Some(relation.clone()));
                    mistakes.push(SchemaMistake { table, item, reason });
                }
            }
        }
        if mistakes.is_empty() {
            return Ok(Known { models: Arc::new(tables) });
        }
        Err(Error::new(ErrorKind::InvalidSchema { mistakes }))
    }

    /// The checked schema, with every mistake of all models.
    pub(super) fn check(&self) -> Result<Known> {
        let known = self.known();
        match (Catalog::try_from(self.schema()), known) {
            (Ok(_), known) => known,
            (Err(error), Ok(_)) => Err(error),
            (Err(schema), Err(models)) => Err(join(schema, &models)),
        }
    }
}

/// The mistakes of both; of relations without their model only that.
fn join(schema: Error, models: &Error) -> Error {
    let (ErrorKind::InvalidSchema { mistakes }, ErrorKind::InvalidSchema { mistakes: missing }) =
        (schema.kind(), models.kind())
    else {
        return schema;
    };
    let about = |a: &SchemaMistake, b: &SchemaMistake| (&a.table, &a.item) == (&b.table, &b.item);
    let others = mistakes.iter().filter(|mistake| !missing.iter().any(|other| about(other, mistake)));
    let all = missing.iter().chain(others).cloned().collect();
    Error::new(ErrorKind::InvalidSchema { mistakes: all })
}

/// Which models a database is made of, and their tables.
#[derive(Clone, Debug)]
pub(super) struct Known {
    models: Arc<HashMap<TypeId, &'static str>>,
}

impl Known {
    /// Refuses a model that the database isn't made of, whatever its table is called. O(1).
    pub(super) fn require<M: Model>(&self) -> Result<()> {
        if self.models.contains_key(&TypeId::of::<M>()) {
            return Ok(());
        }
        let mut known: Vec<EcoString> = self.models.values().map(|table| EcoString::from(*table)).collect();
        known.sort_unstable();
        Err(Error::new(ErrorKind::UnknownTable { name: M::TABLE.into(), known }))
    }
}
