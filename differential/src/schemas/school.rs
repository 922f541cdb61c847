//! Keys of two columns: offerings of a course in a semester, and grades in them.

use super::{id, integer, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::tree::{asc, compare};
use crate::value::{Kind, Value};

pub(super) fn schema() -> Schema {
    Schema { name: "school", tables: tables(), relations: relations() }
}

fn tables() -> Vec<Table> {
    let students = Table::new("students", vec![id(), text("name")]).key(&["id"]);
    let offerings = Table::new("offerings", vec![integer("course"), text("semester"), text("room").null()])
        .key(&["course", "semester"]);
    let grades = vec![
        integer("student_id").null(),
        integer("course").null(),
        text("semester").null(),
        Column::new("grade", Kind::Float).null(),
    ];
    let grades = Table::new("grades", grades)
        .unique(&["student_id", "course", "semester"])
        .foreign_key(&["student_id"], "students", &["id"], ("set_null", "cascade"))
        .foreign_key(&["course", "semester"], "offerings", &["course", "semester"], ("cascade", "cascade"));
    let sessions = vec![id(), text("term").null(), integer("course_no").null(), integer("hour")];
    let sessions = Table::new("sessions", sessions)
        .key(&["id"])
        .foreign_key(&["term", "course_no"], "offerings", &["semester", "course"], ("set_null", "set_null"))
        .check(compare("hour", "gte", Value::Integer(0)));
    vec![students, offerings, grades, sessions]
}

fn relations() -> Vec<Relation> {
    let pair = ["course", "semester"];
    let offerings = Relation::new(("students", "offerings"), &["id"], "offerings", &pair).many().through(
        "grades",
        &["student_id"],
        &pair,
    );
    let student = Relation::new(("grades", "student"), &["student_id"], "students", &["id"]);
    let offering = Relation::new(("grades", "offering"), &pair, "offerings", &pair);
    let session = Relation::new(("sessions", "offering"), &["course_no", "term"], "offerings", &pair);
    let early = Relation::new(("offerings", "early_sessions"), &pair, "sessions", &["course_no", "term"])
        .many()
        .alias("early")
        .filter(compare("hour", "lt", Value::Integer(3)))
        .order(asc("hour"));
    let same_room =
        Relation::new(("offerings", "same_room"), &["room"], "offerings", &["room"]).many().alias("room");
    vec![
        offerings.reverse("students"),
        offerings,
        student.reverse("grades"),
        student,
        offering.reverse("grades"),
        offering,
        session.reverse("sessions"),
        session,
        early,
        same_room,
    ]
}
