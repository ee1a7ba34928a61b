//! Pictures of `parzen density`: well-formed, of bounded size, with nothing but numbers in them.

use super::density::samples;
use super::program::{Folder, npy_f8};

/// Checks that tags are closed in order and attributes are quoted; the names of all elements.
fn elements(svg: &str) -> Vec<String> {
    let (mut open, mut names, mut rest) = (Vec::new(), Vec::new(), svg);
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a > in a text");
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split([' ', '/']).next().unwrap().to_owned();
        names.push(name.clone());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    names
}

#[test]
fn pictures_are_whole_and_of_bounded_size() {
    let folder = Folder::new();
    let plane = samples(5000);
    let line: Vec<f64> = (0..5000).map(|i| (f64::from(i) * 0.37).sin()).collect();
    folder.write("plane.npy", &npy_f8("(5000, 2)", "False", &plane));
    folder.write("line.npy", &npy_f8("(5000,)", "False", &line));
    folder.write("few.npy", &npy_f8("(3,)", "False", &[0.0, 0.0, 5.0]));
    folder.write("one.npy", &npy_f8("(1, 2)", "False", &[7.0, 7.0]));
    folder.write("named.csv", b"\"a <b> & c\",d\n0,0\n1,1\n2,0.5\n");
    for (file, more, part) in [
        ("plane.npy", &["--grid", "300"][..], "<image"),
        ("plane.npy", &["--at-samples"], "<image"),
        ("named.csv", &["--at-samples", "--log"], "Without a color"),
        ("plane.npy", &["--grid", "0.2:0.3:1,0:1:9"], "<image"),
        ("line.npy", &[], "in the middle of 2000 equal steps"),
        ("line.npy", &["--center", "0", "--log"], "class=\"rug\""),
        ("few.npy", &[], "Exact: every step"),
        ("one.npy", &[], "<image"),
        ("named.csv", &["--columns", "d,a <b> & c"], "a &lt;b&gt; &amp; c"),
    ] {
        let common = ["density", "--samples", file, "--width", "0.3", "--svg", "p.svg"];
        folder.run(&[&common[..], more].concat()).text();
        let svg = std::fs::read_to_string(folder.path("p.svg")).unwrap();
        let names = elements(&svg);
        assert_eq!((names[0].as_str(), names[1].as_str()), ("svg", "title"), "{file}");
        assert!(names.len() < 150 && svg.len() < 120_000, "{file}: {} bytes", svg.len());
        assert!(svg.contains("prefers-color-scheme:dark") && svg.contains(part), "{file}: {part}");
        // Images are base64, which may hold any word.
        let quoted = svg.split('"').filter(|part| !part.starts_with("data:"));
        assert!(
            !quoted.into_iter().any(|part| part.contains("NaN") || part.contains("inf")),
            "{file}"
        );
    }
}
