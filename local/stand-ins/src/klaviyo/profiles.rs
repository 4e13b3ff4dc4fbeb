//! Profiles: an e-mail address, a telephone number and an external id each belong to one of them.
//! <https://developers.klaviyo.com/en/docs/update_profile_properties_via_api>

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

/// Whether somebody gets marketing by e-mail.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EmailMarketing {
    /// Nobody has asked for it.
    #[default]
    NeverSubscribed,
    /// A double opt-in list has asked for a confirmation, which hasn't come yet.
    Pending,
    /// The profile gets marketing by e-mail.
    Subscribed,
    /// The profile gets no marketing by e-mail.
    Unsubscribed,
}

/// Somebody whom the account knows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Profile {
    /// Klaviyo's id.
    pub id: String,
    /// In lower case.
    pub email: Option<String>,
    /// In E.164 form.
    pub phone_number: Option<String>,
    /// The id that another system has for them.
    pub external_id: Option<String>,
    /// The id of a browser, if nothing better is known.
    pub anonymous_id: Option<String>,
    /// Whether they get marketing by e-mail.
    pub email_marketing: EmailMarketing,
    /// The lists that they are on.
    pub lists: BTreeSet<String>,
    /// How often they were asked to confirm.
    pub confirmations_asked: u32,
    /// What was said of the source when they were subscribed last.
    pub custom_source: Option<String>,
}

/// What a request says of whom it is about.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Identifiers([Option<String>; 4]);

impl Identifiers {
    /// Takes the identifiers out of a profile's attributes.
    pub(crate) fn of(attributes: &Map<String, Value>) -> Self {
        let text = |name: &str| attributes.get(name).and_then(Value::as_str).map(str::to_owned);
        let email = text("email").map(|email| email.to_ascii_lowercase());
        Self([email, text("phone_number"), text("external_id"), text("anonymous_id").or_else(|| text("_kx"))])
    }
}

impl Profile {
    fn identifiers(&mut self) -> [&mut Option<String>; 4] {
        [&mut self.email, &mut self.phone_number, &mut self.external_id, &mut self.anonymous_id]
    }
}

/// The identifiers belong to several profiles; this is the id of another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Conflict(pub(crate) String);

/// The profiles of the account, and how many there ever were.
#[derive(Debug, Default)]
pub(crate) struct Profiles(Vec<Profile>, usize);

impl Profiles {
    /// Finds the profile that has any of the identifiers, or makes one, and gives it those that it doesn't have yet.
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

    /// Forgets the profile with this e-mail address, in lower case.
    pub(crate) fn delete(&mut self, email: &str) {
        self.0.retain(|profile| profile.email.as_deref() != Some(email));
    }

    /// Confirms what a double opt-in list has asked. Returns whether it had.
    pub(crate) fn confirm(&mut self, email: &str) -> bool {
        let email = email.to_ascii_lowercase();
        let asked = |profile: &&mut Profile| {
            profile.email.as_ref() == Some(&email) && profile.email_marketing == EmailMarketing::Pending
        };
        let asked = self.0.iter_mut().find(asked);
        asked.map(|profile| profile.email_marketing = EmailMarketing::Subscribed).is_some()
    }
}
