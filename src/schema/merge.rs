//! Schemas that come in parts.

use super::Schema;
use crate::error::{Error, ErrorKind, Result, SchemaMistake, SchemaReason};

impl Schema {
    /// The tables and relations of both parts, those of `self` first.
    ///
    /// Parts may repeat a table or relation as long as they declare it alike. O(n x m).
    ///
    /// # Errors
    /// `invalid_schema` with every table and relation that the parts declare differently.
    ///
    /// ```
    /// use relata::{Column, Schema, Table};
    /// let users = Schema::new().table(Table::new("users").column(Column::integer("id")));
    /// let posts = Schema::new().table(Table::new("posts").column(Column::integer("id")));
    /// assert_eq!(users.merge(posts)?.tables.len(), 2);
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn merge(mut self, other: Schema) -> Result<Schema> {
        let mut mistakes = Vec::new();
        let (tables, relations) = (self.tables.len(), self.relations.len());
        for table in other.tables {
            match self.tables.iter().take(tables).find(|mine| mine.name == table.name) {
                None => self.tables.push(table),
                Some(mine) if *mine == table => {}
                Some(_) => {
                    let reason = SchemaReason::Clash { what: "table" };
                    mistakes.push(SchemaMistake { table: Some(table.name), item: None, reason });
                }
            }
        }
        for relation in other.relations {
            let same =
                |mine: &&super::Relation| (&mine.source, &mine.name) == (&relation.source, &relation.name);
            match self.relations.iter().take(relations).find(same) {
                None => self.relations.push(relation),
                Some(mine) if *mine == relation => {}
                Some(_) => {
                    let reason = SchemaReason::Clash { what: "relation" };
                    let (table, item) = (Some(relation.source), Some(relation.name));
                    mistakes.push(SchemaMistake { table, item, reason });
                }
            }
        }
        if mistakes.is_empty() { Ok(self) } else { Err(Error::new(ErrorKind::InvalidSchema { mistakes })) }
    }
}
