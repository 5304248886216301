//! Files as streams of bytes: plain, gzip, or inside a zip. The only module that opens files.
//! Recognising what is in them, and decoding text, happens elsewhere.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the edge of the crate: files are opened here and nowhere else"
)]

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Beyond this much output, an archive may not have expanded more than [`MAX_RATIO`] times. Returns
/// compress ten to fifty times; a bomb, a thousand times.
const FREE_OUTPUT: u64 = 64 << 20;
const MAX_RATIO: u64 = 250;
/// Workbooks are read into memory; a larger one is not a return.
const MAX_WORKBOOK: u64 = 512 << 20;

/// One stream of bytes that can be opened again and again.
#[derive(Debug, Clone)]
pub struct Input {
    /// The name that diagnostics show: the path from the folder that was given, and the member of
    /// an archive after a `!`.
    pub name: String,
    location: Location,
}

#[derive(Debug, Clone)]
enum Location {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
    Stream(Stream),
    Member(Archive, usize),
}

/// An archive whose directory has been read. Its members share it: to parse the directory again for
/// every member takes time with the square of their number.
#[derive(Clone)]
struct Archive(Arc<zip::ZipArchive<Place>>);

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Archive")
    }
}

/// Bytes that can be read from any place on. A copy stands at the beginning and opens its file when it
/// is read first, so that archives that wait to be read hold no file open.
#[derive(Debug)]
enum Place {
    File(Arc<Path>, Option<BufReader<File>>),
    Bytes(Cursor<Arc<[u8]>>),
}

impl Clone for Place {
    fn clone(&self) -> Self {
        match self {
            Self::File(path, _) => Self::File(Arc::clone(path), None),
            Self::Bytes(bytes) => Self::Bytes(Cursor::new(Arc::clone(bytes.get_ref()))),
        }
    }
}

impl Place {
    fn opened(&mut self) -> io::Result<&mut dyn ReadSeek> {
        Ok(match self {
            Self::File(_, Some(file)) => file,
            Self::File(path, file) => file.insert(BufReader::new(File::open(path)?)),
            Self::Bytes(bytes) => bytes,
        })
    }
}

impl Read for Place {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.opened()?.read(buffer)
    }
}

impl Seek for Place {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.opened()?.seek(to)
    }
}

/// Bytes that are made anew each time they are asked for.
#[derive(Clone)]
struct Stream(Arc<dyn Fn() -> Box<dyn Read> + Send + Sync>);

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

/// Why bytes could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The system says no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The zip archive is broken.
    #[error("broken zip archive: {0}")]
    Zip(String),
    /// It expands too much.
    #[error("it expands more than {MAX_RATIO} times")]
    Ratio,
}

