//! What differs is made small, and `relata run` repeats it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use relata::{Database, Schema};
use relata_differential::case::Rows;
use relata_differential::engine::{Engine, Kind, Ran, Result, Verdict};
use relata_differential::report::{Report, Wanted, once};
use relata_differential::run::{Bench, Instead};
use relata_differential::tree::{Control, Query, Statement};

/// An engine with a mistake in it.
struct Broken<'e> {
    engine: Box<dyn Engine + 'e>,
    mistake: Mistake,
}

#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    /// It doesn't go back to savepoints.
    Stays,
    /// It says that it refuses some deletes that it carries out.
    Lies,
    /// It gives the rows of a query twice.
    Repeats,
}

impl Engine for Broken<'_> {
    fn kind(&self) -> Kind {
        self.engine.kind()
    }

    fn run(&mut self, statement: &Statement) -> Result<Ran> {
        let ran = self.engine.run(statement)?;
        let lies = self.mistake == Mistake::Lies && matches!(statement, Statement::Delete(..));
        Ok(match ran.verdict {
            Verdict::Done(count) if lies => Verdict::Done(count + 1).into(),
            _ => ran,
        })
    }

    fn control(&mut self, control: Control) -> Result<Verdict> {
        match control {
            Control::RollbackTo(_) if self.mistake == Mistake::Stays => Ok(Verdict::Done(0)),
            control => self.engine.control(control),
        }
    }

    fn ask(&mut self, query: &Query) -> Result<Option<String>> {
        let answer = self.engine.ask(query)?;
        let repeats = self.mistake == Mistake::Repeats && !query.select.with.is_empty();
        Ok(answer.map(|answer| if repeats { answer.replace("},{", "},{},{") } else { answer }))
    }

    fn dump(&mut self) -> Result<Rows> {
        self.engine.dump()
    }

    fn leaves_out(&self, statement: &Statement) -> bool {
        self.engine.leaves_out(statement)
    }
}

/// SQLite with a mistake, and the others as they are.
macro_rules! instead {
    ($mistake:expr) => {
        |engine| match engine.kind() {
            Kind::Sqlite => Box::new(Broken { engine, mistake: $mistake }),
            _ => engine,
        }
    };
}

/// The first report that a mistake leads to.
fn report(instead: Instead) -> Report {
    let mut bench = Bench::new(&[Kind::Untyped, Kind::Json, Kind::Naive, Kind::Sqlite]).unwrap();
    bench.instead = instead;
    let mix = Wanted { operations: 1_000, queries: 100, seed: 0 }.mix();
    (1..50).find_map(|seed| once(seed, mix, &mut bench).err()).map(|report| *report).unwrap()
}

/// The answers to a script, as `relata run` reads and gives them: a line each.
fn repeated(report: &Report) -> Vec<String> {
    let db = Database::new(Schema::from_json(&report.schema).unwrap()).unwrap();
    db.run_json(&report.script).unwrap().lines().map(str::to_owned).collect()
}

/// What an engine said to the last line of a report.
fn said(report: &Report, kind: Kind) -> &str {
    &report.difference.said.iter().find(|(other, _)| *other == kind).unwrap().1
}

#[test]
fn a_savepoint_that_is_ignored_shrinks_to_a_script_that_shows_it() {
    let report = report(instead!(Mistake::Stays));
    let lines: Vec<&str> = report.script.lines().collect();
    assert!(lines.len() <= 7, "{report}");
    assert!(report.script.contains("savepoint") && report.script.contains("rollback"), "{report}");
    let answers = repeated(&report);
    assert_eq!(answers.len(), lines.len());
    // The last line asks for the rows of a table, which are what Relata has after the rollback.
    let rows = said(&report, Kind::Untyped).replace('\n', ",");
    assert_eq!(answers.last().unwrap(), &format!("{{\"result\":[{rows}]}}"), "{report}");
    assert_ne!(said(&report, Kind::Sqlite), said(&report, Kind::Json));
}

#[test]
fn a_wrong_count_shrinks_to_one_statement() {
    let report = report(instead!(Mistake::Lies));
    assert_eq!(report.script.lines().count(), 1, "{report}");
    assert_eq!(repeated(&report), ["{\"result\":0}"], "{report}");
    assert_eq!(said(&report, Kind::Sqlite), "done, 1 rows");
}

#[test]
fn a_wrong_answer_shrinks_to_few_rows_and_a_small_query() {
    let report = report(instead!(Mistake::Repeats));
    assert!(report.script.lines().count() <= 4, "{report}");
    let answer = format!("{{\"result\":{}}}", said(&report, Kind::Json));
    assert_eq!(repeated(&report).last(), Some(&answer), "{report}");
}

#[test]
fn a_report_is_saved_as_the_two_files_that_the_command_takes() {
    let report = report(instead!(Mistake::Lies));
    let folder = std::env::temp_dir().join(format!("relata-differential-{}", std::process::id()));
    report.save(&folder).unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("schema.json")).unwrap(), report.schema);
    assert_eq!(std::fs::read_to_string(folder.join("script.json")).unwrap(), report.script);
    std::fs::remove_dir_all(&folder).unwrap();
}
