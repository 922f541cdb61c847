use relata::typed::{Id, Model, Project};

#[derive(Model)]
struct Book {
    #[relata(key, generated)]
    id: Id<Book>,
    title: String,
}

#[derive(Project)]
#[relata(of = Book)]
struct Title {
    title: i64,
    author: String,
}

fn main() {}
