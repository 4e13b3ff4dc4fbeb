//! The contracts of the store ports, promise by promise. Every implementation passes them:
//!
//! ```ignore
//! pledge_testkit::store_contract!(MyStore::fresh);
//! ```
//! makes one test of each promise. `MyStore::fresh` is an async function without arguments that returns a [`Subject`]
//! with nothing in it.

pub mod account_store;
pub mod catch_up_store;
pub mod champions;
pub mod consent;
pub mod outbox_store;
pub mod preorders;
pub mod retention_store;
pub mod stripe_event_store;
pub mod superseding;

use std::future::Future;

use pledge_domain::{
    Timestamp,
    champion::{ChampionKey, PaymentRecord, Support, Tier},
    decide::NewAnnouncement,
    ids::{OutboxId, PreorderId, UserId},
    ports::{AccountStore, CatchUpStore, ChampionStore, OutboxStore, PreorderStore, RetentionStore, StripeEventStore},
    preorder::Preorder,
};

pub use pledge_memory::{LedgerRow, UserRow};

use crate::InMemoryStore;

/// Returns the rows of announcements.
fn ids(announcements: &[NewAnnouncement]) -> Vec<OutboxId> {
    announcements.iter().map(|new| new.id).collect()
}

/// A store under test, with access to what the ports don't show.
pub trait Subject: Send + Sync {
    /// The store's type.
    type Store: PreorderStore
        + AccountStore
        + StripeEventStore
        + CatchUpStore
        + OutboxStore
        + ChampionStore
        + RetentionStore;

    /// Returns the store.
    fn store(&self) -> &Self::Store;

    /// Returns the row of a user.
    fn user(&self, id: &UserId) -> impl Future<Output = Option<UserRow>> + Send;

    /// Returns when Klaviyo accepted the preorder's `preorder_success`.
    fn success_sent_at(&self, id: PreorderId) -> impl Future<Output = Option<Timestamp>> + Send;

    /// Stores the tiers of a novel.
    fn open_novel(&self, tiers: Vec<Tier>) -> impl Future<Output = ()> + Send;

    /// Stores a payment as it is, as the system before this one would have.
    fn put_payment(&self, key: &ChampionKey, payment: &PaymentRecord) -> impl Future<Output = ()> + Send;

    /// Returns the row of `user_champion_subscription`.
    fn support(&self, key: &ChampionKey) -> impl Future<Output = Option<Support>> + Send;

    /// Returns the rows of `user_champion_subscription_record`, in the order of their start.
    fn ledger(&self, key: &ChampionKey) -> impl Future<Output = Vec<LedgerRow>> + Send;

    /// Returns a preorder, which must be stored.
    fn preorder(&self, id: PreorderId) -> impl Future<Output = Preorder> + Send {
        async move { self.store().find(id).await.unwrap().unwrap() }
    }
}

impl Subject for InMemoryStore {
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    async fn user(&self, id: &UserId) -> Option<UserRow> {
        Self::user(self, id)
    }

    async fn success_sent_at(&self, id: PreorderId) -> Option<Timestamp> {
        Self::success_sent_at(self, id)
    }

    async fn open_novel(&self, tiers: Vec<Tier>) {
        Self::open_novel(self, tiers);
    }

    async fn put_payment(&self, key: &ChampionKey, payment: &PaymentRecord) {
        self.put_champion_payment(key, payment.clone());
    }

    async fn support(&self, key: &ChampionKey) -> Option<Support> {
        Self::support(self, key)
    }

    async fn ledger(&self, key: &ChampionKey) -> Vec<LedgerRow> {
        Self::ledger(self, key)
    }
}

