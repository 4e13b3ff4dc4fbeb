//! The names of this project's functions, taken from the folders below `functions/`.

use std::{fs, path::Path};

/// Returns the name of each function, sorted. It is the name of its folder, of its package and of its binary.
#[must_use]
pub fn functions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let packages = entries.filter(|path| path.join("Cargo.toml").exists());
    let mut names: Vec<String> = packages.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}
