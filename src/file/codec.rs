//! The content of blocks in bincode: the only module that knows it.
//!
//! What is decoded is flat, has no type of size zero, and borrows from a slice whose checksum holds;
//! lengths are checked against what remains of it.

use bincode::{DefaultOptions, ErrorKind, Options};
use ecow::EcoString;
use serde::{Deserialize, Serialize};
use std::io;

/// Adds the bytes of a value to `into`.
pub(super) fn encode(value: &impl Serialize, into: &mut Vec<u8>) -> io::Result<()> {
    DefaultOptions::new().serialize_into(into, value).map_err(io::Error::other)
}

/// The value that all of these bytes stand for.
pub(super) fn decode<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, EcoString> {
    let limit = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let decoded = DefaultOptions::new().with_limit(limit).deserialize(bytes);
    decoded.map_err(|error| match *error {
        ErrorKind::Io(_) | ErrorKind::SizeLimit => "it promises more bytes than there are".into(),
        _ => "its content doesn't have the form it should".into(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::content::{Bytes, Cells, TableContent};
    use super::*;
    use std::borrow::Cow;

    fn encoded(value: &impl Serialize) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(value, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_bytes_are_these_and_no_others() {
        let table = TableContent { name: "books", rows: 300, sequence: -2 };
        assert_eq!(encoded(&table), [5, b'b', b'o', b'o', b'k', b's', 251, 44, 1, 3]);
        let cells = Cells {
            rows: 2,
            nulls: Some(Bytes(&[2])),
            lengths: Cow::Borrowed(&[1, 70_000]),
            cells: Bytes(&[9, 0, 255]),
        };
        let expected = [2, 1, 1, 2, 2, 1, 252, 112, 17, 1, 0, 3, 9, 0, 255];
        assert_eq!(encoded(&cells), expected);
        let back: Cells<'_> = decode(&expected).unwrap();
        assert_eq!(encoded(&back), expected);
    }

    #[test]
    fn lengths_beyond_what_is_there_and_bytes_left_over_are_refused() {
        for bytes in [&[2, 0, 0, 200, 1][..], &[2, 0, 253, 255, 255, 255, 255, 255, 255, 255, 255], &[2, 0]] {
            assert!(decode::<Cells<'_>>(bytes).is_err(), "{bytes:?}");
        }
        assert!(decode::<Cells<'_>>(&[2, 0, 0, 1, 7]).is_ok());
        assert!(decode::<Cells<'_>>(&[2, 0, 0, 1, 7, 7]).is_err());
    }
}
