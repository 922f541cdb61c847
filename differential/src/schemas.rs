//! The schemas that both engines are asked about.

mod blog;
mod groups;
mod invoices;
mod library;
mod loose;
mod school;
mod things;

use crate::schema::{Column, Schema};
use crate::value::Kind;

pub(crate) use library::LIBRARY;

/// All schemas.
pub fn all() -> Vec<Schema> {
    vec![
        blog::schema(),
        groups::schema(),
        school::schema(),
        invoices::schema(),
        loose::schema(),
        things::schema(),
        library::schema(),
    ]
}

pub(crate) const DATES: Kind = Kind::Labels {
    ty: "date",
    labels: &[
        "1899-12-31",
        "1969-12-31",
        "1970-01-01",
        "2000-02-29",
        "2021-01-31",
        "2021-02-01",
        "2038-01-19",
    ],
};

pub(crate) const TIMESTAMPS: Kind = Kind::Labels {
    ty: "timestamp",
    labels: &[
        "1969-12-31T23:59:59",
        "1970-01-01T00:00:00",
        "2021-01-31T09:30:00",
        "2021-01-31T09:30:00.25",
        "2021-01-31T09:30:00.5",
        "2021-01-31T09:30:01",
        "2024-02-29T12:00:00",
    ],
};

pub(crate) const INSTANTS: Kind = Kind::Labels {
    ty: "timestamptz",
    labels: &[
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "2021-01-31T09:30:00Z",
        "2021-01-31T09:30:00.000001Z",
        "2021-01-31T09:30:01Z",
        "2024-02-29T12:00:00Z",
    ],
};

pub(crate) const UUIDS: Kind = Kind::Labels {
    ty: "uuid",
    labels: &[
        "00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-000000000001",
        "00000000-0000-4000-8000-000000000000",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3302",
        "7fffffff-ffff-4fff-bfff-ffffffffffff",
        "80000000-0000-4000-8000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ],
};

/// In the order of their bytes: none, 00, 00 01, 7f, 80, ff.
pub(crate) const BYTES: Kind =
    Kind::Labels { ty: "bytes", labels: &["", "AA==", "AAE=", "fw==", "gA==", "gAAAAAAAAAABAgM=", "/w=="] };

pub(crate) const SIZES: Kind = labels(&["small", "medium", "large", "huge"]);

const fn labels(labels: &'static [&'static str]) -> Kind {
    Kind::Labels { ty: "enum", labels }
}

fn id() -> Column {
    Column::new("id", Kind::Integer).generated()
}

fn integer(name: &'static str) -> Column {
    Column::new(name, Kind::Integer)
}

fn text(name: &'static str) -> Column {
    Column::new(name, Kind::Text)
}

fn boolean(name: &'static str) -> Column {
    Column::new(name, Kind::Boolean)
}
