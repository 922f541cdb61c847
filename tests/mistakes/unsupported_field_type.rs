use relata::typed::{Id, Model};

struct Money(i64);

#[derive(Model)]
struct Author {
    #[relata(key, generated)]
    id: Id<Author>,
    age: u128,
    tags: Vec<String>,
}

#[derive(Model)]
struct Item {
    #[relata(key, generated)]
    id: Id<Item>,
    price: Money,
}

fn main() {}
