//! The contract of [`PreorderStore`](pledge_domain::ports::PreorderStore).

pub mod checkouts;
pub mod intents;
pub mod limits;
pub mod owners;
pub mod profiles;

use pledge_domain::{ports::PreorderStore, preorder::Preorder, user::Owner};

use crate::{
    builders::{a_new_preorder, preorder_id},
    contract::Subject,
};

const ADDRESS: &str = "Reader@example.com";
const SAME_ADDRESS: &str = "reader@EXAMPLE.com";
const OTHER_ADDRESS: &str = "other@example.com";

/// Stores the `n`th preorder.
async fn initiate(subject: &impl Subject, n: u32, email: &str, owner: Owner) -> Preorder {
    subject.store().initiate(&a_new_preorder(n, email, owner)).await.unwrap()
}

/// Returns the uid of the `n`th preorder's owner.
async fn owner(subject: &impl Subject, n: u32) -> Option<String> {
    subject.preorder(preorder_id(n)).await.user_id.map(String::from)
}
