//! The page of a drill in a real browser: not empty, and no wider than the window, on a phone and on a desk. Two pages that
//! are wrong show that this would be seen.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use hopover_e2e::binaries;
use hopover_e2e::browser::{Browser, Scheme};

/// A phone and a desk.
const WIDTHS: [u32; 2] = [390, 1280];

/// The part of a picture that must be something else than the background, one in so many pixels.
const ONE_IN: usize = 100;

/// How bright a picture's background is, and how much stands on it.
struct Seen {
    /// 0 is black, 255 is white.
    background: u8,
    colours: usize,
    ink: usize,
    pixels: usize,
}

impl Seen {
    fn is_empty(&self) -> bool {
        self.colours < 2 || self.ink * ONE_IN < self.pixels
    }
}

/// What is on the left `width` pixels of a PNG.
fn see(file: &Path, width: usize) -> Seen {
    let decoder = png::Decoder::new(BufReader::new(File::open(file).expect("the picture is there")));
    let mut reader = decoder.read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a picture that fits")];
    let info = reader.next_frame(&mut bytes).expect("a whole PNG");
    let depth = info.color_type.samples();
    let mut colours: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for row in bytes[..info.buffer_size()].chunks_exact(info.line_size) {
        for pixel in row.chunks_exact(depth).take(width) {
            *colours.entry([pixel[0], pixel[1 % depth], pixel[2 % depth]]).or_default() += 1;
        }
    }
    let pixels = colours.values().sum();
    let (background, covers) = colours.iter().max_by_key(|(_, count)| **count).expect("a pixel");
    Seen { background: background[1], colours: colours.len(), ink: pixels - covers, pixels }
}

fn drill(browser: &Browser, name: &str) -> PathBuf {
    let page = browser.page(name);
    let output = Command::new(binaries::hopover()).arg("drill").arg("--report").arg(&page).output();
    let output = output.expect("hopover starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    page
}

fn write(browser: &Browser, name: &str, body: &str) -> PathBuf {
    let page = browser.page(name);
    std::fs::write(&page, format!("<!DOCTYPE html><meta charset=utf-8>{body}")).expect("a folder of our own");
    page
}

#[test]
fn the_page_of_a_drill_is_full_and_fits_a_phone_and_a_desk() {
    let Some(browser) = Browser::find("drill") else { return };
    let page = drill(&browser, "drill.html");
    for width in WIDTHS {
        let layout = browser.lay_out(&page, width);
        assert_eq!(layout.window, u64::from(width));
        assert!(!layout.overflows(), "the page is wider than its window: {layout:?}");
        assert!(layout.characters > 2_000, "the page says little: {layout:?}");
        let seen = |scheme| see(&browser.picture(&page, width, 1_600, scheme), width as usize);
        let (light, dark) = (seen(Scheme::Light), seen(Scheme::Dark));
        assert!(!light.is_empty() && !dark.is_empty(), "the page is empty at {width} px");
        assert!(light.background > 200 && dark.background < 60, "{} {}", light.background, dark.background);
    }
}

#[test]
fn an_empty_page_would_be_seen() {
    let Some(browser) = Browser::find("empty") else { return };
    let page = write(&browser, "empty.html", "<title>Acceptance protocol</title>");
    for width in WIDTHS {
        assert_eq!(browser.lay_out(&page, width).characters, 0);
        assert!(see(&browser.picture(&page, width, 1_600, Scheme::Light), width as usize).is_empty());
    }
}

#[test]
fn a_page_that_is_wider_than_its_window_would_be_seen() {
    let Some(browser) = Browser::find("wide") else { return };
    // The very page, with one thing in it that does not yield.
    let text = std::fs::read_to_string(drill(&browser, "right.html")).expect("the page is there");
    let text = text.replacen("<main>", "<main><p style=\"width:1281px\">too wide</p>", 1);
    let page = browser.page("wide.html");
    std::fs::write(&page, text).expect("a folder of our own");
    for width in WIDTHS {
        assert!(browser.lay_out(&page, width).overflows(), "at {width} px");
    }
}
