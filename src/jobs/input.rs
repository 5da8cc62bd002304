//! The bytes of a body on their way to whoever reads its rows: unpacked, counted, and as UTF-8.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufReader, ErrorKind, Read};
use std::rc::Rc;

use actix_web::http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use tokio::sync::mpsc::Receiver;

use crate::http::decode::{self, UnknownEncoding};
use crate::tables::read::Fault;

/// Most bytes of one row: beyond every row there is, and small enough to be held in memory.
pub const LONGEST_ROW: usize = 4 << 20;
/// Bytes that are decoded at once.
const BLOCK: usize = 64 << 10;

/// Chunks as they come out of the database.
#[derive(Debug)]
pub struct Chunks {
    receiver: Receiver<Vec<u8>>,
    current: io::Cursor<Vec<u8>>,
}

impl Chunks {
    /// Those that this receiver gets.
    #[must_use]
    pub fn new(receiver: Receiver<Vec<u8>>) -> Self {
        Self { receiver, current: io::Cursor::default() }
    }
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            match self.receiver.blocking_recv() {
                Some(chunk) => self.current = io::Cursor::new(chunk),
                None => return Ok(0),
            }
        }
    }
}

/// Unpacks what `Content-Encoding` says.
pub fn unpacked(packed: Chunks, encoding: Option<&str>) -> io::Result<Box<dyn Read>> {
    let mut headers = HeaderMap::new();
    if let Some(encoding) = encoding.and_then(|encoding| HeaderValue::from_str(encoding).ok()) {
        headers.insert(CONTENT_ENCODING, encoding);
    }
    match decode::Encoding::of(&headers) {
        Ok(None) => Ok(Box::new(packed)),
        Ok(Some(encoding)) => encoding.reader(packed),
        Err(UnknownEncoding) => Err(ErrorKind::InvalidInput.into()),
    }
}

/// Counts what is read, and ends where it is too much as a whole or for one row.
#[derive(Debug)]
pub struct Limited<R> {
    inner: R,
    left: u64,
    place: Rc<Cell<Place>>,
    trouble: Trouble,
}

/// What really stood in the way, where a reader only says that there was something.
#[derive(Clone, Debug, Default)]
pub struct Trouble(Rc<RefCell<Option<Fault>>>);

impl Trouble {
    /// What stood in the way, or else what the reader says.
    #[must_use]
    pub fn or(&self, said: Fault) -> Fault {
        self.0.borrow_mut().take().unwrap_or(said)
    }

    fn set(&self, zh: String, en: String) -> io::Error {
        *self.0.borrow_mut() = Some(Fault::too_large(zh, en));
        ErrorKind::Other.into()
    }
}

/// How far somebody has read.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Rows.
    rows: usize,
    /// Bytes of the row that follows.
    bytes: usize,
}

/// Says that a row is over.
#[derive(Clone, Debug)]
pub struct RowEnd(Rc<Cell<Place>>);

impl RowEnd {
    /// It is.
    pub fn mark(&self) {
        self.0.set(Place { rows: self.0.get().rows + 1, bytes: 0 });
    }

    /// What was read since the last one is of none.
    pub fn pass(&self) {
        self.0.set(Place { bytes: 0, ..self.0.get() });
    }
}

impl<R: Read> Limited<R> {
    /// At most this many bytes.
    pub fn new(inner: R, most: u64) -> (Self, RowEnd, Trouble) {
        let (place, trouble) = (Rc::<Cell<Place>>::default(), Trouble::default());
        let limited = Self { inner, left: most, place: Rc::clone(&place), trouble: trouble.clone() };
        (limited, RowEnd(place), trouble)
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        let Place { rows, bytes } = self.place.get();
        let (row, bytes) = (rows + 1, bytes + read);
        self.place.set(Place { rows, bytes });
        if bytes > LONGEST_ROW {
            let most = LONGEST_ROW >> 20;
            return Err(self.trouble.set(
                format!("文件的第 {row} 行数据超过 {most} MiB，请检查文件"),
                format!("Row {row} of the file has more than {most} MiB; look at the file"),
            ));
        }
        let Some(left) = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) else {
            return Err(self.trouble.set(
                "解压后超过任务导入的上限（JIXIAO_MAX_JOB）".into(),
                "After decompression it is larger than a job may be (JIXIAO_MAX_JOB)".into(),
            ));
        };
        self.left = left;
        Ok(read)
    }
}

/// The encoding of a whole text: UTF-8, or GB18030 where it is none; nothing where it is neither. UTF-16 says so.
pub fn encoding_of(mut text: impl Read) -> io::Result<Option<&'static Encoding>> {
    let mut block = vec![0; BLOCK];
    let mut candidates = [UTF_8, GB18030].map(|encoding| Some(encoding.new_decoder_without_bom_handling()));
    let mut scratch = vec![0; BLOCK * 4];
    let mut is_first = true;
    loop {
        let read = text.read(&mut block)?;
        let bytes = block.get(..read).unwrap_or_default();
        if is_first && let Some((encoding, _)) = Encoding::for_bom(bytes) {
            return Ok(Some(encoding));
        }
        is_first = false;
        for candidate in &mut candidates {
            let Some(decoder) = candidate else { continue };
            let (result, ..) = decoder.decode_to_utf8_without_replacement(bytes, &mut scratch, read == 0);
            if result != DecoderResult::InputEmpty {
                *candidate = None;
            }
        }
        if read == 0 || candidates.iter().all(Option::is_none) {
            return Ok(candidates.iter().flatten().next().map(encoding_rs::Decoder::encoding));
        }
    }
}

/// Text of another encoding, as UTF-8 and without a mark at its beginning.
pub struct Utf8<R> {
    inner: BufReader<R>,
    decoder: encoding_rs::Decoder,
    decoded: io::Cursor<Vec<u8>>,
    is_over: bool,
}

impl<R> fmt::Debug for Utf8<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Utf8").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}

impl<R: Read> Utf8<R> {
    /// This text in this encoding.
    pub fn new(text: R, encoding: &'static Encoding) -> Self {
        Self {
            inner: BufReader::new(text),
            decoder: encoding.new_decoder_with_bom_removal(),
            decoded: io::Cursor::default(),
            is_over: false,
        }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut block = vec![0; BLOCK];
        loop {
            let read = self.decoded.read(into)?;
            if read > 0 || into.is_empty() || self.is_over {
                return Ok(read);
            }
            let read = self.inner.read(&mut block)?;
            self.is_over = read == 0;
            let mut text = vec![0; BLOCK * 4];
            let bytes = block.get(..read).unwrap_or_default();
            let (result, _, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut text, self.is_over);
            if result != DecoderResult::InputEmpty {
                return Err(ErrorKind::InvalidData.into());
            }
            text.truncate(written);
            self.decoded = io::Cursor::new(text);
        }
    }
}
