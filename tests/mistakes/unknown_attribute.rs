use relata::typed::{Id, Model};

#[derive(Model)]
#[relata(tabel = "writers", colour = "red")]
struct Author {
    #[relata(key, generated)]
    id: Id<Author>,
    #[relata(uniqe)]
    email: String,
    #[relata(belongs_to(mentor: Author, on_delet = cascade))]
    mentor_id: Option<Id<Author>>,
    #[relata(belongs_to(editor: Author, on_delete = vanish))]
    editor_id: Option<Id<Author>>,
}

fn main() {}
