//! Who may pay, by their address and by what Firebase says about their account.

use pledge_application::payers::{Admitted, PayerRefusal, Payers};
use pledge_domain::user::{AccountState, VerifiedUser};
use pledge_testkit::{
    FakeIdentity,
    builders::{signed_in, uid},
};

fn payers(needs_proven_address: bool) -> Payers<FakeIdentity> {
    Payers { accounts: FakeIdentity::default(), needs_proven_address }
}

#[tokio::test]
async fn an_address_is_asked_for_only_where_it_has_to_be_proven_and_before_firebase_is() {
    let ada = VerifiedUser { email_verified: false, ..signed_in("ada", "ada@example.com") };
    assert_eq!(payers(false).check(&ada).await, Ok(Admitted::Active));
    let strict = payers(true);
    assert_eq!(strict.check(&ada).await, Err(PayerRefusal::AddressNotProven));
    assert_eq!(strict.accounts.states_asked_for(), []);
    assert_eq!(strict.check(&signed_in("ada", "ada@example.com")).await, Ok(Admitted::Active));
}

#[tokio::test]
async fn an_account_that_cannot_be_used_pays_only_while_firebase_does_not_answer() {
    let (payers, ada) = (payers(false), signed_in("ada", "ada@example.com"));
    for state in [AccountState::Disabled, AccountState::Gone] {
        payers.accounts.set_state(&uid("ada"), state);
        assert_eq!(payers.check(&ada).await, Err(PayerRefusal::AccountUnusable));
        payers.accounts.fail_next_state();
        assert_eq!(payers.check(&ada).await, Ok(Admitted::Unchecked));
    }
}
