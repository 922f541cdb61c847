//! The schema that models make, and a schema checked against models.

use crate::blog::{Blog, NewPost, NewUser, Post};
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
#[relata(has_many(engines: Engine::car))]
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

/// In a table that is there already, and without an index that a relation needs.
#[derive(Model)]
#[relata(table = "cars", unique(colour))]
struct Twin {
    #[relata(key)]
    id: i64,
    colour: String,
    #[relata(belongs_to(maker: Maker, to(name)))]
    maker_name: String,
}

#[derive(Model)]
struct Maker {
    #[relata(key)]
    id: i64,
    name: String,
}

#[test]
fn every_mistake_that_the_compiler_cannot_see_is_reported_at_once() {
    let mistakes = |error: relata::Error| -> Vec<String> {
        let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
        mistakes.iter().map(ToString::to_string).collect()
    };
    let found = mistakes(Database::new::<(Car, Engine, Twin, Maker, Post)>().unwrap_err());
    assert_eq!(
        found,
        [
            "posts.author: `User` isn't among the models of the database",
            "posts.comments: `Comment` isn't among the models of the database",
            "posts.tags: `Tag` isn't among the models of the database",
            "posts.tags: `Tagging` isn't among the models of the database",
            "cars.name: a generated column can't be text",
            "cars: two tables are named `cars`",
            "cars.cars_maker_name_fkey: (name) is not unique on `makers`",
            "cars.maker: no column `maker_name` on `cars`",
            "engines.engines_car_id_fkey: `set_null` on `car_id`, which isn't nullable",
            "posts.posts_author_id_fkey: no table `users`",
        ]
    );
    let over = Database::over::<(Car, Engine)>(relata::Database::new(Schema::new()).unwrap());
    assert_eq!(mistakes(over.unwrap_err()).len(), 2);
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

/// Every attribute of a field and of a struct.
#[derive(Model)]
#[relata(table = "measures", unique(device, taken_at), index(device, unit), ordered_index(taken_at, level))]
#[relata(check(high: |m| m.level().lt(100)), has_one(note: Remark::measure, dependent = nullify))]
#[relata(has_many(good: Remark::measure, filter = |r| r.stars().gt(3), order_by = |r| r.stars().desc()))]
#[relata(has_many(counted: Remark::measure, counter = remark_count, counter_filter = |r| r.stars().gt(0)))]
#[allow(dead_code, reason = "only its schema is looked at")]
struct Measure {
    #[relata(key, default_uuid)]
    id: Id<Measure, uuid::Uuid>,
    #[relata(index)]
    device: String,
    #[relata(rename = "unit_of_measure", default = "mm")]
    unit: String,
    #[relata(default_now)]
    taken_at: jiff::Timestamp,
    #[relata(check = |m| m.level().gte(0), ordered_index)]
    level: i32,
    #[relata(unique)]
    serial: Option<i64>,
    remark_count: i64,
    updated_at: Option<jiff::Timestamp>,
    #[relata(version)]
    edition: i32,
}

#[derive(Model)]
#[allow(dead_code, reason = "only its schema is looked at")]
struct Remark {
    #[relata(key, generated)]
    id: Id<Remark>,
    #[relata(belongs_to(measure: Measure, on_delete = set_null, on_update = cascade, deferrable, touch))]
    measure_id: Option<Id<Measure, uuid::Uuid>>,
    #[relata(belongs_to(by_serial: Measure, to(serial), no_foreign_key))]
    serial: Option<i64>,
    #[relata(default = 0)]
    stars: i16,
}

#[test]
fn each_attribute_says_what_the_schema_says() {
    let schema = Database::schema::<(Measure, Remark)>().to_json();
    let found: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let (measures, remarks) = (&found["tables"]["measures"], &found["tables"]["remarks"]);
    assert_eq!(
        measures["columns"],
        serde_json::json!({
            "id": {"type": "uuid", "default": {"uuid": true}},
            "device": {"type": "text"},
            "unit_of_measure": {"type": "text", "default": "mm"},
            "taken_at": {"type": "timestamptz", "default": {"now": true}},
            "level": {"type": "int"},
            "serial": {"type": "integer", "nullable": true, "unique": true},
            "remark_count": {"type": "integer", "default": 0},
            "updated_at": {"type": "timestamptz", "nullable": true},
            "edition": {"type": "int", "default": 0},
        })
    );
    assert_eq!(
        measures["indexes"],
        serde_json::json!([
            ["device"],
            {"columns": ["level"], "ordered": true},
            ["device", "unit_of_measure"],
            {"columns": ["taken_at", "level"], "ordered": true},
        ])
    );
    assert_eq!(measures["unique"], serde_json::json!([["device", "taken_at"]]));
    assert_eq!((&measures["primaryKey"][0], &measures["version"]), (&"id".into(), &"edition".into()));
    assert_eq!(
        measures["checks"],
        serde_json::json!([
            {"where": {"level": {"gte": 0}}}, {"name": "high", "where": {"level": {"lt": 100}}},
        ])
    );
    assert_eq!(
        remarks["foreignKeys"],
        serde_json::json!([{
            "columns": ["measure_id"], "references": {"table": "measures", "columns": ["id"]},
            "onDelete": "set_null", "onUpdate": "cascade", "deferrable": true,
        }])
    );
    assert_eq!(remarks["columns"]["id"], serde_json::json!({"type": "integer", "generated": true}));
    let alias = "remarks.measure";
    assert_eq!(
        found["relations"],
        serde_json::json!({
            "measures": {
                "note": {"one": "remarks", "alias": alias, "dependent": "nullify"},
                "good": {"many": "remarks", "alias": alias, "where": {"stars": {"gt": 3}},
                    "orderBy": [{"stars": "desc"}]},
                "counted": {"many": "remarks", "alias": alias,
                    "counterCache": {"column": "remark_count", "where": {"stars": {"gt": 0}}}},
            },
            "remarks": {
                "measure": {"one": "measures", "from": ["measure_id"], "to": ["id"], "alias": alias,
                    "touch": "updated_at"},
                "by_serial": {"one": "measures", "from": ["serial"], "to": ["serial"],
                    "alias": "remarks.by_serial"},
            },
        })
    );
    Database::new::<(Measure, Remark)>().unwrap();
}

#[test]
fn a_touch_reaches_the_row_that_is_belonged_to() {
    let time = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(1));
    let read = std::sync::Arc::clone(&time);
    let now = move || jiff::Timestamp::from_second(read.load(std::sync::atomic::Ordering::Relaxed)).unwrap();
    let db = Database::build::<(Measure, Remark)>(|builder| builder.clock(now)).unwrap();
    let measure = db.insert(NewMeasure::new("a", 7)).unwrap();
    assert_eq!(db.get(measure).unwrap().unwrap().updated_at, None);
    time.store(2, std::sync::atomic::Ordering::Relaxed);
    db.insert(NewRemark::new().measure_id(measure).stars(5)).unwrap();
    let touched = db.get(measure).unwrap().unwrap();
    assert_eq!(touched.updated_at, Some(jiff::Timestamp::from_second(2).unwrap()));
    assert_eq!((touched.remark_count, touched.unit.as_str()), (1, "mm"));
    db.destroy(measure).unwrap();
    assert_eq!(db.query::<Remark>().filter(|r| r.measure_id().is_null()).count().unwrap(), 1);
}

