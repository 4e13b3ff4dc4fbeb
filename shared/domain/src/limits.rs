//! Limits for requests that can harm others: a preorder causes e-mails to its address, and an attempt to pay asks a bank
//! about a card.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU16,
};

use time::Duration;

use crate::{
    Timestamp,
    email::Email,
    ids::{PaymentMethodId, UserId},
};

/// The time in which a limit that was used up is fully restored.
pub const WINDOW: Duration = Duration::HOUR;

/// The number of times that something may happen in an hour. Each use is restored on its own: with a limit of six, one
/// every ten minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(NonZeroU16);

impl Limit {
    /// Returns a limit of `count` in an hour; none for 0, which means no limit.
    #[must_use]
    pub fn per_hour(count: u16) -> Option<Self> {
        NonZeroU16::new(count).map(Self)
    }

    /// Returns how many uses there may be in an hour.
    #[must_use]
    pub fn count(self) -> u16 {
        self.0.get()
    }

    /// Returns the time in which one use is restored.
    #[must_use]
    pub fn interval(self) -> Duration {
        WINDOW / i32::from(self.count())
    }

    /// Takes one use. `used_until` is the stored time at which all uses will be restored; returns the new one to store, or
    /// none if no use is left.
    #[must_use]
    pub fn take(self, used_until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let until = used_until.map_or(now, |until| until.max(now)) + self.interval();
        Some(until).filter(|until| *until <= now + WINDOW)
    }
}

/// The network source of a request. `Debug` hides it, and only a hash of it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// Returns the source for an IP address. Of an IPv6 address only the first 64 bits count, since one client usually has
    /// the whole network.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
        })
    }

    /// Returns the source as text, to be hashed.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source(hidden)")
    }
}

/// One use of a limit. `Debug` hides for whom it is counted.
#[derive(Clone, PartialEq, Eq)]
pub struct Use {
    key: String,
    limit: Limit,
}

impl Use {
    /// Returns the kind and value for which the use is counted, such as `address reader@example.com`. Only its hash may be
    /// stored.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the limit.
    #[must_use]
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Returns the refusal of this use. The next use is restored after the limit's interval at the latest.
    #[must_use]
    pub fn too_many(&self) -> TooMany {
        TooMany { used_up: self.clone(), retry_after: self.limit.interval() }
    }
}

/// The refusal of a request because a limit is used up; nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there have been too many requests")]
pub struct TooMany {
    /// The use for which the limit is used up.
    pub used_up: Use,
    /// The time after which one more request is possible, if nobody else makes it.
    pub retry_after: Duration,
}

impl fmt::Debug for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Use").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// The uses that one request counts, in their order: if the limit of the first is used up, the second isn't counted. So a
/// client whose own limit is used up can't use up anybody else's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses([Option<Use>; 2]);

impl Uses {
    fn new(first: Option<(String, Limit)>, second: Option<(String, Limit)>) -> Self {
        Self([first, second].map(|counted| counted.map(|(key, limit)| Use { key, limit })))
    }

    /// Returns the first and the second use; none where no limit is set.
    #[must_use]
    pub fn both(&self) -> [Option<&Use>; 2] {
        self.0.each_ref().map(Option::as_ref)
    }
}

/// The limits of preorders in an hour. A limit that isn't set doesn't exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PreorderLimits {
    /// The limit for preorders from one source.
    pub per_source: Option<Limit>,
    /// The limit for preorders with one e-mail address.
    pub per_address: Option<Limit>,
}

impl PreorderLimits {
    /// Returns the uses of a preorder. A proven address isn't counted, so that its owner isn't kept from ordering by others
    /// who type the address.
    #[must_use]
    pub fn uses(&self, source: Option<&Source>, address: &Email, address_is_proven: bool) -> Uses {
        let source = source.zip(self.per_source).map(|(source, limit)| (format!("source {}", source.0), limit));
        let limit = self.per_address.filter(|_| !address_is_proven);
        Uses::new(source, limit.map(|limit| (format!("address {}", address.key()), limit)))
    }
}

/// The limits of attempts to pay for novels in an hour. A limit that isn't set doesn't exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptLimits {
    /// The limit for attempts of one reader.
    pub per_reader: Option<Limit>,
    /// The limit for attempts with one payment method.
    pub per_card: Option<Limit>,
}

impl AttemptLimits {
    /// Returns the uses of an attempt to pay.
    #[must_use]
    pub fn uses(&self, reader: &UserId, card: Option<&PaymentMethodId>) -> Uses {
        let card = card.zip(self.per_card).map(|(card, limit)| (format!("card {}", card.as_str()), limit));
        Uses::new(self.per_reader.map(|limit| (format!("reader {}", reader.as_str()), limit)), card)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn limit(count: u16) -> Limit {
        Limit::per_hour(count).unwrap()
    }

    #[test]
    fn so_many_are_possible_at_once_and_then_one_after_each_interval() {
        let six = limit(6);
        let mut used_until = None;
        for _ in 0..6 {
            used_until = Some(six.take(used_until, START).unwrap());
        }
        assert_eq!(six.take(used_until, START), None);
        assert_eq!(six.take(used_until, START + Duration::minutes(10) - Duration::SECOND), None);
        let one_more = six.take(used_until, START + Duration::minutes(10));
        assert!(one_more.is_some());
        assert_eq!(six.take(one_more, START + Duration::minutes(10)), None);
        assert_eq!(six.take(used_until, START + 3 * WINDOW), Some(START + 3 * WINDOW + Duration::minutes(10)));
    }

    #[test]
    fn a_whole_network_is_one_source() {
        let source = |text: &str| Source::new(text.parse().unwrap());
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_ne!(source("192.0.2.2"), source("192.0.2.1"));
        assert_eq!(format!("{:?}", source("192.0.2.1")), "Source(hidden)");
    }

    #[test]
    fn whoever_has_proven_the_address_does_not_share_it() {
        let limits = PreorderLimits { per_source: Some(limit(2)), per_address: Some(limit(1)) };
        let (source, address) = (Source::new("192.0.2.1".parse().unwrap()), Email::parse("A@example.com").unwrap());
        let keys = |uses: &Uses| uses.both().map(|counted| counted.map(|counted| counted.key().to_owned()));
        let all = [Some("source 192.0.2.1".to_owned()), Some("address a@example.com".to_owned())];
        assert_eq!(keys(&limits.uses(Some(&source), &address, false)), all);
        assert_eq!(keys(&limits.uses(Some(&source), &address, true)), [all[0].clone(), None]);
        assert_eq!(limits.uses(None, &address, true), Uses::default());
        assert!(!format!("{:?}", limits.uses(Some(&source), &address, false)).contains("192.0.2.1"));
    }
}
