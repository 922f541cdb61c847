//! Random cases: rows, queries and statements over one schema.

mod filter;
mod rows;
mod select;
mod statement;
mod values;

use crate::case::{Case, Step};
use crate::model::Schema;
use crate::rng::Rng;
use crate::tree::{Method, Query};
use crate::value::Value;

/// How many rows a table is proposed at most, and how many cases of a hundred have that: few rows
/// for corners, more than a word of bits, more than a chunk of columns.
const SIZES: [(usize, usize); 4] = [(12, 20), (60, 63), (200, 15), (LARGE, 2)];

const LARGE: usize = 4_000;

/// How many queries a case with the largest tables has at most.
const LARGE_QUERIES: usize = 12;

/// Rows by table, as proposed: those that SQLite refuses aren't used.
pub type Rows = Vec<(&'static str, Vec<Vec<Value>>)>;

/// What is needed to make things up.
pub(crate) struct Generator<'a> {
    pub(crate) rng: &'a mut Rng,
    pub(crate) schema: &'a Schema,
    /// The rows there are at first: most values are taken from them.
    pub(crate) rows: &'a Rows,
}

/// A case with at most this many queries, and with statements among the later half if asked for.
pub fn case(schemas: &[Schema], seed: u64, queries: usize) -> Case {
    let mut rng = Rng::new(seed);
    let mut schema = schemas[rng.below(schemas.len())].clone();
    index(&mut rng, &mut schema);
    let most = size(&mut rng);
    let rows = rows::rows(&mut rng, &schema, most);
    let queries = if most == LARGE { queries.min(LARGE_QUERIES) } else { queries };
    let mut generator = Generator { rng: &mut rng, schema: &schema, rows: &rows };
    let mut steps = Vec::new();
    while steps.iter().filter(|step| matches!(step, Step::Query(_))).count() < queries {
        // Queries on the data as loaded first, and on changed data later.
        if steps.len() >= queries / 2 && generator.rng.chance(40) {
            let fork = generator.rng.chance(5);
            steps.push(if fork { Step::Fork } else { Step::Statement(generator.statement()) });
        } else {
            steps.push(Step::Query(generator.query()));
        }
    }
    let loaded = rng.chance(50);
    Case { seed, schema, rows, steps, loaded }
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
        Query { table, method, select, built: self.rng.chance(25) }
    }
}
