//! Numbers beyond range in every place where one is taken.

use crate::{answered, crowd, refused};

const WHOLE: [&str; 6] =
    ["18446744073709551616", "99999999999999999999999999", "-1", "1.5", "1e3", "-18446744073709551616"];

#[test]
fn limits_and_offsets_take_any_whole_number_of_64_bits_and_nothing_else() {
    let db = crowd(2);
    for number in WHOLE {
        let expected = if number.contains(['.', 'e']) { "type_mismatch" } else { "out_of_range" };
        for text in [
            format!(r#"{{"findMany": "users", "limit": {number}}}"#),
            format!(r#"{{"findMany": "users", "offset": {number}}}"#),
            format!(r#"{{"findMany": "users", "take": {number}}}"#),
            format!(r#"{{"findMany": "users", "with": {{"posts": {{"limit": {number}}}}}}}"#),
            format!(r#"{{"findMany": "users", "with": {{"posts": {{"offset": {number}}}}}}}"#),
            format!(r#"{{"from": "users", "select": ["id"], "limit": {number}}}"#),
            format!(r#"{{"from": "users", "select": ["id"], "offset": {number}}}"#),
            format!(r#"{{"pluck": "users", "columns": "id", "limit": {number}}}"#),
        ] {
            refused(&db, &text, expected);
        }
    }
    for most in ["9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        for text in [
            format!(r#"{{"pluck": "users", "columns": "id", "limit": {most}}}"#),
            format!(
                r#"{{"pluck": "users", "columns": "id", "limit": {most}, "orderBy": {{"name": "asc"}}}}"#
            ),
        ] {
            answered(&db, &text, "[1,2]");
        }
        for page in [format!(r#""offset": {most}"#), format!(r#""offset": {most}, "limit": {most}"#)] {
            answered(&db, &format!(r#"{{"findMany": "users", {page}}}"#), "[]");
            answered(
                &db,
                &format!(r#"{{"findMany": "users", "orderBy": {{"name": "desc"}}, {page}}}"#),
                "[]",
            );
            answered(&db, &format!(r#"{{"from": "users", "select": ["id"], {page}}}"#), "[]");
            let include = format!(
                r#"{{"findMany": "users", "columns": {{"id": true}}, "with": {{"posts": {{{page}}}}}}}"#
            );
            answered(&db, &include, r#"[{"id":1,"posts":[]},{"id":2,"posts":[]}]"#);
        }
        let include = format!(
            r#"{{"findMany": "users", "columns": {{"id": true}}, "with": {{"posts": {{"limit": {most}, "columns": {{"id": true}}}}}}}}"#
        );
        answered(
            &db,
            &include,
            r#"[{"id":1,"posts":[{"id":1},{"id":2}]},{"id":2,"posts":[{"id":3},{"id":4}]}]"#,
        );
    }
}

#[test]
fn depths_of_recursion_beyond_range_are_refused() {
    let db = crowd(2);
    for number in WHOLE {
        let expected = if number.contains(['.', 'e']) { "type_mismatch" } else { "out_of_range" };
        let text = format!(r#"{{"findMany": "users", "with": {{"staff": {{"recursive": {number}}}}}}}"#);
        refused(&db, &text, expected);
    }
}

#[test]
fn cells_hold_what_their_type_holds_and_nothing_beyond() {
    let db = crowd(2);
    for (column, number, expected) in [
        ("age", "32768", "out_of_range"),
        ("age", "-32769", "out_of_range"),
        ("rank", "2147483648", "out_of_range"),
        ("rank", "-2147483649", "out_of_range"),
        ("boss_id", "9223372036854775808", "out_of_range"),
        ("boss_id", "-9223372036854775809", "out_of_range"),
        ("boss_id", "1e400", "type_mismatch"),
        ("weight", "1e400", "out_of_range"),
        ("weight", "-1e99999999999", "out_of_range"),
        ("score", "1e29", "out_of_range"),
        ("score", "79228162514264337593543950336", "out_of_range"),
        ("score", "1e999999999999999999999", "out_of_range"),
        ("born", "\"10000-01-01\"", "type_mismatch"),
        ("born", "\"2021-02-30\"", "type_mismatch"),
        ("seen", "\"2021-01-01T25:00:00Z\"", "type_mismatch"),
        ("uid", "\"0\"", "type_mismatch"),
        ("photo", "\"%%%\"", "type_mismatch"),
    ] {
        for text in [
            format!(r#"{{"insert": "users", "values": {{"name": "x", "{column}": {number}}}}}"#),
            format!(r#"{{"update": "users", "all": true, "set": {{"{column}": {number}}}}}"#),
            format!(
                r#"{{"insert": "users", "values": [{{"name": "x"}}, {{"name": "y", "{column}": {number}}}]}}"#
            ),
            format!(r#"{{"upsert": "users", "values": {{"name": "user 1", "{column}": {number}}}}}"#),
        ] {
            refused(&db, &text, expected);
        }
    }
    for (column, number) in [
        ("age", "-32768"),
        ("rank", "2147483647"),
        ("weight", "1e308"),
        ("score", "79228162514264337593543950335"),
    ] {
        answered(
            &db,
            &format!(r#"{{"update": "users", "where": {{"id": 1}}, "set": {{"{column}": {number}}}}}"#),
            "1",
        );
    }
}

#[test]
fn comparisons_with_numbers_beyond_a_columns_range_are_refused_or_true_to_the_number() {
    let db = crowd(2);
    for filter in [
        r#"{"id": 9223372036854775808}"#,
        r#"{"id": {"gt": -9223372036854775809}}"#,
        r#"{"id": {"in": [1, 99999999999999999999]}}"#,
        r#"{"id": {"between": [0, 99999999999999999999]}}"#,
        r#"{"age": {"lt": 32768}}"#,
        r#"{"posts": {"some": {"id": 99999999999999999999}}}"#,
    ] {
        refused(&db, &format!(r#"{{"count": "users", "where": {filter}}}"#), "out_of_range");
        refused(&db, &format!(r#"{{"delete": "users", "where": {filter}}}"#), "out_of_range");
    }
    refused(
        &db,
        r#"{"findMany": "users", "orderBy": {"id": "asc"}, "cursor": {"id": 99999999999999999999}}"#,
        "out_of_range",
    );
    answered(
        &db,
        r#"{"pluck": "users", "columns": "id", "orderBy": {"id": "asc"}, "cursor": {"id": 9223372036854775807}}"#,
        "[]",
    );
}

#[test]
fn arithmetic_beyond_range_is_refused() {
    let db = crowd(2);
    for (expr, expected) in [
        (r#"{"add": [9223372036854775807, "id"]}"#, "out_of_range"),
        (r#"{"multiply": ["id", 9223372036854775807]}"#, "out_of_range"),
        (r#"{"subtract": [-9223372036854775807, {"multiply": ["id", 2]}]}"#, "out_of_range"),
        (r#"{"divide": ["id", {"subtract": ["id", "id"]}]}"#, "division_by_zero"),
        (r#"{"modulo": ["id", 0]}"#, "division_by_zero"),
        (r#"99999999999999999999999999999999999999"#, "out_of_range"),
    ] {
        refused(&db, &format!(r#"{{"from": "users", "select": {{"x": {expr}}}}}"#), expected);
    }
    refused(
        &db,
        r#"{"insert": "users", "values": [{"id": 9223372036854775807, "name": "x"}, {"name": "y"}]}"#,
        "out_of_range",
    );
}