/// Makes one test of each promise of the store ports, on the subject that `$fresh().await` returns.
#[macro_export]
macro_rules! store_contract {
    ($fresh:path) => {
        $crate::promises!(
            account_store,
            $fresh,
            a_sign_in_alone_makes_a_row_and_returns_it,
            a_sign_in_brings_the_earlier_preorders_of_a_verified_address,
            the_one_of_two_accounts_that_signs_in_gets_what_was_ordered_under_the_address,
            what_somebody_ordered_who_signed_in_is_not_taken_by_whoever_has_their_address_later,
            whoever_had_proven_the_address_before_is_named_until_they_are_taken_over,
            a_takeover_gives_everything_and_what_comes_later_follows,
            payments_of_one_novel_join,
            where_both_have_a_live_subscription_nothing_is_joined,
            a_successor_of_a_successor_has_everything,
        );
        $crate::promises!(preorders, $fresh, {
            intents: [
                a_preorder_is_stored_as_it_is,
                a_preorder_comes_with_its_started_event,
                a_repeat_changes_nothing_and_returns_what_is_stored,
                a_preorder_that_is_not_stored_is_not_found,
            ],
            profiles: [
                a_sign_in_makes_a_profile,
                a_later_sign_in_updates_the_profile,
                a_sign_in_without_an_address_keeps_the_known_one,
                an_owner_known_by_email_gets_a_row,
                an_owner_known_by_email_keeps_their_profile,
                a_verified_owner_takes_over_the_address,
                an_unverified_owner_gets_a_row_without_a_taken_address,
            ],
            owners: [
                a_preorder_says_the_address_of_its_owners_account,
                a_repeat_adds_the_missing_owner,
                a_repeat_with_another_address_gets_no_owner,
                a_verified_owner_gets_earlier_preorders_of_the_address,
                a_preorder_for_somebody_else_links_nothing_of_theirs,
                an_unverified_sign_in_gets_nothing_but_its_own,
                an_unclaimed_account_gets_earlier_preorders,
                a_claimed_unproven_account_gets_nothing_but_its_own,
                what_has_an_owner_is_not_given_away,
                ownerless_preorders_come_oldest_first,
                linking_takes_every_preorder_of_the_address,
                linking_comes_too_late_for_an_owned_preorder,
            ],
            checkouts: [
                an_opened_session_is_stored,
                a_refused_attempt_is_used_up,
                a_used_up_attempt_loses_the_race,
                a_paid_preorder_needs_no_session,
                a_preorder_whose_payment_is_on_its_way_gets_no_other_session,
                a_checkout_stores_a_found_owner_even_if_it_loses_the_race,
                a_checkout_keeps_the_owner_that_is_there,
                a_preorder_is_stuck_when_no_event_told_that_its_session_expired,
            ],
            limits: [
                more_preorders_than_an_address_may_have_are_not_stored,
                a_source_that_used_up_its_limit_uses_up_no_address,
                a_repeat_uses_nothing_up,
                uses_that_are_forgotten_limit_nobody,
            ],
        });
        $crate::promises!(
            stripe_event_store,
            $fresh,
            a_payment_completes_the_preorder_and_is_told_to_the_outbox,
            the_address_of_the_checkout_stands_beside_that_of_the_form,
            a_second_delivery_is_recognised_and_changes_nothing,
            what_is_ignored_or_malformed_is_recorded_too,
            a_refund_finds_the_preorder_by_its_payment,
            a_refund_that_comes_first_counts_later,
            a_dispute_that_comes_first_counts_later,
            a_refund_is_kept_with_everything_that_became_of_it,
            a_second_payment_is_kept_and_found,
            a_dispute_holds_the_preorder_while_it_is_open,
            an_announcement_that_is_in_the_outbox_is_not_written_again,
            a_payment_without_a_preorder_becomes_one,
            a_rescued_preorder_keeps_a_known_owner_only,
            a_rescued_preorder_is_found_by_its_session,
            a_session_that_was_never_stored_is_taken_over,
        );
        $crate::promises!(
            catch_up_store,
            $fresh,
            there_is_no_watermark_before_the_first_catch_up,
            a_watermark_never_goes_back,
            of_listed_events_those_are_named_that_are_not_recorded,
        );
        $crate::promises!(
            retention_store,
            $fresh,
            a_preorder_that_nobody_paid_goes_and_one_that_is_paid_stays,
            a_preorder_whose_payment_is_on_its_way_stays,
            a_preorder_whose_page_was_open_until_lately_stays,
            what_was_told_goes_in_batches_and_what_waits_stays,
            what_was_refused_is_left_out_for_good,
        );
        $crate::promises!(champions, $fresh, {
            readers: [
                a_novel_has_its_tiers_and_another_has_none,
                a_reader_who_is_not_stored_has_an_account_with_the_novels_tiers,
                a_reader_has_an_account_for_each_novel_that_they_began_to_pay_for,
                a_sign_in_makes_and_updates_the_reader,
                a_verified_reader_takes_over_the_address,
                an_attempt_too_many_is_refused_and_the_sign_in_counts,
            ],
            customers_and_prices: [
                the_first_customer_counts,
                a_price_is_remembered_for_its_amount,
                what_is_gone_at_stripe_is_replaced_once,
                a_changed_address_is_to_be_told_once_it_is_proven_until_it_is_told,
            ],
            steps: [
                what_a_step_writes_is_read_as_it_was,
                a_step_that_writes_nothing_changes_nothing,
                any_providers_payment_is_booked_in_the_same_ledger,
                a_roll_computes_what_is_due_and_nothing_else,
            ],
            payments: [
                a_new_subscription_fills_every_column,
                a_renewal_extends_and_names_its_subscription,
                an_event_finds_its_reader_through_what_is_stored,
                what_is_stored_beats_what_the_metadata_name,
                a_refund_finds_its_invoice_whichever_is_told_first,
                a_subscription_whose_running_month_went_back_is_listed_until_it_ends,
                a_lost_dispute_takes_back_a_purchase,
                what_was_carried_over_is_extended,
                what_the_timeline_is_made_of_is_read_as_it_was,
            ],
            origins: [
                what_is_not_ours_is_ignored_and_recorded,
                what_nobody_marked_is_placed_if_it_leads_to_one_reader_and_novel,
                an_operator_can_say_whose_it_is,
                a_payment_of_an_unknown_reader_is_kept,
                an_old_purchase_is_found_by_its_description,
            ],
        });
        $crate::promises!(
            outbox_store,
            $fresh,
            an_unsent_row_is_read_as_it_was_written,
            what_is_sent_or_parked_is_not_unsent,
            a_failure_counts_and_the_row_stays_unsent,
            a_pause_that_one_sender_was_told_holds_for_all_until_it_is_over,
            a_sent_row_stays_sent,
            a_parked_row_can_still_be_sent,
            of_two_outcomes_in_one_call_sent_wins,
            a_sent_success_is_noted_on_the_preorder,
            no_other_metric_is_noted_on_the_preorder,
            settling_nothing_succeeds,
            overdue_rows_are_taken_oldest_first_and_once,
            a_taken_row_is_overdue_again_later,
            what_is_sent_or_parked_is_never_overdue,
            the_backlog_counts_what_waits_and_what_is_parked,
        );
        $crate::promises!(
            superseding,
            $fresh,
            an_abandoned_preorder_is_told_while_nothing_is_paid,
            a_preorder_that_is_paid_after_all_was_not_abandoned,
            who_paid_for_another_preorder_meanwhile_has_abandoned_nothing,
            an_announcement_says_whether_its_buyer_has_paid_before,
            who_went_back_to_the_checkout_has_abandoned_nothing,
            who_left_a_recovered_page_too_is_told_of_that_one,
            a_failure_is_told_until_its_invoice_is_paid,
            what_is_superseded_waits_no_more,
        );
        $crate::promises!(
            consent,
            $fresh,
            what_a_form_agrees_to_is_stored_with_it_and_told,
            what_a_reader_says_last_counts,
            what_counts_already_is_not_told_again,
            who_agrees_again_in_a_new_form_is_subscribed_again,
            who_agrees_again_for_an_address_that_nobody_proved_is_not_told_again,
            what_does_not_count_any_more_is_superseded,
            an_older_one_that_arrives_late_brings_the_one_that_counts_again,
            one_that_counts_is_sent_again_if_an_older_one_is_settled_before_it,
            what_nobody_proved_undoes_nothing_that_is_proven,
            what_nobody_proved_is_said_of_no_other_announcement,
            a_form_that_is_sent_again_takes_no_withdrawal_back,
            who_has_not_proven_an_address_speaks_for_themselves_alone,
            a_lost_preorder_comes_back_with_its_consent_unconfirmed,
        );
    };
}

