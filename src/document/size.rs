//! A first look at a large text: how deep it nests and how many values it holds.

use super::limits::Limits;
use super::scan::{first, position};
use crate::error::Error;

/// Refuses a text that nests too deep or holds too many values, before any of them takes up memory.
///
/// Whether it's JSON doesn't matter here: brackets, commas and quotes are all that is looked at. A
/// value in an object is counted at its key.
pub(crate) fn check_size(text: &str, limits: &Limits) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut values) = (0, 0_usize, 0);
    let mut begins = true;
    while let Some(byte) = bytes.get(at) {
        let mut next = at + 1;
        let was = begins;
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => {
                at = next;
                continue;
            }
            b',' => begins = true,
            b'[' | b'{' => {
                (begins, depth) = (true, depth + 1);
                check(limits.check_depth(depth), text, at)?;
            }
            b']' | b'}' => (begins, depth) = (false, depth.saturating_sub(1)),
            b'"' => (begins, next) = (false, text_end(bytes, next)),
            _ => begins = false,
        }
        if was && !matches!(byte, b',' | b']' | b'}') {
            values += 1;
            check(limits.check_nodes(values), text, at)?;
        }
        at = next;
    }
    Ok(())
}

/// Where the text that begins at `at` has ended.
fn text_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(found) = first(rest, |b| matches!(b, b'"' | b'\\')) else { return bytes.len() };
        at += found + 1;
        if rest.get(found) == Some(&b'"') {
            return at;
        }
        at += 1;
    }
}

fn check(result: Result<(), Error>, text: &str, at: usize) -> Result<(), Error> {
    result.map_err(|error| {
        let (line, column) = position(text, at);
        error.with_position(line, column)
    })
}
