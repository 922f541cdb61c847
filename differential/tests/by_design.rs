//! Where Relata differs from PostgreSQL and SQLite by design, or they from what they document: each difference
//! with a test that pins it. Random cases keep away from these, or are written so that they don't show.
//! First those of writes and nested queries, and then those of flat ones, which are the list of `docs/flat.md`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

use relata::{Column, Database, Schema, Table, row};
use relata_differential::server::Dialect;
use relata_differential::server::Server;

/// A difference of writes or nested queries.
struct Pinned {
    /// What is different.
    what: &'static str,
    /// Tables of the schema document, ...
    tables: &'static str,
    /// ... and what Relata is asked, the last of which shows the difference, ...
    script: &'static [&'static str],
    /// ... by its answer or the kind of its error.
    ours: &'static str,
    /// The same in SQL, the last of which shows the difference.
    sql: &'static [&'static str],
    /// What SQLite says: rows, or how a statement went.
    sqlite: &'static str,
    /// What PostgreSQL says; empty where it isn't asked, since the dialect is SQLite's.
    postgres: &'static str,
}

const P: &str = r#""p": {"columns": {"id": {"type": "integer"}, "n": {"type": "integer", "nullable": true}}, "primaryKey": ["id"]}"#;

const C: &str = "CREATE TABLE p (id bigint PRIMARY KEY, n bigint)";

