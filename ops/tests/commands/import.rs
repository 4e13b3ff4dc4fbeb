use std::{fs, path::PathBuf};

use pledge_stand_ins::Fault;
use serde_json::Value;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::environment::{Output, TestEnvironment};

/// The older system's tables as files, in a folder of their own.
struct Tables {
    folder: PathBuf,
    carried_over_at: OffsetDateTime,
}

impl Tables {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        let now = OffsetDateTime::now_utc();
        Self { folder, carried_over_at: now.replace_nanosecond(0).unwrap() - Duration::hours(1) }
    }

    /// Returns a moment some days after the older system was stopped, as MySQL writes it.
    fn at(&self, days: i64) -> String {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        (self.carried_over_at + Duration::days(days)).format(format).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    fn subscriptions(&self, rows: &str) {
        let columns = "id,user_id,novel_id,tier_level,tier_name,monthly_price,start_date,end_date,is_active,auto_renew,\
                       payment_method,stripe_subscription_id,stripe_customer_id,created_at,updated_at\n";
        self.write("subscriptions.csv", &format!("{columns}{rows}"));
    }

    fn records(&self, rows: &str) {
        let columns = "id,user_id,novel_id,tier_level,tier_name,monthly_price,payment_amount,payment_method,\
                       payment_status,subscription_type,subscription_duration_days,start_date,end_date,\
                       transaction_id,stripe_payment_intent_id,stripe_customer_id,created_at\n";
        self.write("records.csv", &format!("{columns}{rows}"));
    }

    fn payments(&self, rows: &str) {
        let columns = "id,user_id,novel_id,type,amount,currency,payment_method,status,description,created_at,updated_at,\
                       stripe_subscription_id,stripe_payment_intent_id,stripe_customer_id\n";
        self.write("payments.csv", &format!("{columns}{rows}"));
    }

    async fn import(&self, environment: &TestEnvironment, rest: &str) -> Output {
        let at = self.carried_over_at.format(&Rfc3339).unwrap();
        let folder = self.folder.display();
        environment
            .ops(&format!(
                "import champions --carried-over-at {at} --subscriptions {folder}/subscriptions.csv \
                 --records {folder}/records.csv --payments {folder}/payments.csv {rest}"
            ))
            .await
    }
}

/// Starts an environment with a novel, its tiers, and readers of whom the first has a proven address.
async fn environment() -> TestEnvironment {
    let environment = TestEnvironment::start().await;
    environment.succeeds("tiers open 7 --apply").await;
    let readers = "insert into users (id, email, email_verified, created_at, updated_at)
                   values ('uid-1', 'one@example.com', true, now(), now()), ('uid-2', 'two@example.com', false, now(), now())";
    environment.tables.execute(readers, &[]).await.unwrap();
    environment
}

/// Makes a subscription of the older system: it has a price of its own and no metadata of ours.
async fn subscription(environment: &TestEnvironment) -> (String, String) {
    let id = |object: &Value| object["id"].as_str().unwrap().to_owned();
    let customer = id(&environment.post("customers", &[]).await);
    let method = environment.post("payment_methods/pm_card_visa/attach", &[("customer", &customer)]).await;
    let price = [
        ("currency", "usd"),
        ("unit_amount", "500"),
        ("product_data[name]", "Martial Lord"),
        ("recurring[interval]", "month"),
    ];
    let price = id(&environment.post("prices", &price).await);
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", &price),
        ("default_payment_method", method["id"].as_str().unwrap()),
    ];
    let subscription = environment.post("subscriptions", &form).await;
    assert_eq!(subscription["status"], "active");
    (id(&subscription), customer)
}

const READERS: &str = "user_id,uid,email\n101,uid-1,\n102,,two@example.com\n103,uid-3,\n";

