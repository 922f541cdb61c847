//! Running the command, and folders for it to read.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run of the command left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command with these arguments, in no terminal and without input.
pub(crate) fn relata<S: AsRef<str>>(args: &[S]) -> Run {
    relata_with("", args)
}

/// The command with these arguments and this on standard input.
pub(crate) fn relata_with<S: AsRef<str>>(input: &str, args: &[S]) -> Run {
    let mut child = command(args).spawn().unwrap();
    // A command that refuses its arguments reads no input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn command<S: AsRef<str>>(args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relata"));
    command.args(args.iter().map(AsRef::as_ref)).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Run {
    /// Asserts that all was well, and gives what was written.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        self.stdout
    }

    /// Asserts that it was refused without a result, and gives why.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (1, ""), "{self:?}");
        self.stderr
    }
}

/// A library of authors and their books.
pub(crate) const SCHEMA: &str = r#"{
  "tables": {
    "authors": {
      "columns": {
        "id": {"type": "integer", "generated": true},
        "name": {"type": "text"},
        "born": {"type": "date", "nullable": true},
        "motto": {"type": "text", "nullable": true}
      },
      "primaryKey": ["id"]
    },
    "books": {
      "columns": {
        "id": {"type": "integer"},
        "title": {"type": "text"},
        "year": {"type": "int", "nullable": true},
        "price": {"type": "decimal", "default": 10},
        "author_id": {"type": "integer", "nullable": true}
      },
      "primaryKey": ["id"],
      "checks": [{"name": "printed", "where": {"year": {"gte": 1450}}}],
      "foreignKeys": [{"columns": ["author_id"], "references": {"table": "authors", "columns": ["id"]}}]
    }
  },
  "relations": {
    "books": {"author": {"one": "authors", "from": ["author_id"], "to": ["id"]}},
    "authors": {"books": {"many": "books"}}
  }
}"#;

/// A folder with a schema beside the data.
pub(crate) struct Folder {
    dir: TempDir,
}

impl Folder {
    /// The library's schema, and these files in the data folder.
    pub(crate) fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder { dir: tempfile::tempdir().unwrap() };
        std::fs::create_dir(folder.path("data")).unwrap();
        std::fs::write(folder.path("schema.json"), SCHEMA).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path(&format!("data/{name}")), text).unwrap();
        }
        folder
    }

    /// A library with rows.
    pub(crate) fn library() -> Folder {
        Folder::new(&[
            ("authors.csv", "id,name,born,motto\n1,Frank,1920-10-08,\n2,\"Ursula, K.\",,\"\"\n"),
            (
                "books.csv",
                "author_id,id,title,price\n1,1,Dune,12.50\n2,2,Rocannon,\n,3,Beowulf,9\n"
                    .replace("Rocannon,\n", "Rocannon,7.00\n")
                    .as_str(),
            ),
        ])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// `relata <command> --schema ... --data ... <more>`.
    pub(crate) fn relata(&self, command: &str, more: &[&str]) -> Run {
        let (schema, data) = (self.text("schema.json"), self.text("data"));
        let mut args = vec![command, "--schema", &schema, "--data", &data];
        args.extend(more);
        relata(&args)
    }
}

/// A folder beside the project, when it's there; says so when it isn't.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}
