//! The line of each row.

/// Lines ascend with rows, mostly by one: what is kept is where that isn't so.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The first row of a run, and its line.
    runs: Vec<(usize, u64)>,
    rows: usize,
    next: u64,
}

impl Lines {
    /// Notes the line of the next row.
    pub(super) fn push(&mut self, line: u64) {
        if self.runs.is_empty() || line != self.next {
            self.runs.push((self.rows, line));
        }
        self.rows += 1;
        self.next = line + 1;
    }

    /// The line of a row. O(log runs).
    pub(super) fn of(&self, row: usize) -> u64 {
        let after = self.runs.partition_point(|(first, _)| *first <= row);
        match after.checked_sub(1).and_then(|run| self.runs.get(run)) {
            Some((first, line)) => line + (row - first) as u64,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_the_line_it_was_given() {
        let given = [2, 3, 4, 7, 9, 10];
        let mut lines = Lines::default();
        given.iter().for_each(|line| lines.push(*line));
        let found: Vec<_> = (0..given.len()).map(|row| lines.of(row)).collect();
        assert_eq!(found, given);
        assert_eq!(lines.runs.len(), 3);
    }
}
