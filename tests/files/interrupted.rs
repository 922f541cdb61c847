//! Writers and files that fail: at whichever byte, the state is what it was and can be saved again.

use crate::common::{kind, sound};
use crate::random::numbered;
use relata::Database;
use std::fs;
use std::io::{self, ErrorKind, Write};

/// Takes a byte at a time, and fails after so many.
struct Full {
    room: usize,
    taken: Vec<u8>,
    /// Whether nothing is taken any more instead of failing.
    silent: bool,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.first() {
            Some(_) if self.taken.len() == self.room && self.silent => Ok(0),
            Some(_) if self.taken.len() == self.room => Err(ErrorKind::StorageFull.into()),
            Some(byte) => {
                self.taken.push(*byte);
                Ok(1)
            }
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_at_any_byte_gives_its_error_and_the_state_stays() {
    for file in 0..3 {
        let db = numbered(file);
        let state = db.snapshot();
        let whole = state.to_bytes().unwrap();
        for silent in [false, true] {
            for room in 0..whole.len() {
                let mut out = Full { room, taken: Vec::new(), silent };
                let error = state.write_to(&mut out).unwrap_err();
                let expected = if silent { ErrorKind::WriteZero } else { ErrorKind::StorageFull };
                assert_eq!(error.kind(), expected, "byte {room}");
                assert_eq!(out.taken, whole[..room], "byte {room}");
                // What has arrived is no database.
                assert_eq!(kind(&Database::from_bytes(&out.taken).unwrap_err()), "corrupt", "byte {room}");
            }
        }
        let mut out = Full { room: whole.len(), taken: Vec::new(), silent: false };
        state.write_to(&mut out).unwrap();
        assert_eq!((&out.taken, &db.snapshot().to_bytes().unwrap()), (&whole, &whole));
        sound(&db);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let db = numbered(1);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(db.snapshot().write_to(full).unwrap_err().kind(), ErrorKind::StorageFull);
    let error = db.save("/dev/full").unwrap_err();
    assert_eq!(kind(&error), "io");
    sound(&db);
}

#[test]
fn a_save_that_fails_leaves_the_file_that_was_there_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.relata");
    let (old, new) = (numbered(0), numbered(1));
    old.save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    // Neither a folder nor a path through a file takes a database.
    for wrong in [folder.path().to_owned(), path.join("b"), folder.path().join("none").join("b")] {
        assert_eq!(kind(&new.save(&wrong).unwrap_err()), "io", "{}", wrong.display());
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    new.save(&path).unwrap();
    assert_eq!(Database::from_file(&path).unwrap().snapshot().to_bytes().unwrap(), fs::read(&path).unwrap());
    assert_eq!(kind(&Database::from_file(folder.path()).unwrap_err()), "io");
    assert_eq!(kind(&Database::from_file(folder.path().join("none")).unwrap_err()), "io");
}
