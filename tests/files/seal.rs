//! The frame of a saved file, written from its description: header, blocks and footer with checksums
//! that hold, around whatever content.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each user takes a part of it")]

use twox_hash::xxhash3_128::Hasher;

const HEADER: usize = 32;
const FOOTER: usize = 24;

/// The content of each block of a whole file; as much as can be told apart of a broken one.
pub fn blocks(file: &[u8]) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let mut rest = file.get(HEADER..file.len().saturating_sub(FOOTER)).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<12>() {
        let length = u64::from_le_bytes(head[..8].try_into().unwrap());
        let (content, after) = after.split_at(usize::try_from(length).unwrap_or(usize::MAX).min(after.len()));
        blocks.push(content.to_vec());
        rest = after;
    }
    blocks
}

/// A file with these blocks.
pub fn seal(blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"\x89RELATA\n".to_vec();
    file.extend(1u32.to_le_bytes());
    file.extend(Hasher::oneshot(blocks.first().map_or(&[], |block| document(block))).to_le_bytes());
    file.extend(crc32fast::hash(&file).to_le_bytes());
    for content in blocks {
        let length = (content.len() as u64).to_le_bytes();
        file.extend(length);
        file.extend(crc32fast::hash(&[&length, content.as_slice()].concat()).to_le_bytes());
        file.extend(content);
    }
    file.extend((file.len() as u64 + FOOTER as u64).to_le_bytes());
    file.extend(Hasher::oneshot(&file).to_le_bytes());
    file
}

/// The text in the first block: what follows its length.
fn document(block: &[u8]) -> &[u8] {
    let length = match block.first() {
        Some(251) => 3,
        Some(252) => 5,
        Some(253) => 9,
        _ => 1,
    };
    block.get(length..).unwrap_or_default()
}
