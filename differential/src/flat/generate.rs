//! Random rows and random queries.

use super::{Condition, Dialect, Expr, Join, Kind, Query, Select, TABLES};
use crate::rng::Rng;

/// A row: `k`, `n`, `m` and `t`; its `id` is its place from 1.
pub type Row = (Option<i64>, Option<i64>, i64, Option<&'static str>);

const WORDS: [&str; 7] = ["", "a", "Ab", "b  ", " abc", "zz", "B"];

/// Rows for each table, keys that point nowhere among them.
pub fn rows(rng: &mut Rng) -> Vec<Vec<Row>> {
    let table = |rng: &mut Rng| {
        let count = rng.skewed(14) + usize::from(rng.chance(80));
        let maybe = |rng: &mut Rng, value: i64| (!rng.chance(20)).then_some(value);
        (0..count)
            .map(|_| {
                let k = rng.below(9) as i64 + 1;
                let n = rng.below(7) as i64 - 3;
                let (k, n) = (maybe(rng, k), maybe(rng, n));
                let t = rng.pick(&WORDS).copied().filter(|_| rng.chance(85));
                (k, n, rng.below(4) as i64, t)
            })
            .collect()
    };
    TABLES.iter().map(|_| table(rng)).collect()
}

/// A random query.
pub fn query(rng: &mut Rng, dialect: Dialect) -> Query {
    if rng.chance(15) {
        let postgres = ["union", "unionAll", "intersect", "except", "intersectAll", "exceptAll"];
        let words = if dialect == Dialect::Postgres { &postgres[..] } else { &postgres[..4] };
        let word = rng.pick(words).copied().unwrap_or("union");
        let numbers: Vec<bool> = (0..1 + rng.below(2)).map(|_| rng.chance(60)).collect();
        let side = |rng: &mut Rng| {
            let mut select = Maker { rng, sources: Vec::new(), dialect }.sources();
            let maker = &mut Maker { rng, sources: tables(&select), dialect };
            select.columns =
                numbers.iter().map(|number| if *number { maker.number(2) } else { maker.text(2) }).collect();
            select.filter = maker.rng.chance(50).then(|| maker.condition(2));
            select
        };
        let left = side(rng);
        let right = side(rng);
        return Query::Set(word, Box::new(left), Box::new(right));
    }
    let mut select = Maker { rng, sources: Vec::new(), dialect }.sources();
    let sources = tables(&select);
    let mut maker = Maker { rng, sources, dialect };
    select.filter = maker.rng.chance(60).then(|| maker.condition(3));
    match maker.rng.below(10) {
        0..=3 => maker.group(&mut select),
        choice => {
            let count = 1 + maker.rng.below(3);
            select.columns = (0..count).map(|_| maker.any(3)).collect();
            select.distinct = choice == 4;
            if choice > 4 && maker.rng.chance(50) {
                let keys: Vec<usize> = (0..count).filter(|_| maker.rng.chance(50)).collect();
                select.order = keys.into_iter().map(|at| (at, maker.rng.chance(50))).collect();
            }
            if choice > 4 && maker.rng.chance(40) {
                select.limit = Some(maker.rng.below(8));
                select.offset = if maker.rng.chance(30) { maker.rng.below(4) } else { 0 };
            }
        }
    }
    Query::Select(Box::new(select))
}

/// The tables whose columns a query can name: those of a semi join can't be.
fn tables(select: &Select) -> Vec<usize> {
    let shown = select.joins.iter().filter(|join| !matches!(join.kind, Kind::Semi | Kind::Anti));
    std::iter::once(select.from).chain(shown.map(|join| join.table)).collect()
}

struct Maker<'r> {
    rng: &'r mut Rng,
    /// The table of each source.
    sources: Vec<usize>,
    dialect: Dialect,
}

