use relata::typed::{Id, Model};

#[derive(Model)]
#[relata(unique(first, lst), index(), key(code))]
#[relata(has_many(books: Book, counter = written))]
#[relata(has_many(name: Book::author))]
#[relata(belongs_to(editor: Author))]
struct Author {
    id: Id<Author>,
    first: String,
    last: String,
    name: String,
}

#[derive(Model)]
struct Book {
    #[relata(key, generated = 7)]
    id: Id<Book>,
    #[relata(belongs_to = Author)]
    author_id: Id<Author>,
    #[relata(rename = title, unique(title))]
    name: String,
}

fn main() {}
