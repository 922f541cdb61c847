//! Schemas as JSON text and through serde.

use super::Schema;
use crate::document::{Limits, read};
use crate::error::Result;
use crate::value::Literal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Schema {
    /// Reads a schema document. O(n).
    ///
    /// # Errors
    /// `parse` for text that isn't JSON, with line and column; `invalid_schema` with every part
    /// that has another shape and every option there isn't.
    ///
    /// ```
    /// use relata::Schema;
    /// let schema = Schema::from_json(
    ///     r#"{"tables": {"users": {"columns": {"id": {"type": "integer"}}, "primaryKey": ["id"]}}}"#,
    /// )?;
    /// assert_eq!(schema.tables[0].primary_key, ["id"]);
    ///
    /// let error = Schema::from_json(r#"{"tables": {"users": {"primarykey": ["id"]}}}"#).unwrap_err();
    /// assert!(format!("{error:#}").contains("did you mean `primaryKey`?"));
    /// # Ok::<(), relata::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Schema> {
        Schema::try_from(&read(text, &Limits::none())?)
    }

    /// The schema document in its canonical form, indented. Numbers keep every digit, which they don't
    /// through serde where a format holds them as doubles.
    pub fn to_json(&self) -> String {
        format!("{:#}", Literal::from(self))
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Literal::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Schema, D::Error> {
        let document = Literal::deserialize(deserializer)?;
        Schema::try_from(&document).map_err(|error| serde::de::Error::custom(format_args!("{error:#}")))
    }
}
