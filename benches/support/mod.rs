//! The data that every benchmark runs on, at two sizes, so that growth shows.

mod blog;

use criterion::Criterion;
use std::time::Duration;

pub(crate) use blog::*;

/// Posts in a blog; a tenth as many users, four times as many comments.
pub(crate) const SIZES: [i64; 2] = [1_000, 50_000];

/// Short enough that all benchmarks together take a few minutes.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
}
