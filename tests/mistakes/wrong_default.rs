use relata::typed::{Id, Model};

#[derive(Model)]
struct Author {
    #[relata(key, generated)]
    id: Id<Author>,
    #[relata(default = "yes")]
    active: bool,
}

fn main() {}