impl InputError {
    /// What an error of a reader means: the expansion limit, or the system.
    pub(crate) fn from_read(error: io::Error) -> Self {
        if is_ratio_error(&error) {
            Self::Ratio
        } else {
            Self::Io(error)
        }
    }
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Input {
    /// Bytes that are already in memory, for tests and for callers with their own storage.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            name: name.into(),
            location: Location::Bytes(bytes.into()),
        }
    }

    /// Bytes from elsewhere, such as a database: `make` gives them from the beginning, once for each
    /// time they are looked at (three times at most). They are never held all at once.
    #[must_use]
    pub fn from_stream(
        name: impl Into<String>,
        make: impl Fn() -> Box<dyn Read> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            location: Location::Stream(Stream(Arc::new(make))),
        }
    }

    /// A file, shown under `name`.
    #[must_use]
    pub fn from_path(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            location: Location::Path(path.into()),
        }
    }

    /// Gives the bytes, inflated if they are gzip, to a function.
    ///
    /// # Errors
    /// [`InputError`] if they cannot be opened. Errors while reading, the expansion limit among
    /// them, come out of the reader.
    pub fn read<T>(&self, then: impl FnOnce(&mut dyn Read) -> T) -> Result<T, InputError> {
        self.location.with_stream(|raw| inflate(raw, then))?
    }

    /// The first bytes, inflated.
    ///
    /// # Errors
    /// As [`Input::read`].
    pub fn head(&self, length: usize) -> Result<Vec<u8>, InputError> {
        let mut head = Vec::new();
        self.read(|reader| reader.take(length as u64).read_to_end(&mut head))??;
        Ok(head)
    }

    /// The same bytes held in memory, as an archive inside an archive needs: it has to be read from
    /// its end.
    ///
    /// # Errors
    /// [`InputError`], also when they are too many.
    pub fn in_memory(&self) -> Result<Self, InputError> {
        Ok(Self::from_bytes(self.name.clone(), self.whole()?))
    }

    fn whole(&self) -> Result<Vec<u8>, InputError> {
        let mut bytes = Vec::new();
        self.read(|reader| reader.take(MAX_WORKBOOK + 1).read_to_end(&mut bytes))?
            .map_err(InputError::from_read)?;
        if bytes.len() as u64 > MAX_WORKBOOK {
            return Err(InputError::Ratio);
        }
        Ok(bytes)
    }

    /// All bytes of a workbook, after checking that it does not expand like a bomb.
    ///
    /// # Errors
    /// [`InputError`], also when it is too large.
    pub fn workbook_bytes(&self) -> Result<Vec<u8>, InputError> {
        let bytes = self.whole()?;
        if bytes.starts_with(b"PK\x03\x04") {
            let mut archive = open_zip(Cursor::new(&bytes))?;
            for index in 0..archive.len() {
                let packed = archive.by_index(index).map_err(zip_error)?;
                let size = packed.compressed_size();
                let mut member = Limited::new(packed, Rc::new(Cell::new(size)));
                io::copy(&mut member, &mut io::sink()).map_err(InputError::from_read)?;
            }
        }
        Ok(bytes)
    }

    /// The members of a zip archive, in name order; directories and hidden files left out. Its directory
    /// is parsed here, once for all of them.
    ///
    /// # Errors
    /// [`InputError`] if the archive is broken.
    pub fn members(&self) -> Result<Vec<Self>, InputError> {
        let mut archive = open_zip(self.location.place()?)?;
        let mut found = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let member = archive.by_index(index).map_err(zip_error)?;
            if !member.is_dir() && !is_hidden(member.name()) {
                found.push((format!("{}!{}", self.name, member.name()), index));
            }
        }
        // The copy has no file open.
        let archive = Archive(Arc::new(archive.clone()));
        let member = |(name, index)| Self {
            name,
            location: Location::Member(archive.clone(), index),
        };
        let mut members: Vec<Self> = found.into_iter().map(member).collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(members)
    }
}

impl Location {
    /// The bytes, to be read from any place on.
    fn place(&self) -> Result<Place, InputError> {
        match self {
            Self::Path(path) => Ok(Place::File(path.as_path().into(), None)),
            Self::Bytes(bytes) => Ok(Place::Bytes(Cursor::new(Arc::clone(bytes)))),
            Self::Stream(_) | Self::Member(..) => Err(InputError::Zip(
                "it can only be read from its beginning".into(),
            )),
        }
    }

    fn with_stream<T>(&self, then: impl FnOnce(&mut dyn Read) -> T) -> Result<T, InputError> {
        match self {
            Self::Member(archive, index) => {
                let mut archive = zip::ZipArchive::clone(&archive.0);
                let member = archive.by_index(*index).map_err(zip_error)?;
                let size = member.compressed_size();
                Ok(then(&mut Limited::new(member, Rc::new(Cell::new(size)))))
            }
            Self::Stream(stream) => Ok(then(&mut (stream.0)())),
            Self::Path(path) => Ok(then(&mut BufReader::new(File::open(path)?))),
            Self::Bytes(bytes) => Ok(then(&mut Cursor::new(bytes))),
        }
    }
}

#[cfg(test)]
thread_local! {
    /// How often this thread has parsed the directory of an archive.
    pub(crate) static PARSED: Cell<usize> = const { Cell::new(0) };
}

fn open_zip<R: Read + Seek>(file: R) -> Result<zip::ZipArchive<R>, InputError> {
    #[cfg(test)]
    PARSED.set(PARSED.get() + 1);
    zip::ZipArchive::new(file).map_err(zip_error)
}

