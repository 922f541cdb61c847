//! Names made from names, and names meant.

/// `LineItem` as `line_item`.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let after_small = at > 0 && letters.get(at - 1).is_some_and(|before| !before.is_uppercase());
        let before_small = at > 0 && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_small || before_small) && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `line_items` as `LineItems`.
pub(crate) fn pascal(name: &str) -> String {
    let words = name.trim_start_matches("r#").split('_');
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    words.filter_map(capital).collect()
}

/// The name with its last word in the plural: `line_items`, `categories`.
pub(crate) fn plural(name: &str) -> String {
    let (front, word) = name.rsplit_once('_').map_or((String::new(), name), |(a, b)| (format!("{a}_"), b));
    front + &pluralizer::pluralize(word, 2, false)
}

/// The known name that is nearest to `name`, when it's near.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |other: &&str| edits(name, other);
    known.iter().copied().min_by_key(distance).filter(|other| edits(name, other) <= 2.max(name.len() / 3))
}

/// How many letters have to be put in, taken out or replaced to make one name of the other.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (other, above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(letter != *other);
            left = replaced.min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_a_table_of_many() {
        for (one, many) in [
            ("Author", "authors"),
            ("LineItem", "line_items"),
            ("Category", "categories"),
            ("Box", "boxes"),
            ("Branch", "branches"),
            ("Day", "days"),
            ("Person", "people"),
            ("GrandChild", "grand_children"),
            ("HTTPRequest", "http_requests"),
        ] {
            assert_eq!(plural(&snake(one)), many);
        }
    }

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        let known = ["unique", "index", "default"];
        assert_eq!(nearest("uniqe", &known), Some("unique"));
        assert_eq!(nearest("defualt", &known), Some("default"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!((edits("kitten", "sitting"), pascal("line_items")), (3, "LineItems".into()));
    }
}
