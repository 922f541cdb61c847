//! Organizations with a tree of categories, invoices, and lines keyed by invoice and number.

use super::{DATES, boolean, id, integer, labels, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::tree::{Filter, Quantifier, Test, asc, compare, desc};
use crate::value::{Kind, Value};

const STATUS: Kind = labels(&["draft", "sent", "paid", "void"]);

pub(super) fn schema() -> Schema {
    Schema { name: "invoices", tables: tables(), relations: relations() }
}

fn tables() -> Vec<Table> {
    let categories =
        vec![id(), integer("parent_id").null(), text("name"), Column::new("place", Kind::Smallint).null()];
    let categories = Table::new("categories", categories).key(&["id"]).foreign_key(
        &["parent_id"],
        "categories",
        &["id"],
        ("cascade", "cascade"),
    );
    let organizations =
        Table::new("organizations", vec![id(), text("name"), text("country").null()]).key(&["id"]);
    let invoices = vec![
        id(),
        integer("org_id"),
        text("number"),
        Column::new("total", Kind::Decimal).null(),
        Column::new("status", STATUS),
        Column::new("issued", DATES).null(),
        boolean("paid").null(),
    ];
    let invoices = Table::new("invoices", invoices)
        .key(&["id"])
        .unique(&["org_id", "number"])
        .foreign_key(&["org_id"], "organizations", &["id"], ("restrict", "restrict"))
        .check(Filter::Or(vec![
            compare("total", "gte", Value::Decimal { units: 0, scale: 0 }),
            Filter::Column("paid", Test::Null(false)),
            compare("paid", "eq", Value::Boolean(false)),
        ]));
    let lines = vec![
        integer("invoice_id"),
        Column::new("line", Kind::Smallint),
        text("sku"),
        Column::new("quantity", Kind::Smallint),
        Column::new("price", Kind::Decimal),
        integer("category_id").null(),
    ];
    let lines = Table::new("lines", lines)
        .key(&["invoice_id", "line"])
        .foreign_key(&["invoice_id"], "invoices", &["id"], ("cascade", "cascade"))
        .foreign_key(&["category_id"], "categories", &["id"], ("no_action", "set_null"));
    vec![categories, organizations, invoices, lines]
}

fn relations() -> Vec<Relation> {
    let parent = Relation::new(("categories", "parent"), &["parent_id"], "categories", &["id"]).alias("tree");
    let siblings = Relation::new(("categories", "siblings"), &["parent_id"], "categories", &["parent_id"])
        .many()
        .alias("siblings");
    let organization = Relation::new(("invoices", "organization"), &["org_id"], "organizations", &["id"]);
    let invoice = Relation::new(("lines", "invoice"), &["invoice_id"], "invoices", &["id"]);
    let category = Relation::new(("lines", "category"), &["category_id"], "categories", &["id"]);
    let of_org = |name| Relation::new(("organizations", name), &["id"], "invoices", &["org_id"]);
    let unpaid = Filter::Not(vec![compare("paid", "eq", Value::Boolean(true))]);
    let unpaid =
        of_org("unpaid").many().alias("unpaid").filter(unpaid).order(asc("status")).order(desc("total"));
    let latest = of_org("latest").alias("latest").order(desc("issued").nulls(false)).order(desc("id"));
    let empty = Filter::Relation("lines", Quantifier::There(false));
    let empty = of_org("empty_invoices").many().alias("empty").filter(empty);
    let invoiced = Relation::new(("invoices", "categories"), &["id"], "categories", &["id"]).many().through(
        "lines",
        &["invoice_id"],
        &["category_id"],
    );
    vec![
        parent.reverse("children").order(asc("place")),
        parent,
        siblings,
        organization.reverse("invoices"),
        organization,
        invoice.reverse("lines").order(desc("line")),
        invoice,
        category.reverse("lines"),
        category,
        unpaid.reverse("organization_if_unpaid").one(),
        unpaid,
        latest,
        empty,
        invoiced.reverse("invoices"),
        invoiced,
    ]
}
