//! Medians and the spread around them.

/// The median of some measurements, and the limits of their middle half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    pub median: f64,
    pub lower: f64,
    pub upper: f64,
    /// The 99th percentile.
    pub p99: f64,
}

impl Summary {
    /// Summarises values, of which there must be at least one.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |percent| quantile(&values, percent);
        Self { median: at(50), lower: at(25), upper: at(75), p99: at(99) }
    }

    /// Returns the median, in bold, with the middle half in brackets.
    pub fn spread(self, decimals: usize) -> String {
        let Self { median, lower, upper, p99: _ } = self;
        format!("**{median:.decimals$}** ({lower:.decimals$}–{upper:.decimals$})")
    }
}

/// Returns a duration in milliseconds.
pub fn millis(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let index = (sorted.len().saturating_sub(1) * percent + 50) / 100;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found_in_any_order() {
        let summary = Summary::of(vec![5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!(summary, Summary { median: 3.0, lower: 2.0, upper: 4.0, p99: 5.0 });
    }

    #[test]
    fn one_value_is_its_own_middle() {
        assert_eq!(Summary::of(vec![7.0]), Summary { median: 7.0, lower: 7.0, upper: 7.0, p99: 7.0 });
    }
}
