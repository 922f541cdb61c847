//! The tables and relations of the demo.

use relata::{Action, Column, ForeignKey, Relation, Schema, Table, asc, col};

pub(super) fn schema() -> Schema {
    relations(comments(invoices(people(Schema::new()))))
}

/// A foreign key whose rows go with the row they refer to.
fn part_of(column: &str, table: &str) -> ForeignKey {
    ForeignKey::new([column], table).on_delete(Action::Cascade)
}

fn people(schema: Schema) -> Schema {
    schema
        .table(
            Table::new("organizations")
                .column(Column::integer("id").generated())
                .column(Column::text("name").unique())
                .primary_key(["id"]),
        )
        .table(
            Table::new("users")
                .column(Column::integer("id").generated())
                .column(Column::text("name"))
                .column(Column::text("email").unique())
                .primary_key(["id"]),
        )
        .table(
            Table::new("memberships")
                .column(Column::integer("organization_id"))
                .column(Column::integer("user_id"))
                .column(Column::enumeration("role", ["owner", "member"]).default("member"))
                .primary_key(["organization_id", "user_id"])
                .foreign_key(part_of("organization_id", "organizations"))
                .foreign_key(part_of("user_id", "users")),
        )
}

fn invoices(schema: Schema) -> Schema {
    schema
        .table(
            Table::new("invoices")
                .column(Column::integer("id").generated())
                .column(Column::integer("organization_id"))
                .column(Column::text("number"))
                .column(Column::enumeration("status", ["draft", "sent", "paid"]).default("draft"))
                .column(Column::date("issued_on").default_now())
                .primary_key(["id"])
                .unique(["organization_id", "number"])
                .foreign_key(part_of("organization_id", "organizations")),
        )
        .table(
            Table::new("line_items")
                .column(Column::integer("id").generated())
                .column(Column::integer("invoice_id"))
                .column(Column::text("description"))
                .column(Column::int("quantity").default(1))
                .column(Column::decimal("unit_price"))
                .primary_key(["id"])
                .check("some_quantity", col("quantity").gt(0))
                .foreign_key(part_of("invoice_id", "invoices")),
        )
        .table(
            Table::new("tags")
                .column(Column::integer("id").generated())
                .column(Column::text("name").unique())
                .primary_key(["id"]),
        )
        .table(
            Table::new("invoices_tags")
                .column(Column::integer("invoice_id"))
                .column(Column::integer("tag_id"))
                .primary_key(["invoice_id", "tag_id"])
                .foreign_key(part_of("invoice_id", "invoices"))
                .foreign_key(part_of("tag_id", "tags")),
        )
}

fn comments(schema: Schema) -> Schema {
    schema.table(
        Table::new("comments")
            .column(Column::integer("id").generated())
            .column(Column::integer("invoice_id"))
            .column(Column::integer("author_id"))
            .column(Column::integer("reply_to").nullable())
            .column(Column::text("body"))
            .column(Column::timestamptz("at").default_now())
            .primary_key(["id"])
            .foreign_key(part_of("invoice_id", "invoices"))
            .foreign_key(ForeignKey::new(["author_id"], "users").on_delete(Action::Restrict))
            .foreign_key(part_of("reply_to", "comments")),
    )
}

/// Each pair is declared once, on the side that holds the key.
fn relations(schema: Schema) -> Schema {
    schema
        .relation(
            Relation::many("organizations", "users", "users")
                .from(["id"])
                .through("memberships", ["organization_id"], ["user_id"])
                .to(["id"]),
        )
        .relation(Relation::many("organizations", "invoices", "invoices").order_by(asc("number")))
        .relation(Relation::many("users", "organizations", "organizations"))
        .relation(
            Relation::one("invoices", "organization", "organizations").from(["organization_id"]).to(["id"]),
        )
        .relation(Relation::many("invoices", "line_items", "line_items"))
        .relation(
            Relation::many("invoices", "tags", "tags")
                .from(["id"])
                .through("invoices_tags", ["invoice_id"], ["tag_id"])
                .to(["id"]),
        )
        .relation(Relation::many("invoices", "comments", "comments"))
        .relation(Relation::one("line_items", "invoice", "invoices").from(["invoice_id"]).to(["id"]))
        .relation(Relation::many("tags", "invoices", "invoices"))
        .relation(Relation::one("comments", "invoice", "invoices").from(["invoice_id"]).to(["id"]))
        .relation(Relation::one("comments", "author", "users").from(["author_id"]).to(["id"]))
        .relation(
            Relation::one("comments", "parent", "comments").from(["reply_to"]).to(["id"]).alias("thread"),
        )
        .relation(Relation::many("comments", "replies", "comments").alias("thread"))
}
