//! The figures of a series over all its bins, for tables and records. Missing values count in `missing` alone; without
//! any other value there is no figure.

/// What a series comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// The smallest value.
    pub min: Option<f64>,
    /// The sum of the values over their number.
    pub mean: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// The value of the last bin, unless it is missing.
    pub last: Option<f64>,
    /// How many bins have no value.
    pub missing: usize,
}

impl Figures {
    /// The figures of `values`, NaN where one is missing.
    pub fn of(values: &[f64]) -> Self {
        let present = || values.iter().copied().filter(|value| !value.is_nan());
        let count = present().count();
        Self {
            min: present().reduce(f64::min),
            mean: (count > 0).then(|| present().sum::<f64>() / count as f64),
            max: present().reduce(f64::max),
            last: values.last().copied().filter(|value| !value.is_nan()),
            missing: values.len() - count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_count_in_missing_alone() {
        let found = Figures::of(&[f64::NAN, 1.0, 4.0, f64::NAN]);
        let expected = Figures { min: Some(1.0), mean: Some(2.5), max: Some(4.0), last: None, missing: 2 };
        assert_eq!(found, expected);
        assert_eq!(Figures::of(&[f64::NAN]), Figures { min: None, mean: None, max: None, last: None, missing: 1 });
    }
}
