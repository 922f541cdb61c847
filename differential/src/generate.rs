//! Random cases: a schema, rows, and steps that are made up as the rows change.

mod filter;
mod rows;
mod schema;
mod select;
mod statement;
mod values;

use crate::case::{Case, Rows, Step};
use crate::rng::Rng;
use crate::schema::Schema;
use crate::schemas;
use crate::tree::{Control, Method, Query};

/// How many rows a table of a fixed schema is proposed at most, and how many such cases of a hundred
/// have that: few rows for corners, more than a word of bits, more than a chunk of columns.
const SIZES: [(usize, usize); 4] = [(12, 50), (60, 40), (200, 9), (LARGE, 1)];

const LARGE: usize = 4_000;

/// How many rows a table of a random schema is proposed at most.
const SMALL: usize = 10;

/// With more rows in a table nothing is asked of the naive model, which looks at each of them each time.
pub(crate) const NAIVE_ROWS: usize = 60;

/// Names of savepoints: few, so that one hides another.
const SAVEPOINTS: [&str; 3] = ["s0", "s1", "s2"];

/// How many steps a case has, queries among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Statements and steps of transactions.
    pub operations: usize,
    /// Queries.
    pub queries: usize,
    /// How many cases of a hundred are of a fixed schema.
    pub fixed: usize,
}

/// What is needed to make things up.
pub(crate) struct Generator<'a> {
    pub(crate) rng: &'a mut Rng,
    pub(crate) schema: &'a Schema,
    /// The rows there were lately: most values are taken from them.
    pub(crate) rows: &'a Rows,
    /// Tables don't grow much beyond that.
    pub(crate) most: usize,
}

/// Makes up steps one after another.
pub struct Steps {
    rng: Rng,
    mix: Mix,
    most: usize,
    made: usize,
    /// Whether a transaction is open.
    open: bool,
}

/// The schema and rows of a case, and what makes up its steps.
pub fn case(seed: u64, mix: Mix) -> (Case, Steps) {
    let mut rng = Rng::new(seed);
    let is_fixed = rng.chance(mix.fixed);
    let (mut schema, most) = if is_fixed {
        let fixed = schemas::all();
        let at = rng.below(fixed.len());
        (fixed.into_iter().nth(at).unwrap_or_else(|| schema::schema(&mut rng)), size(&mut rng))
    } else {
        (schema::schema(&mut rng), SMALL)
    };
    index(&mut rng, &mut schema);
    let rows = rows::rows(&mut rng, &schema, most);
    let loaded = rng.chance(50);
    // What looks at many rows is done less often.
    let share = if most <= SMALL { 1 } else { (most / SMALL).min(20) };
    let mix = Mix { operations: mix.operations.div_ceil(share), queries: mix.queries.div_ceil(share), ..mix };
    let steps = Steps { rng, mix, most: most + most / 2, made: 0, open: false };
    (Case { seed, schema, rows, steps: Vec::new(), loaded }, steps)
}

fn size(rng: &mut Rng) -> usize {
    let mut percent = rng.below(100);
    for (most, share) in SIZES {
        if percent < share {
            return most;
        }
        percent -= share;
    }
    LARGE
}

/// Secondary indexes at random, so that plans differ from case to case.
fn index(rng: &mut Rng, schema: &mut Schema) {
    for table in &mut schema.tables {
        for _ in 0..rng.skewed(5) {
            let mut columns: Vec<&'static str> = table.columns.iter().map(|column| column.name).collect();
            rng.shuffle(&mut columns);
            columns.truncate(1 + rng.skewed(3));
            let index = (columns, rng.chance(60));
            if !table.indexes.contains(&index) {
                table.indexes.push(index);
            }
        }
    }
}

impl Steps {
    /// The next step, over the rows there were lately; `None` at the end.
    pub fn next(&mut self, schema: &Schema, rows: &Rows) -> Option<Step> {
        let all = self.mix.operations + self.mix.queries;
        if self.made == all {
            return None;
        }
        self.made += 1;
        let mut generator = Generator { rng: &mut self.rng, schema, rows, most: self.most };
        if generator.rng.below(all) < self.mix.queries {
            return Some(Step::Query(generator.query()));
        }
        let savepoint = generator.rng.pick(&SAVEPOINTS).copied().unwrap_or_default();
        let (is_open, control) = match (self.open, generator.rng.below(100)) {
            (false, 0..=5) => (true, Control::Begin),
            (false, 6) => return Some(Step::Fork),
            (true, 0..=3) => (false, Control::Commit),
            (true, 4) => (false, Control::Rollback),
            (true, 5..=9) => (true, Control::Savepoint(savepoint)),
            (true, 10..=13) => (true, Control::RollbackTo(savepoint)),
            _ => return Some(Step::Statement(generator.statement())),
        };
        self.open = is_open;
        Some(Step::Control(control))
    }
}

impl Generator<'_> {
    fn query(&mut self) -> Query {
        let table = self.rng.pick(&self.schema.tables).map_or("", |table| table.name);
        let method = match self.rng.below(10) {
            0 => Method::Count,
            1 => Method::First,
            _ => Method::Many,
        };
        let mut select = self.select(table, None, 0);
        if method == Method::Count {
            let filter = select.filter.take().filter(|_| select.extras.is_empty());
            select = crate::tree::Select { filter, ..Default::default() };
        } else if method == Method::First {
            select.limit = None;
        }
        Query { table, method, select }
    }
}
