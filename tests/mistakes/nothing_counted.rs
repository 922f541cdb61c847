use relata::typed::{Id, Model};

#[derive(Model)]
struct Author {
    #[relata(key, generated)]
    id: Id<Author>,
    #[relata(counter)]
    books: i64,
}

fn main() {}
