//! What is told while the demo runs.

use std::time::Instant;

use pledge_driver::{Driver, Failure};

/// The story so far.
pub struct Story {
    /// What it is played with.
    pub driver: Driver,
    /// The preorders, in the order of their appearance.
    pub preorders: Vec<Told>,
    since: Instant,
}

/// A preorder and how its journey must end.
pub struct Told {
    /// The journey.
    pub title: &'static str,
    /// The preorder's id.
    pub id: String,
    /// The status that it must end in.
    pub expected: &'static str,
    /// The Klaviyo events that it must have caused, sorted.
    pub events: &'static [&'static str],
}

impl Story {
    /// Starts the clock.
    pub fn new(driver: Driver) -> Self {
        Self { driver, preorders: Vec::new(), since: Instant::now() }
    }

    /// A new chapter.
    pub fn chapter(&self, title: &str) {
        println!("\n── {title} {}", "─".repeat(90_usize.saturating_sub(title.chars().count())));
    }

    /// Something happened in a system.
    pub fn tell(&self, system: &str, what: &str) {
        let elapsed = self.since.elapsed().as_millis();
        println!("{:>4}.{:01} s  {system:<10} {what}", elapsed / 1000, elapsed / 100 % 10);
    }

    /// Waits until Stripe has delivered everything, and tells what.
    ///
    /// # Errors
    /// If something can't be delivered.
    pub async fn delivered(&self, before: usize) -> Result<(), Failure> {
        self.driver.stripe.idle().await?;
        for delivery in self.driver.stripe.deliveries().await?.iter().skip(before) {
            let text = |field: &str| delivery[field].as_str().unwrap_or_default().to_owned();
            let status = delivery["attempts"].as_array().and_then(|all| all.last()).map(|last| last["status"].clone());
            let status = status.and_then(|status| status.as_u64()).map_or("no answer".to_owned(), |s| s.to_string());
            self.tell("Stripe", &format!("{:<42} → {status}", text("type")));
        }
        Ok(())
    }

    /// Waits until Klaviyo has so many events about the newest preorder, and tells them.
    ///
    /// # Errors
    /// If they don't arrive.
    pub async fn accepted(&self, count: usize) -> Result<(), Failure> {
        for event in self.driver.klaviyo.wait(&email(self.preorders.len()), count).await? {
            self.tell("Klaviyo", &format!("accepted {}", event.metric));
        }
        Ok(())
    }

    /// Tells where a preorder stands in the database.
    ///
    /// # Errors
    /// If the database doesn't answer.
    pub async fn stands(&self, preorder: &str) -> Result<(), Failure> {
        let status = self.driver.database.preorder_status(preorder).await?.unwrap_or_default();
        self.tell("PostgreSQL", &format!("preorder is {status}"));
        Ok(())
    }
}

/// The address of the reader with this number.
pub fn email(number: usize) -> String {
    format!("reader{number}@example.com")
}
