//! Runs the library's core that publishes states under [loom](https://docs.rs/loom), which tries every
//! interleaving of its threads. The core is the library's own file; only what it locks and counts
//! with is loom's.

#![forbid(unsafe_code)]

#[cfg(test)]
#[allow(dead_code, unreachable_pub, reason = "the library uses what these tests don't")]
#[path = "../../src/store/published.rs"]
mod published;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod tests;
