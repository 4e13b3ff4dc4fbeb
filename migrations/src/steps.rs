//! The list of all steps.

/// A step, which changes the schema and can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The number and name, as in the names of its files, such as `0001_users`.
    pub name: &'static str,
    /// The SQL that applies the step.
    pub up: &'static str,
    /// The SQL that takes the step back.
    pub down: &'static str,
}

impl Migration {
    /// Returns the number with which the name begins.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.name.bytes().map_while(|b| char::from(b).to_digit(10)).fold(0, |n, digit| n * 10 + digit.cast_signed())
    }

    /// Returns whether the step fills a table in batches, so that no query waits for more than one batch: its SQL is run
    /// again and again, each time in a transaction of its own, until the count that its last statement returns is 0.
    #[must_use]
    pub fn in_batches(&self) -> bool {
        IN_BATCHES.contains(&self.name)
    }
}

macro_rules! steps {
    ($($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            up: include_str!(concat!("../sql/", $name, ".up.sql")),
            down: include_str!(concat!("../sql/", $name, ".down.sql")),
        }),*]
    };
}

/// All steps, oldest first.
pub const MIGRATIONS: &[Migration] = steps![
    "0001_users",
    "0002_preorders",
    "0003_preorders_klaviyo_event_sent_at",
    "0004_stripe_event",
    "0005_outbox",
    "0006_stripe_payment",
    "0010_champion",
    "0011_champion_stripe_ids",
    "0012_champion_minor_units",
    "0013_champion_payments",
    "0014_champion_tiers",
    "0015_preorders_open_sessions",
    "0016_champion_carried_over",
    "0020_refunds_and_disputes",
    "0030_champion_timeline",
    "0031_champion_carry_over",
    "0032_outbox_superseded",
    "0033_preorders_form_contact",
    "0034_refunded_months",
    "0035_preorder_payments",
    "0050_limits",
    "0070_stripe_catch_up",
    "0071_outbox_not_before",
    "0072_consent",
    "0075_user_alias",
    "0076_customer_outdated",
    "0080_stripe_event_keys",
    "0081_lookups",
    "0082_erasure",
    "0083_retention",
    "0085_goodwill",
    "0086_goodwill_checked",
    "0087_preorder_fulfilment",
    "0088_alias_plan_is_kept",
    "0090_preorders_without_form",
    "0094_consent_by_user",
    "0095_outbox_send_again",
];

const IN_BATCHES: &[&str] = &["0031_champion_carry_over", "0035_preorder_payments"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_and_every_step_has_its_own_number() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sql")).unwrap();
        let mut files: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let listed: Vec<_> = MIGRATIONS
            .iter()
            .flat_map(|step| [format!("{}.down.sql", step.name), format!("{}.up.sql", step.name)])
            .collect();
        assert_eq!(files, listed, "the list is sorted and names both files of every step");
        assert!(MIGRATIONS.is_sorted_by(|a, b| a.version() < b.version()));
        assert!(MIGRATIONS.iter().all(|step| step.name.starts_with(&format!("{:04}_", step.version()))));
    }
}
