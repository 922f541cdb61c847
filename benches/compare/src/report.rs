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
    /// bytes a row, by peer
    pub memory: &'r [f64],
}

fn median(v: impl Iterator<Item = f64>) -> f64 {
    let mut v: Vec<f64> = v.collect();
    v.sort_by(f64::total_cmp);
    let n = v.len();
    if n % 2 == 1 { v[n / 2] } else { (v[n / 2 - 1] + v[n / 2]) / 2.0 }
}

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
            for ((name, _), bytes) in self.peers.iter().zip(self.memory) {
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
                if *w == "w13" {
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
        for (w, what) in WORKLOADS {
            print!("{w:4} {what:34}");
            self.peers.iter().for_each(|(name, _)| print!("{:>30}", self.cell(w, name)));
            println!();
        }
        print!("{:4} {:34}", "", "resident bytes per row");
        self.memory.iter().for_each(|bytes| print!("{bytes:>30.1}"));
        println!("\n");
        self.times.notes.iter().for_each(|note| println!("{note}"));
    }

    fn cell(&self, w: &'static str, peer: &'static str) -> String {
        let Some(t) = self.seconds(w, peer, 0) else { return "-".into() };
        let per = match t * 1e9 / ops(w, self.data, self.q) as f64 {
            n if n < 1e4 => format!("{n:.1} ns"),
            n if n < 1e7 => format!("{:.1} us", n / 1e3),
            n => format!("{:.1} ms", n / 1e6),
        };
        let show = |r: Option<f64>| match r {
            None => "-".to_string(),
            Some(r) if r < 10.0 => format!("{r:.2}"),
            Some(r) => format!("{r:.0}"),
        };
        let faster = self.ratio(w, peer, "sqlite").map(|r| 1.0 / r);
        format!("{per} ({}, {})", show(self.ratio(w, peer, "limit")), show(faster))
    }
}
