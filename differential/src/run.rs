//! The runner: every engine takes the same steps, and must say and hold the same.

mod bench;

pub use bench::{Bench, Instead};

use crate::case::{Case, Rows, Step};
use crate::document;
use crate::engine::{Engine, Kind, Ran, Reasons, Verdict};
use crate::schema::{Schema, Table};
use crate::tree::{Control, Query, Statement};
use crate::value::Value;

/// Above all keys and all values there are: what a refused row is given for a generated key.
const UNUSED: i64 = 1_000_000_000;

/// Where the engines don't agree.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The step it's about; `None` when it's about the rows at first.
    pub step: Option<usize>,
    /// What it is about, as Relata is asked.
    pub asked: String,
    /// What each says.
    pub said: Vec<(Kind, String)>,
    /// Everything that Relata was given before, a document a line.
    pub script: Vec<String>,
    /// Whether the harness is at a loss, and not the engines at odds.
    pub is_broken: bool,
}

/// What cases came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Cases.
    pub cases: usize,
    /// Statements and steps of transactions, ...
    pub operations: usize,
    /// ... and those that were carried out.
    pub done: usize,
    /// Statements that were left out: what they come to depends on the order in which foreign keys act.
    pub left_out: usize,
    /// Queries that at least two answered, ...
    pub queries: usize,
    /// ... and those whose answer had a row in it, or a count that isn't 0.
    pub found: usize,
    /// Queries with more rows than are compared.
    pub too_long: usize,
}

impl Tally {
    /// Adds those of another case.
    pub fn add(&mut self, other: Tally) {
        let Tally { cases, operations, done, left_out, queries, found, too_long } = other;
        self.cases += cases;
        self.operations += operations;
        self.done += done;
        self.left_out += left_out;
        self.queries += queries;
        self.found += found;
        self.too_long += too_long;
    }
}

/// All engines with the same rows.
struct Runner<'a> {
    schema: &'a Schema,
    engines: Vec<Box<dyn Engine + 'a>>,
    script: Vec<String>,
    /// The greatest key that a table has ever had in its generated column.
    greatest: Vec<i64>,
    /// The savepoints of the transaction that is open.
    open: Option<Vec<&'static str>>,
    /// The rows when they were last compared.
    rows: Rows,
    tally: Tally,
}

type Outcome<T> = Result<T, Difference>;

/// What went wrong in the harness itself, in words.
fn broken(error: String) -> Difference {
    let said = vec![(Kind::Naive, error)];
    Difference { step: None, asked: "the harness".into(), said, script: Vec::new(), is_broken: true }
}

/// Carries out a case as it is.
///
/// # Errors
/// The first difference.
pub fn run(case: &Case, bench: &mut Bench) -> Result<Tally, Box<Difference>> {
    let mut steps = case.steps.iter().cloned();
    run_with(case, bench, &mut |_| steps.next())
}

/// Carries out a case whose steps are made up on the way, from the rows there were lately.
///
/// # Errors
/// The first difference.
pub fn run_with(
    case: &Case,
    bench: &mut Bench,
    next: &mut dyn FnMut(&Rows) -> Option<Step>,
) -> Result<Tally, Box<Difference>> {
    let stride = bench.stride;
    let homes = bench.homes(&case.schema).map_err(|error| Box::new(broken(error)))?;
    let engines = bench.engines(case, &homes).map_err(|error| Box::new(broken(error)))?;
    let mut runner = Runner::new(&case.schema, engines);
    runner.fill(case).map_err(Box::new)?;
    let (mut at, mut since) = (0, 0);
    while let Some(step) = next(&runner.rows) {
        let outcome = runner.step(&step).and_then(|changed| {
            since += usize::from(changed);
            if since < stride {
                return Ok(());
            }
            since = 0;
            runner.compare()
        });
        outcome.map_err(|difference| Box::new(Difference { step: Some(at), ..difference }))?;
        at += 1;
    }
    runner.finish().map_err(|difference| Difference { step: at.checked_sub(1), ..difference })?;
    Ok(Tally { cases: 1, ..runner.tally })
}

