use relata::typed::{Branch, Database, Id, Model, Polymorphic};

#[derive(Model)]
#[relata(has_many(notes: Note::subject))]
struct Post {
    #[relata(key, generated)]
    id: Id<Post>,
    title: String,
}

#[derive(Model)]
struct Tag {
    #[relata(key, generated)]
    id: Id<Tag>,
    name: String,
}

#[derive(Polymorphic)]
enum Subject {
    Post(Post),
}

#[derive(Model)]
struct Note {
    #[relata(key, generated)]
    id: Id<Note>,
    subject_type: SubjectType,
    #[relata(polymorphic(subject: Subject))]
    subject_id: i64,
}

fn main() -> relata::Result<()> {
    let db = Database::new::<(Post, Tag, Note)>()?;
    let note = Id::<Note>::new(1);
    db.update(note, |n| n.subject().set(SubjectKey::Post(Id::<Tag>::new(1))))?;
    db.update(note, |n| n.subject().set(Id::<Post>::new(1)))?;
    db.update(note, |n| n.subject().to::<Tag>().create(|t| t.name().set("new")))?;
    db.update(note, |n| n.subject().to::<Post>().connect(Id::<Tag>::new(1)))?;
    db.query::<Note>().filter(|n| n.subject().is_a::<Tag>()).all()?;
    db.query::<Note>().include(|n| n.subject().on(|t: Branch<Tag>| t)).all()?;
    db.from::<Note>().inner_join(|n| n.subject()).all()?;
    for note in &db.query::<Note>().all()? {
        println!("{:?}", note.subject());
    }
    Ok(())
}
