//! The least cost of an outside call: one round trip to PostgreSQL and one call over HTTP, each alone on a thread.

use std::{net::SocketAddr, time::Instant};

use nix::{
    sys::time::TimeValLike,
    time::{ClockId, clock_gettime},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_postgres::NoTls;

use crate::{
    Failure,
    measure::bench::Bench,
    stats::{Summary, millis},
    subject::Subject,
};

/// The number of calls in a block, by which its processor time is divided.
const BLOCK: u32 = 100;

/// The number of blocks.
const BLOCKS: u32 = 10;

/// The cost of a call, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    pub latency: Summary,
    pub cpu: Summary,
}

/// Measures one `select 1`, unnamed, on an open connection.
pub async fn round_trip(subject: &Subject) -> Result<Floor, Failure> {
    let bench = Bench::of(subject, 0).await?;
    let config = bench.config();
    alone(async move || {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        repeat(async || Ok(client.query_typed("select 1", &[]).await.map(drop)?)).await
    })
    .await
}

/// Measures one `SendMessageBatch`, as bytes on an open connection.
pub async fn call(subject: &Subject) -> Result<Floor, Failure> {
    let bench = Bench::of(subject, 0).await?;
    let address = bench.outside.address();
    alone(async move || {
        let stream = tokio::sync::Mutex::new(TcpStream::connect(address).await?);
        let request = request(address);
        repeat(async || {
            let mut stream = stream.lock().await;
            stream.write_all(request.as_bytes()).await?;
            match stream.read(&mut [0; 1 << 12]).await? {
                0 => Err("the server went away".into()),
                _ => Ok(()),
            }
        })
        .await
    })
    .await
}

fn request(address: SocketAddr) -> String {
    let body = r#"{"QueueUrl":"q","Entries":[{"Id":"0","MessageBody":"{\"version\":1,\"outboxIds\":[]}"}]}"#;
    format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nx-amz-target: AmazonSQS.SendMessageBatch\r\n\
         content-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Runs the work on a thread of its own, so that the thread's processor time is the work's alone.
async fn alone<Work>(work: Work) -> Result<Floor, Failure>
where
    Work: AsyncFnOnce() -> Result<Floor, Failure> + Send + 'static,
{
    let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work());
    tokio::task::spawn_blocking(run).await?
}

async fn repeat(call: impl AsyncFn() -> Result<(), Failure>) -> Result<Floor, Failure> {
    let (mut latency, mut cpu) = (Vec::new(), Vec::new());
    for block in 0..=BLOCKS {
        let before = thread_cpu()?;
        for _ in 0..BLOCK {
            let started = Instant::now();
            call().await?;
            latency.push(millis(started.elapsed()) * 1e3);
        }
        cpu.push((thread_cpu()? - before) / 1e3 / f64::from(BLOCK));
        // The first block warms up and doesn't count.
        if block == 0 {
            latency.clear();
            cpu.clear();
        }
    }
    Ok(Floor { latency: Summary::of(latency), cpu: Summary::of(cpu) })
}

/// Returns the processor time of this thread, in nanoseconds.
fn thread_cpu() -> Result<f64, Failure> {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
    Ok(f64::from(u32::try_from(time.num_microseconds())?) * 1e3)
}
