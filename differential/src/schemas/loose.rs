//! Tables without keys and relations without foreign keys, between columns that nothing makes unique.

use super::{boolean, integer, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::tree::{compare, desc};
use crate::value::{Kind, Value};

pub(super) fn schema() -> Schema {
    Schema { name: "loose", tables: tables(), relations: relations() }
}

fn tables() -> Vec<Table> {
    let places = vec![text("code").null(), integer("number").null(), boolean("open").null()];
    let events = vec![
        text("place").null(),
        integer("number").null(),
        Column::new("weight", Kind::Float).null(),
        Column::new("small", Kind::Smallint).null(),
    ];
    let people = vec![integer("id"), text("code").null(), integer("boss").null(), integer("deputy").null()];
    vec![
        Table::new("places", places),
        Table::new("events", events).loose(&["place"], "places", &["code"]).loose(
            &["number"],
            "places",
            &["number"],
        ),
        Table::new("people", people)
            .unique(&["id"])
            .loose(&["boss"], "people", &["id"])
            .loose(&["deputy"], "people", &["id"])
            .loose(&["code"], "places", &["code"]),
    ]
}

fn relations() -> Vec<Relation> {
    let place = Relation::new(("events", "places"), &["place"], "places", &["code"]).many();
    let exact = Relation::new(("events", "exact"), &["place", "number"], "places", &["code", "number"])
        .alias("exact")
        .order(desc("open"));
    let open = Relation::new(("events", "open_places"), &["number"], "places", &["number"])
        .many()
        .alias("open")
        .filter(compare("open", "eq", Value::Boolean(true)));
    let boss = Relation::new(("people", "superior"), &["boss"], "people", &["id"]).alias("boss");
    let deputy = Relation::new(("people", "stand_in"), &["deputy"], "people", &["id"]).alias("deputy");
    let home = Relation::new(("people", "home"), &["code"], "places", &["code"]).alias("home");
    let met = Relation::new(("people", "met"), &["code"], "people", &["id"])
        .many()
        .through("events", &["place"], &["number"])
        .alias("met");
    vec![
        place.reverse("events"),
        place,
        exact.reverse("exact_events"),
        exact,
        open.reverse("events_if_open"),
        open,
        boss.reverse("staff"),
        boss,
        deputy.reverse("deputised").order(desc("id")),
        deputy,
        home.reverse("inhabitants"),
        home,
        met.reverse("met_by"),
        met,
    ]
}
