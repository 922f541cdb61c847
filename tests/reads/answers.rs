//! One behaviour a test, on a small library.

use relata::{
    Column, Database, ErrorKind, ForeignKey, Index, Query, QueryMistake, Relation, RowView, Schema, Table,
    Value, asc, col, desc, rel, row,
};
use serde_json::{Value as Json, json};

fn library() -> Database {
    let schema = Schema::new()
        .table(
            Table::new("authors")
                .column(Column::integer("id"))
                .column(Column::text("name"))
                .column(Column::text("email").unique())
                .primary_key(["id"]),
        )
        .table(
            Table::new("books")
                .column(Column::integer("id"))
                .column(Column::text("title"))
                .column(Column::int("year").nullable())
                .column(Column::integer("author_id").nullable())
                .primary_key(["id"])
                .index(Index::on(["year"]).ordered())
                .foreign_key(ForeignKey::new(["author_id"], "authors")),
        )
        .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]))
        .relation(Relation::many("authors", "books", "books"));
    let db = Database::new(schema).unwrap();
    for (id, name) in [(1, "Ann"), (2, "Bob"), (3, "Cleo")] {
        db.insert("authors", row! { id: id, name: name, email: format!("{name}@x.org") }).unwrap();
    }
    let years = [Some(1990), Some(1970), None, Some(1990), Some(2001), Some(1970)];
    for (id, year) in (1i64..).zip(years) {
        let author = [Some(1i64), Some(2), Some(1), None, Some(1), Some(2)][id as usize - 1];
        db.insert("books", row! { id: id, title: format!("B{id}"), year: year, author_id: author }).unwrap();
    }
    db
}

fn ids(query: Query<relata::Snapshot>) -> Vec<i64> {
    query.all().unwrap().iter().map(|row| row.get("id").unwrap()).collect()
}

