//! What writes set off, in words.

use super::{Catalog, Way};
use crate::error::Result;
use crate::id::TableId;
use crate::schema::{Action, Dependent};
use std::collections::HashSet;
use std::fmt::Write;

impl Catalog {
    /// What writing, deleting and destroying rows of a table sets off, in words. What is destroyed goes
    /// as if deleted too. O(foreign keys + dependents).
    ///
    /// ```
    /// use relata::{Action, Catalog, Column, ForeignKey, Relation, Schema, Table};
    /// let catalog = Catalog::try_from(
    ///     Schema::new()
    ///         .table(Table::new("users").column(Column::integer("id"))
    ///             .column(Column::integer("posts_count").default(0)).primary_key(["id"]))
    ///         .table(Table::new("posts").column(Column::integer("user_id"))
    ///             .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(Action::Cascade)))
    ///         .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
    ///         .relation(Relation::many("users", "posts", "posts").counter_cache("posts_count")),
    /// )?;
    /// assert_eq!(catalog.explain_writes("posts")?, "writing posts\n  counts users.posts_count\n");
    /// assert_eq!(
    ///     catalog.explain_writes("users")?,
    ///     "deleting users\n  deletes posts by user_id\n    counts users.posts_count\n",
    /// );
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_table`.
    pub fn explain_writes(&self, table: &str) -> Result<String> {
        let id = self.table_id(table)?;
        let mut out = String::new();
        let mut kept = String::new();
        self.explain_upkeep(id, 1, &mut kept);
        if !kept.is_empty() {
            out = format!("writing {table}\n{kept}");
        }
        if let Some(version) = self.table(id).version {
            let version = &self.table(id).column(version).name;
            let _ = writeln!(out, "changing {table}\n  raises {table}.{version}");
        }
        let mut deleted = String::new();
        self.explain_delete(id, &mut deleted);
        if !deleted.is_empty() {
            let _ = write!(out, "deleting {table}\n{deleted}");
        }
        let mut destroyed = String::new();
        self.explain_destroy(id, &mut destroyed);
        if !destroyed.is_empty() {
            let _ = write!(out, "destroying {table}\n{destroyed}");
        }
        Ok(out)
    }

    /// The counters and touched times that a row of the table keeps up.
    fn explain_upkeep(&self, table: TableId, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        for upkeep in &self.table(table).upkeep {
            let parent = self.table(upkeep.parent);
            let kept =
                [("counts", &upkeep.counters), ("counts", &upkeep.filtered), ("touches", &upkeep.touches)];
            for (verb, columns) in kept {
                for column in columns {
                    let _ = writeln!(out, "{indent}{verb} {}.{}", parent.name, parent.column(*column).name);
                }
            }
        }
    }

    /// What goes or changes with a row of the table. A table that was met is not told again.
    fn explain_delete(&self, table: TableId, out: &mut String) {
        let mut seen = HashSet::from([table]);
        let of = |table: TableId, depth: usize| {
            self.table(table).incoming.iter().rev().map(move |key| (depth, *key))
        };
        let mut keys: Vec<_> = of(table, 1).collect();
        while let Some((depth, id)) = keys.pop() {
            let key = self.foreign_key(id);
            let edge = self.edge(key.edge);
            let child = self.table(edge.child);
            let columns = child.column_names(&edge.child_columns).join(", ");
            let verb = match key.on_delete {
                Action::Cascade => "deletes",
                Action::SetNull => "sets to null",
                Action::SetDefault => "sets to default",
                Action::Restrict => "is refused while there are",
                Action::NoAction => "is refused when it leaves",
            };
            let _ = writeln!(out, "{}{verb} {} by {columns}", "  ".repeat(depth), child.name);
            if matches!(key.on_delete, Action::Cascade | Action::SetNull | Action::SetDefault) {
                self.explain_upkeep(edge.child, depth + 1, out);
            }
            if key.on_delete == Action::Cascade && seen.insert(edge.child) {
                keys.extend(of(edge.child, depth + 1));
            }
        }
    }

    /// What becomes of the rows along a table's relations when a row of it is destroyed. A table that
    /// was met is not told again.
    fn explain_destroy(&self, table: TableId, out: &mut String) {
        let mut seen = HashSet::from([table]);
        let of = |table: TableId, depth: usize| {
            self.table(table).dependents.iter().rev().map(move |dependent| (table, depth, dependent))
        };
        let mut dependents: Vec<_> = of(table, 1).collect();
        while let Some((table, depth, dependent)) = dependents.pop() {
            let relation = self.table(table).relation(dependent.relation);
            let verb = match dependent.action {
                Dependent::Destroy => "destroys",
                Dependent::Delete => "deletes",
                Dependent::Nullify => "clears",
                Dependent::Restrict => "is refused while there are",
            };
            let rows = match dependent.way {
                Way::Junction(near, _) => self.edge(near).child,
                Way::Children(_) | Way::Parent => relation.target,
            };
            let (indent, rows) = ("  ".repeat(depth), self.table(rows));
            let _ = writeln!(out, "{indent}{verb} {} along {}", rows.name, relation.name);
            if dependent.action != Dependent::Restrict {
                self.explain_upkeep(rows.id, depth + 1, out);
            }
            if dependent.action == Dependent::Destroy && seen.insert(rows.id) {
                dependents.extend(of(rows.id, depth + 1));
            }
        }
    }
}
