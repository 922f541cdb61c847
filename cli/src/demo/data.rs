//! The rows of the demo.

use jiff::Timestamp;
use relata::{Database, Key, Result, row};
use rust_decimal::Decimal;

/// 2026-01-31T09:30:00Z
const NOW_SECONDS: i64 = 1_769_851_800;

/// The demo's clock stands still.
pub(super) fn now() -> Timestamp {
    Timestamp::from_second(NOW_SECONDS).unwrap_or_default()
}

/// What the steps of the demo come back to.
pub(super) struct Company {
    pub(super) lighthouse: Key,
    pub(super) bob: Key,
}

pub(super) fn fill(db: &Database) -> Result<Company> {
    let lighthouse = db.insert("organizations", row! { name: "Lighthouse Studio" })?;
    let harbour = db.insert("organizations", row! { name: "Harbour Tools" })?;
    let ann = db.insert("users", row! { name: "Ann", email: "ann@lighthouse.example" })?;
    let bob = db.insert("users", row! { name: "Bob", email: "bob@harbour.example" })?;
    let cleo = db.insert("users", row! { name: "Cleo", email: "cleo@example.org" })?;
    db.insert_many(
        "memberships",
        vec![
            row! { organization_id: &lighthouse, user_id: &ann, role: "owner" },
            row! { organization_id: &lighthouse, user_id: &cleo },
            row! { organization_id: &harbour, user_id: &bob, role: "owner" },
            row! { organization_id: &harbour, user_id: &cleo },
        ],
    )?;
    let urgent = db.insert("tags", row! { name: "urgent" })?;
    let travel = db.insert("tags", row! { name: "travel" })?;

    let first =
        db.insert("invoices", row! { organization_id: &lighthouse, number: "L-001", status: "paid" })?;
    let second =
        db.insert("invoices", row! { organization_id: &lighthouse, number: "L-002", status: "sent" })?;
    let third = db.insert("invoices", row! { organization_id: &harbour, number: "H-001" })?;
    items(db, &first, &[("logo", 1, 48_000), ("business cards", 200, 35)])?;
    items(db, &second, &[("website", 1, 320_000), ("train to Hamburg", 2, 8_990)])?;
    items(db, &third, &[("torque wrench", 4, 5_425)])?;
    db.insert_many(
        "invoices_tags",
        vec![
            row! { invoice_id: &second, tag_id: &urgent },
            row! { invoice_id: &second, tag_id: &travel },
            row! { invoice_id: &third, tag_id: &urgent },
        ],
    )?;

    let question = row! { invoice_id: &second, author_id: &bob, body: "Is that both ways?" };
    let question = db.insert("comments", question)?;
    let answer =
        row! { invoice_id: &second, author_id: &ann, reply_to: &question, body: "Yes, and with a seat." };
    let answer = db.insert("comments", answer)?;
    let thanks = row! { invoice_id: &second, author_id: &bob, reply_to: &answer, body: "Then I'll pay." };
    db.insert("comments", thanks)?;
    db.insert("comments", row! { invoice_id: &third, author_id: &cleo, body: "Ready to send?" })?;
    Ok(Company { lighthouse, bob })
}

/// Description, quantity and price in cents.
fn items(db: &Database, invoice: &Key, items: &[(&str, i32, i64)]) -> Result<()> {
    for (description, quantity, cents) in items {
        let unit_price = Decimal::new(*cents, 2);
        db.insert(
            "line_items",
            row! { invoice_id: invoice, description: *description, quantity: *quantity, unit_price: unit_price },
        )?;
    }
    Ok(())
}
