//! Relations by way of other relations.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{sound, table};
use relata::{Catalog, Column, Database, ErrorKind, Relation, Rows, Schema, asc, col, desc, rel, row};

fn key(name: &str) -> Column {
    Column::integer(name).nullable()
}

fn up(source: &str, name: &str, target: &str, column: &str) -> Relation {
    Relation::one(source, name, target).from([column]).to(["id"])
}

/// Doctors see patients at appointments; a patient has a chart, and a chart has entries.
fn clinic() -> Schema {
    Schema::new()
        .table(table("doctors").column(Column::text("name")))
        .table(table("patients").column(Column::text("name")))
        .table(
            table("appointments")
                .column(key("doctor_id"))
                .column(key("patient_id"))
                .column(Column::boolean("kept").default(true)),
        )
        .table(table("charts").column(Column::integer("patient_id").unique()))
        .table(table("entries").column(key("chart_id")).column(Column::integer("weight")))
        .relation(up("appointments", "doctor", "doctors", "doctor_id"))
        .relation(up("appointments", "patient", "patients", "patient_id"))
        .relation(up("charts", "patient", "patients", "patient_id"))
        .relation(up("entries", "chart", "charts", "chart_id"))
        .relation(Relation::many("doctors", "appointments", "appointments"))
        .relation(Relation::many("doctors", "kept", "appointments").filter(col("kept").eq(true)))
        .relation(Relation::many("doctors", "recent", "appointments").order_by(desc("id")))
        .relation(Relation::one("doctors", "latest", "appointments").order_by(desc("id")))
        .relation(Relation::one("patients", "chart", "charts"))
        .relation(Relation::many("charts", "entries", "entries"))
        .relation(
            Relation::many("doctors", "patients", "patients").through_relations(["appointments", "patient"]),
        )
}

fn chain(name: &str, target: &str, parts: &[&str]) -> Relation {
    Relation::many("doctors", name, target).through_relations(parts.iter().copied())
}

/// Ann sees Pat twice and then Quinn, who didn't come; Bob sees Quinn and then Pat. Cy sees nobody.
fn open(schema: Schema) -> Database {
    let db = Database::new(schema).unwrap();
    for name in ["Ann", "Bob", "Cy"] {
        db.insert("doctors", row! { name: name }).unwrap();
    }
    for name in ["Pat", "Quinn"] {
        db.insert("patients", row! { name: name }).unwrap();
    }
    for (doctor, patient, kept) in [
        (1, Some(1), true),
        (2, Some(2), true),
        (1, Some(1), true),
        (1, Some(2), false),
        (2, Some(1), true),
        (1, None, true),
    ] {
        db.insert("appointments", row! { doctor_id: doctor, patient_id: patient, kept: kept }).unwrap();
    }
    for patient in [2, 1] {
        db.insert("charts", row! { patient_id: patient }).unwrap();
    }
    for (chart, weight) in [(2, 80), (1, 60), (2, 82)] {
        db.insert("entries", row! { chart_id: chart, weight: weight }).unwrap();
    }
    sound(&db);
    db
}

/// What each doctor's relation leads to, as ids: by include, by walk and by count, which must agree.
fn ids(db: &Database, relation: &str) -> Vec<Vec<i64>> {
    let page =
        db.query("doctors").include(relation, |q| q.columns(["id"])).count_of("n", relation).all().unwrap();
    let mut found = Vec::new();
    let snapshot = db.snapshot();
    for (row, doctor) in page.iter().zip(snapshot.table("doctors").unwrap().iter()) {
        let included: Vec<i64> =
            row.many(relation).unwrap().into_iter().map(|row| row.get("id").unwrap()).collect();
        let walked: Vec<i64> = doctor.many(relation).unwrap().map(|row| row.get("id").unwrap()).collect();
        assert_eq!(included, walked, "{relation}");
        assert_eq!(row.get::<i64>("n").unwrap(), included.len() as i64, "{relation}");
        found.push(included);
    }
    found
}

#[test]
fn a_chain_leads_along_its_relations_and_keeps_duplicates_in_order() {
    let db = open(clinic());
    assert_eq!(ids(&db, "patients"), [vec![1, 1, 2], vec![2, 1], Vec::<i64>::new()]);
    let once = db.query("doctors").include("patients", |q| q.distinct()).first().unwrap();
    let first = once.iter().next().unwrap();
    assert_eq!(first.many("patients").unwrap().into_iter().count(), 2);
}