fn mistake(result: relata::Result<relata::Page>) -> (QueryMistake, String) {
    let error = result.unwrap_err();
    match error.kind() {
        ErrorKind::InvalidQuery(mistake) => (mistake.clone(), error.path().to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn counts_filter_and_order_like_columns() {
    let db = library();
    let counted = || db.query("authors").count_of("n", "books");
    assert_eq!(ids(counted().order_by(desc("n"))), [1, 2, 3]);
    assert_eq!(ids(counted().order_by(asc("n"))), [3, 2, 1]);
    assert_eq!(ids(counted().filter(col("n").gte(2)).order_by(asc("n"))), [2, 1]);
    assert_eq!(ids(counted().order_by(desc("n")).after(row! { n: 3 })), [2, 3]);
    let early = db.query("authors").count_where("early", "books", col("year").lt(1980)).all().unwrap();
    let early: Vec<i64> = early.iter().map(|row| row.get("early").unwrap()).collect();
    assert_eq!(early, [0, 2, 0]);
}

#[test]
fn nulls_go_last_ascending_and_first_descending_unless_told_otherwise() {
    let db = library();
    let by = |order| ids(db.query("books").order_by(order));
    assert_eq!(by(asc("year")), [2, 6, 1, 4, 5, 3]);
    assert_eq!(by(desc("year")), [3, 5, 1, 4, 2, 6]);
    assert_eq!(by(asc("year").nulls_first()), [3, 2, 6, 1, 4, 5]);
    assert_eq!(by(desc("year").nulls_last()), [5, 1, 4, 2, 6, 3]);
}

#[test]
fn an_ordered_index_gives_the_same_rows_as_sorting() {
    let db = library();
    for limit in 0..8 {
        for offset in 0..4 {
            let part = |order| {
                let all: Vec<i64> = ids(db.query("books").order_by(order));
                all.into_iter().skip(offset).take(limit).collect::<Vec<i64>>()
            };
            for order in [asc("year"), desc("year"), desc("year").nulls_last()] {
                let query =
                    db.query("books").order_by(order.clone()).limit(limit as u64).offset(offset as u64);
                assert_eq!(ids(query), part(order));
            }
        }
    }
}

#[test]
fn a_cursor_walks_page_by_page_through_equal_values() {
    let db = library();
    let mut seen = Vec::new();
    let mut query = db.query("books").order_by(desc("year")).order_by(asc("id")).limit(2);
    loop {
        let page = query.clone().all().unwrap();
        seen.extend(page.iter().map(|row| row.get::<i64>("id").unwrap()));
        let Some(last) = page.iter().next_back() else { break };
        let (year, id) = (last.get::<Value>("year").unwrap(), last.get::<i64>("id").unwrap());
        query = query.after(row! { year: year, id: id });
    }
    assert_eq!(seen, [3, 5, 1, 4, 2, 6]);
    assert_eq!(ids(db.query("books").after(row! { id: 4 })), [5, 6]);
}

#[test]
fn distinct_keeps_the_first_in_the_order_and_comes_before_the_limit() {
    let db = library();
    assert_eq!(ids(db.query("books").distinct_on(["year"])), [1, 2, 3, 5]);
    assert_eq!(ids(db.query("books").distinct_on(["year"]).order_by(desc("id")).limit(3)), [6, 5, 4]);
    let years = db.query("books").columns(["year"]).distinct().all().unwrap();
    assert_eq!(years.len(), 4);
}

#[test]
fn a_relation_can_be_included_twice_under_two_names() {
    let db = library();
    let page = db
        .query("authors")
        .columns(["id"])
        .include_as("early", "books", |books| books.columns(["id"]).filter(col("year").lt(1980)))
        .include("books", |books| books.columns(["id"]).order_by(desc("id")).limit(1))
        .all()
        .unwrap();
    let expected = json!([
        {"id": 1, "early": [], "books": [{"id": 5}]},
        {"id": 2, "early": [{"id": 2}, {"id": 6}], "books": [{"id": 6}]},
        {"id": 3, "early": [], "books": []},
    ]);
    assert_eq!(serde_json::to_value(&page).unwrap(), expected);
}

#[test]
fn limit_nothing_gives_nothing_at_every_level() {
    let db = library();
    assert!(db.query("authors").limit(0).all().unwrap().is_empty());
    let page = db.query("books").include("author", |author| author.limit(0)).all().unwrap();
    assert!(page.iter().all(|book| book.one("author").unwrap().is_none()));
    let page = db.query("authors").include("books", |books| books.limit(0)).all().unwrap();
    assert!(page.iter().all(|author| author.many("books").unwrap().is_empty()));
}

#[test]
fn what_means_nothing_is_refused_with_its_path() {
    let db = library();
    let none: [&str; 0] = [];
    let (wrong, path) = mistake(db.query("authors").columns(none).all());
    assert_eq!((wrong, path.as_str()), (QueryMistake::NothingSelected, "columns"));
    let (wrong, path) = mistake(db.query("books").include("author", |a| a.count_of("name", "books")).all());
    let twice = QueryMistake::DuplicateName { name: "name".into() };
    assert_eq!((wrong, path.as_str()), (twice, "with.author.extras.name"));
    let (wrong, _) =
        mistake(db.query("authors").count_of("x", "books").include_as("x", "books", |b| b).all());
    assert_eq!(wrong, QueryMistake::DuplicateName { name: "x".into() });
    let (wrong, path) = mistake(db.query("books").order_by(asc("year")).after(row! { id: 1 }).all());
    let columns = QueryMistake::CursorColumns { order: vec!["year".into()], cursor: vec!["id".into()] };
    assert_eq!((wrong, path.as_str()), (columns, "cursor"));
    let unknown = db.query("authors").include("books", |b| b.order_by(asc("yaer"))).all().unwrap_err();
    assert_eq!(unknown.path().to_string(), "with.books.orderBy.yaer");
    assert!(format!("{unknown:#}").contains("did you mean `year`?"));
}

#[test]
fn includes_nest_to_a_limit() {
    fn nest(query: Query, depth: usize) -> Query {
        if depth == 0 {
            query
        } else {
            query.include("author", |a| a.include("books", |b| nest(b, depth - 1)))
        }
    }
    let db = library();
    let deep = |depth| {
        db.query("books").include("author", |a| a.include("books", |b| nest(b, depth))).limit(0).all()
    };
    assert!(deep(31).is_ok());
    let error = deep(32).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::LimitExceeded { limit: "include_depth", allowed: 64 }),
        "{error:?}"
    );
}

#[test]
fn cells_are_read_as_what_they_hold() {
    let db = library();
    let page = db.query("books").include("author", |author| author.columns(["name"])).all().unwrap();
    let book = page.first().unwrap();
    assert_eq!((book.get::<i64>("id").unwrap(), book.get::<&str>("title").unwrap()), (1, "B1"));
    assert_eq!(page.get(2).unwrap().get::<Option<i32>>("year").unwrap(), None);
    let message = |result: relata::Result<i64>| result.unwrap_err().to_string();
    assert_eq!(message(book.get("title")), "`title` holds text, not i64");
    assert_eq!(message(book.get("titel")), "the result has no `titel`");
    let error = book.many("reviews").unwrap_err();
    assert_eq!(error.to_string(), "`reviews` was not included; these were: author");
    assert!(book.many("author").is_err());
    assert_eq!(book.one("author").unwrap().unwrap().get::<String>("name").unwrap(), "Ann");
}

#[test]
fn iterators_run_from_both_ends() {
    let db = library();
    let page = db.query("books").all().unwrap();
    let id = |row: RowView<'_>| row.get::<i64>("id").unwrap();
    let mut rows = page.iter();
    assert_eq!(
        (rows.len(), rows.next().map(id), rows.next_back().map(id), rows.len()),
        (6, Some(1), Some(6), 4)
    );
    assert_eq!(page.iter().rev().map(id).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1]);
    assert_eq!(rows.nth(2).map(id), Some(4));
    assert!((&page).into_iter().nth(9).is_none());
}

