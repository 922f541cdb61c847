//! The schema that models make, and a schema checked against models.

use crate::blog::{Blog, NewPost, NewUser, Post, User};
use relata::typed::{Database, Id, Model};
use relata::{Action, Column, Dependent, ErrorKind, ForeignKey, Relation, Schema, Table, Type};

#[test]
fn attributes_are_the_schema() {
    let schema = Database::schema::<Blog>();
    let posts = schema.tables.iter().find(|table| table.name == "posts").unwrap();
    assert_eq!(posts.primary_key, ["id"]);
    assert_eq!(posts.unique[0].columns, ["author_id", "title"]);
    assert!(posts.indexes[0].ordered);
    assert_eq!(posts.checks[0].filter.to_string(), r#"{"score":{"gte":0}}"#);
    assert_eq!(posts.foreign_keys[0].on_delete, Action::Cascade);
    let names: Vec<_> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["users", "posts", "comments", "profiles", "tags", "taggings"]);
    assert_eq!(schema.tables[3].columns[1].name, "biography");
    assert!(Database::new::<Blog>().is_ok());
}

#[derive(Model)]
#[relata(has_many(engines: Engine::car), table = "")]
struct Car {
    #[relata(key)]
    id: Id<Car, String>,
    #[relata(generated)]
    name: String,
}

#[derive(Model)]
struct Engine {
    #[relata(key, generated)]
    id: Id<Engine>,
    #[relata(belongs_to(car: Car, on_delete = set_null))]
    car_id: Id<Car, String>,
}

#[test]
fn every_mistake_that_the_compiler_cannot_see_is_reported_at_once() {
    let error = Database::new::<(Car, User)>().unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
    let text: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    for expected in
        ["`Engine` isn't among the models", "`Post` isn't among", "an empty name", "can't be text"]
    {
        assert!(text.iter().any(|mistake| mistake.contains(expected)), "{expected}: {text:#?}");
    }
    assert!(Database::new::<(Car, Engine)>().unwrap_err().to_string().contains("mistakes"));
}

#[test]
fn a_model_that_the_database_is_not_made_of_is_refused() {
    let db = Database::new::<Blog>().unwrap();
    let error = db.query::<Car>().all().unwrap_err();
    assert_eq!(error.kind().name(), "unknown_table");
    assert!(db.insert(Engine { id: Id::new(1), car_id: Id::new("x".into()) }).is_err());
}

/// A database of the blog's schema, with something done to it, taken for one of its models.
fn changed(change: impl FnOnce(&mut Schema)) -> relata::Result<Database> {
    let mut schema = Schema::from_json(&Database::schema::<Blog>().to_json())?;
    change(&mut schema);
    Database::over::<Blog>(relata::Database::new(schema)?)
}

fn table<'s>(schema: &'s mut Schema, name: &str) -> &'s mut Table {
    schema.tables.iter_mut().find(|table| table.name == name).unwrap()
}

fn column<'s>(schema: &'s mut Schema, name: &str, column: &str) -> &'s mut Column {
    table(schema, name).columns.iter_mut().find(|found| found.name == column).unwrap()
}

#[test]
fn a_schema_from_elsewhere_is_checked_against_the_models() {
    let db = changed(|_| ()).unwrap();
    db.insert(NewUser::new("ann@x.org")).unwrap();
    assert_eq!(db.query_json(r#"{"count": "users"}"#).unwrap(), "1");

    let error = changed(|schema| {
        column(schema, "posts", "score").ty = Type::Integer;
        column(schema, "users", "nick").nullable = false;
        table(schema, "comments").foreign_keys[0].on_delete = Action::Restrict;
        table(schema, "tags").columns.push(Column::text("colour"));
        table(schema, "profiles").columns.reverse();
        schema.relations.retain(|relation| relation.name != "drafts");
    });
    let error = error.unwrap_err();
    let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error:#}") };
    let found: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "users.nick: the model declares text nullable, there is text",
            "users.drafts: the model declares many posts along posts (author_id) to users (id) backwards, filtered, \
         ordered by score, there is no such relation",
            "posts.score: the model declares int with default, there is integer with default",
            "comments.comments_post_id_fkey: the model declares foreign key comments (post_id) to posts (id), \
         on delete cascade, on update no_action, there is foreign key comments (post_id) to posts (id), \
         on delete restrict, on update no_action",
            "profiles.user_id: the model declares integer in place 1, there is integer in place 2",
            "profiles.biography: the model declares text in place 2, there is text in place 1",
            "tags.colour: the model declares no such column, there is text",
        ]
    );
}

