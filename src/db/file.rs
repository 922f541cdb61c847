//! Saving to files and loading from them.

use super::snapshot::check;
use super::{Builder, Database, Snapshot};
use crate::error::{Error, ErrorKind, Result};
use crate::file;
use crate::schema::Schema;
use crate::store::Store;
use crate::write::Hooks;
use ecow::eco_format;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

impl Snapshot {
    /// Saves this state: schema, rows in their order, identities. Needs the feature `files`. The file is
    /// written beside `path`, synced and renamed, so that whatever fails leaves there what was there.
    /// O(bytes), and holds a block of them in memory. Writers aren't kept waiting.
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("notes.relata");
    /// # let db = Database::new(Schema::new().table(Table::new("notes")
    /// #     .column(Column::integer("id").generated()).primary_key(["id"])))?;
    /// db.insert("notes", row! {})?;
    /// db.snapshot().save(&path)?;
    /// let again = Database::from_file(&path)?;
    /// assert_eq!(again.query("notes").count()?, 1);
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `io`; `limit_exceeded` for a schema whose document has too many parts or too many levels.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file::replace(path, |out| self.write_to(out)).map_err(|error| refused(path, error))
    }

    /// The bytes of a saved file. Equal rows under one schema give equal bytes. O(bytes).
    ///
    /// # Errors
    /// `limit_exceeded` for a schema whose document has too many parts or too many levels.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        file::write(self.store(), &mut bytes).map_err(|error| refused(Path::new("memory"), error))?;
        Ok(bytes)
    }

    /// Writes the bytes of a saved file. O(bytes), and holds a block of them in memory.
    ///
    /// # Errors
    /// What the writer gives, and an [`Error`] inside for a schema whose document has too many parts or
    /// too many levels.
    pub fn write_to(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        file::write(self.store(), &mut out)
    }
}

impl Database {
    /// Saves the rows as they are now; see [`Snapshot::save`].
    ///
    /// # Errors
    /// As [`Snapshot::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.snapshot().save(path)
    }

    /// The database that was saved, with the schema it was saved with. Needs the feature `files`.
    /// Everything is checked first, [`check`](Database::check) included.
    /// O(bytes x (indexes + edges)).
    ///
    /// A loaded database answers as the saved one did and goes on with the same keys. It has no link with
    /// the file.
    ///
    /// # Errors
    /// `io`; `corrupt`, with part and place, for a file that can't be right.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Database> {
        let path = path.as_ref();
        Database::from_bytes(&bytes_of(path)?)
    }

    /// As [`from_file`](Database::from_file), from bytes. Bytes from a stranger are refused without
    /// panicking, and cost memory in proportion to their number.
    ///
    /// # Errors
    /// `corrupt`, with part and place, for bytes that can't be right.
    pub fn from_bytes(bytes: &[u8]) -> Result<Database> {
        Builder::new(Schema::new()).load(bytes, false)
    }
}

impl Builder {
    /// The database that was saved, with this schema, clock, ids and history. The stored schema must be
    /// the same, but for added columns that are nullable or have a default: rows get what an insert that
    /// doesn't name them would give. O(bytes x (indexes + edges)).
    ///
    /// ```
    /// # use relata::{Column, Database, Schema, Table, row};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("books.relata");
    /// let books = |year: Column| Schema::new().table(
    ///     Table::new("books").column(Column::integer("id").generated()).column(year).primary_key(["id"]),
    /// );
    /// let db = Database::new(books(Column::int("year")))?;
    /// db.insert("books", row! { year: 1965 })?;
    /// db.save(&path)?;
    ///
    /// let error = Database::builder(books(Column::integer("year"))).build_from_file(&path).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the file was written for another schema: books.year int -> integer",
    /// );
    /// # Ok::<(), relata::Error>(())
    /// ```
    ///
    /// # Errors
    /// `io`; `corrupt`, with part and place, for a file that can't be right; `invalid_schema` with all
    /// that differs for a file of another schema, and with every mistake of this one.
    pub fn build_from_file(self, path: impl AsRef<Path>) -> Result<Database> {
        let path = path.as_ref();
        self.build_from_bytes(&bytes_of(path)?)
    }

    /// As [`build_from_file`](Builder::build_from_file), from bytes.
    ///
    /// # Errors
    /// As [`build_from_file`](Builder::build_from_file), `io` apart.
    pub fn build_from_bytes(self, bytes: &[u8]) -> Result<Database> {
        self.load(bytes, true)
    }

    fn load(self, bytes: &[u8], is_given: bool) -> Result<Database> {
        let mut environment = Arc::new(self.environment);
        let store = file::read(bytes, is_given.then_some(self.schema), &environment)?;
        verify(&store)?;
        // The rows come as they are, so that the hooks begin with the loaded database.
        let hooks = self.hooks.resolve(store.catalog())?;
        if let Some(environment) = Arc::get_mut(&mut environment) {
            environment.hooks = hooks.map(|hooks| Box::new(hooks) as Box<dyn Hooks>);
        }
        let store = store.strict_loading(self.strict).read_threads(self.threads);
        Ok(Database::with(Arc::new(store), environment, self.settings))
    }
}

impl Schema {
    /// The schema in the bytes of a saved database. O(bytes). Needs the feature `files`.
    ///
    /// # Errors
    /// `corrupt`, with part and place, for bytes that can't be right.
    pub fn from_saved(bytes: &[u8]) -> Result<Schema> {
        file::schema(bytes)
    }
}

/// Refuses a state in which something doesn't hold.
fn verify(store: &Store) -> Result<()> {
    let found = check(store);
    let Some(first) = found.first() else { return Ok(()) };
    let reason = match found.len() {
        1 => eco_format!("{first}"),
        many => eco_format!("{many} rows break a rule, the first: {first}"),
    };
    Err(ErrorKind::CorruptFile { part: "rows".into(), offset: None, reason }.into())
}

fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| refused(path, error))
}

/// The error of a file, or the one that was met on the way to it.
fn refused(path: &Path, error: io::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|error| {
        let (path, reason) = (eco_format!("{}", path.display()), eco_format!("{error}"));
        ErrorKind::Io { path, reason }.into()
    })
}
