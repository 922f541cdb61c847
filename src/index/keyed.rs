//! The keyed hash of index keys: SipHash-1-3, a word at a time.
//!
//! Whoever chooses the keys of rows doesn't know the hash keys, and neither collisions nor timings give
//! them away. The standard library's maps hash with the same function, but byte by byte through a buffer,
//! which costs a short text more than the hashing does.
//!
//! Values become words so that no two keys of the same columns give the same ones: a text gives its
//! length first, and then every byte of it in a word at least.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// What makes the hashes of one database differ from those of any other.
#[derive(Clone, Copy)]
pub(crate) struct HashKeys(u64, u64);

impl HashKeys {
    /// Keys that nobody knows.
    pub(crate) fn random() -> HashKeys {
        let state = RandomState::new();
        HashKeys(state.hash_one(0u8), state.hash_one(1u8))
    }

    /// Keys that a test knows.
    #[cfg(test)]
    pub(crate) const fn fixed(a: u64, b: u64) -> HashKeys {
        HashKeys(a, b)
    }

    /// A hasher that was given nothing yet.
    #[inline]
    pub(crate) fn hasher(self) -> KeyHasher {
        KeyHasher([
            self.0 ^ 0x736f_6d65_7073_6575,
            self.1 ^ 0x646f_7261_6e64_6f6d,
            self.0 ^ 0x6c79_6765_6e65_7261,
            self.1 ^ 0x7465_6462_7974_6573,
        ])
    }
}

impl fmt::Debug for HashKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashKeys").finish_non_exhaustive()
    }
}

/// The state of SipHash between two words.
#[derive(Clone, Copy)]
pub(crate) struct KeyHasher([u64; 4]);

impl KeyHasher {
    #[inline(always)]
    fn word(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    #[inline(always)]
    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }
}

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        if let Some(last) = bytes.last_chunk::<8>() {
            let (words, rest) = bytes.as_chunks::<8>();
            words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
            if !rest.is_empty() {
                // Some of its bytes came before; the length says which.
                self.word(u64::from_le_bytes(*last));
            }
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            self.word(u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)));
        } else if let ([first, ..], Some(middle), [.., last]) = (bytes, bytes.get(bytes.len() / 2), bytes) {
            self.word(u64::from(*first) << 16 | u64::from(*middle) << 8 | u64::from(*last));
        }
    }

    #[inline]
    fn write_u8(&mut self, v: u8) {
        self.word(v.into());
    }

    #[inline]
    fn write_u32(&mut self, v: u32) {
        self.word(v.into());
    }

    #[inline]
    fn write_u64(&mut self, v: u64) {
        self.word(v);
    }

    #[inline]
    fn write_i64(&mut self, v: i64) {
        self.word(v as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        let mut last = *self;
        last.0[2] ^= 0xff;
        (0..3).for_each(|_| last.round());
        last.0.into_iter().fold(0, |all, word| all ^ word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::HashMap;
    use std::hash::DefaultHasher;

    fn hash(keys: HashKeys, bytes: &[u8]) -> u64 {
        let mut hasher = keys.hasher();
        hasher.write(bytes);
        hasher.finish()
    }

    proptest! {
        /// The standard hasher with both keys zero; it ends a message with its length in a word.
        #[test]
        fn words_are_hashed_as_the_standard_library_hashes_them(words in vec(any::<u64>(), 0..20)) {
            let (mut ours, mut standard) = (HashKeys(0, 0).hasher(), DefaultHasher::new());
            for word in &words {
                ours.write_u64(*word);
                standard.write(&word.to_le_bytes());
            }
            ours.write_u64((words.len() as u64 * 8) << 56);
            prop_assert_eq!(ours.finish(), standard.finish());
        }

        #[test]
        fn every_byte_of_a_text_counts(
            bytes in vec(any::<u8>(), 1..70),
            at in any::<prop::sample::Index>(),
            flip in 1u8..,
        ) {
            let keys = HashKeys::random();
            let mut other = bytes.clone();
            other[at.index(bytes.len())] ^= flip;
            prop_assert_ne!(hash(keys, &bytes), hash(keys, &other));
            prop_assert_ne!(hash(keys, &bytes), hash(keys, &bytes[1..]));
            prop_assert_ne!(hash(keys, &bytes), hash(HashKeys::random(), &bytes));
        }
    }

    #[test]
    fn short_texts_of_nulls_and_ones_all_differ() {
        let keys = HashKeys::random();
        let texts = (0..18)
            .flat_map(|len| (0..=len).map(move |ones| [vec![1u8; ones], vec![0; len - ones]].concat()));
        let mut seen = HashMap::new();
        for text in texts {
            assert_eq!(seen.insert(hash(keys, &text), text.clone()), None, "{text:?}");
        }
    }

    #[test]
    fn what_stands_before_a_text_cannot_be_taken_for_a_part_of_it() {
        let keys = HashKeys::random();
        let pair = |a: &[u8], b: &[u8]| {
            let mut hasher = keys.hasher();
            hasher.write(a);
            hasher.write(b);
            hasher.finish()
        };
        assert_ne!(pair(b"ab", b"c"), pair(b"a", b"bc"));
        assert_ne!(pair(b"", b"a"), pair(b"a", b""));
    }

    /// The key of the reference implementation's own test vectors, of which the first is of no bytes.
    #[test]
    fn hash_keys_go_in_as_the_reference_implementation_has_it() {
        let hash = |words: &[u64]| {
            let mut hasher = HashKeys::fixed(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908).hasher();
            words.iter().for_each(|word| hasher.write_u64(*word));
            hasher.finish()
        };
        assert_eq!(hash(&[0]), 0xabac_0158_050f_c4dc);
        assert_eq!(hash(&[0x0706_0504_0302_0100, 8 << 56]), 0x3690_9511_8d29_9a8e);
    }
}
