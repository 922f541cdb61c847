//! The steps of the demo. What stands between `// [name]` and `// [end]` is shown as it is.

use relata::{Database, Key, Page, Result, col, row};
use rust_decimal::Decimal;

pub(super) const SOURCE: &str = include_str!("steps.rs");

pub(super) fn nested(db: &Database) -> Result<Page> {
    // [nested]
    db.query("organizations")
        .filter(col("name").like("Light%"))
        .include("users", |users| users.columns(["name", "email"]))
        .include("invoices", |invoices| {
            invoices
                .without_columns(["organization_id"])
                .include("line_items", |items| items.columns(["description", "quantity", "unit_price"]))
                .include("tags", |tags| tags.columns(["name"]))
                .include("comments", |comments| {
                    comments
                        .filter(col("reply_to").is_null())
                        .columns(["body"])
                        .include("author", |author| author.columns(["name"]))
                        .include("replies", |replies| {
                            replies
                                .columns(["body"])
                                .include("author", |author| author.columns(["name"]))
                                .include("replies", |replies| replies.columns(["body"]))
                        })
                })
        })
        .all()
    // [end]
}

pub(super) fn orphan(db: &Database) -> Result<Key> {
    let price = Decimal::ONE_HUNDRED;
    // [orphan]
    db.insert("line_items", row! { invoice_id: 42, description: "mystery", unit_price: price })
    // [end]
}

pub(super) fn author(db: &Database, bob: &Key) -> Result<u64> {
    // [author]
    db.delete("users", bob.clone())
    // [end]
}

pub(super) fn fork(db: &Database) -> Result<Database> {
    // [fork]
    let fork = db.fork();
    fork.update("invoices", col("status").ne("paid"), row! { status: "paid" })?;
    // [end]
    Ok(fork)
}

pub(super) fn paid(db: &Database) -> Result<Page> {
    db.query("invoices").columns(["number", "status"]).all()
}

pub(super) fn cascade(db: &Database, lighthouse: Key) -> Result<u64> {
    // [cascade]
    db.delete("organizations", lighthouse)
    // [end]
}
