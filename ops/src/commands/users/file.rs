//! Files from which people are imported.

use std::{collections::BTreeMap, fs::File, io::BufReader, path::Path};

use pledge_domain::{Timestamp, email::Email, ids::UserId};
use serde::Deserialize;

use crate::console::Failure;

/// The fields of a person in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub email: Option<Email>,
    pub email_verified: bool,
    pub display_name: Option<String>,
    pub photo_url: Option<String>,
    pub phone: Option<String>,
    pub marketing_consent: bool,
    pub created_at: Option<Timestamp>,
    pub last_login_at: Option<Timestamp>,
}

/// The people in a file.
#[derive(Debug, Default)]
pub struct People {
    /// The people, one for each uid.
    pub people: Vec<Person>,
    /// Texts that say why records were refused and where they are, without their contents.
    pub refused: Vec<String>,
}

/// A line of CSV. Columns that it doesn't name are ignored.
#[derive(Debug, Deserialize)]
struct Line {
    uid: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<bool>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    photo_url: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    marketing_consent: Option<bool>,
}

/// The output of `firebase auth:export --format=json` (<https://firebase.google.com/docs/cli/auth>).
#[derive(Deserialize)]
struct Export {
    users: Vec<Account>,
}

/// An account in Firebase's export. Times are milliseconds since 1970, as text. Password hashes are not read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    local_id: String,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    display_name: Option<String>,
    photo_url: Option<String>,
    phone_number: Option<String>,
    created_at: Option<String>,
    last_signed_in_at: Option<String>,
}

/// Reads a file: JSON if its name says so, CSV otherwise.
pub fn read(path: &Path) -> Result<People, Failure> {
    let file = BufReader::new(File::open(path)?);
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let mut read = if is_json { from_json(file)? } else { from_csv(file)? };
    read.people = one_each(std::mem::take(&mut read.people));
    Ok(read)
}

fn from_json(file: impl std::io::Read) -> Result<People, Failure> {
    // Serde's own message could quote a record.
    let export: Export =
        serde_json::from_reader(file).map_err(|error| format!("no Firebase export: see line {}", error.line()))?;
    let mut read = People::default();
    for (index, account) in export.users.into_iter().enumerate() {
        read.add(format_args!("user {}", index + 1), account.person());
    }
    Ok(read)
}

fn from_csv(file: impl std::io::Read) -> Result<People, Failure> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    if !reader.headers()?.iter().any(|column| column == "uid") {
        return Err("the first line must name the columns, uid among them; for Firebase's own export use JSON".into());
    }
    let mut read = People::default();
    for (index, line) in reader.deserialize::<Line>().enumerate() {
        let person = line.map_err(|_| "not a line with these columns").and_then(Line::person);
        // The header is line 1.
        read.add(format_args!("record {}", index + 1), person);
    }
    Ok(read)
}

impl People {
    fn add(&mut self, place: std::fmt::Arguments<'_>, person: Result<Person, &'static str>) {
        match person {
            Ok(person) => self.people.push(person),
            Err(why) => self.refused.push(format!("{place}: {why}")),
        }
    }
}

impl Line {
    fn person(self) -> Result<Person, &'static str> {
        let email = address(self.email)?;
        Ok(Person {
            id: uid(self.uid)?,
            email_verified: email.is_some() && self.email_verified.unwrap_or_default(),
            email,
            display_name: text(self.display_name),
            photo_url: text(self.photo_url),
            phone: text(self.phone),
            marketing_consent: self.marketing_consent.unwrap_or_default(),
            created_at: None,
            last_login_at: None,
        })
    }
}

impl Account {
    fn person(self) -> Result<Person, &'static str> {
        let email = address(self.email)?;
        Ok(Person {
            id: uid(self.local_id)?,
            email_verified: email.is_some() && self.email_verified,
            email,
            display_name: text(self.display_name),
            photo_url: text(self.photo_url),
            phone: text(self.phone_number),
            marketing_consent: false,
            created_at: milliseconds(self.created_at.as_deref()),
            last_login_at: milliseconds(self.last_signed_in_at.as_deref()),
        })
    }
}

fn uid(text: String) -> Result<UserId, &'static str> {
    UserId::parse(text).map_err(|_| "the uid is not one of Firebase's")
}

fn address(email: Option<String>) -> Result<Option<Email>, &'static str> {
    text(email).map(|email| Email::parse(&email)).transpose().map_err(|_| "the e-mail address is not one")
}

fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn milliseconds(text: Option<&str>) -> Option<Timestamp> {
    let milliseconds: i64 = text?.parse().ok()?;
    Timestamp::from_unix_timestamp(milliseconds / 1000).ok()
}

/// Returns the last record of each uid, and leaves each address with one of them: the person who proved it, or else the
/// first who has it.
fn one_each(people: Vec<Person>) -> Vec<Person> {
    let mut people: Vec<_> = people
        .into_iter()
        .map(|person| (person.id.clone(), person))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .collect();
    let mut owners: BTreeMap<String, (bool, UserId)> = BTreeMap::new();
    for person in &people {
        let Some(email) = &person.email else { continue };
        let owner = owners.entry(email.key()).or_insert_with(|| (person.email_verified, person.id.clone()));
        if person.email_verified && !owner.0 {
            *owner = (true, person.id.clone());
        }
    }
    for person in &mut people {
        let owns = |email: &Email| owners.get(&email.key()).is_some_and(|(_, owner)| *owner == person.id);
        if person.email.as_ref().is_some_and(|email| !owns(email)) {
            person.email = None;
            person.email_verified = false;
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_named_without_what_it_holds() {
        let csv = "uid,email,email_verified,note\nu1,a@example.com,true,x\n,b@example.com,,\nu3,nobody,false,\nu4,c@example.com,maybe,\nu5,,,\n";
        let read = from_csv(csv.as_bytes()).unwrap();
        let ids: Vec<_> = read.people.iter().map(|person| person.id.as_str()).collect();
        assert_eq!(ids, ["u1", "u5"]);
        assert_eq!(read.refused.len(), 3);
        assert!(read.refused[1].starts_with("record 3: "), "{:?}", read.refused);
        assert!(!read.refused.concat().contains("nobody"));
    }

    #[test]
    fn firebases_csv_without_a_header_is_not_misread() {
        assert!(from_csv("u1,a@example.com,true,,,Mei".as_bytes()).is_err());
    }

    #[test]
    fn a_firebase_export_is_read_without_its_password_hashes() {
        let json = r#"{"users":[{"localId":"u1","email":"a@example.com","emailVerified":true,"passwordHash":"x",
            "createdAt":"1700000000123","lastSignedInAt":"1700000001000","providerUserInfo":[]}]}"#;
        let person = from_json(json.as_bytes()).unwrap().people.remove(0);
        assert!(person.email_verified);
        assert_eq!(person.created_at.unwrap().unix_timestamp(), 1_700_000_000);
        assert_eq!(person.last_login_at.unwrap().unix_timestamp(), 1_700_000_001);
    }

    #[test]
    fn an_address_has_one_owner_and_it_is_who_proved_it() {
        let csv = "uid,email,email_verified\nu1,a@example.com,false\nu2,A@example.com,true\nu1,a@example.com,false\n";
        let people = one_each(from_csv(csv.as_bytes()).unwrap().people);
        let owners: Vec<_> = people.iter().map(|person| (person.id.as_str(), person.email.is_some())).collect();
        assert_eq!(owners, [("u1", false), ("u2", true)]);
    }
}
