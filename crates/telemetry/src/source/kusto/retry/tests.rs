use super::*;

fn pause(attempt: u32, share: f64, retry_after: Option<u64>) -> Duration {
    let settings = KustoSettings { first_pause: Duration::from_secs(1), ..KustoSettings::default() };
    let retry_after = retry_after.map(Duration::from_secs);
    let fault = KustoError::Status { status: 429, message: String::new(), retry_after };
    plan_retry(&settings, attempt, &fault, share).pause
}

#[test]
fn pauses_double_and_are_shortened_by_up_to_a_half() {
    let seconds =
        [(1, 0.0), (1, 1.0), (2, 0.0), (3, 1.0)].map(|(attempt, share)| pause(attempt, share, None).as_secs_f64());
    assert_eq!(seconds, [0.5, 1.0, 1.0, 4.0]);
    assert_eq!(pause(u32::MAX, 1.0, None), LONGEST);
}

#[test]
fn a_cluster_is_left_alone_as_long_as_it_says_up_to_a_minute() {
    assert_eq!(pause(1, 1.0, Some(7)), Duration::from_secs(7));
    assert_eq!(pause(1, 1.0, Some(0)), Duration::from_secs(1));
    assert_eq!(pause(1, 1.0, Some(u64::MAX)), LONGEST);
}

#[test]
fn shares_are_from_nothing_to_all() {
    assert!((0..1_000).all(|_| (0.0..1.0).contains(&random_share())));
}
