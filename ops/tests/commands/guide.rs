//! Runs the commands of docs/MIGRATING.md as the guide has them, with made-up data in the older systems' form.

use std::{fs, path::PathBuf};

use pledge_stand_ins::stripe::Payment;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::environment::TestEnvironment;

/// Returns the calls of the program in a section of the guide.
fn commands(section: &str) -> Vec<String> {
    let guide = include_str!("../../../docs/MIGRATING.md");
    let section = guide.split_once(&format!("\n## {section}\n")).unwrap().1.split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("ops "));
    lines.map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guide");
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// Returns a command with the paths of its files changed to this folder.
    fn command(&self, line: &str, carried_over_at: &str) -> String {
        let word = |word: &str| {
            let file = word.contains('.') && self.0.join(word).exists();
            if file {
                self.0.join(word).display().to_string()
            } else {
                word.replace("\"$CARRIED_OVER_AT\"", carried_over_at)
            }
        };
        line.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
    }
}

#[tokio::test]
async fn the_guide_moves_both_older_systems() {
    let environment = TestEnvironment::start().await;
    let folder = Folder::new();
    let (uid, _) = environment.firebase.sign_in_with_google("mei@example.com", Some("Mei")).unwrap();
    let people = serde_json::json!({ "users": [
        { "localId": uid, "email": "mei@example.com", "emailVerified": true, "createdAt": "1700000000000" },
    ] });
    folder.write("users.json", &people.to_string());

    // This sale of the preorder system is a session with only the colour in its metadata.
    let price = environment
        .post("prices", &[("currency", "usd"), ("unit_amount", "29900"), ("product_data[name]", "Red")])
        .await;
    let session = environment
        .post(
            "checkout/sessions",
            &[
                ("mode", "payment"),
                ("line_items[0][price]", price["id"].as_str().unwrap()),
                ("line_items[0][quantity]", "1"),
                ("customer_email", "mei@example.com"),
                ("metadata[color]", "Red"),
                ("success_url", "https://example.com/success"),
            ],
        )
        .await;
    environment.stand_in.pay_session(session["id"].as_str().unwrap(), Payment::by_card());

    // This form of the preorder system was never paid.
    let forms = "id,email,color,locale,status,user_id,created_at\n\
                 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed,jo@example.com,Red,en,initiated,,2025-01-02 10:00:00\n";
    folder.write("preorders.csv", forms);

    // The champion system's data are a subscription whose month is running, and a customer at Stripe.
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    let carried_over_at = now.format(&Rfc3339).unwrap();
    let mysql = |days: i64| {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        (now + Duration::days(days)).format(format).unwrap()
    };
    let (start, end) = (mysql(-10), mysql(20));
    folder.write(
        "subscriptions.tsv",
        &format!(
            "id\tuser_id\tnovel_id\ttier_level\ttier_name\tmonthly_price\tstart_date\tend_date\tis_active\tauto_renew\t\
             payment_method\tstripe_subscription_id\tstripe_customer_id\n\
             1\t4711\t7\t3\tMartial Lord\t5.00\t{start}\t{end}\t1\t0\tstripe\tNULL\tcus_old\n"
        ),
    );
    folder.write(
        "records.tsv",
        &format!(
            "id\tuser_id\tnovel_id\ttier_level\ttier_name\tpayment_amount\tpayment_method\tpayment_status\t\
             subscription_type\tstart_date\tend_date\tstripe_subscription_id\tstripe_payment_intent_id\tcreated_at\n\
             1\t4711\t7\t3\tMartial Lord\t5.00\tstripe\tcompleted\tnew\t{start}\t{end}\tNULL\tpi_old\t{start}\n"
        ),
    );
    folder.write(
        "payments.tsv",
        &format!(
            "id\tuser_id\tnovel_id\ttype\tamount\tcurrency\tpayment_method\tstatus\tdescription\tcreated_at\t\
             stripe_payment_intent_id\n\
             1\t4711\t7\tchampion\t5.00\tUSD\tstripe\tcompleted\t30 days of \"tier 3\"\t{start}\tpi_old\n"
        ),
    );
    folder.write("readers.tsv", "user_id\temail\n4711\tmei@example.com\n");

    for section in ["People", "Preorders", "Champions"] {
        let commands = commands(section);
        assert!(!commands.is_empty(), "{section}");
        for command in commands {
            let said = environment.ops(&folder.command(&command, &carried_over_at)).await;
            // Without --apply, missing events stay missing.
            let dry = !command.contains("--apply");
            assert!(said.status == 0 || dry && said.status == 3, "ops {command}: {said:?}");
        }
    }
    let paid =
        format!("select count(*) from preorders where status = 'completed' and color = 'Red' and user_id = '{uid}'");
    assert_eq!(environment.count(&paid).await, 1);
    assert_eq!(environment.count("select count(*) from preorders where status = 'initiated'").await, 1);
    let access =
        format!("select count(*) from champion_access where user_id = '{uid}' and novel_id = 7 and tier_level = 3");
    assert_eq!(environment.count(&access).await, 1);
    assert_eq!(environment.count("select count(*) from user_champion_subscription_record").await, 1);
    assert_eq!(environment.count("select count(*) from users where stripe_customer_id = 'cus_old'").await, 1);
}