#[test]
fn a_chain_goes_through_chains_to_any_length() {
    let db = open(clinic().relation(chain("charts", "charts", &["patients", "chart"])).relation(chain(
        "entries",
        "entries",
        &["charts", "entries"],
    )));
    assert_eq!(ids(&db, "charts"), [vec![2, 2, 1], vec![1, 2], Vec::<i64>::new()]);
    assert_eq!(ids(&db, "entries"), [vec![1, 3, 1, 3, 2], vec![2, 1, 3], Vec::<i64>::new()]);
}

#[test]
fn a_relation_filter_along_a_chain_neither_repeats_nor_drops_rows() {
    let db = open(clinic().relation(chain("entries", "entries", &["patients", "chart", "entries"])));
    let names = |filter: relata::Filter| {
        let page = db.query("doctors").filter(filter).columns(["id"]).all().unwrap();
        page.iter().map(|row| row.get::<i64>("id").unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(names(rel("entries").some(col("weight").gt(70))), [1, 2]);
    assert_eq!(names(rel("patients").every(col("name").eq("Pat"))), [3]);
    assert_eq!(names(rel("entries").none(col("weight").gt(0))), [3]);
    let busy = db.query("doctors").count_of("n", "patients").filter(col("n").gte(3)).all().unwrap();
    assert_eq!(busy.iter().map(|row| row.get::<i64>("id").unwrap()).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_filter_on_a_part_holds_where_the_part_stands() {
    let db = open(
        clinic()
            .relation(chain("seen", "patients", &["kept", "patient"]))
            .relation(chain("seen_charts", "charts", &["seen", "chart"]))
            .relation(chain("quinn", "patients", &["kept", "patient"]).filter(col("name").eq("Quinn"))),
    );
    assert_eq!(ids(&db, "seen"), [vec![1, 1], vec![2, 1], Vec::<i64>::new()]);
    assert_eq!(ids(&db, "seen_charts"), [vec![2, 2], vec![1, 2], Vec::<i64>::new()]);
    assert_eq!(ids(&db, "quinn"), [vec![], vec![2], Vec::<i64>::new()]);
    let busy = db.query("doctors").filter(rel("seen").some(col("name").eq("Quinn"))).count();
    assert_eq!(busy.unwrap(), 1);
}

#[test]
fn a_filter_on_the_last_part_joins_the_chains_own() {
    let db = open(
        clinic()
            .relation(
                up("appointments", "pat", "patients", "patient_id").filter(col("name").eq("Pat")).alias("p"),
            )
            .relation(chain("pats", "patients", &["appointments", "pat"]))
            .relation(chain("none", "patients", &["appointments", "pat"]).filter(col("name").eq("Quinn"))),
    );
    assert_eq!(ids(&db, "pats"), [vec![1, 1], vec![1], Vec::<i64>::new()]);
    assert_eq!(ids(&db, "none").concat(), [0; 0]);
}

#[test]
fn the_order_of_a_part_orders_what_it_leads_to() {
    let db = open(
        clinic()
            .relation(chain("newest_first", "patients", &["recent", "patient"]))
            .relation(chain("by_name", "patients", &["recent", "patient"]).order_by(asc("name"))),
    );
    assert_eq!(ids(&db, "newest_first"), [vec![2, 1, 1], vec![1, 2], Vec::<i64>::new()]);
    assert_eq!(ids(&db, "by_name"), [vec![1, 1, 2], vec![1, 2], Vec::<i64>::new()]);
}

#[test]
fn the_order_of_a_last_part_that_is_distinct_or_starts_from_some_rows_orders_all_it_leads_to() {
    let visits = Relation::many("patients", "visits", "appointments").order_by(desc("id"));
    let schema = clinic().relation(chain("visits", "appointments", &["patients", "visits"]));
    let all = vec![vec![5, 5, 4, 3, 3, 2, 1, 1], vec![5, 4, 3, 2, 1], vec![]];
    let distinct = open(schema.clone().relation(visits.clone().distinct()));
    assert_eq!(ids(&distinct, "visits"), all);
    let known =
        up("appointments", "known", "patients", "patient_id").filter(col("name").ne("")).alias("known");
    let filtered = open(schema.relation(known).relation(visits.alias("known")));
    assert_eq!(ids(&filtered, "visits"), all);
}

#[test]
fn a_part_that_leads_to_one_row_leads_to_its_first() {
    let db = open(clinic().relation(chain("latest_patients", "patients", &["latest", "patient"])));
    db.delete("appointments", col("patient_id").is_null()).unwrap();
    assert_eq!(ids(&db, "latest_patients"), [vec![2], vec![1], Vec::<i64>::new()]);
    let with_pat = db.query("doctors").filter(rel("latest_patients").some(col("name").eq("Pat"))).all();
    assert_eq!(with_pat.unwrap().iter().next().unwrap().get::<i64>("id").unwrap(), 2);
}

#[test]
fn a_to_one_chain_gives_the_first_row_or_none() {
    let schema = clinic()
        .relation(
            Relation::one("doctors", "first_patient", "patients")
                .through_relations(["appointments", "patient"]),
        )
        .relation(Relation::one("entries", "patient", "patients").through_relations(["chart", "patient"]));
    let db = open(schema);
    let page = db.query("doctors").columns(["id"]).include("first_patient", |q| q.columns(["name"])).all();
    assert_eq!(
        serde_json::to_string(&page.unwrap()).unwrap(),
        r#"[{"id":1,"first_patient":{"name":"Pat"}},{"id":2,"first_patient":{"name":"Quinn"}},{"id":3,"first_patient":null}]"#
    );
    let page = db.query("entries").columns(["id"]).include("patient", |q| q.columns(["name"])).all();
    assert_eq!(
        serde_json::to_string(&page.unwrap()).unwrap(),
        r#"[{"id":1,"patient":{"name":"Pat"}},{"id":2,"patient":{"name":"Quinn"}},{"id":3,"patient":{"name":"Pat"}}]"#
    );
}

#[test]
fn a_filtered_chain_isnt_answered_from_the_unfiltered_one() {
    let db = open(clinic().relation(chain("seen", "patients", &["kept", "patient"])));
    let page = db.query("doctors").include("patients", |q| q).include("seen", |q| q).limit(1).all().unwrap();
    let ann = page.iter().next().unwrap();
    let count = |relation| ann.many(relation).unwrap().into_iter().count();
    assert_eq!((count("patients"), count("seen")), (3, 2));
}

#[test]
fn a_chain_follows_what_is_written() {
    let db = open(clinic());
    db.update("appointments", col("id").eq(2), row! { doctor_id: 3 }).unwrap();
    assert_eq!(ids(&db, "patients"), [vec![1, 1, 2], vec![1], vec![2]]);
    db.delete("appointments", Rows::All).unwrap();
    assert_eq!(ids(&db, "patients").concat(), [0; 0]);
}

/// Every mistake of a schema, as `message | help`.
fn mistakes(schema: Schema) -> Vec<String> {
    let error = Catalog::try_from(schema).unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
    mistakes.iter().map(|mistake| format!("{mistake} | {}", mistake.help())).collect()
}

#[test]
fn a_chain_that_cant_be_followed_is_a_mistake() {
    let schema = clinic()
        .relation(chain("a", "patients", &["appointment", "patient"]))
        .relation(chain("b", "charts", &["appointments", "patient"]))
        .relation(chain("c", "patients", &["appointments", "patient"]).from(["id"]).to(["id"]));
    assert_eq!(
        mistakes(schema),
        [
            "doctors.c: it goes through relations and names columns too | \
             leave out the columns: those of its relations hold",
            "doctors.a: no relation `appointment` on `doctors` | did you mean `appointments`? there are: \
             appointments, kept, recent, latest, patients, a, b, c",
            "doctors.b: `through` leads to `patients`, not to `charts` | \
             end `through` with a relation that leads to `charts`",
        ]
    );
}

#[test]
fn chains_that_follow_each_other_are_a_mistake_told_once() {
    let schema = clinic()
        .relation(chain("a", "doctors", &["b", "b"]))
        .relation(chain("b", "doctors", &["a"]))
        .relation(chain("c", "doctors", &["a"]));
    assert_eq!(
        mistakes(schema),
        ["doctors.a: `through` leads back to itself: `doctors.a` -> `doctors.b` -> `doctors.a` | \
          let one of them name other relations, or columns"]
    );
}

#[test]
fn a_filter_that_needs_the_chain_it_is_part_of_is_a_mistake() {
    let schema = clinic()
        .relation(
            Relation::many("doctors", "odd", "appointments").filter(rel("doctor").is(rel("loop").exists())),
        )
        .relation(chain("loop", "patients", &["odd", "patient"]));
    assert!(mistakes(schema)[0].starts_with("doctors.odd: the relation's filter needs itself"));
}

#[test]
fn a_document_gives_a_chain_as_a_list_of_relations() {
    let schema = clinic();
    let written = schema.to_json();
    assert!(written.contains(r#""through": ["#), "{written}");
    let read = Schema::from_json(&written).unwrap();
    assert_eq!(read.to_json(), written);
    assert_eq!(ids(&open(read), "patients"), [vec![1, 1, 2], vec![2, 1], vec![]]);
}