impl Maker<'_> {
    /// Tables and their joins. Those that keep one side only come last.
    fn sources(&mut self) -> Select {
        let from = self.rng.below(TABLES.len());
        self.sources = vec![from];
        let mut joins = Vec::new();
        let count = self.rng.skewed(4);
        for at in 0..count {
            let join = self.join(at + 1 == count);
            let ends = matches!(join.kind, Kind::Semi | Kind::Anti);
            joins.push(join);
            if ends {
                self.sources.pop();
                break;
            }
        }
        Select {
            from,
            joins,
            columns: Vec::new(),
            filter: None,
            group: Vec::new(),
            grouped: false,
            having: None,
            distinct: false,
            order: Vec::new(),
            limit: None,
            offset: 0,
        }
    }

    /// A join of one more table; one that keeps a side only where it is the last.
    fn join(&mut self, is_last: bool) -> Join {
        let kind = match self.rng.below(20) {
            0..=6 => Kind::Inner,
            7..=11 => Kind::Left,
            12..=13 => Kind::Right,
            14..=15 => Kind::Full,
            16 => Kind::Cross,
            _ if !is_last => Kind::Inner,
            17..=18 => Kind::Semi,
            _ => Kind::Anti,
        };
        let source = self.rng.below(self.sources.len());
        let before = self.sources[source];
        let up = self.rng.chance(50);
        // Equality with the table that the key points to or from, or with any other.
        let table = match self.rng.below(3) {
            0 => (before + 1) % TABLES.len(),
            1 => (before + 2) % TABLES.len(),
            _ => self.rng.below(TABLES.len()),
        };
        self.sources.push(table);
        let own = self.sources.len() - 1;
        let down = (before + 2) % TABLES.len() == table;
        let (near, far) = match (up && (before + 1) % TABLES.len() == table, down, self.rng.below(3)) {
            (true, _, _) => ("k", "id"),
            (_, true, 0 | 1) => ("id", "k"),
            (_, _, 0) => ("n", "n"),
            (_, _, 1) => ("m", "m"),
            _ => ("k", "k"),
        };
        let equal = Condition::Compare(Expr::Column(source, near), "eq", Expr::Column(own, far));
        let (terms, single) = self.terms(source, equal, kind == Kind::Full);
        let relation = match (near, far) {
            ("k", "id") if single && table == (before + 1) % TABLES.len() => Some((source, "up")),
            ("id", "k") if single && down => Some((source, "down")),
            _ => None,
        };
        let relation = relation.filter(|_| self.rng.chance(50) && kind != Kind::Cross);
        let on = (kind != Kind::Cross).then_some(Condition::And(terms));
        Join { kind, table, on, relation }
    }

    /// What a join with the newest source asks, and whether that is the equality alone.
    fn terms(&mut self, source: usize, equal: Condition, is_full: bool) -> (Vec<Condition>, bool) {
        let own = self.sources.len() - 1;
        if is_full && self.dialect == Dialect::Postgres {
            // It joins both sides by equal columns only.
            return (vec![equal], true);
        }
        let mut terms = vec![equal];
        while self.rng.chance(25) {
            let further = if self.rng.chance(30) {
                Condition::Compare(Expr::Column(source, "m"), "eq", Expr::Column(own, "m"))
            } else {
                self.condition(1)
            };
            terms.push(further);
        }
        let single = terms.len() == 1;
        if self.rng.chance(5) {
            terms.remove(0);
            terms.push(self.condition(1));
            return (terms, false);
        }
        (terms, single)
    }

    fn group(&mut self, select: &mut Select) {
        select.grouped = true;
        let keys = self.rng.below(3);
        select.group =
            (0..keys).map(|_| if self.rng.chance(60) { self.column() } else { self.any(1) }).collect();
        select.group.retain(|key| !matches!(key, Expr::Number(_) | Expr::Text(_) | Expr::Null));
        select.columns = select.group.clone();
        for _ in 0..1 + self.rng.below(3) {
            let aggregate = self.aggregate();
            select.columns.push(aggregate);
        }
        if self.rng.chance(30) {
            let word = self.comparison();
            select.having =
                Some(Condition::Compare(self.count(), word, Expr::Number(self.rng.below(4) as i64)));
        }
    }

    fn count(&mut self) -> Expr {
        if self.rng.chance(50) {
            return Expr::Aggregate("count", None);
        }
        let word = if self.rng.chance(50) { "count" } else { "countDistinct" };
        Expr::Aggregate(word, Some(Box::new(self.any(1))))
    }

    fn aggregate(&mut self) -> Expr {
        match self.rng.below(6) {
            0 | 1 => self.count(),
            2 => Expr::Aggregate("sum", Some(Box::new(self.number(2)))),
            3 if self.dialect == Dialect::Postgres => Expr::Aggregate("avg", Some(Box::new(self.number(1)))),
            _ => {
                let word = if self.rng.chance(50) { "min" } else { "max" };
                Expr::Aggregate(word, Some(Box::new(self.any(2))))
            }
        }
    }

    fn source(&mut self) -> usize {
        self.rng.below(self.sources.len())
    }

    fn column(&mut self) -> Expr {
        let name = self.rng.pick(&["id", "k", "n", "m", "t"]).copied().unwrap_or("id");
        Expr::Column(self.source(), name)
    }

    fn any(&mut self, depth: usize) -> Expr {
        if self.rng.chance(60) { self.number(depth) } else { self.text(depth) }
    }

    fn number(&mut self, depth: usize) -> Expr {
        let choice = if depth == 0 { self.rng.below(4) } else { self.rng.below(12) };
        match choice {
            0..=2 => {
                let name = self.rng.pick(&["id", "k", "n", "m"]).copied().unwrap_or("n");
                Expr::Column(self.source(), name)
            }
            3 => Expr::Number(self.rng.below(9) as i64 - 3),
            4 | 5 => {
                let word = self.rng.pick(&["add", "subtract", "multiply"]).copied().unwrap_or("add");
                Expr::Call(word, vec![self.number(depth - 1), self.number(depth - 1)])
            }
            6 => {
                let word = if self.rng.chance(50) { "divide" } else { "modulo" };
                let divisor = self.rng.one_of(&[-3, -2, 2, 3, 7]);
                Expr::Call(word, vec![self.number(depth - 1), Expr::Number(divisor)])
            }
            7 => Expr::Call("abs", vec![self.number(depth - 1)]),
            8 => Expr::Call("length", vec![self.text(depth - 1)]),
            9 => Expr::Call("coalesce", vec![self.number(depth - 1), self.number(depth - 1)]),
            _ => {
                let condition = Box::new(self.condition(depth - 1));
                Expr::Case(condition, Box::new(self.number(depth - 1)), Box::new(self.number(depth - 1)))
            }
        }
    }

    fn text(&mut self, depth: usize) -> Expr {
        let choice = if depth == 0 { self.rng.below(3) } else { self.rng.below(11) };
        match choice {
            0 | 1 => Expr::Column(self.source(), "t"),
            2 => Expr::Text(self.rng.pick(&WORDS).copied().unwrap_or("")),
            3 | 4 => {
                let words = ["lower", "upper", "trim", "trimStart", "trimEnd"];
                let word = self.rng.pick(&words).copied().unwrap_or("lower");
                Expr::Call(word, vec![self.text(depth - 1)])
            }
            5 => {
                let (start, length) = (self.rng.below(4) as i64 + 1, self.rng.below(3) as i64);
                Expr::Call("substring", vec![self.text(depth - 1), Expr::Number(start), Expr::Number(length)])
            }
            6 => Expr::Call("append", vec![self.text(depth - 1), self.text(depth - 1)]),
            7 => Expr::Call("coalesce", vec![self.text(depth - 1), self.text(depth - 1)]),
            8 => Expr::CastText(Box::new(self.number(depth - 1))),
            _ => {
                let condition = Box::new(self.condition(depth - 1));
                Expr::Case(condition, Box::new(self.text(depth - 1)), Box::new(self.text(depth - 1)))
            }
        }
    }

    fn comparison(&mut self) -> &'static str {
        self.rng.pick(&["eq", "ne", "gt", "gte", "lt", "lte"]).copied().unwrap_or("eq")
    }

    fn condition(&mut self, depth: usize) -> Condition {
        let choice = if depth == 0 { 4 + self.rng.below(6) } else { self.rng.below(10) };
        match choice {
            0 | 1 => Condition::And((0..2).map(|_| self.condition(depth - 1)).collect()),
            2 => Condition::Or((0..2).map(|_| self.condition(depth - 1)).collect()),
            3 => Condition::Not(Box::new(self.condition(depth - 1))),
            4 => Condition::IsNull(self.any(depth.min(1))),
            5 => {
                let of = self.number(depth.min(1));
                let mut values: Vec<Expr> =
                    (0..1 + self.rng.below(3)).map(|_| Expr::Number(self.rng.below(7) as i64 - 3)).collect();
                if self.rng.chance(15) {
                    values.push(Expr::Null);
                }
                Condition::In(of, values)
            }
            6 => {
                let pattern = self.rng.pick(&["%b%", "a%", "_b", "%", "%z"]).copied().unwrap_or("%");
                Condition::Like(self.text(depth.min(1)), pattern)
            }
            7 => {
                let least = self.rng.below(5) as i64 - 3;
                Condition::Between(self.number(depth.min(1)), least, least + self.rng.below(4) as i64)
            }
            8 => Condition::Compare(self.text(depth.min(1)), self.comparison(), self.text(depth.min(1))),
            _ => Condition::Compare(self.number(depth.min(2)), self.comparison(), self.number(depth.min(1))),
        }
    }
}
