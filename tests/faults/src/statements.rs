//! Counts SQL statements in what a client sends to PostgreSQL.

/// Finds the messages in what a client sends, in pieces of any size
/// (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).
#[derive(Debug, Default)]
pub(crate) struct Messages {
    pending: Vec<u8>,
    started: bool,
}

impl Messages {
    /// Returns how many of the messages that this piece completes are `Parse` or `Query`.
    pub(crate) fn statements(&mut self, piece: &[u8]) -> usize {
        self.pending.extend_from_slice(piece);
        let mut statements = 0;
        loop {
            // The first message has no kind.
            let start = usize::from(self.started);
            let Some(&[a, b, c, d]) = self.pending.get(start..start + 4) else { return statements };
            let end = start + u32::from_be_bytes([a, b, c, d]) as usize;
            if self.pending.len() < end {
                return statements;
            }
            statements += usize::from(self.started && matches!(self.pending.first(), Some(b'P' | b'Q')));
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
