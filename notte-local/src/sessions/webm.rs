//! WebM from the browser's own pictures, without an encoder: a lossy WebP holds one key frame of VP8, and WebM is a
//! container of such frames.

/// A picture, and when it was taken.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Milliseconds since the beginning.
    pub(super) at: u64,
    /// A key frame of VP8.
    pub(super) data: Vec<u8>,
}

/// The VP8 frame in a WebP file; none when it is lossless or something else.
pub(super) fn vp8(webp: &[u8]) -> Option<&[u8]> {
    let mut rest = webp.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    loop {
        let (name, size) = (rest.get(..4)?, rest.get(4..8)?);
        let size = u32::from_le_bytes(size.try_into().ok()?) as usize;
        let chunk = rest.get(8..8 + size)?;
        if name == b"VP8 " {
            return Some(chunk);
        }
        // Chunks begin at even places.
        rest = rest.get(8 + size + size % 2..)?;
    }
}

/// Width and height, which stand behind the frame's start code.
fn size(frame: &[u8]) -> Option<(u64, u64)> {
    let side =
        |place: usize| Some(u64::from(u16::from_le_bytes(frame.get(place..place + 2)?.try_into().ok()?) & 0x3fff));
    Some((side(6)?, side(8)?))
}

/// A video of the frames that lasts `length` milliseconds; none without a frame.
pub(super) fn video(frames: &[Frame], length: u64) -> Option<Vec<u8>> {
    let (width, height) = size(&frames.first()?.data)?;
    let header = element(
        0x1A45_DFA3,
        &[
            number(0x4286, 1),
            number(0x42F7, 1),
            number(0x42F2, 4),
            number(0x42F3, 8),
            element(0x4282, b"webm"),
            number(0x4287, 2),
            number(0x4285, 2),
        ]
        .concat(),
    );
    let info = element(
        0x1549_A966,
        &[
            number(0x2A_D7B1, 1_000_000),
            element(0x4489, &(length as f64).to_be_bytes()),
            element(0x4D80, b"notte-local"),
            element(0x5741, b"notte-local"),
        ]
        .concat(),
    );
    let picture = element(0xE0, &[number(0xB0, width), number(0xBA, height)].concat());
    let track =
        [number(0xD7, 1), number(0x73C5, 1), number(0x9C, 0), element(0x86, b"V_VP8"), number(0x83, 1), picture];
    let tracks = element(0x1654_AE6B, &element(0xAE, &track.concat()));
    let clusters: Vec<(u64, Vec<u8>)> = frames.iter().map(|frame| (frame.at, cluster(frame))).collect();
    // Where the clusters lie, so that a player can seek. Every number has the same width, so the size is known beforehand.
    let mut place = (info.len() + tracks.len() + cues(&vec![(0, 0); clusters.len()]).len()) as u64;
    let mut places = Vec::new();
    for (at, cluster) in &clusters {
        places.push((*at, place));
        place += cluster.len() as u64;
    }
    let body = [info, tracks, cues(&places), clusters.into_iter().flat_map(|(_, cluster)| cluster).collect()].concat();
    Some([header, element(0x1853_8067, &body)].concat())
}

fn cluster(frame: &Frame) -> Vec<u8> {
    // Track 1, at the cluster's own time, a key frame.
    let block = [&[0x81, 0, 0, 0x80], frame.data.as_slice()].concat();
    element(0x1F43_B675, &[number(0xE7, frame.at), element(0xA3, &block)].concat())
}

fn cues(places: &[(u64, u64)]) -> Vec<u8> {
    let point = |(at, place): &(u64, u64)| {
        let position = element(0xB7, &[number(0xF7, 1), number(0xF1, *place)].concat());
        element(0xBB, &[number(0xB3, *at), position].concat())
    };
    element(0x1C53_BB6B, &places.iter().flat_map(point).collect::<Vec<u8>>())
}

fn number(id: u32, value: u64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

/// An element: its id, its size in eight bytes, its content.
fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let id = id.to_be_bytes();
    let id = &id[id.iter().position(|byte| *byte != 0).unwrap_or_default()..];
    let size = (content.len() as u64 | 1 << 56).to_be_bytes();
    [id, &size, content].concat()
}

#[cfg(test)]
mod tests {
    use super::vp8;

    #[test]
    fn only_a_lossy_webp_holds_a_frame() {
        let file = |chunks: &[u8]| [b"RIFF\0\0\0\0WEBP", chunks].concat();
        assert_eq!(vp8(&file(b"VP8X\x01\0\0\0x\0VP8 \x03\0\0\0abc\0")), Some(b"abc".as_slice()));
        assert_eq!(vp8(&file(b"VP8L\x01\0\0\0x\0")), None);
        assert_eq!(vp8(&file(b"VP8 \xff\xff\xff\xffa")), None);
        assert_eq!(vp8(b"JFIF"), None);
    }
}
