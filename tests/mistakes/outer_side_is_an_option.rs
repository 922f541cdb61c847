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
    for (author, book) in db.from::<Author>().left_join(|a| a.books()).all()?.iter() {
        println!("{} {}", author.name(), book.title());
    }
    let joined = db.from::<Author>().left_join(|a| a.books());
    let _: Vec<(String, i32)> = joined.select(|(a, b)| (a.name(), b.year())).all()?;
    Ok(())
}
