use super::*;

#[test]
fn ids_of_real_and_of_readable_worlds_are_accepted() {
    for id in ["eni-0a1b2c3d4e5f60718", "eni-a-lan"] {
        assert_eq!(id.parse::<InterfaceId>().unwrap().as_str(), id);
    }
    for region in ["eu-central-1", "cn-northwest-1", "us-gov-west-1", "ap-southeast-4"] {
        assert!(region.parse::<Region>().is_ok(), "{region}");
    }
}

#[test]
fn a_value_in_the_wrong_place_says_what_would_be_right() {
    let error = "vpc-1".parse::<InterfaceId>().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#""vpc-1" is not a network interface id: expected eni- followed by letters and digits"#
    );
    for wrong in ["", "eni-", "eni-ABC", "eni-1 ", " eni-1", "eni-ä", "eni"] {
        assert!(wrong.parse::<InterfaceId>().is_err(), "{wrong:?}");
    }
    for wrong in ["", "eu", "eu-central", "EU-central-1", "eu--1"] {
        assert!(wrong.parse::<Region>().is_err(), "{wrong:?}");
    }
}

#[test]
fn names_fit_the_subject_of_a_message() {
    assert!("vAER-A_1.x".parse::<MemberName>().is_ok());
    for wrong in ["", "two words", "主用", "a\nb", &"x".repeat(33)] {
        assert!(wrong.parse::<MemberName>().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_huge_value_in_the_wrong_place_is_told_in_one_short_line() {
    let huge = "eni-1\n".repeat(1 << 20);
    let told = huge.parse::<InterfaceId>().unwrap_err().to_string();
    assert!(told.starts_with("\"eni-1 eni-1 ") && told.ends_with("letters and digits"), "{told:.500}");
    assert!(told.len() < 300 && !told.contains('\n'), "{told:.500}");
}