/// The beginning of a member of a zip archive held in memory, if there is one of that name.
pub(crate) fn member_of(bytes: &[u8], name: &str, length: u64) -> Option<Vec<u8>> {
    let mut archive = open_zip(Cursor::new(bytes)).ok()?;
    let mut member = archive.by_name(name).ok()?;
    let mut head = Vec::new();
    (&mut member).take(length).read_to_end(&mut head).ok()?;
    Some(head)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is a function for map_err"
)]
fn zip_error(error: zip::result::ZipError) -> InputError {
    InputError::Zip(error.to_string())
}

/// Whether a read failed because an archive expands too much.
#[must_use]
pub(crate) fn is_ratio_error(error: &io::Error) -> bool {
    error.get_ref().is_some_and(
        <dyn std::error::Error + std::marker::Send + std::marker::Sync + 'static>::is::<
            RatioExceeded,
        >,
    )
}

#[derive(Debug, thiserror::Error)]
#[error("it expands more than {MAX_RATIO} times")]
struct RatioExceeded;

fn inflate<T>(raw: &mut dyn Read, then: impl FnOnce(&mut dyn Read) -> T) -> Result<T, InputError> {
    let mut start = [0_u8; 2];
    let got = read_up_to(raw, &mut start)?;
    let taken = Rc::new(Cell::new(0));
    let mut whole = Cursor::new(&start[..got]).chain(raw);
    if got == 2 && start == [0x1f, 0x8b] {
        let counted = Counted {
            inner: &mut whole,
            taken: Rc::clone(&taken),
        };
        let unpacked = flate2::read::MultiGzDecoder::new(BufReader::new(counted));
        Ok(then(&mut Limited::new(unpacked, taken)))
    } else {
        Ok(then(&mut whole))
    }
}

pub(crate) fn read_up_to(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + n as u64);
        Ok(n)
    }
}

/// Stops when much more has come out than went in.
struct Limited<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
    given: u64,
}

impl<R> Limited<R> {
    fn new(inner: R, taken: Rc<Cell<u64>>) -> Self {
        Self {
            inner,
            taken,
            given: 0,
        }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        if self.given > FREE_OUTPUT && self.given / MAX_RATIO > self.taken.get().max(1) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, RatioExceeded));
        }
        Ok(n)
    }
}

fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\'])
        .any(|part| part.starts_with('.') || part.starts_with("__MACOSX") || part.starts_with("~$"))
}

/// Every file under a folder, or the one file given, in name order. Hidden files are left out.
///
/// # Errors
/// [`InputError::Io`] if the folder cannot be listed.
pub fn discover(path: &Path) -> Result<Vec<Input>, InputError> {
    let mut found = Vec::new();
    if path.is_dir() {
        walk(path, "", &mut found)?;
    } else {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        File::open(path)?;
        found.push(Input::from_path(name, path));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Input>) -> Result<(), InputError> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_hidden(&name) {
            continue;
        }
        let shown = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &shown, found)?;
        } else if entry.path().is_file() {
            found.push(Input::from_path(shown, entry.path()));
        }
    }
    Ok(())
}

/// The text of a small file, such as a manifest.
///
/// # Errors
/// [`InputError::Io`] if it cannot be read.
pub fn read_text(path: &Path) -> Result<String, InputError> {
    Ok(std::fs::read_to_string(path)?)
}

/// Creates a file for writing that only its owner may read, from its first byte on, making its folder.
///
/// # Errors
/// [`InputError::Io`] if the system says no.
pub fn create(path: &Path) -> Result<File, InputError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // A file that is there keeps the permissions it was made with.
    remove(path)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

/// Removes a file, if it is there.
///
/// # Errors
/// [`InputError::Io`] if the system says no.
pub(crate) fn remove(path: &Path) -> Result<(), InputError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Opens a file for reading.
///
/// # Errors
/// [`InputError::Io`] if the system says no.
pub fn open(path: &Path) -> Result<File, InputError> {
    Ok(File::open(path)?)
}

