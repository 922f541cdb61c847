//! Relations that lead to a row of one of several models.

use relata::typed::{Branch, Database, Id, Model, Polymorphic};

#[derive(Model, Clone, Debug, PartialEq)]
struct User {
    #[relata(key, generated)]
    id: Id<User>,
    name: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(remarks: Remark::subject, counter = remark_count, dependent = destroy))]
struct Post {
    #[relata(key, generated)]
    id: Id<Post>,
    #[relata(belongs_to(author: User))]
    author_id: Id<User>,
    title: String,
    remark_count: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(remarks: Remark::subject))]
struct Photo {
    #[relata(key, generated)]
    id: Id<Photo>,
    url: String,
}

#[derive(Polymorphic, Debug, PartialEq)]
enum Subject {
    Post(Post),
    Photo(Photo),
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Remark {
    #[relata(key, generated)]
    id: Id<Remark>,
    subject_type: Option<SubjectType>,
    #[relata(polymorphic(subject: Subject))]
    subject_id: Option<i64>,
    body: String,
    #[relata(belongs_to(author: User, on_delete = set_null))]
    author_id: Option<Id<User>>,
}

fn filled() -> Database {
    let db = Database::new::<(Remark, User, Post, Photo)>().unwrap();
    let ann = db.insert(NewUser::new("Ann")).unwrap();
    let post = db.insert(NewPost::new(ann, "Dune")).unwrap();
    let photo = db.insert(NewPhoto::new("/1")).unwrap();
    let on = |kind, key: i64, body: &str| NewRemark::new(body).subject_type(kind).subject_id(key);
    db.insert(on(SubjectType::Post, *post.get(), "long").author_id(ann)).unwrap();
    db.insert(on(SubjectType::Photo, *photo.get(), "blurred")).unwrap();
    db.insert(NewRemark::new("about nothing")).unwrap();
    db
}

#[test]
fn an_include_gives_a_row_of_whichever_model_it_is() {
    let db = filled();
    let page = db
        .query::<Remark>()
        .include(|r| r.subject().on(|p: Branch<Post>| p.include(|p| p.author())))
        .include(|r| r.author())
        .all()
        .unwrap();
    let about: Vec<_> = page
        .iter()
        .map(|remark| match remark.subject() {
            Some(SubjectRow::Post(post)) => format!("{} by {}", post.title(), post.author().name()),
            Some(SubjectRow::Photo(photo)) => photo.url().to_owned(),
            None => "nothing".to_owned(),
        })
        .collect();
    assert_eq!(about, ["Dune by Ann", "/1", "nothing"]);
    assert_eq!(page.first().unwrap().author().map(|author| author.name()), Some("Ann"));
    let photo = page.get(1).unwrap().subject().unwrap();
    assert_eq!(photo.to_model(), Subject::Photo(Photo { id: Id::new(1), url: "/1".into() }));
    assert_eq!(photo, page.get(1).unwrap().subject().unwrap());
    assert_eq!(format!("{photo:?}"), r#"Photo { id: 1, url: "/1" }"#);
    assert_eq!(serde_json::to_string(&photo).unwrap(), r#"{"id":1,"url":"/1"}"#);
    assert_eq!(
        serde_json::to_string(&page.get(1).unwrap()).unwrap(),
        serde_json::to_string(&page.untyped().get(1).unwrap()).unwrap()
    );
}

#[test]
fn a_walk_gives_a_row_of_whichever_model_it_is() {
    let db = filled();
    let snapshot = db.snapshot();
    let (remarks, posts) = (snapshot.rows_of::<Remark>().unwrap(), snapshot.rows_of::<Post>().unwrap());
    let (subject, of_post) = (remarks.walk(|r| r.subject()).unwrap(), posts.walk(|p| p.remarks()).unwrap());
    let about: Vec<_> = remarks
        .iter()
        .map(|remark| match subject.one(remark) {
            Some(SubjectRow::Post(post)) => (post.title(), of_post.from(post).count()),
            Some(SubjectRow::Photo(photo)) => (photo.url(), 0),
            None => ("nothing", 0),
        })
        .collect();
    assert_eq!(about, [("Dune", 1), ("/1", 0), ("nothing", 0)]);
}

#[test]
fn a_filter_asks_of_one_model() {
    let db = filled();
    let remarks = || db.query::<Remark>();
    assert_eq!(remarks().filter(|r| r.subject().is::<Post>(|p| p.title().eq("Dune"))).count().unwrap(), 1);
    assert_eq!(remarks().filter(|r| r.subject().is::<Post>(|p| p.title().eq("Hive"))).count().unwrap(), 0);
    assert_eq!(remarks().filter(|r| r.subject().is_a::<Photo>()).count().unwrap(), 1);
    assert_eq!(remarks().filter(|r| r.subject().absent()).count().unwrap(), 1);
    assert_eq!(remarks().filter(|r| r.subject().exists()).count().unwrap(), 2);
}

#[test]
fn the_other_side_counts_and_destroys() {
    let db = filled();
    let post = db.query::<Post>().include(|p| p.remarks()).one().unwrap();
    assert_eq!((post.row().remark_count(), post.row().remarks().len()), (1, 1));
    db.update(Id::<Remark>::new(2), |r| r.subject_type().set(SubjectType::Post)).unwrap();
    assert_eq!(db.get(Id::<Post>::new(1)).unwrap().unwrap().remark_count, 2);
    db.destroy(Id::<Post>::new(1)).unwrap();
    assert_eq!(db.query::<Remark>().count().unwrap(), 1);
    assert_eq!(db.check(), []);
}
