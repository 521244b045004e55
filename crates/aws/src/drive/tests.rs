use super::*;

const SECOND: Span = Span::from_secs(1);
const LATER: Span = Span::from_secs(60);

#[test]
fn a_pause_before_trying_again_grows_by_a_fifth_at_most() {
    assert_eq!(jittered(SECOND, 0.0, LATER), SECOND);
    assert_eq!(jittered(SECOND, 0.5, LATER), Span::from_millis(1_100));
    assert_eq!(jittered(SECOND, 1.0, LATER), Span::from_millis(1_200));
}

#[test]
fn a_pause_that_paces_writes_is_kept_exactly() {
    let pause = Span::from_millis(200);
    assert_eq!(jittered(pause, 1.0, LATER), pause);
}

#[test]
fn a_pause_never_grows_past_the_deadline() {
    assert_eq!(jittered(SECOND, 1.0, SECOND), SECOND);
    assert_eq!(jittered(SECOND, 1.0, Span::from_millis(1_050)), Span::from_millis(1_050));
}

#[test]
fn a_time_that_has_come_already_is_not_waited_for() {
    assert_eq!(unsigned(Span::from_secs(-3)), Duration::ZERO);
}
