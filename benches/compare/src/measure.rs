//! The rounds: every peer runs every workload, and every answer is compared.

use crate::data::{Data, Queries};
use crate::workload::*;
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::time::Instant;

pub type Load = fn(&Data) -> Box<dyn Peer>;

pub const WORKLOADS: &[(&str, &str)] = &[
    ("w1", "point get, 2 columns"),
    ("w2", "by unique email"),
    ("w3", "belongsTo walk, 3 hops"),
    ("w4", "hasMany sum"),
    ("w5", "nested include, one user"),
    ("w6", "nested include, all (per comment)"),
    ("w7", "many to many names"),
    ("w8", "filter scan + top 100 (per scan)"),
    ("w9", "relation filter (per scan)"),
    ("f1", "flat join (per comment)"),
    ("f2", "group by, count and sum (per scan)"),
    ("f3", "joined top 100 (per scan)"),
    ("f4", "distinct count (per scan)"),
    ("w10a", "insert, one op each"),
    ("w10b", "insert, one batch (per row)"),
    ("w11", "cascade delete, per user"),
    ("w12", "fork (whole)"),
    ("w13", "bulk load (per row)"),
];
const READS: usize = 13;

const SCANS: usize = 5;

fn thread_cpu() -> f64 {
    let t = clock_gettime(ClockId::ThreadCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}

/// wall and thread seconds of one call
fn time<T>(f: impl FnOnce() -> T) -> (T, [f64; 2]) {
    let (t, c) = (Instant::now(), thread_cpu());
    let r = f();
    (r, [t.elapsed().as_secs_f64(), thread_cpu() - c])
}

#[allow(
    unsafe_code,
    reason = "what was freed is handed back, so that it isn't counted; libc has no safe call"
)]
pub fn rss() -> usize {
    unsafe { libc::malloc_trim(0) };
    let s = std::fs::read_to_string("/proc/self/statm").unwrap();
    s.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

pub fn read(p: &dyn Peer, w: &str, q: &Queries) -> Option<u64> {
    match w {
        "w1" => p.w1(&q.w1_posts),
        "w2" => p.w2(&q.w2_emails),
        "w3" => p.w3(&q.w3_comments),
        "w4" => p.w4(&q.w4_users),
        "w5" => p.w5(&q.w5_users),
        "w6" => p.w6(),
        "w7" => p.w7(&q.w7_posts),
        // short scans: several in a row
        "w8" => (0..SCANS).map(|_| p.w8(q.w8_after)).last()?,
        "w9" => (0..SCANS).map(|_| p.w9()).last()?,
        "f1" => p.f1(),
        "f2" => p.f2(),
        "f3" => p.f3(),
        "f4" => p.f4(),
        _ => unreachable!(),
    }
}

fn write(p: &mut dyn Peer, w: &str, q: &Queries) -> Option<u64> {
    match w {
        "w10a" => p.w10_each(&q.w10_each),
        "w10b" => p.w10_batch(&q.w10_batch),
        "w11" => p.w11(&q.w11_users),
        _ => unreachable!(),
    }
}

/// how many operations one run of a workload is
pub fn ops(w: &str, d: &Data, q: &Queries) -> usize {
    match w {
        "w1" => q.w1_posts.len(),
        "w2" => q.w2_emails.len(),
        "w3" => q.w3_comments.len(),
        "w4" => q.w4_users.len(),
        "w5" => q.w5_users.len(),
        "w6" | "f1" => d.comments.id.len(),
        "w7" => q.w7_posts.len(),
        "w8" | "w9" => SCANS,
        "w10a" => q.w10_each.id.len(),
        "w10b" => q.w10_batch.id.len(),
        "w11" => q.w11_users.len(),
        "w13" => d.rows(),
        _ => 1,
    }
}

/// What was measured, and what was answered.
#[derive(Default)]
pub struct Times {
    /// wall and thread seconds of each round, by workload and peer
    pub of: BTreeMap<(&'static str, &'static str), Vec<[f64; 2]>>,
    pub notes: Vec<String>,
    answers: BTreeMap<String, (u64, &'static str)>,
    digests: BTreeMap<&'static str, (Digest, &'static str)>,
}

type Peers = [(&'static str, Load)];
type Stores = [Option<Box<dyn Peer>>];

impl Times {
    pub fn run(
        &mut self,
        peers: &Peers,
        d: &Data,
        q: &Queries,
        rounds: usize,
        working: impl Fn(&str) -> bool,
    ) {
        let mut stores: Vec<Option<Box<dyn Peer>>> = peers.iter().map(|_| None).collect();
        let (reads, writes) = WORKLOADS.split_at(READS);
        // Reads leave a store as it is: where nothing else is wanted, one load serves all rounds.
        let anew = writes.iter().any(|w| working(w.0));
        for round in 0..rounds {
            // each round starts from the next peer, so that none always follows the same one
            let turns: Vec<usize> = (0..peers.len()).map(|i| (i + round) % peers.len()).collect();
            for i in &turns {
                if anew || stores[*i].is_none() {
                    self.load(peers[*i], &mut stores[*i], d, q, &working);
                }
            }
            for (w, _) in reads.iter().filter(|w| working(w.0)) {
                for i in &turns {
                    let Some(store) = &stores[*i] else { continue };
                    let (answer, t) = time(|| read(&**store, w, q));
                    self.keep(w, peers[*i].0, answer, t);
                }
            }
            for (w, _) in writes.iter().filter(|w| !matches!(w.0, "w12" | "w13") && working(w.0)) {
                for i in &turns {
                    self.write(w, peers[*i].0, &mut stores[*i], q);
                }
            }
            eprintln!("round {} of {rounds}", round + 1);
        }
        drop::<Box<Stores>>(stores.into());
    }

    fn load(
        &mut self,
        peer: (&'static str, Load),
        store: &mut Option<Box<dyn Peer>>,
        d: &Data,
        q: &Queries,
        working: &dyn Fn(&str) -> bool,
    ) {
        *store = None;
        let (mut p, t) = time(|| peer.1(d));
        if working("w13") {
            self.of.entry(("w13", peer.0)).or_default().push(t);
        }
        self.notes.extend(p.calibrate(q, working));
        *store = Some(p);
    }

    /// Runs a writing workload on a fork of the store.
    fn write(&mut self, w: &'static str, peer: &'static str, store: &mut Option<Box<dyn Peer>>, q: &Queries) {
        let (mut fork, t) = time(|| store.as_mut().unwrap().fork());
        match &fork {
            Some(_) => self.of.entry(("w12", peer)).or_default().push(t),
            // cannot fork: the last write may spoil the store, which the next round loads anew
            None if w == "w11" => fork = store.take(),
            None => return,
        }
        let mut fork = fork.unwrap();
        let (answer, t) = time(|| write(&mut *fork, w, q));
        self.keep(w, peer, answer, t);
        // the first time, the whole store is compared
        if answer.is_some() && self.of[&(w, peer)].len() == 1 {
            let Some(digest) = fork.digest() else { return };
            let (first, by) = self.digests.entry(w).or_insert((digest, peer));
            assert!(digest.agrees(first), "after {w}: {peer} {digest:?} disagrees with {by} {first:?}");
            first.comments_count = first.comments_count.or(digest.comments_count);
        }
    }

    fn keep(&mut self, w: &'static str, peer: &'static str, answer: Option<u64>, t: [f64; 2]) {
        let Some(answer) = answer else { return };
        let (first, by) = *self.answers.entry(w.to_string()).or_insert((answer, peer));
        assert_eq!(answer, first, "{w}: {peer} disagrees with {by}");
        self.of.entry((w, peer)).or_default().push(t);
    }
}
