//! Expressions as documents, both ways.

use super::{Expr, case, coalesce, concat, count, lit};
use crate::filter::col;
use crate::value::{Literal, Type};

#[test]
fn an_expression_prints_as_its_document_and_reads_back() {
    let cases: [(Expr, &str); 12] = [
        (col("a") + 1, r#"{"add":["a",1]}"#),
        ((col("a") - col("b")) * lit(2), r#"{"multiply":[{"subtract":["a","b"]},2]}"#),
        (col("a").lower(), r#"{"lower":"a"}"#),
        (col("a").trim().length(), r#"{"length":{"trim":"a"}}"#),
        (concat([col("a").into(), lit("x")]), r#"{"concat":["a",{"value":"x"}]}"#),
        (coalesce([col("a"), col("b")]), r#"{"coalesce":["a","b"]}"#),
        (col("a").substring(2, 3), r#"{"substring":["a",2,3]}"#),
        (col("a").year(), r#"{"year":"a"}"#),
        (col("a").cast(Type::Decimal), r#"{"cast":["a","decimal"]}"#),
        (count(), r#"{"count":true}"#),
        (col("a").count_distinct(), r#"{"countDistinct":"a"}"#),
        (col("a").sum() / count(), r#"{"divide":[{"sum":"a"},{"count":true}]}"#),
    ];
    for (expr, text) in cases {
        assert_eq!(expr.to_string(), text);
        let literal: Literal = serde_json::from_str(text).unwrap();
        assert_eq!(Expr::from_literal(&literal).unwrap().to_string(), text);
    }
    let era = case(col("a").lt(1), "old").otherwise(col("b"));
    let text = r#"{"case":[{"when":{"a":{"lt":1}},"then":{"value":"old"}},{"else":"b"}]}"#;
    assert_eq!(era.to_string(), text);
    let literal: Literal = serde_json::from_str(text).unwrap();
    assert_eq!(Expr::from_literal(&literal).unwrap().to_string(), text);
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    for (text, message, path) in [
        (r#"{"lowr": "a"}"#, "no option `lowr` here", "lowr"),
        (r#"{"add": ["a"]}"#, "expected a list of two, found a list", "add"),
        (r#"{"lower": ["a", "b"]}"#, "expected one argument, found 2", "lower"),
        (r#"{"add": ["a", {"cast": ["b", "txt"]}]}"#, "no option `txt` here", "add[1].cast[1]"),
        (r#"{"case": [{"else": 1}]}"#, "expected at least one `when`, found none", "case"),
        (r#"["a"]"#, "expected a column's name, a number or an object of one function, found a list", ""),
    ] {
        let literal: Literal = serde_json::from_str(text).unwrap();
        let error = Expr::from_literal(&literal).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.path().to_string().as_str()), (message, path));
    }
}
