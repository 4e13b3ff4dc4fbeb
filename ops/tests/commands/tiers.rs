use crate::environment::TestEnvironment;

#[tokio::test]
async fn a_novel_is_opened_to_champions_once() {
    let environment = TestEnvironment::start().await;
    let tiers = "select count(*) from novel_champion_tiers where novel_id = 7";
    environment.succeeds("tiers open 7").await;
    assert_eq!(environment.count(tiers).await, 0);
    environment.succeeds("tiers open 7 --apply").await;
    assert_eq!(environment.count(tiers).await, 13);
    let said = environment.succeeds("tiers open 7 --apply").await;
    assert!(said.err.contains("Nothing to do"), "{said:?}");
    let list = environment.succeeds("tiers list 7").await;
    assert!(list.words().contains("3 Martial Lord 5.00 USD 3 on sale"), "{list:?}");
}

#[tokio::test]
async fn a_tier_changes_for_who_comes_next_and_keeps_its_earlier_prices() {
    let environment = TestEnvironment::start().await;
    environment.succeeds("tiers open 7 --apply").await;
    let price = "update novel_champion_tiers set stripe_price_id = 'price_old' where novel_id = 7 and tier_level = 3";
    environment.tables.execute(price, &[]).await.unwrap();

    let dry = environment.succeeds("tiers set 7 3 --price 6.50 --on-sale false").await;
    assert!(dry.words().ends_with("after 3 Martial Lord 6.50 USD 3 off sale"), "{dry:?}");
    assert!(environment.succeeds("tiers list 7").await.out.contains("its price now"));
    environment.succeeds("tiers set 7 3 --price 6.50 --on-sale false --apply").await;
    let list = environment.succeeds("tiers list 7").await;
    assert!(list.words().contains("3 Martial Lord 6.50 USD 3 off sale"), "{list:?}");
    assert!(list.words().contains("3 price_old 5.00 USD 20"), "{list:?}");
    assert!(!list.out.contains("its price now"), "another amount needs another price: {list:?}");
    let again = environment.succeeds("tiers set 7 3 --price 6.50 --on-sale false --apply").await;
    assert!(again.err.contains("Nothing to do"), "{again:?}");
}

#[tokio::test]
async fn a_tier_that_is_not_there_must_be_described_in_full_and_costs_something() {
    let environment = TestEnvironment::start().await;
    for incomplete in ["--price 6", "--name Reader --chapters 3", "--price 0 --name Reader --chapters 3"] {
        let said = environment.ops(&format!("tiers set 8 1 {incomplete} --apply")).await;
        assert_eq!(said.status, 1, "{said:?}");
    }
    assert_eq!(environment.ops("tiers set 8 1 --price 6.505 --name Reader --chapters 3").await.status, 1);
    assert_eq!(environment.ops("tiers set 8 14 --price 6").await.status, 2);
    environment.succeeds("tiers set 8 1 --price 650 --currency jpy --name Reader --chapters 3 --apply").await;
    let list = environment.succeeds("tiers list 8").await;
    assert!(list.words().ends_with("1 Reader 650 JPY 3 on sale"), "{list:?}");
}

#[tokio::test]
async fn a_price_from_elsewhere_is_remembered_as_one_tiers() {
    let environment = TestEnvironment::start().await;
    environment.succeeds("tiers open 7 --apply").await;
    let form = [
        ("currency", "usd"),
        ("unit_amount", "450"),
        ("product_data[name]", "A plan of the dashboard"),
        ("recurring[interval]", "month"),
    ];
    let price = environment.post("prices", &form).await["id"].as_str().unwrap().to_owned();
    let remember = format!("tiers remember 7 3 {price}");
    let dry = environment.succeeds(&remember).await;
    assert_eq!(dry.lines(), [format!("{price}\t4.50 USD\ttier 3 of novel 7")]);
    assert_eq!(environment.count("select count(*) from champion_tier_price").await, 0);
    environment.succeeds(&format!("{remember} --apply")).await;
    assert!(environment.succeeds("tiers list 7").await.out.contains(&price));
    assert!(environment.succeeds(&format!("{remember} --apply")).await.err.contains("Nothing to do"));
    let other = environment.ops(&format!("tiers remember 7 4 {price} --apply")).await;
    assert!(other.status == 1 && other.err.contains("the price of tier 3 of novel 7"), "{other:?}");
}
