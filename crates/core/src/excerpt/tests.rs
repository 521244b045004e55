use super::*;

#[test]
fn a_short_text_stays_as_it_is() {
    assert_eq!(excerpt("路由 is not an id", 100), "路由 is not an id");
    assert_eq!(quote("vpc-1"), "\"vpc-1\"");
    assert_eq!(quote("a\n\"b\""), r#""a\n\"b\"""#);
}

#[test]
fn a_text_of_many_lines_becomes_one() {
    assert_eq!(excerpt("a\r\nb\u{2028}c\u{85}\0d", 100), "a  b c  d");
}

#[test]
fn of_a_long_text_the_begin_and_the_end_are_told() {
    let long = format!("begin{}end", "é".repeat(1_000_000));
    assert_eq!(excerpt(&long, 12), "beginééé … [1000008 characters] … éend");
    assert!(quote(&long).len() < 300);
}
