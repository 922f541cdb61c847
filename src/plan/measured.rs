//! What steps of a plan have found and how long they took, in words.

use super::counted;

/// Rows that were found, and nanoseconds.
pub(crate) type Measure = (usize, i128);

/// `, found 3 rows in 12.5 µs`; nothing where nothing was measured.
pub(crate) fn found(measure: Option<&Measure>) -> String {
    measure.map_or(String::new(), |(rows, nanos)| {
        format!(", found {} in {}", counted(*rows as f64, "row"), time(*nanos))
    })
}

/// `total: found 3 rows in 12.5 µs` for the whole.
pub(crate) fn total(measure: Measure) -> String {
    format!("total{}\n", found(Some(&measure)).replacen(',', ":", 1))
}

fn time(nanos: i128) -> String {
    let nanos = nanos as f64;
    match nanos {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n if n < 1e9 => format!("{:.1} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}
