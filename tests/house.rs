//! The rules of the house: layers point down, files stay small, nothing is left over.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the lowest up. One may name those before it, itself, and its partner.
const LAYERS: [&str; 28] = [
    "id",
    "value",
    "document",
    "error",
    "expr",
    "filter",
    "nested",
    "schema",
    "predicate",
    "catalog",
    "scalar",
    "delta",
    "column",
    "index",
    "table",
    "store",
    "diff",
    "eval",
    "query",
    "plan",
    "view",
    "exec",
    "flat",
    "statement",
    "write",
    "file",
    "db",
    "typed",
];

/// Above all of them.
const TOP: [&str; 1] = ["json"];

/// Pairs that need each other: an error carries values, and a value is refused with an error; a
/// catalog holds predicates, which are resolved by a catalog; a row holds rows of its relations; a case
/// asks filters, which compare expressions.
const PARTNERS: [(&str, &str); 8] = [
    ("value", "error"),
    ("value", "document"),
    ("value", "nested"),
    ("document", "error"),
    ("expr", "filter"),
    ("predicate", "catalog"),
    ("predicate", "scalar"),
    ("catalog", "scalar"),
];

/// Reading and writing meet in the database only.
const READ: [&str; 5] = ["query", "plan", "view", "exec", "flat"];

const MAX_CODE_LINES: usize = 500;

const LEFTOVERS: [&str; 8] =
    ["todo!", "unimplemented!", "dbg!", "FIXME", "XXX", "TODO", "#[ignore", "unsafe {"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

fn all_sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| sources(&root().join(folder), &mut found));
    assert!(!found.is_empty(), "no sources in {folders:?}");
    found
}

/// The lines of a file that are code: neither blank, nor comment, nor its unit tests.
fn code_lines(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//")).collect()
}

/// The modules that a line names by `crate::`.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let group = rest.strip_prefix('{').map_or(rest, |inner| inner.split('}').next().unwrap_or(inner));
        let parts: Vec<&str> = if rest.starts_with('{') { group.split(',').collect() } else { vec![group] };
        for part in parts {
            let name: String = part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            names.push(name);
        }
    }
    names
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().chain(&TOP).position(|layer| *layer == module)
}

#[test]
fn modules_name_only_lower_layers() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for path in all_sources(&["src"]) {
        let inside = path.strip_prefix(&src).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if ["lib", "guide"].contains(&module) {
            continue;
        }
        let own = rank(module).unwrap_or_else(|| panic!("give `{module}` a place among the layers"));
        let text = fs::read_to_string(&path).unwrap();
        for line in code_lines(&text) {
            for name in named(line) {
                let Some(other) = rank(&name) else { continue };
                let partners = PARTNERS.contains(&(module, &name)) || PARTNERS.contains(&(&name, module));
                let across = module == "write" && READ.contains(&name.as_str());
                if (other > own && !partners) || across {
                    wrong.push(format!("{}: {}", inside.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these name a layer above their own:\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_small_enough_to_read() {
    let mut sizes = Vec::new();
    for path in
        all_sources(&["src", "cli/src", "derive/src", "differential/src", "tests", "cli/tests", "benches"])
    {
        if path.starts_with(root().join("benches/compare")) {
            continue;
        }
        let lines = code_lines(&fs::read_to_string(&path).unwrap()).len();
        assert!(lines <= MAX_CODE_LINES, "{} has {lines} lines of code: split it by purpose", path.display());
        sizes.push(lines);
    }
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= 160, "the median file has {median} lines of code");
}

#[test]
fn nothing_is_left_over() {
    for path in all_sources(&["src", "cli", "derive", "differential", "tests", "benches", "fuzz"]) {
        if path.ends_with("tests/house.rs") || path.starts_with(root().join("benches/compare")) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in LEFTOVERS {
            assert!(!text.contains(word), "{} has a leftover `{word}`", path.display());
        }
    }
}

#[test]
fn every_crate_forbids_unsafe_code() {
    for lib in ["src/lib.rs", "cli/src/main.rs", "derive/src/lib.rs"] {
        let text = fs::read_to_string(root().join(lib)).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{lib}");
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}
