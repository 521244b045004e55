//! The manual page and the completions: that they hold every command and option, and that a shell takes them.

use std::process::{Command, Output};

fn hopover(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_hopover")).args(arguments).output().expect("hopover starts");
    assert!(output.status.success(), "{output:?}");
    text(output)
}

fn text(output: Output) -> String {
    String::from_utf8(output.stdout).expect("text")
}

/// The names of the commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = hopover(&["-h"]);
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let (list, _) = list.split_once("\n\n").expect("the end of the list");
    let entry = |line: &str| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    };
    list.lines().filter_map(entry).collect()
}

/// The long options that the help of a command lists.
fn options(command: &str) -> Vec<String> {
    let help = hopover(&[command, "--help"]);
    let option = |line: &str| {
        let (_, rest) = line.trim_start().split_once("--").filter(|(before, _)| before.len() <= 4)?;
        Some(format!("--{}", rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next()?))
    };
    help.lines().filter(|line| line.trim_start().starts_with('-')).filter_map(option).collect()
}

#[test]
fn the_manual_page_has_every_command_with_every_option_and_its_examples() {
    let page = hopover(&["man"]);
    assert!(page.contains(".TH hopover 1"), "it is the page of hopover");
    // Without what troff wants of hyphens and fonts.
    let plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\fI", "");
    let commands = commands();
    assert!(commands.len() >= 14, "{commands:?}");
    for command in commands {
        let heading = format!(".SH \"HOPOVER {}\"", command.to_uppercase());
        let (_, section) = plain.split_once(&heading).unwrap_or_else(|| panic!("{command} has no section"));
        let section = section.split(".SH \"HOPOVER ").next().unwrap_or_default();
        // What every command takes stands once, at the top.
        for option in options(&command).iter().filter(|option| *option != "--output") {
            assert!(section.contains(option.as_str()), "{command} {option} is not in:\n{section}");
        }
        assert!(section.contains(&format!("hopover {command}")), "{command} has no example in:\n{section}");
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let complete = |words: &str| {
        let script = "source <(\"$1\" completions bash); shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                      _hopover hopover \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; \
                      printf '%s\\n' \"${COMPREPLY[@]}\"";
        let mut bash = Command::new("bash");
        bash.args(["-c", script, "bash", env!("CARGO_BIN_EXE_hopover")]).args(words.split(' '));
        text(bash.output().expect("bash starts"))
    };
    assert_eq!(complete("hopover sw").trim(), "switchover");
    assert!(complete("hopover switchover --t").lines().any(|line| line == "--to"));
    assert!(complete("hopover status --output j").lines().any(|line| line == "json"));
}
