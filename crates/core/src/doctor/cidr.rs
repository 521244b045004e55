//! Whether one CIDR block is a part of another.

use std::net::IpAddr;

/// A CIDR block as bits, from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    bits: u128,
    length: u32,
    is_v6: bool,
}

/// True if `inner` is a part of `outer`, or the same. False for what is no CIDR block.
pub(super) fn contains(outer: &str, inner: &str) -> bool {
    let (Some(outer), Some(inner)) = (read(outer), read(inner)) else {
        return false;
    };
    let mask = u128::MAX.checked_shl(128 - outer.length).unwrap_or(0);
    outer.is_v6 == inner.is_v6 && outer.length <= inner.length && (outer.bits ^ inner.bits) & mask == 0
}

fn read(text: &str) -> Option<Block> {
    let (address, length) = text.split_once('/')?;
    let length = length.parse().ok()?;
    match address.parse().ok()? {
        IpAddr::V4(v4) if length <= 32 => {
            Some(Block { bits: u128::from(v4.to_bits()) << 96, length, is_v6: false })
        }
        IpAddr::V6(v6) if length <= 128 => Some(Block { bits: v6.to_bits(), length, is_v6: true }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn a_block_contains_itself_and_its_parts() {
        for (outer, inner) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.0/8", "10.255.0.0/16"),
            ("0.0.0.0/0", "192.0.2.1/32"),
            ("2001:db8::/32", "2001:db8:1::/48"),
            ("::/0", "::1/128"),
        ] {
            assert!(contains(outer, inner), "{outer} {inner}");
        }
    }

    #[test]
    fn a_block_contains_no_other_family_no_larger_block_and_no_neighbour() {
        for (outer, inner) in [
            ("10.0.0.0/16", "10.0.0.0/8"),
            ("10.0.0.0/16", "10.1.0.0/16"),
            ("0.0.0.0/0", "2001:db8::/32"),
            ("::/0", "10.0.0.0/8"),
            ("10.0.0.0/33", "10.0.0.0/33"),
            ("pl-branches", "10.0.0.0/8"),
        ] {
            assert!(!contains(outer, inner), "{outer} {inner}");
        }
    }
}
