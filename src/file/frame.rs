//! Header, blocks and footer, and the checksums over them.

use super::{codec, corrupt};
use crate::error::Result;
use ecow::eco_format;
use serde::Serialize;
use std::io::{self, Write};
use twox_hash::xxhash3_128::Hasher;

const MAGIC: [u8; 8] = *b"\x89RELATA\n";

/// What this build writes and reads.
const VERSION: u32 = 1;

/// Magic, version, fingerprint and checksum.
const HEADER: usize = 8 + 4 + 16 + 4;

/// Length and checksum.
const BLOCK_HEAD: usize = 8 + 4;

/// Total length and hash.
const FOOTER: usize = 8 + 16;

/// What tells one schema document from another.
pub(super) fn fingerprint(document: &str) -> u128 {
    Hasher::oneshot(document.as_bytes())
}

/// Writes a file from its header to its footer.
pub(super) struct Framer<W> {
    out: W,
    hash: Hasher,
    written: u64,
    content: Vec<u8>,
}

impl<W: Write> Framer<W> {
    /// Writes the header.
    pub(super) fn begin(out: W, fingerprint: u128) -> io::Result<Framer<W>> {
        let mut framer = Framer { out, hash: Hasher::new(), written: 0, content: Vec::new() };
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&fingerprint.to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        framer.put(&header)?;
        Ok(framer)
    }

    /// Writes a block.
    pub(super) fn block(&mut self, content: &impl Serialize) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.content);
        bytes.clear();
        codec::encode(content, &mut bytes)?;
        let length = (bytes.len() as u64).to_le_bytes();
        self.put(&length)?;
        self.put(&checksum(&length, &bytes).to_le_bytes())?;
        self.put(&bytes)?;
        self.content = bytes;
        Ok(())
    }

    /// Writes the footer.
    pub(super) fn end(mut self) -> io::Result<()> {
        let total = self.written + FOOTER as u64;
        self.put(&total.to_le_bytes())?;
        let hash = self.hash.finish_128().to_le_bytes();
        self.out.write_all(&hash)?;
        self.out.flush()
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.write(bytes);
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

fn checksum(length: &[u8; 8], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(length);
    hasher.update(content);
    hasher.finalize()
}

/// The blocks of a file whose every checksum holds.
#[derive(Clone, Copy)]
pub(super) struct Frames<'b> {
    pub(super) fingerprint: u128,
    rest: &'b [u8],
    offset: u64,
}

impl<'b> Frames<'b> {
    /// Checks header, blocks and footer. O(bytes), allocating nothing.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Frames<'b>> {
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or_else(|| short(bytes))?;
        let fingerprint = check_header(header)?;
        let (rest, footer) = rest.split_last_chunk::<FOOTER>().ok_or_else(|| short(bytes))?;
        let frames = Frames { fingerprint, rest, offset: HEADER as u64 };
        let end = (bytes.len() - FOOTER) as u64;
        let (total, hash) = footer.split_at(8);
        let is_total = total == (bytes.len() as u64).to_le_bytes();
        // The blocks come first, since they can tell where the fault is.
        let mut blocks = frames;
        while !blocks.rest.is_empty() {
            if blocks.step().is_none() {
                let reason = "its checksum doesn't hold, or bytes are missing";
                return Err(corrupt("block", Some(blocks.offset), reason));
            }
        }
        if !is_total {
            let reason = eco_format!("it isn't the number of bytes there are, {}", bytes.len());
            return Err(corrupt("total length", Some(end), reason));
        }
        let hashed = bytes.split_at_checked(bytes.len() - 16).map_or(bytes, |(hashed, _)| hashed);
        if hash != Hasher::oneshot(hashed).to_le_bytes() {
            return Err(corrupt("whole file", Some(end + 8), "its checksum doesn't hold"));
        }
        Ok(frames)
    }

    /// Where the next block starts.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The content of the next block; none at the end, and when its checksum doesn't hold.
    pub(super) fn step(&mut self) -> Option<&'b [u8]> {
        let (head, rest) = self.rest.split_first_chunk::<BLOCK_HEAD>()?;
        let (length, crc) = head.split_first_chunk::<8>()?;
        let bytes = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (content, rest) = rest.split_at_checked(bytes)?;
        if crc != checksum(length, content).to_le_bytes() {
            return None;
        }
        self.offset += (BLOCK_HEAD + bytes) as u64;
        self.rest = rest;
        Some(content)
    }
}

fn short(bytes: &[u8]) -> crate::error::Error {
    let reason = match bytes.starts_with(&MAGIC) {
        true => eco_format!("it ends after {} bytes", bytes.len()),
        false => "it isn't a saved database".into(),
    };
    corrupt("header", Some(0), reason)
}

/// The fingerprint in a header.
fn check_header(header: &[u8; HEADER]) -> Result<u128> {
    let field = |from: usize, to: usize| header.get(from..to).unwrap_or_default();
    let wrong = |offset: u64, reason: &str| Err(corrupt("header", Some(offset), reason));
    if field(0, 8) != MAGIC {
        return wrong(0, "it isn't a saved database");
    }
    let version = field(8, 12);
    if version != VERSION.to_le_bytes() {
        let found = version.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        return wrong(8, &format!("it is of format {found}, and this build reads format {VERSION}"));
    }
    if field(28, 32) != crc32fast::hash(field(0, 28)).to_le_bytes() {
        return wrong(28, "its checksum doesn't hold");
    }
    let fingerprint = field(12, 28).first_chunk::<16>();
    Ok(fingerprint.map_or(0, |bytes| u128::from_le_bytes(*bytes)))
}
