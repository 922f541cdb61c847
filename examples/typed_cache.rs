//! A cache inside a process in front of a slow source: relations and all, loaded when first asked for.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use relata::Result;
use relata::typed::{Database, Id, Model};
use std::cell::Cell;
use std::time::Duration;

#[derive(Model)]
#[relata(has_many(orders: Order::customer))]
struct Customer {
    #[relata(key)]
    id: Id<Customer>,
    name: String,
}

#[derive(Model)]
struct Order {
    #[relata(key)]
    id: Id<Order>,
    #[relata(belongs_to(customer: Customer, on_delete = cascade))]
    customer_id: Id<Customer>,
    cents: i64,
}

/// What is far away: a service, a database, a file.
#[derive(Default)]
struct Source {
    asked: Cell<usize>,
}

impl Source {
    fn customer(&self, id: Id<Customer>) -> (Customer, Vec<Order>) {
        std::thread::sleep(Duration::from_millis(20));
        self.asked.set(self.asked.get() + 1);
        let order = |n| Order { id: Id::new(id.get() * 10 + n), customer_id: id, cents: n * 250 };
        (Customer { id, name: format!("Customer {id}") }, (1..=3).map(order).collect())
    }
}

/// Customers with their orders, each asked of the source at most once.
struct Cache {
    db: Database,
    source: Source,
}

impl Cache {
    fn new(source: Source) -> Result<Cache> {
        Ok(Cache { db: Database::new::<(Customer, Order)>()?, source })
    }

    /// A customer's name and what the orders come to.
    fn total(&self, id: Id<Customer>) -> Result<(String, i64)> {
        let customers = self.db.query::<Customer>().filter(|c| c.id().eq(id));
        if !customers.exists()? {
            self.load(id)?;
        }
        let found = self.db.query::<Customer>().filter(|c| c.id().eq(id)).include(|c| c.orders()).one()?;
        let customer = found.row();
        Ok((customer.name().to_owned(), customer.orders().iter().map(|order| order.cents()).sum()))
    }

    /// Both the customer and the orders, or nothing.
    fn load(&self, id: Id<Customer>) -> Result<()> {
        let (customer, orders) = self.source.customer(id);
        self.db.transaction(|tx| {
            tx.upsert(customer)?;
            tx.insert_many(orders)?;
            Ok(())
        })
    }

    /// Forgets a customer; the orders go too.
    fn forget(&self, id: Id<Customer>) -> Result<bool> {
        self.db.delete(id)
    }
}

fn main() -> Result<()> {
    let cache = Cache::new(Source::default())?;
    let seven = Id::new(7);
    for _ in 0..3 {
        let (name, cents) = cache.total(seven)?;
        println!("{name}: {cents} cents, after asking the source {} times", cache.source.asked.get());
    }
    cache.forget(seven)?;
    cache.total(seven)?;
    println!("forgotten and asked again: {} times", cache.source.asked.get());
    Ok(())
}
