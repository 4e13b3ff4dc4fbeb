//! The fixtures.
#![allow(clippy::unwrap_used, reason = "a test that can't read its fixtures has to stop")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{fs, path::PathBuf};

/// The names of the folders of fixtures, one for each shape of the same events.
pub const SHAPES: [&str; 2] = ["before-basil", "since-basil"];

/// Returns the path of a fixture.
pub fn path(shape: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(shape).join(format!("{name}.json"))
}

/// Returns the bytes of a fixture.
pub fn fixture(shape: &str, name: &str) -> Vec<u8> {
    fs::read(path(shape, name)).unwrap()
}

/// Returns the shape, the name and the bytes of every fixture.
pub fn fixtures() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = Vec::new();
    for shape in SHAPES {
        for entry in fs::read_dir(path(shape, "x").parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            all.push((shape, name, fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}
