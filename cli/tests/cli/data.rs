//! Folders of CSV files: what is read, and what is refused with file and line.

use crate::support::Folder;

#[track_caller]
fn rows(folder: &Folder, query: &str) -> String {
    folder.relata("query", &[query]).ok().trim_end().to_owned()
}

/// The complaints about a folder, without the path before the file.
#[track_caller]
fn complaints(files: &[(&str, &str)]) -> Vec<String> {
    let folder = Folder::new(files);
    let why = folder.relata("check", &[]).refused();
    let data = format!("{}/", folder.text("data"));
    why.lines().skip(1).map(|line| line.trim().replace(&data, "")).collect()
}

#[test]
fn an_empty_field_is_null_and_a_quoted_one_is_empty_text() {
    let folder = Folder::new(&[("authors.csv", "name,motto\nFrank,\nUrsula,\"\"\n\"\",\"a \"\"b\"\"\"\n")]);
    assert_eq!(
        rows(&folder, r#"{"findMany": "authors", "columns": ["name", "motto"]}"#),
        r#"[{"name":"Frank","motto":null},{"name":"Ursula","motto":""},{"name":"","motto":"a \"b\""}]"#
    );
}

#[test]
fn columns_come_in_any_order_and_missing_ones_get_their_default() {
    let folder = Folder::new(&[("books.csv", "title,id\nDune,1\n")]);
    assert_eq!(
        rows(&folder, r#"{"findMany": "books"}"#),
        r#"[{"id":1,"title":"Dune","year":null,"price":"10","author_id":null}]"#
    );
}

#[test]
fn line_breaks_bom_and_blank_lines_are_taken_as_they_are_meant() {
    let folder = Folder::new(&[("authors.csv", "\u{feff}id,name\r\n1,\"two\r\nlines\"\r\n\r\n2,one\r\n")]);
    assert_eq!(
        rows(&folder, r#"{"findMany": "authors", "columns": ["id", "name"]}"#),
        r#"[{"id":1,"name":"two\r\nlines"},{"id":2,"name":"one"}]"#
    );
}

#[test]
fn rows_may_refer_to_rows_of_later_files() {
    let folder =
        Folder::new(&[("books.csv", "id,title,author_id\n1,Dune,5\n"), ("authors.csv", "id,name\n5,F\n")]);
    assert_eq!(folder.relata("check", &[]).ok(), "ok: 2 tables, 2 relations, 2 rows\n");
}

#[test]
fn a_table_without_a_file_is_empty_and_verbose_says_so() {
    let folder = Folder::new(&[("authors.csv", "name\nFrank\n")]);
    assert_eq!(rows(&folder, r#"{"count": "books"}"#), "0");
    let run = folder.relata("check", &["--verbose"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("no books.csv"), "{}", run.stderr);
}

#[test]
fn a_folder_without_csv_files_is_mentioned() {
    let run = Folder::new(&[]).relata("check", &[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "ok: 2 tables, 2 relations, 0 rows\n"));
    assert!(run.stderr.contains("no .csv file"), "{}", run.stderr);
}

#[test]
fn a_file_that_is_for_no_table_names_the_nearest() {
    let found = complaints(&[("author.csv", "name\n")]);
    assert_eq!(found[0], "author.csv: no table `author`");
    assert!(found[1].contains("did you mean `authors`?"), "{found:?}");
}

#[test]
fn a_header_is_refused_with_all_its_mistakes() {
    let found = complaints(&[("books.csv", "id,titel,id,year\n1,Dune,1,1965\n")]);
    assert_eq!(found[0], "books.csv:1: no column `titel` on `books`");
    assert!(found[1].contains("did you mean `title`?"), "{found:?}");
    assert_eq!(found[2], "books.csv:1: the header names `id` twice");
    assert_eq!(found[3], "books.csv:1: the header lacks `title`, which has no default and can't be null");
    assert_eq!(
        complaints(&[("books.csv", "")])[0],
        "books.csv:1: the file is empty: its first line names the columns"
    );
}

#[test]
fn every_violation_has_its_file_and_line() {
    let books = "id,title,year,author_id\n\
                 1,\"two\nlines\",1965,1\n\
                 2,,1965,1\n\
                 x,Dune,soon,1\n\
                 3,Dune\n\
                 1,again,1965,1\n\
                 5,orphan,1965,9\n\
                 6,scroll,1200,1\n\
                 7,stray \"quote\",1965,1\n";
    let found = complaints(&[("authors.csv", "id,name\n1,Frank\n"), ("books.csv", books)]);
    assert_eq!(
        found,
        [
            "books.csv:4: books.title must have a value",
            "books.csv:5: expected integer for books.id, found \"x\"",
            "books.csv:6: expected 4 fields as in the header, found 2",
            "books.csv:7: books.id = 1 is taken already",
            "books.csv:8: books.author_id = 9 matches no row of authors",
            "books.csv:9: check `printed` doesn't hold: books.year = 1200",
            "books.csv:10: a quote inside an unquoted field: quote the field and double the quote",
        ]
    );
}

#[test]
fn what_refers_to_a_refused_row_isnt_refused_again() {
    let found = complaints(&[
        ("authors.csv", "id,name,born\n1,Frank,yesterday\n"),
        ("books.csv", "id,title,author_id\n1,Dune,1\n"),
    ]);
    assert_eq!(found, ["authors.csv:2: expected date for authors.born, found \"yesterday\""]);
}

#[test]
fn a_quote_that_is_never_closed_is_reported_where_it_opens() {
    let found = complaints(&[("authors.csv", "id,name\n1,Frank\n2,\"Ursula\n3,Mary\n")]);
    assert_eq!(found, ["authors.csv:3: a quote is opened here and never closed"]);
}

#[test]
fn text_that_isnt_utf8_is_refused_with_its_line() {
    let folder = Folder::new(&[]);
    std::fs::write(folder.path("data/authors.csv"), b"name\nFrank\nL\xe9o\n").unwrap();
    let why = folder.relata("check", &[]).refused();
    assert!(why.contains("authors.csv:3: this is no UTF-8"), "{why}");
}

#[test]
fn many_violations_are_counted_and_the_first_shown() {
    let rows: String = (0..500).map(|row| format!("{row},x,old\n")).collect();
    let folder = Folder::new(&[("books.csv", &format!("id,title,year\n{rows}"))]);
    let why = folder.relata("check", &[]).refused();
    assert!(why.starts_with("error: the data has 500 mistakes; nothing was loaded\n"), "{why}");
    assert!(why.ends_with("  and 450 more\n") && why.lines().count() == 52, "{why}");
}

#[test]
fn a_file_that_cannot_be_read_or_is_the_second_of_its_table_is_named() {
    let folder = Folder::new(&[("authors.csv", "name\nFrank\n"), ("authors.CSV", "name\nUrsula\n")]);
    std::fs::create_dir(folder.path("data/books.csv")).unwrap();
    let why = folder.relata("check", &[]).refused();
    let books = folder.text("data/books.csv");
    assert!(why.lines().any(|line| line.contains(&books)), "{why}");
    // Where names differ by case only they are one file.
    if std::fs::read_dir(folder.path("data")).unwrap().count() == 3 {
        assert!(why.contains("authors.csv: ") && why.contains("authors.CSV is for the same table"), "{why}");
    }
}

#[test]
fn a_line_with_a_fault_in_its_header_ends_its_file() {
    let why = complaints(&[("authors.csv", "na\"me\nFrank\n")]);
    assert_eq!(why.len(), 1, "{why:?}");
    assert!(why[0].starts_with("authors.csv:1: "), "{why:?}");
}
