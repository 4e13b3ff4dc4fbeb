//! One run of all measurements. Programs that are compared take turns, so that a machine that slows down slows all of
//! them.

use std::path::PathBuf;

use clap::Args;

use crate::{
    Failure,
    measure::{
        bench::Bench,
        cold::{Cold, Starts},
        counts::{Counts, counts},
        floor::{self, Floor},
        instructions::{Effort, effort},
        secured::{self, SecuredStarts},
        size::{Size, crates, size},
        warm::{Requests, Warm},
    },
    subject::Subject,
    work::Work,
};

#[derive(Args)]
pub struct Options {
    /// The folder of the binaries, bench-hello among them.
    #[arg(long)]
    binaries: PathBuf,
    /// The folder of the peers' bundles; without it there are no peers.
    #[arg(long)]
    bundles: Option<PathBuf>,
    /// The full path of Node.js.
    #[arg(long, default_value = "/usr/bin/node")]
    node: PathBuf,
    /// The only binaries to measure, for a quick look.
    #[arg(long)]
    only: Vec<String>,
    /// The number of cold starts of each program.
    #[arg(long, default_value_t = 15)]
    starts: u32,
    /// The number of blocks of warm requests of each program.
    #[arg(long, default_value_t = 100)]
    blocks: u32,
    /// The number of requests in a block, by which its processor time is divided.
    #[arg(long, default_value_t = 100)]
    block: u32,
    /// The number of warm requests before the measured ones: enough for a compiler at run time to have finished.
    #[arg(long, default_value_t = 300)]
    warming: u32,
    /// The number of rows in each growing table before the warm requests.
    #[arg(long, default_value_t = 10_000)]
    rows: u32,
    /// Leaves out sizes and instructions, which mean nothing for binaries of the dev profile.
    #[arg(long)]
    without_sizes: bool,
}

/// The results of one program.
pub struct Row {
    pub subject: Subject,
    pub starts: Starts,
    pub requests: Requests,
    /// The times of starts with TLS and a password, and without; none for peers and for programs without a database.
    pub secured: Option<SecuredStarts>,
    /// Further results of our own binaries.
    pub own: Option<Own>,
}

/// The results of a further kind of request to one of our binaries.
pub struct Further {
    pub subject: Subject,
    pub requests: Requests,
    pub counts: Counts,
    pub effort: Option<Effort>,
}

/// Results that are measured of our own binaries only.
pub struct Own {
    pub counts: Counts,
    /// The sizes, unless they were left out.
    pub sizes: Option<Sizes>,
}

/// Results that depend on how the binary was compiled.
pub struct Sizes {
    pub size: Size,
    pub crates: usize,
    pub effort: Option<Effort>,
}

/// The results of one run.
pub struct Results {
    pub rows: Vec<Row>,
    pub further: Vec<Further>,
    pub round_trip: Floor,
    pub call: Floor,
}

impl Results {
    /// Returns the row of our own binary for a kind of work, or of its peer.
    pub fn row(&self, work: Work, own: bool) -> Option<&Row> {
        self.rows.iter().find(|row| row.subject.work == work && row.own.is_some() == own)
    }
}

pub async fn run(options: &Options) -> Result<Results, Failure> {
    let asked = |work: &Work| options.only.is_empty() || options.only.iter().any(|name| name == work.binary());
    let works = [Work::Hello].into_iter().chain(Work::FUNCTIONS).filter(asked);
    let mut subjects = Vec::new();
    for work in works {
        subjects.push((Subject::rust(work, &options.binaries), true));
        let peer = options.bundles.as_ref().and_then(|bundles| Subject::node(work, &options.node, bundles));
        subjects.extend(peer.map(|peer| (peer, false)));
    }
    let starts = cold(&subjects, options.starts).await?;
    let further: Vec<_> =
        Work::FURTHER.into_iter().filter(asked).map(|work| Subject::rust(work, &options.binaries)).collect();
    let everything = subjects.iter().map(|(subject, _)| subject).chain(&further);
    let mut requests = warm(everything, options).await?;
    let further_requests = requests.split_off(subjects.len());
    let hello = Subject::rust(Work::Hello, &options.binaries);
    let (round_trip, call) = (floor::round_trip(&hello).await?, floor::call(&hello).await?);
    let mut rows = Vec::new();
    for (((subject, is_own), starts), requests) in subjects.into_iter().zip(starts).zip(requests) {
        let own = if is_own { Some(own(&subject, options.without_sizes).await?) } else { None };
        let has_database = is_own && subject.work != Work::Hello;
        let secured = if has_database { Some(secured::starts(&subject, options.starts).await?) } else { None };
        rows.push(Row { subject, starts, requests, secured, own });
    }
    let mut others = Vec::new();
    for (subject, requests) in further.into_iter().zip(further_requests) {
        let counts = counts(&subject).await?;
        let effort = if options.without_sizes { None } else { effort(&subject, None).await };
        others.push(Further { subject, requests, counts, effort });
    }
    Ok(Results { rows, further: others, round_trip, call })
}

async fn cold(subjects: &[(Subject, bool)], starts: u32) -> Result<Vec<Starts>, Failure> {
    let mut all = Vec::new();
    for (subject, _) in subjects {
        all.push((subject, Bench::of(subject, starts).await?, Cold::default()));
    }
    for n in 1..=starts {
        for (subject, bench, cold) in &mut all {
            cold.measure(subject, bench, n).await?;
        }
    }
    Ok(all.into_iter().map(|(_, _, cold)| cold.summary()).collect())
}

async fn warm(subjects: impl Iterator<Item = &Subject>, options: &Options) -> Result<Vec<Requests>, Failure> {
    let mut all = Vec::new();
    for subject in subjects {
        all.push(Warm::up(subject, options.rows, options.warming, options.blocks * options.block).await?);
    }
    for _ in 0..options.blocks {
        for warm in &mut all {
            warm.block(options.block).await?;
        }
    }
    let mut requests = Vec::new();
    for warm in all {
        requests.push(warm.end().await?);
    }
    Ok(requests)
}

async fn own(subject: &Subject, without_sizes: bool) -> Result<Own, Failure> {
    let counts = counts(subject).await?;
    let sizes = if without_sizes {
        None
    } else {
        let (size, crates) = (size(&subject.program)?, crates(subject.work.binary()).await?);
        Some(Sizes { size, crates, effort: effort(subject, None).await })
    };
    Ok(Own { counts, sizes })
}