#[tokio::test]
async fn a_reader_keeps_what_they_were_shown_and_stripe_finds_them() {
    let environment = environment().await;
    let (subscription, customer) = subscription(&environment).await;
    let tables = Tables::new("import-kept");
    let (start, end) = (tables.at(-10), tables.at(20));
    tables.subscriptions(&format!(
        "1,101,7,3,Martial Lord,5.00,{start},{end},1,1,stripe,{subscription},{customer},{start},{start}\n"
    ));
    tables.records(&format!(
        "1,101,7,3,Martial Lord,5.00,5.00,stripe,completed,new,30,{start},{end},{subscription},pi_old,{customer},{start}\n"
    ));
    tables.payments(&format!(
        "1,101,7,champion_subscription,5.00,USD,stripe,completed,\"Champion, \\\"tier 3\\\"\",{start},{start},\\N,pi_old,{customer}\n\
         2,101,\\N,karma,9.00,USD,stripe,completed,\\N,{start},{start},\\N,pi_karma,{customer}\n"
    ));
    tables.write("readers.csv", READERS);
    let readers = format!("--readers {}", tables.folder.join("readers.csv").display());

    let dry = tables.import(&environment, &readers).await;
    assert_eq!((dry.status, dry.lines().len()), (0, 1), "{dry:?}");
    assert!(
        dry.out.contains("uid-1\tnovel 7\ttier 3 until") && dry.out.contains("1 payment\tsubscription active"),
        "{dry:?}"
    );
    assert_eq!(environment.count("select count(*) from payment_record").await, 0);

    for round in ["1 were carried over, 0 had been before", "0 were carried over, 1 had been before"] {
        let said = tables.import(&environment, &format!("{readers} --apply")).await;
        assert!(said.status == 0 && said.err.contains(round), "{said:?}");
        let access = "select count(*) from champion_access where user_id = 'uid-1' and novel_id = 7 and tier_level = 3";
        assert_eq!(environment.count(access).await, 1);
        assert_eq!(
            environment.count("select count(*) from payment_record").await,
            2,
            "what was shown, and what was paid"
        );
        assert_eq!(environment.count("select count(*) from user_champion_subscription_record").await, 1);
        assert_eq!(environment.count("select count(*) from stripe_subscription where status = 'active'").await, 1);
        assert_eq!(environment.count("select count(*) from users where stripe_customer_id is not null").await, 1);
        assert_eq!(environment.count("select count(*) from outbox").await, 0, "nobody is told again");
    }
    // The older system's own invoice arrives late, and the next month is paid. The events have no mark of ours, so they
    // find the reader by the ids that the import stored.
    let until = "select extract(epoch from end_date)::bigint from user_champion_subscription where user_id = 'uid-1'";
    let shown = environment.count(until).await;
    environment.hear().await;
    let heard = environment.stand_in.events().len();
    environment.stand_in.advance(std::time::Duration::from_secs(33 * 86_400));
    for event in &environment.stand_in.events()[heard..] {
        environment.succeeds(&format!("event replay {} --apply", event["id"].as_str().unwrap())).await;
    }
    let parked = environment.succeeds("parked list").await;
    assert!(parked.lines().is_empty(), "{parked:?}");
    assert!(environment.count(until).await > shown + 27 * 86_400, "the renewal counts");
}

#[tokio::test]
async fn who_can_not_be_matched_is_named_and_gets_nothing() {
    let environment = environment().await;
    environment.tables.execute("update users set stripe_customer_id = 'cus_2' where id = 'uid-2'", &[]).await.unwrap();
    let tables = Tables::new("import-unmatched");
    let (start, end) = (tables.at(-10), tables.at(20));
    let row = |reader: u32, novel: u32, customer: &str| {
        format!(
            "{reader},{reader},{novel},3,Martial Lord,5.00,{start},{end},1,0,stripe,\\N,{customer},{start},{start}\n"
        )
    };
    let rows =
        [row(101, 8, "\\N"), row(101, 7, "cus_2"), row(102, 7, "\\N"), row(104, 7, "cus_2"), row(105, 7, "cus_9")];
    let elsewhere = row(103, 7, "\\N").replace(",stripe,\\N,", ",stripe,sub_elsewhere,");
    tables.subscriptions(&(rows.concat() + &elsewhere));
    tables.records("");
    tables.payments("");
    tables.write("readers.csv", READERS);
    environment
        .tables
        .execute("insert into users (id, created_at, updated_at) values ('uid-3', now(), now())", &[])
        .await
        .unwrap();
    let readers = format!("--readers {}", tables.folder.join("readers.csv").display());
    let said = tables.import(&environment, &format!("{readers} --apply")).await;
    assert_eq!(said.status, 3, "{said:?}");
    let says = |reader: &str, why: &str| said.lines().iter().any(|line| line.starts_with(reader) && line.contains(why));
    assert!(says("101\tnovel 8", "the novel has no tiers"), "{said:?}");
    assert!(says("101\tnovel 7", "lead to different people"), "{said:?}");
    assert!(says("102", "nobody here is known"), "an address that nobody proved proves nothing: {said:?}");
    assert!(says("104\tuid-2", "tier 3 until"), "by Stripe's customer: {said:?}");
    assert!(says("103", "Stripe has no such subscription"), "{said:?}");
    assert!(says("105", "nobody here is known"), "{said:?}");
    assert_eq!(environment.count("select count(distinct user_id) from payment_record").await, 1);
}

