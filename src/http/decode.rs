//! Compressed bodies. A few kilobytes can stand for gigabytes, so what comes out is counted while it comes out, and
//! not one buffer later: actix's own decoder unpacks whatever one read brought before anybody can count it, which
//! for zstd is up to a gigabyte out of 32 KiB.

use std::io::Read;

use super::problem::{ApiError, ErrorCode};
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// The largest window a zstd frame may ask for, as a power of two: what RFC 9659 lets a client ask for. The decoder's
/// own limit is 128 MiB, taken at once by a frame of ten bytes.
const LARGEST_WINDOW: u32 = 23;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `gzip`
    Gzip,
    /// `deflate`, which is zlib's format.
    Deflate,
    /// `zstd`
    Zstd,
}

/// The encodings that are read, as `Accept-Encoding` names them.
const READ: &str = "gzip, deflate, zstd";

/// A body is packed in a way we do not read, or more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEncoding;

impl From<UnknownEncoding> for ApiError {
    fn from(_: UnknownEncoding) -> Self {
        Self::new(ErrorCode::UnsupportedMediaType).detail(
            format!("Content-Encoding 只能是 {READ} 之一，正文只能压缩一次"),
            format!("Content-Encoding must be one of {READ}: a body may be packed once"),
        )
    }
}

impl Encoding {
    /// What the headers say; `None` for a body that is not packed.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, UnknownEncoding> {
        let mut lines = headers.get_all(header::CONTENT_ENCODING);
        let Some(line) = lines.next() else { return Ok(None) };
        if lines.next().is_some() {
            return Err(UnknownEncoding);
        }
        match line.to_str().map_err(|_| UnknownEncoding)?.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(None),
            "gzip" | "x-gzip" => Ok(Some(Self::Gzip)),
            "deflate" => Ok(Some(Self::Deflate)),
            "zstd" => Ok(Some(Self::Zstd)),
            _ => Err(UnknownEncoding),
        }
    }

    /// What `packed` stands for, or `None` if that is more than `limit` bytes. Takes processor time: not for an async
    /// thread.
    pub fn unpack(self, packed: &[u8], limit: usize) -> std::io::Result<Option<Bytes>> {
        within(self.reader(packed)?, limit)
    }

    /// What `packed` stands for, as it is read.
    pub fn reader<'a>(self, packed: impl Read + 'a) -> std::io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Deflate => Box::new(ZlibDecoder::new(packed)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(packed)?;
                decoder.window_log_max(LARGEST_WINDOW)?;
                Box::new(decoder)
            }
        })
    }
}

fn within(decoder: impl Read, limit: usize) -> std::io::Result<Option<Bytes>> {
    let mut body = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut body)?;
    Ok((body.len() <= limit).then(|| body.into()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_was_packed_comes_out_up_to_the_limit_and_no_further() {
        let plain = vec![b'7'; 100_000];
        let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        deflate.write_all(&plain).unwrap();
        for (encoding, packed) in [
            (Encoding::Gzip, gzip(&plain)),
            (Encoding::Deflate, deflate.finish().unwrap()),
            (Encoding::Zstd, zstd::encode_all(plain.as_slice(), 19).unwrap()),
        ] {
            assert!(packed.len() < 1000, "{encoding:?}");
            assert_eq!(encoding.unpack(&packed, 100_000).unwrap().unwrap(), plain, "{encoding:?}");
            assert_eq!(encoding.unpack(&packed, 99_999).unwrap(), None, "{encoding:?}");
            let cut = packed.split_at(packed.len() - 5).0;
            assert!(encoding.unpack(cut, 100_000).is_err(), "{encoding:?}: half a body is no body");
            assert!(encoding.unpack(b"plain", 100_000).is_err(), "{encoding:?}");
        }
    }

    #[test]
    fn several_packed_parts_are_one_body() {
        let both = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(Encoding::Gzip.unpack(&both, 100).unwrap().unwrap(), "one two");
        assert_eq!(Encoding::Gzip.unpack(&both, 6).unwrap(), None);
    }

    #[test]
    fn a_frame_that_asks_for_a_huge_window_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(&vec![b'x'; 20 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(Encoding::Zstd.unpack(&packed, usize::MAX).is_err());
    }

    #[test]
    fn an_encoding_that_is_not_read_is_not_taken_for_none() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(value));
            Encoding::of(&headers)
        };
        assert_eq!(Encoding::of(&HeaderMap::new()), Ok(None));
        assert_eq!(of("identity"), Ok(None));
        assert_eq!(of(" GZip "), Ok(Some(Encoding::Gzip)));
        for unknown in ["br", "gzip, gzip", "compress", "aes128gcm"] {
            assert_eq!(of(unknown), Err(UnknownEncoding), "{unknown}");
        }
    }
}
