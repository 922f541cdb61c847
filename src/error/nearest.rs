//! The name somebody probably meant.

/// What Rails, Drizzle, Prisma and SQL say for what is said here.
const ELSEWHERE: [(&str, &str); 37] = [
    ("aggregate", "from"),
    ("bigint", "integer"),
    ("bool", "boolean"),
    ("bytea", "bytes"),
    ("contains", "like"),
    ("counter_cache", "counterCache"),
    ("create", "insert"),
    ("createMany", "insert"),
    ("data", "values"),
    ("data", "set"),
    ("datetime", "timestamp"),
    ("deleteMany", "delete"),
    ("double", "float"),
    ("endsWith", "like"),
    ("equals", "eq"),
    ("fields", "from"),
    ("findUnique", "findFirst"),
    ("foreignKey", "from"),
    ("foreign_key", "from"),
    ("groupBy", "from"),
    ("identity", "generated"),
    ("jsonb", "json"),
    ("not", "ne"),
    ("notNull", "nullable"),
    ("null", "nullable"),
    ("number", "integer"),
    ("numeric", "decimal"),
    ("onConflict", "on"),
    ("relationName", "alias"),
    ("references", "to"),
    ("serial", "integer"),
    ("sort", "direction"),
    ("startsWith", "like"),
    ("string", "text"),
    ("update", "set"),
    ("updateMany", "update"),
    ("varchar", "text"),
];

/// The known name nearest to `name`, when it is near enough to be worth suggesting, or says what `name` says
/// elsewhere. O(names x length squared).
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let meant = |word: &str| known.clone().into_iter().find(|known| *known == word);
    let mut elsewhere = ELSEWHERE.iter().filter(|(foreign, _)| *foreign == name);
    if let Some(ours) = elsewhere.find_map(|(_, ours)| meant(ours)) {
        return Some(ours);
    }
    let length = name.chars().count();
    // Of a name of one letter every other such name is one edit away.
    let limit = length.div_ceil(3).min(length.saturating_sub(1));
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits that turn one name into the other, case aside.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let substituted = diagonal + usize::from(from != to);
            diagonal = *cell;
            left = substituted.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbour_and_a_strange_one_finds_none() {
        let known = ["author", "reviews", "publisher"];
        assert_eq!(nearest("auther", known), Some("author"));
        assert_eq!(nearest("Reviews", known), Some("reviews"));
        assert_eq!(nearest("zebra", known), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn a_word_of_another_tool_finds_ours_where_there_is_such() {
        assert_eq!(nearest("contains", ["eq", "like"]), Some("like"));
        assert_eq!(nearest("not", ["ne", "NOT"]), Some("ne"));
        assert_eq!(nearest("data", ["values"]), Some("values"));
        assert_eq!(nearest("data", ["where", "set"]), Some("set"));
        assert_eq!(nearest("contains", ["author"]), None);
    }

    #[test]
    fn distances_count_single_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
