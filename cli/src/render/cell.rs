//! One cell as a person reads it.

use relata::ValueRef;

/// Texts stand as they are where nothing can be mistaken, and quoted elsewhere: what is empty, looks
/// like a null, begins or ends with a space, or could talk to the terminal.
pub(super) fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) if is_plain(text) => text.to_owned(),
        ValueRef::Text(text) | ValueRef::Json(text) if text.chars().any(char::is_control) => {
            format!("{text:?}")
        }
        ValueRef::Text(_) => format!("{value:?}"),
        other => other.to_string(),
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text != "null"
        && text.trim() == text
        && !text.contains("  ")
        && !text.contains('"')
        && !text.chars().any(char::is_control)
}
