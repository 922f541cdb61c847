//! Medians and ratios, as a table or as JSON.

use crate::data::{Data, Queries};
use crate::measure::{Load, Times, WORKLOADS, ops};
use std::collections::BTreeMap;

pub struct Report<'r> {
    pub scale: f64,
    pub rounds: usize,
    pub data: &'r Data,
    pub q: &'r Queries,
    pub peers: &'r [(&'static str, Load)],
    pub times: &'r Times,
    /// bytes a row, by peer; empty where that wasn't measured
    pub memory: &'r [f64],
}

pub fn median(v: impl Iterator<Item = f64>) -> f64 {
    let mut v: Vec<f64> = v.collect();
    v.sort_by(f64::total_cmp);
    let n = v.len();
    if n % 2 == 1 { v[n / 2] } else { (v[n / 2 - 1] + v[n / 2]) / 2.0 }
}

/// A ratio, as one reads it.
fn show(ratio: Option<f64>) -> String {
    match ratio {
        None => "-".to_string(),
        Some(r) if r < 10.0 => format!("{r:.2}"),
        Some(r) => format!("{r:.0}"),
    }
}

/// Nanoseconds, as one reads them.
pub fn per(nanos: f64) -> String {
    match nanos {
        n if n < 1e4 => format!("{n:.1} ns"),
        n if n < 1e7 => format!("{:.1} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

/// The rows of the README's table: workloads by the names that they have there.
const README: &[(&str, &str)] = &[
    ("w1", "point get by key"),
    ("w2", "by unique text"),
    ("w3", "to-one, three hops"),
    ("w4", "to-many sum"),
    ("w5", "nested include, one user"),
    ("w6", "nested include, everybody, a comment"),
    ("w7", "many-to-many"),
    ("w8", "filter scan and top 100"),
    ("w9", "relation filter"),
    ("w10a", "insert, one by one"),
    ("w10b", "insert, one batch, a row"),
    ("w11", "cascade delete, a user"),
    ("w12", "fork"),
    ("w13", "bulk load, a row"),
];

impl Report<'_> {
    /// the median of wall (0) or thread (1) seconds
    fn seconds(&self, w: &'static str, peer: &'static str, clock: usize) -> Option<f64> {
        Some(median(self.times.of.get(&(w, peer))?.iter().map(|t| t[clock])))
    }

    /// the median over rounds of the ratio within a round, so that a busy moment falls on both sides
    fn ratio(&self, w: &'static str, peer: &'static str, base: &'static str) -> Option<f64> {
        let (a, b) = (self.times.of.get(&(w, peer))?, self.times.of.get(&(w, base))?);
        Some(median(a.iter().zip(b).map(|(a, b)| a[0] / b[0])))
    }

    pub fn json(&self) {
        let mut out = BTreeMap::new();
        for (w, what) in WORKLOADS {
            for (at, (name, _)) in self.peers.iter().enumerate() {
                let Some(t) = self.seconds(w, name, 0) else { continue };
                let mut row = serde_json::json!({
                    "what": what,
                    "seconds": t,
                    "cpu_seconds": self.seconds(w, name, 1),
                    "ns_per_op": t * 1e9 / ops(w, self.data, self.q) as f64,
                    "to_limit": self.ratio(w, name, "limit"),
                    "to_sqlite": self.ratio(w, name, "sqlite"),
                    "to_structs": self.ratio(w, name, "structs"),
                    "rounds": self.times.of[&(*w, *name)].iter().map(|t| t[0]).collect::<Vec<_>>(),
                });
                if let Some(bytes) = self.memory.get(at).filter(|_| *w == "w13") {
                    row["bytes_per_row"] = (*bytes).into();
                }
                out.entry(*w).or_insert_with(BTreeMap::new).insert(*name, row);
            }
        }
        let (rows, notes) = (self.data.rows(), &self.times.notes);
        let all = serde_json::json!({
            "scale": self.scale, "rounds": self.rounds, "rows": rows, "notes": notes, "workloads": out,
        });
        println!("{all}");
    }

    /// The table under "How fast it is" in the README, ready to be put there.
    pub fn markdown(&self) {
        println!("| workload | Relata | times the limit | times faster than SQLite | than structs |");
        println!("|---|---|---|---|---|");
        for (w, what) in README {
            let Some(t) = self.seconds(w, "relata", 0) else { continue };
            let time = per(t * 1e9 / ops(w, self.data, self.q) as f64);
            // A copy of arrays is no limit of a fork.
            let limit = self.ratio(w, "relata", "limit").filter(|_| *w != "w12");
            let faster = |base| show(self.ratio(w, "relata", base).map(|ratio| 1.0 / ratio));
            println!("| {what} | {time} | {} | {} | {} |", show(limit), faster("sqlite"), faster("structs"));
        }
        let bytes = self.peers.iter().zip(self.memory).map(|((name, _), bytes)| format!("{name} {bytes:.0}"));
        println!("\nresident bytes a row: {}", bytes.collect::<Vec<_>>().join(", "));
    }

    pub fn print(&self) {
        println!(
            "scale {}, {} rows, {} rounds: median time per operation; (x the limit, x faster than sqlite)",
            self.scale,
            self.data.rows(),
            self.rounds
        );
        print!("{:4} {:34}", "", "");
        self.peers.iter().for_each(|(name, _)| print!("{name:>30}"));
        println!();
        let timed = |w| self.peers.iter().any(|(name, _)| self.times.of.contains_key(&(w, *name)));
        for (w, what) in WORKLOADS.iter().filter(|(w, _)| timed(*w)) {
            print!("{w:4} {what:34}");
            self.peers.iter().for_each(|(name, _)| print!("{:>30}", self.cell(w, name)));
            println!();
        }
        if !self.memory.is_empty() {
            print!("{:4} {:34}", "", "resident bytes per row");
            self.memory.iter().for_each(|bytes| print!("{bytes:>30.1}"));
            println!();
        }
        println!();
        self.times.notes.iter().for_each(|note| println!("{note}"));
    }

    fn cell(&self, w: &'static str, peer: &'static str) -> String {
        let Some(t) = self.seconds(w, peer, 0) else { return "-".into() };
        let per = per(t * 1e9 / ops(w, self.data, self.q) as f64);
        let faster = self.ratio(w, peer, "sqlite").map(|r| 1.0 / r);
        format!("{per} ({}, {})", show(self.ratio(w, peer, "limit")), show(faster))
    }
}