/// Gives a finished file its final name, so that a reader never sees half of one.
///
/// # Errors
/// [`InputError::Io`] if the system says no.
pub fn rename(from: &Path, to: &Path) -> Result<(), InputError> {
    Ok(std::fs::rename(from, to)?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn whole(input: &Input) -> io::Result<Vec<u8>> {
        input
            .read(|reader| {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).map(|_| bytes)
            })
            .unwrap()
    }

    #[test]
    fn plain_gzip_and_zip_give_the_same_bytes() {
        let text = b"CHILD,DECOM\n1,01/04/2024\n".as_slice();
        assert_eq!(whole(&Input::from_bytes("a", text)).unwrap(), text);
        assert_eq!(whole(&Input::from_bytes("a.gz", gzip(text))).unwrap(), text);
        let archive = Input::from_bytes(
            "a.zip",
            zip_of(&[("b.csv", b"b"), ("__MACOSX/x", b"x"), ("a.csv", text)]),
        );
        let members = archive.members().unwrap();
        assert_eq!(
            members.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(),
            ["a.zip!a.csv", "a.zip!b.csv"]
        );
        assert_eq!(whole(&members[0]).unwrap(), text);
        assert_eq!(members[1].head(10).unwrap(), b"b");
    }

    /// A file of this name among those of this run.
    fn on_disk(name: &str, bytes: &[u8]) -> PathBuf {
        let name = format!("disparity-{}-{name}.zip", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// What is read again for every member makes the time grow with the square of their number.
    #[test]
    fn the_directory_of_an_archive_is_parsed_once_for_all_members() {
        let names: Vec<String> = (0..100).map(|n| format!("{n:03}.csv")).collect();
        let all: Vec<(&str, &[u8])> = names.iter().map(|n| (&**n, n.as_bytes())).collect();
        let path = on_disk("parsed-once", &zip_of(&all));
        for archive in [
            Input::from_path("a.zip", &path),
            Input::from_bytes("a.zip", zip_of(&all)),
        ] {
            PARSED.set(0);
            let members = archive.members().unwrap();
            for (member, name) in members.iter().zip(&names) {
                assert_eq!(member.head(3).unwrap(), &name.as_bytes()[..3]);
                assert_eq!(whole(member).unwrap(), name.as_bytes());
            }
            assert_eq!((members.len(), PARSED.get()), (100, 1));
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn an_archive_that_waits_to_be_read_holds_no_file_open() {
        let path = on_disk("no-file-open", &zip_of(&[("a.csv", b"a")]));
        let members = Input::from_path("a.zip", &path).members().unwrap();
        let Location::Member(archive, _) = &members[0].location else {
            panic!("{members:?} is no member");
        };
        let archive = Arc::clone(&archive.0);
        drop(members);
        let place = Arc::try_unwrap(archive).unwrap().into_inner();
        assert!(matches!(place, Place::File(_, None)));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_bomb_is_stopped_and_named() {
        let zeros = vec![b'0'; 100 << 20];
        let error = whole(&Input::from_bytes("a.gz", gzip(&zeros))).unwrap_err();
        assert!(is_ratio_error(&error), "{error}");
        let archive = Input::from_bytes("a.zip", zip_of(&[("a.csv", &zeros)]));
        let error = whole(&archive.members().unwrap()[0]).unwrap_err();
        assert!(is_ratio_error(&error), "{error}");
        assert!(matches!(archive.workbook_bytes(), Err(InputError::Ratio)));
    }

    #[test]
    fn a_cut_archive_is_an_error_not_a_panic() {
        let bytes = zip_of(&[("a.csv", b"a,b\n1,2\n")]);
        for length in 0..bytes.len() {
            let input = Input::from_bytes("a.zip", &bytes[..length]);
            if let Ok(members) = input.members() {
                for member in members {
                    drop(whole(&member));
                }
            }
        }
        let bytes = gzip(b"a,b\n1,2\n");
        assert!(whole(&Input::from_bytes("a.gz", &bytes[..bytes.len() - 4])).is_err());
    }
}
