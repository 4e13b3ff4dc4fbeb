//! The throughput from Stripe's event to Klaviyo, by several environments of both functions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use pledge_testkit::{TestDatabase, sqs};
use serde_json::Value;
use tokio::{
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, unbounded_channel},
    },
    task::JoinSet,
};

use crate::{
    Failure,
    function::Function,
    outside,
    scale::Options,
    stats::millis,
    subject::{Environment, Subject, environment},
    work::Work,
};

/// The numbers of environments of each function to compare.
const ENVIRONMENTS: [usize; 4] = [1, 2, 4, 8];

/// The number of rows in each growing table beforehand.
const ROWS: u32 = 10_000;

/// The number of messages that SQS delivers at once.
const BATCH: usize = 10;

/// The messages from the webhooks to the senders.
struct Queue {
    messages: UnboundedReceiver<String>,
    /// The number of messages that are still to be received.
    left: usize,
}

impl Queue {
    /// Receives up to ten messages and waits for the first one; none once all have been received.
    async fn receive(&mut self) -> Vec<Value> {
        let mut texts = Vec::new();
        if self.left > 0 {
            self.messages.recv_many(&mut texts, BATCH.min(self.left)).await;
        }
        self.left -= texts.len();
        texts.iter().enumerate().map(|(n, text)| sqs::record(&n.to_string(), text)).collect()
    }
}

/// Measures this many payments for each number of environments.
pub async fn run(options: &Options) -> Result<String, Failure> {
    let mut text =
        "| Environments of webhook and sender, each | payments a second | the functions' CPU per payment, µs |\n\
                    |--:|--:|--:|\n"
            .to_owned();
    for environments in ENVIRONMENTS {
        text.push_str(&payments(options, environments).await?);
    }
    Ok(text)
}

async fn payments(options: &Options, environments: usize) -> Result<String, Failure> {
    let (count, database) = (options.payments, TestDatabase::with_history(ROWS).await);
    let client = database.connect().await;
    Work::StripeWebhook.prepare(&client, 1..=count).await?;
    let (sender, receiver) = unbounded_channel();
    let outside = outside::queueing(sender).await;
    let mut variables = environment(&database.url(), &outside.address().to_string());
    variables.push(("SEND_INTERVAL_MILLISECONDS", "0".to_owned()));
    let webhooks = start(&Subject::rust(Work::StripeWebhook, &options.binaries), &variables, environments).await?;
    let senders = start(&Subject::rust(Work::KlaviyoSender, &options.binaries), &variables, environments).await?;

    let began = Instant::now();
    let next = Arc::new(AtomicU32::new(1));
    let queue = Arc::new(Mutex::new(Queue { messages: receiver, left: usize::try_from(count)? }));
    let mut work = JoinSet::new();
    for webhook in webhooks {
        work.spawn(deliver(webhook, Arc::clone(&next), count));
    }
    for function in senders {
        work.spawn(send(function, Arc::clone(&queue)));
    }
    let mut functions = Duration::ZERO;
    while let Some(ended) = work.join_next().await {
        functions += ended??;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    let functions = millis(functions) * 1e3 / f64::from(count);
    Ok(format!("| {environments} | **{rate:.0}** | {functions:.0} |\n"))
}

async fn start(subject: &Subject, variables: &Environment, count: usize) -> Result<Vec<Function>, Failure> {
    let mut functions = Vec::new();
    for _ in 0..count {
        let mut function = Function::start(subject, variables).await?;
        function.ready().await?;
        functions.push(function);
    }
    Ok(functions)
}

/// Invokes a webhook with one event after the other until there are no more. Returns the processor time that it used.
async fn deliver(mut webhook: Function, next: Arc<AtomicU32>, count: u32) -> Result<Duration, Failure> {
    let before = webhook.cpu()?;
    loop {
        let n = next.fetch_add(1, Relaxed);
        if n > count {
            break;
        }
        let (_, answer) = webhook.invoke(Work::StripeWebhook.event(n)).await?;
        Work::StripeWebhook.check(&answer)?;
    }
    Ok(webhook.cpu()? - before)
}

/// Invokes a sender with messages until all have been received. Returns the processor time that it used.
async fn send(mut sender: Function, queue: Arc<Mutex<Queue>>) -> Result<Duration, Failure> {
    let before = sender.cpu()?;
    loop {
        let records = queue.lock().await.receive().await;
        if records.is_empty() {
            break;
        }
        let (_, answer) = sender.invoke(sqs::batch(&records).to_string().into()).await?;
        Work::KlaviyoSender.check(&answer)?;
    }
    Ok(sender.cpu()? - before)
}
