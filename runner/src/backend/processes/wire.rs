//! What parent and worker say to each other, and how it lies in a stream of bytes.
//!
//! A *frame* is a length in four bytes, little end first, and so many bytes of payload: one
//! [`Order`] or [`Answer`] in postcard's encoding, then, for messages that say so, numbers as they lie
//! in memory (both sides run the same program on the same machine). Samples are too long for a frame:
//! they follow the frame that announces them, column after column.
//!
//! Every frame of a worker answers one order of its parent. The first two say hello: each side names
//! its [magic number](PARENT) and [`VERSION`], so that another program in the worker's place is an
//! error that says so.
//!
//! Pure and apart from the sockets ([`channel`](super::channel)), so that damaged frames are tested
//! without any.

use std::iter::Map;
use std::ops::Range;
use std::slice;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::backend::{Changed, Question};

/// Grows with every change of a message.
pub(super) const VERSION: u32 = 4;
/// How the parent begins. The two differ, so that an echo is not taken for an answer.
pub(super) const PARENT: [u8; 8] = *b"parzen>w";
/// How the worker begins.
pub(super) const WORKER: [u8; 8] = *b"parzen<w";
/// No frame is longer: the counts of eight million widths.
pub(super) const MOST_BYTES: usize = 64 << 20;
/// Bytes of the length in front of a payload.
const HEADER: usize = size_of::<u32>();

/// What a parent tells a worker. Each order has one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Order {
    /// Who speaks, and the logical CPU on which the worker shall sit. Answer: [`Answer::Hello`].
    Hello { magic: [u8; 8], version: u32, seat: Option<usize> },
    /// What is asked, of which samples, and which tasks are the worker's. Answer: [`Answer::Ready`].
    Setup { question: Question, tasks: Range<usize>, shape: Shape, source: Source },
    /// A measured sample begins. Answer: [`Answer::Ready`].
    Open,
    /// All of its tasks, so many times. Answer: [`Answer::Done`] with their counts.
    Round { passes: usize },
    /// One of its tasks, once. Answer: [`Answer::Done`] with its counts.
    Task { task: usize },
    /// The measured sample, which began then, has ended. Answer: [`Answer::Report`].
    Close { began_ns: u64 },
    /// End. There is no answer but the end.
    Quit,
    /// Call this function; its encoded input follows in the same frame. Answer: [`Answer::Returned`].
    Call { function: String },
}

/// Size and storage of samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shape {
    pub(super) n: usize,
    pub(super) d: usize,
    /// NumPy's name of the storage.
    pub(super) element: String,
}

/// Where the samples come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Source {
    /// The columns follow this frame.
    Stream,
    /// This file is to be mapped, with columns so many bytes apart.
    Map { path: String, stride_bytes: usize },
    /// From such a file they are to be copied into memory of the worker's own.
    CopyOf { path: String, stride_bytes: usize },
}

/// What a worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// Who speaks; the worker is on its seat, if the system let it.
    Hello { magic: [u8; 8], version: u32 },
    /// It has done as told.
    Ready,
    /// When it counted (`None` if it has no task) and the first width that two passes counted
    /// differently. The counts, eight bytes each, follow in the same frame.
    Done { counted_ns: Option<(u64, u64)>, unstable: Option<Changed> },
    /// A [`WorkerSample`](crate::backend::WorkerSample) as JSON. Other than postcard, JSON can hold
    /// its flattened fields, and nobody waits for this answer.
    Report { json: String },
    /// It cannot go on, and why.
    Failed { message: String },
    /// When a function ran, and how that ended. What it gave follows, encoded, in the same frame.
    Returned { began_ns: u64, ended_ns: u64, how: Returned },
}

/// How the call of a function ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Returned {
    /// It gave a value.
    Value,
    /// It gave an error, and this is its text.
    Failure(String),
    /// It panicked, and this is what the panic said. The worker lives on.
    Panic(String),
    /// The worker has no such function, but these.
    Unknown(String),
    /// What it gave is so many bytes, more than a frame may have.
    TooLong(usize),
}

/// What can be wrong with a frame.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("a frame of {found} bytes; at most {MOST_BYTES} are allowed")]
    TooLong { found: usize },
    #[error("a message that cannot be decoded: {0}")]
    Encoding(#[from] postcard::Error),
    #[error("{found} bytes of numbers after a message, where {expected} were expected")]
    Numbers { found: usize, expected: usize },
}

/// Puts one frame into `frame`: `message`, then `numbers`.
pub(super) fn encode(
    message: &impl Serialize,
    numbers: &[u8],
    frame: &mut Vec<u8>,
) -> Result<(), Problem> {
    frame.clear();
    frame.extend([0; HEADER]);
    *frame = postcard::to_extend(message, std::mem::take(frame))?;
    frame.extend_from_slice(numbers);
    let found = frame.len() - HEADER;
    if found > MOST_BYTES {
        return Err(Problem::TooLong { found });
    }
    frame[..HEADER].copy_from_slice(&(found as u32).to_le_bytes());
    Ok(())
}

