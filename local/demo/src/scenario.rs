//! The state of the demo, and its output.

use std::time::Instant;

use pledge_driver::{Driver, Failure};

use crate::table::ledger_of;

/// The journeys that were begun, and the driver of the cloud that they are played on.
pub struct Scenario {
    /// The driver of the local cloud.
    pub driver: Driver,
    /// The preorders, in the order in which they began.
    pub preorders: Vec<Expected>,
    /// The champions, in the order in which they began.
    pub champions: Vec<Champion>,
    since: Instant,
}

/// A reader who supports a novel, and how their journey must end.
pub struct Champion {
    /// The title of the journey.
    pub title: &'static str,
    /// The reader's uid.
    pub uid: String,
    /// The reader's address.
    pub email: String,
    /// The kinds of grants that the ledger must have at the end, sorted.
    pub ledger: &'static [&'static str],
    /// The Klaviyo events that the journey must cause, sorted.
    pub events: &'static [&'static str],
    /// The ledger and the Klaviyo events at the end of the journey, sorted. Time goes on for the other journeys, and this
    /// one's renewals with it, so they are noted here.
    pub ended: (Vec<String>, Vec<String>),
}

impl Champion {
    /// Returns a journey that hasn't begun.
    pub fn expected(title: &'static str, ledger: &'static [&'static str], events: &'static [&'static str]) -> Self {
        Self { title, uid: String::new(), email: String::new(), ledger, events, ended: Default::default() }
    }
}

/// A preorder and how its journey must end.
pub struct Expected {
    /// The title of the journey.
    pub title: &'static str,
    /// The preorder's id.
    pub id: String,
    /// The status with which it must end.
    pub status: &'static str,
    /// The Klaviyo events that it must cause, sorted.
    pub events: &'static [&'static str],
}

impl Scenario {
    /// Makes a scenario without journeys, and starts its clock.
    pub fn new(driver: Driver) -> Self {
        Self { driver, preorders: Vec::new(), champions: Vec::new(), since: Instant::now() }
    }

    /// Prints a heading.
    pub fn heading(&self, title: &str) {
        println!("\n── {title} {}", "─".repeat(90_usize.saturating_sub(title.chars().count())));
    }

    /// Prints a line about something that happened in a system.
    pub fn tell(&self, system: &str, what: &str) {
        let elapsed = self.since.elapsed().as_millis();
        println!("{:>4}.{:01} s  {system:<10} {what}", elapsed / 1000, elapsed / 100 % 10);
    }

    /// Waits until Stripe has delivered all events, and prints those after the first `before`.
    ///
    /// # Errors
    /// If an event can't be delivered.
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

    /// Waits until Klaviyo has `count` events about the newest preorder, and prints them.
    ///
    /// # Errors
    /// If they don't arrive.
    pub async fn accepted(&self, count: usize) -> Result<(), Failure> {
        for event in self.driver.klaviyo.wait(&email(self.preorders.len()), count).await? {
            self.tell("Klaviyo", &format!("accepted {}", event.metric));
        }
        Ok(())
    }

    /// Waits until Stripe has delivered all events.
    ///
    /// # Errors
    /// If an event can't be delivered.
    pub async fn delivered_quietly(&self) -> Result<(), Failure> {
        self.driver.stripe.idle().await
    }

    /// Prints the support of the newest champion.
    ///
    /// # Errors
    /// If the database doesn't answer.
    pub async fn supports(&self) -> Result<(), Failure> {
        let Some(champion) = self.champions.last() else { return Ok(()) };
        let sql = "select tier_level, start_date::date::text, end_date::date::text, is_active, auto_renew \
                   from user_champion_subscription where user_id = $1";
        for row in self.driver.database.query(sql, &[&champion.uid]).await? {
            let (level, from, until): (i32, String, String) = (row.get(0), row.get(1), row.get(2));
            let active = if row.get(3) { "supports" } else { "supported" };
            let renewal = if row.get(4) { "renews" } else { "ends" };
            self.tell("PostgreSQL", &format!("{active} tier {level} from {from} until {until}, then it {renewal}"));
        }
        Ok(())
    }

    /// Ends the newest champion's journey: waits until Klaviyo has the events that it must cause, prints them, and notes
    /// the ledger and the events.
    ///
    /// # Errors
    /// If they don't arrive.
    pub async fn champion_ends(&mut self) -> Result<(), Failure> {
        let Some(mut champion) = self.champions.pop() else { return Ok(()) };
        let accepted = self.driver.klaviyo.wait(&champion.email, champion.events.len()).await?;
        let mut events: Vec<_> = accepted.into_iter().map(|event| event.metric).collect();
        events.iter().for_each(|event| self.tell("Klaviyo", &format!("accepted {event}")));
        events.sort();
        champion.ended = (ledger_of(self, &champion.uid).await?, events);
        self.champions.push(champion);
        Ok(())
    }

    /// Prints the status of a preorder.
    ///
    /// # Errors
    /// If the database doesn't answer.
    pub async fn stands(&self, preorder: &str) -> Result<(), Failure> {
        let status = self.driver.database.preorder_status(preorder).await?.unwrap_or_default();
        self.tell("PostgreSQL", &format!("preorder is {status}"));
        Ok(())
    }
}

/// Returns the address of the reader with this number.
pub fn email(number: usize) -> String {
    format!("reader{number}@example.com")
}
