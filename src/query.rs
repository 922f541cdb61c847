//! Queries by name: plain data and the builder that makes it.
//!
//! One builder serves the root and every nested include. The documented order of calls is filter,
//! include, order_by, limit, then one that answers; any order means the same.

mod walk;

use crate::expr::Expr;
use crate::filter::{Aggregate, Filter, OrderBy, rel};
use crate::value::{Input, Row};
use ecow::EcoString;

/// What is asked of one table and of the relations included with it.
///
/// `S` is what answers it: [`Unbound`] in an include and in a query that is kept for later, a
/// snapshot in one that can be run.
///
/// ```
/// use relata::{Query, col, desc};
/// let query = Query::of("users")
///     .filter(col("age").gte(18))
///     .include("posts", |posts| posts.order_by(desc("created_at")).limit(3))
///     .limit(10);
/// assert_eq!(query.table(), "users");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a query does nothing until it is asked for its rows"]
pub struct Query<S = Unbound> {
    pub(crate) source: S,
    pub(crate) table: EcoString,
    pub(crate) select: Select,
}

/// Says that a query isn't bound to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Unbound;

/// What is asked of the rows of one level.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Select {
    pub(crate) columns: Columns,
    /// All of them must hold.
    pub(crate) filters: Vec<Filter>,
    pub(crate) includes: Vec<Include>,
    pub(crate) extras: Vec<Extra>,
    /// What is computed from each row, by name.
    pub(crate) values: Vec<(EcoString, Expr)>,
    pub(crate) order_by: Vec<OrderBy>,
    /// What the order names besides columns and extras, and rows don't give.
    pub(crate) unshown: Vec<Extra>,
    pub(crate) limit: Option<u64>,
    /// In the place of the limit.
    pub(crate) limit_given: Option<Input>,
    pub(crate) offset: u64,
    /// In the place of the offset.
    pub(crate) offset_given: Option<Input>,
    /// Rows after the one with these values, in the query's order.
    pub(crate) cursor: Option<Row>,
    pub(crate) distinct: Option<Distinct>,
    /// What is asked besides of the rows of one table, along a polymorphic relation.
    pub(crate) on: Vec<(EcoString, Select)>,
    /// Of an include: how often it is repeated from the rows it finds.
    pub(crate) recursive: Option<Depth>,
    /// Whether these rows, and those included with them, refuse to be walked on from.
    pub(crate) strict: bool,
    /// Whether cells are read when they're asked for and not ahead, as where few of many are.
    pub(crate) sparing: bool,
    /// What is asked before, from the first table on: these rows are those that it leads to.
    pub(crate) follows: Vec<Follow>,
}

#[cfg(feature = "typed")]
impl Select {
    /// The option by which rows that match are left out, if any.
    pub(crate) fn leaves_out(&self) -> Option<&'static str> {
        let options = [
            ("limit", self.limit.is_some()),
            ("offset", self.offset > 0),
            ("cursor", self.cursor.is_some()),
            ("distinct", self.distinct.is_some()),
        ];
        options.into_iter().find_map(|(option, is_given)| is_given.then_some(option))
    }
}

/// How many rows: a number, or what a placeholder is given when a prepared query runs.
///
/// ```
/// # use relata::{Column, Database, Schema, Table, row};
/// # let db = Database::new(Schema::new().table(Table::new("users").column(Column::integer("id"))
/// #     .primary_key(["id"])))?;
/// # db.insert_many("users", vec![row! { id: 1 }, row! { id: 2 }, row! { id: 3 }])?;
/// use relata::placeholder;
/// let page = db.query("users").limit(placeholder("size")).offset(placeholder("skip")).prepare()?;
/// assert_eq!(page.bind(row! { size: 2, skip: 1 })?.all()?.to_string(), "{id: 2}\n{id: 3}");
/// # Ok::<(), relata::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Amount(Counted);

#[derive(Clone, Debug, PartialEq)]
enum Counted {
    Rows(u64),
    Given(Input),
}

