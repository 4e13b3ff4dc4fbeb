//! The names of announcements as metrics in a Klaviyo account.

use std::collections::BTreeMap;

use pledge_domain::outbox::AnnouncementKind;

/// The name of the Klaviyo metric of each kind of announcement: [`AnnouncementKind::name`] unless configured otherwise.
/// Klaviyo makes a metric when it gets its first event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetricNames(BTreeMap<AnnouncementKind, String>);

/// A configured name for a metric that doesn't exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a metric; these are: {names}", names = AnnouncementKind::ALL.map(AnnouncementKind::name).join(", "))]
pub struct UnknownMetric(pub String);

impl MetricNames {
    /// Makes the names from configured ones, by [`AnnouncementKind::name`].
    ///
    /// # Errors
    /// [`UnknownMetric`] for any other key.
    pub fn new(configured: BTreeMap<String, String>) -> Result<Self, UnknownMetric> {
        let named = configured.into_iter().map(|(metric, name)| match AnnouncementKind::parse(&metric) {
            Some(metric) => Ok((metric, name)),
            None => Err(UnknownMetric(metric)),
        });
        named.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the name of an announcement's metric in this Klaviyo account.
    #[must_use]
    pub fn get(&self, metric: AnnouncementKind) -> &str {
        self.0.get(&metric).map_or_else(|| metric.name(), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_names_replace_the_defaults_one_by_one() {
        let configured = BTreeMap::from([("preorder_success".to_owned(), "Rolitt Preorder Success".to_owned())]);
        let names = MetricNames::new(configured).unwrap();
        assert_eq!(names.get(AnnouncementKind::PreorderSuccess), "Rolitt Preorder Success");
        assert_eq!(names.get(AnnouncementKind::PreorderStarted), "preorder_started");
    }

    #[test]
    fn a_misspelt_metric_is_an_error() {
        let configured = BTreeMap::from([("preorder_succes".to_owned(), "x".to_owned())]);
        assert_eq!(MetricNames::new(configured), Err(UnknownMetric("preorder_succes".to_owned())));
        for metric in AnnouncementKind::ALL {
            assert!(UnknownMetric(String::new()).to_string().contains(metric.name()));
        }
    }
}
