//! The last part and the target of chains, as far as names lead.

use super::declared;
use crate::catalog::build::Build;
use crate::catalog::inflect::{plural, singular};
use crate::error::SchemaReason;
use crate::schema::{Relation, Schema};
use ecow::EcoString;

/// How many chains are followed one inside the other by name. Deeper ones name their target.
const CHAIN_DEPTH_MAX: usize = 8;

impl Build {
    /// Gives a chain its last part and its target, as far as names lead.
    pub(super) fn name_chain(&self, schema: &Schema, relation: &mut Relation) -> Result<(), SchemaReason> {
        let end = self.chain_end(schema, &relation.source, &relation.chain, None, 0);
        if let Some(source) = relation.through_source.take() {
            relation.chain.push(source);
        } else if let Some(end) = end
            && (relation.target != end)
        {
            let names = [relation.name.clone(), singular(&relation.name), plural(&relation.name)];
            if let Some(name) = names.into_iter().find(|name| declared(schema, &end, name).is_some()) {
                relation.chain.push(name);
            }
        }
        if relation.target.is_empty() && relation.kind.is_some() {
            let (chain, kind) = (&relation.chain, relation.source_type.as_ref());
            let end = self.chain_end(schema, &relation.source, chain, kind, 0);
            relation.target = match end {
                Some(end) => end,
                None => self.target_by_name(relation)?,
            };
        }
        Ok(())
    }

    /// The table that relations lead to one after the other.
    fn chain_end(
        &self,
        schema: &Schema,
        source: &EcoString,
        chain: &[EcoString],
        source_type: Option<&EcoString>,
        depth: usize,
    ) -> Option<EcoString> {
        let mut table = source.clone();
        for (at, name) in chain.iter().enumerate() {
            let part = declared(schema, &table, name)?;
            table = match (&part.polymorphic, at + 1 == chain.len()) {
                (Some(_), true) => source_type?.clone(),
                (Some(_), false) => return None,
                (None, _) => self.target_of(schema, part, depth + 1)?,
            };
        }
        Some(table)
    }

    /// The table that a relation of the schema leads to.
    pub(super) fn target_of(&self, schema: &Schema, relation: &Relation, depth: usize) -> Option<EcoString> {
        if !relation.target.is_empty() {
            return Some(relation.target.clone());
        }
        if depth > CHAIN_DEPTH_MAX || relation.polymorphic.is_some() {
            return None;
        }
        if relation.chain.is_empty() {
            return self.target_by_name(relation).ok();
        }
        let source = relation.through_source.iter().cloned();
        let mut chain: Vec<EcoString> = relation.chain.iter().cloned().chain(source).collect();
        let kind = relation.source_type.as_ref();
        let end = self.chain_end(schema, &relation.source, &chain, kind, depth)?;
        let names = [relation.name.clone(), singular(&relation.name), plural(&relation.name)];
        match names.into_iter().find(|name| declared(schema, &end, name).is_some()) {
            Some(name) if relation.through_source.is_none() => {
                chain.push(name);
                self.chain_end(schema, &relation.source, &chain, kind, depth)
            }
            _ => Some(end),
        }
    }
}
