//! Relations that lead to a row of one of several models.

use relata::typed::{Assign, Branch, Database, Id, Model, Polymorphic};

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

/// What each remark is about, and what a post has counted.
fn about(db: &Database) -> (Vec<String>, i64) {
    let page = db.query::<Remark>().include(|r| r.subject()).all().unwrap();
    let about = page.iter().map(|remark| remark.subject().map_or("-".into(), |on| format!("{:?}", on.key())));
    let count = db.get(Id::<Post>::new(1)).unwrap().map_or(0, |post| post.remark_count);
    assert_eq!(db.check(), []);
    (about.collect(), count)
}

#[test]
fn the_side_that_holds_the_key_is_set_by_an_enum_of_keys() {
    let db = filled();
    let (post, third) = (Id::<Post>::new(1), Id::<Remark>::new(3));
    assert_eq!(about(&db), (vec!["Post(1)".into(), "Photo(1)".into(), "-".into()], 1));
    db.update(third, |r| r.subject().set(SubjectKey::Post(post))).unwrap();
    assert_eq!(about(&db).1, 2);
    let photo = Subject::Photo(db.get(Id::<Photo>::new(1)).unwrap().unwrap());
    db.update(third, |r| r.body().set("on a photo").and(r.subject().set(photo.key()))).unwrap();
    assert_eq!(about(&db), (vec!["Post(1)".into(), "Photo(1)".into(), "Photo(1)".into()], 1));
    db.update(third, |r| r.subject().set(None)).unwrap();
    assert_eq!(db.get(third).unwrap().unwrap().subject_type, None);
    assert_eq!(about(&db).0[2], "-");

    // With the row itself, whether or not its struct leaves the fields out.
    let fourth = db.insert_with(NewRemark::new("new"), |r| r.subject().set(SubjectKey::Post(post))).unwrap();
    db.create::<Remark>(|r| r.body().set("other").and(r.subject().set(SubjectKey::Post(post)))).unwrap();
    assert_eq!((about(&db).1, db.get(fourth).unwrap().unwrap().subject_id), (3, Some(1)));

    let missing = db.update(third, |r| r.subject().set(SubjectKey::Photo(Id::new(9)))).unwrap_err();
    assert_eq!(missing.to_string(), "no row has photos.id = 9");
    assert_eq!(missing.kind().name(), "not_found");
}

#[test]
fn a_target_is_made_connected_changed_and_left_by_its_model() {
    let db = filled();
    let (first, third) = (Id::<Remark>::new(1), Id::<Remark>::new(3));
    db.update(third, |r| r.subject().to::<Photo>().create(|p| p.url().set("/2"))).unwrap();
    assert_eq!(about(&db), (vec!["Post(1)".into(), "Photo(1)".into(), "Photo(2)".into()], 1));
    db.update(third, |r| r.subject().to::<Photo>().update(|p| p.url().set("/two"))).unwrap();
    assert_eq!(db.get(Id::<Photo>::new(2)).unwrap().unwrap().url, "/two");
    db.update(first, |r| r.subject().to::<Photo>().connect(Id::new(2))).unwrap();
    assert_eq!(about(&db), (vec!["Photo(2)".into(), "Photo(1)".into(), "Photo(2)".into()], 0));
    let elsewhere = db.update(first, |r| r.subject().to::<Post>().disconnect()).unwrap_err();
    assert_eq!(elsewhere.to_string(), "`remarks.subject on posts` leads to no row");
    db.update(first, |r| r.subject().to::<Photo>().disconnect()).unwrap();
    db.update(third, |r| r.subject().to::<Photo>().delete()).unwrap();
    assert_eq!(about(&db), (vec!["-".into(), "Photo(1)".into(), "-".into()], 0));
    assert_eq!(db.query::<Photo>().count().unwrap(), 1);
}

#[test]
fn the_other_side_writes_along_it() {
    let db = filled();
    let ann = Id::<User>::new(1);
    let hive = db
        .insert_with(NewPost::new(ann, "Hive"), |p| {
            p.remarks().create(|r| r.body().set("one")).and(p.remarks().connect(Id::new(3)))
        })
        .unwrap();
    assert_eq!(db.get(hive).unwrap().unwrap().remark_count, 2);
    let stored = db.get(Id::<Remark>::new(4)).unwrap().unwrap();
    assert_eq!((stored.subject_type, stored.subject_id), (Some(SubjectType::Post), Some(2)));

    // A remark on a photo goes over to the post; another is left alone, and a third taken away.
    db.update(hive, |p| {
        let gone = p.remarks().disconnect(Id::new(3)).and(p.remarks().delete(Id::new(4)));
        gone.and(p.remarks().connect(Id::new(2)))
    })
    .unwrap();
    assert_eq!(about(&db).0, ["Post(1)", "Post(2)", "-"]);
    db.update(hive, |p| p.remarks().update(Id::new(2), |r| r.body().set("sharp"))).unwrap();
    assert_eq!(db.get(Id::<Remark>::new(2)).unwrap().unwrap().body, "sharp");
    let other = db.update(hive, |p| p.remarks().update(Id::new(1), |r| r.body().set("?")));
    assert_eq!(other.unwrap_err().kind().name(), "not_found");
    db.update(hive, |p| p.remarks().set([Id::new(1), Id::new(3)])).unwrap();
    assert_eq!(about(&db), (vec!["Post(2)".into(), "-".into(), "Post(2)".into()], 0));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_one(cover: Cover::of))]