#[tokio::test]
async fn a_foreign_or_half_file_is_named_row_by_row() {
    let environment = environment().await;
    let tables = Tables::new("import-half");
    let (start, end) = (tables.at(-10), tables.at(20));
    tables.subscriptions(&format!(
        "1,uid-1,7,3,Martial Lord,5.00,{start},{end},1,0,stripe,\\N,\\N,{start},{start}\n\
         2,uid-1,seven,3,Martial Lord,5.00,{start},{end},1,0,stripe,\\N,\\N,{start},{start}\n\
         3,uid-1,7,14,Martial Lord,5.00,{start},{end},1,0,stripe,\\N,\\N,{start},{start}\n\
         4,uid-1,7,3,Martial Lord,5.00,{end},{start},1,0,stripe,\\N,\\N,{start},{start}\n\
         5,uid-1,7,3,Mart"
    ));
    tables.records(&format!(
        "1,uid-1,7,3,Martial Lord,5.00,5.005,stripe,completed,new,30,{start},{end},\\N,pi_1,\\N,{start}\n"
    ));
    tables.payments("");
    let said = tables.import(&environment, "--apply").await;
    assert_eq!((said.status, said.lines().len()), (3, 6), "{said:?}");
    for bad in [
        "subscriptions.csv record 2: novel_id",
        "record 3: tier_level",
        "record 4: end_date",
        "record 5: it hasn't as many",
        "records.csv record 1: the amount",
    ] {
        assert!(said.out.contains(bad), "{bad}: {said:?}");
    }
    tables.write("payments.csv", "name,age\nMei,7\n");
    let foreign = tables.import(&environment, "--apply").await;
    assert!(
        foreign.status == 1 && foreign.err.contains("payments.csv: the first line doesn't name id, user_id"),
        "{foreign:?}"
    );
    tables.write("payments.csv", "");
    assert_eq!(tables.import(&environment, "").await.status, 1, "an empty file names no columns");
}

#[tokio::test]
async fn where_stripe_did_not_answer_the_import_goes_on_later() {
    let environment = environment().await;
    let (subscription, customer) = subscription(&environment).await;
    let tables = Tables::new("import-stopped");
    let (start, end) = (tables.at(-10), tables.at(20));
    let row = |reader: &str, subscription: &str, customer: &str| {
        format!("1,{reader},7,3,Martial Lord,5.00,{start},{end},1,1,stripe,{subscription},{customer},{start},{start}\n")
    };
    tables.subscriptions(&[row("uid-1", "\\N", "\\N"), row("uid-2", &subscription, &customer)].concat());
    tables.records("");
    tables.payments("");
    let path = format!("/v1/subscriptions/{subscription}");
    environment.stand_in.faults().add(Fault::status(503).on("GET", &path).times(100));
    let said = tables.import(&environment, "--apply").await;
    assert!(said.status == 1 && said.err.contains("stopped at reader uid-2 and novel 7"), "{said:?}");
    environment.stand_in.faults().clear();
    let said = tables.import(&environment, "--apply").await;
    assert!(said.status == 0 && said.err.contains("1 were carried over, 1 had been before"), "{said:?}");
}
