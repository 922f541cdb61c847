//! Names from names: plurals and singulars, and both ways to write several words as one.

use ecow::{EcoString, eco_format};

/// The name with its last word in the plural: `line_items` for `line_item`.
pub(super) fn plural(name: &str) -> EcoString {
    last_word(name, |word| pluralizer::pluralize(word, 2, false))
}

/// The name with its last word in the singular: `lineItem` for `lineItems`.
pub(super) fn singular(name: &str) -> EcoString {
    last_word(name, |word| pluralizer::pluralize(word, 1, false))
}

/// `line_items` for `lineItems`.
pub(super) fn snake(name: &str) -> EcoString {
    let mut out = EcoString::new();
    for c in name.chars() {
        if c.is_uppercase() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            c.to_lowercase().for_each(|c| out.push(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// `lineItems` for `line_items`.
pub(super) fn camel(name: &str) -> EcoString {
    let mut out = EcoString::new();
    for word in name.split('_').filter(|word| !word.is_empty()) {
        let capital = !out.is_empty();
        push_word(&mut out, word, capital);
    }
    out
}

/// `LineItem` for `line_item`.
pub(super) fn class(name: &str) -> EcoString {
    let mut out = EcoString::new();
    name.split('_').for_each(|word| push_word(&mut out, word, true));
    out
}

/// Words as one name, in both ways to write it.
pub(super) fn joined(first: &str, second: &str) -> [EcoString; 2] {
    let snake = eco_format!("{}_{}", snake(first), snake(second));
    [snake.clone(), camel(&snake)]
}

fn push_word(out: &mut EcoString, word: &str, capital: bool) {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if capital => first.to_uppercase().for_each(|c| out.push(c)),
        Some(first) => out.push(first),
        None => {}
    }
    out.push_str(chars.as_str());
}

/// The name with its last word replaced. Only English has rules.
fn last_word(name: &str, inflect: impl Fn(&str) -> String) -> EcoString {
    if !name.is_ascii() {
        return name.into();
    }
    let begins = |(at, c): (usize, char)| match c {
        '_' => Some(at + 1),
        c if c.is_ascii_uppercase() => Some(at),
        _ => None,
    };
    let start = name.char_indices().rev().find_map(begins).unwrap_or(0);
    match name.split_at_checked(start) {
        Some((head, word)) if !word.is_empty() => eco_format!("{head}{}", inflect(word)),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_plurals_and_singulars() {
        for (one, many) in [
            ("user", "users"),
            ("line_item", "line_items"),
            ("lineItem", "lineItems"),
            ("person", "people"),
            ("SalesPerson", "SalesPeople"),
            ("category", "categories"),
            ("status", "statuses"),
            ("address", "addresses"),
            ("child", "children"),
            ("news", "news"),
            ("leaf", "leaves"),
        ] {
            assert_eq!((plural(one).as_str(), singular(many).as_str()), (many, one));
            assert_eq!((plural(many).as_str(), singular(one).as_str()), (many, one));
        }
        assert_eq!(plural("größe"), "größe");
        assert_eq!((plural(""), plural("a_")), ("".into(), "a_".into()));
    }

    #[test]
    fn names_are_written_in_both_ways() {
        assert_eq!(
            (snake("lineItemId").as_str(), camel("line_item_id").as_str()),
            ("line_item_id", "lineItemId")
        );
        assert_eq!(class("line_item"), "LineItem");
        assert_eq!(joined("lineItem", "id"), ["line_item_id", "lineItemId"]);
    }
}