const WRITES: [Pinned; 12] = [
    Pinned {
        what: "a restrict refuses before another key of the same row has let it go",
        tables: r#"P!, "c": {"columns": {"f": {"type": "integer", "nullable": true}}, "foreignKeys": [
            {"columns": ["f"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "set_null"},
            {"columns": ["f"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "restrict"}]}"#,
        script: &[
            r#"{"insert": "p", "values": {"id": 1}}"#,
            r#"{"insert": "c", "values": {"f": 1}}"#,
            r#"{"delete": "p", "all": true}"#,
        ],
        ours: "restrict_violation",
        sql: &[
            C,
            "CREATE TABLE c (f bigint REFERENCES p ON DELETE SET NULL REFERENCES p ON DELETE RESTRICT)",
            "INSERT INTO p VALUES (1, NULL)",
            "INSERT INTO c VALUES (1)",
            "DELETE FROM p",
        ],
        sqlite: "refused: foreign key",
        postgres: "done, 0 rows",
    },
    Pinned {
        what: "rows that a statement takes away together don't restrict each other",
        tables: r#""p": {"columns": {"id": {"type": "integer"}, "n": {"type": "integer", "nullable": true}},
            "primaryKey": ["id"], "foreignKeys": [
            {"columns": ["n"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "restrict"}]}"#,
        script: &[
            r#"{"insert": "p", "values": [{"id": 1}, {"id": 2, "n": 1}]}"#,
            r#"{"delete": "p", "all": true}"#,
        ],
        ours: "2",
        sql: &[
            "CREATE TABLE p (id bigint PRIMARY KEY, n bigint REFERENCES p ON DELETE RESTRICT)",
            "INSERT INTO p VALUES (1, NULL)",
            "INSERT INTO p VALUES (2, 1)",
            "DELETE FROM p",
        ],
        sqlite: "refused: foreign key",
        postgres: "done, 0 rows",
    },
    Pinned {
        what: "a key without an action is looked at when all others have acted",
        tables: r#"P!, "c": {"columns": {"f": {"type": "integer"}, "g": {"type": "integer"}}, "foreignKeys": [
            {"columns": ["f"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "no_action"},
            {"columns": ["g"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "cascade"}]}"#,
        script: &[
            r#"{"insert": "p", "values": {"id": 1}}"#,
            r#"{"insert": "c", "values": {"f": 1, "g": 1}}"#,
            r#"{"delete": "p", "all": true}"#,
        ],
        ours: "1",
        sql: &[
            C,
            "CREATE TABLE c (f bigint REFERENCES p, g bigint REFERENCES p ON DELETE CASCADE)",
            "INSERT INTO p VALUES (1, NULL)",
            "INSERT INTO c VALUES (1, 1)",
            "DELETE FROM p",
        ],
        sqlite: "done, 0 rows",
        postgres: "refused: foreign key",
    },
    Pinned {
        what: "what a row gets as a default is looked at when all others have acted",
        tables: r#"P!, "c": {"columns": {"id": {"type": "integer"}, "f": {"type": "integer", "nullable": true, "default": 9},
            "g": {"type": "integer", "nullable": true}, "h": {"type": "integer", "nullable": true}},
            "primaryKey": ["id"], "foreignKeys": [
            {"columns": ["f"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "set_default"},
            {"columns": ["g"], "references": {"table": "p", "columns": ["id"]}, "onDelete": "cascade"},
            {"columns": ["h"], "references": {"table": "c", "columns": ["id"]}, "onDelete": "cascade"}]}"#,
        script: &[
            r#"{"insert": "p", "values": {"id": 1}}"#,
            r#"{"insert": "c", "values": [{"id": 1, "f": null, "g": 1}, {"id": 2, "f": 1, "h": 1}]}"#,
            r#"{"delete": "p", "all": true}"#,
        ],
        ours: "1",
        sql: &[
            C,
            "CREATE TABLE c (id bigint PRIMARY KEY, f bigint DEFAULT 9 REFERENCES p ON DELETE SET DEFAULT, \
             g bigint REFERENCES p ON DELETE CASCADE, h bigint REFERENCES c ON DELETE CASCADE)",
            "INSERT INTO p VALUES (1, NULL)",
            "INSERT INTO c VALUES (1, NULL, 1, NULL), (2, 1, NULL, 1)",
            "DELETE FROM p",
        ],
        sqlite: "done, 0 rows",
        postgres: "refused: foreign key",
    },
    Pinned {
        what: "an upsert asks checks of the row as it becomes, not as it was proposed",
        tables: r#""p": {"columns": {"id": {"type": "integer"}, "n": {"type": "integer", "default": 0}}, "primaryKey": ["id"],
            "checks": [{"n": {"gt": 0}}]}"#,
        script: &[
            r#"{"insert": "p", "values": {"id": 1, "n": 5}}"#,
            r#"{"upsert": "p", "values": {"id": 1}, "on": ["id"]}"#,
        ],
        ours: r#"{"id":1,"n":5}"#,
        sql: &[
            "CREATE TABLE p (id bigint PRIMARY KEY, n bigint DEFAULT 0 CHECK (n > 0))",
            "INSERT INTO p VALUES (1, 5)",
            "INSERT INTO p (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        ],
        sqlite: "refused: check",
        postgres: "refused: check",
    },
    Pinned {
        what: "SQLite's upsert takes rows that point nowhere where their table is pointed to",
        tables: r#""p": {"columns": {"id": {"type": "integer"}, "n": {"type": "integer", "nullable": true}},
            "primaryKey": ["id"], "foreignKeys": [
            {"columns": ["n"], "references": {"table": "p", "columns": ["id"]}, "onUpdate": "set_null"}]}"#,
        script: &[r#"{"upsert": "p", "values": {"id": 1, "n": 7}, "on": ["id"]}"#],
        ours: "foreign_key_violation",
        sql: &[
            "CREATE TABLE p (id bigint PRIMARY KEY, n bigint REFERENCES p ON UPDATE SET NULL)",
            "INSERT INTO p VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET id = excluded.id, n = excluded.n",
        ],
        sqlite: "done, 0 rows",
        postgres: "refused: foreign key",
    },
    Pinned {
        what: "SQLite miscounts the parents of a row that points to itself and is given the key it has",
        tables: r#""p": {"columns": {"id": {"type": "integer"}, "n": {"type": "integer", "nullable": true}},
            "primaryKey": ["id"], "foreignKeys": [
            {"columns": ["n"], "references": {"table": "p", "columns": ["id"]}, "deferrable": true}]}"#,
        script: &[
            r#"{"insert": "p", "values": [{"id": 1, "n": 1}, {"id": 2, "n": 1}]}"#,
            r#"{"update": "p", "where": {"id": 1}, "set": {"id": 1}}"#,
        ],
        ours: "1",
        sql: &[
            "CREATE TABLE p (s bigint, id bigint UNIQUE, n bigint REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO p VALUES (1, 1, 1)",
            "INSERT INTO p VALUES (2, 2, 1)",
            "UPDATE p SET id = 1 WHERE id = 1",
        ],
        sqlite: "refused: foreign key",
        postgres: "done, 0 rows",
    },
    Pinned {
        what: "SQLite counts keys as open that a refused statement has taken back",
        tables: r#"P!, "c": {"columns": {"f": {"type": "integer", "nullable": true}, "g": {"type": "integer", "nullable": true}},
            "foreignKeys": [
            {"columns": ["f"], "references": {"table": "p", "columns": ["id"]}},
            {"columns": ["g"], "references": {"table": "p", "columns": ["id"]}, "deferrable": true}]}"#,
        script: &[
            r#"{"begin": true}"#,
            r#"{"insert": "c", "values": {"f": 1, "g": 1}}"#,
            r#"{"commit": true}"#,
        ],
        ours: "true",
        sql: &[
            C,
            "CREATE TABLE c (f bigint REFERENCES p, g bigint REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
            "BEGIN",
            "INSERT INTO c VALUES (1, 1)",
            "COMMIT",
        ],
        sqlite: "refused: foreign key",
        postgres: "done, 0 rows",
    },
    Pinned {
        what: "of several reasons any may be named",
        tables: r#""p": {"columns": {"id": {"type": "integer"}, "n": {"type": "integer"}}, "primaryKey": ["id"],
            "checks": [{"n": {"gt": 0}}]}"#,
        script: &[
            r#"{"insert": "p", "values": {"id": 1, "n": 1}}"#,
            r#"{"insert": "p", "values": {"id": 1, "n": 0}}"#,
        ],
        ours: "unique_violation",
        sql: &[
            "CREATE TABLE p (id bigint PRIMARY KEY, n bigint CHECK (n > 0))",
            "INSERT INTO p VALUES (1, 1)",
            "INSERT INTO p VALUES (1, 0)",
        ],
        sqlite: "refused: check",
        postgres: "refused: check",
    },
    Pinned {
        what: "identities aren't given back",
        tables: r#""p": {"columns": {"id": {"type": "integer", "generated": true}}, "primaryKey": ["id"]}"#,
        script: &[
            r#"{"begin": true}"#,
            r#"{"insert": "p", "values": {}}"#,
            r#"{"rollback": true}"#,
            r#"{"insert": "p", "values": {}}"#,
        ],
        ours: r#"{"id":2}"#,
        sql: &[
            "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT)",
            "BEGIN",
            "INSERT INTO p DEFAULT VALUES",
            "ROLLBACK",
            "INSERT INTO p DEFAULT VALUES",
            "SELECT id FROM p",
        ],
        sqlite: r#"[[Some("1")]]"#,
        postgres: "",
    },
    Pinned {
        what: "decimals keep their scale and are compared exactly",
        tables: r#""p": {"columns": {"d": {"type": "decimal"}}, "unique": [["d"]]}"#,
        script: &[
            r#"{"insert": "p", "values": {"d": "0.3000"}}"#,
            r#"{"findMany": "p", "where": {"d": "0.30"}}"#,
        ],
        ours: r#"[{"d":"0.3000"}]"#,
        sql: &[
            "CREATE TABLE p (d numeric)",
            "INSERT INTO p VALUES (0.3000)",
            "SELECT d FROM p WHERE d = 0.30",
        ],
        sqlite: r#"[[Some("0.3")]]"#,
        postgres: r#"[[Some("0.3000")]]"#,
    },
    Pinned {
        what: "rows come in insertion order, whatever index finds them",
        tables: r#""p": {"columns": {"n": {"type": "integer"}}, "indexes": [{"columns": ["n"], "ordered": true}]}"#,
        script: &[
            r#"{"insert": "p", "values": [{"n": 2}, {"n": 1}]}"#,
            r#"{"findMany": "p", "where": {"n": {"gt": 0}}}"#,
        ],
        ours: r#"[{"n":2},{"n":1}]"#,
        sql: &[
            "CREATE TABLE p (n bigint)",
            "CREATE INDEX i ON p (n)",
            "INSERT INTO p VALUES (2), (1)",
            "SELECT n FROM p WHERE n > 0",
        ],
        sqlite: r#"[[Some("1")], [Some("2")]]"#,
        postgres: "",
    },
];