#[test]
fn more_tables_and_optional_columns_do_no_harm() {
    let db = changed(|schema| {
        table(schema, "posts").columns.push(Column::text("colour").nullable());
        schema.tables.insert(0, Table::new("logs").column(Column::text("line")));
    });
    let db = db.unwrap();
    let ann = db.insert(NewUser::new("ann@x.org")).unwrap();
    let post = db.insert(NewPost::new(ann, "Dune")).unwrap();
    assert_eq!(db.get::<Post>(post).unwrap().unwrap().title, "Dune");
}

#[derive(Model)]
#[relata(has_many(albums: Album::artist, counter = album_count, dependent = destroy))]
struct Artist {
    #[relata(key, generated)]
    id: Id<Artist>,
    #[relata(unique)]
    name: String,
    album_count: i64,
}

#[derive(Model)]
struct Album {
    #[relata(key, generated)]
    id: Id<Album>,
    #[relata(belongs_to(artist: Artist, on_delete = cascade))]
    artist_id: Option<Id<Artist>>,
    #[relata(default = 0)]
    year: i32,
}

#[test]
fn a_builder_a_document_and_models_declare_one_definition() {
    let id = || Column::integer("id").generated();
    let built = Schema::new()
        .table(
            Table::new("artists")
                .column(id())
                .column(Column::text("name").unique())
                .column(Column::integer("album_count").default(0))
                .primary_key(["id"]),
        )
        .table(
            Table::new("albums")
                .column(id())
                .column(Column::integer("artist_id").nullable())
                .column(Column::int("year").default(0))
                .primary_key(["id"])
                .foreign_key(ForeignKey::new(["artist_id"], "artists").on_delete(Action::Cascade)),
        )
        .relation(Relation::belongs_to("albums", "artist"))
        .relation(
            Relation::has_many("artists", "albums")
                .counter_cache("album_count")
                .dependent(Dependent::Destroy),
        );
    let text = r#"{
        "tables": {
            "artists": {"columns": {"id": {"type": "integer", "generated": true}, "name": {"type": "text", "unique": true},
                "album_count": {"type": "integer", "default": 0}}, "primaryKey": "id"},
            "albums": {"columns": {"id": {"type": "integer", "generated": true},
                "artist_id": {"type": "integer", "nullable": true}, "year": {"type": "int", "default": 0}}, "primaryKey": "id",
                "foreignKeys": [{"columns": "artist_id", "references": {"table": "artists"}, "onDelete": "cascade"}]}
        },
        "relations": {
            "albums": {"artist": {"belongsTo": true}},
            "artists": {"albums": {"hasMany": true, "counterCache": "album_count", "dependent": "destroy"}}
        }
    }"#;
    let read = Schema::from_json(text).unwrap();
    assert_eq!(read.to_json(), built.to_json());
    let words = |schema: Schema| {
        let catalog = relata::Catalog::try_from(schema).unwrap();
        ["artists", "albums"].map(|table| catalog.explain_writes(table).unwrap())
    };
    assert_eq!(words(Database::schema::<(Artist, Album)>()), words(built.clone()));
    for schema in [built, read] {
        let db = Database::over::<(Artist, Album)>(relata::Database::new(schema).unwrap()).unwrap();
        let key = db.insert(NewArtist::new("Nina")).unwrap();
        db.insert(NewAlbum::new().artist_id(key)).unwrap();
        let artist = db.get::<Artist>(key).unwrap().unwrap();
        assert_eq!((artist.name.as_str(), artist.album_count), ("Nina", 1));
    }
}
