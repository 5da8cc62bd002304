//! The package of a workbook. What its directory says of sizes is not believed: what comes out is counted as it comes
//! out, and every part is read through once, never held.

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

/// Parts of a package.
const MOST_PARTS: usize = 200;
/// Bytes that all parts may come to.
const MOST_BYTES: u64 = 100 << 20;
/// Bytes that one part may come to.
const MOST_OF_PART: u64 = 64 << 20;
/// How many times as large as the file all parts may be.
const MOST_RATIO: u64 = 200;
/// Bytes from one `<` to the next: what the parser must hold at once.
const LONGEST_RUN: usize = 512 << 10;
/// Elements within one another.
const DEEPEST: usize = 64;

/// Why a workbook cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is beyond the limits.
    TooLarge,
    /// It is no workbook, or a broken one.
    Broken(&'static str),
}

impl From<quick_xml::Error> for Trouble {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(why) if why.kind() == ErrorKind::FileTooLarge => Self::TooLarge,
            _ => Self::Broken("XML"),
        }
    }
}

impl From<quick_xml::events::attributes::AttrError> for Trouble {
    fn from(_: quick_xml::events::attributes::AttrError) -> Self {
        Self::Broken("XML")
    }
}

/// The package.
pub(super) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still come out.
    left: Cell<u64>,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Trouble> {
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(Trouble::Broken("ZIP"));
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Trouble::Broken("ZIP"))?;
        if zip.len() > MOST_PARTS {
            return Err(Trouble::TooLarge);
        }
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let left = Cell::new(MOST_BYTES.min(size.saturating_mul(MOST_RATIO)));
        Ok(Self { zip, left })
    }

    /// Calls `visit` with the events of a part and how deep each stands; `false` when there is no such part.
    pub(super) fn each(
        &mut self,
        part: &str,
        mut visit: impl FnMut(&Event<'_>, usize) -> Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        let Some(index) = self.zip.index_for_name(part) else { return Ok(false) };
        let entry = self.zip.by_index(index).map_err(|_| Trouble::Broken("ZIP"))?;
        let guard = Guard { inner: entry, part_left: MOST_OF_PART, left: &self.left, run: 0 };
        let mut xml = Reader::from_reader(BufReader::with_capacity(64 << 10, guard));
        xml.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        let mut depth = 0_usize;
        loop {
            buffer.clear();
            let event = xml.read_event_into(&mut buffer)?;
            match &event {
                Event::Start(_) => {
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(Trouble::Broken("XML"));
                    }
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                // Nobody who writes workbooks declares entities.
                Event::DocType(_) => return Err(Trouble::Broken("DOCTYPE")),
                Event::Eof => return Ok(true),
                _ => {}
            }
            visit(&event, depth)?;
        }
    }
}

/// Counts what comes out of a part.
struct Guard<'a, R> {
    inner: R,
    part_left: u64,
    left: &'a Cell<u64>,
    /// Bytes since the last `<`.
    run: usize,
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        let bytes = u64::try_from(got).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(bytes).ok_or(ErrorKind::FileTooLarge)?;
        self.left.set(left);
        self.part_left = self.part_left.checked_sub(bytes).ok_or(ErrorKind::FileTooLarge)?;
        for piece in buffer.get(..got).unwrap_or_default().split(|byte| *byte == b'<').enumerate() {
            let (place, piece) = piece;
            self.run = if place == 0 { self.run + piece.len() } else { piece.len() };
            if self.run > LONGEST_RUN {
                return Err(ErrorKind::FileTooLarge.into());
            }
        }
        Ok(got)
    }
}

/// The value of an attribute, by its name without its namespace.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        if attribute.key.local_name().as_ref() == name {
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Trouble::Broken("XML"))?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Adds what an event says to a text: characters, CDATA, and references to characters.
pub(super) fn add_text(event: &Event<'_>, text: &mut String) -> Result<(), Trouble> {
    match event {
        Event::Text(said) => text.push_str(&said.xml10_content()),
        Event::CData(said) => text.push_str(&said.xml10_content()),
        Event::GeneralRef(reference) => {
            let broken = || Trouble::Broken("XML");
            if let Some(c) = reference.resolve_char_ref().map_err(|_| broken())? {
                text.push(c);
            } else {
                let known = quick_xml::escape::resolve_predefined_entity(reference);
                text.push_str(known.ok_or_else(broken)?);
            }
        }
        _ => {}
    }
    Ok(())
}
