//! Runs a target on many inputs, and says how many.
//!
//! An input is bytes, whatever the target makes of them: so inputs shrink by themselves, and a coverage-guided engine can
//! run the same targets (`fuzz_target!(|bytes: &[u8]| …)`).
//!
//! `PROPTEST_CASES` sets how many (256 if it is not set, times the weight of the target), `PROPTEST_RNG_SEED` which. Without a
//! seed it is always the same inputs, so that a change is never blamed for what it did not do.
//!
//! Shared with the targets of `hopover-aws` and `hopover-cli`, which include this file: it is no crate of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, any};
use proptest::test_runner::{RngSeed, TestError, TestRunner};

/// What became of every input, by the target's own words.
pub(crate) type Tally = BTreeMap<&'static str, u64>;

/// A test: what it is called, how many inputs it takes for each one asked for, and how many bytes an input has at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) weight: u32,
    pub(crate) longest: usize,
}

impl Target {
    /// Runs the property on every input and prints how many there were. The property panics if it does not hold; else it
    /// says in a word what became of the input.
    ///
    /// Every one of `expected` must have come about: a target that never gets past the first check proves nothing.
    pub(crate) fn run(self, expected: &[&'static str], property: impl Fn(&[u8]) -> &'static str) {
        let mut config = ProptestConfig::default();
        config.cases = config.cases.saturating_mul(self.weight);
        config.failure_persistence = None;
        config.max_shrink_iters = 4096;
        if config.rng_seed == RngSeed::Random {
            config.rng_seed = RngSeed::Fixed(0);
        }
        let tally = RefCell::new(Tally::new());
        let inputs = proptest::collection::vec(any::<u8>(), 0..=self.longest);
        let outcome = TestRunner::new(config).run(&inputs, |bytes| {
            let word = property(&bytes);
            *tally.borrow_mut().entry(word).or_default() += 1;
            Ok(())
        });
        if let Err(TestError::Fail(why, bytes)) = &outcome {
            panic!("{}: {why}\nshortest input: {bytes:?}", self.name);
        }
        assert_eq!(outcome, Ok(()), "{}", self.name);
        let tally = tally.into_inner();
        let words: Vec<_> = tally.iter().map(|(word, times)| format!("{times} {word}")).collect();
        println!("{}: {} cases: {}", self.name, tally.values().sum::<u64>(), words.join(", "));
        for word in expected {
            assert!(tally.contains_key(word), "{}: no input came to be {word:?}: {tally:?}", self.name);
        }
    }
}

/// Makes choices out of bytes. When they are used up, every choice is the first one.
#[derive(Debug)]
pub(crate) struct Dice<'b> {
    bytes: &'b [u8],
}

impl<'b> Dice<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// A byte.
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    /// Eight bytes.
    pub(crate) fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    /// A number from 0 to just below `n`, which is 256 at most.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) * n / 256
    }

    /// True once in `n` times; false when the bytes are used up.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A text that nobody would write.
    pub(crate) fn text(&mut self) -> String {
        match self.below(8) {
            0 => String::new(),
            1 => self.pick(&ODD).to_string(),
            2 => self.pick(&ODD).repeat(1 + self.below(200)),
            3 => "x".repeat(1 << self.below(18)),
            4 => char::from_u32(u32::try_from(self.word() % 0x11_0000).unwrap_or(0)).into_iter().collect(),
            5 => (0..self.below(40)).map(|_| self.pick(&ODD)).collect(),
            _ => {
                let length = self.below(32).min(self.bytes.len());
                let (text, rest) = self.bytes.split_at(length);
                self.bytes = rest;
                String::from_utf8_lossy(text).into_owned()
            }
        }
    }
}

/// Characters and words that break one parser or another.
const ODD: [&str; 28] = [
    "\n",
    "\r\n",
    "\0",
    "\u{1b}[31m",
    "\u{2028}",
    "\u{85}",
    "\u{202e}",
    "\u{feff}",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "{",
    "}",
    "[",
    "]",
    "]]>",
    "<!--",
    "&amp;",
    "&#x0;",
    "é",
    "路由",
    "🛰\u{fe0f}",
    "e\u{301}",
    "-",
    "0",
    "null",
    " ",
];

/// True if a person can read it as one line of a log, of at most so many characters.
pub(crate) fn is_one_line(text: &str, longest: usize) -> bool {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    (1..=longest).contains(&text.chars().count()) && !text.contains(breaks)
}