impl Amount {
    /// The number, or what gives it.
    pub(crate) fn parts(self) -> (Option<u64>, Option<Input>) {
        match self.0 {
            Counted::Rows(rows) => (Some(rows), None),
            Counted::Given(input) => (None, Some(input)),
        }
    }
}

impl From<u64> for Amount {
    fn from(rows: u64) -> Amount {
        Amount(Counted::Rows(rows))
    }
}

impl From<Input> for Amount {
    fn from(given: Input) -> Amount {
        Amount(Counted::Given(given))
    }
}

/// How deep a recursive include goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// This many levels.
    Levels(u64),
    /// As long as there are rows.
    Exhausted,
}

/// A step from a set of rows to the set of those that a relation leads to from any of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Follow {
    /// What is asked of the rows it starts from.
    pub(crate) select: Select,
    pub(crate) relation: EcoString,
}

/// Which columns a level gives.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) enum Columns {
    /// All, in declared order.
    #[default]
    All,
    /// These, in declared order.
    Pick(Vec<EcoString>),
    /// All but these.
    Omit(Vec<EcoString>),
}

/// A relation to include, under a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Include {
    /// The name in the result.
    pub(crate) name: EcoString,
    pub(crate) relation: EcoString,
    pub(crate) select: Select,
}

/// A computed value beside the columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Extra {
    /// The name in the result.
    pub(crate) name: EcoString,
    pub(crate) what: Aggregate,
}

/// Which of several equal rows to keep: the first in the query's order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Distinct {
    /// Rows equal in every selected column.
    Selected,
    /// Rows equal in these columns.
    On(Vec<EcoString>),
}

impl Query {
    /// A query of a table, not bound to any database.
    pub fn of(table: impl Into<EcoString>) -> Query {
        Query { source: Unbound, table: table.into(), select: Select::default() }
    }

    /// A nested query; its table is the one its relation leads to.
    fn nested() -> Query {
        Query::of("")
    }

    /// This query, to be answered by `source`.
    pub(crate) fn bind<S>(self, source: S) -> Query<S> {
        Query { source, table: self.table, select: self.select }
    }
}

