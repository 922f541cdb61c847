//! `like` patterns: `%` is any text, `_` any character, a backslash takes what follows as it is.

use super::test::mistake;
use super::{Part, Pattern};
use crate::error::{QueryMistake, Result};

impl Pattern {
    /// Takes a pattern apart. O(n).
    ///
    /// # Errors
    /// `invalid_query` for a pattern that ends in a lone backslash.
    pub(crate) fn compile(pattern: &str, insensitive: bool) -> Result<Pattern> {
        let mut parts: Vec<Part> = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let literal = match c {
                '%' => {
                    if parts.last() != Some(&Part::Many) {
                        parts.push(Part::Many);
                    }
                    continue;
                }
                '_' => {
                    parts.push(Part::One);
                    continue;
                }
                '\\' => chars.next().ok_or_else(|| {
                    mistake(QueryMistake::Shape {
                        expected: "a pattern that doesn't end in a backslash".into(),
                        found: crate::value::Literal::Text(pattern.into()).to_string().into(),
                    })
                })?,
                other => other,
            };
            if !matches!(parts.last(), Some(Part::Text(_))) {
                parts.push(Part::Text(String::new()));
            }
            if let Some(Part::Text(text)) = parts.last_mut() {
                if insensitive { text.extend(literal.to_lowercase()) } else { text.push(literal) }
            }
        }
        Ok(Pattern { parts, insensitive })
    }

    /// Whether the whole of `text` matches, without recursion or allocation: only the last `%` is ever
    /// tried again, since an earlier one could do nothing that it can't. O(n + m) where a `%` is followed
    /// by text up to the next `%` or the end; with `_` there, or where case doesn't matter, O(n x m) at worst.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut rest = text;
        let mut at = 0;
        // What is left after the text the last `%` took, and the part behind it.
        let mut retry: Option<(&str, usize)> = None;
        loop {
            let step = match self.parts.get(at) {
                Some(Part::Many) if at + 1 == self.parts.len() => return true,
                Some(Part::Many) => {
                    if let Some(end) = self.end(at + 1) {
                        return rest.ends_with(end);
                    }
                    let Some(found) = self.found(rest, at + 1) else { return false };
                    retry = Some((found, at + 1));
                    Some(found)
                }
                Some(Part::One) => skip(rest),
                Some(Part::Text(part)) if self.insensitive => strip_insensitive(rest, part),
                Some(Part::Text(part)) => rest.strip_prefix(part.as_str()),
                None if rest.is_empty() => return true,
                None => None,
            };
            if let Some(left) = step {
                rest = left;
                at += 1;
                continue;
            }
            let Some((from, part)) = retry else { return false };
            let next = skip(from).and_then(|next| self.found(next, part));
            let Some(next) = next else { return false };
            retry = Some((next, part));
            rest = next;
            at = part;
        }
    }
}

impl Pattern {
    /// From where a part may match: found as text where it is one.
    fn found<'t>(&self, text: &'t str, part: usize) -> Option<&'t str> {
        match self.parts.get(part) {
            Some(Part::Text(wanted)) if !self.insensitive => {
                text.find(wanted.as_str()).and_then(|at| text.get(at..))
            }
            _ => Some(text),
        }
    }

    /// What the text has to end with, where a part is the last one.
    fn end(&self, part: usize) -> Option<&str> {
        match self.parts.get(part..) {
            Some([Part::Text(text)]) if !self.insensitive => Some(text),
            _ => None,
        }
    }
}

/// The text behind its first character.
fn skip(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}

/// The text behind a prefix that is `lower` in lower case.
fn strip_insensitive<'t>(text: &'t str, lower: &str) -> Option<&'t str> {
    let mut wanted = lower.chars();
    let mut chars = text.chars();
    while !wanted.as_str().is_empty() {
        if !chars.next()?.to_lowercase().all(|c| wanted.next() == Some(c)) {
            return None;
        }
    }
    Some(chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn like(text: &str, pattern: &str) -> bool {
        Pattern::compile(pattern, false).unwrap().matches(text)
    }

    fn ilike(text: &str, pattern: &str) -> bool {
        Pattern::compile(pattern, true).unwrap().matches(text)
    }

    /// Tries every split: exponential, and plainly right.
    fn naive(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|i| naive(&text[i..], rest)),
            ['_', rest @ ..] => !text.is_empty() && naive(&text[1..], rest),
            ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && naive(&text[1..], rest),
        }
    }

    #[test]
    fn wildcards_match_as_in_sql() {
        assert!(like("Post1.2", "%.2"));
        assert!(like("AC/DC", "AC%"));
        assert!(like("abc", "_b_"));
        assert!(like("", "%"));
        assert!(like("", ""));
        assert!(!like("abc", "b"));
        assert!(!like("abc", "____"));
        assert!(like("größe", "gr__e"));
        assert!(!like("ABC", "abc"));
    }

    #[test]
    fn a_backslash_takes_the_next_character_as_it_is() {
        assert!(like("50%", r"50\%"));
        assert!(!like("500", r"50\%"));
        assert!(like(r"a\b", r"a\\b"));
        assert!(like("ab", r"\a\b"));
    }

    #[test]
    fn a_trailing_backslash_is_refused() {
        let error = Pattern::compile(r"abc\", false).unwrap_err();
        assert_eq!(error.to_string(), r#"expected a pattern that doesn't end in a backslash, found "abc\\""#);
    }

    #[test]
    fn insensitive_patterns_ignore_case_in_both() {
        assert!(ilike("ÉCOLE", "école"));
        assert!(ilike("straße", "STRA_E"));
        assert!(ilike("İ", "İ"));
        assert!(!ilike("ecole", "école"));
    }

    #[test]
    fn many_wildcards_take_no_exponential_time() {
        let text = "a".repeat(5_000);
        assert!(!like(&text, &("%a".repeat(50) + "b")));
    }

    proptest! {
        #[test]
        fn agrees_with_trying_every_split(text in "[ab%]{0,8}", pattern in r"([ab%_]|\\[ab%_\\]){0,8}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(like(&text, &pattern), naive(&chars(&text), &chars(&pattern)));
        }
    }
}
