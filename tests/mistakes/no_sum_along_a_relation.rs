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
    db.query::<Author>().filter(|a| a.books().sum(|b| b.title()).gt(1)).all()?;
    db.query::<Author>().include(|a| a.books().sum(|_| a.id())).all()?;
    Ok(())
}
