use relata::typed::{Database, Id, Model};

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
    let db = Database::new::<(Author, Book)>()?;
    let snapshot = db.snapshot();
    let authors = snapshot.rows_of::<Author>()?;
    let newest = authors.walk(|a| a.books().limit(3))?;
    let books = authors.walk(|a| a.books())?;
    for book in snapshot.rows_of::<Book>()?.iter() {
        books.from(book);
    }
    Ok(())
}
