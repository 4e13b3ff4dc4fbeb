//! Statements that are sent without waiting for answers in between.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use tokio_postgres::Error;

use crate::error::Failure;

/// The future of the server's answer to one statement.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Sends statements without waiting for answers in between, then waits for all answers.
///
/// A statement is sent when its future is first polled, and the first round polls all of them in their order. If one can't
/// be sent, the later ones, of which the last may be `commit`, aren't sent either.
///
/// # Errors
/// The first error of any statement, which is the cause: after the server has refused one, it refuses the rest of the
/// transaction too, and answers `commit` with a rollback but without an error.
pub(crate) async fn pipeline<'a, T>(answers: impl Iterator<Item = Answer<'a, T>>) -> Result<Vec<T>, Failure> {
    let mut answers: Vec<_> = answers.map(|answer| (answer, None)).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (answer, value) in answers.iter_mut().filter(|(_, value)| value.is_none()) {
            match answer.as_mut().poll(context)? {
                Poll::Ready(answered) => *value = Some(answered),
                Poll::Pending => waiting = true,
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(Ok::<_, Error>(())) }
    })
    .await?;
    Ok(answers.into_iter().filter_map(|(_, value)| value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };
    use tokio_postgres::Config;

    #[tokio::test]
    async fn nothing_is_sent_after_what_cannot_be_sent() {
        let sent = AtomicUsize::new(0);
        let send = |n| -> Answer<'_, ()> {
            let sent = &sent;
            Box::pin(async move {
                if n == 35 {
                    return Err("not a setting".parse::<Config>().unwrap_err());
                }
                sent.fetch_add(1, Ordering::Relaxed);
                pending().await
            })
        };
        assert!(pipeline((0..40).map(send)).await.is_err());
        assert_eq!(sent.load(Ordering::Relaxed), 35);
    }
}
