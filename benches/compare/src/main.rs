//! Runs every peer on every workload, interleaved, and prints medians and ratios.
//!
//!   compare [--small | --scale X] [--rounds N] [--only limit,relata,..] [--work w1,w6,..] [--json] [--export DIR]
//!   compare --flat [--small | --scale X] [--rounds N] [--only ..] [--work f1,..] [--json]
//!   compare --markdown [..]
//!   compare --growth
//!   compare --memory [--small | --scale X]
//!   compare --states [--small | --scale X] [--rounds N]
//!   compare --associations [--small | --scale X] [--rounds N]

#![deny(unsafe_code)]

mod associations;
#[cfg(feature = "bevy")]
mod bevy;
mod data;
mod growth;
#[allow(unsafe_code, reason = "the bound that safe code is measured against")]
mod limit;
mod measure;
mod relata;
mod report;
mod sqlite;
mod states;
mod structs;
mod typed;
mod workload;

use measure::{Load, Times};
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use workload::*;

const PEERS: &[(&str, Load)] = &[
    ("limit", |d| Box::new(limit::Limit::load(d))),
    ("clustered", |d| Box::new(limit::Limit::load_clustered(d))),
    ("relata", |d| Box::new(relata::Relata::load(d))),
    ("relata clustered", |d| Box::new(relata::Relata::load_clustered(d))),
    ("typed", |d| Box::new(typed::Typed::load(d))),
    ("structs", |d| Box::new(structs::Structs::load(d))),
    ("sqlite", |d| Box::new(sqlite::Sqlite::load(d))),
    #[cfg(feature = "bevy")]
    ("bevy", |d| Box::new(bevy::Bevy::load(d))),
];

/// What `--flat` runs: the flat reads, and the peers that answer them.
const FLAT: (&str, &str) = ("f1,f2,f3,f4", "relata,relata clustered,typed,sqlite");

/// Loads one peer in a process of its own, so that nothing freed before is counted or reused.
fn resident(peer: &str, scale: f64) -> usize {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let out = command.args(["--resident", peer, "--scale", &scale.to_string()]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().parse().unwrap()
}

/// What each table of Relata takes, in bytes of a row of its own.
fn memory(d: &Data) {
    let before = measure::rss();
    let peer = relata::Relata::load(d);
    let resident = measure::rss().saturating_sub(before);
    let tables = peer.database().memory();
    let total: usize = tables.iter().map(|table| table.total()).sum();
    println!("{:12}{:>10}{:>8}{:>8}", "table", "rows", "cells", "indexes");
    for t in &tables {
        let each = |bytes: usize| bytes as f64 / t.rows.max(1) as f64;
        println!("{:12}{:>10}{:>8.1}{:>8.1}", t.table, t.rows, each(t.data + t.overhead), each(t.index));
    }
    let each = |bytes: usize| bytes as f64 / d.rows() as f64;
    println!("in all {:.1} bytes a row, resident {:.1}", each(total), each(resident));
}

/// Data and queries as JSON lines for peers outside this process, with the answers to expect.
fn export(dir: &str, d: &Data, q: &Queries) {
    std::fs::create_dir_all(dir).unwrap();
    let write = |name: &str, rows: &mut dyn Iterator<Item = serde_json::Value>| {
        let mut file = BufWriter::new(std::fs::File::create(format!("{dir}/{name}.jsonl")).unwrap());
        rows.for_each(|row| writeln!(file, "{row}").unwrap());
    };
    macro_rules! rows {
        ($name:literal, $rows:expr, $row:ident => [$($cell:expr),*]) => {
            write($name, &mut $rows.map(|$row| serde_json::json!([$($cell),*])));
        };
    }
    rows!("users", d.users(), u => [u.id, u.name, u.email, u.created_at, u.posts_count]);
    rows!("profiles", d.profiles(), p => [p.id, p.user_id, p.bio]);
    rows!("posts", d.posts(), p => [p.id, p.user_id, p.title, p.published as i64, p.created_at, p.comments_count]);
    rows!("comments", d.comments.iter(), c => [c.id, c.post_id, c.author_id, c.body, c.created_at]);
    let p = limit::Limit::load(d);
    let answers: BTreeMap<_, _> =
        ["w1", "w5", "w6", "w8", "w9"].iter().map(|w| (*w, measure::read(&p, w, q))).collect();
    let all = serde_json::json!({
        "w1_posts": q.w1_posts,
        "w5_users": q.w5_users,
        "w8_after": q.w8_after,
        "comments": d.comments.id.len(),
        "answers": answers,
    });
    std::fs::write(format!("{dir}/queries.json"), all.to_string()).unwrap();
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let flag = |name: &str| args.iter().any(|a| a == name);
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let scale: f64 =
        value("--scale").map_or(if flag("--small") { 0.05 } else { 1.0 }, |s| s.parse().unwrap());
    let rounds: usize = value("--rounds").map_or(5, |s| s.parse().unwrap());
    let among = |list: Option<String>| {
        move |name: &str| list.as_ref().is_none_or(|l| l.split(',').any(|n| n == name))
    };
    let flat = flag("--flat").then_some(FLAT);
    let working = among(value("--work").or(flat.map(|(work, _)| work.into())));
    let wanted = among(value("--only").or(flat.map(|(_, peers)| peers.into())));
    let peers: Vec<_> = PEERS.iter().copied().filter(|p| wanted(p.0)).collect();

    if flag("--associations") {
        return associations::run(scale, rounds);
    }
    if flag("--states") {
        return states::run(scale, rounds);
    }
    if flag("--growth") {
        return growth::run(|d| Box::new(relata::Relata::load(d)), |scale| resident("relata", scale));
    }
    let data = Data::generate(scale);
    if flag("--memory") {
        return memory(&data);
    }
    if let Some(name) = value("--resident") {
        let before = measure::rss();
        let _peer = PEERS.iter().find(|p| p.0 == name).unwrap().1(&data);
        println!("{}", measure::rss().saturating_sub(before));
        return;
    }
    let q = Queries::draw(&data, scale);
    if let Some(dir) = value("--export") {
        return export(&dir, &data, &q);
    }
    let mut times = Times::default();
    times.run(&peers, &data, &q, rounds, working);
    // To weigh a peer takes another load of it, in a process of its own.
    let weigh = |peer: &(&str, Load)| resident(peer.0, scale) as f64 / data.rows() as f64;
    let memory: Vec<f64> = if flat.is_some() { vec![] } else { peers.iter().map(weigh).collect() };
    let report =
        report::Report { scale, rounds, data: &data, q: &q, peers: &peers, times: &times, memory: &memory };
    match (flag("--json"), flag("--markdown")) {
        (true, _) => report.json(),
        (_, true) => report.markdown(),
        _ => report.print(),
    }
}
