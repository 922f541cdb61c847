use relata::typed::{Id, Model};

#[derive(Model)]
#[relata(has_many(books: Book::writer))]
struct Author {
    #[relata(key, generated)]
    id: Id<Author>,
}

#[derive(Model)]
struct Book {
    #[relata(key, generated)]
    id: Id<Book>,
    #[relata(belongs_to(author: Author))]
    author_id: Id<Book>,
}

fn main() {}