impl<S> Query<S> {
    /// The table that is asked, or from which relations are followed.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Keeps rows that match; several filters must all hold.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.select.filters.push(filter);
        self
    }

    /// Gives the rows along `relation` too, under its own name.
    pub fn include(self, relation: &str, nested: impl FnOnce(Query) -> Query) -> Self {
        self.include_as(relation, relation, nested)
    }

    /// Gives the rows along `relation` too, under `name`: one relation can be included twice.
    pub fn include_as(mut self, name: &str, relation: &str, nested: impl FnOnce(Query) -> Query) -> Self {
        let select = nested(Query::nested()).select;
        self.select.includes.push(Include { name: name.into(), relation: relation.into(), select });
        self
    }

    /// Inside the include of a polymorphic relation: what is asked of its rows of this table, besides
    /// what is asked of all. What is asked of all and isn't there on some tables is left out on those.
    ///
    /// ```
    /// use relata::Query;
    /// let query = Query::of("comments").include("commentable", |target| target
    ///     .on_table("posts", |posts| posts.columns(["title"]).include("author", |author| author))
    ///     .on_table("photos", |photos| photos.columns(["url"])));
    /// assert_eq!(query.table(), "comments");
    /// ```
    pub fn on_table(mut self, table: &str, nested: impl FnOnce(Query) -> Query) -> Self {
        self.select.on.push((table.into(), nested(Query::nested()).select));
        self
    }

    /// Gives how many rows there are along `relation`, under `name`.
    pub fn count_of(self, name: &str, relation: &str) -> Self {
        self.aggregate(name, rel(relation).count())
    }

    /// Gives how many rows along `relation` match `filter`, under `name`.
    pub fn count_where(self, name: &str, relation: &str, filter: Filter) -> Self {
        self.aggregate(name, rel(relation).count().filter(filter))
    }

    /// Gives a value made of the rows along a relation, under `name`; filters and orders can use it.
    ///
    /// ```
    /// # use relata::{Column, Database, Relation, Schema, Table, row};
    /// # let db = Database::new(Schema::new()
    /// #     .table(Table::new("orders").column(Column::integer("id")).primary_key(["id"]))
    /// #     .table(Table::new("lines").column(Column::integer("order_id"))
    /// #         .column(Column::decimal("amount")))
    /// #     .relation(Relation::one("lines", "order", "orders").from(["order_id"]).to(["id"]))
    /// #     .relation(Relation::many("orders", "lines", "lines")))?;
    /// # db.insert_many("orders", vec![row! { id: 1 }, row! { id: 2 }, row! { id: 3 }])?;
    /// # for (order, amount) in [(1, "9.90"), (1, "0.1"), (2, "30")] {
    /// #     db.insert("lines", row! { order_id: order, amount: relata::Literal::Number(amount.into()) })?;
    /// # }
    /// use relata::{col, desc, rel};
    /// let orders = db.query("orders")
    ///     .aggregate("total", rel("lines").sum("amount"))
    ///     .filter(col("total").gt(5))
    ///     .order_by(desc("total"))
    ///     .all()?;
    /// assert_eq!(
    ///     serde_json::to_string(&orders).unwrap(),
    ///     r#"[{"id":2,"total":"30"},{"id":1,"total":"10.00"}]"#,
    /// );
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn aggregate(mut self, name: &str, what: Aggregate) -> Self {
        self.select.extras.push(Extra { name: name.into(), what });
        self
    }

    /// Gives what an expression makes of each row, under `name`; filters and orders can name it.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, col, desc, row};
    /// # let db = Database::new(Schema::new().table(Table::new("lines").column(Column::integer("id"))
    /// #     .column(Column::int("pieces")).column(Column::int("price")).primary_key(["id"])))?;
    /// # db.insert_many("lines", vec![row! { id: 1, pieces: 2, price: 3 }, row! { id: 2, pieces: 1, price: 9 }])?;
    /// let page = db.query("lines").columns(["id"]).value("total", col("pieces") * col("price"))
    ///     .filter(col("total").gt(5)).order_by(desc("total")).all()?;
    /// assert_eq!(page.to_string(), "{id: 2, total: 9}\n{id: 1, total: 6}");
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn value(mut self, name: impl Into<EcoString>, expr: impl Into<Expr>) -> Self {
        self.select.values.push((name.into(), expr.into()));
        self
    }

    /// Gives only these columns.
    pub fn columns<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Self {
        self.select.columns = Columns::Pick(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Gives all columns but these.
    pub fn without_columns<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Self {
        self.select.columns = Columns::Omit(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Orders by this, after what the query is ordered by already. Without an order, rows come in
    /// insertion order.
    pub fn order_by(mut self, order: OrderBy) -> Self {
        self.select.order_by.push(order);
        self
    }

    /// Gives at most this many rows, or as many as a placeholder is given; in an include, for each parent.
    pub fn limit(mut self, rows: impl Into<Amount>) -> Self {
        let (rows, given) = rows.into().parts();
        (self.select.limit, self.select.limit_given) = (rows, given);
        self
    }

    /// Leaves out this many rows first, or as many as a placeholder is given; in an include, for each parent.
    pub fn offset(mut self, rows: impl Into<Amount>) -> Self {
        let (rows, given) = rows.into().parts();
        (self.select.offset, self.select.offset_given) = (rows.unwrap_or(0), given);
        self
    }

    /// Starts after the row with these values of the ordering columns. Without an order, the
    /// cursor's columns ascending are the order.
    pub fn after(mut self, cursor: Row) -> Self {
        self.select.cursor = Some(cursor);
        self
    }

    /// Keeps the first of the rows that are equal in every selected column.
    pub fn distinct(mut self) -> Self {
        self.select.distinct = Some(Distinct::Selected);
        self
    }

    /// Keeps the first of the rows that are equal in these columns.
    pub fn distinct_on<I: IntoIterator<Item: Into<EcoString>>>(mut self, columns: I) -> Self {
        self.select.distinct = Some(Distinct::On(columns.into_iter().map(Into::into).collect()));
        self
    }
}
