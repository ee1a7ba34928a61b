//! Rows of color numbers as a PNG, and bytes as base64: a heat map without an element for each cell.
//!
//! Pure. The data are stored, not compressed: a heat map has at most 65,536 cells of a byte, and an encoder
//! is no dependency worth that. Sources: the PNG specification (W3C, third edition), RFC 1950 and 1951,
//! RFC 4648.

use super::colors::Rgb;

/// Bytes of a stored block, at most (RFC 1951, 3.2.4).
const BLOCK: usize = 0xffff;

/// An image of `width` columns; `pixels` are positions in `palette` row by row from the top, and color 0 is
/// transparent. At most 256 colors.
pub(super) fn image(width: usize, pixels: &[u8], palette: &[Rgb]) -> Vec<u8> {
    let rows = pixels.len() / width;
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend((width as u32).to_be_bytes());
    head.extend((rows as u32).to_be_bytes());
    // Depth 8, colors from a palette, and the only compression, filter method and order but one.
    head.extend([8, 3, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &head);
    chunk(&mut png, *b"PLTE", palette.as_flattened());
    chunk(&mut png, *b"tRNS", &[0]);
    let mut filtered = Vec::with_capacity(pixels.len() + rows);
    for row in pixels.chunks_exact(width) {
        filtered.push(0);
        filtered.extend(row);
    }
    chunk(&mut png, *b"IDAT", &stored(&filtered));
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// Length, name, data and their checksum.
fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(name);
    png.extend(data);
    let checksum = crc32(&png[start..]);
    png.extend(checksum.to_be_bytes());
}

/// A zlib stream of stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let last = data.len().div_ceil(BLOCK) - 1;
    for (idx, block) in data.chunks(BLOCK).enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(idx == last));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

/// The checksum of chunks.
fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

/// The checksum of zlib streams.
fn adler32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    (b << 16) | a
}

/// Base64 with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for digit in 0..4 {
            let is_padding = digit > three.len();
            let place = (bits >> (18 - 6 * digit)) & 63;
            text.push(if is_padding { '=' } else { char::from(DIGITS[place as usize]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn base64_has_its_padding() {
        let texts = [&b"foobar"[..], b"fooba", b"foob", b""].map(base64);
        assert_eq!(texts, ["Zm9vYmFy", "Zm9vYmE=", "Zm9vYg==", ""]);
    }

    #[test]
    fn long_data_are_cut_into_blocks() {
        let data = vec![7; BLOCK + 5];
        let stream = stored(&data);
        assert_eq!(stream.len(), 2 + 5 + BLOCK + 5 + 5 + 4);
        assert_eq!((stream[2], stream[2 + 5 + BLOCK]), (0, 1));
        let png = image(2, &[0, 1, 1, 0], &[[0; 3], [9; 3]]);
        assert_eq!(&png[png.len() - 8..], [b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
    }
}