#[test]
fn handles_read_the_same_cells_and_nothing_from_another_level() {
    let db = library();
    let page = db.query("authors").count_of("n", "books").include("books", |b| b).all().unwrap();
    let shape = page.shape();
    let (name, n, books) =
        (shape.column("name").unwrap(), shape.column("n").unwrap(), shape.relation("books").unwrap());
    let title = books.shape().column("title").unwrap();
    for author in &page {
        assert_eq!(author.cell(name).as_str(), author.get("name").ok());
        assert_eq!(n.integer(author).unwrap() as usize, author.rows(books).len());
        for book in author.rows(books) {
            assert_eq!(title.text(book), book.get("title").ok());
            assert!(name.get(book).is_null() && title.get(author).is_null());
            assert!(book.rows(books).is_empty());
        }
    }
    assert!(shape.column("title").is_err() && shape.relation("reviews").is_err());
}

#[test]
fn plans_are_explained_in_words() {
    let db = library();
    let explain = |query: Query<relata::Snapshot>| query.explain().unwrap();
    let one =
        db.query("authors").filter(col("id").eq(2)).include("books", |b| b.order_by(desc("year")).limit(3));
    assert_eq!(
        explain(one),
        "authors: by primary key (id = 2), expects 1 row\n  \
         books: adjacent books by author_id, first 3 per parent by year desc, expects about 2 rows\n"
    );
    assert_eq!(
        explain(db.query("books").filter(col("year").between(1970, 1990)).filter(col("title").like("B%"))),
        "books: by index books_year_idx (year >= 1970 and year <= 1990), where title like \"B%\", \
         expects about 1 row\n"
    );
    assert_eq!(
        explain(db.query("books").filter(col("author_id").eq(1)).include("author", |author| author)),
        "books: children of authors (author_id = 1), expects 3 rows\n  \
         author: the authors row of author_id, expects about 3 rows\n"
    );
    assert_eq!(
        explain(db.query("books").order_by(desc("year")).limit(2)),
        "books: in the order of index books_year_idx, backwards, until enough are found, first 2, expects 2 rows\n"
    );
    let through = db.query("authors").filter(rel("books").some(col("id").is_in([1, 5])));
    assert!(
        explain(through)
            .starts_with("authors: back along books from books by primary key (id in (1, 5)), where ")
    );
}

