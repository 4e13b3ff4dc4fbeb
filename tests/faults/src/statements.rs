//! Counts SQL statements in what a client sends to PostgreSQL.

/// Finds the messages in what a client and a server say to each other, in pieces of any size
/// (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).
#[derive(Debug, Default)]
pub(crate) struct Messages {
    pending: Vec<u8>,
    started: bool,
}

impl Messages {
    /// Starts at a message with a kind, which every message has but a client's first one.
    pub(crate) fn after_the_first() -> Self {
        Self { pending: Vec::new(), started: true }
    }

    /// Reads the next piece of what a client sends. Returns how many `Bind` and `Query` messages it completes; each of them
    /// runs one statement, or one text with several.
    pub(crate) fn statements(&mut self, piece: &[u8]) -> usize {
        self.count(piece, b"BQ")
    }

    /// Reads the next piece of what a client sends. Returns how many `Sync` and `Query` messages it completes; the server
    /// answers each of them with one [`ReadyForQuery`](Self::answers).
    pub(crate) fn requests(&mut self, piece: &[u8]) -> usize {
        self.count(piece, b"SQ")
    }

    /// Reads the next piece of what a server sends. Returns how many `ReadyForQuery` messages it completes.
    pub(crate) fn answers(&mut self, piece: &[u8]) -> usize {
        self.count(piece, b"Z")
    }

    fn count(&mut self, piece: &[u8], kinds: &[u8]) -> usize {
        self.pending.extend_from_slice(piece);
        let mut found = 0;
        loop {
            // A client's first message has no kind.
            let start = usize::from(self.started);
            let Some(&[a, b, c, d]) = self.pending.get(start..start + 4) else { return found };
            let end = start + u32::from_be_bytes([a, b, c, d]) as usize;
            if self.pending.len() < end {
                return found;
            }
            found += usize::from(self.started && self.pending.first().is_some_and(|kind| kinds.contains(kind)));
            self.pending.drain(..end);
            self.started = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_counted_in_pieces_of_any_size() {
        let stream = b"\0\0\0\x09hello\
            Q\0\0\0\x08abc\0\
            P\0\0\0\x08\0abc\
            B\0\0\0\x05P\
            S\0\0\0\x04";
        for size in 1..=stream.len() {
            let mut messages = Messages::default();
            let counted: usize = stream.chunks(size).map(|piece| messages.statements(piece)).sum();
            assert_eq!(counted, 2, "in pieces of {size}");
        }
    }
}
