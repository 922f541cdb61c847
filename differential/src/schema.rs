//! Schemas as both engines are told them: relations with all their columns, whatever the document
//! leaves to be inferred.

use crate::tree::{Filter, Order};
use crate::value::{Kind, Value};

/// Tables, parents before children, and relations.
#[derive(Clone, Debug)]
pub struct Schema {
    /// What it is about.
    pub name: &'static str,
    /// The tables; one names earlier ones and itself.
    pub tables: Vec<Table>,
    /// The relations of all tables.
    pub relations: Vec<Relation>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns of its primary key; empty for none.
    pub key: Vec<&'static str>,
    /// Columns that are unique together.
    pub unique: Vec<Vec<&'static str>>,
    /// Filters that must not be false.
    pub checks: Vec<Filter>,
    /// What its rows point to.
    pub links: Vec<Link>,
    /// Secondary indexes, and whether each is ordered.
    pub indexes: Vec<(Vec<&'static str>, bool)>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it counts up.
    pub generated: bool,
    /// What it gets when nothing is given.
    pub default: Option<Value>,
}

/// Columns that hold the key of another row.
#[derive(Clone, Debug)]
pub struct Link {
    /// The columns that hold it.
    pub columns: Vec<&'static str>,
    /// The table they point to.
    pub table: &'static str,
    /// The columns they point to.
    pub references: Vec<&'static str>,
    /// What happens when the row goes, and when its key changes; without a foreign key nothing does.
    pub actions: Option<(&'static str, &'static str)>,
    /// Whether the foreign key has until the end of its transaction.
    pub deferrable: bool,
}

/// A relation, with the columns of both sides.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The table it starts from.
    pub source: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The table it leads to.
    pub target: &'static str,
    /// Whether it leads to many rows.
    pub many: bool,
    /// Columns of the source.
    pub from: Vec<&'static str>,
    /// Columns of the target.
    pub to: Vec<&'static str>,
    /// The junction: its columns for the source and for the target.
    pub through: Option<(&'static str, Vec<&'static str>, Vec<&'static str>)>,
    /// Tells it apart.
    pub alias: Option<&'static str>,
    /// Which rows of the target.
    pub filter: Option<Filter>,
    /// Which rows of the source: the filter of the relation this is the bare side of.
    pub source_filter: Option<Filter>,
    /// Its own order.
    pub order: Vec<Order>,
    /// Whether the document leaves its columns out.
    pub bare: bool,
}

impl Schema {
    /// A table by name; the schemas are fixed, so that it's there.
    pub fn table(&self, name: &str) -> &Table {
        let found = self.tables.iter().find(|table| table.name == name);
        found.unwrap_or(&self.tables[0])
    }

    /// The place of a table.
    pub fn place(&self, name: &str) -> usize {
        self.tables.iter().position(|table| table.name == name).unwrap_or_default()
    }

    /// The relations of a table.
    pub fn relations_of(&self, table: &str) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |relation| relation.source == table)
    }

    /// A relation by table and name.
    pub fn relation(&self, table: &str, name: &str) -> &Relation {
        let found = self.relations_of(table).find(|relation| relation.name == name);
        found.unwrap_or(&self.relations[0])
    }
}

impl Table {
    /// A table without anything.
    pub fn new(name: &'static str, columns: Vec<Column>) -> Table {
        Table {
            name,
            columns,
            key: Vec::new(),
            unique: Vec::new(),
            checks: Vec::new(),
            links: Vec::new(),
            indexes: Vec::new(),
        }
    }

    /// This table with a primary key.
    #[must_use]
    pub fn key(mut self, columns: &[&'static str]) -> Table {
        self.key = columns.to_vec();
        self
    }

    /// This table with a unique constraint.
    #[must_use]
    pub fn unique(mut self, columns: &[&'static str]) -> Table {
        self.unique.push(columns.to_vec());
        self
    }

    /// This table with a check constraint.
    #[must_use]
    pub fn check(mut self, filter: Filter) -> Table {
        self.checks.push(filter);
        self
    }

    /// This table with a foreign key and its actions.
    #[must_use]
    pub fn foreign_key(
        mut self,
        columns: &[&'static str],
        table: &'static str,
        references: &[&'static str],
        actions: (&'static str, &'static str),
    ) -> Table {
        let (columns, references) = (columns.to_vec(), references.to_vec());
        self.links.push(Link { columns, table, references, actions: Some(actions), deferrable: false });
        self
    }

    /// This table with columns that often, and not always, hold those of another table.
    #[must_use]
    pub fn loose(
        mut self,
        columns: &[&'static str],
        table: &'static str,
        references: &[&'static str],
    ) -> Table {
        let (columns, references) = (columns.to_vec(), references.to_vec());
        self.links.push(Link { columns, table, references, actions: None, deferrable: false });
        self
    }

    /// A column by name, where there is one.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The place of a column.
    pub fn place(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap_or_default()
    }
}

impl Column {
    /// A column that is neither nullable nor generated.
    pub fn new(name: &'static str, kind: Kind) -> Column {
        Column { name, kind, nullable: false, generated: false, default: None }
    }

    /// This column, nullable.
    #[must_use]
    pub fn null(self) -> Column {
        Column { nullable: true, ..self }
    }

    /// This column, counting up.
    #[must_use]
    pub fn generated(self) -> Column {
        Column { generated: true, ..self }
    }

    /// This column with a default.
    #[must_use]
    pub fn default(self, value: Value) -> Column {
        Column { default: Some(value), ..self }
    }
}

impl Relation {
    /// A relation from columns of one table to columns of another.
    pub fn new(
        (source, name): (&'static str, &'static str),
        from: &[&'static str],
        target: &'static str,
        to: &[&'static str],
    ) -> Relation {
        Relation {
            source,
            name,
            target,
            many: false,
            from: from.to_vec(),
            to: to.to_vec(),
            through: None,
            alias: None,
            filter: None,
            source_filter: None,
            order: Vec::new(),
            bare: false,
        }
    }

    /// This relation, to many rows.
    #[must_use]
    pub fn many(self) -> Relation {
        Relation { many: true, ..self }
    }

    /// This relation, to one row.
    #[must_use]
    pub fn one(self) -> Relation {
        Relation { many: false, ..self }
    }

    /// This relation through a junction.
    #[must_use]
    pub fn through(self, table: &'static str, from: &[&'static str], to: &[&'static str]) -> Relation {
        Relation { through: Some((table, from.to_vec(), to.to_vec())), ..self }
    }

    /// This relation with an alias.
    #[must_use]
    pub fn alias(self, alias: &'static str) -> Relation {
        Relation { alias: Some(alias), ..self }
    }

    /// This relation, to matching rows.
    #[must_use]
    pub fn filter(self, filter: Filter) -> Relation {
        Relation { filter: Some(filter), ..self }
    }

    /// This relation with its rows in an order.
    #[must_use]
    pub fn order(mut self, order: Order) -> Relation {
        self.order.push(order);
        self
    }

    /// The bare reverse side of this relation, to many rows.
    pub fn reverse(&self, name: &'static str) -> Relation {
        let through = self.through.as_ref().map(|(table, from, to)| (*table, to.clone(), from.clone()));
        Relation {
            source: self.target,
            name,
            target: self.source,
            many: true,
            from: self.to.clone(),
            to: self.from.clone(),
            through,
            alias: self.alias,
            filter: None,
            source_filter: self.filter.clone(),
            order: Vec::new(),
            bare: true,
        }
    }
}
