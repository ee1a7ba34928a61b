//! Files that the tests write themselves, read whole and in blocks.

use std::path::Path;
use std::sync::Arc;

use ::parquet::data_type::{DoubleType, FloatType, Int32Type, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use super::*;
use crate::input::{self, AnySamples, Caching};

const SCHEMA: &str = "message samples { required double x; optional float y; required int64 k; \
                      optional int32 i; required int32 day (DATE); required float z; }";

/// Two groups of 500 rows; `y` and `i` are missing in some rows, if asked for.
fn write(path: &Path, gaps: &[usize], long: i64) {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
    for first in [0, 500] {
        let rows = first..first + 500;
        let levels: Vec<i16> = rows.clone().map(|i| i16::from(!gaps.contains(&i))).collect();
        let there: Vec<i32> =
            rows.clone().filter(|i| !gaps.contains(i)).map(|i| i as i32).collect();
        let mut group = writer.next_row_group().unwrap();
        let mut column = 0;
        while let Some(mut writer) = group.next_column().unwrap() {
            let all: Vec<i32> = rows.clone().map(|i| i as i32).collect();
            match column {
                0 => {
                    let values: Vec<f64> = all.iter().map(|&i| f64::from(i) / 7.0).collect();
                    writer.typed::<DoubleType>().write_batch(&values, None, None)
                }
                1 => {
                    let values: Vec<f32> = there.iter().map(|&i| i as f32 / 3.0).collect();
                    writer.typed::<FloatType>().write_batch(&values, Some(&levels), None)
                }
                2 => {
                    let mut values: Vec<i64> = all.iter().map(|&i| i64::from(i) - 100).collect();
                    values[499] = long;
                    writer.typed::<Int64Type>().write_batch(&values, None, None)
                }
                3 => writer.typed::<Int32Type>().write_batch(&there, Some(&levels), None),
                4 => writer.typed::<Int32Type>().write_batch(&all, None, None),
                _ => {
                    let values: Vec<f32> = all.iter().map(|&i| i as f32 / 5.0).collect();
                    writer.typed::<FloatType>().write_batch(&values, None, None)
                }
            }
            .unwrap();
            writer.close().unwrap();
            column += 1;
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn options(columns: &[&str], non_finite: NonFinite) -> Options {
    let columns = input::Columns::Chosen(columns.iter().map(ToString::to_string).collect());
    Options { columns, non_finite }
}

#[test]
fn columns_become_dimensions_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.parquet");
    write(&path, &[], 1 << 53);
    let options = options(&["k", "y", "0", "i"], NonFinite::Reject);
    let read = input::read(&path, &options, &mut |_| ()).unwrap();
    let AnySamples::Double(samples) = read.samples else { panic!("doubles were expected") };
    assert_eq!((samples.n(), samples.d()), (1000, 4));
    for i in [0_u16, 1, 498, 500, 998] {
        let row = [0, 1, 2, 3].map(|k| samples.column(k)[usize::from(i)].to_bits());
        let whole = f64::from(i);
        let expected = [whole - 100.0, f64::from(f32::from(i) / 3.0), whole / 7.0, whole];
        assert_eq!(row, expected.map(f64::to_bits), "row {i}");
    }
    assert_eq!(samples.column(0)[999].to_bits(), 2_f64.powi(53).to_bits());
}

#[test]
fn singles_stay_singles_and_blocks_are_those_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.parquet");
    write(&path, &[], 0);
    let options = options(&["z", "y"], NonFinite::Reject);
    let AnySamples::Single(samples) = input::read(&path, &options, &mut |_| ()).unwrap().samples
    else {
        panic!("singles were expected")
    };
    let Opened::Single(rows) = input::open(&path, &options).unwrap() else { panic!("singles") };
    let (mut z, mut y) = (vec![0.0; 1000], vec![0.0; 1000]);
    let mut done = 0;
    rows.each::<Problem>(123, Caching::Usual, &mut |block| {
        let places = done..done + block.rows();
        block.copy(0..block.rows(), &mut [&mut z[places.clone()], &mut y[places]]);
        done += block.rows();
        Ok(())
    })
    .unwrap();
    assert_eq!((done, &z[..], &y[..]), (1000, samples.column(0), samples.column(1)));
}

#[test]
fn missing_values_are_refused_or_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.parquet");
    write(&path, &[3, 700], 0);
    let reading = |non_finite| input::read(&path, &options(&["x", "y"], non_finite), &mut |_| ());
    let error = reading(NonFinite::Reject).unwrap_err().to_string();
    assert!(error.contains("row 3 of column 'y' is missing"), "{error}");
    let read = reading(NonFinite::Drop).unwrap();
    assert_eq!((read.samples.n(), read.dropped.len()), (998, 2));
}

#[test]
fn what_is_no_number_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.parquet");
    write(&path, &[], (1 << 53) + 1);
    let error = |columns: &[&str]| {
        let options = options(columns, NonFinite::Reject);
        input::read(&path, &options, &mut |_| ()).unwrap_err().to_string()
    };
    assert!(error(&["day"]).contains("column 'day' is of type"), "{}", error(&["day"]));
    assert!(error(&["k"]).contains("row 499 of column 'k' has digits"), "{}", error(&["k"]));
    assert!(error(&["w"]).contains("no column 'w'"), "{}", error(&["w"]));
    std::fs::write(&path, "hello").unwrap();
    assert!(error(&["x"]).contains("not a readable Parquet file"), "{}", error(&["x"]));
}
