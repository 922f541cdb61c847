//! The documents and folders that a command line names.

use crate::args::SchemaArgs;
use crate::failure::{Failure, unreadable};
use crate::saved;
use relata::json::{Limits, utf8};
use relata::{Database, Error, ErrorKind, Schema};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(crate) const STDIN: &str = "-";

/// Reads documents, each no longer than the limits allow, and standard input once.
pub(crate) struct Source {
    limits: Limits,
    is_stdin_taken: bool,
}

impl Source {
    pub(crate) fn new(limits: Limits) -> Source {
        Source { limits, is_stdin_taken: false }
    }

    /// The text of a file, or of standard input for `-`.
    pub(crate) fn text(&mut self, path: &Path) -> Result<String, Failure> {
        let name = name(path);
        let bytes = if path == Path::new(STDIN) {
            self.take_stdin()?;
            self.bytes(io::stdin().lock())
        } else {
            File::open(path).and_then(|file| self.bytes(file))
        };
        let bytes = bytes.map_err(|error| unreadable(path, &error))?;
        let text = utf8(&bytes, &self.limits).map_err(|error| Failure::Refused(Some(name), error))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
    }

    /// One byte more than the limit at most: enough to see that there is too much.
    fn bytes(&self, input: impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(self.limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
        input.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The saved database, or an empty one of the schema.
    pub(crate) fn database(&mut self, args: &SchemaArgs) -> Result<Database, Failure> {
        match &args.file {
            Some(path) => self.saved(path, &args.files),
            None => {
                let schema = self.schema(&args.files)?;
                let names: Vec<_> = args.files.iter().map(|path| name(path)).collect();
                Database::new(schema).map_err(|error| Failure::Refused(Some(names.join(", ")), error))
            }
        }
    }

    /// The database of a saved file, which is of a schema where there are parts of one.
    pub(crate) fn saved(&mut self, path: &Path, schemas: &[PathBuf]) -> Result<Database, Failure> {
        let schema = if schemas.is_empty() { None } else { Some(self.schema(schemas)?) };
        if path != Path::new(STDIN) {
            return saved::open(path, File::open(path), schema);
        }
        self.take_stdin()?;
        saved::open(path, Ok(io::stdin().lock()), schema)
    }

    /// The schema that is made of all its parts.
    fn schema(&mut self, parts: &[PathBuf]) -> Result<Schema, Failure> {
        let mut schema = Schema::new();
        for path in parts {
            let refused = |error| Failure::Refused(Some(name(path)), error);
            let part = Schema::from_json(&self.text(path)?).map_err(refused)?;
            schema = schema.merge(part).map_err(refused)?;
        }
        Ok(schema)
    }

    fn take_stdin(&mut self) -> Result<(), Failure> {
        match std::mem::replace(&mut self.is_stdin_taken, true) {
            true => Err(Failure::Usage("standard input (`-`) can be read only once".into())),
            false => Ok(()),
        }
    }
}

/// What a message calls a document.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new(STDIN) { "standard input".into() } else { path.display().to_string() }
}

/// An error about text that isn't what it should be.
pub(crate) fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Parse { message: message.into().into(), line: 0, column: 0 })
}