impl<'a> Runner<'a> {
    fn new(schema: &'a Schema, engines: Vec<Box<dyn Engine + 'a>>) -> Runner<'a> {
        Runner {
            schema,
            engines,
            script: Vec::new(),
            greatest: vec![0; schema.tables.len()],
            open: None,
            rows: Rows::new(),
            tally: Tally::default(),
        }
    }

    /// Gives the first engine the proposed rows one by one, and the others those that it took.
    fn fill(&mut self, case: &Case) -> Outcome<()> {
        let mut taken = Rows::new();
        let Some((first, others)) = self.engines.split_first_mut() else { return Ok(()) };
        for (table, rows) in &case.rows {
            let mut kept = Vec::new();
            for row in rows {
                let insert = Statement::Insert(table, vec![row.iter().cloned().map(Some).collect()]);
                if let Verdict::Done(_) = first.run(&insert).map_err(broken)?.verdict {
                    kept.push(row.clone());
                }
            }
            taken.push((*table, kept));
        }
        let mut refusals = Vec::new();
        for engine in others {
            refusals.extend(engine.fill(&taken).err().map(|error| (engine.kind(), error)));
        }
        for (table, rows) in &taken {
            let table = self.schema.table(table);
            let rows: Vec<Vec<Option<Value>>> =
                rows.iter().map(|row| row.iter().cloned().map(Some).collect()).collect();
            rows.iter().for_each(|row| self.pass(table, row));
            if !rows.is_empty() {
                self.script.push(document::insert(table, &rows).to_string());
            }
        }
        if !refusals.is_empty() {
            return Err(self.differs("the rows at first", refusals, false));
        }
        self.compare()
    }

    /// Takes a step; whether rows may have changed.
    fn step(&mut self, step: &Step) -> Outcome<bool> {
        match step {
            Step::Query(query) => self.query(query).map(|()| false),
            Step::Statement(statement) => self.statement(statement).map(|()| true),
            Step::Control(control) => self.control(*control).map(|()| true),
            Step::Fork => {
                for engine in &mut self.engines {
                    engine.fork().map_err(broken)?;
                }
                Ok(false)
            }
        }
    }

    fn differs(&self, asked: &str, said: Vec<(Kind, String)>, is_broken: bool) -> Difference {
        Difference { step: None, asked: asked.to_owned(), said, script: self.script.clone(), is_broken }
    }

    /// An engine fails where no engine may: a difference, unless it's one that is only asked in SQL.
    fn fails(&self, asked: &str, kind: Kind, error: String) -> Difference {
        let is_broken = matches!(kind, Kind::Naive | Kind::Sqlite | Kind::Postgres);
        self.differs(asked, vec![(kind, error)], is_broken)
    }

    fn query(&mut self, query: &Query) -> Outcome<()> {
        let mut said: Vec<(Kind, String)> = Vec::new();
        let mut failed = None;
        for engine in &mut self.engines {
            match engine.ask(query) {
                Ok(answer) => said.extend(answer.map(|answer| (engine.kind(), answer))),
                Err(error) => failed = failed.or(Some((engine.kind(), error))),
            }
        }
        let asked = || document::query(self.schema, query).to_string();
        if let Some((kind, error)) = failed {
            return Err(self.fails(&asked(), kind, error));
        }
        if said.len() < 2 {
            self.tally.too_long += 1;
            return Ok(());
        }
        if said.iter().any(|(_, answer)| *answer != said[0].1) {
            return Err(self.differs(&asked(), said, false));
        }
        self.tally.queries += 1;
        self.tally.found += usize::from(!matches!(said[0].1.as_str(), "[]" | "null" | "0"));
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Outcome<()> {
        let unused = self.with_keys(statement, None);
        if self.engines.iter().any(|engine| engine.leaves_out(&unused)) {
            self.tally.left_out += 1;
            return Ok(());
        }
        let asked = document::statement(self.schema, statement).to_string();
        let drawing: Vec<usize> =
            (0..self.engines.len()).filter(|at| self.engines[*at].draws_keys()).collect();
        let mut ran: Vec<(Kind, Ran)> = Vec::new();
        for at in &drawing {
            let kind = self.engines[*at].kind();
            let one = self.engines[*at].run(statement).map_err(|error| self.fails(&asked, kind, error))?;
            ran.push((kind, one));
        }
        let told = match ran.first() {
            Some((_, Ran { verdict: Verdict::Done(_), keys })) => self.with_keys(statement, Some(keys)),
            _ => unused,
        };
        for at in (0..self.engines.len()).filter(|at| !drawing.contains(at)) {
            let kind = self.engines[at].kind();
            let one = self.engines[at].run(&told).map_err(|error| self.fails(&asked, kind, error))?;
            ran.push((kind, one));
        }
        self.script.push(asked.clone());
        self.tally.operations += 1;
        let keys = &ran[0].1.keys;
        let same_keys = ran[..drawing.len().max(1)].iter().all(|(_, ran)| ran.keys == *keys);
        self.agree(&asked, &ran, same_keys)?;
        if matches!(ran[0].1.verdict, Verdict::Done(_)) {
            self.tally.done += 1;
            self.pass_all(statement, &told, &asked)?;
        }
        Ok(())
    }

    /// Whether all went the same way.
    fn agree(&self, asked: &str, ran: &[(Kind, Ran)], same_keys: bool) -> Outcome<()> {
        let expected = match ran.iter().find(|(kind, _)| *kind == Kind::Naive) {
            Some((_, naive)) => naive.verdict.clone(),
            None => match &ran[0].1.verdict {
                Verdict::Refused(_) => Verdict::Refused(Reasons::ANY),
                done => done.clone(),
            },
        };
        if same_keys && ran.iter().all(|(_, ran)| ran.verdict.agrees_with(&expected)) {
            return Ok(());
        }
        let said = ran.iter().map(|(kind, ran)| {
            let keys = if same_keys { String::new() } else { format!(", keys {:?}", ran.keys) };
            (*kind, format!("{}{keys}", ran.verdict))
        });
        Err(self.differs(asked, said.collect(), false))
    }

    /// The statement with generated keys: as they were drawn, or such as aren't used.
    fn with_keys(&self, statement: &Statement, drawn: Option<&Vec<i64>>) -> Statement {
        let mut statement = statement.clone();
        let (name, rows) = match &mut statement {
            Statement::Insert(name, rows) => (*name, rows.as_mut_slice()),
            Statement::Upsert(name, row, _) => (*name, std::slice::from_mut(row)),
            _ => return statement,
        };
        let generated = self.schema.table(name).columns.iter().position(|column| column.generated);
        let Some(column) = generated else { return statement };
        for (at, row) in rows.iter_mut().enumerate() {
            let key = drawn.and_then(|keys| keys.get(at)).copied().unwrap_or(UNUSED + at as i64);
            row[column].get_or_insert(Value::Integer(key));
        }
        statement
    }

    /// Notes the keys of new rows; those that were drawn must be new.
    fn pass_all(&mut self, statement: &Statement, told: &Statement, asked: &str) -> Outcome<()> {
        let (table, given, stored) = match (statement, told) {
            (Statement::Insert(name, given), Statement::Insert(_, stored)) => {
                (self.schema.table(name), given.as_slice(), stored.as_slice())
            }
            (Statement::Upsert(name, ..), Statement::Upsert(_, row, _)) => {
                let table = self.schema.table(name);
                self.pass(table, row);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let generated = table.columns.iter().position(|column| column.generated);
        for (given, stored) in given.iter().zip(stored) {
            if let Some(at) = generated
                && let (None, Some(Value::Integer(key))) = (&given[at], &stored[at])
                && *key <= self.greatest[self.schema.place(table.name)]
            {
                let said = vec![(Kind::Untyped, format!("draws the key {key}, which isn't new"))];
                return Err(self.differs(asked, said, false));
            }
            self.pass(table, stored);
        }
        Ok(())
    }

    /// Notes the keys of a new row.
    fn pass(&mut self, table: &Table, row: &[Option<Value>]) {
        let at = self.schema.place(table.name);
        for (column, value) in table.columns.iter().zip(row) {
            if let (true, Some(Value::Integer(key))) = (column.generated, value) {
                self.greatest[at] = self.greatest[at].max(*key);
            }
        }
    }

    /// Takes a step of a transaction if it means something.
    fn control(&mut self, control: Control) -> Outcome<()> {
        match (control, &mut self.open) {
            (Control::Begin, open @ None) => *open = Some(Vec::new()),
            (Control::Savepoint(name), Some(savepoints)) => savepoints.push(name),
            (Control::RollbackTo(name), Some(savepoints)) => {
                let Some(at) = savepoints.iter().rposition(|other| *other == name) else { return Ok(()) };
                savepoints.truncate(at + 1);
            }
            (Control::Rollback | Control::Commit, open @ Some(_)) => *open = None,
            _ => return Ok(()),
        }
        let asked = document::control(control).to_string();
        let mut ran: Vec<(Kind, Ran)> = Vec::new();
        for at in 0..self.engines.len() {
            let kind = self.engines[at].kind();
            let verdict = self.engines[at].control(control);
            ran.push((kind, verdict.map_err(|error| self.fails(&asked, kind, error))?.into()));
        }
        self.script.push(asked.clone());
        self.tally.operations += 1;
        self.tally.done += usize::from(matches!(ran[0].1.verdict, Verdict::Done(_)));
        self.agree(&asked, &ran, true)
    }

    /// Whether all have the same rows, and none finds anything wrong with its own.
    fn compare(&mut self) -> Outcome<()> {
        let mut dumps: Vec<(Kind, Rows)> = Vec::new();
        for engine in &mut self.engines {
            dumps.push((engine.kind(), engine.dump().map_err(broken)?));
        }
        for (at, table) in self.schema.tables.iter().enumerate() {
            if dumps.iter().any(|(_, rows)| rows[at] != dumps[0].1[at]) {
                let all = |(kind, rows): &(Kind, Rows)| (*kind, shown(table, &rows[at].1));
                let asked = format!("{{\"findMany\":\"{}\"}}", table.name);
                return Err(self.differs(&asked, dumps.iter().map(all).collect(), false));
            }
        }
        self.rows = dumps.swap_remove(0).1;
        Ok(())
    }

    /// What has to hold after a sequence.
    fn finish(&mut self) -> Outcome<()> {
        self.control(Control::Rollback)?;
        self.compare()?;
        let mut said = Vec::new();
        for engine in &mut self.engines {
            said.extend(engine.check().map(|found| (engine.kind(), found)));
        }
        if said.is_empty() { Ok(()) } else { Err(self.differs("{\"check\":true}", said, false)) }
    }
}

/// Rows as documents, one a line.
fn shown(table: &Table, rows: &[Vec<Value>]) -> String {
    let row = |row: &Vec<Value>| {
        let given: Vec<Option<Value>> = row.iter().cloned().map(Some).collect();
        document::row(table, &given).to_string()
    };
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}
