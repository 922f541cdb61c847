//! How the cost of each workload grows with the rows: Relata alone, from a thousand rows to ten million.

use crate::data::{Data, Queries};
use crate::measure::{Load, Times, WORKLOADS, ops};
use crate::report::{median, per};
use std::time::Instant;

/// Rows of the full size, about.
const FULL: f64 = 9_186_550.0;
const SIZES: [f64; 5] = [1e3, 1e4, 1e5, 1e6, 1e7];
/// Lookups and the like are as many at every size, so that what is timed is long enough.
const READS: f64 = 0.05;
const WORKS: &[&str] =
    &["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10a", "w10b", "w11", "w12", "w13"];

/// One size: its rows, and the cell of each workload.
struct Grown {
    rows: usize,
    posts: usize,
    times: Vec<Option<f64>>,
    bytes: f64,
}

pub fn run(load: Load, resident: impl Fn(f64) -> usize) {
    let started = Instant::now();
    let grown: Vec<Grown> = SIZES.iter().map(|rows| grow(rows / FULL, load, &resident)).collect();
    let line = |what: &str, cells: Vec<String>| println!("| {what} | {} |", cells.join(" | "));
    line("rows", grown.iter().map(|size| size.rows.to_string()).collect());
    line("---", SIZES.iter().map(|_| "---".to_owned()).collect());
    let time = |size: &Grown, at: usize, of: f64| size.times[at].map_or("-".to_owned(), |ns| per(ns / of));
    for (at, w) in WORKS.iter().enumerate() {
        let what = WORKLOADS.iter().find(|(name, _)| name == w).map_or("", |(_, what)| what);
        line(what, grown.iter().map(|size| time(size, at, 1.0)).collect());
        // Whole-table work, by what it looks at.
        if matches!(*w, "w8" | "w9") {
            let posts = |size: &Grown| time(size, at, size.posts as f64);
            line("the same, a post looked at", grown.iter().map(posts).collect());
        }
    }
    line("resident bytes a row", grown.iter().map(|size| format!("{:.0}", size.bytes)).collect());
    eprintln!("{:.0} s", started.elapsed().as_secs_f64());
}

fn grow(scale: f64, load: Load, resident: &impl Fn(f64) -> usize) -> Grown {
    let data = Data::generate(scale);
    let q = Queries::draw_sized(&data, READS, scale.clamp(1e-3, READS));
    let rounds = if scale < 0.05 { 7 } else { 3 };
    let mut times = Times::default();
    times.run(&[("relata", load)], &data, &q, rounds, |w| !w.starts_with('f'));
    let nanos = |w: &&'static str| {
        let rounds = times.of.get(&(*w, "relata"))?;
        Some(median(rounds.iter().map(|t| t[0])) * 1e9 / ops(w, &data, &q) as f64)
    };
    let posts = data.posts().count();
    let bytes = resident(scale) as f64 / data.rows() as f64;
    Grown { rows: data.rows(), posts, times: WORKS.iter().map(nanos).collect(), bytes }
}
