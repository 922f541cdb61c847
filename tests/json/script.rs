//! Scripts.

use crate::catalog;
use relata::json::{Limits, script};
use relata::{Error, ErrorKind};

/// For each request of a script: where it begins, and the error it is read with.
fn outline(text: &str) -> Vec<String> {
    outline_within(text, &Limits::default())
}

fn outline_within(text: &str, limits: &Limits) -> Vec<String> {
    let catalog = catalog();
    let items = script(&catalog, text, limits).unwrap().map(|item| match item.request() {
        Ok(_) => format!("{} fine", item.line()),
        Err(error) => {
            let (line, column) = error.position().unwrap();
            format!("{} {error} at {line}:{column}", item.line())
        }
    });
    items.collect()
}

#[test]
fn one_request_a_list_of_them_or_one_after_another_are_scripts() {
    let count = r#"{"count": "users"}"#;
    assert_eq!(outline(count), ["1 fine"]);
    assert_eq!(outline(&format!("[{count},\n{count}]")), ["1 fine", "2 fine"]);
    assert_eq!(outline(&format!("{count}\n\n{count}{count}")), ["1 fine", "3 fine", "3 fine"]);
    assert_eq!(outline(&format!("[{count}]\n[] [{count}] {count}")), ["1 fine", "2 fine", "2 fine"]);
    assert_eq!(outline(" \n"), [""; 0]);
    assert_eq!(outline("[]"), [""; 0]);
}

#[test]
fn an_item_knows_its_text() {
    let catalog = catalog();
    let text = "  {\"count\": \"users\"} \n[ {\"check\": true} ,{\"check\": }]";
    let texts: Vec<_> = script(&catalog, text, &Limits::default()).unwrap().map(|item| item.text()).collect();
    assert_eq!(texts, ["{\"count\": \"users\"}", "{\"check\": true}", "{\"check\": }"]);
}

#[test]
fn a_bad_request_doesnt_stop_the_others() {
    let text = "{\"count\": \"users\"}\n{\"cuont\": \"users\"}\n{\"count\": \"users\", \"where\": 1}\n{\"check\": true}";
    assert_eq!(
        outline(text),
        [
            "1 fine",
            "2 no option `cuont` here at 2:11",
            "3 expected an object of columns and relations, found 1 at 3:29",
            "4 fine"
        ]
    );
}

#[test]
fn after_text_that_is_no_json_reading_goes_on_at_the_next_line_that_begins_a_request() {
    let unclosed = "{\"count\": \"users\"\n{\"check\": true}";
    assert_eq!(outline(unclosed), ["1 expected `,` or `}`, found `{` at 2:1", "2 fine"]);
    let unquoted = "{\"count\": \"users}\n  \"x\"}\n{\"check\": true}";
    let message = "1 a line break or tab inside a text is written `\\n` or `\\t` at 1:18";
    assert_eq!(outline(unquoted), [message, "3 fine"]);
    let words = "select * from users;\n{\"check\": true}\nnonsense";
    let found = |word| format!("expected a value, found `{word}`");
    assert_eq!(
        outline(words),
        [format!("1 {} at 1:1", found("select")), "2 fine".into(), format!("3 {} at 3:1", found("nonsense"))]
    );
}

#[test]
fn inside_a_list_reading_goes_on_at_the_next_item_if_the_bad_one_has_an_end() {
    let text = "[{\"check\": true,},\n {\"check\": true}]\n{\"check\": true}";
    assert_eq!(outline(text), ["1 expected a key in quotes, found `}` at 1:17", "2 fine", "3 fine"]);
    let text = "[{\"check\": tru\n,{\"check\": true}\n";
    assert_eq!(outline(text), ["1 expected a value, found `tru` at 1:12"]);
    let text = "[{\"check\": true} {\"check\": true}]";
    assert_eq!(outline(text), ["1 fine", "1 expected `,` or `]`, found `{` at 1:18"]);
    assert_eq!(outline("[{\"check\": true},"), ["1 fine", "1 expected a value, found the end at 1:18"]);
    assert_eq!(outline("["), ["1 expected a value, found the end at 1:2"]);
}

#[test]
fn a_request_beyond_a_limit_is_passed_over_whole() {
    let limits = Limits::default().depth(3);
    let text = "{\"count\": \"users\", \"where\":\n{\"NOT\": {\"NOT\": {}}}}\n{\"check\": true}";
    assert_eq!(outline_within(text, &limits), ["1 more than 3: the limit `depth` at 2:17", "3 fine"]);
    let text = "[{\"count\": \"users\", \"where\": {\"NOT\": {\"NOT\": {}}}}, {\"check\": true}]";
    assert_eq!(outline_within(text, &limits), ["1 more than 3: the limit `depth` at 1:46", "1 fine"]);
    let text = "[[[[\n{\"check\": true}";
    assert_eq!(outline_within(text, &limits.depth(1)).len(), 1);
}

#[test]
fn errors_of_answering_get_their_place_in_the_script() {
    let catalog = catalog();
    let text = "{\"check\": true}\n  {\"count\": \"users\",\n   \"where\": {\"age\": \"soon\"}}";
    let items: Vec<_> = script(&catalog, text, &Limits::default()).unwrap().collect();
    let error = || Error::new(ErrorKind::Corrupt { reason: "".into() });
    assert_eq!(items[1].place(error().at("age").at("where")).position(), Some((3, 21)));
    assert_eq!(items[1].place(error().at("count")).position(), Some((2, 13)));
    assert_eq!(items[1].place(error()).position(), Some((2, 3)));
    assert_eq!(items[1].place(error().with_position(7, 7)).position(), Some((7, 7)));
}

#[test]
fn the_place_of_a_syntax_error_is_also_in_its_kind() {
    let catalog = catalog();
    let items: Vec<_> = script(&catalog, "{\"check\": true}\n{]", &Limits::default()).unwrap().collect();
    assert!(matches!(items[1].request().unwrap_err().kind(), ErrorKind::Parse { line: 2, column: 2, .. }));
}
