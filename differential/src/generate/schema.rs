//! Random schemas.

use super::values;
use crate::rng::Rng;
use crate::schema::{Column, Link, Relation, Schema, Table};
use crate::schemas::{BYTES, DATES, INSTANTS, SIZES, TIMESTAMPS, UUIDS};
use crate::tree::{Filter, Test, asc, compare, desc};
use crate::value::Kind;

const TABLES: [&str; 5] = ["ants", "bees", "cats", "dogs", "elks"];
const PLAIN: [&str; 5] = ["c0", "c1", "c2", "c3", "c4"];

/// Names by the number of a link: of its columns, and of the relations along it.
const LINKS: usize = 12;
const COLUMNS: [[&str; 2]; LINKS] = [
    ["f0a", "f0b"],
    ["f1a", "f1b"],
    ["f2a", "f2b"],
    ["f3a", "f3b"],
    ["f4a", "f4b"],
    ["f5a", "f5b"],
    ["f6a", "f6b"],
    ["f7a", "f7b"],
    ["f8a", "f8b"],
    ["f9a", "f9b"],
    ["f10a", "f10b"],
    ["f11a", "f11b"],
];
const UP: [&str; LINKS] =
    ["up0", "up1", "up2", "up3", "up4", "up5", "up6", "up7", "up8", "up9", "up10", "up11"];
const DOWN: [&str; LINKS] = [
    "down0", "down1", "down2", "down3", "down4", "down5", "down6", "down7", "down8", "down9", "down10",
    "down11",
];
const SOME: [&str; LINKS] = [
    "some0", "some1", "some2", "some3", "some4", "some5", "some6", "some7", "some8", "some9", "some10",
    "some11",
];
const BACK: [&str; LINKS] = [
    "back0", "back1", "back2", "back3", "back4", "back5", "back6", "back7", "back8", "back9", "back10",
    "back11",
];
const VIA: [&str; LINKS] =
    ["via0", "via1", "via2", "via3", "via4", "via5", "via6", "via7", "via8", "via9", "via10", "via11"];
const AIV: [&str; LINKS] =
    ["aiv0", "aiv1", "aiv2", "aiv3", "aiv4", "aiv5", "aiv6", "aiv7", "aiv8", "aiv9", "aiv10", "aiv11"];

const ACTIONS: [&str; 8] =
    ["cascade", "cascade", "cascade", "set_null", "set_null", "set_default", "restrict", "no_action"];

const KINDS: [Kind; 12] = [
    Kind::Boolean,
    Kind::Smallint,
    Kind::Integer,
    Kind::Integer,
    Kind::Float,
    Kind::Decimal,
    Kind::Text,
    Kind::Text,
    DATES,
    TIMESTAMPS,
    INSTANTS,
    BYTES,
];

/// Kinds of keys: those whose values are held in one column everywhere.
const KEY_KINDS: [Kind; 7] = [Kind::Integer, Kind::Integer, Kind::Smallint, Kind::Text, UUIDS, DATES, SIZES];

/// From two to five tables.
pub(super) fn schema(rng: &mut Rng) -> Schema {
    let count = 2 + rng.below(4);
    let mut maker = Maker { rng, tables: Vec::new(), links: 0, relations: Vec::new() };
    for at in 0..count {
        maker.table(at);
        let links = if at == 0 { 0 } else { 1 + maker.rng.skewed(2) };
        for _ in 0..links {
            let parent = maker.rng.below(at);
            maker.link(at, parent, false);
        }
        if maker.rng.chance(30) {
            maker.link(at, at, true);
        }
    }
    if maker.rng.chance(15) {
        let late = 1 + maker.rng.below(count - 1);
        maker.link(0, late, true);
    }
    for at in 0..count {
        maker.through(at);
    }
    let Maker { tables, relations, .. } = maker;
    Schema { name: "random", tables, relations }
}

struct Maker<'r> {
    rng: &'r mut Rng,
    tables: Vec<Table>,
    links: usize,
    relations: Vec<Relation>,
}

