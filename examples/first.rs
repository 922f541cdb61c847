//! The README's first program.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use relata::{Action, Column, Database, ForeignKey, Relation, Schema, Table, col, desc, rel, row};

fn main() -> Result<(), relata::Error> {
    let schema = Schema::new()
        .table(
            Table::new("authors")
                .column(Column::integer("id").generated())
                .column(Column::text("name"))
                .primary_key(["id"]),
        )
        .table(
            Table::new("books")
                .column(Column::integer("id").generated())
                .column(Column::text("title"))
                .column(Column::int("year"))
                .column(Column::integer("author_id"))
                .primary_key(["id"])
                .foreign_key(ForeignKey::new(["author_id"], "authors").on_delete(Action::Cascade)),
        )
        .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
        .relation(Relation::many("authors", "books", "books"));
    let db = Database::new(schema)?;

    let ursula = db.insert("authors", row! { name: "Ursula" })?;
    db.insert("books", row! { title: "The Dispossessed", year: 1974, author_id: &ursula })?;
    db.insert("books", row! { title: "Rocannon's World", year: 1966, author_id: &ursula })?;

    let page = db
        .query("authors")
        .filter(rel("books").some(col("year").gt(1970)))
        .include("books", |books| books.columns(["title", "year"]).order_by(desc("year")))
        .all()?;
    println!("{}", page.tree());
    Ok(())
}
