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
    db.query::<Author>().select(|_| Book::fields().title()).all()?;
    db.query::<Author>().select(|a| (a.name(), a.books().select(|_| a.name()))).all()?;
    db.query::<Author>().select(|a| (a.name(), "books")).all()?;
    Ok(())
}