#[test]
fn typed_databases_queries_and_results_go_from_thread_to_thread() {
    fn crosses<T: Send + Sync>(_: &T) {}
    let db = Database::new::<Blog>().unwrap();
    crosses(&db);
    crosses(&db.snapshot());
    crosses(&db.query::<Post>().include(|p| p.author()));
    crosses(&db.query::<Post>().include(|p| p.author()).all().unwrap());
    crosses(&db.query::<Post>().select(|p| (p.title(), p.author())).all().unwrap());
    crosses(&db.from::<Post>().select(|p| p.title()));
    crosses(&db.from::<Post>().left_join(|p| p.author()).all().unwrap());
}

#[test]
fn whatever_a_schema_from_elsewhere_lacks_is_named() {
    let mistakes = |error: relata::Error| -> Vec<String> {
        let ErrorKind::InvalidSchema { mistakes } = error.kind() else { panic!("{error}") };
        mistakes.iter().map(ToString::to_string).collect()
    };
    let empty = || relata::Database::new(Schema::new()).unwrap();
    assert_eq!(
        mistakes(Database::over::<(Artist, Album)>(empty()).unwrap_err()),
        ["artists: no table `artists`", "albums: no table `albums`"]
    );
    let found = mistakes(
        changed(|schema| {
            column(schema, "users", "email").unique = false;
            table(schema, "posts").unique.clear();
            schema.relations.retain(|relation| relation.name != "read_comments");
        })
        .unwrap_err(),
    );
    let all = found.join("\n");
    assert_eq!(found.len(), 3, "{all}");
    assert!(all.contains("the model declares unique (email), there is no such constraint"), "{all}");
    assert!(
        all.contains("the model declares unique (author_id, title), there is no such constraint"),
        "{all}"
    );
    let chain = "users.read_comments: the model declares many comments along posts (author_id) to users (id) \
                 backwards along comments (post_id) to posts (id) backwards, there is no such relation";
    assert!(all.contains(chain), "{all}");
    let mut schema = Schema::from_json(&Database::schema::<(Measure, Remark)>().to_json()).unwrap();
    schema.relations.retain(|relation| relation.name != "by_serial");
    let found =
        mistakes(Database::over::<(Measure, Remark)>(relata::Database::new(schema).unwrap()).unwrap_err());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("remarks.by_serial: the model declares one measures along"), "{found:?}");
}
