//! Running callgrind and reading what it wrote.

use std::collections::HashMap;
use std::fmt;
use std::process::{Command, Stdio};
use std::str::FromStr;

/// Instructions of one operation of each path, in the order of the paths.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) compiler: String,
    pub(crate) each: Vec<(String, u64)>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.compiler)?;
        self.each.iter().try_for_each(|(name, count)| writeln!(f, "{name} {count}"))
    }
}

impl FromStr for Counts {
    type Err = String;

    fn from_str(text: &str) -> Result<Counts, String> {
        let mut lines = text.lines();
        let compiler = lines.next().unwrap_or_default().to_owned();
        let each = lines.map(|line| {
            let pair = line.split_once(' ').and_then(|(name, count)| Some((name, count.parse().ok()?)));
            pair.map(|(name, count)| (name.to_owned(), count)).ok_or_else(|| format!("no count: {line}"))
        });
        Ok(Counts { compiler, each: each.collect::<Result<_, _>>()? })
    }
}

pub(crate) fn is_here(command: &str) -> bool {
    let asked = Command::new(command).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Runs this program under callgrind, once for all paths: each is a function of its own.
pub(crate) fn measure(paths: &[(&str, u64)]) -> Counts {
    let written = std::env::temp_dir().join(format!("relata-instructions-{}", std::process::id()));
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-line=no"])
        .arg(format!("--callgrind-out-file={}", written.display()))
        .arg(std::env::current_exe().unwrap())
        .arg("--measured")
        .status();
    let profile = std::fs::read_to_string(&written);
    _ = std::fs::remove_file(&written);
    assert!(run.is_ok_and(|status| status.success()), "callgrind failed");
    let inclusive = inclusive(&profile.unwrap());
    let each = paths.iter().map(|(name, operations)| {
        let count = inclusive.iter().filter(|(function, _)| is_path(function, name)).map(|(_, count)| count);
        let count: u64 = count.sum();
        assert!(count > 0, "{name} wasn't called, or was inlined");
        ((*name).to_owned(), count / operations)
    });
    let version = Command::new("rustc").arg("--version").output();
    let compiler = version.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    Counts { each: each.collect(), compiler: compiler.unwrap_or_default() }
}

/// Whether a function is that of a path. The hash that some symbols end with is left out.
fn is_path(function: &str, path: &str) -> bool {
    let name = function.split("::h").next().unwrap_or(function);
    name.strip_suffix(path).is_some_and(|module| module.ends_with("paths::"))
}

/// The instructions of each function with all it calls, from the profile's calls of it: `cfn=` names
/// who is called, the second line after it ends with the cost.
fn inclusive(profile: &str) -> HashMap<String, u64> {
    let (mut names, mut counts) = (HashMap::new(), HashMap::new());
    let mut called = None;
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        let Some((key, value)) = line.split_once('=') else { continue };
        match key {
            // A name is given once and is a number afterwards.
            "fn" | "cfn" => {
                let (number, name) = value.split_once(' ').unwrap_or((value, ""));
                let name = match name {
                    "" => names.get(number).cloned().unwrap_or_default(),
                    name => names.entry(number.to_owned()).or_insert(name.to_owned()).clone(),
                };
                called = (key == "cfn").then_some(name);
            }
            "calls" => {
                let cost: Option<u64> =
                    lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|n| n.parse().ok());
                if let (Some(name), Some(cost)) = (called.take(), cost) {
                    *counts.entry(name).or_insert(0u64) += cost;
                }
            }
            _ => {}
        }
    }
    counts
}
