//! Junctions found by the names of the tables they join.

use super::push_new;
use crate::catalog::build::Build;
use crate::catalog::inflect::{joined, singular};
use crate::error::SchemaReason;
use crate::id::TableId;
use crate::schema::Relation;
use ecow::{EcoString, eco_format};

impl Build {
    pub(super) fn name_junction(
        &self,
        source: TableId,
        target: TableId,
        relation: &mut Relation,
    ) -> Result<(), SchemaReason> {
        let ends = relation.from.is_empty() && relation.to.is_empty();
        if relation.through.is_none() && ends && (relation.alias.is_some() || relation.inverse.is_some()) {
            return Ok(());
        }
        let mut through = relation.through.clone().unwrap_or_default();
        if through.table.is_empty() {
            let names = junction_names(&relation.source, &relation.target);
            let Some(name) = names.iter().find(|name| self.table_ids.contains_key(*name)) else {
                return Err(self.no_table("junction", names));
            };
            through.table = name.clone();
        }
        let Some(junction) = self.table_ids.get(&through.table).copied() else {
            let known = self.tables.iter().map(|table| table.name.clone()).collect();
            return Err(SchemaReason::UnknownTable { name: through.table, known });
        };
        if relation.from.is_empty() {
            relation.from = self.key_names(source)?;
        }
        if relation.to.is_empty() {
            relation.to = self.key_names(target)?;
        }
        let missing = |looked_for| self.no_column("foreign key", junction, looked_for);
        if through.from.is_empty() {
            let bases = [singular(&relation.source), relation.source.clone()];
            through.from = self.holding(junction, &bases, &relation.from).map_err(missing)?;
        }
        if through.to.is_empty() {
            let bases = [singular(&relation.name), singular(&relation.target), relation.target.clone()];
            let found = self.holding(junction, &bases, &relation.to).map_err(missing)?;
            if found == through.from {
                return Err(missing(joined(&bases[0], "id").to_vec()));
            }
            through.to = found;
        }
        relation.through = Some(through);
        Ok(())
    }
}

/// The names that the junction of two tables may have.
fn junction_names(source: &EcoString, target: &EcoString) -> Vec<EcoString> {
    let (first, second) = if source <= target { (source, target) } else { (target, source) };
    let mut names = Vec::new();
    for (first, second) in [(first, second), (second, first)] {
        let both = joined(first, second);
        let plain = eco_format!("{first}_{second}");
        [plain].into_iter().chain(both).for_each(|name| push_new(&mut names, name));
    }
    names
}
