//! EC2's side of throttling, against the sizes that its guide gives.

use hopover_core::Span;
use hopover_sim::bucket::Buckets;
use hopover_sim::call::Call;
use hopover_sim::example::epoch;

/// Calls that are allowed at that many milliseconds.
fn allowed(buckets: &mut Buckets, call: Call, ms: i64) -> usize {
    let now = epoch() + Span::from_millis(ms);
    (0..1_000).take_while(|_| buckets.take(call, now)).count()
}

#[test]
fn each_call_has_its_burst_and_its_rate() {
    for (call, burst, a_second) in [
        (Call::DescribeInstances, 100, 20),
        (Call::DescribeRouteTables, 100, 20),
        (Call::ReplaceRoute, 50, 5),
    ] {
        let mut buckets = Buckets::new(epoch());
        assert_eq!(allowed(&mut buckets, call, 0), burst);
        assert_eq!(allowed(&mut buckets, call, 1_000), a_second);
        assert_eq!(allowed(&mut buckets, call, 3_600_000), burst);
    }
}

#[test]
fn the_rate_holds_however_often_it_is_asked() {
    let mut buckets = Buckets::new(epoch());
    buckets.drain(Call::ReplaceRoute, epoch());
    let taken = (1..=100_000)
        .filter(|n| buckets.take(Call::ReplaceRoute, epoch() + Span::from_micros(n * 100)))
        .count();
    assert_eq!(taken, 50, "5 a second for 10 s");
}

#[test]
fn draining_one_bucket_leaves_the_others() {
    let mut buckets = Buckets::new(epoch());
    buckets.drain(Call::ReplaceRoute, epoch());
    let left = Call::ALL.map(|call| allowed(&mut buckets, call, 0));
    assert_eq!(left, [100, 100, 0]);
}
