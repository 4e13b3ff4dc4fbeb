//! Requests on a database without history, and on one with.

use std::path::Path;

use crate::{
    Failure,
    measure::warm::{Requests, Warm},
    scale::fill,
    subject::Subject,
    work::Work,
};

const BLOCKS: u32 = 5;

pub async fn run(binaries: &Path, rows: u32) -> Result<String, Failure> {
    let mut text = format!("| Latency with so many rows in each table, µs | 0 | {rows} | ratio |\n|---|--:|--:|--:|\n");
    for work in Work::FUNCTIONS {
        let subject = Subject::rust(work, binaries);
        let mut empty = Warm::up(&subject, 100, BLOCKS).await?;
        let mut full = Warm::up(&subject, 100, BLOCKS).await?;
        fill(&full.database().await, rows).await?;
        for _ in 0..BLOCKS {
            empty.block().await?;
            full.block().await?;
        }
        let [empty, full] = [empty.end().await?, full.end().await?].map(|Requests { latency, .. }| latency.median);
        text.push_str(&format!("| `{}` | {empty:.0} | {full:.0} | **{:.2}** |\n", work.binary(), full / empty));
    }
    Ok(text)
}