#[test]
fn a_tree_is_readable() {
    let db = library();
    let page = db
        .query("authors")
        .columns(["id", "name"])
        .limit(2)
        .include("books", |books| {
            books.columns(["title", "year"]).include("author", |a| a.columns(["id"])).limit(2)
        })
        .all()
        .unwrap();
    let expected = "\
id 1  name \"Ann\"
└─ books: 2
   ├─ title \"B1\"  year 1990
   │  └─ author: id 1
   └─ title \"B3\"  year null
      └─ author: id 1
id 2  name \"Bob\"
└─ books: 2
   ├─ title \"B2\"  year 1970
   │  └─ author: id 2
   └─ title \"B6\"  year 1970
      └─ author: id 2
";
    assert_eq!(page.tree().to_string(), expected);
}

#[test]
fn a_prepared_query_answers_by_key() {
    let db = library();
    let prepared =
        db.query("authors").columns(["id"]).include("books", |b| b.columns(["id"])).prepare().unwrap();
    let mut by_key = prepared.by_key();
    let mut get = |id: i64| -> Json { serde_json::to_value(by_key.get(id).unwrap()).unwrap() };
    assert_eq!(get(2), json!({"id": 2, "books": [{"id": 2}, {"id": 6}]}));
    assert_eq!(get(9), Json::Null);
    assert_eq!(get(3), json!({"id": 3, "books": []}));
    assert_eq!(get(1), json!({"id": 1, "books": [{"id": 1}, {"id": 3}, {"id": 5}]}));
}

#[test]
fn a_prepared_query_answers_many_keys_in_their_order() {
    let db = library();
    let books = |books: Query| books.columns(["id"]);
    let authors = db.query("authors").columns(["id"]).filter(col("id").ne(1)).include("books", books);
    let authors = authors.prepare().unwrap();
    let mut found = Vec::new();
    let mut show = |row: Option<RowView<'_>>| found.push(serde_json::to_value(row).unwrap());
    authors.by_key().each([3, 9, 2, 1, 2], &mut show).unwrap();
    let emails = ["Cleo@x.org", "Ann@x.org", "nobody"];
    authors.by_unique(["email"]).unwrap().each(emails, &mut show).unwrap();
    let (bob, cleo) = (json!({"id": 2, "books": [{"id": 2}, {"id": 6}]}), json!({"id": 3, "books": []}));
    let none = Json::Null;
    let expected = [&cleo, &none, &bob, &none, &bob, &cleo, &none, &none];
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    let error = authors.by_unique(["name"]).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::InvalidQuery(QueryMistake::NotUnique { .. })), "{error}");
}

#[test]
fn many_keys_find_what_each_finds_alone() {
    let schema = Schema::new().table(
        Table::new("points")
            .column(Column::integer("x"))
            .column(Column::text("y"))
            .column(Column::text("name").nullable().unique())
            .primary_key(["x", "y"]),
    );
    let db = Database::new(schema).unwrap();
    for i in 0..200i64 {
        let name = (i % 3 > 0).then(|| format!("p{i}"));
        db.insert("points", row! { x: i % 20, y: format!("{}", i / 20), name: name }).unwrap();
    }
    let snapshot = db.snapshot();
    let points = snapshot.table("points").unwrap();
    let keys: Vec<[Value; 2]> =
        (0..300i64).map(|i| [(i % 25).into(), format!("{}", i / 25).as_str().into()]).collect();
    let many = points.get_many(&keys);
    assert!(many.iter().zip(&keys).all(|(row, key)| *row == points.get(key)));
    assert_eq!(many.iter().flatten().count(), 200);
    let by_name = points.unique(["name"]).unwrap();
    let names: Vec<Value> = (0..210).map(|i| format!("p{i}").as_str().into()).chain([Value::Null]).collect();
    let many = by_name.get_many(&names);
    assert!(many.iter().zip(&names).all(|(row, name)| *row == by_name.get(name)));
    assert_eq!(many.iter().flatten().count(), 133);
    assert_eq!((points.get(3), points.get(&[3.into()])), (None, None));
}
