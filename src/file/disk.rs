//! Files that are there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Names that are tried for the file beside.
const NAMES: u32 = 1000;

/// Writes a file beside `path`, syncs it and gives it the name `path`: whatever fails, what `path` had
/// before is there as it was. A link is followed.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("this is no regular file"));
    }
    let (file, beside) = create_beside(&path)?;
    let written = fill(&file, &path, write);
    drop(file);
    let done = written.and_then(|()| fs::rename(&beside, &path));
    if done.is_err() {
        // What went wrong first is what is told.
        let _ = fs::remove_file(&beside);
        return done;
    }
    sync_folder(&path)
}

fn fill(file: &File, path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    if let Ok(metadata) = fs::metadata(path) {
        file.set_permissions(metadata.permissions())?;
    }
    write(file)?;
    file.sync_all()
}

/// A new file in the folder of `path`, under a name that nothing has.
fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or_else(|| io::Error::other("this names no file"))?;
    let mut taken = None;
    for at in 0..NAMES {
        let mut beside = OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}-{at}", std::process::id()));
        let beside = path.with_file_name(beside);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((file, beside)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(taken.unwrap_or_else(|| io::Error::other("no name is free beside it")))
}

/// Makes the new name last, where folders can be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let entry = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        fs::read_dir(folder).unwrap().map(entry).collect()
    }

    #[test]
    fn a_write_that_fails_half_way_leaves_what_was_there_and_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let fail = |mut file: &File| {
            file.write_all(b"half of")?;
            Err(io::Error::other("the disk is full"))
        };
        assert_eq!(replace(&path, fail).unwrap_err().to_string(), "the disk is full");
        assert_eq!(names(folder.path()), [] as [&str; 0]);
        fs::write(&path, "old").unwrap();
        assert!(replace(&path, fail).is_err());
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("old", vec!["a".into()])
        );
        replace(&path, |mut file| file.write_all(b"new")).unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("new", vec!["a".into()])
        );
    }

    #[test]
    fn only_regular_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(folder.path(), |_| Ok(())).is_err());
        assert!(folder.path().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&real, &link).unwrap();
        replace(&link, |mut file| file.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_name_that_is_taken_beside_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let beside = |at: usize| format!(".a.{}-{at}", std::process::id());
        fs::write(folder.path().join(beside(0)), "somebody's").unwrap();
        replace(&path, |mut file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_to_string(folder.path().join(beside(0))).unwrap(), "somebody's");
        (1..1000).for_each(|at| fs::write(folder.path().join(beside(at)), "").unwrap());
        assert_eq!(replace(&path, |_| Ok(())).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let nowhere = folder.path().join("no folder").join("a");
        assert_eq!(replace(&nowhere, |_| Ok(())).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