impl Maker<'_> {
    fn table(&mut self, at: usize) {
        let mut columns = Vec::new();
        let key: &[&'static str] = match self.rng.below(10) {
            0..=4 => {
                columns.push(Column::new("id", Kind::Integer).generated());
                &["id"]
            }
            5..=6 => &["k0"],
            7..=8 => &["k0", "k1"],
            _ => &[],
        };
        for name in key.iter().filter(|name| **name != "id") {
            columns.push(Column::new(name, self.key_kind()));
        }
        let plain = 1 + self.rng.skewed(PLAIN.len());
        for name in &PLAIN[..plain] {
            let kind = self.rng.pick(&KINDS).copied().unwrap_or(Kind::Integer);
            let kind = if self.rng.chance(20) { self.key_kind() } else { kind };
            let mut column = Column { nullable: self.rng.chance(55), ..Column::new(name, kind) };
            if self.rng.chance(25) {
                column.default = Some(values::value(self.rng, kind));
            }
            columns.push(column);
        }
        let mut table = Table::new(TABLES[at], columns).key(key);
        if self.rng.chance(35) || key.is_empty() {
            let count = 1 + self.rng.below(2.min(plain));
            table = table.unique(&PLAIN[..count]);
        }
        if self.rng.chance(30) {
            let check = self.plain_filter(&table, plain);
            table = table.check(check);
        }
        self.tables.push(table);
    }

    fn key_kind(&mut self) -> Kind {
        self.rng.pick(&KEY_KINDS).copied().unwrap_or(Kind::Integer)
    }

    /// A condition on one of the first plain columns.
    fn plain_filter(&mut self, table: &Table, plain: usize) -> Filter {
        let column = &table.columns[table.place(PLAIN[self.rng.below(plain)])];
        let operator = self.rng.pick(&["ne", "gte", "lt", "eq", "ne"]).copied().unwrap_or("ne");
        let value = values::value(self.rng, column.kind);
        let filter = compare(column.name, operator, value);
        if self.rng.chance(30) {
            return Filter::Or(vec![filter, Filter::Column(column.name, Test::Null(false))]);
        }
        filter
    }

    /// Columns of one table that hold keys of another one, and relations along them.
    fn link(&mut self, child: usize, parent: usize, optional: bool) {
        let Some(mut references) = self.referenced(parent) else { return };
        if self.links == LINKS {
            return;
        }
        let number = self.links;
        self.links += 1;
        if self.rng.chance(15) {
            references.reverse();
        }
        let is_loose = self.rng.chance(12);
        let actions = [(); 2].map(|()| self.rng.pick(&ACTIONS).copied().unwrap_or("cascade"));
        let is_emptied = actions.contains(&"set_null");
        let nullable = optional || is_emptied || self.rng.chance(55);
        let has_default = actions.contains(&"set_default");
        let mut columns = Vec::new();
        for (reference, name) in references.iter().zip(COLUMNS[number]) {
            let info = &self.tables[parent];
            let kind = info.columns[info.place(reference)].kind;
            let fits = |column: &&Column| {
                column.kind == kind
                    && !column.generated
                    && (column.nullable || !nullable)
                    && column.name != *reference
            };
            let shared: Vec<&'static str> =
                self.tables[child].columns.iter().filter(fits).map(|column| column.name).collect();
            let shared = shared.into_iter().find(|name| !columns.contains(name) && !has_default);
            if let Some(shared) = shared.filter(|_| self.rng.chance(12)) {
                columns.push(shared);
                continue;
            }
            let mut column = Column { nullable, ..Column::new(name, kind) };
            if has_default && (!nullable || self.rng.chance(75)) {
                column.default = Some(values::value(self.rng, kind));
            }
            self.tables[child].columns.push(column);
            columns.push(name);
        }
        let actions = (!is_loose).then_some((actions[0], actions[1]));
        let deferrable = actions.is_some() && self.rng.chance(20);
        let target = self.tables[parent].name;
        let link = Link { columns, table: target, references, actions, deferrable };
        if self.rng.chance(12) && self.tables[child].unique.len() < 2 {
            self.tables[child].unique.push(link.columns.clone());
        }
        self.relate(child, parent, number, &link);
        self.tables[child].links.push(link);
    }

    /// The key or other unique columns of a table.
    fn referenced(&mut self, table: usize) -> Option<Vec<&'static str>> {
        let info = &self.tables[table];
        let is_key = |columns: &&Vec<&'static str>| {
            let kind = |name: &&'static str| info.columns[info.place(name)].kind;
            !columns.is_empty() && columns.iter().all(|name| KEY_KINDS.contains(&kind(name)))
        };
        let all: Vec<_> = [&info.key].into_iter().chain(&info.unique).filter(is_key).collect();
        let at = if self.rng.chance(75) { 0 } else { self.rng.below(all.len()) };
        all.get(at).map(|columns| (*columns).clone())
    }

    /// The relations along a link, from both sides.
    fn relate(&mut self, child: usize, parent: usize, number: usize, link: &Link) {
        let (source, target) = (self.tables[child].name, self.tables[parent].name);
        let up =
            Relation::new((source, UP[number]), &link.columns, target, &link.references).alias(UP[number]);
        let down = up.reverse(DOWN[number]);
        let is_unique = self.tables[child].unique.contains(&link.columns);
        let down = if is_unique { down.one() } else { down };
        let down = if self.rng.chance(20) { down.order(self.order(child)) } else { down };
        self.relations.extend([up.clone(), down]);
        if self.rng.chance(20) {
            let plain =
                self.tables[parent].columns.iter().filter(|column| PLAIN.contains(&column.name)).count();
            let info = self.tables[parent].clone();
            let own = self.plain_filter(&info, plain);
            let some = Relation { name: SOME[number], ..up }.alias(SOME[number]).filter(own);
            self.relations.extend([some.reverse(BACK[number]), some]);
        }
    }

    fn order(&mut self, table: usize) -> crate::tree::Order {
        let columns = &self.tables[table].columns;
        let name = columns[self.rng.below(columns.len())].name;
        if self.rng.chance(50) { asc(name) } else { desc(name) }
    }

    /// A relation through a table that has two links.
    fn through(&mut self, junction: usize) {
        let table = &self.tables[junction];
        let [near, far, ..] = table.links.as_slice() else { return };
        let relation =
            Relation::new((near.table, VIA[junction]), &near.references, far.table, &far.references)
                .through(table.name, &near.columns, &far.columns)
                .alias(VIA[junction])
                .many();
        if !self.rng.chance(75) {
            return;
        }
        let target = self.tables.iter().position(|table| table.name == relation.target).unwrap_or_default();
        let relation = if self.rng.chance(25) { relation.order(self.order(target)) } else { relation };
        self.relations.extend([relation.reverse(AIV[junction]), relation]);
    }
}
