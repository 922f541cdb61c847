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
    let names = || db.from::<Author>().select(|a| a.name());
    names().union(db.from::<Book>().select(|b| b.year())).all()?;
    names().except_all(db.from::<Book>().select(|b| (b.title(), b.year()))).all()?;
    names().intersect(db.from::<Book>()).all()?;
    names().union(db.from::<Author>().left_join(|a| a.books()).select(|(_, b)| b.title())).all()?;
    Ok(())
}
