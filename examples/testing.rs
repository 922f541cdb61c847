//! Seed once, fork in every test: run it with `cargo test --example testing`.
//!
//! The tests run in parallel, on as many threads as the standard runner likes. None sees another's
//! writes and none cleans up.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::unwrap_used, reason = "an example, and tests")]

use relata::{Action, Column, Database, ForeignKey, Key, Relation, Result, Schema, Table, col, row};
use std::sync::LazyLock;

/// A shop with its catalog and two customers.
static SEEDED: LazyLock<Database> = LazyLock::new(|| seed().expect("the seed fits the schema"));

fn seed() -> Result<Database> {
    let key = || Column::integer("id").generated();
    let to = |column: &str, table: &str| ForeignKey::new([column], table).on_delete(Action::Cascade);
    let schema = Schema::new()
        .table(
            Table::new("customers").column(key()).column(Column::text("email").unique()).primary_key(["id"]),
        )
        .table(
            Table::new("products")
                .column(key())
                .column(Column::text("name"))
                .column(Column::integer("stock"))
                .primary_key(["id"])
                .check("in_stock", col("stock").gte(0)),
        )
        .table(
            Table::new("orders")
                .column(key())
                .column(Column::integer("customer_id"))
                .column(Column::integer("product_id"))
                .column(Column::integer("quantity"))
                .primary_key(["id"])
                .foreign_key(to("customer_id", "customers"))
                .foreign_key(to("product_id", "products")),
        )
        .relation(Relation::one("orders", "customer", "customers").from(["customer_id"]).to(["id"]))
        .relation(Relation::many("customers", "orders", "orders"));
    let db = Database::new(schema)?;
    db.insert_many("customers", vec![row! { email: "ann@x.org" }, row! { email: "bob@x.org" }])?;
    db.insert_many("products", vec![row! { name: "Tea", stock: 3 }, row! { name: "Pot", stock: 1 }])?;
    Ok(db)
}

/// What is tested: an order takes from the stock, or there is no order.
fn order(db: &Database, customer: i64, product: i64, quantity: i64) -> Result<Key> {
    db.transaction(|tx| {
        let stock: i64 = tx.query("products").filter(col("id").eq(product)).all()?.one()?.get("stock")?;
        tx.update("products", Key::from(product), row! { stock: stock - quantity })?;
        tx.insert("orders", row! { customer_id: customer, product_id: product, quantity: quantity })
    })
}

fn main() -> Result<()> {
    let db = SEEDED.fork();
    let before = db.snapshot();
    order(&db, 1, 1, 2)?;
    println!("{}", before.diff(&db.snapshot())?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_takes_from_the_stock() -> Result<()> {
        let db = SEEDED.fork();
        let before = db.snapshot();
        order(&db, 1, 1, 2)?;
        order(&db, 2, 2, 1)?;
        // Rows are named by their keys, which count from the seed on: the text is the same in each run.
        insta::assert_snapshot!(before.diff(&db.snapshot())?, @r"
        products
          ~ 1: stock 3 -> 1
          ~ 2: stock 1 -> 0
        orders
          + 1: customer_id 1, product_id 1, quantity 2
          + 2: customer_id 2, product_id 2, quantity 1
        ");
        Ok(())
    }

    #[test]
    fn what_is_not_in_stock_is_not_ordered() -> Result<()> {
        let db = SEEDED.fork();
        let before = db.snapshot();
        let refused = order(&db, 1, 2, 5).unwrap_err();
        assert_eq!(refused.kind().name(), "check_violation");
        assert!(before.diff(&db.snapshot())?.is_empty());
        Ok(())
    }

    #[test]
    fn orders_go_with_their_customer() -> Result<()> {
        let db = SEEDED.fork();
        order(&db, 1, 1, 1)?;
        let before = db.snapshot();
        db.delete("customers", col("email").eq("ann@x.org"))?;
        insta::assert_snapshot!(before.diff(&db.snapshot())?, @r#"
        customers
          - 1: email "ann@x.org"
        orders
          - 1: customer_id 1, product_id 1, quantity 1
        "#);
        Ok(())
    }

    #[test]
    fn the_seed_is_as_it_was() -> Result<()> {
        assert_eq!(SEEDED.query("orders").count()?, 0);
        Ok(())
    }
}