/// Makes a module of tests, one for each of the contract's functions, or a module of such modules.
#[doc(hidden)]
#[macro_export]
macro_rules! promises {
    ($contract:ident, $fresh:path, $($promise:ident),* $(,)?) => {
        mod $contract {
            use super::*;

            $(
                #[tokio::test]
                async fn $promise() {
                    $crate::contract::$contract::$promise(&$fresh().await).await;
                }
            )*
        }
    };
    ($folder:ident, $fresh:path, { $($contract:ident: $promises:tt,)* }) => {
        mod $folder {
            use super::*;

            $($crate::promises!($folder, $contract, $fresh, $promises);)*
        }
    };
    ($folder:ident, $contract:ident, $fresh:path, [$($promise:ident),* $(,)?]) => {
        mod $contract {
            use super::*;

            $(
                #[tokio::test]
                async fn $promise() {
                    $crate::contract::$folder::$contract::$promise(&$fresh().await).await;
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    /// Returns every file below a folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn no_promise_is_left_out() {
        let is_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
        let listed: BTreeSet<&str> = include_str!("mod.rs").split(|c: char| !is_of_a_name(c)).collect();
        let suites = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract"));
        let suites: Vec<String> = suites.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let functions =
            suites.iter().flat_map(|suite| suite.lines()).filter_map(|line| line.strip_prefix("pub async fn "));
        let promises: Vec<&str> = functions.filter_map(|function| function.split('<').next()).collect();
        assert!(!promises.is_empty(), "the contract's suites are somewhere else");
        for promise in promises {
            assert!(listed.contains(promise), "{promise} is not in store_contract!");
        }
    }
}
