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
    authors.get_many([Id::<Book>::new(1)]);
    db.query::<Book>().prepare()?.by_key().each(["Dune"], |_| ())?;
    authors.unique(|a| a.name())?.get(7);
    authors.unique(|a| (a.name(), a.id()))?.get("Frank");
    authors.unique(|_| Book::fields().title())?;
    Ok(())
}
