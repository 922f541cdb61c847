use relata::typed::{Id, Model};

#[derive(Model)]
#[relata(has_many(books: Book::author))]
struct Author {
    #[relata(key, generated)]
    id: Id<Author>,
    name: String,
}

#[derive(Model)]
struct Book {
    #[relata(key, generated)]
    id: Id<Book>,
    #[relata(belongs_to(author: Author))]
    author_id: Id<Author>,
    title: String,
    year: i32,
    rating: Option<f64>,
}


fn main() -> relata::Result<()> {
    let (author, book) = (Id::<Author>::new(1), Id::<Book>::new(1));
    assert!(author != book);
    let key: i64 = book;
    let code: Id<Book, String> = Id::new(7);
    Ok(())
}
