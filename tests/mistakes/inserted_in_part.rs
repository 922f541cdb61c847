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


struct Shelf;

fn main() -> relata::Result<()> {
    let db = Database::new::<(Author, Book)>()?;
    let frank = db.insert(NewAuthor { name: "Frank".into() })?;
    db.insert(NewBook { author_id: frank, title: "Dune".into() })?;
    db.insert(NewBook::new(frank, "Dune"))?;
    db.insert(NewBook::new(frank, 1965, "Dune"))?;
    db.insert(Shelf)?;
    Ok(())
}
