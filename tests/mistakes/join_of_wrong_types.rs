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
    db.from::<Author>().inner_join_on::<Book>(|a, b| a.id().eq(b.id())).all()?;
    db.from::<Author>().inner_join_on::<Book>(|a, b| a.name().eq(b.year())).all()?;
    Ok(())
}