struct Album {
    #[relata(key)]
    name: Id<Album, String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_one(cover: Cover::of))]
struct Film {
    #[relata(key)]
    title: String,
}

#[derive(Polymorphic, Debug, PartialEq)]
enum Work {
    Album(Album),
    Film(Film),
}

/// Always of something.
#[derive(Model, Clone, Debug, PartialEq)]
struct Cover {
    #[relata(key, generated)]
    id: Id<Cover>,
    of_type: WorkType,
    #[relata(polymorphic(of: Work))]
    of_id: String,
}

#[test]
fn one_row_is_replaced_and_a_required_target_stays() {
    let db = Database::new::<(Album, Film, Cover)>().unwrap();
    let album = Id::<Album, String>::new("Blue".into());
    let film = db
        .insert_with(Film { title: "Blue".into() }, |f| {
            f.cover().create(|c| Assign::all([]).and(c.id().set(Id::new(7))))
        })
        .unwrap();
    let cover = Id::<Cover>::new(7);
    assert_eq!(db.get(cover).unwrap().unwrap().of_type, WorkType::Film);
    db.insert(Album { name: album.clone() }).unwrap();
    db.update(album.clone(), |a| a.cover().connect(cover)).unwrap();
    let page = db.query::<Cover>().include(|c| c.of()).all().unwrap();
    assert_eq!(page.first().unwrap().of().unwrap().key(), WorkKey::Album(album));
    db.update(cover, |c| c.of().set(WorkKey::Film(film))).unwrap();
    assert_eq!(db.query::<Album>().filter(|a| a.cover().absent()).count().unwrap(), 1);
    let refused = db.update(cover, |c| c.of().set(None)).unwrap_err();
    assert_eq!(refused.kind().name(), "not_null_violation");
    assert_eq!(db.check(), []);
}

#[test]
fn a_join_goes_toward_one_model() {
    let db = filled();
    let joined = db.from::<Remark>().inner_join(|r| r.subject().to::<Post>());
    let titles = joined.select(|(r, p)| (r.body(), p.title())).all().unwrap();
    assert_eq!(titles, [("long".to_owned(), "Dune".to_owned())]);
    let each = db
        .from::<Remark>()
        .left_join(|r| r.subject().to::<Post>())
        .left_join(|(r, _)| r.subject().to::<Photo>().on(|p| p.url().like("/%")))
        .select(|(_, post, photo)| (post.title(), photo.url()))
        .all()
        .unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(each, [(text("Dune"), None), (None, text("/1")), (None, None)]);
    assert_eq!(db.from::<Remark>().anti_join(|r| r.subject().to::<Photo>()).count().unwrap(), 2);
    assert_eq!(db.from::<Photo>().semi_join(|p| p.remarks()).count().unwrap(), 1);
}

#[test]
fn a_branch_filters_its_model_and_leaves_the_others() {
    let db = filled();
    let page = |title: &'static str| {
        let remarks = db.query::<Remark>();
        remarks
            .include(|r| r.subject().on(move |p: Branch<Post>| p.filter(|p| p.title().eq(title))))
            .all()
            .unwrap()
    };
    let found = |title| {
        page(title).iter().map(|r| r.subject().map(|on| format!("{:?}", on.key()))).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found("Dune"), [text("Post(1)"), text("Photo(1)"), None]);
    assert_eq!(found("Hive"), [None, text("Photo(1)"), None]);
    let one_of = Remark::fields().subject().on(|p: Branch<Post>| {
        let words = format!("{p:?}");
        assert!(words.starts_with("Post {"), "{words}");
        p.filter(|p| p.title().eq("Dune"))
    });
    let words = format!("{one_of:?}");
    assert!(words.starts_with("subject {") && words.contains("title"), "{words}");
}

#[test]
fn the_row_of_whichever_model_is_owned_beside_columns_and_a_walk_says_whose_it_is() {
    let db = filled();
    let parts = db.query::<Remark>().select(|r| (r.body(), r.subject())).all().unwrap();
    let owned: Vec<(String, Option<Subject>)> = parts.to_vec();
    assert_eq!(
        owned[1],
        ("blurred".into(), Some(Subject::Photo(Photo { id: Id::new(1), url: "/1".into() })))
    );
    assert_eq!(owned[2].1, None);
    let snapshot = db.snapshot();
    let walk = snapshot.rows_of::<Remark>().unwrap().walk(|r| r.subject()).unwrap();
    assert_eq!(format!("{walk:?}"), "Remark.subject");
    assert_eq!(format!("{:?}", Remark::fields().subject().to::<Post>()), "Remark.subject to Post");
}