const READS: [Pinned; 4] = [
    Pinned {
        what: "ascending puts nulls last",
        tables: r#""p": {"columns": {"n": {"type": "integer", "nullable": true}}}"#,
        script: &[
            r#"{"insert": "p", "values": [{"n": null}, {"n": 1}]}"#,
            r#"{"findMany": "p", "orderBy": {"n": "asc"}}"#,
        ],
        ours: r#"[{"n":1},{"n":null}]"#,
        sql: &["CREATE TABLE p (n bigint)", "INSERT INTO p VALUES (NULL), (1)", "SELECT n FROM p ORDER BY n"],
        sqlite: r#"[[None], [Some("1")]]"#,
        postgres: r#"[[Some("1")], [None]]"#,
    },
    Pinned {
        what: "`ilike` folds all letters",
        tables: r#""p": {"columns": {"t": {"type": "text"}}}"#,
        script: &[
            r#"{"insert": "p", "values": {"t": "Öl"}}"#,
            r#"{"count": "p", "where": {"t": {"ilike": "öL"}}}"#,
        ],
        ours: "1",
        sql: &[
            "CREATE TABLE p (t text)",
            "INSERT INTO p VALUES ('Öl')",
            "SELECT count(*) FROM p WHERE lower(t) LIKE lower('öL')",
        ],
        sqlite: r#"[[Some("0")]]"#,
        postgres: "",
    },
    Pinned {
        what: "a bare null means is null",
        tables: r#""p": {"columns": {"n": {"type": "integer", "nullable": true}}}"#,
        script: &[r#"{"insert": "p", "values": {"n": null}}"#, r#"{"count": "p", "where": {"n": null}}"#],
        ours: "1",
        sql: &[
            "CREATE TABLE p (n bigint)",
            "INSERT INTO p VALUES (NULL)",
            "SELECT count(*) FROM p WHERE n = NULL",
        ],
        sqlite: r#"[[Some("0")]]"#,
        postgres: r#"[[Some("0")]]"#,
    },
    Pinned {
        what: "a list in a filter that asks nothing is left out",
        tables: r#""p": {"columns": {"n": {"type": "integer"}}}"#,
        script: &[
            r#"{"insert": "p", "values": {"n": 1}}"#,
            r#"{"count": "p", "where": {"AND": [{"OR": []}, {"n": 1}]}}"#,
        ],
        ours: "1",
        sql: &[
            "CREATE TABLE p (n bigint)",
            "INSERT INTO p VALUES (1)",
            "SELECT count(*) FROM p WHERE false AND n = 1",
        ],
        sqlite: r#"[[Some("0")]]"#,
        postgres: r#"[[Some("0")]]"#,
    },
];
fn ours(pinned: &Pinned) -> String {
    // The table of most parents.
    let tables = pinned.tables.replace("P!", P);
    let schema = Schema::from_json(&format!(r#"{{"tables": {{{tables}}}}}"#)).unwrap();
    let db = Database::new(schema).unwrap();
    let answers = db.run_json(&pinned.script.join("\n")).unwrap();
    let last: serde_json::Value = serde_json::from_str(answers.lines().last().unwrap()).unwrap();
    match last.get("error") {
        Some(error) => error["kind"].as_str().unwrap().to_owned(),
        None => last["result"].to_string(),
    }
}

fn theirs(pinned: &Pinned, server: &mut Server) -> String {
    if server.dialect() == Dialect::Postgres {
        server
            .execute("DROP SCHEMA IF EXISTS pinned CASCADE; CREATE SCHEMA pinned; SET search_path = pinned")
            .unwrap();
    }
    let (last, before) = pinned.sql.split_last().unwrap();
    for sql in before {
        // What is refused on the way belongs to it.
        server.run(sql, 0).unwrap();
    }
    if last.starts_with("SELECT") {
        format!("{:?}", server.ask(last).unwrap())
    } else {
        server.run(last, 0).unwrap().to_string()
    }
}

#[test]
fn each_difference_of_writes_and_nested_queries_from_sqlite_is_as_it_is_listed() {
    for pinned in WRITES.iter().chain(&READS) {
        assert_eq!(ours(pinned), pinned.ours, "{}", pinned.what);
        assert_eq!(
            theirs(pinned, &mut Server::new(Dialect::Sqlite).unwrap()),
            pinned.sqlite,
            "{}",
            pinned.what
        );
    }
}

#[test]
fn each_difference_of_writes_and_nested_queries_from_postgresql_is_as_it_is_listed() {
    let mut server = match Server::new(Dialect::Postgres) {
        Ok(server) => server,
        Err(error) => return eprintln!("skipped: {error}; run it by differential/postgres.sh"),
    };
    for pinned in WRITES.iter().chain(&READS).filter(|pinned| !pinned.postgres.is_empty()) {
        assert_eq!(theirs(pinned, &mut server), pinned.postgres, "{}", pinned.what);
    }
}

/// What is different, the expression of Relata's document, its answer or the kind of its error, the other's
/// expression and answer; over one row with n = 7, big = the greatest integer and t = "Öl".
type Difference = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const FROM_POSTGRESQL: [Difference; 5] = [
    (
        "the sum of `integer` values is an `integer`, not a decimal",
        r#"{"divide": [{"sum": "big"}, 2]}"#,
        "4611686018427387903",
        "sum(big) / 2",
        Some("4611686018427387904"),
    ),
    (
        "`upper(\"ß\")` is `SS`, as Unicode has it",
        r#"{"upper": {"value": "ß"}}"#,
        "\"SS\"",
        "upper('ß')",
        Some("ß"),
    ),
    (
        "texts of timestamps are those of documents, with a `T`",
        r#"{"cast": [{"cast": [{"value": "2021-01-31T09:30:00"}, "timestamp"]}, "text"]}"#,
        "\"2021-01-31T09:30:00\"",
        "timestamp '2021-01-31T09:30:00'::text",
        Some("2021-01-31 09:30:00"),
    ),
    (
        "parts of dates are integers, and a second has no fraction",
        r#"{"second": {"cast": [{"value": "2021-01-31T09:30:05.5"}, "timestamp"]}}"#,
        "5",
        "extract(second from timestamp '2021-01-31T09:30:05.5')",
        Some("5.500000"),
    ),
    (
        "decimals have at most 28 digits",
        r#"{"multiply": [{"cast": [{"value": "79228162514264337593543950335"}, "decimal"]}, 10]}"#,
        "out_of_range",
        "79228162514264337593543950335::numeric * 10",
        Some("792281625142643375935439503350"),
    ),
];

const FROM_SQLITE: [Difference; 7] = [
    ("division by zero is refused", r#"{"divide": ["n", 0]}"#, "division_by_zero", "n / 0", None),
    (
        "integer overflow is refused and never becomes a float",
        r#"{"add": ["big", 1]}"#,
        "out_of_range",
        "typeof(big + 1)",
        Some("real"),
    ),
    (
        "the mean of integers is an exact decimal",
        r#"{"avg": "n"}"#,
        "\"7.0000000000000000\"",
        "avg(n)",
        Some("7"),
    ),
    ("letters beyond ASCII have cases", r#"{"lower": "t"}"#, "\"öl\"", "lower(t)", Some("Öl")),
    (
        "a position before the first is one before the text",
        r#"{"substring": ["t", -1, 3]}"#,
        "\"Ö\"",
        "substr(t, -1, 3)",
        Some("l"),
    ),
    (
        "what can't be cast is refused",
        r#"{"cast": ["t", "integer"]}"#,
        "type_mismatch",
        "CAST(t AS integer)",
        Some("0"),
    ),
    (
        "a cast to an integer rounds",
        r#"{"cast": [{"cast": [{"divide": [{"cast": ["n", "decimal"]}, 4]}, "float"]}, "int"]}"#,
        "2",
        "CAST(n / 4.0 AS integer)",
        Some("1"),
    ),
];

fn pinned(differences: &[Difference], theirs: Option<&mut Server>) {
    let schema = Schema::new().table(
        Table::new("x").column(Column::int("n")).column(Column::integer("big")).column(Column::text("t")),
    );
    let db = Database::new(schema).unwrap();
    db.insert("x", row! { n: 7, big: i64::MAX, t: "Öl" }).unwrap();
    for (what, document, ours, ..) in differences {
        let text = format!(r#"{{"from": "x", "select": {{"v": {document}}}}}"#);
        match db.query_json(&text) {
            Ok(answer) => assert_eq!(answer, format!(r#"[{{"v":{ours}}}]"#), "{what}"),
            Err(error) => assert_eq!(error.kind().name(), *ours, "{what}: {error}"),
        }
    }
    let Some(engine) = theirs else { return };
    engine.execute("CREATE TEMPORARY TABLE x (n int, big bigint, t text)").unwrap();
    engine.execute(&format!("INSERT INTO x VALUES (7, {}, 'Öl')", i64::MAX)).unwrap();
    for (what, _, _, sql, theirs) in differences {
        let found = engine.ask(&format!("SELECT {sql} FROM x")).unwrap();
        assert_eq!(found, [[theirs.map(str::to_owned)]], "{what}");
    }
}

#[test]
fn each_difference_from_sqlite_is_as_it_is_listed() {
    pinned(&FROM_SQLITE, Some(&mut Server::new(Dialect::Sqlite).unwrap()));
}

#[test]
fn each_difference_from_postgresql_is_as_it_is_listed() {
    let mut engine = Server::new(Dialect::Postgres);
    if let Err(error) = &engine {
        eprintln!("skipped: {error}; run it by differential/postgres.sh");
    }
    pinned(&FROM_POSTGRESQL, engine.as_mut().ok());
}

#[test]
fn the_page_lists_each_of_them() {
    let page = include_str!("../../docs/flat.md").to_lowercase();
    for (what, ..) in FROM_POSTGRESQL.iter().chain(&FROM_SQLITE) {
        assert!(page.contains(&format!("- {}", what.to_lowercase())), "docs/flat.md says nothing of: {what}");
    }
}
