//! The database as a file: whether it is one of ours, copies of it, and who may use it. Not here: what is in it.

use super::{APPLICATION, BUSY_TIMEOUT, MIGRATIONS, migrate, rows::run};
use crate::server::store::{Reserved, StoreError, Stored};
use rusqlite::{Connection, OpenFlags};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// Password hashes and sessions are nobody else's to read.
const PRIVATE: u32 = 0o600;

/// Refuses what is not Lockstep's, or of a newer Lockstep. A database with nothing in it is ours.
pub(super) fn check(connection: &Connection) -> Stored<()> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let version = number("user_version")?;
    let application = number("application_id")?;
    let tables = "SELECT COUNT(*) FROM sqlite_schema";
    let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION {
        return Err(StoreError::Unfit("is not a database of Lockstep's".into()));
    }
    if version > MIGRATIONS.len() as i64 {
        let why = "was written by a newer version of Lockstep";
        return Err(StoreError::Unfit(why.into()));
    }
    Ok(())
}

/// Opens a database that is there, and is one of ours, as it is.
pub(super) fn open_existing(file: &Path) -> Stored<Connection> {
    if !file.is_file() {
        return Err(StoreError::Unfit("is not there".into()));
    }
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    check(&connection)?;
    Ok(connection)
}

/// Copies the database as it is at one moment; others go on writing meanwhile.
pub(super) fn backup(file: &Path, to: &Path) -> Stored<()> {
    let connection = open_existing(file).map_err(|error| about(file, error))?;
    copy_to(&connection, to).map_err(|error| about(to, error))
}

fn copy_to(connection: &Connection, to: &Path) -> Stored<()> {
    if to.exists() {
        let why = "is there already; nothing was overwritten";
        return Err(StoreError::Unfit(why.into()));
    }
    let part = beside(to, ".part");
    // SQLite writes into an empty file, which is private from the beginning.
    create(&part)?;
    let made = vacuum_into(connection, &part).and_then(|()| Ok(fs::rename(&part, to)?));
    if made.is_err() {
        // What is half done is of no use; why it failed is what counts.
        let _ = fs::remove_file(&part);
    }
    made?;
    sync_folder_of(to)
}

fn vacuum_into(connection: &Connection, part: &Path) -> Stored<()> {
    let name = part
        .to_str()
        .ok_or(io::Error::from(ErrorKind::InvalidFilename))?;
    run(connection, "VACUUM INTO ?", [name])?;
    verify(part)?;
    // Until here it may stand in the system's memory only.
    Ok(File::open(part)?.sync_all()?)
}

/// Puts a backup in the database's place, as a new history. What was there is kept beside it, under the name that
/// comes back.
pub(super) fn restore(file: &Path, from: &Path) -> Stored<Option<PathBuf>> {
    let _reserved = reserve(file)?;
    verify(from).map_err(|error| about(from, error))?;
    replace(file, from).map_err(|error| about(file, error))
}

fn replace(file: &Path, from: &Path) -> Stored<Option<PathBuf>> {
    let part = beside(file, ".part");
    io::copy(&mut File::open(from)?, &mut create(&part)?)?;
    begin_history(&part)?;
    File::open(&part)?.sync_all()?;
    let replaced = set_aside(file)?;
    fs::rename(&part, file)?;
    sync_folder_of(file)?;
    Ok(replaced)
}

/// Takes the database for this process alone, as long as the answer lives.
pub(super) fn reserve(file: &Path) -> Stored<Reserved> {
    take_lock(file).map_err(|error| about(file, error))
}

fn take_lock(file: &Path) -> Stored<Reserved> {
    make_folder_of(file)?;
    // A file of its own: to close the database's would take SQLite's locks away.
    let mut options = OpenOptions::new();
    options
        .create(true)
        .truncate(false)
        .write(true)
        .mode(PRIVATE);
    let lock = options.open(beside(file, ".lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(Reserved { _lock: lock }),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::Unfit("is in use by a server".into())),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

pub(super) fn make_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// Whether it is one of ours, as a whole.
fn verify(file: &Path) -> Stored<()> {
    let connection = open_existing(file)?;
    let sql = "PRAGMA integrity_check(1)";
    let verdict: String = connection.query_row(sql, [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Unfit("is damaged".into()));
    }
    Ok(())
}

/// A new epoch: what clients know of the old history does not count in this one. Sign-ins and
/// invitations end, since some may have been ended for a reason after the backup was made.
fn begin_history(file: &Path) -> Stored<()> {
    let mut connection = open_existing(file)?;
    migrate(&mut connection)?;
    let transaction = connection.transaction()?;
    let sql = "INSERT OR REPLACE INTO history (only, epoch) VALUES (1, ?)";
    run(&transaction, sql, [Uuid::now_v7()])?;
    run(&transaction, "DELETE FROM sessions", [])?;
    run(&transaction, "DELETE FROM invitations", [])?;
    transaction.commit()?;
    connection
        .close()
        .map_err(|(_, error)| StoreError::from(error))
}

/// Names that SQLite gives to what stands beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Gives a database that is there another name, which it returns.
fn set_aside(file: &Path) -> Stored<Option<PathBuf>> {
    if !file.exists() {
        return Ok(None);
    }
    // All into one file, if it can be read at all; a damaged one is kept as it is.
    if let Ok(connection) = Connection::open(file) {
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
    let mut names = (1u32..).map(|n| beside(file, &format!(".replaced-{n}")));
    let aside = names.find(|name| !name.exists());
    let aside = aside.ok_or(io::Error::from(ErrorKind::AlreadyExists))?;
    for companion in COMPANIONS {
        let there = beside(file, companion);
        if there.exists() {
            fs::rename(there, beside(&aside, companion))?;
        }
    }
    fs::rename(file, &aside)?;
    Ok(Some(aside))
}

/// An empty file that only its owner may read.
pub(super) fn create(file: &Path) -> io::Result<File> {
    remove(file)?;
    let mut options = OpenOptions::new();
    options
        .create_new(true)
        .write(true)
        .mode(PRIVATE)
        .open(file)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A rename is on the disk when its folder is.
fn sync_folder_of(file: &Path) -> Stored<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}

/// The error, with the file that it is about.
fn about(file: &Path, error: StoreError) -> StoreError {
    let file = file.display();
    match error {
        StoreError::Unfit(why) => StoreError::Unfit(format!("{file} {why}")),
        StoreError::Database(cause) => StoreError::Unfit(format!("{file}: {cause}")),
        other => other,
    }
}
