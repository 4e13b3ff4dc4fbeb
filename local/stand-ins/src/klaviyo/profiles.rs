//! Profiles: an e-mail address, a telephone number and an external id each belong to one of them.
//! <https://developers.klaviyo.com/en/docs/update_profile_properties_via_api>

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

/// The state of a profile's e-mail marketing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EmailMarketing {
    /// Nobody has subscribed the profile.
    #[default]
    NeverSubscribed,
    /// A double opt-in list has asked for a confirmation, which hasn't come yet.
    Pending,
    /// The profile gets marketing by e-mail.
    Subscribed,
    /// The profile gets no marketing by e-mail.
    Unsubscribed,
}

/// A person whom the account knows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Profile {
    /// The profile's id at Klaviyo.
    pub id: String,
    /// The e-mail address, in lower case.
    pub email: Option<String>,
    /// The phone number, in E.164 form.
    pub phone_number: Option<String>,
    /// The id that another system gave.
    pub external_id: Option<String>,
    /// The id of a browser, if no better identifier is known.
    pub anonymous_id: Option<String>,
    /// The state of e-mail marketing.
    pub email_marketing: EmailMarketing,
    /// The lists that the profile is on.
    pub lists: BTreeSet<String>,
    /// The number of times that a confirmation was asked for.
    pub confirmations_asked: u32,
    /// The source that the last subscription named.
    pub custom_source: Option<String>,
}

/// The identifiers in a request: e-mail address, phone number, external id, anonymous id.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Identifiers([Option<String>; 4]);

impl Identifiers {
    /// Takes the identifiers from a profile's attributes.
    pub(crate) fn of(attributes: &Map<String, Value>) -> Self {
        let text = |name: &str| attributes.get(name).and_then(Value::as_str).map(str::to_owned);
        let email = text("email").map(|email| email.to_ascii_lowercase());
        Self([email, text("phone_number"), text("external_id"), text("anonymous_id").or_else(|| text("_kx"))])
    }
}

impl Profile {
    /// Unsubscribes the profile from a list. A profile that isn't on the list is unsubscribed from everything, as without a
    /// list.
    pub(crate) fn unsubscribe(&mut self, list: Option<&str>) {
        let was_on_it = list.is_some_and(|list| self.lists.remove(list));
        if !was_on_it {
            self.lists.clear();
        }
        if self.lists.is_empty() {
            self.email_marketing = EmailMarketing::Unsubscribed;
        }
    }

    fn identifiers(&mut self) -> [&mut Option<String>; 4] {
        [&mut self.email, &mut self.phone_number, &mut self.external_id, &mut self.anonymous_id]
    }
}

/// The conflict that the identifiers belong to several profiles, with the id of another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Conflict(pub(crate) String);

/// The profiles of the account, and how many there ever were.
#[derive(Debug, Default)]
pub(crate) struct Profiles(Vec<Profile>, usize);

impl Profiles {
    /// Finds the profile that has any of the identifiers, or makes one, and adds the identifiers that it lacks.
    pub(crate) fn upsert(&mut self, given: &Identifiers) -> Result<&mut Profile, Conflict> {
        let mut found = Vec::new();
        for (index, profile) in self.0.iter_mut().enumerate() {
            let mut pairs = profile.identifiers().into_iter().zip(&given.0);
            if pairs.any(|(own, given)| given.is_some() && own == given) {
                found.push(index);
            }
        }
        let index = match found.as_slice() {
            [first, second, ..] => {
                let has_address = given.0[0].is_some() && self.0[*first].email == given.0[0];
                let other = if has_address { second } else { first };
                return Err(Conflict(self.0[*other].id.clone()));
            }
            [index] => *index,
            [] => {
                self.1 += 1;
                let id = format!("01PROFILE{:017}", self.1);
                self.0.push(Profile { id, ..Profile::default() });
                self.0.len() - 1
            }
        };
        let profile = &mut self.0[index];
        for (own, given) in profile.identifiers().into_iter().zip(&given.0) {
            if given.is_some() {
                own.clone_from(given);
            }
        }
        Ok(profile)
    }

    /// Returns the profiles with this e-mail address; all of them without one.
    pub(crate) fn find(&self, email: Option<&str>) -> Vec<Profile> {
        let email = email.map(str::to_ascii_lowercase);
        self.0.iter().filter(|profile| email.is_none() || profile.email == email).cloned().collect()
    }

    /// Removes the profile with this e-mail address, in lower case.
    pub(crate) fn delete(&mut self, email: &str) {
        self.0.retain(|profile| profile.email.as_deref() != Some(email));
    }

    /// Unsubscribes the profile with this e-mail address from everything, if there is one.
    pub(crate) fn unsubscribe(&mut self, email: &str) {
        let email = email.to_ascii_lowercase();
        for profile in self.0.iter_mut().filter(|profile| profile.email.as_ref() == Some(&email)) {
            profile.unsubscribe(None);
        }
    }

    /// Confirms a subscription that a double opt-in list asked to confirm. Returns whether one did.
    pub(crate) fn confirm(&mut self, email: &str) -> bool {
        let email = email.to_ascii_lowercase();
        let asked = |profile: &&mut Profile| {
            profile.email.as_ref() == Some(&email) && profile.email_marketing == EmailMarketing::Pending
        };
        let asked = self.0.iter_mut().find(asked);
        asked.map(|profile| profile.email_marketing = EmailMarketing::Subscribed).is_some()
    }
}
