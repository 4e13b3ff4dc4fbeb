//! Reads a file that grows.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Reads what is added to a file, line by line.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    read: u64,
}

impl Tail {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: 0 }
    }

    /// Returns the lines since the last call, without one that is still being written; none if the file doesn't exist.
    pub(super) fn lines(&mut self) -> Vec<String> {
        let mut fresh = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.read))?;
            file.read_to_end(&mut fresh)
        });
        let whole = fresh.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if read.is_err() || whole == 0 {
            return Vec::new();
        }
        fresh.truncate(whole);
        self.read += whole as u64;
        String::from_utf8_lossy(&fresh).lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn each_line_is_read_once_and_when_it_is_whole() {
        let path = std::env::temp_dir().join(format!("pledge-tail-{}", std::process::id()));
        let mut tail = Tail::new(path.clone());
        assert!(tail.lines().is_empty(), "the file isn't there yet");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"one\ntwo\nthr").unwrap();
        assert_eq!(tail.lines(), ["one", "two"]);
        assert!(tail.lines().is_empty());
        file.write_all(b"ee\n").unwrap();
        assert_eq!(tail.lines(), ["three"]);
        std::fs::remove_file(path).unwrap();
    }
}
