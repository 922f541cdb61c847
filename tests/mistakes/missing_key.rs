use relata::typed::{Id, Model};

#[derive(Model)]
struct Author {
    id: Id<Author>,
    name: String,
}

fn main() {}
