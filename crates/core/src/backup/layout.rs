//! How the file is laid out: broken into lines down to a depth, and whatever lies deeper on one line.

use std::io::{Result, Write};

use serde_json::ser::Formatter;

/// Brackets within each other up to which every element has a line of its own: the document, its tables, a table, its
/// routes. A route lies deeper.
const BROKEN: usize = 4;

/// Lays out JSON as a backup has it.
#[derive(Debug, Default)]
pub(super) struct Layout {
    depth: usize,
    has_elements: bool,
}

impl Layout {
    fn open(&mut self, bracket: &[u8], out: &mut (impl Write + ?Sized)) -> Result<()> {
        self.depth += 1;
        self.has_elements = false;
        out.write_all(bracket)
    }

    fn close(&mut self, bracket: &[u8], out: &mut (impl Write + ?Sized)) -> Result<()> {
        let was_broken = self.depth <= BROKEN && self.has_elements;
        self.depth -= 1;
        // It is an element of what is around it.
        self.has_elements = true;
        if was_broken {
            self.break_line(out)?;
        }
        out.write_all(bracket)
    }

    fn element(&mut self, is_first: bool, out: &mut (impl Write + ?Sized)) -> Result<()> {
        if self.depth > BROKEN {
            return out.write_all(if is_first { b"" } else { b", " });
        }
        out.write_all(if is_first { b"" } else { b"," })?;
        self.break_line(out)
    }

    fn break_line(&mut self, out: &mut (impl Write + ?Sized)) -> Result<()> {
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.open(b"[", out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.close(b"]", out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.element(first, out)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> Result<()> {
        self.has_elements = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.open(b"{", out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.close(b"}", out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.element(first, out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> Result<()> {
        self.has_elements = true;
        Ok(())
    }
}
