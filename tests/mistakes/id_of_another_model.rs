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
    let author = db.insert(NewAuthor { name: "Frank".into() })?;
    let book: Option<Book> = db.get(author)?;
    db.query::<Book>().filter(|b| b.id().eq(author)).all()?;
    db.insert(NewBook { author_id: Id::<Book>::new(1), title: "Dune".into(), year: 1965, rating: None })?;
    Ok(())
}
