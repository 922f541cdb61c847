//! One line of the table: what both peers took in each round.

/// Nanoseconds of one operation, round by round; a peer without an equal has no rounds.
pub struct Line {
    name: String,
    relata: Vec<f64>,
    sqlite: Vec<f64>,
    bytes: Option<[usize; 2]>,
}

impl Line {
    pub fn new(name: impl Into<String>) -> Line {
        Line { name: name.into(), relata: vec![], sqlite: vec![], bytes: None }
    }

    /// Both in every round; who goes first alternates.
    pub fn both(
        name: impl Into<String>,
        rounds: usize,
        mut relata: impl FnMut() -> f64,
        mut sqlite: impl FnMut() -> f64,
    ) -> Line {
        let mut line = Line::new(name);
        for round in 0..rounds {
            if round % 2 == 0 {
                line.relata.push(relata());
                line.sqlite.push(sqlite());
            } else {
                line.sqlite.push(sqlite());
                line.relata.push(relata());
            }
        }
        line
    }

    pub fn relata(name: impl Into<String>, rounds: usize, mut run: impl FnMut() -> f64) -> Line {
        Line { relata: (0..rounds).map(|_| run()).collect(), ..Line::new(name) }
    }

    pub fn sqlite(name: impl Into<String>, rounds: usize, mut run: impl FnMut() -> f64) -> Line {
        Line { sqlite: (0..rounds).map(|_| run()).collect(), ..Line::new(name) }
    }

    /// Adds a round.
    pub fn push(&mut self, relata: f64, sqlite: Option<f64>) {
        self.relata.push(relata);
        self.sqlite.extend(sqlite);
    }

    /// The bytes that one operation moves, of both.
    pub fn moving(self, bytes: [usize; 2]) -> Line {
        Line { bytes: Some(bytes), ..self }
    }

    pub fn head() -> String {
        format!("{:34}{:>22}{:>22}{:>10}", "", "relata", "sqlite", "ratio")
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [relata, sqlite] = [(&self.relata, 0), (&self.sqlite, 1)]
            .map(|(times, peer)| cell(median(times), self.bytes.map(|bytes| bytes[peer])));
        let ratios: Vec<f64> = self.relata.iter().zip(&self.sqlite).map(|(a, b)| b / a).collect();
        let ratio = median(&ratios).map_or("-".into(), |ratio| match ratio < 100.0 {
            true => format!("{ratio:.2}"),
            false => format!("{ratio:.0}"),
        });
        write!(f, "{:34}{relata:>22}{sqlite:>22}{ratio:>10}", self.name)
    }
}

fn cell(ns: Option<f64>, bytes: Option<usize>) -> String {
    let Some(ns) = ns else { return "-".into() };
    let time = match ns {
        ns if ns < 1e4 => format!("{ns:.1} ns"),
        ns if ns < 1e7 => format!("{:.1} us", ns / 1e3),
        ns => format!("{:.1} ms", ns / 1e6),
    };
    bytes.map_or(time.clone(), |bytes| format!("{time} {:5.0} MB/s", bytes as f64 / ns * 1e3))
}

fn median(all: &[f64]) -> Option<f64> {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}
