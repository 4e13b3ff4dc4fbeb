//! Sizes of the artefacts, and the number of crates in them.

use std::{collections::BTreeSet, fs, path::Path};

use flate2::{Compression, write::GzEncoder};
use tokio::process::Command;

use crate::Failure;

/// The size of one binary.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The size of the stripped binary, in bytes.
    pub binary: usize,
    /// The size of the deflated binary in bytes, as in the zip file for Lambda.
    pub zip: usize,
}

/// Reads and packs a binary, and returns its sizes.
pub fn size(file: &Path) -> Result<Size, Failure> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut packed, &bytes)?;
    Ok(Size { binary: bytes.len(), zip: packed.finish()?.len() })
}

/// Returns how many crates the package links, itself included.
pub async fn crates(package: &str) -> Result<usize, Failure> {
    let arguments = ["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
    let output = Command::new("cargo").args(arguments).args(["--package", package]).output().await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let tree = String::from_utf8(output.stdout)?;
    // `cargo tree` marks a crate that it lists again with `(*)`.
    Ok(tree.lines().map(|line| line.trim_end_matches(" (*)")).collect::<BTreeSet<_>>().len())
}