/// Where the payload of the first frame in `bytes` lies; `None` if it is not complete yet.
pub(super) fn payload(bytes: &[u8]) -> Result<Option<Range<usize>>, Problem> {
    let Some(header) = bytes.first_chunk::<HEADER>() else { return Ok(None) };
    let found = u32::from_le_bytes(*header) as usize;
    if found > MOST_BYTES {
        return Err(Problem::TooLong { found });
    }
    Ok((bytes.len() - HEADER >= found).then_some(HEADER..HEADER + found))
}

/// The message at the beginning of `payload`, and the bytes after it.
pub(super) fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<(T, &[u8]), Problem> {
    Ok(postcard::take_from_bytes(payload)?)
}

/// Counts that are read where they lie in a frame.
pub(super) type Counts<'a> = Map<slice::Iter<'a, [u8; 8]>, fn(&[u8; 8]) -> u64>;

/// The counts in `numbers`, which must be exactly `expected` many.
pub(super) fn counts(numbers: &[u8], expected: usize) -> Result<Counts<'_>, Problem> {
    let (counts, rest) = numbers.as_chunks::<8>();
    if counts.len() != expected || !rest.is_empty() {
        return Err(Problem::Numbers { found: numbers.len(), expected: expected * 8 });
    }
    Ok(counts.iter().map(|&count| u64::from_ne_bytes(count)))
}

#[cfg(test)]
mod tests {
    use super::{Answer, HEADER, MOST_BYTES, Order, Problem, Shape, Source, VERSION};
    use super::{counts, decode, encode, payload};
    use crate::backend::{Question, Work};
    use proptest::prelude::{any, proptest};
    use std::num::NonZeroUsize;

    fn orders() -> Vec<Order> {
        let question = Question {
            work: Work::Count,
            isa: "portable".into(),
            center: vec![0.1, -0.0],
            widths: vec![f64::MIN_POSITIVE, 1e300],
            widths_per_scan: NonZeroUsize::MIN,
            parts: NonZeroUsize::MIN,
        };
        let shape = Shape { n: 3, d: 2, element: "f4".into() };
        let source = Source::Map { path: "/proc/1/fd/3".into(), stride_bytes: 64 };
        vec![
            Order::Hello { magic: super::PARENT, version: VERSION, seat: Some(7) },
            Order::Setup { question, tasks: 1..2, shape, source },
            Order::Round { passes: usize::MAX },
            Order::Close { began_ns: u64::MAX },
            Order::Quit,
            Order::Call { function: "cube".into() },
        ]
    }

    #[test]
    fn what_is_encoded_is_decoded_and_no_part_of_it_is() {
        let mut frame = Vec::new();
        for order in orders() {
            encode(&order, &[1, 2, 3], &mut frame).unwrap();
            let (decoded, rest) =
                decode::<Order>(&frame[payload(&frame).unwrap().unwrap()]).unwrap();
            assert_eq!((decoded, rest), (order, &[1, 2, 3][..]));
            for length in 0..frame.len() {
                assert_eq!(payload(&frame[..length]).unwrap(), None, "{length} bytes");
            }
        }
    }

    #[test]
    fn truncated_messages_are_refused() {
        let mut frame = Vec::new();
        let answer = Answer::Failed { message: "no memory".into() };
        encode(&answer, &[], &mut frame).unwrap();
        for length in HEADER..frame.len() {
            let error = decode::<Answer>(&frame[HEADER..length]).unwrap_err();
            assert!(matches!(error, Problem::Encoding(_)), "{error}");
        }
    }

    #[test]
    fn oversized_frames_are_refused_before_anything_is_read() {
        let header = u32::try_from(MOST_BYTES + 1).unwrap().to_le_bytes();
        let message = payload(&header).unwrap_err().to_string();
        assert_eq!(message, "a frame of 67108865 bytes; at most 67108864 are allowed");
        let numbers = vec![0; MOST_BYTES];
        let refused = encode(&Order::Open, &numbers, &mut Vec::new());
        assert!(matches!(refused, Err(Problem::TooLong { .. })));
    }

    #[test]
    fn counts_are_exactly_as_many_as_expected() {
        let numbers: Vec<u8> = [5_u64, u64::MAX].iter().flat_map(|x| x.to_ne_bytes()).collect();
        assert_eq!(counts(&numbers, 2).unwrap().collect::<Vec<_>>(), [5, u64::MAX]);
        for (numbers, expected) in [(&numbers[..], 1), (&numbers[..15], 2), (&numbers[..15], 1)] {
            assert!(counts(numbers, expected).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..99)) {
            if let Ok((answer, rest)) = decode::<Answer>(&bytes) {
                // Encodings are not unique (a number may be longer than it must be), messages are.
                let mut frame = Vec::new();
                encode(&answer, rest, &mut frame).unwrap();
                let again = &frame[payload(&frame).unwrap().unwrap()];
                assert_eq!(decode::<Answer>(again).unwrap(), (answer, rest));
            }
            if let Ok(Some(range)) = payload(&bytes) {
                assert!(range.end <= bytes.len());
            }
        }
    }
}
