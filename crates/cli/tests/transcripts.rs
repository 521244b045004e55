//! Transcripts of commands on the embedded VPC: `transcripts/*.trycmd` is what is typed, and what comes of it. Run with
//! `TRYCMD=overwrite` to write them anew, and read the difference.

#[test]
fn every_transcript_is_as_written() {
    trycmd::TestCases::new().case("tests/transcripts/*.trycmd").default_bin_name("hopover");
}

#[test]
fn what_transcripts_write_is_thrown_away() {
    // trycmd copies NAME.in only where there is a NAME.out; else commands run in the source tree, and leave their files to
    // the next run.
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts"));
    for entry in folder.read_dir().expect("the transcripts are there") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_some_and(|extension| extension == "in") {
            assert!(path.with_extension("out").is_dir(), "{} has no .out beside it", path.display());
        }
    }
}
