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

#[derive(relata::typed::Project)]
struct Line {
    title: String,
    author: String,
}

fn main() -> relata::Result<()> {
    let db = Database::new::<(Author, Book)>()?;
    let joined = || db.from::<Book>().inner_join(|b| b.author());
    joined().select(|(b, a)| LineColumns { title: b.title(), author: a.name(), title: a.name() }).all()?;
    joined().select(|(b, a)| LineColumns { title: b.year(), author: a.name() }).all()?;
    joined().select(|(b, _)| LineColumns { title: b.title() }).all()?;
    Ok(())
}
