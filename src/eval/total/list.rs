//! Values as one JSON list.

use crate::value::{Json, Value, ValueRef};
use std::fmt::Write;

/// Values as a JSON list, each as a result shows it. O(values).
pub(crate) fn list<'v>(values: impl IntoIterator<Item = ValueRef<'v>>) -> Value {
    let mut out = String::from("[");
    for (at, value) in values.into_iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        match value {
            ValueRef::Json(json) => out.push_str(json),
            value => {
                let _ = write!(out, "{}", serde_json::to_string(&value).unwrap_or_default());
            }
        }
    }
    out.push(']');
    Value::Json(Json::canonical(out.into()))
}
