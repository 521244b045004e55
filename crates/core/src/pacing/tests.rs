use super::*;
use crate::testing::at;

const BUCKET: Bucket = Bucket { burst: 3, refill: Span::from_millis(200) };

/// Calls that are allowed at that moment.
fn burst(pacer: &mut Pacer, ms: i64) -> usize {
    (0..1_000).take_while(|_| pacer.take(at(ms)).is_ok()).count()
}

#[test]
fn replace_route_is_50_and_then_5_a_second() {
    let mut pacer = Pacer::new(Bucket::REPLACE_ROUTE);
    assert_eq!(burst(&mut pacer, 0), 50);
    assert_eq!(burst(&mut pacer, 1_000), 5);
}

#[test]
fn a_full_bucket_allows_its_burst_and_then_says_when() {
    let mut pacer = Pacer::new(BUCKET);
    assert_eq!(burst(&mut pacer, 0), 3);
    assert_eq!(pacer.take(at(0)), Err(at(200)));
    assert_eq!(pacer.take(at(199)), Err(at(200)));
    assert_eq!(pacer.take(at(200)), Ok(()));
    assert_eq!(pacer.take(at(200)), Err(at(400)));
}

#[test]
fn asking_in_vain_costs_nothing() {
    let mut pacer = Pacer::new(BUCKET);
    burst(&mut pacer, 0);
    let before = pacer.clone();
    assert!(pacer.take(at(100)).is_err());
    assert_eq!(pacer, before);
}

#[test]
fn a_refusal_empties_the_bucket() {
    let mut pacer = Pacer::new(BUCKET);
    assert_eq!(pacer.take(at(0)), Ok(()));
    pacer.refused(at(50));
    assert_eq!(pacer.take(at(50)), Err(at(250)));
    pacer.refused(at(50));
    assert_eq!(pacer.take(at(250)), Ok(()), "refusals at one time count once");
}

#[test]
fn idling_fills_the_bucket_to_its_burst_and_no_further() {
    let mut pacer = Pacer::new(BUCKET);
    burst(&mut pacer, 0);
    assert_eq!(burst(&mut pacer, 400), 2);
    assert_eq!(burst(&mut pacer, 3_600_000), 3);
}

#[test]
fn a_clock_that_goes_backwards_gives_nothing_away() {
    let mut pacer = Pacer::new(BUCKET);
    assert_eq!(burst(&mut pacer, 10_000), 3);
    assert_eq!(pacer.take(at(0)), Err(at(10_200)));
    pacer.refused(at(0));
    assert_eq!(pacer.take(at(0)), Err(at(10_200)));
}
